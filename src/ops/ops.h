// All ops: the list, and the functions that add them to a graph. Shapes in capitals: N tokens (rows), C tokens of a
// chunk, S slots of a rollout, D width, H query heads, J key/value heads, A head size, F feed-forward width,
// V vocabulary, M rows of keys (N in training, the KV cache in decoding), P positions of the RoPE table.
// Activations are f32. Per-token tensors have shape (N,1). Where a builder takes an output tensor ("_to"), it may be a
// view, so that chunks write into one whole.
#pragma once
#include "graph/op.h"

// THE list of ops (alphabetical).
#define OPS(X)                                                                                                         \
    X(adamw)                                                                                                           \
    X(add)                                                                                                             \
    X(attention)                                                                                                       \
    X(attention_delta)                                                                                                 \
    X(attention_dkv)                                                                                                   \
    X(attention_dq)                                                                                                    \
    X(bias)                                                                                                            \
    X(bias_bwd)                                                                                                        \
    X(cache_append)                                                                                                    \
    X(clip)                                                                                                            \
    X(copy)                                                                                                            \
    X(embed)                                                                                                           \
    X(embed_bwd)                                                                                                       \
    X(grpo_loss)                                                                                                       \
    X(logprob)                                                                                                         \
    X(logprob_bwd)                                                                                                     \
    X(matmul)                                                                                                          \
    X(norm_partial)                                                                                                    \
    X(rmsnorm)                                                                                                         \
    X(rmsnorm_bwd_w)                                                                                                   \
    X(rmsnorm_bwd_x)                                                                                                   \
    X(rope)                                                                                                            \
    X(sample)                                                                                                          \
    X(swiglu)                                                                                                          \
    X(swiglu_bwd)                                                                                                      \
    X(threshold)                                                                                                       \
    X(zero)
OPS(OP_DECLARE)

// op_add (N,D),(N,D) -> (N,D) and op_copy_to (same shape; f32 to or from f16 and bf16 converts, which is the cast) are
// declared in graph/op.h.

// y (N,D) = table[tokens], table (V,D) of any dtype, tokens (N,1) i32. Gradient: dtable[tokens[n]] += dy[n], in the
// order of n.
struct tensor *op_embed(struct graph *g, struct tensor *table, struct tensor *tokens);

// y (N,D) = x / sqrt(mean_d x^2 + eps) * w, w (D) or (1,D). Zhang and Sennrich 2019, as in Hugging Face's Llama.
struct tensor *op_rmsnorm(struct graph *g, struct tensor *x, struct tensor *w, double eps);

// y (N,O) = x (N,K) w^T, w (O,K) of any dtype: Hugging Face's Linear. Gradients: dx = dy w, dw += dy^T x.
struct tensor *op_matmul(struct graph *g, struct tensor *x, struct tensor *w);

// y (N,O) = x + b, b (1,O). Gradient: db += sum_n dy.
struct tensor *op_bias(struct graph *g, struct tensor *x, struct tensor *b);

// Rotary position embedding (Su et al. 2021) in Hugging Face's half-split layout: of every head of A values of
// x (N,heads*A), values i and i + A/2 are rotated by the angle of positions[n] (N,1) i32. table (P,A) holds row by row
// the A/2 cosines, then the A/2 sines; frequency scaling is in the table.
struct tensor *op_rope(struct graph *g, struct tensor *x, struct tensor *table, struct tensor *positions,
                       int64_t head_size);

// Grouped-query attention over ranges of rows. q (N,H*A), k and v (M,J*A); query head h reads key/value head h*J/H.
// Query row n attends the key rows [r0,r1) and [r2,r3) of key_ranges[n] (N,4) i32: a shared prefix and its own past.
// scores are scaled by 1/sqrt(A); softmax in f32 with the log-sum-exp kept for the backward pass. A row with two empty
// ranges (padding) gives zeros. query_ranges (M,4) i32 is the inverse, needed for gradients only (else NULL): key row m
// is attended by the query rows [r0,r1) and [r2,r3). Backward is delta, dK/dV and dQ (Dao 2023), without an N x M
// matrix.
struct tensor *op_attention(struct graph *g, struct tensor *q, struct tensor *k, struct tensor *v,
                            struct tensor *key_ranges, struct tensor *query_ranges, int64_t head_size);

// cache[rows[n]] = x[n] for rows (N,1) i32; a negative row is skipped. cache (M,W) state, x (N,W).
void op_cache_append(struct graph *g, struct tensor *cache, struct tensor *x, struct tensor *rows);

// y (N,F) = silu(gate) * up (Shazeer 2020).
struct tensor *op_swiglu(struct graph *g, struct tensor *gate, struct tensor *up);

