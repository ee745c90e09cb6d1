#include "train/engine.h"

void engine_plan(struct engine *e, struct device *d, const struct model_config *c, const struct weights *w,
                 struct model_options options)
{
    *e = (struct engine){.device = d};
    model_plan(&e->model, d, c, w, options);
    space_init(&e->work, d, "activations and KV cache");
    space_init(&e->inputs, d, "inputs");
}

bool engine_place(struct engine *e, struct err *err)
{
    if (!space_planned(&e->model.space, err) || !plan_place(&e->plan, e->device, true, 0, err))
        return false;
    space_reserve(&e->work, &e->plan.blocks);
    return space_planned(&e->inputs, err);
}

bool engine_commit(struct engine *e, const struct weights *w, uint32_t seed, struct err *err)
{
    return engine_place(e, err) && model_load(&e->model, w, seed, err) && space_commit(&e->work, err) &&
           space_commit(&e->inputs, err);
}

void engine_finish(struct engine *e)
{
    model_finish(&e->model);
    if (e->device) {
        space_finish(&e->work);
        space_finish(&e->inputs);
    }
    plan_finish(&e->plan);
    *e = (struct engine){0};
}

void engine_plan_graph(struct engine *e, struct graph *g)
{
    plan_graph(&e->plan, g);
    for (int i = 0; i < g->tensor_count; i++)
        if (g->tensors[i]->kind == TENSOR_INPUT && !g->tensors[i]->base)
            space_place(&e->inputs, g->tensors[i]);
}

bool engine_init_program(struct engine *e, struct program *p, struct graph *g, struct err *err)
{
    return program_init(p, e->device, g, &e->inputs, &e->work, err);
}
