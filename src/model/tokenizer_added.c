// Added tokens are sought before anything else: the leftmost, of those the longest, by a trie over bytes.
#include <string.h>

#include "base/utf8.h"
#include "model/tokenizer_parts.h"

// Words as Rust's regex library has them: with the zero-width joiners.
#define WORD "[\\w\\x{200c}\\x{200d}]"

static int32_t new_node(struct trie *t, uint8_t byte, int32_t sibling)
{
    if (t->count == t->room) {
        int32_t room = t->room ? 2 * t->room : 256;
        t->nodes = block_resize(t->nodes, (size_t)t->room * sizeof *t->nodes, (size_t)room * sizeof *t->nodes);
        t->room = room;
    }
    t->nodes[t->count] = (struct trie_node){.child = -1, .sibling = sibling, .added = -1, .byte = byte};
    return t->count++;
}

static int32_t find_child(const struct trie *t, int32_t node, uint8_t byte)
{
    int32_t child = t->nodes[node].child;
    while (child >= 0 && t->nodes[child].byte != byte)
        child = t->nodes[child].sibling;
    return child;
}

static void insert(struct trie *t, const char *text, size_t n, int32_t added)
{
    int32_t node = t->first[(uint8_t)text[0]];
    if (node < 0)
        node = t->first[(uint8_t)text[0]] = new_node(t, (uint8_t)text[0], -1);
    for (size_t i = 1; i < n; i++) {
        int32_t child = find_child(t, node, (uint8_t)text[i]);
        if (child < 0) {
            child = new_node(t, (uint8_t)text[i], t->nodes[node].child);
            t->nodes[node].child = child;
        }
        node = child;
    }
    if (t->nodes[node].added < 0) // of equal texts the first one counts
        t->nodes[node].added = added;
}

bool added_build(struct tokenizer_parts *p, struct err *err)
{
    for (int i = 0; i < 256; i++)
        p->raw.first[i] = p->normalized.first[i] = -1;
    for (int special = 1; special >= 0; special--) { // special ones come first in the reference's order
        for (int32_t i = 0; i < p->added_count; i++) {
            const struct added *a = &p->added[i];
            struct token *t = &p->bpe.tokens[a->id];
            const char *text = t->text;
            size_t n = t->size;
            if (a->special != special)
                continue;
            if (a->single_word && !p->word.code && !regex_open(&p->word, WORD, false, err))
                return false;
            if (a->normalized && !normalize(p, t->text, t->size, &text, &n, err))
                return fail_in(err, "added token \"%.60s\"", t->text);
            if (text != t->text) {
                t->shown = bpe_text(&p->bpe, text, n);
                t->shown_size = (uint32_t)n;
            }
            if (n)
                insert(a->normalized ? &p->normalized : &p->raw, text, n, i);
        }
    }
    return true;
}

static size_t char_before(const char *text, size_t at, uint32_t *point) // length of the character that ends at `at`
{
    size_t len = 1;
    while (len < at && utf8_is_tail(text[at - len]))
        len++;
    utf8_decode(text + at - len, len, point);
    return len;
}

static bool is_word(struct tokenizer_parts *p, const char *text, size_t n)
{
    struct regex_cursor cursor = {0};
    size_t at, end;
    return regex_next(&p->word, text, n, &cursor, &at, &end, NULL) > 0;
}

static bool in_word(struct tokenizer_parts *p, const char *text, size_t n, size_t at, size_t end)
{
    uint32_t c;
    size_t before = at ? char_before(text, at, &c) : 0;
    size_t after = end < n ? (size_t)utf8_decode(text + end, n - end, &c) : 0;
    return (before && is_word(p, text + at - before, before)) || (after && is_word(p, text + end, after));
}

static const struct added *longest(const struct tokenizer_parts *p, const struct trie *t, const char *text, size_t n,
                                   size_t *size)
{
    int32_t node = t->first[(uint8_t)text[0]], found = -1;
    for (size_t i = 1; node >= 0; i++) {
        if (t->nodes[node].added >= 0) {
            found = t->nodes[node].added;
            *size = i;
        }
        node = i < n ? find_child(t, node, (uint8_t)text[i]) : -1;
    }
    return found < 0 ? NULL : &p->added[found];
}

bool added_next(struct tokenizer_parts *p, const struct trie *t, const char *text, size_t n, bool plain,
                struct added_cursor *c, struct added_match *m)
{
    while (c->next < n) {
        size_t size = 0, at = c->next;
        const struct added *a = longest(p, t, text + at, n - at, &size);
        if (!a) {
            c->next++;
            continue;
        }
        size_t end = c->next = at + size;
        if ((plain && a->special) || (a->single_word && in_word(p, text, n, at, end)))
            continue;
        uint32_t point;
        while (a->lstrip && at > c->taken) {
            size_t len = char_before(text, at, &point);
            if (!point_is_space(point))
                break;
            at -= len;
        }
        for (int len; a->rstrip && end < n && (len = utf8_decode(text + end, n - end, &point)) > 0;) {
            if (!point_is_space(point))
                break;
            end += (size_t)len;
        }
        *m = (struct added_match){at, end, a};
        c->taken = end;
        return true;
    }
    return false;
}
