#include "rl/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/rng.h"

enum { RESAMPLES = 2000 };
static const double Z95 = 1.959963984540054; // the normal distribution's 97.5 % quantile

double stats_pass_at_k(int n, int c, int k)
{
    check(n >= 1 && c >= 0 && c <= n && k >= 1 && k <= n, "n %d, c %d, k %d", n, c, k);
    double all_wrong = 1; // C(n-c, k) / C(n, k) as a product, without large factorials
    for (int i = 0; i < k; i++)
        all_wrong *= fmax(0, (double)(n - c - i) / (double)(n - i));
    return 1 - all_wrong;
}

struct interval stats_wilson(int successes, int n)
{
    if (n <= 0)
        return (struct interval){NAN, NAN};
    double p = (double)successes / n, z2 = Z95 * Z95 / n;
    double middle = (p + z2 / 2) / (1 + z2);
    double half = Z95 / (1 + z2) * sqrt(p * (1 - p) / n + z2 / (4.0 * n));
    return (struct interval){fmax(0, middle - half), fmin(1, middle + half)};
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The value below which a share q of the sorted x (n) lies, interpolated.
static double quantile(const double *x, int n, double q)
{
    double at = q * (n - 1);
    int i = (int)at;
    return i + 1 < n ? x[i] + (at - i) * (x[i + 1] - x[i]) : x[n - 1];
}

struct interval stats_bootstrap(const double *x, int n, uint32_t seed)
{
    if (n <= 0)
        return (struct interval){NAN, NAN};
    struct arena memory = {0};
    double *means = arena_array(&memory, double, RESAMPLES);
    for (uint32_t r = 0; r < RESAMPLES; r++) {
        double sum = 0;
        for (uint32_t i = 0; i < (uint32_t)n; i++)
            sum += x[(uint64_t)rng_u32(seed, RNG_SHUFFLE, r, i) * (uint32_t)n >> 32];
        means[r] = sum / n;
    }
    qsort(means, RESAMPLES, sizeof *means, ascending);
    struct interval out = {quantile(means, RESAMPLES, 0.025), quantile(means, RESAMPLES, 0.975)};
    arena_finish(&memory);
    return out;
}

int stats_majority(const char *const *answers, int n)
{
    int best = -1, most = 0;
    for (int i = 0; i < n; i++) {
        int votes = 0;
        for (int j = 0; answers[i] && j < n; j++)
            votes += answers[j] && strcmp(answers[i], answers[j]) == 0;
        if (votes > most) {
            most = votes;
            best = i;
        }
    }
    return best;
}

static double mean(const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += x[i];
    return n ? sum / n : NAN;
}

// Wilson where x (n) holds only 0 and 1, else the bootstrap.
static struct interval interval_of(const double *x, int n, uint32_t seed)
{
    int ones = 0;
    for (int i = 0; i < n; i++) {
        if (x[i] != 0 && x[i] != 1)
            return stats_bootstrap(x, n, seed);
        ones += x[i] == 1;
    }
    return stats_wilson(ones, n);
}

void stats_summarise(const struct eval_problem *problems, int n, int k, uint32_t seed, struct eval_summary *out)
{
    struct arena memory = {0};
    double *one = arena_array(&memory, double, n + 1), *any = arena_array(&memory, double, n + 1),
           *majority = arena_array(&memory, double, n + 1);
    int count = 0;
    for (int i = 0; i < n; i++) {
        const struct eval_problem *p = &problems[i];
        if (p->samples == 0)
            continue;
        one[count] = (double)p->right / p->samples;
        any[count] = stats_pass_at_k(p->samples, p->right, k);
        majority[count++] = p->majority_right;
    }
    *out = (struct eval_summary){
        .n = count,
        .skipped = n - count,
        .k = k,
        .pass_1 = mean(one, count),
        .pass_k = mean(any, count),
        .maj_k = mean(majority, count),
        .pass_1_interval = interval_of(one, count, seed),
        .pass_k_interval = interval_of(any, count, seed),
        .maj_k_interval = interval_of(majority, count, seed),
    };
    arena_finish(&memory);
}
