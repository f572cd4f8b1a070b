// Attention of the query heads that share one key/value head, for one token, over a paged cache.
//
// ONE ARITHMETIC. Vectors of head_dim are padded with zeros to a multiple of 16. With i = p - first:
//     score[i]  = sum16(lane) * scale,  lane[d % 16] = fmaf(q[d], key[p][d], lane[d % 16]), d in order
//     weight[i] = exp(score[i] - max score)                                     (exp.h)
//     total     = sum16(lane),          lane[i % 16] = lane[i % 16] + weight[i], i in order
//     out[d]    = sum[d] * (1 / total), sum[d] = fmaf(weight[i], value[p][d], sum[d]), i in order

#include "exp.h"
#include "operations.h"

/// Element `index` of a cache row.
SIR_INLINE float element(const uint8_t *row, size_t index, sir_kv_type type) {
    if (type == SIR_KV_F32) {
        float x;
        memcpy(&x, row + index * sizeof x, sizeof x);
        return x;
    }
    uint16_t half;
    memcpy(&half, row + index * sizeof half, sizeof half);
    return sir_half_to_float(half);
}

void sir_attention_scalar(
    const float *q, float *out, size_t group, size_t head_dim, const uint8_t *const *pages, size_t key_offset,
    size_t value_offset, size_t first, size_t length, sir_kv_type type, float scale, float *scores) {
    size_t row_bytes = head_dim * (type == SIR_KV_F32 ? 4 : 2), count = length - first;
    for (size_t g = 0; g < group; g++, q += head_dim, out += head_dim, scores += count) {
        float largest = -INFINITY;
        for (size_t i = 0; i < count; i++) {
            size_t p = first + i;
            const uint8_t *key = pages[p / SIR_KV_PAGE] + key_offset + p % SIR_KV_PAGE * row_bytes;
            float lane[16] = {0};
            for (size_t d = 0; d < (head_dim + 15) / 16 * 16; d++) {
                bool inside = d < head_dim;
                lane[d % 16] = fmaf(inside ? q[d] : 0, inside ? element(key, d, type) : 0, lane[d % 16]);
            }
            scores[i] = sir_sum16(lane) * scale;
            largest = largest > scores[i] ? largest : scores[i];
        }
        float lane[16] = {0};
        for (size_t i = 0; i < count; i++) {
            scores[i] = sir_exp(scores[i] - largest);
            lane[i % 16] += scores[i];
        }
        float factor = 1 / sir_sum16(lane);
        for (size_t d = 0; d < head_dim; d++) out[d] = 0;
        for (size_t i = 0; i < count; i++) {
            size_t p = first + i;
            const uint8_t *value = pages[p / SIR_KV_PAGE] + value_offset + p % SIR_KV_PAGE * row_bytes;
            for (size_t d = 0; d < head_dim; d++) out[d] = fmaf(scores[i], element(value, d, type), out[d]);
        }
        for (size_t d = 0; d < head_dim; d++) out[d] *= factor;
    }
}
