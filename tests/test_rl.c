// Datasets, the arithmetic generator, evaluation figures.
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "data/dataset.h"
#include "rl/prompt.h"
#include "rl/reward.h"
#include "rl/stats.h"

static const char *shared(const char *name) // a file beside the checkout; NULL (and the test is skipped) when absent
{
    const char *path = test_path(name);
    if (file_exists(path))
        return path;
    test_skip("%s is not there", path);
    return NULL;
}

// Every problem's own solution must get the full reward of `list`.
static void expect_solutions_pass(const char *path, const char *kind, const char *list, uint32_t rows)
{
    struct dataset_options o;
    struct dataset d;
    struct arena memory = {0};
    struct reward_set set = {0};
    struct err err = {0};
    enum problem_kind k = PROBLEM_PLAIN;
    EXPECT(problem_kind_parse(kind, &k, &err), "%s", err.text);
    dataset_defaults(&o, k);
    o.path = path;
    bool ok = dataset_open(&d, &o, &err) && reward_set_parse(&set, list, &memory, &err) && reward_set_open(&set, &err);
    EXPECT(ok && d.count == rows, "%u rows: %s", d.count, err.text);
    for (uint32_t i = 0; ok && i < d.count; i++) {
        double parts[REWARDS_MAX];
        struct reward_item item = {
            .problem = &d.problems[i], .completion = text_of(d.problems[i].solution), .parts = parts};
        reward_run(&set, &item, 1);
        for (int j = 0; j < set.count; j++)
            EXPECT(parts[j] == 1, "%s, problem %u: %s is %g; %s", path, i, set.entries[j].kind->name, parts[j],
                   d.problems[i].solution);
    }
    reward_set_close(&set);
    dataset_close(&d);
    arena_finish(&memory);
}

TEST(rl, excerpts_load_and_their_solutions_pass)
{
    expect_solutions_pass(test_path("data/gsm8k.jsonl"), "gsm8k", "numeric,format", 30);
    expect_solutions_pass(test_path("data/countdown.jsonl"), "countdown", "countdown,format", 40);
}

TEST(rl, whole_files_load_and_their_solutions_pass)
{
    const char *gsm8k = shared("../../shared/data/gsm8k_train.jsonl");
    const char *countdown = shared("../../shared/data/countdown_3to4_train.jsonl");
    if (!gsm8k || !countdown)
        return;
    expect_solutions_pass(gsm8k, "gsm8k", "numeric,format", 7473);
    expect_solutions_pass(countdown, "countdown", "countdown,format", 8001);
}

TEST(rl, gsm8k_rows_become_problems)
{
    struct dataset_options o;
    struct problem p = {0};
    struct arena memory = {0};
    struct err err = {0};
    const char *text = "{\"q\":\"How many?\",\"a\":\"48/2 = <<48/2=24>>24 clips.\\n#### 1,024\",\"id\":7}";
    struct json *row = json_parse(text, strlen(text), false, "t", &err);
    dataset_defaults(&o, PROBLEM_GSM8K);
    EXPECT(!problem_load(&p, &o, row, &memory, "x.jsonl, line 3", &err), "loaded without its fields");
    EXPECT_ERR(&err, "x.jsonl, line 3: the field \"question\" is missing; the row has q, a, id");
    o.prompt_field = "q";
    o.answer_field = "a";
    EXPECT(problem_load(&p, &o, row, &memory, "t", &(struct err){0}), "not loaded");
    EXPECT(strcmp(p.prompt, "How many?") == 0 && strcmp(p.answer, "1,024") == 0, "%s, %s", p.prompt, p.answer);
    EXPECT(strcmp(p.solution, "<think>\n48/2 = 24 clips.\n</think>\n<answer>\n1,024\n</answer>") == 0, "%s",
           p.solution);
    p.row = row;
    EXPECT(json_int(json_get(p.row, "id"), 0) == 7, "other fields are lost");
    json_close(row);
    arena_finish(&memory);
}

