#include "rl/rational.h"

static uint64_t magnitude(int64_t v)
{
    return v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
}

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

bool rational_make(int64_t top, int64_t bottom, struct rational *out)
{
    if (bottom == 0 || top == INT64_MIN || bottom == INT64_MIN)
        return false;
    int64_t g = (int64_t)greatest_common_divisor(magnitude(top), magnitude(bottom));
    g = bottom < 0 ? -g : g;
    *out = (struct rational){top / g, bottom / g};
    return true;
}

bool rational_add(struct rational a, struct rational b, struct rational *out)
{
    // a/b + c/d over the least common denominator, which overflows later than b*d.
    int64_t g = (int64_t)greatest_common_divisor((uint64_t)a.bottom, (uint64_t)b.bottom);
    int64_t x, y, sum, bottom;
    return !__builtin_mul_overflow(a.top, b.bottom / g, &x) && !__builtin_mul_overflow(b.top, a.bottom / g, &y) &&
           !__builtin_add_overflow(x, y, &sum) && !__builtin_mul_overflow(a.bottom, b.bottom / g, &bottom) &&
           rational_make(sum, bottom, out);
}

bool rational_subtract(struct rational a, struct rational b, struct rational *out)
{
    return rational_add(a, (struct rational){-b.top, b.bottom}, out);
}

bool rational_multiply(struct rational a, struct rational b, struct rational *out)
{
    struct rational x, y; // cross-reduced, so that only a result that does not fit overflows
    int64_t top, bottom;
    return rational_make(a.top, b.bottom, &x) && rational_make(b.top, a.bottom, &y) &&
           !__builtin_mul_overflow(x.top, y.top, &top) && !__builtin_mul_overflow(x.bottom, y.bottom, &bottom) &&
           rational_make(top, bottom, out);
}

bool rational_divide(struct rational a, struct rational b, struct rational *out)
{
    struct rational inverse;
    return rational_make(b.bottom, b.top, &inverse) && rational_multiply(a, inverse, out);
}
