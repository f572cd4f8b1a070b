// Products of panels with tokens: which stretches of columns, rows and tokens are taken in which order.
// It knows where a block keeps its halves and its words (layout.h), and nothing of what they mean.
//
// File layout has a row's blocks one after the other; a product along a row then ends in sums across a vector. In a
// panel each row has its own lane, so nothing is ever summed across. Weights that were packed lie in panels. Others
// are turned here, a stretch of columns at a time, into memory that stays in the cache, and used for all tokens there.
// That costs about as much as the product with one token, so one token goes without: rows.h.

#ifndef SIROCCO_PANEL_H
#define SIROCCO_PANEL_H

#include "../vector.h"
#include "formats.h"

enum {
    /// Columns of a stretch for four tokens and more. Their activations, spread, fill two thirds of a 32 KiB L1.
    SIR_STRETCH = 512,
    /// Four tokens' activations of a stretch, spread: 64 bytes of values and 8 to 16 of sums for each four columns.
    SIR_SPREAD_BYTES = SIR_STRETCH * 4 * (8 + 2),
    /// Panels made on the stack: of one stretch for a few tokens, where they stay in L1, and for more, in L2.
    SIR_TURNED_L1 = 16 * 1024,
    SIR_TURNED_L2 = 64 * 1024,
    /// Tokens from which on weights are not taken as one stream.
    SIR_MANY_TOKENS = 8,
    /// What is taken of a stream at a time where tiles walk through it more than once.
    SIR_PIECE = 8 * 1024,
    /// How far ahead of a tile that walks once a stream is asked for: some blocks of 32 columns, or the next of 256.
    SIR_AHEAD_32 = 2048,
    SIR_AHEAD_256 = 4096,
};

#if SIR_X86

#define SIR_UNROLL _Pragma("clang loop unroll(full)")

/// What a tile multiplies with tokens: `blocks` blocks of a panel. What lies `ahead` bytes behind each is wanted soon;
/// 0: nothing is.
typedef struct sir_stretch {
    const uint8_t *halves, *words;
    size_t blocks, ahead;
} sir_stretch;

#define SIR_TILE_PARAMETERS                                                                                    \
    sir_stretch panel, const uint8_t *a, size_t activation_bytes, const uint8_t *spread, float *out,           \
        size_t out_stride, bool first
#define SIR_TILE_ARGUMENTS panel, a, activation_bytes, spread, out, out_stride, first

/// The product of a panel with `T` tokens, added to what `out` holds unless it is the `first` stretch. `spread`: the
/// tokens' activations as `sir_spread_fn` made them, or null.
typedef void (*sir_tile_fn)(int T, SIR_TILE_PARAMETERS);

/// Writes the activations of four tokens, `blocks` blocks of them, out for every lane. A product then takes its operand
/// from memory: no loads of its own. Null for formats that would not gain.
typedef void (*sir_spread_fn)(uint8_t *out, const uint8_t *a, size_t activation_bytes, size_t blocks);

/// Turns 16 x 4 words: word w of row r goes to out + 64 w + 4 r.
SIR_AVX2_INLINE void sir_turn_words(const uint8_t *const rows[16], size_t at, uint8_t *out) {
    SIR_UNROLL for (int h = 0; h < 2; h++) {
        __m256i x[4];
        SIR_UNROLL for (int i = 0; i < 4; i++) {
            __m128i low = _mm_loadu_si128((const void *)(rows[8 * h + i] + at));
            __m128i high = _mm_loadu_si128((const void *)(rows[8 * h + 4 + i] + at));
            x[i] = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
        }
        __m256i a = _mm256_unpacklo_epi32(x[0], x[1]), b = _mm256_unpackhi_epi32(x[0], x[1]);
        __m256i c = _mm256_unpacklo_epi32(x[2], x[3]), d = _mm256_unpackhi_epi32(x[2], x[3]);
        _mm256_store_si256((void *)(out + 32 * h), _mm256_unpacklo_epi64(a, c));
        _mm256_store_si256((void *)(out + 64 + 32 * h), _mm256_unpackhi_epi64(a, c));
        _mm256_store_si256((void *)(out + 128 + 32 * h), _mm256_unpacklo_epi64(b, d));
        _mm256_store_si256((void *)(out + 192 + 32 * h), _mm256_unpackhi_epi64(b, d));
    }
}

