// The kernels' one header: block formats, activation formats and the operations of a forward pass.
// It knows memory and arithmetic; it knows nothing of files, models, threads or tokens.
//
// ONE ARITHMETIC. Every instruction set gives bit-identical results: integer parts are exact, and
// each floating-point reduction has one order (documented at its declaration), computed with
// explicit fused multiply-adds and never contracted by the compiler. A result for one (row, token)
// never depends on how many rows or tokens are computed together. Determinism of the engine over
// batch, chunk, threads and machine follows from these two rules. (One thing is left open: which NaN,
// its sign and payload, comes out where one does.)

#ifndef SIROCCO_CKERNELS_H
#define SIROCCO_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: Instruction sets

/// Instruction sets with kernels of their own, worst to best. SCALAR is portable C: the reference.
typedef enum sir_isa {
    SIR_ISA_SCALAR = 0,
    SIR_ISA_AVX2 = 1,       // AVX2 + FMA + F16C
    SIR_ISA_AVX512VNNI = 2, // AVX512 F, BW, VL, VNNI + the above
} sir_isa;
enum { SIR_ISA_COUNT = 3 };

/// Whether this CPU (and operating system) can run kernels of `isa`.
bool sir_isa_available(sir_isa isa);
/// The best available instruction set.
sir_isa sir_isa_best(void);
/// A name for people: "scalar", "AVX2", "AVX512-VNNI".
const char *sir_isa_name(sir_isa isa);

/// CPUs that this process may use: its affinity mask, not all that the machine has. At least 1.
size_t sir_usable_cpus(void);

/// Tells the CPU that the caller spins.
static inline void sir_spin_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("isb" ::: "memory");
#endif
}

// MARK: Activation formats

/// What the right-hand side of a matmul must be converted to before a weight format can use it.
typedef enum sir_activation {
    SIR_ACTIVATION_NONE = 0,   // the format is known by name only: no kernels
    SIR_ACTIVATION_F32 = 1,    // plain float
    SIR_ACTIVATION_Q8_32 = 2,  // sir_q8_32 blocks
    SIR_ACTIVATION_Q8_256 = 3, // sir_q8_256 blocks
} sir_activation;

/// 32 activations: value = scale * q.  scale = max|x| / 127, q = x * (127 / max|x|) rounded to
/// nearest even; all zero when max|x| is below 2^-121, where the quotient would overflow. A NaN or an
/// infinity among the values makes the scale NaN and every q zero, so that it shows in every product.
///
/// A kernel takes four columns at a time, and adds the products of the first two apart from those of the
/// last two. `less[0]` is minus the sum of all q[i] with i % 4 < 2, `less[1]` of the others: what a format
/// whose values have a constant taken off starts its sums with, a multiple of them.
typedef struct sir_q8_32 {
    float scale;
    float scaled_sum; // scale * (float)sum(q)
    int16_t less[2];
    int8_t q[32];
} sir_q8_32;

/// 256 activations with one scale, for the K formats. less[i]: as above, over q[16i ..< 16i + 16].
typedef struct sir_q8_256 {
    float scale;
    int16_t less[16][2];
    int8_t q[256];
} sir_q8_256;

// MARK: Block formats

/// Decodes `count` elements (a multiple of the block size) of packed `blocks` to float.
typedef void (*sir_decode_fn)(const void *blocks, float *out, size_t count);
/// Encodes `count` floats (a multiple of the block size) into packed `blocks`.
typedef void (*sir_encode_fn)(const float *x, void *blocks, size_t count);
/// out[t * out_stride + r] = sum over c of weight[r][c] * activation[t][c], for r < rows, t < tokens.
/// `weights`: rows of `columns` elements, `row_bytes` apart. `activations`: tokens of `columns`
/// elements in the format's activation format, `activation_bytes` apart. `columns` is a multiple of
/// the format's block size (any positive number for F32, F16 and BF16).
typedef void (*sir_matmul_fn)(const void *weights, size_t row_bytes, const void *activations,
                              size_t activation_bytes, float *out, size_t out_stride, size_t rows,
                              size_t tokens, size_t columns);

/// Where a block of `block_bytes` bytes for `columns` elements keeps its halves (one after the other) and its other
/// 32-bit words.
typedef struct sir_block_shape {
    size_t columns, block_bytes, halves_at, halves, words_at, words;
} sir_block_shape;

