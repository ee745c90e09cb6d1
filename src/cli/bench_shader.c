// Candidates of `vkr1 bench --shader`.
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/bench.h"
#include "vk/push_constants.h"
#include "vk/vk.h"

void bench_candidate_finish(struct bench_candidate *c)
{
    arena_finish(&c->arena);
    *c = (struct bench_candidate){0};
}

bool bench_candidate_replaces(const struct bench_candidate *c, const char *kernel)
{
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->kernels[i].kernel, kernel) == 0)
            return true;
    return false;
}

#ifdef VKR1_SHADERC
#include <shaderc/shaderc.h>

enum { ARGUMENTS = 64, MESSAGE_LINES = 8 };

// Includes: beside the candidate first, then the headers that vkr1 carries.
struct includes {
    struct arena *arena; // of the candidate
    const char *directory;
};

static shaderc_include_result *include(void *user, const char *wanted, int type, const char *from, size_t depth)
{
    (void)type, (void)from, (void)depth;
    struct includes *in = user;
    shaderc_include_result *r = arena_alloc(in->arena, sizeof *r);
    const char *path = arena_printf(in->arena, "%s/%s", in->directory, wanted), *text = vk_kernel_header(wanted);
    struct file file;
    struct err ignored = {{0}};
    if (file_exists(path) && file_open(&file, path, &ignored)) {
        text = arena_strndup(in->arena, (const char *)file.data, file.size);
        file_close(&file);
    }
    if (!text) { // an empty name tells shaderc that content is a message
        r->source_name = "";
        r->content = arena_printf(in->arena, "neither beside the candidate nor among vkr1's headers: %s", wanted);
    } else {
        r->source_name = arena_strdup(in->arena, wanted);
        r->source_name_length = strlen(wanted);
        r->content = text;
    }
    r->content_length = strlen(r->content);
    return r;
}

static void include_done(void *user, shaderc_include_result *result)
{
    (void)user, (void)result; // the arena has it
}

static void add_defines(shaderc_compile_options_t options, const char *defines)
{
    for (const char *at = strstr(defines, "-D"); at; at = strstr(at, "-D")) {
        at += 2;
        size_t length = strcspn(at, " "), name = strcspn(at, "= ");
        const char *value = name < length ? at + name + 1 : at + length;
        shaderc_compile_options_add_macro_definition(options, at, name, value, name < length ? length - name - 1 : 0);
        at += length;
    }
}

// The candidate gets the kernel's arguments: what lies elsewhere in it would be read as addresses that are none.
static bool check_arguments(const uint32_t *code, size_t bytes, const char *path, int kernel, struct err *err)
{
    struct push_constant got[ARGUMENTS], want[ARGUMENTS];
    size_t size;
    const uint32_t *own = vk_kernel_code(kernel, &size);
    int count = push_constants(code, bytes, got, ARGUMENTS), wanted = push_constants(own, size, want, ARGUMENTS);
    for (int i = 0, j; i < count; i++) {
        for (j = 0; j < wanted && want[j].offset != got[i].offset; j++)
            continue;
        if (j == wanted || want[j].bytes != got[i].bytes)
            return fail(err,
                        "%s takes other arguments than kernel %s: at byte %u it has one of %u bytes, the kernel one of "
                        "%u. Include "
                        "the same header as shaders/%s",
                        path, vk_kernel_name(kernel), got[i].offset, got[i].bytes, j < wanted ? want[j].bytes : 0,
                        vk_kernel_source(kernel));
    }
    return count >= 0 || fail(err, "%s as %s: its push constants cannot be read", path, vk_kernel_name(kernel));
}

// glslang prints all that it knows of the language when a file does not say its version.
static bool check_version(const struct file *text, const char *path, struct err *err)
{
    const char *at = (const char *)text->data, *end = at + text->size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        char line[32];
        snprintf(line, sizeof line, "%.*s", (int)((newline ? newline : end) - at), at);
        int version;
        if (sscanf(line, " # version %d", &version) == 1)
            return version == 450 || version == 460 ||
                   fail(err, "%s: #version %d; 450 and 460 can be compiled", path, version);
        at = newline ? newline + 1 : end;
    }
    return fail(err, "%s: no line says #version 450", path);
}

