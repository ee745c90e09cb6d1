// The normalizers. Unicode forms: Unicode Standard Annex 15, with utf8proc's tables.
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "model/tokenizer_parts.h"

// Characters that form C leaves as they are whatever stands beside them (NFC_Quick_Check=Yes and combining class 0;
// DerivedNormalizationProps.txt); not all of them, those of much text.
static bool nfc_inert(uint32_t c)
{
    return c < 0x300 || (c >= 0x400 && c <= 0x482) || (c >= 0x2010 && c <= 0x2027) || (c >= 0x3001 && c <= 0x3029) ||
           (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A0 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x9FFF) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xFF01 && c <= 0xFF9D) || (c >= 0x1F300 && c <= 0x1FAFF);
}

// Characters with a combining class or a decomposition that came after Unicode 9, the version of the reference's
// tables: there they are starters that stay as they are (DerivedAge.txt, UnicodeData.txt).
static const uint32_t later[][2] = {
    {0x7FD, 0x7FD},     {0x897, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},     {0xC3C, 0xC3C},
    {0xD3B, 0xD3C},     {0xEBA, 0xEBA},     {0x1715, 0x1715},   {0x1ABF, 0x1AEB},   {0x1DF6, 0x1DFA},
    {0x32FF, 0x32FF},   {0xA7F1, 0xA7F4},   {0xA82C, 0xA82C},   {0xAB69, 0xAB69},   {0x105C9, 0x105E4},
    {0x10781, 0x107BA}, {0x10D24, 0x10D27}, {0x10D69, 0x10D6D}, {0x10EAB, 0x10EAC}, {0x10EFC, 0x10EFF},
    {0x10F46, 0x10F50}, {0x10F82, 0x10F85}, {0x11070, 0x11070}, {0x1133B, 0x1133B}, {0x11380, 0x113E2},
    {0x1145E, 0x1145E}, {0x11839, 0x1183A}, {0x11938, 0x11938}, {0x1193D, 0x1193E}, {0x11943, 0x11943},
    {0x119E0, 0x119E0}, {0x11A34, 0x11A34}, {0x11A47, 0x11A47}, {0x11A99, 0x11A99}, {0x11D42, 0x11D42},
    {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x11F41, 0x11F42}, {0x16121, 0x1612F}, {0x16D68, 0x16D6A},
    {0x16FF0, 0x16FF1}, {0x1CCD6, 0x1CCF9}, {0x1E030, 0x1E08F}, {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE},
    {0x1E2EC, 0x1E2EF}, {0x1E4EC, 0x1E4EF}, {0x1E5EE, 0x1E5EF}, {0x1F16C, 0x1F16C}, {0x1FBF0, 0x1FBF9},
};

static bool is_later(uint32_t c)
{
    for (size_t i = 0; i < sizeof later / sizeof *later && c >= later[i][0]; i++)
        if (c <= later[i][1])
            return true;
    return false;
}

// Characters that compose with nothing, so that composing may stop at them. U+11A7 is one before the first final
// consonant of Hangul: utf8proc 2.8 takes it for a consonant and drops it.
static bool stays_alone(int32_t point)
{
    return point == 0x11A7 || is_later((uint32_t)point);
}

static bool already(enum normalizer_kind kind, const char *in, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t c = (unsigned char)in[i];
        int len = c < 0x80 ? 1 : utf8_decode(in + i, n - i, &c);
        if (c >= 0x80 && (kind != NORMALIZE_NFC || !nfc_inert(c)))
            return false;
        i += (size_t)len;
    }
    return true;
}

static int combining_class(int32_t point)
{
    if (is_later((uint32_t)point))
        return 0;
    return utf8proc_get_property(point)->combining_class;
}

// Canonical ordering of one run of marks: a stable sort by combining class, by counting when the run is long.
static void order_marks(int32_t *marks, size_t n)
{
    if (n < 32) {
        for (size_t i = 1; i < n; i++) {
            int32_t m = marks[i];
            size_t j = i;
            for (; j && combining_class(marks[j - 1]) > combining_class(m); j--)
                marks[j] = marks[j - 1];
            marks[j] = m;
        }
        return;
    }
    size_t start[257] = {0};
    int32_t *copy = block_resize(NULL, 0, n * sizeof *copy);
    memcpy(copy, marks, n * sizeof *copy);
    for (size_t i = 0; i < n; i++)
        start[combining_class(copy[i]) + 1]++;
    for (int c = 1; c <= 256; c++)
        start[c] += start[c - 1];
    for (size_t i = 0; i < n; i++)
        marks[start[combining_class(copy[i])]++] = copy[i];
    block_free(copy);
}

static void put_points(const int32_t *points, size_t n, struct str *out)
{
    for (size_t i = 0; i < n; i++) {
        char bytes[4];
        str_append(out, bytes, (size_t)utf8_encode((uint32_t)points[i], bytes));
    }
}

