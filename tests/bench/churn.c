/* SPDX-License-Identifier: MIT */
/*
 * W3: objects that die almost at once.  A ring of 1024 slots holds the latest;
 * each new one replaces the oldest.  MODE is 16 or 32 (conservative objects of
 * so many bytes), leaf (64 bytes without pointers) or mixed (16 to 2048 bytes,
 * small ones as frequent as large ones).
 */
#include "adapter.h"
#include "bench.h"

#include <string.h>

enum { RING = 1024, SIZES = 4096, OBJECTS = 20000000, MIXED_OBJECTS = 4000000 };

static void *ring[RING];
static uint16_t sizes[SIZES];

static inline void
replace(size_t i, void *object)
{
    void **slot = &ring[i % RING];

    *(size_t *)object = i;
    if (!ADAPTER_COLLECTS)
        adapter_free(*slot);
    *slot = object;
}

/* With a constant size, as a program has it that allocates a struct. */
static void
churn_16(size_t count)
{
    for (size_t i = 0; i < count; i++)
        replace(i, adapter_alloc(16));
}

static void
churn_32(size_t count)
{
    for (size_t i = 0; i < count; i++)
        replace(i, adapter_alloc(32));
}

static void
churn_leaf(size_t count)
{
    for (size_t i = 0; i < count; i++)
        replace(i, adapter_alloc_leaf(64));
}

static void
churn_mixed(size_t count)
{
    for (size_t i = 0; i < count; i++)
        replace(i, adapter_alloc(sizes[i % SIZES]));
}

static void
choose_sizes(void)
{
    uint64_t random = 1;

    for (size_t i = 0; i < SIZES; i++)
        sizes[i] = (uint16_t)bench_log_size(&random, 16, 2048);
}

static void
check_ring(const struct bench *bench, size_t count)
{
    for (size_t i = count > RING ? count - RING : 0; i < count; i++)
        if (*(size_t *)ring[i % RING] != i)
            bench_fail(bench, "a live object was damaged");
}

int
main(int argc, char **argv)
{
    struct bench bench = bench_arguments(argc, argv, "churn", ADAPTER_NAME);
    void (*churn)(size_t) = NULL;
    size_t count = bench_scaled(&bench, OBJECTS);

    if (strcmp(bench.mode, "16") == 0)
        churn = churn_16;
    else if (strcmp(bench.mode, "32") == 0)
        churn = churn_32;
    else if (strcmp(bench.mode, "leaf") == 0)
        churn = churn_leaf;
    else if (strcmp(bench.mode, "mixed") == 0)
        churn = churn_mixed;
    else
        bench_fail(&bench, "MODE is 16, 32, leaf or mixed");
    if (churn == churn_mixed)
        count = bench_scaled(&bench, MIXED_OBJECTS);
    choose_sizes();
    adapter_begin(bench.heap);

    struct bench_span start = bench_now();

    churn(count);

    struct bench_span span = bench_since(start);

    check_ring(&bench, count);
    bench_report_time(&bench, "object", span, (double)count, "ns");
    bench_report(&bench, "cycles", (double)adapter_cycles(), "");
    adapter_end();
    return 0;
}
