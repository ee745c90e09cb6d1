// Documents against the program: tables, lists and paths that would otherwise go stale. What fails here names the line
// that a document lacks or should not have.
#include "test.h"

#include <ctype.h>
#include <dirent.h>

#include "base/arena.h"
#include "base/file.h"
#include "cli/commands.h"
#include "ops/ops.h"
#include "data/dataset.h"
#include "rl/reward.h"
#include "train/run_config.h"

// A file of the repository as text; empty when it is not there.
static struct str read_text(const char *name)
{
    struct str s = {0};
    struct file f;
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", test_path(".."), name);
    if (file_exists(path) && file_open(&f, path, &(struct err){0})) {
        str_append(&s, (const char *)f.data, f.size);
        file_close(&f);
    }
    str_puts(&s, "");
    return s;
}

// Whether the document has `name` in backticks.
static bool names(const struct str *document, const char *name)
{
    char quoted[200];
    snprintf(quoted, sizeof quoted, "`%s`", name);
    return strstr(document->data, quoted) != NULL;
}

// Calls each(user, name) for every string literal that directly follows `before` in a source file; returns how many.
static int literals_behind(const char *file, const char *before, void (*each)(void *user, const char *name), void *user)
{
    struct str source = read_text(file);
    int count = 0;
    for (const char *at = source.data; (at = strstr(at, before)); count++) {
        char name[160] = "";
        at += strlen(before);
        sscanf(at, "%159[^\"]", name);
        each(user, name);
    }
    str_finish(&source);
    return count;
}

TEST(docs, config_has_the_table_of_keys)
{
    struct str document = read_text("docs/config.md"), table = {0};
    run_config_document(&table);
    for (char *line = strtok(table.data, "\n"); line; line = strtok(NULL, "\n"))
        EXPECT(strstr(document.data, line),
               "docs/config.md lacks the line below; put in what `vkr1 train --keys` prints:\n%s", line);
    str_finish(&table);
    run_config_document(&table);
    const char *end = document.size > table.size ? document.data + document.size - table.size : "";
    EXPECT(strcmp(end, table.data) == 0, "docs/config.md does not end with what `vkr1 train --keys` prints");
    str_finish(&table);
    str_finish(&document);
}

TEST(docs, config_example_is_accepted)
{
    struct str document = read_text("docs/config.md");
    const char *begin = strstr(document.data, "```json\n"), *end = begin ? strstr(begin + 8, "```") : NULL;
    EXPECT(end, "docs/config.md has no example");
    struct err err = {0};
    struct run_config c;
    struct dataset_options data;
    struct reward_set rewards;
    struct arena arena = {0};
    const char *path = test_tmp("example.json");
    if (end && file_write(path, begin + 8, (size_t)(end - begin - 8), &err) &&
        run_config_open(&c, path, NULL, 0, &err)) {
        EXPECT(c.data && dataset_options_load(&data, c.data, &err), "%s", err.text);
        EXPECT(c.reward && reward_set_load(&rewards, c.reward, &arena, &err), "%s", err.text);
        EXPECT(c.train.micro_batch_tokens >= c.rl.max_prompt_length - 1 + c.rl.max_completion_length,
               "the example does not run");
        run_config_close(&c);
    }
    EXPECT(!err.text[0], "%s", err.text);
    arena_finish(&arena);
    str_finish(&document);
}

static void data_key(void *document, const char *name)
{
    EXPECT(names(document, name), "docs/config.md does not explain the key \"%s\" of \"data\"", name);
}

TEST(docs, config_has_the_keys_of_data)
{
    struct str document = read_text("docs/config.md");
    struct str source = read_text("src/data/options.c");
    int count = 0;
    for (const char *at = source.data; (at = strstr(at, "{\"")); at += 2) {
        char name[80] = "", type[80] = "";
        if (sscanf(at, "{\"%79[^\"]\", KEY_%79[A-Z0-9]", name, type) == 2) {
            data_key(&document, name);
            count++;
        }
    }
    EXPECT(count >= 20, "only %d keys were found in src/data/options.c", count);
    str_finish(&source);
    str_finish(&document);
}

// "rewards/%s/mean" is documented as rewards/NAME/mean, "eval_pass@%d" as eval_pass@k.
static void metric(void *document, const char *name)
{
    char written[200];
    const char *hole = strchr(name, '%');
    if (hole)
        snprintf(written, sizeof written, "%.*s%s%s", (int)(hole - name), name, hole[1] == 's' ? "NAME" : "k",
                 hole + 2);
    else
        snprintf(written, sizeof written, "%s", name);
    EXPECT(names(document, written), "docs/config.md does not explain the metric %s", written);
}

TEST(docs, config_has_the_metrics)
{
    static const char *const files[] = {"src/rl/trainer.c", "src/rl/trainer_rl.c", "src/rl/trainer_sft.c",
                                        "src/rl/trainer_eval.c", "src/rl/trainer_step.c"};
    static const char *const before[] = {"metrics_set(&t->metrics, \"", "metrics_set(m, \"",
                                         "metrics_add(&t->metrics, \"", "metrics_add(m, \"",
                                         "snprintf(name, sizeof name, \""};
    struct str document = read_text("docs/config.md");
    int count = 0;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (size_t j = 0; j < sizeof before / sizeof *before; j++)
            count += literals_behind(files[i], before[j], metric, &document);
    EXPECT(count >= 30, "only %d metrics were found in src/rl/trainer*.c", count);
    str_finish(&document);
}

