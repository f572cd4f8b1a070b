// Q4_0: 32 unsigned 4-bit values, a half-precision scale; value = scale * (q - 8).
// It knows this block alone; the reduction is matmul_q8_32.h's.

#include "formats.h"
#include "matmul_q8_32.h"

typedef struct __attribute__((packed)) block_q4_0 {
    uint16_t scale;   // half
    uint8_t low[16];  // byte i: element i low, element i + 16 high
} block_q4_0;
_Static_assert(sizeof(block_q4_0) == 18, "Q4_0 is 18 bytes in a GGUF file");

SIR_DEFINE_SHAPE(q4_0, .columns = 32, .block_bytes = sizeof(block_q4_0),
                 .halves_at = 0, .halves = 1, .words_at = 2, .words = 4)

SIR_INLINE int value(const block_q4_0 *block, int i) {
    return i < 16 ? block->low[i] & 15 : block->low[i - 16] >> 4;
}

static void unpack(const void *at, sir_unpacked_32 *out) {
    const block_q4_0 *block = at;
    out->scale = sir_half_to_float(block->scale);
    out->offset = 0;
    for (int i = 0; i < 32; i++) out->q[i] = (int16_t)(value(block, i) - 8);
}

void sir_q4_0_decode(const void *blocks, float *out, size_t count) {
    const block_q4_0 *block = blocks;
    for (size_t b = 0; b < count / 32; b++, block++, out += 32) {
        float scale = sir_half_to_float(block->scale);
        for (int i = 0; i < 32; i++) out[i] = scale * (float)(value(block, i) - 8);
    }
}

void sir_q4_0_encode(const float *x, void *blocks, size_t count) {
    block_q4_0 *block = blocks;
    for (size_t b = 0; b < count / 32; b++, block++, x += 32) {
        float extreme = x[0];  // the first of those with the largest magnitude
        for (int i = 1; i < 32; i++) {
            if (fabsf(x[i]) > fabsf(extreme)) extreme = x[i];
        }
        float scale = extreme / -8, inverse = scale == 0 ? 0 : 1 / scale;
        block->scale = sir_float_to_half(scale);
        for (int i = 0; i < 16; i++) {
            int low = sir_truncate(x[i] * inverse + 8.5f, 0, 15);
            int high = sir_truncate(x[i + 16] * inverse + 8.5f, 0, 15);
            block->low[i] = (uint8_t)(low | high << 4);
        }
    }
}

SIR_DEFINE_SCALAR_Q8_32(q4_0, shape, unpack, false)

#if SIR_X86


SIR_PANEL_FUNCTION(values, SIR_CHUNK(k % 4) >> k / 4 * 4 & SIR_EACH_BYTE(15))

SIR_AVX2_INLINE __m256i block_avx2(const void *at) { return sir_nibbles(((const block_q4_0 *)at)->low); }

SIR_DEFINE_MATMUL_Q8_32(q4_0, shape, SIR_CENTRED_4)

#endif