TEST(rl, notes_without_an_end_take_no_longer)
{
    struct dataset_options o;
    struct problem p = {0};
    struct arena memory = {0};
    struct err err = {0};
    struct str text = {0};
    str_puts(&text, "{\"question\":\"?\",\"answer\":\"<<1+1=2>>2 ");
    while (text.size < 4000000)
        str_puts(&text, "<<");
    str_puts(&text, "#### 2\"}");
    struct json *row = json_parse(text.data, text.size, false, "t", &err);
    dataset_defaults(&o, PROBLEM_GSM8K);
    double begin = test_seconds();
    EXPECT(problem_load(&p, &o, row, &memory, "t", &err), "%s", err.text);
    EXPECT(test_seconds() - begin < 5, "%.1f s", test_seconds() - begin);
    EXPECT(p.solution && str_starts(p.solution, "<think>\n2 <<<<"), "%.40s", p.solution);
    json_close(row);
    arena_finish(&memory);
    str_finish(&text);
}

static void expect_bad_file(enum problem_kind kind, const char *content, const char *message)
{
    struct dataset_options o;
    struct dataset d;
    struct err err = {0};
    const char *path = test_tmp("bad.jsonl");
    dataset_defaults(&o, kind);
    o.path = path;
    EXPECT(file_write(path, content, strlen(content), &err), "%s", err.text);
    EXPECT(!dataset_open(&d, &o, &err), "accepted %s", content);
    EXPECT_ERR(&err, message);
    dataset_close(&d);
}

TEST(rl, bad_rows_are_named)
{
    static const char good[] = "{\"prompt\":\"a\",\"answer\":\"b\"}\n\n";
    struct str s = {0};
    str_puts(&s, good);
    str_puts(&s, "{\"prompt\":\"a\",\"answr\":\"b\"}\n");
    expect_bad_file(PROBLEM_PLAIN, s.data,
                    "bad.jsonl, line 3: the field \"answer\" is missing; the row has prompt, answr");
    str_clear(&s);
    str_puts(&s, good);
    str_puts(&s, "{\"prompt\":\"a\",");
    expect_bad_file(PROBLEM_PLAIN, s.data, "bad.jsonl, line 3: not valid JSON");
    str_finish(&s);
    expect_bad_file(PROBLEM_PLAIN, "[1]\n", "line 1: a JSON object was expected");
    expect_bad_file(PROBLEM_PLAIN, "{\"prompt\":[{\"role\":\"user\"}],\"answer\":1}",
                    "the field \"prompt\" must be a text or messages with one of role user");
    expect_bad_file(PROBLEM_PLAIN,
                    "{\"prompt\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}],"
                    "\"answer\":1}",
                    "the field \"prompt\" must be messages with role and content, the last of role user");
    expect_bad_file(PROBLEM_SFT, "{\"prompt\":\"a\",\"completion\":[{\"role\":\"user\",\"content\":\"b\"}]}",
                    "the field \"completion\" must be a text or messages with one of role assistant");
    static const char *const wrong[] = {
        "[]",
        "\"b\"",
        "[{\"role\":\"assistant\",\"content\":\"b\"}]",
        "[{\"role\":\"user\",\"content\":\"a\"}]",
        "[{\"content\":\"a\"},{\"content\":\"b\"}]",
        "[{\"role\":\"assistant\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char row[256];
        snprintf(row, sizeof row, "{\"messages\":%s}", wrong[i]);
        expect_bad_file(
            PROBLEM_SFT, row,
            "the field \"messages\" must be messages with role and content, the last two of the roles user and "
            "assistant");
    }
    expect_bad_file(PROBLEM_PLAIN, "{}", "the field \"prompt\" is missing; the row has no fields");
    expect_bad_file(PROBLEM_PLAIN, "\n \n", "holds no problem");
    expect_bad_file(PROBLEM_PLAIN, "", "holds no problem");
    expect_bad_file(PROBLEM_SFT, "{\"prompt\":\"a\"}", "the field \"completion\" is missing; the row has prompt");
    expect_bad_file(PROBLEM_GSM8K, "{\"question\":\"a\",\"answer\":\"5\"}",
                    "has no \"#### \" with the answer after it");
    expect_bad_file(PROBLEM_GSM8K, "{\"question\":\"a\",\"answer\":\"#### \"}", "has nothing after \"####\"");
    expect_bad_file(PROBLEM_COUNTDOWN, "{\"nums\":[1,2]}", "the field \"target\" is missing; the row has nums");
    expect_bad_file(PROBLEM_COUNTDOWN, "{\"nums\":[1,2.5],\"target\":3}",
                    "the field \"nums\" must be an array of 1 to 32 whole");
    expect_bad_file(PROBLEM_COUNTDOWN, "{\"nums\":[],\"target\":3}", "the field \"nums\" must be an array");
    expect_bad_file(PROBLEM_COUNTDOWN, "{\"nums\":[1],\"target\":\"x\"}",
                    "the field \"target\" must be a whole number");
    struct dataset_options o;
    struct dataset d;
    struct err err = {0};
    dataset_defaults(&o, PROBLEM_PLAIN);
    EXPECT(!dataset_open(&d, &o, &err), "no path");
    EXPECT_ERR(&err, "needs a path");
    err = (struct err){0};
    o.path = test_tmp("absent.jsonl");
    EXPECT(!dataset_open(&d, &o, &err), "no file");
    EXPECT_ERR(&err, "cannot open");
}