TEST(docs, ops_has_every_op)
{
    struct str document = read_text("docs/ops.md");
    char row[80];
#define CHECK_ROW(name)                                                                                                \
    snprintf(row, sizeof row, "\n| %s |", #name);                                                                      \
    EXPECT(strstr(document.data, row), "docs/ops.md has no row for the op %s", #name);
    OPS(CHECK_ROW)
    str_finish(&document);
}

// The table of docs/rewards.md and that of src/rl/reward.c hold the same rewards; each row names all options.
TEST(docs, rewards_has_every_reward_and_option)
{
    struct str document = read_text("docs/rewards.md");
    const struct reward_kind *k;
    char begin[80], quoted[80];
    int rows = 0, kinds = 0;
    for (; (k = reward_kind_at(kinds)); kinds++) {
        snprintf(begin, sizeof begin, "\n| `%s` | ", k->name);
        const char *row = strstr(document.data, begin);
        EXPECT(row, "the table of docs/rewards.md has no row for %s", k->name);
        size_t n = row ? strcspn(row + 1, "\n") : 0;
        for (int i = 0; i < k->option_count; i++) {
            snprintf(quoted, sizeof quoted, "`%s`", k->options[i].name);
            EXPECT(n && memmem(row + 1, n, quoted, strlen(quoted)),
                   "the row of %s in docs/rewards.md lacks the option %s", k->name, quoted);
        }
    }
    for (const char *at = strstr(document.data, "\n| reward |"); at && at[1] == '|'; at = strchr(at + 1, '\n')) {
        char name[80];
        if (sscanf(at, "\n| `%79[^`]` |", name) != 1)
            continue;
        bool known = false;
        for (int i = 0; (k = reward_kind_at(i)); i++)
            known |= strcmp(name, k->name) == 0;
        EXPECT(known, "the table of docs/rewards.md has a row for %s, which is no reward", name);
        rows++;
    }
    EXPECT(rows == kinds, "the table of docs/rewards.md has %d rows, there are %d rewards", rows, kinds);
    str_finish(&document);
}

static void variable(void *document, const char *name)
{
    EXPECT(names(document, name), "docs/env.md does not explain %s", name);
}

TEST(docs, env_has_every_variable)
{
    struct str document = read_text("docs/env.md");
    int count = literals_behind("src/vk/switches.c", "getenv(\"", variable, &document) +
                literals_behind("src/vk/switches.c", " on(\"", variable, &document);
    EXPECT(count >= 7, "only %d variables were found in src/vk/switches.c", count);
    str_finish(&document);
}

TEST(docs, readme_has_every_command)
{
    struct str readme = read_text("README.md");
    if (readme.size == 0) {
        test_skip("there is no README.md");
        return;
    }
#define CHECK_COMMAND(name, summary)                                                                                   \
    EXPECT(strstr(readme.data, "vkr1 " #name) || names(&readme, #name), "README.md does not name the command %s",      \
           #name);
    COMMANDS(CHECK_COMMAND)
    str_finish(&readme);
}

// Every path below these directories that a document names must exist. Directories themselves and names with NAME, FILE
// or a star stand for many.
static void check_paths(const char *document)
{
    static const char *const roots[] = {"src/", "tests/", "tools/", "shaders/", "docs/", "configs/", "cmake/"};
    struct str text = read_text(document);
    for (const char *at = text.data; *at; at++) {
        bool begins = at == text.data || !(isalnum((unsigned char)at[-1]) || strchr("/._-", at[-1])), found = false;
        for (size_t i = 0; begins && i < sizeof roots / sizeof *roots; i++)
            found |= strncmp(at, roots[i], strlen(roots[i])) == 0;
        if (!found)
            continue;
        size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-");
        bool many = at[n] && strchr("*{[<", at[n]);
        while (n && at[n - 1] == '.')
            n--;
        char name[300], path[1400];
        snprintf(name, sizeof name, "%.*s", (int)n, at);
        snprintf(path, sizeof path, "%s/%s", test_path(".."), name);
        many |= name[n - 1] == '/' || strstr(name, "NAME") || strstr(name, "FILE") || strstr(name, "...");
        EXPECT(many || file_exists(path) || file_is_dir(path), "%s names %s, which does not exist", document, name);
        at += n;
    }
    str_finish(&text);
}

TEST(docs, golden_files_have_their_origin)
{
    struct str document = read_text("tests/golden/README.md");
    DIR *d = opendir(test_path("golden"));
    EXPECT(d, "there is no tests/golden");
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        char stem[300], quoted[310];
        snprintf(stem, sizeof stem, "%s", e->d_name);
        char *dot = strstr(stem, ".safetensors"); // stands beside a .gguf of that name
        if (dot)
            *dot = 0;
        snprintf(quoted, sizeof quoted, "`%s", stem);
        EXPECT(stem[0] == '.' || strcmp(stem, "README.md") == 0 || strstr(document.data, quoted),
               "tests/golden/README.md does not say where %s comes from", e->d_name);
    }
    if (d)
        closedir(d);
    str_finish(&document);
}

TEST(docs, paths_exist)
{
    int count = 0;
    DIR *d = opendir(test_path("../docs"));
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        char name[300];
        snprintf(name, sizeof name, "docs/%s", e->d_name);
        if (strlen(name) < 4 || strcmp(name + strlen(name) - 3, ".md") != 0)
            continue;
        check_paths(name);
        count++;
    }
    if (d)
        closedir(d);
    EXPECT(count >= 5, "only %d documents were found", count);
    check_paths("README.md");
    check_paths("CONTRIBUTING.md");
}
