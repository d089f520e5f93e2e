/* SPDX-License-Identifier: MIT */
/*
 * libwgc's hot paths, one named by the argument, for tools/bench.sh --check: its
 * instructions inside the library are counted with callgrind, which
 * --toggle-collect=window confines to window().  Each path has run once before,
 * so that what is made at first use is there.
 *
 * All is arranged for a count that another machine repeats: the heap has a fixed
 * size, nothing but `ring` is a root, and no cycle runs but those that a path
 * asks for.  The hash of an address is all that may differ.
 */
#include "wgc/wgc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 4096, BLOCK_CELLS = 1024, SWEPT_BLOCKS = RUNS / 16 };

struct link {
    struct link *next;
    size_t payload;
};

static wgc_heap *heap;
static void *ring[RUNS]; /* the only root */
static wgc_weakref *weak;
static wgc_weakmap *map;

static void
ignore(void *object, void *data)
{
    (void)object, (void)data;
}

/* ---- Before: out of the window ---- */

static void
make_targets(void)
{
    for (size_t i = 0; i < RUNS; i++)
        ring[i] = wgc_alloc(heap, 32);
}

static void
make_weakref(void)
{
    make_targets();
    weak = wgc_weakref_new(heap, ring[0], NULL, NULL);
}

static void
make_map(void)
{
    make_targets();
    map = wgc_weakmap_new(heap, NULL);
}

static void
fill_map(void)
{
    make_map();
    for (size_t i = 0; i < RUNS; i++)
        wgc_weakmap_set(map, ring[i], ring[i]);
}

static void
make_list(void)
{
    struct link *list = NULL;

    for (size_t i = 0; i < RUNS; i++) {
        struct link *link = wgc_alloc(heap, sizeof *link);

        link->next = list;
        list = link;
    }
    memset(ring, 0, sizeof ring);
    ring[0] = list;
}

/* Objects of 48 bytes with three edges each, to the next and to any other. */
static void
make_graph(void)
{
    make_targets();
    for (size_t i = 0; i < RUNS; i++) {
        void **object = wgc_alloc(heap, 48);

        object[0] = ring[i];
        object[1] = ring[(i * 2654435761U) % RUNS];
        object[2] = ring[(i * 40503U + 7) % RUNS];
        ring[i] = object;
    }
}

/* Blocks of 16-byte cells of which one lives. */
static void
make_garbage(void)
{
    memset(ring, 0, sizeof ring);
    for (size_t i = 0; i < (size_t)SWEPT_BLOCKS * BLOCK_CELLS; i++) {
        void *object = wgc_alloc_leaf(heap, 16);

        if (i % BLOCK_CELLS == 0)
            ring[i / BLOCK_CELLS] = object;
    }
}

/* ---- What is counted ---- */

static void
alloc_16(void)
{
    for (size_t i = 0; i < RUNS; i++)
        ring[i] = wgc_alloc(heap, 16);
}

static void
alloc_48(void)
{
    for (size_t i = 0; i < RUNS; i++)
        ring[i] = wgc_alloc(heap, 48);
}

static void
leaf_64(void)
{
    for (size_t i = 0; i < RUNS; i++)
        ring[i] = wgc_alloc_leaf(heap, 64);
}

static void
free_32(void)
{
    for (size_t i = 0; i < RUNS; i++)
        wgc_free(heap, ring[i]);
}

static void
weak_get(void)
{
    for (size_t i = 0; i < RUNS; i++)
        ring[i] = wgc_weakref_get(weak);
}

static void
weak_new(void)
{
    for (size_t i = 0; i < RUNS; i++)
        ring[i] = wgc_weakref_new(heap, ring[i], NULL, NULL);
}

static void
finalizer_new(void)
{
    for (size_t i = 0; i < RUNS; i++)
        wgc_finalizer_new(heap, ring[i], ignore, NULL);
}

static void
guard_new(void)
{
    for (size_t i = 0; i < RUNS; i++)
        wgc_finalizer_new_guard(heap, ring[i], ignore, NULL);
}

static void
map_set(void)
{
    for (size_t i = 0; i < RUNS; i++)
        wgc_weakmap_set(map, ring[i], ring[i]);
}

static void
map_get(void)
{
    for (size_t i = 0; i < RUNS; i++)
        if (wgc_weakmap_get(map, ring[i]) != ring[i])
            abort();
}

static void
pin(void)
{
    for (size_t i = 0; i < RUNS; i++)
        wgc_pin(heap, ring[i]);
}

static void
root_add(void)
{
    for (size_t i = 0; i < RUNS; i++)
        wgc_root_add(heap, &ring[i], &ring[i] + 1);
}

static void
collect(void)
{
    wgc_collect_exact(heap);
}

static const struct path {
    const char *name;
    void (*make)(void);
    void (*run)(void);
    size_t runs;
} paths[] = {
    {"alloc_16", make_targets, alloc_16, RUNS},
    {"alloc_48", make_targets, alloc_48, RUNS},
    {"leaf_64", make_targets, leaf_64, RUNS},
    {"free_32", make_targets, free_32, RUNS},
    {"weak_get", make_weakref, weak_get, RUNS},
    {"weak_new", make_targets, weak_new, RUNS},
    {"finalizer_new", make_targets, finalizer_new, RUNS},
    {"guard_new", make_targets, guard_new, RUNS},
    {"map_set", make_map, map_set, RUNS},
    {"map_get", fill_map, map_get, RUNS},
    {"pin", make_targets, pin, RUNS},
    {"root_add", make_targets, root_add, RUNS},
    {"mark_link", make_list, collect, RUNS},
    {"mark_vertex", make_graph, collect, RUNS},
    {"sweep_block", make_garbage, collect, SWEPT_BLOCKS},
};
enum { PATHS = sizeof paths / sizeof *paths };

/* What callgrind counts. */
void window(const struct path *path);

__attribute__((noinline)) void
window(const struct path *path)
{
    path->run();
}

static void
count_path(const struct path *path)
{
    const wgc_config config = {.max_bytes = (size_t)256 << 20,
                               .no_globals = true};

    heap = wgc_heap_new(&config);
    if (heap == NULL)
        abort();
    wgc_root_add(heap, ring, ring + RUNS);
    wgc_disable(heap);
    path->make();
    path->run();
    wgc_collect_exact(heap);
    path->make();
    window(path);
    wgc_heap_free(heap);
}

/* Without an argument, the names and how often each runs. */
int
main(int argc, char **argv)
{
    for (size_t i = 0; i < PATHS; i++) {
        if (argc < 2) {
            printf("%s %zu\n", paths[i].name, paths[i].runs);
        } else if (strcmp(argv[1], paths[i].name) == 0) {
            count_path(&paths[i]);
            return 0;
        }
    }
    return argc < 2 ? 0 : 1;
}
