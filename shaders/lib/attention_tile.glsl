// The ranges of a few neighbouring rows, walked together, so that what is read of the other side serves all of them.
// Every row gets its terms in the order of its own list: first range, then second, ascending in each. A row for which
// an index is not in_range must add exact zeros, so its bits do not depend on its neighbours.
// Include after attention_args.h and #define ROWS, how many rows an invocation has.
// Limits: rows of the other side must be finite, also those that nobody attends. llvmpipe ends an invocation's loops
// after 65535 rounds, so there the lists cannot be longer.
#ifndef ATTENTION_TILE_GLSL
#define ATTENTION_TILE_GLSL
const uint END = 0xffffffffu;
uint low[ROWS], high[ROWS]; // of the ranges that are walked, one of the two of each row

// Range `which` (0 or 1) of the rows from `first` on; those after the last row have none.
void take_ranges(uint first, uint which)
{
    [[unroll]] for (uint i = 0u; i < ROWS; i++) {
        uint at = 4u * min(first + i, args.rows - 1u) + 2u * which;
        low[i] = uint(max(args.ranges.v[at], 0));
        high[i] = first + i < args.rows ? uint(max(args.ranges.v[at + 1u], 0)) : 0u;
        high[i] = high[i] > low[i] ? high[i] : 0u;
    }
}

// The first index from x on that lies in a range; END after the last one.
uint next_index(uint x)
{
    uint r = END;
    [[unroll]] for (uint i = 0u; i < ROWS; i++)
        r = x < high[i] ? min(r, max(x, low[i])) : r;
    return r;
}

bool in_range(uint i, uint x)
{
    return x >= low[i] && x < high[i];
}

float sum_of(vec4 x)
{
    return (x.x + x.y) + (x.z + x.w);
}
#endif
