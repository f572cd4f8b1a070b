// How the K formats choose scales: a search by least squares, from 256 floats to integers of three levels.
// It knows how many steps each integer has; where a block keeps them is the format's affair.
//
// A block has 16 or 8 groups, each with an integer scale (and minimum) that counts steps of the block's own half-precision
// scale (and minimum). Both levels are searched:
//     1. each group alone, with scales of any precision: values are rounded with some thirty trial scales, the best scale
//        for what they rounded to follows by least squares, and the best of all is refined until it moves no more;
//     2. the block's scale follows from the largest; each group then takes the neighbouring integers that fit best;
//     3. the block's scale is fitted to all 256 integers, and 2. is repeated with it. The best round is kept.
// Errors are weighted by sqrt(mean x^2) + |x|: large weights matter more than small ones, and small ones still matter.

#ifndef SIROCCO_ENCODE_256_H
#define SIROCCO_ENCODE_256_H

#include "../internal.h"

/// Four lanes, which every 64-bit CPU has: the same sums in the same order everywhere.
typedef float sir_f32x4 __attribute__((vector_size(16)));

/// What a format's integers can be. Constant once inlined.
typedef struct sir_levels_256 {
    int group;     // elements that share a scale: 16 or 32
    int lowest;    // of a value: 0 where groups have minima, else negative
    int highest;   // of a value
    int steps;     // of a group's scale, and minimum: 0 ... steps, or -steps ..< steps where groups have no minima
} sir_levels_256;

/// A block's integers: value = scale * s[g] * q - minimum * m[g].
typedef struct sir_encoded_256 {
    uint16_t scale, minimum;  // half
    int16_t s[16], m[16];
    int8_t q[256];
} sir_encoded_256;

/// The block at work: values from -1 to 1, so that no square overflows or vanishes.
typedef struct sir_search_256 {
    sir_f32x4 x[64], weight[64];
    float unit;  // what 1 stands for
} sir_search_256;

/// A group's fit: value = scale * q - minimum, and its weighted squared error.
typedef struct sir_fit { float scale, minimum, error; } sir_fit;

enum { SIR_ENCODE_TRIALS = 16, SIR_ENCODE_REFINEMENTS = 6, SIR_ENCODE_ROUNDS = 4 };

SIR_INLINE float sir_sum4(sir_f32x4 x) { return (x[0] + x[2]) + (x[1] + x[3]); }
SIR_INLINE sir_f32x4 sir_all4(float x) { return (sir_f32x4){x, x, x, x}; }

/// The integers nearest to x * inverse + offset, as floats, within the format's levels.
SIR_INLINE sir_f32x4 sir_levels_of(sir_f32x4 x, float inverse, float offset, sir_levels_256 levels) {
    sir_f32x4 q = x * inverse + offset;
    q = __builtin_elementwise_max(q, sir_all4((float)levels.lowest));
    q = __builtin_elementwise_min(q, sir_all4((float)levels.highest));
    return (q + 0x1.8p23f) - 0x1.8p23f;
}

/// The best scale, and minimum, for the integers that a trial rounds to.
SIR_INLINE sir_fit sir_fit_group(const sir_f32x4 *x, const sir_f32x4 *weight, float inverse, float offset,
                                 sir_levels_256 levels, bool has_minimum) {
    sir_f32x4 w4 = {0}, q4 = {0}, qq4 = {0}, x4 = {0}, xq4 = {0}, xx4 = {0};
    for (int i = 0; i < levels.group / 4; i++) {
        sir_f32x4 q = sir_levels_of(x[i], inverse, offset, levels), wx = weight[i] * x[i], wq = weight[i] * q;
        w4 += weight[i];
        q4 += wq;
        qq4 += wq * q;
        x4 += wx;
        xq4 += wx * q;
        xx4 += wx * x[i];
    }
    float w = sir_sum4(w4), q = sir_sum4(q4), qq = sir_sum4(qq4), sx = sir_sum4(x4), xq = sir_sum4(xq4);
    float xx = sir_sum4(xx4), a = qq > 0 ? xq / qq : 0, b = 0;
    if (has_minimum) {
        float determinant = w * qq - q * q;
        if (determinant > 1e-6f * w * qq) {
            b = (q * xq - qq * sx) / determinant;
            if (b > 0) a = (w * xq - q * sx) / determinant;
        } else if (sx < 0) {  // all integers alike: the mean will do
            a = 0;
            b = -sx / w;
        }
        if (b < 0) b = 0;
        if (a < 0) {  // upside down: no scale at all is better
            a = 0;
            b = sx < 0 ? -sx / w : 0;
        }
    }
    float error = xx - 2 * (a * xq - b * sx) + a * a * qq - 2 * a * b * q + b * b * w;
    return (sir_fit){a, b, error};
}

