#include "train/learner.h"

static struct tensor *per_token(struct learner *l, const char *name)
{
    return graph_input(&l->graph, DTYPE_F32, name, l->options.rows, 1);
}

void learner_plan(struct learner *l, struct engine *e, const struct model *model, struct learner_options options)
{
    *l = (struct learner){.engine = e, .model = model, .options = options};
    struct graph *g = &l->graph;
    graph_init(g, &l->arena);
    batch_init(&l->batch, &l->arena, options.rows, options.rows);
    l->in = model_inputs_new(g, options.rows, options.train, false);
    l->targets = graph_input(g, DTYPE_I32, "targets", options.rows, 1);
    l->sampling = graph_input(g, DTYPE_F32, "sampling", 1, SAMPLING_SIZE);
    struct tensor *hidden = model_forward(g, model, &l->in, NULL, options.train && options.recompute);
    l->out = model_logprob(g, model, hidden, l->targets, l->sampling, options.truncate, options.chunk);
    graph_keep(l->out.logp);
    graph_keep(l->out.entropy);
    if (options.train) {
        l->logp_old = options.on_policy ? NULL : per_token(l, "logp_old");
        l->logp_ref = options.reference ? per_token(l, "logp_ref") : NULL;
        l->advantage = per_token(l, "advantage");
        l->weight = per_token(l, "weight");
        l->loss = op_grpo_loss(g, l->out.logp, l->logp_old, l->logp_ref, l->advantage, l->weight, options.loss);
        graph_keep(l->loss.loss);
        graph_keep(l->loss.ratio);
        graph_keep(l->loss.kl);
        graph_add_grad(g, l->out.logp, l->loss.dlogp);
        graph_backward(g);
        graph_prune(g);
    }
    plan_turn(&e->plan);
    engine_plan_graph(e, g);
}

bool learner_init(struct learner *l, struct err *err)
{
    static const float plain[SAMPLING_SIZE] = {[SAMPLING_INV_TEMPERATURE] = 1, [SAMPLING_TOP_P] = 1};
    return engine_init_program(l->engine, &l->program, &l->graph, err) && learner_set_sampling(l, plain, err);
}

void learner_finish(struct learner *l)
{
    program_finish(&l->program);
    arena_finish(&l->arena);
    *l = (struct learner){0};
}

struct learner_tokens learner_tokens_new(struct arena *a, int rows)
{
    struct learner_tokens t;
    float **all[] = {&t.logp_old, &t.logp_ref, &t.advantage, &t.weight, &t.logp, &t.entropy, &t.loss, &t.ratio, &t.kl};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        *all[i] = arena_array(a, float, rows);
    return t;
}

bool learner_set_sampling(struct learner *l, const float sampling[SAMPLING_SIZE], struct err *err)
{
    return tensor_write(l->sampling, sampling, err);
}

bool learner_run(struct learner *l, struct learner_tokens *t, struct err *err)
{
    const struct batch *b = &l->batch;
    bool ok = tensor_write_i32(l->in.tokens, b->tokens, b->rows, err) &&
              tensor_write_i32(l->in.positions, b->positions, b->rows, err) &&
              tensor_write_i32(l->in.key_ranges, b->key_ranges, 4 * (int64_t)b->rows, err) &&
              tensor_write_i32(l->targets, b->targets, b->rows, err);
    if (ok && l->options.train)
        ok = tensor_write_i32(l->in.query_ranges, b->query_ranges, 4 * (int64_t)b->rows, err) &&
             tensor_write(l->advantage, t->advantage, err) && tensor_write(l->weight, t->weight, err) &&
             (!l->logp_old || tensor_write(l->logp_old, t->logp_old, err)) &&
             (!l->logp_ref || tensor_write(l->logp_ref, t->logp_ref, err));
    ok = ok && program_run(&l->program, err) && tensor_read(l->out.logp, t->logp, err) &&
         tensor_read(l->out.entropy, t->entropy, err);
    if (ok && l->options.train)
        ok = tensor_read(l->loss.loss, t->loss, err) && tensor_read(l->loss.ratio, t->ratio, err) &&
             tensor_read(l->loss.kl, t->kl, err);
    return ok;
}
