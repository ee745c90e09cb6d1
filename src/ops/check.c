#include "ops/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "vk/vk.h"
#include "ops/ops.h"
#include "ops/trial.h"

#define ENTRY(name) &node_##name,
const struct op *const ops_all[] = {OPS(ENTRY) NULL};

enum { SEED = 20240229 };

// The op that wrote t last, and the tensors that a check looks at: what nodes write.
static const struct op *writer(const struct trial *b, const struct tensor *t)
{
    const struct op *op = NULL;
    for (int i = 0; i < b->g.node_count; i++)
        for (int j = 0; j < NODE_OUTPUTS; j++) {
            const struct tensor *o = b->g.nodes[i]->out[j];
            if (o && (o == t || o->base == t))
                op = b->g.nodes[i]->op;
        }
    return op;
}

static int written(struct trial *b, struct tensor **list, int room)
{
    int count = 0;
    for (int i = 0; i < b->leaf_count + b->g.tensor_count; i++) {
        struct tensor *t = i < b->leaf_count ? b->leaves[i] : b->g.tensors[i - b->leaf_count];
        if (t->base || t->scratch || (i >= b->leaf_count && t->kind != TENSOR_ACTIVATION) || !writer(b, t))
            continue;
        check(count < room, "a case writes more than %d tensors", room);
        list[count++] = t;
    }
    return count;
}

static bool guard_intact(const struct tensor *t, struct err *err)
{
    struct tensor guard = *t;
    uint64_t end = tensor_bytes(t, t->space->device->real_bytes), skip = (end + 3) / 4 * 4;
    guard.dtype = DTYPE_I32;
    guard.rank = 1;
    guard.shape[0] = (int64_t)((TRIAL_GUARD - (skip - end)) / 4);
    guard.offset += skip;
    guard.address += skip;
    int32_t words[TRIAL_GUARD / 4];
    if (!tensor_read_i32(&guard, words, err))
        return false;
    for (int64_t i = 0; i < guard.shape[0]; i++)
        if (words[i] != -1)
            return fail(err, "%s: %lld bytes after its end were written", t->name, (long long)(skip - end) + 4 * i);
    return true;
}

static bool values_of(struct tensor *t, double *values, struct err *err)
{
    if (t->dtype != DTYPE_I32)
        return tensor_read_double(t, values, err);
    struct arena a = {0};
    int32_t *ints = arena_array(&a, int32_t, tensor_count(t));
    bool ok = tensor_read_i32(t, ints, err);
    for (int64_t i = 0; ok && i < tensor_count(t); i++)
        values[i] = (double)ints[i];
    arena_finish(&a);
    return ok;
}

// The error of one tensor in units of the check; infinite where a value was never written or is not a number although
// the reference is one.
static double error_of(const double *got, const double *want, int64_t n, int64_t reduction)
{
    double scale = 0, worst = 0;
    for (int64_t i = 0; i < n; i++)
        if (isfinite(want[i]))
            scale = fmax(scale, fabs(want[i]));
    for (int64_t i = 0; i < n; i++) {
        if (isnan(want[i]) || isnan(got[i]))
            return INFINITY;
        worst = fmax(worst, got[i] == want[i] ? 0 : fabs(got[i] - want[i]));
    }
    return worst == 0 ? 0 : worst / (fmax(scale, 1e-300) * 0x1p-24 * sqrt((double)(reduction > 1 ? reduction : 1)));
}

static bool compare(struct trial *dev, struct trial *ref, const struct op_case *c, struct op_check *r, struct err *err)
{
    struct tensor *ours[256], *theirs[256];
    int count = written(dev, ours, 256);
    check(written(ref, theirs, 256) == count, "the two graphs of a case differ");
    for (int i = 0; i < count; i++) {
        struct arena a = {0};
        int64_t n = tensor_count(ours[i]);
        double *got = arena_array(&a, double, n), *want = arena_array(&a, double, n);
        if (!values_of(ours[i], got, err) || !values_of(theirs[i], want, err)) {
            arena_finish(&a);
            return false;
        }
        const struct op *op = writer(dev, ours[i]);
        double error = error_of(got, want, n, c->reduction);
        if (r->ok && (error > op->tolerance || error >= r->error)) {
            r->error = error;
            r->tolerance = op->tolerance;
            snprintf(r->worst, sizeof r->worst, "%s", ours[i]->name);
        }
        if (r->ok && !(error <= op->tolerance)) {
            r->ok = false;
            snprintf(r->why, sizeof r->why, "%.60s by %s: error %.3g, accepted %.3g", ours[i]->name, op->name, error,
                     op->tolerance);
        }
        struct err guard = {0};
        if (!guard_intact(ours[i], &guard) && r->ok) {
            r->ok = false;
            snprintf(r->why, sizeof r->why, "%.190s", guard.text);
        }
        arena_finish(&a);
    }
    return true;
}

