#include "train/optimizer.h"

#include <math.h>
#include <stdio.h>

#include "ops/ops.h"

static struct tensor *state(struct optimizer *o, const char *prefix, const struct tensor *w)
{
    char name[80];
    snprintf(name, sizeof name, "%s.%.70s", prefix, w->name);
    struct tensor *t = tensor_new(&o->arena, TENSOR_STATE, DTYPE_F32, name, w->shape[0], w->shape[1], 0, 0);
    space_place(&o->space, t);
    return t;
}

void optimizer_plan(struct optimizer *o, struct engine *e, struct optimizer_options options)
{
    const struct model *m = &e->model;
    int64_t W = (int64_t)m->weight_count;
    *o = (struct optimizer){.engine = e, .options = options};
    space_init(&o->space, e->device, "optimizer states");
    o->m = arena_array(&o->arena, struct tensor *, W);
    o->v = arena_array(&o->arena, struct tensor *, W);
    o->master = arena_array(&o->arena, struct tensor *, W);
    graph_init(&o->graph, &o->arena);
    o->hyper = graph_input(&o->graph, DTYPE_F32, "hyper", 1, HYPER_SIZE);
    int64_t parts = 0, part = 0;
    for (int64_t i = 0; i < W; i++)
        parts += op_norm_parts(m->weights[i]->grad);
    struct tensor *partials = graph_activation(&o->graph, "norm partials", parts, 1);
    for (int64_t i = 0; i < W; i++) {
        struct tensor *w = m->weights[i];
        check(w->grad && !dtype_is_quantized(w->dtype), "%s is not trained", w->name);
        o->m[i] = state(o, "m", w);
        o->v[i] = state(o, "v", w);
        o->master[i] = w->dtype == DTYPE_F32 ? NULL : state(o, "master", w);
        op_norm_partial(&o->graph, w->grad, graph_view(&o->graph, partials, part, op_norm_parts(w->grad)));
        part += op_norm_parts(w->grad);
    }
    o->clip = op_clip(&o->graph, partials, o->hyper);
    graph_keep(o->clip);
    for (int64_t i = 0; i < W; i++) {
        struct tensor *w = m->weights[i];
        bool decay = w->shape[0] > 1; // matrices; norms and biases are left alone, as in transformers' Trainer
        op_adamw(&o->graph, w, o->master[i], w->grad, o->m[i], o->v[i], o->hyper, o->clip, decay);
    }
    for (int64_t i = 0; i < W; i++) // a zero waits for its adamw: after all of them, all wait at once
        op_zero(&o->graph, m->weights[i]->grad);
    plan_turn(&e->plan);
    engine_plan_graph(e, &o->graph);
}

static bool write_masters(struct optimizer *o, const struct weights *w, uint32_t seed, struct err *err)
{
    const struct model *m = &o->engine->model;
    for (size_t i = 0; i < m->weight_count; i++) {
        if (!o->master[i])
            continue;
        float *values = block_alloc(sizeof(float) * (size_t)tensor_count(o->master[i]));
        check_memory(values, "%s", o->master[i]->name);
        model_source(m, i, w, seed, values);
        bool ok = tensor_write(o->master[i], values, err);
        block_free(values);
        if (!ok)
            return false;
    }
    return true;
}

bool optimizer_init(struct optimizer *o, const struct weights *w, uint32_t seed, struct err *err)
{
    if (!space_commit(&o->space, err))
        return false;
    for (size_t i = 0; i < o->engine->model.weight_count; i++) {
        space_bind(&o->space, o->m[i]);
        space_bind(&o->space, o->v[i]);
        if (o->master[i])
            space_bind(&o->space, o->master[i]);
    }
    return write_masters(o, w, seed, err) && engine_init_program(o->engine, &o->program, &o->graph, err);
}

bool optimizer_update(struct optimizer *o, double learning_rate, double *norm, struct err *err)
{
    double t = (double)(o->step + 1);
    float hyper[HYPER_SIZE] = {
        [HYPER_LR] = (float)learning_rate,
        [HYPER_GAIN1] = (float)(1 - o->options.beta1),
        [HYPER_GAIN2] = (float)(1 - o->options.beta2),
        [HYPER_EPS] = (float)o->options.eps,
        [HYPER_WEIGHT_DECAY] = (float)o->options.weight_decay,
        [HYPER_CORRECTION1] = (float)(1 - pow(o->options.beta1, t)),
        [HYPER_CORRECTION2] = (float)(1 - pow(o->options.beta2, t)),
        [HYPER_MAX_NORM] = (float)o->options.max_grad_norm,
    };
    float clip[2];
    if (!tensor_write(o->hyper, hyper, err) || !program_run(&o->program, err) || !tensor_read(o->clip, clip, err))
        return false;
    *norm = (double)clip[0];
    if (!isfinite(*norm))
        return false;
    o->step++;
    return true;
}

void optimizer_finish(struct optimizer *o)
{
    program_finish(&o->program);
    if (o->engine)
        space_finish(&o->space);
    arena_finish(&o->arena);
    *o = (struct optimizer){0};
}
