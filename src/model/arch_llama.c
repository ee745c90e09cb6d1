// Llama (Touvron et al. 2023, Grattafiori et al. 2024): pre-norm, grouped-query attention with RoPE, SwiGLU. Qwen2
// (Yang et al. 2024) adds biases to q, k and v.
#include "model/arch.h"
#include "ops/ops.h"

static struct tensor *attention(struct graph *g, const struct model *m, int l, struct tensor *x,
                                const struct model_inputs *in, const struct model_cache *cache)
{
    struct tensor *const *w = m->layers[l].w;
    int64_t A = m->config.head_size;
    // Step by step for all three: a device waits between two steps, not between q, k and v.
    struct tensor *q = op_matmul(g, x, w[W_Q]), *k = op_matmul(g, x, w[W_K]), *v = op_matmul(g, x, w[W_V]);
    if (w[W_Q_BIAS]) {
        q = op_bias(g, q, w[W_Q_BIAS]);
        k = op_bias(g, k, w[W_K_BIAS]);
        v = op_bias(g, v, w[W_V_BIAS]);
    }
    q = op_rope(g, q, m->rope, in->positions, A);
    k = op_rope(g, k, m->rope, in->positions, A);
    if (cache) {
        op_cache_append(g, cache->k[l], k, in->cache_rows);
        op_cache_append(g, cache->v[l], v, in->cache_rows);
        k = cache->k[l];
        v = cache->v[l];
    }
    struct tensor *o = op_attention(g, q, k, v, in->key_ranges, in->query_ranges, A);
    return op_matmul(g, o, w[W_O]);
}

static struct tensor *feed_forward(struct graph *g, const struct model *m, int l, struct tensor *x)
{
    struct tensor *const *w = m->layers[l].w;
    return op_matmul(g, op_swiglu(g, op_matmul(g, x, w[W_GATE]), op_matmul(g, x, w[W_UP])), w[W_DOWN]);
}

struct tensor *arch_llama_layer(struct graph *g, const struct model *m, int l, struct tensor *x,
                                const struct model_inputs *in, const struct model_cache *cache)
{
    struct tensor *const *w = m->layers[l].w;
    double eps = (double)m->config.rms_eps;
    x = op_add(g, x, attention(g, m, l, op_rmsnorm(g, x, w[W_NORM_ATTN], eps), in, cache));
    return op_add(g, x, feed_forward(g, m, l, op_rmsnorm(g, x, w[W_NORM_FFN], eps)));
}
