// The matmul of formats with 32-element blocks, against sir_q8_32 activations.
// It knows the reduction; how a block is unpacked is each format's affair, and panels are panel.h's.
//
// ONE ARITHMETIC. A weight is scale * (q - centre) + offset; one of centre and offset is zero. For one
// (row, token), blocks in order:
//     sum = fmaf(scale * activation.scale, (float)isum, sum)
//           isum = exact sum over the block's 32 elements of (q - centre) * activation.q
//     sum = fmaf(offset, activation.scaled_sum, sum)                  formats with an offset

#ifndef SIROCCO_MATMUL_Q8_32_H
#define SIROCCO_MATMUL_Q8_32_H

#include "panel.h"
#include "rows.h"

// MARK: Scalar

/// One block with its values unpacked, the centre taken off.
typedef struct sir_unpacked_32 {
    float scale, offset;
    int16_t q[32];
} sir_unpacked_32;

typedef void (*sir_unpack_32_fn)(const void *block, sir_unpacked_32 *out);

SIR_INLINE void sir_matmul_q8_32_scalar(SIR_MATMUL_PARAMETERS, sir_layout layout, sir_block_shape shape,
                                        sir_unpack_32_fn unpack, bool has_offset) {
    uint8_t scratch[SIR_LARGEST_BLOCK];
    for (size_t r = 0; r < rows; r++) {
        for (size_t t = 0; t < tokens; t++) {
            const sir_q8_32 *a = (const void *)((const uint8_t *)activations + t * activation_bytes);
            float sum = 0;
            for (size_t b = 0; b < columns / 32; b++) {
                sir_unpacked_32 w;
                unpack(sir_block(weights, row_bytes, layout, shape, r, b, scratch), &w);
                int32_t isum = 0;
                for (int i = 0; i < 32; i++) isum += w.q[i] * a[b].q[i];
                sum = fmaf(w.scale * a[b].scale, (float)isum, sum);
                if (has_offset) sum = fmaf(w.offset, a[b].scaled_sum, sum);
            }
            out[t * out_stride + r] = sum;
        }
    }
}

/// Defines the scalar matmuls of format `name`.
#define SIR_DEFINE_SCALAR_Q8_32(name, shape, unpack, has_offset)                                 \
    void sir_##name##_matmul_scalar(SIR_MATMUL_PARAMETERS) {                                     \
        sir_matmul_q8_32_scalar(SIR_MATMUL_ARGUMENTS, SIR_ROWS, shape, unpack, has_offset);      \
    }                                                                                            \
    void sir_##name##_panels_scalar(SIR_MATMUL_PARAMETERS) {                                     \
        sir_matmul_q8_32_scalar(SIR_MATMUL_ARGUMENTS, SIR_PANELS, shape, unpack, has_offset);    \
    }

#if SIR_X86

/// How weights relate to the q that a format unpacks.
typedef enum sir_kind_32 {
    SIR_CENTRED_4,  // 4 bits, scale * (q - 8)
    SIR_CENTRED_5,  // 5 bits, scale * (q - 16)
    SIR_SIGNED,     // 8 bits, scale * q, q a signed byte
    SIR_OFFSET_4,   // 4 bits, scale * q + offset; the offset's half follows the scale's
    SIR_OFFSET_5,   // 5 bits, the same
} sir_kind_32;

SIR_INLINE bool sir_has_offset(sir_kind_32 kind) { return kind == SIR_OFFSET_4 || kind == SIR_OFFSET_5; }

SIR_INLINE bool sir_is_centred(sir_kind_32 kind) { return kind == SIR_CENTRED_4 || kind == SIR_CENTRED_5; }

/// What is taken off q, as a power of two; off signed bytes when a kernel has made them unsigned.
SIR_INLINE int sir_centre_bits(sir_kind_32 kind) {
    return kind == SIR_CENTRED_4 ? 3 : kind == SIR_CENTRED_5 ? 4 : 7;
}

// MARK: AVX2, rows

/// The 32 values of a block, as bytes in order.
typedef __m256i (*sir_block_avx2_fn)(const void *block);

