// The matmul of the K formats (256-element blocks of sub-blocks), against sir_q8_256 activations.
// It knows the reduction; how a block is unpacked is each format's affair, and panels are panel.h's.
//
// ONE ARITHMETIC. Each group i of 16 elements has an integer scale s[i]; q is unsigned. For one (row, token),
// blocks in order:
//     sum = fmaf(scale * a.scale, (float)isum, sum)
//           isum = exact sum over the block's elements e of s[e / 16] * (q[e] - centre) * a.q[e]
//     sum = fmaf(minimum * a.scale, (float)imin, sum)      formats with minima (Q2_K, Q4_K, Q5_K)
//           imin = exact sum over the block's elements e of -m[e / 16] * a.q[e]
// The largest integers are Q6_K's: |isum| <= 256 * 128 * 32 * 127 < 2^31.

#ifndef SIROCCO_MATMUL_Q8_256_H
#define SIROCCO_MATMUL_Q8_256_H

#include "panel.h"
#include "rows.h"

// MARK: Scalar

/// One block with its values unpacked; `m` and `minimum` are unused in centred formats.
typedef struct sir_unpacked_256 {
    float scale, minimum;
    int16_t s[16], m[16];
    uint8_t q[256];
} sir_unpacked_256;

typedef void (*sir_unpack_256_fn)(const void *block, sir_unpacked_256 *out);

/// `centre`: what is taken from q, or 0 for the formats with minima.
SIR_INLINE void sir_matmul_q8_256_scalar(SIR_MATMUL_PARAMETERS, sir_layout layout, sir_block_shape shape,
                                         sir_unpack_256_fn unpack, int centre) {
    uint8_t scratch[SIR_LARGEST_BLOCK];
    for (size_t r = 0; r < rows; r++) {
        for (size_t t = 0; t < tokens; t++) {
            const sir_q8_256 *a = (const void *)((const uint8_t *)activations + t * activation_bytes);
            float sum = 0;
            for (size_t b = 0; b < columns / 256; b++) {
                sir_unpacked_256 w;
                unpack(sir_block(weights, row_bytes, layout, shape, r, b, scratch), &w);
                int32_t isum = 0, imin = 0;
                for (int e = 0; e < 256; e++) {
                    isum += w.s[e / 16] * (w.q[e] - centre) * a[b].q[e];
                    if (!centre) imin -= w.m[e / 16] * a[b].q[e];
                }
                sum = fmaf(w.scale * a[b].scale, (float)isum, sum);
                if (!centre) sum = fmaf(w.minimum * a[b].scale, (float)imin, sum);
            }
            out[t * out_stride + r] = sum;
        }
    }
}

/// Writes scale * s * q - minimum * m, or scale * s * (q - centre), multiplying from the left.
SIR_INLINE void sir_decode_256(const void *blocks, float *out, size_t count, size_t block_bytes,
                               sir_unpack_256_fn unpack, int centre) {
    for (size_t b = 0; b < count / 256; b++, out += 256) {
        sir_unpacked_256 w;
        unpack((const uint8_t *)blocks + b * block_bytes, &w);
        for (int e = 0; e < 256; e++) {
            float scale = w.scale * (float)w.s[e / 16];
            out[e] = centre ? scale * (float)(w.q[e] - centre)
                            : scale * (float)w.q[e] - w.minimum * (float)w.m[e / 16];
        }
    }
}

/// Defines the scalar matmuls of format `name`.
#define SIR_DEFINE_SCALAR_Q8_256(name, shape, unpack, centre)                                \
    void sir_##name##_matmul_scalar(SIR_MATMUL_PARAMETERS) {                                 \
        sir_matmul_q8_256_scalar(SIR_MATMUL_ARGUMENTS, SIR_ROWS, shape, unpack, centre);     \
    }                                                                                        \
    void sir_##name##_panels_scalar(SIR_MATMUL_PARAMETERS) {                                 \
        sir_matmul_q8_256_scalar(SIR_MATMUL_ARGUMENTS, SIR_PANELS, shape, unpack, centre);   \
    }

