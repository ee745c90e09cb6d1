// math_extract: after a byte whose bits say how, all is a text that holds an answer. What is found is a part of the
// text.
#include "base/err.h"
#include "input.h"
#include "verify/math.h"

struct search {
    struct text text;
    struct math_extraction how;
};

static void search(struct workspace *w, void *argument)
{
    const struct search *s = argument;
    struct math_answer answers[MATH_ANSWERS_MAX];
    int count = math_extract(w, s->text, &s->how, answers);
    check(count >= 0 && count <= MATH_ANSWERS_MAX, "%d answers", count);
    for (int i = 0; i < count; i++)
        check(answers[i].value && answers[i].place, "answer %d has no value or no place", i);
    for (int i = 0; i < count || i < 1; i++) {
        struct text t = answers[i].source;
        check(!t.size || (t.at >= s->text.at && t.at + t.size <= s->text.at + s->text.size),
              "answer %d stands elsewhere", i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct workspace w;
    int how = size ? *data : 0;
    struct search s = {
        .text = {(const char *)data + (size > 0), size - (size > 0)},
        .how = {how & 1, how & 2, how & 4, how & 8, how & 16, how & 32, how & 64},
    };
    workspace_run(&w, search, &s);
    return 0;
}
