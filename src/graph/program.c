#include "graph/program.h"

#include <stdio.h>

#include "base/clock.h"
#include "graph/dump.h"
#include "graph/op.h"
#include "graph/profile.h"
#include "vk/switches.h"
#include "vk/vk.h"

static void access(struct vk_stream *s, const struct tensor *t, bool write)
{
    vk_stream_access(s, t->address, tensor_bytes(t, 4), write);
}

static void record_node(struct vk_stream *s, struct vk *vk, const struct node *n)
{
    char label[160];
    snprintf(label, sizeof label, "%s %s", n->op->name, n->out[0] ? n->out[0]->name : "");
    vk_stream_node(s, label);
    for (int j = 0; j < NODE_INPUTS; j++)
        if (n->in[j])
            access(s, n->in[j], false);
    for (int j = 0; j < NODE_OUTPUTS; j++)
        if (n->out[j])
            access(s, n->out[j], true);
    n->op->vulkan(n, vk, s);
}

static bool record(struct program *p, struct err *err)
{
    p->stream = vk_stream_create(p->device->vk);
    for (int i = 0; i < p->graph->node_count; i++)
        record_node(p->stream, p->device->vk, p->graph->nodes[i]);
    return vk_stream_end(p->stream, err);
}

bool program_init(struct program *p, struct device *d, struct graph *g, struct space *inputs, struct space *work,
                  struct err *err)
{
    *p = (struct program){.graph = g, .device = d};
    if (g->err.text[0])
        return fail(err, "%s", g->err.text);
    check(blocks_covers(&work->planned, &g->blocks), "the work space is smaller than the plan of the graph");
    for (int i = 0; i < g->tensor_count; i++) { // a view comes after its base
        struct tensor *t = g->tensors[i];
        if (t->kind == TENSOR_ACTIVATION && (t->base ? t->base : t)->last >= 0)
            space_bind(work, t);
        else if (t->kind == TENSOR_INPUT)
            space_bind(inputs, t);
        else if (t->base && t->base->space)
            space_bind(t->base->space, t);
    }
    return d->kind != DEVICE_VULKAN || record(p, err);
}

static void run_on_cpu(const struct program *p, const struct node *n)
{
    bool profile = switches()->profile;
    double start = profile ? clock_now() : 0;
    (p->device->kind == DEVICE_CPU_DOUBLE ? n->op->cpu_double : n->op->cpu)(n);
    if (profile)
        profile_add(n, clock_now() - start);
}

bool program_run(struct program *p, struct err *err)
{
    if (switches()->dump && !p->dumped) {
        p->dumped = true;
        return program_dump(p, switches()->dump, err);
    }
    if (p->device->kind == DEVICE_VULKAN)
        return vk_stream_run(p->stream, err);
    for (int i = 0; i < p->graph->node_count; i++)
        run_on_cpu(p, p->graph->nodes[i]);
    return true;
}

bool program_trace(struct program *p, bool (*look)(void *user, int i, const struct node *n), void *user,
                   struct err *err)
{
    for (int i = 0; i < p->graph->node_count; i++) {
        const struct node *n = p->graph->nodes[i];
        if (p->device->kind == DEVICE_VULKAN) {
            struct vk_stream *one = vk_stream_create(p->device->vk);
            record_node(one, p->device->vk, n);
            bool ok = vk_stream_end(one, err) && vk_stream_run(one, err);
            vk_stream_free(one);
            if (!ok)
                return false;
        } else {
            run_on_cpu(p, n);
        }
        if (!look(user, i, n))
            return true;
    }
    return true;
}

bool program_time_node(struct program *p, const struct node *n, int times, int runs, double *ms, struct err *err)
{
    struct vk_stream *s = NULL;
    bool ok = true;
    if (p->device->kind == DEVICE_VULKAN) {
        s = vk_stream_create(p->device->vk);
        for (int i = 0; i < times; i++)
            record_node(s, p->device->vk, n);
        ok = vk_stream_end(s, err);
    }
    for (int run = -1; ok && run < runs; run++) {
        double start = clock_ms();
        if (s)
            ok = vk_stream_run(s, err);
        else
            for (int i = 0; i < times; i++)
                run_on_cpu(p, n);
        if (run >= 0)
            ms[run] = clock_ms() - start;
    }
    if (s)
        vk_stream_free(s);
    return ok;
}

void program_finish(struct program *p)
{
    if (p->stream)
        vk_stream_free(p->stream);
    *p = (struct program){0};
}
