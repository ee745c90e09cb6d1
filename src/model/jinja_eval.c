// Expressions: evaluating a template's tree.
#include <string.h>

#include "model/jinja_parts.h"

static struct jinja_value look_up(struct jinja *j, const struct jinja_scope *s, struct text name)
{
    for (; s; s = s->outer)
        for (const struct jinja_variable *v = s->variables; v; v = v->next)
            if (v->name.size == name.size && memcmp(v->name.at, name.at, name.size) == 0)
                return v->value;
    const struct jinja_function *f = jinja_function(jinja_globals, name);
    if (!f)
        return jinja_undefined(j, "'%.*s' is undefined", (int)(name.size < 80 ? name.size : 80), name.at);
    struct jinja_value v = {.kind = JINJA_METHOD, .method = jinja_alloc(j, sizeof *v.method)};
    *v.method = (struct jinja_method){f, jinja_none()};
    return v;
}

static struct jinja_value eval_list(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    struct jinja_value v = jinja_list(j, n->kind == N_TUPLE ? FORM_TUPLE : FORM_LIST);
    for (const struct jinja_node *i = n->list; i && !jinja_failed(j); i = i->next)
        jinja_push(j, v, jinja_eval(j, s, i));
    return v;
}

static struct jinja_value eval_dict(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    struct jinja_value v = jinja_dict(j);
    for (const struct jinja_node *i = n->list; i && !jinja_failed(j); i = i->next) {
        struct jinja_value key = jinja_eval(j, s, i->a);
        jinja_put(j, v, key, jinja_eval(j, s, i->b));
    }
    return v;
}

static struct jinja_value eval_concat(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    struct str text = {0};
    for (const struct jinja_node *i = n->list; i && !jinja_failed(j); i = i->next) {
        struct text t = jinja_to_text(j, jinja_eval(j, s, i));
        str_append(&text, t.at, t.size);
    }
    return jinja_take(j, &text);
}

static bool compare(struct jinja *j, char op, struct jinja_value a, struct jinja_value b)
{
    switch (op) {
    case '=':
        return jinja_equal(j, a, b);
    case '!':
        return !jinja_equal(j, a, b);
    case 'i':
        return jinja_contains(j, b, a);
    case 'n':
        return !jinja_contains(j, b, a);
    default: {
        int c = jinja_compare(j, a, b);
        return op == '<' ? c < 0 : op == '>' ? c > 0 : op == 'l' ? c <= 0 : c >= 0;
    }
    }
}

static struct jinja_value eval_compare(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    struct jinja_value a = jinja_eval(j, s, n->a);
    bool holds = true;
    for (const struct jinja_node *i = n->list; i && holds && !jinja_failed(j); i = i->next) {
        struct jinja_value b = jinja_eval(j, s, i->a);
        holds = compare(j, i->op, a, b); // NaN compares as equal to everything here; no template makes one
        a = b;
    }
    return jinja_bool(holds);
}

static struct jinja_value negate(struct jinja *j, const struct jinja_node *n, struct jinja_value v)
{
    int64_t i;
    if (v.kind == JINJA_FLOAT)
        return jinja_float(n->kind == N_NEG ? -v.real : v.real);
    if (!jinja_integer(v, &i))
        return v.kind == JINJA_UNDEFINED ? jinja_fail(j, "%s", v.missing)
                                         : jinja_fail(j, "a %s has no sign", jinja_kind_name(v));
    if (n->kind == N_POS)
        return jinja_int(i);
    return i == INT64_MIN ? jinja_fail(j, "a number is beyond 64 bits") : jinja_int(-i);
}

// ---- Calls ----

struct growing {
    struct jinja_args args;
    size_t room, key_room;
};

static void add_key(struct jinja *j, struct growing *g, struct text name, struct jinja_value v)
{
    if (g->args.key_count == g->key_room) {
        size_t more = g->key_room * 2 + 4;
        struct jinja_keyword *to = jinja_alloc(j, sizeof *to * more);
        if (!to)
            return;
        if (g->args.key_count)
            memcpy(to, g->args.keys, sizeof *to * g->args.key_count);
        g->args.keys = to;
        g->key_room = more;
    }
    g->args.keys[g->args.key_count++] = (struct jinja_keyword){name, v};
}

static void add_value(struct jinja *j, struct growing *g, struct jinja_value v)
{
    if (g->args.count == g->room) {
        size_t more = g->room * 2 + 4;
        struct jinja_value *to = jinja_alloc(j, sizeof *to * more);
        if (!to)
            return;
        if (g->args.count)
            memcpy(to, g->args.at, sizeof *to * g->args.count);
        g->args.at = to;
        g->room = more;
    }
    g->args.at[g->args.count++] = v;
}

static void add_star(struct jinja *j, struct growing *g, char op, struct jinja_value v)
{
    if (op == '1') {
        const struct jinja_list *l = jinja_walk(j, v);
        for (size_t i = 0; !jinja_failed(j) && i < l->count && jinja_step(j, 1); i++)
            add_value(j, g, l->at[i]);
    } else if (v.kind != JINJA_DICT) {
        jinja_fail(j, "** needs a dict, not a %s", jinja_kind_name(v));
    } else {
        for (size_t i = 0; i < v.dict->count && jinja_step(j, 1); i++) {
            if (v.dict->at[i].key.kind != JINJA_STRING)
                jinja_fail(j, "** needs a dict whose keys are texts");
            else
                add_key(j, g, v.dict->at[i].key.text, v.dict->at[i].value);
        }
    }
}

