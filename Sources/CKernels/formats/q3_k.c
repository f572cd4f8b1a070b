// Q3_K: 256 signed 3-bit values (stored plus 4); 16 sub-blocks of 16 with signed 6-bit scale.
// It knows this block alone; the reduction is matmul_q8_256.h's.

#include "encode_256.h"
#include "formats.h"
#include "matmul_q8_256.h"

typedef struct __attribute__((packed)) block_q3_k {
    uint8_t high[32];    // bit c of byte i: bit 2 of element 32c + i
    uint8_t low[64];     // byte 32h + i: elements 128h + 32k + i, 2 bits each, k = 0 lowest
    uint8_t scales[12];  // 0 ..< 8: low nibbles (i, i + 8); 8 ..< 12: high pairs (i, i + 4, i + 8, i + 12)
    uint16_t scale;      // half
} block_q3_k;
_Static_assert(sizeof(block_q3_k) == 110, "Q3_K is 110 bytes in a GGUF file");

SIR_DEFINE_SHAPE(q3_k, .columns = 256, .block_bytes = sizeof(block_q3_k),
                 .halves_at = 108, .halves = 1, .words_at = 0, .words = 27)

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

void sir_q3_k_encode(const float *x, void *blocks, size_t count) {
    static const sir_levels_256 levels = {.group = 16, .lowest = -4, .highest = 3, .steps = 32};
    block_q3_k *block = blocks;
    for (size_t b = 0; b < count / 256; b++, block++, x += 256) {
        sir_encoded_256 w;
        sir_encode_256(x, levels, &w);
        memset(block, 0, sizeof *block);
        block->scale = w.scale;
        for (int i = 0; i < 16; i++) {
            int s = w.s[i] + 32;
            block->scales[i % 8] |= (uint8_t)((s & 15) << i / 8 * 4);
            block->scales[8 + i % 4] |= (uint8_t)(s >> 4 << i / 4 * 2);
        }
        for (int e = 0; e < 256; e++) {
            int q = w.q[e] + 4;
            block->low[e / 128 * 32 + e % 32] |= (uint8_t)((q & 3) << e / 32 % 4 * 2);
            block->high[e % 32] |= (uint8_t)(q >> 2 << e / 32);
        }
    }
}

SIR_DEFINE_SCALAR_Q8_256(q3_k, shape, unpack, 4)

#if SIR_X86

static const sir_family_256 family = {.words = 27, .group = 16, .centre_bits = 2, .wide = false, .is_signed = true};

/// Six bits, less 32 in each byte: no byte borrows from the next while bit 7 is set.
SIR_PANEL_FUNCTION(scales, ((SIR_CHUNK(24 + k % 2) >> k / 2 * 4 & SIR_EACH_BYTE(15)) |
                            (SIR_CHUNK(26) >> 2 * k & SIR_EACH_BYTE(3)) << 4 | SIR_EACH_BYTE(128)) -
                                   SIR_EACH_BYTE(32) ^ SIR_EACH_BYTE(128))
SIR_PANEL_FUNCTION(minima, SIR_CHUNK(24 + k))
SIR_PANEL_FUNCTION(values, (SIR_CHUNK(8 + k / 32 * 8 + k % 8) >> k / 8 % 4 * 2 & SIR_EACH_BYTE(3)) |
                               (SIR_CHUNK(k % 8) >> k / 8 & SIR_EACH_BYTE(1)) << 2)

SIR_AVX2_INLINE sir_header_256 header_avx2(const void *at) {
    const block_q3_k *block = at;
    __m128i low = _mm_loadl_epi64((const void *)block->scales);
    low = _mm_and_si128(_mm_unpacklo_epi64(low, _mm_srli_epi16(low, 4)), _mm_set1_epi8(15));
    __m128i high = _mm_set1_epi32((int)sir_load32(block->scales + 8));
    high = _mm_and_si128(_mm_srlv_epi32(high, _mm_setr_epi32(0, 2, 4, 6)), _mm_set1_epi8(3));
    __m128i s = _mm_sub_epi8(_mm_or_si128(low, _mm_slli_epi16(high, 4)), _mm_set1_epi8(32));
    __m256i wide = _mm256_cvtepi8_epi16(s);
    return (sir_header_256){sir_split_scales(wide), wide};
}

SIR_AVX2_INLINE __m256i block_avx2(const void *at, int c) {
    const block_q3_k *block = at;
    __m256i low = _mm256_srli_epi16(sir_load256(block->low + c / 4 * 32), c % 4 * 2);
    __m256i high = sir_load256(block->high);
    high = c > 2 ? _mm256_srli_epi16(high, c - 2) : _mm256_slli_epi16(high, 2 - c);
    return _mm256_or_si256(_mm256_and_si256(low, _mm256_set1_epi8(3)),
                           _mm256_and_si256(high, _mm256_set1_epi8(4)));
}

SIR_DEFINE_MATMUL_Q8_256(q3_k, shape, family)

#endif
