// Expressions of Jinja, by recursive descent in the order of precedence of parser.py of jinja2 3.1.6:
// a if b else c, or, and, not, comparisons, + -, ~, * / // %, **, unary, then .name [item] (call) |filter is test.
#include <string.h>

#include "model/jinja_parts.h"

static bool enter(struct jinja_parser *p)
{
    return ++p->depth <= JINJA_NESTING || jinja_parse_fail(p, "it is nested more than %d deep", JINJA_NESTING);
}

static struct jinja_node *leave(struct jinja_parser *p, struct jinja_node *n)
{
    p->depth--;
    return n;
}

static bool is_op(const struct jinja_parser *p, const char *text)
{
    return jinja_is(p, T_OPERATOR, text);
}

static bool accept_op(struct jinja_parser *p, const char *text)
{
    return jinja_accept(p, T_OPERATOR, text);
}

// Appends an element to a list; NULL, a failure, is passed on as false.
static bool add(struct jinja_node ***end, struct jinja_node *n)
{
    if (!n)
        return false;
    **end = n;
    *end = &n->next;
    return true;
}

static struct jinja_node *two(struct jinja_parser *p, enum jinja_node_kind kind, char op, struct jinja_node *a,
                              struct jinja_node *b)
{
    if (!a || !b)
        return NULL;
    struct jinja_node *n = jinja_new(p, kind);
    n->line = a->line;
    n->op = op;
    n->a = a;
    n->b = b;
    return n;
}

// ---- Primary expressions ----

static void note_name(struct jinja_parser *p, struct text name)
{
    p->varargs = p->varargs || text_equals(name, "varargs");
    p->kwargs = p->kwargs || text_equals(name, "kwargs");
    p->caller = p->caller || text_equals(name, "caller");
    for (const struct jinja_name *i = p->template->names; i; i = i->next)
        if (i->name.size == name.size && memcmp(i->name.at, name.at, name.size) == 0)
            return;
    struct jinja_name *to = arena_array(p->memory, struct jinja_name, 1);
    *to = (struct jinja_name){name, p->template->names};
    p->template->names = to;
}

static struct jinja_node *parse_name(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_CONST);
    struct text name = p->at++->text;
    if (text_equals(name, "true") || text_equals(name, "True")) {
        n->value = jinja_bool(true);
    } else if (text_equals(name, "false") || text_equals(name, "False")) {
        n->value = jinja_bool(false);
    } else if (text_equals(name, "none") || text_equals(name, "None")) {
        n->value = jinja_none();
    } else {
        n->kind = N_NAME;
        n->name = name;
        note_name(p, name);
    }
    return n;
}

static struct jinja_node *parse_string(struct jinja_parser *p) // 'a' 'b' is 'ab'
{
    struct jinja_node *n = jinja_new(p, N_CONST);
    struct text t = p->at++->text;
    while (p->at->kind == T_STRING) {
        struct text more = p->at++->text;
        char *both = arena_alloc(p->memory, t.size + more.size + 1);
        memcpy(both, t.at, t.size);
        memcpy(both + t.size, more.at, more.size);
        t = (struct text){both, t.size + more.size};
    }
    n->value = jinja_text(t);
    return n;
}

static struct jinja_node *parse_list(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_LIST), **end = &n->list;
    p->at++;
    while (!is_op(p, "]")) {
        if (!add(&end, jinja_parse_expression(p, true)))
            return NULL;
        if (!accept_op(p, ","))
            break;
    }
    return jinja_expect(p, T_OPERATOR, "]") ? n : NULL;
}

static struct jinja_node *parse_dict(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_new(p, N_DICT), **end = &n->list;
    p->at++;
    while (!is_op(p, "}")) {
        struct jinja_node *key = jinja_parse_expression(p, true);
        if (!key || !jinja_expect(p, T_OPERATOR, ":") ||
            !add(&end, two(p, N_PAIR, 0, key, jinja_parse_expression(p, true))))
            return NULL;
        if (!accept_op(p, ","))
            break;
    }
    return jinja_expect(p, T_OPERATOR, "}") ? n : NULL;
}

