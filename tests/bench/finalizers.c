/* SPDX-License-Identifier: MIT */
/*
 * W7: a million objects with a finalizer each: what it costs to allocate one
 * and register it, a cycle while all live, the cycle in which half of them die,
 * and running what that queued.  MODE is guard (before death, with the object)
 * or after (after death).
 */
#include "adapter.h"
#include "bench.h"

#include <string.h>

enum { OBJECTS = 1000000, ROUNDS = 5 };

static void **objects;
static size_t ran;

static void
count_run(void *object, void *data)
{
    (void)object, (void)data;
    ran++;
}

static void
make_objects(const struct bench *bench, size_t count)
{
    int guard = strcmp(bench->mode, "guard") == 0;

    if (!guard && strcmp(bench->mode, "after") != 0)
        bench_fail(bench, "MODE is guard or after");
    objects = adapter_alloc(count * sizeof *objects);

    struct bench_span start = bench_now();

    for (size_t i = 0; i < count; i++) {
        objects[i] = adapter_alloc(16);
        if (guard)
            adapter_guard_new(objects[i], count_run, NULL);
        else
            adapter_finalizer_new(objects[i], count_run, NULL);
    }
    bench_report_time(bench, "create", bench_since(start), (double)count, "ns");
}

static void
time_live_cycle(const struct bench *bench)
{
    struct bench_span spans[ROUNDS];

    for (int i = 0; i < ROUNDS; i++) {
        struct bench_span start = bench_now();

        adapter_collect();
        spans[i] = bench_since(start);
    }
    bench_report_time(bench, "cycle_live", bench_median(spans, ROUNDS), 1,
                      "ms");
}

static void
time_death(const struct bench *bench, size_t count)
{
    for (size_t i = 0; i < count; i += 2)
        objects[i] = NULL;

    struct bench_span start = bench_now();

    adapter_collect();
    bench_report_time(bench, "cycle_half", bench_since(start), 1, "ms");

    start = bench_now();
    adapter_deliver();
    bench_report_time(bench, "run", bench_since(start),
                      ran == 0 ? 1.0 : (double)ran, "ns");
    if (ran < (count / 2) - count / 100 || ran > (count + 1) / 2)
        bench_fail(bench, "not half of the finalizers ran");
}

int
main(int argc, char **argv)
{
    struct bench bench =
        bench_arguments(argc, argv, "finalizers", ADAPTER_NAME);
    size_t count = bench_scaled(&bench, OBJECTS);

    if (!ADAPTER_COLLECTS)
        return BENCH_CANNOT;
    adapter_begin(bench.heap);
    make_objects(&bench, count);
    time_live_cycle(&bench);
    time_death(&bench, count);
    adapter_end();
    return 0;
}
