// The Vulkan runtime: memory, streams, barriers, pacing, failures.
#include "test.h"

#include "base/arena.h"
#include "base/rng.h"
#include "rng_words_args.h"
#include "vk/kernels.h"
#include "vk/stream.h"
#include "vk_device.h"
#include "vk_run.h"

TEST(vk, write_read_fill)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b;
    enum { N = 300000 };
    EXPECT(vk_block_alloc(vk, N * 4 + 3, &b, &err), "%s", err.text);
    EXPECT(b.address % VK_ALIGN == 0, "address %llx", (unsigned long long)b.address);
    uint32_t *out = block_alloc(N * 4), *in = block_alloc(N * 4);
    for (uint32_t i = 0; i < N; i++)
        out[i] = i * 2654435761u;
    EXPECT(vk_write(vk, &b, 3, out, N * 4, &err) && vk_read(vk, &b, 3, in, N * 4, &err), "%s", err.text);
    EXPECT(memcmp(in, out, N * 4) == 0, "what was read differs from what was written");
    uint32_t words[3];
    EXPECT(vk_fill(vk, &b, 8, 4, 0xabcd1234u, &err) && vk_write(vk, &b, 8, "\x01", 1, &err), "%s", err.text);
    EXPECT(vk_write(vk, &b, 8, "\x02", 1, &err) && vk_read(vk, &b, 8, words, 4, &err), "%s", err.text);
    EXPECT(words[0] == 0xabcd1202u, "the later write comes second: %x", words[0]);
    block_free(out);
    block_free(in);
    uint64_t used = vk_memory_used(vk);
    vk_block_free(vk, &b);
    EXPECT(!b.buffer && vk_memory_used(vk) == used - (N * 4 + 3), "a freed block is forgotten");
    vk_block_free(vk, &b);
}

// The way of a discrete GPU, whose memory the host does not see, on whatever device this is.
TEST(vk, staging)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b;
    bool mapped = vk->info.mapped;
    vk->info.mapped = false;
    const uint64_t bytes = 40 << 20; // more than the ring holds
    EXPECT(vk_block_alloc(vk, bytes, &b, &err) && !b.map, "%s", err.text);
    vk->info.mapped = mapped;
    uint32_t *x = block_alloc(bytes), *y = block_alloc(bytes);
    for (uint32_t i = 0; i < bytes / 4; i++)
        x[i] = i * 2246822519u;
    EXPECT(vk_write(vk, &b, 0, x, bytes, &err) && vk_read(vk, &b, 0, y, bytes, &err), "%s", err.text);
    EXPECT(memcmp(x, y, bytes) == 0, "what was read differs from what was written");
    // Small writes wait for the next run, in order, and reach its dispatches.
    uint64_t submitted = vk->submitted;
    for (uint32_t i = 0; i < 100; i++)
        EXPECT(vk_write(vk, &b, 1024 + i % 10 * 4, &i, 4, &err), "%s", err.text);
    EXPECT(vk->submitted == submitted, "%d submissions for small writes", (int)(vk->submitted - submitted));
    const float one = 1.0f;
    EXPECT(vk_fill(vk, &b, 0, 512, 0x40000000u, &err) && vk_write(vk, &b, 4, &one, 4, &err), "%s", err.text);
    struct vk_stream *s = vk_stream_create(vk);
    put_add(vk, s, b.address, b.address, b.address + 256, 64);
    EXPECT(vk_stream_end(s, &err), "%s", err.text);
    submitted = vk->submitted;
    run(s);
    EXPECT(vk->submitted == submitted + 1, "%d submissions for a write and a run", (int)(vk->submitted - submitted));
    float sum[3];
    EXPECT(vk_read(vk, &b, 256, sum, 12, &err), "%s", err.text);
    EXPECT(sum[0] == 4 && sum[1] == 2 && sum[2] == 4, "%g %g %g", (double)sum[0], (double)sum[1], (double)sum[2]);
    uint32_t last[10];
    EXPECT(vk_read(vk, &b, 1024, last, 40, &err), "%s", err.text);
    for (uint32_t i = 0; i < 10; i++)
        EXPECT(last[i] == 90 + i, "word %u is %u", i, last[i]);
    for (uint32_t i = 0; i < 600; i++) // more than wait at a time
        EXPECT(vk_write(vk, &b, 8192 + i * 8, &i, 4, &err), "%s", err.text);
    EXPECT(vk_read(vk, &b, 8192, x, 4800, &err) && x[1198] == 599 && x[0] == 0 && x[500] == 250, "%u", x[1198]);
    block_free(x);
    block_free(y);
    vk_stream_free(s);
    vk_block_free(vk, &b);
}