#if SIR_X86

/// What a format of this family is made of. All of it is constant once inlined.
typedef struct sir_family_256 {
    size_t words;      // words of a block in a panel
    size_t group;      // elements with one scale: 16 or 32
    int centre_bits;   // log2 of the centre, or -1: the format has minima, and two halves a block
    bool wide;         // 5 bits without a centre: a group's sums do not fit 16 bits, half of them do
    bool is_signed;    // the scales
} sir_family_256;

// MARK: AVX2, rows

/// The scales and minima of a block, as 16-bit numbers. `scales`: s[0], s[2] ... s[14], then s[1], s[3] ...
/// s[15], so one in-lane shuffle spreads the pair of 32 elements. `minima`: m[0] ... m[15]; s in centred formats.
typedef struct sir_header_256 {
    __m256i scales, minima;
} sir_header_256;

/// `values`: elements 32c ..< 32c + 32 of a block, as unsigned bytes in order.
typedef struct sir_block_256_avx2 {
    sir_header_256 (*header)(const void *block);
    __m256i (*values)(const void *block, int c);
} sir_block_256_avx2;

/// m[0] ... m[15] as `scales` wants them: even ones low, odd ones high.
SIR_AVX2_INLINE __m256i sir_split_scales(__m256i m) {
    __m256i order =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15));
    return _mm256_permute4x64_epi64(_mm256_shuffle_epi8(m, order), 0xd8);
}

/// No pair of products overflows 16 bits: 63 * 127 * 2.
SIR_AVX2_INLINE __m128 sir_four_rows_q8_256(const uint8_t *const rows[4], const uint8_t *a, size_t blocks,
                                            size_t ahead, sir_block_shape shape, sir_block_256_avx2 block,
                                            sir_family_256 family) {
    const uint8_t *w[4] = {rows[0], rows[1], rows[2], rows[3]};
    bool has_minima = family.centre_bits < 0;
    __m128 sum = _mm_setzero_ps();
    for (size_t b = 0; b < blocks; b++, a += sizeof(sir_q8_256)) {
        const sir_q8_256 *x = (const void *)a;
        __m256i less = _mm256_hadd_epi16(sir_load256(x->less), sir_load256(x->less + 8));
        less = _mm256_permute4x64_epi64(less, 0xd8);  // minus the sums of the 16 groups, in order
        __m256i isum[4], imin[4];
        SIR_UNROLL for (int r = 0; r < 4; r++) {
            sir_prefetch(w[r] + ahead, shape.block_bytes);
            sir_header_256 head = block.header(w[r]);
            imin[r] = _mm256_madd_epi16(head.minima, less);
            isum[r] = has_minima ? _mm256_setzero_si256() : _mm256_slli_epi32(imin[r], family.centre_bits);
            SIR_UNROLL for (int c = 0; c < 8; c++) {
                __m256i pairs = _mm256_maddubs_epi16(block.values(w[r], c), sir_load256(x->q + 32 * c));
                __m256i spread = _mm256_set1_epi16((short)(0x0100 + 0x0202 * c));
                __m256i scales = _mm256_shuffle_epi8(head.scales, spread);
                isum[r] = _mm256_add_epi32(isum[r], _mm256_madd_epi16(pairs, scales));
            }
        }
        __m128 factor = _mm_broadcast_ss(&x->scale);
        __m128 scale = _mm_mul_ps(sir_four_halves(w, shape.halves_at), factor);
        sum = _mm_fmadd_ps(scale, _mm_cvtepi32_ps(sir_isum8x4(isum)), sum);
        if (has_minima) {
            __m128 minimum = _mm_mul_ps(sir_four_halves(w, shape.halves_at + 2), factor);
            sum = _mm_fmadd_ps(minimum, _mm_cvtepi32_ps(sir_isum8x4(imin)), sum);
        }
        SIR_UNROLL for (int r = 0; r < 4; r++) w[r] += shape.block_bytes;
    }
    return sum;
}

