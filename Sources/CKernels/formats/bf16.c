// BF16: the upper half of a single-precision float.
// It knows this type alone; the reduction is matmul_f32.h's.

#include "formats.h"
#include "matmul_f32.h"

static float widen(const void *weights, size_t index) {
    uint16_t bits;
    memcpy(&bits, (const uint8_t *)weights + index * sizeof bits, sizeof bits);
    return sir_float((uint32_t)bits << 16);
}

void sir_bf16_decode(const void *blocks, float *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = widen(blocks, i);
}

void sir_bf16_encode(const float *x, void *blocks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = sir_bits(x[i]);
        bool is_nan = (bits & 0x7fffffff) > 0x7f800000;
        // To nearest even; a NaN becomes quiet, so that cutting its payload cannot make it infinite.
        uint16_t half = (uint16_t)((is_nan ? bits | 0x400000 : bits + 0x7fff + (bits >> 16 & 1)) >> 16);
        memcpy((uint8_t *)blocks + i * sizeof half, &half, sizeof half);
    }
}

void sir_bf16_matmul_scalar(SIR_MATMUL_PARAMETERS) { sir_matmul_f32_scalar(SIR_MATMUL_ARGUMENTS, widen); }

#if SIR_X86

SIR_AVX2_INLINE __m256 widen_avx2(const void *weights) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(weights)), 16));
}

void SIR_AVX2 sir_bf16_matmul_avx2(SIR_MATMUL_PARAMETERS) {
    sir_matmul_f32_avx2(SIR_MATMUL_ARGUMENTS, 2, widen, widen_avx2);
}

SIR_AVX512_INLINE __m512 widen_avx512(const void *weights) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(sir_load256(weights)), 16));
}

void SIR_AVX512 sir_bf16_matmul_avx512(SIR_MATMUL_PARAMETERS) {
    sir_matmul_f32_avx512(SIR_MATMUL_ARGUMENTS, 2, widen, widen_avx512);
}

#endif
