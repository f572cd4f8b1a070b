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

void sir_attention_scalar(const float *q, float *out, size_t group, size_t head_dim,
                          const uint8_t *const *pages, size_t key_offset, size_t value_offset, size_t first,
                          size_t length, sir_kv_type type, float scale, float *scores) {
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

#if SIR_X86

// MARK: AVX2

SIR_AVX2_INLINE __m256 load8(const uint8_t *row, size_t index, sir_kv_type type) {
    if (type == SIR_KV_F32) return _mm256_loadu_ps((const void *)(row + index * 4));
    return _mm256_cvtph_ps(_mm_loadu_si128((const void *)(row + index * 2)));
}

/// Scores of `H` heads at `P` positions: H * P <= 4, so that one reduction serves all.
SIR_AVX2_INLINE __m128 score_tile(const float *q, const uint8_t *const keys[], int H, int P, size_t head_dim,
                                  sir_kv_type type) {
    __m256 lanes[4][2];
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; i++) lanes[i][0] = lanes[i][1] = _mm256_setzero_ps();
    size_t whole = head_dim / 16 * 16;
    for (size_t d = 0; d < whole; d += 16) {
#pragma clang loop unroll(full)
        for (int p = 0; p < P; p++) {
            __m256 low = load8(keys[p], d, type), high = load8(keys[p], d + 8, type);
#pragma clang loop unroll(full)
            for (int h = 0; h < H; h++) {
                const float *head = q + (size_t)h * head_dim + d;
                __m256 *lane = lanes[h * P + p];
                lane[0] = _mm256_fmadd_ps(_mm256_loadu_ps(head), low, lane[0]);
                lane[1] = _mm256_fmadd_ps(_mm256_loadu_ps(head + 8), high, lane[1]);
            }
        }
    }
    if (whole < head_dim) {
#pragma clang loop unroll(full)
        for (int p = 0; p < P; p++) {
            float key[16] = {0};
            for (size_t d = whole; d < head_dim; d++) key[d - whole] = element(keys[p], d, type);
#pragma clang loop unroll(full)
            for (int h = 0; h < H; h++) {
                float head[16] = {0};
                memcpy(head, q + (size_t)h * head_dim + whole, (head_dim - whole) * sizeof(float));
                __m256 *lane = lanes[h * P + p];
                lane[0] = _mm256_fmadd_ps(_mm256_loadu_ps(head), _mm256_loadu_ps(key), lane[0]);
                lane[1] = _mm256_fmadd_ps(_mm256_loadu_ps(head + 8), _mm256_loadu_ps(key + 8), lane[1]);
            }
        }
    }
    return sir_sum8x4(_mm256_add_ps(lanes[0][0], lanes[0][1]), _mm256_add_ps(lanes[1][0], lanes[1][1]),
                      _mm256_add_ps(lanes[2][0], lanes[2][1]), _mm256_add_ps(lanes[3][0], lanes[3][1]));
}

/// The scores of `H` heads, `count` apart, at `positions` rows of one page.
SIR_AVX2_INLINE void score_page(const float *q, const uint8_t *keys, size_t row_bytes, size_t positions,
                                int H, int P, size_t head_dim, sir_kv_type type, float scale, float *scores,
                                size_t count) {
    for (size_t i = 0; i < positions; i += (size_t)P) {
        const uint8_t *rows[4];
        for (int p = 0; p < P; p++) {
            size_t row = i + (size_t)p < positions ? i + (size_t)p : positions - 1;
            rows[p] = keys + row * row_bytes;
        }
        float four[4];
        _mm_storeu_ps(four, _mm_mul_ps(score_tile(q, rows, H, P, head_dim, type), _mm_set1_ps(scale)));
        for (int h = 0; h < H; h++) {
            for (size_t p = 0; p < (size_t)P && i + p < positions; p++) {
                scores[(size_t)h * count + i + p] = four[(size_t)h * (size_t)P + p];
            }
        }
    }
}

/// Adds weighted values of one page's `positions` rows to 8 * `D` elements of `H` heads.
SIR_AVX2_INLINE void value_tile(float *out, const uint8_t *values, size_t row_bytes, size_t positions, int H,
                                int D, size_t head_dim, size_t d, sir_kv_type type, const float *weights,
                                size_t count) {
    __m256 sums[4][8];
#pragma clang loop unroll(full)
    for (int h = 0; h < H; h++) {
#pragma clang loop unroll(full)
        for (int e = 0; e < D; e++)
            sums[h][e] = _mm256_loadu_ps(out + (size_t)h * head_dim + d + 8 * (size_t)e);
    }
    for (size_t i = 0; i < positions; i++) {
        __m256 weight[4];
#pragma clang loop unroll(full)
        for (int h = 0; h < H; h++) weight[h] = _mm256_broadcast_ss(weights + (size_t)h * count + i);
#pragma clang loop unroll(full)
        for (int e = 0; e < D; e++) {
            __m256 value = load8(values + i * row_bytes, d + 8 * (size_t)e, type);
#pragma clang loop unroll(full)
            for (int h = 0; h < H; h++) sums[h][e] = _mm256_fmadd_ps(weight[h], value, sums[h][e]);
        }
    }
#pragma clang loop unroll(full)
    for (int h = 0; h < H; h++) {
#pragma clang loop unroll(full)
        for (int e = 0; e < D; e++)
            _mm256_storeu_ps(out + (size_t)h * head_dim + d + 8 * (size_t)e, sums[h][e]);
    }
}