// MARK: AVX2, panels

/// `values`: columns 4k ..< 4k + 4 as unsigned bytes. `scales`, `minima`: of groups 4k ..< 4k + 4, as bytes.
typedef struct sir_unpack_256_avx2 {
    __m256i (*values)(const uint8_t *words, int k);
    __m256i (*scales)(const uint8_t *words, int k);
    __m256i (*minima)(const uint8_t *words, int k);
} sir_unpack_256_avx2;

/// Byte `i` of each lane as two equal 16-bit numbers.
SIR_AVX2_INLINE __m256i sir_pair_of_byte(__m256i bytes, int i, bool is_signed) {
    if (is_signed) {
        return _mm256_srai_epi16(_mm256_shuffle_epi8(bytes, sir_lane_bytes(0x80, i, 0x80, i)), 8);
    }
    return _mm256_shuffle_epi8(bytes, sir_lane_bytes(i, 0x80, i, 0x80));
}

/// A block's words, dealt out to its groups: those before group `g`'s. Asked for all at once they would be more than the
/// CPU can wait for.
SIR_INLINE size_t sir_words_before(int g, sir_family_256 family) {
    return family.words * (size_t)g / (256 / family.group);
}

/// Half of a panel has 8 rows. Registers hold the sums of 16 rows by up to two tokens, or of 8 rows by four.
enum { SIR_ONCE_256 = 2 };

SIR_INLINE int sir_halves_at_once(int T) { return T <= SIR_ONCE_256 ? 2 : 1; }

/// What sums of the products of group `g`, taken in 16 bits, start with. Sums of 8 elements with the centre off are at
/// most 8 * 32 * 127; wraps in between do no harm.
SIR_AVX2_INLINE __m256i sir_start_256(const sir_q8_256 *x, int g, sir_family_256 family) {
    if (family.centre_bits < 0) return _mm256_setzero_si256();
    return _mm256_slli_epi16(sir_repeat32(x->less[g]), family.centre_bits);
}

/// What the minimum of group `g` is multiplied with.
SIR_AVX2_INLINE __m256i sir_less_256(const sir_q8_256 *x, int g, sir_family_256 family) {
    if (family.group == 16) return sir_repeat32(x->less[g]);
    return _mm256_add_epi16(sir_repeat32(x->less[2 * g]), sir_repeat32(x->less[2 * g + 1]));
}

enum { SIR_SPREAD_256 = (16 + 64) * 32 };  // one block of one token: groups' starts or less, values, for every lane

SIR_AVX2_INLINE void sir_spread_q8_256(uint8_t *out, const uint8_t *a, size_t activation_bytes, size_t blocks,
                                       sir_family_256 family) {
    for (size_t b = 0; b < blocks; b++) {
        for (size_t t = 0; t < 4; t++, out += SIR_SPREAD_256) {
            const sir_q8_256 *x = (const sir_q8_256 *)(a + t * activation_bytes) + b;
            SIR_UNROLL for (int g = 0; g < 256 / (int)family.group; g++) {
                __m256i start = family.centre_bits < 0 ? sir_less_256(x, g, family) : sir_start_256(x, g, family);
                _mm256_store_si256((void *)(out + 32 * g), start);
            }
            for (int k = 0; k < 64; k++) {
                _mm256_store_si256((void *)(out + 16 * 32 + 32 * k), sir_repeat32(x->q + 4 * k));
            }
        }
    }
}

