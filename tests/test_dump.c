// VKR1_DUMP and tools/compare_dump.py: what is written is what the program computed, and a difference is found and
// named.
#include "test.h"

#include <glob.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "device.h"
#include "program.h"

static const char text[] = "{\"text\": \"Once upon a time\"}\n";

// Runs vkr1 with VKR1_DUMP=directory.
static void dump(const char *directory, const char *args, const char *input, struct str *out)
{
    struct str messages = {0};
    setenv("VKR1_DUMP", directory, 1);
    int code = program_run_vkr1(args, input, out, &messages);
    unsetenv("VKR1_DUMP");
    EXPECT(code == 0, "%s: exit code %d, %s", args, code, messages.data);
    str_finish(&messages);
}

static void dump_logprob(const char *directory, const char *device, struct str *out)
{
    char args[2048];
    snprintf(args, sizeof args, "logprob --model '%s' --special --max-length 64%s%s", test_path("golden/stories260K"),
             device ? " --device " : "", device ? device : "");
    dump(directory, args, text, out);
}

// The file of a tensor in a dump; "" when there is not exactly one.
static void find(const char *directory, const char *pattern, char *path, size_t room)
{
    char all[1200];
    glob_t g = {0};
    snprintf(all, sizeof all, "%s/%s", directory, pattern);
    snprintf(path, room, "%s", glob(all, 0, NULL, &g) == 0 && g.gl_pathc == 1 ? g.gl_pathv[0] : "");
    EXPECT(path[0], "%zu files are like %s", g.gl_pathc, all);
    globfree(&g);
}

// tools/compare_dump.py A B; returns its exit code, -1 (the test is skipped) without python3 and numpy.
static int compare(const char *a, const char *b, struct str *out)
{
    char command[4096], line[512];
    if (system("python3 -c 'import numpy' >/dev/null 2>&1") != 0) {
        test_skip("python3 has no numpy");
        return -1;
    }
    snprintf(command, sizeof command, "'%s' '%s' '%s' 2>&1", test_path("../tools/compare_dump.py"), a, b);
    FILE *p = popen(command, "r");
    check(p, "popen");
    str_clear(out);
    while (fgets(line, sizeof line, p))
        str_puts(out, line);
    int status = pclose(p);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

TEST(dump, files_hold_what_was_computed)
{
    struct str out = {0};
    struct err err = {0};
    struct file f;
    char path[1200], dir[1024];
    snprintf(dir, sizeof dir, "%s", test_tmp("values"));
    dump_logprob(dir, "cpu", &out);
    find(dir, "00/????.0-logprob-logp[[]0].npy", path, sizeof path);
    // numpy.lib.format: magic, version 1.0, the header's length, the header up to byte 128.
    static const char header[] =
        "\x93NUMPY\x01\x00\x76\x00{'descr': '<f4', 'fortran_order': False, 'shape': (128, 1, ), }";
    if (file_open(&f, path, &err) && f.size == 128 + 128 * 4) {
        EXPECT(memcmp(f.data, header, sizeof header - 1) == 0 && f.data[127] == '\n', "the header is %.128s",
               (const char *)f.data);
        struct json *j = json_parse(out.data, out.size, false, "logprob", &err);
        for (int i = 0; i < 4; i++) {
            float v;
            memcpy(&v, f.data + 128 + 4 * i, 4);
            EXPECT((double)v == json_number(json_at(json_get(j, "logprobs"), i + 1), 1), "value %d is %g; %s", i,
                   (double)v, out.data);
        }
        json_close(j);
        file_close(&f);
    } else {
        EXPECT(false, "%s: %s", path, err.text);
    }
    find(dir, "00/0000.0-embed-embed.npy", path, sizeof path); // the first node
    str_finish(&out);
}

// The programs of a training step, each once (find wants exactly one file); that they ran node by node changes nothing.
TEST(dump, training_is_dumped_and_not_changed)
{
    struct str args = {0}, out = {0}, messages = {0};
    char dir[1024], run[2][1024], path[1200];
    snprintf(dir, sizeof dir, "%s", test_tmp("train"));
    for (int i = 0; i < 2; i++) {
        snprintf(run[i], sizeof run[0], "%s", test_tmp(i ? "run-dumped" : "run"));
        str_clear(&args);
        str_printf(&args,
                   "train '%s' --device cpu --set model.path='%s' --set output_dir='%s' --set train.max_steps=2 "
                   "--set eval.eval_steps=0 --set rl.prompts_per_step=2 --set rl.num_generations=4 --set rl.slots=4 "
                   "--set rl.temperature=1.5 --set train.micro_batch_tokens=240",
                   test_path("../configs/quickstart.json"), test_path("../configs/quickstart-base"), run[i]);
        if (i)
            dump(dir, args.data, "", &out);
        else
            EXPECT(program_run_vkr1(args.data, "", &out, &messages) == 0, "%s", messages.data);
    }
    find(dir, "00/0000.0-embed-embed.npy", path, sizeof path); // the prompts
    find(dir, "01/????.0-sample-*.npy", path, sizeof path);    // the decoded tokens
    find(dir, "*/????.0-grpo_loss-*.npy", path, sizeof path);  // the update
    find(dir, "*/????.2-adamw-model.norm.weight.npy", path, sizeof path);
    struct file model[2] = {0};
    struct err err = {0};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/checkpoints/step-000002/model.safetensors", run[i]);
        EXPECT(file_open(&model[i], path, &err), "%s", err.text);
    }
    EXPECT(model[0].size && model[0].size == model[1].size && memcmp(model[0].data, model[1].data, model[0].size) == 0,
           "the models differ");
    file_close(&model[0]);
    file_close(&model[1]);
    str_finish(&args);
    str_finish(&out);
    str_finish(&messages);
}