/// No pair of products overflows 16 bits: 31 * 127 * 2 unsigned, 128 * 127 * 2 signed.
SIR_AVX2_INLINE __m128 sir_four_rows_q8_32(const uint8_t *const rows[4], const uint8_t *a, size_t blocks,
                                           size_t ahead, size_t block_bytes, sir_block_avx2_fn block,
                                           sir_kind_32 kind) {
    const uint8_t *w[4] = {rows[0], rows[1], rows[2], rows[3]};
    __m128 sum = _mm_setzero_ps();
    for (size_t b = 0; b < blocks; b++, a += sizeof(sir_q8_32)) {
        const sir_q8_32 *x = (const void *)a;
        __m256i lanes[4], eight_bits = sir_load256(x->q);
        __m128 scales = sir_four_halves(w, 0), offsets;
        if (sir_has_offset(kind)) offsets = sir_four_halves(w, 2);
        SIR_UNROLL for (int r = 0; r < 4; r++) {
            sir_prefetch(w[r] + ahead, block_bytes);
            __m256i q = block(w[r]);
            __m256i pairs = kind == SIR_SIGNED
                                ? _mm256_maddubs_epi16(_mm256_abs_epi8(q), _mm256_sign_epi8(eight_bits, q))
                                : _mm256_maddubs_epi16(q, eight_bits);
            lanes[r] = _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
            w[r] += block_bytes;
        }
        __m128i isum = sir_isum8x4(lanes);
        if (sir_is_centred(kind)) {
            __m128i less = _mm_set1_epi32((int)sir_load32(x->less));
            __m128i centre = _mm_set1_epi16((short)(1 << sir_centre_bits(kind)));
            isum = _mm_add_epi32(isum, _mm_madd_epi16(less, centre));
        }
        __m128 scale = _mm_mul_ps(scales, _mm_broadcast_ss(&x->scale));
        sum = _mm_fmadd_ps(scale, _mm_cvtepi32_ps(isum), sum);
        if (sir_has_offset(kind)) sum = _mm_fmadd_ps(offsets, _mm_broadcast_ss(&x->scaled_sum), sum);
    }
    return sum;
}

// MARK: AVX2, panels

/// Columns 4k ..< 4k + 4 of 8 rows, as bytes.
typedef __m256i (*sir_values_avx2_fn)(const uint8_t *words, int k);

/// Half of a panel has 8 rows. Registers hold the sums of 16 rows by up to three tokens, or of 8 rows by four.
enum { SIR_ONCE_32 = 3 };

SIR_INLINE int sir_halves_at_once(int T) { return T <= SIR_ONCE_32 ? 2 : 1; }

/// What sums of products, taken in 16 bits, start with: the centre times minus the sums of their activations.
SIR_AVX2_INLINE __m256i sir_start_32(const sir_q8_32 *x, sir_kind_32 kind) {
    if (!sir_is_centred(kind)) return _mm256_setzero_si256();
    return _mm256_slli_epi16(sir_repeat32(x->less), sir_centre_bits(kind));
}

enum { SIR_SPREAD_32 = 9 * 32 };  // one block of one token: the start, then the values, for every lane

SIR_AVX2_INLINE void sir_spread_q8_32(uint8_t *out, const uint8_t *a, size_t activation_bytes, size_t blocks,
                                      sir_kind_32 kind) {
    for (size_t b = 0; b < blocks; b++) {
        for (size_t t = 0; t < 4; t++, out += SIR_SPREAD_32) {
            const sir_q8_32 *x = (const sir_q8_32 *)(a + t * activation_bytes) + b;
            _mm256_store_si256((void *)out, sir_start_32(x, kind));
            SIR_UNROLL for (int k = 0; k < 8; k++) {
                _mm256_store_si256((void *)(out + 32 + 32 * k), sir_repeat32(x->q + 4 * k));
            }
        }
    }
}

