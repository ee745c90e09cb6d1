// Statements: running a template's tree.
#include <stdio.h>
#include <string.h>

#include "model/jinja_parts.h"

enum flow { GO_ON, BREAK, CONTINUE };

static enum flow run(struct jinja *j, struct jinja_scope *s, const struct jinja_node *body);

bool jinja_failed(const struct jinja *j)
{
    return j->err.text[0] != 0;
}

bool jinja_step(struct jinja *j, size_t n)
{
    j->steps += n;
    if (j->steps > JINJA_STEPS)
        jinja_fail(j, "the template takes more than %d million steps", JINJA_STEPS / 1000000);
    return !jinja_failed(j);
}

static bool enter(struct jinja *j)
{
    if (j->depth >= JINJA_NESTING)
        jinja_fail(j, "blocks, calls and operators are nested more than %d deep", JINJA_NESTING);
    if (!jinja_step(j, 1))
        return false;
    j->depth++;
    return true;
}

void jinja_define(struct jinja *j, struct jinja_scope *s, struct text name, struct jinja_value v)
{
    for (struct jinja_variable *i = s->variables; i; i = i->next) {
        if (i->name.size == name.size && memcmp(i->name.at, name.at, name.size) == 0) {
            i->value = v;
            return;
        }
    }
    struct jinja_variable *to = jinja_alloc(j, sizeof *to);
    *to = (struct jinja_variable){name, v, s->variables};
    s->variables = to;
}

static struct jinja_scope *inner(struct jinja *j, struct jinja_scope *outer)
{
    struct jinja_scope *s = jinja_alloc(j, sizeof *s);
    s->outer = outer;
    return s;
}

static void put(struct jinja *j, struct text t)
{
    str_append(j->out, t.at, t.size);
    if (j->out->size > JINJA_OUTPUT)
        jinja_fail(j, "the text is longer than %d MiB", JINJA_OUTPUT >> 20);
}

// The text of a body, in a scope of its own where `s` is one.
static struct jinja_value capture(struct jinja *j, struct jinja_scope *s, const struct jinja_node *body,
                                  enum flow *flow)
{
    struct str text = {0}, *out = j->out;
    j->out = &text;
    *flow = run(j, s, body);
    j->out = out;
    return jinja_take(j, &text);
}

static void set_member(struct jinja *j, struct jinja_scope *s, const struct jinja_node *target, struct jinja_value v)
{
    struct jinja_value of = jinja_eval(j, s, target->a);
    if (of.kind != JINJA_NAMESPACE)
        jinja_fail(j, "%.*s.%.*s is set, but %.*s is no namespace", (int)target->a->name.size, target->a->name.at,
                   (int)target->name.size, target->name.at, (int)target->a->name.size, target->a->name.at);
    else
        jinja_put(j, of, jinja_text(target->name), v);
}

static void assign(struct jinja *j, struct jinja_scope *s, const struct jinja_node *target, struct jinja_value v)
{
    if (target->kind == N_NAME) {
        jinja_define(j, s, target->name, v);
        return;
    }
    if (target->kind == N_ATTR) {
        set_member(j, s, target, v);
        return;
    }
    const struct jinja_list *l = jinja_walk(j, v);
    size_t i = 0, wanted = 0;
    for (const struct jinja_node *n = target->list; n; n = n->next)
        wanted++;
    if (!jinja_failed(j) && l->count != wanted)
        jinja_fail(j, "%zu names are set to %zu values", wanted, l->count);
    for (const struct jinja_node *n = target->list; n && !jinja_failed(j); n = n->next)
        assign(j, s, n, l->at[i++]);
}

// The elements that the loop's `if` lets through.
static const struct jinja_list *filtered(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n,
                                         const struct jinja_list *all)
{
    struct jinja_value kept = jinja_list(j, FORM_LIST);
    for (size_t i = 0; i < all->count && jinja_step(j, 1); i++) {
        struct jinja_scope *turn = inner(j, s);
        assign(j, turn, n->a, all->at[i]);
        if (jinja_true(j, jinja_eval(j, turn, n->c)))
            jinja_push(j, kept, all->at[i]);
    }
    return kept.list;
}

