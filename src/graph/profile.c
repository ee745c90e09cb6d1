#include "graph/profile.h"

#include <stdio.h>

#include "graph/op.h"

enum { ROWS_MAX = 256 };

struct row {
    const struct op *op;
    int64_t rows;
    double count, seconds, flops, bytes;
};

static struct row table[ROWS_MAX];
static int used;

void profile_add(const struct node *n, double seconds)
{
    int64_t rows = n->in[0] ? tensor_rows(n->in[0]) : 0;
    int i = 0;
    while (i < used && (table[i].op != n->op || table[i].rows != rows))
        i++;
    if (i == ROWS_MAX)
        return;
    if (i == used)
        table[used++] = (struct row){.op = n->op, .rows = rows};
    struct op_cost cost = n->op->cost ? n->op->cost(n) : (struct op_cost){0};
    table[i].count++;
    table[i].seconds += seconds;
    table[i].flops += cost.flops;
    table[i].bytes += cost.bytes;
}

void profile_print(void)
{
    double all = 0;
    for (int i = 0; i < used; i++)
        all += table[i].seconds;
    if (used)
        fprintf(stderr, "%-24s %8s %8s %10s %6s %9s %9s\n", "op", "rows", "count", "ms", "share", "GB/s", "GFLOP/s");
    for (int n = 0; n < used; n++) {
        struct row *top = &table[0];
        for (int i = 1; i < used; i++)
            if (table[i].seconds > top->seconds)
                top = &table[i];
        double ns = top->seconds > 0 ? top->seconds * 1e9 : 1;
        fprintf(stderr, "%-24s %8lld %8.0f %10.2f %5.1f%% %9.2f %9.2f\n", top->op->name, (long long)top->rows,
                top->count, ns * 1e-6, 100 * top->seconds / all, top->bytes / ns, top->flops / ns);
        top->seconds = -1;
    }
    if (used)
        fprintf(stderr, "%-24s %8s %8s %10.2f\n", "all", "", "", all * 1e3);
    used = 0;
}