// Prompts as TRL and verl write them become the chat that they are; the config's system message stands where they have
// none.
TEST(rl, prompts_may_be_conversations)
{
    static const struct {
        const char *row, *prompt, *text, *solution; // the solution of a row for sft
    } rows[] = {
        {"{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]}", "a",
         "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n", "b"},
        {"{\"id\":7,\"messages\":[{\"role\":\"system\",\"content\":\"own\"},{\"role\":\"user\",\"content\":\"a\"},{"
         "\"role\":\"assistant\",\"content\":\"b\"},"
         "{\"role\":\"user\",\"content\":\"c\"},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"d\"}"
         "]}]}",
         "a\nc",
         "<|im_start|>system\nown<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n<|im_"
         "start|>user\nc<|im_end|>\n"
         "<|im_start|>assistant\n",
         "d"},
        {"{\"prompt\":[{\"role\":\"user\",\"content\":\"a\"}],\"answer\":1}", "a",
         "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n", NULL},
        {"{\"prompt\":\"a\",\"answer\":1}", "a",
         "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n", NULL},
        {"{\"prompt\":[{\"role\":\"system\",\"content\":\"own\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\","
         "\"text\":\"b\"}]},"
         "{\"role\":\"assistant\",\"content\":\"c\"},{\"role\":\"user\",\"content\":\"d\"}],\"answer\":1}",
         "b\nd",
         "<|im_start|>system\nown<|im_end|>\n<|im_start|>user\nb<|im_end|>\n<|im_start|>assistant\nc<|im_end|>\n"
         "<|im_start|>user\nd<|im_end|>\n<|im_start|>assistant\n",
         NULL},
        {"{\"prompt\":\"a\",\"completion\":\"b\",\"messages\":[]}", "a",
         "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\n", "b"},
    };
    const char *set[] = {"prompt.template=chatml", "prompt.system=S"};
    struct err err = {0};
    struct tokenizer t = {0};
    struct run_config c;
    struct prompter prompter;
    EXPECT(tokenizer_open(&t, test_path("golden/tokenizer/smollm2"), &err) && run_config_open(&c, NULL, set, 2, &err) &&
               prompter_init(&prompter, &t, &c, &err),
           "%s", err.text);
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !err.text[0]; i++) {
        struct arena memory = {0};
        struct problem p = {0};
        struct dataset_options o;
        struct ids ids = {0};
        struct str text = {0};
        dataset_defaults(&o, rows[i].solution ? PROBLEM_SFT : PROBLEM_PLAIN);
        struct json *row = json_parse(rows[i].row, strlen(rows[i].row), false, "t", &err);
        EXPECT(problem_load(&p, &o, row, &memory, "t", &err) && prompter_encode(&prompter, &p, &ids, &err), "%s",
               err.text);
        tokenizer_decode(&t, ids.data, ids.count, false, &text);
        EXPECT(p.prompt && strcmp(p.prompt, rows[i].prompt) == 0 && text.data && strcmp(text.data, rows[i].text) == 0,
               "%s: %s", p.prompt, text.data);
        EXPECT(!rows[i].solution || (p.solution && strcmp(p.solution, rows[i].solution) == 0), "%s", p.solution);
        json_close(row);
        ids_finish(&ids);
        str_finish(&text);
        arena_finish(&memory);
    }
    prompter_finish(&prompter);
    run_config_close(&c);
    tokenizer_close(&t);
}

