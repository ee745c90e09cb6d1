// Files of rows: the forms they come in, what cannot be read of them, what vkr1 inspect says.
#include "test.h"

#include "base/file.h"
#include "base/json.h"
#include "base/lines.h"
#include "base/str.h"
#include "data/dataset.h"
#include "program.h"
#include "rl/prompt.h"

static const char *write_data(const char *name, const char *content)
{
    struct err err = {0};
    const char *path = test_tmp(name);
    EXPECT(file_write(path, content, strlen(content), &err), "%s", err.text);
    return path;
}

static void expect_text(const char *row, const char *what, const char *found, const char *wanted)
{
    EXPECT(found && wanted ? strcmp(found, wanted) == 0 : found == wanted, "%s: %s is %s, expected %s", row, what,
           found ? found : "(none)", wanted ? wanted : "(none)");
}

TEST(data, forms_are_recognised_by_their_fields)
{
    static const struct {
        const char *row, *form, *prompt, *answer, *completion;
    } rows[] = {
        {"{\"prompt\":\"a\",\"completion\":\"b\"}", "prompt/completion", "a", NULL, "b"},
        {"{\"prompt\":\"a\",\"response\":\"b\"}", "prompt/response", "a", NULL, "b"},
        {"{\"query\":\"a\",\"response\":\"b\"}", "query/response", "a", NULL, "b"},
        {"{\"question\":\"a\",\"answer\":12345678901234567890}", "question/answer", "a", "12345678901234567890", NULL},
        {"{\"question\":\"Q\",\"answer\":\"x\\n####7\"}", "question/answer", "Q", "7",
         "<think>\nx\n</think>\n<answer>\n7\n</answer>"},
        {"{\"problem\":\"a\",\"solution\":\"s\",\"answer\":\"7\"}", "problem/solution/answer", "a", "7", "s"},
        {"{\"problem\":\"a\",\"solution\":\"$\\\\boxed{7}$\"}", "problem/solution", "a", "$\\boxed{7}$",
         "$\\boxed{7}$"},
        {"{\"instruction\":\"a\",\"input\":\"\",\"output\":\"b\"}", "instruction/input/output", "a", NULL, "b"},
        {"{\"instruction\":\"a\",\"input\":\"i\",\"output\":\"b\"}", "instruction/input/output", "a\n\ni", NULL, "b"},
        {"{\"conversations\":[{\"from\":\"human\",\"value\":\"a\"},{\"from\":\"gpt\",\"value\":\"b\"}]}",
         "conversations", "a", NULL, "b"},
        {"{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\","
         "\"reasoning_content\":\"hm\"}]}",
         "messages", "a", NULL, "<think>\nhm\n</think>\n\nb"},
        {"{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\","
         "\"text\":\"b\"}]}],\"answer\":1.0}",
         "messages/answer", "ab", "1.0", NULL},
        {"[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"b\"}]", "turns", "a", NULL, "b"},
        {"{\"prompt\":[{\"role\":\"user\",\"content\":\"a\"}],\"reward_model\":{\"ground_truth\":[\"7\"]}}",
         "prompt/reward_model.ground_truth", "a", "7", NULL},
        {"{\"prompt\":\"a\",\"reward_model\":{\"ground_truth\":\"[\\\"7\\\"]\"}}", "prompt/reward_model.ground_truth",
         "a", "7", NULL},
        {"{\"prompt\":\"a\",\"reward_model\":{\"ground_truth\":\"[1, {}]\"}}", "prompt/reward_model.ground_truth", "a",
         "[1, {}]", NULL},
        {"{\"prompt\":\"a\",\"answer\":\"[\\\"7\\\"]\"}", "prompt/answer", "a", "[\"7\"]", NULL},
        {"{\"prompt\":\"a\",\"answer\":[7,\"8\"]}", "prompt/answer", "a", "7", NULL},
        {"{\"question\":\"a\",\"golden_answers\":[\"7\",\"8\"]}", "question/golden_answers", "a", "7", NULL},
        {"{\"prompt\":\"a\",\"reward_model\":{\"ground_truth\":{\"target\":[\"7\",\"8\"]}}}",
         "prompt/reward_model.ground_truth.target", "a", "7", NULL},
        {"{\"prompt\":\"a\",\"extra_info\":{\"answer\":\"7\"}}", "prompt/extra_info.answer", "a", "7", NULL},
        {"{\"question\":\"a\",\"final_answer\":[\"7\"],\"solution\":[\"s\"]}", "question/solution/final_answer", "a",
         "7", "s"},
        {"{\"Body\":\"Tom has 3.\",\"Question\":\"How many?\",\"Answer\":3.0}", "Body/Question/Answer",
         "Tom has 3. How many?", "3.0", NULL},
        {"{\"question\":\"Which?\",\"choices\":[\"x\",\"y\"],\"answer\":1}", "question/choices/answer",
         "Which?\nA. x\nB. y", "B", NULL},
        {"{\"question\":\"Which?\",\"choices\":{\"text\":[\"x\",\"y\"],\"label\":[\"1\",\"2\"]},\"answerKey\":\"2\"}",
         "question/choices/answerKey", "Which?\n1. x\n2. y", "2", NULL},
        {"{\"question\":\"Which?\",\"options\":[\"A)x\",\"B)y\"],\"correct\":\"A\"}", "question/options/correct",
         "Which?\nA)x\nB)y", "A", NULL},
        {"{\"target\":98.0,\"nums\":[44.0,19.0,35.0],\"solution\":\"35+44+19\"}", "nums/target/solution",
         "Find an expression that equals 98. Use each of the numbers 44, 19, 35 exactly once, with +, -, *, / and "
         "brackets.",
         "98", "<think>\n35+44+19 = 98\n</think>\n<answer>\n35+44+19\n</answer>"},
        {"{\"target\":\"24\",\"numbers\":\"[8, 3]\"}", "numbers/target",
         "Find an expression that equals 24. Use each of the numbers 8, 3 exactly once, with +, -, *, / and brackets.",
         "24", NULL},
        {"{\"question\":\"Make 24\",\"answer\":\"8*3\",\"metadata\":{\"numbers\":[8,3],\"target\":24}}",
         "question/metadata.numbers/metadata.target/answer", "Make 24", "8*3", NULL},
        {"{\"text\":\"Write f.\",\"code\":\"x\",\"test_list\":[\"assert f() == 1\"]}", "text", "Write f.", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dataset_options o;
        struct dataset d;
        struct bad_rows bad = {0};
        struct err err = {0};
        struct str form = {0};
        dataset_defaults(&o, PROBLEM_AUTO);
        o.path = write_data("row.jsonl", rows[i].row);
        EXPECT(dataset_read(&d, &o, &bad, &err) && d.count == 1, "%s: %s %s", rows[i].row, err.text,
               bad.kept ? bad.rows[0].why : "");
        if (d.count == 1) {
            form_name(&d.form, &form);
            expect_text(rows[i].row, "the form", form.data, rows[i].form);
            expect_text(rows[i].row, "the prompt", d.problems[0].prompt, rows[i].prompt);
            expect_text(rows[i].row, "the answer", d.problems[0].answer, rows[i].answer);
            expect_text(rows[i].row, "the completion", d.problems[0].solution, rows[i].completion);
        }
        str_finish(&form);
        bad_rows_finish(&bad);
        dataset_close(&d);
    }
}

// Each row of a file as "prompt -> answer or completion"; a bad row as its number in brackets.
static void expect_rows(const char *content, const char *form, const char *wanted)
{
    struct dataset_options o;
    struct dataset d;
    struct bad_rows bad = {0};
    struct err err = {0};
    struct str name = {0}, said = {0};
    dataset_defaults(&o, PROBLEM_AUTO);
    o.path = write_data("rows.jsonl", content);
    EXPECT(dataset_read(&d, &o, &bad, &err), "%s: %s", content, err.text);
    for (uint32_t i = 0; i < d.count; i++) {
        const struct problem *p = &d.problems[i];
        str_printf(&said, "%s%s -> %s", i ? "; " : "", p->prompt, p->answer ? p->answer : p->solution);
    }
    for (size_t i = 0; i < bad.kept; i++)
        str_printf(&said, "%s[%zu]", said.size ? "; " : "", bad.rows[i].line);
    form_name(&d.form, &name);
    expect_text(content, "the form", name.data, form);
    expect_text(content, "what is read", said.data, wanted);
    str_finish(&name);
    str_finish(&said);
    bad_rows_finish(&bad);
    dataset_close(&d);
}

TEST(data, rows_without_a_second_text)
{
    static const char alpaca[] = "instruction/input/output";
    expect_rows("{\"instruction\":\"i\",\"input\":\"y\",\"output\":\"o\"}\n{\"instruction\":\"j\",\"output\":\"o\"}\n"
                "{\"instruction\":\"k\",\"input\":null,\"output\":\"o\"}\n"
                "{\"instruction\":\"l\",\"input\":\"\",\"output\":\"o\"}\n"
                "{\"instruction\":\"m\",\"input\":{},\"output\":\"o\"}\n"
                "{\"instruction\":\"n\",\"input\":2,\"output\":\"o\"}\n",
                alpaca, "i\n\ny -> o; j -> o; k -> o; l -> o; n\n\n2 -> o; [5]");
    expect_rows("{\"instruction\":\"i\",\"output\":\"o\"}\n{\"instruction\":\"j\",\"input\":\"y\",\"output\":\"o\"}\n",
                alpaca, "i -> o; j\n\ny -> o");
    expect_rows("{\"instruction\":\"i\",\"input\":{},\"output\":\"o\"}\n"
                "{\"instruction\":\"j\",\"input\":\"y\",\"output\":\"o\"}\n",
                alpaca, "j\n\ny -> o; [1]");
    expect_rows("{\"Body\":\"a\",\"Question\":\"b?\",\"Answer\":1}\n{\"Body\":\"c\",\"Answer\":2}\n"
                "{\"Body\":\"d\",\"Question\":null,\"Answer\":3}\n",
                "Body/Question/Answer", "a b? -> 1; [2]; [3]");
}

// verl's rows may have several golds as JSON text; an interval or a point is one gold.
TEST(data, lists_as_text)
{
    expect_rows("{\"prompt\":\"a\",\"reward_model\":{\"ground_truth\":\"[\\\"x\\\",\\\"y\\\"]\"}}\n"
                "{\"prompt\":\"b\",\"reward_model\":{\"ground_truth\":\"[-2,7]\"}}\n"
                "{\"prompt\":\"c\",\"reward_model\":{\"ground_truth\":\"[5]\"}}\n"
                "{\"prompt\":\"d\",\"reward_model\":{\"ground_truth\":\"[\\\"7\\\", 8]\"}}\n",
                "prompt/reward_model.ground_truth", "a -> x; b -> [-2,7]; c -> [5]; d -> [\"7\", 8]");
}

TEST(data, choices_of_a_later_row)
{
    expect_rows("{\"question\":\"a\",\"answer\":7}\n"
                "{\"question\":\"b\",\"choices\":[\"x\",\"y\"],\"answer\":1}\n"
                "{\"question\":\"c\",\"options\":[\"x\",\"y\"],\"answerKey\":\"A\",\"answer\":\"x, since\"}\n"
                "{\"question\":\"d\",\"options\":[],\"choices\":null,\"answer\":9}\n"
                "{\"question\":\"e\",\"choices\":[\"x\",\"y\"],\"answer\":2}\n",
                "question/answer", "a -> 7; b\nA. x\nB. y -> B; c\nA. x\nB. y -> A; d -> 9; [5]");
    expect_rows("{\"question\":\"a\",\"answer\":\"x\\n#### 7\"}\n"
                "{\"question\":\"b\",\"choices\":[\"x\",\"y\"],\"answer\":\"B\"}\n",
                "question/answer", "a -> 7; b\nA. x\nB. y -> B");
    // choices of the first row are wanted in all
    expect_rows("{\"question\":\"b\",\"choices\":[\"x\",\"y\"],\"answer\":1}\n{\"question\":\"a\",\"answer\":7}\n",
                "question/choices/answer", "b\nA. x\nB. y -> B; [2]");
}

TEST(data, rows_that_are_not_read_by_half)
{
    static const struct {
        const char *row, *message;
    } rows[] = {
        {"{\"prompt\":\"a\",\"answer\":\"1\",\"score\":NaN}", "JSON has no NaN; null says that a value is missing"},
        {"{\"prompt\":\"a\",\"answer\":null}",
         "line 1: the field \"answer\" must be a text or a number, or a list of these, not null"},
        {"{\"prompt\":\"a\",\"answer\":[\"1\",{}]}", "must be a text or a number, or a list of these, not [\"1\",{}]"},
        {"{\"prompt\":\"a\",\"answer\":[]}",
         "the field \"answer\" must be a text or a number, or a list of these, not []"},
        {"{\"question\":\"a\",\"choices\":[\"x\",\"y\"],\"answer\":2}",
         "the field \"answer\" must be the place, the label or the text of a choice"},
        {"{\"question\":\"a\",\"choices\":[\"x\",7.5,{}],\"answer\":0}",
         "the field \"choices\" must be a list of 1 to 26 texts, not [\"x\",7.5,{}]"},
        {"{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":\"x\"}]}]}",
         "it has a message with a part of type \"image_url\", and only texts are read"},
        {"{\"conversations\":[{\"from\":\"narrator\",\"value\":\"a\"}]}",
         "it has a turn from \"narrator\"; known are human, user, gpt, chatgpt, assistant, system, tool and "
         "observation"},
        {"{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"tools\":\"[1\"}",
         "the field \"tools\" must be a list of objects, or the JSON text of one"},
        {"{\"messages\":[{\"content\":\"a\"}]}", "it has a message without a role"},
        {"{\"messages\":[{\"role\":\"system\",\"content\":\"a\"}]}",
         "the field \"messages\" must be messages with role and content, the last of role user"},
        {"{\"messages\":[]}", "it holds no messages"},
        {"{\"prompt\":\"\",\"answer\":\"1\"}", "line 1: the question is empty"},
        {"{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"tool_calls\":[{}]}]}",
         "the field \"messages\" must be messages of which the last is a text: calls of tools are not learnt"},
        {"{\"a\":1,\"b\":2}", "the field \"prompt\" is missing; the row has a, b"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct dataset_options o;
        struct dataset d;
        struct err err = {0};
        dataset_defaults(&o, PROBLEM_AUTO);
        o.path = write_data("row.jsonl", rows[i].row);
        EXPECT(!dataset_open(&d, &o, &err), "accepted %s", rows[i].row);
        EXPECT_ERR(&err, rows[i].message);
    }
}

// The tools of a row reach the template as transformers passes them (tests/golden/chat/tools.jsonl).
TEST(data, tools_of_rows_reach_the_prompt)
{
    struct lines in;
    struct err err = {0};
    struct run_config c = {0};
    struct tokenizer t = {0};
    struct prompter prompter = {0};
    int compared = 0;
    EXPECT(lines_open(&in, test_path("golden/chat/tools.jsonl"), &err) && lines_next(&in, &err) &&
               tokenizer_open(&t, test_path("golden/tokenizer/smollm2"), &err),
           "%s", err.text);
    struct json *first = json_parse(in.line.data, in.line.size, false, "tools.jsonl", &err);
    c.prompt.template_ = json_string(json_get(first, "template"), "");
    EXPECT(prompter_init(&prompter, &t, &c, &err), "%s", err.text);
    while (lines_next(&in, &err)) {
        struct json *v = json_parse(in.line.data, in.line.size, false, "tools.jsonl", &err);
        struct arena memory = {0};
        struct problem p = {0};
        struct dataset_options o;
        struct str text = {0};
        dataset_defaults(&o, PROBLEM_AUTO);
        EXPECT(problem_load(&p, &o, json_get(v, "row"), &memory, "t", &err) &&
                   prompter_render(&prompter, &p, &text, &err),
               "%s: %s", in.line.data, err.text);
        EXPECT(text.data && strcmp(text.data, json_string(json_get(v, "text"), "")) == 0, "%s: \"%s\"", in.line.data,
               text.data);
        problem_finish(&p);
        json_close(v);
        str_finish(&text);
        arena_finish(&memory);
        compared++;
    }
    EXPECT(compared == 22 && !err.text[0], "%d %s", compared, err.text);
    prompter_finish(&prompter);
    tokenizer_close(&t);
    json_close(first);
    lines_close(&in);
}

static void expect_file(const char *content, uint32_t max_bad, uint32_t rows, const char *message)
{
    struct dataset_options o;
    struct dataset d;
    struct err err = {0};
    dataset_defaults(&o, PROBLEM_AUTO);
    o.path = write_data("rows.json", content);
    o.max_bad_rows = max_bad;
    bool ok = dataset_open(&d, &o, &err);
    EXPECT(ok == !message && (!ok || d.count == rows), "%s: %u rows; %s", content, ok ? d.count : 0, err.text);
    if (message)
        EXPECT_ERR(&err, message);
    dataset_close(&d);
}

TEST(data, arrays_and_lines)
{
    expect_file("[{\"prompt\":\"a\",\"answer\":\"]},{\\\"\"},{\"prompt\":\"b\",\"answer\":[2]}]", 0, 2, NULL);
    expect_file("\n[\n {\n  \"prompt\": \"a\",\n  \"answer\": 1\n }\n,\n {\"prompt\": \"b\", \"answer\": 2}\n]\n", 0, 2,
                NULL);
    expect_file("\xEF\xBB\xBF{\"prompt\":\"a\",\"answer\":1}\r\n\r\n{\"prompt\":\"b\",\"answer\":1}", 0, 2, NULL);
    expect_file("[]", 0, 0, "holds no problem: it has no row");
    expect_file("[{\"prompt\":\"a\",\"answer\":1}", 0, 0,
                "the file ends before the ] of its array, so it is not whole");
    expect_file("[{\"prompt\":\"a\",\"answer\":1},\n{\"prompt\":\"b", 0, 0,
                "row 2 in line 2: the file ends inside this row");
    expect_file("[{\"prompt\":\"a\",\"answer\":1}] x", 0, 0, "line 1: there is more after the ] that ends the array");
    expect_file("[{\"prompt\":\"a\",\"answer\":1} {\"prompt\":\"b\",\"answer\":1}]", 0, 0,
                "line 1: a comma is missing");
    expect_file("[{\"prompt\":\"a\",\"answer\":1},]", 0, 0, "line 1: a comma is followed by no row");
    expect_file("[\n{\"prompt\":\"a\",\"answer\":1},\n{\"prompt\":}]", 0, 0, "row 2 in line 3: not valid JSON");
    expect_file("[\n{\"prompt\":\"a\",\"answer\":1},\n{\"prompt\":}]", 1, 1, NULL);
    expect_file("[1, 2]", 0, 0, "a JSON object was expected");
}

TEST(data, bad_rows_are_counted)
{
    static const char rows[] = "{\"prompt\":\"a\",\"answer\":1}\nnope\n{\"prompt\":\"b\"}\n{\"answer\":1}\n"
                               "{\"prompt\":7,\"answer\":{}}\n{\"prompt\":\"c\",\"answer\":2}\n";
    expect_file(rows, 4, 2, NULL);
    expect_file(rows, 3, 0, "4 of the 6 rows of ");
    expect_file(rows, 3, 0, "cannot be read, data.max_bad_rows allows 3: ");
    expect_file(rows, 0, 0, "line 2: not valid JSON");
    expect_file(rows, 0, 0, "line 3: the field \"answer\" is missing; the row has prompt; ");
    expect_file(rows, 0, 0, "line 4: the field \"prompt\" is missing; the row has answer; ...");
}

TEST(data, other_formats_are_named)
{
    expect_file("PAR1....", 0, 0,
                "rows.json is a Parquet file, which is not read here; first: python3 -c 'import sys, pandas; "
                "pandas.read_parquet(sys.argv[1]).to_json(sys.argv[1] + \".jsonl\", orient=\"records\", lines=True)' ");
    expect_file("\x28\xB5\x2F\xFD....", 0, 0, "packed by zstd, which is not read here; first: zstd -d ");
    expect_file("version https://git-lfs.github.com/spec/v1", 0, 0, "a pointer of Git LFS");
}

TEST(data, inspect_shows_a_file)
{
    struct str command = {0}, out = {0}, messages = {0};
    const char *path = write_data("some.jsonl", "{\"prompt\":\"a\",\"answer\":1}\n{\"prompt\":\"b\"}\n");
    str_printf(&command, "inspect --json %s", path);
    EXPECT(program_run_vkr1(command.data, "", &out, &messages) == 0, "%s", messages.data);
    EXPECT(str_starts(out.data, "{\"form\": \"prompt/answer\", \"rows\": 2, \"bad\": [{\"line\": 2, \"why\": ") &&
               str_ends(out.data, "line 2: the field \\\"answer\\\" is missing; the row has prompt\"}], \"first\": "
                                  "{\"prompt\": \"a\", \"answer\": \"1\", \"completion\": null}}\n"),
           "%s", out.data);
    str_clear(&command);
    str_clear(&out);
    str_printf(&command, "inspect %s", path);
    EXPECT(program_run_vkr1(command.data, "", &out, &messages) == 0, "%s", messages.data);
    EXPECT(str_starts(out.data, "form prompt/answer: the question is prompt, the answer answer\n"
                                "rows 2, of which 1 cannot be read\n  /") &&
               str_ends(out.data, "first problem\n  prompt     \"a\"\n  answer     \"1\"\n"),
           "%s", out.data);
    str_clear(&command);
    str_clear(&messages);
    str_printf(&command, "inspect %s", write_data("bad.jsonl", "{\"x\":NaN}\n"));
    EXPECT(program_run_vkr1(command.data, "", &out, &messages) == 1, "accepted");
    EXPECT(strstr(messages.data, "none of the 1 rows can be read: "), "%s", messages.data);
    str_finish(&command);
    str_finish(&out);
    str_finish(&messages);
}
