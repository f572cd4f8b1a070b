// Attention in portable C: the reference. Vector code: attention_vector.c. Definition: CKernels.h.

#include "attention.h"

size_t sir_kv_block_bytes(size_t head_dim, sir_kv_type type) {
    return SIR_KV_PAGE * (head_dim + sir_padded(head_dim)) * sir_kv_element(type);
}

size_t sir_attention_partial(size_t head_dim) { return sir_padded(head_dim) + 16; }

size_t sir_attention_scratch(size_t rows, size_t head_dim) {
    // Two partial results, the queries, the scores (attention_vector.c fills their rows up), and four
    // panels of keys or values.
    size_t panel = sir_most(head_dim, SIR_KV_PAGE) * SIR_KV_PANEL;
    return rows * (2 * sir_attention_partial(head_dim) + sir_padded(head_dim) + SIR_ATTENTION_CHUNK + 16)
           + 4 * panel;
}

size_t sir_attention_chunks(const sir_attention *a, size_t *first) {
    *first = sir_attended(a, 0).first / SIR_ATTENTION_CHUNK;
    return (a->position + a->tokens - 1) / SIR_ATTENTION_CHUNK + 1;
}

/// Element `index` of a block.
SIR_INLINE float element(const uint8_t *block, size_t index, sir_kv_type type) {
    if (type == SIR_KV_F32) {
        float x;
        memcpy(&x, block + index * sizeof x, sizeof x);
        return x;
    }
    uint16_t half;
    memcpy(&half, block + index * sizeof half, sizeof half);
    return sir_half_to_float(half);
}

SIR_INLINE size_t key_index(size_t position, size_t d, size_t head_dim) {
    return (position / SIR_KV_PANEL * head_dim + d) * SIR_KV_PANEL + position % SIR_KV_PANEL;
}

SIR_INLINE size_t value_index(size_t position, size_t d, size_t head_dim) {
    size_t panel = SIR_KV_PAGE * head_dim + d / SIR_KV_PANEL * SIR_KV_PAGE * SIR_KV_PANEL;
    return panel + position * SIR_KV_PANEL + d % SIR_KV_PANEL;
}

void sir_attention_chunk_scalar(const sir_attention *a, size_t chunk, float *partials, float *scratch) {
    (void)scratch;
    size_t start = chunk * SIR_ATTENTION_CHUNK, padded = sir_padded(a->head_dim);
    for (size_t row = 0; row < a->tokens * a->group; row++) {
        size_t token = row / a->group;
        const float *q = a->q + token * a->q_stride + row % a->group * a->head_dim;
        float *partial = partials + row * sir_attention_partial(a->head_dim);
        sir_range range = sir_attended_within(a, token, start, start + SIR_ATTENTION_CHUNK);
        if (range.first == range.end) continue;
        float weights[SIR_ATTENTION_CHUNK], largest = -INFINITY, lane[16] = {0};
        for (size_t p = range.first; p < range.end; p++) {
            const uint8_t *block = a->pages[p / SIR_KV_PAGE] + a->block;
            float s = 0;
            for (size_t d = 0; d < a->head_dim; d++) {
                s = fmaf(q[d], element(block, key_index(p % SIR_KV_PAGE, d, a->head_dim), a->type), s);
            }
            weights[p - start] = s * a->scale;
            largest = largest > weights[p - start] ? largest : weights[p - start];
        }
        for (size_t d = 0; d < padded; d++) partial[d] = 0;
        for (size_t p = range.first; p < range.end; p++) {
            float weight = sir_exp(weights[p - start] - sir_softmax_shift(largest));
            const uint8_t *block = a->pages[p / SIR_KV_PAGE] + a->block;
            lane[p % 16] += weight;
            for (size_t d = 0; d < a->head_dim; d++) {
                float value = element(block, value_index(p % SIR_KV_PAGE, d, a->head_dim), a->type);
                partial[d] = fmaf(weight, value, partial[d]);
            }
        }
        partial[padded] = largest;
        partial[padded + 1] = sir_sum16(lane);
    }
}

void sir_attention_scalar(const sir_attention *a, float *scratch) {
    sir_attend(a, scratch, sir_attention_chunk_scalar);
}

void sir_attention_merge_scalar(const sir_attention *a, float *partials) { sir_attention_merge(a, partials); }

// MARK: Storing

/// Keys lie 16 elements apart, values in pieces of 16; `to_f16` is the instruction set's.
SIR_INLINE void store(const float *key, const float *value, uint8_t *block, size_t position, size_t head_dim,
                      sir_kv_type type, void (*to_f16)(const float *, uint16_t *, size_t)) {
    size_t size = sir_kv_element(type);
    for (size_t d = 0; d < head_dim; d += SIR_KV_PANEL) {
        size_t count = sir_least(SIR_KV_PANEL, head_dim - d);
        uint8_t *keys = block + key_index(position, d, head_dim) * size;
        uint8_t *values = block + value_index(position, d, head_dim) * size;
        if (type == SIR_KV_F32) {
            for (size_t i = 0; i < count; i++) memcpy(keys + i * SIR_KV_PANEL * size, key + d + i, size);
            memcpy(values, value + d, count * size);
        } else {
            uint16_t halves[SIR_KV_PANEL];
            to_f16(key + d, halves, count);
            for (size_t i = 0; i < count; i++) memcpy(keys + i * SIR_KV_PANEL * size, halves + i, size);
            to_f16(value + d, halves, count);
            memcpy(values, halves, count * size);
        }
    }
}

void sir_kv_store_scalar(const float *key, const float *value, uint8_t *block, size_t position,
                         size_t head_dim, sir_kv_type type) {
    store(key, value, block, position, head_dim, type, sir_to_f16_scalar);
}

#if SIR_X86
void SIR_AVX2 sir_kv_store_avx2(const float *key, const float *value, uint8_t *block, size_t position,
                                size_t head_dim, sir_kv_type type) {
    store(key, value, block, position, head_dim, type, sir_to_f16_avx2);
}
#endif