static enum flow run_for(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    const struct jinja_list *items = jinja_walk(j, jinja_eval(j, s, n->b));
    if (jinja_failed(j))
        return GO_ON;
    if (n->c)
        items = filtered(j, s, n, items);
    if (items->count == 0)
        return n->other ? run(j, inner(j, s), n->other) : GO_ON;
    struct jinja_value loop = {.kind = JINJA_LOOP, .loop = jinja_alloc(j, sizeof *loop.loop)};
    *loop.loop = (struct jinja_loop){.items = items};
    for (size_t i = 0; i < items->count && jinja_step(j, 1); i++) {
        struct jinja_scope *turn = inner(j, s); // what a turn sets does not outlive it
        loop.loop->index = i;
        jinja_define(j, turn, text_of("loop"), loop);
        assign(j, turn, n->a, items->at[i]);
        if (run(j, turn, n->body) == BREAK)
            break;
    }
    return GO_ON;
}

static enum flow run_set_block(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    enum flow flow;
    struct jinja_value v = capture(j, inner(j, s), n->body, &flow);
    if (flow == GO_ON)
        assign(j, s, n->a, n->b ? jinja_apply_filters(j, s, n->b, v) : v);
    return flow;
}

static void run_call_block(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    struct jinja_value caller = {.kind = JINJA_MACRO, .macro = jinja_alloc(j, sizeof *caller.macro)};
    *caller.macro = (struct jinja_macro){n->name, n, s};
    struct jinja_scope *with = inner(j, s);
    jinja_define(j, with, text_of(" caller"), caller); // found by eval's N_CALL; no template can name it
    struct jinja_value v = jinja_eval(j, with, n->a);
    put(j, jinja_to_text(j, v));
}

static void run_generation(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    size_t begin = j->out->size;
    run(j, inner(j, s), n->body);
    if (j->out != j->root || jinja_failed(j)) // inside of a macro its place in the text is not known
        return;
    if (j->span_count == j->span_room) {
        struct jinja_span *to = jinja_alloc(j, sizeof *to * (j->span_room * 2 + 8));
        if (!to)
            return;
        if (j->span_count)
            memcpy(to, j->spans, sizeof *to * j->span_count);
        j->spans = to;
        j->span_room = j->span_room * 2 + 8;
    }
    j->spans[j->span_count++] = (struct jinja_span){begin, j->out->size};
}

static enum flow run_one(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    enum flow flow = GO_ON;
    struct jinja_value v;
    switch (n->kind) {
    case N_TEXT:
        put(j, n->name);
        break;
    case N_PRINT:
        v = jinja_eval(j, s, n->a);
        if (!jinja_failed(j))
            put(j, jinja_to_text(j, v));
        break;
    case N_IF:
        return run(j, s, jinja_true(j, jinja_eval(j, s, n->a)) ? n->body : n->other);
    case N_FOR:
        return run_for(j, s, n);
    case N_SET:
        assign(j, s, n->a, jinja_eval(j, s, n->b));
        break;
    case N_SET_BLOCK:
        return run_set_block(j, s, n);
    case N_MACRO:
        v = (struct jinja_value){.kind = JINJA_MACRO, .macro = jinja_alloc(j, sizeof *v.macro)};
        *v.macro = (struct jinja_macro){n->name, n, s};
        jinja_define(j, s, n->name, v);
        break;
    case N_CALL_BLOCK:
        run_call_block(j, s, n);
        break;
    case N_FILTER_BLOCK:
        v = capture(j, inner(j, s), n->body, &flow);
        if (!jinja_failed(j))
            put(j, jinja_to_text(j, jinja_apply_filters(j, s, n->a, v)));
        return flow;
    case N_GENERATION:
        run_generation(j, s, n);
        break;
    case N_BREAK:
        return BREAK;
    case N_CONTINUE:
        return CONTINUE;
    default:
        check(false, "statement of kind %d", (int)n->kind);
    }
    return GO_ON;
}

static enum flow run(struct jinja *j, struct jinja_scope *s, const struct jinja_node *body)
{
    enum flow flow = GO_ON;
    if (!enter(j))
        return GO_ON;
    for (const struct jinja_node *n = body; n && flow == GO_ON && jinja_step(j, 1); n = n->next) {
        j->line = n->line;
        flow = run_one(j, s, n);
    }
    j->depth--;
    return flow;
}

