// The matmul of formats with 32-element blocks, against sir_q8_32 activations.
// It knows the reduction and the tiling; how a block is unpacked is each format's affair.
//
// ONE ARITHMETIC. A weight is scale * q + offset (Q8_0: no offset). For one (row, token):
//     lane[j]  = fmaf(scale * activation.scale, (float)isum[j], lane[j])   blocks in order, j < 8,
//                isum[j] = exact sum over elements 4j ..< 4j + 4 of q * activation.q
//     minimum  = fmaf(offset, activation.scaled_sum, minimum)              blocks in order
//     result   = sum8(lane) + minimum                                      Q8_0: sum8(lane)

#ifndef SIROCCO_MATMUL_Q8_32_H
#define SIROCCO_MATMUL_Q8_32_H

#include "../vector.h"

// MARK: Scalar

/// One block with its values unpacked.
typedef struct sir_unpacked_32 {
    float scale, offset;
    int16_t q[32];
} sir_unpacked_32;

typedef void (*sir_unpack_32_fn)(const void *block, sir_unpacked_32 *out);

SIR_INLINE void sir_matmul_q8_32_scalar(const void *weights, size_t row_bytes, const void *activations,
                                        size_t activation_bytes, float *out, size_t out_stride, size_t rows,
                                        size_t tokens, size_t columns, size_t block_bytes,
                                        sir_unpack_32_fn unpack, bool has_offset) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t t = 0; t < tokens; t++) {
            const uint8_t *block = (const uint8_t *)weights + r * row_bytes;
            const sir_q8_32 *a = (const void *)((const uint8_t *)activations + t * activation_bytes);
            float lane[8] = {0}, minimum = 0;
            for (size_t b = 0; b < columns / 32; b++, block += block_bytes) {
                sir_unpacked_32 w;
                unpack(block, &w);
                float scale = w.scale * a[b].scale;
                for (int j = 0; j < 8; j++) {
                    int32_t isum = 0;
                    for (int i = 4 * j; i < 4 * j + 4; i++) isum += w.q[i] * a[b].q[i];
                    lane[j] = fmaf(scale, (float)isum, lane[j]);
                }
                if (has_offset) minimum = fmaf(w.offset, a[b].scaled_sum, minimum);
            }
            out[t * out_stride + r] = has_offset ? sir_sum8(lane) + minimum : sir_sum8(lane);
        }
    }
}

#if SIR_X86

// MARK: AVX2

/// How weights relate to the unpacked q.
typedef enum sir_kind_32 {
    SIR_SIGNED,   // scale * q, q a signed byte
    SIR_CENTRED,  // scale * (q - centre), q unsigned
    SIR_MINIMUM,  // scale * q + minimum, q unsigned; the minimum's half follows the scale's
} sir_kind_32;

/// The 32 values of a block, as bytes in order.
typedef __m256i (*sir_unpack_32_avx2_fn)(const void *block);

/// Scales (8 floats: those of four rows, twice) and offsets of the blocks that start at w[0 ..< 4].
SIR_AVX2_INLINE __m256 sir_scales_32(const uint8_t *const w[4], sir_kind_32 kind, float centre,
                                     __m128 *offsets) {
    if (kind == SIR_MINIMUM) {
        __m128i halves = _mm_setr_epi32((int)sir_load32(w[0]), (int)sir_load32(w[1]), (int)sir_load32(w[2]),
                                        (int)sir_load32(w[3]));
        __m128i order = _mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
        halves = _mm_shuffle_epi8(halves, order);
        *offsets = _mm_cvtph_ps(_mm_unpackhi_epi64(halves, halves));
        return _mm256_cvtph_ps(_mm_unpacklo_epi64(halves, halves));
    }
    __m128i halves = _mm_cvtsi32_si128(sir_load16(w[0]));
    halves = _mm_insert_epi16(halves, sir_load16(w[1]), 1);
    halves = _mm_insert_epi16(halves, sir_load16(w[2]), 2);
    halves = _mm_insert_epi16(halves, sir_load16(w[3]), 3);
    __m256 scales = _mm256_cvtph_ps(_mm_unpacklo_epi64(halves, halves));
    *offsets = _mm_mul_ps(_mm256_castps256_ps128(scales), _mm_set1_ps(-centre));
    return scales;
}

