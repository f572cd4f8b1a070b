// Operations on one element at a time: the gated activation, sums, half-precision conversion.
//
// ONE ARITHMETIC. silu_multiply: (gate / (1 + exp(-gate))) * up, with the exp of exp.h.

#include "exp.h"
#include "operations.h"

void sir_silu_multiply_scalar(const float *gate, const float *up, float *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = gate[i] / (1 + sir_exp(-gate[i])) * up[i];
}

void sir_add_scalar(float *x, const float *y, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] += y[i];
}

void sir_scale_add_scalar(float *x, const float *y, float factor, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] = fmaf(y[i], factor, x[i]);
}

void sir_to_f16_scalar(const float *x, uint16_t *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = sir_float_to_half(x[i]);
}

void sir_from_f16_scalar(const uint16_t *x, float *out, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = sir_half_to_float(x[i]);
}
