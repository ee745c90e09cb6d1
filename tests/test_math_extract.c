// math_extract: which piece of a text is read, and as what.
#include "test.h"

#include <stdlib.h>

#include "verify/math.h"

static const struct math_extraction completion = {.boxed_first = true, .first_only = true};
static const struct math_extraction boxed = {.boxed_only = true, .first_only = true};
static const struct math_extraction any = {.boxed_first = true, .plain = true, .unanchored = true};
static const struct math_extraction gold = {.first_only = true, .plain = true, .unanchored = true, .whole = true};
static const struct math_extraction block = {.boxed_first = true, .first_only = true, .plain = true, .whole = true};

struct extraction {
    struct text t;
    const struct math_extraction *how;
    struct math_answer answers[MATH_ANSWERS_MAX];
    int count;
    struct str read; // the answers as trees, with " or " between them
};

static void extract(struct workspace *w, void *argument)
{
    struct extraction *e = argument;
    e->count = math_extract(w, e->t, e->how, e->answers);
    for (int i = 0; i < e->count; i++) {
        str_puts(&e->read, i ? " or " : "");
        expr_print(w, e->answers[i].value, &e->read);
    }
}

struct row {
    const char *text, *source, *read, *place; // read: NULL for nothing that can be read
};

static void expect_rows(const struct math_extraction *how, const struct row *rows, size_t count)
{
    struct workspace w = {0};
    for (size_t i = 0; i < count; i++) {
        struct extraction e = {.t = text_of(rows[i].text), .how = how};
        EXPECT(workspace_run(&w, extract, &e), "%s: %s", rows[i].text, w.reason);
        const struct math_answer *a = &e.answers[0];
        EXPECT((e.count > 0) == (rows[i].read != NULL) && (!e.count || strcmp(e.read.data, rows[i].read) == 0),
               "%s: read as %s, expected %s", rows[i].text, e.count ? e.read.data : "nothing",
               rows[i].read ? rows[i].read : "nothing");
        EXPECT(text_equals(a->source, rows[i].source), "%s: from \"%.*s\", expected \"%s\"", rows[i].text,
               (int)a->source.size, a->source.at, rows[i].source);
        EXPECT(!rows[i].place || (a->place && strcmp(a->place, rows[i].place) == 0), "%s: %s", rows[i].text, a->place);
        str_finish(&e.read);
    }
    workspace_finish(&w);
}
#define EXPECT_READ(how, ...)                                                                                          \
    do {                                                                                                               \
        static const struct row rows[] = {__VA_ARGS__};                                                                \
        expect_rows(&(how), rows, sizeof rows / sizeof *rows);                                                         \
    } while (0)

TEST(math_extract, boxes)
{
    EXPECT_READ(
        completion, {"so \\boxed{5}.", "5", "5", "in the box"},
        {"\\boxed{4} was wrong, it is \\boxed{5}", "5", "5", "in the box"}, {"\\fbox{5}", "5", "5", "in the box"},
        {"\\boxed {5}", "5", "5", "in the box"}, {"\\boxed{\\boxed{5}}", "5", "5", "in the box"},
        {"\\boxed{\\frac{1}{2}}", "\\frac{1}{2}", "1/2", "in the box"},
        {"\\boxed{\\{1,2\\}}", "\\{1,2\\}", "(set 1 2)", "in the box"}, {"$x=\\boxed{7}$", "7", "7", "in the box"},
        {"$\\boxed{28}\\%$", "\\boxed{28}\\%", "7/25% or 28", "in the box"},
        {"\\(\\boxed{28}\\) percent", "\\boxed{28}\\) percent", "7/25% or 28", "in the box"},
        {"\\boxed{5} ... \\boxed{}", "5", "5", "in the box"}, {"\\boxed{5} and then \\boxed{6", "5", "5", "in the box"},
        {"{ \\boxed{5}", "5", "5", "in the box"}, {"x \\\\\\boxed{5}", "5", "5", "in the box"},
        {"\\\\boxed{5}", "5", "5", "in the box"}, {"\\boxed{5 \\\\{6}}", "5 \\\\{6}", NULL, "in the box"},
        {"\\boxed{5", "", NULL, NULL}, {"\\boxed{ }", "", NULL, NULL}, {"so \\boxed 42.", "42", "42", "in the box"},
        {"\\boxed x", "", NULL, NULL}, {"boxed{5}", "", NULL, NULL},
        {"\\boxed{5}. Answer: $6$", "5", "5", "in the box"}, {"\\boxed{?}. Answer: $6$", "?", NULL, "in the box"});
    EXPECT_READ(boxed, {"\\boxed{5}", "5", "5", "in the box"},
                {"the final answer is $5$. I hope it is", "", NULL, NULL}, {"Answer: $5$", "", NULL, NULL});
    EXPECT_READ(any, {"\\boxed{5} is what \\boxed{?} says", "5", "5",
                      "in the box"}); // the next piece where the best one cannot be read
}