/// isum of the 8 lanes. No pair of products overflows 16 bits: 31 * 127 * 2 unsigned, 128 * 127 * 2 signed.
SIR_AVX2_INLINE __m256i sir_isum_32(__m256i w, __m256i a, bool is_signed) {
    __m256i pairs = is_signed ? _mm256_maddubs_epi16(_mm256_abs_epi8(w), _mm256_sign_epi8(a, w))
                              : _mm256_maddubs_epi16(w, a);
    return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}

/// Four rows (`valid` of them written) by `T` tokens.
SIR_AVX2_INLINE void sir_tile_q8_32_avx2(const uint8_t *const rows[4], const uint8_t *a,
                                         size_t activation_bytes, float *out, size_t out_stride, size_t valid,
                                         size_t ahead, int T, size_t blocks, size_t block_bytes,
                                         sir_unpack_32_avx2_fn unpack, sir_kind_32 kind, float centre) {
    __m256 lanes[4][4];
    __m128 minimum[4];
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
        minimum[t] = _mm_setzero_ps();
#pragma clang loop unroll(full)
        for (int r = 0; r < 4; r++) lanes[r][t] = _mm256_setzero_ps();
    }
    const uint8_t *w[4] = {rows[0], rows[1], rows[2], rows[3]};
    for (size_t b = 0; b < blocks; b++, a += sizeof(sir_q8_32)) {
        __m128 offsets;
        __m256 scales = sir_scales_32(w, kind, centre, &offsets);
        __m256 products[4];
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) {
            const sir_q8_32 *x = (const void *)(a + (size_t)t * activation_bytes);
            products[t] = _mm256_mul_ps(scales, _mm256_broadcast_ss(&x->scale));
            if (kind != SIR_SIGNED) {
                minimum[t] = _mm_fmadd_ps(offsets, _mm_broadcast_ss(&x->scaled_sum), minimum[t]);
            }
        }
        // Row by row, not token by token: the sums then fill the registers, and one row's values fit beside.
#pragma clang loop unroll(full)
        for (int r = 0; r < 4; r++) {
            if (T == 1) sir_prefetch(w[r] + ahead, block_bytes);
            __m256i q = unpack(w[r]);
            w[r] += block_bytes;
#pragma clang loop unroll(full)
            for (int t = 0; t < T; t++) {
                const sir_q8_32 *x = (const void *)(a + (size_t)t * activation_bytes);
                __m256 scale = _mm256_permutevar_ps(products[t], _mm256_set1_epi32(r));
                __m256i isum = sir_isum_32(q, sir_load256(x->q), kind == SIR_SIGNED);
                lanes[r][t] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(isum), lanes[r][t]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
        __m128 sums = sir_sum8x4(lanes[0][t], lanes[1][t], lanes[2][t], lanes[3][t]);
        if (kind != SIR_SIGNED) sums = _mm_add_ps(sums, minimum[t]);
        sir_store_up_to_4(out + (size_t)t * out_stride, sums, valid);
    }
}

SIR_AVX2_INLINE void sir_matmul_q8_32_avx2(const void *weights, size_t row_bytes, const void *activations,
                                           size_t activation_bytes, float *out, size_t out_stride,
                                           size_t rows, size_t tokens, size_t columns, size_t block_bytes,
                                           sir_unpack_32_avx2_fn unpack, sir_kind_32 kind, float centre) {
    const uint8_t *a = activations;
    size_t chunk = sir_token_chunk(activation_bytes), ahead = sir_prefetch_distance(row_bytes);
    for (size_t start = 0; start < tokens; start += chunk) {
        size_t end = tokens - start < chunk ? tokens : start + chunk;
        for (size_t r = 0; r < rows; r += 4) {
            const uint8_t *four[4];
            size_t valid = sir_four_rows(weights, row_bytes, r, rows, four);
            size_t t = start;
            for (; t + 2 <= end; t += 2) {
                sir_tile_q8_32_avx2(four, a + t * activation_bytes, activation_bytes,
                                    out + t * out_stride + r, out_stride, valid, ahead, 2, columns / 32,
                                    block_bytes, unpack, kind, centre);
            }
            if (t < end) {
                sir_tile_q8_32_avx2(four, a + t * activation_bytes, activation_bytes,
                                    out + t * out_stride + r, out_stride, valid, ahead, 1, columns / 32,
                                    block_bytes, unpack, kind, centre);
            }
        }
    }
}

// MARK: AVX512-VNNI

