#include <string.h>
#include <strings.h>

#include "verify/code.h"

static const struct {
    const char *name, *other;
} synonyms[] = {
    {"python", "py"}, {"python", "python3"}, {"cpp", "c++"}, {"javascript", "js"}, {"bash", "sh"}, {"typescript", "ts"},
};

static bool same_word(struct text a, const char *b)
{
    return a.size == strlen(b) && strncasecmp(a.at, b, a.size) == 0;
}

bool code_language_same(struct text named, const char *language)
{
    if (same_word(named, language))
        return true;
    for (size_t i = 0; i < sizeof synonyms / sizeof *synonyms; i++)
        if ((strcasecmp(synonyms[i].name, language) == 0 && same_word(named, synonyms[i].other)) ||
            (strcasecmp(synonyms[i].other, language) == 0 && same_word(named, synonyms[i].name)))
            return true;
    return false;
}

static struct text line_at(struct text t, size_t at)
{
    const char *end = memchr(t.at + at, '\n', t.size - at);
    return (struct text){t.at + at, end ? (size_t)(end - t.at) - at : t.size - at};
}

// Whether a block opens in this line: a fence, wherever it stands, with one word or none behind it.
static bool opens(struct text line, struct text *language)
{
    size_t at = text_rfind(line, line.size, "```");
    if (at == (size_t)-1)
        return false;
    *language = text_trim((struct text){line.at + at + 3, line.size - at - 3});
    return !memchr(language->at, ' ', language->size) && !memchr(language->at, '<', language->size);
}

bool code_block_find(struct text t, const char *language, struct text *code)
{
    static const char think[] = "</think>";
    size_t answer = text_rfind(t, t.size, think), begin = 0;
    bool open = false, found = false, unnamed = false;
    struct text named = {0}, last = {0};
    if (answer != (size_t)-1)
        t = (struct text){t.at + answer + strlen(think), t.size - answer - strlen(think)};
    for (size_t at = 0; at < t.size;) {
        struct text line = line_at(t, at);
        size_t next = at + line.size + 1;
        if (!open && opens(line, &named)) {
            open = true;
            begin = next;
        } else if (open && text_starts(text_trim(line), "```")) {
            struct text inside = {t.at + begin, at - begin};
            open = false;
            if (code_language_same(named, language)) {
                *code = inside;
                found = true;
            } else if (named.size == 0) {
                last = inside;
                unnamed = true;
            }
        }
        at = next;
    }
    if (!found && unnamed)
        *code = last;
    return found || unnamed;
}
