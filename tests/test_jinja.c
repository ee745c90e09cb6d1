// The interpreter of chat templates against jinja2 (tests/golden/chat/features.jsonl by tools/golden_jinja.py), its
// messages, and its limits.
#include "base/arena.h"
#include "base/lines.h"
#include "base/json.h"
#include "model/jinja.h"
#include "test.h"

// Renders with `messages`; false with the message in err.
static bool render(const char *source, size_t n, const struct json *messages, struct str *out, struct err *err)
{
    struct arena memory = {0};
    struct jinja j;
    const struct jinja_template *t = jinja_parse(source, n, &memory, err);
    bool ok = false;
    str_clear(out);
    str_puts(out, "");
    if (t) {
        jinja_open(&j, t);
        jinja_set(&j, "messages", jinja_from_json(&j, messages));
        ok = jinja_render(&j, out, err);
        jinja_close(&j);
    }
    arena_finish(&memory);
    return ok;
}

TEST(jinja, as_jinja2)
{
    struct err err = {0};
    struct str out = {0}, text = {0};
    struct lines in;
    int compared = 0;
    struct json *messages = json_open(test_path("golden/chat/messages.json"), false, &err);
    EXPECT(messages && lines_open(&in, test_path("golden/chat/features.jsonl"), &err), "%s", err.text);
    while (lines_next(&in, &err)) {
        struct json *v = json_parse(in.line.data, in.line.size, false, "features.jsonl", &err);
        const struct json *want = json_get(v, "want");
        struct err said = {0};
        str_clear(&text);
        json_text(json_get(v, "template"), &text);
        bool ok = render(text.data, text.size, messages, &out, &said);
        EXPECT(ok == (json_kind(want) == JSON_STRING), "line %zu: %s %s", in.number, text.data, said.text);
        struct str wanted = {0};
        json_text(want, &wanted);
        EXPECT(!ok || (wanted.size == out.size && memcmp(wanted.data ? wanted.data : "", out.data, out.size) == 0),
               "line %zu: %s\n\"%s\" is not \"%s\"", in.number, text.data, out.data, wanted.data);
        str_finish(&wanted);
        json_close(v);
        compared++;
    }
    EXPECT(compared == 89 && !err.text[0], "%d %s", compared, err.text);
    lines_close(&in);
    json_close(messages);
    str_finish(&out);
    str_finish(&text);
}