/// Turns one half of each of 16 rows.
SIR_AVX2_INLINE void sir_turn_halves(const uint8_t *const rows[16], size_t at, uint8_t *out) {
    SIR_UNROLL for (int h = 0; h < 2; h++) {
        __m128i x = _mm_cvtsi32_si128(sir_load16(rows[8 * h] + at));
        x = _mm_insert_epi16(x, sir_load16(rows[8 * h + 1] + at), 1);
        x = _mm_insert_epi16(x, sir_load16(rows[8 * h + 2] + at), 2);
        x = _mm_insert_epi16(x, sir_load16(rows[8 * h + 3] + at), 3);
        x = _mm_insert_epi16(x, sir_load16(rows[8 * h + 4] + at), 4);
        x = _mm_insert_epi16(x, sir_load16(rows[8 * h + 5] + at), 5);
        x = _mm_insert_epi16(x, sir_load16(rows[8 * h + 6] + at), 6);
        x = _mm_insert_epi16(x, sir_load16(rows[8 * h + 7] + at), 7);
        _mm_store_si128((void *)(out + 16 * h), x);
    }
}

/// Asks for the cache lines of `bytes` bytes, to stay in L2. Addresses past the weights do no harm.
SIR_AVX2_INLINE void sir_ask(const uint8_t *at, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 64) _mm_prefetch((const char *)at + i, _MM_HINT_T1);
}

/// Asks for what lies `panel.ahead` bytes behind `count` words of a panel. A tile that walks through the panel once for
/// each half, `start`, asks for every other word each time.
SIR_AVX2_INLINE void sir_ask_ahead(sir_stretch panel, const uint8_t *words, size_t count, int start,
                                   int halves_at_once) {
    if (!panel.ahead) return;
    size_t step = halves_at_once == 2 ? 1 : 2;
    SIR_UNROLL for (size_t i = 0; i < (count + step - 1) / step; i++) {
        _mm_prefetch((const char *)words + panel.ahead + 64 * (i * step + (size_t)start), _MM_HINT_T0);
    }
}

/// sum += x, here and now. Left to itself the compiler adds products in pairs first, which takes more registers than
/// there are: with four tokens it then takes a quarter longer.
SIR_AVX2_INLINE void sir_add16(__m256i *sum, __m256i x) {
    *sum = _mm256_add_epi16(*sum, x);
    __asm__("" : "+x"(*sum));
}

SIR_AVX2_INLINE void sir_add32(__m256i *sum, __m256i x) {
    *sum = _mm256_add_epi32(*sum, x);
    __asm__("" : "+x"(*sum));
}

/// A tile's sums: `halves` halves of a panel, 8 rows each, by `T` tokens. 0 at the first stretch, then what `out` holds.
SIR_AVX2_INLINE void sir_begin_sums(int T, int halves, __m256 sum[2][4], const float *out, size_t out_stride,
                                    bool first) {
    SIR_UNROLL for (int t = 0; t < T; t++) {
        SIR_UNROLL for (int h = 0; h < halves; h++) {
            sum[h][t] = first ? _mm256_setzero_ps() : _mm256_loadu_ps(out + (size_t)t * out_stride + 8 * h);
        }
    }
}

SIR_AVX2_INLINE void sir_end_sums(int T, int halves, const __m256 sum[2][4], float *out, size_t out_stride) {
    SIR_UNROLL for (int t = 0; t < T; t++) {
        SIR_UNROLL for (int h = 0; h < halves; h++) {
            _mm256_storeu_ps(out + (size_t)t * out_stride + 8 * h, sum[h][t]);
        }
    }
}

/// The same of 16 rows in one vector.
SIR_AVX512_INLINE void sir_begin_sums_avx512(int T, __m512 sum[8], const float *out, size_t out_stride, bool first) {
    SIR_UNROLL for (int t = 0; t < T; t++) {
        sum[t] = first ? _mm512_setzero_ps() : _mm512_loadu_ps(out + (size_t)t * out_stride);
    }
}

SIR_AVX512_INLINE void sir_end_sums_avx512(int T, const __m512 sum[8], float *out, size_t out_stride) {
    SIR_UNROLL for (int t = 0; t < T; t++) _mm512_storeu_ps(out + (size_t)t * out_stride, sum[t]);
}

