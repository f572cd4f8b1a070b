// Where a block lies: in a row, as files have it, or in a panel of 16 rows.
// It knows a block's halves and words by their place, and nothing of what they mean.
//
// A panel is a permutation of its 16 rows' bytes. A block has half-precision numbers and 32-bit words:
//     halves: for each block, for each of its halves, those of the 16 rows
//     words:  behind all halves; for each block, for each of its words, those of the 16 rows (64 bytes: "a chunk")

#ifndef SIROCCO_LAYOUT_H
#define SIROCCO_LAYOUT_H

#include "../internal.h"

/// How the rows of a matrix lie in memory.
typedef enum sir_layout {
    SIR_ROWS,    // a row's blocks one after the other
    SIR_PANELS,  // 16 rows at a time
} sir_layout;

/// Bytes of the halves of `blocks` blocks of 16 rows.
SIR_INLINE size_t sir_panel_halves(sir_block_shape shape, size_t blocks) { return blocks * shape.halves * 32; }

/// Block `b` of row `r`, in a matrix whose rows have `row_bytes` bytes: where it lies, or put together in `scratch`.
SIR_INLINE const void *sir_block(const void *weights, size_t row_bytes, sir_layout layout, sir_block_shape shape,
                                 size_t r, size_t b, uint8_t *scratch) {
    if (layout == SIR_ROWS) return (const uint8_t *)weights + r * row_bytes + b * shape.block_bytes;
    const uint8_t *panel = (const uint8_t *)weights + r / SIR_PANEL_ROWS * SIR_PANEL_ROWS * row_bytes;
    const uint8_t *halves = panel + b * shape.halves * 32 + r % SIR_PANEL_ROWS * 2;
    const uint8_t *words = panel + sir_panel_halves(shape, row_bytes / shape.block_bytes) +
                           b * shape.words * 64 + r % SIR_PANEL_ROWS * 4;
    for (size_t i = 0; i < shape.halves; i++) memcpy(scratch + shape.halves_at + 2 * i, halves + 32 * i, 2);
    for (size_t i = 0; i < shape.words; i++) memcpy(scratch + shape.words_at + 4 * i, words + 64 * i, 4);
    return scratch;
}

/// Says where blocks of format `name` keep what: for this file as a constant, for others as a variable.
#define SIR_DEFINE_SHAPE(name, ...)                     \
    static const sir_block_shape shape = {__VA_ARGS__}; \
    const sir_block_shape sir_##name##_shape = {__VA_ARGS__};

enum { SIR_LARGEST_BLOCK = 320 };

#endif
