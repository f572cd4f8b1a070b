// Panels: 16 rows of weights, turned so that one vector holds the same four columns of many rows.
// It knows where a block keeps its halves and its words, and nothing of what they mean.
//
// File layout has a row's blocks one after the other; a product along a row then ends in sums across a
// vector. In a panel each row has its own lane, so nothing is ever summed across. The turn is made a stretch
// of columns at a time, into memory that stays in the L1 cache, and used for all tokens there. It costs about
// as much as the product with one token, so one token goes without: rows.h.
//
// A block of a panel has two parts:
//     halves: for each half-precision number of a block, those of the 16 rows
//     words:  for each of the block's other 32-bit words, those of the 16 rows (64 bytes: "a chunk")

#ifndef SIROCCO_PANEL_H
#define SIROCCO_PANEL_H

#include "../vector.h"
#include "formats.h"

enum {
    /// Panel memory on the stack: with a few tokens' activations it stays in a 32 KiB L1.
    SIR_PANEL_BYTES = 16 * 1024,
    /// Activations that are walked through for each panel: half of a 512 KiB L2.
    SIR_ACTIVATION_BYTES = 256 * 1024,
};

#if SIR_X86

#define SIR_TILE_PARAMETERS                                                                              \
    const uint8_t *halves, const uint8_t *words, size_t blocks, const uint8_t *a, size_t activation_bytes, \
        float *out, size_t out_stride, bool first
#define SIR_TILE_ARGUMENTS halves, words, blocks, a, activation_bytes, out, out_stride, first

/// The product of a panel with `T` tokens, added to what `out` holds unless it is the `first` stretch.
typedef void (*sir_tile_fn)(int T, SIR_TILE_PARAMETERS);

