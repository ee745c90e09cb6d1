// math_parse and expr_print: the whole input is one expression.
#include "input.h"
#include "verify/math.h"

struct reading {
    struct text text;
    struct str printed;
};

static void read(struct workspace *w, void *argument)
{
    struct reading *r = argument;
    const struct expr *e = math_parse(w, r->text);
    if (e)
        expr_print(w, e, &r->printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct workspace w;
    static struct reading r;
    r.text = (struct text){(const char *)data, size};
    str_clear(&r.printed);
    workspace_run(&w, read, &r);
    return 0;
}
