// What the nodes of attention share. The forward node has inputs q, k, v, key_ranges and outputs o, lse; its last
// input, query_ranges, is not read by the forward pass but kept for the gradient rule.
#pragma once
#include "graph/op.h"

enum { ATTENTION_HEAD_MAX = 256 };

struct attention_params {
    float scale; // of the scores
    int32_t head_size;
    int32_t key_rows; // how many key rows are in any list, and
    double pairs;     // the sum of the lists' lengths, when they are known: they are the cost, nothing else
    int32_t lanes;    // invocations that share a row on Vulkan; 0: what the device is best with, maybe many rows each
    int32_t most_groups; // workgroups of a dispatch at most; 0: as many as are short on a small device
};

// Two ranges of rows taken as one list: row i of it. Length is the number of rows.
static inline int64_t ranges_length(const int32_t r[4])
{
    return (r[1] > r[0] ? r[1] - r[0] : 0) + (r[3] > r[2] ? r[3] - r[2] : 0);
}
static inline int64_t ranges_row(const int32_t r[4], int64_t i)
{
    int64_t first = r[1] > r[0] ? r[1] - r[0] : 0;
    return i < first ? r[0] + i : r[2] + i - first;
}

// Stops the program when a row of ranges (n,4) reaches outside [0,rows): the host wrote it wrongly.
void OP_NAME(ranges_check)(const struct tensor *ranges, int64_t rows);
#define ranges_check OP_NAME(ranges_check)

// Cost of a node that does `products` products of length A for every pair of rows. What the lists hold is not known to
// the host when it plans: unless the parameters say it, half of all N x M pairs are assumed (causal), and all key rows.
struct op_cost attention_cost_of(const struct node *n, double products);

// Vulkan forms (attention_vulkan.c).
struct vk;
struct vk_stream;
void attention_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s);
void attention_delta_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s);
void attention_dkv_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s);
void attention_dq_vulkan(const struct node *n, struct vk *vk, struct vk_stream *s);
