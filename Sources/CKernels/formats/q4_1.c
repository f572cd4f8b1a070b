// Q4_1: 32 unsigned 4-bit values, a half-precision scale and minimum;
// value = scale * q + minimum.
// It knows this block alone; the reduction is matmul_q8_32.h's.

#include "formats.h"
#include "matmul_q8_32.h"

typedef struct __attribute__((packed)) block_q4_1 {
    uint16_t scale;    // half
    uint16_t minimum;  // half
    uint8_t low[16];   // byte i: element i low, element i + 16 high
} block_q4_1;
_Static_assert(sizeof(block_q4_1) == 20, "Q4_1 is 20 bytes in a GGUF file");

SIR_DEFINE_SHAPE(q4_1, .columns = 32, .block_bytes = sizeof(block_q4_1),
                 .halves_at = 0, .halves = 2, .words_at = 4, .words = 4)

SIR_INLINE int value(const block_q4_1 *block, int i) {
    return i < 16 ? block->low[i] & 15 : block->low[i - 16] >> 4;
}

static void unpack(const void *at, sir_unpacked_32 *out) {
    const block_q4_1 *block = at;
    out->scale = sir_half_to_float(block->scale);
    out->offset = sir_half_to_float(block->minimum);
    for (int i = 0; i < 32; i++) out->q[i] = (int16_t)value(block, i);
}

void sir_q4_1_decode(const void *blocks, float *out, size_t count) {
    const block_q4_1 *block = blocks;
    for (size_t b = 0; b < count / 32; b++, block++, out += 32) {
        float scale = sir_half_to_float(block->scale), minimum = sir_half_to_float(block->minimum);
        for (int i = 0; i < 32; i++) out[i] = scale * (float)value(block, i) + minimum;
    }
}

void sir_q4_1_encode(const float *x, void *blocks, size_t count) {
    block_q4_1 *block = blocks;
    for (size_t b = 0; b < count / 32; b++, block++, x += 32) {
        float largest = x[0], smallest = x[0];
        for (int i = 1; i < 32; i++) {
            if (x[i] > largest) largest = x[i];
            if (x[i] < smallest) smallest = x[i];
        }
        float scale = (largest - smallest) / 15, inverse = scale == 0 ? 0 : 1 / scale;
        block->scale = sir_float_to_half(scale);
        block->minimum = sir_float_to_half(smallest);
        for (int i = 0; i < 16; i++) {
            int low = sir_truncate((x[i] - smallest) * inverse + 0.5f, 0, 15);
            int high = sir_truncate((x[i + 16] - smallest) * inverse + 0.5f, 0, 15);
            block->low[i] = (uint8_t)(low | high << 4);
        }
    }
}

SIR_DEFINE_SCALAR_Q8_32(q4_1, shape, unpack, true)

#if SIR_X86


SIR_PANEL_FUNCTION(values, SIR_CHUNK(k % 4) >> k / 4 * 4 & SIR_EACH_BYTE(15))

SIR_AVX2_INLINE __m256i block_avx2(const void *at) { return sir_nibbles(((const block_q4_1 *)at)->low); }

SIR_DEFINE_MATMUL_Q8_32(q4_1, shape, SIR_OFFSET_4)

#endif
