// Compiles where glslc knows bfloat16 (needs=bf16 in kernels.txt). Never run.
#version 450
#extension GL_EXT_bfloat16 : require
#include "lib/types.glsl"
layout(local_size_x = 1) in;
layout(push_constant, std430) uniform Args {
    F32s x;
} args;

void main()
{
    bfloat16_t b = bfloat16_t(args.x.v[0]);
    args.x.v[0] = float(b);
}
