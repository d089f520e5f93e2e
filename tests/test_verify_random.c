/* SPDX-License-Identifier: MIT */
/*
 * Everything at random for some seconds, with every invariant checked between
 * the phases of each cycle, on ordinary heaps and in arenas of 64 to 300 KiB.
 * A model knows what can be reached; at a settlement the heap holds exactly
 * that, intact, and each callback of what cannot be reached has run once.
 * --seed N repeats a life, --seconds N lives longer.
 */
#include "verify.h"

#include "support.h"

#include <stdio.h>
#include <time.h>

enum { NODES = 150, EDGES = 3, STEPS = 700, NOBODY = -1 };

enum node_state { EMPTY, REACHABLE, LOST };

struct node {
    enum node_state state;
    bool rooted, guarded;
    hidden address;
    size_t bytes;
    unsigned char pattern;
    int edges[EDGES];
    size_t pins, finalizers; /* finalizers: of both kinds */
    size_t registered, fired;
    void *slot;
};

struct life {
    wgc_heap *heap;
    random_state random;
    wgc_kind bitmap, traced;
    struct node nodes[NODES];
    void *live[NODES];    /* a root */
    void *handles[NODES]; /* a root */
    void *arena;
    bool may_fail;
};

static uint64_t life_seed;
static int life_step;

#define CHECK(x)                                                               \
    do {                                                                       \
        if (!(x))                                                              \
            fail_msg("%s (--seed %llu, step %d)", #x,                          \
                     (unsigned long long)life_seed, life_step);                \
    } while (0)

/* ---- The model -------------------------------------------------------- */

static void
reach(struct life *life, bool *reached, int i)
{
    if (i == NOBODY || reached[i])
        return;
    reached[i] = true;
    for (int edge = 0; edge < EDGES; edge++)
        reach(life, reached, life->nodes[i].edges[edge]);
}

static void
find_lost(struct life *life)
{
    bool reached[NODES] = {false};
    for (int i = 0; i < NODES; i++)
        if (life->nodes[i].state == REACHABLE &&
            (life->nodes[i].rooted || life->nodes[i].pins != 0))
            reach(life, reached, i);
    for (int i = 0; i < NODES; i++)
        if (life->nodes[i].state == REACHABLE && !reached[i])
            life->nodes[i].state = LOST;
}

static int
pick(struct life *life, enum node_state state)
{
    size_t start = random_below(&life->random, NODES);
    for (size_t n = 0; n < NODES; n++) {
        size_t i = (start + n) % NODES;
        if (life->nodes[i].state == state)
            return (int)i;
    }
    return NOBODY;
}

static void
check_node(struct life *life, int i)
{
    const struct node *node = &life->nodes[i];
    void **words = reveal(node->address);
    CHECK(wgc_size(life->heap, words) >= node->bytes);
    for (int edge = 0; edge < EDGES; edge++) {
        int to = node->edges[edge];
        CHECK(wgc_base(life->heap, words[edge]) ==
              (to == NOBODY ? NULL : reveal(life->nodes[to].address)));
    }
    CHECK(all_bytes_are(words + EDGES, node->bytes - EDGES * sizeof *words,
                        node->pattern));
    CHECK(node->fired == 0);
    CHECK(node->slot == NULL || node->slot == words);
    if (life->handles[i] != NULL)
        CHECK(wgc_weakref_get(life->handles[i]) == words);
}

/* ---- What happens to objects ------------------------------------------ */

static void
trace_node(wgc_tracer *tracer, const void *object, size_t bytes)
{
    void *const *words = object;
    wgc_visit(tracer, words[0]);
    if (bytes >= EDGES * sizeof *words)
        wgc_visit_range(tracer, words + 1, words + EDGES);
}

static bool
refused(const struct life *life, bool failure)
{
    if (failure) {
        CHECK(life->may_fail);
        CHECK(wgc_last_status() == WGC_NO_MEMORY);
    }
    return failure;
}

static size_t
some_bytes(struct life *life)
{
    static const size_t limits[] = {40, 40, 100, 300, 300, 2000, 9000};
    size_t most = life->arena == NULL && random_below(&life->random, 30) == 0
                      ? 100000
                      : limits[random_below(&life->random, 7)];
    return EDGES * sizeof(void *) + random_below(&life->random, most);
}

static void
add_node(struct life *life)
{
    int i = pick(life, EMPTY);
    if (i == NOBODY)
        return;
    const wgc_kind kinds[] = {WGC_KIND_CONSERVATIVE, life->bitmap,
                              life->traced};
    size_t bytes = some_bytes(life);
    wgc_kind kind = kinds[random_below(&life->random, 3)];
    size_t alignment = (size_t)1 << random_below(&life->random, 8);
    void **words = wgc_alloc_aligned(life->heap, kind, bytes, alignment);
    if (refused(life, words == NULL))
        return;
    CHECK(all_bytes_are(words, bytes, 0));
    CHECK((uintptr_t)words % alignment == 0);
    life->nodes[i] = (struct node){
        .state = REACHABLE,
        .rooted = true,
        .address = hide(words),
        .bytes = bytes,
        .pattern = (unsigned char)random_below(&life->random, 100),
        .edges = {NOBODY, NOBODY, NOBODY}};
    memset(words + EDGES, life->nodes[i].pattern,
           bytes - EDGES * sizeof *words);
    life->live[i] = words;
}

