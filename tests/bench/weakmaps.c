/* SPDX-License-Identifier: MIT */
/*
 * A map with a million weak keys: adding an entry, finding it, what it takes of
 * memory beside its objects, what a living entry costs each cycle, walking over
 * it, and the cycle in which all keys die.
 */
#include "adapter.h"
#include "bench.h"

enum { ENTRIES = 1000000, ROUNDS = 5 };

static void **keys;
static wgc_weakmap *map;

static void
make_keys(size_t count)
{
    keys = adapter_alloc(count * sizeof *keys);
    for (size_t i = 0; i < count; i++)
        keys[i] = adapter_alloc(16);
}

static double
time_cycle(void)
{
    struct bench_span spans[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        struct bench_span start = bench_now();

        wgc_collect_exact(adapter_heap);
        spans[i] = bench_since(start);
    }
    return (double)bench_median(spans, ROUNDS).cpu;
}

static size_t
committed_bytes(void)
{
    wgc_stats stats;

    wgc_trim(adapter_heap);
    wgc_stats_get(adapter_heap, &stats);
    return stats.committed_bytes;
}

static void
fill(const struct bench *bench, size_t count)
{
    struct bench_span start = bench_now();

    for (size_t i = 0; i < count; i++)
        if (wgc_weakmap_set(map, keys[i], keys[i]) != WGC_OK)
            bench_fail(bench, "no memory");
    bench_report_time(bench, "set", bench_since(start), (double)count, "ns");
}

static void
find_all(const struct bench *bench, size_t count)
{
    struct bench_span start = bench_now();

    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++)
            if (wgc_weakmap_get(map, keys[i]) != keys[i])
                bench_fail(bench, "a living entry is gone");
    bench_report_time(bench, "get", bench_since(start), (double)count * ROUNDS,
                      "ns");
}

static void
walk(const struct bench *bench, size_t count)
{
    wgc_weakmap_iterator iterator = {0};
    size_t met = 0;
    struct bench_span start = bench_now();

    while (wgc_weakmap_next(map, &iterator, NULL, NULL))
        met++;
    bench_report_time(bench, "next", bench_since(start), (double)count, "ns");
    if (met != count)
        bench_fail(bench, "an iteration skipped an entry");
}

static void
end_all(const struct bench *bench, size_t count)
{
    keys = NULL;

    struct bench_span start = bench_now();

    wgc_collect_exact(adapter_heap);
    bench_report_time(bench, "die", bench_since(start), (double)count, "ns");
    if (wgc_weakmap_count(map) != 0)
        bench_fail(bench, "dead entries are still there");
}

int
main(int argc, char **argv)
{
    struct bench bench = bench_arguments(argc, argv, "weakmaps", ADAPTER_NAME);
    size_t count = bench_scaled(&bench, ENTRIES);

    adapter_begin(bench.heap);
    make_keys(count);
    map = wgc_weakmap_new(adapter_heap, NULL);
    double without = time_cycle();
    size_t before = committed_bytes();

    fill(&bench, count);
    find_all(&bench, count);
    walk(&bench, count);
    double with = time_cycle();

    bench_report(&bench, "cycle_extra",
                 with > without ? (with - without) / (double)count : 0, "ns");
    bench_report(&bench, "bytes",
                 (double)(committed_bytes() - before) / (double)count, "bytes");
    end_all(&bench, count);
    adapter_end();
    return 0;
}
