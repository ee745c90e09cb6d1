// embed_bwd: dtable[tokens[n]] += dy[n]. The first row of a token adds the rows of all later ones, in their order; the
// others do nothing, so that no two workgroups write the same row.
//   dtable (V,D) f32 accumulated   dy (N,D) f32   tokens (N) i32; a token outside the table is skipped
// The invocations look at as many tokens at a time, so a workgroup is one subgroup where there is subgroup arithmetic.
// Grid: vk_groups(N * ceil(D / (8 * invocations))): a workgroup adds 8 columns an invocation of one row's token.
// Specialisation: 0 invocations of a workgroup (a power of two without subgroups). Defines: REDUCE_SUBGROUP.
// Limit: N <= 32000, because llvmpipe ends an invocation's loops after 65535 rounds.
// Tested by the cases of src/ops/embed.c.
#version 450
#extension GL_EXT_control_flow_attributes : require
#include "embed_bwd_args.h"
layout(local_size_x_id = 0) in;
#include "lib/reduce.glsl"

void add_row(uint n, uint row, uint first)
{
    [[unroll]] for (uint i = 0u; i < 8u; i++) {
        uint d = first + i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        if (d < args.cols)
            args.dtable.v[row * args.cols + d] += args.dy.v[n * args.cols + d];
    }
}

const uint CHUNK = 16u; // tokens that an invocation looks at before all agree: agreeing costs more than looking

// Whether one of the rows [first, end) has the token, of the CHUNK * invocations from `chunk` on.
bool any_has(int token, uint chunk, uint first, uint end)
{
    float found = 0.0;
    for (uint i = 0u; i < CHUNK; i++) {
        uint m = chunk + i * gl_WorkGroupSize.x + gl_LocalInvocationID.x;
        if (m >= first && m < end && args.tokens.v[m] == token)
            found = 1.0;
    }
    return group_max(found) > 0.0;
}

void main()
{
    uint n = group_index() % args.rows, first = group_index() / args.rows * 8u * gl_WorkGroupSize.x;
    if (first >= args.cols)
        return;
    int token = args.tokens.v[n];
    if (uint(token) >= args.table_rows)
        return;
    uint step = CHUNK * gl_WorkGroupSize.x;
    for (uint chunk = 0u; chunk < n; chunk += step)
        if (any_has(token, chunk, 0u, n))
            return;
    add_row(n, uint(token), first);
    for (uint chunk = n + 1u; chunk < args.rows; chunk += step)
        if (any_has(token, chunk, n + 1u, args.rows))
            for (uint m = chunk; m < min(chunk + step, args.rows); m++)
                if (args.tokens.v[m] == token)
                    add_row(m, uint(token), first);
}