/// One tensor type of GGUF: how its blocks are stored and what can be done with them.
typedef struct sir_format {
    uint32_t ggml_type;         // GGUF's number for the type
    const char *name;           // GGUF's name, such as "Q4_K"
    uint32_t block_elements;    // elements in a block
    uint32_t block_bytes;       // bytes in a block
    sir_activation activation;  // NONE: known by name and size only; the functions below are null
    sir_decode_fn decode;
    sir_encode_fn encode;       // null: cannot be written
    sir_matmul_fn matmul[SIR_ISA_COUNT];
    const sir_block_shape *shape;         // null: has no panels
    sir_matmul_fn panels[SIR_ISA_COUNT];  // `weights` in panels, at a multiple of 64; `rows` a multiple of 16
} sir_format;

/// Every tensor type GGUF defines, one row each. To add a format: one file in `formats/`, one row in
/// `formats.c`; Swift's `BlockFormat` reads this table. Null past the last row.
const sir_format *sir_format_at(size_t index);

// MARK: Panels

enum {
    /// Rows of a panel: 16 rows of weights that lie together, each vector of 32-bit words holding the same four (or
    /// eight) columns of many rows. A product then reads memory from first byte to last and has no sum across a vector.
    /// `formats/layout.h` says which byte goes where. A matrix in panels is a permutation of the same bytes in rows.
    SIR_PANEL_ROWS = 16,
};

/// Whether a matrix of `rows` rows can lie in panels: whole panels, in a format that has them, and in each panel a
/// multiple of 64 bytes of halves.
bool sir_has_panels(const sir_format *format, size_t rows, size_t columns);
/// Copies `count` rows, a multiple of 16, of a matrix that can lie in panels, into panels.
void sir_pack(const sir_format *format, const void *rows, void *panels, size_t count, size_t columns);
/// The inverse of `sir_pack`.
void sir_unpack(const sir_format *format, const void *panels, void *rows, size_t count, size_t columns);
/// Decodes row `row` of a matrix in panels into `columns` floats.
void sir_decode_panel_row(const sir_format *format, const void *panels, size_t row, float *out, size_t columns);

// MARK: Operations of a forward pass

/// Element type of a key/value cache.
typedef enum sir_kv_type { SIR_KV_F32 = 0, SIR_KV_F16 = 1 } sir_kv_type;

enum {
    SIR_KV_PAGE = 64,           // positions in one page of the key/value cache
    SIR_KV_PANEL = 16,          // see sir_kv_block_bytes
    SIR_ATTENTION_CHUNK = 256,  // positions that share one softmax before it is merged with the others
};

/// Bytes of one head's keys and values in a page: a block. Keys come first, in panels of 16 positions,
/// [position / 16][head_dim][position % 16]; then values in panels of 16 elements,
/// [element / 16][position][element % 16], the last panel filled up with anything. So a block is read
/// from its first byte to its last, and neither product of attention needs a sum across a vector.
size_t sir_kv_block_bytes(size_t head_dim, sir_kv_type type);

/// Attention of consecutive tokens of one sequence, for the query heads that share one key/value head.
///
/// ONE ARITHMETIC. A token at position n attends to p = max(0, n + 1 - window) ... n:
///     score[p]  = s * scale, s = fmaf(q[d], key[p][d], s), d in order, from 0
/// Positions are taken in chunks of SIR_ATTENTION_CHUNK, counted from position 0 whatever the window.
/// For each chunk, over those of its positions that the token attends to, in order:
///     max       = the largest score (but 0 where all are minus infinity)
///     weight[p] = exp(score[p] - max)                                               (exp.h)
///     total     = sum16(lane), lane[p % 16] = lane[p % 16] + weight[p]
///     sum[d]    = fmaf(weight[p], value[p][d], sum[d]), from 0
/// Chunks are merged in order. The first is taken as it is; for each other, with m = max of both max,
/// a = exp(merged.max - m), b = exp(chunk.max - m):
///     merged.max = m, merged.total = fmaf(total, b, merged.total * a), sum[d] likewise
/// At last out[d] = sum[d] * (1 / total). So a result depends on the token and its sequence alone, not
/// on which tokens share a call, nor on how chunks are shared out among threads.
typedef struct sir_attention {
    const float *q;                // [tokens][group][head_dim]
    float *out;                    // [tokens][group][head_dim]
    size_t q_stride, out_stride;   // floats from one token to the next
    size_t tokens, group, head_dim;
    size_t position;               // of the first token
    size_t window;                 // positions that a token attends to at most, at least 1
    const uint8_t *const *pages;   // position p lies in pages[p / SIR_KV_PAGE]
    size_t block;                  // byte offset of the head's block in every page
    sir_kv_type type;
    float scale;
} sir_attention;

