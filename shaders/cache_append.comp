// cache_append: cache[rows[n]] = x[n]; rows outside the cache are skipped.
//   cache (M,W) f32 inout   x (N,W) f32   to_rows (N) i32, no row twice
// Grid: vk_groups(N), a workgroup a row. Tested by the cases of src/ops/cache_append.c.
#version 450
#include "cache_append_args.h"
layout(local_size_x = 32) in;

void main()
{
    uint n = group_index();
    if (n >= args.rows)
        return;
    uint row = uint(args.to_rows.v[n]);
    if (row >= args.cache_rows)
        return;
    for (uint w = gl_LocalInvocationID.x; w < args.cols; w += gl_WorkGroupSize.x)
        args.cache.v[row * args.cols + w] = args.x.v[n * args.cols + w];
}
