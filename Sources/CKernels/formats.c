// The list of block formats.

#include "CKernels.h"

// To add a format: one file in formats/, one row here.
#define NAME_ONLY(number, text, elements, bytes) \
    {.ggml_type = number, .name = text, .block_elements = elements, .block_bytes = bytes}

static const sir_format formats[] = {
    NAME_ONLY(0, "F32", 1, 4),         NAME_ONLY(1, "F16", 1, 2),
    NAME_ONLY(2, "Q4_0", 32, 18),      NAME_ONLY(3, "Q4_1", 32, 20),
    NAME_ONLY(6, "Q5_0", 32, 22),      NAME_ONLY(7, "Q5_1", 32, 24),
    NAME_ONLY(8, "Q8_0", 32, 34),      NAME_ONLY(9, "Q8_1", 32, 36),
    NAME_ONLY(10, "Q2_K", 256, 84),    NAME_ONLY(11, "Q3_K", 256, 110),
    NAME_ONLY(12, "Q4_K", 256, 144),   NAME_ONLY(13, "Q5_K", 256, 176),
    NAME_ONLY(14, "Q6_K", 256, 210),   NAME_ONLY(15, "Q8_K", 256, 292),
    NAME_ONLY(16, "IQ2_XXS", 256, 66), NAME_ONLY(17, "IQ2_XS", 256, 74),
    NAME_ONLY(18, "IQ3_XXS", 256, 98), NAME_ONLY(19, "IQ1_S", 256, 50),
    NAME_ONLY(20, "IQ4_NL", 32, 18),   NAME_ONLY(21, "IQ3_S", 256, 110),
    NAME_ONLY(22, "IQ2_S", 256, 82),   NAME_ONLY(23, "IQ4_XS", 256, 136),
    NAME_ONLY(24, "I8", 1, 1),         NAME_ONLY(25, "I16", 1, 2),
    NAME_ONLY(26, "I32", 1, 4),        NAME_ONLY(27, "I64", 1, 8),
    NAME_ONLY(28, "F64", 1, 8),        NAME_ONLY(29, "IQ1_M", 256, 56),
    NAME_ONLY(30, "BF16", 1, 2),       NAME_ONLY(34, "TQ1_0", 256, 54),
    NAME_ONLY(35, "TQ2_0", 256, 66),   NAME_ONLY(39, "MXFP4", 32, 17),
};

const sir_format *sir_format_at(size_t index) {
    return index < sizeof(formats) / sizeof(formats[0]) ? &formats[index] : NULL;
}
