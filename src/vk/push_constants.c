// SPIR-V 1.6, sections 2.3 (layout of a module) and 3 (numbers of instructions).
#include "vk/push_constants.h"

#include <stdbool.h>

enum {
    HEADER = 5, // words
    OP_TYPE_INT = 21,
    OP_TYPE_FLOAT = 22,
    OP_TYPE_VECTOR = 23,
    OP_TYPE_STRUCT = 30,
    OP_TYPE_POINTER = 32,
    OP_VARIABLE = 59,
    OP_MEMBER_DECORATE = 72,
    PUSH_CONSTANT = 9, // storage class
    DEVICE_ADDRESS = 5349,
    OFFSET = 35, // decoration
};

struct module {
    const uint32_t *words;
    size_t count;
};

static uint32_t length_of(const uint32_t *instruction)
{
    return *instruction >> 16;
}

// The first instruction of this kind whose word number `word` has this value, of at least `least` words.
static const uint32_t *find(const struct module *m, uint32_t op, uint32_t word, uint32_t value, uint32_t least)
{
    for (size_t i = HEADER; i < m->count; i += length_of(m->words + i)) {
        const uint32_t *instruction = m->words + i;
        if (length_of(instruction) == 0 || length_of(instruction) > m->count - i)
            return NULL;
        if ((*instruction & 0xFFFF) == op && length_of(instruction) >= least && instruction[word] == value)
            return instruction;
    }
    return NULL;
}

static uint32_t bytes_of(const struct module *m, uint32_t type)
{
    const uint32_t *t;
    if ((t = find(m, OP_TYPE_INT, 1, type, 4)) || (t = find(m, OP_TYPE_FLOAT, 1, type, 3)))
        return t[2] / 8;
    if ((t = find(m, OP_TYPE_VECTOR, 1, type, 4)) &&
        (find(m, OP_TYPE_INT, 1, t[2], 4) || find(m, OP_TYPE_FLOAT, 1, t[2], 3)))
        return t[3] * bytes_of(m, t[2]);
    t = find(m, OP_TYPE_POINTER, 1, type, 4);
    return t && t[2] == DEVICE_ADDRESS ? 8 : 0;
}

static bool offset_of(const struct module *m, uint32_t structure, uint32_t member, uint32_t *offset)
{
    for (size_t i = HEADER; i < m->count && length_of(m->words + i); i += length_of(m->words + i)) {
        const uint32_t *d = m->words + i;
        if ((*d & 0xFFFF) == OP_MEMBER_DECORATE && length_of(d) == 5 && m->count - i >= 5 && d[1] == structure &&
            d[2] == member && d[3] == OFFSET) {
            *offset = d[4];
            return true;
        }
    }
    return false;
}

int push_constants(const uint32_t *code, size_t code_bytes, struct push_constant *out, int max)
{
    struct module m = {code, code_bytes / sizeof *code};
    const uint32_t *variable = find(&m, OP_VARIABLE, 3, PUSH_CONSTANT, 4);
    if (!variable)
        return 0;
    const uint32_t *pointer = find(&m, OP_TYPE_POINTER, 1, variable[1], 4);
    const uint32_t *structure = pointer ? find(&m, OP_TYPE_STRUCT, 1, pointer[3], 2) : NULL;
    if (!structure || (int)length_of(structure) - 2 > max)
        return -1;
    int count = (int)length_of(structure) - 2;
    for (int i = 0; i < count; i++) {
        if (!offset_of(&m, structure[1], (uint32_t)i, &out[i].offset))
            return -1;
        out[i].bytes = bytes_of(&m, structure[2 + i]);
    }
    return count;
}
