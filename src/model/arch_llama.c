// Llama (Touvron et al. 2023, Grattafiori et al. 2024): pre-norm, grouped-query attention with RoPE, SwiGLU. Qwen2
// (Yang et al. 2024) adds biases to q, k and v.
#include "model/arch.h"
#include "ops/ops.h"

static struct tensor *linear(struct graph *g, struct tensor *x, struct tensor *w, struct tensor *bias)
{
    struct tensor *y = op_matmul(g, x, w);
    return bias ? op_bias(g, y, bias) : y;
}

static struct tensor *attention(struct graph *g, const struct model *m, int l, struct tensor *x,
                                const struct model_inputs *in, const struct model_cache *cache)
{
    struct tensor *const *w = m->layers[l].w;
    int64_t A = m->config.head_size;
    struct tensor *q = op_rope(g, linear(g, x, w[W_Q], w[W_Q_BIAS]), m->rope, in->positions, A);
    struct tensor *k = op_rope(g, linear(g, x, w[W_K], w[W_K_BIAS]), m->rope, in->positions, A);
    struct tensor *v = linear(g, x, w[W_V], w[W_V_BIAS]);
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
