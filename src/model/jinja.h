// Jinja as chat templates use it: the language of jinja2 in the environment of transformers (trim_blocks,
// lstrip_blocks, loop controls, the tag `generation`, its tojson, raise_exception, strftime_now, names that are not
// there print nothing, values cannot be changed in place). What chat templates of the field do not use (include,
// import, extends, block, do, with, autoescape, recursive loops, line statements, and most filters of web pages) is
// refused by its name: statements when the template is parsed, filters, tests and functions when they are reached, as
// in jinja2. Source: jinja2 3.1.6 and utils/chat_template_utils.py of transformers 5.24; both are compared with by
// tools/compare_templates.py.
#pragma once
#include "model/jinja_value.h"

// A template of a stranger ends: each limit has its own sentence.
enum {
    JINJA_SOURCE_BYTES = 1 << 20,
    JINJA_NESTING = 400,            // of brackets, blocks and calls
    JINJA_STEPS = 20 * 1000 * 1000, // nodes evaluated, elements walked
    JINJA_MEMORY = 256 << 20,       // bytes of values
    JINJA_OUTPUT = 16 << 20,        // bytes of text
};

struct jinja_template; // parsed; lives in the arena

// Parses n bytes of UTF-8, which are copied. NULL on failure; messages begin with "line 3: ".
struct jinja_template *jinja_parse(const char *source, size_t n, struct arena *memory, struct err *err);
// Whether the template has this name somewhere as a variable.
bool jinja_reads(const struct jinja_template *t, const char *name);
bool jinja_has_generation(const struct jinja_template *t); // the tag {% generation %}

struct jinja_span {
    size_t begin, end; // bytes of the output
};

struct jinja_scope;

// One rendering: jinja_open, jinja_set for the variables, jinja_render, jinja_close.
struct jinja {
    const struct jinja_template *template;
    int64_t now;              // seconds since 1970 that strftime_now shows, 0 for the clock
    struct jinja_span *spans; // of {% generation %}, after jinja_render
    size_t span_count, span_room;
    // the rest belongs to the interpreter
    struct arena memory;
    char *chunk;
    size_t chunk_left, used, steps;
    int depth, line;
    struct jinja_scope *globals;
    struct str *out, *root;
    struct err err;
};

void jinja_open(struct jinja *j, const struct jinja_template *t);
void jinja_set(struct jinja *j, const char *name, struct jinja_value v); // name is borrowed
// Appends the text. Messages begin with the line where it has one ("line 3: "); what the template raises itself is
// "the template says: ...".
bool jinja_render(struct jinja *j, struct str *out, struct err *err);
void jinja_close(struct jinja *j);
