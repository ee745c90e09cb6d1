// How a row of the vocabulary is cut into blocks, one an invocation (a multiple of 8). Eight neighbours share a
// contiguous part and take its groups of four columns in turn: a processor walks through memory, a GPU reads whole
// cache lines.
#ifndef VOCABULARY_GLSL
#define VOCABULARY_GLSL

struct Part { // columns v, v + 1, v + 2, v + 3 for v = first, first + step, ... below end
    uint first, end, step;
};

Part part_of(uint block, uint blocks, uint vocabulary)
{
    uint columns = (vocabulary + 4u * blocks - 1u) / (4u * blocks) * 32u, from = block / 8u * columns;
    return Part(from + block % 8u * 4u, min(from + columns, vocabulary), 32u);
}
#endif
