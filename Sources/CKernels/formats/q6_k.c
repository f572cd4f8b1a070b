// Q6_K: 256 signed 6-bit values (stored plus 32); 16 sub-blocks of 16 with signed 8-bit scale.
// It knows this block alone; the reduction is matmul_q8_256.h's.

#include "encode_256.h"
#include "formats.h"
#include "matmul_q8_256.h"

typedef struct __attribute__((packed)) block_q6_k {
    uint8_t low[128];  // byte 64h + i: element 128h + i low, 128h + 64 + i high, i < 64
    uint8_t high[64];  // byte 32h + i: elements 128h + 32k + i, 2 bits each, k = 0 lowest
    int8_t scales[16];
    uint16_t scale;  // half
} block_q6_k;
_Static_assert(sizeof(block_q6_k) == 210, "Q6_K is 210 bytes in a GGUF file");

SIR_DEFINE_SHAPE(q6_k, .columns = 256, .block_bytes = sizeof(block_q6_k),
                 .halves_at = 208, .halves = 1, .words_at = 0, .words = 52)

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

void sir_q6_k_encode(const float *x, void *blocks, size_t count) {
    static const sir_levels_256 levels = {.group = 16, .lowest = -32, .highest = 31, .steps = 128};
    block_q6_k *block = blocks;
    for (size_t b = 0; b < count / 256; b++, block++, x += 256) {
        sir_encoded_256 w;
        sir_encode_256(x, levels, &w);
        memset(block, 0, sizeof *block);
        block->scale = w.scale;
        for (int i = 0; i < 16; i++) block->scales[i] = (int8_t)w.s[i];
        for (int e = 0; e < 256; e++) {
            int q = w.q[e] + 32;
            block->low[e / 128 * 64 + e % 64] |= (uint8_t)((q & 15) << e / 64 % 2 * 4);
            block->high[e / 128 * 32 + e % 32] |= (uint8_t)(q >> 4 << e / 32 % 4 * 2);
        }
    }
}

SIR_DEFINE_SCALAR_Q8_256(q6_k, shape, unpack, 32)

#if SIR_X86

static const sir_family_256 family = {.words = 52, .group = 16, .centre_bits = 5, .wide = false, .is_signed = true};

SIR_PANEL_FUNCTION(scales, SIR_CHUNK(48 + k))
SIR_PANEL_FUNCTION(minima, SIR_CHUNK(48 + k))
SIR_PANEL_FUNCTION(values, (SIR_CHUNK(k / 32 * 16 + k % 16) >> k / 16 % 2 * 4 & SIR_EACH_BYTE(15)) |
                               (SIR_CHUNK(32 + k / 32 * 8 + k % 8) >> k / 8 % 4 * 2 & SIR_EACH_BYTE(3)) << 4)

SIR_AVX2_INLINE sir_header_256 header_avx2(const void *at) {
    const block_q6_k *block = at;
    __m256i s = _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)block->scales));
    return (sir_header_256){sir_split_scales(s), s};
}

SIR_AVX2_INLINE __m256i block_avx2(const void *at, int c) {
    const block_q6_k *block = at;
    __m256i low = sir_load256(block->low + c / 4 * 64 + c % 2 * 32);
    low = _mm256_srli_epi16(low, c % 4 / 2 * 4);
    __m256i high = sir_load256(block->high + c / 4 * 32);
    int shift = c % 4 * 2 - 4;  // bits 0 and 1 of the pair go to bits 4 and 5
    high = shift > 0 ? _mm256_srli_epi16(high, shift) : _mm256_slli_epi16(high, -shift);
    return _mm256_or_si256(_mm256_and_si256(low, _mm256_set1_epi8(15)),
                           _mm256_and_si256(high, _mm256_set1_epi8(48)));
}

SIR_DEFINE_MATMUL_Q8_256(q6_k, shape, family)

#endif