TEST(dump, compare_names_what_differs)
{
    struct str out = {0}, bytes = {0};
    struct err err = {0};
    struct file f;
    char a[1024], b[1024], path[1200];
    snprintf(a, sizeof a, "%s", test_tmp("float"));
    snprintf(b, sizeof b, "%s", test_tmp("double"));
    dump_logprob(a, "cpu", &out);
    dump_logprob(b, "cpu-double", &out);
    int code = compare(a, b, &out);
    if (code == -1)
        return;
    EXPECT(code == 0 && strstr(out.data, " tensors, 0 differ, largest relative error "), "%d: %s", code, out.data);

    // One value of a rope's result, of either device, is changed: row 2, column 5 of (512,64).
    find(b, "00/0005.0-rope-rope.npy", path, sizeof path);
    EXPECT(file_open(&f, path, &err), "%s", err.text);
    str_append(&bytes, f.data, f.size);
    file_close(&f);
    const double values[] = {1e3, NAN, INFINITY};
    for (int i = 0; i < 3; i++) {
        memcpy(bytes.data + 128 + (2 * 64 + 5) * 8, &values[i], 8);
        EXPECT(file_write(path, bytes.data, bytes.size, &err), "%s", err.text);
        code = compare(a, b, &out);
        EXPECT(code == 1 && strncmp(out.data, "00/0005.0-rope-rope.npy: off by ", 32) == 0 &&
                   strstr(out.data, ", at (2, 5): ") && strstr(out.data, " tensors, 1 differ"),
               "%d: %s", code, out.data);
    }
    find(a, "00/0005.0-rope-rope.npy", path, sizeof path); // the same infinity on both sides is no difference
    EXPECT(file_write(path, bytes.data, bytes.size, &err), "%s", err.text);
    code = compare(a, b, &out);
    EXPECT(code == 0, "%d: %s", code, out.data);

    unlink(path);
    code = compare(a, b, &out);
    EXPECT(code == 1 && strncmp(out.data, "00/0005.0-rope-rope.npy: only in ", 33) == 0 && strstr(out.data, b),
           "%d: %s", code, out.data);
    code = compare(b, a, &out);
    EXPECT(code == 1 && strncmp(out.data, "00/0005.0-rope-rope.npy: only in ", 33) == 0 && strstr(out.data, b),
           "%d: %s", code, out.data);
    code = compare(a, test_tmp("nothing"), &out);
    EXPECT(code == 1 && strstr(out.data, "nothing holds no dump"), "%d: %s", code, out.data);
    str_finish(&out);
    str_finish(&bytes);
}

TEST(dump, vulkan_computes_what_the_cpu_does)
{
    struct str out = {0};
    char a[1024], b[1024];
    if (!test_have_vulkan())
        return;
    snprintf(a, sizeof a, "%s", test_tmp("on-cpu"));
    snprintf(b, sizeof b, "%s", test_tmp("on-vulkan"));
    dump_logprob(a, "cpu-double", &out);
    dump_logprob(b, test_device(), &out);
    int code = compare(a, b, &out);
    EXPECT(code <= 0 && (code || strstr(out.data, ", 0 differ")), "%d: %s", code, out.data);
    str_finish(&out);
}
