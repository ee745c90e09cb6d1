// Compiles where glslc knows cooperative matrices (needs=coopmat in kernels.txt). Never run.
#version 450
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_shader_16bit_storage : require
#pragma use_vulkan_memory_model
#include "lib/types.glsl"
layout(local_size_x = 32) in;
layout(constant_id = 0) const uint M = 16;
layout(push_constant, std430) uniform Args {
    F32s c;
} args;
shared float16_t tile[256];

void main()
{
    coopmat<float16_t, gl_ScopeSubgroup, M, M, gl_MatrixUseA> a;
    coopmat<float16_t, gl_ScopeSubgroup, M, M, gl_MatrixUseB> b;
    coopMatLoad(a, tile, 0, M, gl_CooperativeMatrixLayoutRowMajor);
    coopMatLoad(b, tile, 0, M, gl_CooperativeMatrixLayoutRowMajor);
    coopmat<float, gl_ScopeSubgroup, M, M, gl_MatrixUseAccumulator> c =
        coopmat<float, gl_ScopeSubgroup, M, M, gl_MatrixUseAccumulator>(0.0);
    c = coopMatMulAdd(a, b, c);
    coopMatStore(c, args.c.v, 0, M, gl_CooperativeMatrixLayoutRowMajor);
}
