/* SPDX-License-Identifier: MIT */
/*
 * Hot paths, to be counted with callgrind.  MODE names one.
 *
 * --scale is how often it runs before it is counted (a million times at 1);
 * then window() runs it WINDOW times, and callgrind's --toggle-collect=window
 * counts just that.  What is counted less what "nothing" costs, which is the
 * loop, divided by the runs, is the cost of the path: the least over several
 * scales is its fast path, if the window is short; the mean with all that comes
 * along now and then, cycles included, if the window is long (--heap=RUNS).
 */
#include "adapter.h"
#include "bench.h"

#include <string.h>

enum { TIMES = 1000000, WINDOW = 64, RING = 1024, LIST = 50000 };

struct link {
    struct link *next;
    size_t payload;
};

static void *ring[RING];
static struct link *list;
static adapter_weak *weak;

/* Out of line and opaque: a call, and the return that every function has. */
__attribute__((noinline)) static void *
do_nothing(size_t size)
{
    void *result = ring;

    __asm__ volatile("" : "+r"(result) : "r"(size) : "memory");
    return result;
}

static void
count_nothing(size_t times)
{
    for (size_t i = 0; i < times; i++)
        ring[i % RING] = do_nothing(16);
}

static void
alloc_16(size_t times)
{
    for (size_t i = 0; i < times; i++)
        ring[i % RING] = adapter_alloc(16);
}

static void
alloc_48(size_t times)
{
    for (size_t i = 0; i < times; i++)
        ring[i % RING] = adapter_alloc(48);
}

static void
leaf_64(size_t times)
{
    for (size_t i = 0; i < times; i++)
        ring[i % RING] = adapter_alloc_leaf(64);
}

static void
weak_get(size_t times)
{
    for (size_t i = 0; i < times; i++)
        ring[i % RING] = adapter_weak_get(weak);
}

static void
weak_new(size_t times)
{
    for (size_t i = 0; i < times; i++)
        ring[i % RING] = adapter_weak_new(ring[(i + 1) % RING]);
}

static void
ignore(void *object, void *data)
{
    (void)object, (void)data;
}

static void
guard_new(size_t times)
{
    for (size_t i = 0; i < times; i++)
        adapter_guard_new(ring[i % RING] = adapter_alloc(16), ignore, NULL);
}

/* A list of LIST links, as often as it takes to mark so many of them. */
static void
mark_link(size_t times)
{
    for (size_t i = 0; i < times; i += LIST)
        adapter_collect();
}

static const struct path {
    const char *name;
    void (*run)(size_t times);
    int needs_collector;
} paths[] = {
    {"nothing", count_nothing, 0}, {"alloc_16", alloc_16, 0},
    {"alloc_48", alloc_48, 0},     {"leaf_64", leaf_64, 0},
    {"weak_get", weak_get, 1},     {"weak_new", weak_new, 1},
    {"guard_new", guard_new, 1},   {"mark_link", mark_link, 1},
};

static void
make_objects(const struct path *path)
{
    for (size_t i = 0; i < RING; i++)
        ring[i] = adapter_alloc(16);
    if (!path->needs_collector)
        return;
    for (size_t i = 0; i < LIST; i++) {
        struct link *link = adapter_alloc(sizeof *link);

        link->next = list;
        link->payload = i;
        list = link;
    }
    weak = adapter_weak_new(list);
}

/* What callgrind counts. */
void window(const struct path *path, size_t times);

__attribute__((noinline)) void
window(const struct path *path, size_t times)
{
    path->run(times);
}

int
main(int argc, char **argv)
{
    struct bench bench =
        bench_arguments(argc, argv, "instructions", ADAPTER_NAME);
    const struct path *path = NULL;

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (strcmp(paths[i].name, bench.mode) == 0)
            path = &paths[i];
    if (path == NULL)
        bench_fail(&bench, "there is no such path");
    if (!ADAPTER_COLLECTS && path->needs_collector)
        return BENCH_CANNOT;
    adapter_begin(0);
    make_objects(path);
    path->run(bench_scaled(&bench, TIMES));
    window(path, bench.heap == 0 ? WINDOW : bench.heap);
    adapter_end();
    return 0;
}
