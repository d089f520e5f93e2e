/* SPDX-License-Identifier: MIT */
/*
 * W10: buffers without pointers, of 64 KiB to 16 MiB (small ones are as
 * frequent as large ones).  One byte in each 4 KiB is written.  The latest 8
 * live.  MODE is raw (with the contents that the allocator gives them: libwgc's
 * are zeroed all the same) or zeroed.
 */
#include "adapter.h"
#include "bench.h"

#include <string.h>

enum { RING = 8, LOW = 64 << 10, HIGH = 16 << 20, BUFFERS = 10000 };

static char *ring[RING];

static void
replace_buffers(size_t count, int zeroed)
{
    uint64_t random = 1;

    for (size_t i = 0; i < count; i++) {
        size_t size = bench_log_size(&random, LOW, HIGH);
        char **slot = &ring[i % RING];

        if (!ADAPTER_COLLECTS)
            adapter_free(*slot);
        *slot =
            zeroed ? adapter_alloc_zeroed_leaf(size) : adapter_alloc_leaf(size);
        for (size_t at = 0; at < size; at += 4096)
            (*slot)[at] = (char)i;
    }
}

int
main(int argc, char **argv)
{
    struct bench bench = bench_arguments(argc, argv, "buffers", ADAPTER_NAME);
    size_t count = bench_scaled(&bench, BUFFERS);
    int zeroed = strcmp(bench.mode, "zeroed") == 0;

    if (!zeroed && strcmp(bench.mode, "raw") != 0)
        bench_fail(&bench, "MODE is raw or zeroed");
    adapter_begin(bench.heap);

    struct bench_span start = bench_now();

    replace_buffers(count, zeroed);

    struct bench_span span = bench_since(start);

    bench_report_time(&bench, "buffer", span, (double)count, "us");
    bench_report(&bench, "cycles", (double)adapter_cycles(), "");
    adapter_end();
    return 0;
}
