// math_equal: which answers are equal, which are not, and that every comparison ends.
#include "test.h"

#include <stdlib.h>

#include "base/clock.h"
#include "math_notation.h"
#include "verify/math.h"

struct comparison {
    const char *gold, *pred;
    bool equal;
};

static void compare(struct workspace *w, void *argument)
{
    struct comparison *c = argument;
    c->equal = math_equal(w, notation_read(w, c->gold), notation_read(w, c->pred));
}

static bool equal_texts(const char *gold, const char *pred)
{
    static struct workspace w;
    struct comparison c = {gold, pred, false};
    bool done = workspace_run(&w, compare, &c);
    EXPECT(done, "%s | %s: %s", gold, pred, w.reason);
    return done && c.equal;
}

struct pair {
    const char *gold, *pred;
};

static void expect_all(const struct pair *pairs, size_t count, bool equal, bool both_ways)
{
    for (size_t i = 0; i < count; i++) {
        EXPECT(equal_texts(pairs[i].gold, pairs[i].pred) == equal, "gold %s, answer %s", pairs[i].gold, pairs[i].pred);
        if (both_ways)
            EXPECT(equal_texts(pairs[i].pred, pairs[i].gold) == equal, "gold %s, answer %s", pairs[i].pred,
                   pairs[i].gold);
    }
}

#define EQUAL(...)                                                                                                     \
    do {                                                                                                               \
        static const struct pair pairs[] = {__VA_ARGS__};                                                              \
        expect_all(pairs, sizeof pairs / sizeof *pairs, true, true);                                                   \
    } while (0)
#define UNEQUAL(...)                                                                                                   \
    do {                                                                                                               \
        static const struct pair pairs[] = {__VA_ARGS__};                                                              \
        expect_all(pairs, sizeof pairs / sizeof *pairs, false, true);                                                  \
    } while (0)
#define ACCEPTS(...)                                                                                                   \
    do {                                                                                                               \
        static const struct pair pairs[] = {__VA_ARGS__};                                                              \
        expect_all(pairs, sizeof pairs / sizeof *pairs, true, false);                                                  \
    } while (0)
#define REFUSES(...)                                                                                                   \
    do {                                                                                                               \
        static const struct pair pairs[] = {__VA_ARGS__};                                                              \
        expect_all(pairs, sizeof pairs / sizeof *pairs, false, false);                                                 \
    } while (0)

TEST(math_equal, numbers)
{
    EQUAL({"5", "5"}, {"1/2", "0.5"}, {"1/2", "2/4"}, {"-3", "-3"}, {"2 + 1/2", "5/2"}, {"0", "-0"}, {"3.0", "3"},
          {"0.333333", "1/3"}, {"0.3333334", "1/3"}, {"-0.333333", "-1/3"}, {"1000000.5", "1000000.4999999"},
          {"2^10", "1024"}, {"7*10^(-3)", "0.007"}, {"1.5*10^3", "1500"}, {"10^20 + 1", "100000000000000000001"},
          {"1.414214", "sqrt(2)"}, {"3.14159265358979", "pi"}, {"3.141593", "pi"}, {"2.718282", "e"},
          {"2.414214", "1 + sqrt(2)"}, {"123456789012345678901234567890/7", "123456789012345678901234567890/7"},
          {"0.1 + 0.2", "0.3"}, {"(1/3)/(2/5)", "5/6"}, {"5 - -3", "8"}, {"3^(-2)", "1/9"}, {"0^0", "1"},
          {"fact(20)/fact(18)", "380"}, {"binomial(5, 2)", "10"}, {"gcd(12, 18)", "6"}, {"lcm(4, 6)", "12"},
          {"mod(17, 5)", "2"}, {"floor(7/2)", "3"}, {"ceil(7/2)", "4"}, {"floor(-7/2)", "-4"}, {"max(1, 3, 2)", "3"},
          {"min(1/2, 1/3)", "1/3"}, {"abs(-5)", "5"});
    UNEQUAL({"1", "2"}, {"1/2", "1/3"}, {"0.333", "1/3"}, {"1.41", "sqrt(2)"}, {"3.14", "pi"}, {"22/7", "pi"},
            {"1", "1.000000001"}, {"0", "0.0000001"}, {"5", "-5"}, {"10^(-9)", "0"}, {"10^(-9)", "0.000"},
            {"1/2^30", "0.0"}, {"e^(-20)", "0.0"}, {"0.0000001", "0.0000002"}, {"10^(-20)", "10^(-21)"},
            {"e^(-50)", "e^(-51)"}, {"e^(-50)", "0"}, {"sqrt(2) + 10^(-17)", "sqrt(2)"}, {"10^20 + 1", "10^20"},
            {"10^40", "10^40 + 1"}, {"2^10", "1023"}, {"1/0", "0"}, {"1/0", "5"}, {"63/400", "64/400"}, {"3", "6"},
            {"fact(5)", "5"});
}