// How tokens are drawn and, in training, whose log-probability is meant: an input tensor (1,4) f32 of
//   1/temperature (0: greedy, log-probabilities at temperature 1), top_k (0: off), top_p (1: off), min_p (0: off).
enum { SAMPLING_INV_TEMPERATURE, SAMPLING_TOP_K, SAMPLING_TOP_P, SAMPLING_MIN_P, SAMPLING_SIZE };

// The smallest scaled logit (logit / temperature) that top-k, top-p and min-p leave, per row: (C,1). Filters apply in
// transformers' order: top_k, then top_p on what is left, then min_p. Ties at the threshold stay.
struct tensor *op_threshold(struct graph *g, struct tensor *logits, struct tensor *sampling);

// logp[c] = z[target] - log sum_{v: z_v >= threshold} exp z_v with z = logits / temperature, targets (C,1) i32
// (negative: padding, logp 0 and entropy 0); entropy[c] of that distribution, in nats. threshold (C,1) or NULL: the
// full vocabulary. logp and entropy (C,1) may be views. Gradient: in place over the logits (which therefore must be
// recomputed, i.e. stand in a recompute segment).
void op_logprob_to(struct graph *g, struct tensor *logits, struct tensor *targets, struct tensor *sampling,
                   struct tensor *threshold, struct tensor *logp, struct tensor *entropy);

// One token per row: token (S,1) i32 and its log-probability (S,1) under the distribution of op_logprob_to. keys (S,4)
// i32 name the random numbers of the row: {episode, position, seed, unused} (see base/rng.h, purpose RNG_SAMPLE):
// Gumbel-max over the kept vocabulary, so a row's token depends on nothing but its logits and its key.
void op_sample(struct graph *g, struct tensor *logits, struct tensor *threshold, struct tensor *sampling,
               struct tensor *keys, struct tensor **token, struct tensor **logp);

// GRPO's clipped surrogate per token (as in rl/loss.h): with ratio = exp(logp - logp_old) (1 when logp_old is NULL),
//   pg = -min(min(ratio, delta) A, clip(ratio, 1-eps_low, 1+eps_high) A), kl = k3(logp_ref - logp) (0 without logp_ref)
//   loss = weight * (pg + beta * kl)
// All tensors (N,1). weight holds the mask and the division by the whole step's tokens. dlogp is d sum(loss) / d logp:
// the caller makes it a source of the backward pass with graph_add_grad(g, logp, out.dlogp).
struct grpo_loss_params {
    float eps_low, eps_high, delta; // delta 0: no upper bound
    float beta;
    uint32_t kl_times_ratio; // 1: TRL's use_bias_correction_kl
};
struct grpo_loss {
    struct tensor *loss, *dlogp, *ratio, *kl;
};
struct grpo_loss op_grpo_loss(struct graph *g, struct tensor *logp, struct tensor *logp_old, struct tensor *logp_ref,
                              struct tensor *advantage, struct tensor *weight, struct grpo_loss_params params);

// t = 0 (a gradient before accumulation).
void op_zero(struct graph *g, struct tensor *t);

// Sums of squares of t's chunks of 4096 elements, into partials, a view or tensor (op_norm_parts(t),1).
int64_t op_norm_parts(const struct tensor *t);
void op_norm_partial(struct graph *g, struct tensor *t, struct tensor *partials);

// What the optimiser step is told: an input tensor (1,8) f32.
enum {
    HYPER_LR,
    HYPER_GAIN1, // 1 - beta1, rounded once: 1 - 0.999f is not 0.001f
    HYPER_GAIN2, // 1 - beta2
    HYPER_EPS,
    HYPER_WEIGHT_DECAY,
    HYPER_CORRECTION1, // 1 - beta1^t
    HYPER_CORRECTION2, // 1 - beta2^t
    HYPER_MAX_NORM,    // 0: no clipping
    HYPER_SIZE
};
// (1,2) f32: the norm sqrt(sum of partials (n,1)) and the factor min(1, max_norm / (norm + 1e-6)) as
// torch.nn.utils.clip_grad_norm_ computes it; factor 0 when the norm is not finite (the step is skipped).
struct tensor *op_clip(struct graph *g, struct tensor *partials, struct tensor *hyper);

// AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW): in place on master (f32; NULL when w itself is f32), m, v
// and w; w in f16 or bf16 gets the rounded master. decay = false leaves weight decay out (norms and biases).
// When clip's factor is 0 nothing changes.
void op_adamw(struct graph *g, struct tensor *w, struct tensor *master, struct tensor *grad, struct tensor *m,
              struct tensor *v, struct tensor *hyper, struct tensor *clip, bool decay);
