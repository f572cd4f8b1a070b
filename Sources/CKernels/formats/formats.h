// Declares the functions that the rows of formats.c point at: one line per format with kernels.

#ifndef SIROCCO_FORMATS_H
#define SIROCCO_FORMATS_H

#include "layout.h"

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

/// A format that has panels too.
#define SIR_DECLARE_PANELS(name)                            \
    SIR_DECLARE_FORMAT(name)                                \
    extern const sir_block_shape sir_##name##_shape;        \
    void sir_##name##_panels_scalar(SIR_MATMUL_PARAMETERS); \
    void sir_##name##_panels_avx2(SIR_MATMUL_PARAMETERS);   \
    void sir_##name##_panels_avx512(SIR_MATMUL_PARAMETERS);

SIR_DECLARE_FORMAT(f32)
SIR_DECLARE_FORMAT(f16)
SIR_DECLARE_FORMAT(bf16)
SIR_DECLARE_PANELS(q8_0)
SIR_DECLARE_PANELS(q4_0)
SIR_DECLARE_PANELS(q4_1)
SIR_DECLARE_PANELS(q5_0)
SIR_DECLARE_PANELS(q5_1)
SIR_DECLARE_PANELS(q2_k)
SIR_DECLARE_PANELS(q3_k)
SIR_DECLARE_PANELS(q4_k)
SIR_DECLARE_PANELS(q5_k)
SIR_DECLARE_PANELS(q6_k)

#endif
