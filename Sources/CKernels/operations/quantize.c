// Turns float activations into the blocks of signed bytes that quantized weights are multiplied with.
//
// A block that holds a NaN or an infinity gets the scale NaN and all q zero: its products are NaN, never
// plausible numbers. A block whose largest magnitude is so small (below 2^-121) that 127 / magnitude
// would overflow counts as zero. The largest magnitude is found on the bits, so order does not matter.

#include "operations.h"

#define INFINITE_BITS 0x7f800000u
#define SMALLEST 0x1p-121f

/// The scale of a block, and what x is multiplied by to become q.
SIR_INLINE void scales(uint32_t largest_bits, float *scale, float *inverse) {
    float largest = sir_float(largest_bits);
    bool finite = largest_bits < INFINITE_BITS, zero = largest < SMALLEST;
    *scale = !finite ? NAN : zero ? 0 : largest / 127;
    *inverse = !finite || zero ? 0 : 127 / largest;
}

SIR_INLINE uint32_t largest_magnitude(const float *x, size_t count) {
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = sir_bits(x[i]) & 0x7fffffff;
        if (bits > largest) largest = bits;
    }
    return largest;
}

/// inverse is 0 for blocks without a scale; 0 * NaN must not reach the rounding.
SIR_INLINE int32_t quantized(float x, float inverse) { return inverse == 0 ? 0 : sir_round(x * inverse); }

void sir_quantize_q8_32_scalar(const float *x, sir_q8_32 *out, size_t count) {
    for (size_t b = 0; b < count / 32; b++, x += 32, out++) {
        float inverse;
        scales(largest_magnitude(x, 32), &out->scale, &inverse);
        int16_t less[2] = {0, 0};
        for (int i = 0; i < 32; i++) {
            int32_t q = quantized(x[i], inverse);
            out->q[i] = (int8_t)q;
            less[i / 2 % 2] = (int16_t)(less[i / 2 % 2] - q);
        }
        memcpy(out->less, less, sizeof less);
        out->scaled_sum = out->scale * (float)-(less[0] + less[1]);
    }
}

void sir_quantize_q8_256_scalar(const float *x, sir_q8_256 *out, size_t count) {
    for (size_t b = 0; b < count / 256; b++, x += 256, out++) {
        float inverse;
        scales(largest_magnitude(x, 256), &out->scale, &inverse);
        for (int g = 0; g < 16; g++) {
            int16_t less[2] = {0, 0};
            for (int i = 16 * g; i < 16 * g + 16; i++) {
                int32_t q = quantized(x[i], inverse);
                out->q[i] = (int8_t)q;
                less[i / 2 % 2] = (int16_t)(less[i / 2 % 2] - q);
            }
            memcpy(out->less[g], less, sizeof less);
        }
    }
}

#if SIR_X86

// MARK: AVX2

SIR_AVX2_INLINE __m256i magnitudes(const float *x) {
    return _mm256_and_si256(sir_load256(x), _mm256_set1_epi32(0x7fffffff));
}

/// The largest of the bits of 32 magnitudes, lane by lane.
SIR_AVX2_INLINE __m256i largest_of_32(const float *x) {
    __m256i a = _mm256_max_epi32(magnitudes(x), magnitudes(x + 8));
    return _mm256_max_epi32(a, _mm256_max_epi32(magnitudes(x + 16), magnitudes(x + 24)));
}

SIR_AVX2_INLINE uint32_t largest_lane(__m256i lanes) {
    __m128i a = _mm_max_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256(lanes, 1));
    a = _mm_max_epi32(a, _mm_shuffle_epi32(a, 0x4e));
    a = _mm_max_epi32(a, _mm_shuffle_epi32(a, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(a);
}

/// 32 values as bytes in order.
SIR_AVX2_INLINE __m256i quantize_32(const float *x, float inverse) {
    if (inverse == 0) return _mm256_setzero_si256();
    __m256 factor = _mm256_set1_ps(inverse);
    __m256i a = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x), factor));
    __m256i b = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + 8), factor));
    __m256i c = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + 16), factor));
    __m256i d = _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_loadu_ps(x + 24), factor));
    __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d));
    return _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

/// Minus the sums over the bytes 4i, 4i + 1 and over 4i + 2, 4i + 3 of each 128-bit half: every 32-bit lane
/// of a half holds the two, as 16-bit numbers.
SIR_AVX2_INLINE __m256i less_of_16(__m256i q) {
    __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi8(1), q);
    pairs = _mm256_add_epi16(pairs, _mm256_shuffle_epi32(pairs, 0x4e));
    pairs = _mm256_add_epi16(pairs, _mm256_shuffle_epi32(pairs, 0xb1));
    return _mm256_sub_epi16(_mm256_setzero_si256(), pairs);
}

void SIR_AVX2 sir_quantize_q8_32_avx2(const float *x, sir_q8_32 *out, size_t count) {
    for (size_t b = 0; b < count / 32; b++, x += 32, out++) {
        float inverse;
        scales(largest_lane(largest_of_32(x)), &out->scale, &inverse);
        __m256i q = quantize_32(x, inverse), less = less_of_16(q);
        _mm256_storeu_si256((void *)out->q, q);
        __m128i both = _mm_add_epi16(_mm256_castsi256_si128(less), _mm256_extracti128_si256(less, 1));
        _mm_storeu_si32(out->less, both);
        out->scaled_sum = out->scale * (float)-(out->less[0] + out->less[1]);
    }
}

void SIR_AVX2 sir_quantize_q8_256_avx2(const float *x, sir_q8_256 *out, size_t count) {
    for (size_t b = 0; b < count / 256; b++, x += 256, out++) {
        __m256i largest = largest_of_32(x);
        for (int c = 1; c < 8; c++) largest = _mm256_max_epi32(largest, largest_of_32(x + 32 * c));
        float inverse;
        scales(largest_lane(largest), &out->scale, &inverse);
        for (int c = 0; c < 8; c++) {
            __m256i q = quantize_32(x + 32 * c, inverse), less = less_of_16(q);
            _mm256_storeu_si256((void *)(out->q + 32 * c), q);
            _mm_storeu_si32(out->less[2 * c], _mm256_castsi256_si128(less));
            _mm_storeu_si32(out->less[2 * c + 1], _mm256_extracti128_si256(less, 1));
        }
    }
}

#endif
