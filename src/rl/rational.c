#include "rl/rational.h"

#include <string.h>

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

static bool digit(struct text t, size_t i)
{
    return i < t.size && t.at[i] >= '0' && t.at[i] <= '9';
}

static size_t digits(struct text t, size_t i)
{
    while (digit(t, i))
        i++;
    return i;
}

// Bytes of a separator of thousands at i: "," or LaTeX's "{,}", ",\!", "\,"; 0 for none.
static size_t separator(struct text t, size_t i)
{
    static const char *const all[] = {"{,}", ",\\!", "\\,", ","};
    for (size_t k = 0; i < t.size && k < sizeof all / sizeof *all; k++)
        if (text_starts((struct text){t.at + i, t.size - i}, all[k]))
            return strlen(all[k]);
    return 0;
}

// The end of an integer that starts at i: 1-3 digits with groups ",ddd" behind, or plain digits.
static size_t integer_end(struct text t, size_t i)
{
    size_t end = digits(t, i), n;
    if (end - i > 3)
        return end;
    for (size_t j = end; (n = separator(t, j)) && digits(t, j + n) == j + n + 3; j += n + 3)
        end = j + n + 3;
    return end;
}

// The end of "e+12" at i; i itself when there is none. *value is its exponent.
static size_t exponent_end(struct text t, size_t i, int *value)
{
    *value = 0;
    if (i >= t.size || (t.at[i] | 32) != 'e')
        return i;
    size_t j = i + 1;
    bool negative = j < t.size && t.at[j] == '-';
    j += j < t.size && (t.at[j] == '-' || t.at[j] == '+');
    size_t end = digits(t, j);
    if (end == j)
        return i;
    for (size_t k = j; k < end; k++)
        *value = *value < 1000 ? *value * 10 + (t.at[k] - '0') : 1000;
    *value = negative ? -*value : *value;
    return end;
}

// The decimal whose digits (and separators, and one dot) stand in t, times 10^exponent. False when too long.
static bool decimal_from(struct text t, int exponent, struct decimal *out)
{
    *out = (struct decimal){0};
    if (t.size > 1 << 20 || exponent <= -1000 || exponent >= 1000)
        return false;
    int after_dot = 0, zeros = 0; // zeros: seen but not written, since they may be the last ones
    bool dot = false;
    for (size_t i = 0; i < t.size; i++) {
        if (!digit(t, i)) { // the dot, or a separator
            dot |= t.at[i] == '.';
            continue;
        }
        after_dot += dot;
        if (t.at[i] == '0') {
            zeros += out->count > 0;
            continue;
        }
        if (zeros + 1 > NUMBER_DIGITS - out->count)
            return false;
        memset(out->digits + out->count, '0', (size_t)zeros);
        out->count += zeros;
        out->digits[out->count++] = t.at[i];
        zeros = 0;
    }
    out->exponent = out->count ? exponent + zeros - after_dot : 0;
    return true;
}

static size_t decimal_read(struct text t, struct decimal *out, bool *valid)
{
    size_t end = integer_end(t, 0);
    if (end < t.size && t.at[end] == '.' && digit(t, end + 1))
        end = digits(t, end + 1);
    if (end == 0)
        return 0;
    int exponent;
    struct text mantissa = {t.at, end};
    end = exponent_end(t, end, &exponent);
    *valid = decimal_from(mantissa, exponent, out);
    return end;
}

