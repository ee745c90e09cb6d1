// reasoning_steps: min(1, marks / steps) over the marks of step-by-step work: "Step 1:", "1." at the very start of the
// text, a line that begins with "-" or "*" (after a line break, so not the first one), "First," "Second," "Next,"
// "Finally,". From 0 to 1, never skipped. open-r1's reasoning_steps_reward.
#include <math.h>
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "rl/reward.h"

enum { STEPS, NUMBERED };
enum { START, LINES };

static const struct reward_option options[] = {
    [STEPS] = {"steps", REWARD_INTEGER, "3", .low = 1, .high = 1000, .help = "so many marks give 1"},
    [NUMBERED] = {"numbered", REWARD_CHOICE, "start", .choices = "start|lines",
                  .help = "where \"1.\" counts: at the start of the text only, as in open-r1, or of every line"},
};

// The end of the decimal digits (of any script) at i; i when there are none.
static size_t digits_end(struct text t, size_t i)
{
    for (;;) {
        uint32_t c;
        int used = i < t.size ? utf8_decode(t.at + i, t.size - i, &c) : 0;
        if (used == 0 || utf8proc_category((utf8proc_int32_t)c) != UTF8PROC_CATEGORY_ND)
            return i;
        i += (size_t)used;
    }
}

static bool digits_then(struct text t, size_t i, char mark)
{
    size_t end = digits_end(t, i);
    return end > i && end < t.size && t.at[end] == mark;
}

// Whether a mark begins at i.
static bool mark_at(struct text t, size_t i, int numbered)
{
    struct text rest = {t.at + i, t.size - i};
    static const char *const words[] = {"First,", "Second,", "Next,", "Finally,", "\n-", "\n*"};
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        if (text_starts(rest, words[w]))
            return true;
    if (text_starts(rest, "Step "))
        return digits_then(t, i + strlen("Step "), ':');
    return (i == 0 || (numbered == LINES && t.at[i - 1] == '\n')) && digits_then(t, i, '.');
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    size_t count = 0;
    for (size_t i = 0; i < item->completion.size; i++)
        count += mark_at(item->completion, i, (int)e->options[NUMBERED].number);
    reward_say(why, "%zu marks of steps", count);
    return fmin(1, (double)count / e->options[STEPS].number);
}

const struct reward_kind reward_reasoning_steps = {
    .name = "reasoning_steps",
    .range = "0 to 1",
    .summary = "marks of step-by-step work: \"Step 1:\", \"First,\", lists",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .one = score,
};
