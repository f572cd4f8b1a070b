// The vector sides of internal.h: the same reductions, and loads that do not care about alignment.

#ifndef SIROCCO_VECTOR_H
#define SIROCCO_VECTOR_H

#include "internal.h"

#if SIR_X86

SIR_INLINE uint16_t sir_load16(const void *at) {
    uint16_t x;
    memcpy(&x, at, sizeof x);
    return x;
}

SIR_INLINE uint32_t sir_load32(const void *at) {
    uint32_t x;
    memcpy(&x, at, sizeof x);
    return x;
}

SIR_AVX2_INLINE __m256i sir_load256(const void *at) { return _mm256_loadu_si256(at); }

/// 16 bytes, twice.
SIR_AVX2_INLINE __m256i sir_load128_twice(const void *at) {
    return _mm256_broadcastsi128_si256(_mm_loadu_si128(at));
}

/// How far ahead of a tile of four rows memory is asked for: the next four rows, or 1 KiB where those
/// are so long that they would not stay in L1. The hardware follows a stream within 4 KiB only, and four
/// short rows end before it has caught up: with this, one token by 49152 rows of 576 columns takes two
/// thirds of the time (Zen 3).
SIR_INLINE size_t sir_prefetch_distance(size_t row_bytes) {
    return 4 * row_bytes <= 16 * 1024 ? 4 * row_bytes : 1024;
}

/// Asks for the cache lines of `bytes` bytes. Addresses past the weights do no harm.
SIR_AVX2_INLINE void sir_prefetch(const uint8_t *at, size_t bytes) {
#pragma clang loop unroll(full)
    for (size_t i = 0; i < bytes; i += 64) _mm_prefetch((const char *)at + i, _MM_HINT_T0);
}

/// `sir_sum8` of four rows of lanes at once.
SIR_AVX2_INLINE __m128 sir_sum8x4(__m256 r0, __m256 r1, __m256 r2, __m256 r3) {
    __m128 a = _mm_add_ps(_mm256_castps256_ps128(r0), _mm256_extractf128_ps(r0, 1));
    __m128 b = _mm_add_ps(_mm256_castps256_ps128(r1), _mm256_extractf128_ps(r1, 1));
    __m128 c = _mm_add_ps(_mm256_castps256_ps128(r2), _mm256_extractf128_ps(r2, 1));
    __m128 d = _mm_add_ps(_mm256_castps256_ps128(r3), _mm256_extractf128_ps(r3, 1));
    __m128 ab = _mm_add_ps(_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));  // a02 b02 a13 b13
    __m128 cd = _mm_add_ps(_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
    return _mm_add_ps(_mm_movelh_ps(ab, cd), _mm_movehl_ps(cd, ab));
}

/// `sir_sum8` of one row of lanes.
SIR_AVX2_INLINE float sir_sum8_avx2(__m256 lanes) {
    __m128 a = _mm_add_ps(_mm256_castps256_ps128(lanes), _mm256_extractf128_ps(lanes, 1));
    a = _mm_add_ps(a, _mm_movehl_ps(a, a));
    return _mm_cvtss_f32(_mm_add_ss(a, _mm_movehdup_ps(a)));
}

/// The first `count` (0 ... 4) of four floats.
SIR_AVX2_INLINE void sir_store_up_to_4(float *out, __m128 x, size_t count) {
    if (count >= 4) {
        _mm_storeu_ps(out, x);
    } else {
        float four[4];
        _mm_storeu_ps(four, x);
        for (size_t i = 0; i < count; i++) out[i] = four[i];
    }
}

// MARK: Unpacking

/// The low nibbles of 16 bytes, then their high nibbles.
SIR_AVX2_INLINE __m256i sir_nibbles(const void *at) {
    __m256i shift = _mm256_setr_epi32(0, 0, 0, 0, 4, 4, 4, 4);
    return _mm256_and_si256(_mm256_srlv_epi32(sir_load128_twice(at), shift), _mm256_set1_epi8(15));
}

/// Byte i is 16 where bit i of the 32 at `at` is set, else 0.
SIR_AVX2_INLINE __m256i sir_fifth_bits(const void *at) {
    __m256i bits = _mm256_set1_epi32((int)sir_load32(at));
    __m256i spread = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    __m256i mask = _mm256_set1_epi64x((long long)0x8040201008040201);
    bits = _mm256_and_si256(_mm256_shuffle_epi8(bits, spread), mask);
    return _mm256_and_si256(_mm256_cmpeq_epi8(bits, mask), _mm256_set1_epi8(16));
}

// MARK: Lanes of 32 bits

typedef uint32_t sir_u32x8 __attribute__((vector_size(32), may_alias));
typedef uint32_t sir_u32x16 __attribute__((vector_size(64), may_alias));

/// The 4 bytes at `at`, in every lane.
SIR_AVX2_INLINE __m256i sir_repeat32(const void *at) { return _mm256_set1_epi32((int)sir_load32(at)); }

/// A shuffle of the bytes within each 32-bit lane: which byte goes where, 0x80 for zero.
SIR_AVX2_INLINE __m256i sir_lane_bytes(int b0, int b1, int b2, int b3) {
    __m256i lanes = _mm256_set1_epi32((int)((uint32_t)b0 | (uint32_t)b1 << 8 | (uint32_t)b2 << 16 |
                                            (uint32_t)b3 << 24));
    // Lane i of each 128 bits starts at byte 4i. A byte with its top bit set stays so.
    return _mm256_add_epi8(lanes, _mm256_setr_epi32(0, 0x04040404, 0x08080808, 0x0c0c0c0c, 0, 0x04040404,
                                                    0x08080808, 0x0c0c0c0c));
}

// MARK: AVX512

SIR_AVX512_INLINE __m512i sir_repeat32_avx512(const void *at) {
    return _mm512_set1_epi32((int)sir_load32(at));
}

SIR_AVX512_INLINE __m256 sir_low_half(__m512 x) { return _mm512_castps512_ps256(x); }

SIR_AVX512_INLINE __m256 sir_high_half(__m512 x) {
    return _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(x), 1));
}

/// The same bits: an emulated __m512i is no vector to the compiler.
SIR_AVX512_INLINE __m512i sir_from_u32x16(sir_u32x16 lanes) {
    __m512i x;
    memcpy(&x, &lanes, sizeof x);
    return x;
}

#endif
#endif
