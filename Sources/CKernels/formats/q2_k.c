// Q2_K: 256 unsigned 2-bit values; 16 sub-blocks of 16 with 4-bit scale and minimum.
// It knows this block alone; the reduction is matmul_q8_256.h's.

#include "encode_256.h"
#include "formats.h"
#include "matmul_q8_256.h"

typedef struct __attribute__((packed)) block_q2_k {
    uint8_t scales[16];  // low nibble: scale, high nibble: minimum of a sub-block
    uint8_t q[64];       // byte 32h + i: elements 128h + 32k + i, 2 bits each, k = 0 lowest
    uint16_t scale;      // half
    uint16_t minimum;    // half
} block_q2_k;
_Static_assert(sizeof(block_q2_k) == 84, "Q2_K is 84 bytes in a GGUF file");

SIR_DEFINE_SHAPE(q2_k, .columns = 256, .block_bytes = sizeof(block_q2_k),
                 .halves_at = 80, .halves = 2, .words_at = 0, .words = 20)

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

void sir_q2_k_encode(const float *x, void *blocks, size_t count) {
    static const sir_levels_256 levels = {.group = 16, .lowest = 0, .highest = 3, .steps = 15};
    block_q2_k *block = blocks;
    for (size_t b = 0; b < count / 256; b++, block++, x += 256) {
        sir_encoded_256 w;
        sir_encode_256(x, levels, &w);
        memset(block, 0, sizeof *block);
        block->scale = w.scale;
        block->minimum = w.minimum;
        for (int i = 0; i < 16; i++) block->scales[i] = (uint8_t)(w.s[i] | w.m[i] << 4);
        for (int e = 0; e < 256; e++) block->q[e / 128 * 32 + e % 32] |= (uint8_t)(w.q[e] << e / 32 % 4 * 2);
    }
}

SIR_DEFINE_SCALAR_Q8_256(q2_k, shape, unpack, 0)

#if SIR_X86

static const sir_family_256 family = {.words = 20, .group = 16, .centre_bits = -1, .wide = false, .is_signed = false};

SIR_PANEL_FUNCTION(scales, SIR_CHUNK(k) & SIR_EACH_BYTE(15))
SIR_PANEL_FUNCTION(minima, SIR_CHUNK(k) >> 4 & SIR_EACH_BYTE(15))
SIR_PANEL_FUNCTION(values, SIR_CHUNK(4 + k / 32 * 8 + k % 8) >> k / 8 % 4 * 2 & SIR_EACH_BYTE(3))

SIR_AVX2_INLINE sir_header_256 header_avx2(const void *at) {
    const block_q2_k *block = at;
    __m128i scales = _mm_loadu_si128((const void *)block->scales), low = _mm_set1_epi8(15);
    __m256i s = _mm256_cvtepu8_epi16(_mm_and_si128(scales, low));
    __m256i m = _mm256_cvtepu8_epi16(_mm_and_si128(_mm_srli_epi16(scales, 4), low));
    return (sir_header_256){sir_split_scales(s),
                            m};
}

SIR_AVX2_INLINE __m256i block_avx2(const void *at, int c) {
    __m256i bytes = sir_load256(((const block_q2_k *)at)->q + c / 4 * 32);
    return _mm256_and_si256(_mm256_srli_epi16(bytes, c % 4 * 2), _mm256_set1_epi8(3));
}

SIR_DEFINE_MATMUL_Q8_256(q2_k, shape, family)

#endif
