// Properties of characters, cleaning of bytes, and lists of pieces.
#include <string.h>

#include "base/utf8.h"
#include "model/tokenizer_parts.h"

void ids_push(struct ids *ids, int32_t id)
{
    if (ids->count == ids->room) {
        size_t room = ids->room ? 2 * ids->room : 64;
        ids->data = block_resize(ids->data, ids->room * sizeof *ids->data, room * sizeof *ids->data);
        ids->room = room;
    }
    ids->data[ids->count++] = id;
}

void ids_clear(struct ids *ids)
{
    ids->count = 0;
}

void ids_finish(struct ids *ids)
{
    block_free(ids->data);
    *ids = (struct ids){0};
}

void pieces_push(struct pieces *p, size_t at, size_t size, bool head)
{
    if (!size)
        return;
    if (p->count == p->room) {
        size_t room = p->room ? 2 * p->room : 256;
        p->list = block_resize(p->list, p->room * sizeof *p->list, room * sizeof *p->list);
        p->room = room;
    }
    p->list[p->count++] = (struct piece){at, size, head};
}

void pieces_clear(struct pieces *p)
{
    str_clear(&p->text);
    p->count = 0;
}

void pieces_finish(struct pieces *p)
{
    str_finish(&p->text);
    block_free(p->list);
    *p = (struct pieces){0};
}

bool point_is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool utf8_valid(const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t point;
        int len = (unsigned char)text[i] < 0x80 ? 1 : utf8_decode(text + i, n - i, &point);
        if (!len)
            return false;
        i += (size_t)len;
    }
    return true;
}

// Length of the maximal invalid part at s: the longest beginning of a well-formed sequence, at least one byte.
static size_t invalid_part(const unsigned char *s, size_t n)
{
    if (s[0] < 0xC2 || s[0] > 0xF4)
        return 1;
    size_t want = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    unsigned low = s[0] == 0xE0 ? 0xA0 : s[0] == 0xF0 ? 0x90 : 0x80;
    unsigned high = s[0] == 0xED ? 0x9F : s[0] == 0xF4 ? 0x8F : 0xBF;
    size_t i = 1;
    for (; i < want && i < n; i++) {
        if (s[i] < low || s[i] > high)
            break;
        low = 0x80;
        high = 0xBF;
    }
    return i;
}

void utf8_clean(const char *text, size_t n, struct str *out)
{
    size_t from = 0;
    for (size_t i = 0; i < n;) {
        uint32_t point;
        int len = (unsigned char)text[i] < 0x80 ? 1 : utf8_decode(text + i, n - i, &point);
        if (len) {
            i += (size_t)len;
            continue;
        }
        str_append(out, text + from, i - from);
        str_puts(out, "\xEF\xBF\xBD");
        i += invalid_part((const unsigned char *)text + i, n - i);
        from = i;
    }
    if (from < n)
        str_append(out, text + from, n - from);
}
