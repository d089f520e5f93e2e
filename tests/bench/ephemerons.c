/* SPDX-License-Identifier: MIT */
/*
 * W6: a chain of ephemerons.  Each of a million keys is reached only through the
 * entry of the one before, and the entries were added back to front, the order
 * that costs a collector which goes over its tables again and again a pass for
 * each link.  What a cycle costs beyond marking the same objects in a list, per
 * link; the same for a hundredth of the links; and how they compare: linear is 1.
 *
 * MODE: "map" is one map, "shuffled" the same with its entries added in a random
 * order, "single" an ephemeron for each link.
 */
#include "adapter.h"
#include "bench.h"

#include <string.h>

enum { LINKS = 1000000, SHORTER = 100, ROUNDS = 9, WORK = 2000000 };

/* The whole chain hangs on what is here. */
static void **head;
static void *holder;

static void *
new_key(void *next)
{
    void **key = adapter_alloc(16);

    *key = next;
    return key;
}

/* The median of what a cycle takes; of many, if they are short. */
static double
time_cycle(size_t links)
{
    struct bench_span spans[ROUNDS];
    size_t cycles = 1 + WORK / ROUNDS / links;

    wgc_collect_exact(adapter_heap);
    for (int i = 0; i < ROUNDS; i++) {
        struct bench_span start = bench_now();

        for (size_t cycle = 0; cycle < cycles; cycle++)
            wgc_collect_exact(adapter_heap);
        spans[i] = bench_since(start);
    }
    return (double)bench_median(spans, ROUNDS).cpu / (double)cycles;
}

static void
link_singly(const struct bench *bench, void **keys, size_t links)
{
    for (size_t i = links; i > 0; i--) {
        /* The next ephemeron is reached through this key alone. */
        void **pair = adapter_alloc(16);

        pair[0] = keys[i];
        pair[1] = holder;
        holder = wgc_ephemeron_new(adapter_heap, keys[i - 1], pair);
        if (holder == NULL)
            bench_fail(bench, "no memory");
    }
}

static void
link_in_map(const struct bench *bench, void **keys, size_t links, bool shuffled)
{
    uint64_t state = 1;
    size_t *order = adapter_alloc_leaf(links * sizeof *order);

    holder = wgc_weakmap_new(adapter_heap, NULL);
    for (size_t i = 0; i < links; i++) {
        size_t j = shuffled ? bench_below(&state, i + 1) : i;

        order[i] = order[j];
        order[j] = links - 1 - i;
    }
    for (size_t i = 0; i < links; i++)
        if (wgc_weakmap_set(holder, keys[order[i]], keys[order[i] + 1]) !=
            WGC_OK)
            bench_fail(bench, "no memory");
}

/* Keys are made from the last to the first, as a program would have to. */
static void
make_chain(const struct bench *bench, size_t links)
{
    void **keys = adapter_alloc((links + 1) * sizeof *keys);

    for (size_t i = links + 1; i > 0; i--)
        keys[i - 1] = adapter_alloc(16);
    if (strcmp(bench->mode, "single") == 0)
        link_singly(bench, keys, links);
    else
        link_in_map(bench, keys, links, strcmp(bench->mode, "shuffled") == 0);
    head = keys[0];
}

static size_t
chain_length(const struct bench *bench)
{
    size_t links = 0;

    if (strcmp(bench->mode, "single") != 0)
        return wgc_weakmap_count(holder);
    for (wgc_ephemeron *e = holder; e != NULL && wgc_ephemeron_key(e) != NULL;
         links++)
        e = ((void **)wgc_ephemeron_value(e))[1];
    return links;
}

/* ns a link, beyond marking. */
static double
cost_of_link(const struct bench *bench, size_t links)
{
    head = NULL;
    holder = NULL;
    for (size_t i = 0; i < links; i++)
        head = new_key(head);
    double marking = time_cycle(links);

    make_chain(bench, links);
    double all = time_cycle(links);

    if (chain_length(bench) != links)
        bench_fail(bench, "a living link is gone");
    head = NULL;
    wgc_collect_exact(adapter_heap);
    if (chain_length(bench) != 0)
        bench_fail(bench, "the dead chain is still there");
    return all > marking ? (all - marking) / (double)links : 0;
}

int
main(int argc, char **argv)
{
    struct bench bench =
        bench_arguments(argc, argv, "ephemerons", ADAPTER_NAME);
    size_t links = bench_scaled(&bench, LINKS);

    adapter_begin(bench.heap);
    double few = cost_of_link(&bench, links / SHORTER + 1);
    double many = cost_of_link(&bench, links);

    bench_report(&bench, "link", many, "ns");
    bench_report(&bench, "link_few", few, "ns");
    bench_report(&bench, "ratio", few > 0 ? many / few : 0, "x");
    adapter_end();
    return 0;
}
