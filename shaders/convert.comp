// convert: to[i] = from[i] as another type; to a narrower one rounded to nearest even.
//   to (n) of PACK's type, or f32 without PACK   from (n) of LOAD's type
// An invocation writes one word, that is two elements with PACK; after an odd n the word's upper half becomes 0.
// Defines: LOAD (load_T of lib/load.glsl), PACK (pack_T). Grid: vk_groups(ceil(words / 64)), words of `to`.
// Tested against src/base/dtype.c by the cases of src/ops/copy.c.
#version 450
#include "copy_args.h"
#include "lib/load.glsl"
layout(local_size_x = 64) in;

void main()
{
    uint i = global_index();
#ifdef PACK
    if (2u * i < args.n)
        args.to.v[i] = PACK(vec2(LOAD(args.from, 2u * i), 2u * i + 1u < args.n ? LOAD(args.from, 2u * i + 1u) : 0.0));
#else
    if (i < args.n)
        args.to.v[i] = floatBitsToUint(LOAD(args.from, i));
#endif
}
