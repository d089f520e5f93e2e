/* SPDX-License-Identifier: MIT */
/*
 * W9: memory.  A gibibyte of objects of 16 to 2048 bytes (small ones are as
 * frequent as large ones); then 95 % of them die, and one cycle runs.  MODE is
 * random (any of them) or block (the first 95 % that were allocated).  Reported
 * is what the process has in memory, the table of all objects included.
 */
#include "adapter.h"
#include "bench.h"

#include <stdlib.h>
#include <string.h>

enum { BYTES = 1 << 30, LOW = 16, HIGH = 2048, SURVIVORS_PERCENT = 5 };

static void **objects;
static size_t capacity, count, live_bytes;

static void
fill(const struct bench *bench)
{
    size_t bytes = bench_scaled(bench, BYTES);
    uint64_t random = 1;

    /* Twice what the mean size, about 419 bytes, lets expect. */
    capacity = bytes / 200;
    objects = adapter_alloc(capacity * sizeof *objects);
    while (live_bytes < bytes && count < capacity) {
        size_t size = bench_log_size(&random, LOW, HIGH);
        void *object = adapter_alloc(size);

        memset(object, 1, size);
        objects[count++] = object;
        live_bytes += size;
    }
}

static void
drop(size_t i)
{
    adapter_free(objects[i]);
    objects[i] = NULL;
}

static void
drop_most(const struct bench *bench)
{
    uint64_t random = 2;
    size_t first_survivor = count - count * SURVIVORS_PERCENT / 100;

    if (strcmp(bench->mode, "random") == 0) {
        for (size_t i = 0; i < count; i++)
            if (bench_below(&random, 100) >= SURVIVORS_PERCENT)
                drop(i);
    } else if (strcmp(bench->mode, "block") == 0) {
        for (size_t i = 0; i < first_survivor; i++)
            drop(i);
    } else {
        bench_fail(bench, "MODE is random or block");
    }
}

int
main(int argc, char **argv)
{
    struct bench bench = bench_arguments(argc, argv, "memory", ADAPTER_NAME);

    adapter_begin(bench.heap);

    size_t before = bench_rss();

    fill(&bench);
    bench_report(&bench, "full",
                 (double)(bench_rss() - before) * 1024 / (double)live_bytes,
                 "x");
    drop_most(&bench);

    struct bench_span start = bench_now();

    adapter_collect();
    bench_report_time(&bench, "cycle", bench_since(start), 1, "ms");
    bench_report(&bench, "rest", (double)bench_rss() / 1024, "MiB");
    adapter_end();
    return 0;
}
