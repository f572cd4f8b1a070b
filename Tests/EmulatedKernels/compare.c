// Compares every kernel of every instruction set with the scalar one, bit for bit, over many shapes.
// Plain C, so that it also runs under the sanitizers and with AVX512 emulated: see run.sh.
//
// All buffers are exact in size and on the heap: a read or write past an end is a sanitizer's finding.
// Usage: compare [ROUNDS [SEED]]. Ends with 1 and the first differences when anything differs.

#include "CKernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;
static size_t failures, checks;

static uint32_t random_bits(void) {  // splitmix64
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (uint32_t)(z >> 32 ^ z);
}

static size_t random_below(size_t n) { return random_bits() % n; }
static float random_float(void) { return (float)random_bits() * 0x1p-31f - 1; }

/// Mostly ordinary values; sometimes tiny, huge, equal, zero or not finite.
static void fill(float *x, size_t count) {
    size_t kind = random_below(12);
    float size = kind == 0 ? 1e-40f : kind == 1 ? 1e-30f : kind == 2 ? 1e15f : kind == 3 ? 0 : 1;
    for (size_t i = 0; i < count; i++) x[i] = random_float() * size;
    if (kind == 4) {
        for (size_t i = 0; i < count; i++) x[i] = x[0];
    }
    static const float odd[] = {NAN, INFINITY, -INFINITY, -0.0f, 1e-45f, 3e38f, -3e38f};
    if (kind == 5 && count) x[random_below(count)] = odd[random_below(sizeof odd / sizeof *odd)];
}

static void *exact(size_t bytes) {
    void *p = malloc(bytes ? bytes : 1);
    if (!p) abort();
    return p;
}

/// Equal bits, or both NaN: which NaN comes out of a sum of NaNs is not part of the contract.
static bool same(float a, float b) { return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)); }

static void expect(const float *got, const float *want, size_t count, const char *what, sir_isa isa,
                   const size_t shape[3]) {
    checks++;
    for (size_t i = 0; i < count; i++) {
        if (same(got[i], want[i])) continue;
        if (failures++ < 20) {
            printf("%s, %s, %zu x %zu x %zu: element %zu is %a, scalar says %a\n", what, sir_isa_name(isa),
                   shape[0], shape[1], shape[2], i, (double)got[i], (double)want[i]);
        }
        return;
    }
}

static void expect_bytes(const void *got, const void *want, size_t bytes, const char *what, sir_isa isa,
                         size_t count) {
    checks++;
    if (memcmp(got, want, bytes) && failures++ < 20) {
        printf("%s, %s, %zu elements: differs from scalar\n", what, sir_isa_name(isa), count);
    }
}

// MARK: Matmul

static size_t unit_of(sir_activation activation) {
    return activation == SIR_ACTIVATION_Q8_32 ? 32 : activation == SIR_ACTIVATION_Q8_256 ? 256 : 1;
}

static size_t unit_bytes(sir_activation activation) {
    return activation == SIR_ACTIVATION_Q8_32    ? sizeof(sir_q8_32)
           : activation == SIR_ACTIVATION_Q8_256 ? sizeof(sir_q8_256)
                                                 : sizeof(float);
}

/// Activation blocks of every value a quantizer may make, extremes included.
static uint8_t *random_activations(sir_activation activation, size_t count) {
    size_t units = count / unit_of(activation);
    uint8_t *bytes = exact(units * unit_bytes(activation));
    float *x = exact(count * sizeof(float));
    fill(x, count);
    if (random_below(4) == 0) {
        for (size_t i = 0; i < count; i++) x[i] = random_bits() & 1 ? 1 : -1;  // q is 127 or -127
    }
    const sir_operations *scalar = sir_operations_for(SIR_ISA_SCALAR);
    if (activation == SIR_ACTIVATION_Q8_32) scalar->quantize_q8_32(x, (sir_q8_32 *)bytes, count);
    if (activation == SIR_ACTIVATION_Q8_256) scalar->quantize_q8_256(x, (sir_q8_256 *)bytes, count);
    if (activation == SIR_ACTIVATION_F32) memcpy(bytes, x, count * sizeof(float));
    free(x);
    return bytes;
}

