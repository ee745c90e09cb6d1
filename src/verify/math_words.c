// The names that mathematics knows: LaTeX commands, words and characters. Tables are sorted for bisection.
#include "verify/math_tokens.h"

#include <string.h>

#define N(name, kind, op, text)                                                                                        \
    {                                                                                                                  \
        name, WORD_TOKEN, TOKEN_##kind, op, text                                                                       \
    }
#define O(name, kind, op) N(name, kind, op, NULL)
#define T(name, kind)     N(name, kind, 0, NULL)
#define A(name, action, op)                                                                                            \
    {                                                                                                                  \
        name, WORD_##action, TOKEN_END, op, NULL                                                                       \
    }
#define SKIP(name)  A(name, SKIP, 0)
#define SPACE(name) A(name, SPACE, 0)

// clang-format off
static const struct word commands[] = {
    SPACE(" "), SPACE("!"), SKIP("\""), SKIP("#"), N("$", TEXT, 0, "dollar"), T("%", PERCENT), SPACE("&"), SPACE(","), SKIP("/"),
    SPACE(":"), SPACE(";"), SPACE(">"), T("Alpha", SYMBOL), A("Bbb", BOARD, 0), T("Beta", SYMBOL), SKIP("Big"),
    SKIP("Bigg"), SKIP("Biggl"), SKIP("Biggr"), SKIP("Bigl"), SKIP("Bigm"), SKIP("Bigr"), T("Delta", SYMBOL),
    T("Gamma", SYMBOL), O("Im", FUNCTION, EXPR_IM), T("Lambda", SYMBOL), SKIP("Large"), T("Leftrightarrow", IMPLIES),
    T("Longrightarrow", IMPLIES), T("Omega", SYMBOL), T("Phi", SYMBOL), T("Pi", SYMBOL), T("Psi", SYMBOL),
    T("R", REALS), O("Re", FUNCTION, EXPR_RE), T("Rightarrow", IMPLIES), T("Sigma", SYMBOL), T("Theta", SYMBOL),
    T("Upsilon", SYMBOL), T("Vert", NORM), T("Xi", SYMBOL), T("_", UNDERSCORE), T("acute", ACCENT),
    T("aleph", SYMBOL), T("alpha", SYMBOL), T("angle", SYMBOL), O("approx", RELATION, EXPR_APPROXIMATE),
    O("approxeq", RELATION, EXPR_APPROXIMATE), O("arccos", FUNCTION, EXPR_ACOS), O("arccosh", FUNCTION, EXPR_ACOSH),
    O("arccot", FUNCTION, EXPR_ACOT), O("arccsc", FUNCTION, EXPR_ACSC), O("arcctg", FUNCTION, EXPR_ACOT),
    O("arcosh", FUNCTION, EXPR_ACOSH), O("arcsec", FUNCTION, EXPR_ASEC), O("arcsin", FUNCTION, EXPR_ASIN),
    O("arcsinh", FUNCTION, EXPR_ASINH), O("arctan", FUNCTION, EXPR_ATAN), O("arctanh", FUNCTION, EXPR_ATANH),
    O("arctg", FUNCTION, EXPR_ATAN), O("arg", FUNCTION, EXPR_ARG), O("arsinh", FUNCTION, EXPR_ASINH),
    O("artanh", FUNCTION, EXPR_ATANH), T("ast", TIMES), T("backslash", WITHOUT), N("bar", ACCENT, 1, "bar"),
    A("bbox", ARGUMENT, 0), A("bcancel", ARGUMENT, 0), A("begin", BEGIN, 0), T("beta", SYMBOL), SKIP("bf"), SKIP("big"),
    T("bigcap", INTERSECTION), T("bigcirc", SYMBOL), T("bigcup", UNION), SKIP("bigg"), SKIP("biggl"), SKIP("biggr"),
    SKIP("bigl"), SKIP("bigm"), SKIP("bigr"), T("bigstar", SYMBOL), T("binom", BINOMIAL), A("bm", FONT, 0),
    T("bmod", MOD), A("bold", FONT, 0), A("boldsymbol", FONT, 0), T("bot", SYMBOL), SKIP("boxed"), T("breve", ACCENT),
    T("bullet", TIMES), SKIP("cal"), A("cancel", ARGUMENT, 0), T("cap", INTERSECTION), T("cdot", TIMES), T("cdots", ELLIPSIS),
    O("ceil", FUNCTION, EXPR_CEIL), T("centerdot", TIMES), SKIP("centering"), T("cfrac", FRACTION),
    T("check", ACCENT), T("checkmark", SYMBOL), T("chi", SYMBOL), T("choose", CHOOSE), T("circ", DEGREE),
    A("cite", ARGUMENT, 0), A("class", ARGUMENT, 0), SKIP("cline"), T("clubsuit", SYMBOL),
    O("coloneqq", RELATION, EXPR_EQUAL), A("color", ARGUMENT, 0), A("colorbox", ARGUMENT, 0),
    O("cong", RELATION, EXPR_EQUAL), O("cos", FUNCTION, EXPR_COS), O("cosec", FUNCTION, EXPR_CSC),
    O("cosh", FUNCTION, EXPR_COSH), O("cot", FUNCTION, EXPR_COT), O("cotg", FUNCTION, EXPR_COT),
    O("csc", FUNCTION, EXPR_CSC), O("ctg", FUNCTION, EXPR_COT), T("cup", UNION), T("dbinom", BINOMIAL),
    T("ddot", ACCENT), T("ddots", ELLIPSIS), O("deg", FUNCTION, FUNCTION_OTHER), T("degree", DEGREE),
    T("delta", SYMBOL), O("det", FUNCTION, FUNCTION_DET), T("dfrac", FRACTION), T("diamond", SYMBOL),
    T("diamondsuit", SYMBOL), O("dim", FUNCTION, FUNCTION_OTHER), SKIP("displaystyle"), T("div", DIVIDE),
    N("dollar", TEXT, 0, "dollar"), N("dot", ACCENT, 1, "dot"), O("doteq", RELATION, EXPR_EQUAL), T("dots", ELLIPSIS),
    T("dotsb", ELLIPSIS), T("dotsc", ELLIPSIS), O("e", CONSTANT, EXPR_E), T("ell", SYMBOL), A("emph", TEXT, 0),
    T("emptyset", EMPTY_SET), SKIP("enclose"), A("end", FINISH, 0), SPACE("enspace"), SKIP("ensuremath"),
    T("epsilon", SYMBOL), O("eq", RELATION, EXPR_EQUAL), O("equiv", RELATION, EXPR_EQUAL), T("eta", SYMBOL),
    N("euro", TEXT, 0, "euro"), T("exists", SYMBOL), O("exp", FUNCTION, FUNCTION_EXP), O("exponentialE", CONSTANT, EXPR_E),
    SKIP("fbox"), T("flatfrac", FRACTION), O("floor", FUNCTION, EXPR_FLOOR), T("forall", SYMBOL), T("frac", FRACTION),
    T("gamma", SYMBOL), O("gcd", FUNCTION, EXPR_GCD), O("ge", RELATION, EXPR_GREATER_EQUAL),
    O("geq", RELATION, EXPR_GREATER_EQUAL), O("geqq", RELATION, EXPR_GREATER_EQUAL),
    O("geqslant", RELATION, EXPR_GREATER_EQUAL), O("gg", RELATION, EXPR_GREATER), T("grave", ACCENT),
    O("gt", RELATION, EXPR_GREATER), T("hat", ACCENT), T("hbar", SYMBOL), A("hbox", TEXT, 0), T("heartsuit", SYMBOL),
    SKIP("hline"), A("hphantom", ARGUMENT, 0), A("hskip", ARGUMENT, 0), A("hspace", ARGUMENT, 0),
    O("i", CONSTANT, EXPR_I), T("iff", IMPLIES), T("iiint", BIG), T("iint", BIG), O("imaginaryI", CONSTANT, EXPR_I),
    O("imath", CONSTANT, EXPR_I), T("implies", IMPLIES), O("in", RELATION, EXPR_ELEMENT),
    O("inf", CONSTANT, EXPR_INFINITY), O("infinity", CONSTANT, EXPR_INFINITY), O("infty", CONSTANT, EXPR_INFINITY),
    T("int", BIG), T("iota", SYMBOL), SKIP("it"), T("jmath", SYMBOL), T("kappa", SYMBOL),
    O("ker", FUNCTION, FUNCTION_OTHER), A("kern", ARGUMENT, 0), T("lVert", NORM), A("label", ARGUMENT, 0),
    T("lambda", SYMBOL), O("langle", OPEN, 'A'), SKIP("large"), O("lbrace", OPEN, 'S'), O("lbrack", OPEN, '['),
    O("lceil", OPEN, 'C'), O("lcm", FUNCTION, EXPR_LCM), T("ldots", ELLIPSIS), O("le", RELATION, EXPR_LESS_EQUAL),
    SKIP("left"), O("leq", RELATION, EXPR_LESS_EQUAL), O("leqq", RELATION, EXPR_LESS_EQUAL),
    O("leqslant", RELATION, EXPR_LESS_EQUAL), O("lfloor", OPEN, 'F'), O("lg", FUNCTION, EXPR_LOG),
    O("lgroup", OPEN, '('), T("lim", BIG), T("liminf", BIG), SKIP("limits"), T("limsup", BIG),
    O("ll", RELATION, EXPR_LESS), O("llcorner", OPEN, 'F'), O("ln", FUNCTION, FUNCTION_LN),
    O("log", FUNCTION, EXPR_LOG), T("longrightarrow", IMPLIES), O("lparen", OPEN, '('), O("lrcorner", CLOSE, 'F'),
    O("lt", RELATION, EXPR_LESS), T("lvert", BAR), T("mapsto", IMPLIES), A("mathbb", BOARD, 0), A("mathbf", FONT, 0),
    SKIP("mathbin"), A("mathcal", FONT, 0), SKIP("mathclose"), A("mathfrak", FONT, 0), SKIP("mathinner"),
    A("mathit", FONT, 0), A("mathnormal", FONT, 1), SKIP("mathop"), SKIP("mathopen"), SKIP("mathord"),
    SKIP("mathrel"), T("mathring", ACCENT), A("mathrm", FONT, 1), A("mathscr", FONT, 0), A("mathsf", FONT, 1),
    SKIP("mathsmaller"), SKIP("mathstrut"), A("mathtt", FONT, 1), O("max", FUNCTION, EXPR_MAX), A("mbox", TEXT, 0),
    T("measuredangle", SYMBOL), SPACE("medspace"), T("mid", SUCH_THAT), SKIP("middle"), O("min", FUNCTION, EXPR_MIN),
    SKIP("mleft"), T("mod", MOD), T("mp", PLUS_MINUS), SKIP("mright"), T("mu", SYMBOL), T("nabla", SYMBOL),
    O("ne", RELATION, EXPR_UNEQUAL), SPACE("negmedspace"), SPACE("negthickspace"), SPACE("negthinspace"),
    O("neq", RELATION, EXPR_UNEQUAL), O("ni", RELATION, EXPR_ELEMENT), T("nicefrac", FRACTION), SPACE("nobreakspace"),
    SKIP("noindent"), SKIP("nolimits"), SKIP("nonumber"), SKIP("normalfont"), SKIP("notag"), T("notin", NOT_IN),
    T("nu", SYMBOL), T("oint", BIG), T("omega", SYMBOL), T("omicron", SYMBOL), A("operatorname", NAME, 0),
    A("operatornamewithlimits", NAME, 0), T("over", OVER), T("overarc", ACCENT), T("overleftarrow", ACCENT),
    T("overleftrightarrow", ACCENT), N("overline", ACCENT, 1, "bar"), N("overrightarrow", ACCENT, 0, "vec"),
    A("pagecolor", ARGUMENT, 0), T("parallel", SYMBOL), T("partial", SYMBOL), T("perp", SYMBOL),
    A("phantom", ARGUMENT, 0), T("phi", SYMBOL), O("pi", CONSTANT, EXPR_PI), T("pm", PLUS_MINUS), A("pmb", FONT, 0),
    T("pmod", PMOD), N("pounds", TEXT, 0, "gbp"), T("prime", PRIME), T("prod", BIG), SKIP("protect"), T("psi", SYMBOL),
    SPACE("qquad"), SPACE("quad"), T("rVert", NORM), O("rangle", CLOSE, 'A'), O("rank", FUNCTION, FUNCTION_OTHER),
    O("rbrace", CLOSE, 'S'), O("rbrack", CLOSE, '['), O("rceil", CLOSE, 'C'), T("reals", REALS),
    A("ref", ARGUMENT, 0), SKIP("relax"), O("rfloor", CLOSE, 'F'), O("rgroup", CLOSE, '('), T("rho", SYMBOL),
    SKIP("right"), T("rightarrow", IMPLIES), SKIP("rm"), O("rparen", CLOSE, '('), T("rvert", BAR),
    SKIP("scriptscriptstyle"), SKIP("scriptstyle"), O("sec", FUNCTION, EXPR_SEC), T("setminus", WITHOUT), SKIP("sf"),
    T("sfrac", FRACTION), T("sigma", SYMBOL), O("sim", RELATION, EXPR_APPROXIMATE),
    O("simeq", RELATION, EXPR_APPROXIMATE), O("sin", FUNCTION, EXPR_SIN), O("sinh", FUNCTION, EXPR_SINH),
    T("slash", DIVIDE), SKIP("small"), T("smallsetminus", WITHOUT), SKIP("smash"), SPACE("space"),
    T("spadesuit", SYMBOL), T("sphericalangle", SYMBOL), O("sqrt", ROOT, 2), T("square", SYMBOL), T("star", TIMES),
    SKIP("strut"), A("style", ARGUMENT, 0), T("sum", BIG), T("sup", BIG), A("tag", ARGUMENT, 0),
    O("tan", FUNCTION, EXPR_TAN), O("tanh", FUNCTION, EXPR_TANH), T("tau", SYMBOL), T("tbinom", BINOMIAL),
    A("text", TEXT, 0), A("textbf", TEXT, 0), A("textcolor", ARGUMENT, 0), T("textdegree", DEGREE),
    N("textdollar", TEXT, 0, "dollar"), N("texteuro", TEXT, 0, "euro"), A("textit", TEXT, 0), A("textnormal", TEXT, 0), SKIP("textquotesingle"),
    A("textrm", TEXT, 0), A("textsc", TEXT, 0), A("textsf", TEXT, 0), SKIP("textstyle"), A("texttt", TEXT, 0),
    A("textup", TEXT, 0), T("tfrac", FRACTION), O("tg", FUNCTION, EXPR_TAN), T("therefore", IMPLIES),
    T("theta", SYMBOL), O("thickapprox", RELATION, EXPR_APPROXIMATE), SPACE("thickspace"), SPACE("thinspace"),
    T("tilde", ACCENT), T("times", TIMES), T("to", IMPLIES), O("tr", FUNCTION, FUNCTION_OTHER), T("triangle", SYMBOL),
    T("triangledown", SYMBOL), SKIP("tt"), O("ulcorner", OPEN, 'C'), T("underline", ACCENT), T("union", UNION),
    T("upsilon", SYMBOL), O("urcorner", CLOSE, 'C'), T("varepsilon", SYMBOL), T("varkappa", SYMBOL),
    T("varnothing", EMPTY_SET), T("varphi", SYMBOL), T("varpi", SYMBOL), T("varrho", SYMBOL), T("varsigma", SYMBOL),
    T("vartheta", SYMBOL), T("vdots", ELLIPSIS), T("vec", ACCENT), T("vert", BAR), A("vphantom", ARGUMENT, 0),
    A("vskip", ARGUMENT, 0), A("vspace", ARGUMENT, 0), N("widehat", ACCENT, 0, "hat"), T("wideparen", ACCENT),
    N("widetilde", ACCENT, 0, "tilde"), T("wp", SYMBOL), A("xcancel", ARGUMENT, 0), T("xi", SYMBOL), T("zeta", SYMBOL),
    O("{", OPEN, 'S'), T("|", NORM), O("}", CLOSE, 'S'),
};
// clang-format on

