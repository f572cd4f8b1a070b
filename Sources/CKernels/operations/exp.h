// exp for floats: one sequence of operations, written once for scalars and once for each vector width.
//
// exp(x) = 2^n * exp(r), n = x / ln 2 to the nearest integer, |r| <= ln 2 / 2; exp(r) = 1 + r + r^2 Q(r),
// Q of degree 4 fitted for the least largest relative error (3.1e-9 before its own rounding).
// x is first kept within -104 ... 89, where the result is already 0 or infinity; 2^n is multiplied in two
// halves, so subnormal results round once and overflow becomes infinity. NaN passes through.

#ifndef SIROCCO_EXP_H
#define SIROCCO_EXP_H

#include "../internal.h"

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

#endif
