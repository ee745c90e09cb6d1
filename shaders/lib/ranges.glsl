// Two ranges of rows taken as one list, as in src/ops/attention.h. Include after an args header with args.ranges.
// Limit: llvmpipe ends an invocation's loops after 65535 rounds, so there a list cannot be longer.
#ifndef RANGES_GLSL
#define RANGES_GLSL
struct ranges {
    uint first, first_length, second, count;
};

ranges ranges_of(uint row)
{
    int a = args.ranges.v[4u * row], b = args.ranges.v[4u * row + 1u];
    int c = args.ranges.v[4u * row + 2u], d = args.ranges.v[4u * row + 3u];
    uint first = uint(max(b - a, 0));
    return ranges(uint(a), first, uint(c), first + uint(max(d - c, 0)));
}

uint ranges_row(ranges r, uint i)
{
    return i < r.first_length ? r.first + i : r.second + i - r.first_length;
}

#endif
