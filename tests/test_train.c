// The parts of a training run that need no device: schedules, metrics, TensorBoard records, configs, batches.
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/crc32c.h"
#include "base/lines.h"
#include "base/json.h"
#include "train/batch.h"
#include "train/metrics.h"
#include "train/run_config.h"
#include "train/schedule.h"
#include "train/tensorboard.h"

// Values of transformers' get_scheduler for 10 steps, 2 of warm-up, peak 1 (optimization.py).
TEST(train, schedules_as_transformers)
{
    static const struct {
        const char *name;
        double rates[10];
    } cases[] = {
        {"constant", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
        {"constant_with_warmup", {0, .5, 1, 1, 1, 1, 1, 1, 1, 1}},
        {"linear", {0, .5, 1, .875, .75, .625, .5, .375, .25, .125}},
        {"cosine",
         {0, .5, 1, .9619397662556434, .8535533905932737, .6913417161825449, .5, .3086582838174551, .14644660940672627,
          .03806023374435663}},
    };
    for (int i = 0; i < 4; i++) {
        char type[80];
        struct err err = {0};
        struct run_config c;
        snprintf(type, sizeof type, "train.lr_scheduler_type=%s", cases[i].name);
        const char *set[] = {type, "train.learning_rate=1", "train.warmup_steps=2", "train.max_steps=10"};
        EXPECT(run_config_open(&c, NULL, set, 4, &err), "%s", err.text);
        for (int step = 0; step < 10; step++)
            EXPECT(fabs(schedule_rate(&c, step) - cases[i].rates[step]) < 1e-12,
                   "%s: step %d has %.12f, expected %.12f", cases[i].name, step, schedule_rate(&c, step),
                   cases[i].rates[step]);
        run_config_close(&c);
    }
}

// The same for 4 steps and a warm-up of 0, 2, 4 and 6 steps; 2 also as a share, 0.3 of 4 rounded up (get_warmup_steps).
TEST(train, warm_up_of_any_length)
{
    static const char *const names[] = {"linear", "cosine", "constant_with_warmup"};
    static const char *const warmups[] = {"train.warmup_steps=0", "train.warmup_steps=2", "train.warmup_ratio=0.3",
                                          "train.warmup_steps=4", "train.warmup_steps=6"};
    static const double c = .8535533905932737, d = .14644660940672627, s = 1.0 / 6;
    const double rates[3][5][4] = {
        {{1, .75, .5, .25}, {0, .5, 1, .5}, {0, .5, 1, .5}, {0, .25, .5, .75}, {0, s, 2 * s, .5}},
        {{1, c, .5, d}, {0, .5, 1, .5}, {0, .5, 1, .5}, {0, .25, .5, .75}, {0, s, 2 * s, .5}},
        {{1, 1, 1, 1}, {0, .5, 1, 1}, {0, .5, 1, 1}, {0, .25, .5, .75}, {0, s, 2 * s, .5}},
    };
    for (int i = 0; i < 15; i++) {
        char type[80];
        struct err err = {0};
        struct run_config config;
        snprintf(type, sizeof type, "train.lr_scheduler_type=%s", names[i / 5]);
        const char *set[] = {type, "train.learning_rate=1", warmups[i % 5], "train.max_steps=4"};
        EXPECT(run_config_open(&config, NULL, set, 4, &err), "%s", err.text);
        for (int step = 0; step < 4; step++)
            EXPECT(fabs(schedule_rate(&config, step) - rates[i / 5][i % 5][step]) < 1e-12, "%s, %s: step %d has %.12f",
                   names[i / 5], warmups[i % 5], step, schedule_rate(&config, step));
        run_config_close(&config);
    }
}

TEST(train, crc32c_known_answers)
{
    // RFC 3720, appendix B.4, and the usual check string.
    unsigned char zeros[32] = {0};
    EXPECT(crc32c(0, zeros, 32) == 0x8A9136AA, "%08x", crc32c(0, zeros, 32));
    EXPECT(crc32c(0, "123456789", 9) == 0xE3069283, "%08x", crc32c(0, "123456789", 9));
}

static size_t lines_of(const char *path, char *last, size_t n)
{
    struct err err = {0};
    struct lines l;
    size_t count = 0;
    EXPECT(lines_open(&l, path, &err), "%s", err.text);
    while (lines_next(&l, &err)) {
        count++;
        snprintf(last, n, "%s", l.line.data);
    }
    lines_close(&l);
    return count;
}

TEST(train, metrics_of_repeated_steps_are_dropped)
{
    struct err err = {0};
    struct metrics m;
    struct metric_values coming = {0};
    char dir[1024], file[1100], last[256];
    snprintf(dir, sizeof dir, "%s", test_tmp("run"));
    snprintf(file, sizeof file, "%s/metrics.jsonl", dir);
    EXPECT(dir_create(dir, &err) && metrics_open(&m, dir, -1, &coming, &err), "%s", err.text);
    for (int step = 1; step <= 3; step++) {
        metrics_set(&m, "reward", 0.1 * step);
        metrics_set(&m, "unknown", NAN);
        EXPECT(metrics_write(&m, step, "", &err), "%s", err.text);
    }
    metrics_close(&m);
    EXPECT(lines_of(file, last, sizeof last) == 3 &&
               strcmp(last, "{\"step\": 3, \"reward\": 0.30000000000000004}") == 0,
           "%s", last);
    FILE *f = fopen(file, "a"); // a crash in the middle of a line
    fputs("{\"step\": 4, \"rew", f);
    fclose(f);
    EXPECT(metrics_open(&m, dir, 2, &coming, &err), "%s", err.text); // resumed after step 2
    metrics_set(&m, "reward", 7);
    EXPECT(metrics_write(&m, 3, "", &err), "%s", err.text);
    metrics_close(&m);
    EXPECT(lines_of(file, last, sizeof last) == 3 && strcmp(last, "{\"step\": 3, \"reward\": 7}") == 0, "%s", last);
}

TEST(train, a_line_has_means_and_newest_values)
{
    struct err err = {0};
    struct metrics m;
    struct metric_values coming = {0}, again = {0};
    struct str kept = {0};
    char dir[1024], file[1100], last[256];
    snprintf(dir, sizeof dir, "%s", test_tmp("means"));
    snprintf(file, sizeof file, "%s/metrics.jsonl", dir);
    EXPECT(dir_create(dir, &err) && metrics_open(&m, dir, 0, &coming, &err), "%s", err.text);
    static const double losses[] = {0.1, NAN, 0.4, 0.7}; // NaN: a step that has none
    for (int step = 1; step <= 4; step++) {
        metrics_add(&m, "loss", losses[step - 1]);
        metrics_set(&m, "num_tokens", 10 * step);
        metrics_set(&m, "perf/throughput", INFINITY); // would be null in a checkpoint, and no number when read again
        if (step == 2) {
            metrics_set(&m, "eval_reward", 0.5);
            EXPECT(metrics_write(&m, 2, "eval_", &err) && lines_of(file, last, sizeof last) == 1 &&
                       strcmp(last, "{\"step\": 2, \"eval_reward\": 0.5}") == 0,
                   "%s", last);
        }
    }
    metric_values_print(&coming, &kept); // as a checkpoint has it
    struct json *j = json_parse(kept.data, kept.size, false, "values", &err);
    EXPECT(metric_values_read(&again, j) && again.count == 2 && again.values[0].count == 3, "%s", kept.data);
    json_close(j);
    m.coming = &again;
    EXPECT(metrics_get(&m, "loss") == (0.1 + 0.4 + 0.7) / 3 && isnan(metrics_get(&m, "eval_reward")), "%g",
           metrics_get(&m, "loss"));
    EXPECT(metrics_write(&m, 4, "", &err) && lines_of(file, last, sizeof last) == 2, "%s", err.text);
    EXPECT(strcmp(last, "{\"step\": 4, \"loss\": 0.39999999999999997, \"num_tokens\": 40}") == 0, "%s", last);
    EXPECT(metrics_write(&m, 5, "", &err) && lines_of(file, last, sizeof last) == 2, "a line of nothing");
    struct file events; // the same values, "simple_value" after each tag
    snprintf(file, sizeof file, "/proc/self/fd/%d", fileno(m.events));
    EXPECT(file_open(&events, file, &err), "%s", err.text);
    static const float written[] = {0.5f, 0.4f, 40};
    static const char *const tags[] = {"eval_reward", "loss", "num_tokens"};
    for (int i = 0; i < 3; i++) {
        const char *tag = memmem(events.data, events.size, tags[i], strlen(tags[i]));
        EXPECT(tag && memcmp(tag + strlen(tags[i]) + 1, &written[i], 4) == 0, "%s is not %g", tags[i],
               (double)written[i]);
    }
    file_close(&events);
    metrics_close(&m);
    str_finish(&kept);
}

TEST(train, values_of_a_damaged_checkpoint)
{
    static const char *const bad[] = {"[]",
                                      "{\"loss\": 1}",
                                      "{\"loss\": [1]}",
                                      "{\"loss\": [1, 0]}",
                                      "{\"loss\": [null, 1]}",
                                      "{\"loss\": [1, 1.5]}",
                                      "{\"loss\": [1, 1, 1]}",
                                      "{\"0123456789012345678901234567890123456789012345678901234567890123\": [1, 1]}"};
    struct err err = {0};
    struct metric_values v;
    struct str many = {0};
    for (int i = 0; i <= METRICS_MAX; i++)
        str_printf(&many, "%c\"m%d\": [1, 1]", i ? ',' : '{', i);
    str_putc(&many, '}');
    for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
        const char *text = i < sizeof bad / sizeof *bad ? bad[i] : many.data;
        struct json *j = json_parse(text, strlen(text), false, "values", &err);
        EXPECT(j && !metric_values_read(&v, j), "accepted: %.80s", text);
        json_close(j);
    }
    EXPECT(metric_values_read(&v, NULL) && v.count == 0, "a checkpoint without values");
    str_finish(&many);
}

