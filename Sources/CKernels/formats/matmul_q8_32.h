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

#include "../internal.h"

// MARK: Scalar

/// One block with its values unpacked.
typedef struct sir_unpacked_32 {
    float scale, offset;
    int16_t q[32];
} sir_unpacked_32;

typedef void (*sir_unpack_32_fn)(const void *block, sir_unpacked_32 *out);

SIR_INLINE void sir_matmul_q8_32_scalar(
    const void *weights, size_t row_bytes, const void *activations, size_t activation_bytes, float *out,
    size_t out_stride, size_t rows, size_t tokens, size_t columns, size_t block_bytes,
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

#endif