TEST(math_equal, percent)
{
    EQUAL({"28%", "0.28"}, {"28%", "28"}, {"28%", "7/25"}, {"50%", "1/2"}, {"-28%", "-28"}, {"12.5%", "0.125"},
          {"33.3333333%", "0.333333"}, {"28%", "28%"});
    UNEQUAL({"28%", "27"}, {"12.5%", "12.5"}, {"28%", "2.8"}, {"28%", "2800"}, {"28%", "28/10"}, {"28%", "28.0%  + 1"});
}

TEST(math_equal, polynomials_and_quotients)
{
    EQUAL({"x^2 - 1", "(x - 1)*(x + 1)"}, {"(x + y)^3", "x^3 + 3*x^2*y + 3*x*y^2 + y^3"},
          {"(x^2 - 1)/(x - 1)", "x + 1"}, {"x/x", "1"}, {"1.5*x", "3*x/2"}, {"3.0*x", "3*x"}, {"x + y", "y + x"},
          {"2*(x + 1)", "2*x + 2"}, {"-(x - y)", "y - x"}, {"1/(x*(x + 1))", "1/x - 1/(x + 1)"},
          {"1/x + 1/y", "(x + y)/(x*y)"}, {"x^(-2)", "1/x^2"}, {"(x/y)^2", "x^2/y^2"},
          {"(x^5 - 1)/(x - 1)", "x^4 + x^3 + x^2 + x + 1"}, {"(x^3 + y^3)/(x + y)", "x^2 - x*y + y^2"},
          {"n*(n + 1)/2", "n^2/2 + n/2"}, {"a*b*c", "c*b*a"}, {"1/(1 + 1/(1 + 1/x))", "(x + 1)/(2*x + 1)"},
          {"(a - b)*(b - c)*(c - a)", "-(b - a)*(b - c)*(c - a)"}, {"(2*x + 4)/2", "x + 2"},
          {"x*(x - 1)/(x*(x - 1)*(x + 5))", "1/(x + 5)"}, {"(x + 1)^10*(x - 1)^10", "(x^2 - 1)^10"},
          {"f(x + x)", "f(2*x)"}, {"f(x)*2", "f(x) + f(x)"}, {"x_1 + x_2", "x_2 + x_1"},
          {"(x^2 + 2*x + 1)/(x + 1)^2", "1"}, {"1/(1*2) + 1/(2*3) + 1/(3*4)", "3/4"}, {"(x - y)^2", "(y - x)^2"},
          {"(x + 1)/(y + 1)", "(-x - 1)/(-y - 1)"});
    UNEQUAL({"x^2 - 1", "(x - 1)^2"}, {"x", "y"}, {"x + 1", "x + 2"}, {"x^2", "x^3"}, {"x/y", "y/x"},
            {"(x + y)^2", "x^2 + y^2"}, {"1/(x + y)", "1/x + 1/y"}, {"0.333333*x", "x/3"}, {"x_1", "x_2"},
            {"f(x)", "f(y)"}, {"f(x)", "g(x)"}, {"f(x)", "x"}, {"f(x) + f(y)", "f(x + y)"}, {"2*x", "x"}, {"x", "1"},
            {"-(x - y)", "x - y"}, {"x^2 + 1", "x^2 - 1"}, {"a*b + c", "a*(b + c)"});
}

