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

// What opens a block: `length` of ` or ~, at least three, after `indent` blanks (0 where text comes before it).
struct fence {
    char mark;
    size_t length, indent;
    struct text language; // the word after it, maybe empty
};

static size_t run_of(struct text line, size_t at, char mark)
{
    size_t n = 0;
    while (at + n < line.size && line.at[at + n] == mark)
        n++;
    return n;
}

static size_t indent_of(struct text line)
{
    size_t n = 0;
    while (n < line.size && (line.at[n] == ' ' || line.at[n] == '\t'))
        n++;
    return n;
}

// Whether a block opens in this line: a fence with one word or none after it. One of ` may follow other text, as in
// "<answer>```python"; one of ~ begins the line, since ~~~ also strikes words out.
static bool opens(struct text line, struct fence *f)
{
    size_t indent = indent_of(line), at = indent;
    f->mark = run_of(line, at, '~') >= 3 ? '~' : '`';
    if (f->mark == '`') {
        at = text_rfind(line, line.size, "```");
        if (at == (size_t)-1)
            return false;
        while (at > 0 && line.at[at - 1] == '`')
            at--;
    }
    f->length = run_of(line, at, f->mark);
    f->indent = at == indent ? indent : 0;
    at += f->length;
    f->language = text_trim((struct text){line.at + at, line.size - at});
    return !memchr(f->language.at, ' ', f->language.size) && !memchr(f->language.at, '<', f->language.size);
}

static bool closes(struct text line, const struct fence *f)
{
    return run_of(line, indent_of(line), f->mark) >= f->length;
}

// The lines of a block, each without as many blanks as its fence has before it (so does Markdown).
static void append_block(struct text block, size_t indent, struct str *code)
{
    for (size_t at = 0; at < block.size;) {
        struct text line = line_at(block, at);
        size_t blanks = indent_of(line), cut = blanks < indent ? blanks : indent;
        at += line.size + 1;
        str_append(code, line.at + cut, line.size - cut);
        str_putc(code, '\n');
    }
}

bool code_block_find(struct text t, const char *language, struct str *code)
{
    static const char think[] = "</think>";
    size_t answer = text_rfind(t, t.size, think), begin = 0, indent = 0;
    bool open = false, found = false, unnamed = false;
    struct fence fence = {0};
    struct text last = {0};
    if (answer != (size_t)-1)
        t = (struct text){t.at + answer + strlen(think), t.size - answer - strlen(think)};
    for (size_t at = 0; at < t.size;) {
        struct text line = line_at(t, at);
        size_t next = at + line.size + 1;
        if (!open && opens(line, &fence)) {
            open = true;
            begin = next;
        } else if (open && closes(line, &fence)) {
            bool named = code_language_same(fence.language, language);
            open = false;
            if (named || (fence.language.size == 0 && !found)) {
                last = (struct text){t.at + begin, at - begin};
                indent = fence.indent;
                found |= named;
                unnamed |= !named;
            }
        }
        at = next;
    }
    append_block(last, indent, code);
    return found || unnamed;
}
