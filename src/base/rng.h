// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011). The same function stands in shaders/lib/rng.glsl, so host and device agree to the bit.
#pragma once
#include <stdint.h>

// Random numbers are named, never drawn in sequence: key = (seed, purpose), counter = what the number is for, e.g.
// (episode, position, 0, 0). Equal names give equal numbers on every device and after every restart.
void rng_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

enum rng_purpose { RNG_SAMPLE = 1, RNG_SHUFFLE, RNG_PROBLEM, RNG_INIT, RNG_TEST };

// One 32-bit word; for host uses (shuffles, generated problems, initial weights).
uint32_t rng_u32(uint32_t seed, enum rng_purpose purpose, uint32_t a, uint32_t b);
double rng_uniform(uint32_t seed, enum rng_purpose purpose, uint32_t a, uint32_t b); // in [0, 1), 53 bits
double rng_normal(uint32_t seed, enum rng_purpose purpose, uint32_t a, uint32_t b);  // mean 0, variance 1
// The i-th element of a seeded permutation of 0..n-1 (Fisher-Yates), written whole.
void rng_permutation(uint32_t seed, enum rng_purpose purpose, uint32_t epoch, uint32_t *out, uint32_t n);