/// The same weights in panels give the same bits, and come back as they were.
static void compare_panels(const sir_format *format, const uint8_t *weights, const uint8_t *activations,
                           size_t activation_bytes, const float *want, size_t stride, const size_t shape[3]) {
    size_t rows = shape[0], tokens = shape[1], columns = shape[2];
    size_t row_bytes = columns / format->block_elements * format->block_bytes;
    uint8_t *panels = aligned_alloc(64, rows * row_bytes), *back = exact(rows * row_bytes);
    if (!panels) abort();
    sir_pack(format, weights, panels, rows, columns);
    sir_unpack(format, panels, back, rows, columns);
    expect_bytes(back, weights, rows * row_bytes, "packed and unpacked", SIR_ISA_SCALAR, rows * columns);
    float *got = exact(tokens * stride * sizeof(float)), *row = exact(2 * columns * sizeof(float));
    size_t r = random_below(rows);
    format->decode(weights + r * row_bytes, row, columns);
    sir_decode_panel_row(format, panels, r, row + columns, columns);
    expect_bytes(row + columns, row, columns * sizeof(float), "a decoded row of a panel", SIR_ISA_SCALAR, columns);
    for (int isa = 0; isa < SIR_ISA_COUNT; isa++) {
        if (!sir_isa_available((sir_isa)isa) || !format->panels[isa]) continue;
        for (size_t i = 0; i < tokens * stride; i++) got[i] = 12345;
        format->panels[isa](panels, row_bytes, activations, activation_bytes, got, stride, rows, tokens, columns);
        expect(got, want, tokens * stride, "panels", (sir_isa)isa, shape);
    }
    free(panels), free(back), free(got), free(row);
}

static void compare_matmul(const sir_format *format, size_t rows, size_t tokens, size_t columns) {
    size_t unit = unit_of(format->activation);
    size_t row_bytes = columns / format->block_elements * format->block_bytes;
    size_t activation_bytes = columns / unit * unit_bytes(format->activation);
    uint8_t *weights = exact(rows * row_bytes);
    bool extreme = random_below(4) == 0;  // all bits set: the largest unsigned values
    for (size_t i = 0; i < rows * row_bytes; i++) {
        // Any byte is valid; now and then tame ones, so that not every result is NaN or infinite.
        weights[i] = (uint8_t)(extreme ? (random_below(8) ? 0xff : 0x2e) : random_bits());
    }
    if (random_below(3)) {
        for (size_t i = 0; i < rows * row_bytes; i++) weights[i] &= 0xbf;
    }
    uint8_t *activations = random_activations(format->activation, tokens * columns);
    size_t shape[3] = {rows, tokens, columns};
    size_t stride = rows + random_below(3);
    float *want = exact(tokens * stride * sizeof(float)), *got = exact(tokens * stride * sizeof(float));
    for (size_t i = 0; i < tokens * stride; i++) want[i] = got[i] = 12345;
    format->matmul[SIR_ISA_SCALAR](weights, row_bytes, activations, activation_bytes, want, stride, rows,
                                   tokens, columns);
    for (int isa = 1; isa < SIR_ISA_COUNT; isa++) {
        if (!sir_isa_available((sir_isa)isa) || !format->matmul[isa]) continue;
        for (size_t i = 0; i < tokens * stride; i++) got[i] = 12345;
        format->matmul[isa](weights, row_bytes, activations, activation_bytes, got, stride, rows, tokens,
                            columns);
        expect(got, want, tokens * stride, format->name, (sir_isa)isa, shape);
        // One (row, token) alone gives what it gave among the others.
        size_t r = random_below(rows), t = random_below(tokens);
        float alone;
        format->matmul[isa](weights + r * row_bytes, row_bytes, activations + t * activation_bytes,
                            activation_bytes, &alone, 1, 1, 1, columns);
        expect(&alone, &want[t * stride + r], 1, format->name, (sir_isa)isa, (size_t[]){1, 1, columns});
    }
    if (sir_has_panels(format, rows, columns)) {
        compare_panels(format, weights, activations, activation_bytes, want, stride, shape);
    }
    free(weights), free(activations), free(want), free(got);
}

