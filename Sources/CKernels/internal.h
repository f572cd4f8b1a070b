// What every kernel file includes: the arithmetic rules, the instruction-set attributes, half floats.
// It knows C and the CPU; it knows no format and no operation.

#ifndef SIROCCO_INTERNAL_H
#define SIROCCO_INTERNAL_H

#include "CKernels.h"

#include <math.h>
#include <string.h>

// A product and a sum are fused where the source says fmaf and nowhere else: left to the compiler,
// the scalar and the vector code would round differently.
#pragma STDC FP_CONTRACT OFF

#define SIR_INLINE static inline __attribute__((always_inline, unused))

// Vector code names its instruction set function by function, so the package needs no compiler flags.
#if defined(__x86_64__)
#define SIR_X86 1
#include <immintrin.h>
#define SIR_AVX2 __attribute__((target("avx2,fma,f16c")))
#ifdef SIR_EMULATE_AVX512
// Tests only: SIMDe computes AVX512 with AVX2, so the same source runs on machines without it.
#include "emulated_avx512.h"
#define SIR_AVX512 SIR_AVX2
#else
#define SIR_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx2,fma,f16c")))
#endif
#define SIR_AVX2_INLINE static inline SIR_AVX2 __attribute__((always_inline, unused))
#define SIR_AVX512_INLINE static inline SIR_AVX512 __attribute__((always_inline, unused))
#else
#define SIR_X86 0
#endif

// MARK: Bits of floats

SIR_INLINE uint32_t sir_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

SIR_INLINE float sir_float(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/// Half to single precision, exact; a signalling NaN becomes quiet, as the F16C instruction does it.
SIR_INLINE float sir_half_to_float(uint16_t half) {
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, magnitude = half & 0x7fff;
    if (magnitude >= 0x7c00) {  // infinity or NaN
        uint32_t quiet = magnitude > 0x7c00 ? 0x400000 : 0;
        return sir_float(sign | 0x7f800000 | (magnitude & 0x3ff) << 13 | quiet);
    }
    // Moving the bits leaves the exponent 112 too small; the product is exact, subnormals too.
    return sir_float(sign | sir_bits(sir_float(magnitude << 13) * 0x1p112f));
}

/// The nearest number with the 11 significant bits of a half, to even; unlike a half it keeps a float's
/// range, so nothing overflows and small numbers stay exact. NaN and infinities stay what they are.
SIR_INLINE float sir_round_to_half_precision(float x) {
    uint32_t bits = sir_bits(x), rounded = (bits + 0xfff + (bits >> 13 & 1)) & ~0x1fffu;
    return sir_float((bits & 0x7f800000) == 0x7f800000 ? bits : rounded);
}

/// Single to half precision, to nearest even; NaN keeps its top bits and becomes quiet, as F16C does.
SIR_INLINE uint16_t sir_float_to_half(float x) {
    uint32_t bits = sir_bits(x), magnitude = bits & 0x7fffffff;
    uint16_t sign = (uint16_t)(bits >> 16 & 0x8000);
    if (magnitude > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
    if (magnitude >= 0x477ff000) return sign | 0x7c00;  // rounds to 2^16 or more
    if (magnitude < 0x38800000) {
        // Below 2^-14 a half is a multiple of 2^-24, the last place of a float in [0.5, 1).
        return (uint16_t)(sign | (sir_bits(sir_float(magnitude) + 0.5f) - sir_bits(0.5f)));
    }
    uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
    return (uint16_t)(sign | (rounded - 0x38000000) >> 13);
}

// MARK: Reductions

/// The one tree that adds 8 lanes: (l0+l4)+(l2+l6) and (l1+l5)+(l3+l7), then both.
SIR_INLINE float sir_sum8(const float lane[8]) {
    float a = (lane[0] + lane[4]) + (lane[2] + lane[6]);
    float b = (lane[1] + lane[5]) + (lane[3] + lane[7]);
    return a + b;
}

/// The one tree that adds 16 lanes: lane i and lane i + 8, then `sir_sum8`.
SIR_INLINE float sir_sum16(const float lane[16]) {
    float eight[8];
    for (int i = 0; i < 8; i++) eight[i] = lane[i] + lane[i + 8];
    return sir_sum8(eight);
}

/// A float whose nearest integer is within +-2^22, rounded to nearest even without a library call.
SIR_INLINE int32_t sir_round(float x) { return (int32_t)(sir_bits(x + 0x1.8p23f) - sir_bits(0x1.8p23f)); }

/// x cut to an integer and kept within low ... high; NaN gives low.
SIR_INLINE int sir_truncate(float x, int low, int high) {
    if (!(x > (float)low)) return low;
    return x < (float)high ? (int)x : high;
}

// MARK: Tiling

/// Pointers to rows r ..< r + 4; past the last row the last one again, so a tile always has four.
/// Returns how many of them count.
SIR_INLINE size_t sir_four_rows(const void *weights, size_t row_bytes, size_t r, size_t rows,
                                const uint8_t *four[4]) {
    for (size_t i = 0; i < 4; i++) {
        size_t row = r + i < rows ? r + i : rows - 1;
        four[i] = (const uint8_t *)weights + row * row_bytes;
    }
    return rows - r < 4 ? rows - r : 4;
}

/// How many tokens are taken through all rows at a time: their activations stay in half of a 512 KiB L2.
SIR_INLINE size_t sir_token_chunk(size_t activation_bytes) {
    size_t tokens = 256 * 1024 / (activation_bytes + 1);
    return tokens < 8 ? 8 : tokens / 8 * 8;
}

#endif
