// Q8_0: 32 signed bytes and a half-precision scale; value = scale * q.
// It knows this block alone; the reduction is matmul_q8_32.h's.

#include "formats.h"
#include "matmul_q8_32.h"

typedef struct __attribute__((packed)) block_q8_0 {
    uint16_t scale;  // half
    int8_t q[32];
} block_q8_0;
_Static_assert(sizeof(block_q8_0) == 34, "Q8_0 is 34 bytes in a GGUF file");

SIR_DEFINE_SHAPE(q8_0, .columns = 32, .block_bytes = sizeof(block_q8_0),
                 .halves_at = 0, .halves = 1, .words_at = 2, .words = 8)

static void unpack(const void *at, sir_unpacked_32 *out) {
    const block_q8_0 *block = at;
    out->scale = sir_half_to_float(block->scale);
    out->offset = 0;
    for (int i = 0; i < 32; i++) out->q[i] = block->q[i];
}

void sir_q8_0_decode(const void *blocks, float *out, size_t count) {
    const block_q8_0 *block = blocks;
    for (size_t b = 0; b < count / 32; b++, block++, out += 32) {
        float scale = sir_half_to_float(block->scale);
        for (int i = 0; i < 32; i++) out[i] = scale * (float)block->q[i];
    }
}

void sir_q8_0_encode(const float *x, void *blocks, size_t count) {
    block_q8_0 *block = blocks;
    for (size_t b = 0; b < count / 32; b++, block++, x += 32) {
        float largest = 0;
        for (int i = 0; i < 32; i++) largest = fmaxf(largest, fabsf(x[i]));
        float scale = largest / 127, inverse = scale == 0 ? 0 : 1 / scale;
        block->scale = sir_float_to_half(scale);
        for (int i = 0; i < 32; i++) {
            float magnitude = fabsf(x[i] * inverse);
            // Halves away from zero, like roundf; the sum x + 0.5 would round before truncation.
            float whole = floorf(magnitude), rounded = whole + floorf(2 * (magnitude - whole));
            int q = sir_truncate(rounded, 0, 127);
            block->q[i] = (int8_t)(x[i] < 0 ? -q : q);
        }
    }
}

SIR_DEFINE_SCALAR_Q8_32(q8_0, shape, unpack, false)

#if SIR_X86


SIR_PANEL_FUNCTION(values, SIR_CHUNK(k))

SIR_AVX2_INLINE __m256i block_avx2(const void *at) { return sir_load256(((const block_q8_0 *)at)->q); }

SIR_DEFINE_MATMUL_Q8_32(q8_0, shape, SIR_SIGNED)

#endif
