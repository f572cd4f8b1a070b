// Times attention alone, on one thread and on two: decoding beside a plain read of the same memory, and a
// prompt's 512 tokens after none, some and many others. Shapes of Mixtral and SmolLM2, half-precision cache.
//
// Build and run, from the repository's root:
// clang-format off
//   clang -std=c11 -O2 -ISources/CKernels/include Benchmarks/kernels/attention.c $(find Sources/CKernels -name '*.c') -lm -lpthread -o /tmp/attention
// clang-format on
//   /tmp/attention
//
// Prints the best and the median of 15 runs, wall clock: run it on a quiet machine.

#define _GNU_SOURCE  // clock_gettime, pthread barriers
#include "CKernels.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { RUNS = 15, ROWS = 96, MOST_THREADS = 2 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/// What the threads share: one layer's cache and the work on it.
static struct {
    const sir_operations *operations;
    size_t kv_heads, group, head_dim, positions, tokens;
    uint8_t **pages;
    float *q, *out, *partials;
    atomic_size_t ticket;
    pthread_barrier_t barrier;
} job;

static size_t block_bytes(void) { return sir_kv_block_bytes(job.head_dim, SIR_KV_F16); }

static sir_attention task(size_t token, size_t count, size_t head) {
    size_t stride = job.kv_heads * job.group * job.head_dim;
    size_t at = token * stride + head * job.group * job.head_dim;
    return (sir_attention){.q = job.q + at, .out = job.out + at, .q_stride = stride, .out_stride = stride,
                           .tokens = count, .group = job.group, .head_dim = job.head_dim,
                           .position = job.positions - job.tokens + token, .window = SIZE_MAX,
                           .pages = (const uint8_t *const *)job.pages, .block = head * block_bytes(),
                           .type = SIR_KV_F16, .scale = 1 / sqrtf((float)job.head_dim)};
}

static atomic_ullong sink;

static void read_all(float *scratch) {
    (void)scratch;
    size_t pages = (job.positions + SIR_KV_PAGE - 1) / SIR_KV_PAGE, words = job.kv_heads * block_bytes() / 8;
    for (size_t page; (page = atomic_fetch_add(&job.ticket, 1)) < pages;) {
        const uint64_t *at = (const uint64_t *)(const void *)job.pages[page];
        uint64_t sums[16] = {0};
        for (size_t i = 0; i < words; i += 16) {
            for (size_t j = 0; j < 16; j++) sums[j] += at[i + j];
        }
        for (size_t j = 0; j < 16; j++) atomic_fetch_add(&sink, sums[j]);
    }
}

static void decode(float *scratch) {
    sir_attention a = task(0, 1, 0);
    size_t first, chunks = sir_attention_chunks(&a, &first);
    size_t size = job.group * sir_attention_partial(job.head_dim);
    for (size_t item; (item = atomic_fetch_add(&job.ticket, 1)) < chunks * job.kv_heads;) {
        sir_attention own = task(0, 1, item / chunks);
        job.operations->attention_chunk(&own, item % chunks, job.partials + item * size, scratch);
    }
    pthread_barrier_wait(&job.barrier);
    atomic_store(&job.ticket, 0);
    pthread_barrier_wait(&job.barrier);
    for (size_t head; (head = atomic_fetch_add(&job.ticket, 1)) < job.kv_heads;) {
        sir_attention own = task(0, 1, head);
        job.operations->attention_merge(&own, job.partials + head * chunks * size);
    }
}

static void prefill(float *scratch) {
    size_t tile = ROWS / job.group, tiles = (job.tokens + tile - 1) / tile;
    for (size_t item; (item = atomic_fetch_add(&job.ticket, 1)) < tiles * job.kv_heads;) {
        size_t token = (tiles - 1 - item % tiles) * tile;
        size_t count = job.tokens - token < tile ? job.tokens - token : tile;
        sir_attention own = task(token, count, item / tiles);
        job.operations->attention(&own, scratch);
    }
}

typedef struct worker {
    void (*work)(float *);
    double times[RUNS];
} worker;

