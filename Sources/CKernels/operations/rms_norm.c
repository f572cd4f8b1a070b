// Root-mean-square normalisation (Zhang and Sennrich 2019).
//
// ONE ARITHMETIC. lane[c % 16] = fmaf(x[c], x[c], lane[c % 16]) over the row padded with zeros to a
// multiple of 16; factor = 1 / sqrt(sum16(lane) / count + epsilon); out = (x * factor) * weight.

#include "operations.h"

void sir_rms_norm_scalar(const float *x, const float *weight, float epsilon, float *out, size_t count) {
    float lane[16] = {0};
    for (size_t c = 0; c < count; c++) lane[c % 16] = fmaf(x[c], x[c], lane[c % 16]);
    float factor = 1 / sqrtf(sir_sum16(lane) / (float)count + epsilon);
    for (size_t c = 0; c < count; c++) out[c] = x[c] * factor * weight[c];
}