/// The best scale, and minimum, of a group alone.
SIR_INLINE sir_fit sir_search_group(const sir_f32x4 *x, const sir_f32x4 *weight, sir_levels_256 levels,
                                    bool has_minimum) {
    float low = 0, high = 0;
    for (int i = 0; i < levels.group; i++) {
        float value = x[i / 4][i % 4];
        if (value < low) low = value;
        if (value > high) high = value;
    }
    sir_fit best = {0, 0, INFINITY};
    float extreme = -low > high ? low : high;
    if (high - low < 0x1p-40f) return (sir_fit){0, 0, 0};
    for (int i = 0; i < 2 * SIR_ENCODE_TRIALS; i++) {
        // The ends of the group go to the ends of the levels, or up to a level inside, or up to two beyond, where they
        // are cut: two values of 16 cost less than a coarse grid for fourteen.
        float inverse, offset = 0;
        if (has_minimum) {
            inverse = ((float)levels.highest - 1 + 3 * (float)i / (2 * SIR_ENCODE_TRIALS - 1)) / (high - low);
            offset = -low * inverse;
        } else {
            // Without a minimum the extreme may take either end.
            float end = i % 2 ? (float)levels.highest : (float)levels.lowest;
            float beyond = -1 + 2.5f * (float)(i / 2) / (SIR_ENCODE_TRIALS - 1);
            inverse = (end + (end < 0 ? -beyond : beyond)) / extreme;
        }
        sir_fit fit = sir_fit_group(x, weight, inverse, offset, levels, has_minimum);
        if (fit.error < best.error) best = fit;
    }
    for (int i = 0; i < SIR_ENCODE_REFINEMENTS && best.scale != 0; i++) {
        float inverse = 1 / best.scale;
        sir_fit fit = sir_fit_group(x, weight, inverse, best.minimum * inverse, levels, has_minimum);
        if (!(fit.error < best.error)) break;
        best = fit;
    }
    return best;
}

/// The weighted squared error of a group with this scale and minimum.
SIR_INLINE float sir_group_error(const sir_f32x4 *x, const sir_f32x4 *weight, float scale, float minimum,
                                 sir_levels_256 levels) {
    float inverse = scale == 0 ? 0 : 1 / scale;
    sir_f32x4 error = {0};
    for (int i = 0; i < levels.group / 4; i++) {
        sir_f32x4 q = sir_levels_of(x[i], inverse, minimum * inverse, levels);
        sir_f32x4 difference = x[i] + minimum - q * scale;
        error += weight[i] * difference * difference;
    }
    return sir_sum4(error);
}