static struct jinja_node *parse_primary(struct jinja_parser *p)
{
    struct jinja_node *n = NULL;
    if (p->at->kind == T_NAME)
        return parse_name(p);
    if (p->at->kind == T_STRING)
        return parse_string(p);
    if (p->at->kind == T_NUMBER) {
        n = jinja_new(p, N_CONST);
        n->value = p->at++->value;
        return n;
    }
    if (is_op(p, "["))
        return parse_list(p);
    if (is_op(p, "{"))
        return parse_dict(p);
    if (!is_op(p, "(")) {
        bool end = p->at->kind == T_END;
        jinja_parse_fail(p, "an expression is wanted, not %s%.*s%s", end ? "the end" : "`",
                         (int)(p->at->text.size < 40 ? p->at->text.size : 40), p->at->text.at, end ? "" : "`");
        return NULL;
    }
    p->at++;
    if (is_op(p, ")"))
        n = jinja_new(p, N_TUPLE);
    else
        n = jinja_parse_tuple(p, true);
    return n && jinja_expect(p, T_OPERATOR, ")") ? n : NULL;
}

// ---- What follows one ----

static struct jinja_node *parse_bound(struct jinja_parser *p) // of a slice, may be absent: then an empty node
{
    if (is_op(p, ":") || is_op(p, "]") || is_op(p, ",")) {
        struct jinja_node *n = jinja_new(p, N_CONST);
        n->value = jinja_none();
        return n;
    }
    return jinja_parse_expression(p, true);
}

static struct jinja_node *parse_subscript(struct jinja_parser *p)
{
    struct jinja_node *a = parse_bound(p);
    if (!a || !is_op(p, ":"))
        return a;
    struct jinja_node *n = jinja_new(p, N_SLICE);
    p->at++;
    n->a = a;
    n->b = parse_bound(p);
    if (!n->b)
        return NULL;
    accept_op(p, ":");
    n->c = parse_bound(p);
    return n->c ? n : NULL;
}

static struct jinja_node *parse_access(struct jinja_parser *p, struct jinja_node *of)
{
    struct jinja_node *n = jinja_new(p, N_ITEM);
    n->a = of;
    if (accept_op(p, "[")) {
        if (is_op(p, "]")) {
            jinja_parse_fail(p, "[] is empty");
            return NULL;
        }
        n->b = parse_subscript(p);
        return n->b && jinja_expect(p, T_OPERATOR, "]") ? n : NULL;
    }
    p->at++; // the dot
    if (p->at->kind == T_NAME) {
        n->kind = N_ATTR;
        n->name = p->at++->text;
        return n;
    }
    if (p->at->kind != T_NUMBER || p->at->value.kind != JINJA_INT) {
        jinja_parse_fail(p, "a name is wanted after the dot");
        return NULL;
    }
    n->b = jinja_new(p, N_CONST);
    n->b->value = p->at++->value;
    return n;
}

// (a, name=b, *c, **d), appended to the list of n.
static bool parse_arguments(struct jinja_parser *p, struct jinja_node *n)
{
    struct jinja_node **end = &n->list;
    bool named = false;
    p->at++;
    while (!is_op(p, ")")) {
        struct jinja_node *arg = NULL;
        bool star = is_op(p, "*"), stars = is_op(p, "**");
        if (star || stars) {
            arg = jinja_new(p, N_STAR);
            arg->op = star ? '1' : '2';
            p->at++;
        } else if (p->at->kind == T_NAME && p->at[1].kind == T_OPERATOR && text_equals(p->at[1].text, "=")) {
            arg = jinja_new(p, N_KEYWORD);
            arg->name = p->at->text;
            p->at += 2;
        }
        named = named || arg;
        struct jinja_node *value = jinja_parse_expression(p, true);
        if (arg)
            arg->a = value;
        else if (named)
            return jinja_parse_fail(p, "an argument without a name follows one with a name");
        if (!value || !add(&end, arg ? arg : value))
            return false;
        if (!accept_op(p, ","))
            break;
    }
    return jinja_expect(p, T_OPERATOR, ")");
}

static struct jinja_node *parse_call(struct jinja_parser *p, struct jinja_node *of)
{
    struct jinja_node *n = jinja_new(p, N_CALL);
    n->a = of;
    return parse_arguments(p, n) ? n : NULL;
}

struct jinja_node *jinja_parse_postfix(struct jinja_parser *p, struct jinja_node *n)
{
    int depth = p->depth; // a chain nests the tree as brackets do
    while (n && (is_op(p, ".") || is_op(p, "[") || is_op(p, "("))) {
        if (!enter(p))
            return NULL;
        n = is_op(p, "(") ? parse_call(p, n) : parse_access(p, n);
    }
    p->depth = depth;
    return n;
}