static void *serve(void *argument) {
    worker *w = argument;
    float *scratch = aligned_alloc(64, (sir_attention_scratch(ROWS, job.head_dim) * 4 + 63) / 64 * 64);
    for (int run = 0; run < RUNS; run++) {
        pthread_barrier_wait(&job.barrier);
        atomic_store(&job.ticket, 0);
        double start = now();  // before anyone can begin
        pthread_barrier_wait(&job.barrier);
        w->work(scratch);
        pthread_barrier_wait(&job.barrier);
        w->times[run] = now() - start;
    }
    free(scratch);
    return NULL;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/// Prints amount / time: the best and the median.
static void measure(const char *name, void (*work)(float *), int threads, double amount, const char *unit) {
    worker workers[MOST_THREADS];
    pthread_t started[MOST_THREADS];
    pthread_barrier_init(&job.barrier, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++) workers[i].work = work;
    for (int i = 1; i < threads; i++) pthread_create(&started[i], NULL, serve, &workers[i]);
    serve(&workers[0]);
    for (int i = 1; i < threads; i++) pthread_join(started[i], NULL);
    pthread_barrier_destroy(&job.barrier);
    double *times = workers[0].times;
    qsort(times, RUNS, sizeof *times, ascending);
    printf("%-12s %3zu x %zu of %3zu  %6zu positions  %d thread%s  %-8s %7.1f best %7.1f median %s\n",
           sir_isa_name(sir_isa_best()), job.kv_heads, job.group, job.head_dim, job.positions, threads,
           threads > 1 ? "s" : " ", name, amount / times[0], amount / times[RUNS / 2], unit);
}

static void prepare(size_t positions, size_t tokens) {
    size_t pages = (positions + SIR_KV_PAGE - 1) / SIR_KV_PAGE, halves = job.kv_heads * block_bytes() / 2;
    size_t q = tokens * job.kv_heads * job.group * job.head_dim;
    job.positions = positions, job.tokens = tokens;
    job.pages = malloc(pages * sizeof *job.pages);
    for (size_t p = 0; p < pages; p++) {
        job.pages[p] = aligned_alloc(64, halves * 2);
        uint16_t *x = (uint16_t *)(void *)job.pages[p];
        for (size_t i = 0; i < halves; i++) x[i] = (uint16_t)(0x3000 | (rand() & 0x8fff));
    }
    job.q = malloc(q * 4), job.out = malloc(q * 4);
    for (size_t i = 0; i < q; i++) job.q[i] = (float)rand() / (float)RAND_MAX - 0.5f;
    job.partials = malloc((positions / SIR_ATTENTION_CHUNK + 1) * job.kv_heads * job.group * 4
                          * sir_attention_partial(job.head_dim));
}

static void discard(void) {
    for (size_t p = 0; p < (job.positions + SIR_KV_PAGE - 1) / SIR_KV_PAGE; p++) free(job.pages[p]);
    free(job.pages), free(job.q), free(job.out), free(job.partials);
}

int main(void) {
    job.operations = sir_operations_for(sir_isa_best());
    static const size_t shapes[][3] = {{8, 4, 128}, {3, 3, 64}};
    for (size_t s = 0; s < 2; s++) {
        job.kv_heads = shapes[s][0], job.group = shapes[s][1], job.head_dim = shapes[s][2];
        static const size_t lengths[] = {512, 8192, 32768}, offsets[] = {0, 4096, 16384};
        for (size_t i = 0; i < 3; i++) {
            prepare(lengths[i], 1);
            double bytes = (double)(lengths[i] * job.kv_heads * job.head_dim) * 4;
            for (int threads = 1; threads <= MOST_THREADS; threads++) {
                measure("read", read_all, threads, bytes * 1e-9, "GB/s");
                measure("decode", decode, threads, bytes * 1e-9, "GB/s");
            }
            discard();
        }
        for (size_t i = 0; i < 3; i++) {
            size_t tokens = 512;
            prepare(offsets[i] + tokens, tokens);
            // Two products of head_dim multiply-adds for each pair of a token and a position it sees.
            double pairs = (double)tokens * (double)offsets[i] + (double)(tokens * (tokens + 1)) / 2;
            double operations = pairs * (double)(4 * job.kv_heads * job.group * job.head_dim);
            for (int threads = 1; threads <= MOST_THREADS; threads++) {
                measure("prefill", prefill, threads, operations * 1e-9, "GFLOP/s");
            }
            discard();
        }
    }
}