TEST(vk, hazard_ranges)
{
    struct hazard h = {0};
    hazard_access(&h, 1000, 100, true);
    EXPECT(!hazard_node(&h), "the first node waits for nothing");
    hazard_access(&h, 1100, 10, true);
    EXPECT(!hazard_node(&h), "adjacent ranges do not overlap");
    hazard_access(&h, 0, 1000, false);
    EXPECT(!hazard_node(&h), "a read before the written range");
    hazard_access(&h, 500, 4, false);
    EXPECT(!hazard_node(&h), "read after read");
    hazard_access(&h, 999, 1, true);
    EXPECT(hazard_node(&h), "write after read");
    hazard_access(&h, 1099, 1, false);
    EXPECT(!hazard_node(&h), "the barrier has covered the older write");
    hazard_access(&h, 990, 10, false);
    EXPECT(hazard_node(&h), "read after write");
    hazard_access(&h, 2000, 8, true);
    EXPECT(!hazard_node(&h), "elsewhere");
    hazard_access(&h, 2007, 8, true);
    EXPECT(hazard_node(&h), "write after write");
    EXPECT(hazard_node(&h), "a node that declares nothing touches everything");
    hazard_access(&h, 9000, 1, false);
    EXPECT(hazard_node(&h), "and is waited for");
    hazard_access(&h, 9000, 0, true);
    hazard_access(&h, UINT64_MAX - 3, 100, true);
    EXPECT(!hazard_node(&h), "empty ranges touch nothing, long ones end at the last address");
    hazard_finish(&h);
}

// x[0] = 1 everywhere, x[i+1] = x[i] + x[i] in a chain over many buffers: wrong without barriers.
TEST(vk, dependent_chain)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b;
    enum { N = 5000, STEPS = 20 };
    const uint64_t stride = 20224; // 5000 floats, rounded up to 256 bytes
    if (!vk_block_alloc(vk, stride * (STEPS + 1), &b, &err))
        EXPECT(false, "%s", err.text);
    struct vk_stream *s = vk_stream_create(vk);
    put_fill(vk, s, b.address, N, 0x3f800000u);
    for (int i = 0; i < STEPS; i++) {
        uint64_t x = b.address + stride * (uint64_t)i;
        put_add(vk, s, x, x, x + stride, N);
    }
    EXPECT(vk_stream_end(s, &err), "%s", err.text);
    struct vk_stream_stats stats = vk_stream_stats(s);
    EXPECT(stats.barriers == STEPS && stats.dispatches == STEPS + 1 && stats.nodes == STEPS + 1,
           "%d barriers, %d dispatches, %d nodes", stats.barriers, stats.dispatches, stats.nodes);
    for (int again = 0; again < 4; again++) { // measuring, measured and cut
        float *x = block_alloc(N * 4);
        EXPECT(vk_fill(vk, &b, stride, stride * STEPS, 0, &err), "%s", err.text);
        run(s);
        EXPECT(vk_read(vk, &b, stride * STEPS, x, N * 4, &err), "%s", err.text);
        int wrong = 0;
        for (int i = 0; i < N; i++)
            wrong += x[i] != (float)(1 << STEPS);
        EXPECT(!wrong, "%d of %d elements are wrong in run %d, the first is %g", wrong, N, again, (double)x[0]);
        block_free(x);
    }
    vk_stream_free(s);
    vk_block_free(vk, &b);
}

