// Attention for AVX2 and AVX512. Both products of attention, queries with keys and weights with values,
// are one: rows of floats times panels, 16 wide (sir_kv_block_bytes). Definition: CKernels.h.
//
// One row of queries is one query head of one token. With one or two tiles of rows, as in decoding, keys
// and values are converted on their way into the product; with more, as in a prompt, a panel is first
// converted into scratch that stays in the innermost cache while all rows use it.

#include "attention.h"

#if SIR_X86

/// c[r][16 p + i] = sum over k of a[r][k] * b[p][k][i], or that on top of what c holds, k in order.
typedef void (*tile_fn)(const float *a, size_t a_stride, const uint8_t *b, size_t panel_bytes, size_t count,
                        float *c, size_t c_stride, bool fresh, const uint8_t *next);

enum { TILE_ROWS = 6, TILE_WIDTHS = 3, DIRECT_TILES = 2 };

/// Tiles by element type, rows - 1 and log2 of panels: null where registers do not suffice.
typedef struct tile_table {
    tile_fn tile[2][TILE_ROWS][TILE_WIDTHS];
} tile_table;

#define LANES 8
#include "attention_tile.h"
#undef LANES
#define LANES 16
#include "attention_tile.h"
#undef LANES

#define TILE(isa, ISA, lanes, R, P, name, TYPE)                                                           \
    static ISA void name##_##R##x##P##_##isa(const float *a, size_t a_stride, const uint8_t *b,           \
                                             size_t panel_bytes, size_t count, float *c, size_t c_stride, \
                                             bool fresh, const uint8_t *next) {                           \
        lanes(a, a_stride, b, panel_bytes, count, c, c_stride, fresh, next, R, P, TYPE);                  \
    }
#define TILES(isa, ISA, lanes, R, P)             \
    TILE(isa, ISA, lanes, R, P, f32, SIR_KV_F32) \
    TILE(isa, ISA, lanes, R, P, f16, SIR_KV_F16)

// 16 registers: at most 12 sums, and where there are fewer rows than 4, more panels, so that the latency of
// a multiply-add is hidden.
#define AVX2_TILE(R, P) TILES(avx2, SIR_AVX2, multiply_tile_8, R, P)
AVX2_TILE(1, 1) AVX2_TILE(1, 2) AVX2_TILE(1, 4)
AVX2_TILE(2, 1) AVX2_TILE(2, 2)
AVX2_TILE(3, 1) AVX2_TILE(3, 2)
AVX2_TILE(4, 1) AVX2_TILE(5, 1) AVX2_TILE(6, 1)

