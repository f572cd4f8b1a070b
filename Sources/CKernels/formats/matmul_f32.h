// The matmul of floating-point formats, against float activations.
// It knows the reduction and the tiling; how weights widen to float is each format's affair.
//
// ONE ARITHMETIC. Both operands are padded with zeros to a multiple of 16 elements. For one
// (row, token): lane[c % 16] = fmaf(weight[c], activation[c], lane[c % 16]), c in order;
// result = sum16(lane).

#ifndef SIROCCO_MATMUL_F32_H
#define SIROCCO_MATMUL_F32_H

#include "../vector.h"

// MARK: Scalar

/// Element `index` of `weights`.
typedef float (*sir_widen_fn)(const void *weights, size_t index);

SIR_INLINE void sir_matmul_f32_scalar(const void *weights, size_t row_bytes, const void *activations,
                                      size_t activation_bytes, float *out, size_t out_stride, size_t rows,
                                      size_t tokens, size_t columns, sir_widen_fn widen) {
    for (size_t r = 0; r < rows; r++) {
        const uint8_t *w = (const uint8_t *)weights + r * row_bytes;
        for (size_t t = 0; t < tokens; t++) {
            const float *a = (const void *)((const uint8_t *)activations + t * activation_bytes);
            float lane[16] = {0};
            for (size_t c = 0; c < (columns + 15) / 16 * 16; c++) {
                bool inside = c < columns;
                lane[c % 16] = fmaf(inside ? widen(w, c) : 0, inside ? a[c] : 0, lane[c % 16]);
            }
            out[t * out_stride + r] = sir_sum16(lane);
        }
    }
}

#if SIR_X86

// MARK: AVX2

/// 8 elements, widened.
typedef __m256 (*sir_widen_avx2_fn)(const void *weights);

/// `R` rows (4, or 2; `valid` of them written) by `T` tokens.
SIR_AVX2_INLINE void sir_tile_f32_avx2(const uint8_t *const *rows, const uint8_t *activations,
                                       size_t activation_bytes, float *out, size_t out_stride, size_t valid,
                                       size_t ahead, int R, int T, size_t columns, size_t element_bytes,
                                       sir_widen_fn widen, sir_widen_avx2_fn widen8) {
    __m256 lanes[4][4][2];
#pragma clang loop unroll(full)
    for (int r = 0; r < R; r++) {
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) lanes[r][t][0] = lanes[r][t][1] = _mm256_setzero_ps();
    }
    size_t whole = columns / 16 * 16;
    for (size_t c = 0; c < whole; c += 16) {
#pragma clang loop unroll(full)
        for (int r = 0; r < R; r++) {
            if (T == 1) sir_prefetch(rows[r] + c * element_bytes + ahead, 16 * element_bytes);
        }
#pragma clang loop unroll(full)
        for (int half = 0; half < 2; half++) {
            size_t element = c + 8 * (size_t)half;
            __m256 w[4];
#pragma clang loop unroll(full)
            for (int r = 0; r < R; r++) w[r] = widen8(rows[r] + element * element_bytes);
#pragma clang loop unroll(full)
            for (int t = 0; t < T; t++) {
                const float *a = (const void *)(activations + (size_t)t * activation_bytes);
                __m256 x = _mm256_loadu_ps(a + element);
#pragma clang loop unroll(full)
                for (int r = 0; r < R; r++) lanes[r][t][half] = _mm256_fmadd_ps(w[r], x, lanes[r][t][half]);
            }
        }
    }
    if (whole < columns) {
        float w[4][16] = {{0}};
        for (int r = 0; r < R; r++) {
            for (size_t c = whole; c < columns; c++) w[r][c - whole] = widen(rows[r], c);
        }
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) {
            float a[16] = {0};
            memcpy(a, activations + (size_t)t * activation_bytes + whole * sizeof(float),
                   (columns - whole) * sizeof(float));
#pragma clang loop unroll(full)
            for (int half = 0; half < 2; half++) {
                __m256 x = _mm256_loadu_ps(a + 8 * half);
#pragma clang loop unroll(full)
                for (int r = 0; r < R; r++) {
                    lanes[r][t][half] =
                        _mm256_fmadd_ps(_mm256_loadu_ps(w[r] + 8 * half), x, lanes[r][t][half]);
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
        __m256 sums[4];
#pragma clang loop unroll(full)
        for (int r = 0; r < 4; r++) sums[r] = _mm256_add_ps(lanes[r % R][t][0], lanes[r % R][t][1]);
        sir_store_up_to_4(out + (size_t)t * out_stride, sir_sum8x4(sums[0], sums[1], sums[2], sums[3]),
                          valid);
    }
}

SIR_AVX2_INLINE void sir_matmul_f32_avx2(const void *weights, size_t row_bytes, const void *activations,
                                         size_t activation_bytes, float *out, size_t out_stride, size_t rows,
                                         size_t tokens, size_t columns, size_t element_bytes,
                                         sir_widen_fn widen, sir_widen_avx2_fn widen8) {
    size_t chunk = sir_token_chunk(activation_bytes), ahead = sir_prefetch_distance(row_bytes);
    for (size_t start = 0; start < tokens; start += chunk) {
        size_t end = tokens - start < chunk ? tokens : start + chunk;
        for (size_t r = 0; r < rows; r += 4) {
            const uint8_t *four[4];
            size_t valid = sir_four_rows(weights, row_bytes, r, rows, four), t = start;
            for (; t + 3 <= end; t += 3) {
                const uint8_t *a = (const uint8_t *)activations + t * activation_bytes;
                float *to = out + t * out_stride + r;
                sir_tile_f32_avx2(four, a, activation_bytes, to, out_stride, valid < 2 ? valid : 2, ahead, 2,
                                  3, columns, element_bytes, widen, widen8);
                if (valid > 2) {
                    sir_tile_f32_avx2(four + 2, a, activation_bytes, to + 2, out_stride, valid - 2, ahead, 2,
                                      3, columns, element_bytes, widen, widen8);
                }
            }
            for (; t < end; t++) {
                sir_tile_f32_avx2(four, (const uint8_t *)activations + t * activation_bytes, activation_bytes,
                                  out + t * out_stride + r, out_stride, valid, ahead, 4, 1, columns,
                                  element_bytes, widen, widen8);
            }
        }
    }
}

// MARK: AVX512

/// 16 elements, widened.
typedef __m512 (*sir_widen_avx512_fn)(const void *weights);

/// Four rows (`valid` of them written) by `T` tokens.
SIR_AVX512_INLINE void sir_tile_f32_avx512(const uint8_t *const *rows, const uint8_t *activations,
                                           size_t activation_bytes, float *out, size_t out_stride,
                                           size_t valid, size_t ahead, int T, size_t columns,
                                           size_t element_bytes, sir_widen_fn widen,
                                           sir_widen_avx512_fn widen16) {
    __m512 lanes[4][4];
#pragma clang loop unroll(full)
    for (int r = 0; r < 4; r++) {
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) lanes[r][t] = _mm512_setzero_ps();
    }
    size_t whole = columns / 16 * 16;
    for (size_t c = 0; c < whole; c += 16) {
        __m512 w[4];
#pragma clang loop unroll(full)
        for (int r = 0; r < 4; r++) {
            if (T == 1) sir_prefetch(rows[r] + c * element_bytes + ahead, 16 * element_bytes);
            w[r] = widen16(rows[r] + c * element_bytes);
        }
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) {
            __m512 x = _mm512_loadu_ps(activations + (size_t)t * activation_bytes + c * sizeof(float));
#pragma clang loop unroll(full)
            for (int r = 0; r < 4; r++) lanes[r][t] = _mm512_fmadd_ps(w[r], x, lanes[r][t]);
        }
    }
    if (whole < columns) {
        float w[4][16] = {{0}};
        for (int r = 0; r < 4; r++) {
            for (size_t c = whole; c < columns; c++) w[r][c - whole] = widen(rows[r], c);
        }
#pragma clang loop unroll(full)
        for (int t = 0; t < T; t++) {
            float a[16] = {0};
            memcpy(a, activations + (size_t)t * activation_bytes + whole * sizeof(float),
                   (columns - whole) * sizeof(float));
            __m512 x = _mm512_loadu_ps(a);
#pragma clang loop unroll(full)
            for (int r = 0; r < 4; r++) lanes[r][t] = _mm512_fmadd_ps(_mm512_loadu_ps(w[r]), x, lanes[r][t]);
        }
    }
