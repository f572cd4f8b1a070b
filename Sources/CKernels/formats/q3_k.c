// Q3_K: 256 signed 3-bit values (stored plus 4); 16 sub-blocks of 16 with signed 6-bit scale.
// It knows this block alone; the reduction is matmul_q8_256.h's.

#include "formats.h"
#include "matmul_q8_256.h"

typedef struct __attribute__((packed)) block_q3_k {
    uint8_t high[32];    // bit c of byte i: bit 2 of element 32c + i
    uint8_t low[64];     // byte 32h + i: elements 128h + 32k + i, 2 bits each, k = 0 lowest
    uint8_t scales[12];  // 0 ..< 8: low nibbles (i, i + 8); 8 ..< 12: high pairs (i, i + 4, i + 8, i + 12)
    uint16_t scale;      // half
} block_q3_k;
_Static_assert(sizeof(block_q3_k) == 110, "Q3_K is 110 bytes in a GGUF file");

static void unpack(const void *at, sir_unpacked_256 *out) {
    const block_q3_k *block = at;
    out->scale = sir_half_to_float(block->scale);
    out->minimum = 0;
    for (int i = 0; i < 16; i++) {
        int low = i < 8 ? block->scales[i] & 15 : block->scales[i - 8] >> 4;
        int high = block->scales[8 + i % 4] >> i / 4 * 2 & 3;
        out->s[i] = (int16_t)((low | high << 4) - 32);
    }
    for (int e = 0; e < 256; e++) {
        int low = block->low[e / 128 * 32 + e % 32] >> e / 32 % 4 * 2 & 3;
        out->q[e] = (uint8_t)(low | (block->high[e % 32] >> e / 32 & 1) << 2);
    }
}

void sir_q3_k_decode(const void *blocks, float *out, size_t count) {
    sir_decode_256(blocks, out, count, sizeof(block_q3_k), unpack, 4);
}

void sir_q3_k_matmul_scalar(SIR_MATMUL_PARAMETERS) {
    sir_matmul_q8_256_scalar(SIR_MATMUL_ARGUMENTS, sizeof(block_q3_k), unpack, 4);
}