// clang-format off
static const struct word words[] = {
    O("AND", COMMA, 1), O("And", COMMA, 1), O("INF", CONSTANT, EXPR_INFINITY), O("Infinity", CONSTANT, EXPR_INFINITY),
    O("OR", COMMA, 2), O("Or", COMMA, 2), O("PI", CONSTANT, EXPR_PI), T("Pct", PERCENT), T("Percent", PERCENT),
    O("Pi", CONSTANT, EXPR_PI), O("abs", FUNCTION, EXPR_ABS), O("acos", FUNCTION, EXPR_ACOS),
    O("acosh", FUNCTION, EXPR_ACOSH), O("acot", FUNCTION, EXPR_ACOT), O("acsc", FUNCTION, EXPR_ACSC),
    O("and", COMMA, 1), O("arccos", FUNCTION, EXPR_ACOS), O("arccosh", FUNCTION, EXPR_ACOSH),
    O("arccot", FUNCTION, EXPR_ACOT), O("arccsc", FUNCTION, EXPR_ACSC), O("arcctg", FUNCTION, EXPR_ACOT),
    O("arcosh", FUNCTION, EXPR_ACOSH), O("arcsec", FUNCTION, EXPR_ASEC), O("arcsin", FUNCTION, EXPR_ASIN),
    O("arcsinh", FUNCTION, EXPR_ASINH), O("arctan", FUNCTION, EXPR_ATAN), O("arctanh", FUNCTION, EXPR_ATANH),
    O("arctg", FUNCTION, EXPR_ATAN), O("arsinh", FUNCTION, EXPR_ASINH), O("artanh", FUNCTION, EXPR_ATANH),
    O("asec", FUNCTION, EXPR_ASEC), O("asin", FUNCTION, EXPR_ASIN), O("asinh", FUNCTION, EXPR_ASINH),
    O("atan", FUNCTION, EXPR_ATAN), O("atanh", FUNCTION, EXPR_ATANH), O("binom", FUNCTION, EXPR_BINOMIAL),
    O("binomial", FUNCTION, EXPR_BINOMIAL), O("cbrt", FUNCTION, FUNCTION_CBRT), O("ceil", FUNCTION, EXPR_CEIL),
    O("ceiling", FUNCTION, EXPR_CEIL), O("cos", FUNCTION, EXPR_COS), O("cosec", FUNCTION, EXPR_CSC),
    O("cosh", FUNCTION, EXPR_COSH), O("cot", FUNCTION, EXPR_COT), O("cotg", FUNCTION, EXPR_COT),
    O("csc", FUNCTION, EXPR_CSC), O("ctg", FUNCTION, EXPR_COT), T("cup", UNION), O("det", FUNCTION, FUNCTION_DET),
    O("exp", FUNCTION, FUNCTION_EXP), O("floor", FUNCTION, EXPR_FLOOR), O("gcd", FUNCTION, EXPR_GCD),
    O("geq", RELATION, EXPR_GREATER_EQUAL), O("inf", CONSTANT, EXPR_INFINITY), O("infinity", CONSTANT, EXPR_INFINITY),
    O("infty", CONSTANT, EXPR_INFINITY), O("lcm", FUNCTION, EXPR_LCM), O("leq", RELATION, EXPR_LESS_EQUAL),
    O("lg", FUNCTION, EXPR_LOG), O("ln", FUNCTION, FUNCTION_LN), O("log", FUNCTION, EXPR_LOG),
    O("max", FUNCTION, EXPR_MAX), O("min", FUNCTION, EXPR_MIN), T("mod", MOD), O("oo", CONSTANT, EXPR_INFINITY),
    O("or", COMMA, 2), T("pct", PERCENT), T("percent", PERCENT), T("percentage", PERCENT), O("pi", CONSTANT, EXPR_PI),
    O("sec", FUNCTION, EXPR_SEC), O("sin", FUNCTION, EXPR_SIN), O("sinh", FUNCTION, EXPR_SINH),
    O("sqrt", FUNCTION, FUNCTION_SQRT), O("tan", FUNCTION, EXPR_TAN), O("tanh", FUNCTION, EXPR_TANH),
    T("union", UNION),
};
// clang-format on

