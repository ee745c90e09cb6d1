#include "train/batch.h"

#include <string.h>

void batch_init(struct batch *b, struct arena *a, int rows, int max_sequences)
{
    *b = (struct batch){
        .rows = rows,
        .tokens = arena_array(a, int32_t, rows),
        .positions = arena_array(a, int32_t, rows),
        .key_ranges = arena_array(a, int32_t, rows * 4),
        .query_ranges = arena_array(a, int32_t, rows * 4),
        .targets = arena_array(a, int32_t, rows),
        .first_row = arena_array(a, int, max_sequences),
    };
}

static void clear(struct batch *b)
{
    memset(b->tokens, 0, sizeof(int32_t) * (size_t)b->rows);
    memset(b->positions, 0, sizeof(int32_t) * (size_t)b->rows);
    memset(b->key_ranges, 0, sizeof(int32_t) * 4 * (size_t)b->rows);
    memset(b->query_ranges, 0, sizeof(int32_t) * 4 * (size_t)b->rows);
    for (int i = 0; i < b->rows; i++)
        b->targets[i] = -1;
    b->used = b->count = 0;
}

static void set4(int32_t *to, int a, int b, int c, int d)
{
    to[0] = a;
    to[1] = b;
    to[2] = c;
    to[3] = d;
}

static void put_prefix(struct batch *b, const struct sequence *s)
{
    for (int i = 0, at = b->used; i < s->prompt_count - 1; i++) {
        b->tokens[at + i] = s->prompt[i];
        b->positions[at + i] = i;
        set4(b->key_ranges + 4 * (at + i), 0, 0, at, at + i + 1);
        // who reads this row: the prefix after it; the completions are added as they come
        set4(b->query_ranges + 4 * (at + i), at + i, at + s->prompt_count - 1, 0, 0);
    }
    b->used += s->prompt_count - 1;
}

static void put_completion(struct batch *b, const struct sequence *s, int prefix)
{
    int at = b->used, n = s->completion_count, shared = s->prompt_count - 1;
    for (int i = 0; i < n; i++) {
        b->tokens[at + i] = i ? s->completion[i - 1] : s->prompt[shared];
        b->positions[at + i] = shared + i;
        b->targets[at + i] = s->completion[i];
        set4(b->key_ranges + 4 * (at + i), prefix, prefix + shared, at, at + i + 1);
        set4(b->query_ranges + 4 * (at + i), at + i, at + n, 0, 0);
    }
    for (int i = 0; i < shared; i++) {
        int32_t *readers = b->query_ranges + 4 * (prefix + i);
        readers[2] = prefix + shared;
        readers[3] = at + n;
    }
    b->used += n;
}

int batch_pack(struct batch *b, const struct sequence *s, int first, int end)
{
    clear(b);
    b->first = first;
    int prefix = 0;
    for (int i = first; i < end; i++) {
        check(s[i].prompt_count > 0 && s[i].completion_count > 0, "sequence %d has %d + %d tokens", i,
              s[i].prompt_count, s[i].completion_count);
        bool shares = i > first && s[i].prompt == s[i - 1].prompt && s[i].prompt_count == s[i - 1].prompt_count;
        int rows = s[i].completion_count + (shares ? 0 : s[i].prompt_count - 1);
        if (b->used + rows > b->rows)
            break;
        if (!shares) {
            prefix = b->used;
            put_prefix(b, &s[i]);
        }
        b->first_row[b->count++] = b->used;
        put_completion(b, &s[i], prefix);
    }
    return b->count;
}
