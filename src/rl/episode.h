// One prompt with one completion: the record that passes through a step. Each field is written by exactly one stage,
// in this order, and only read by the later ones.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct problem;

enum finish {
    FINISH_NONE,   // not sampled yet
    FINISH_EOS,    // ended by an end-of-sequence token, which is the last token of the completion
    FINISH_STOP,   // ended by one of rl.stop, which the last token finishes; not cut either
    FINISH_LENGTH, // cut at the length limit ("truncated")
};

struct episode {
    // 1 dataset: which problem, and which of the step's groups. The G episodes of a prompt are adjacent.
    const struct problem *problem; // borrowed from the dataset
    int group;                     // 0..P-1

    // 2 prompt: shared by the episodes of a group
    const int32_t *prompt; // (prompt_count) token ids
    int prompt_count;

    // 3 rollout: memory of the step's arena
    int32_t *completion; // (completion_count) token ids, the end-of-sequence token included
    int completion_count;
    float *logp_old; // (completion_count) nats, of the distribution that was sampled
    enum finish finish;
    size_t stop_size; // with FINISH_STOP: bytes of the text up to the end of the stop; the rest of the text is cut
    const char *text; // the completion without special tokens, zero-terminated
    size_t text_size; // bytes; the text may contain zero bytes

    // 4 reward
    double *reward_parts; // (reward_set.count) unweighted; NaN: skipped
    double reward;        // weighted sum of the parts; NaN: every part was skipped

    // 5 advantage
    double advantage; // 0 where the reward was skipped
};