SIR_AVX2_INLINE void value_page(float *out, const uint8_t *values, size_t row_bytes, size_t positions, int H,
                                int D, size_t head_dim, sir_kv_type type, const float *weights,
                                size_t count) {
    size_t d = 0;
    for (; d + 8 * (size_t)D <= head_dim; d += 8 * (size_t)D) {
        value_tile(out, values, row_bytes, positions, H, D, head_dim, d, type, weights, count);
    }
    for (; d + 8 <= head_dim; d += 8) {
        value_tile(out, values, row_bytes, positions, H, 1, head_dim, d, type, weights, count);
    }
    for (; d < head_dim; d++) {
        for (int h = 0; h < H; h++) {
            float *sum = out + (size_t)h * head_dim + d;
            for (size_t i = 0; i < positions; i++) {
                *sum = fmaf(weights[(size_t)h * count + i], element(values + i * row_bytes, d, type), *sum);
            }
        }
    }
}

/// Turns the scores of one head into weights, and returns 1 / their sum.
SIR_AVX2_INLINE float softmax(float *scores, size_t count) {
    // The order of a maximum matters for NaN alone, and one NaN makes every weight NaN.
    __m256 eight = _mm256_set1_ps(-INFINITY);
    size_t whole = count / 8 * 8;
    for (size_t i = 0; i < whole; i += 8) eight = _mm256_max_ps(_mm256_loadu_ps(scores + i), eight);
    float largest = -INFINITY, lanes[8];
    _mm256_storeu_ps(lanes, eight);
    for (int i = 0; i < 8; i++) largest = largest > lanes[i] ? largest : lanes[i];
    for (size_t i = whole; i < count; i++) largest = largest > scores[i] ? largest : scores[i];
    __m256 low = _mm256_setzero_ps(), high = _mm256_setzero_ps(), shift = _mm256_set1_ps(largest);
    for (size_t i = 0; i < count; i += 16) {
        // Past the end: minus infinity, whose weight is zero.
        float rest[16], *at = scores + i;
        size_t left = count - i < 16 ? count - i : 16;
        if (left < 16) {
            for (size_t j = 0; j < 16; j++) rest[j] = j < left ? at[j] : -INFINITY;
            at = rest;
        }
        __m256 a = sir_exp_avx2(_mm256_sub_ps(_mm256_loadu_ps(at), shift));
        __m256 b = sir_exp_avx2(_mm256_sub_ps(_mm256_loadu_ps(at + 8), shift));
        low = _mm256_add_ps(low, a);
        high = _mm256_add_ps(high, b);
        _mm256_storeu_ps(at, a);
        _mm256_storeu_ps(at + 8, b);
        if (left < 16) memcpy(scores + i, rest, left * sizeof(float));
    }
    return 1 / sir_sum8_avx2(_mm256_add_ps(low, high));
}

/// All of attention for `H` heads: they share every load of a key or value.
SIR_AVX2_INLINE void attend(const float *q, float *out, int H, size_t head_dim, const uint8_t *const *pages,
                            size_t key_offset, size_t value_offset, size_t first, size_t length,
                            sir_kv_type type, float scale, float *scores) {
    size_t row_bytes = head_dim * (type == SIR_KV_F32 ? 4 : 2), count = length - first, next;
    for (size_t p = first; p < length; p = next) {
        next = (p / SIR_KV_PAGE + 1) * SIR_KV_PAGE;
        if (next > length) next = length;
        const uint8_t *keys = pages[p / SIR_KV_PAGE] + key_offset + p % SIR_KV_PAGE * row_bytes;
        score_page(q, keys, row_bytes, next - p, H, 4 / H, head_dim, type, scale, scores + (p - first),
                   count);
    }
    float factors[4];
    for (int h = 0; h < H; h++) factors[h] = softmax(scores + (size_t)h * count, count);
    memset(out, 0, (size_t)H * head_dim * sizeof(float));
    for (size_t p = first; p < length; p = next) {
        next = (p / SIR_KV_PAGE + 1) * SIR_KV_PAGE;
        if (next > length) next = length;
        const uint8_t *values = pages[p / SIR_KV_PAGE] + value_offset + p % SIR_KV_PAGE * row_bytes;
        value_page(out, values, row_bytes, next - p, H, 8 / H, head_dim, type, scores + (p - first), count);
    }
    for (int h = 0; h < H; h++) {
        for (size_t d = 0; d < head_dim; d++) out[(size_t)h * head_dim + d] *= factors[h];
    }
}

SIR_AVX2_INLINE void attend_group(const float *q, float *out, size_t group, size_t head_dim,
                                  const uint8_t *const *pages, size_t key_offset, size_t value_offset,
                                  size_t first, size_t length, sir_kv_type type, float scale, float *scores) {
#define ATTEND(heads)                                                                                     \
    attend(q + g * head_dim, out + g * head_dim, heads, head_dim, pages, key_offset, value_offset, first, \
           length, type, scale, scores + g * (length - first))
    for (size_t g = 0; g < group; g += 4) {
        switch (group - g) {
        case 1: ATTEND(1); break;
        case 2: ATTEND(2); break;
        case 3: ATTEND(3); break;
        default: ATTEND(4); break;
        }
    }
#undef ATTEND
}

void SIR_AVX2 sir_attention_avx2(const float *q, float *out, size_t group, size_t head_dim,
                                 const uint8_t *const *pages, size_t key_offset, size_t value_offset,
                                 size_t first, size_t length, sir_kv_type type, float scale, float *scores) {
    if (type == SIR_KV_F32) {
        attend_group(q, out, group, head_dim, pages, key_offset, value_offset, first, length, SIR_KV_F32,
                     scale, scores);
    } else {
        attend_group(q, out, group, head_dim, pages, key_offset, value_offset, first, length, SIR_KV_F16,
                     scale, scores);
    }
}

#endif