// clang-format off
static const struct { uint32_t code; struct word word; } characters[] = {
    {0xA0, SPACE(NULL)}, {0xA2, N(NULL, TEXT, 0, "cent")}, {0xA3, N(NULL, TEXT, 0, "gbp")}, {0xA5, N(NULL, TEXT, 0, "yen")}, {0xB0, T(NULL, DEGREE)},
    {0xB1, T(NULL, PLUS_MINUS)}, {0xB5, N(NULL, SYMBOL, 0, "mu")}, {0xB7, T(NULL, TIMES)}, {0xBA, T(NULL, DEGREE)},
    {0xBC, O(NULL, VULGAR, 20)}, {0xBD, O(NULL, VULGAR, 18)}, {0xBE, O(NULL, VULGAR, 52)}, {0xD7, T(NULL, TIMES)},
    {0xF7, T(NULL, DIVIDE)}, {0x2DA, T(NULL, DEGREE)}, {0x393, N(NULL, SYMBOL, 0, "Gamma")},
    {0x394, N(NULL, SYMBOL, 0, "Delta")}, {0x398, N(NULL, SYMBOL, 0, "Theta")}, {0x39B, N(NULL, SYMBOL, 0, "Lambda")},
    {0x39E, N(NULL, SYMBOL, 0, "Xi")}, {0x3A0, N(NULL, SYMBOL, 0, "Pi")}, {0x3A3, N(NULL, SYMBOL, 0, "Sigma")},
    {0x3A6, N(NULL, SYMBOL, 0, "Phi")}, {0x3A8, N(NULL, SYMBOL, 0, "Psi")}, {0x3A9, N(NULL, SYMBOL, 0, "Omega")},
    {0x3B1, N(NULL, SYMBOL, 0, "alpha")}, {0x3B2, N(NULL, SYMBOL, 0, "beta")}, {0x3B3, N(NULL, SYMBOL, 0, "gamma")},
    {0x3B4, N(NULL, SYMBOL, 0, "delta")}, {0x3B5, N(NULL, SYMBOL, 0, "epsilon")}, {0x3B6, N(NULL, SYMBOL, 0, "zeta")},
    {0x3B7, N(NULL, SYMBOL, 0, "eta")}, {0x3B8, N(NULL, SYMBOL, 0, "theta")}, {0x3B9, N(NULL, SYMBOL, 0, "iota")},
    {0x3BA, N(NULL, SYMBOL, 0, "kappa")}, {0x3BB, N(NULL, SYMBOL, 0, "lambda")}, {0x3BC, N(NULL, SYMBOL, 0, "mu")},
    {0x3BD, N(NULL, SYMBOL, 0, "nu")}, {0x3BE, N(NULL, SYMBOL, 0, "xi")}, {0x3BF, N(NULL, SYMBOL, 0, "omicron")},
    {0x3C0, O(NULL, CONSTANT, EXPR_PI)}, {0x3C1, N(NULL, SYMBOL, 0, "rho")}, {0x3C2, N(NULL, SYMBOL, 0, "varsigma")},
    {0x3C3, N(NULL, SYMBOL, 0, "sigma")}, {0x3C4, N(NULL, SYMBOL, 0, "tau")}, {0x3C5, N(NULL, SYMBOL, 0, "upsilon")},
    {0x3C6, N(NULL, SYMBOL, 0, "phi")}, {0x3C7, N(NULL, SYMBOL, 0, "chi")}, {0x3C8, N(NULL, SYMBOL, 0, "psi")},
    {0x3C9, N(NULL, SYMBOL, 0, "omega")}, {0x3D1, N(NULL, SYMBOL, 0, "vartheta")},
    {0x3D5, N(NULL, SYMBOL, 0, "varphi")}, {0x3D6, N(NULL, SYMBOL, 0, "varpi")},
    {0x3F1, N(NULL, SYMBOL, 0, "varrho")}, {0x3F5, N(NULL, SYMBOL, 0, "varepsilon")}, {0xE3F, SKIP(NULL)},
    {0x2002, SPACE(NULL)}, {0x2003, SPACE(NULL)}, {0x2004, SPACE(NULL)}, {0x2005, SPACE(NULL)}, {0x2006, SPACE(NULL)},
    {0x2007, SPACE(NULL)}, {0x2008, SPACE(NULL)}, {0x2009, SPACE(NULL)}, {0x200A, SPACE(NULL)}, {0x200B, SPACE(NULL)},
    {0x200C, SPACE(NULL)}, {0x200D, SPACE(NULL)}, {0x2010, T(NULL, MINUS)}, {0x2011, T(NULL, MINUS)},
    {0x2013, T(NULL, MINUS)}, {0x2014, T(NULL, MINUS)}, {0x2016, T(NULL, NORM)}, {0x2018, T(NULL, PRIME)},
    {0x2019, T(NULL, PRIME)}, {0x201C, SKIP(NULL)}, {0x201D, SKIP(NULL)}, {0x2022, T(NULL, TIMES)},
    {0x2026, T(NULL, ELLIPSIS)}, {0x202F, SPACE(NULL)}, {0x2032, T(NULL, PRIME)}, {0x2044, T(NULL, DIVIDE)},
    {0x205F, SPACE(NULL)}, {0x2060, SPACE(NULL)}, {0x2061, SPACE(NULL)}, {0x2062, SPACE(NULL)}, {0x2063, SPACE(NULL)},
    {0x20A9, SKIP(NULL)}, {0x20AA, SKIP(NULL)}, {0x20AB, SKIP(NULL)}, {0x20AC, N(NULL, TEXT, 0, "euro")}, {0x20B9, N(NULL, TEXT, 0, "rupee")},
    {0x20BD, SKIP(NULL)}, {0x2102, N(NULL, SYMBOL, 0, "complexes")}, {0x210F, N(NULL, SYMBOL, 0, "hbar")},
    {0x2113, N(NULL, SYMBOL, 0, "ell")}, {0x2115, N(NULL, SYMBOL, 0, "naturals")},
    {0x2119, N(NULL, SYMBOL, 0, "primes")}, {0x211A, N(NULL, SYMBOL, 0, "rationals")}, {0x211D, T(NULL, REALS)},
    {0x2124, N(NULL, SYMBOL, 0, "integers")}, {0x212F, O(NULL, CONSTANT, EXPR_E)},
    {0x2148, O(NULL, CONSTANT, EXPR_I)}, {0x2150, O(NULL, VULGAR, 23)}, {0x2151, O(NULL, VULGAR, 25)},
    {0x2152, O(NULL, VULGAR, 26)}, {0x2153, O(NULL, VULGAR, 19)}, {0x2154, O(NULL, VULGAR, 35)},
    {0x2155, O(NULL, VULGAR, 21)}, {0x2156, O(NULL, VULGAR, 37)}, {0x2157, O(NULL, VULGAR, 53)},
    {0x2158, O(NULL, VULGAR, 69)}, {0x2159, O(NULL, VULGAR, 22)}, {0x215A, O(NULL, VULGAR, 86)},
    {0x215B, O(NULL, VULGAR, 24)}, {0x215C, O(NULL, VULGAR, 56)}, {0x215D, O(NULL, VULGAR, 88)},
    {0x215E, O(NULL, VULGAR, 120)}, {0x2192, T(NULL, IMPLIES)}, {0x21D2, T(NULL, IMPLIES)},
    {0x21D4, T(NULL, IMPLIES)}, {0x2202, N(NULL, SYMBOL, 0, "partial")}, {0x2205, T(NULL, EMPTY_SET)},
    {0x2206, N(NULL, SYMBOL, 0, "Delta")}, {0x2207, N(NULL, SYMBOL, 0, "nabla")},
    {0x2208, O(NULL, RELATION, EXPR_ELEMENT)}, {0x2209, T(NULL, NOT_IN)}, {0x220F, N(NULL, BIG, 0, "prod")},
    {0x2211, N(NULL, BIG, 0, "sum")}, {0x2212, T(NULL, MINUS)}, {0x2213, T(NULL, PLUS_MINUS)},
    {0x2215, T(NULL, DIVIDE)}, {0x2216, T(NULL, WITHOUT)}, {0x2217, T(NULL, TIMES)}, {0x2219, T(NULL, TIMES)},
    {0x221A, O(NULL, ROOT, 2)}, {0x221B, O(NULL, ROOT, 3)}, {0x221C, O(NULL, ROOT, 4)},
    {0x221E, O(NULL, CONSTANT, EXPR_INFINITY)}, {0x2220, N(NULL, SYMBOL, 0, "angle")}, {0x2223, T(NULL, BAR)},
    {0x2225, T(NULL, NORM)}, {0x2229, T(NULL, INTERSECTION)}, {0x222A, T(NULL, UNION)},
    {0x222B, N(NULL, BIG, 0, "int")}, {0x2234, T(NULL, IMPLIES)}, {0x2236, T(NULL, COLON)},
    {0x223C, O(NULL, RELATION, EXPR_APPROXIMATE)}, {0x2243, O(NULL, RELATION, EXPR_APPROXIMATE)},
    {0x2245, O(NULL, RELATION, EXPR_EQUAL)}, {0x2248, O(NULL, RELATION, EXPR_APPROXIMATE)},
    {0x2260, O(NULL, RELATION, EXPR_UNEQUAL)}, {0x2261, O(NULL, RELATION, EXPR_EQUAL)},
    {0x2264, O(NULL, RELATION, EXPR_LESS_EQUAL)}, {0x2265, O(NULL, RELATION, EXPR_GREATER_EQUAL)},
    {0x2266, O(NULL, RELATION, EXPR_LESS_EQUAL)}, {0x2267, O(NULL, RELATION, EXPR_GREATER_EQUAL)},
    {0x22C3, T(NULL, UNION)}, {0x22C5, T(NULL, TIMES)}, {0x22C6, T(NULL, TIMES)}, {0x22EF, T(NULL, ELLIPSIS)},
    {0x2308, O(NULL, OPEN, 'C')}, {0x2309, O(NULL, CLOSE, 'C')}, {0x230A, O(NULL, OPEN, 'F')},
    {0x230B, O(NULL, CLOSE, 'F')}, {0x25B3, N(NULL, SYMBOL, 0, "triangle")}, {0x2715, T(NULL, TIMES)},
    {0x27E8, O(NULL, OPEN, 'A')}, {0x27E9, O(NULL, CLOSE, 'A')}, {0x27F9, T(NULL, IMPLIES)},
    {0x27FA, T(NULL, IMPLIES)}, {0x2A2F, T(NULL, TIMES)}, {0x2A7D, O(NULL, RELATION, EXPR_LESS_EQUAL)},
    {0x2A7E, O(NULL, RELATION, EXPR_GREATER_EQUAL)}, {0x3000, SPACE(NULL)}, {0x3001, T(NULL, COMMA)},
    {0x3002, SKIP(NULL)}, {0x3008, O(NULL, OPEN, 'A')}, {0x3009, O(NULL, CLOSE, 'A')}, {0xFE63, T(NULL, MINUS)},
    {0xFEFF, SPACE(NULL)}, {0xFF05, T(NULL, PERCENT)}, {0xFF08, O(NULL, OPEN, '(')}, {0xFF09, O(NULL, CLOSE, '(')},
    {0xFF0B, T(NULL, PLUS)}, {0xFF0C, T(NULL, COMMA)}, {0xFF0D, T(NULL, MINUS)}, {0xFF1A, T(NULL, COLON)},
    {0xFF1B, T(NULL, SEMICOLON)}, {0xFF1C, O(NULL, RELATION, EXPR_LESS)}, {0xFF1D, O(NULL, RELATION, EXPR_EQUAL)},
    {0xFF1E, O(NULL, RELATION, EXPR_GREATER)}, {0xFF3B, O(NULL, OPEN, '[')}, {0xFF3D, O(NULL, CLOSE, '[')},
    {0xFF5B, O(NULL, OPEN, 'S')}, {0xFF5C, T(NULL, BAR)}, {0xFF5D, O(NULL, CLOSE, 'S')},
    {0x1D70B, O(NULL, CONSTANT, EXPR_PI)},
};
// clang-format on

