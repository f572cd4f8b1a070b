// Q4_K: 256 unsigned 4-bit values; 8 sub-blocks of 32 with 6-bit scale and minimum.
// It knows this block alone; the reduction is matmul_q8_256.h's.

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

void sir_q4_k_matmul_scalar(SIR_MATMUL_PARAMETERS) {
    sir_matmul_q8_256_scalar(SIR_MATMUL_ARGUMENTS, sizeof(block_q4_k), unpack, 0);
}

#if SIR_X86

SIR_AVX2_INLINE sir_header_256 header_avx2(const void *at) {
    const block_q4_k *block = at;
    __m256i s, m;
    sir_unpack_scales_6_avx2(block->scales, &s, &m);
    return (sir_header_256){sir_load_half(&block->scale), sir_load_half(&block->minimum), s, m};
}

SIR_AVX2_INLINE __m256i unpack_avx2(const void *at, int c) {
    __m256i bytes = sir_load256(((const block_q4_k *)at)->q + c / 2 * 32);
    return _mm256_and_si256(_mm256_srli_epi16(bytes, c % 2 * 4), _mm256_set1_epi8(15));
}

void SIR_AVX2 sir_q4_k_matmul_avx2(SIR_MATMUL_PARAMETERS) {
    sir_matmul_q8_256_avx2(SIR_MATMUL_ARGUMENTS, sizeof(block_q4_k), header_avx2, unpack_avx2, 0);
}

void SIR_AVX512 sir_q4_k_matmul_avx512(SIR_MATMUL_PARAMETERS) {
    sir_matmul_q8_256_avx512(SIR_MATMUL_ARGUMENTS, sizeof(block_q4_k), header_avx2, unpack_avx2, 0);
}

#endif