/// Floats of scratch for calls of at most `rows` = tokens * group.
size_t sir_attention_scratch(size_t rows, size_t head_dim);
/// Floats that one row of one chunk takes: [sums, filled up to panels][max, total, 14 of nothing].
size_t sir_attention_partial(size_t head_dim);
/// The chunks that the tokens of `a` attend to: `first` ..< the result.
size_t sir_attention_chunks(const sir_attention *a, size_t *first);

/// One function per operation; one table per instruction set.
typedef struct sir_operations {
    /// Converts `count` floats (a multiple of 32 / 256) to activation blocks.
    void (*quantize_q8_32)(const float *x, sir_q8_32 *out, size_t count);
    void (*quantize_q8_256)(const float *x, sir_q8_256 *out, size_t count);
    /// out = x / sqrt(mean(x^2) + epsilon) * weight.
    void (*rms_norm)(const float *x, const float *weight, float epsilon, float *out, size_t count);
    /// Rotates the first 2 * half elements of each of `heads` rows, `head_dim` apart, in place.
    /// `cosines`, `sines`: `half` values for this position. pairs: (x[2i], x[2i+1]), GGUF's order.
    /// halves: (x[i], x[i + half]), Hugging Face's order.
    void (*rope_pairs)(float *x, const float *cosines, const float *sines, size_t heads,
                       size_t head_dim, size_t half);
    void (*rope_halves)(float *x, const float *cosines, const float *sines, size_t heads,
                        size_t head_dim, size_t half);
    /// out = silu(gate) * up, silu(x) = x / (1 + exp(-x)).  `out` may be `gate`.
    void (*silu_multiply)(const float *gate, const float *up, float *out, size_t count);
    /// x += y.
    void (*add)(float *x, const float *y, size_t count);
    /// x = fma(y - base, factor, x).
    void (*add_difference)(float *x, const float *y, const float *base, float factor,
                                 size_t count);
    /// Half precision, round to nearest even.
    void (*to_f16)(const float *x, uint16_t *out, size_t count);
    void (*from_f16)(const uint16_t *x, float *out, size_t count);
    /// Rounds to the 11 significant bits of a half, in place and within a float's range.
    void (*round_to_half)(float *x, size_t count);
    /// Stores a position's key and value, `head_dim` floats each, in a block (sir_kv_block_bytes).
    void (*kv_store)(const float *key, const float *value, uint8_t *block, size_t position,
                     size_t head_dim, sir_kv_type type);
    /// All of attention for the tokens of `a`. The scratch may hold anything.
    void (*attention)(const sir_attention *a, float *scratch);
    /// One chunk of one that is shared out: a partial result for each of tokens * group rows. Rows whose
    /// token attends to nothing there are left as they are.
    void (*attention_chunk)(const sir_attention *a, size_t chunk, float *partials, float *scratch);
    /// Writes `out` for the one token of `a` from the partial results of all its chunks, [chunk][group]
    /// from its first chunk on; spoils them.
    void (*attention_merge)(const sir_attention *a, float *partials);
} sir_operations;

/// exp(x) as silu and softmax compute it: the same bits on every machine, unlike libm's.
float sir_exponential(float x);

/// The table for `isa`. Calling a function of an unavailable instruction set is undefined.
const sir_operations *sir_operations_for(sir_isa isa);

// MARK: The machine's limits

/// Reads `count` bytes (a multiple of 64) with the widest loads of `isa` and returns the sum of their
/// 8-byte words, so that no load can be left out. The caller chooses memory larger than the caches and keeps the time.
uint64_t sir_read_memory(sir_isa isa, const void *bytes, size_t count);
/// Runs `rounds` of the fastest 8-bit multiply-and-add that `isa` has, in registers alone. Returns the
/// operations done: a product and an addition are two. `out` takes a result that depends on all.
uint64_t sir_multiply_int8(sir_isa isa, uint64_t rounds, int32_t *out);
/// The instructions of `sir_multiply_int8`, for people.
const char *sir_int8_instructions(sir_isa isa);
/// Opens a file for reading past the system's cache (O_DIRECT, which glibc hides from Swift). Returns the
/// descriptor, or the negated error number where the file or its file system does not allow it.
int sir_open_uncached(const char *path);

#endif
