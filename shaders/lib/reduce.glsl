// Reductions over a workgroup; every invocation gets the result, in an order that does not depend on timing.
// Include after layout(local_size_x ...). All invocations of the workgroup must call, in uniform control flow.
//     float group_sum(float)   vec2 group_sum(vec2)   float group_max(float)   uint group_sum(uint)
// -DREDUCE_SUBGROUP takes the form with subgroup operations (any subgroup size; no barrier when the workgroup is one
// subgroup); without it shared memory alone, where the workgroup's size must be a power of two.
// Shared memory: 16 bytes an invocation for what is used of it.
#ifndef REDUCE_GLSL
#define REDUCE_GLSL

#define REDUCE_ADD(a, b) ((a) + (b))
#define REDUCE_MAX(a, b) max(a, b)

#ifdef REDUCE_SUBGROUP
#define REDUCE(function, type, scratch, op, subgroup_op)                                                               \
    shared type scratch[gl_WorkGroupSize.x];                                                                           \
    type function(type x)                                                                                              \
    {                                                                                                                  \
        type r = subgroup_op(x);                                                                                       \
        if (gl_NumSubgroups > 1u) {                                                                                    \
            if (subgroupElect())                                                                                       \
                scratch[gl_SubgroupID] = r;                                                                            \
            barrier();                                                                                                 \
            r = scratch[0];                                                                                            \
            for (uint i = 1u; i < gl_NumSubgroups; i++)                                                                \
                r = op(r, scratch[i]);                                                                                 \
            barrier();                                                                                                 \
        }                                                                                                              \
        return r;                                                                                                      \
    }
#else
#define REDUCE(function, type, scratch, op, subgroup_op)                                                               \
    shared type scratch[gl_WorkGroupSize.x];                                                                           \
    type function(type x)                                                                                              \
    {                                                                                                                  \
        uint at = gl_LocalInvocationIndex;                                                                             \
        scratch[at] = x;                                                                                               \
        barrier();                                                                                                     \
        for (uint n = gl_WorkGroupSize.x / 2u; n > 0u; n >>= 1) {                                                      \
            if (at < n)                                                                                                \
                scratch[at] = op(scratch[at], scratch[at + n]);                                                        \
            barrier();                                                                                                 \
        }                                                                                                              \
        type r = scratch[0];                                                                                           \
        barrier();                                                                                                     \
        return r;                                                                                                      \
    }
#endif

REDUCE(group_sum, float, reduce_sum, REDUCE_ADD, subgroupAdd)
REDUCE(group_sum, vec2, reduce_sum2, REDUCE_ADD, subgroupAdd)
REDUCE(group_sum, uint, reduce_sum_uint, REDUCE_ADD, subgroupAdd)
REDUCE(group_max, float, reduce_max, REDUCE_MAX, subgroupMax)
#endif
