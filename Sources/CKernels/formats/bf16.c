// BF16: the upper half of a single-precision float.
// It knows this type alone; the reduction is matmul_f32.h's.

#include "formats.h"
#include "matmul_f32.h"

static float widen(const void *weights, size_t index) {
    uint16_t bits;
    memcpy(&bits, (const uint8_t *)weights + index * sizeof bits, sizeof bits);
    return sir_float((uint32_t)bits << 16);
}

void sir_bf16_decode(const void *blocks, float *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = widen(blocks, i);
}

void sir_bf16_encode(const float *x, void *blocks, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = sir_bits(x[i]);
        bool is_nan = (bits & 0x7fffffff) > 0x7f800000;
        // To nearest even; a NaN becomes quiet, so that cutting its payload cannot make it infinite.
        uint16_t half = (uint16_t)((is_nan ? bits | 0x400000 : bits + 0x7fff + (bits >> 16 & 1)) >> 16);
        memcpy((uint8_t *)blocks + i * sizeof half, &half, sizeof half);
    }
}

void sir_bf16_matmul_scalar(SIR_MATMUL_PARAMETERS) {
    sir_matmul_f32_scalar(SIR_MATMUL_ARGUMENTS, widen);
}
