// One token: rows as the file has them, four at a time.
// It knows how rows are walked and how lanes become sums; what a row is made of is its family's affair.
//
// One token waits for memory, and turning rows into panels would come on top: two threads read 18 to 23 GB/s so, and
// 10 to 14 with the turning (Zen 3; LOG.md, 2026-11-23). AVX512 machines take this path too: it is no wider than memory.

#ifndef SIROCCO_ROWS_H
#define SIROCCO_ROWS_H

#include "../vector.h"
#include "formats.h"

#if SIR_X86

/// The sums of four rows with one token, for all `blocks` of the rows. `ahead`: where to prefetch.
typedef __m128 (*sir_four_rows_fn)(const uint8_t *const rows[4], const uint8_t *a, size_t blocks, size_t ahead);

/// The sums of each of four vectors of 32-bit integers.
SIR_AVX2_INLINE __m128i sir_isum8x4(const __m256i lanes[4]) {
    __m256i sums = _mm256_hadd_epi32(_mm256_hadd_epi32(lanes[0], lanes[1]), _mm256_hadd_epi32(lanes[2], lanes[3]));
    return _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
}

/// Four halves, `at` bytes into each row, as floats.
SIR_AVX2_INLINE __m128 sir_four_halves(const uint8_t *const rows[4], size_t at) {
    __m128i halves = _mm_cvtsi32_si128(sir_load16(rows[0] + at));
    halves = _mm_insert_epi16(halves, sir_load16(rows[1] + at), 1);
    halves = _mm_insert_epi16(halves, sir_load16(rows[2] + at), 2);
    return _mm_cvtph_ps(_mm_insert_epi16(halves, sir_load16(rows[3] + at), 3));
}

SIR_AVX2_INLINE void sir_matmul_rows(const void *weights, size_t row_bytes, const void *activations, float *out,
                                     size_t rows, size_t blocks, sir_four_rows_fn sums) {
    size_t ahead = sir_prefetch_distance(row_bytes);
    for (size_t r = 0; r < rows; r += 4) {
        const uint8_t *four[4];
        size_t valid = sir_four_rows(weights, row_bytes, r, rows, four);
        sir_store_up_to_4(out + r, sums(four, activations, blocks, ahead), valid);
    }
}

#endif
#endif
