// Lists of rewards, their options and weights; hostile completions.
#include "reward_rows.h"

#include <ctype.h>
#include <stdlib.h>
#include <time.h>

#include "base/rng.h"

TEST(rewards, lists_and_weights)
{
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    EXPECT(reward_set_parse(&set, "numeric:0.7, format(style=compact,prefix=):0.3", &memory, &err) && set.count == 2,
           "%s", err.text);
    struct problem p = {.answer = "5"};
    double parts[2];
    struct str why[2] = {0};
    struct reward_item item = {.problem = &p, .completion = text_of("5"), .parts = parts, .why = why};
    EXPECT(reward_set_open(&set, &err), "%s", err.text);
    reward_run(&set, &item, 1);
    item.why = NULL;
    EXPECT(fabs(item.reward - 0.7) < 1e-15, "%g", item.reward);
    EXPECT(strcmp(why[0].data, "\"5\" from the whole text equals 5") == 0, "%s", why[0].data);
    EXPECT(strstr(why[1].data, "has 0 of \"<think>\""), "%s", why[1].data);
    p.answer = NULL; // numeric is skipped, and stays out of the sum
    reward_run(&set, &item, 1);
    EXPECT(isnan(parts[0]) && item.reward == 0, "%g", item.reward);
    reward_set_close(&set);
    const char *json = "[{\"reward\":\"countdown\",\"weight\":2,\"partial\":0.1,\"where\":\"first\"},"
                       "{\"reward\":\"length\"}]";
    struct json *v = json_parse(json, strlen(json), false, "t", &err);
    EXPECT(reward_set_load(&set, v, &memory, &err) && set.count == 2, "%s", err.text);
    EXPECT(set.entries[0].weight == 2 && set.entries[0].options[2].number == 0.1 && set.entries[1].weight == 1, "%g",
           set.entries[0].options[2].number);
    EXPECT(set.entries[1].judges == 0, "%d", set.entries[1].judges);
    json_close(v);
    str_finish(&why[0]);
    str_finish(&why[1]);
    arena_finish(&memory);
}

TEST(rewards, lists_as_text_take_quotes_and_arrays)
{
    static const struct {
        const char *list, *prefix;
        double weight;
    } rows[] = {
        {"format(prefix=\"a,b)\",style=compact):0.5", "a,b)", 0.5},
        {"format(style=compact,prefix='(a|b),\"c\"'):2, numeric", "(a|b),\"c\"", 2},
        {"format(prefix='it's',style=compact)", "it's", 1},
        {"format(prefix=(a|b),style=compact)", "(a|b)", 1},
        {"format(prefix=a=b,style=compact)", "a=b", 1},
        {"format(prefix=\"a,style=compact)", "\"a", 1},
        {" [{\"reward\":\"format\",\"style\":\"compact\",\"prefix\":\"x(\",\"weight\":3}] ", "x(", 3},
    };
    struct arena memory = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reward_set set;
        struct err err = {0};
        EXPECT(reward_set_parse(&set, rows[i].list, &memory, &err), "%s: %s", rows[i].list, err.text);
        const struct reward_entry *e = &set.entries[0];
        EXPECT(e->options[0].number == 1 && strcmp(e->options[1].text, rows[i].prefix) == 0 &&
                   e->weight == rows[i].weight,
               "%s: %g, \"%s\", weight %g", rows[i].list, e->options[0].number, e->options[1].text, e->weight);
    }
    arena_finish(&memory);
}

TEST(rewards, the_judge_depends_on_options)
{
    static const struct {
        const char *list;
        int judge;
    } rows[] = {
        {"regex(pattern=a),contains(text=a),numeric", 2},
        {"regex(pattern=a,compare=text),numeric", 0},
        {"format,contains", 1},
        {"regex(pattern=a),format", -1},
    };
    struct arena memory = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reward_set set;
        struct err err = {0};
        EXPECT(reward_set_parse(&set, rows[i].list, &memory, &err), "%s", err.text);
        EXPECT(reward_judge(&set) == rows[i].judge, "%s: %d", rows[i].list, reward_judge(&set));
    }
    arena_finish(&memory);
}

