// No kernel leaves it to a driver's compiler whether a product and a sum become one fused multiply-add: it may fuse
// some and leave others, even in one tile, and then bits that are promised differ. What is to be fused is written as
// fma(), what is not is `precise`. Read from the SPIR-V that the program carries: no addition without NoContraction has
// an operand that may be a product without it. Values are followed through variables, functions and copies. A quotient
// is a product too (of a reciprocal), and so is a logarithm (of one to base 2).
#include "test.h"

#include "base/arena.h"
#include "vk/kernels.h"

enum { // of the SPIR-V specification, section 3
    OP_NAME = 5,
    OP_EXT_INST = 12,
    OP_FUNCTION = 54,
    OP_FUNCTION_PARAMETER = 55,
    OP_FUNCTION_CALL = 57,
    OP_VARIABLE = 59,
    OP_LOAD = 61,
    OP_STORE = 62,
    OP_ACCESS_CHAIN = 65,
    OP_IN_BOUNDS_ACCESS_CHAIN = 66,
    OP_DECORATE = 71,
    OP_VECTOR_SHUFFLE = 79,
    OP_COMPOSITE_CONSTRUCT = 80,
    OP_COMPOSITE_EXTRACT = 81,
    OP_COMPOSITE_INSERT = 82,
    OP_COPY_OBJECT = 83,
    OP_FNEGATE = 127,
    OP_FADD = 129,
    OP_FSUB = 131,
    OP_FMUL = 133,
    OP_FDIV = 136,
    OP_VECTOR_TIMES_SCALAR = 142,
    OP_SELECT = 169,
    OP_PHI = 245,
    OP_RETURN_VALUE = 254,
    NO_CONTRACTION = 42,
    PRIVATE = 6,
    FUNCTION = 7,
    GLSL_LOG = 28,
};

// What is known of an id. memory: a product may have been stored in the variable, or in the parameter that points to
// it.
struct id {
    bool exact, product, memory, own, returned;
    uint32_t root;          // of a pointer: the variable that it points into, 0 for itself
    const uint32_t *params; // of a function: its first OpFunctionParameter
    const char *name;
};

struct module {
    const struct kernel *kernel;
    struct id *ids;
    uint32_t function; // that the walk is in
    bool changed;
};

static void set(struct module *m, bool *flag, bool value)
{
    m->changed |= value && !*flag;
    *flag |= value;
}

static struct id *variable(struct module *m, uint32_t pointer)
{
    return &m->ids[m->ids[pointer].root ? m->ids[pointer].root : pointer];
}

// w: the instruction, n words.
static void take_declaration(struct module *m, const uint32_t *w, uint32_t n, uint32_t op)
{
    if (op == OP_NAME)
        m->ids[w[1]].name = (const char *)(w + 2);
    else if (op == OP_DECORATE && w[2] == NO_CONTRACTION)
        m->ids[w[1]].exact = true;
    else if (op == OP_FUNCTION)
        m->ids[w[2]].params = w + n; // an OpFunctionParameter stands there, if it has any
    else if (op == OP_FUNCTION_PARAMETER)
        m->ids[w[2]].own = true;
    else if (op == OP_VARIABLE)
        m->ids[w[2]].own = w[3] == PRIVATE || w[3] == FUNCTION;
    else if (op == OP_ACCESS_CHAIN || op == OP_IN_BOUNDS_ACCESS_CHAIN)
        m->ids[w[2]].root = m->ids[w[3]].root ? m->ids[w[3]].root : w[3];
}

static void follow_call(struct module *m, const uint32_t *w, uint32_t n)
{
    const uint32_t *param = m->ids[w[3]].params;
    set(m, &m->ids[w[2]].product, m->ids[w[3]].returned);
    for (uint32_t i = 4; i < n; i++, param += param[0] >> 16) {
        struct id *inside = &m->ids[param[2]], *outside = variable(m, w[i]);
        set(m, &inside->product, m->ids[w[i]].product);
        set(m, &inside->memory, outside->memory);
        set(m, &outside->memory, inside->memory && outside->own);
    }
}

static void follow(struct module *m, const uint32_t *w, uint32_t n, uint32_t op)
{
    struct id *ids = m->ids;
    bool any = false;
    switch (op) {
    case OP_FUNCTION:
        m->function = w[2];
        break;
    case OP_FUNCTION_CALL:
        follow_call(m, w, n);
        break;
    case OP_FMUL:
    case OP_FDIV:
    case OP_VECTOR_TIMES_SCALAR:
        set(m, &ids[w[2]].product, !ids[w[2]].exact);
        break;
    case OP_EXT_INST:
        set(m, &ids[w[2]].product, w[4] == GLSL_LOG);
        break;
    case OP_LOAD:
        set(m, &ids[w[2]].product, variable(m, w[3])->memory);
        break;
    case OP_STORE:
        set(m, &variable(m, w[1])->memory, ids[w[2]].product && variable(m, w[1])->own);
        break;
    case OP_RETURN_VALUE:
        set(m, &ids[m->function].returned, ids[w[1]].product);
        break;
    case OP_COMPOSITE_EXTRACT: // the rest are numbers
        set(m, &ids[w[2]].product, ids[w[3]].product);
        break;
    case OP_VECTOR_SHUFFLE:
    case OP_COMPOSITE_INSERT:
        set(m, &ids[w[2]].product, ids[w[3]].product || ids[w[4]].product);
        break;
    case OP_COMPOSITE_CONSTRUCT:
    case OP_COPY_OBJECT:
    case OP_FNEGATE:
    case OP_SELECT:
    case OP_PHI:
        for (uint32_t i = 3; i < n; i++)
            any |= ids[w[i]].product;
        set(m, &ids[w[2]].product, any);
        break;
    default:
        break;
    }
}

static void look(struct module *m, const uint32_t *w, uint32_t n, uint32_t op)
{
    (void)n;
    if (op == OP_FUNCTION)
        m->function = w[2];
    bool sum = op == OP_FADD || op == OP_FSUB;
    bool open = sum && !m->ids[w[2]].exact && (m->ids[w[3]].product || m->ids[w[4]].product);
    const char *name = m->ids[m->function].name;
    EXPECT(!open, "%s: %s adds to a product: write fma(), or make one of the two precise", m->kernel->name,
           name ? name : "");
}

static void each(struct module *m, void (*f)(struct module *, const uint32_t *, uint32_t, uint32_t))
{
    for (const uint32_t *w = m->kernel->code + 5; w < m->kernel->end; w += w[0] >> 16)
        f(m, w, w[0] >> 16, w[0] & 0xffff);
}

TEST(contraction, is_written_out_in_every_kernel)
{
    for (int k = 0; k < kernel_count; k++) {
        struct arena a = {0};
        struct module m = {.kernel = &kernels[k], .ids = arena_array(&a, struct id, kernels[k].code[3])};
        each(&m, take_declaration);
        do {
            m.changed = false;
            each(&m, follow);
        } while (m.changed);
        each(&m, look);
        arena_finish(&a);
    }
}