// A record is: u64 length, masked CRC of the length, the bytes, their masked CRC.
TEST(train, tensorboard_records_are_well_formed)
{
    struct err err = {0};
    const char *path = test_tmp("events");
    FILE *f = fopen(path, "w");
    EXPECT(tensorboard_begin(f, 1.5, -1) && tensorboard_scalar(f, 2.5, 300, "loss", 0.25f), "cannot write");
    fclose(f);
    struct file in;
    EXPECT(file_open(&in, path, &err), "%s", err.text);
    // wall time 2.5, step 300, summary { value { tag "loss", simple_value 0.25 } }
    static const unsigned char want[] = {0x09, 0,  0,    0, 0,   0,   0,   4,   0x40, 0x10, 0xAC, 0x02, 0x2A, 13,
                                         0x0A, 11, 0x0A, 4, 'l', 'o', 's', 's', 0x15, 0,    0,    0x80, 0x3E};
    uint64_t first, second;
    memcpy(&first, in.data, 8);
    const unsigned char *at = in.data + 12 + first + 4;
    memcpy(&second, at, 8);
    EXPECT(in.size == first + 16 + second + 16 && second == sizeof want && memcmp(at + 12, want, sizeof want) == 0,
           "%zu bytes, the second record has %llu", in.size, (unsigned long long)second);
    file_close(&in);
}