// MARK: Operations

#define EACH_ISA(isa)                             \
    for (int isa = 1; isa < SIR_ISA_COUNT; isa++) \
        if (sir_isa_available((sir_isa)isa) && sir_operations_for((sir_isa)isa)->add)

static void compare_elementwise(size_t count) {
    size_t shape[3] = {1, 1, count}, bytes = count * sizeof(float);
    float *x = exact(bytes), *y = exact(bytes), *want = exact(bytes), *got = exact(bytes);
    uint16_t *half = exact(count * 2), *want_half = exact(count * 2);
    fill(x, count), fill(y, count);
    float size = random_below(2) ? 1 : 100;
    for (size_t i = 0; i < count; i++) x[i] *= size;
    float factor = random_float();
    const sir_operations *scalar = sir_operations_for(SIR_ISA_SCALAR);
    EACH_ISA(isa) {
        const sir_operations *vector = sir_operations_for((sir_isa)isa);
        scalar->rms_norm(x, y, 1e-5f, want, count), vector->rms_norm(x, y, 1e-5f, got, count);
        expect(got, want, count, "rms_norm", (sir_isa)isa, shape);
        scalar->silu_multiply(x, y, want, count), vector->silu_multiply(x, y, got, count);
        expect(got, want, count, "silu_multiply", (sir_isa)isa, shape);
        memcpy(want, x, bytes), memcpy(got, x, bytes);
        vector->silu_multiply(got, y, got, count), scalar->silu_multiply(want, y, want, count);
        expect(got, want, count, "silu_multiply in place", (sir_isa)isa, shape);
        memcpy(want, x, bytes), memcpy(got, x, bytes);
        scalar->add(want, y, count), vector->add(got, y, count);
        expect(got, want, count, "add", (sir_isa)isa, shape);
        scalar->add_difference(want, y, x, factor, count);
        vector->add_difference(got, y, x, factor, count);
        expect(got, want, count, "add_difference", (sir_isa)isa, shape);
        scalar->to_f16(x, want_half, count), vector->to_f16(x, half, count);
        expect_bytes(half, want_half, count * 2, "to_f16", (sir_isa)isa, count);
        for (size_t i = 0; i < count; i++) half[i] = (uint16_t)random_bits();
        scalar->from_f16(half, want, count), vector->from_f16(half, got, count);
        expect_bytes(got, want, bytes, "from_f16", (sir_isa)isa, count);
    }
    free(x), free(y), free(want), free(got), free(half), free(want_half);
}

static void compare_quantize(size_t blocks) {
    size_t count = blocks * 256;
    float *x = exact(count * sizeof(float));
    for (size_t b = 0; b < blocks * 8; b++) fill(x + 32 * b, 32);
    size_t bytes32 = blocks * 8 * sizeof(sir_q8_32), bytes256 = blocks * sizeof(sir_q8_256);
    sir_q8_32 *want32 = exact(bytes32), *got32 = exact(bytes32);
    sir_q8_256 *want256 = exact(bytes256), *got256 = exact(bytes256);
    memset(want256, 0, bytes256), memset(got256, 0, bytes256);
    const sir_operations *scalar = sir_operations_for(SIR_ISA_SCALAR);
    EACH_ISA(isa) {
        const sir_operations *vector = sir_operations_for((sir_isa)isa);
        scalar->quantize_q8_32(x, want32, count), vector->quantize_q8_32(x, got32, count);
        for (size_t b = 0; b < blocks * 8; b++) {
            if (isnan(want32[b].scaled_sum) && isnan(got32[b].scaled_sum))
                want32[b].scaled_sum = got32[b].scaled_sum;
            if (isnan(want32[b].scale) && isnan(got32[b].scale)) want32[b].scale = got32[b].scale;
        }
        expect_bytes(got32, want32, bytes32, "quantize_q8_32", (sir_isa)isa, count);
        scalar->quantize_q8_256(x, want256, count), vector->quantize_q8_256(x, got256, count);
        for (size_t b = 0; b < blocks; b++) {
            if (isnan(want256[b].scale) && isnan(got256[b].scale)) want256[b].scale = got256[b].scale;
        }
        expect_bytes(got256, want256, bytes256, "quantize_q8_256", (sir_isa)isa, count);
    }
    free(x), free(want32), free(got32), free(want256), free(got256);
}

