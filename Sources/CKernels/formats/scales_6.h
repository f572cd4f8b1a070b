// The eight 6-bit scales and minima of Q4_K and Q5_K, packed in 12 bytes.

#ifndef SIROCCO_SCALES_6_H
#define SIROCCO_SCALES_6_H

#include "../internal.h"

/// Bytes 0 ..< 4 hold scales 0 ..< 4 and 4 ..< 8 minima 0 ..< 4, each in the low six bits. Of scale and
/// minimum 4 + i, byte 8 + i has the low nibbles, and the top pairs of bytes i and 4 + i the high bits.
/// Each of the eight spans two groups of 16 elements, so it is written twice.
SIR_INLINE void sir_unpack_scales_6(const uint8_t packed[12], int16_t s[16], int16_t m[16]) {
    for (int i = 0; i < 4; i++) {
        s[2 * i] = s[2 * i + 1] = packed[i] & 63;
        m[2 * i] = m[2 * i + 1] = packed[4 + i] & 63;
        s[8 + 2 * i] = s[9 + 2 * i] = (int16_t)((packed[8 + i] & 15) | packed[i] >> 6 << 4);
        m[8 + 2 * i] = m[9 + 2 * i] = (int16_t)(packed[8 + i] >> 4 | packed[4 + i] >> 6 << 4);
    }
}

#endif