TEST(vk, independent_nodes_have_no_barrier)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b;
    EXPECT(vk_block_alloc(vk, 4096, &b, &err), "%s", err.text);
    struct vk_stream *s = vk_stream_create(vk);
    for (uint32_t i = 0; i < 8; i++)
        put_fill(vk, s, b.address + 512 * (uint64_t)i, 128, i);
    put_add(vk, s, b.address, b.address + 512, b.address + 1024, 128);
    EXPECT(vk_stream_end(s, &err), "%s", err.text);
    EXPECT(vk_stream_stats(s).barriers == 1, "%d barriers", vk_stream_stats(s).barriers);
    run(s);
    uint32_t word[2];
    EXPECT(vk_read(vk, &b, 7 * 512 + 504, word, 8, &err) && word[0] == 7 && word[1] == 7, "%u %u", word[0], word[1]);
    vk_stream_free(s);
    vk_block_free(vk, &b);
}

TEST(vk, more_than_65535_groups)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    uint32_t g[3];
    const uint64_t counts[] = {0, 1, 65535, 65536, 65537, 1000003, 5000000000u};
    for (int i = 0; i < 7; i++) {
        vk_groups(counts[i], vk, g);
        uint64_t product = (uint64_t)g[0] * g[1] * g[2];
        EXPECT(product >= counts[i] && product <= counts[i] + counts[i] / 100 && g[0] <= vk_info(vk)->max_groups[0] &&
                   g[1] <= vk_info(vk)->max_groups[1] && g[2] <= vk_info(vk)->max_groups[2],
               "%llu groups as %u x %u x %u", (unsigned long long)counts[i], g[0], g[1], g[2]);
    }
    const uint32_t n = 70001 * 64 - 5;
    struct vk_block b;
    EXPECT(vk_block_alloc(vk, (uint64_t)n * 4 + 64, &b, &err), "%s", err.text);
    EXPECT(vk_fill(vk, &b, 0, (uint64_t)n * 4 + 64, 0, &err), "%s", err.text);
    struct vk_stream *s = vk_stream_create(vk);
    put_fill(vk, s, b.address, n, 77);
    EXPECT(vk_stream_end(s, &err), "%s", err.text);
    run(s);
    uint32_t *x = block_alloc((size_t)n * 4 + 64);
    EXPECT(vk_read(vk, &b, 0, x, (uint64_t)n * 4 + 64, &err), "%s", err.text);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < n + 16; i++)
        wrong += x[i] != (i < n ? 77u : 0u);
    EXPECT(!wrong, "%u elements are wrong", wrong);
    block_free(x);
    vk_stream_free(s);
    vk_block_free(vk, &b);
}

TEST(vk, rng_is_the_hosts)
{
    struct vk *vk = device();
    if (!vk)
        return;
    enum { N = 1000 };
    struct err err = {{0}};
    struct vk_block b;
    EXPECT(vk_block_alloc(vk, N * 16, &b, &err), "%s", err.text);
    struct rng_words_args args = {.words = b.address, .n = N, .seed = 0xdeadbeef, .purpose = RNG_SAMPLE};
    struct vk_stream *s = vk_stream_create(vk);
    vk_stream_node(s, "rng");
    vk_stream_dispatch(s, vk_pipeline(vk, "rng_words", NULL, 0, &err), &args, sizeof args,
                       (const uint32_t[3]){(N + 63) / 64, 1, 1}, 0, 0);
    EXPECT(vk_stream_end(s, &err), "%s", err.text);
    run(s);
    static uint32_t words[N][4];
    EXPECT(vk_read(vk, &b, 0, words, sizeof words, &err), "%s", err.text);
    int wrong = 0;
    for (uint32_t i = 0; i < N; i++) {
        uint32_t host[4];
        rng_philox((const uint32_t[4]){i, 7 * i, 0, 0}, (const uint32_t[2]){0xdeadbeef, RNG_SAMPLE}, host);
        wrong += memcmp(host, words[i], 16) != 0;
    }
    EXPECT(!wrong, "%d of %d numbers differ", wrong, N);
    vk_stream_free(s);
    vk_block_free(vk, &b);
}