static void compare_rope(size_t heads, size_t head_dim, size_t half) {
    size_t shape[3] = {heads, head_dim, half}, count = heads * head_dim;
    float *x = exact(count * 4), *cosines = exact(half * 4), *sines = exact(half * 4);
    float *want = exact(count * 4), *got = exact(count * 4);
    fill(x, count);
    for (size_t i = 0; i < half; i++) {
        float angle = random_float() * 3;
        cosines[i] = cosf(angle), sines[i] = sinf(angle);
    }
    const sir_operations *scalar = sir_operations_for(SIR_ISA_SCALAR);
    EACH_ISA(isa) {
        const sir_operations *vector = sir_operations_for((sir_isa)isa);
        memcpy(want, x, count * 4), memcpy(got, x, count * 4);
        scalar->rope_pairs(want, cosines, sines, heads, head_dim, half);
        vector->rope_pairs(got, cosines, sines, heads, head_dim, half);
        expect(got, want, count, "rope_pairs", (sir_isa)isa, shape);
        scalar->rope_halves(want, cosines, sines, heads, head_dim, half);
        vector->rope_halves(got, cosines, sines, heads, head_dim, half);
        expect(got, want, count, "rope_halves", (sir_isa)isa, shape);
    }
    free(x), free(cosines), free(sines), free(want), free(got);
}

/// One token in chunks that are merged, as decoding shares it out among threads.
static void attend_in_chunks(const sir_operations *operations, const sir_attention *a) {
    size_t first, end = sir_attention_chunks(a, &first), size = a->group * sir_attention_partial(a->head_dim);
    float *partials = exact((end - first) * size * 4);
    float *scratch = exact(sir_attention_scratch(a->group, a->head_dim) * 4);
    for (size_t chunk = end; chunk-- > first;) {
        operations->attention_chunk(a, chunk, partials + (chunk - first) * size, scratch);
    }
    operations->attention_merge(a, partials);
    free(partials), free(scratch);
}

static void compare_attention(size_t tokens, size_t group, size_t head_dim, size_t position, size_t window,
                              sir_kv_type type) {
    size_t shape[3] = {group, head_dim, position};
    size_t length = position + tokens, page_count = (length + SIR_KV_PAGE - 1) / SIR_KV_PAGE;
    size_t block = 64 * random_below(3), block_bytes = sir_kv_block_bytes(head_dim, type);
    uint8_t **pages = exact(page_count * sizeof *pages);
    const sir_operations *scalar = sir_operations_for(SIR_ISA_SCALAR);
    for (size_t p = 0; p < page_count; p++) {
        pages[p] = exact(block + block_bytes);
        memset(pages[p], 0xff, block + block_bytes);  // NaN where nothing is stored
    }
    float *key = exact(head_dim * 4), *value = exact(head_dim * 4);
    for (size_t p = 0; p < length; p++) {
        for (size_t d = 0; d < head_dim; d++) key[d] = random_float() * 2, value[d] = random_float() * 2;
        scalar->kv_store(key, value, pages[p / SIR_KV_PAGE] + block, p % SIR_KV_PAGE, head_dim, type);
    }
    uint8_t *stored = exact(block_bytes), *other = exact(block_bytes);
    size_t count = tokens * group * head_dim, rows = tokens * group;
    float *q = exact(count * 4), *want = exact(count * 4), *got = exact(count * 4);
    float *scratch = exact(sir_attention_scratch(rows, head_dim) * 4);
    fill(q, count);
    sir_attention a = {.q = q, .out = want, .q_stride = group * head_dim, .out_stride = group * head_dim,
                       .tokens = tokens, .group = group, .head_dim = head_dim, .position = position,
                       .window = window, .pages = (const uint8_t *const *)pages, .block = block,
                       .type = type, .scale = 1 / sqrtf((float)head_dim)};
    scalar->attention(&a, scratch);
    EACH_ISA(isa) {
        const sir_operations *vector = sir_operations_for((sir_isa)isa);
        a.out = got;
        vector->attention(&a, scratch);
        expect(got, want, count, type == SIR_KV_F32 ? "attention f32" : "attention f16", (sir_isa)isa, shape);
        // One head of one token alone; and a token in chunks.
        size_t t = random_below(tokens), g = random_below(group), at = (t * group + g) * head_dim;
        sir_attention alone = a;
        alone.q = q + at, alone.tokens = 1, alone.group = 1, alone.position = position + t;
        vector->attention(&alone, scratch);
        expect(got, want + at, head_dim, "attention of one head", (sir_isa)isa, shape);
        alone.group = group, alone.q = q + t * group * head_dim;
        attend_in_chunks(vector, &alone);
        expect(got, want + t * group * head_dim, group * head_dim, "attention in chunks", (sir_isa)isa,
               shape);
        memset(stored, 0xff, block_bytes), memset(other, 0xff, block_bytes);
        size_t place = random_below(SIR_KV_PAGE);
        scalar->kv_store(key, value, stored, place, head_dim, type);
        vector->kv_store(key, value, other, place, head_dim, type);
        expect_bytes(other, stored, block_bytes, "kv_store", (sir_isa)isa, head_dim);
    }
    for (size_t p = 0; p < page_count; p++) free(pages[p]);
    free(pages), free(key), free(value), free(stored), free(other);
    free(q), free(want), free(got), free(scratch);
}