// What may stand after a number without being multiplied with it. A plural s or es is taken off before the look-up.
static const char *const units[] = {
    "acre",  "am",       "apple",     "cent",      "centimeter", "centimetre", "cm",     "coin",   "cu",     "cubic",
    "day",   "deg",      "degree",    "dm",        "dollar",     "edge",       "euro",   "feet",   "foot",   "ft",
    "gal",   "gallon",   "gm",        "gram",      "hectare",    "hour",       "hr",     "hz",     "inch",   "joule",
    "kg",    "kilogram", "kilometer", "kilometre", "km",         "kmh",        "kmph",   "lb",     "liter",  "litre",
    "meter", "metre",    "mg",        "mile",      "milliliter", "millimeter", "min",    "minute", "ml",     "mm",
    "mol",   "month",    "mph",       "newton",    "ohm",        "ounce",      "oz",     "people", "person", "pm",
    "point", "pound",    "rad",       "radian",    "rupee",      "sec",        "second", "sq",     "square", "student",
    "ton",   "unit",     "volt",      "watt",      "week",       "yard",       "year",   "yr",
};

static const struct {
    const char *name;
    int kind;
} environments[] = {
    {"matrix", ENVIRONMENT_MATRIX},       {"pmatrix", ENVIRONMENT_MATRIX},      {"bmatrix", ENVIRONMENT_MATRIX},
    {"Bmatrix", ENVIRONMENT_MATRIX},      {"smallmatrix", ENVIRONMENT_MATRIX},  {"array", ENVIRONMENT_MATRIX},
    {"vmatrix", ENVIRONMENT_DETERMINANT}, {"Vmatrix", ENVIRONMENT_DETERMINANT}, {"cases", ENVIRONMENT_CASES},
    {"dcases", ENVIRONMENT_CASES},        {"rcases", ENVIRONMENT_CASES},        {"aligned", ENVIRONMENT_LINES},
    {"align", ENVIRONMENT_LINES},         {"align*", ENVIRONMENT_LINES},        {"gathered", ENVIRONMENT_LINES},
    {"gather", ENVIRONMENT_LINES},        {"gather*", ENVIRONMENT_LINES},       {"split", ENVIRONMENT_LINES},
    {"equation", ENVIRONMENT_LINES},      {"equation*", ENVIRONMENT_LINES},     {"alignedat", ENVIRONMENT_LINES},
    {"multline", ENVIRONMENT_LINES},      {"multline*", ENVIRONMENT_LINES},     {"eqnarray", ENVIRONMENT_LINES},
    {"center", ENVIRONMENT_LINES},        {"displaymath", ENVIRONMENT_LINES},
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

// As strcmp of a text with a name.
static int order(struct text t, const char *name)
{
    size_t n = strlen(name);
    int d = memcmp(t.at, name, t.size < n ? t.size : n);
    return d ? d : (t.size > n) - (t.size < n);
}

static const struct word *find(const struct word *table, size_t count, struct text name)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int d = order(name, table[middle].name);
        if (d == 0)
            return &table[middle];
        *(d < 0 ? &high : &low) = d < 0 ? middle : middle + 1;
    }
    return NULL;
}

