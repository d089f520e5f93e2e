/* SPDX-License-Identifier: MIT */
/*
 * A heap of 500 MiB under steady replacement: objects of 16 to 2048 bytes in a
 * table; again and again one of them, at random, is replaced.  Reported are CPU
 * time per replacement and the longest that one allocation took, which is the
 * longest pause.
 */
#include "adapter.h"
#include "bench.h"

#include <string.h>

enum { BYTES = 500 << 20, MEAN = 419, LOW = 16, HIGH = 2048, ROUNDS = 4 };

static size_t **table;

static size_t *
make_item(uint64_t *random, size_t index)
{
    size_t size = bench_log_size(random, LOW, HIGH);
    size_t *item = adapter_alloc(size);

    memset(item, 0, size);
    item[0] = index;
    return item;
}

static uint64_t
replace_items(size_t slots, size_t count)
{
    uint64_t random = 2, longest = 0;
    uint64_t before = bench_wall();

    for (size_t i = 0; i < count; i++) {
        size_t index = bench_below(&random, slots);

        if (!ADAPTER_COLLECTS)
            adapter_free(table[index]);
        table[index] = make_item(&random, index);

        uint64_t after = bench_wall();

        if (after - before > longest)
            longest = after - before;
        before = after;
    }
    return longest;
}

int
main(int argc, char **argv)
{
    struct bench bench =
        bench_arguments(argc, argv, "replacement", ADAPTER_NAME);
    size_t slots = bench_scaled(&bench, BYTES / MEAN), count = ROUNDS * slots;
    uint64_t random = 1;

    adapter_begin(bench.heap);
    table = adapter_alloc(slots * sizeof *table);
    for (size_t i = 0; i < slots; i++)
        table[i] = make_item(&random, i);

    struct bench_span start = bench_now();
    uint64_t longest = replace_items(slots, count);
    struct bench_span span = bench_since(start);

    for (size_t i = 0; i < slots; i++)
        if (table[i][0] != i)
            bench_fail(&bench, "a live object was damaged");
    bench_report_time(&bench, "replace", span, (double)count, "ns");
    bench_report(&bench, "longest", (double)longest / 1e6, "ms");
    bench_report(&bench, "cycles", (double)adapter_cycles(), "");
    adapter_end();
    return 0;
}
