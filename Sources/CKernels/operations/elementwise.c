// Operations on one element at a time: the gated activation, sums, half-precision conversion.
//
// ONE ARITHMETIC. silu_multiply: (gate / (1 + exp(-gate))) * up, with the exp of exp.h.

#include "exp.h"
#include "operations.h"

void sir_silu_multiply_scalar(const float *gate, const float *up, float *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = gate[i] / (1 + sir_exp(-gate[i])) * up[i];
}

void sir_add_scalar(float *x, const float *y, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] += y[i];
}

void sir_add_difference_scalar(float *x, const float *y, const float *base, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = fmaf(y[i] - base[i], factor, x[i]);
}

void sir_to_f16_scalar(const float *x, uint16_t *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = sir_float_to_half(x[i]);
}

void sir_from_f16_scalar(const uint16_t *x, float *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = sir_half_to_float(x[i]);
}

void sir_round_to_half(float *x, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = sir_round_to_half_precision(x[i]);
}

#if SIR_X86

// MARK: AVX2

// Whole vectors here; the elements left over go to the scalar functions, whose arithmetic is the same.

void SIR_AVX2 sir_silu_multiply_avx2(const float *gate, const float *up, float *out, size_t count) {
    __m256 sign = _mm256_set1_ps(-0.0f), one = _mm256_set1_ps(1);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m256 x = _mm256_loadu_ps(gate + i);
        __m256 silu = _mm256_div_ps(x, _mm256_add_ps(one, sir_exp_avx2(_mm256_xor_ps(x, sign))));
        _mm256_storeu_ps(out + i, _mm256_mul_ps(silu, _mm256_loadu_ps(up + i)));
    }
    sir_silu_multiply_scalar(gate + i, up + i, out + i, count - i);
}

void SIR_AVX2 sir_add_avx2(float *x, const float *y, size_t count) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        _mm256_storeu_ps(x + i, _mm256_add_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i)));
    }
    sir_add_scalar(x + i, y + i, count - i);
}

void SIR_AVX2 sir_add_difference_avx2(float *x, const float *y, const float *base, float factor,
                                            size_t count) {
    __m256 f = _mm256_set1_ps(factor);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m256 difference = _mm256_sub_ps(_mm256_loadu_ps(y + i), _mm256_loadu_ps(base + i));
        _mm256_storeu_ps(x + i, _mm256_fmadd_ps(difference, f, _mm256_loadu_ps(x + i)));
    }
    sir_add_difference_scalar(x + i, y + i, base + i, factor, count - i);
}

void SIR_AVX2 sir_to_f16_avx2(const float *x, uint16_t *out, size_t count) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        __m128i half = _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        _mm_storeu_si128((void *)(out + i), half);
    }
    sir_to_f16_scalar(x + i, out + i, count - i);
}

void SIR_AVX2 sir_from_f16_avx2(const uint16_t *x, float *out, size_t count) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        _mm256_storeu_ps(out + i, _mm256_cvtph_ps(_mm_loadu_si128((const void *)(x + i))));
    }
    sir_from_f16_scalar(x + i, out + i, count - i);
}

#endif