// Of a plain row the gold answer is the first of these that is there: answer, solution (TRL), ground_truth (verl).
TEST(rl, gold_answers_have_several_names)
{
    static const struct {
        const char *row, *answer, *solution, *field;
    } rows[] = {
        {"{\"prompt\":\"a\",\"answer\":\"1\",\"solution\":\"work\",\"ground_truth\":3}", "1", "work", NULL},
        {"{\"prompt\":\"a\",\"solution\":\"2\",\"ground_truth\":3}", "2", "2", NULL},
        {"{\"prompt\":\"a\",\"answer\":null,\"ground_truth\":3}", "3", NULL, NULL},
        {"{\"prompt\":\"a\",\"reward_model\":{\"style\":\"rule\",\"ground_truth\":\"4\"}}", "4", NULL, NULL},
        {"{\"prompt\":\"a\",\"answer\":\"1\",\"final\":5}", "5", NULL, "final"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena memory = {0};
        struct err err = {0};
        struct problem p = {0};
        struct dataset_options o;
        dataset_defaults(&o, PROBLEM_PLAIN);
        o.answer_field = rows[i].field;
        struct json *row = json_parse(rows[i].row, strlen(rows[i].row), false, "t", &err);
        EXPECT(problem_load(&p, &o, row, &memory, "t", &err), "%s", err.text);
        EXPECT(p.answer && strcmp(p.answer, rows[i].answer) == 0, "%s: answer %s", rows[i].row,
               p.answer ? p.answer : "(none)");
        EXPECT(rows[i].solution ? p.solution && strcmp(p.solution, rows[i].solution) == 0 : !p.solution,
               "%s: solution %s", rows[i].row, p.solution ? p.solution : "(none)");
        json_close(row);
        arena_finish(&memory);
    }
    expect_bad_file(PROBLEM_PLAIN, "{\"prompt\":\"a\",\"solution\":[]}",
                    "the field \"solution\" must be a text or a number");
    expect_bad_file(PROBLEM_PLAIN, "{\"prompt\":\"a\",\"answer\":null}",
                    "the field \"answer\" must be a text or a number");
}

TEST(rl, dataset_options_are_checked)
{
    static const struct {
        const char *json, *message;
    } rows[] = {
        {"{\"kind\":\"gsm\"}", "unknown kind of problems \"gsm\""},
        {"{\"kind\":\"gsm8k\",\"hold_out\":5}", "unknown key \"hold_out\" of the dataset, did you mean \"held_out\"?"},
        {"{\"kind\":\"gsm8k\",\"held_out\":\"5\"}", "key \"held_out\" of the dataset must be a number"},
        {"{\"kind\":\"gsm8k\",\"seed\":-1}", "key \"seed\" of the dataset must be a whole number"},
        {"{\"kind\":\"gsm8k\",\"shuffle\":1}", "key \"shuffle\" of the dataset must be true or false"},
        {"{\"kind\":\"arithmetic\",\"path\":\"x.jsonl\"}",
         "key \"path\" of the dataset is for the rows of a file, but kind arithmetic makes its problems"},
        {"{\"answer\":\"gold\",\"kind\":\"arithmetic\"}", "key \"answer\" of the dataset is for the rows of a file"},
        {"{\"path\":\"x.jsonl\",\"digits\":3}",
         "key \"digits\" of the dataset is for kind arithmetic, but the kind is auto"},
    };
    struct dataset_options o;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct json *v = json_parse(rows[i].json, strlen(rows[i].json), false, "t", &err);
        EXPECT(v && !dataset_options_load(&o, v, &err), "accepted %s", rows[i].json);
        EXPECT_ERR(&err, rows[i].message);
        json_close(v);
    }
    struct err err = {0};
    const char *text =
        "{\"kind\":\"arithmetic\",\"operations\":\"+-\",\"digits\":3,\"count\":50,\"held_out\":10,\"seed\":4}";
    struct json *v = json_parse(text, strlen(text), false, "t", &err);
    EXPECT(dataset_options_load(&o, v, &err), "%s", err.text);
    EXPECT(o.arithmetic.digits == 3 && o.arithmetic.count == 50 && o.held_out == 10 && o.seed == 4, "values");
    json_close(v);
}

