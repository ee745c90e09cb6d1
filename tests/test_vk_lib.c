// shaders/lib on the device against the host: stored types, packing, reductions.
#include "test.h"

#include "base/arena.h"
#include "base/dtype.h"
#include "base/rng.h"
#include "load_all_args.h"
#include "pack_pairs_args.h"
#include "reduce_rows_args.h"
#include "vk_device.h"

// Runs one dispatch over vk_groups(count) workgroups.
static void run_once(struct vk *vk, const char *kernel, const uint32_t *spec, int spec_count, const void *args,
                     uint32_t args_bytes, uint64_t count)
{
    struct err err = {{0}};
    uint32_t groups[3];
    vk_groups(count, vk, groups);
    struct vk_stream *s = vk_stream_create(vk);
    vk_stream_node(s, kernel);
    vk_stream_dispatch(s, vk_pipeline(vk, kernel, spec, spec_count, &err), args, args_bytes, groups, 0, 0);
    EXPECT(vk_stream_end(s, &err) && vk_stream_run(s, &err), "%s: %s", kernel, err.text);
    vk_stream_free(s);
}

static void check_load(struct vk *vk, enum dtype t, struct arena *a)
{
    enum { N = 32 * 67 };
    char kernel[32];
    snprintf(kernel, sizeof kernel, "load_all_%s", dtype_name(t));
    float *x = arena_array(a, float, N), *host = arena_array(a, float, N), *one = arena_array(a, float, N),
          *four = arena_array(a, float, N);
    for (uint32_t i = 0; i < N; i++)
        x[i] = (float)rng_normal(5, RNG_TEST, i, 0) * (i % 96 < 32 ? 1 : 300);
    uint64_t bytes = dtype_bytes(t, N);
    void *stored = arena_alloc(a, bytes);
    dtype_from_f32(t, x, 0, N, stored);
    dtype_to_f32(t, stored, 0, N, host);
    struct err err = {{0}};
    struct vk_block from, to;
    EXPECT(vk_block_alloc(vk, bytes, &from, &err) && vk_block_alloc(vk, N * 8, &to, &err), "%s", err.text);
    EXPECT(vk_write(vk, &from, 0, stored, bytes, &err), "%s", err.text);
    struct load_all_args args = {from.address, to.address, to.address + N * 4, N};
    run_once(vk, kernel, NULL, 0, &args, sizeof args, (N / 4 + 63) / 64);
    EXPECT(vk_read(vk, &to, 0, one, N * 4, &err) && vk_read(vk, &to, N * 4, four, N * 4, &err), "%s", err.text);
    int wrong = 0;
    for (int i = 0; i < N; i++) {
        // Exact for every type: Q4_1's d*q has 15 bits, so whether d*q + m is fused makes no difference.
        wrong += one[i] != host[i] || four[i] != host[i];
    }
    EXPECT(!wrong, "%s: %d of %d elements are wrong", kernel, wrong, N);
    vk_block_free(vk, &from);
    vk_block_free(vk, &to);
}

TEST(vk_lib, stored_types)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct arena a = {0};
    for (int t = DTYPE_F32; t <= DTYPE_Q4_1; t++)
        check_load(vk, (enum dtype)t, &a);
    arena_finish(&a);
}