// NULL where the list's first reward can read what it needs of the problem, else the sentence that it gives.
TEST(rewards, golds_that_cannot_be_read_are_known_before_a_completion)
{
    static const struct {
        const char *list, *row, *why;
    } rows[] = {
        {"numeric", "{\"answer\": \"72\"}", NULL},
        {"numeric", "{\"answer\": \"so 71\\n#### 72\"}", NULL},
        {"numeric", "{}", "no gold answer: skipped"},
        {"numeric", "{\"answer\": \"(0, 3)\"}", "the gold answer \"(0, 3)\" is not a number: skipped"},
        {"numeric(after_think=on)", "{\"answer\": \"72\"}", NULL},
        {"numeric(mode=strict)", "{\"answer\": \"x\"}", NULL},
        {"math", "{\"answer\": \"\\\\frac12\"}", NULL},
        {"math(within=answer)", "{\"answer\": \"p \\\\lor q\"}",
         "the gold answer \"p \\lor q\" is not mathematics that can be read: skipped"},
        {"exact", "{\"answer\": \" \"}", "no gold answer: skipped"},
        {"contains", "{\"answer\": null}", "no gold answer: skipped"},
        {"contains(text=a)", "{}", NULL},
        {"regex(pattern=a)", "{}", NULL},
        {"regex(pattern=a,compare=number)", "{\"answer\": \"many\"}", "no gold answer that is a number: skipped"},
        {"countdown", "{\"nums\": [1, 2], \"target\": 3}", NULL},
        {"countdown", "{\"target\": 3}", "the problem has no nums or no target: skipped"},
        {"code", "{\"tests\": [\"assert f(1) == 2\"]}", NULL},
        {"code", "{\"tests\": []}", "the field tests has no tests that can be read: skipped"},
        {"code",
         "{\"verification_info\": {\"language\": \"lua\", \"test_cases\": [{\"input\": \"1\", \"output\": \"2\"}]}}",
         "the tests are for lua, for which there is no command: skipped"},
        {"format", "{}", NULL},
        {"numeric,length", "{\"answer\": \"1\"}", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena memory = {0};
        struct reward_set set;
        struct err err = {0};
        struct str why = {0};
        struct json *row = json_parse(rows[i].row, strlen(rows[i].row), false, "row", &err);
        EXPECT(row && reward_set_parse(&set, rows[i].list, &memory, &err), "%s: %s", rows[i].list, err.text);
        struct problem p = {.row = row, .answer = json_string(json_get(row, "answer"), NULL)};
        p.has_target = json_get(row, "target");
        p.num_count = json_get(row, "nums") ? 2 : 0;
        if (!reward_set_open(&set, &err)) {
            EXPECT(strcmp(rows[i].list, "code") == 0, "%s: %s", rows[i].list, err.text); // no sandbox here
        } else {
            bool readable = reward_readable(&set.entries[0], &p, &why);
            EXPECT(readable == !rows[i].why, "%s, %s: %d", rows[i].list, rows[i].row, readable);
            EXPECT(readable ? why.size == 0 : strcmp(why.data, rows[i].why) == 0, "%s, %s: %s", rows[i].list,
                   rows[i].row, why.data);
        }
        reward_set_close(&set);
        json_close(row);
        str_finish(&why);
        arena_finish(&memory);
    }
}

TEST(rewards, what_cannot_be_opened_is_refused)
{
    static const struct {
        const char *list, *message;
    } rows[] = {
        {"regex", "reward regex: the option pattern is missing, as in regex(pattern="},
        {"regex(pattern=\"a(\")",
         "reward regex: the pattern \"a(\" does not compile: missing closing parenthesis, at byte 2"},
        {"regex(pattern=[z-a])", "range out of order in character class"},
        {"numeric,regex(pattern=\\C)", "\\C"},
    };
    struct arena memory = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reward_set set;
        struct err err = {0};
        EXPECT(reward_set_parse(&set, rows[i].list, &memory, &err), "%s", err.text);
        EXPECT(!reward_set_open(&set, &err), "opened %s", rows[i].list);
        EXPECT_ERR(&err, rows[i].message);
        reward_set_close(&set);
    }
    arena_finish(&memory);
}