// A resumed run's file begins with a record of session_log { status START } at its first step: what earlier files have
// from there on is dropped by TensorBoard.
TEST(train, tensorboard_forgets_repeated_steps)
{
    struct err err = {0};
    const char *path = test_tmp("resumed");
    FILE *f = fopen(path, "w");
    EXPECT(tensorboard_begin(f, 1.5, 300), "cannot write");
    fclose(f);
    struct file in;
    EXPECT(file_open(&in, path, &err), "%s", err.text);
    static const unsigned char want[] = {0x09, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0x10, 0xAC, 0x02, 0x3A, 2, 0x08, 1};
    uint64_t first, second;
    memcpy(&first, in.data, 8);
    memcpy(&second, in.data + first + 16, 8);
    EXPECT(in.size == first + 16 + second + 16 && second == sizeof want &&
               memcmp(in.data + first + 28, want, sizeof want) == 0,
           "%zu bytes, the second record has %llu", in.size, (unsigned long long)second);
    file_close(&in);
}

TEST(train, resolved_config_reads_back)
{
    struct err err = {0};
    struct run_config a, b;
    struct str first = {0}, second = {0};
    const char *set[] = {"rl.beta=0.04",    "model.path=some/where", "data={\"kind\": \"arithmetic\"}",
                         "data.count=7",    "rl.delta=null",         "device=0",
                         "output_dir=2024", "prompt.system=null",    "rl.scale_rewards=false"};
    EXPECT(run_config_open(&a, NULL, set, 9, &err), "%s", err.text);
    EXPECT(a.rl.beta == 0.04 && strcmp(a.model.path, "some/where") == 0 && a.rl.epsilon_high == a.rl.epsilon &&
               a.rl.delta == 0,
           "overrides are lost");
    EXPECT(json_int(json_get(a.data, "count"), 0) == 7, "data.count is lost");
    EXPECT(a.device && strcmp(a.device, "0") == 0 && strcmp(a.output_dir, "2024") == 0 && !a.prompt.system &&
               strcmp(a.rl.scale_rewards, "none") == 0,
           "numbers and null as texts");
    run_config_print(&a, &first);
    EXPECT(file_write(test_tmp("resolved.json"), first.data, first.size, &err), "%s", err.text);
    EXPECT(run_config_open(&b, test_tmp("resolved.json"), NULL, 0, &err), "%s", err.text);
    run_config_print(&b, &second);
    EXPECT(strcmp(first.data, second.data) == 0, "%s\n%s", first.data, second.data);
    run_config_close(&a);
    run_config_close(&b);
    str_finish(&first);
    str_finish(&second);
}

