// adamw: one step of AdamW in place (src/ops/adamw.c).
//   g = grad * clip[1]   p *= 1 - lr decay   m += (1 - beta1) (g - m)   v = beta2 v + (1 - beta2) g^2
//   p -= lr / correction1 * m / (sqrt(v) / sqrt(correction2) + eps)      clip[1] = 0: nothing changes
//   p, m, v (n) f32 inout   grad (n) f32   hyper (8) f32   clip (2) f32
//   stored (ceil(n / 2)) u32, with -DPACK=pack_f16 or pack_bf16: p rounded, two to a word
// One invocation for two elements. Grid: vk_groups(ceil(n / 128)). Tested against the CPU reference.
#version 450
#include "adamw_args.h"
#include "lib/load.glsl"
layout(local_size_x = 64) in;

void main()
{
    uint i = 2u * global_index();
    float factor = args.clip.v[1];
    if (i >= args.n || factor == 0.0)
        return;
    float lr = args.hyper.v[0], beta1 = args.hyper.v[1], beta2 = args.hyper.v[2], eps = args.hyper.v[3];
    float shrink = args.decay != 0u ? 1.0 - lr * args.hyper.v[4] : 1.0;
    float rate = lr / args.hyper.v[5], root = 1.0 / sqrt(args.hyper.v[6]);
    vec2 rounded = vec2(0);
    for (uint j = 0u; j < min(2u, args.n - i); j++) {
        float g = args.grad.v[i + j] * factor;
        float m = args.m.v[i + j], v = args.v.v[i + j], p = args.p.v[i + j];
        m += (1.0 - beta1) * (g - m);
        v = beta2 * v + (1.0 - beta2) * g * g;
        p = p * shrink - rate * m / (sqrt(v) * root + eps);
        args.m.v[i + j] = m;
        args.v.v[i + j] = v;
        args.p.v[i + j] = p;
        rounded[j] = p;
    }
#ifdef PACK
    args.stored.v[i / 2u] = PACK(rounded);
#endif
}
