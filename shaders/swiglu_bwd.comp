// swiglu_bwd: with s = sigmoid(g)   dg = dy u s (1 + g (1 - s))   du = dy g s
//   dgate, dup (n) f32 overwritten   dy, gate, up (n) f32
// s and 1 - s are made from exp(-|g|) without cancellation.
// Grid: vk_groups(ceil(n / 64)). Tested by the cases of src/ops/swiglu.c.
#version 450
#include "swiglu_bwd_args.h"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
    if (i >= args.n)
        return;
    float g = args.gate.v[i], dy = args.dy.v[i], e = exp(-abs(g));
    float r = 1.0 / (1.0 + e), t = e * r, s = g < 0.0 ? t : r, rest = g < 0.0 ? r : t;
    args.dgate.v[i] = dy * args.up.v[i] * s * fma(g, rest, 1.0);
    args.dup.v[i] = dy * g * s;
}
