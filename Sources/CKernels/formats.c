// The list of block formats.

#include "formats/formats.h"

#if SIR_X86
#define KERNELS(function)                        \
    {[SIR_ISA_SCALAR] = sir_##function##_scalar, \
     [SIR_ISA_AVX2] = sir_##function##_avx2,     \
     [SIR_ISA_AVX512VNNI] = sir_##function##_avx512}
#else
#define KERNELS(function) {[SIR_ISA_SCALAR] = sir_##function##_scalar}
#endif

#define NAMED(number, text, elements, bytes) \
    .ggml_type = number, .name = text, .block_elements = elements, .block_bytes = bytes
#define DECODED(needs, function) \
    .activation = SIR_ACTIVATION_##needs, .decode = sir_##function##_decode, .matmul = KERNELS(function##_matmul)
#define ENCODED(function) .encode = sir_##function##_encode
#define PANELS(function) .shape = &sir_##function##_shape, .panels = KERNELS(function##_panels)

#define NAME_ONLY(number, text, elements, bytes) {NAMED(number, text, elements, bytes)}
/// A format of plain numbers.
#define NUMBERS(number, text, elements, bytes, function) \
    {NAMED(number, text, elements, bytes), DECODED(F32, function), ENCODED(function)}
/// A format of blocks.
#define WRITABLE(number, text, elements, bytes, needs, function) \
    {NAMED(number, text, elements, bytes), DECODED(needs, function), ENCODED(function), PANELS(function)}

// To add a format: one file in formats/, one line in formats/formats.h, one row here.
// Sizes are those of GGUF files. (The gguf package says 40 bytes for Q8_1: it counts two floats where
// ggml stores two halves. No file holds Q8_1 or Q8_K: ggml makes them of activations.)
static const sir_format formats[] = {
    NUMBERS(0, "F32", 1, 4, f32),
    NUMBERS(1, "F16", 1, 2, f16),
    WRITABLE(2, "Q4_0", 32, 18, Q8_32, q4_0),
    WRITABLE(3, "Q4_1", 32, 20, Q8_32, q4_1),
    WRITABLE(6, "Q5_0", 32, 22, Q8_32, q5_0),
    WRITABLE(7, "Q5_1", 32, 24, Q8_32, q5_1),
    WRITABLE(8, "Q8_0", 32, 34, Q8_32, q8_0),
    NAME_ONLY(9, "Q8_1", 32, 36),
    WRITABLE(10, "Q2_K", 256, 84, Q8_256, q2_k),
    WRITABLE(11, "Q3_K", 256, 110, Q8_256, q3_k),
    WRITABLE(12, "Q4_K", 256, 144, Q8_256, q4_k),
    WRITABLE(13, "Q5_K", 256, 176, Q8_256, q5_k),
    WRITABLE(14, "Q6_K", 256, 210, Q8_256, q6_k),
    NAME_ONLY(15, "Q8_K", 256, 292),
    NAME_ONLY(16, "IQ2_XXS", 256, 66),
    NAME_ONLY(17, "IQ2_XS", 256, 74),
    NAME_ONLY(18, "IQ3_XXS", 256, 98),
    NAME_ONLY(19, "IQ1_S", 256, 50),
    NAME_ONLY(20, "IQ4_NL", 32, 18),
    NAME_ONLY(21, "IQ3_S", 256, 110),
    NAME_ONLY(22, "IQ2_S", 256, 82),
    NAME_ONLY(23, "IQ4_XS", 256, 136),
    NAME_ONLY(24, "I8", 1, 1),
    NAME_ONLY(25, "I16", 1, 2),
    NAME_ONLY(26, "I32", 1, 4),
    NAME_ONLY(27, "I64", 1, 8),
    NAME_ONLY(28, "F64", 1, 8),
    NAME_ONLY(29, "IQ1_M", 256, 56),
    NUMBERS(30, "BF16", 1, 2, bf16),
    NAME_ONLY(34, "TQ1_0", 256, 54),
    NAME_ONLY(35, "TQ2_0", 256, 66),
    NAME_ONLY(39, "MXFP4", 32, 17),
    NAME_ONLY(40, "NVFP4", 64, 36),
    NAME_ONLY(41, "Q1_0", 128, 18),
};

const sir_format *sir_format_at(size_t index) {
    return index < sizeof(formats) / sizeof(formats[0]) ? &formats[index] : NULL;
}
