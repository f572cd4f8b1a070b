// The matmul of floating-point formats, against float activations.
// It knows the reduction and the tiling; how weights widen to float is each format's affair.
//
// ONE ARITHMETIC. Both operands are padded with zeros to a multiple of 16 elements. For one
// (row, token): lane[c % 16] = fmaf(weight[c], activation[c], lane[c % 16]), c in order;
// result = sum16(lane).

#ifndef SIROCCO_MATMUL_F32_H
#define SIROCCO_MATMUL_F32_H

#include "../internal.h"

// MARK: Scalar

/// Element `index` of `weights`.
typedef float (*sir_widen_fn)(const void *weights, size_t index);

SIR_INLINE void sir_matmul_f32_scalar(
    const void *weights, size_t row_bytes, const void *activations, size_t activation_bytes, float *out,
    size_t out_stride, size_t rows, size_t tokens, size_t columns, sir_widen_fn widen) {
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

#endif