// The part of the compiler's messages that is shown, without its last end of line.
static int first_lines(const char *text)
{
    size_t n = 0;
    for (int i = 0; i < MESSAGE_LINES && text[n]; i++)
        n += strcspn(text + n + (i > 0), "\n") + (i > 0);
    while (n && text[n - 1] == '\n')
        n--;
    return (int)n;
}

static bool compile_for(struct bench_candidate *to, shaderc_compiler_t compiler, const struct file *text,
                        const char *path, int kernel, struct includes *in, struct err *err)
{
    shaderc_compile_options_t options = shaderc_compile_options_initialize();
    shaderc_compile_options_set_target_env(options, shaderc_target_env_vulkan, shaderc_env_version_vulkan_1_2);
    shaderc_compile_options_set_include_callbacks(options, include, include_done, in);
    add_defines(options, vk_kernel_defines(kernel));
    shaderc_compilation_result_t r = shaderc_compile_into_spv(compiler, (const char *)text->data, text->size,
                                                              shaderc_compute_shader, path, "main", options);
    bool ok = shaderc_result_get_compilation_status(r) == shaderc_compilation_status_success;
    if (ok) {
        size_t bytes = shaderc_result_get_length(r);
        uint32_t *code = arena_alloc(&to->arena, bytes);
        memcpy(code, shaderc_result_get_bytes(r), bytes);
        ok = check_arguments(code, bytes, path, kernel, err);
        to->kernels[to->count].kernel = vk_kernel_name(kernel);
        to->kernels[to->count].index = kernel;
        to->kernels[to->count].code = code;
        to->kernels[to->count++].bytes = bytes;
    } else {
        const char *defines = vk_kernel_defines(kernel), *message = shaderc_result_get_error_message(r);
        fail(err, "%s as %s (%s):\n%.*s", path, vk_kernel_name(kernel), *defines ? defines : "no defines",
             first_lines(message), message);
    }
    shaderc_result_release(r);
    shaderc_compile_options_release(options);
    return ok;
}

enum { BY_SOURCE, BY_NAME, BY_BEGINNING, WAYS };

static bool stands_for(const char *as, int kernel, int way)
{
    size_t n = strlen(as);
    const char *name = vk_kernel_name(kernel), *source = vk_kernel_source(kernel);
    if (way == BY_SOURCE)
        return strncmp(source, as, n) == 0 && strcmp(source + n, ".comp") == 0;
    return strncmp(name, as, n) == 0 && (name[n] == 0 || (way == BY_BEGINNING && name[n] == '_'));
}

bool bench_candidate_compile(struct bench_candidate *to, const char *path, const char *as, struct err *err)
{
    struct file text = {0};
    if (!file_open(&text, path, err))
        return false;
    if (!check_version(&text, path, err)) {
        file_close(&text);
        return false;
    }
    shaderc_compiler_t compiler = shaderc_compiler_initialize();
    const char *slash = strrchr(path, '/');
    struct includes in = {&to->arena, slash ? arena_strndup(&to->arena, path, (size_t)(slash - path)) : "."};
    bool ok = true;
    for (int way = BY_SOURCE; ok && way < WAYS && !to->count; way++)
        for (int i = 0; ok && i < vk_kernel_count(); i++)
            if (stands_for(as, i, way))
                ok = to->count < (int)(sizeof to->kernels / sizeof *to->kernels)
                         ? compile_for(to, compiler, &text, path, i, &in, err)
                         : fail(err, "too many kernels are called %s", as);
    shaderc_compiler_release(compiler);
    file_close(&text);
    return ok &&
           (to->count || fail(err, "no kernel, source or op is called \"%s\"; shaders/kernels.txt lists them", as));
}

#else
bool bench_candidate_compile(struct bench_candidate *to, const char *path, const char *as, struct err *err)
{
    (void)to, (void)as;
    return fail(err, "%s cannot be compiled: this vkr1 was built without libshaderc (Debian: libshaderc-dev)", path);
}
#endif