TEST(math_equal, roots)
{
    EQUAL({"sqrt(8)", "2*sqrt(2)"}, {"sqrt(2)*sqrt(3)", "sqrt(6)"}, {"1/sqrt(2)", "sqrt(2)/2"},
          {"sqrt(3 + 2*sqrt(2))", "1 + sqrt(2)"}, {"sqrt(5 - 2*sqrt(6))", "sqrt(3) - sqrt(2)"},
          {"1/(1 + sqrt(2))", "sqrt(2) - 1"}, {"sqrt(x^2)", "abs(x)"}, {"sqrt(x^4)", "x^2"}, {"8^(1/3)", "2"},
          {"16^(1/3)", "2*2^(1/3)"}, {"2^(1/2)*2^(1/3)", "2^(5/6)"}, {"(2 + sqrt(3))*(2 - sqrt(3))", "1"},
          {"sqrt(4/9)", "2/3"}, {"sqrt(1/3)", "sqrt(3)/3"}, {"sqrt(x)^2", "x"}, {"sqrt(4*x)", "2*sqrt(x)"},
          {"x^(1/2)*x^(1/3)", "x^(5/6)"}, {"sqrt(x + 1)^2", "x + 1"}, {"1/sqrt(x + 1)", "sqrt(x + 1)/(x + 1)"},
          {"sqrt(12) + sqrt(27)", "5*sqrt(3)"}, {"(1 + sqrt(5))/2", "2/(sqrt(5) - 1)"},
          {"((1 + sqrt(5))/2)^2", "(3 + sqrt(5))/2"}, {"sqrt(2 + sqrt(3))", "(sqrt(6) + sqrt(2))/2"},
          {"(7 + 5*sqrt(2))^(1/3)", "1 + sqrt(2)"}, {"(2 + sqrt(5))^(1/3)", "(1 + sqrt(5))/2"},
          {"sqrt(x^2*y^2)", "abs(x*y)"}, {"abs(x)^2", "x^2"}, {"abs(-x)", "abs(x)"}, {"abs(x - y)", "abs(y - x)"},
          {"abs(2*x)", "2*abs(x)"}, {"abs(1 - sqrt(2))", "sqrt(2) - 1"}, {"sqrt((x - 1)^2)", "abs(x - 1)"},
          {"1/(2^(1/3) - 1)", "4^(1/3) + 2^(1/3) + 1"}, {"sqrt(10^40)", "10^20"}, {"abs(x)/x", "x/abs(x)"},
          {"sqrt(1000003*1000003*2)", "1000003*sqrt(2)"}, {"27^(2/3)", "9"}, {"(1/8)^(-1/3)", "2"},
          {"sqrt(x^2 + 2*x + 1)", "abs(x + 1)"});
    UNEQUAL({"sqrt(2)", "sqrt(3)"}, {"sqrt(x^2)", "x"}, {"abs(x)", "x"}, {"sqrt(x)*sqrt(y)", "sqrt(x*y)"},
            {"sqrt(2)", "2"}, {"sqrt(2)", "-sqrt(2)"}, {"sqrt(x^2 + y^2)", "x + y"}, {"(-8)^(1/3)", "-2"},
            {"2^(1/3)", "2^(1/4)"}, {"sqrt(x)", "x"}, {"1 + sqrt(2)", "1 - sqrt(2)"}, {"sqrt(10^60 + 1)", "10^30"},
            {"abs(x - y)", "x - y"}, {"abs(x + y)", "abs(x) + abs(y)"}, {"abs(x + 3)", "x + 3"},
            {"abs(x - 40)", "40 - x"}, {"abs(n + 8)", "n + 8"}, {"abs(K - 100)", "100 - K"},
            {"abs(x_1 + 2)", "x_1 + 2"}, {"abs(L + 100)/(L + 100)", "1"}, {"max(t, 30)", "30"}, {"abs(u*y)", "u*y"},
            {"abs(a*q)", "a*q"}, {"abs(x_1*x_2)", "x_1*x_2"});
}

TEST(math_equal, complex_numbers)
{
    EQUAL({"i^2", "-1"}, {"1/(1 + i)", "(1 - i)/2"}, {"(1 + i)^2", "2*i"}, {"e^(i*pi)", "-1"}, {"sqrt(-4)", "2*i"},
          {"abs(3 + 4*i)", "5"}, {"1 + i", "i + 1"}, {"re(3 + 4*i)", "3"}, {"im(3 + 4*i)", "4"},
          {"conjugate(1 + i)", "1 - i"}, {"sqrt(3 + 4*i)", "2 + i"}, {"arg(1 + i)", "pi/4"},
          {"e^(i*pi/3)", "1/2 + sqrt(3)/2*i"}, {"(1 + sqrt(3)*i)^3", "-8"}, {"i^i", "e^(-pi/2)"}, {"(-1)^(1/2)", "i"},
          {"log(-1)", "i*pi"}, {"(e^(2*pi*i/5))^5", "1"}, {"(-8)^(1/3)", "1 + sqrt(3)*i"},
          {"e^(i*x)", "cos(x) + i*sin(x)"});
    UNEQUAL({"i", "-i"}, {"1 + i", "1 - i"}, {"i", "1"}, {"e^(i*pi/2)", "-i"}, {"sqrt(-4)", "-2*i"},
            {"abs(3 + 4*i)", "7"});
}

