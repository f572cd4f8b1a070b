// Q4_K: 256 unsigned 4-bit values; 8 sub-blocks of 32 with 6-bit scale and minimum.
// It knows this block alone; the reduction is matmul_q8_256.h's.

#include "encode_256.h"
#include "formats.h"
#include "matmul_q8_256.h"
#include "scales_6.h"

typedef struct __attribute__((packed)) block_q4_k {
    uint16_t scale;      // half
    uint16_t minimum;    // half
    uint8_t scales[12];  // scales_6.h
    uint8_t q[128];      // byte 32g + i: element 64g + i low, 64g + 32 + i high
} block_q4_k;
_Static_assert(sizeof(block_q4_k) == 144, "Q4_K is 144 bytes in a GGUF file");

SIR_DEFINE_SHAPE(q4_k, .columns = 256, .block_bytes = sizeof(block_q4_k),
                 .halves_at = 0, .halves = 2, .words_at = 4, .words = 35)

static void unpack(const void *at, sir_unpacked_256 *out) {
    const block_q4_k *block = at;
    out->scale = sir_half_to_float(block->scale);
    out->minimum = sir_half_to_float(block->minimum);
    sir_unpack_scales_6(block->scales, out->s, out->m);
    for (int e = 0; e < 256; e++) out->q[e] = block->q[e / 64 * 32 + e % 32] >> e / 32 % 2 * 4 & 15;
}

void sir_q4_k_decode(const void *blocks, float *out, size_t count) {
    sir_decode_256(blocks, out, count, sizeof(block_q4_k), unpack, 0);
}

void sir_q4_k_encode(const float *x, void *blocks, size_t count) {
    static const sir_levels_256 levels = {.group = 32, .lowest = 0, .highest = 15, .steps = 63};
    block_q4_k *block = blocks;
    for (size_t b = 0; b < count / 256; b++, block++, x += 256) {
        sir_encoded_256 w;
        sir_encode_256(x, levels, &w);
        memset(block, 0, sizeof *block);
        block->scale = w.scale;
        block->minimum = w.minimum;
        sir_pack_scales_6(w.s, w.m, block->scales);
        for (int e = 0; e < 256; e++) block->q[e / 64 * 32 + e % 32] |= (uint8_t)(w.q[e] << e / 32 % 2 * 4);
    }
}

SIR_DEFINE_SCALAR_Q8_256(q4_k, shape, unpack, 0)

#if SIR_X86

static const sir_family_256 family = {.words = 35, .group = 32, .centre_bits = -1, .wide = false, .is_signed = false};

SIR_PANEL_FUNCTION(scales, k == 0 ? SIR_SCALES_6_LOW(0) : SIR_SCALES_6_HIGH(0))
SIR_PANEL_FUNCTION(minima, k == 0 ? SIR_SCALES_6_LOW(1) : SIR_SCALES_6_HIGH(1))
// The 8 words after the scales hold columns 0 ..< 32 low and 32 ..< 64 high, and so on.
SIR_PANEL_FUNCTION(values, SIR_CHUNK(3 + k / 16 * 8 + k % 8) >> k / 8 % 2 * 4 & SIR_EACH_BYTE(15))

SIR_AVX2_INLINE sir_header_256 header_avx2(const void *at) {
    const block_q4_k *block = at;
    __m256i s, m;
    sir_unpack_scales_6_avx2(block->scales, &s, &m);
    return (sir_header_256){s, m};
}

SIR_AVX2_INLINE __m256i block_avx2(const void *at, int c) {
    __m256i bytes = sir_load256(((const block_q4_k *)at)->q + c / 2 * 32);
    return _mm256_and_si256(_mm256_srli_epi16(bytes, c % 2 * 4), _mm256_set1_epi8(15));
}

SIR_DEFINE_MATMUL_Q8_256(q4_k, shape, family)

#endif
