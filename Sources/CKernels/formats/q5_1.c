// Q5_1: 32 unsigned 5-bit values, a half-precision scale and minimum;
// value = scale * q + minimum.
// It knows this block alone; the reduction is matmul_q8_32.h's.

#include "formats.h"
#include "matmul_q8_32.h"

typedef struct __attribute__((packed)) block_q5_1 {
    uint16_t scale;    // half
    uint16_t minimum;  // half
    uint8_t high[4];   // bit i: bit 4 of element i
    uint8_t low[16];   // byte i: element i low, element i + 16 high
} block_q5_1;
_Static_assert(sizeof(block_q5_1) == 24, "Q5_1 is 24 bytes in a GGUF file");

SIR_DEFINE_SHAPE(q5_1, .columns = 32, .block_bytes = sizeof(block_q5_1),
                 .halves_at = 0, .halves = 2, .words_at = 4, .words = 5)

SIR_INLINE int value(const block_q5_1 *block, int i) {
    int low = i < 16 ? block->low[i] & 15 : block->low[i - 16] >> 4;
    return low | (block->high[i / 8] >> i % 8 & 1) << 4;
}

static void unpack(const void *at, sir_unpacked_32 *out) {
    const block_q5_1 *block = at;
    out->scale = sir_half_to_float(block->scale);
    out->offset = sir_half_to_float(block->minimum);
    for (int i = 0; i < 32; i++) out->q[i] = (int16_t)value(block, i);
}

void sir_q5_1_decode(const void *blocks, float *out, size_t count) {
    const block_q5_1 *block = blocks;
    for (size_t b = 0; b < count / 32; b++, block++, out += 32) {
        float scale = sir_half_to_float(block->scale), minimum = sir_half_to_float(block->minimum);
        for (int i = 0; i < 32; i++) out[i] = scale * (float)value(block, i) + minimum;
    }
}

void sir_q5_1_encode(const float *x, void *blocks, size_t count) {
    block_q5_1 *block = blocks;
    for (size_t b = 0; b < count / 32; b++, block++, x += 32) {
        float largest = x[0], smallest = x[0];
        for (int i = 1; i < 32; i++) {
            if (x[i] > largest) largest = x[i];
            if (x[i] < smallest) smallest = x[i];
        }
        float scale = (largest - smallest) / 31, inverse = scale == 0 ? 0 : 1 / scale;
        block->scale = sir_float_to_half(scale);
        block->minimum = sir_float_to_half(smallest);
        memset(block->high, 0, sizeof block->high);
        for (int i = 0; i < 16; i++) {
            int first = sir_truncate((x[i] - smallest) * inverse + 0.5f, 0, 31);
            int second = sir_truncate((x[i + 16] - smallest) * inverse + 0.5f, 0, 31);
            block->low[i] = (uint8_t)((first & 15) | (second & 15) << 4);
            block->high[i / 8] |= (uint8_t)(first >> 4 << i % 8);
            block->high[i / 8 + 2] |= (uint8_t)(second >> 4 << i % 8);
        }
    }
}

SIR_DEFINE_SCALAR_Q8_32(q5_1, shape, unpack, true)

#if SIR_X86


/// Of four high bits, shifted by 0, 7, 14 and 21, bit i meets bit 8i.
SIR_PANEL_FUNCTION(values, ((SIR_CHUNK(0) >> 4 * k & 15) * 0x00204081u & SIR_EACH_BYTE(1)) << 4 |
                               (SIR_CHUNK(1 + k % 4) >> k / 4 * 4 & SIR_EACH_BYTE(15)))

SIR_AVX2_INLINE __m256i block_avx2(const void *at) {
    const block_q5_1 *block = at;
    return _mm256_or_si256(sir_nibbles(block->low), sir_fifth_bits(block->high));
}

SIR_DEFINE_MATMUL_Q8_32(q5_1, shape, SIR_OFFSET_5)

#endif
