// Statements of Jinja. Those that chat templates do not use are refused by name.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/jinja_parts.h"

struct jinja_node *jinja_new(struct jinja_parser *p, enum jinja_node_kind kind)
{
    struct jinja_node *n = arena_array(p->memory, struct jinja_node, 1);
    n->kind = kind;
    n->line = p->at->line;
    return n;
}

bool jinja_parse_fail(struct jinja_parser *p, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return fail(p->err, "line %d: %s", p->at->line, text);
}

bool jinja_is(const struct jinja_parser *p, enum jinja_token_kind kind, const char *text)
{
    return p->at->kind == kind && (!text || text_equals(p->at->text, text));
}

bool jinja_accept(struct jinja_parser *p, enum jinja_token_kind kind, const char *text)
{
    bool yes = jinja_is(p, kind, text);
    p->at += yes;
    return yes;
}

bool jinja_expect(struct jinja_parser *p, enum jinja_token_kind kind, const char *text)
{
    static const char *const kinds[] = {"text",   "{{",       "}}",       "{%",     "%}",
                                        "a name", "a string", "a number", "a sign", "the end"};
    return jinja_accept(p, kind, text) || jinja_parse_fail(p, "%s is wanted, not %s%.*s%s", text ? text : kinds[kind],
                                                           p->at->kind == T_END ? "the end" : "`",
                                                           (int)(p->at->text.size < 40 ? p->at->text.size : 40),
                                                           p->at->text.at, p->at->kind == T_END ? "" : "`");
}

static bool parse_body(struct jinja_parser *p, struct jinja_node **to, const char *const *ends);

// Takes the statements up to one of the tags `ends` (one to three names), of which the name is then at hand.
static bool parse_inside(struct jinja_parser *p, struct jinja_node **to, const char *end, const char *end2,
                         const char *end3)
{
    const char *const ends[] = {end, end2, end3, NULL};
    return jinja_expect(p, T_BLOCK_END, NULL) && parse_body(p, to, ends);
}

static struct jinja_node *parse_if(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_IF);
    n->a = jinja_parse_tuple(p, false);
    if (!n->a || !parse_inside(p, &n->body, "elif", "else", "endif"))
        return NULL;
    if (jinja_accept(p, T_NAME, "elif")) {
        if (++p->depth > JINJA_NESTING) {
            jinja_parse_fail(p, "it is nested more than %d deep", JINJA_NESTING);
            return NULL;
        }
        n->other = parse_if(p);
        p->depth--;
        return n->other ? n : NULL;
    }
    if (jinja_accept(p, T_NAME, "else") && !parse_inside(p, &n->other, "endif", NULL, NULL))
        return NULL;
    return jinja_expect(p, T_NAME, "endif") ? n : NULL;
}

static struct jinja_node *parse_for(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_FOR);
    n->a = jinja_parse_target(p, false);
    if (!n->a || !jinja_expect(p, T_NAME, "in"))
        return NULL;
    n->b = jinja_parse_tuple(p, false);
    if (!n->b)
        return NULL;
    if (jinja_accept(p, T_NAME, "if")) {
        n->c = jinja_parse_expression(p, true);
        if (!n->c)
            return NULL;
    }
    if (jinja_is(p, T_NAME, "recursive")) {
        jinja_parse_fail(p, "recursive loops are not built in");
        return NULL;
    }
    p->loops++;
    bool ok = parse_inside(p, &n->body, "else", "endfor", NULL);
    p->loops--;
    if (!ok || (jinja_accept(p, T_NAME, "else") && !parse_inside(p, &n->other, "endfor", NULL, NULL)))
        return NULL;
    return jinja_expect(p, T_NAME, "endfor") ? n : NULL;
}

static struct jinja_node *parse_set(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_SET);
    n->a = jinja_parse_target(p, true);
    if (!n->a)
        return NULL;
    if (jinja_accept(p, T_OPERATOR, "=")) {
        n->b = jinja_parse_tuple(p, true);
        return n->b ? n : NULL;
    }
    n->kind = N_SET_BLOCK;
    if (jinja_accept(p, T_OPERATOR, "|") && !(n->b = jinja_parse_filters(p, NULL, true)))
        return NULL;
    return parse_inside(p, &n->body, "endset", NULL, NULL) && jinja_expect(p, T_NAME, "endset") ? n : NULL;
}

// (a, b=1) of macros and call blocks.
static bool parse_parameters(struct jinja_parser *p, struct jinja_node *n)
{
    struct jinja_node **end = &n->list;
    bool defaults = false;
    if (!jinja_expect(p, T_OPERATOR, "("))
        return false;
    while (!jinja_is(p, T_OPERATOR, ")")) {
        struct jinja_node *param = jinja_new(p, N_PARAM);
        param->name = p->at->text;
        if (!jinja_expect(p, T_NAME, NULL))
            return false;
        if (jinja_accept(p, T_OPERATOR, "=")) {
            defaults = true;
            if (!(param->a = jinja_parse_expression(p, true)))
                return false;
        } else if (defaults) {
            return jinja_parse_fail(p, "a parameter without a default follows one with a default");
        }
        *end = param;
        end = &param->next;
        if (!jinja_accept(p, T_OPERATOR, ","))
            break;
    }
    return jinja_expect(p, T_OPERATOR, ")");
}

