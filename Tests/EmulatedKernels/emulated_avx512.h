// AVX512 through SIMDe, so that machines without it run the kernels' AVX512 source; internal.h includes
// it when SIR_EMULATE_AVX512 is defined. What Debian's SIMDe lacks is made of AVX2 halves here.

#ifndef SIROCCO_EMULATED_AVX512_H
#define SIROCCO_EMULATED_AVX512_H

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#define EMULATED static inline __attribute__((always_inline, unused, target("avx2,fma,f16c")))

EMULATED __m512i emulated_join(__m256i low, __m256i high) {
    return simde_mm512_inserti64x4(simde_mm512_castsi256_si512(low), high, 1);
}

EMULATED __m512 emulated_join_floats(__m256 low, __m256 high) {
    return simde_mm512_castsi512_ps(emulated_join(_mm256_castps_si256(low), _mm256_castps_si256(high)));
}

EMULATED __m512 emulated_cvtepi32_ps(__m512i x) {
    return emulated_join_floats(_mm256_cvtepi32_ps(simde_mm512_castsi512_si256(x)),
                                _mm256_cvtepi32_ps(simde_mm512_extracti64x4_epi64(x, 1)));
}

EMULATED __m512 emulated_cvtph_ps(__m256i x) {
    return emulated_join_floats(_mm256_cvtph_ps(_mm256_castsi256_si128(x)),
                                _mm256_cvtph_ps(_mm256_extracti128_si256(x, 1)));
}

EMULATED __m512i emulated_cvtepu16_epi32(__m256i x) {
    return emulated_join(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(x)),
                         _mm256_cvtepu16_epi32(_mm256_extracti128_si256(x, 1)));
}

EMULATED __m512i emulated_srai_epi32(__m512i x, unsigned count) {
    return emulated_join(_mm256_srai_epi32(simde_mm512_castsi512_si256(x), (int)count),
                         _mm256_srai_epi32(simde_mm512_extracti64x4_epi64(x, 1), (int)count));
}

#undef _mm512_srai_epi32
#define _mm512_srai_epi32(x, count) emulated_srai_epi32(x, count)
#undef _mm512_cvtepi32_ps
#define _mm512_cvtepi32_ps(x) emulated_cvtepi32_ps(x)
#undef _mm512_cvtph_ps
#define _mm512_cvtph_ps(x) emulated_cvtph_ps(x)
#undef _mm512_cvtepu16_epi32
#define _mm512_cvtepu16_epi32(x) emulated_cvtepu16_epi32(x)
// SIMDe's alias has the arguments of the masked variant.
#undef _mm512_madd_epi16
#define _mm512_madd_epi16(a, b) simde_mm512_madd_epi16(a, b)

#endif