static struct dataset_options plain_file(uint32_t rows, uint32_t distinct)
{
    struct str s = {0};
    struct err err = {0};
    struct dataset_options o;
    static char path[4096];
    for (uint32_t i = 0; i < rows; i++)
        str_printf(&s, "{\"prompt\":\"p%u\",\"answer\":%u}\n", i % distinct, i);
    snprintf(path, sizeof path, "%s", test_tmp("plain.jsonl"));
    EXPECT(file_write(path, s.data, s.size, &err), "%s", err.text);
    str_finish(&s);
    dataset_defaults(&o, PROBLEM_PLAIN);
    o.path = path;
    return o;
}

TEST(rl, every_epoch_has_each_problem_once_in_its_own_order)
{
    struct dataset_options o = plain_file(50, 50);
    struct dataset d;
    struct err err = {0};
    o.held_out = 0.2;
    o.seed = 3;
    EXPECT(dataset_open(&d, &o, &err) && d.held_out_count == 10 && d.train_count == 40, "%u, %u: %s", d.held_out_count,
           d.train_count, err.text);
    uint32_t order[2][40];
    int seen[50] = {0};
    for (int e = 0; e < 2; e++)
        for (int i = 0; i < 40; i++)
            seen[order[e][i] = dataset_next(&d)->index]++;
    for (uint32_t i = 0; i < d.held_out_count; i++) {
        EXPECT(seen[dataset_held_out(&d, i)->index] == 0, "a held-out problem is trained on");
        seen[dataset_held_out(&d, i)->index] = 2;
    }
    for (int i = 0; i < 50; i++)
        EXPECT(seen[i] == 2, "problem %d came %d times", i, seen[i]);
    EXPECT(memcmp(order[0], order[1], sizeof order[0]) != 0, "both epochs have one order");
    dataset_seek(&d, 57);
    EXPECT(dataset_next(&d)->index == order[1][17], "seek");
    dataset_seek(&d, 5);
    EXPECT(dataset_next(&d)->index == order[0][5], "seek back over an epoch");
    uint32_t held = dataset_held_out(&d, 0)->index;
    dataset_close(&d);
    o.seed = 4; // another run: another order, the same split
    EXPECT(dataset_open(&d, &o, &err), "%s", err.text);
    bool same = true;
    for (int i = 0; i < 40; i++)
        same &= dataset_next(&d)->index == order[0][i];
    EXPECT(!same && dataset_held_out(&d, 0)->index == held, "seed");
    dataset_close(&d);
    o.shuffle = false;
    o.held_out = 0;
    EXPECT(dataset_open(&d, &o, &err), "%s", err.text);
    for (uint32_t i = 0; i < 55; i++)
        EXPECT(dataset_next(&d)->index == i % 50, "not the file's order");
    EXPECT(strcmp(d.problems[7].answer, "7") == 0, "a number as answer: %s", d.problems[7].answer);
    dataset_close(&d);
    o.held_out = 50;
    EXPECT(!dataset_open(&d, &o, &err), "nothing left to train on");
    EXPECT_ERR(&err, "held_out is 50, but there are 50 problems");
    o.held_out = 1e300;
    EXPECT(!dataset_open(&d, &o, &err), "more than a number of problems can be");
}