static void unicode_form(struct tokenizer_parts *p, enum normalizer_kind kind, const char *in, size_t n,
                         struct str *out)
{
    int k = kind - NORMALIZE_NFC;
    utf8proc_option_t compat = k & 2 ? UTF8PROC_COMPAT : 0;
    enum { LONGEST = 32 }; // decompositions have at most 18 characters (U+FDFA)
    size_t count = 0;
    for (size_t i = 0; i < n;) {
        uint32_t c = 0;
        i += (size_t)utf8_decode(in + i, n - i, &c);
        if (p->point_room < count + LONGEST) {
            size_t room = 2 * p->point_room + n + LONGEST;
            p->points = block_resize(p->points, p->point_room * sizeof *p->points, room * sizeof *p->points);
            p->point_room = room;
        }
        int bound = 0;
        if (is_later(c)) {
            p->points[count++] = (int32_t)c;
            continue;
        }
        utf8proc_ssize_t got = utf8proc_decompose_char((utf8proc_int32_t)c, p->points + count, LONGEST,
                                                       UTF8PROC_DECOMPOSE | compat, &bound);
        check(got >= 0 && got <= LONGEST, "decomposition of U+%04X", c);
        count += (size_t)got;
    }
    for (size_t i = 0; i < count;) {
        size_t from = i;
        while (i < count && combining_class(p->points[i]))
            i++;
        order_marks(p->points + from, i - from);
        i += i == from;
    }
    for (size_t i = 0; i < count;) {
        size_t from = i;
        while (i < count && !stays_alone(p->points[i]))
            i++;
        size_t size = i - from;
        if (!(k & 1))
            size = (size_t)utf8proc_normalize_utf32(p->points + from, (utf8proc_ssize_t)size,
                                                    UTF8PROC_STABLE | UTF8PROC_COMPOSE);
        put_points(p->points + from, size, out);
        if (i < count)
            put_points(p->points + i++, 1, out);
    }
}

static void lowercase(const char *in, size_t n, struct str *out)
{
    for (size_t i = 0; i < n;) {
        uint32_t c = 0;
        char bytes[4];
        i += (size_t)utf8_decode(in + i, n - i, &c);
        if (c == 0x130) // the one character whose lower case has two (SpecialCasing.txt)
            str_puts(out, "i\xCC\x87");
        else
            str_append(out, bytes, (size_t)utf8_encode((uint32_t)utf8proc_tolower((utf8proc_int32_t)c), bytes));
    }
}

static bool replace(struct normalizer *s, const char *in, size_t n, struct str *out, struct err *err)
{
    struct regex_cursor cursor = {0};
    size_t from = 0, at, end;
    int found;
    while ((found = regex_next(&s->pattern, in, n, &cursor, &at, &end, err)) > 0) {
        str_append(out, in + from, at - from);
        str_puts(out, s->content);
        from = end;
    }
    str_append(out, in + from, n - from);
    return found == 0;
}

static void strip(const struct normalizer *s, const char **in, size_t *n)
{
    uint32_t c;
    int len;
    while (s->left && *n && (len = utf8_decode(*in, *n, &c)) && point_is_space(c)) {
        *in += len;
        *n -= (size_t)len;
    }
    while (s->right && *n) {
        size_t back = 1;
        while (back < *n && utf8_is_tail((*in)[*n - back]))
            back++;
        if (!utf8_decode(*in + *n - back, back, &c) || !point_is_space(c))
            break;
        *n -= back;
    }
}

bool normalize(struct tokenizer_parts *p, const char *in, size_t n, const char **out, size_t *out_n, struct err *err)
{
    bool ok = true;
    for (int i = 0; ok && i < p->normalizer_count; i++) {
        struct normalizer *s = &p->normalizers[i];
        if (s->kind == NORMALIZE_STRIP) {
            strip(s, &in, &n);
            continue;
        }
        if (s->kind == NORMALIZE_PREPEND ? !n : s->kind <= NORMALIZE_NFKD && already(s->kind, in, n))
            continue;
        // `in` may lie in p->lent, so the result goes to p->spare and the two change places.
        str_clear(&p->spare);
        str_puts(&p->spare, s->kind == NORMALIZE_PREPEND ? s->content : "");
        if (s->kind == NORMALIZE_PREPEND)
            str_append(&p->spare, in, n);
        else if (s->kind == NORMALIZE_LOWERCASE)
            lowercase(in, n, &p->spare);
        else if (s->kind == NORMALIZE_REPLACE)
            ok = replace(s, in, n, &p->spare, err);
        else
            unicode_form(p, s->kind, in, n, &p->spare);
        struct str result = p->spare;
        p->spare = p->lent;
        p->lent = result;
        in = result.data;
        n = result.size;
    }
    *out = in;
    *out_n = n;
    return ok;
}
