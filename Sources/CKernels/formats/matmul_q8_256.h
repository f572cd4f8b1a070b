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

#include "../internal.h"

// MARK: Scalar

/// One block with its values unpacked; `m` and `minimum` are unused in centred formats.
typedef struct sir_unpacked_256 {
    float scale, minimum;
    int16_t s[16], m[16];
    uint8_t q[256];
} sir_unpacked_256;

typedef void (*sir_unpack_256_fn)(const void *block, sir_unpacked_256 *out);

/// `centre`: what is taken from q, or 0 for the formats with minima.
SIR_INLINE void sir_matmul_q8_256_scalar(
    const void *weights, size_t row_bytes, const void *activations, size_t activation_bytes, float *out,
    size_t out_stride, size_t rows, size_t tokens, size_t columns, size_t block_bytes,
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
SIR_INLINE void sir_decode_256(
    const void *blocks, float *out, size_t count, size_t block_bytes, sir_unpack_256_fn unpack, int centre) {
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

#endif