/// isum of 8 or 16 rows by `T` tokens.
///
/// Products are added in 16 bits, each half of a lane over 16 elements. With the centre taken off first no
/// such sum exceeds 16 * 16 * 127, and what lies between may wrap around. Without: 4 bits give at most
/// 16 * 15 * 127; 5 bits would not fit, and are added in two parts. 8 bits leave no room for sums: a pair of
/// products |q| * +-a, at most 2 * 128 * 127, is widened at once.
SIR_AVX2_INLINE void sir_isum_32_avx2(int T, const uint8_t *words, const uint8_t *a, size_t activation_bytes,
                                      const uint8_t *spread, sir_values_avx2_fn values, sir_kind_32 kind,
                                      __m256i isum[2][4]) {
    int H = sir_halves_at_once(T);
    __m256i part[2][4], one = _mm256_set1_epi16(1);
    SIR_UNROLL for (int t = 0; t < T; t++) {
        const sir_q8_32 *x = (const void *)(a + (size_t)t * activation_bytes);
        SIR_UNROLL for (int h = 0; h < H; h++) {
            part[h][t] = spread ? sir_load256(spread + t * SIR_SPREAD_32) : sir_start_32(x, kind);
            isum[h][t] = _mm256_setzero_si256();
        }
    }
    SIR_UNROLL for (int k = 0; k < 8; k++) {
        __m256i q[2], magnitude[2];
        SIR_UNROLL for (int h = 0; h < H; h++) {
            q[h] = values(words + 32 * h, k);
            magnitude[h] = _mm256_abs_epi8(q[h]);
        }
        SIR_UNROLL for (int t = 0; t < T; t++) {
            const sir_q8_32 *x = (const void *)(a + (size_t)t * activation_bytes);
            __m256i four = spread ? sir_load256(spread + t * SIR_SPREAD_32 + 32 + 32 * k)
                                  : sir_repeat32(x->q + 4 * k);
            SIR_UNROLL for (int h = 0; h < H; h++) {
                if (kind == SIR_SIGNED) {
                    __m256i products = _mm256_maddubs_epi16(magnitude[h], _mm256_sign_epi8(four, q[h]));
                    sir_add32(&isum[h][t], _mm256_madd_epi16(products, one));
                } else {
                    sir_add16(&part[h][t], _mm256_maddubs_epi16(q[h], four));
                }
                if (kind == SIR_OFFSET_5 && k == 3) {
                    isum[h][t] = _mm256_madd_epi16(part[h][t], one);
                    part[h][t] = _mm256_setzero_si256();
                }
            }
        }
    }
    if (kind == SIR_SIGNED) return;
    SIR_UNROLL for (int t = 0; t < T; t++) {
        SIR_UNROLL for (int h = 0; h < H; h++) {
            isum[h][t] = _mm256_add_epi32(isum[h][t], _mm256_madd_epi16(part[h][t], one));
        }
    }
}

SIR_AVX2_INLINE void sir_tile_q8_32_avx2(int T, SIR_TILE_PARAMETERS, size_t block_words,
                                         sir_values_avx2_fn values, sir_kind_32 kind) {
    bool has_offset = sir_has_offset(kind);
    size_t block_halves = has_offset ? 64 : 32;
    int H = sir_halves_at_once(T);
    for (int start = 0; start < 2; start += H) {
        __m256 sum[2][4];
        sir_begin_sums(T, H, sum, out + 8 * start, out_stride, first);
        const uint8_t *scales = panel.halves + 16 * start, *w = panel.words + 32 * start, *x = a, *s = spread;
        for (size_t b = 0; b < panel.blocks; b++) {
            __m256i isum[2][4];
            sir_ask_ahead(panel, w, block_words, start, H);
            sir_ask_ahead(panel, scales, 1, 0, 2);
            sir_isum_32_avx2(T, w, x, activation_bytes, s, values, kind, isum);
            SIR_UNROLL for (int h = 0; h < H; h++) {
                __m256 scale = _mm256_cvtph_ps(_mm_load_si128((const void *)(scales + 16 * h))), offset;
                if (has_offset) offset = _mm256_cvtph_ps(_mm_load_si128((const void *)(scales + 16 * h + 32)));
                SIR_UNROLL for (int t = 0; t < T; t++) {
                    const sir_q8_32 *y = (const void *)(x + (size_t)t * activation_bytes);
                    __m256 product = _mm256_mul_ps(scale, _mm256_broadcast_ss(&y->scale));
                    sum[h][t] = _mm256_fmadd_ps(product, _mm256_cvtepi32_ps(isum[h][t]), sum[h][t]);
                    if (!has_offset) continue;
                    sum[h][t] = _mm256_fmadd_ps(offset, _mm256_broadcast_ss(&y->scaled_sum), sum[h][t]);
                }
            }
            w += 64 * block_words, scales += block_halves, x += sizeof(sir_q8_32);
            if (spread) s += 4 * SIR_SPREAD_32;
        }
        sir_end_sums(T, H, sum, out + 8 * start, out_stride);
    }
}

// MARK: AVX512-VNNI

/// Columns 4k ..< 4k + 4 of 16 rows, as bytes.
typedef __m512i (*sir_values_avx512_fn)(const uint8_t *words, int k);