TEST(jinja, messages)
{
    static const struct {
        const char *source, *message;
    } rows[] = {
        {"\n{% include 'x' %}", "line 2: the tag `include` is not built in"},
        {"{% for x in y recursive %}{% endfor %}", "line 1: recursive loops are not built in"},
        {"{{ 1|groupby }}", "line 1: the filter `groupby` is not built in"},
        {"{{ [1]|map('groupby')|list }}", "line 1: the filter `groupby` is not built in"},
        {"{{ 1 is sameas }}", "line 1: the test `sameas` is not built in"},
        {"a\n{{ lipsum() }}", "line 2: 'lipsum' is undefined"},
        {"{{ 'a'.encode() }}", "line 1: a str has no `encode`"},
        {"{{ a.b.c }}", "line 1: 'a' is undefined, so it has no `b`"},
        {"{{ [1].append(2) }}", "line 1: `append` would change a list in place, which templates must not"},
        {"{% if x %}\n", "line 1: {% endif %} is missing for a tag of line 1"},
        {"{% endif %}", "line 1: the tag `endif` closes nothing"},
        {"{{ 'a }}", "line 1: a string has no end"},
        {"{{ (1 }}", "line 1: '}' closes nothing"},
        {"{{ 1", "line 1: a tag {{ has no end }}"},
        {"{# 1", "line 1: a comment {# has no end #}"},
        {"{{ ! }}", "line 1: a tag has the character '!'"},
        {"{{ 1 + }}", "line 1: an expression is wanted, not `}}`"},
        {"{% set 1 = 2 %}", "line 1: a name is wanted, not `1`"},
        {"{% break %}", "line 1: `break` is in no loop"},
        {"{{ raise_exception('only two roles') }}", "the template says: only two roles"},
        {"{{ 1 + 'a' }}", "line 1: + is not built in between a int and a str"},
        {"{{ 9223372036854775807 + 1 }}", "line 1: a number is beyond 64 bits"},
        {"{% set x.y = 1 %}", "line 1: x.y is set, but x is no namespace"},
        {"{% set a, b = [1] %}", "line 1: 2 names are set to 1 values"},
        {"{{ namespace }}", "line 1: a function has no text"},
        {"{{ [1]|map('string') }}", "line 1: a generator has no text; the filter `list` makes a list of it"},
        {"{{ none|items }}", "line 1: items: a dict is wanted, not a NoneType"},
        {"{{ range|tojson }}", "line 1: tojson: a function cannot be written as JSON"},
        {"{{ 'a'|replace('b') }}", "line 1: the filter `replace` is given too few arguments"},
        {"{{ 'a'|upper(1) }}", "line 1: the filter `upper` takes 0 arguments, not 1"},
        {"{{ range(200000) }}", "line 1: range: more than 100000 numbers"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {0};
        struct str out = {0};
        EXPECT(!render(rows[i].source, strlen(rows[i].source), NULL, &out, &err), "%s: accepted", rows[i].source);
        EXPECT(strcmp(err.text, rows[i].message) == 0, "%s: %s", rows[i].source, err.text);
        str_finish(&out);
    }
}

// n times `piece`, between two texts.
static void expect_limit(const char *before, const char *piece, size_t n, const char *after, const char *message)
{
    struct str source = {0}, out = {0};
    struct err err = {0};
    str_puts(&source, before);
    for (size_t i = 0; i < n; i++)
        str_puts(&source, piece);
    str_puts(&source, after);
    EXPECT(!render(source.data, source.size, NULL, &out, &err) && strstr(err.text, message), "%.60s: %s", source.data,
           err.text);
    str_finish(&source);
    str_finish(&out);
}

TEST(jinja, limits)
{
    expect_limit("{{ ", "(", 100000, "", "brackets are nested more than 400 deep");
    expect_limit("{{ ", "- ", 100000, "1 }}", "it is nested more than 400 deep");
    expect_limit("{{ ", "not ", 100000, "1 }}", "it is nested more than 400 deep");
    expect_limit("{{ 1", " if 1 else 1", 50000, "}}", "it is nested more than 400 deep");
    expect_limit("{{ a", ".a", 100000, "}}", "it is nested more than 400 deep");
    expect_limit("{{ a", "|list", 100000, "}}", "it is nested more than 400 deep");
    expect_limit("{{ 1", " + 1", 100000, "}}", "nested more than 400 deep");
    expect_limit("", "{% if 1 %}", 100000, "", "it is nested more than 400 deep");
    expect_limit("{% if 1 %}", "{% elif 1 %}", 50000, "{% endif %}", "it is nested more than 400 deep");
    expect_limit("", "x", (1 << 20) + 1, "", "more than 1024 KiB");
    expect_limit("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "", 0, "", "nested more than 400 deep");
    expect_limit("{% set l = range(99999)|list %}{% for a in range(999) %}{% if 'x' in l %}{% endif %}{% endfor %}", "",
                 0, "", "more than 20 million steps");
    expect_limit("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "", 0, "",
                 "needs more than 256 MiB");
    expect_limit("{{ 'x' * 99999999 }}", "", 0, "", "longer than 16 MiB");
    expect_limit("{% for a in range(99999) %}{{ 'xxxxxxxxxx' * 1000 }}{% endfor %}", "", 0, "", "longer than 16 MiB");
    expect_limit("{% set n = namespace(x=[1]) %}{% for a in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}", "", 0,
                 "", "the template ");
    expect_limit("{% set n = namespace(x=[]) %}{% for a in range(999) %}{% set n.x = [n.x] %}{% endfor %}{{ n.x }}", "",
                 0, "", "values are nested more than 400 deep");
}