SIR_INLINE int sir_within(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

/// The integers of all groups for a block's scale and minimum. Returns the block's error.
SIR_INLINE float sir_choose_groups(const sir_search_256 *search, const sir_fit *fits, float scale, float minimum,
                                   sir_levels_256 levels, bool has_minimum, sir_encoded_256 *out) {
    float total = 0, inverse = scale == 0 ? 0 : 1 / scale, inverse_minimum = minimum == 0 ? 0 : 1 / minimum;
    int lowest = has_minimum ? 0 : -levels.steps, highest = has_minimum ? levels.steps : levels.steps - 1;
    for (int g = 0; g < 256 / levels.group; g++) {
        const sir_f32x4 *x = search->x + g * levels.group / 4, *weight = search->weight + g * levels.group / 4;
        int s = sir_within(sir_round(fits[g].scale * inverse), lowest, highest);
        int m = sir_within(sir_round(fits[g].minimum * inverse_minimum), 0, levels.steps);
        float best = INFINITY;
        for (int ds = -1; ds <= 1; ds++) {
            int trial_s = sir_within(s + ds, lowest, highest);
            for (int dm = has_minimum ? -1 : 0; dm <= (has_minimum ? 1 : 0); dm++) {
                int trial_m = sir_within(m + dm, 0, levels.steps);
                float error =
                    sir_group_error(x, weight, scale * (float)trial_s, minimum * (float)trial_m, levels);
                if (!(error < best)) continue;
                best = error;
                out->s[g] = (int16_t)trial_s;
                out->m[g] = (int16_t)trial_m;
            }
        }
        total += best;
    }
    return total;
}

/// The block's scale and minimum that fit its integers best; false where they decide nothing.
SIR_INLINE bool sir_fit_block(const sir_search_256 *search, const sir_encoded_256 *from, float *scale, float *minimum,
                              sir_levels_256 levels, bool has_minimum) {
    float aa = 0, ab = 0, bb = 0, ax = 0, bx = 0;  // a = s * q, b = -m
    for (int g = 0; g < 256 / levels.group; g++) {
        float s = (float)from->s[g], m = has_minimum ? (float)from->m[g] : 0;
        float inverse = s * *scale == 0 ? 0 : 1 / (s * *scale);
        sir_f32x4 w4 = {0}, q4 = {0}, qq4 = {0}, x4 = {0}, xq4 = {0};
        for (int i = g * levels.group / 4; i < (g + 1) * levels.group / 4; i++) {
            sir_f32x4 q = sir_levels_of(search->x[i], inverse, m * *minimum * inverse, levels);
            sir_f32x4 w = search->weight[i];
            w4 += w;
            q4 += w * q;
            qq4 += w * q * q;
            x4 += w * search->x[i];
            xq4 += w * search->x[i] * q;
        }
        aa += s * s * sir_sum4(qq4);
        ab -= s * m * sir_sum4(q4);
        bb += m * m * sir_sum4(w4);
        ax += s * sir_sum4(xq4);
        bx -= m * sir_sum4(x4);
    }
    float determinant = aa * bb - ab * ab;
    if (determinant > 1e-6f * aa * bb) {
        *scale = (ax * bb - bx * ab) / determinant;
        *minimum = (bx * aa - ax * ab) / determinant;
        return *scale > 0 && *minimum > 0;
    }
    if (!(aa > 0) || bb > 0) return false;
    *scale = ax / aa;
    return true;
}

/// The half nearest to `x` times what 1 stands for, at most the largest finite one.
SIR_INLINE uint16_t sir_finite_half(float x, float unit) {
    float value = x * unit;
    return sir_float_to_half(value > 65504 ? 65504 : value < -65504 ? -65504 : value);
}

/// The integers for 256 values. What is not a finite number counts as 0: who must know looks before.
SIR_INLINE void sir_encode_256(const float *x, sir_levels_256 levels, sir_encoded_256 *out) {
    bool has_minimum = levels.lowest == 0;
    memset(out, 0, sizeof *out);
    sir_search_256 search;
    search.unit = 0;
    for (int i = 0; i < 256; i++) {
        float magnitude = fabsf(x[i]);
        if (magnitude > search.unit && magnitude < INFINITY) search.unit = magnitude;
    }
    // Half the smallest half: nothing is left of such a block.
    if (search.unit < 0x1p-25f) search.unit = 0;
    for (int i = 0; i < 256; i++) {
        float value = search.unit == 0 ? 0 : x[i] / search.unit;
        search.x[i / 4][i % 4] = fabsf(value) <= 1 ? value : 0;
    }
    sir_fit fits[16];
    float largest = 0, largest_minimum = 0;
    for (int g = 0; g < 256 / levels.group; g++) {
        sir_f32x4 *group = search.x + g * levels.group / 4, *weight = search.weight + g * levels.group / 4;
        sir_f32x4 squares = {0};
        for (int i = 0; i < levels.group / 4; i++) squares += group[i] * group[i];
        float mean = sqrtf(sir_sum4(squares) / (float)levels.group);
        for (int i = 0; i < levels.group / 4; i++) weight[i] = __builtin_elementwise_abs(group[i]) + mean;
        fits[g] = sir_search_group(group, weight, levels, has_minimum);
        if (fabsf(fits[g].scale) > fabsf(largest)) largest = fits[g].scale;
        if (fits[g].minimum > largest_minimum) largest_minimum = fits[g].minimum;
    }
    // Signed scales reach one step further down, so the largest goes there.
    float scale = largest / (float)(has_minimum ? levels.steps : -levels.steps);
    float minimum = largest_minimum / (float)levels.steps, best = INFINITY;
    for (int round = 0; round < SIR_ENCODE_ROUNDS; round++) {
        sir_encoded_256 trial;
        memset(&trial, 0, sizeof trial);
        trial.scale = sir_finite_half(scale, search.unit);
        trial.minimum = sir_finite_half(minimum, search.unit);
        // From here on with the numbers that a reader will see.
        scale = search.unit == 0 ? 0 : sir_half_to_float(trial.scale) / search.unit;
        minimum = search.unit == 0 ? 0 : sir_half_to_float(trial.minimum) / search.unit;
        float error = sir_choose_groups(&search, fits, scale, minimum, levels, has_minimum, &trial);
        if (!(error < best)) break;
        best = error;
        for (int i = 0; i < 64; i++) {
            int g = 4 * i / levels.group;
            float step = scale * (float)trial.s[g], inverse = step == 0 ? 0 : 1 / step;
            sir_f32x4 q = sir_levels_of(search.x[i], inverse, minimum * (float)trial.m[g] * inverse, levels);
            for (int lane = 0; lane < 4; lane++) trial.q[4 * i + lane] = (int8_t)q[lane];
        }
        *out = trial;
        if (!sir_fit_block(&search, &trial, &scale, &minimum, levels, has_minimum)) break;
    }
}

#endif
