// Times the operations of a forward pass on one thread, in cache: SmolLM2's and Mixtral's sizes.
// Attention: attention.c.
//
// Build and run, from the repository's root:
// clang-format off
//   clang -std=c11 -O2 -ISources/CKernels/include Benchmarks/kernels/operations.c $(find Sources/CKernels -name '*.c') -lm -lpthread -o /tmp/operations
// clang-format on
//   /tmp/operations
//
// Prints nanoseconds per call: the best of 40 runs, each at least 3 ms of this thread's CPU time.

#define _GNU_SOURCE  // clock_gettime
#include "CKernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);  // others may be using the machine
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

#define MEASURE(name, size, call)                                                                     \
    do {                                                                                              \
        double best = 1e30;                                                                           \
        for (int run = 0; run < 40; run++) {                                                          \
            double start = now(), elapsed;                                                            \
            size_t calls = 0;                                                                         \
            do {                                                                                      \
                for (int i = 0; i < 16; i++) call;                                                    \
                calls += 16;                                                                          \
            } while ((elapsed = now() - start) < 0.003);                                              \
            if (elapsed / (double)calls < best) best = elapsed / (double)calls;                       \
        }                                                                                             \
        printf("%-11s %-36s %8zu  %10.0f ns\n", sir_isa_name(isa), name, (size_t)(size), best * 1e9); \
    } while (0)

int main(void) {
    static float x[1 << 16], y[1 << 16], out[1 << 16];
    static sir_q8_32 small[1 << 11];
    static sir_q8_256 large[1 << 8];
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = (float)rand() / (float)RAND_MAX - 0.5f, y[i] = -x[i];
    static const size_t sizes[] = {576, 4096, 14336};
    for (int isa = 0; isa < SIR_ISA_COUNT; isa++) {
        if (!sir_isa_available((sir_isa)isa)) continue;
        const sir_operations *o = sir_operations_for((sir_isa)isa);
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            size_t n = sizes[s];
            MEASURE("quantize_q8_32", n, o->quantize_q8_32(x, small, n));
            MEASURE("quantize_q8_256", n / 256 * 256, o->quantize_q8_256(x, large, n / 256 * 256));
            MEASURE("rms_norm", n, o->rms_norm(x, y, 1e-5f, out, n));
            MEASURE("silu_multiply", n, o->silu_multiply(x, y, out, n));
            MEASURE("to_f16", n, o->to_f16(x, (uint16_t *)out, n));
        }
    }
}
