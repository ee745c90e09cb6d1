// canary: word += 1. The last dispatch of every submission; the host compares the word (src/vk/submit.c).
//   word (1) u32 inout
// Grid: one workgroup of one invocation. Tested by tests/test_vk.c.
#version 450
#include "canary_args.h"
layout(local_size_x = 1) in;

void main()
{
    args.word.v[0] += 1u;
}