TEST(math_extract, boxes_that_belong_together)
{
    EXPECT_READ(completion, {"\\boxed{1} and \\boxed{2}", "\\boxed{1} and \\boxed{2}", "(set 1 2)", "in the box"},
                {"$\\boxed{1}$, $\\boxed{2}$, and $\\boxed{3}$", "\\boxed{1}$, $\\boxed{2}$, and $\\boxed{3}",
                 "(set 1 2 3)", NULL},
                {"\\boxed{1}\\boxed{2}", "\\boxed{1}\\boxed{2}", "(set 1 2)", NULL},
                {"\\boxed{5}\\boxed{5}", "5", "5", NULL},
                {"\\boxed{x=2} \\text{ or } \\boxed{x=3}", "\\boxed{x=2} \\text{ or } \\boxed{x=3}",
                 "(set (= x 2) (= x 3))", NULL},
                {"x = \\boxed{1}, y = \\boxed{2}", "\\boxed{1}, y = \\boxed{2}", "(set 1 2)", NULL},
                {"\\boxed{1}, \\boxed{234}", "\\boxed{1}, \\boxed{234}", "(set 1 234)", NULL},
                {"\\boxed{1} no \\boxed{2}", "2", "2", NULL}, {"\\boxed{1}, wait, \\boxed{2}", "2", "2", NULL},
                {"\\boxed{1}. And \\boxed{2}", "2", "2", NULL}, {"\\boxed{1}\n\n\\boxed{2}", "2", "2", NULL},
                {"\\boxed{25\\%} or \\boxed{1}", "\\boxed{25\\%} or \\boxed{1}", "(set 1/4% 1)", NULL});
}

TEST(math_extract, marks_by_their_priority)
{
    EXPECT_READ(completion, {"The final answer is $7$. I hope it is correct.", "7", "7", "after \"final answer\""},
                {"The final answer is $7$. I hope. The final answer is $8$", "7", "7", "after \"final answer\""},
                {"final answer to all of this is: $7$. Another answer: $9$", "7", "7", "after \"final answer\""},
                {"Answer: $7$. The answer is $9$", "7", "7", "after \"answer:\""},
                {"Answer: $7$ or rather answer: $8$", "8", "8", "after \"answer:\""},
                {"ANSWER: \\[7\\]", "7", "7", "after \"answer:\""},
                {"so the answer must be \\(7\\)", "7", "7", "after \"answer\""},
                {"the answer is \\frac{3}{4}", "\\frac{3}{4}", "3/4", "after \"answer\""},
                {"the answer is -\\frac{3}{4}.", "-\\frac{3}{4}", "-3/4", "after \"answer\""},
                {"answer: $$\n1+2\n$$", "1+2", "(sum 1 2)", NULL}, {"answer: $1+\n2$", "", NULL, NULL},
                {"answer is [ 6 ] .", "6", "6", NULL}, {"answer: $28$ percent", "$28$ percent", "7/25%", NULL},
                {"answer: $28\\%$", "28\\%", "7/25%", NULL}, {"answer: $1$ and $2$", "$1$ and $2$", "(set 1 2)", NULL},
                {"answer: $1$, $2$, or $3$.", "$1$, $2$, or $3$", "(set 1 2 3)", NULL},
                {"answer: it is more than the fifty characters away from here: $7$", "", NULL, NULL},
                {"answer: 7", "", NULL, NULL}, {"$7$", "", NULL, NULL}, {"answer: \\$7 and $8$", "8", "8", NULL},
                {"", "", NULL, NULL});
}

TEST(math_extract, numbers_outside_of_latex)
{
    EXPECT_READ(any, {"so 3 + 4 is 7", "7", "7", "as the last number"},
                {"it costs $1,234.50 a year", "1,234.50", "2469/2f", "as the last number"},
                {"the answer: 12 apples", "12", "12", "after \"answer:\""},
                {"the final answer is 5.", "5", "5", "after \"final answer\""},
                {"we get $x=3$ and then 15", "15", "15", "as the last number"},
                {"15, then $x=3$", "x=3", "(= x 3)", "as the last formula"},
                {"so 3*(4+5) follows", "3*(4+5)", "(product 3 (sum 4 5))", "as the last number"},
                {"from 2 to -3", "-3", "-3", NULL}, {"28 percent", "28 percent", "7/25%", NULL},
                {"R2D2", "", NULL, NULL}, {"no number", "", NULL, NULL},
                {"$1$ and $2$", "$1$ and $2$", "(set 1 2)", "as the last formula"});
}

