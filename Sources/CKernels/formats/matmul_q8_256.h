// The matmul of the K formats (256-element blocks of sub-blocks), against sir_q8_256 activations.
// It knows the reduction and the tiling; how a block is unpacked is each format's affair.
//
// ONE ARITHMETIC. Sub-block i (16 elements) has an integer scale s[i]; q is unsigned. Exact integers,
// for j < 8 and over the whole block:
//     isum[j] = sum over c < 8 and elements e of 32c + 4j ..< 32c + 4j + 4 of s[e / 16] * q[e] * a.q[e]
//     imin[j] = m[2j] * a.sums[2j] + m[2j + 1] * a.sums[2j + 1]
// Formats with minima (Q2_K, Q4_K, Q5_K): a weight is scale * s * q - minimum * m, and
//     lane[j] = fmaf(scale * a.scale, (float)isum[j], lane[j])
//     lane[j] = fmaf(-(minimum * a.scale), (float)imin[j], lane[j])
// Centred formats (Q3_K, Q6_K): a weight is scale * s * (q - centre), so m = s, and
//     lane[j] = fmaf(scale * a.scale, (float)(isum[j] - centre * imin[j]), lane[j])
// Blocks in order; result = sum8(lane). The largest integers are Q6_K's: |isum| < 2^25, exact in int32.

#ifndef SIROCCO_MATMUL_Q8_256_H
#define SIROCCO_MATMUL_Q8_256_H

#include "../vector.h"

// MARK: Scalar

/// One block with its values unpacked; `m` and `minimum` are unused in centred formats.
typedef struct sir_unpacked_256 {
    float scale, minimum;
    int16_t s[16], m[16];
    uint8_t q[256];
} sir_unpacked_256;

typedef void (*sir_unpack_256_fn)(const void *block, sir_unpacked_256 *out);

/// `centre`: what is taken from q, or 0 for the formats with minima.
SIR_INLINE void sir_matmul_q8_256_scalar(const void *weights, size_t row_bytes, const void *activations,
                                         size_t activation_bytes, float *out, size_t out_stride, size_t rows,
                                         size_t tokens, size_t columns, size_t block_bytes,
                                         sir_unpack_256_fn unpack, int centre) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t t = 0; t < tokens; t++) {
            const uint8_t *block = (const uint8_t *)weights + r * row_bytes;
            const sir_q8_256 *a = (const void *)((const uint8_t *)activations + t * activation_bytes);
            float lane[8] = {0};
            for (size_t b = 0; b < columns / 256; b++, block += block_bytes) {
                sir_unpacked_256 w;
                unpack(block, &w);
                const int16_t *m = centre ? w.s : w.m;
                float scale = w.scale * a[b].scale, minimum = w.minimum * a[b].scale;
                for (int j = 0; j < 8; j++) {
                    int32_t isum = 0;
                    for (int c = 0; c < 8; c++) {
                        for (int e = 32 * c + 4 * j; e < 32 * c + 4 * j + 4; e++) {
                            isum += w.s[e / 16] * w.q[e] * a[b].q[e];
                        }
                    }
                    int32_t imin = m[2 * j] * a[b].sums[2 * j] + m[2 * j + 1] * a[b].sums[2 * j + 1];
                    if (centre) {
                        lane[j] = fmaf(scale, (float)(isum - centre * imin), lane[j]);
                    } else {
                        lane[j] = fmaf(scale, (float)isum, lane[j]);
                        lane[j] = fmaf(-minimum, (float)imin, lane[j]);
                    }
                }
            }
            out[t * out_stride + r] = sir_sum8(lane);
        }
    }
}

/// Writes scale * s * q - minimum * m, or scale * s * (q - centre), multiplying from the left.
SIR_INLINE void sir_decode_256(const void *blocks, float *out, size_t count, size_t block_bytes,
                               sir_unpack_256_fn unpack, int centre) {
    for (size_t b = 0; b < count / 256; b++, out += 256) {
        sir_unpacked_256 w;
        unpack((const uint8_t *)blocks + b * block_bytes, &w);
        for (int e = 0; e < 256; e++) {
            float scale = w.scale * (float)w.s[e / 16];
            out[e] = centre ? scale * (float)(w.q[e] - centre)
                            : scale * (float)w.q[e] - w.minimum * (float)w.m[e / 16];
        }
    }
}

#if SIR_X86

// MARK: AVX2

/// What a super-block needs beside its values. `scales`: 16-bit, low half s[0], s[2] ... s[14], high half
/// s[1], s[3] ... s[15], so one in-lane shuffle spreads the pair of a chunk. `minima`: m[0] ... m[15].
typedef struct sir_header_256 {
    float scale, minimum;
    __m256i scales, minima;
} sir_header_256;

typedef sir_header_256 (*sir_header_256_avx2_fn)(const void *block);
/// Elements 32c ..< 32c + 32 of a block, as unsigned bytes in order.
typedef __m256i (*sir_unpack_256_avx2_fn)(const void *block, int c);

