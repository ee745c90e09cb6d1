// rng_words: words[i] = philox(counter (i, 7 i, 0, 0), key (seed, purpose)); the host's numbers, on the device.
//   words (n) u32x4 overwritten
// Grid: vk_groups(ceil(n / 64)). Tested against src/base/rng.c by tests/test_vk.c.
#version 450
#include "rng_words_args.h"
#include "lib/rng.glsl"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
    if (i < args.n)
        args.words.v[i] = rng_philox(uvec4(i, 7u * i, 0u, 0u), uvec2(args.seed, args.purpose));
}