static struct jinja_args eval_args(struct jinja *j, struct jinja_scope *s, const struct jinja_node *list)
{
    struct growing g = {0};
    for (const struct jinja_node *i = list; i && !jinja_failed(j); i = i->next) {
        if (i->kind == N_KEYWORD)
            add_key(j, &g, i->name, jinja_eval(j, s, i->a));
        else if (i->kind == N_STAR)
            add_star(j, &g, i->op, jinja_eval(j, s, i->a));
        else
            add_value(j, &g, jinja_eval(j, s, i));
    }
    return g.args;
}

static struct jinja_value eval_call(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    // the call of {% call %} gets the block as caller (jinja_run.c)
    bool block = s->variables && text_equals(s->variables->name, " caller");
    struct jinja_value caller = block ? s->variables->value : jinja_none();
    if (block)
        s = s->outer;
    struct jinja_value callee = jinja_eval(j, s, n->a);
    struct jinja_args args = eval_args(j, s, n->list);
    if (block) {
        struct growing g = {.args = args, .key_room = args.key_count};
        add_key(j, &g, text_of("caller"), caller);
        args = g.args;
    }
    return jinja_failed(j) ? callee : jinja_call_value(j, callee, &args);
}

static struct jinja_value apply_filter(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n,
                                       struct jinja_value v)
{
    const struct jinja_function *f = jinja_function(jinja_filters, n->name);
    if (!f)
        return jinja_fail(j, "the filter `%.*s` is not built in", (int)(n->name.size < 40 ? n->name.size : 40),
                          n->name.at);
    struct jinja_args args = eval_args(j, s, n->list);
    return jinja_failed(j) ? v : jinja_apply(j, "filter", f, v, &args);
}

struct jinja_value jinja_apply_filters(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n,
                                       struct jinja_value text)
{
    if (n->a)
        text = jinja_apply_filters(j, s, n->a, text);
    return jinja_failed(j) ? text : apply_filter(j, s, n, text);
}

static struct jinja_value eval_test(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    const struct jinja_function *f = jinja_function(jinja_tests, n->name);
    if (!f)
        return jinja_fail(j, "the test `%.*s` is not built in", (int)(n->name.size < 40 ? n->name.size : 40),
                          n->name.at);
    struct jinja_value v = jinja_eval(j, s, n->a);
    struct jinja_args args = eval_args(j, s, n->list);
    return jinja_failed(j) ? v : jinja_apply(j, "test", f, v, &args);
}

static struct jinja_value eval_item(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    struct jinja_value of = jinja_eval(j, s, n->a);
    if (n->b->kind != N_SLICE) {
        struct jinja_value key = jinja_eval(j, s, n->b);
        return jinja_failed(j) ? of : jinja_item(j, of, key);
    }
    struct jinja_value bounds[3];
    bounds[0] = jinja_eval(j, s, n->b->a);
    bounds[1] = jinja_eval(j, s, n->b->b);
    bounds[2] = jinja_eval(j, s, n->b->c);
    return jinja_failed(j) ? of : jinja_slice(j, of, bounds);
}

static struct jinja_value eval(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    struct jinja_value a;
    switch (n->kind) {
    case N_CONST:
        return n->value;
    case N_NAME:
        return look_up(j, s, n->name);
    case N_LIST:
    case N_TUPLE:
        return eval_list(j, s, n);
    case N_DICT:
        return eval_dict(j, s, n);
    case N_NEG:
    case N_POS:
        return negate(j, n, jinja_eval(j, s, n->a));
    case N_NOT:
        return jinja_bool(!jinja_true(j, jinja_eval(j, s, n->a)));
    case N_AND:
        a = jinja_eval(j, s, n->a);
        return jinja_true(j, a) ? jinja_eval(j, s, n->b) : a;
    case N_OR:
        a = jinja_eval(j, s, n->a);
        return jinja_true(j, a) ? a : jinja_eval(j, s, n->b);
    case N_CONCAT:
        return eval_concat(j, s, n);
    case N_BINARY: {
        a = jinja_eval(j, s, n->a);
        struct jinja_value b = jinja_eval(j, s, n->b);
        return jinja_failed(j) ? a : jinja_binary(j, n->op, a, b);
    }
    case N_COMPARE:
        return eval_compare(j, s, n);
    case N_ATTR:
        a = jinja_eval(j, s, n->a);
        return jinja_failed(j) ? a : jinja_attr(j, a, n->name);
    case N_ITEM:
        return eval_item(j, s, n);
    case N_CALL:
        return eval_call(j, s, n);
    case N_FILTER:
        a = jinja_eval(j, s, n->a);
        return jinja_failed(j) ? a : apply_filter(j, s, n, a);
    case N_TEST:
        return eval_test(j, s, n);
    case N_CHOICE:
        if (jinja_true(j, jinja_eval(j, s, n->a)))
            return jinja_eval(j, s, n->b);
        return n->c ? jinja_eval(j, s, n->c) : jinja_undefined(j, "an `if` without `else` gave nothing");
    default:
        return jinja_fail(j, "this cannot be an expression"); // a slice outside of []
    }
}

struct jinja_value jinja_eval(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n)
{
    if (j->depth >= JINJA_NESTING)
        return jinja_fail(j, "blocks, calls and operators are nested more than %d deep", JINJA_NESTING);
    if (!jinja_step(j, 1))
        return jinja_none();
    j->depth++;
    struct jinja_value v = eval(j, s, n);
    j->depth--;
    return v;
}
