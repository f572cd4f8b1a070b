// Times the matmul of every block format on one thread, of rows and of panels, and checks nothing: the tests do that.
//
// Build and run, from the repository's root:
// clang-format off
//   clang -std=c11 -O2 -ISources/CKernels/include Benchmarks/kernels/matmul.c $(find Sources/CKernels -name '*.c') -lm -lpthread -o /tmp/matmul
// clang-format on
//   /tmp/matmul
//   /tmp/matmul FORMAT ROWS COLUMNS [TOKENS [ISA]]     one case
//
// Prints GB/s of weights read and 10^9 multiply-adds per second: the best of 40 runs, each at least 3 ms of this
// thread's CPU time. ISA: 0 scalar, 1 AVX2, 2 AVX512-VNNI; the best available unless given.

#define _GNU_SOURCE  // clock_gettime
#include "CKernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);  // others may be using the machine
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void measure(const sir_format *format, sir_isa isa, size_t rows, size_t columns, size_t tokens, bool packed) {
    sir_matmul_fn matmul = packed ? format->panels[isa] : format->matmul[isa];
    if (!matmul || (packed && !sir_has_panels(format, rows, columns))) return;
    size_t row_bytes = columns / format->block_elements * format->block_bytes;
    size_t unit = format->activation == SIR_ACTIVATION_Q8_32    ? 32
                  : format->activation == SIR_ACTIVATION_Q8_256 ? 256
                                                                : 1;
    size_t size = unit == 32 ? sizeof(sir_q8_32) : unit == 256 ? sizeof(sir_q8_256) : sizeof(float);
    // As from a file, where everything starts at 64.
    uint8_t *weights = aligned_alloc(64, (rows * row_bytes + 63) / 64 * 64);
    float *x = malloc(tokens * columns * sizeof(float)), *out = malloc(tokens * rows * sizeof(float));
    uint8_t *activations = malloc(tokens * columns / unit * size);
    // Bytes whose halves and floats are ordinary numbers: no subnormal or NaN slows the sums.
    for (size_t i = 0; i < rows * row_bytes; i++) weights[i] = (uint8_t)(0x21 + rand() % 16);
    for (size_t i = 0; i < tokens * columns; i++) x[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    const sir_operations *operations = sir_operations_for(SIR_ISA_SCALAR);
    if (unit == 32) operations->quantize_q8_32(x, (sir_q8_32 *)activations, tokens * columns);
    if (unit == 256) operations->quantize_q8_256(x, (sir_q8_256 *)activations, tokens * columns);
    if (unit == 1) memcpy(activations, x, tokens * columns * sizeof(float));
    double best = 1e30;
    for (int run = 0; run < 40; run++) {
        double start = now(), elapsed;
        size_t calls = 0;
        do {
            matmul(weights, row_bytes, activations, columns / unit * size, out, rows, rows, tokens, columns);
            calls++;
        } while ((elapsed = now() - start) < 0.003);
        if (elapsed / (double)calls < best) best = elapsed / (double)calls;
    }
    printf("%-6s %-6s %-11s %6zu x %5zu, %3zu tokens  %7.2f GB/s  %7.2f GMAC/s  %9.1f us\n", format->name,
           packed ? "panels" : "rows", sir_isa_name(isa), rows, columns, tokens, (double)(rows * row_bytes) / best * 1e-9,
           (double)(rows * columns * tokens) / best * 1e-9, best * 1e6);
    free(weights), free(x), free(out), free(activations);
}

int main(int count, char **arguments) {
    const char *only = count > 1 ? arguments[1] : NULL;
    sir_isa isa = count > 5 ? (sir_isa)atoi(arguments[5]) : sir_isa_best();
    // Cache-resident, SmolLM2's output head, Mixtral's projections.
    static const size_t shapes[][3] = {{256, 4096, 1}, {49152, 576, 1}, {4096, 4096, 1}, {256, 4096, 64}};
    const sir_format *format;
    for (size_t i = 0; (format = sir_format_at(i)); i++) {
        if (!format->matmul[isa] || (only && strcmp(only, format->name))) continue;
        if (count > 3) {
            size_t tokens = count > 4 ? (size_t)atoi(arguments[4]) : 1;
            for (int packed = 0; packed < 2; packed++) {
                measure(format, isa, (size_t)atoi(arguments[2]), (size_t)atoi(arguments[3]), tokens, packed);
            }
            continue;
        }
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            if (shapes[s][1] % format->block_elements) continue;
            for (int packed = 0; packed < 2; packed++) {
                measure(format, isa, shapes[s][0], shapes[s][1], shapes[s][2], packed);
            }
        }
    }
}