TEST(rewards, wrong_lists_are_refused)
{
    static const struct {
        const char *list, *message;
    } rows[] = {
        {"", "list of rewards is empty"},
        {"numerc:1", "unknown reward \"numerc\", did you mean \"numeric\"?"},
        {"something", "unknown reward \"something\"; there are numeric, math, exact, "},
        {"numeric:x", "the weight of reward \"numeric:x\" is not a number"},
        {"numeric:", "is not a number"},
        {"numeric:nan", "is not a number"},
        {"numeric:1,numeric:2", "reward \"numeric\" is listed twice"},
        {"numeric(mod=auto)", "reward numeric has no option \"mod\", did you mean \"mode\"?"},
        {"numeric(mode=soft)", "option mode of reward numeric is \"soft\", it must be one of auto|strict|flexible"},
        {"numeric(mode)", "option \"mode\" of reward numeric has no value"},
        {"numeric(mode=auto", "brackets do not match"},
        {"numeric(mode=auto)5", "unexpected \"5\" after the brackets"},
        {"repetition(max_penalty=1)", "option max_penalty of reward repetition is 1, it must be a number from"},
        {"repetition(ngram_size=2.5)", "it must be a whole number from 1 to 64"},
        {"repetition(ngram_size=0)", "it must be a whole number from 1 to 64"},
        {"regex(pattern=a,compare=value)",
         "option compare of reward regex is \"value\", it must be one of nothing|text|number"},
        {"length,regex(pattern=a),contains(text=a)",
         "reward length needs one in the list"}, // neither tells right from wrong
        {"length", "reward length needs one in the list that tells right from wrong"},
        {"format(x=1)", "reward format has no option \"x\""},
        {"[{\"reward\":\"format\"}", "the list of rewards: not valid JSON"},
    };
    struct arena memory = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct reward_set set;
        struct err err = {0};
        EXPECT(!reward_set_parse(&set, rows[i].list, &memory, &err), "accepted \"%s\"", rows[i].list);
        EXPECT_ERR(&err, rows[i].message);
    }
    static const struct {
        const char *json, *message;
    } forms[] = {
        {"5", "OPTION: VALUE, ...}, not 5"},
        {"[{\"weight\":1}]", "entry 1 of the list of rewards needs a \"reward\""},
        {"[{\"reward\":\"format\",\"stile\":1}]", "reward format has no option \"stile\", did you mean \"style\"?"},
        {"[{\"reward\":\"format\",\"weight\":\"1\"}]", "weight must be a number"},
        {"[{\"reward\":\"format\",\"style\":[]}]", "option style of reward format must be a number or a text"},
        {"[{\"reward\":\"format\",\"style\":true}]", "option style of reward format is \"on\", it must be one of"},
        {"[]", "list of rewards is empty"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct reward_set set;
        struct err err = {0};
        struct json *v = json_parse(forms[i].json, strlen(forms[i].json), false, "t", &err);
        EXPECT(v && !reward_set_load(&set, v, &memory, &err), "accepted %s", forms[i].json);
        EXPECT_ERR(&err, forms[i].message);
        json_close(v);
    }
    arena_finish(&memory);
}