static void
set_edge(struct life *life, int from, int edge, int to)
{
    void **words = reveal(life->nodes[from].address);
    life->nodes[from].edges[edge] = to;
    words[edge] = NULL;
    if (to != NOBODY)
        words[edge] = (char *)reveal(life->nodes[to].address) +
                      random_below(&life->random, life->nodes[to].bytes);
}

static void
link_nodes(struct life *life)
{
    int from = pick(life, REACHABLE), to = pick(life, REACHABLE);
    if (from == NOBODY)
        return;
    if (random_below(&life->random, 3) == 0)
        to = NOBODY;
    set_edge(life, from, (int)random_below(&life->random, EDGES), to);
    find_lost(life);
}

static void
unroot_node(struct life *life)
{
    int i = pick(life, REACHABLE);
    if (i == NOBODY)
        return;
    life->nodes[i].rooted = false;
    life->live[i] = NULL;
    find_lost(life);
}

static void
resize_node(struct life *life)
{
    int i = pick(life, REACHABLE);
    if (i == NOBODY)
        return;
    struct node *node = &life->nodes[i];
    size_t bytes = some_bytes(life), before = node->bytes;
    char *moved = wgc_realloc(life->heap, reveal(node->address), bytes);
    if (refused(life, moved == NULL))
        return;
    if (bytes > before) {
        CHECK(all_bytes_are(moved + before, bytes - before, 0));
        memset(moved + before, node->pattern, bytes - before);
    }
    node->bytes = bytes;
    node->address = hide(moved);
    if (node->rooted)
        life->live[i] = moved;
    /* Also after a resize in place: a word may have pointed past the new end.
       What nobody can reach any more points where it did. */
    for (int from = 0; from < NODES; from++)
        for (int edge = 0; edge < EDGES; edge++)
            if (life->nodes[from].state == REACHABLE &&
                life->nodes[from].edges[edge] == i)
                set_edge(life, from, edge, i);
}

static void
free_node(struct life *life)
{
    int i = pick(life, REACHABLE);
    if (i == NOBODY || life->nodes[i].guarded)
        return;
    struct node *node = &life->nodes[i];
    if (node->pins != 0) {
        CHECK(wgc_free(life->heap, reveal(node->address)) == WGC_BUSY);
        return;
    }
    for (int from = 0; from < NODES; from++)
        for (int edge = 0; edge < EDGES; edge++)
            if (life->nodes[from].state == REACHABLE &&
                life->nodes[from].edges[edge] == i)
                set_edge(life, from, edge, NOBODY);
    CHECK(wgc_free(life->heap, reveal(node->address)) == WGC_OK);
    life->live[i] = NULL;
    node->state = LOST;
    find_lost(life);
}

static void
pin_node(struct life *life)
{
    int i = pick(life, REACHABLE);
    if (i == NOBODY)
        return;
    struct node *node = &life->nodes[i];
    void *address = reveal(node->address);
    if (node->pins != 0 && random_below(&life->random, 2)) {
        CHECK(wgc_unpin(life->heap, address) == WGC_OK);
        node->pins--;
        find_lost(life);
    } else if (!refused(life, wgc_pin(life->heap, address) != WGC_OK)) {
        node->pins++;
    }
}

/* ---- What is tied to their lives -------------------------------------- */

static void
reference_fired(wgc_weakref *reference, void *data)
{
    (void)reference;
    ((struct node *)data)->fired++;
}

static void
finalizer_fired(void *object, void *data)
{
    (void)object;
    ((struct node *)data)->fired++;
}

static void
refer_to_node(struct life *life)
{
    int i = pick(life, REACHABLE);
    if (i == NOBODY || life->handles[i] != NULL)
        return;
    struct node *node = &life->nodes[i];
    bool is_long = random_below(&life->random, 2);
    wgc_weakref *reference = (is_long ? wgc_weakref_new_long : wgc_weakref_new)(
        life->heap, reveal(node->address), reference_fired, node);
    if (refused(life, reference == NULL))
        return;
    life->handles[i] = reference;
    node->registered++;
}

static void
finalize_node(struct life *life)
{
    int i = pick(life, REACHABLE);
    if (i == NOBODY)
        return;
    struct node *node = &life->nodes[i];
    bool guard = random_below(&life->random, 2);
    if (refused(life, (guard ? wgc_finalizer_new_guard : wgc_finalizer_new)(
                          life->heap, reveal(node->address), finalizer_fired,
                          node) == NULL))
        return;
    node->guarded |= guard;
    node->registered++;
    node->finalizers++;
}

static void
add_slot(struct life *life)
{
    int i = pick(life, REACHABLE);
    if (i == NOBODY)
        return;
    struct node *node = &life->nodes[i];
    refused(life, wgc_weak_slot_add(life->heap, &node->slot,
                                    reveal(node->address)) != WGC_OK);
}