/// Adds group `g` of one block to the sums of 8 or 16 rows by `T` tokens.
SIR_AVX2_INLINE void sir_group_avx2(int T, int g, const uint8_t *words, const uint8_t *a, size_t activation_bytes,
                                    const uint8_t *spread, sir_unpack_256_avx2 unpack, sir_family_256 family,
                                    __m256i isum[2][4]) {
    int steps = (int)family.group / 4, width = family.wide ? 4 : steps, H = sir_halves_at_once(T);
    __m256i scale[2];
    SIR_UNROLL for (int h = 0; h < H; h++) {
        scale[h] = sir_pair_of_byte(unpack.scales(words + 32 * h, g / 4), g % 4, family.is_signed);
    }
    SIR_UNROLL for (int first = 0; first < steps; first += width) {
        __m256i part[2][4];
        SIR_UNROLL for (int k = g * steps + first; k < g * steps + first + width; k++) {
            __m256i q[2];
            SIR_UNROLL for (int h = 0; h < H; h++) q[h] = unpack.values(words + 32 * h, k);
            SIR_UNROLL for (int t = 0; t < T; t++) {
                const sir_q8_256 *x = (const void *)(a + (size_t)t * activation_bytes);
                const uint8_t *s = spread + t * SIR_SPREAD_256;
                __m256i four = spread ? sir_load256(s + 16 * 32 + 32 * k) : sir_repeat32(x->q + 4 * k);
                SIR_UNROLL for (int h = 0; h < H; h++) {
                    if (k == g * steps + first) {
                        part[h][t] = spread && family.centre_bits >= 0 ? sir_load256(s + 32 * g)
                                                                      : sir_start_256(x, g, family);
                    }
                    sir_add16(&part[h][t], _mm256_maddubs_epi16(q[h], four));
                }
            }
        }
        SIR_UNROLL for (int t = 0; t < T; t++) {
            SIR_UNROLL for (int h = 0; h < H; h++) {
                sir_add32(&isum[h][t], _mm256_madd_epi16(part[h][t], scale[h]));
            }
        }
    }
}

SIR_AVX2_INLINE void sir_tile_q8_256_avx2(int T, SIR_TILE_PARAMETERS, sir_unpack_256_avx2 unpack,
                                          sir_family_256 family) {
    bool has_minima = family.centre_bits < 0;
    int H = sir_halves_at_once(T), groups = 256 / (int)family.group;
    for (int start = 0; start < 2; start += H) {
        __m256 sum[2][4];
        sir_begin_sums(T, H, sum, out + 8 * start, out_stride, first);
        const uint8_t *scales = panel.halves + 16 * start, *w = panel.words + 32 * start, *x = a, *s = spread;
        for (size_t b = 0; b < panel.blocks; b++) {
            __m256i isum[2][4], imin[2][4];
            sir_ask_ahead(panel, scales, 1, 0, 2);
            SIR_UNROLL for (int t = 0; t < T; t++) {
                SIR_UNROLL for (int h = 0; h < H; h++) isum[h][t] = imin[h][t] = _mm256_setzero_si256();
            }
            SIR_UNROLL for (int g = 0; g < groups; g++) {
                size_t word = sir_words_before(g, family), next = sir_words_before(g + 1, family);
                sir_ask_ahead(panel, w + 64 * word, next - word, start, H);
                sir_group_avx2(T, g, w, x, activation_bytes, s, unpack, family, isum);
            }
            SIR_UNROLL for (int h = 0; h < H; h++) {
                __m256 scale = _mm256_cvtph_ps(_mm_load_si128((const void *)(scales + 16 * h)));
                SIR_UNROLL for (int t = 0; t < T; t++) {
                    const sir_q8_256 *y = (const void *)(x + (size_t)t * activation_bytes);
                    __m256 product = _mm256_mul_ps(scale, _mm256_broadcast_ss(&y->scale));
                    sum[h][t] = _mm256_fmadd_ps(product, _mm256_cvtepi32_ps(isum[h][t]), sum[h][t]);
                }
            }
            SIR_UNROLL for (int g = 0; has_minima && g < groups; g++) {
                __m256i minimum[2];
                SIR_UNROLL for (int h = 0; h < H; h++) {
                    minimum[h] = sir_pair_of_byte(unpack.minima(w + 32 * h, g / 4), g % 4, false);
                }
                SIR_UNROLL for (int t = 0; t < T; t++) {
                    const sir_q8_256 *y = (const void *)(x + (size_t)t * activation_bytes);
                    __m256i less = spread ? sir_load256(s + t * SIR_SPREAD_256 + 32 * g)
                                          : sir_less_256(y, g, family);
                    SIR_UNROLL for (int h = 0; h < H; h++) {
                        sir_add32(&imin[h][t], _mm256_madd_epi16(minimum[h], less));
                    }
                }
            }
            SIR_UNROLL for (int h = 0; has_minima && h < H; h++) {
                __m256 minimum = _mm256_cvtph_ps(_mm_load_si128((const void *)(scales + 16 * h + 32)));
                SIR_UNROLL for (int t = 0; t < T; t++) {
                    const sir_q8_256 *y = (const void *)(x + (size_t)t * activation_bytes);
                    __m256 product = _mm256_mul_ps(minimum, _mm256_broadcast_ss(&y->scale));
                    sum[h][t] = _mm256_fmadd_ps(product, _mm256_cvtepi32_ps(imin[h][t]), sum[h][t]);
                }
            }
            w += 64 * family.words, scales += has_minima ? 64 : 32, x += sizeof(sir_q8_256);
            if (spread) s += 4 * SIR_SPREAD_256;
        }
        sir_end_sums(T, H, sum, out + 8 * start, out_stride);
    }
}

