// Q2_K: 256 unsigned 2-bit values; 16 sub-blocks of 16 with 4-bit scale and minimum.
// It knows this block alone; the reduction is matmul_q8_256.h's.

#include "formats.h"
#include "matmul_q8_256.h"

typedef struct __attribute__((packed)) block_q2_k {
    uint8_t scales[16];  // low nibble: scale, high nibble: minimum of a sub-block
    uint8_t q[64];       // byte 32h + i: elements 128h + 32k + i, 2 bits each, k = 0 lowest
    uint16_t scale;      // half
    uint16_t minimum;    // half
} block_q2_k;
_Static_assert(sizeof(block_q2_k) == 84, "Q2_K is 84 bytes in a GGUF file");

static void unpack(const void *at, sir_unpacked_256 *out) {
    const block_q2_k *block = at;
    out->scale = sir_half_to_float(block->scale);
    out->minimum = sir_half_to_float(block->minimum);
    for (int i = 0; i < 16; i++) {
        out->s[i] = block->scales[i] & 15;
        out->m[i] = block->scales[i] >> 4;
    }
    for (int e = 0; e < 256; e++) {
        out->q[e] = block->q[e / 128 * 32 + e % 32] >> e / 32 % 4 * 2 & 3;
    }
}

void sir_q2_k_decode(const void *blocks, float *out, size_t count) {
    sir_decode_256(blocks, out, count, sizeof(block_q2_k), unpack, 0);
}

void sir_q2_k_matmul_scalar(SIR_MATMUL_PARAMETERS) {
    sir_matmul_q8_256_scalar(SIR_MATMUL_ARGUMENTS, sizeof(block_q2_k), unpack, 0);
}
