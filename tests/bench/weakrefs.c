/* SPDX-License-Identifier: MIT */
/*
 * W6: a million weak references, each to an object of its own that lives: what
 * one costs to make (with the cell that holds it), in each cycle, and to
 * follow; and the cycle in which all targets die.
 */
#include "adapter.h"
#include "bench.h"

enum { REFERENCES = 1000000, ROUNDS = 5 };

/* Objects of the heap themselves: the references are found as any object is. */
static void **targets;
static adapter_weak **references;

static void
make_targets(size_t count)
{
    targets = adapter_alloc(count * sizeof *targets);
    references = adapter_alloc(count * sizeof *references);
    for (size_t i = 0; i < count; i++) {
        size_t *target = adapter_alloc(16);

        target[0] = i;
        targets[i] = target;
    }
}

static struct bench_span
time_cycle(void)
{
    struct bench_span spans[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        struct bench_span start = bench_now();

        adapter_collect();
        spans[i] = bench_since(start);
    }
    return bench_median(spans, ROUNDS);
}

static void
time_get(const struct bench *bench, size_t count)
{
    struct bench_span start = bench_now();

    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++)
            if (adapter_weak_get(references[i]) != targets[i])
                bench_fail(bench, "a reference lost its target");
    bench_report_time(bench, "get", bench_since(start), (double)count * ROUNDS,
                      "ns");
}

static void
time_death(const struct bench *bench, size_t count)
{
    size_t alive = 0;

    for (size_t i = 0; i < count; i++)
        targets[i] = NULL;

    struct bench_span start = bench_now();

    adapter_collect();
    bench_report_time(bench, "cycle_death", bench_since(start), (double)count,
                      "ns");
    for (size_t i = 0; i < count; i++)
        alive += adapter_weak_get(references[i]) != NULL;
    if (alive > count / 100)
        bench_fail(bench, "dead targets are still there");
}

int
main(int argc, char **argv)
{
    struct bench bench = bench_arguments(argc, argv, "weakrefs", ADAPTER_NAME);
    size_t count = bench_scaled(&bench, REFERENCES);

    if (!ADAPTER_COLLECTS)
        return BENCH_CANNOT;
    adapter_begin(bench.heap);
    make_targets(count);

    struct bench_span without = time_cycle();
    struct bench_span start = bench_now();

    for (size_t i = 0; i < count; i++)
        references[i] = adapter_weak_new(targets[i]);
    bench_report_time(&bench, "create", bench_since(start), (double)count,
                      "ns");

    struct bench_span with = time_cycle();
    struct bench_span extra = {
        .cpu = with.cpu > without.cpu ? with.cpu - without.cpu : 0,
        .wall = with.wall > without.wall ? with.wall - without.wall : 0};

    bench_report_time(&bench, "cycle_extra", extra, (double)count, "ns");
    time_get(&bench, count);
    time_death(&bench, count);
    adapter_end();
    return 0;
}
