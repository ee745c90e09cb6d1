// Texts that once broke the reader or the comparison of mathematics, most of them found by fuzzing. What they give is
// of no importance; that they end, and touch nothing that is not theirs (meant to run under the sanitizers), is.
#include "test.h"

#include "verify/math.h"

struct pair {
    const char *gold, *pred;
    bool read; // both can be read
    bool equal;
};

static void compare(struct workspace *w, void *argument)
{
    struct pair *p = argument;
    const struct expr *gold = math_parse(w, text_of(p->gold)), *pred = math_parse(w, text_of(p->pred));
    p->read = gold && pred;
    p->equal = p->read && math_equal(w, gold, pred);
}

static struct pair compared(const char *gold, const char *pred)
{
    static struct workspace w;
    struct pair p = {gold, pred, false, false};
    double begin = test_seconds();
    workspace_run(&w, compare, &p);
    EXPECT(test_seconds() - begin < 1, "%s | %s: %.1f s", gold, pred, test_seconds() - begin);
    return p;
}

TEST(math_hostile, nothing_is_no_mathematics)
{
    EXPECT(!compared("", "1").read, "an empty text was read");
    EXPECT(!compared(",", "1").read, "a comma was read");
}

TEST(math_hostile, a_letter_at_the_end_is_not_called)
{
    static const char *const letters[] = {"p", "P", "C", "f", "x p", "2 q"}; // p(x) is called
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        EXPECT(compared(letters[i], letters[i]).equal, "%s", letters[i]);
}

TEST(math_hostile, a_binomial_has_two_numbers)
{
    EXPECT(compared("10", "binomial(5, 2)").equal, "5 over 2");
    EXPECT(!compared("0.001", "10^binomial{-3}").read && !compared("10", "binomial(5, 2, 1)").read,
           "one or three numbers");
}

// The tokens of a name may come from the text, from the table of commands, or from a copy.
TEST(math_hostile, names_of_tokens_from_several_texts)
{
    static const char *const names[] = {
        "\\{\\}d_\\{\\}$d_\\{0.333{33\\}(", "x_\\{\\alpha\\}",  "x_{\\alpha}",      "(12)_\\{3\\}",
        "\\sum_\\{n=1\\}^\\{\\infty\\} n",  "x_{\xE2\x82\x82}", "\\bar\\{\\beta\\}"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        compared(names[i], names[i]);
    EXPECT(compared("x_{\\alpha}", "x_\\alpha").equal && !compared("x_{\\alpha}", "x_\\beta").equal,
           "names of Greek letters");
    EXPECT(compared("1011_2", "1011_{2}").equal && !compared("1011_2", "1011_3").equal, "numbers in other bases");
}

// A complex number to the power of 9 again and again: its exponent outgrows MPFR's.
TEST(math_hostile, towers_of_powers)
{
    compared("1",
             "((((((9^9)(((r(a(ccosh9^7)^9)((((((9^9)(((r(a(ccosh9^7)^9)^90)^9)primes^9)^9)^9)^9)^9)^9)^90)^9)primes^9)"
             "^9)^9)^9)^9)^9)^9)");
    compared("1",
             "((((((((((((1 + 2i)^{999})^{999})^{999})^{999})^{999})^{999})^{999})^{999})^{999})^{999})^{999})^{999}");
}

// MPFR's sinh of a number with n zeros after the point takes n bits.
TEST(math_hostile, functions_of_very_small_numbers)
{
    static const char *const functions[] = {"sin", "cos", "tan",    "sinh",   "cosh", "tanh",
                                            "exp", "ln",  "arctan", "arcsin", "sqrt"};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        char text[200];
        snprintf(text, sizeof text, "\\%s(x + i \\cdot 2^{-2^{20} + y^2})", functions[i]);
        compared("x", text);
        snprintf(text, sizeof text, "\\%s((1 + i)(x/2)^{-999999})", functions[i]);
        compared("x", text);
        snprintf(text, sizeof text, "\\%s((1 + i)(x/2)^{999999})", functions[i]);
        compared("x", text);
    }
    compared("$Tsin x$", "\\cos $\\csc$Tsin x$\x1F\\co x$$\\csc s irac{\xCF\x80times ac{");
}
