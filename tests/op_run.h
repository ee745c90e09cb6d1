// A small graph on a device, for tests of single ops: begin, build with graph_input and op_..., end, write, run, read.
#pragma once
#include "test.h"

#include "graph/content.h"
#include "graph/plan.h"
#include "graph/program.h"
#include "ops/ops.h"

struct op_run {
    struct device device;
    struct arena arena;
    struct graph g;
    struct space inputs, work;
    struct program program;
    struct tensor *states[16];
    int state_count;
    bool ready;
};

// False when the device cannot be opened; then the test is marked as skipped.
static inline bool op_run_begin(struct op_run *r, const char *which)
{
    struct err err = {0};
    *r = (struct op_run){0};
    if (!device_open(&r->device, which, &err)) {
        test_skip("%s", err.text);
        return false;
    }
    graph_init(&r->g, &r->arena);
    space_init(&r->inputs, &r->device, "inputs");
    space_init(&r->work, &r->device, "work");
    return true;
}

static inline struct tensor *op_run_state(struct op_run *r, enum dtype dtype, const char *name, int64_t rows,
                                          int64_t cols)
{
    check(r->state_count < 16, "more than 16 states");
    return r->states[r->state_count++] = tensor_new(&r->arena, TENSOR_STATE, dtype, name, rows, cols, 0, 0);
}

static inline void op_run_end(struct op_run *r)
{
    struct err err = {0};
    graph_plan(&r->g, &r->device, false, 0);
    space_reserve(&r->work, &r->g.blocks);
    for (int i = 0; i < r->g.tensor_count; i++)
        if (r->g.tensors[i]->kind == TENSOR_INPUT)
            space_place(&r->inputs, r->g.tensors[i]);
    for (int i = 0; i < r->state_count; i++)
        space_place(&r->inputs, r->states[i]);
    r->ready = space_commit(&r->inputs, &err) && space_commit(&r->work, &err);
    for (int i = 0; r->ready && i < r->state_count; i++)
        space_bind(&r->inputs, r->states[i]);
    r->ready = r->ready && program_init(&r->program, &r->device, &r->g, &r->inputs, &r->work, &err);
    EXPECT(r->ready, "%s", err.text);
}

static inline void op_run_write(struct tensor *t, const float *values)
{
    struct err err = {0};
    EXPECT(tensor_write(t, values, &err), "%s", err.text);
}

static inline void op_run_write_i32(struct tensor *t, const int32_t *values)
{
    struct err err = {0};
    EXPECT(tensor_write_i32(t, values, tensor_count(t), &err), "%s", err.text);
}

static inline void op_run_go(struct op_run *r)
{
    struct err err = {0};
    EXPECT(program_run(&r->program, &err), "%s", err.text);
}

static inline void op_run_read(const struct tensor *t, double *values)
{
    struct err err = {0};
    EXPECT(tensor_read_double(t, values, &err), "%s", err.text);
}

static inline void op_run_finish(struct op_run *r)
{
    program_finish(&r->program);
    space_finish(&r->inputs);
    space_finish(&r->work);
    arena_finish(&r->arena);
    device_close(&r->device);
}