// MARK: AVX512-VNNI

typedef struct sir_unpack_256_avx512 {
    __m512i (*values)(const uint8_t *words, int k);
    __m512i (*scales)(const uint8_t *words, int k);
    __m512i (*minima)(const uint8_t *words, int k);
} sir_unpack_256_avx512;

/// Byte `i` of each lane.
SIR_AVX512_INLINE __m512i sir_byte(__m512i bytes, int i, bool is_signed) {
    bytes = _mm512_slli_epi32(bytes, (unsigned)(24 - 8 * i));
    return is_signed ? _mm512_srai_epi32(bytes, 24) : _mm512_srli_epi32(bytes, 24);
}

SIR_AVX512_INLINE void sir_tile_q8_256_avx512(int T, SIR_TILE_PARAMETERS, sir_unpack_256_avx512 unpack,
                                              sir_family_256 family) {
    (void)spread;
    bool has_minima = family.centre_bits < 0;
    __m512i centre = _mm512_set1_epi16((short)(has_minima ? 0 : 1 << family.centre_bits));
    __m512 sum[8];
    sir_begin_sums_avx512(T, sum, out, out_stride, first);
    const uint8_t *halves = panel.halves, *words = panel.words;
    for (size_t b = 0; b < panel.blocks; b++, a += sizeof(sir_q8_256)) {
        __m512i isum[8], imin[8];
        sir_ask_ahead(panel, halves, 1, 0, 2);
        SIR_UNROLL for (int t = 0; t < T; t++) isum[t] = imin[t] = _mm512_setzero_si512();
        int groups = 256 / (int)family.group, steps = (int)family.group / 4;
        SIR_UNROLL for (int g = 0; g < groups; g++) {
            size_t word = sir_words_before(g, family), next = sir_words_before(g + 1, family);
            sir_ask_ahead(panel, words + 64 * word, next - word, 0, 2);
            __m512i part[8];
            SIR_UNROLL for (int t = 0; t < T; t++) {
                const sir_q8_256 *x = (const void *)(a + (size_t)t * activation_bytes);
                part[t] = _mm512_setzero_si512();
                if (!has_minima) {
                    part[t] = _mm512_dpwssd_epi32(part[t], sir_repeat32_avx512(x->less[g]), centre);
                }
            }
            SIR_UNROLL for (int k = g * steps; k < (g + 1) * steps; k++) {
                __m512i q = unpack.values(words, k);
#pragma clang loop unroll(full)
                for (int t = 0; t < T; t++) {
                    const sir_q8_256 *x = (const void *)(a + (size_t)t * activation_bytes);
                    part[t] = _mm512_dpbusd_epi32(part[t], q, sir_repeat32_avx512(x->q + 4 * k));
                }
            }
            __m512i scale = sir_byte(unpack.scales(words, g / 4), g % 4, family.is_signed);
            SIR_UNROLL for (int t = 0; t < T; t++) {
                isum[t] = _mm512_add_epi32(isum[t], _mm512_mullo_epi32(part[t], scale));
            }
        }
        SIR_UNROLL for (int g = 0; has_minima && g < groups; g++) {
            __m512i minimum = sir_byte(unpack.minima(words, g / 4), g % 4, false);
            minimum = _mm512_or_si512(minimum, _mm512_slli_epi32(minimum, 16));
            int start = g * (int)family.group / 16;
            SIR_UNROLL for (int t = 0; t < T; t++) {
                const sir_q8_256 *x = (const void *)(a + (size_t)t * activation_bytes);
                imin[t] = _mm512_dpwssd_epi32(imin[t], minimum, sir_repeat32_avx512(x->less[start]));
                if (family.group == 16) continue;
                imin[t] = _mm512_dpwssd_epi32(imin[t], minimum, sir_repeat32_avx512(x->less[start + 1]));
            }
        }
        __m512 scale = _mm512_cvtph_ps(_mm256_load_si256((const void *)halves)), minimum;
        if (has_minima) minimum = _mm512_cvtph_ps(_mm256_load_si256((const void *)(halves + 32)));
        SIR_UNROLL for (int t = 0; t < T; t++) {
            const sir_q8_256 *x = (const void *)(a + (size_t)t * activation_bytes);
            __m512 factor = _mm512_set1_ps(x->scale);
            sum[t] = _mm512_fmadd_ps(_mm512_mul_ps(scale, factor), _mm512_cvtepi32_ps(isum[t]), sum[t]);
            if (!has_minima) continue;
            sum[t] = _mm512_fmadd_ps(_mm512_mul_ps(minimum, factor), _mm512_cvtepi32_ps(imin[t]), sum[t]);
        }
        words += 64 * family.words;
        halves += has_minima ? 64 : 32;
    }
    sir_end_sums_avx512(T, sum, out, out_stride);
}

