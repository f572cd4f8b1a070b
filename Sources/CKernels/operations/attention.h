// What the scalar and the vector code of attention share: ranges, the shape of scratch, and merging,
// which is plain C that compilers turn into vectors by themselves. The order of all sums: CKernels.h.

#ifndef SIROCCO_ATTENTION_H
#define SIROCCO_ATTENTION_H

#include "exp.h"
#include "operations.h"

SIR_INLINE size_t sir_least(size_t a, size_t b) { return a < b ? a : b; }
SIR_INLINE size_t sir_most(size_t a, size_t b) { return a > b ? a : b; }

SIR_INLINE size_t sir_kv_element(sir_kv_type type) { return type == SIR_KV_F32 ? 4 : 2; }

/// head_dim filled up to whole panels.
SIR_INLINE size_t sir_padded(size_t head_dim) {
    return (head_dim + SIR_KV_PANEL - 1) / SIR_KV_PANEL * SIR_KV_PANEL;
}

typedef struct sir_range {
    size_t first, end;
} sir_range;

/// The positions that a token attends to.
SIR_INLINE sir_range sir_attended(const sir_attention *a, size_t token) {
    size_t length = a->position + token + 1;
    return (sir_range){length > a->window ? length - a->window : 0, length};
}

/// Those of them that lie in `from` ..< `end`. Both bounds grow with the token, empty ranges apart.
SIR_INLINE sir_range sir_attended_within(const sir_attention *a, size_t token, size_t from, size_t end) {
    sir_range all = sir_attended(a, token);
    sir_range part = {sir_most(all.first, from), sir_least(all.end, end)};
    if (part.end < part.first) part.end = part.first;
    return part;
}

SIR_INLINE float sir_softmax_shift(float largest) { return largest == -INFINITY ? 0 : largest; }

/// Merges a chunk of one row into those before it. A row: [padded] sums, its max, its total.
SIR_INLINE void sir_merge_row(float *merged, const float *chunk, size_t padded) {
    float max = merged[padded], m = max > chunk[padded] ? max : chunk[padded], shift = sir_softmax_shift(m);
    float a = sir_exp(max - shift), b = sir_exp(chunk[padded] - shift);
    for (size_t d = 0; d < padded; d++) merged[d] = fmaf(chunk[d], b, merged[d] * a);
    merged[padded] = m;
    merged[padded + 1] = fmaf(chunk[padded + 1], b, merged[padded + 1] * a);
}

SIR_INLINE void sir_finish_row(const float *merged, float *out, size_t head_dim) {
    float factor = 1 / merged[sir_padded(head_dim) + 1];
    for (size_t d = 0; d < head_dim; d++) out[d] = merged[d] * factor;
}

/// `attention`, given the instruction set's `attention_chunk`.
SIR_INLINE void sir_attend(const sir_attention *a, float *scratch,
                           void (*attend_chunk)(const sir_attention *, size_t, float *, float *)) {
    size_t group = a->group, size = sir_attention_partial(a->head_dim), padded = sir_padded(a->head_dim);
    float *merged = scratch, *partials = merged + a->tokens * group * size;
    size_t chunk, end = sir_attention_chunks(a, &chunk);
    for (; chunk < end; chunk++) {
        attend_chunk(a, chunk, partials, partials + a->tokens * group * size);
        size_t start = chunk * SIR_ATTENTION_CHUNK;
        for (size_t t = 0; t < a->tokens; t++) {
            sir_range here = sir_attended_within(a, t, start, start + SIR_ATTENTION_CHUNK);
            if (here.first == here.end) continue;
            bool is_first = sir_attended(a, t).first >= start;
            for (size_t row = t * group; row < (t + 1) * group; row++) {
                float *into = merged + row * size, *from = partials + row * size;
                if (is_first) memcpy(into, from, size * sizeof(float));
                else sir_merge_row(into, from, padded);
            }
        }
    }
    for (size_t t = 0; t < a->tokens; t++) {
        for (size_t g = 0; g < group; g++) {
            sir_finish_row(merged + (t * group + g) * size, a->out + t * a->out_stride + g * a->head_dim,
                           a->head_dim);
        }
    }
}

SIR_INLINE void sir_attention_merge(const sir_attention *a, float *partials) {
    size_t size = sir_attention_partial(a->head_dim), padded = sir_padded(a->head_dim), first;
    size_t chunks = sir_attention_chunks(a, &first) - first;
    for (size_t g = 0; g < a->group; g++) {
        float *merged = partials + g * size;
        for (size_t i = 1; i < chunks; i++) sir_merge_row(merged, merged + i * a->group * size, padded);
        sir_finish_row(merged, a->out + g * a->head_dim, a->head_dim);
    }
}

#endif