/// Turns `blocks` blocks of 16 rows. The 16 rows behind them are asked for: memory brings them meanwhile.
SIR_AVX2_INLINE void sir_turn_panel(const uint8_t *const rows[16], size_t row_bytes, size_t blocks,
                                    sir_block_shape shape, uint8_t *halves, uint8_t *words) {
    size_t at = 0;
    for (size_t b = 0; b < blocks; b++, at += shape.block_bytes) {
        SIR_UNROLL for (size_t i = 0; i < SIR_PANEL_ROWS; i++) {
            sir_ask(rows[i] + SIR_PANEL_ROWS * row_bytes + at, shape.block_bytes);
        }
        SIR_UNROLL for (size_t i = 0; i < shape.halves; i++, halves += 32) {
            sir_turn_halves(rows, at + shape.halves_at + 2 * i, halves);
        }
        size_t w = 0;
        for (; w + 4 <= shape.words; w += 4) {
            sir_turn_words(rows, at + shape.words_at + 4 * w, words + 64 * w);
        }
        // The last words are turned with some of those before them, once more.
        if (w < shape.words) {
            w = shape.words - 4;
            sir_turn_words(rows, at + shape.words_at + 4 * w, words + 64 * w);
        }
        words += 64 * shape.words;
    }
}

// MARK: Order

/// Panels `stride` bytes apart, of `rows` rows in all: the last may have fewer rows than lanes.
typedef struct sir_panels {
    sir_stretch first;
    size_t stride, rows;
} sir_panels;

/// Defines the product of panels with `T` tokens: `tile` for each. A panel with fewer rows than lanes goes through memory
/// for all lanes, a token at a time.
#define SIR_DEFINE_PANELS_BY_TILE(isa, ATTRIBUTES)                                                               \
    static inline ATTRIBUTES __attribute__((always_inline, unused)) void sir_panels_by_tile_##isa(               \
        int T, sir_panels panels, const uint8_t *a, size_t activation_bytes, const uint8_t *spread, float *out,  \
        size_t out_stride, bool first, sir_tile_fn tile) {                                                       \
        sir_stretch panel = panels.first;                                                                        \
        size_t r = 0;                                                                                            \
        for (; panels.rows - r >= SIR_PANEL_ROWS; r += SIR_PANEL_ROWS) {                                         \
            tile(T, panel, a, activation_bytes, spread, out + r, out_stride, first);                             \
            panel.halves += panels.stride, panel.words += panels.stride;                                         \
        }                                                                                                        \
        for (int t = 0; r < panels.rows && t < T; t++) {                                                         \
            float lanes[SIR_PANEL_ROWS] = {0}, *row = out + (size_t)t * out_stride + r;                          \
            memcpy(lanes, row, (panels.rows - r) * sizeof(float));                                               \
            tile(1, panel, a + (size_t)t * activation_bytes, 0, NULL, lanes, SIR_PANEL_ROWS, first);             \
            memcpy(row, lanes, (panels.rows - r) * sizeof(float));                                               \
        }                                                                                                        \
    }

SIR_DEFINE_PANELS_BY_TILE(avx2, SIR_AVX2)
SIR_DEFINE_PANELS_BY_TILE(avx512, SIR_AVX512)

#define SIR_TILES(isa, T, spread)                                                                                \
    (sir_panels_by_tile_##isa(T, panels, a + t * activation_bytes, activation_bytes, spread,                     \
                              out + t * out_stride, out_stride, first, tile),                                    \
     t += (T), panels.first.ahead = 0)

/// Panels by tokens, as many tokens at a time as there are registers for. Only the first ask for what lies ahead.
SIR_AVX2_INLINE void sir_panels_by_tokens_avx2(sir_panels panels, size_t tokens, const uint8_t *a,
                                               size_t activation_bytes, float *out, size_t out_stride, bool first,
                                               sir_tile_fn tile, sir_spread_fn spread) {
    _Alignas(64) uint8_t memory[SIR_SPREAD_BYTES];
    size_t t = 0;
    while (tokens - t >= 4) {
        if (spread) spread(memory, a + t * activation_bytes, activation_bytes, panels.first.blocks);
        SIR_TILES(avx2, 4, spread ? memory : NULL);
    }
    if (tokens - t == 3) SIR_TILES(avx2, 3, NULL);
    if (tokens - t == 2) SIR_TILES(avx2, 2, NULL);
    if (tokens - t == 1) SIR_TILES(avx2, 1, NULL);
}

