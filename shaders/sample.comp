// sample: one token per row by the Gumbel-max trick, and its log-probability (src/ops/sample.c).
//   token = argmax over kept v of z_v + G_v, lowest v on ties; greedy: of z_v      logp = z_token - log sum_kept exp z
//   logits (S,V) f32   sampling (4) f32   keys (S,4) i32 {episode, position, seed, -}   threshold (S) f32 when filtered
//   partials (S,blocks,4) f32 scratch   token (S) i32, logp (S) f32 overwritten
// Forms and blocks as in logprob.comp; the random words of the four columns from v on are those of one Philox counter.
// Grid: vk_groups(ceil(invocations / 64)). Tested against the CPU reference.
#version 450
#include "sample_args.h"
#include "lib/log.glsl"
#include "lib/rng.glsl"
#include "lib/softmax.glsl"
#include "lib/vocabulary.glsl"
layout(local_size_x = 64) in;

const uint RNG_SAMPLE = 1u;
const float LARGEST_GUMBEL = 16.7; // of u = 1 - 2^-24; a token farther below the best needs no random number

struct Best {
    float score;
    uint token;
};

float scale()
{
    float inverse = args.sampling.v[0];
    return inverse == 0.0 ? 1.0 : inverse;
}

void scan(uint row, Part part, out Softmax a, out Best best)
{
    uint base = row * args.vocabulary, last = args.vocabulary - 1u;
    uvec3 key = uvec3(ivec3(args.keys.v[4u * row], args.keys.v[4u * row + 1u], args.keys.v[4u * row + 2u]));
    float s = scale(), threshold = args.filtered != 0u ? args.threshold.v[row] : -3.402823466e38;
    bool greedy = args.sampling.v[0] == 0.0;
    a = softmax_empty();
    best = Best(SOFTMAX_LOW, 0u);
    for (uint v = part.first; v < part.end; v += part.step) {
        uvec4 at = uvec4(v, v + 1u, v + 2u, v + 3u), in_row = min(at, uvec4(last));
        uvec4 column = base + in_row;
        precise vec4 z = vec4(args.logits.v[column.x], args.logits.v[column.y], args.logits.v[column.z],
                              args.logits.v[column.w]) * s;
        bvec4 kept = bvec4(!(z.x < threshold), !(z.y < threshold) && at.y <= last, !(z.z < threshold) && at.z <= last,
                           !(z.w < threshold) && at.w <= last);
        softmax_add(a, z, kept);
        vec4 score = mix(vec4(SOFTMAX_LOW), z, kept);
        if (!greedy) {
            if (max(max(score.x, score.y), max(score.z, score.w)) + LARGEST_GUMBEL < best.score)
                continue;
            uvec4 word = rng_philox(uvec4(v >> 2, key.y, key.x, 0u), uvec2(key.z, RNG_SAMPLE));
            vec4 noise = vec4(gumbel(rng_uniform(word.x)), gumbel(rng_uniform(word.y)), gumbel(rng_uniform(word.z)),
                              gumbel(rng_uniform(word.w)));
            score += mix(vec4(0), noise, kept);
        }
        for (uint j = 0u; j < 4u; j++)
            if (score[j] > best.score)
                best = Best(score[j], v + j);
    }
}

void finish(uint row, Softmax a, Best best)
{
    precise float z = args.logits.v[row * args.vocabulary + best.token] * scale();
    args.token.v[row] = int(best.token);
    args.logp.v[row] = z - a.largest - (is_finite(a.sum) ? log_exact(a.sum) : a.sum);
}

void main()
{
    uint i = global_index();
    Softmax a;
    Best best;
#if defined(PARTIAL)
    if (i >= args.rows * args.blocks)
        return;
    scan(i / args.blocks, part_of(i % args.blocks, args.blocks, args.vocabulary), a, best);
    args.to_partials.v[4u * i] = a.largest;
    args.to_partials.v[4u * i + 1u] = a.sum;
    args.to_partials.v[4u * i + 2u] = best.score;
    args.to_partials.v[4u * i + 3u] = float(best.token); // exact below 2^24
#elif defined(COMBINE)
    if (i >= args.rows)
        return;
    a = softmax_empty();
    best = Best(SOFTMAX_LOW, 0u);
    for (uint b = 0u; b < args.blocks; b++) {
        uint at = 4u * (i * args.blocks + b), token = uint(args.partials.v[at + 3u]);
        float score = args.partials.v[at + 2u];
        softmax_join(a, Softmax(args.partials.v[at], args.partials.v[at + 1u], 0.0));
        if (score > best.score || (score == best.score && token < best.token))
            best = Best(score, token);
    }
    finish(i, a, best);
#else
    if (i >= args.rows)
        return;
    scan(i, Part(0u, args.vocabulary, 4u), a, best);
    finish(i, a, best);
#endif
}
