// Candidates of `vkr1 bench --shader`.
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/str.h"
#include "cli/bench.h"
#include "vk/vk.h"

void bench_candidate_finish(struct bench_candidate *c)
{
    arena_finish(&c->arena);
    *c = (struct bench_candidate){0};
}

#ifdef VKR1_SHADERC
#include <shaderc/shaderc.h>

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

static bool compile_for(struct bench_candidate *to, shaderc_compiler_t compiler, const struct file *text, const char *path, int kernel, struct includes *in, struct err *err)
{
    shaderc_compile_options_t options = shaderc_compile_options_initialize();
    shaderc_compile_options_set_target_env(options, shaderc_target_env_vulkan, shaderc_env_version_vulkan_1_2);
    shaderc_compile_options_set_include_callbacks(options, include, include_done, in);
    add_defines(options, vk_kernel_defines(kernel));
    shaderc_compilation_result_t r = shaderc_compile_into_spv(compiler, (const char *)text->data, text->size, shaderc_compute_shader,
                                                path, "main", options);
    bool ok = shaderc_result_get_compilation_status(r) == shaderc_compilation_status_success;
    if (ok) {
        size_t bytes = shaderc_result_get_length(r);
        uint32_t *code = arena_alloc(&to->arena, bytes);
        memcpy(code, shaderc_result_get_bytes(r), bytes);
        to->kernels[to->count].kernel = vk_kernel_name(kernel);
        to->kernels[to->count].code = code;
        to->kernels[to->count++].bytes = bytes;
    } else {
        fail(err, "%s as %s (%s):\n%s", path, vk_kernel_name(kernel), vk_kernel_defines(kernel), shaderc_result_get_error_message(r));
    }
    shaderc_result_release(r);
    shaderc_compile_options_release(options);
    return ok;
}

static bool stands_for(int kernel, const char *as)
{
    size_t n = strlen(as);
    const char *name = vk_kernel_name(kernel), *source = vk_kernel_source(kernel);
    return (strncmp(name, as, n) == 0 && (name[n] == 0 || name[n] == '_')) ||
           (strncmp(source, as, n) == 0 && strcmp(source + n, ".comp") == 0);
}

bool bench_candidate_compile(struct bench_candidate *to, const char *path, const char *as, struct err *err)
{
    struct file text = {0};
    if (!file_open(&text, path, err))
        return false;
    shaderc_compiler_t compiler = shaderc_compiler_initialize();
    const char *slash = strrchr(path, '/');
    struct includes in = {&to->arena, slash ? arena_strndup(&to->arena, path, (size_t)(slash - path)) : "."};
    bool ok = true;
    for (int i = 0; ok && i < vk_kernel_count(); i++)
        if (stands_for(i, as))
            ok = to->count < (int)(sizeof to->kernels / sizeof *to->kernels)
                     ? compile_for(to, compiler, &text, path, i, &in, err)
                     : fail(err, "too many kernels are called %s", as);
    shaderc_compiler_release(compiler);
    file_close(&text);
    return ok && (to->count || fail(err, "no kernel, source or op is called \"%s\"; shaders/kernels.txt lists them", as));
}

#else
bool bench_candidate_compile(struct bench_candidate *to, const char *path, const char *as, struct err *err)
{
    (void)to, (void)as;
    return fail(err, "%s cannot be compiled: this vkr1 was built without libshaderc (Debian: libshaderc-dev)", path);
}
#endif
