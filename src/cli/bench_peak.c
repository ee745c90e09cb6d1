#include "cli/bench.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "graph/content.h"
#include "graph/device.h"
#include "base/clock.h"
#include "vk/vk.h"
#include "peak_args.h"

enum { RUNS = 7, COPY_BYTES = 64 << 20, SGEMM = 1024 };

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double bench_median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, by_value);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static bool cpu_peak(struct bench_peak *peak, struct err *err)
{
    size_t n = (size_t)SGEMM * SGEMM;
    float *a = block_alloc(COPY_BYTES), *b = block_alloc(COPY_BYTES), *c = block_alloc(n * 4);
    bool ok = a && b && c;
    double product[RUNS], copy[RUNS];
    for (size_t i = 0; ok && i < n; i++)
        a[i] = b[i] = (float)(i % 17) - 8;
    for (int r = -1; ok && r < RUNS; r++) {
        double start = clock_ms();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SGEMM, SGEMM, SGEMM, 1, a, SGEMM, b, SGEMM, 0, c, SGEMM);
        if (r >= 0)
            product[r] = clock_ms() - start;
    }
    for (int r = -1; ok && r < RUNS; r++) {
        double start = clock_ms();
#pragma omp parallel for
        for (int part = 0; part < 64; part++)
            memcpy((char *)b + part * (COPY_BYTES / 64), (char *)a + part * (COPY_BYTES / 64), COPY_BYTES / 64);
        if (r >= 0)
            copy[r] = clock_ms() - start;
    }
    block_free(a);
    block_free(b);
    block_free(c);
    if (!ok)
        return fail(err, "no memory to measure the CPU with");
    peak->gflops = 2e-6 * SGEMM * SGEMM * SGEMM / bench_median(product, RUNS);
    peak->gbytes = 2e-6 * COPY_BYTES / bench_median(copy, RUNS);
    return true;
}

// Median of a kernel's run, `times` dispatches long.
static bool time_kernel(struct vk *vk, const char *kernel, const struct peak_args *args, int times, double *ms,
                        struct err *err)
{
    struct vk_pipeline *p = vk_pipeline(vk, kernel, NULL, 0, err);
    if (!p)
        return false;
    struct vk_stream *s = vk_stream_create(vk);
    uint32_t groups[3];
    vk_groups((args->n + 63) / 64, vk, groups);
    for (int i = 0; i < times; i++) {
        vk_stream_node(s, kernel);
        vk_stream_dispatch(s, p, args, sizeof *args, groups, 0, 0);
    }
    double runs[RUNS];
    bool ok = vk_stream_end(s, err) && vk_stream_run(s, err);
    for (int r = 0; ok && r < RUNS; r++) {
        double start = clock_ms();
        ok = vk_stream_run(s, err);
        runs[r] = clock_ms() - start;
    }
    vk_stream_free(s);
    *ms = bench_median(runs, RUNS);
    return ok;
}

// Doubles the work until a run takes long enough that starting it does not count.
static bool vulkan_peak(struct vk *vk, struct bench_peak *peak, struct err *err)
{
    struct vk_block from = {0}, to = {0};
    double ms = 0;
    bool ok = vk_block_alloc(vk, COPY_BYTES, &from, err) && vk_block_alloc(vk, COPY_BYTES, &to, err) &&
              vk_fill(vk, &from, 0, COPY_BYTES, 0x3f000000, err);
    struct peak_args args = {from.address, to.address, 1 << 12, 256};
    for (; ok; args.rounds < 4096 ? (args.rounds *= 2) : (args.n *= 2)) {
        ok = time_kernel(vk, "peak_fma", &args, 1, &ms, err);
        if (ms > 20 || args.n >= COPY_BYTES / 16)
            break;
    }
    peak->gflops = 1e-6 * 2 * 64 * args.rounds * args.n / ms;
    args = (struct peak_args){from.address, to.address, COPY_BYTES / 16, 0};
    int times = 1;
    for (; ok; times *= 2) {
        ok = time_kernel(vk, "peak_copy", &args, times, &ms, err);
        if (ms > 20 || times >= 64)
            break;
    }
    peak->gbytes = 2e-6 * COPY_BYTES * times / ms;
    vk_block_free(vk, &from);
    vk_block_free(vk, &to);
    return ok;
}

bool bench_measure_peak(struct device *d, struct bench_peak *peak, struct err *err)
{
    return d->kind == DEVICE_VULKAN ? vulkan_peak(d->vk, peak, err) : cpu_peak(peak, err);
}
