// What the files of the Jinja interpreter share: the tree, scopes, tables of functions.
#pragma once
#include "model/jinja.h"

// ---- The tree (jinja_lex.c, jinja_parse.c, jinja_parse_expr.c) ----

enum jinja_node_kind {
    // expressions
    N_CONST,   // value
    N_NAME,    // name
    N_LIST,    // list
    N_TUPLE,   // list
    N_DICT,    // list of N_PAIR
    N_PAIR,    // a: b
    N_NEG,     // -a
    N_POS,     // +a
    N_NOT,     // not a
    N_AND,     // a and b
    N_OR,      // a or b
    N_CONCAT,  // list, by ~
    N_BINARY,  // a op b
    N_COMPARE, // a, then list of N_OPERAND
    N_OPERAND, // op a
    N_ATTR,    // a.name
    N_ITEM,    // a[b]
    N_SLICE,   // a:b:c, each may be NULL
    N_CALL,    // a(list)
    N_KEYWORD, // name=a, in a list of arguments
    N_STAR,    // *a, or **a when op is '2'
    N_FILTER,  // a|name(list); a is NULL for the text of a block
    N_TEST,    // a is name(list)
    N_CHOICE,  // b if a else c; c may be NULL
    // statements
    N_TEXT,         // name
    N_PRINT,        // a
    N_IF,           // a, body, other
    N_FOR,          // target a, b, filter c, body, other
    N_SET,          // target a, value b
    N_SET_BLOCK,    // target a, filters b, body
    N_MACRO,        // name, list of N_PARAM, body
    N_PARAM,        // name, default a
    N_CALL_BLOCK,   // call a, list of N_PARAM, body
    N_FILTER_BLOCK, // filters a, body
    N_BREAK,
    N_CONTINUE,
    N_GENERATION, // body
};

struct jinja_node {
    enum jinja_node_kind kind;
    int line;
    char op;                      // + - * / % f (//) p (**); = ! < > l (<=) g (>=) i (in) n (not in)
    bool varargs, kwargs, caller; // N_MACRO, N_CALL_BLOCK: names that its body has
    struct text name;
    struct jinja_value value;
    struct jinja_node *a, *b, *c, *list, *body, *other;
    struct jinja_node *next; // in the list that it is an element of
};

struct jinja_template {
    struct jinja_node *body;
    struct jinja_name {
        struct text name;
        struct jinja_name *next;
    } * names; // variables that are read
    bool generation;
};

enum jinja_token_kind {
    T_TEXT,
    T_PRINT_BEGIN,
    T_PRINT_END,
    T_BLOCK_BEGIN,
    T_BLOCK_END,
    T_NAME,
    T_STRING,
    T_NUMBER,
    T_OPERATOR,
    T_END
};

struct jinja_token {
    enum jinja_token_kind kind;
    int line;
    struct text text;         // the source; of T_TEXT and T_STRING what it means
    struct jinja_value value; // T_NUMBER
};

// Where the parser is.
struct jinja_parser {
    struct arena *memory;
    struct jinja_template *template;
    const struct jinja_token *at; // ends with T_END
    int depth, loops;
    bool varargs, kwargs, caller; // seen since the macro began
    struct err *err;
};

// All tokens of the source, ending with T_END. NULL on failure.
struct jinja_token *jinja_lex(const char *source, size_t n, struct arena *memory, struct err *err);

