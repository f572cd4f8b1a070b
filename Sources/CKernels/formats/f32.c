// F32: single precision.
// It knows this type alone; the reduction is matmul_f32.h's.

#include "formats.h"
#include "matmul_f32.h"

static float widen(const void *weights, size_t index) {
    uint32_t bits;
    memcpy(&bits, (const uint8_t *)weights + index * sizeof bits, sizeof bits);
    return sir_float(bits);
}

void sir_f32_decode(const void *blocks, float *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = widen(blocks, i);
}

void sir_f32_encode(const float *x, void *blocks, size_t count) { memcpy(blocks, x, count * sizeof(float)); }

void sir_f32_matmul_scalar(SIR_MATMUL_PARAMETERS) { sir_matmul_f32_scalar(SIR_MATMUL_ARGUMENTS, widen); }

#if SIR_X86

SIR_AVX2_INLINE __m256 widen_avx2(const void *weights) { return _mm256_loadu_ps(weights); }

void SIR_AVX2 sir_f32_matmul_avx2(SIR_MATMUL_PARAMETERS) {
    sir_matmul_f32_avx2(SIR_MATMUL_ARGUMENTS, 4, widen, widen_avx2);
}

SIR_AVX512_INLINE __m512 widen_avx512(const void *weights) { return _mm512_loadu_ps(weights); }

void SIR_AVX512 sir_f32_matmul_avx512(SIR_MATMUL_PARAMETERS) {
    sir_matmul_f32_avx512(SIR_MATMUL_ARGUMENTS, 4, widen, widen_avx512);
}

#endif