static struct jinja_node *parse_filter(struct jinja_parser *p, struct jinja_node *of)
{
    struct jinja_node *n = jinja_new(p, N_FILTER);
    n->a = of;
    n->name = p->at->text;
    if (!jinja_expect(p, T_NAME, NULL) || (is_op(p, "(") && !parse_arguments(p, n)))
        return NULL;
    return n;
}

static struct jinja_node *parse_test(struct jinja_parser *p, struct jinja_node *of)
{
    p->at++; // is
    bool not = jinja_accept(p, T_NAME, "not");
    struct jinja_node *n = jinja_new(p, N_TEST);
    n->a = of;
    n->name = p->at->text;
    if (!jinja_expect(p, T_NAME, NULL))
        return NULL;
    bool word = jinja_is(p, T_NAME, "else") || jinja_is(p, T_NAME, "or") || jinja_is(p, T_NAME, "and");
    if (jinja_is(p, T_NAME, "is")) {
        jinja_parse_fail(p, "`is` follows a test");
        return NULL;
    }
    if (is_op(p, "(")) {
        if (!parse_arguments(p, n))
            return NULL;
    } else if ((p->at->kind == T_NAME && !word) || p->at->kind == T_STRING || p->at->kind == T_NUMBER ||
               is_op(p, "[") || is_op(p, "{")) { // x is in y
        n->list = jinja_parse_postfix(p, parse_primary(p));
        if (!n->list)
            return NULL;
    }
    if (!not )
        return n;
    struct jinja_node *negated = jinja_new(p, N_NOT);
    negated->a = n;
    return negated;
}

struct jinja_node *jinja_parse_filters(struct jinja_parser *p, struct jinja_node *n, bool first)
{
    int depth = p->depth;
    bool test = n != NULL; // the filters of a block have no tests
    if (first)
        n = parse_filter(p, n);
    while (!first || n) {
        if (!enter(p))
            return NULL;
        if (accept_op(p, "|"))
            n = parse_filter(p, n);
        else if (test && jinja_is(p, T_NAME, "is"))
            n = parse_test(p, n);
        else if (test && is_op(p, "("))
            n = parse_call(p, n);
        else
            break;
        if (!n)
            break;
    }
    p->depth = depth;
    return n;
}

struct jinja_node *jinja_parse_unary(struct jinja_parser *p, bool filters)
{
    if (!enter(p))
        return NULL;
    struct jinja_node *n;
    if (is_op(p, "-") || is_op(p, "+")) {
        n = jinja_new(p, is_op(p, "-") ? N_NEG : N_POS);
        p->at++;
        n->a = jinja_parse_unary(p, false);
        n = n->a ? n : NULL;
    } else {
        n = parse_primary(p);
    }
    if (n)
        n = jinja_parse_postfix(p, n);
    if (n && filters)
        n = jinja_parse_filters(p, n, false);
    return leave(p, n);
}

// ---- Operators ----

static struct jinja_node *parse_power(struct jinja_parser *p)
{
    struct jinja_node *n = jinja_parse_unary(p, true);
    while (n && accept_op(p, "**"))
        n = two(p, N_BINARY, 'p', n, jinja_parse_unary(p, true));
    return n;
}

static struct jinja_node *parse_product(struct jinja_parser *p)
{
    struct jinja_node *n = parse_power(p);
    while (n && (is_op(p, "*") || is_op(p, "/") || is_op(p, "//") || is_op(p, "%"))) {
        char op = p->at->text.size == 2 ? 'f' : p->at->text.at[0];
        p->at++;
        n = two(p, N_BINARY, op, n, parse_power(p));
    }
    return n;
}

static struct jinja_node *parse_concat(struct jinja_parser *p)
{
    struct jinja_node *first = parse_product(p);
    if (!first || !is_op(p, "~"))
        return first;
    struct jinja_node *n = jinja_new(p, N_CONCAT), **end = &n->list;
    add(&end, first);
    while (accept_op(p, "~"))
        if (!add(&end, parse_product(p)))
            return NULL;
    return n;
}

static struct jinja_node *parse_sum(struct jinja_parser *p)
{
    struct jinja_node *n = parse_concat(p);
    while (n && (is_op(p, "+") || is_op(p, "-"))) {
        char op = p->at++->text.at[0];
        n = two(p, N_BINARY, op, n, parse_concat(p));
    }
    return n;
}