TEST(vk_lib, packing)
{
    struct vk *vk = device();
    if (!vk)
        return;
    enum { N = 4096 };
    static float x[N];
    static uint16_t half[N], brain[N];
    for (uint32_t i = 0; i < N; i++)
        x[i] = (float)rng_normal(6, RNG_TEST, i, 0) * (i % 3 ? 1.0f : 1000.0f);
    for (uint32_t i = 0; i < N / 2; i++)
        x[i] = ldexpf(x[i], -(int)(i % 32)); // down to halves without a leading one, and to zero
    const float special[] = {0.0f,         -0.0f,        1.00390625f,  1.01171875f, 65504.0f,   65519.0f,   65520.0f,
                             -65536.0f,    INFINITY,     -INFINITY,    NAN,         0x1p-24f,   0x1.8p-24f, 0x1p-25f,
                             0x1.002p-25f, 0x1.ffcp-15f, 0x1.ffep-15f, 0x1p-14f,    0x1.002p0f, 0x1.006p0f};
    memcpy(x, special, sizeof special);
    struct err err = {{0}};
    struct vk_block b;
    EXPECT(vk_block_alloc(vk, N * 8, &b, &err) && vk_write(vk, &b, 0, x, N * 4, &err), "%s", err.text);
    struct pack_pairs_args args = {b.address, b.address + N * 4, N};
    run_once(vk, "pack_pairs_bf16", NULL, 0, &args, sizeof args, N / 128);
    EXPECT(vk_read(vk, &b, N * 4, brain, N * 2, &err), "%s", err.text);
    args.to += N * 2;
    run_once(vk, "pack_pairs_f16", NULL, 0, &args, sizeof args, N / 128);
    EXPECT(vk_read(vk, &b, N * 6, half, N * 2, &err), "%s", err.text);
    int wrong = 0, far = 0;
    for (int i = 0; i < N; i++) {
        bool nan = isnan(x[i]);
        wrong += nan ? !isnan(bf16_to_f32(brain[i])) : brain[i] != f32_to_bf16(x[i]);
        far += nan ? !isnan(f16_to_f32(half[i])) : half[i] != f32_to_f16(x[i]);
    }
    EXPECT(!wrong, "bf16: %d of %d differ", wrong, N);
    EXPECT(!far, "f16: %d of %d differ", far, N);
    vk_block_free(vk, &b);
}

static void check_rows(struct vk *vk, const char *kernel, uint32_t size, uint32_t rows, uint32_t d, const float *x,
                       const struct vk_block *b)
{
    struct err err = {{0}};
    struct reduce_rows_args args = {b->address, b->address + 400000, rows, d};
    run_once(vk, kernel, &size, 1, &args, sizeof args, rows);
    float r[4];
    int wrong = 0;
    for (uint32_t n = 0; n < rows; n++) {
        double sum = 0, largest = -1e30, squares = 0, positive = 0;
        for (uint32_t i = 0; i < d; i++) {
            double v = (double)x[n * d + i];
            sum += v;
            squares += v * v;
            largest = v > largest ? v : largest;
            positive += v > 0;
        }
        EXPECT(vk_read(vk, b, 400000 + n * 16, r, 16, &err), "%s", err.text);
        wrong += !(fabs((double)r[0] - sum) <= 1e-4 && fabs((double)r[2] - squares) <= 1e-5 * (squares + 1) &&
                   (double)r[1] == largest && (double)r[3] == positive);
    }
    EXPECT(!wrong, "%s: %d of %u rows of %u are wrong with workgroups of %u", kernel, wrong, rows, d, size);
}

TEST(vk_lib, reductions)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b;
    EXPECT(vk_block_alloc(vk, 600000, &b, &err), "%s", err.text);
    float *x = block_alloc(400000);
    for (uint32_t i = 0; i < 100000; i++)
        x[i] = (float)rng_normal(7, RNG_TEST, i, 0);
    EXPECT(vk_write(vk, &b, 0, x, 400000, &err), "%s", err.text);
    const uint32_t sizes[] = {1, 4, 8, 32, 64, 256};
    for (int i = 0; i < 6; i++)
        for (int form = 0; form < 2; form++) {
            const char *kernel = form ? "reduce_rows_subgroup" : "reduce_rows";
            if (form && !vk_info(vk)->subgroup_arithmetic)
                continue;
            check_rows(vk, kernel, sizes[i], 50, 1, x, &b);
            check_rows(vk, kernel, sizes[i], 33, 257, x, &b);
            check_rows(vk, kernel, sizes[i], 7, 1024, x, &b);
        }
    block_free(x);
    vk_block_free(vk, &b);
}
