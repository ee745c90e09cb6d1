// Evaluation figures: pass@1, pass@k, maj@k and their intervals.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct interval {
    double low, high; // NaN when there is nothing to tell from
};

// The chance that at least one of k samples drawn without replacement from n, of which c are right, is right:
// 1 - C(n-c, k) / C(n, k), unbiased (Chen et al., arXiv 2107.03374, equation 1). 0 <= c <= n, 1 <= k <= n.
double stats_pass_at_k(int n, int c, int k);

// Wilson's score interval of a proportion, 95 % (E. B. Wilson, JASA 22, 1927): successes of n, n > 0.
struct interval stats_wilson(int successes, int n);

// Percentile bootstrap interval, 95 %, of the mean of x (n): 2000 resamples named by seed, so it is the same every
// time. For means of values that are not 0 or 1.
struct interval stats_bootstrap(const double *x, int n, uint32_t seed);

// Which answer most of the n samples give: the index of its first occurrence; ties go to the answer that came first, so
// that the result does not depend on anything but the samples' order. NULL answers do not vote. -1 when nobody votes.
int stats_majority(const char *const *answers, int n);

struct eval_problem {    // what evaluation found out about one problem
    int samples, right;  // of the samples that could be scored; samples 0: the problem is left out
    bool majority_right; // the majority answer of its first k samples is right
};

struct eval_summary {
    int n;       // problems that count
    int skipped; // problems left out
    int k;
    double pass_1, pass_k, maj_k;    // means over the n problems; NaN when n is 0
    struct interval pass_1_interval; // each: Wilson where every value is 0 or 1, else bootstrap over problems
    struct interval pass_k_interval;
    struct interval maj_k_interval;
};

// k at most the smallest number of samples of a problem that counts; a problem with fewer is an error of the caller.
void stats_summarise(const struct eval_problem *problems, int n, int k, uint32_t seed, struct eval_summary *out);