// Dispatches that claim to be long are cut into many submissions; once measured, into few; the sum is the same.
TEST(vk, pacing)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b;
    enum { N = 256, ADDS = 400 };
    EXPECT(vk_block_alloc(vk, N * 8, &b, &err), "%s", err.text);
    struct vk_stream *s = vk_stream_create(vk);
    put_fill(vk, s, b.address, N, 0);
    put_fill(vk, s, b.address + N * 4, N, 0x3f800000u);
    for (int i = 0; i < ADDS; i++)
        put_add(vk, s, b.address, b.address + N * 4, b.address, N);
    for (size_t i = 0; i < s->count; i++)
        s->dispatches[i].ms = 30; // as if a device were slow
    EXPECT(vk_stream_end(s, &err), "%s", err.text);
    int first = vk_stream_stats(s).submissions;
    EXPECT(first == (ADDS + 2) / 2, "%d submissions of two dispatches at 30 ms", first);
    for (int i = 0; i < 4; i++) {
        float x = 0;
        uint32_t canary = vk->canary_expected;
        run(s);
        EXPECT(vk_read(vk, &b, (N - 1) * 4, &x, 4, &err) && x == ADDS, "sum %g in run %d", (double)x, i);
        EXPECT(vk->canary_expected - canary == (uint32_t)vk_stream_stats(s).submissions, "a canary for each");
    }
    int later = vk_stream_stats(s).submissions;
    EXPECT(later < first, "%d submissions after measuring, %d before", later, first);
    // A part that turns out too long is split, and the result stays.
    s->parts[0].ms = 1000;
    s->parts[0].split = true;
    run(s);
    float x = 0;
    EXPECT(vk_stream_stats(s).submissions > later, "%d submissions, %d before the split",
           vk_stream_stats(s).submissions, later);
    EXPECT(vk_read(vk, &b, 0, &x, 4, &err) && x == ADDS, "sum %g", (double)x);
    vk_stream_free(s);
    vk_block_free(vk, &b);
}

TEST(vk, recording_failures_stick)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}}, kernel = {{0}};
    struct vk_stream *s = vk_stream_create(vk);
    vk_stream_node(s, "layer 3");
    vk_stream_dispatch(s, vk_pipeline(vk, "no_such_kernel", NULL, 0, &kernel), NULL, 0, (const uint32_t[3]){1, 1, 1}, 0,
                       0);
    EXPECT_ERR(&kernel, "no kernel \"no_such_kernel\"");
    vk_stream_fail(s, "a second failure");
    EXPECT(!vk_stream_end(s, &err), "the failure is forgotten");
    EXPECT_ERR(&err, "layer 3: its kernel could not be made");
    vk_stream_free(s);

    s = vk_stream_create(vk);
    err.text[0] = 0;
    struct fill_args args = {0};
    vk_stream_node(s, "big");
    vk_stream_dispatch(s, vk_pipeline(vk, "fill", NULL, 0, &err), &args, sizeof args,
                       (const uint32_t[3]){1, vk_info(vk)->max_groups[1] + 1, 1}, 0, 0);
    EXPECT(!vk_stream_end(s, &err), "too many groups pass");
    EXPECT_ERR(&err, "workgroups, the device takes");
    vk_stream_free(s);
}

TEST(vk, unknown_device)
{
    struct err err = {{0}};
    struct vk_info info[8] = {0};
    if (vk_list(info, 8, &err) < 1) {
        test_skip("%s", err.text);
        return;
    }
    struct vk *vk = NULL;
    EXPECT(!vk_open(&vk, "geforce 9999", &err) && !vk, "it opens");
    EXPECT_ERR(&err, "no Vulkan device matches \"geforce 9999\"; Vulkan lists device 0, ");
    EXPECT_ERR(&err, info[0].name);
    err.text[0] = 0;
    EXPECT(!vk_open(&vk, "77", &err), "it opens");
    EXPECT_ERR(&err, "no Vulkan device matches \"77\"");
    err.text[0] = 0;
    EXPECT(!vk_open(&vk, "cpu", &err), "it opens");
    EXPECT_ERR(&err, "\"cpu\" is vkr1's own CPU executor");
    int preferred = 0;
    for (int i = 0; i < 8; i++)
        preferred += info[i].kind && info[i].preferred;
    EXPECT(preferred <= 1, "%d preferred devices", preferred);
}

