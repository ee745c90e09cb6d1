#include "rl/loss.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

void loss_defaults(struct loss_options *o)
{
    *o = (struct loss_options){.type = LOSS_DAPO,
                                .epsilon_low = 0.2,
                                .epsilon_high = 0.2,
                                .use_bias_correction_kl = true,
                                .max_completion_length = 256};
}

bool loss_type_parse(const char *name, enum loss_type *type, struct err *err)
{
    static const char *const names[] = {"grpo", "bnpo", "dr_grpo", "dapo"};
    for (int i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0) {
            *type = (enum loss_type)i;
            return true;
        }
    return fail(err, "loss_type is \"%.32s\"; it must be grpo, bnpo, dr_grpo or dapo", name);
}

struct grpo_loss_params loss_params(const struct loss_options *o)
{
    return (struct grpo_loss_params){(float)o->epsilon_low, (float)o->epsilon_high, (float)o->delta, (float)o->beta,
                                     o->use_bias_correction_kl};
}

void loss_weights(const struct loss_options *o, const int *lengths, int n, double *weights)
{
    int64_t tokens = 0;
    for (int i = 0; i < n; i++)
        tokens += lengths[i];
    check(o->type != LOSS_DR_GRPO || o->max_completion_length > 0, "max_completion_length is %d",
          o->max_completion_length);
    for (int i = 0; i < n; i++) {
        if (o->type == LOSS_GRPO)
            weights[i] = 1.0 / ((double)n * (lengths[i] > 1 ? lengths[i] : 1));
        else if (o->type == LOSS_DR_GRPO)
            weights[i] = 1.0 / ((double)n * o->max_completion_length);
        else
            weights[i] = 1.0 / (double)(tokens > 1 ? tokens : 1);
    }
}

struct token { // what one token gives
    double loss, slope; // l and dl/dx
    double kl;
    bool low, high; // clipped below, above
};

static struct token token_loss(const struct loss_options *o, double x, double old, double ref, double advantage)
{
    struct token t = {0};
    double ratio = exp(x - old);
    double clipped = fmin(fmax(ratio, 1 - o->epsilon_low), 1 + o->epsilon_high);
    double bounded = o->delta > 0 ? fmin(ratio, o->delta) : ratio;
    bool first = bounded * advantage <= clipped * advantage; // the smaller one, which has a gradient if it is the ratio
    t.loss = -(first ? bounded : clipped) * advantage;
    t.slope = first && bounded == ratio ? -ratio * advantage : 0;
    t.low = bounded < 1 - o->epsilon_low && advantage < 0;
    t.high = bounded > 1 + o->epsilon_high && advantage > 0; // of the bounded ratio, as TRL counts
    if (o->beta != 0) {
        double slope = 1 - exp(ref - x);
        t.kl = exp(ref - x) - (ref - x) - 1;
        if (o->use_bias_correction_kl) { // (k r)' = k' r + k r
            t.kl *= ratio;
            slope = slope * ratio + t.kl;
        }
        t.loss += o->beta * t.kl;
        t.slope += o->beta * slope;
    }
    return t;
}

double loss_reference(const struct loss_options *o, const struct loss_input *in, double *dlogp,
                      struct loss_metrics *metrics)
{
    struct arena memory = {0};
    int *lengths = arena_array(&memory, int, in->n + 1);
    double *weights = arena_array(&memory, double, in->n + 1), loss = 0;
    int64_t tokens = 0, low = 0, high = 0;
    struct loss_metrics m = {.clip_low_min = NAN, .clip_high_max = NAN};
    for (int i = 0; i < in->n; i++)
        for (int t = in->start[i]; t < in->start[i + 1]; t++)
            lengths[i] += in->mask[t] != 0;
    loss_weights(o, lengths, in->n, weights);
    for (int i = 0; i < in->n; i++) {
        int64_t own_low = 0, own_high = 0;
        for (int t = in->start[i]; t < in->start[i + 1]; t++) {
            dlogp[t] = 0;
            if (!in->mask[t])
                continue;
            struct token k = token_loss(o, in->logp[t], in->logp_old ? in->logp_old[t] : in->logp[t],
                                        in->logp_ref ? in->logp_ref[t] : 0, in->advantage[i]);
            loss += weights[i] * k.loss;
            dlogp[t] = weights[i] * k.slope;
            m.kl += k.kl;
            own_low += k.low;
            own_high += k.high;
        }
        tokens += lengths[i];
        low += own_low;
        high += own_high;
        if (lengths[i]) { // fmin and fmax pass over NaN
            m.clip_low_min = fmin(m.clip_low_min, (double)own_low / lengths[i]);
            m.clip_high_max = fmax(m.clip_high_max, (double)own_high / lengths[i]);
        }
    }
    double count = tokens ? (double)tokens : 1;
    m.kl /= count;
    m.clip_low_mean = (double)low / count;
    m.clip_high_mean = (double)high / count;
    m.clip_region_mean = (double)(low + high) / count;
    if (metrics)
        *metrics = m;
    arena_finish(&memory);
    return loss;
}