/// The same; an operand that is the same in all lanes costs AVX512 nothing, so there is nothing to spread.
SIR_AVX512_INLINE void sir_panels_by_tokens_avx512(sir_panels panels, size_t tokens, const uint8_t *a,
                                                   size_t activation_bytes, float *out, size_t out_stride,
                                                   bool first, sir_tile_fn tile, sir_spread_fn spread) {
    (void)spread;
    size_t t = 0;
    while (tokens - t >= 8) SIR_TILES(avx512, 8, NULL);
    if (tokens - t >= 4) SIR_TILES(avx512, 4, NULL);
    if (tokens - t >= 2) SIR_TILES(avx512, 2, NULL);
    if (tokens - t == 1) SIR_TILES(avx512, 1, NULL);
}
#undef SIR_TILES

/// At most `most` blocks at a time, of `blocks`, in pieces as even as they go: 18 are 9 and 9, not 16 and 2.
SIR_INLINE size_t sir_even_pieces(size_t blocks, size_t most) {
    size_t pieces = (blocks + most - 1) / most;
    return (blocks + pieces - 1) / pieces;
}

/// Defines the two matmuls of one instruction set by panels: those that lie ready, and those made of rows.
///
/// Few tokens wait for memory: they take panels as one stream, from first byte to last, each piece of it for all tokens
/// while it is in L1. (Up to `once` tokens, which a tile takes in one walk, need no pieces.) Many tokens take panels by
/// stretches of columns, all panels of a stretch with four tokens (eight), and then with the next four: activations are
/// spread once for many panels, which come from L2.
#define SIR_DEFINE_PANELS(isa, ATTRIBUTES)                                                                       \
    static inline ATTRIBUTES __attribute__((always_inline, unused)) void sir_matmul_packed_##isa(                \
        SIR_MATMUL_PARAMETERS, sir_block_shape shape, size_t activation_block, size_t once, sir_tile_fn tile,    \
        sir_spread_fn spread) {                                                                                  \
        bool few = tokens < SIR_MANY_TOKENS;                                                                     \
        size_t blocks = columns / shape.columns, own = few ? SIR_PANEL_ROWS : rows;                              \
        size_t most = few ? SIR_PIECE / (SIR_PANEL_ROWS * shape.block_bytes) : SIR_STRETCH / shape.columns;      \
        most = sir_even_pieces(blocks, most);                                                                    \
        size_t stride = SIR_PANEL_ROWS * row_bytes, ahead = few ? most * shape.words * 64 : stride;              \
        if (tokens <= once) most = blocks, ahead = shape.columns == 32 ? SIR_AHEAD_32 : SIR_AHEAD_256;           \
        for (size_t r = 0; r < rows; r += own) {                                                                 \
            const uint8_t *halves = (const uint8_t *)weights + r * row_bytes;                                    \
            const uint8_t *words = halves + sir_panel_halves(shape, blocks);                                     \
            for (size_t b = 0; b < blocks; b += most) {                                                          \
                sir_stretch first = {halves + sir_panel_halves(shape, b), words + b * shape.words * 64,          \
                                     blocks - b < most ? blocks - b : most, ahead};                              \
                sir_panels panels = {first, stride, own};                                                        \
                sir_panels_by_tokens_##isa(panels, tokens, (const uint8_t *)activations + b * activation_block,  \
                                           activation_bytes, out + r, out_stride, b == 0, tile,                  \
                                           few ? NULL : spread);                                                 \
            }                                                                                                    \
        }                                                                                                        \
    }                                                                                                            \
    static inline ATTRIBUTES __attribute__((always_inline, unused)) void sir_matmul_turned_##isa(                \
        SIR_MATMUL_PARAMETERS, sir_block_shape shape, size_t activation_block, sir_tile_fn tile,                 \
        sir_spread_fn spread) {                                                                                  \
        _Alignas(64) uint8_t memory[SIR_TURNED_L2];                                                              \
        size_t blocks = columns / shape.columns;                                                                 \
        /* Even, so that what follows begins at 64. */                                                           \
        size_t most = (tokens < 4 ? SIR_TURNED_L1 / (SIR_PANEL_ROWS * shape.block_bytes)                         \
                                  : SIR_STRETCH / shape.columns) / 2 * 2;                                        \
        most = (sir_even_pieces(blocks, most) + 1) / 2 * 2;                                                      \
        size_t stride = SIR_PANEL_ROWS * most * shape.block_bytes;                                               \
        size_t group = tokens < 4 ? SIR_PANEL_ROWS : SIR_TURNED_L2 / stride * SIR_PANEL_ROWS;                    \
        for (size_t r = 0; r < rows; r += group) {                                                               \
            size_t own = rows - r < group ? rows - r : group;                                                    \
            for (size_t b = 0; b < blocks; b += most) {                                                          \
                size_t count = blocks - b < most ? blocks - b : most;                                            \
                uint8_t *words = memory + sir_panel_halves(shape, most);                                         \
                for (size_t i = 0; i < own; i += SIR_PANEL_ROWS) {                                               \
                    const uint8_t *sixteen[SIR_PANEL_ROWS];                                                      \
                    for (size_t j = 0; j < SIR_PANEL_ROWS; j++) {                                                \
                        size_t row = r + i + j < rows ? r + i + j : rows - 1;                                    \
                        sixteen[j] = (const uint8_t *)weights + row * row_bytes + b * shape.block_bytes;         \
                    }                                                                                            \
                    size_t place = i / SIR_PANEL_ROWS * stride;                                                  \
                    sir_turn_panel(sixteen, row_bytes, count, shape, memory + place, words + place);             \
                }                                                                                                \
                sir_panels panels = {{memory, words, count, 0}, stride, own};                                    \
                sir_panels_by_tokens_##isa(panels, tokens, (const uint8_t *)activations + b * activation_block,  \
                                           activation_bytes, out + r, out_stride, b == 0, tile, spread);         \
            }                                                                                                    \
        }                                                                                                        \
    }

