// Packing sequences into the N rows of a micro-batch. The completions of one prompt share its rows:
//
//     rows   p0 p1 .. p(n-2) | p(n-1) c0 c1 .. | p(n-1) c0' c1' .. | next prompt ...
//            shared prefix     1st completion    2nd completion
//
// The prompt's last token stands at the head of every completion, so that each row has one target. A completion's rows
// attend the prefix and their own past, nothing else; results equal those of one sequence at a time.
#pragma once
#include "base/arena.h"
#include "base/err.h"

struct sequence {
    const int32_t *prompt; // sequences that follow each other with the same pointer share the prefix
    int prompt_count;      // at least 1
    const int32_t *completion;
    int completion_count; // at least 1
};

struct batch {
    int rows;              // N
    int32_t *tokens;       // (N)
    int32_t *positions;    // (N)
    int32_t *key_ranges;   // (N,4) see op_attention
    int32_t *query_ranges; // (N,4)
    int32_t *targets;      // (N) -1: no target
    int used;              // rows in use
    int first, count;      // the sequences packed: [first, first + count) of the caller's array
    int *first_row;        // (count) row of a sequence whose target is completion[0]; the others follow
};

void batch_init(struct batch *b, struct arena *a, int rows, int max_sequences);
// Packs sequences [first, ...) as far as they fit, in order, and returns how many; 0 when not even the first fits.
int batch_pack(struct batch *b, const struct sequence *s, int first, int end);