TEST(rl, repeated_prompts_do_not_cross_the_split)
{
    struct dataset_options o = plain_file(60, 20);
    struct dataset d;
    struct err err = {0};
    o.held_out = 5;
    EXPECT(dataset_open(&d, &o, &err) && d.held_out_count == 5, "%s", err.text);
    EXPECT(d.train_count <= 60 - 3 * 3 && d.train_count >= 60 - 5 * 3, "%u", d.train_count);
    for (uint32_t i = 0; i < d.train_count; i++)
        for (uint32_t j = 0; j < 5; j++)
            EXPECT(strcmp(d.problems[d.train[i]].prompt, dataset_held_out(&d, j)->prompt) != 0, "%s is in both",
                   dataset_held_out(&d, j)->prompt);
    dataset_close(&d);
}

TEST(rl, arithmetic_problems_are_right_distinct_and_split)
{
    static const struct arithmetic kinds[] = {
        {.operations = "+", .terms = 2, .digits = 2, .work = "columns", .count = 500},
        {.operations = "+-", .terms = 3, .digits = 1, .work = "steps", .count = 500},
        {.operations = "+-*", .terms = 4, .digits = 2, .work = "steps", .count = 500, .negative = true, .min = 10},
        {.operations = "-", .terms = 2, .digits = 3, .work = "none", .count = 500, .seed = 9},
    };
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct dataset_options o;
        struct dataset d;
        struct arena memory = {0};
        struct reward_set set = {0};
        struct err err = {0};
        dataset_defaults(&o, PROBLEM_ARITHMETIC);
        o.arithmetic = kinds[k];
        o.held_out = 100;
        EXPECT(dataset_open(&d, &o, &err) && d.train_count == 500 && d.held_out_count == 100, "%s", err.text);
        EXPECT(reward_set_parse(&set, "numeric(extract=answer),format(style=compact)", &memory, &err) &&
                   reward_set_open(&set, &err),
               "%s", err.text);
        for (uint32_t i = 0; i < d.count; i++) {
            const struct problem *p = &d.problems[i];
            double parts[2];
            struct reward_item item = {.problem = p, .completion = text_of(p->solution), .parts = parts};
            reward_run(&set, &item, 1);
            EXPECT(parts[0] == 1 && parts[1] == 1, "%s %s: %g, %g", p->prompt, p->solution, parts[0], parts[1]);
            EXPECT(kinds[k].negative || p->answer[0] != '-', "%s%s", p->prompt, p->answer);
            for (uint32_t j = 0; j < i; j++)
                EXPECT(strcmp(p->prompt, d.problems[j].prompt) != 0, "%s twice", p->prompt);
        }
        reward_set_close(&set);
        dataset_close(&d);
        arena_finish(&memory);
    }
}

// The value of "12+3*4=" by precedence, read anew from the prompt.
static long long evaluate(const char *s)
{
    long long total = 0, product = 1;
    int sign = 1;
    for (;;) {
        char *end;
        product *= strtoll(s, &end, 10);
        s = end + 1;
        if (*end == '*')
            continue;
        total += sign * product;
        product = 1;
        if (*end == '=')
            return total;
        sign = *end == '-' ? -1 : 1;
    }
}

TEST(rl, arithmetic_answers_follow_precedence)
{
    struct arithmetic a = {.operations = "+-*", .terms = 5, .digits = 2, .work = "steps", .negative = true};
    struct arena memory = {0};
    struct problem p;
    for (uint32_t i = 0; i < 500; i++) {
        EXPECT(arithmetic_problem(&a, i, &p, &memory), "problem %u", i);
        EXPECT(evaluate(p.prompt) == atoll(p.answer), "%s%s", p.prompt, p.answer);
    }
    struct arithmetic columns = {.operations = "+", .terms = 2, .digits = 2, .min = 10, .work = "columns"};
    for (uint32_t i = 0; i < 500; i++) {
        EXPECT(arithmetic_problem(&columns, i, &p, &memory), "problem %u", i);
        int x = atoi(p.prompt), y = atoi(strchr(p.prompt, '+')), carry = x % 10 + y % 10 > 9;
        char expected[100];
        snprintf(expected, sizeof expected, "<think>%d+%d=%d,%d+%d%s=%d</think><answer>%d</answer>", x % 10, y % 10,
                 x % 10 + y % 10, x / 10, y / 10, carry ? "+1" : "", x / 10 + y / 10 + carry, x + y);
        EXPECT(strcmp(p.solution, expected) == 0, "%s for %s, expected %s", p.solution, p.prompt, expected);
    }
    arena_finish(&memory);
}

