/* SPDX-License-Identifier: MIT */
/*
 * Memory over time: a heap grows to 256 MiB, is replaced for a while, shrinks
 * to a twentieth at random, idles with short-lived objects, grows again, loses
 * all but the last twentieth, and idles again.  A curve of what lives and one
 * of what the process has in memory, over what was allocated; all in MiB.
 */
#include "adapter.h"
#include "bench.h"

#include <string.h>

enum {
    BYTES = 256 << 20,
    MEAN = 419,
    LOW = 16,
    HIGH = 2048,
    POINTS = 16, /* in each phase */
    PERCENT_LEFT = 5
};

struct item {
    size_t size;
};

static struct item **table;
static size_t slots, live, allocated;
static uint64_t randoms = 1;

static void
drop(size_t i)
{
    if (table[i] == NULL)
        return;
    live -= table[i]->size;
    adapter_free(table[i]);
    table[i] = NULL;
}

static struct item *
make_item(void)
{
    size_t size = bench_log_size(&randoms, LOW, HIGH);
    struct item *item = adapter_alloc(size);

    memset(item, 0, size);
    item->size = size;
    allocated += size;
    return item;
}

static void
replace(size_t i)
{
    drop(i);
    table[i] = make_item();
    live += table[i]->size;
}

static void
report(const struct bench *bench)
{
    double x = (double)allocated / (1 << 20);

    bench_report_point(bench, "rss", x, (double)bench_rss() / 1024);
    bench_report_point(bench, "live", x, (double)live / (1 << 20));
}

static void
fill(const struct bench *bench)
{
    for (size_t i = 0; i < slots; i++) {
        replace(i);
        if (i % (slots / POINTS + 1) == 0)
            report(bench);
    }
    report(bench);
}

static void
churn(const struct bench *bench)
{
    for (size_t i = 0; i < slots; i++) {
        replace(bench_below(&randoms, slots));
        if (i % (slots / POINTS + 1) == 0)
            report(bench);
    }
}

static void
idle(const struct bench *bench)
{
    for (size_t i = 0; i < 2 * slots; i++) {
        adapter_free(make_item());
        if (i % (slots / POINTS + 1) == 0)
            report(bench);
    }
}

int
main(int argc, char **argv)
{
    struct bench bench = bench_arguments(argc, argv, "timeline", ADAPTER_NAME);

    slots = bench_scaled(&bench, BYTES / MEAN);
    adapter_begin(bench.heap);
    table = adapter_alloc(slots * sizeof *table);
    memset(table, 0, slots * sizeof *table);
    fill(&bench);
    churn(&bench);
    for (size_t i = 0; i < slots; i++)
        if (bench_below(&randoms, 100) >= PERCENT_LEFT)
            drop(i);
    report(&bench);
    idle(&bench);
    fill(&bench);
    for (size_t i = 0; i < slots - slots * PERCENT_LEFT / 100; i++)
        drop(i);
    report(&bench);
    idle(&bench);
    adapter_end();
    return 0;
}
