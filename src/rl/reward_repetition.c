// repetition: a penalty for n-grams that occur again: (1 - distinct / all) * max_penalty, 0 where there are fewer words
// than n. "Demystifying Long Chain-of-Thought Reasoning" (arXiv 2502.03373, appendix C.2); over lower-case words as in
// open-r1, or over token ids as in TRL.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/utf8.h"
#include "rl/reward_text.h"

enum { NGRAM_SIZE, MAX_PENALTY, UNIT };
enum { WORDS, TOKENS };

static const struct reward_option options[] = {
    [NGRAM_SIZE] = {"ngram_size", REWARD_INTEGER, "3", .low = 1, .high = 64, .help = "words of an n-gram"},
    [MAX_PENALTY] = {"max_penalty", REWARD_NUMBER, "-1", .low = -1e6, .high = 0,
                     .help = "what a text of nothing but repetitions comes close to"},
    [UNIT] = {"unit", REWARD_CHOICE, "words", .choices = "words|tokens",
              .help = "tokens needs token ids and is skipped without"},
};

// Writes the words of t in lower case, each ended by a zero byte, and returns how many.
static size_t split(struct text t, struct str *out)
{
    size_t count = 0;
    bool inside = false;
    for (size_t i = 0; i < t.size;) {
        uint32_t c;
        int used = utf8_decode(t.at + i, t.size - i, &c);
        char bytes[4];
        if (used == 0) { // an invalid byte is a letter of its own
            bytes[0] = t.at[i++];
            str_append(out, bytes, 1);
            count += !inside;
            inside = true;
            continue;
        }
        i += (size_t)used;
        if (reward_is_space(c) || c == 0) {
            if (inside)
                str_putc(out, 0);
            inside = false;
            continue;
        }
        count += !inside;
        inside = true;
        str_append(out, bytes, (size_t)utf8_encode((uint32_t)utf8proc_tolower((utf8proc_int32_t)c), bytes));
    }
    if (inside)
        str_putc(out, 0);
    return count;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

// Gives equal words equal numbers: ids[i] is the rank of word i among the n words.
static void number_words(const char *words, size_t n, int32_t *ids)
{
    const char **start = block_alloc(n * sizeof *start), **sorted = block_alloc(n * sizeof *sorted);
    check_memory(start && sorted, "%zu words", n);
    for (size_t i = 0; i < n; i++, words += strlen(words) + 1)
        start[i] = sorted[i] = words;
    qsort(sorted, n, sizeof *sorted, by_text);
    size_t distinct = 0;
    for (size_t i = 1; i < n; i++)
        if (strcmp(sorted[i], sorted[distinct]) != 0)
            sorted[++distinct] = sorted[i];
    for (size_t i = 0; i < n; i++) {
        const char **at = bsearch(&start[i], sorted, distinct + 1, sizeof *sorted, by_text);
        check(at, "word %zu is lost", i);
        ids[i] = (int32_t)(at - sorted);
    }
    block_free(start);
    block_free(sorted);
}

struct order {
    const int32_t *ids;
    size_t size;
};

static int by_ngram(const void *a, const void *b, void *context)
{
    const struct order *o = context;
    const int32_t *x = o->ids + *(const uint32_t *)a, *y = o->ids + *(const uint32_t *)b;
    for (size_t i = 0; i < o->size; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}

// Counts the distinct ones among the n - size + 1 n-grams of ids.
static size_t distinct_ngrams(const int32_t *ids, size_t n, size_t size)
{
    size_t total = n - size + 1, distinct = 1;
    struct order o = {ids, size};
    uint32_t *at = block_alloc(total * sizeof *at);
    check_memory(at, "%zu n-grams", total);
    for (size_t i = 0; i < total; i++)
        at[i] = (uint32_t)i;
    qsort_r(at, total, sizeof *at, by_ngram, &o);
    for (size_t i = 1; i < total; i++)
        distinct += by_ngram(&at[i - 1], &at[i], &o) != 0;
    block_free(at);
    return distinct;
}

static double score(const struct reward_entry *e, const struct reward_item *item, struct str *why)
{
    size_t size = (size_t)e->options[NGRAM_SIZE].number, n = (size_t)item->token_count;
    const int32_t *ids = item->tokens;
    int32_t *numbered = NULL;
    struct str words = {0};
    if ((int)e->options[UNIT].number == TOKENS) {
        if (!ids) {
            reward_say(why, "no token ids: skipped");
            return NAN;
        }
    } else {
        n = split(item->completion, &words);
        if (n >= size) {
            numbered = block_alloc(n * sizeof *numbered);
            check_memory(numbered, "%zu words", n);
            number_words(words.data, n, numbered);
        }
        ids = numbered;
    }
    double value = 0;
    if (n >= size) {
        size_t total = n - size + 1, distinct = distinct_ngrams(ids, n, size);
        if (distinct < total)
            value = (1 - (double)distinct / (double)total) * e->options[MAX_PENALTY].number;
        reward_say(why, "%zu distinct of %zu %zu-grams", distinct, total, size);
    } else {
        reward_say(why, "fewer than %zu words", size);
    }
    block_free(numbered);
    str_finish(&words);
    return value;
}

const struct reward_kind reward_repetition = {
    .name = "repetition",
    .range = "max_penalty to 0",
    .summary = "a penalty for repeated n-grams",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .one = score,
};