int main(int count, char **arguments) {
    size_t rounds = count > 1 ? strtoul(arguments[1], NULL, 10) : 20;
    state = count > 2 ? strtoul(arguments[2], NULL, 10) : 1;
    size_t formats = 0;
    while (sir_format_at(formats)) formats++;
    for (size_t round = 0; round < rounds; round++) {
        const sir_format *format;
        for (size_t i = 0; (format = sir_format_at(i)); i++) {
            if (format->activation == SIR_ACTIVATION_NONE) continue;
            size_t blocks = 1 + random_below(5);
            size_t columns =
                format->block_elements == 1 ? 1 + random_below(200) : blocks * format->block_elements;
            compare_matmul(format, 1 + random_below(11), 1 + random_below(17), columns);
            compare_matmul(format, 1, 1, columns);
            if (format->shape) compare_matmul(format, 16 * (1 + random_below(3)), 1 + random_below(17), columns);
        }
        // Rows so long that the tokens are taken in several chunks (sir_token_chunk).
        do format = sir_format_at(random_below(formats));
        while (format->activation == SIR_ACTIVATION_NONE);
        compare_matmul(format, 1 + random_below(5), 7 + random_below(12), 256 * (128 + random_below(8)));
        compare_matmul(format, 16, 7 + random_below(12), 256 * (128 + random_below(8)));
        size_t sizes[] = {1 + random_below(7), 1 + random_below(40), 64, 576};
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) compare_elementwise(sizes[i]);
        compare_quantize(1 + random_below(4));
        size_t half = 1 + random_below(40);
        compare_rope(1 + random_below(4), 2 * half + random_below(5), half);
        size_t head_dims[] = {1 + random_below(140), 16 * (1 + random_below(16))};
        for (int type = SIR_KV_F32; type <= SIR_KV_F16; type++) {
            size_t tokens = random_below(2) ? 1 : 1 + random_below(30), group = 1 + random_below(9);
            size_t window = random_below(3) ? SIZE_MAX : 1 + random_below(400);
            compare_attention(tokens, group, head_dims[random_below(2)], random_below(600), window,
                              (sir_kv_type)type);
        }
    }
    printf("%zu comparisons, %zu differences; instruction sets:", checks, failures);
    for (int isa = 0; isa < SIR_ISA_COUNT; isa++) {
        if (sir_isa_available((sir_isa)isa)) printf(" %s", sir_isa_name((sir_isa)isa));
    }
    printf("\n");
    return failures != 0;
}