// ---- Macros ----

static bool is_key(const struct jinja_args *args, struct text name, size_t *i)
{
    for (*i = 0; *i < args->key_count; ++*i)
        if (args->keys[*i].name.size == name.size && memcmp(args->keys[*i].name.at, name.at, name.size) == 0)
            return true;
    return false;
}

// Arguments that no parameter takes: varargs and kwargs where the body has these names, else an error.
static void bind_rest(struct jinja *j, struct jinja_scope *s, const struct jinja_macro *m,
                      const struct jinja_args *args, size_t params)
{
    const struct jinja_node *n = m->node;
    if (args->count > params && !n->varargs)
        jinja_fail(j, "macro %.*s takes %zu arguments, not %zu", (int)m->name.size, m->name.at, params, args->count);
    struct jinja_value rest = jinja_list(j, FORM_TUPLE), named = jinja_dict(j);
    for (size_t i = params; i < args->count; i++)
        jinja_push(j, rest, args->at[i]);
    for (size_t i = 0; i < args->key_count; i++) {
        struct text name = args->keys[i].name;
        bool known = text_equals(name, "caller") && n->caller;
        for (const struct jinja_node *p = n->list; p && !known; p = p->next)
            known = p->name.size == name.size && memcmp(p->name.at, name.at, name.size) == 0;
        if (!known && !n->kwargs)
            jinja_fail(j, "macro %.*s has no parameter %.*s", (int)m->name.size, m->name.at, (int)name.size, name.at);
        if (!known)
            jinja_put(j, named, jinja_text(name), args->keys[i].value);
    }
    if (n->varargs)
        jinja_define(j, s, text_of("varargs"), rest);
    if (n->kwargs)
        jinja_define(j, s, text_of("kwargs"), named);
}

struct jinja_value jinja_call_macro(struct jinja *j, const struct jinja_macro *m, const struct jinja_args *args)
{
    struct jinja_scope *s = inner(j, m->scope);
    size_t i = 0, k;
    int line = j->line;
    for (const struct jinja_node *p = m->node->list; p && !jinja_failed(j); p = p->next, i++) {
        bool named = is_key(args, p->name, &k);
        if (named && i < args->count)
            return jinja_fail(j, "macro %.*s is given %.*s twice", (int)m->name.size, m->name.at, (int)p->name.size,
                              p->name.at);
        struct jinja_value v =
            i < args->count ? args->at[i]
            : named         ? args->keys[k].value
            : p->a          ? jinja_eval(j, s, p->a)
                            : jinja_undefined(j, "parameter '%.*s' was not given", (int)p->name.size, p->name.at);
        jinja_define(j, s, p->name, v);
    }
    bind_rest(j, s, m, args, i);
    if (m->node->kind == N_MACRO && m->node->caller)
        jinja_define(j, s, text_of("caller"),
                     is_key(args, text_of("caller"), &k) ? args->keys[k].value
                                                         : jinja_undefined(j, "no caller is defined"));
    if (jinja_failed(j))
        return jinja_none();
    enum flow flow;
    struct jinja_value v = capture(j, s, m->node->body, &flow);
    if (!jinja_failed(j))
        j->line = line;
    return v;
}

// ---- The whole ----

void jinja_open(struct jinja *j, const struct jinja_template *t)
{
    *j = (struct jinja){.template = t};
    j->globals = inner(j, NULL);
}

void jinja_set(struct jinja *j, const char *name, struct jinja_value v)
{
    jinja_define(j, j->globals, text_of(name), v);
}

bool jinja_render(struct jinja *j, struct str *out, struct err *err)
{
    struct str text = {0};
    j->out = j->root = &text;
    if (!jinja_failed(j))
        run(j, inner(j, j->globals), j->template->body);
    if (!jinja_failed(j))
        str_append(out, text.data ? text.data : "", text.size);
    str_finish(&text);
    return !jinja_failed(j) || fail(err, "%s", j->err.text);
}

void jinja_close(struct jinja *j)
{
    arena_finish(&j->memory);
    *j = (struct jinja){0};
}