SIR_AVX512_INLINE void sir_tile_q8_32_avx512(int T, SIR_TILE_PARAMETERS, size_t block_words,
                                             sir_values_avx512_fn values, sir_kind_32 kind) {
    (void)spread;
    bool has_offset = sir_has_offset(kind);
    __m512i centre = _mm512_set1_epi16((short)(1 << sir_centre_bits(kind)));
    __m512 sum[8];
    sir_begin_sums_avx512(T, sum, out, out_stride, first);
    const uint8_t *halves = panel.halves, *words = panel.words;
    for (size_t b = 0; b < panel.blocks; b++, a += sizeof(sir_q8_32)) {
        __m512i isum[8];
        sir_ask_ahead(panel, words, block_words, 0, 2);
        sir_ask_ahead(panel, halves, 1, 0, 2);
        SIR_UNROLL for (int t = 0; t < T; t++) {
            const sir_q8_32 *x = (const void *)(a + (size_t)t * activation_bytes);
            isum[t] = _mm512_setzero_si512();
            if (!has_offset) isum[t] = _mm512_dpwssd_epi32(isum[t], sir_repeat32_avx512(x->less), centre);
        }
        SIR_UNROLL for (int k = 0; k < 8; k++) {
            __m512i q = values(words, k);
            if (kind == SIR_SIGNED) q = _mm512_xor_si512(q, _mm512_set1_epi8(-128));  // 128 more, unsigned
            SIR_UNROLL for (int t = 0; t < T; t++) {
                const sir_q8_32 *x = (const void *)(a + (size_t)t * activation_bytes);
                isum[t] = _mm512_dpbusd_epi32(isum[t], q, sir_repeat32_avx512(x->q + 4 * k));
            }
        }
        __m512 scale = _mm512_cvtph_ps(_mm256_load_si256((const void *)halves)), offset;
        if (has_offset) offset = _mm512_cvtph_ps(_mm256_load_si256((const void *)(halves + 32)));
        SIR_UNROLL for (int t = 0; t < T; t++) {
            const sir_q8_32 *x = (const void *)(a + (size_t)t * activation_bytes);
            __m512 product = _mm512_mul_ps(scale, _mm512_set1_ps(x->scale));
            sum[t] = _mm512_fmadd_ps(product, _mm512_cvtepi32_ps(isum[t]), sum[t]);
            if (has_offset) sum[t] = _mm512_fmadd_ps(offset, _mm512_set1_ps(x->scaled_sum), sum[t]);
        }
        words += 64 * block_words;
        halves += has_offset ? 64 : 32;
    }
    sir_end_sums_avx512(T, sum, out, out_stride);
}

/// Defines the matmuls of format `name` out of its `shape`, its `block_avx2` and its `values`.
#define SIR_DEFINE_MATMUL_Q8_32(name, shape, kind)                                                      \
    SIR_AVX2_INLINE void tile_avx2(int T, SIR_TILE_PARAMETERS) {                                        \
        sir_tile_q8_32_avx2(T, SIR_TILE_ARGUMENTS, shape.words, values_avx2, kind);                     \
    }                                                                                                   \
    SIR_AVX512_INLINE void tile_avx512(int T, SIR_TILE_PARAMETERS) {                                    \
        sir_tile_q8_32_avx512(T, SIR_TILE_ARGUMENTS, shape.words, values_avx512, kind);                 \
    }                                                                                                   \
    SIR_AVX2_INLINE void spread_blocks(uint8_t *out, const uint8_t *a, size_t stride, size_t blocks) {  \
        sir_spread_q8_32(out, a, stride, blocks, kind);                                                 \
    }                                                                                                   \
    /* Signed bytes change the signs of activations: their operand is in a register anyway. */          \
    static const sir_spread_fn spread = kind == SIR_SIGNED ? NULL : spread_blocks;                      \
    SIR_AVX2_INLINE __m128 four_rows(const uint8_t *const rows[4], const uint8_t *a, size_t blocks,     \
                                     size_t ahead) {                                                    \
        return sir_four_rows_q8_32(rows, a, blocks, ahead, shape.block_bytes, block_avx2, kind);        \
    }                                                                                                   \
    SIR_DEFINE_MATMULS(name, sizeof(sir_q8_32), SIR_ONCE_32)

#endif
#endif