struct jinja_node *jinja_new(struct jinja_parser *p, enum jinja_node_kind kind);
bool jinja_parse_fail(struct jinja_parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool jinja_is(const struct jinja_parser *p, enum jinja_token_kind kind, const char *text); // the token at hand
bool jinja_accept(struct jinja_parser *p, enum jinja_token_kind kind, const char *text);
bool jinja_expect(struct jinja_parser *p, enum jinja_token_kind kind, const char *text);
// The parsers of expressions give NULL on failure.
struct jinja_node *jinja_parse_expression(struct jinja_parser *p, bool choice); // choice: `a if b` is taken
struct jinja_node *jinja_parse_tuple(struct jinja_parser *p, bool choice);      // a or a, b
struct jinja_node *jinja_parse_target(struct jinja_parser *p, bool attribute);  // of set and for
struct jinja_node *jinja_parse_postfix(struct jinja_parser *p, struct jinja_node *n);
struct jinja_node *jinja_parse_unary(struct jinja_parser *p, bool filters);
struct jinja_node *jinja_parse_filters(struct jinja_parser *p, struct jinja_node *n, bool first); // first: without |

// ---- Running it (jinja_run.c, jinja_eval.c) ----

struct jinja_variable {
    struct text name;
    struct jinja_value value;
    struct jinja_variable *next;
};

struct jinja_scope {
    struct jinja_scope *outer;
    struct jinja_variable *variables;
};

struct jinja_macro {
    struct text name;
    const struct jinja_node *node; // N_MACRO or N_CALL_BLOCK
    struct jinja_scope *scope;     // where it was defined
};

struct jinja_loop {
    const struct jinja_list *items;
    size_t index;
};

struct jinja_keyword {
    struct text name;
    struct jinja_value value;
};

struct jinja_args {
    struct jinja_value *at;
    struct jinja_keyword *keys;
    size_t count, key_count;
};

bool jinja_failed(const struct jinja *j);
bool jinja_step(struct jinja *j, size_t n); // counts work; false when the rendering has failed or is too long
struct jinja_value jinja_eval(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n);
struct jinja_value jinja_apply_filters(struct jinja *j, struct jinja_scope *s, const struct jinja_node *n,
                                       struct jinja_value text); // of N_FILTER whose innermost a is NULL
void jinja_define(struct jinja *j, struct jinja_scope *s, struct text name, struct jinja_value v);
struct jinja_value jinja_call_macro(struct jinja *j, const struct jinja_macro *m, const struct jinja_args *args);

// ---- Functions (jinja_call.c) ----

enum { JINJA_PARAMS = 6 };

// `self` is what a filter, test or method is applied to; arg[i] the argument of the i-th parameter or NULL.
typedef struct jinja_value jinja_call(struct jinja *j, struct jinja_value self, struct jinja_value *const *arg,
                                      const struct jinja_args *all);

struct jinja_function {
    const char *name;
    jinja_call *call;
    const char *params; // names between spaces, those before '/' must be given; "*" takes anything
};

struct jinja_method {
    const struct jinja_function *function;
    struct jinja_value self;
};

extern const struct jinja_function jinja_filters[], jinja_tests[], jinja_globals[];
extern const struct jinja_function jinja_string_methods[], jinja_dict_methods[], jinja_list_methods[],
    jinja_loop_methods[];

const struct jinja_function *jinja_function(const struct jinja_function *table, struct text name); // or NULL
// Binds the arguments to the parameters and calls; `what` ("filter") is for messages.
struct jinja_value jinja_apply(struct jinja *j, const char *what, const struct jinja_function *f,
                               struct jinja_value self, const struct jinja_args *args);
struct jinja_value jinja_call_value(struct jinja *j, struct jinja_value callee, const struct jinja_args *args);
struct jinja_value jinja_attr(struct jinja *j, struct jinja_value v, struct text name); // v.name
struct jinja_value jinja_item(struct jinja *j, struct jinja_value v, struct jinja_value key);
struct jinja_value jinja_slice(struct jinja *j, struct jinja_value v, const struct jinja_value bounds[3]);
struct jinja_value jinja_binary(struct jinja *j, char op, struct jinja_value a, struct jinja_value b);
struct jinja_value jinja_path(struct jinja *j, struct jinja_value v, struct jinja_value path); // attribute= of filters

// ---- Text in characters (jinja_text.c) ----

size_t jinja_chars(struct text t);
size_t jinja_offset(struct text t, size_t chars); // bytes of the first `chars` characters
bool jinja_space(uint32_t c);                     // Python's str.isspace
enum jinja_case { CASE_UPPER, CASE_LOWER, CASE_CAPITAL, CASE_TITLE };
struct jinja_value jinja_case(struct jinja *j, struct text t, enum jinja_case to);
// sides: 1 left, 2 right; chars NULL for white space
struct text jinja_strip(struct text t, int sides, const struct text *chars);
struct jinja_value jinja_replace(struct jinja *j, struct text t, struct text old, struct text with, int64_t count);
struct jinja_value jinja_lines(struct jinja *j, struct text t);      // str.splitlines()
size_t jinja_search(struct text t, size_t from, struct text needle); // offset or (size_t)-1
