// The backward pass: nodes in reverse, each op's gradient rule in turn; recompute segments are cloned first.
#include <stdio.h>
#include <string.h>

#include "graph/graph.h"
#include "graph/op.h"

// A recomputed tensor stands for its original: gradients are kept at the original.
static struct tensor *original(const struct tensor *t)
{
    return (struct tensor *)(uintptr_t)(t->clone_of ? t->clone_of : t);
}

struct tensor *graph_grad(struct graph *g, const struct tensor *t)
{
    t = original(t);
    if (!t->base || t->running_grad)
        return t->running_grad;
    struct tensor *whole = original(t->base)->running_grad;
    return whole ? graph_view(g, whole, t->base_row, t->shape[0]) : NULL;
}

void graph_add_grad(struct graph *g, struct tensor *t, struct tensor *dt)
{
    t = original(t);
    if (!t->needs_grad || !dt)
        return;
    check(tensor_count(t) == tensor_count(dt), "gradient of %s has %lld elements instead of %lld", t->name,
          (long long)tensor_count(dt), (long long)tensor_count(t));
    if (t->base) { // chunks of rows: each writes its part of the whole gradient; together they must cover it
        struct tensor *base = original(t->base);
        if (!base->running_grad) {
            char name[80];
            snprintf(name, sizeof name, "d.%.70s", base->name);
            base->running_grad = graph_activation(g, name, base->shape[0], base->shape[1]);
        }
        op_copy_to(g, dt, graph_view(g, base->running_grad, t->base_row, t->shape[0]));
        return;
    }
    t->running_grad = t->running_grad ? op_add(g, t->running_grad, dt) : dt;
}

// Copies the forward nodes [begin, end) of one segment; reads of tensors made inside go to the copies.
static void clone_segment(struct graph *g, int begin, int end, struct node **clones)
{
    struct arena maps = {0};
    int made = g->tensor_count;
    struct tensor **from = arena_array(&maps, struct tensor *, made + 1),
                  **to = arena_array(&maps, struct tensor *, made + 1);
    int count = 0;
    for (int i = begin; i < end; i++) {
        struct node n = *g->nodes[i];
        struct tensor *in[NODE_INPUTS] = {0}, *out[NODE_OUTPUTS] = {0};
        for (int j = 0; j < NODE_INPUTS; j++) {
            in[j] = n.in[j];
            for (int k = 0; k < count; k++)
                if (from[k] == n.in[j])
                    in[j] = to[k];
        }
        for (int j = 0; j < NODE_OUTPUTS && n.out[j]; j++) {
            check(n.out[j]->kind == TENSOR_ACTIVATION, "%s is written inside a recompute segment", n.out[j]->name);
            out[j] = graph_clone(g, n.out[j]);
            out[j]->clone_of = n.out[j];
            out[j]->scratch = n.out[j]->scratch;
            from[count] = n.out[j];
            to[count++] = out[j];
        }
        clones[i - begin] = graph_node(g, n.op, n.params, NODE_PARAM_BYTES, in, out);
    }
    arena_finish(&maps);
}

static void apply_rule(struct graph *g, struct node *n)
{
    bool wanted = false;
    for (int i = 0; i < NODE_OUTPUTS; i++)
        wanted |= n->out[i] && n->out[i]->needs_grad && graph_grad(g, n->out[i]);
    if (!wanted)
        return;
    check(n->op->gradient, "%s of %s is not differentiable", n->op->name, n->out[0]->name);
    n->op->gradient(g, n);
}

void graph_backward(struct graph *g)
{
    check(!g->segment, "segment %d is still open", g->segment);
    int end = g->node_count;
    while (end > 0) {
        int segment = g->nodes[end - 1]->segment, begin = end - 1;
        if (!segment) {
            apply_rule(g, g->nodes[--end]);
            continue;
        }
        while (begin > 0 && g->nodes[begin - 1]->segment == segment)
            begin--;
        struct arena scratch = {0};
        struct node **clones = arena_array(&scratch, struct node *, end - begin);
        clone_segment(g, begin, end, clones);
        for (int i = end - 1; i >= begin; i--)
            apply_rule(g, clones[i - begin]);
        arena_finish(&scratch);
        end = begin;
    }
}