/* ---- Settlement ------------------------------------------------------- */

/* Three cycles: what a guard held in the queue is found dead in the second, and
   what its own guards hand out dies in the third. */
static void
settle(struct life *life)
{
    size_t nodes = 0, references = 0, finalizers = 0;
    for (int n = 0; n < 3; n++) {
        CHECK(wgc_collect_exact(life->heap) == WGC_OK);
        wgc_deliver(life->heap, SIZE_MAX);
    }
    for (int i = 0; i < NODES; i++) {
        struct node *node = &life->nodes[i];
        if (node->state == LOST) {
            CHECK(node->fired == node->registered);
            CHECK(node->slot == NULL);
            *node = (struct node){.state = EMPTY};
            life->handles[i] = NULL;
        } else if (node->state == REACHABLE) {
            check_node(life, i);
            nodes++;
            finalizers += node->finalizers;
            references += life->handles[i] != NULL;
        }
    }
    CHECK(wgc_collect_exact(life->heap) == WGC_OK);
    wgc_stats stats = stats_of(life->heap);
    CHECK(stats.live_objects == nodes + references + finalizers);
    CHECK(stats.finalizers == finalizers);
    CHECK(stats.pending == 0);
}

static void
step(struct life *life)
{
    static void (*const actions[])(struct life *) = {
        add_node,      add_node,      add_node,      link_nodes,
        link_nodes,    link_nodes,    unroot_node,   unroot_node,
        resize_node,   free_node,     pin_node,      refer_to_node,
        finalize_node, finalize_node, refer_to_node, add_slot,
    };
    actions[random_below(&life->random, 16)](life);
    switch (random_below(&life->random, 150)) {
    case 0:
        settle(life);
        break;
    case 1:
        CHECK(wgc_collect(life->heap) == WGC_OK);
        break;
    case 2:
        wgc_trim(life->heap);
        break;
    case 3:
        wgc_deliver(life->heap, 3);
        break;
    default:
        break;
    }
    wgc__verify(life->heap);
}

static wgc_config
some_config(struct life *life)
{
    wgc_config config = {
        .no_globals = true,
        .delivery = (wgc_delivery)random_below(&life->random, 3),
        .min_bytes = random_below(&life->random, 2) ? 30000 : 0,
        .stress = random_below(&life->random, 8) ? 0 : 7,
    };
    if (random_below(&life->random, 2)) {
        config.arena_bytes = 65536 + random_below(&life->random, 241664);
        life->arena = malloc(config.arena_bytes + 64);
        memset(life->arena, 0xdd, config.arena_bytes + 64);
        config.arena = (char *)life->arena + random_below(&life->random, 64);
        life->may_fail = true;
    } else if (random_below(&life->random, 4) == 0) {
        config.max_bytes = 300000 + random_below(&life->random, 1000000);
        life->may_fail = true;
    }
    return config;
}

static void
open_life(struct life *life)
{
    static const uint64_t pointers = 7;
    const wgc_kind_info mapped = {.pointers = &pointers, .words = EDGES};
    const wgc_kind_info traced = {.trace = trace_node};
    wgc_config config = some_config(life);
    life->heap = wgc_heap_new(&config);
    CHECK(life->heap != NULL);
    CHECK(wgc_root_add(life->heap, life->live, life->live + NODES) == WGC_OK);
    CHECK(wgc_root_add(life->heap, life->handles, life->handles + NODES) ==
          WGC_OK);
    life->bitmap = wgc_kind_new(life->heap, &mapped);
    life->traced = wgc_kind_new(life->heap, &traced);
    CHECK(life->bitmap != WGC_KIND_INVALID && life->traced != WGC_KIND_INVALID);
}

static void
live(uint64_t seed)
{
    struct life *life = calloc(1, sizeof *life);
    life_seed = seed;
    life_step = 0;
    if (getenv("TEST_TRACE") != NULL)
        print_message("--seed %llu\n", (unsigned long long)seed);
    life->random = (random_state){seed ? seed : 1};
    open_life(life);
    for (; life_step < STEPS; life_step++)
        step(life);
    settle(life);
    CHECK(wgc_heap_free(life->heap) == WGC_OK);
    free(life->arena);
    free(life);
}

static const char *only_seed;
static time_t seconds = 5;

static void
every_invariant_holds_through_random_lives(void **state)
{
    (void)state;
    assert_true(WGC__CHECKED);
    if (only_seed != NULL) {
        live(strtoull(only_seed, NULL, 0));
        return;
    }
    random_state random = random_seeded(20);
    time_t end = time(NULL) + seconds;
    size_t lives = 0;
    do {
        live(random_next(&random));
        lives++;
    } while (time(NULL) < end);
    print_message("%zu lives\n", lives);
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_invariant_holds_through_random_lives),
    };
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seed") == 0)
            only_seed = argv[i + 1];
        if (strcmp(argv[i], "--seconds") == 0)
            seconds = (time_t)strtoll(argv[i + 1], NULL, 0);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
