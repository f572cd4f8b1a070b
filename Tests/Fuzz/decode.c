// Fuzzes the scalar kernels that read a format's blocks and write them again: any bits may lie in a file.
// modules: Tensors
// seeds: Tests/ModelFilesTests/Fixtures/aligned.gguf
// options: -max_len=4096

#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) return 0;
    size_t count = 0;
    while (sir_format_at(count)) count++;
    const sir_format *format = sir_format_at(data[0] % count);
    const size_t blocks = (size - 1) / format->block_bytes;
    if (!format->decode || blocks == 0) return 0;

    // Copies of exactly the right size, so that AddressSanitizer sees one byte too many.
    const size_t elements = blocks * format->block_elements, bytes = blocks * format->block_bytes;
    void *packed = malloc(bytes);
    float *values = malloc(elements * sizeof(float));
    memcpy(packed, data + 1, bytes);
    format->decode(packed, values, elements);
    if (format->encode) format->encode(values, packed, elements);
    free(values);
    free(packed);
    return 0;
}
