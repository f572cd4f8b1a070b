// Declares the functions behind the tables of operations.c, for every instruction set.

#ifndef SIROCCO_OPERATIONS_H
#define SIROCCO_OPERATIONS_H

#include "../vector.h"

#define SIR_DECLARE_OPERATIONS(isa)                                                                        \
    void sir_quantize_q8_32_##isa(const float *x, sir_q8_32 *out, size_t count);                           \
    void sir_quantize_q8_256_##isa(const float *x, sir_q8_256 *out, size_t count);                         \
    void sir_rms_norm_##isa(const float *x, const float *weight, float epsilon, float *out, size_t count); \
    void sir_rope_pairs_##isa(float *x, const float *cosines, const float *sines, size_t heads,            \
                              size_t head_dim, size_t half);                                               \
    void sir_rope_halves_##isa(float *x, const float *cosines, const float *sines, size_t heads,           \
                               size_t head_dim, size_t half);                                              \
    void sir_silu_multiply_##isa(const float *gate, const float *up, float *out, size_t count);            \
    void sir_add_##isa(float *x, const float *y, size_t count);                                            \
    void sir_add_difference_##isa(float *x, const float *y, const float *base, float factor,         \
                                        size_t count);                                                     \
    void sir_to_f16_##isa(const float *x, uint16_t *out, size_t count);                                    \
    void sir_from_f16_##isa(const uint16_t *x, float *out, size_t count);                                  \
    void sir_kv_store_##isa(const float *key, const float *value, uint8_t *block, size_t position,         \
                            size_t head_dim, sir_kv_type type);                                            \
    void sir_attention_merge_##isa(const sir_attention *a, float *partials);                               \
    SIR_DECLARE_ATTENTION(isa)

#define SIR_DECLARE_ATTENTION(isa)                                                                         \
    void sir_attention_##isa(const sir_attention *a, float *scratch);                                      \
    void sir_attention_chunk_##isa(const sir_attention *a, size_t chunk, float *partials, float *scratch);

/// One for all: plain integer arithmetic, which compilers turn into vectors by themselves.
void sir_round_to_half(float *x, size_t count);

SIR_DECLARE_OPERATIONS(scalar)
SIR_DECLARE_OPERATIONS(avx2)
SIR_DECLARE_ATTENTION(avx512)

#endif