TEST(math_equal, exponentials_and_logarithms)
{
    EQUAL({"e^x*e^y", "e^(x + y)"}, {"e^(2*x)", "(e^x)^2"}, {"2^(x + 1)", "2*2^x"}, {"4^x", "2^(2*x)"},
          {"6^x", "2^x*3^x"}, {"log(8, 2)", "3"}, {"log(8)/log(2)", "3"}, {"log(6)", "log(2) + log(3)"},
          {"log(1/2)", "-log(2)"}, {"log(e)", "1"}, {"log(e^3)", "3"}, {"e^log(5)", "5"}, {"log(sqrt(2))", "log(2)/2"},
          {"log(x, 10)", "log(x)/log(10)"}, {"log(100, 10)", "2"}, {"x^a*x^b", "x^(a + b)"}, {"x^n/x", "x^(n - 1)"},
          {"(1/2)^x", "2^(-x)"}, {"e^(x/2)*e^(x/3)", "e^(5*x/6)"}, {"log(4*x)", "2*log(2) + log(x)"},
          {"log(x^2)", "2*log(abs(x))"}, {"e^(log(2)*x)", "2^x"}, {"log(27, 9)", "3/2"},
          {"sinh(x)", "(e^x - e^(-x))/2"}, {"tanh(x)", "sinh(x)/cosh(x)"}, {"cosh(x)^2 - sinh(x)^2", "1"},
          {"asinh(x)", "log(x + sqrt(x^2 + 1))"}, {"2^10*x", "1024*x"}, {"(2^x)^3", "8^x"}, {"e^x/e^y", "e^(x - y)"},
          {"log(0.5)", "-log(2)"}, {"10^log(7, 10)", "7"}, {"log(2)*log(3)/log(3)", "log(2)"}, {"2^(n)*2^(n)", "4^n"},
          {"3*2^(n - 1)", "3/2*2^n"}, {"log(12, 2)", "2 + log(3, 2)"});
    UNEQUAL({"log(x^2)", "2*log(x)"}, {"log(x)", "log(abs(x))"}, {"log(x*y)", "log(x) + log(y)"},
            {"log(x)", "log(x, 10)"}, {"e^x", "e^y"}, {"e^(x*y)", "e^(x + y)"}, {"(x^a)^b", "x^(a*b)"}, {"2^x", "x^2"},
            {"log(2)", "log(3)"}, {"e^2", "2*e"}, {"2^(x + 1)", "2^x + 1"}, {"log(x + y)", "log(x) + log(y)"},
            {"(-1)^n", "cos(n*pi)"}, {"e", "pi"}, {"2^n", "3^n"});
}

