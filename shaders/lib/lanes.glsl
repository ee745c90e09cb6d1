// A row of A floats in the registers of LANES neighbouring invocations: lane l holds the vec4s l, l + LANES,
// l + 2*LANES ... PART of them, and OWN(i) says whether there is an i-th one. Without -DSPLIT one invocation holds the
// whole row. With it LANES is specialisation constant 1, a power of two, at most the smallest subgroup of the device
// and 8. Include after A4 (constant 0: A/4).
// Sums over the lanes stand where the whole subgroup is active and step by literals: in a loop that some lanes leave
// earlier, or with a step in a variable, one vendor's driver has handed over values of another round
// (KhronosGroup/Vulkan-Docs 2548). So loops run lanes_rounds rounds, and what is not a sum over lanes stands inside
// `if (round < count)`.
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
    if (LANES > 1u)
        x += subgroupShuffleXor(x, 1u);
    if (LANES > 2u)
        x += subgroupShuffleXor(x, 2u);
    if (LANES > 4u)
        x += subgroupShuffleXor(x, 4u);
#endif
    return x;
}

float lanes_sum(vec4 x)
{
    return lanes_sum((x.x + x.y) + (x.z + x.w));
}

// How many rounds a loop of `count` rounds takes in which lanes_sum is called: the most of any row of the subgroup.
uint lanes_rounds(uint count)
{
#ifdef SPLIT
    return subgroupMax(count);
#else
    return count;
#endif
}
