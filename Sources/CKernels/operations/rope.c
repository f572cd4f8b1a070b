// Rotary position embedding (Su et al. 2021), in the two orders that checkpoints use.
//
// ONE ARITHMETIC. (x, y) becomes (fmaf(x, cos, -(y * sin)), fmaf(x, sin, y * cos)).

#include "operations.h"

SIR_INLINE void rotate(float *x, float *y, float cosine, float sine) {
    float a = *x, b = *y;
    *x = fmaf(a, cosine, -(b * sine));
    *y = fmaf(a, sine, b * cosine);
}

void sir_rope_pairs_scalar(float *x, const float *cosines, const float *sines, size_t heads, size_t head_dim,
                           size_t half) {
    for (size_t h = 0; h < heads; h++, x += head_dim) {
        for (size_t i = 0; i < half; i++) rotate(&x[2 * i], &x[2 * i + 1], cosines[i], sines[i]);
    }
}

void sir_rope_halves_scalar(float *x, const float *cosines, const float *sines, size_t heads, size_t head_dim,
                            size_t half) {
    for (size_t h = 0; h < heads; h++, x += head_dim) {
        for (size_t i = 0; i < half; i++) rotate(&x[i], &x[i + half], cosines[i], sines[i]);
    }
}