TEST(math_equal, trigonometry)
{
    EQUAL({"sin(x)^2 + cos(x)^2", "1"}, {"cos(2*x)", "1 - 2*sin(x)^2"}, {"sin(2*x)", "2*sin(x)*cos(x)"},
          {"tan(x)", "sin(x)/cos(x)"}, {"sin(pi/6)", "1/2"}, {"cos(pi/4)", "sqrt(2)/2"}, {"tan(pi/3)", "sqrt(3)"},
          {"sin(pi)", "0"}, {"cos(2*pi/3)", "-1/2"}, {"asin(1/2)", "pi/6"}, {"acos(-1)", "pi"}, {"atan(1)", "pi/4"},
          {"sin(-x)", "-sin(x)"}, {"cos(-x)", "cos(x)"}, {"sin(x + pi)", "-sin(x)"}, {"cos(pi/2 - x)", "sin(x)"},
          {"1 + tan(x)^2", "sec(x)^2"}, {"cot(x)", "cos(x)/sin(x)"}, {"csc(x)", "1/sin(x)"},
          {"sin(3*x)", "3*sin(x) - 4*sin(x)^3"}, {"sin(x + y)", "sin(x)*cos(y) + cos(x)*sin(y)"},
          {"cos(pi/5)", "(1 + sqrt(5))/4"}, {"sin(pi/12)", "(sqrt(6) - sqrt(2))/4"},
          {"sin(pi/8)", "sqrt(2 - sqrt(2))/2"}, {"tan(pi/8)", "sqrt(2) - 1"},
          {"cos(pi/7)*cos(2*pi/7)*cos(4*pi/7)", "-1/8"}, {"acos(x)", "pi/2 - asin(x)"}, {"sin(asin(x))", "x"},
          {"cos(atan(x))", "1/sqrt(1 + x^2)"}, {"sin(10*pi/3)", "-sqrt(3)/2"}, {"acot(1)", "pi/4"}, {"asec(2)", "pi/3"},
          {"sin(x)^4 - cos(x)^4", "sin(x)^2 - cos(x)^2"}, {"1/(1 + sin(x)) + 1/(1 - sin(x))", "2/cos(x)^2"},
          {"atan(1/2) + atan(1/3)", "pi/4"});
    UNEQUAL({"sin(x)", "cos(x)"}, {"sin(x)", "x"}, {"sin(2*x)", "2*sin(x)"}, {"asin(sin(x))", "x"},
            {"tan(x)", "cot(x)"}, {"sin(pi/6)", "sqrt(3)/2"}, {"sin(30)", "1/2"}, {"atan(x) + atan(1/x)", "pi/2"},
            {"cos(x)", "-cos(x)"}, {"sin(x)", "sin(x + 1)"}, {"sqrt(sin(x)^2)", "sin(x)"});
}

TEST(math_equal, factorials_and_binomials)
{
    EQUAL({"fact(n)/fact(n - 1)", "n"}, {"binomial(n, 2)", "n*(n - 1)/2"}, {"fact(n + 1)", "(n + 1)*fact(n)"},
          {"binomial(n, k)", "fact(n)/(fact(k)*fact(n - k))"}, {"fact(2*n)/fact(2*n - 2)", "2*n*(2*n - 1)"},
          {"binomial(10, 3)", "120"}, {"floor(x + 1)", "floor(x) + 1"}, {"max(x, y)", "(x + y + abs(x - y))/2"});
    UNEQUAL({"fact(n)", "n"}, {"binomial(n, 2)", "n^2/2"}, {"floor(x)", "x"}, {"ceil(x)", "floor(x) + 1 + x - x/2"},
            {"fact(n)^2", "fact(2*n)"});
}

TEST(math_equal, symbols_and_words)
{
    EQUAL({"e", "E"}, {"alpha", "ALPHA"}, {"\"east\"", "e*a*s*t"}, {"\"no solution\"", "\"nosolution\""},
          {"\"a\"", "A"}, {"abc", "a*b*c"}, {"'12:00'", "'12:00'"}, {"x_1", "x_1"}, {"oo", "oo"}, {"-oo", "-oo"});
    UNEQUAL({"x", "X"}, {"\"east\"", "\"west\""}, {"'12:00'", "'1:00'"}, {"'1112112_3'", "'1112122_3'"},
            {"\"east\"", "5"}, {"abc", "a*b"}, {"oo", "-oo"}, {"oo", "5"}, {"\"a\"", "B"});
}

