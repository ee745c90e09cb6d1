#include "rl/loss.h"

#include <string.h>

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

void loss_count(struct loss_sums *s, const struct loss_options *o, double advantage, const float *loss,
                const float *ratio, const float *kl, int n)
{
    double low = 0, high = 0;
    for (int t = 0; t < n; t++) {
        double r = o->delta > 0 ? fmin((double)ratio[t], o->delta) : (double)ratio[t];
        low += r < 1 - o->epsilon_low && advantage < 0;
        high += r > 1 + o->epsilon_high && advantage > 0;
        s->loss += (double)loss[t];
        s->kl += (double)kl[t];
    }
    s->tokens += n;
    s->low += low;
    s->high += high;
    s->low_min = fmin(s->low_min, low / n);
    s->high_max = fmax(s->high_max, high / n);
}