/// The AVX2 tile with two rows in each vector: a row keeps its own 8 lanes, so the sums are the same.
SIR_AVX512_INLINE void sir_tile_q8_32_avx512(const uint8_t *const rows[4], const uint8_t *a,
                                             size_t activation_bytes, float *out, size_t out_stride,
                                             size_t valid, size_t ahead, int T, size_t blocks,
                                             size_t block_bytes, sir_unpack_32_avx2_fn unpack,
                                             sir_kind_32 kind, float centre) {
    __m512 lanes[2][4];
    __m128 minimum[4];
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
        minimum[t] = _mm_setzero_ps();
        lanes[0][t] = lanes[1][t] = _mm512_setzero_ps();
    }
    __m512i flip = _mm512_set1_epi8(kind == SIR_SIGNED ? -128 : 0);
    const uint8_t *w[4] = {rows[0], rows[1], rows[2], rows[3]};
    for (size_t b = 0; b < blocks; b++, a += sizeof(sir_q8_32)) {
        __m128 offsets;
        __m256 scales = sir_scales_32(w, kind, centre, &offsets);
        // Signed weights plus 128 are unsigned; 128 times the activations is taken off below.
        __m512i q[2] = {_mm512_xor_si512(sir_join(unpack(w[0]), unpack(w[1])), flip),
                        _mm512_xor_si512(sir_join(unpack(w[2]), unpack(w[3])), flip)};
#pragma clang loop unroll(full)
        for (int r = 0; r < 4; r++) {
            if (T == 1) sir_prefetch(w[r] + ahead, block_bytes);
            w[r] += block_bytes;
        }
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) {
            const sir_q8_32 *x = (const void *)(a + (size_t)t * activation_bytes);
            __m512 products = _mm512_castps256_ps512(_mm256_mul_ps(scales, _mm256_broadcast_ss(&x->scale)));
            if (kind != SIR_SIGNED) {
                minimum[t] = _mm_fmadd_ps(offsets, _mm_broadcast_ss(&x->scaled_sum), minimum[t]);
            }
            __m512i aq = _mm512_broadcast_i64x4(sir_load256(x->q)), start = _mm512_setzero_si512();
            if (kind == SIR_SIGNED) start = _mm512_sub_epi32(start, _mm512_dpbusd_epi32(start, flip, aq));
#pragma clang loop unroll(full)
            for (int pair = 0; pair < 2; pair++) {
                int r = 2 * pair;
                __m512i index = sir_join(_mm256_set1_epi32(r), _mm256_set1_epi32(r + 1));
                __m512 scale = _mm512_permutexvar_ps(index, products);
                __m512 isum = _mm512_cvtepi32_ps(_mm512_dpbusd_epi32(start, q[pair], aq));
                lanes[pair][t] = _mm512_fmadd_ps(scale, isum, lanes[pair][t]);
            }
        }
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
        __m128 sums = sir_sum8x4(sir_low_half(lanes[0][t]), sir_high_half(lanes[0][t]),
                                 sir_low_half(lanes[1][t]), sir_high_half(lanes[1][t]));
        if (kind != SIR_SIGNED) sums = _mm_add_ps(sums, minimum[t]);
        sir_store_up_to_4(out + (size_t)t * out_stride, sums, valid);
    }
}

SIR_AVX512_INLINE void sir_matmul_q8_32_avx512(const void *weights, size_t row_bytes, const void *activations,
                                               size_t activation_bytes, float *out, size_t out_stride,
                                               size_t rows, size_t tokens, size_t columns, size_t block_bytes,
                                               sir_unpack_32_avx2_fn unpack, sir_kind_32 kind, float centre) {
    const uint8_t *a = activations;
    size_t chunk = sir_token_chunk(activation_bytes), ahead = sir_prefetch_distance(row_bytes);
    for (size_t start = 0; start < tokens; start += chunk) {
        size_t end = tokens - start < chunk ? tokens : start + chunk;
        for (size_t r = 0; r < rows; r += 4) {
            const uint8_t *four[4];
            size_t valid = sir_four_rows(weights, row_bytes, r, rows, four);
            size_t t = start;
            for (; t + 4 <= end; t += 4) {
                sir_tile_q8_32_avx512(four, a + t * activation_bytes, activation_bytes,
                                      out + t * out_stride + r, out_stride, valid, ahead, 4, columns / 32,
                                      block_bytes, unpack, kind, centre);
            }
            for (; t < end; t++) {
                sir_tile_q8_32_avx512(four, a + t * activation_bytes, activation_bytes,
                                      out + t * out_stride + r, out_stride, valid, ahead, 1, columns / 32,
                                      block_bytes, unpack, kind, centre);
            }
        }
    }
}

#endif
#endif
