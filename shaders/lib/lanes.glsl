// A row of A floats in the registers of LANES neighbouring invocations: lane l holds the vec4s l, l + LANES, l + 2*LANES ...
// PART of them, and OWN(i) says whether there is an i-th one. Without -DSPLIT one invocation holds the whole row. With it LANES
// is specialisation constant 1, a power of two, at most the smallest subgroup of the device and 32; sums over the lanes need
// that all lanes of a row are there, which holds when they branch together. Include behind A4 (constant 0: A/4).
#ifdef SPLIT
layout(constant_id = 1) const uint LANES = 4u;
#else
const uint LANES = 1u;
#endif
const uint PART = (A4 + LANES - 1u) / LANES;
#define ROWS (gl_WorkGroupSize.x / LANES)
#define lane() (gl_LocalInvocationID.x % LANES)
#define OWN(i) (PART * LANES == A4 || lane() + LANES * (i) < A4)

// The sum of x over the lanes of a row, the same bits in each of them.
float lanes_sum(float x)
{
#ifdef SPLIT
    for (uint step = 1u; step < LANES; step *= 2u)
        x += subgroupShuffleXor(x, step);
#endif
    return x;
}

float lanes_sum(vec4 x)
{
    return lanes_sum((x.x + x.y) + (x.z + x.w));
}
