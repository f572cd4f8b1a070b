// Q5_K: 256 unsigned 5-bit values; 8 sub-blocks of 32 with 6-bit scale and minimum.
// It knows this block alone; the reduction is matmul_q8_256.h's.

#include "encode_256.h"
#include "formats.h"
#include "matmul_q8_256.h"
#include "scales_6.h"

typedef struct __attribute__((packed)) block_q5_k {
    uint16_t scale;      // half
    uint16_t minimum;    // half
    uint8_t scales[12];  // scales_6.h
    uint8_t high[32];    // bit c of byte i: bit 4 of element 32c + i
    uint8_t low[128];    // byte 32g + i: element 64g + i low, 64g + 32 + i high
} block_q5_k;
_Static_assert(sizeof(block_q5_k) == 176, "Q5_K is 176 bytes in a GGUF file");

SIR_DEFINE_SHAPE(q5_k, .columns = 256, .block_bytes = sizeof(block_q5_k),
                 .halves_at = 0, .halves = 2, .words_at = 4, .words = 43)

static void unpack(const void *at, sir_unpacked_256 *out) {
    const block_q5_k *block = at;
    out->scale = sir_half_to_float(block->scale);
    out->minimum = sir_half_to_float(block->minimum);
    sir_unpack_scales_6(block->scales, out->s, out->m);
    for (int e = 0; e < 256; e++) {
        int low = block->low[e / 64 * 32 + e % 32] >> e / 32 % 2 * 4 & 15;
        out->q[e] = (uint8_t)(low | (block->high[e % 32] >> e / 32 & 1) << 4);
    }
}

void sir_q5_k_decode(const void *blocks, float *out, size_t count) {
    sir_decode_256(blocks, out, count, sizeof(block_q5_k), unpack, 0);
}

void sir_q5_k_encode(const float *x, void *blocks, size_t count) {
    static const sir_levels_256 levels = {.group = 32, .lowest = 0, .highest = 31, .steps = 63};
    block_q5_k *block = blocks;
    for (size_t b = 0; b < count / 256; b++, block++, x += 256) {
        sir_encoded_256 w;
        sir_encode_256(x, levels, &w);
        memset(block, 0, sizeof *block);
        block->scale = w.scale;
        block->minimum = w.minimum;
        sir_pack_scales_6(w.s, w.m, block->scales);
        for (int e = 0; e < 256; e++) {
            block->low[e / 64 * 32 + e % 32] |= (uint8_t)((w.q[e] & 15) << e / 32 % 2 * 4);
            block->high[e % 32] |= (uint8_t)(w.q[e] >> 4 << e / 32);
        }
    }
}

SIR_DEFINE_SCALAR_Q8_256(q5_k, shape, unpack, 0)

#if SIR_X86

static const sir_family_256 family = {.words = 43, .group = 32, .centre_bits = -1, .wide = true, .is_signed = false};

SIR_PANEL_FUNCTION(scales, k == 0 ? SIR_SCALES_6_LOW(0) : SIR_SCALES_6_HIGH(0))
SIR_PANEL_FUNCTION(minima, k == 0 ? SIR_SCALES_6_LOW(1) : SIR_SCALES_6_HIGH(1))
SIR_PANEL_FUNCTION(values, (SIR_CHUNK(11 + k / 16 * 8 + k % 8) >> k / 8 % 2 * 4 & SIR_EACH_BYTE(15)) |
                               (SIR_CHUNK(3 + k % 8) >> k / 8 & SIR_EACH_BYTE(1)) << 4)

SIR_AVX2_INLINE sir_header_256 header_avx2(const void *at) {
    const block_q5_k *block = at;
    __m256i s, m;
    sir_unpack_scales_6_avx2(block->scales, &s, &m);
    return (sir_header_256){s, m};
}

SIR_AVX2_INLINE __m256i block_avx2(const void *at, int c) {
    const block_q5_k *block = at;
    __m256i low = _mm256_srli_epi16(sir_load256(block->low + c / 2 * 32), c % 2 * 4);
    __m256i high = sir_load256(block->high);
    high = c > 4 ? _mm256_srli_epi16(high, c - 4) : _mm256_slli_epi16(high, 4 - c);
    return _mm256_or_si256(_mm256_and_si256(low, _mm256_set1_epi8(15)),
                           _mm256_and_si256(high, _mm256_set1_epi8(16)));
}

SIR_DEFINE_MATMUL_Q8_256(q5_k, shape, family)

#endif