/// m[0] ... m[15] as `scales` wants them: even ones low, odd ones high.
SIR_AVX2_INLINE __m256i sir_split_scales(__m256i m) {
    __m256i order =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15));
    return _mm256_permute4x64_epi64(_mm256_shuffle_epi8(m, order), 0xd8);
}

/// The shuffle that spreads the scales of chunk c over its 16-bit pairs.
SIR_AVX2_INLINE __m256i sir_spread(int c) { return _mm256_set1_epi16((short)(0x0100 + 0x0202 * c)); }

/// Four rows (`valid` of them written) by `T` tokens. No pair of products overflows 16 bits: 63 * 127 * 2.
SIR_AVX2_INLINE void sir_tile_q8_256_avx2(const uint8_t *const rows[4], const uint8_t *a,
                                          size_t activation_bytes, float *out, size_t out_stride,
                                          size_t valid, size_t ahead, int T, size_t blocks,
                                          size_t block_bytes, sir_header_256_avx2_fn header,
                                          sir_unpack_256_avx2_fn unpack, int centre) {
    __m256 lanes[4][2];
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
#pragma clang loop unroll(full)
        for (int r = 0; r < 4; r++) lanes[r][t] = _mm256_setzero_ps();
    }
    for (size_t b = 0; b < blocks; b++, a += sizeof(sir_q8_256)) {
#pragma clang loop unroll(full)
        for (int r = 0; r < 4; r++) {
            const uint8_t *w = rows[r] + b * block_bytes;
            if (T == 1) sir_prefetch(w + ahead, block_bytes);
            sir_header_256 head = header(w);
            __m256i isum[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
#pragma clang loop unroll(full)
            for (int c = 0; c < 8; c++) {
                __m256i q = unpack(w, c);
                __m256i scales = _mm256_shuffle_epi8(head.scales, sir_spread(c));
#pragma clang loop unroll(full)
                for (int t = 0; t < T; t++) {
                    const sir_q8_256 *x = (const void *)(a + (size_t)t * activation_bytes);
                    __m256i pairs = _mm256_maddubs_epi16(q, sir_load256(x->q + 32 * c));
                    isum[t] = _mm256_add_epi32(isum[t], _mm256_madd_epi16(pairs, scales));
                }
            }
#pragma clang loop unroll(full)
            for (int t = 0; t < T; t++) {
                const sir_q8_256 *x = (const void *)(a + (size_t)t * activation_bytes);
                __m256i imin = _mm256_madd_epi16(head.minima, sir_load256(x->sums));
                __m256 scale = _mm256_set1_ps(head.scale * x->scale);
                if (centre) {
                    imin = _mm256_mullo_epi32(imin, _mm256_set1_epi32(centre));
                    __m256 sum = _mm256_cvtepi32_ps(_mm256_sub_epi32(isum[t], imin));
                    lanes[r][t] = _mm256_fmadd_ps(scale, sum, lanes[r][t]);
                } else {
                    __m256 minimum = _mm256_set1_ps(head.minimum * x->scale);
                    lanes[r][t] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(isum[t]), lanes[r][t]);
                    lanes[r][t] = _mm256_fnmadd_ps(minimum, _mm256_cvtepi32_ps(imin), lanes[r][t]);
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
        __m128 sums = sir_sum8x4(lanes[0][t], lanes[1][t], lanes[2][t], lanes[3][t]);
        sir_store_up_to_4(out + (size_t)t * out_stride, sums, valid);
    }
}

SIR_AVX2_INLINE void sir_matmul_q8_256_avx2(const void *weights, size_t row_bytes, const void *activations,
                                            size_t activation_bytes, float *out, size_t out_stride,
                                            size_t rows, size_t tokens, size_t columns, size_t block_bytes,
                                            sir_header_256_avx2_fn header, sir_unpack_256_avx2_fn unpack,
                                            int centre) {
    const uint8_t *a = activations;
    size_t chunk = sir_token_chunk(activation_bytes), ahead = sir_prefetch_distance(row_bytes);
    for (size_t start = 0; start < tokens; start += chunk) {
        size_t end = tokens - start < chunk ? tokens : start + chunk;
        for (size_t r = 0; r < rows; r += 4) {
            const uint8_t *four[4];
            size_t valid = sir_four_rows(weights, row_bytes, r, rows, four), t = start;
            for (; t + 2 <= end; t += 2) {
                sir_tile_q8_256_avx2(four, a + t * activation_bytes, activation_bytes,
                                     out + t * out_stride + r, out_stride, valid, ahead, 2, columns / 256,
                                     block_bytes, header, unpack, centre);
            }
            if (t < end) {
                sir_tile_q8_256_avx2(four, a + t * activation_bytes, activation_bytes,
                                     out + t * out_stride + r, out_stride, valid, ahead, 1, columns / 256,
                                     block_bytes, header, unpack, centre);
            }
        }
    }
}

// MARK: AVX512-VNNI

/// The AVX2 tile with two rows in each vector: a row keeps its own 8 lanes, so the sums are the same.
SIR_AVX512_INLINE void sir_tile_q8_256_avx512(const uint8_t *const rows[4], const uint8_t *a,
                                              size_t activation_bytes, float *out, size_t out_stride,
                                              size_t valid, size_t ahead, int T, size_t blocks,
                                              size_t block_bytes, sir_header_256_avx2_fn header,
                                              sir_unpack_256_avx2_fn unpack, int centre) {
    __m512 lanes[2][4];
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) lanes[0][t] = lanes[1][t] = _mm512_setzero_ps();
    for (size_t b = 0; b < blocks; b++, a += sizeof(sir_q8_256)) {
#pragma clang loop unroll(full)
        for (int pair = 0; pair < 2; pair++) {
            const uint8_t *w0 = rows[2 * pair] + b * block_bytes, *w1 = rows[2 * pair + 1] + b * block_bytes;
            if (T == 1) sir_prefetch(w0 + ahead, block_bytes), sir_prefetch(w1 + ahead, block_bytes);
            sir_header_256 head0 = header(w0), head1 = header(w1);
            __m512i scales = sir_join(head0.scales, head1.scales);
            __m512i minima = sir_join(head0.minima, head1.minima);
            __m512i isum[4];
#pragma clang loop unroll(full)
            for (int t = 0; t < T; t++) isum[t] = _mm512_setzero_si512();
#pragma clang loop unroll(full)
            for (int c = 0; c < 8; c++) {
                __m512i q = sir_join(unpack(w0, c), unpack(w1, c));
                __m512i spread = _mm512_broadcast_i64x4(sir_spread(c));
                __m512i chunk_scales = _mm512_shuffle_epi8(scales, spread);
#pragma clang loop unroll(full)
                for (int t = 0; t < T; t++) {
                    const sir_q8_256 *x = (const void *)(a + (size_t)t * activation_bytes);
                    __m512i aq = _mm512_broadcast_i64x4(sir_load256(x->q + 32 * c));
                    isum[t] = _mm512_dpwssd_epi32(isum[t], _mm512_maddubs_epi16(q, aq), chunk_scales);
                }
            }
#pragma clang loop unroll(full)
            for (int t = 0; t < T; t++) {
                const sir_q8_256 *x = (const void *)(a + (size_t)t * activation_bytes);
                __m512i sums = _mm512_broadcast_i64x4(sir_load256(x->sums));
                __m512i imin = _mm512_madd_epi16(minima, sums);
                __m512 scale = sir_join_floats(head0.scale * x->scale, head1.scale * x->scale);
                __m512 *lane = &lanes[pair][t];
                if (centre) {
                    imin = _mm512_mullo_epi32(imin, _mm512_set1_epi32(centre));
                    *lane =
                        _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(_mm512_sub_epi32(isum[t], imin)), *lane);
                } else {
                    __m512 minimum = sir_join_floats(head0.minimum * x->scale, head1.minimum * x->scale);
                    *lane = _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(isum[t]), *lane);
                    *lane = _mm512_fnmadd_ps(minimum, _mm512_cvtepi32_ps(imin), *lane);
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
        __m128 sums = sir_sum8x4(sir_low_half(lanes[0][t]), sir_high_half(lanes[0][t]),
                                 sir_low_half(lanes[1][t]), sir_high_half(lanes[1][t]));
        sir_store_up_to_4(out + (size_t)t * out_stride, sums, valid);
    }
}

SIR_AVX512_INLINE void sir_matmul_q8_256_avx512(const void *weights, size_t row_bytes,
                                                const void *activations, size_t activation_bytes, float *out,
                                                size_t out_stride, size_t rows, size_t tokens, size_t columns,
                                                size_t block_bytes, sir_header_256_avx2_fn header,
                                                sir_unpack_256_avx2_fn unpack, int centre) {
    const uint8_t *a = activations;
    size_t chunk = sir_token_chunk(activation_bytes), ahead = sir_prefetch_distance(row_bytes);
    for (size_t start = 0; start < tokens; start += chunk) {
        size_t end = tokens - start < chunk ? tokens : start + chunk;
        for (size_t r = 0; r < rows; r += 4) {
            const uint8_t *four[4];
            size_t valid = sir_four_rows(weights, row_bytes, r, rows, four), t = start;
            for (; t + 4 <= end; t += 4) {
                sir_tile_q8_256_avx512(four, a + t * activation_bytes, activation_bytes,
                                       out + t * out_stride + r, out_stride, valid, ahead, 4, columns / 256,
                                       block_bytes, header, unpack, centre);
            }
            for (; t < end; t++) {
                sir_tile_q8_256_avx512(four, a + t * activation_bytes, activation_bytes,
                                       out + t * out_stride + r, out_stride, valid, ahead, 1, columns / 256,
                                       block_bytes, header, unpack, centre);
            }
        }
    }
}

#endif
#endif