/// Turns 16 x 4 words: word w of row r goes to out + 64 w + 4 r.
SIR_AVX2_INLINE void sir_turn_words(const uint8_t *const rows[16], size_t at, uint8_t *out) {
#pragma clang loop unroll(full)
    for (int h = 0; h < 2; h++) {
        __m256i x[4];
#pragma clang loop unroll(full)
        for (int i = 0; i < 4; i++) {
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
#pragma clang loop unroll(full)
    for (int h = 0; h < 2; h++) {
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

// The 16 rows behind a panel are asked for while it is worked on; memory brings them meanwhile. Two to four tokens by
// 1024 columns in DRAM: half as fast again. Blocks of 32 columns are asked for as their neighbours are turned. The K
// formats' are five times as long, too many lines at once: theirs are asked for between tiles, a few rows at a time.
// (The other way around Q4_0 loses 20 %, Q4_K 15 %: LOG.md, 2026-11-23.)

SIR_INLINE bool sir_asks_while_turning(sir_block_shape shape) { return shape.columns == 32; }

SIR_AVX2_INLINE void sir_ask(const uint8_t *at, size_t bytes) {
    for (size_t i = 0; i < bytes; i += 64) _mm_prefetch((const char *)at + i, _MM_HINT_T1);
}

/// The rows behind a panel that are asked for between tiles: `bytes` bytes of each, or none.
typedef struct sir_rows_behind {
    const uint8_t *first;
    size_t row_bytes, bytes;
} sir_rows_behind;

/// Asks for those whose turn it is before tokens `t` ..< `t + T` of `tokens`.
SIR_AVX2_INLINE void sir_ask_behind(const sir_rows_behind *behind, size_t t, size_t T, size_t tokens) {
    if (!behind->bytes) return;
    for (size_t r = SIR_PANEL_ROWS * t / tokens; r < SIR_PANEL_ROWS * (t + T) / tokens; r++) {
        sir_ask(behind->first + r * behind->row_bytes, behind->bytes);
    }
}

/// Turns `blocks` blocks of 16 rows.
SIR_AVX2_INLINE void sir_turn_panel(const uint8_t *const rows[16], size_t row_bytes, size_t blocks,
                                    sir_block_shape shape, uint8_t *halves, uint8_t *words) {
    size_t at = 0;
    for (size_t b = 0; b < blocks; b++, at += shape.block_bytes) {
#pragma clang loop unroll(full)
        for (size_t i = 0; i < SIR_PANEL_ROWS && sir_asks_while_turning(shape); i++) {
            sir_ask(rows[i] + SIR_PANEL_ROWS * row_bytes + at, shape.block_bytes);
        }
#pragma clang loop unroll(full)
        for (size_t i = 0; i < shape.halves; i++, halves += 32) {
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

/// A panel against tokens, `T` at a time at most, as evenly as it goes: four are two and two, not three and one.
SIR_AVX2_INLINE void sir_tiles_avx2(size_t tokens, const sir_rows_behind *behind, sir_tile_fn tile,
                                    SIR_TILE_PARAMETERS) {
    size_t t = 0;
#define TILE(T)                                                                                              \
    (sir_ask_behind(behind, t, T, tokens),                                                                   \
     tile(T, halves, words, blocks, a + t * activation_bytes, activation_bytes, out + t * out_stride,        \
          out_stride, first))
    for (; tokens - t >= 5 || tokens - t == 3; t += 3) TILE(3);
    for (; tokens - t >= 2; t += 2) TILE(2);
    if (t < tokens) TILE(1);
}

SIR_AVX512_INLINE void sir_tiles_avx512(size_t tokens, const sir_rows_behind *behind, sir_tile_fn tile,
                                        SIR_TILE_PARAMETERS) {
    size_t t = 0;
    for (; tokens - t >= 8; t += 8) TILE(8);
    if (tokens - t >= 4) TILE(4), t += 4;
    if (tokens - t >= 2) TILE(2), t += 2;
    if (t < tokens) TILE(1);
#undef TILE
}

/// Defines the matmul of one instruction set: panels by stretches of columns by tokens.
#define SIR_DEFINE_PANELS(isa, ATTRIBUTES)                                                                    \
    static inline ATTRIBUTES __attribute__((always_inline, unused)) void sir_matmul_panels_##isa(             \
        SIR_MATMUL_PARAMETERS, sir_block_shape shape, size_t activation_block, sir_tile_fn tile) {            \
        _Alignas(64) uint8_t memory[SIR_PANEL_BYTES + 64];                                                    \
        size_t blocks = columns / shape.columns, chunk = SIR_PANEL_BYTES / (16 * shape.block_bytes);          \
        /* All of a row's stretches in turn while the activations stay in the cache; else stretch by stretch. */ \
        size_t pass = tokens * activation_bytes <= SIR_ACTIVATION_BYTES ? blocks : chunk;                     \
        for (size_t start = 0; start < blocks; start += pass) {                                               \
            size_t end = blocks - start < pass ? blocks : start + pass;                                       \
            for (size_t r = 0; r < rows; r += SIR_PANEL_ROWS) {                                               \
                const uint8_t *sixteen[SIR_PANEL_ROWS];                                                       \
                for (size_t i = 0; i < SIR_PANEL_ROWS; i++) {                                                 \
                    size_t row = r + i < rows ? r + i : rows - 1;                                             \
                    sixteen[i] = (const uint8_t *)weights + row * row_bytes + start * shape.block_bytes;      \
                }                                                                                             \
                size_t count;                                                                                 \
                for (size_t b = start; b < end; b += count) {                                                 \
                    count = end - b < chunk ? end - b : chunk;                                                \
                    uint8_t *words = memory + (count * shape.halves * 32 + 63) / 64 * 64;                     \
                    sir_rows_behind behind = {sixteen[0] + SIR_PANEL_ROWS * row_bytes, row_bytes,            \
                                              sir_asks_while_turning(shape) ? 0 : count * shape.block_bytes}; \
                    sir_turn_panel(sixteen, row_bytes, count, shape, memory, words);                         \
                    for (size_t i = 0; i < SIR_PANEL_ROWS; i++) sixteen[i] += count * shape.block_bytes;      \
                    const uint8_t *a = (const uint8_t *)activations + b * activation_block;                   \
                    if (rows - r >= SIR_PANEL_ROWS) {                                                         \
                        sir_tiles_##isa(tokens, &behind, tile, memory, words, count, a, activation_bytes,     \
                                        out + r, out_stride, b == 0);                                         \
                    } else {                                                                                  \
                        sir_last_tiles_##isa(tokens, rows - r, tile, memory, words, count, a,                 \
                                             activation_bytes, out + r, out_stride, b == 0);                  \
                    }                                                                                         \
                }                                                                                             \
            }                                                                                                 \
        }                                                                                                     \
    }                                                                                                         \

/// A panel with fewer rows than lanes: one token at a time, through memory for all lanes.
#define SIR_DEFINE_LAST_TILES(isa, ATTRIBUTES)                                                        \
    static inline ATTRIBUTES __attribute__((always_inline, unused)) void sir_last_tiles_##isa(        \
        size_t tokens, size_t valid, sir_tile_fn tile, SIR_TILE_PARAMETERS) {                         \
        for (size_t t = 0; t < tokens; t++, a += activation_bytes, out += out_stride) {               \
            float lanes[SIR_PANEL_ROWS] = {0};                                                        \
            memcpy(lanes, out, valid * sizeof(float));                                                \
            tile(1, halves, words, blocks, a, activation_bytes, lanes, SIR_PANEL_ROWS, first);        \
            memcpy(out, lanes, valid * sizeof(float));                                                \
        }                                                                                             \
    }

SIR_DEFINE_LAST_TILES(avx2, SIR_AVX2)
SIR_DEFINE_LAST_TILES(avx512, SIR_AVX512)
SIR_DEFINE_PANELS(avx2, SIR_AVX2)
SIR_DEFINE_PANELS(avx512, SIR_AVX512)

/// Defines the matmul of one instruction set with panels that lie ready.
#define SIR_DEFINE_PACKED(isa, ATTRIBUTES)                                                                    \
    static inline ATTRIBUTES __attribute__((always_inline, unused)) void sir_matmul_packed_##isa(             \
        SIR_MATMUL_PARAMETERS, sir_block_shape shape, size_t activation_block, sir_tile_fn tile) {            \
        size_t blocks = columns / shape.columns, chunk = SIR_PANEL_BYTES / (16 * shape.block_bytes);          \
        size_t pass = tokens * activation_bytes <= SIR_ACTIVATION_BYTES ? blocks : chunk;                     \
        for (size_t start = 0; start < blocks; start += pass) {                                               \
            size_t end = blocks - start < pass ? blocks : start + pass;                                       \
            for (size_t r = 0; r < rows; r += SIR_PANEL_ROWS) {                                               \
                const uint8_t *halves = (const uint8_t *)weights + r * row_bytes;                             \
                const uint8_t *words = halves + sir_panel_halves(shape, blocks);                              \
                for (size_t b = start; b < end; b += chunk) {                                                 \
                    size_t count = end - b < chunk ? end - b : chunk;                                         \
                    sir_tiles_##isa(tokens, &(sir_rows_behind){0}, tile, halves + b * shape.halves * 32, words + b * shape.words * 64,   \
                              count, (const uint8_t *)activations + b * activation_block, activation_bytes,   \
                              out + r, out_stride, b == 0);                                                   \
                }                                                                                             \
            }                                                                                                 \
        }                                                                                                     \
    }

SIR_DEFINE_PACKED(avx2, SIR_AVX2)
SIR_DEFINE_PACKED(avx512, SIR_AVX512)

/// Defines the matmuls of format `name` for one instruction set: of rows, one token as they are and more by panels that
/// are made of them; and of panels.
#define SIR_DEFINE_MATMULS_OF(isa, ATTRIBUTES, name, shape, activation_block, four_rows)                     \
    void ATTRIBUTES sir_##name##_matmul_##isa(SIR_MATMUL_PARAMETERS) {                                       \
        if (tokens == 1) {                                                                                   \
            sir_matmul_rows(weights, row_bytes, activations, out, rows, columns / shape.columns, four_rows); \
        } else {                                                                                             \
            sir_matmul_panels_##isa(SIR_MATMUL_ARGUMENTS, shape, activation_block, tile_##isa);              \
        }                                                                                                    \
    }                                                                                                        \
    void ATTRIBUTES sir_##name##_panels_##isa(SIR_MATMUL_PARAMETERS) {                                       \
        sir_matmul_packed_##isa(SIR_MATMUL_ARGUMENTS, shape, activation_block, tile_##isa);                  \
    }

/// Defines the matmuls of format `name`, which defines `shape`, `tile_avx2`, `tile_avx512` and `four_rows`.
#define SIR_DEFINE_MATMULS(name, activation_block)                                        \
    SIR_DEFINE_MATMULS_OF(avx2, SIR_AVX2, name, shape, activation_block, four_rows)       \
    SIR_DEFINE_MATMULS_OF(avx512, SIR_AVX512, name, shape, activation_block, four_rows)

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