const struct word *math_command(struct text name)
{
    return find(commands, COUNT(commands), name);
}

const struct word *math_word(struct text name)
{
    return find(words, COUNT(words), name);
}

const struct word *math_character(uint32_t code)
{
    size_t low = 0, high = COUNT(characters);
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (characters[middle].code == code)
            return &characters[middle].word;
        *(code < characters[middle].code ? &high : &low) = code < characters[middle].code ? middle : middle + 1;
    }
    return NULL;
}

static bool unit(struct text word)
{
    size_t low = 0, high = COUNT(units);
    while (low < high) {
        size_t middle = (low + high) / 2;
        int d = order(word, units[middle]);
        if (d == 0)
            return true;
        *(d < 0 ? &high : &low) = d < 0 ? middle : middle + 1;
    }
    return false;
}

bool math_unit(struct text word)
{
    char lower[16];
    if (word.size < 2 || word.size >= sizeof lower)
        return false;
    for (size_t i = 0; i < word.size; i++)
        lower[i] = (char)(word.at[i] | 0x20);
    word.at = lower;
    if (unit(word))
        return true;
    if (lower[word.size - 1] == 's')
        word.size--;
    else
        return false;
    return unit(word) || (word.size > 2 && lower[word.size - 1] == 'e' && (word.size--, unit(word)));
}

int math_environment(struct text name)
{
    for (size_t i = 0; i < COUNT(environments); i++)
        if (order(name, environments[i].name) == 0)
            return environments[i].kind;
    return -1;
}

const char *math_words_unsorted(void)
{
    for (size_t i = 1; i < COUNT(commands); i++)
        if (strcmp(commands[i - 1].name, commands[i].name) >= 0)
            return commands[i].name;
    for (size_t i = 1; i < COUNT(words); i++)
        if (strcmp(words[i - 1].name, words[i].name) >= 0)
            return words[i].name;
    for (size_t i = 1; i < COUNT(units); i++)
        if (strcmp(units[i - 1], units[i]) >= 0)
            return units[i];
    for (size_t i = 1; i < COUNT(characters); i++)
        if (characters[i - 1].code >= characters[i].code)
            return "a character";
    return NULL;
}
