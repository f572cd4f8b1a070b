// exp for floats: one sequence of operations, written once for scalars and once for each vector width.
//
// exp(x) = 2^n * exp(r), n = x / ln 2 to the nearest integer, |r| <= ln 2 / 2; exp(r) = 1 + r + r^2 Q(r),
// Q of degree 4 fitted for the least largest relative error (3.1e-9 before its own rounding).
// x is first kept within -104 ... 89, where the result is already 0 or infinity; 2^n is multiplied in two
// halves, so subnormal results round once and overflow becomes infinity. NaN passes through.

#ifndef SIROCCO_EXP_H
#define SIROCCO_EXP_H

#include "../vector.h"

#define SIR_EXP_LOWEST -104.0f
#define SIR_EXP_HIGHEST 89.0f
#define SIR_LOG2_E 0x1.715476p+0f
#define SIR_LN2_HIGH 0x1.62e43p-1f
#define SIR_LN2_LOW -0x1.05c61p-29f
#define SIR_EXP_C2 0x1.fffffcp-2f
#define SIR_EXP_C3 0x1.555492p-3f
#define SIR_EXP_C4 0x1.5558f2p-5f
#define SIR_EXP_C5 0x1.1239e2p-7f
#define SIR_EXP_C6 0x1.6a2434p-10f
/// Adding it leaves the nearest integer in the low bits.
#define SIR_ROUNDER 0x1.8p23f

SIR_INLINE float sir_exp(float x) {
    // Comparisons written so that NaN stays, as the vector minimum and maximum instructions keep it.
    x = SIR_EXP_LOWEST > x ? SIR_EXP_LOWEST : x;
    x = SIR_EXP_HIGHEST < x ? SIR_EXP_HIGHEST : x;
    float shifted = fmaf(x, SIR_LOG2_E, SIR_ROUNDER);
    float n = shifted - SIR_ROUNDER;
    float r = fmaf(n, -SIR_LN2_HIGH, x);
    r = fmaf(n, -SIR_LN2_LOW, r);
    float p = SIR_EXP_C6;
    p = fmaf(p, r, SIR_EXP_C5);
    p = fmaf(p, r, SIR_EXP_C4);
    p = fmaf(p, r, SIR_EXP_C3);
    p = fmaf(p, r, SIR_EXP_C2);
    p = fmaf(p, r, 1);
    p = fmaf(p, r, 1);
    // Integers as unsigned: a NaN gives any bits here, and its p is NaN whatever it is multiplied by.
    uint32_t power = sir_bits(shifted) - sir_bits(SIR_ROUNDER);
    uint32_t half = (uint32_t)((int32_t)power >> 1), rest = power - half;
    return p * sir_float((half + 127) << 23) * sir_float((rest + 127) << 23);
}

#if SIR_X86

SIR_AVX2_INLINE __m256 sir_exp_avx2(__m256 x) {
    // The second operand of max and min is what a NaN leaves.
    x = _mm256_max_ps(_mm256_set1_ps(SIR_EXP_LOWEST), x);
    x = _mm256_min_ps(_mm256_set1_ps(SIR_EXP_HIGHEST), x);
    __m256 rounder = _mm256_set1_ps(SIR_ROUNDER);
    __m256 shifted = _mm256_fmadd_ps(x, _mm256_set1_ps(SIR_LOG2_E), rounder);
    __m256 n = _mm256_sub_ps(shifted, rounder);
    __m256 r = _mm256_fmadd_ps(n, _mm256_set1_ps(-SIR_LN2_HIGH), x);
    r = _mm256_fmadd_ps(n, _mm256_set1_ps(-SIR_LN2_LOW), r);
    __m256 p = _mm256_set1_ps(SIR_EXP_C6), one = _mm256_set1_ps(1);
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(SIR_EXP_C5));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(SIR_EXP_C4));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(SIR_EXP_C3));
    p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(SIR_EXP_C2));
    p = _mm256_fmadd_ps(p, r, one);
    p = _mm256_fmadd_ps(p, r, one);
    __m256i power = _mm256_sub_epi32(_mm256_castps_si256(shifted), _mm256_castps_si256(rounder));
    __m256i half = _mm256_srai_epi32(power, 1), rest = _mm256_sub_epi32(power, half);
    __m256i bias = _mm256_set1_epi32(127);
    __m256i a = _mm256_slli_epi32(_mm256_add_epi32(half, bias), 23);
    __m256i b = _mm256_slli_epi32(_mm256_add_epi32(rest, bias), 23);
    return _mm256_mul_ps(_mm256_mul_ps(p, _mm256_castsi256_ps(a)), _mm256_castsi256_ps(b));
}

#endif
#endif
