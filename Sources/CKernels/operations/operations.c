// The tables of operations, one per instruction set.

#include "operations.h"

// To add an operation: one field of sir_operations in CKernels.h, one line in operations.h, one line here.
// `wide`: the instruction set of those that have functions of their own for 512 bits.
#define OPERATIONS(isa, wide)                              \
    {                                                      \
        .quantize_q8_32 = sir_quantize_q8_32_##isa,        \
        .quantize_q8_256 = sir_quantize_q8_256_##isa,      \
        .rms_norm = sir_rms_norm_##isa,                    \
        .rope_pairs = sir_rope_pairs_##isa,                \
        .rope_halves = sir_rope_halves_##isa,              \
        .silu_multiply = sir_silu_multiply_##isa,          \
        .add = sir_add_##isa,                              \
        .add_difference = sir_add_difference_##isa,        \
        .to_f16 = sir_to_f16_##isa,                        \
        .from_f16 = sir_from_f16_##isa,                    \
        .round_to_half = sir_round_to_half,                \
        .kv_store = sir_kv_store_##isa,                    \
        .attention = sir_attention_##wide,                 \
        .attention_chunk = sir_attention_chunk_##wide,     \
        .attention_merge = sir_attention_merge_##isa,      \
    }

static const sir_operations tables[SIR_ISA_COUNT] = {
    [SIR_ISA_SCALAR] = OPERATIONS(scalar, scalar),
#if SIR_X86
    [SIR_ISA_AVX2] = OPERATIONS(avx2, avx2),
    // Matmuls and attention are where the time goes, and there AVX512 has kernels of its own.
    [SIR_ISA_AVX512VNNI] = OPERATIONS(avx2, avx512),
#endif
};

const sir_operations *sir_operations_for(sir_isa isa) { return &tables[isa]; }
