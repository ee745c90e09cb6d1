// math_equal and math_canonical, and what reads for them. Fields: gold answer, answer.
#include <time.h>

#include "base/err.h"
#include "input.h"
#include "verify/math.h"

struct comparison {
    struct text gold, pred;
    struct str printed;
};

static void compare(struct workspace *w, void *argument)
{
    struct comparison *c = argument;
    const struct expr *gold = math_parse(w, c->gold), *pred = math_parse(w, c->pred);
    if (gold)
        expr_print(w, gold, &c->printed);
    if (pred)
        expr_print(w, pred, &c->printed);
    if (gold && pred)
        math_equal(w, gold, pred);
    if (gold)
        math_canonical(w, gold, &c->printed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct workspace w;
    static struct comparison c;
    struct text input = {(const char *)data, size};
    c.gold = input_field(&input);
    c.pred = input_field(&input);
    str_clear(&c.printed);
    clock_t begin = clock();
    workspace_run(&w, compare, &c);
    check(clock() - begin < CLOCKS_PER_SEC / 4, "more than 250 ms; without sanitizers 5 are promised");
    return 0;
}