TEST(math_equal, equations)
{
    EQUAL({"x = 1", "1 = x"}, {"x = 1", "1"}, {"x + y = 2", "2*x + 2*y = 4"}, {"y = 2*x + 1", "2*x - y + 1 = 0"},
          {"x = 1", "x = 2 - 1"}, {"x^2 + y^2 = 1", "2*x^2 + 2*y^2 = 2"}, {"x*y = 1", "y = 1/x"},
          {"y = x/2 + 3", "x - 2*y + 6 = 0"}, {"f(x) = x + 1", "x + 1"}, {"x ~ 3", "3"}, {"x != 1", "1 != x"},
          {"y = sin(2*x)", "y = 2*sin(x)*cos(x)"}, {"x = +-2", "{2, -2}"}, {"x = +-2", "+-2"},
          {"x = 1 & y = 2", "y = 2 & x = 1"}, {"{x = 1, x = 2}", "{1, 2}"}, {"{x = 2, x = -2}", "+-2"},
          {"{x = 1, y = 2}", "(1, 2)"}, {"x = 1 & y = 2", "(1, 2)"}, {"y = e^x", "2*y = 2*e^x"}, {"y/x = 3", "y = 3*x"},
          {"S_n = n", "n"}, {"a/b = 3", "3"});
    UNEQUAL({"x = 1", "y = 1"}, {"x = 1", "2"}, {"x + y = 2", "x + y = 3"}, {"x = 1", "x < 1"}, {"x = 1", "x != 1"},
            {"f(x) = x + 1", "y = x + 1"}, {"x*(x - 1) = 0", "x - 1 = 0"}, {"x^2 = 4", "x = 2"}, {"y = x", "y = -x"},
            {"x = 1 & y = 2", "x = 1 & y = 3"}, {"{x = 1, y = 2}", "{x = 2, y = 1}"});
    REFUSES({"2*x + z = 1", "1"}, {"x + y + z = 0", "0"}, {"1", "2*x + z = 1"}, {"5", "3 = 5"}, {"5", "2*x = 5"});
    ACCEPTS({"1", "x = 1"}, {"5", "2 + 3 = 5"}, {"{1, 2}", "x = {1, 2}"});
}

TEST(math_equal, inequalities)
{
    EQUAL({"1 < x", "x > 1"}, {"-x < 3", "x > -3"}, {"2*x < 4", "x < 2"}, {"x <= 1", "1 >= x"},
          {"1 < x & x < 2", "x > 1 & 2 > x"}, {"1 < x & x < 2", "x < 2 & x > 1"}, {"x^2 < 4", "-2 < x & x < 2"},
          {"abs(x) < 2", "-2 < x & x < 2"}, {"a < b & b < c", "c > b & b > a"}, {"x + y > 1", "y > 1 - x"});
    UNEQUAL({"x > 1", "x >= 1"}, {"x > 1", "x < 1"}, {"x > 1", "x > 2"}, {"-x < 3", "x < -3"},
            {"1 < x & x < 2", "1 < x & x < 3"}, {"x > 1", "y > 1"}, {"x > 1", "1"}, {"x in (1, 2)", "1 < y & y < 2"});
    ACCEPTS({"x < 1", "]-oo, 1["}, {"x < 1", "(-oo, 1)"}, {"1 < x & x <= 2", "]1, 2]"}, {"1 < x & x < 2", "(1, 2)"},
            {"x^2 < 4", "(-2, 2)"}, {"x^2 >= 4", "]-oo, -2] union [2, oo["}, {"abs(x - 1) <= 3", "[-2, 4]"},
            {"abs(x) > 2", "(-oo, -2) union (2, oo)"}, {"x != 1", "(-oo, 1) union (1, oo)"}, {"1/x > 0", "(0, oo)"},
            {"(x - 1)/(x + 2) <= 0", "]-2, 1]"}, {"x^2 <= 2", "[-sqrt(2), sqrt(2)]"}, {"1 < x & x < 2", "x in (1, 2)"},
            {"x in (1, 2)", "1 < x & x < 2"}, {"2*x + 1 > sqrt(2)", "((sqrt(2) - 1)/2, oo)"},
            {"x^2 + 1 > 0", "(-oo, oo)"}, {"x^2 < 0", "{}"}, {"(x - 1)^2 <= 0", "{1}"});
    REFUSES({"(-oo, 1)", "x < 1"}, {"]-oo, 1[", "x < 1"}, {"x < 1", "]-oo, 1]"}, {"x < 1", "(-oo, 2)"},
            {"x < y", "(-oo, 1)"}, {"x != 1", "(-oo, 1)"});
}