// Calls f with the key and the default (JSON) of every row of the table of keys.
static int each_key(void (*f)(const char *key, const char *initial))
{
    struct str text = {0};
    int n = 0;
    run_config_document(&text);
    for (const char *line = text.data; (line = strstr(line, "\n| `")) != NULL; line++, n++) {
        char key[80], initial[80];
        EXPECT(sscanf(line, "\n| `%79[^`]` | `%79[^`]`", key, initial) == 2, "%.60s", line);
        f(key, initial);
    }
    str_finish(&text);
    return n;
}

static void set_null(const char *key, const char *initial)
{
    char set[100], expected[300];
    const char *sets[] = {set};
    struct err err = {0};
    struct run_config c;
    snprintf(set, sizeof set, "%s=null", key);
    bool ok = run_config_open(&c, NULL, sets, 1, &err);
    EXPECT(ok == (strcmp(initial, "null") == 0), "%s: %s", key, err.text);
    if (ok) {
        run_config_close(&c);
    } else {
        snprintf(expected, sizeof expected, "--set: \"%s\" may not be null; its default is %s", key, initial);
        EXPECT(strcmp(err.text, expected) == 0, "%s", err.text);
    }
}

TEST(train, null_is_refused_where_it_means_nothing)
{
    EXPECT(each_key(set_null) > 50, "keys are missing");
}

// The defaults of TRL 1.16's GRPOConfig, as it prints them. What differs on purpose: how long a run is (100
// steps, not 3 epochs), and how often things are written and evaluated (save_steps, save_total_limit, logging_steps,
// log_completions, eval_on_start).
static const char *const trl[][2] = {
    {"seed", "42"},
    {"rl.num_generations", "8"},
    {"rl.max_completion_length", "512"},
    {"rl.temperature", "1"},
    {"rl.top_k", "0"},
    {"rl.top_p", "1"},
    {"rl.min_p", "null"},
    {"rl.beta", "0"},
    {"rl.epsilon", "0.2"},
    {"rl.epsilon_high", "null"},
    {"rl.delta", "null"},
    {"rl.loss_type", "\"dapo\""},
    {"rl.scale_rewards", "\"group\""},
    {"rl.mask_truncated_completions", "false"},
    {"rl.num_iterations", "1"},
    {"rl.steps_per_generation", "1"},
    {"rl.use_bias_correction_kl", "true"},
    {"train.learning_rate", "1e-6"},
    {"train.lr_scheduler_type", "\"linear\""},
    {"train.warmup_steps", "0"},
    {"train.weight_decay", "0"},
    {"train.adam_beta1", "0.9"},
    {"train.adam_beta2", "0.999"},
    {"train.adam_epsilon", "1e-8"},
    {"train.max_grad_norm", "1"},
    {"model.recompute", "true"},
};
static int seen;

static void compare_default(const char *key, const char *initial)
{
    for (size_t i = 0; i < sizeof trl / sizeof *trl; i++) {
        if (strcmp(trl[i][0], key) != 0)
            continue;
        char *end;
        double a = strtod(initial, &end), b = strtod(trl[i][1], NULL);
        EXPECT(*end ? strcmp(initial, trl[i][1]) == 0 : a == b, "%s is %s, TRL's is %s", key, initial, trl[i][1]);
        seen++;
    }
}

TEST(train, defaults_are_those_of_trl)
{
    seen = 0;
    each_key(compare_default);
    EXPECT(seen == (int)(sizeof trl / sizeof *trl), "%d keys", seen);
}