TEST(rl, arithmetic_work_can_forget_carries)
{
    struct arithmetic exact = {.operations = "+", .terms = 2, .digits = 2, .min = 10, .work = "columns"},
                      sloppy = exact;
    struct arena memory = {0};
    int carries = 0, forgotten = 0;
    sloppy.forget_carry = 0.25;
    for (uint32_t i = 0; i < 2000; i++) {
        struct problem p, q;
        EXPECT(arithmetic_problem(&exact, i, &p, &memory) && arithmetic_problem(&sloppy, i, &q, &memory), "problem %u",
               i);
        EXPECT(strcmp(p.prompt, q.prompt) == 0 && strcmp(p.answer, q.answer) == 0, "%s and %s", p.prompt, q.prompt);
        int x = atoi(p.prompt), y = atoi(strchr(p.prompt, '+'));
        bool same = strcmp(p.solution, q.solution) == 0, carry = x % 10 + y % 10 > 9;
        char expected[100];
        snprintf(expected, sizeof expected, "<think>%d+%d=%d,%d+%d=%d</think><answer>%d</answer>", x % 10, y % 10,
                 x % 10 + y % 10, x / 10, y / 10, x / 10 + y / 10, x + y - 10);
        EXPECT(same || (carry && strcmp(q.solution, expected) == 0), "%s for %s, expected %s", q.solution, q.prompt,
               expected);
        carries += carry;
        forgotten += !same;
    }
    double share = (double)forgotten / carries;
    EXPECT(fabs(share - 0.25) < 0.06, "%d of %d carries were forgotten", forgotten, carries); // 4 standard deviations
    arena_finish(&memory);
}

