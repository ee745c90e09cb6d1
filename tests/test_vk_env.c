// What the environment changes in the runtime: each test runs this program again with a variable set.
#include <dirent.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/json.h"
#include "vk_device.h"

// Runs this program on one of its own tests, with an environment variable set, so that switches and loader start
// afresh. Returns the exit code; out (may be NULL) gets what it printed.
static int in_child(const char *variable, const char *value, const char *test, char *out, size_t room)
{
    char printed[1024];
    snprintf(printed, sizeof printed, "%s", test_tmp("child.txt"));
    fflush(NULL);
    pid_t pid = fork();
    check(pid >= 0, "fork");
    if (!pid) {
        if (!freopen(printed, "w", stdout) || dup2(1, 2) < 0 || setenv(variable, value, 1))
            _exit(126);
        const char *d = test_device();
        execl("/proc/self/exe", "vkr1_tests", "--filter", test, d ? "--device" : NULL, d, NULL);
        _exit(127);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    FILE *f = fopen(printed, "r");
    size_t n = f && room ? fread(out, 1, room - 1, f) : 0;
    if (room)
        out[n] = 0;
    if (f)
        fclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

TEST(vk_env, barriers_everywhere_change_nothing)
{
    if (!device())
        return;
    char out[4096];
    EXPECT(in_child("VKR1_BARRIERS", "all", "vk.dependent_chain", out, sizeof out) == 0, "%s", out);
}

// What no GPU is here to show: its kernels leave no gap between sampler and trainer either.
TEST(vk_env, log_probabilities_are_those_of_training_with_the_kernels_of_a_gpu)
{
    if (!device())
        return;
    char out[4096];
    int code = in_child("VKR1_PRETEND", "discrete", "rollout.wide_log_probabilities_are_those_of_training_vulkan", out,
                        sizeof out);
    EXPECT(code == 0, "%s", out);
}

TEST(vk_env, validation_errors_fail)
{
    if (!device())
        return;
    char out[8192];
    setenv("VKR1_TEST_MISUSE", "1", 1);
    int code = in_child("VKR1_VALIDATION", "1", "vk.rng_is_the_hosts", out, sizeof out);
    unsetenv("VKR1_TEST_MISUSE");
    if (strstr(out, "VKR1_VALIDATION is set, but the Khronos validation layer is not installed")) {
        EXPECT(code == 77, "exit code %d", code);
        return;
    }
    EXPECT(code == 3 && strstr(out, "1 passed") && strstr(out, "1 validation errors: exit code 3"), "exit code %d: %s",
           code, out);
}

TEST(vk_env, no_driver)
{
    char out[4096];
    int code = in_child("VK_ICD_FILENAMES", "/nonexistent", "vk.rng_is_the_hosts", out, sizeof out);
    EXPECT(code == 77, "exit code %d", code);
    EXPECT(strstr(out, "--device cpu") && strstr(out, "nstall"), "it says \"%s\"", out);
}

// One driver under two names serves one device twice. The second file lies elsewhere, so it names the library in full:
// a relative path would begin at the file's own folder.
TEST(vk_env, of_two_drivers_one_is_taken)
{
    if (!device())
        return;
    const char *files[] = {getenv("VK_ICD_FILENAMES"), "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json",
                           "/usr/share/vulkan/icd.d/lvp_icd.json"};
    char second[1024], both[2100], out[4096];
    struct str text = {0};
    struct err err = {0};
    struct json *file = NULL;
    int i = 0;
    while (i < 3 && !(files[i] && (file = json_open(files[i], false, &(struct err){0}))))
        i++;
    if (i == 3) {
        test_skip("no driver file is known");
        return;
    }
    const struct json *icd = json_get(file, "ICD");
    const char *library = json_string(json_get(icd, "library_path"), "");
    const char *slash = strrchr(files[i], '/');
    bool relative = library[0] != '/' && strchr(library, '/') && slash; // a bare name is looked up as any library's
    str_printf(
        &text, "{\"file_format_version\": \"1.0.0\", \"ICD\": {\"library_path\": \"%.*s%s\", \"api_version\": \"%s\"}}",
        relative ? (int)(slash + 1 - files[i]) : 0, files[i], library, json_string(json_get(icd, "api_version"), ""));
    snprintf(second, sizeof second, "%s", test_tmp("second_driver.json"));
    EXPECT(file_write(second, text.data, text.size, &err), "%s", err.text);
    snprintf(both, sizeof both, "%s:%s", files[i], second);
    int code = in_child("VK_ICD_FILENAMES", both, "vk.rng_is_the_hosts", out, sizeof out);
    EXPECT(code == 0 && strstr(out, " by the driver ") && strstr(out, " serves it too (VK_DRIVER_FILES chooses)"),
           "%d: %s", code, out);
    str_finish(&text);
    json_close(file);
}

TEST(vk_env, profile_counts_kernels)
{
    if (!device())
        return;
    char out[4096];
    int code = in_child("VKR1_PROFILE", "1", "vk.independent_nodes_have_no_barrier", out, sizeof out);
    // Under the profile every dispatch waits for the one before, so that test fails; its table is what counts here.
    EXPECT(code == 1 && strstr(out, "GFLOP/s") && strstr(out, "\nfill  ") && strstr(out, "\nadd  "), "%d: %s", code,
           out);
    const char *fill = strstr(out, "\nfill  ");
    int count = 0;
    EXPECT(fill && sscanf(fill, " fill %d", &count) == 1 && count == 8, "fill ran %d times", count);
}

// The one file in directory; false when there is none or more than one.
static bool only_file(const char *directory, char *path, size_t room)
{
    DIR *d = opendir(directory);
    int files = 0;
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        if (e->d_name[0] != '.') {
            files++;
            snprintf(path, room, "%s/%.250s", directory, e->d_name);
        }
    if (d)
        closedir(d);
    return files == 1;
}

TEST(vk_env, damaged_pipeline_cache_is_written_anew)
{
    if (!device())
        return;
    char home[512], directory[600], path[1024], out[4096];
    snprintf(home, sizeof home, "%.500s", test_tmp("cache"));
    snprintf(directory, sizeof directory, "%s/vkr1", home);
    EXPECT(in_child("XDG_CACHE_HOME", home, "vk.rng_is_the_hosts", out, sizeof out) == 0, "%s", out);
    EXPECT(only_file(directory, path, sizeof path), "no cache file in %s", directory);
    struct err err = {{0}};
    struct file f = {0};
    if (!file_open(&f, path, &err)) {
        EXPECT(false, "%s", err.text);
        return;
    }
    size_t size = f.size;
    EXPECT(size > 56 && memcmp(f.data, "vkr1pc01", 8) == 0, "%zu bytes", size);
    uint8_t *bad = block_alloc(size);
    memcpy(bad, f.data, size);
    file_close(&f);
    bad[size - 1] ^= 1;
    EXPECT(file_write(path, bad, size, &err), "%s", err.text);
    EXPECT(in_child("XDG_CACHE_HOME", home, "vk.rng_is_the_hosts", out, sizeof out) == 0, "%s", out);
    EXPECT(strstr(out, "is damaged or of another driver"), "it says %s", out);
    EXPECT(file_open(&f, path, &err) && f.size >= 56, "%s", err.text);
    EXPECT(f.size != size || memcmp(f.data, bad, size) != 0, "the damaged file is still there");
    file_close(&f);
    EXPECT(in_child("XDG_CACHE_HOME", home, "vk.rng_is_the_hosts", out, sizeof out) == 0, "%s", out);
    EXPECT(!strstr(out, "is damaged"), "it says %s", out);
    block_free(bad);
}

static double seconds_of_children(void)
{
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

TEST(vk_env, huge_pipeline_cache_is_not_read_through)
{
    if (!device())
        return;
    char home[512], directory[600], path[1024], out[4096];
    snprintf(home, sizeof home, "%.500s", test_tmp("huge"));
    snprintf(directory, sizeof directory, "%s/vkr1", home);
    double start = seconds_of_children();
    EXPECT(in_child("XDG_CACHE_HOME", home, "vk.rng_is_the_hosts", out, sizeof out) == 0, "%s", out);
    double usual = seconds_of_children() - start;
    EXPECT(only_file(directory, path, sizeof path), "no cache file in %s", directory);
    if (truncate(path, (off_t)8 << 30) != 0) {
        test_skip("no sparse file of 8 GiB in %s", directory);
        return;
    }
    start = seconds_of_children();
    EXPECT(in_child("XDG_CACHE_HOME", home, "vk.rng_is_the_hosts", out, sizeof out) == 0, "%s", out);
    double huge = seconds_of_children() - start;
    EXPECT(strstr(out, "is damaged or of another driver"), "it says %s", out);
    EXPECT(huge < usual + 4, "%.1f s, %.1f s without the file", huge, usual); // its checksum takes 8 s and more
}

TEST(vk_env, pipeline_cache_that_another_process_writes_is_left_alone)
{
    if (!device())
        return;
    char home[512], directory[600], path[1024], out[4096];
    struct err err = {{0}};
    struct dir_lock lock = {0};
    snprintf(home, sizeof home, "%.500s", test_tmp("shared"));
    snprintf(directory, sizeof directory, "%s/vkr1", home);
    EXPECT(dir_create(directory, &err) && dir_lock(&lock, directory, &err), "%s", err.text);
    EXPECT(in_child("XDG_CACHE_HOME", home, "vk.rng_is_the_hosts", out, sizeof out) == 0, "%s", out);
    EXPECT(!strstr(out, "was not kept"), "it says %s", out);
    EXPECT(!only_file(directory, path, sizeof path), "%s was written", path);
    dir_unlock(&lock);
    EXPECT(in_child("XDG_CACHE_HOME", home, "vk.rng_is_the_hosts", out, sizeof out) == 0, "%s", out);
    EXPECT(only_file(directory, path, sizeof path), "no cache file in %s", directory);
}
