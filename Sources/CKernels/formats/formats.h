// Declares the functions that the rows of formats.c point at: one line per format with kernels.

#ifndef SIROCCO_FORMATS_H
#define SIROCCO_FORMATS_H

#include "../internal.h"

#define SIR_MATMUL_PARAMETERS                                                                            \
    const void *weights, size_t row_bytes, const void *activations, size_t activation_bytes, float *out, \
        size_t out_stride, size_t rows, size_t tokens, size_t columns
#define SIR_MATMUL_ARGUMENTS \
    weights, row_bytes, activations, activation_bytes, out, out_stride, rows, tokens, columns

#define SIR_DECLARE_FORMAT(name)                                            \
    void sir_##name##_decode(const void *blocks, float *out, size_t count); \
    void sir_##name##_encode(const float *x, void *blocks, size_t count);   \
    void sir_##name##_matmul_scalar(SIR_MATMUL_PARAMETERS);                 \
    void sir_##name##_matmul_avx2(SIR_MATMUL_PARAMETERS);                   \
    void sir_##name##_matmul_avx512(SIR_MATMUL_PARAMETERS);

SIR_DECLARE_FORMAT(f32)
SIR_DECLARE_FORMAT(f16)
SIR_DECLARE_FORMAT(bf16)
SIR_DECLARE_FORMAT(q8_0)
SIR_DECLARE_FORMAT(q4_0)
SIR_DECLARE_FORMAT(q4_1)
SIR_DECLARE_FORMAT(q5_0)
SIR_DECLARE_FORMAT(q5_1)
SIR_DECLARE_FORMAT(q2_k)
SIR_DECLARE_FORMAT(q3_k)
SIR_DECLARE_FORMAT(q4_k)
SIR_DECLARE_FORMAT(q5_k)
SIR_DECLARE_FORMAT(q6_k)

#endif