#pragma clang loop unroll(full)
    for (int t = 0; t < T; t++) {
        __m256 sums[4];
#pragma clang loop unroll(full)
        for (int r = 0; r < 4; r++)
            sums[r] = _mm256_add_ps(sir_low_half(lanes[r][t]), sir_high_half(lanes[r][t]));
        sir_store_up_to_4(out + (size_t)t * out_stride, sir_sum8x4(sums[0], sums[1], sums[2], sums[3]),
                          valid);
    }
}

SIR_AVX512_INLINE void sir_matmul_f32_avx512(const void *weights, size_t row_bytes, const void *activations,
                                             size_t activation_bytes, float *out, size_t out_stride,
                                             size_t rows, size_t tokens, size_t columns, size_t element_bytes,
                                             sir_widen_fn widen, sir_widen_avx512_fn widen16) {
    const uint8_t *a = activations;
    size_t chunk = sir_token_chunk(activation_bytes), ahead = sir_prefetch_distance(row_bytes);
    for (size_t start = 0; start < tokens; start += chunk) {
        size_t end = tokens - start < chunk ? tokens : start + chunk;
        for (size_t r = 0; r < rows; r += 4) {
            const uint8_t *four[4];
            size_t valid = sir_four_rows(weights, row_bytes, r, rows, four), t = start;
            for (; t + 4 <= end; t += 4) {
                sir_tile_f32_avx512(four, a + t * activation_bytes, activation_bytes,
                                    out + t * out_stride + r, out_stride, valid, ahead, 4, columns,
                                    element_bytes, widen, widen16);
            }
            for (; t < end; t++) {
                sir_tile_f32_avx512(four, a + t * activation_bytes, activation_bytes,
                                    out + t * out_stride + r, out_stride, valid, ahead, 1, columns,
                                    element_bytes, widen, widen16);
            }
        }
    }
}

#endif
#endif
