// Rotary position embedding (Su et al. 2021), in the two orders that checkpoints use.
//
// ONE ARITHMETIC. (x, y) becomes (fmaf(x, cos, -(y * sin)), fmaf(x, sin, y * cos)).

#include "operations.h"

SIR_INLINE void rotate(float *x, float *y, float cosine, float sine) {
    float a = *x, b = *y;
    *x = fmaf(a, cosine, -(b * sine));
    *y = fmaf(a, sine, b * cosine);
}

void sir_rope_pairs_scalar(float *x, const float *cosines, const float *sines, size_t heads, size_t head_dim,
                           size_t half) {
    for (size_t h = 0; h < heads; h++, x += head_dim) {
        for (size_t i = 0; i < half; i++) rotate(&x[2 * i], &x[2 * i + 1], cosines[i], sines[i]);
    }
}

void sir_rope_halves_scalar(float *x, const float *cosines, const float *sines, size_t heads, size_t head_dim,
                            size_t half) {
    for (size_t h = 0; h < heads; h++, x += head_dim) {
        for (size_t i = 0; i < half; i++) rotate(&x[i], &x[i + half], cosines[i], sines[i]);
    }
}

#if SIR_X86

// MARK: AVX2

void SIR_AVX2 sir_rope_pairs_avx2(float *x, const float *cosines, const float *sines, size_t heads,
                                  size_t head_dim, size_t half) {
    size_t whole = half / 4 * 4;
    for (size_t h = 0; h < heads; h++, x += head_dim) {
        for (size_t i = 0; i < whole; i += 4) {
            __m128 c = _mm_loadu_ps(cosines + i), s = _mm_loadu_ps(sines + i);
            __m256 cs = _mm256_set_m128(_mm_unpackhi_ps(c, s), _mm_unpacklo_ps(c, s));
            __m256 sc = _mm256_permute_ps(cs, 0xb1);
            __m256 pair = _mm256_loadu_ps(x + 2 * i);
            __m256 product = _mm256_mul_ps(_mm256_movehdup_ps(pair), sc);  // y sin, y cos
            _mm256_storeu_ps(x + 2 * i, _mm256_fmaddsub_ps(_mm256_moveldup_ps(pair), cs, product));
        }
        for (size_t i = whole; i < half; i++) rotate(&x[2 * i], &x[2 * i + 1], cosines[i], sines[i]);
    }
}

void SIR_AVX2 sir_rope_halves_avx2(float *x, const float *cosines, const float *sines, size_t heads,
                                   size_t head_dim, size_t half) {
    size_t whole = half / 8 * 8;
    for (size_t h = 0; h < heads; h++, x += head_dim) {
        for (size_t i = 0; i < whole; i += 8) {
            __m256 c = _mm256_loadu_ps(cosines + i), s = _mm256_loadu_ps(sines + i);
            __m256 a = _mm256_loadu_ps(x + i), b = _mm256_loadu_ps(x + i + half);
            _mm256_storeu_ps(x + i, _mm256_fmsub_ps(a, c, _mm256_mul_ps(b, s)));
            _mm256_storeu_ps(x + i + half, _mm256_fmadd_ps(a, s, _mm256_mul_ps(b, c)));
        }
        for (size_t i = whole; i < half; i++) rotate(&x[i], &x[i + half], cosines[i], sines[i]);
    }
}

#endif