static char comparison(struct jinja_parser *p) // 0 when the token at hand is none, which is then left alone
{
    static const struct {
        const char *text;
        char op;
    } table[] = {{"==", '='}, {"!=", '!'}, {"<=", 'l'}, {">=", 'g'}, {"<", '<'}, {">", '>'}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (accept_op(p, table[i].text))
            return table[i].op;
    if (jinja_accept(p, T_NAME, "in"))
        return 'i';
    if (jinja_is(p, T_NAME, "not") && p->at[1].kind == T_NAME && text_equals(p->at[1].text, "in")) {
        p->at += 2;
        return 'n';
    }
    return 0;
}

static struct jinja_node *parse_comparison(struct jinja_parser *p)
{
    struct jinja_node *first = parse_sum(p);
    char op = first ? comparison(p) : 0;
    if (!op)
        return first;
    struct jinja_node *n = jinja_new(p, N_COMPARE), **end = &n->list;
    n->a = first;
    for (; op; op = comparison(p)) {
        struct jinja_node *operand = jinja_new(p, N_OPERAND);
        operand->op = op;
        operand->a = parse_sum(p);
        if (!operand->a)
            return NULL;
        add(&end, operand);
    }
    return n;
}

static struct jinja_node *parse_not(struct jinja_parser *p)
{
    if (!jinja_is(p, T_NAME, "not"))
        return parse_comparison(p);
    struct jinja_node *n = jinja_new(p, N_NOT);
    p->at++;
    n->a = enter(p) ? parse_not(p) : NULL;
    return leave(p, n->a ? n : NULL);
}

static struct jinja_node *parse_and(struct jinja_parser *p)
{
    struct jinja_node *n = parse_not(p);
    while (n && jinja_accept(p, T_NAME, "and"))
        n = two(p, N_AND, 0, n, parse_not(p));
    return n;
}

static struct jinja_node *parse_or(struct jinja_parser *p)
{
    struct jinja_node *n = parse_and(p);
    while (n && jinja_accept(p, T_NAME, "or"))
        n = two(p, N_OR, 0, n, parse_and(p));
    return n;
}

struct jinja_node *jinja_parse_expression(struct jinja_parser *p, bool choice)
{
    if (!enter(p))
        return NULL;
    struct jinja_node *n = parse_or(p);
    while (n && choice && jinja_accept(p, T_NAME, "if")) {
        n = two(p, N_CHOICE, 0, parse_or(p), n); // a: the condition
        if (n && jinja_accept(p, T_NAME, "else")) {
            n->c = jinja_parse_expression(p, true);
            n = n->c ? n : NULL;
        }
    }
    return leave(p, n);
}

static bool tuple_ends(const struct jinja_parser *p)
{
    return p->at->kind == T_PRINT_END || p->at->kind == T_BLOCK_END || is_op(p, ")");
}

struct jinja_node *jinja_parse_tuple(struct jinja_parser *p, bool choice)
{
    struct jinja_node *first = jinja_parse_expression(p, choice);
    if (!first || !is_op(p, ","))
        return first;
    struct jinja_node *n = jinja_new(p, N_TUPLE), **end = &n->list;
    add(&end, first);
    while (accept_op(p, ",") && !tuple_ends(p))
        if (!add(&end, jinja_parse_expression(p, choice)))
            return NULL;
    return n;
}

// name, name.attribute (set) or name, name (for and set).
struct jinja_node *jinja_parse_target(struct jinja_parser *p, bool attribute)
{
    struct jinja_node *tuple = jinja_new(p, N_TUPLE), **end = &tuple->list;
    bool brackets = accept_op(p, "(");
    do {
        struct jinja_node *n = jinja_new(p, N_NAME);
        n->name = p->at->text;
        if (!jinja_expect(p, T_NAME, NULL))
            return NULL;
        if (attribute && accept_op(p, ".")) {
            struct jinja_node *member = jinja_new(p, N_ATTR);
            member->a = n;
            member->name = p->at->text;
            if (!jinja_expect(p, T_NAME, NULL))
                return NULL;
            n = member;
        }
        add(&end, n);
    } while (accept_op(p, ",") && p->at->kind == T_NAME);
    if (brackets && !jinja_expect(p, T_OPERATOR, ")"))
        return NULL;
    return tuple->list->next ? tuple : tuple->list;
}
