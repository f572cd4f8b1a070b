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
        int32_t sum = 0;
        for (int i = 0; i < 32; i++) {
            int32_t q = quantized(x[i], inverse);
            out->q[i] = (int8_t)q;
            sum += q;
        }
        out->scaled_sum = out->scale * (float)sum;
    }
}

void sir_quantize_q8_256_scalar(const float *x, sir_q8_256 *out, size_t count) {
    for (size_t b = 0; b < count / 256; b++, x += 256, out++) {
        float inverse;
        scales(largest_magnitude(x, 256), &out->scale, &inverse);
        for (int g = 0; g < 16; g++) {
            int32_t sum = 0;
            for (int i = 16 * g; i < 16 * g + 16; i++) {
                int32_t q = quantized(x[i], inverse);
                out->q[i] = (int8_t)q;
                sum += q;
            }
            out->sums[g] = (int16_t)sum;
        }
    }
}