// The body of a macro or call block; notes which of the special names it has.
static bool parse_macro_body(struct jinja_parser *p, struct jinja_node *n, const char *end)
{
    bool varargs = p->varargs, kwargs = p->kwargs, caller = p->caller;
    int loops = p->loops;
    p->varargs = p->kwargs = p->caller = false;
    p->loops = 0;
    bool ok = parse_inside(p, &n->body, end, NULL, NULL) && jinja_expect(p, T_NAME, end);
    n->varargs = p->varargs;
    n->kwargs = p->kwargs;
    n->caller = p->caller;
    p->varargs = p->varargs || varargs;
    p->kwargs = p->kwargs || kwargs;
    p->caller = p->caller || caller;
    p->loops = loops;
    return ok;
}

static struct jinja_node *parse_macro(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_MACRO);
    n->name = p->at->text;
    return jinja_expect(p, T_NAME, NULL) && parse_parameters(p, n) && parse_macro_body(p, n, "endmacro") ? n : NULL;
}

static struct jinja_node *parse_call_block(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_CALL_BLOCK);
    n->name = text_of("caller");
    if (jinja_is(p, T_OPERATOR, "(") && !parse_parameters(p, n))
        return NULL;
    n->a = jinja_parse_expression(p, true);
    if (n->a && n->a->kind != N_CALL) {
        jinja_parse_fail(p, "{%% call %%} is given no call");
        return NULL;
    }
    return n->a && parse_macro_body(p, n, "endcall") ? n : NULL;
}

static struct jinja_node *parse_filter_block(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_FILTER_BLOCK);
    n->a = jinja_parse_filters(p, NULL, true);
    return n->a && parse_inside(p, &n->body, "endfilter", NULL, NULL) && jinja_expect(p, T_NAME, "endfilter") ? n
                                                                                                              : NULL;
}

static struct jinja_node *parse_generation(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_GENERATION);
    p->template->generation = true;
    return parse_macro_body(p, n, "endgeneration") ? n : NULL;
}

static struct jinja_node *parse_jump(struct jinja_parser *p, enum jinja_node_kind kind)
{
    struct jinja_node *n = jinja_new(p, kind);
    if (p->loops == 0) {
        jinja_parse_fail(p, "`%s` is in no loop", kind == N_BREAK ? "break" : "continue");
        return NULL;
    }
    return n;
}

static struct jinja_node *parse_break(struct jinja_parser *p)
{
    return parse_jump(p, N_BREAK);
}

static struct jinja_node *parse_continue(struct jinja_parser *p)
{
    return parse_jump(p, N_CONTINUE);
}

static const struct {
    const char *name;
    struct jinja_node *(*parse)(struct jinja_parser *p);
} statements[] = {
    {"if", parse_if},
    {"for", parse_for},
    {"set", parse_set},
    {"macro", parse_macro},
    {"call", parse_call_block},
    {"filter", parse_filter_block},
    {"generation", parse_generation},
    {"break", parse_break},
    {"continue", parse_continue},
};

static struct jinja_node *parse_statement(struct jinja_parser *p)
{
    struct text name = p->at->text;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        if (jinja_accept(p, T_NAME, statements[i].name))
            return statements[i].parse(p);
    jinja_parse_fail(p, "the tag `%.*s` %s", (int)(name.size < 40 ? name.size : 40), name.at,
                     text_starts(name, "end") || text_starts(name, "el") ? "closes nothing" : "is not built in");
    return NULL;
}

static struct jinja_node *parse_piece(struct jinja_parser *p)
{
    struct jinja_node *n = NULL;
    if (p->at->kind == T_TEXT) {
        n = jinja_new(p, N_TEXT);
        n->name = p->at++->text;
    } else if (jinja_accept(p, T_PRINT_BEGIN, NULL)) {
        n = jinja_new(p, N_PRINT);
        n->a = jinja_parse_tuple(p, true);
        n = n->a && jinja_expect(p, T_PRINT_END, NULL) ? n : NULL;
    } else {
        p->at++; // {%
        n = parse_statement(p);
        n = n && jinja_expect(p, T_BLOCK_END, NULL) ? n : NULL;
    }
    return n;
}

static bool parse_body(struct jinja_parser *p, struct jinja_node **to, const char *const *ends)
{
    int line = p->at->line;
    if (++p->depth > JINJA_NESTING)
        return jinja_parse_fail(p, "it is nested more than %d deep", JINJA_NESTING);
    while (p->at->kind != T_END) {
        for (const char *const *end = ends; p->at->kind == T_BLOCK_BEGIN && end && *end; end++) {
            if (p->at[1].kind == T_NAME && text_equals(p->at[1].text, *end)) {
                p->at++;
                p->depth--;
                return true;
            }
        }
        struct jinja_node *n = parse_piece(p);
        if (!n)
            return false;
        *to = n;
        to = &n->next;
    }
    p->depth--;
    return !ends || jinja_parse_fail(p, "{%% %s %%} is missing for a tag of line %d",
                                     ends[2]   ? ends[2]
                                     : ends[1] ? ends[1]
                                               : ends[0],
                                     line);
}

struct jinja_template *jinja_parse(const char *source, size_t n, struct arena *memory, struct err *err)
{
    struct jinja_template *t = arena_array(memory, struct jinja_template, 1);
    struct jinja_parser p = {.memory = memory, .template = t, .err = err};
    p.at = jinja_lex(source, n, memory, err);
    return p.at && parse_body(&p, &t->body, NULL) ? t : NULL;
}

bool jinja_reads(const struct jinja_template *t, const char *name)
{
    for (const struct jinja_name *i = t->names; i; i = i->next)
        if (text_equals(i->name, name))
            return true;
    return false;
}

bool jinja_has_generation(const struct jinja_template *t)
{
    return t->generation;
}
