// regex: whether a PCRE2 expression matches the completion, or whether what it finds is the gold answer. 1 or 0; with
// `compare`, skipped without a gold answer.
//
// A search may take STEPS_MAX steps and HEAP_KIB of memory; one that needs more counts as no match, on every machine
// alike. PCRE2's own match limit is per start position and so does not bound a search: the expression is compiled with
// automatic callouts, which count what is tried and how far the text was walked.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <math.h>
#include <pcre2.h>
#include <string.h>

#include "base/utf8.h"
#include "rl/reward_text.h"
#include "verify/math.h"

enum { PATTERN, MATCH, COMPARE, WHICH, EXTRACT, AFTER_THINK };
enum { ANY, FULL };
enum { NOTHING, AS_TEXT, AS_NUMBER };
enum { LAST, FIRST };
enum { STEPS_MAX = 50000000, HEAP_KIB = 65536 };

static const struct reward_option options[] = {
    [PATTERN] = {"pattern", REWARD_TEXT, "",
                 .help = "the expression, in PCRE2's syntax; (?i) (?s) (?m) (?x) at its start set flags"},
    [MATCH] = {"match", REWARD_CHOICE, "any", .choices = "any|full",
               .help = "any: somewhere in the text; full: all of it"},
    [COMPARE] = {"compare", REWARD_CHOICE, "nothing", .choices = "nothing|text|number",
                 .help = "text or number: group 1 (without groups, the match) must be the gold answer"},
    [WHICH] = {"which", REWARD_CHOICE, "last", .choices = "last|first", .help = "which match is compared"},
    [EXTRACT] = {"extract", REWARD_CHOICE, "all", .choices = REWARD_PLACES,
                 .help = "the part of the completion that is searched"},
    [AFTER_THINK] = REWARD_AFTER_THINK,
};

struct state {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *context;
    int64_t steps;          // left for this completion
    size_t walked;          // where the last step stood
    struct str clean;       // a completion that was not valid UTF-8, made so
    struct workspace space; // to compare numbers in
};

static int count_step(pcre2_callout_block *at, void *user)
{
    struct state *s = user;
    size_t here = at->current_position;
    s->steps -= 1 + (int64_t)(here > s->walked ? here - s->walked : s->walked - here);
    s->walked = here;
    return s->steps < 0 ? PCRE2_ERROR_CALLOUT : 0;
}

static bool compile(struct reward_entry *e, struct err *err)
{
    const char *pattern = e->options[PATTERN].text;
    int code;
    size_t at;
    if (!*pattern)
        return fail(err, "the option pattern is missing, as in regex(pattern=\"^\\d+$\")");
    uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
    if ((int)e->options[MATCH].number == FULL)
        flags |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, flags, &code, &at, NULL);
    if (!compiled) {
        char text[200] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
        return fail(err, "the pattern \"%.200s\" does not compile: %s, at byte %zu", pattern, text, at);
    }
    struct state *s = block_alloc(sizeof *s);
    check_memory(s, "%zu bytes", sizeof *s);
    *s = (struct state){.code = compiled,
                        .match = pcre2_match_data_create_from_pattern(compiled, NULL),
                        .context = pcre2_match_context_create(NULL)};
    check_memory(s->match && s->context, "a regular expression");
    pcre2_set_heap_limit(s->context, HEAP_KIB);
    pcre2_set_match_limit(s->context, STEPS_MAX);
    pcre2_set_depth_limit(s->context, STEPS_MAX);
    pcre2_set_callout(s->context, count_step, s);
    e->state = s;
    return true;
}

static void release(struct reward_entry *e)
{
    struct state *s = e->state;
    pcre2_match_data_free(s->match);
    pcre2_match_context_free(s->context);
    pcre2_code_free(s->code);
    str_finish(&s->clean);
    workspace_finish(&s->space);
    block_free(s);
}

// Group 1 of a match (the match where there is none).
static struct text captured(const struct state *s, int groups, struct text t)
{
    const size_t *found = pcre2_get_ovector_pointer(s->match) + (groups > 1 ? 2 : 0);
    if (found[0] == PCRE2_UNSET || found[0] > found[1]) // \K in a look-ahead can set the begin after the end
        return (struct text){t.at, 0};
    return (struct text){t.at + found[0], found[1] - found[0]};
}

