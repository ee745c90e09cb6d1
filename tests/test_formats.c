// Model files: safetensors, GGUF, configurations, weights.
#include "test.h"

#include "base/arena.h"
#include "base/file.h"
#include "model/safetensors.h"
#include "model/weights.h"

static struct model_config small_config(void)
{
    return (struct model_config){.family = FAMILY_LLAMA, .width = 8, .layers = 2, .heads = 2, .kv_heads = 1,
                                 .head_size = 6, .ffn = 10, .vocab = 11, .max_positions = 32, .rms_eps = 1e-5f,
                                 .rope_theta = 10000, .bos = 1, .pad = -1, .eos = {2, 3}, .eos_count = 2};
}

// A value that bf16 holds exactly and that differs between places.
static bool read_pattern(void *user, const struct weight *w, uint64_t first, uint64_t n, float *dst, struct err *err)
{
    (void)user;
    (void)err;
    for (uint64_t i = 0; i < n; i++)
        dst[i] = (float)((int)((first + i) * 7 + (uint64_t)(w->field * 31 + w->layer * 13)) % 251 - 125) / 64;
    return true;
}

static void expect_same_config(const struct model_config *a, const struct model_config *b)
{
    struct str x = {0}, y = {0};
    config_write(a, a->dtype, &x);
    config_write(b, b->dtype, &y);
    EXPECT(strcmp(x.data, y.data) == 0, "%s\nshould be\n%s", x.data, y.data);
    str_finish(&x);
    str_finish(&y);
}

TEST(formats, saved_model_opens_again)
{
    struct err err = {0};
    static const enum dtype types[] = {DTYPE_F32, DTYPE_F16, DTYPE_BF16};
    for (int t = 0; t < 3; t++) {
        struct model_config c = small_config();
        c.family = t == 1 ? FAMILY_QWEN2 : FAMILY_LLAMA;
        c.qkv_bias = t == 1;
        c.tied = t == 2;
        struct weights_save save = {.config = &c, .dtype = types[t], .read = read_pattern};
        const char *dir = test_tmp(dtype_name(types[t]));
        EXPECT(weights_save(dir, &save, &err), "%s", err.text);
        struct weights w;
        EXPECT(weights_open(&w, dir, &err), "%s", err.text);
        c.dtype = types[t];
        expect_same_config(&w.config, &c);
        EXPECT(w.count == (t == 1 ? 27u : t == 2 ? 20u : 21u), "%zu weights", w.count);
        for (size_t i = 0; i < w.count; i++) {
            float got[128], want[128];
            weights_read_f32(&w.items[i], 0, w.items[i].elements, got);
            read_pattern(NULL, &w.items[i], 0, w.items[i].elements, want, &err);
            EXPECT(w.items[i].elements <= 128 && memcmp(got, want, w.items[i].elements * 4) == 0, "%s changed",
                   w.items[i].name);
        }
        EXPECT(weights_find(&w, 1, W_DOWN) == weights_find_name(&w, "model.layers.1.mlp.down_proj.weight"), "lookup");
        EXPECT((weights_find(&w, -1, W_HEAD) == NULL) == c.tied, "head");
        weights_close(&w);
    }
}