TEST(rewards, answers_for_votes)
{
    struct arena memory = {0};
    struct reward_set set;
    struct err err = {0};
    struct str a = {0}, b = {0};
    struct problem p = {.answer = "5"};
    EXPECT(reward_set_parse(&set, "format,numeric", &memory, &err) && reward_judge(&set) == 1, "%s", err.text);
    EXPECT(reward_set_open(&set, &err), "%s", err.text);
    struct reward_item item = {.problem = &p, .completion = text_of("<answer>$1,234.50</answer>")};
    EXPECT(reward_answer(&set, &item, &a) && strcmp(a.data, "2469/2") == 0, "%s", a.data);
    item.completion = text_of("<answer>1234.5</answer>");
    EXPECT(reward_answer(&set, &item, &b) && strcmp(a.data, b.data) == 0, "%s", b.data);
    item.completion = text_of("none");
    EXPECT(!reward_answer(&set, &item, &b), "an answer out of nothing");
    reward_set_close(&set);
    static const struct {
        const char *list, *completion, *answer;
    } rows[] = {
        {"exact(normalize=squad)", "<answer> The  Eiffel-Tower. </answer>", "eiffeltower"},
        {"exact(normalize=hendrycks),numeric", "5 \\boxed{\\dfrac12}", "\\frac{1}{2}"},
        {"regex(pattern=(\\w+)!,compare=text)", "one! two!", "two"},
        {"regex(pattern=(\\S+)!,compare=number)", "1! 0.50!", "1/2"},
        {"regex(pattern=.),numeric", "7.0", "7"},
        {"numeric,exact", "<answer>so 7</answer>", "7"}, // the judge's reading
        {"exact(extract=answer)", "none", NULL},
        {"exact(after_think=on)", "5", NULL},
        {"contains", "5", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        str_clear(&a);
        item.completion = text_of(rows[i].completion);
        EXPECT(reward_set_parse(&set, rows[i].list, &memory, &err) && reward_set_open(&set, &err), "%s", err.text);
        bool found = reward_answer(&set, &item, &a);
        EXPECT(found == (rows[i].answer != NULL) && (!found || strcmp(a.data, rows[i].answer) == 0),
               "%s of \"%s\": \"%s\"", rows[i].list, rows[i].completion, found ? a.data : "(none)");
        reward_set_close(&set);
    }
    str_finish(&a);
    str_finish(&b);
    arena_finish(&memory);
}

// Every reward that reads the completion itself, with the options that lead through other code.
static const char *const lists[] = {
    "numeric",
    "numeric(mode=strict)",
    "numeric(mode=flexible)",
    "numeric(extract=boxed,after_think=on)",
    "math",
    "math(extract=any)",
    "math(within=answer)",
    "math(extract=boxed,after_think=on)",
    "countdown",
    "countdown(scale=reasoning_gym)",
    "exact",
    "exact(normalize=squad)",
    "exact(extract=all,normalize=hendrycks)",
    "exact(extract=all,normalize=minerva)",
    "exact(extract=line)",
    "contains",
    "contains(counts=substrings,share=on,ignore_case=on)",
    "contains(text=a)",
    "regex(pattern=(\\d+),compare=number)",
    "regex(pattern=\"(?:\\w+\\s?)+!\")",
    "format",
    "format(style=compact)",
    "format(style=grpo_zero)",
    "format(style=nano_aha,prefix=<think>)",
    "think_format",
    "tag_count",
    "code_format",
    "reasoning_steps",
    "reasoning_steps(numbered=lines)",
    "language(part=all)",
    "length:1,numeric:0",
    "cosine:1,numeric:0",
    "cosine(style=open_r1):1,numeric:0",
    "soft_overlong",
    "repetition(ngram_size=1)",
    "repetition(ngram_size=64)",
    "repetition(unit=tokens)",
};
enum { LISTS = sizeof lists / sizeof *lists };

TEST(rewards, every_reward_meets_hostile_completions)
{
    const struct reward_kind *k;
    for (int i = 0; (k = reward_kind_at(i)); i++) {
        bool found = k->batch != NULL; // runs programs, which have tests of their own
        for (int l = 0; l < LISTS; l++)
            found |= strncmp(lists[l], k->name, strlen(k->name)) == 0 &&
                     !isalnum((unsigned char)lists[l][strlen(k->name)]) && lists[l][strlen(k->name)] != '_';
        EXPECT(found, "add %s to the lists above", k->name);
    }
}

static double hostile(const char *list, const char *text, size_t n, const struct problem *p)
{
    static const int32_t ids[64];
    return test_reward_item(
        list, (struct reward_item){.problem = p, .completion = {text, n}, .tokens = ids, .token_count = (int)(n % 65)});
}

// Long and strange completions: every reward ends quickly and gives a number in its range.
TEST(rewards, hostile_completions_end_quickly)
{
    static const char *const units[] = {"<answer>",
                                        "</answer>",
                                        "<answer></answer>",
                                        "(",
                                        "((((1",
                                        "-",
                                        "####",
                                        "#### ",
                                        "9",
                                        "1,",
                                        "1,111",
                                        "\\boxed{",
                                        "{",
                                        "}",
                                        "\n</answer>",
                                        "a ",
                                        "\xFF",
                                        "1/",
                                        ".",
                                        "$",
                                        "\n</think>\n<answer>\n",
                                        "1*",
                                        "\xE2\x82",
                                        " ",
                                        "e9",
                                        "-$",
                                        "Step 1",
                                        "```",
                                        "\\[",
                                        "\\(",
                                        "$$ ",
                                        "\\boxed{1} and ",
                                        "\\frac{",
                                        "2^9^",
                                        "answer: $",
                                        "(x+1)",
                                        "\n-",
                                        "<think>",
                                        "</think>",
                                        "\xE6\x97\xA5"};
    static const char *const heads[] = {"", "<think>\n", "<answer>(44", "<think>\na\n</think>\n<answer>\n```python"};
    struct problem p = {.answer = "5", .nums = {44, 19}, .num_count = 2, .target = 5, .has_target = true};
    for (size_t u = 0; u < sizeof units / sizeof *units; u++)
        for (size_t h = 0; h < sizeof heads / sizeof *heads; h++) {
            struct str s = {0};
            str_puts(&s, heads[h]);
            while (s.size < 200000)
                str_puts(&s, units[u]);
            str_puts(&s, "</answer>");
            for (int l = 0; l < LISTS; l++) {
                clock_t begin = clock();
                double v = hostile(lists[l], s.data, s.size, &p);
                double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
                EXPECT(v >= -1 && v <= 1, "%s of %s...: %g", lists[l], units[u], v);
                EXPECT(seconds < 5, "%s of %s...: %.1f s", lists[l], units[u], seconds);
            }
            str_finish(&s);
        }
}

TEST(rewards, random_bytes_never_crash)
{
    static const char alphabet[] =
        "<answer></answer>####$-.,/0123456789+*()\\boxed{}\n \xE2\x88\x92\xC3\xFF\0e`[]<think></think>Step :";
    struct problem p = {.answer = "5", .nums = {1, 2, 3}, .num_count = 3, .target = 6, .has_target = true};
    for (uint32_t i = 0; i < 600 * LISTS; i++) {
        char text[64];
        uint32_t n = rng_u32(1, RNG_TEST, i, 0) % 64;
        for (uint32_t j = 0; j < n; j++)
            text[j] = alphabet[rng_u32(1, RNG_TEST, i, j + 1) % (sizeof alphabet - 1)];
        char *exact = n ? memcpy(malloc(n), text, n) : malloc(1); // so that a sanitizer sees one byte too many
        double v = hostile(lists[i % LISTS], exact, n, &p);
        EXPECT(v >= -1 && v <= 1, "%s: %g", lists[i % LISTS], v);
        free(exact);
    }
}
