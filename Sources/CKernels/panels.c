// Rows to panels and back: a permutation of bytes, made once when a model is packed.
// It knows places only; what a block means is its format's affair.

#include "formats/layout.h"

bool sir_has_panels(const sir_format *format, size_t rows, size_t columns) {
    const sir_block_shape *shape = format->shape;
    if (!shape || rows % SIR_PANEL_ROWS != 0 || columns % shape->columns != 0) return false;
    // Else the words would begin in the middle of 64 bytes, and every load of them would touch two cache lines.
    return sir_panel_halves(*shape, columns / shape->columns) % 64 == 0;
}

/// Copies 16 rows into a panel, or a panel into 16 rows. Whole words of 16 rows at a time: either side is read or
/// written in order.
SIR_INLINE void permute(sir_block_shape shape, uint8_t *rows, uint8_t *panel, size_t row_bytes, bool pack) {
    size_t blocks = row_bytes / shape.block_bytes;
    uint8_t *halves = panel, *words = panel + sir_panel_halves(shape, blocks);
    for (size_t b = 0; b < blocks; b++, rows += shape.block_bytes) {
        for (size_t i = 0; i < shape.halves; i++, halves += 32) {
            for (size_t r = 0; r < SIR_PANEL_ROWS; r++) {
                uint8_t *half = rows + r * row_bytes + shape.halves_at + 2 * i;
                memcpy(pack ? halves + 2 * r : half, pack ? half : halves + 2 * r, 2);
            }
        }
        for (size_t i = 0; i < shape.words; i++, words += 64) {
            for (size_t r = 0; r < SIR_PANEL_ROWS; r++) {
                uint8_t *word = rows + r * row_bytes + shape.words_at + 4 * i;
                memcpy(pack ? words + 4 * r : word, pack ? word : words + 4 * r, 4);
            }
        }
    }
}

void sir_pack(const sir_format *format, const void *rows, void *panels, size_t count, size_t columns) {
    size_t row_bytes = columns / format->block_elements * format->block_bytes;
    for (size_t at = 0; at < count * row_bytes; at += SIR_PANEL_ROWS * row_bytes) {
        // Only the panel is written.
        permute(*format->shape, (uint8_t *)rows + at, (uint8_t *)panels + at, row_bytes, true);
    }
}

void sir_unpack(const sir_format *format, const void *panels, void *rows, size_t count, size_t columns) {
    size_t row_bytes = columns / format->block_elements * format->block_bytes;
    for (size_t at = 0; at < count * row_bytes; at += SIR_PANEL_ROWS * row_bytes) {
        // Only the rows are written.
        permute(*format->shape, (uint8_t *)rows + at, (uint8_t *)panels + at, row_bytes, false);
    }
}

void sir_decode_panel_row(const sir_format *format, const void *panels, size_t row, float *out, size_t columns) {
    size_t row_bytes = columns / format->block_elements * format->block_bytes;
    uint8_t block[SIR_LARGEST_BLOCK];
    for (size_t b = 0; b < columns / format->block_elements; b++, out += format->block_elements) {
        sir_block(panels, row_bytes, SIR_PANELS, *format->shape, row, b, block);
        format->decode(block, out, format->block_elements);
    }
}