TEST(math_extract, gold_answers)
{
    EXPECT_READ(gold, {"$\\frac12$", "\\frac12", "1/2", NULL},
                {"x^2+1", "x^2+1", "(sum (power x 2) 1)", "as the whole text"},
                {"(3,4)", "(3,4)", "(tuple 3 4)", "as the whole text"},
                {"1+\\frac{1}{2}", "1+\\frac{1}{2}", "(sum 1 1/2)", "as the whole text"},
                {"3 apples", "3 apples", "3", "as the whole text"}, {"$1,234.50", "$1,234.50", "2469/2f", NULL},
                {"Thus $6\\cdot 7=42$, so \\boxed{42}.", "42", "42", "in the box"}, {"12:00", "12:00", "'12:00'", NULL},
                {"between (0, 3) or 5?", "between (0, 3) or 5?", NULL, NULL},
                {"it is 5, as they say!", "5", "5", "as the last number"}, {"1,3", "1,3", "13/10f or (set 1 3)", NULL},
                {"-1,2,-2", "-1,2,-2", "(set -1 2 -2)", NULL}, {"...", "...", NULL, NULL}, {"   ", "", NULL, NULL});
    EXPECT_READ(block, {" 42 ", "42", "42", "as the whole text"}, {"\n\\boxed{42}\n", "42", "42", "in the box"},
                {"The answer is $42$.", "42", "42", "after \"answer\""},
                {"x = 42", "x = 42", "(= x 42)", "as the whole text"});
}

TEST(math_extract, one_piece_may_say_it_twice)
{
    EXPECT_READ(completion, {"\\boxed{\\textbf{(B)}\\ 12}", "\\textbf{(B)}\\ 12", "12 or B", NULL},
                {"\\boxed{(B) 12}", "(B) 12", "12 or B", NULL},
                {"\\boxed{\\text{(C) } \\frac12}", "\\text{(C) } \\frac12", "1/2 or C", NULL},
                {"\\boxed{(B)}", "(B)", "B", NULL}, {"\\boxed{0,4}", "0,4", "(set 0 4) or 2/5f", NULL},
                {"\\boxed{1,234}", "1,234", "1234", NULL},
                {"\\boxed{\\pi \\approx 3.14}", "\\pi \\approx 3.14", "pi or 157/50f", NULL},
                {"\\boxed{5 \\approx 6}", "5 \\approx 6", "5", NULL},
                {"\\boxed{\\approx 3.14}", "\\approx 3.14", "157/50f", NULL});
}

// Of a long text the end counts, and what is nested too deeply is not read without ending the rest.
TEST(math_extract, long_and_deep_texts)
{
    struct str s = {0};
    struct workspace w = {0};
    str_puts(&s, "\\boxed{1} ");
    while (s.size < 70000)
        str_puts(&s, "word ");
    struct extraction e = {.t = {s.data, s.size}, .how = &completion};
    EXPECT(workspace_run(&w, extract, &e) && e.count == 0, "%d answers", e.count);
    str_puts(&s, "\\boxed{2}");
    e = (struct extraction){.t = {s.data, s.size}, .how = &completion};
    EXPECT(workspace_run(&w, extract, &e) && e.count == 1 && strcmp(e.read.data, "2") == 0, "%d answers", e.count);
    str_finish(&e.read);
    str_clear(&s);
    str_puts(&s, "\\boxed{3} and \\boxed{");
    for (int i = 0; i < 3000; i++)
        str_putc(&s, '(');
    str_putc(&s, '1');
    for (int i = 0; i < 3000; i++)
        str_putc(&s, ')');
    str_puts(&s, "}");
    e = (struct extraction){.t = {s.data, s.size}, .how = &any};
    EXPECT(workspace_run(&w, extract, &e), "%s", w.reason);
    EXPECT(e.count == 0, "%d answers", e.count); // the boxes are joined, and the deep one spoils both
    EXPECT(e.answers[0].source.size > 6000, "%zu", e.answers[0].source.size);
    str_finish(&e.read);
    str_finish(&s);
    workspace_finish(&w);
}

TEST(math_extract, tables_are_sorted)
{
    extern const char *math_words_unsorted(void);
    const char *word = math_words_unsorted();
    EXPECT(!word, "%s", word);
}
