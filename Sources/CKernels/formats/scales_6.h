// The eight 6-bit scales and minima of Q4_K and Q5_K, packed in 12 bytes.

#ifndef SIROCCO_SCALES_6_H
#define SIROCCO_SCALES_6_H

#include "panel.h"

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

/// The inverse, from one scale and minimum for each of the eight. `packed` is zero before.
SIR_INLINE void sir_pack_scales_6(const int16_t s[8], const int16_t m[8], uint8_t packed[12]) {
    for (int i = 0; i < 4; i++) {
        packed[i] = (uint8_t)(s[i] | s[4 + i] >> 4 << 6);
        packed[4 + i] = (uint8_t)(m[i] | m[4 + i] >> 4 << 6);
        packed[8 + i] = (uint8_t)((s[4 + i] & 15) | (m[4 + i] & 15) << 4);
    }
}

#if SIR_X86

/// The same as 16-bit values: `s` as 8 scales in each half (both halves of a chunk have the same), `m`
/// with every minimum twice.
SIR_AVX2_INLINE void sir_unpack_scales_6_avx2(const uint8_t packed[12], __m256i *s, __m256i *m) {
    uint32_t a = sir_load32(packed), b = sir_load32(packed + 4), c = sir_load32(packed + 8);
    uint32_t high_s = (c & 0x0f0f0f0f) | (a >> 2 & 0x30303030);
    uint32_t high_m = (c >> 4 & 0x0f0f0f0f) | (b >> 2 & 0x30303030);
    __m128i bytes = _mm_setr_epi32((int)(a & 0x3f3f3f3f), (int)high_s, (int)(b & 0x3f3f3f3f), (int)high_m);
    __m256i words = _mm256_cvtepu8_epi16(bytes);  // 8 scales, 8 minima
    __m256i minima = _mm256_permute4x64_epi64(words, 0xfa);
    *s = _mm256_permute4x64_epi64(words, 0x44);
    *m = _mm256_shuffle_epi8(minima, _mm256_setr_epi8(0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7, 0, 1, 0,
                                                      1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7));
}

/// The same of a panel's first three words, as four bytes: scales (`minima` 0) or minima (1) of groups 0 ..< 4.
#define SIR_SCALES_6_LOW(minima) (SIR_CHUNK(minima) & SIR_EACH_BYTE(63))
/// Those of groups 4 ..< 8.
#define SIR_SCALES_6_HIGH(minima)                             \
    ((SIR_CHUNK(2) >> 4 * (minima) & SIR_EACH_BYTE(15)) | (SIR_CHUNK(minima) >> 2 & SIR_EACH_BYTE(48)))

#endif
#endif
