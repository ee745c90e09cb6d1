// Arrays at device addresses. The referenced block is an array and is indexed, x.v[i]: arithmetic on the reference
// itself would need 64-bit integers, which some devices lack. Two views of one address are two arguments of the kernel:
// casting a reference to another type, F32x4s(x), makes SwiftShader end the program.
#ifndef TYPES_GLSL
#define TYPES_GLSL
#extension GL_EXT_buffer_reference : require
#ifdef REDUCE_SUBGROUP // lib/reduce.glsl in its form with subgroup operations
#extension GL_KHR_shader_subgroup_arithmetic : require
#endif

layout(buffer_reference, std430, buffer_reference_align = 4) buffer F32s { float v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer U32s { uint v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) buffer I32s { int v[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) buffer F32x4s { vec4 v[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) buffer U32x4s { uvec4 v[]; };

// The same for what no dispatch of the kernel writes. Some compilers take loads through the others past the caches,
// since another invocation may have written (NVK: ld.global.strong).
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer F32sIn { float v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer U32sIn { uint v[]; };
layout(buffer_reference, std430, buffer_reference_align = 4) readonly buffer I32sIn { int v[]; };
layout(buffer_reference, std430, buffer_reference_align = 16) readonly buffer F32x4sIn { vec4 v[]; };

// Index of this workgroup when vk_groups split a count over x, y and z. It can reach beyond that count.
uint group_index()
{
    return gl_WorkGroupID.x + gl_NumWorkGroups.x * (gl_WorkGroupID.y + gl_NumWorkGroups.y * gl_WorkGroupID.z);
}

// Index of this invocation in a one-dimensional problem; compare it with the number of elements. A macro, because
// gl_WorkGroupSize has its value only after the shader's layout(local_size_x ...).
#define global_index() (group_index() * gl_WorkGroupSize.x + gl_LocalInvocationID.x)

// Tests on bits, because compilers may assume that there are no infinities and no NaN.
bool is_finite(float x)
{
    return (floatBitsToUint(x) & 0x7f800000u) != 0x7f800000u;
}
bool is_nan(float x)
{
    return (floatBitsToUint(x) & 0x7fffffffu) > 0x7f800000u;
}
#endif