TEST(math_equal, sets_and_tuples)
{
    EQUAL({"{1, 2}", "{2, 1}"}, {"{1, 1, 2}", "{1, 2}"}, {"{0.5, 2}", "{1/2, 2}"}, {"{}", "{}"}, {"5", "{5}"},
          {"{-2021, 2021}", "+-2021"}, {"1 +- sqrt(2)", "{1 - sqrt(2), 1 + sqrt(2)}"}, {"(1, 2, 3)", "(1, 2, 3.0)"},
          {"(1/3, 2)", "(0.333333, 2)"}, {"{x + 1, (x - 1)*(x + 1)}", "{x^2 - 1, 1 + x}"},
          {"{sqrt(2), 1}", "{1, 2/sqrt(2)}"}, {"{(1, 2), (3, 4)}", "{(3, 4), (1, 2)}"}, {"{28%, 3}", "{3, 28}"},
          {"(1 +- sqrt(5))/2", "{(1 + sqrt(5))/2, (1 - sqrt(5))/2}"}, {"{1, 2, 4/2}", "{1, 2}"},
          {"+-1 +- 2", "{3, -1, 1, -3}"}, {"{+-1, +-2}", "{1, -1, 2, -2}"}, {"{x, y}", "{y, x}"},
          {"(x + x, 1)", "(2*x, 1)"}, {"{0.333333, 0.666667}", "{2/3, 1/3}"});
    UNEQUAL({"{1, 2}", "{1, 3}"}, {"{1, 2}", "{1, 2, 3}"}, {"2021", "+-2021"}, {"(1, 2)", "(2, 1)"},
            {"(a, b)", "(b, a)"}, {"{}", "{0}"}, {"(1, 2)", "(1, 2, 3)"}, {"5", "(5, 5)"}, {"{1, 2}", "1"},
            {"1 +- sqrt(2)", "1 +- sqrt(3)"}, {"{(1, 2)}", "{(2, 1)}"});
    ACCEPTS({"{1, 3}", "(1, 3)"}, {"{1, 3}", "(3, 1)"}, {"(1, 3)", "{1, 3}"}, {"{3, 1}", "(1, 3)"},
            {"{1, 2, 3}", "(3, 2, 1)"});
    REFUSES({"(3, 1)", "{1, 3}"}, {"(1, 3)", "{3, 1}"}, {"(1, 2, 3)", "{3, 2, 1}"});
}

TEST(math_equal, intervals_and_unions)
{
    EQUAL({"]1, 2[", "(1, 2)"}, {"[1, 2]", "[1, 4/2]"}, {"]-oo, 1] union ]2, oo[", "(2, oo) union ]-oo, 1]"},
          {"[1, 2] union [2, 3]", "[1, 3]"}, {"[1, 3] union ]2, 5[", "[1, 5["},
          {"(-oo, 1) union (1, oo)", "(-oo, oo) minus {1}"}, {"[0, 5] inter [3, 8]", "[3, 5]"},
          {"[1, 2[ union {2}", "[1, 2]"}, {"[-oo, 1]", "]-oo, 1]"}, {"[1, 1]", "{1}"},
          {"[0, sqrt(2)]", "[0, 2/sqrt(2)]"}, {"[0, 1] minus (0, 1)", "{0, 1}"}, {"[a, b]", "[a, b]"},
          {"[a, b] union [c, d]", "[c, d] union [a, b]"}, {"(0, pi)", "]0, pi["},
          {"(-oo, 0) union (0, 1) union (1, oo)", "(1, oo) union (0, 1) union (-oo, 0)"});
    UNEQUAL({"[1, 2]", "(1, 2)"}, {"]1, 2]", "[1, 2]"}, {"[1, 2]", "[1, 3]"}, {"[1, 2]", "{1, 2}"},
            {"(1, 2) union (2, 3)", "(1, 3)"}, {"[1, 2] union [3, 4]", "[1, 4]"}, {"(-oo, 1)", "(1, oo)"},
            {"[a, b]", "[b, a]"}, {"[a, b] minus [c, d]", "[c, d] minus [a, b]"}, {"[1, 2]", "1"});
    ACCEPTS({"{1, 2}", "]1, 2["}, {"]1, 2[", "{1, 2}"}, {"{2, 1}", "]1, 2["});
    REFUSES({"]1, 2[", "{2, 1}"});
}

TEST(math_equal, matrices)
{
    EQUAL({"<1, 2; 3, 4>", "<1, 2; 3, 4>"}, {"<1/2, x>", "<0.5, x>"}, {"<x^2 - 1; 2>", "<(x - 1)*(x + 1); 2>"});
    UNEQUAL({"<1, 2; 3, 4>", "<1, 2; 4, 3>"}, {"<1, 2, 3>", "<1; 2; 3>"}, {"<1, 2>", "(1, 2)"}, {"<1>", "<2>"});
}