TEST(train, values_that_are_refused_or_renamed)
{
    struct err err = {0};
    struct run_config c;
    static const char *const scales[][2] = {
        {"rl.scale_rewards=true", "group"}, {"rl.scale_rewards=false", "none"}, {"rl.scale_rewards=batch", "batch"}};
    for (int i = 0; i < 3; i++) {
        EXPECT(run_config_open(&c, NULL, &scales[i][0], 1, &err) && strcmp(c.rl.scale_rewards, scales[i][1]) == 0,
               "%s: %s", scales[i][0], err.text);
        run_config_close(&c);
    }
    const char *text = "rl.loss_type=true";
    EXPECT(!run_config_open(&c, NULL, &text, 1, &err), "accepted");
    EXPECT_ERR(&err, "--set: \"rl.loss_type\" wants a text in quotes");
    err = (struct err){0};
    const char *nowhere = "output_dir="; // as an unset variable of a script leaves it: not the root of the file system
    EXPECT(!run_config_open(&c, NULL, &nowhere, 1, &err), "accepted");
    EXPECT_ERR(&err, "--set: \"output_dir\" is empty: name a directory, or leave the key out");
    err = (struct err){0};
    static const char twice[] = "{\"rl\": {\"beta\": 0, \"beta\": 1}}",
                      sections[] = "{\"rl\": {\"beta\": 0}, \"rl\": {}}";
    EXPECT(file_write(test_tmp("twice.json"), twice, strlen(twice), &err), "%s", err.text);
    EXPECT(!run_config_open(&c, test_tmp("twice.json"), NULL, 0, &err) &&
               strstr(err.text, "\"rl.beta\" stands there twice"),
           "%s", err.text);
    err = (struct err){0};
    EXPECT(file_write(test_tmp("twice.json"), sections, strlen(sections), &err), "%s", err.text);
    EXPECT(!run_config_open(&c, test_tmp("twice.json"), NULL, 0, &err) && strstr(err.text, "\"rl\" stands there twice"),
           "%s", err.text);
}

TEST(train, batches_by_hand)
{
    // Prompt 5 6 7 with completions 8 9 and 4; prompt 3 with completion 2 1.
    struct arena a = {0};
    struct batch b;
    int32_t p[] = {5, 6, 7}, c1[] = {8, 9}, c2[] = {4}, q[] = {3}, c3[] = {2, 1};
    struct sequence s[] = {{p, 3, c1, 2}, {p, 3, c2, 1}, {q, 1, c3, 2}};
    batch_init(&b, &a, 8, 3);
    EXPECT(batch_pack(&b, s, 0, 3) == 3 && b.used == 7, "%d sequences in %d rows", b.count, b.used);
    static const int32_t tokens[] = {5, 6, 7, 8, 7, 3, 2, 0}, positions[] = {0, 1, 2, 3, 2, 0, 1, 0};
    static const int32_t targets[] = {-1, -1, 8, 9, 4, 2, 1, -1};
    static const int32_t keys[] = {0, 0, 0, 1, 0, 0, 0, 2, 0, 2, 2, 3, 0, 2, 2, 4,
                                   0, 2, 4, 5, 5, 5, 5, 6, 5, 5, 5, 7, 0, 0, 0, 0};
    static const int32_t queries[] = {0, 2, 2, 5, 1, 2, 2, 5, 2, 4, 0, 0, 3, 4, 0, 0,
                                      4, 5, 0, 0, 5, 7, 0, 0, 6, 7, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 8; i++)
        EXPECT(b.tokens[i] == tokens[i] && b.positions[i] == positions[i] && b.targets[i] == targets[i], "row %d", i);
    EXPECT(memcmp(b.key_ranges, keys, sizeof keys) == 0, "key ranges");
    EXPECT(memcmp(b.query_ranges, queries, sizeof queries) == 0, "query ranges");
    EXPECT(b.first_row[0] == 2 && b.first_row[1] == 4 && b.first_row[2] == 5, "first rows");
    batch_init(&b, &a, 4, 3);
    EXPECT(batch_pack(&b, s, 0, 3) == 1, "%d fit into 4 rows", b.count);
    EXPECT(batch_pack(&b, s, 1, 3) == 1 && b.tokens[0] == 5 && b.used == 3,
           "the prefix is not repeated in the next batch");
    arena_finish(&a);
}