TEST(vk, pipelines_are_made_once)
{
    struct vk *vk = device();
    if (!vk)
        return;
    EXPECT(vk_kernel_count() >= 4 && vk_kernel_exists("add") && !vk_kernel_exists("adds"), "%d kernels",
           vk_kernel_count());
    struct err err = {{0}};
    struct vk_pipeline *p = vk_pipeline(vk, "add", NULL, 0, &err);
    EXPECT(p && p == vk_pipeline(vk, "add", NULL, 0, &err), "a pipeline is made once");
    const struct vk_info *i = vk_info(vk);
    if (i->subgroup_control || i->subgroup_min == i->subgroup_max)
        EXPECT(vk_pipeline_subgroup(vk, "add", NULL, 0, i->subgroup_size, &err), "%s", err.text);
    EXPECT(!vk_pipeline_subgroup(vk, "add", NULL, 0, 2 * i->subgroup_max, &err), "subgroups of %u",
           2 * i->subgroup_max);
    EXPECT_ERR(&err, "kernel add wants subgroups of");
}

// Kernels run on plain devices: 32-bit types, no features beyond buffer addresses and subgroups. In particular no
// Int64, which arithmetic on buffer references would bring in.
TEST(vk, kernels_need_nothing_special)
{
    static const uint32_t plain[] = {1, 61, 62, 63, 64, 65, 66, 67, 68, 5347}; // Shader, GroupNonUniform*, addresses
    EXPECT(kernel_count > 4, "%d kernels", kernel_count);
    for (int k = 0; k < kernel_count; k++) {
        const uint32_t *code = kernels[k].code;
        EXPECT(kernels[k].end - code > 5 && code[0] == 0x07230203, "%s is not SPIR-V", kernels[k].name);
        // The module begins with its capabilities: OpCapability is 17, two words.
        for (const uint32_t *at = code + 5; at + 1 < kernels[k].end && at[0] == (2u << 16 | 17); at += 2) {
            bool fine = false;
            for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
                fine |= at[1] == plain[i];
            EXPECT(fine, "%s declares SPIR-V capability %u", kernels[k].name, at[1]);
        }
    }
}

TEST(vk, memory_that_cannot_be_had)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b = {0};
    int types = vk->memory.type_count;
    vk->memory.type_count = 0; // as if every heap were full
    uint64_t used = vk_memory_used(vk);
    EXPECT(!vk_block_alloc(vk, 3 << 20, &b, &err) && !b.buffer && vk_memory_used(vk) == used, "it can be had");
    vk->memory.type_count = types;
    EXPECT_ERR(&err, "device memory: 3.0 MiB cannot be had on ");
    EXPECT_ERR(&err, "Use smaller batches or a smaller model");
}

// A block comes from the next type where the first one fails, and counts in its heap until it is freed.
TEST(vk, blocks_come_from_the_next_heap)
{
    struct vk *vk = device();
    if (!vk)
        return;
    struct err err = {{0}};
    struct vk_block b = {0};
    struct vk_memory before = vk->memory;
    vk->memory.types[0] = 31; // no buffer may lie there
    vk->memory.heap_of[0] = 15;
    vk->memory.budget[15] = UINT64_MAX;
    vk->memory.types[1] = before.types[0];
    vk->memory.heap_of[1] = before.heap_of[0];
    vk->memory.type_count = 2;
    uint32_t heap = before.heap_of[0];
    EXPECT(vk_block_alloc(vk, 5000, &b, &err), "%s", err.text);
    EXPECT(b.heap == heap && vk->memory.used[heap] == before.used[heap] + 5120 + VK_TAIL && !vk->memory.used[15],
           "%llu bytes of heap %u", (unsigned long long)vk->memory.used[heap], b.heap);
    vk_block_free(vk, &b);
    EXPECT(vk->memory.used[heap] == before.used[heap], "%llu bytes are left",
           (unsigned long long)vk->memory.used[heap]);
    vk->memory = before;
}