#define AVX2_TILES(type)                                                           \
    {                                                                              \
        {type##_1x1_avx2, type##_1x2_avx2, type##_1x4_avx2},                       \
        {type##_2x1_avx2, type##_2x2_avx2}, {type##_3x1_avx2, type##_3x2_avx2},    \
        {type##_4x1_avx2}, {type##_5x1_avx2}, {type##_6x1_avx2},                   \
    }
static const tile_table avx2_tiles = {{AVX2_TILES(f32), AVX2_TILES(f16)}};

// 32 registers, and one of them holds what AVX2 needs two for.
#define AVX512_ROW(R)                                 \
    TILES(avx512, SIR_AVX512, multiply_tile_16, R, 1) \
    TILES(avx512, SIR_AVX512, multiply_tile_16, R, 2) \
    TILES(avx512, SIR_AVX512, multiply_tile_16, R, 4)
AVX512_ROW(1) AVX512_ROW(2) AVX512_ROW(3) AVX512_ROW(4) AVX512_ROW(5) AVX512_ROW(6)

#define AVX512_TILE_ROW(type, R) {type##_##R##x1_avx512, type##_##R##x2_avx512, type##_##R##x4_avx512}
#define AVX512_TILES(type)                                                                           \
    {                                                                                                \
        AVX512_TILE_ROW(type, 1), AVX512_TILE_ROW(type, 2), AVX512_TILE_ROW(type, 3),                \
        AVX512_TILE_ROW(type, 4), AVX512_TILE_ROW(type, 5), AVX512_TILE_ROW(type, 6),                \
    }
static const tile_table avx512_tiles = {{AVX512_TILES(f32), AVX512_TILES(f16)}};

// MARK: A chunk

/// Floats from one row's scores to the next: not a power of two, so that rows do not share cache sets.
enum { SCORE_STRIDE = SIR_ATTENTION_CHUNK + 16 };

typedef struct chunk_work {
    const sir_attention *a;
    const tile_table *tiles;
    size_t start;      // the chunk's first position
    sir_range range;   // positions that any token attends to, within the chunk
    size_t rows;       // tokens * group
    size_t tile_rows;  // of the tiles into which rows are cut; the last may have fewer
    size_t widths;     // log2 of a tile's panels + 1
    bool converts;     // panels to floats, before they are multiplied
    float *queries;    // [rows][head_dim]
    float *scores;     // [rows][SCORE_STRIDE], then weights
    float *panels;     // up to four, converted
    float *partials;   // [rows][partial size]
} chunk_work;

/// How wide the next step is, as log2, when `panels` are left.
SIR_INLINE size_t step_width(const chunk_work *w, size_t panels) {
    size_t width = w->widths - 1;
    while ((size_t)1 << width > panels) width--;
    return width;
}

SIR_INLINE tile_fn tile_of(const chunk_work *w, size_t rows, size_t width) {
    sir_kv_type type = w->converts ? SIR_KV_F32 : w->a->type;
    return w->tiles->tile[type][rows - 1][width];
}

/// `count` halves, a multiple of 16, to floats.
static SIR_AVX2 void convert(const uint8_t *halves, float *out, size_t count) {
    for (size_t i = 0; i < count; i += 16) {
        *(floats16 *)(out + i) =
            __builtin_convertvector(*(const halves16 *)(halves + 2 * i), floats16);
    }
}

static size_t values_offset(const sir_attention *a) {
    return SIR_KV_PAGE * a->head_dim * sir_kv_element(a->type);
}

/// Where to go on when the keys (`offset` 0) or values (`values_offset`) of a page are done: with those of
/// the next page, or from keys to values, or with the next chunk's keys.
static const uint8_t *after_page(const chunk_work *w, size_t page, size_t offset) {
    const sir_attention *a = w->a;
    if ((page + 1) * SIR_KV_PAGE < w->range.end) return a->pages[page + 1] + a->block + offset;
    if (offset == 0) return a->pages[w->range.first / SIR_KV_PAGE] + a->block + values_offset(a);
    bool is_last = (page + 1) * SIR_KV_PAGE >= sir_attended(a, a->tokens - 1).end;
    return a->pages[is_last ? page : page + 1] + a->block;
}

/// Scores, not yet scaled, at the positions of one page.
static SIR_AVX2 void score_page(const chunk_work *w, size_t page) {
    const sir_attention *a = w->a;
    size_t dim = a->head_dim, panel_bytes = SIR_KV_PANEL * dim * sir_kv_element(a->type);
    size_t page_panel = page * SIR_KV_PAGE / SIR_KV_PANEL;
    size_t panel = sir_most(w->range.first / SIR_KV_PANEL, page_panel);
    size_t end = sir_least((w->range.end + SIR_KV_PANEL - 1) / SIR_KV_PANEL,
                           page_panel + SIR_KV_PAGE / SIR_KV_PANEL);
    for (size_t width; panel < end; panel += (size_t)1 << width) {
        width = step_width(w, end - panel);
        const uint8_t *keys = a->pages[page] + a->block + (panel - page_panel) * panel_bytes;
        const uint8_t *next = keys + (panel_bytes << width);
        size_t bytes = panel_bytes;
        if (panel + ((size_t)1 << width) >= end) next = after_page(w, page, 0);
        if (w->converts) {
            convert(keys, w->panels, (SIR_KV_PANEL * dim) << width);
            keys = (const uint8_t *)w->panels;
            bytes = SIR_KV_PANEL * dim * sizeof(float);
        }
        size_t position = panel * SIR_KV_PANEL;
        for (size_t r = 0; r < w->rows; r += w->tile_rows) {
            size_t rows = sir_least(w->tile_rows, w->rows - r);
            // Later tokens see later positions: beyond the last row's end nobody looks.
            if (sir_attended(a, (r + rows - 1) / a->group).end <= position) continue;
            if (sir_attended(a, r / a->group).first >= position + ((size_t)SIR_KV_PANEL << width)) continue;
            tile_of(w, rows, width)(w->queries + r * dim, dim, keys, bytes, dim,
                                    w->scores + r * SCORE_STRIDE + (position - w->start), SCORE_STRIDE, true,
                                    next);
        }
    }
}

/// Turns the scores at `range` of a row, relative to the chunk, into weights.
static SIR_AVX2 void weigh(float *scores, sir_range range, float scale, float *max, float *total) {
    size_t from = range.first / 16 * 16, end = (range.end + 15) / 16 * 16;
    // Minus infinity, whose weight is zero.
    for (size_t i = from; i < range.first; i++) scores[i] = -INFINITY;
    for (size_t i = range.end; i < end; i++) scores[i] = -INFINITY;
    // The order of a maximum matters for NaN alone, and one NaN makes the total NaN.
    __m256 scales = _mm256_set1_ps(scale), low = _mm256_set1_ps(-INFINITY), high = low;
    for (size_t i = from; i < end; i += 16) {
        low = _mm256_max_ps(_mm256_mul_ps(_mm256_loadu_ps(scores + i), scales), low);
        high = _mm256_max_ps(_mm256_mul_ps(_mm256_loadu_ps(scores + i + 8), scales), high);
    }
    float lanes[8], largest = -INFINITY;
    _mm256_storeu_ps(lanes, _mm256_max_ps(low, high));
    for (int i = 0; i < 8; i++) largest = largest > lanes[i] ? largest : lanes[i];
    __m256 shift = _mm256_set1_ps(sir_softmax_shift(largest));
    low = high = _mm256_setzero_ps();
    for (size_t i = from; i < end; i += 16) {
        __m256 x = _mm256_mul_ps(_mm256_loadu_ps(scores + i), scales);
        __m256 y = _mm256_mul_ps(_mm256_loadu_ps(scores + i + 8), scales);
        x = sir_exp_avx2(_mm256_sub_ps(x, shift));
        y = sir_exp_avx2(_mm256_sub_ps(y, shift));
        low = _mm256_add_ps(low, x);
        high = _mm256_add_ps(high, y);
        _mm256_storeu_ps(scores + i, x);
        _mm256_storeu_ps(scores + i + 8, y);
    }
    *max = largest;
    *total = sir_sum8_avx2(_mm256_add_ps(low, high));
}

/// Panels of values of one page, ready to be multiplied.
typedef struct value_panels {
    const uint8_t *rows;  // of position `first` on
    size_t first, bytes, row_bytes;
    size_t element;       // the panels' first element of head_dim
    size_t width;
    const uint8_t *next;  // panels
} value_panels;

/// Adds the values of `positions` to `rows` rows from `r` on.
static SIR_AVX2 void sum_rows(const chunk_work *w, const value_panels *v, size_t r, size_t rows,
                              sir_range positions) {
    if (positions.first >= positions.end) return;
    size_t size = sir_attention_partial(w->a->head_dim);
    tile_of(w, rows, v->width)(w->scores + r * SCORE_STRIDE + (positions.first - w->start), SCORE_STRIDE,
                               v->rows + (positions.first - v->first) * v->row_bytes, v->bytes,
                               positions.end - positions.first, w->partials + r * size + v->element, size,
                               false, v->next);
}

/// Adds the weighted values of one page.
static SIR_AVX2 void sum_page(const chunk_work *w, size_t page) {
    const sir_attention *a = w->a;
    size_t element = sir_kv_element(a->type), row_bytes = SIR_KV_PANEL * element;
    size_t panels = sir_padded(a->head_dim) / SIR_KV_PANEL, base = page * SIR_KV_PAGE;
    size_t from = sir_most(w->range.first, base), end = sir_least(w->range.end, base + SIR_KV_PAGE);
    const uint8_t *values = a->pages[page] + a->block + values_offset(a) + (from - base) * row_bytes;
    for (size_t panel = 0, width; panel < panels; panel += (size_t)1 << width) {
        width = step_width(w, panels - panel);
        value_panels v = {values + panel * SIR_KV_PAGE * row_bytes, from, SIR_KV_PAGE * row_bytes,
                          row_bytes, panel * SIR_KV_PANEL, width, NULL};
        v.next = v.rows + (v.bytes << width);
        if (panel + ((size_t)1 << width) >= panels) v.next = after_page(w, page, values_offset(a));
        if (w->converts) {
            for (size_t i = 0; i < (size_t)1 << width; i++) {
                convert(v.rows + i * v.bytes, w->panels + i * SIR_KV_PAGE * SIR_KV_PANEL,
                        (end - from) * SIR_KV_PANEL);
            }
            v.rows = (const uint8_t *)w->panels;
            v.row_bytes = SIR_KV_PANEL * sizeof(float);
            v.bytes = SIR_KV_PAGE * v.row_bytes;
        }
        for (size_t r = 0; r < w->rows; r += w->tile_rows) {
            size_t rows = sir_least(w->tile_rows, w->rows - r);
            sir_range first = sir_attended_within(a, r / a->group, from, end);
            sir_range last = sir_attended_within(a, (r + rows - 1) / a->group, from, end);
            sir_range shared = {last.first, first.end};
            if (first.first == last.first && first.end == last.end) {
                sum_rows(w, &v, r, rows, shared);
                continue;
            }
            // A few positions at the ends are not every row's: row by row, so that a weight that a row does
            // not have never meets a value, and so no NaN of the future.
            if (shared.end < shared.first) shared.end = shared.first;
            for (size_t i = r; i < r + rows; i++) {
                sir_range own = sir_attended_within(a, i / a->group, from, end);
                sum_rows(w, &v, i, 1, (sir_range){own.first, sir_least(own.end, shared.first)});
            }
            sum_rows(w, &v, r, rows, shared);
            for (size_t i = r; i < r + rows; i++) {
                sir_range own = sir_attended_within(a, i / a->group, from, end);
                sum_rows(w, &v, i, 1, (sir_range){sir_most(own.first, shared.end), own.end});
            }
        }
    }
}

static SIR_AVX2 void attend_chunk(const sir_attention *a, size_t chunk, float *partials, float *scratch,
                                  const tile_table *tiles) {
    chunk_work w = {.a = a, .tiles = tiles, .start = chunk * SIR_ATTENTION_CHUNK, .partials = partials};
    size_t dim = a->head_dim, padded = sir_padded(dim), size = sir_attention_partial(dim);
    size_t chunk_end = w.start + SIR_ATTENTION_CHUNK;
    w.range.first = sir_most(w.start, sir_attended(a, 0).first);
    w.range.end = sir_least(chunk_end, sir_attended(a, a->tokens - 1).end);
    w.rows = a->tokens * a->group;
    size_t tile_count = (w.rows + TILE_ROWS - 1) / TILE_ROWS;
    w.tile_rows = (w.rows + tile_count - 1) / tile_count;
    w.converts = a->type == SIR_KV_F16 && tile_count > DIRECT_TILES;
    while (w.widths < TILE_WIDTHS && tiles->tile[0][w.tile_rows - 1][w.widths]) w.widths++;
    w.queries = scratch;
    w.scores = w.queries + w.rows * padded;
    w.panels = w.scores + w.rows * SCORE_STRIDE;
    for (size_t t = 0; t < a->tokens; t++) {
        memcpy(w.queries + t * a->group * dim, a->q + t * a->q_stride, a->group * dim * sizeof(float));
    }
    size_t first_page = w.range.first / SIR_KV_PAGE, last_page = (w.range.end - 1) / SIR_KV_PAGE;
    for (size_t page = first_page; page <= last_page; page++) score_page(&w, page);
    for (size_t row = 0; row < w.rows; row++) {
        sir_range own = sir_attended_within(a, row / a->group, w.start, chunk_end);
        if (own.first == own.end) continue;
        float *partial = partials + row * size;
        memset(partial, 0, padded * sizeof(float));
        weigh(w.scores + row * SCORE_STRIDE, (sir_range){own.first - w.start, own.end - w.start}, a->scale,
              partial + padded, partial + padded + 1);
    }
    for (size_t page = first_page; page <= last_page; page++) sum_page(&w, page);
}

void SIR_AVX2 sir_attention_chunk_avx2(const sir_attention *a, size_t chunk, float *partials,
                                       float *scratch) {
    attend_chunk(a, chunk, partials, scratch, &avx2_tiles);
}

void SIR_AVX2 sir_attention_avx2(const sir_attention *a, float *scratch) {
    sir_attend(a, scratch, sir_attention_chunk_avx2);
}

void SIR_AVX2 sir_attention_merge_avx2(const sir_attention *a, float *partials) {
    sir_attention_merge(a, partials);
}

void SIR_AVX2 sir_attention_chunk_avx512(const sir_attention *a, size_t chunk, float *partials,
                                         float *scratch) {
    attend_chunk(a, chunk, partials, scratch, &avx512_tiles);
}

void SIR_AVX2 sir_attention_avx512(const sir_attention *a, float *scratch) {
    sir_attend(a, scratch, sir_attention_chunk_avx512);
}

#endif