/// Defines the matmuls of format `name` out of its `shape`, its `family`, its `header_avx2` and `block_avx2`,
/// and its `values`, `scales` and `minima`.
#define SIR_DEFINE_MATMUL_Q8_256(name, shape, family)                                               \
    SIR_AVX2_INLINE void tile_avx2(int T, SIR_TILE_PARAMETERS) {                                    \
        sir_unpack_256_avx2 unpack = {values_avx2, scales_avx2, minima_avx2};                       \
        sir_tile_q8_256_avx2(T, SIR_TILE_ARGUMENTS, unpack, family);                                \
    }                                                                                               \
    SIR_AVX512_INLINE void tile_avx512(int T, SIR_TILE_PARAMETERS) {                                \
        sir_unpack_256_avx512 unpack = {values_avx512, scales_avx512, minima_avx512};               \
        sir_tile_q8_256_avx512(T, SIR_TILE_ARGUMENTS, unpack, family);                              \
    }                                                                                               \
    SIR_AVX2_INLINE void spread(uint8_t *out, const uint8_t *a, size_t stride, size_t blocks) {     \
        sir_spread_q8_256(out, a, stride, blocks, family);                                          \
    }                                                                                               \
    SIR_AVX2_INLINE __m128 four_rows(const uint8_t *const rows[4], const uint8_t *a, size_t blocks, \
                                     size_t ahead) {                                                \
        sir_block_256_avx2 block = {header_avx2, block_avx2};                                       \
        return sir_four_rows_q8_256(rows, a, blocks, ahead, shape, block, family);                  \
    }                                                                                               \
    SIR_DEFINE_MATMULS(name, sizeof(sir_q8_256), SIR_ONCE_256)

#endif
#endif
