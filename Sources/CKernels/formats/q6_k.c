// Q6_K: 256 signed 6-bit values (stored plus 32); 16 sub-blocks of 16 with signed 8-bit scale.
// It knows this block alone; the reduction is matmul_q8_256.h's.

#include "formats.h"
#include "matmul_q8_256.h"

typedef struct __attribute__((packed)) block_q6_k {
    uint8_t low[128];   // byte 64h + i: element 128h + i low, 128h + 64 + i high, i < 64
    uint8_t high[64];   // byte 32h + i: elements 128h + 32k + i, 2 bits each, k = 0 lowest
    int8_t scales[16];
    uint16_t scale;     // half
} block_q6_k;
_Static_assert(sizeof(block_q6_k) == 210, "Q6_K is 210 bytes in a GGUF file");

static void unpack(const void *at, sir_unpacked_256 *out) {
    const block_q6_k *block = at;
    out->scale = sir_half_to_float(block->scale);
    out->minimum = 0;
    for (int i = 0; i < 16; i++) out->s[i] = block->scales[i];
    for (int e = 0; e < 256; e++) {
        int low = block->low[e / 128 * 64 + e % 64] >> e / 64 % 2 * 4 & 15;
        int high = block->high[e / 128 * 32 + e % 32] >> e / 32 % 4 * 2 & 3;
        out->q[e] = (uint8_t)(low | high << 4);
    }
}

void sir_q6_k_decode(const void *blocks, float *out, size_t count) {
    sir_decode_256(blocks, out, count, sizeof(block_q6_k), unpack, 32);
}

void sir_q6_k_matmul_scalar(SIR_MATMUL_PARAMETERS) {
    sir_matmul_q8_256_scalar(SIR_MATMUL_ARGUMENTS, sizeof(block_q6_k), unpack, 32);
}