SIR_DEFINE_PANELS(avx2, SIR_AVX2)
SIR_DEFINE_PANELS(avx512, SIR_AVX512)

/// Defines the matmuls of format `name` for one instruction set: of rows, one token as they are and more by panels that
/// are made of them; and of panels.
#define SIR_DEFINE_MATMULS_OF(isa, ATTRIBUTES, name, activation_block, once)                                     \
    void ATTRIBUTES sir_##name##_matmul_##isa(SIR_MATMUL_PARAMETERS) {                                           \
        if (tokens == 1) {                                                                                       \
            sir_matmul_rows(weights, row_bytes, activations, out, rows, columns / shape.columns, four_rows);     \
        } else {                                                                                                 \
            sir_matmul_turned_##isa(SIR_MATMUL_ARGUMENTS, shape, activation_block, tile_##isa, spread);          \
        }                                                                                                        \
    }                                                                                                            \
    void ATTRIBUTES sir_##name##_panels_##isa(SIR_MATMUL_PARAMETERS) {                                           \
        sir_matmul_packed_##isa(SIR_MATMUL_ARGUMENTS, shape, activation_block, once, tile_##isa, spread);        \
    }

/// Defines the matmuls of format `name`, which defines `shape`, `tile_avx2`, `tile_avx512`, `spread` and `four_rows`.
/// `once`: tokens that a tile of AVX2 takes while it walks through a panel once; one of AVX512 takes 8.
#define SIR_DEFINE_MATMULS(name, activation_block, once)                \
    SIR_DEFINE_MATMULS_OF(avx2, SIR_AVX2, name, activation_block, once) \
    SIR_DEFINE_MATMULS_OF(avx512, SIR_AVX512, name, activation_block, 8)

// MARK: What a format says of its words

/// Reads chunk `i` of a block of a panel, in the function that SIR_PANEL_FUNCTION defines.
#define SIR_CHUNK(i) (*(const vector *)(at + 64 * (i)))

/// Defines one expression over words for both widths: `name`_avx2 for 8 rows and `name`_avx512 for 16.
/// `at`: the words of a block; `k`: a number that is constant once inlined. `vector`: 32-bit lanes.
#define SIR_PANEL_FUNCTION(name, ...)                                                \
    SIR_AVX2_INLINE __m256i name##_avx2(const uint8_t *at, int k) {                  \
        typedef sir_u32x8 vector;                                                    \
        (void)k;                                                                     \
        return (__m256i)(__VA_ARGS__);                                               \
    }                                                                                \
    SIR_AVX512_INLINE __m512i name##_avx512(const uint8_t *at, int k) {              \
        typedef sir_u32x16 vector;                                                   \
        (void)k;                                                                     \
        return sir_from_u32x16(__VA_ARGS__);                                         \
    }

/// Four bytes of a word-wise expression are masked or repeated by one 32-bit constant.
#define SIR_EACH_BYTE(x) ((uint32_t)(x) * 0x01010101u)

#endif
#endif
