// Root-mean-square normalisation (Zhang and Sennrich 2019).
//
// ONE ARITHMETIC. lane[c % 16] = fmaf(x[c], x[c], lane[c % 16]) over the row padded with zeros to a
// multiple of 16; factor = 1 / sqrt(sum16(lane) / count + epsilon); out = (x * factor) * weight.

#include "operations.h"

void sir_rms_norm_scalar(const float *x, const float *weight, float epsilon, float *out, size_t count) {
    float lane[16] = {0};
    for (size_t c = 0; c < count; c++) lane[c % 16] = fmaf(x[c], x[c], lane[c % 16]);
    float factor = 1 / sqrtf(sir_sum16(lane) / (float)count + epsilon);
    for (size_t c = 0; c < count; c++) out[c] = x[c] * factor * weight[c];
}

#if SIR_X86

// MARK: AVX2

void SIR_AVX2 sir_rms_norm_avx2(const float *x, const float *weight, float epsilon, float *out,
                                size_t count) {
    __m256 low = _mm256_setzero_ps(), high = _mm256_setzero_ps();
    size_t whole = count / 16 * 16;
    for (size_t c = 0; c < whole; c += 16) {
        __m256 a = _mm256_loadu_ps(x + c), b = _mm256_loadu_ps(x + c + 8);
        low = _mm256_fmadd_ps(a, a, low);
        high = _mm256_fmadd_ps(b, b, high);
    }
    if (whole < count) {
        float rest[16] = {0};
        memcpy(rest, x + whole, (count - whole) * sizeof(float));
        __m256 a = _mm256_loadu_ps(rest), b = _mm256_loadu_ps(rest + 8);
        low = _mm256_fmadd_ps(a, a, low);
        high = _mm256_fmadd_ps(b, b, high);
    }
    float sum = sir_sum8_avx2(_mm256_add_ps(low, high));
    float factor = 1 / sqrtf(sum / (float)count + epsilon);
    __m256 f = _mm256_set1_ps(factor);
    size_t c = 0;
    for (; c + 8 <= count; c += 8) {
        __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(x + c), f);
        _mm256_storeu_ps(out + c, _mm256_mul_ps(scaled, _mm256_loadu_ps(weight + c)));
    }
    for (; c < count; c++) out[c] = x[c] * factor * weight[c];
}

#endif
