// One tile of a product in attention, for vectors of LANES floats: attention_vector.c includes it for each
// width. It knows rows and panels; it knows no queries, keys or values.

#define SIR_JOIN_(a, b) a##b
#define SIR_JOIN(a, b) SIR_JOIN_(a, b)
#define FLOATS SIR_JOIN(floats, LANES)
#define HALVES SIR_JOIN(halves, LANES)
enum { SIR_JOIN(VECTORS_, LANES) = SIR_KV_PANEL / LANES };
#define VECTORS SIR_JOIN(VECTORS_, LANES)

// Vectors of the compiler's own, wherever they lie.
typedef float FLOATS __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef _Float16 HALVES __attribute__((vector_size(2 * LANES), aligned(2), may_alias));

// Vectors that stay in registers while factors pass: of 16 registers, those of one panel; of 32, all.
#define STEP (LANES == 8 ? 2 : 4)
#define UNROLL _Pragma("clang loop unroll(full)")
#define LOAD(to, v)                                                                              \
    do {                                                                                         \
        const uint8_t *from =                                                                    \
            row + (size_t)((v) / VECTORS) * panel_bytes + (size_t)((v) % VECTORS) * LANES * size; \
        if (type == SIR_KV_F32) to = *(const FLOATS *)from;                                      \
        else to = __builtin_convertvector(*(const HALVES *)from, FLOATS);                        \
    } while (0)
#define SPREAD(to, x)                                                \
    do {                                                             \
        float one = (x);                                             \
        UNROLL for (int lane = 0; lane < LANES; lane++) (to)[lane] = one; \
    } while (0)

/// c[r][16 p + i] = sum over k of a[r][k] * b[p][k][i], or that on top of what c holds, k in order; R rows
/// and P panels, which are constants. `next`: what will be wanted soon, fetched meanwhile.
SIR_AVX2_INLINE void SIR_JOIN(multiply_tile_, LANES)(const float *a, size_t a_stride, const uint8_t *b,
                                                     size_t panel_bytes, size_t count, float *c,
                                                     size_t c_stride, bool fresh, const uint8_t *next,
                                                     int R, int P, sir_kv_type type) {
    (void)next;
    FLOATS sums[6][4 * VECTORS], vectors[4 * VECTORS], factor;
    size_t size = sir_kv_element(type);
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int v = 0; v < P * VECTORS; v++) {
            sums[r][v] = fresh ? (FLOATS){0} : *(const FLOATS *)(c + (size_t)r * c_stride + v * LANES);
        }
    }
    for (size_t k = 0; k < count; k++) {
        const uint8_t *row = b + k * SIR_KV_PANEL * size;
        // A core's own prefetching starts anew with every page of memory, and too late for a loop of sums.
        if (type == SIR_KV_F16) {
            UNROLL for (int p = 0; p < P; p++) {
                __builtin_prefetch(next + (size_t)p * panel_bytes + k * SIR_KV_PANEL * size);
            }
        }
        UNROLL for (int first = 0; first < P * VECTORS; first += STEP) {
            UNROLL for (int v = first; v < first + STEP && v < P * VECTORS; v++) LOAD(vectors[v], v);
            UNROLL for (int r = 0; r < R; r++) {
                SPREAD(factor, a[(size_t)r * a_stride + k]);
                UNROLL for (int v = first; v < first + STEP && v < P * VECTORS; v++) {
                    sums[r][v] = __builtin_elementwise_fma(factor, vectors[v], sums[r][v]);
                }
            }
            // Factors are loaded again for the next panel: registers are scarcer than loads.
            __asm__ volatile("" ::: "memory");
        }
    }
    UNROLL for (int r = 0; r < R; r++) {
        UNROLL for (int v = 0; v < P * VECTORS; v++) {
            *(FLOATS *)(c + (size_t)r * c_stride + v * LANES) = sums[r][v];
        }
    }
}

#undef SIR_JOIN_
#undef SIR_JOIN
#undef FLOATS
#undef HALVES
#undef VECTORS
#undef STEP
#undef LOAD
#undef SPREAD
#undef UNROLL
