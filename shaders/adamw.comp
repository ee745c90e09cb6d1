// adamw: one step of AdamW in place (src/ops/adamw.c).
//   g = grad * clip[1]   p *= 1 - lr decay   m += (1 - beta1) (g - m)   v += (1 - beta2) (g^2 - v)
//   p -= lr / correction1 * m / (sqrt(v) / sqrt(correction2) + eps)      clip[1] = 0: nothing changes
//   p, m, v (n) f32 inout, their addresses given twice   grad (n) f32   hyper (8) f32   clip (2) f32
//   stored (ceil(n / 2)) u32, with -DPACK=pack_f16 or pack_bf16: p rounded, two to a word
// One invocation for four elements, without a loop: software drivers take twice the time with one.
// Grid: vk_groups(ceil(n / 256)). Tested against the CPU reference.
#version 450
#include "adamw_args.h"
#include "lib/load.glsl"
layout(local_size_x = 64) in;

// A stored whole quad when it lies below n, else the elements that do.
#define STORE(x, value)                                                                                                \
    if (whole)                                                                                                         \
        x.v[i / 4u] = value;                                                                                           \
    else                                                                                                               \
        for (uint j = 0u; i + j < args.n; j++)                                                                         \
            x##_elements.v[i + j] = value[j];

void main()
{
    uint i = 4u * global_index();
    float factor = args.clip.v[1];
    if (i >= args.n || factor == 0.0)
        return;
    bool whole = i + 4u <= args.n;
    float lr = args.hyper.v[0], gain1 = args.hyper.v[1], gain2 = args.hyper.v[2], eps = args.hyper.v[3];
    float shrink = args.decay != 0u ? fma(-lr, args.hyper.v[4], 1.0) : 1.0;
    float rate = lr / args.hyper.v[5], root = 1.0 / sqrt(args.hyper.v[6]);
    // the last invocation reads padding
    precise vec4 g = args.grad.v[i / 4u] * factor, m = args.m.v[i / 4u], v = args.v.v[i / 4u];
    m = fma(vec4(gain1), g - m, m);
    v = fma(vec4(gain2), fma(g, g, -v), v);
    vec4 p = fma(args.p.v[i / 4u], vec4(shrink), -(rate * m / fma(sqrt(v), vec4(root), vec4(eps))));
    STORE(args.m, m)
    STORE(args.v, v)
    STORE(args.p, p)
#ifdef PACK
    args.stored.v[i / 2u] = PACK(p.xy);
    if (i + 2u < args.n)
        args.stored.v[i / 2u + 1u] = PACK(p.zw);
#endif
}