TEST(rl, arithmetic_options_are_checked)
{
    static const struct {
        struct arithmetic a;
        const char *message;
    } rows[] = {
        {{.operations = "+", .terms = 2, .digits = 1, .work = "steps", .count = 101},
         "only 100 different arithmetic problems"},
        {{.operations = "/", .terms = 2, .digits = 1, .work = "steps", .count = 1}, "operations is \"/\""},
        {{.operations = "", .terms = 2, .digits = 1, .work = "steps", .count = 1}, "operations is \"\""},
        {{.operations = "+", .terms = 1, .digits = 1, .work = "steps", .count = 1}, "terms is 1"},
        {{.operations = "*", .terms = 6, .digits = 6, .work = "steps", .count = 1}, "products must stay below"},
        {{.operations = "+", .terms = 2, .digits = 0, .work = "steps", .count = 1}, "digits is 0"},
        {{.operations = "+", .terms = 2, .digits = 1, .min = 10, .work = "steps", .count = 1}, "min is 10"},
        {{.operations = "+", .terms = 2, .digits = 1, .work = "hard", .count = 1}, "work is \"hard\""},
        {{.operations = "+", .terms = 2, .digits = 2, .work = "steps", .forget_carry = 0.5, .count = 1},
         "only work \"columns\" has"},
        {{.operations = "+", .terms = 2, .digits = 2, .work = "columns", .forget_carry = 1.5, .count = 1},
         "forget_carry is 1.5"},
        {{.operations = "+", .terms = 2, .digits = 1, .work = "steps", .count = 4000000000}, "at most 10 million"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dataset_options o;
        struct dataset d;
        struct err err = {0};
        dataset_defaults(&o, PROBLEM_ARITHMETIC);
        o.arithmetic = rows[i].a;
        EXPECT(!dataset_open(&d, &o, &err), "case %zu accepted", i);
        EXPECT_ERR(&err, rows[i].message);
    }
}

TEST(rl, pass_at_k_by_counting)
{
    // All subsets of k of n samples, of which the first c are right.
    for (int n = 1; n <= 8; n++)
        for (int c = 0; c <= n; c++)
            for (int k = 1; k <= n; k++) {
                int all = 0, any = 0;
                for (int set = 0; set < 1 << n; set++)
                    if (__builtin_popcount((unsigned)set) == k) {
                        all++;
                        any += (set & ((1 << c) - 1)) != 0;
                    }
                EXPECT(fabs(stats_pass_at_k(n, c, k) - (double)any / all) < 1e-12, "n %d, c %d, k %d: %g", n, c, k,
                       stats_pass_at_k(n, c, k));
            }
    EXPECT(fabs(stats_pass_at_k(200, 1, 100) - 0.5) < 1e-12, "%g", stats_pass_at_k(200, 1, 100));
}

TEST(rl, intervals)
{
    // Wilson, 95 %: 8 of 10, 0 of 10 and 10 of 10, as in Agresti and Coull 1998 and common tables.
    struct interval w = stats_wilson(8, 10);
    EXPECT(fabs(w.low - 0.4902) < 1e-4 && fabs(w.high - 0.9433) < 1e-4, "%g %g", w.low, w.high);
    w = stats_wilson(0, 10);
    EXPECT(w.low == 0 && fabs(w.high - 0.2775) < 1e-4, "%g %g", w.low, w.high);
    w = stats_wilson(10, 10);
    EXPECT(fabs(w.low - 0.7225) < 1e-4 && fabs(w.high - 1) < 1e-12, "%g %g", w.low, w.high);
    double x[400];
    for (int i = 0; i < 400; i++)
        x[i] = (i % 4) / 3.0; // mean 0.5, standard deviation 0.3727: half the interval is 0.0365
    struct interval b = stats_bootstrap(x, 400, 1), again = stats_bootstrap(x, 400, 1);
    EXPECT(fabs(b.low - 0.4635) < 0.005 && fabs(b.high - 0.5365) < 0.005, "%g %g", b.low, b.high);
    EXPECT(b.low == again.low && b.high == again.high, "not the same twice");
    w = stats_wilson(0, 0);
    EXPECT(isnan(w.low), "%g", w.low);
}

TEST(rl, majorities)
{
    const char *a[] = {"1", "2", NULL, "2", "1", NULL, NULL};
    EXPECT(stats_majority(a, 7) == 0, "a tie goes to the first: %d", stats_majority(a, 7));
    EXPECT(stats_majority(a + 1, 3) == 0 && stats_majority(a, 4) == 1, "%d", stats_majority(a, 4));
    EXPECT(stats_majority(a + 5, 2) == -1 && stats_majority(a, 0) == -1, "nobody votes");
}

TEST(rl, evaluation_summary)
{
    static const struct eval_problem problems[] = {
        {4, 4, true}, {4, 2, true}, {4, 0, false}, {0, 0, false}, {4, 1, false}};
    struct eval_summary s;
    stats_summarise(problems, 5, 2, 1, &s);
    EXPECT(s.n == 4 && s.skipped == 1, "%d %d", s.n, s.skipped);
    EXPECT(fabs(s.pass_1 - 7.0 / 16) < 1e-12, "%g", s.pass_1);
    EXPECT(fabs(s.pass_k - (1 + 5.0 / 6 + 0 + 0.5) / 4) < 1e-12, "%g", s.pass_k);
    EXPECT(s.maj_k == 0.5 && s.maj_k_interval.low > 0 && s.maj_k_interval.high < 1, "%g", s.maj_k);
    EXPECT(s.pass_1_interval.low <= s.pass_1 && s.pass_1 <= s.pass_1_interval.high, "%g", s.pass_1_interval.low);
    static const struct eval_problem single[] = {{1, 1, true}, {1, 0, false}};
    stats_summarise(single, 2, 1, 1, &s);
    struct interval w = stats_wilson(1, 2);
    EXPECT(s.pass_1_interval.low == w.low && s.pass_k_interval.high == w.high, "%g", s.pass_1_interval.low);
    stats_summarise(problems + 3, 1, 1, 1, &s);
    EXPECT(s.n == 0 && isnan(s.pass_1) && isnan(s.pass_1_interval.low), "%g", s.pass_1);
}