// Runs again from the same leaves; all written values must have the same bits.
static bool same_bits(struct trial *b, const struct op_case *c, struct op_check *r, struct err *err)
{
    struct tensor *list[256];
    int count = written(b, list, 256);
    struct arena a = {0};
    double **before = arena_array(&a, double *, count + 1);
    bool ok = true;
    for (int i = 0; ok && i < count; i++) {
        before[i] = arena_array(&a, double, tensor_count(list[i]));
        ok = values_of(list[i], before[i], err);
    }
    ok = ok && trial_fill(b, c, err) && program_run(&b->program, err);
    for (int i = 0; ok && i < count; i++) {
        double *after = arena_array(&a, double, tensor_count(list[i]));
        ok = values_of(list[i], after, err);
        if (ok && memcmp(before[i], after, sizeof(double) * (size_t)tensor_count(list[i])) != 0 && r->ok) {
            r->ok = false;
            snprintf(r->why, sizeof r->why, "%.80s differs between two runs", list[i]->name);
        }
    }
    arena_finish(&a);
    return ok;
}

bool op_check_run(struct device *d, const struct op *op, const struct op_case *c, struct op_check *r, struct err *err)
{
    *r = (struct op_check){.op = op->name, .label = c->label, .ok = true};
    struct device reference;
    struct trial dev = {0}, ref = {0};
    bool ok = device_open(&reference, "cpu-double", err) && trial_init(&dev, d, c, err) &&
              trial_init(&ref, &reference, c, err) && compare(&dev, &ref, c, r, err) && same_bits(&dev, c, r, err);
    trial_finish(&dev);
    trial_finish(&ref);
    return ok || fail_in(err, "%s, case %s", op->name, c->label);
}

// sum(seed * out) of the forward values as they are now.
static double loss_of(struct trial *b)
{
    const double *out = (const double *)(uintptr_t)b->out->address, *seed = (const double *)(uintptr_t)b->seed->address;
    double sum = 0;
    for (int64_t i = 0, n = tensor_count(b->out); i < n; i++)
        sum += out[i] * seed[i];
    return sum;
}

// Change of the loss when leaf t moves by h along a random direction, and the same from its gradient.
static bool probe(struct trial *b, const struct op_case *c, struct tensor *t, struct op_check *r, struct err *err)
{
    int64_t n = tensor_count(t);
    struct arena a = {0};
    double *direction = arena_array(&a, double, n), predicted = 0, loss[2];
    const struct tensor *grad = t->grad ? t->grad : t->running_grad;
    const double *slope = (const double *)(uintptr_t)grad->address;
    double magnitude = c->magnitude != 0 ? c->magnitude : 1, h = 1e-5 * magnitude;
    bool ok = trial_fill(b, c, err);
    if (t->grad) // gradients of weights accumulate: start at zero
        ok = ok && tensor_fill_zero(t->grad, err);
    ok = ok && program_run(&b->program, err);
    for (int64_t i = 0; i < n; i++) {
        direction[i] = rng_normal(SEED + 1, RNG_TEST, trial_hash(t->name), (uint32_t)i);
        predicted += direction[i] * slope[i];
    }
    for (int side = 0; ok && side < 2; side++) {
        ok = trial_fill(b, c, err);
        double *x = (double *)(uintptr_t)t->address;
        for (int64_t i = 0; i < n; i++)
            x[i] += (side ? h : -h) * direction[i];
        ok = ok && program_run(&b->program, err);
        loss[side] = loss_of(b);
    }
    if (ok) {
        double measured = (loss[1] - loss[0]) / (2 * h), scale = fmax(fabs(predicted), fabs(measured));
        double error = fabs(measured - predicted) / fmax(scale, 1e-8 / magnitude);
        if (error > r->error || isnan(error)) {
            r->error = error;
            snprintf(r->worst, sizeof r->worst, "%s", t->name);
        }
        if (!(error <= r->tolerance)) {
            r->ok = false;
            snprintf(r->why, sizeof r->why, "%.80s: slope %.9g by differences, %.9g by the gradient rule", t->name,
                     measured, predicted);
        }
    }
    arena_finish(&a);
    return ok;
}

bool op_check_gradient(const struct op *op, const struct op_case *c, struct op_check *r, struct err *err)
{
    // Central differences at h = 1e-5: their own error is about h^2 = 1e-10 and 1e-16 / h = 1e-11, relative to the
    // loss, which can exceed the slope by some orders of magnitude.
    *r = (struct op_check){.op = op->name, .label = c->label, .ok = true, .tolerance = 1e-5};
    struct device reference;
    struct trial b = {0};
    bool ok = device_open(&reference, "cpu-double", err) && trial_init(&b, &reference, c, err);
    for (int i = 0; ok && b.out && i < b.leaf_count; i++) {
        struct tensor *t = b.leaves[i];
        if (t->kind == TENSOR_WEIGHT && t->dtype == DTYPE_F32 && (t->grad || t->running_grad))
            ok = probe(&b, c, t, r, err);
    }
    trial_finish(&b);
    return ok || fail_in(err, "%s, case %s", op->name, c->label);
}