// t with U+FFFD for bytes that are not UTF-8: checked once here, not again by every search that goes on after a match.
static struct text valid(struct state *s, struct text t)
{
    uint32_t c;
    size_t i = 0;
    for (int used = 1; i < t.size && used; i += (size_t)used)
        used = utf8_decode(t.at + i, t.size - i, &c);
    if (i == t.size)
        return t;
    str_clear(&s->clean);
    for (i = 0; i < t.size;) {
        int used = utf8_decode(t.at + i, t.size - i, &c);
        str_append(&s->clean, used ? t.at + i : "\xEF\xBF\xBD", used ? (size_t)used : 3);
        i += used ? (size_t)used : 1;
    }
    return (struct text){s->clean.data, s->clean.size};
}

// Finds the match that counts. 1, 0 for none, -1 when the search was given up.
static int search(const struct reward_entry *e, struct text t, struct text *found)
{
    struct state *s = e->state;
    bool last = (int)e->options[WHICH].number == LAST && (int)e->options[COMPARE].number != NOTHING;
    int any = 0;
    t = valid(s, t);
    s->steps = STEPS_MAX;
    for (size_t from = 0; from <= t.size;) {
        s->walked = from;
        int groups = pcre2_match(s->code, (PCRE2_SPTR)(t.at ? t.at : ""), t.size, from, PCRE2_NO_UTF_CHECK, s->match,
                                 s->context);
        if (groups == PCRE2_ERROR_NOMATCH)
            return any;
        if (groups < 0)
            return -1;
        *found = captured(s, groups, t);
        any = 1;
        if (!last)
            return any;
        const size_t *whole = pcre2_get_ovector_pointer(s->match);
        from = whole[1] > from ? whole[1] : from + 1; // an empty match goes on after the next byte
        while (from < t.size && ((unsigned char)t.at[from] & 0xC0) == 0x80)
            from++;
    }
    return any;
}

// The text that is searched.
static bool locate(const struct reward_entry *e, struct text *t, const char **place)
{
    *place = "</think>";
    return (!(int)e->options[AFTER_THINK].number || reward_after_think(t)) &&
           reward_place_find((enum reward_place)e->options[EXTRACT].number, *t, t, place);
}

static bool same_text(struct text found, struct text gold)
{
    found = text_trim(found);
    return found.size == gold.size && memcmp(found.at, gold.at, gold.size) == 0;
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    struct text t = item->completion, found, gold, source;
    struct state *s = e->state;
    const char *place;
    int how = (int)e->options[COMPARE].number;
    if (how != NOTHING &&
        (!reward_gold(item, &gold) ||
         (how == AS_NUMBER && math_number_judge(&s->space, gold, text_of(""), &source) == MATH_NO_GOLD))) {
        reward_say(why, "no gold answer%s: skipped", how == AS_NUMBER ? " that is a number" : "");
        return NAN;
    }
    if (!locate(e, &t, &place)) {
        reward_say(why, "has no %s", place);
        return 0;
    }
    int result = search(e, t, &found);
    if (result <= 0) {
        reward_say(why, result ? "the search took too many steps or too much memory and was given up" : "no match");
        return 0;
    }
    if (how == NOTHING) {
        reward_say(why, "matches \"%.*s\"", reward_shown(found), found.at);
        return 1;
    }
    bool equal =
        how == AS_TEXT ? same_text(found, gold) : math_number_judge(&s->space, gold, found, &source) == MATH_EQUAL;
    reward_say(why, "\"%.*s\" %s %.*s", reward_shown(found), found.at, equal ? "equals" : "is not", reward_shown(gold),
               gold.at);
    return equal;
}

static bool compares(const struct reward_entry *e)
{
    return (int)e->options[COMPARE].number != NOTHING;
}

static bool answer(const struct reward_entry *e, const struct reward_item *item, struct str *out)
{
    struct text t = item->completion, found;
    struct state *s = e->state;
    const char *place;
    if (!compares(e) || !locate(e, &t, &place) || search(e, t, &found) <= 0)
        return false;
    if ((int)e->options[COMPARE].number == AS_NUMBER)
        return math_number_print(&s->space, found, out);
    found = text_trim(found);
    str_append(out, found.at, found.size);
    return found.size > 0;
}

const struct reward_kind reward_regex = {
    .name = "regex",
    .range = "0 or 1",
    .summary = "a PCRE2 expression matches, or finds the gold answer",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .judges = true,
    .judges_with = compares,
    .open = compile,
    .close = release,
    .one = score,
    .answer = answer,
};
