/* SPDX-License-Identifier: MIT */
/*
 * W4: full collections of a heap in which everything lives, per object.  MODE
 * is random (10 million objects of 48 bytes, three edges each: one joins all
 * objects to a circle in random order, two lead anywhere), sequential or
 * shuffled (a list of 10 million nodes of 16 bytes, in the order of their
 * addresses or in random order).
 */
#include "adapter.h"
#include "bench.h"

#include <stdlib.h>
#include <string.h>

enum { OBJECTS = 10000000, CYCLES = 3 };

struct vertex {
    struct vertex *edges[3];
    uint64_t payload[3];
};

struct link {
    struct link *next;
    uint64_t payload;
};

static void *root;

static void
shuffle(void **objects, size_t count)
{
    uint64_t random = 1;

    for (size_t i = count - 1; i > 0; i--) {
        size_t j = bench_below(&random, i + 1);
        void *object = objects[i];

        objects[i] = objects[j];
        objects[j] = object;
    }
}

static void
make_graph(void **objects, size_t count)
{
    uint64_t random = 2;

    for (size_t i = 0; i < count; i++) {
        struct vertex *vertex = adapter_alloc(sizeof *vertex);

        memset(vertex, 0, sizeof *vertex);
        vertex->payload[0] = i;
        objects[i] = vertex;
    }
    shuffle(objects, count);
    for (size_t i = 0; i < count; i++) {
        struct vertex *vertex = objects[i];

        vertex->edges[0] = objects[(i + 1) % count];
        vertex->edges[1] = objects[bench_below(&random, count)];
        vertex->edges[2] = objects[bench_below(&random, count)];
    }
    root = objects[0];
}

static void
make_list(void **objects, size_t count, int shuffled)
{
    for (size_t i = 0; i < count; i++) {
        struct link *link = adapter_alloc(sizeof *link);

        link->payload = i;
        objects[i] = link;
    }
    if (shuffled)
        shuffle(objects, count);
    for (size_t i = 0; i < count; i++)
        ((struct link *)objects[i])->next =
            i + 1 < count ? objects[i + 1] : NULL;
    root = objects[0];
}

/* Follows the circle or the list: both begin with the next object. */
static size_t
count_objects(void)
{
    struct link *link = root;
    size_t count = 0;

    do {
        count++;
        link = link->next;
    } while (link != NULL && link != root);
    return count;
}

static void
make_objects(const struct bench *bench, size_t count)
{
    /* Collectors do not look into it. */
    void **objects = malloc(count * sizeof *objects);

    if (objects == NULL)
        bench_fail(bench, "no memory");
    if (strcmp(bench->mode, "random") == 0)
        make_graph(objects, count);
    else if (strcmp(bench->mode, "sequential") == 0)
        make_list(objects, count, 0);
    else if (strcmp(bench->mode, "shuffled") == 0)
        make_list(objects, count, 1);
    else
        bench_fail(bench, "MODE is random, sequential or shuffled");
    free(objects);
}

int
main(int argc, char **argv)
{
    struct bench bench = bench_arguments(argc, argv, "graph", ADAPTER_NAME);
    size_t count = bench_scaled(&bench, OBJECTS);
    struct bench_span spans[CYCLES];

    if (!ADAPTER_COLLECTS)
        return BENCH_CANNOT;
    adapter_begin(bench.heap);
    adapter_pause(1);
    make_objects(&bench, count);
    adapter_pause(0);

    adapter_collect();
    for (int i = 0; i < CYCLES; i++) {
        struct bench_span start = bench_now();

        adapter_collect();
        spans[i] = bench_since(start);
    }
    if (count_objects() != count)
        bench_fail(&bench, "objects are missing");
    bench_report_time(&bench, "cycle", bench_median(spans, CYCLES),
                      (double)count, "ns");
    adapter_end();
    return 0;
}
