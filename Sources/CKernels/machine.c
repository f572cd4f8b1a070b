// Loops that ask a machine for its limits: how fast it can read memory, how fast it can multiply small
// integers, what a file gives when no cache helps. It knows no model; who measures keeps the time.

#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>

#include "internal.h"

// MARK: Reading memory

static uint64_t read_words(const void *bytes, size_t count) {
    uint64_t sums[8] = {0};
    for (size_t at = 0; at + 64 <= count; at += 64) {
        uint64_t words[8];
        memcpy(words, (const uint8_t *)bytes + at, 64);
        for (int i = 0; i < 8; i++) sums[i] += words[i];
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]) + (sums[4] + sums[5]) + (sums[6] + sums[7]);
}

#if SIR_X86
/// Eight independent sums: loads never wait for an addition.
SIR_AVX2 static uint64_t read_avx2(const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    __m256i sums[8];
    for (int i = 0; i < 8; i++) sums[i] = _mm256_setzero_si256();
    for (size_t at = 0; at + 256 <= count; at += 256) {
        for (int i = 0; i < 8; i++) {
            sums[i] = _mm256_add_epi64(sums[i], _mm256_loadu_si256((const __m256i *)(p + at + 32 * i)));
        }
    }
    uint64_t lanes[4], total = read_words(p + count / 256 * 256, count % 256);
    for (int i = 0; i < 8; i++) {
        _mm256_storeu_si256((__m256i *)lanes, sums[i]);
        total += lanes[0] + lanes[1] + lanes[2] + lanes[3];
    }
    return total;
}

SIR_AVX512 static uint64_t read_avx512(const void *bytes, size_t count) {
    const uint8_t *p = bytes;
    __m512i sums[8];
    for (int i = 0; i < 8; i++) sums[i] = _mm512_setzero_si512();
    for (size_t at = 0; at + 512 <= count; at += 512) {
        for (int i = 0; i < 8; i++) {
            sums[i] = _mm512_add_epi64(sums[i], _mm512_loadu_si512(p + at + 64 * i));
        }
    }
    uint64_t lanes[8], total = read_words(p + count / 512 * 512, count % 512);
    for (int i = 0; i < 8; i++) {
        _mm512_storeu_si512(lanes, sums[i]);
        for (int lane = 0; lane < 8; lane++) total += lanes[lane];
    }
    return total;
}
#endif

uint64_t sir_read_memory(sir_isa isa, const void *bytes, size_t count) {
    switch (isa) {
#if SIR_X86
    case SIR_ISA_AVX512VNNI: return read_avx512(bytes, count);
    case SIR_ISA_AVX2: return read_avx2(bytes, count);
#endif
    default: return read_words(bytes, count);
    }
}

// MARK: Multiplying integers

// The compiler must take `x`, a vector register, for changed: it could otherwise do a loop's work once.
#ifdef SIR_EMULATE_AVX512
#define UNKNOWN(x) __asm__ volatile("" : "+m"(x))  // there a vector is a struct, in memory
#else
#define UNKNOWN(x) __asm__ volatile("" : "+v"(x))
#endif

/// What C comes to without instructions of its own: the compiler may use the baseline's.
static uint64_t multiply_words(uint64_t rounds, int32_t *out) {
    enum { COUNT = 256 };
    static const int8_t a[COUNT] = {1, 2, 3}, b[COUNT] = {4, 5, 6};
    int32_t sum = 0;
    for (uint64_t round = 0; round < rounds; round++) {
        const int8_t *x = a, *y = b;
        __asm__ volatile("" : "+r"(x), "+r"(y)::"memory");
        for (int i = 0; i < COUNT; i++) sum += x[i] * y[i];
    }
    *out = sum;
    return rounds * COUNT * 2;
}

#if SIR_X86
// Accumulators: with two such instructions a cycle and five cycles each, ten are under way at once.
enum { AVX2_SUMS = 12, AVX512_SUMS = 16 };

SIR_AVX2 static uint64_t multiply_avx2(uint64_t rounds, int32_t *out) {
    __m256i sums[AVX2_SUMS], a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(2);
    const __m256i ones = _mm256_set1_epi16(1);
    for (int i = 0; i < AVX2_SUMS; i++) sums[i] = _mm256_setzero_si256();
    for (uint64_t round = 0; round < rounds; round++) {
        for (int i = 0; i < AVX2_SUMS; i++) {
            UNKNOWN(a);
            sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), ones));
        }
    }
    for (int i = 1; i < AVX2_SUMS; i++) sums[0] = _mm256_add_epi32(sums[0], sums[i]);
    *out = _mm256_extract_epi32(sums[0], 0);
    return rounds * AVX2_SUMS * 32 * 2;
}

SIR_AVX512 static uint64_t multiply_avx512(uint64_t rounds, int32_t *out) {
    __m512i sums[AVX512_SUMS], a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(2);
    for (int i = 0; i < AVX512_SUMS; i++) sums[i] = _mm512_setzero_si512();
    for (uint64_t round = 0; round < rounds; round++) {
        for (int i = 0; i < AVX512_SUMS; i++) {
            UNKNOWN(a);
            sums[i] = _mm512_dpbusd_epi32(sums[i], a, b);
        }
    }
    int32_t lanes[16];
    for (int i = 1; i < AVX512_SUMS; i++) sums[0] = _mm512_add_epi32(sums[0], sums[i]);
    _mm512_storeu_si512(lanes, sums[0]);
    *out = lanes[0];
    return rounds * AVX512_SUMS * 64 * 2;
}
#endif

uint64_t sir_multiply_int8(sir_isa isa, uint64_t rounds, int32_t *out) {
    switch (isa) {
#if SIR_X86
    case SIR_ISA_AVX512VNNI: return multiply_avx512(rounds, out);
    case SIR_ISA_AVX2: return multiply_avx2(rounds, out);
#endif
    default: return multiply_words(rounds, out);
    }
}

const char *sir_int8_instructions(sir_isa isa) {
    switch (isa) {
    case SIR_ISA_AVX512VNNI: return "vpdpbusd zmm";
    case SIR_ISA_AVX2: return "vpmaddubsw, vpmaddwd, vpaddd ymm";
    default: return "portable C";
    }
}

// MARK: Reading files

int sir_open_uncached(const char *path) {
#if defined(__linux__)
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_DIRECT);
    return descriptor < 0 ? -errno : descriptor;
#else
    (void)path;
    return -ENOTSUP;
#endif
}