size_t number_read(struct text t, struct number *out, bool *valid)
{
    *out = (struct number){.bottom = {.count = 1, .digits = "1"}};
    size_t end = decimal_read(t, &out->top, valid);
    if (end == 0 || end + 1 >= t.size || t.at[end] != '/')
        return end;
    struct decimal bottom;
    bool bottom_valid = true;
    size_t more = decimal_read((struct text){t.at + end + 1, t.size - end - 1}, &bottom, &bottom_valid);
    if (more == 0)
        return end;
    out->bottom = bottom;
    out->fraction = true;
    *valid = *valid && bottom_valid && bottom.count > 0;
    return end + 1 + more;
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

// Bytes of the minus that ends at `end`: 1 for "-", 3 for U+2212, 0 for none.
static size_t minus_before(struct text t, size_t end)
{
    if (end >= 1 && t.at[end - 1] == '-')
        return 1;
    return end >= 3 && memcmp(t.at + end - 3, "\xE2\x88\x92", 3) == 0 ? 3 : 0;
}

// Whether the number that starts at i has a minus: "-3", "-$3", "$-3"; *start is where sign and currency begin.
static bool sign_before(struct text t, size_t i, size_t *start)
{
    size_t minus = minus_before(t, i);
    size_t j = i - minus;
    j -= j > 0 && t.at[j - 1] == '$';
    j -= j > 0 && t.at[j] == '$' && t.at[j - 1] == '\\';
    if (!minus) {
        minus = minus_before(t, j);
        j -= minus;
    }
    if (minus && j > 0 && (is_alphanumeric(t.at[j - 1]) || t.at[j - 1] == ')'))
        minus = 0;
    *start = minus ? j : i;
    return minus > 0;
}

// \frac{3}{4} at the very start of t, as number_read.
static size_t latex_fraction(struct text t, struct number *out, bool *valid)
{
    bool short_name = text_starts(t, "\\frac{");
    size_t top = short_name ? 6 : 7, bottom;
    struct number n;
    if (!short_name && !text_starts(t, "\\dfrac{") && !text_starts(t, "\\tfrac{"))
        return 0;
    size_t used = number_read((struct text){t.at + top, t.size - top}, out, valid);
    bottom = top + used + 2;
    if (!used || out->fraction || bottom >= t.size || memcmp(t.at + top + used, "}{", 2) != 0)
        return 0;
    bool bottom_valid = true;
    used = number_read((struct text){t.at + bottom, t.size - bottom}, &n, &bottom_valid);
    if (!used || n.fraction || bottom + used >= t.size || t.at[bottom + used] != '}')
        return 0;
    out->bottom = n.top;
    out->fraction = true;
    *valid = *valid && bottom_valid && n.top.count > 0;
    return bottom + used + 1;
}

// Where the digits of an exponent, "^2" or "^{-2}", at i begin; 0 for none.
static size_t exponent_digits(struct text t, size_t i)
{
    if (i >= t.size || t.at[i] != '^')
        return 0;
    i += 1 + (i + 1 < t.size && t.at[i + 1] == '{');
    i += i < t.size && t.at[i] == '-';
    return digit(t, i) ? i : 0;
}

bool number_last(struct text t, struct number *out, struct text *at)
{
    bool found = false;
    for (size_t i = 0; i < t.size;) {
        bool valid = true;
        struct number n;
        size_t used = 0, power = exponent_digits(t, i);
        if (power) { // of a unit: 10 cm^2
            i = digits(t, power);
            continue;
        }
        if (digit(t, i) || (t.at[i] == '.' && digit(t, i + 1)))
            used = number_read((struct text){t.at + i, t.size - i}, &n, &valid);
        else if (t.at[i] == '\\')
            used = latex_fraction((struct text){t.at + i, t.size - i}, &n, &valid);
        if (used == 0) {
            i++;
            continue;
        }
        valid = valid && !exponent_digits(t, i + used); // 2^10 is not 2
        size_t start;
        n.top.negative = sign_before(t, i, &start) && n.top.count > 0;
        *out = n;
        *at = (struct text){t.at + start, i + used - start};
        found = valid;
        i += used;
    }
    return found;
}

static bool decimal_equal(const struct decimal *a, const struct decimal *b)
{
    return a->negative == b->negative && a->exponent == b->exponent && a->count == b->count &&
           memcmp(a->digits, b->digits, (size_t)a->count) == 0;
}

// digits * 10^zeros as a 64-bit integer.
static bool decimal_integer(const struct decimal *d, int zeros, int64_t *out)
{
    *out = 0;
    for (int i = 0; i < d->count + zeros; i++)
        if (__builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, i < d->count ? d->digits[i] - '0' : 0, out))
            return false;
    *out = d->negative ? -*out : *out;
    return true;
}

static bool number_rational(const struct number *n, struct rational *out)
{
    int shift = n->top.exponent - n->bottom.exponent;
    int64_t top, bottom;
    if (n->top.count == 0)
        return rational_make(0, 1, out);
    return shift > -19 && shift < 19 && decimal_integer(&n->top, shift > 0 ? shift : 0, &top) &&
           decimal_integer(&n->bottom, shift < 0 ? -shift : 0, &bottom) && rational_make(top, bottom, out);
}

bool number_equal(const struct number *a, const struct number *b)
{
    if (!a->fraction && !b->fraction)
        return decimal_equal(&a->top, &b->top);
    struct rational x, y;
    return number_rational(a, &x) && number_rational(b, &y) && x.top == y.top && x.bottom == y.bottom;
}

void number_print(const struct number *n, struct str *out)
{
    struct rational r;
    if (number_rational(n, &r)) {
        str_printf(out, "%lld", (long long)r.top);
        if (r.bottom != 1)
            str_printf(out, "/%lld", (long long)r.bottom);
        return;
    }
    str_printf(out, "%s%.*se%d", n->top.negative ? "-" : "", n->top.count, n->top.digits, n->top.exponent);
    if (n->fraction)
        str_printf(out, "/%.*se%d", n->bottom.count, n->bottom.digits, n->bottom.exponent);
}
