// Arguments of kernels, declared once for C and GLSL. A header per kernel, shaders/NAME_args.h, holds
//
//     #include "lib/args.h"
//     ARGS(add)
//         F32S_IN(x) F32S_IN(y) F32S(sum) U32(n)
//     ARGS_END(add)
//
// In C that is struct add_args with device addresses (uint64_t), filled and passed to vk_stream_dispatch; in GLSL the
// push constants `args`, with args.x.v[i] for the elements. Pointers stand first, so that both sides agree on the
// layout; 128 bytes at most. In GLSL include it right after #version.
#ifdef __STDC__
#pragma once
#include <stdint.h>
#define ARGS(name) struct name##_args {
#define ARGS_END(name)                                                                                                 \
    }                                                                                                                  \
    ;                                                                                                                  \
    _Static_assert(sizeof(struct name##_args) <= 128, "push constants of " #name " exceed 128 bytes");
#define F32S(name)      uint64_t name;
#define U32S(name)      uint64_t name;
#define I32S(name)      uint64_t name;
#define F32X4S(name)    uint64_t name; // the address is a multiple of 16
#define U32X4S(name)    uint64_t name; // likewise
#define F32S_IN(name)   uint64_t name; // _IN: what no dispatch of the kernel writes
#define U32S_IN(name)   uint64_t name;
#define I32S_IN(name)   uint64_t name;
#define F32X4S_IN(name) uint64_t name;
#define U32(name)       uint32_t name;
#define I32(name)       int32_t name;
#define F32(name)       float name;
#else
#include "lib/types.glsl"
#define ARGS(name)                                                                                                     \
    layout(push_constant, std430) uniform Args                                                                         \
    {
#define ARGS_END(name)                                                                                                 \
    }                                                                                                                  \
    args;
#define F32S(name)      F32s name;
#define U32S(name)      U32s name;
#define I32S(name)      I32s name;
#define F32X4S(name)    F32x4s name;
#define U32X4S(name)    U32x4s name;
#define F32S_IN(name)   F32sIn name;
#define U32S_IN(name)   U32sIn name;
#define I32S_IN(name)   I32sIn name;
#define F32X4S_IN(name) F32x4sIn name;
#define U32(name)       uint name;
#define I32(name)       int name;
#define F32(name)       float name;
#endif
