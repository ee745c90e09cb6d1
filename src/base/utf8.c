#include "base/utf8.h"

int utf8_decode(const char *s, size_t n, uint32_t *point)
{
    const unsigned char *u = (const unsigned char *)s;
    if (n == 0)
        return 0;
    if (u[0] < 0x80) {
        *point = u[0];
        return 1;
    }
    int len = u[0] >= 0xF0 ? 4 : u[0] >= 0xE0 ? 3 : 2;
    if (u[0] < 0xC2 || u[0] > 0xF4 || (size_t)len > n)
        return 0;
    uint32_t p = u[0] & (0xFFu >> (len + 1));
    for (int i = 1; i < len; i++) {
        if ((u[i] & 0xC0) != 0x80)
            return 0;
        p = p << 6 | (u[i] & 0x3Fu);
    }
    if ((len == 3 && p < 0x800) || (len == 4 && p < 0x10000) || p > 0x10FFFF || (p >= 0xD800 && p <= 0xDFFF))
        return 0;
    *point = p;
    return len;
}

int utf8_encode(uint32_t point, char out[4])
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    int len = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (int i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (char)((0xF00 >> len & 0xFF) | point);
    return len;
}

size_t utf8_incomplete(const char *s, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        unsigned char c = (unsigned char)s[n - back];
        if (c < 0x80)
            return 0;
        if (c >= 0xC2) {
            size_t len = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
            return len > back ? back : 0;
        }
    }
    return 0;
}
