/* SPDX-License-Identifier: MIT */
/*
 * src/mark.h with a mark stack that is far too small, against a plain search of
 * the same graph.  First marking alone, then whole cycles, where weak
 * references and finalizers depend on what was marked (BS7).
 */
#include "heap.h"
#include "mark.h"

#include "internal_store.h"

enum { NODES = 3000, EDGES = 3, NOBODY = -1 };

/* ---- Marking alone ---------------------------------------------------- */

enum { KIND_PLAIN, KIND_LEAF, KIND_BITMAP, KIND_TRACED, KINDS };

struct graph {
    struct store store;
    struct wgc__lane lanes[KINDS];
    struct wgc_tracer tracer;
    random_state random;
    size_t count;
    uintptr_t *nodes[NODES];
    int kinds[NODES];
    size_t words[NODES];
    int edges[NODES][EDGES];
    bool reached[NODES];
    int work[NODES];
};

/* Its first words are edges. */
static void
trace_node(wgc_tracer *tracer, const void *object, size_t bytes)
{
    void *const *words = object;
    wgc_visit(tracer, words[0]);
    wgc_visit_range(tracer, words + 1, words + bytes / sizeof(void *));
}

static const uint64_t bitmap = 7;
static const struct wgc__shape shapes[KINDS] = {
    [KIND_PLAIN] = {.form = WGC__FORM_CONSERVATIVE},
    [KIND_LEAF] = {.form = WGC__FORM_LEAF},
    [KIND_BITMAP] = {.form = WGC__FORM_BITMAP, .pointers = &bitmap, .words = 3},
    [KIND_TRACED] = {.form = WGC__FORM_TRACE, .trace = trace_node},
};

static struct graph *
open_graph(uint64_t seed)
{
    struct graph *graph = calloc(1, sizeof *graph);
    open_store(&graph->store, 14);
    graph->random = random_seeded(seed);
    for (uint16_t kind = 0; kind < KINDS; kind++)
        wgc__lane_init(&graph->lanes[kind], &graph->store.classes, kind,
                       kind == KIND_LEAF);
    graph->tracer.shapes = shapes;
    assert_true(wgc__mark_init(&graph->tracer, &graph->store.blocks,
                               &graph->store.chunk));
    return graph;
}

static void
close_graph(struct graph *graph)
{
    close_store(&graph->store);
    free(graph);
}

static size_t
add_node(struct graph *graph, int kind, size_t words)
{
    size_t i = graph->count++;
    graph->nodes[i] = wgc__alloc_bytes(&graph->store.alloc, &graph->lanes[kind],
                                       words * sizeof(void *));
    assert_non_null(graph->nodes[i]);
    graph->kinds[i] = kind;
    graph->words[i] = words;
    for (int edge = 0; edge < EDGES; edge++)
        graph->edges[i][edge] = NOBODY;
    return i;
}

/* The edge is the last words of an object that has many: its farthest end. */
static void
set_edge(struct graph *graph, size_t from, int edge, size_t to)
{
    bool far = graph->kinds[from] == KIND_PLAIN ||
               (graph->kinds[from] == KIND_TRACED && edge != 0);
    size_t word = far ? graph->words[from] - 1 - (size_t)edge : (size_t)edge;
    graph->nodes[from][word] =
        (uintptr_t)graph->nodes[to] + 8 * random_below(&graph->random, 2);
    graph->edges[from][edge] = (int)to;
}

static void
search(struct graph *graph, size_t root)
{
    size_t depth = 0;
    memset(graph->reached, 0, sizeof graph->reached);
    graph->reached[root] = true;
    graph->work[depth++] = (int)root;
    while (depth > 0) {
        int from = graph->work[--depth];
        if (graph->kinds[from] == KIND_LEAF)
            continue;
        for (int edge = 0; edge < EDGES; edge++) {
            int to = graph->edges[from][edge];
            if (to == NOBODY || graph->reached[to])
                continue;
            graph->reached[to] = true;
            graph->work[depth++] = to;
        }
    }
}

static void
clear_marks(const struct wgc__blocks *blocks)
{
    size_t bits = (size_t)1 << (blocks->shift - WGC__GRANULE_SHIFT);
    for (uint32_t i = 0; i < wgc__blocks_top(blocks); i++) {
        wgc__bits_clear(wgc__block_marked(blocks, i), 0, bits);
        assert_int_equal(blocks->table[i].flags & WGC__BLOCK_GREY, 0);
    }
}

/* Mark from one root with a stack of so many words. */
static void
mark_with(struct graph *graph, size_t root, size_t capacity)
{
    struct wgc_tracer *tracer = &graph->tracer;
    for (int kind = 0; kind < KINDS; kind++)
        wgc__alloc_retire(&graph->store.alloc, &graph->lanes[kind]);
    wgc__mark_begin(tracer);
    size_t whole = tracer->capacity;
    if (capacity < whole)
        tracer->capacity = tracer->capacity_max = capacity;
    wgc__mark_word(tracer, (uintptr_t)graph->nodes[root]);
    wgc__mark_drain(tracer);
    assert_int_equal(tracer->depth, 0);
    assert_false(tracer->overflowed);
    if (capacity < whole)
        tracer->capacity = whole;
    check_store(&graph->store);
    search(graph, root);
    for (size_t i = 0; i < graph->count; i++)
        assert_int_equal(
            wgc__is_marked(&tracer->blocks, (uintptr_t)graph->nodes[i]),
            graph->reached[i]);
    clear_marks(&graph->store.blocks);
    wgc__mark_end(tracer);
}

static const size_t capacities[] = {0, 1, 2, 3, 5, 8, 64, 600, SIZE_MAX};
#define FOR_EACH_CAPACITY(c)                                                   \
    for (size_t c = 0; c < sizeof capacities / sizeof capacities[0]; c++)

static void
BS7_random_graphs_are_marked_whole_with_any_stack(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        struct graph *graph = open_graph(seed);
        size_t nodes = seed % 3 ? 400 : NODES;
        while (graph->count < nodes) {
            size_t words = 4 + random_below(&graph->random, 20);
            if (random_below(&graph->random, 100) == 0)
                words = 2000; /* a large one, scanned in pieces */
            add_node(graph, (int)random_below(&graph->random, KINDS), words);
        }
        for (size_t n = 0; n < nodes * seed / 4; n++)
            set_edge(graph, random_below(&graph->random, nodes),
                     (int)random_below(&graph->random, EDGES),
                     random_below(&graph->random, nodes));
        FOR_EACH_CAPACITY(c)
        for (int n = 0; n < 4; n++)
            mark_with(graph, random_below(&graph->random, nodes),
                      capacities[c]);
        close_graph(graph);
    }
}

/* In address order, which a rescan follows, and against it. */
static void
BS7_a_long_list_is_marked_whole_with_any_stack(void **state)
{
    (void)state;
    for (int backwards = 0; backwards < 2; backwards++) {
        struct graph *graph = open_graph(20);
        for (size_t i = 0; i < 1000; i++)
            add_node(graph, i % 2 ? KIND_PLAIN : KIND_TRACED, 4);
        for (size_t i = 0; i + 1 < 1000; i++)
            if (backwards)
                set_edge(graph, i + 1, 0, i);
            else
                set_edge(graph, i, 0, i + 1);
        FOR_EACH_CAPACITY(c)
        mark_with(graph, backwards ? 999 : 0, capacities[c]);
        close_graph(graph);
    }
}

/* One array of all others, each of which overflows the stack. */
static void
BS7_a_wide_array_is_marked_whole_with_any_stack(void **state)
{
    (void)state;
    struct graph *graph = open_graph(21);
    size_t array = add_node(graph, KIND_PLAIN, NODES);
    for (size_t i = 1; i < NODES; i++) {
        add_node(graph, KIND_PLAIN, 4);
        graph->nodes[array][i] = (uintptr_t)graph->nodes[i];
    }
    FOR_EACH_CAPACITY(c)
    {
        /* search() knows three edges of a node: link each to the next. */
        for (size_t i = 0; i + 1 < NODES; i++)
            graph->edges[i][0] = (int)i + 1;
        mark_with(graph, array, capacities[c]);
    }
    close_graph(graph);
}

/* ---- Whole cycles ----------------------------------------------------- */

enum { OBJECTS = 400 };

struct record {
    bool made, fired;
    int target, data;
    void *handle;
};

struct cycle {
    wgc_heap *heap;
    random_state random;
    size_t capacity, whole;
    hidden objects[OBJECTS];
    int edges[OBJECTS][EDGES];
    bool rooted[OBJECTS], alive[OBJECTS], kept[OBJECTS];
    struct record shorts[OBJECTS], longs[OBJECTS], afters[OBJECTS],
        guards[OBJECTS];
};

/* The first root that a cycle looks at: from here on the stack is small. */
static void
make_stack_small(wgc_tracer *tracer, void *data)
{
    struct cycle *cycle = data;
    if (tracer->depth != 0 || cycle->capacity >= tracer->capacity)
        return;
    cycle->whole = tracer->capacity;
    tracer->capacity = tracer->capacity_max = cycle->capacity;
}

static void
reference_fired(wgc_weakref *reference, void *data)
{
    struct record *record = NULL;
    memcpy(&record, data, sizeof record);
    assert_ptr_equal(record->handle, reference);
    assert_false(record->fired);
    record->fired = true;
}

static void
finalizer_fired(void *object, void *data)
{
    struct record *record = NULL;
    (void)object;
    memcpy(&record, data, sizeof record);
    assert_false(record->fired);
    record->fired = true;
}

/* An object that tells whose callback it is, and refers to one of the rest. */
static void *
data_of(struct cycle *cycle, struct record *record)
{
    void **data = wgc_alloc(cycle->heap, 2 * sizeof *data);
    memcpy(data, &record, sizeof record);
    data[1] =
        record->data != NOBODY ? reveal(cycle->objects[record->data]) : NULL;
    return data;
}

static struct record
plan_record(struct cycle *cycle, int target)
{
    return (struct record){
        .made = random_below(&cycle->random, 4) == 0,
        .target = target,
        .data = random_below(&cycle->random, 3)
                    ? NOBODY
                    : (int)random_below(&cycle->random, OBJECTS)};
}

/* Handles of references are rooted behind the objects, or would die unseen. */
static void
make_records(struct cycle *cycle, int i)
{
    void *target = reveal(cycle->objects[i]);
    struct record *all[] = {&cycle->shorts[i], &cycle->longs[i],
                            &cycle->afters[i], &cycle->guards[i]};
    for (int type = 0; type < 4; type++) {
        struct record *record = all[type];
        *record = plan_record(cycle, i);
        if (!record->made)
            continue;
        void *data = data_of(cycle, record);
        if (type < 2)
            record->handle = roots[OBJECTS * (type + 1) + i] =
                (type ? wgc_weakref_new_long : wgc_weakref_new)(
                    cycle->heap, target, reference_fired, data);
        else
            record->handle =
                (type == 3 ? wgc_finalizer_new_guard : wgc_finalizer_new)(
                    cycle->heap, target, finalizer_fired, data);
        assert_non_null(record->handle);
    }
}

static void
make_world(struct cycle *cycle)
{
    for (int i = 0; i < OBJECTS; i++) {
        roots[i] =
            wgc_alloc(cycle->heap,
                      32 + random_below(&cycle->random, i % 50 ? 200 : 30000));
        cycle->objects[i] = hide(roots[i]);
        for (int edge = 0; edge < EDGES; edge++)
            cycle->edges[i][edge] = NOBODY;
    }
    for (int n = 0; n < OBJECTS * 3 / 4; n++) {
        size_t from = random_below(&cycle->random, OBJECTS);
        size_t edge = random_below(&cycle->random, EDGES);
        size_t to = random_below(&cycle->random, OBJECTS);
        ((void **)roots[from])[edge] = roots[to];
        cycle->edges[from][edge] = (int)to;
    }
    for (int i = 0; i < OBJECTS; i++)
        make_records(cycle, i);
    for (int i = 0; i < OBJECTS; i++) {
        cycle->rooted[i] = random_below(&cycle->random, 5) == 0;
        if (!cycle->rooted[i])
            roots[i] = NULL;
    }
}

static void
reach(const struct cycle *cycle, bool *reached, int from)
{
    if (from == NOBODY || reached[from])
        return;
    reached[from] = true;
    for (int edge = 0; edge < EDGES; edge++)
        reach(cycle, reached, cycle->edges[from][edge]);
}

/* G1 to G4: what is alive, and what guards hand out. */
static void
search_world(struct cycle *cycle)
{
    for (int i = 0; i < OBJECTS; i++) {
        if (cycle->rooted[i])
            reach(cycle, cycle->alive, i);
        const struct record *references[] = {&cycle->shorts[i],
                                             &cycle->longs[i]};
        for (int n = 0; n < 2; n++)
            if (references[n]->made)
                reach(cycle, cycle->alive, references[n]->data);
        if (cycle->afters[i].made)
            reach(cycle, cycle->alive, cycle->afters[i].data);
    }
    for (bool added = true; added;) {
        added = false;
        for (int i = 0; i < OBJECTS; i++) {
            int data = cycle->guards[i].data;
            if (cycle->guards[i].made && cycle->alive[i] && data != NOBODY &&
                !cycle->alive[data]) {
                reach(cycle, cycle->alive, data);
                added = true;
            }
        }
    }
    memcpy(cycle->kept, cycle->alive, sizeof cycle->kept);
    for (int i = 0; i < OBJECTS; i++)
        if (cycle->guards[i].made && !cycle->alive[i]) {
            reach(cycle, cycle->kept, i);
            reach(cycle, cycle->kept, cycle->guards[i].data);
        }
}

static void
check_world(const struct cycle *cycle)
{
    for (int i = 0; i < OBJECTS; i++) {
        assert_int_equal(is_alive(cycle->heap, cycle->objects[i]),
                         cycle->kept[i]);
        if (cycle->shorts[i].made) {
            void *target = wgc_weakref_get(cycle->shorts[i].handle);
            assert_int_equal(target != NULL, cycle->alive[i]);
        }
        if (cycle->longs[i].made) {
            void *target = wgc_weakref_get(cycle->longs[i].handle);
            assert_int_equal(target != NULL, cycle->kept[i]);
        }
        assert_int_equal(cycle->afters[i].made &&
                             !wgc_finalizer_object(cycle->afters[i].handle),
                         cycle->afters[i].made && !cycle->alive[i]);
    }
}

static void
check_fired(const struct cycle *cycle)
{
    for (int i = 0; i < OBJECTS; i++) {
        bool dead = !cycle->alive[i], gone = !cycle->kept[i];
        assert_int_equal(cycle->shorts[i].fired, cycle->shorts[i].made && dead);
        assert_int_equal(cycle->longs[i].fired, cycle->longs[i].made && gone);
        assert_int_equal(cycle->afters[i].fired, cycle->afters[i].made && dead);
        assert_int_equal(cycle->guards[i].fired, cycle->guards[i].made && dead);
    }
}

static void
run_cycle_with(uint64_t seed, size_t capacity)
{
    struct cycle *cycle = calloc(1, sizeof *cycle);
    fake_reset(4096);
    cycle->heap = exact_heap_with((wgc_config){.delivery = WGC_DELIVER_MANUAL});
    assert_non_null(cycle->heap);
    assert_int_equal(wgc_disable(cycle->heap), WGC_OK);
    cycle->random = (random_state){seed};
    cycle->capacity = capacity;
    make_world(cycle);
    search_world(cycle);
    assert_int_equal(
        wgc_root_add_callback(cycle->heap, make_stack_small, cycle), WGC_OK);
    collect_exact(cycle->heap);
    if (cycle->whole != 0)
        cycle->heap->tracer.capacity = cycle->whole;
    assert_true(cycle->whole != 0 || capacity == SIZE_MAX);
    check_world(cycle);
    size_t pending = wgc_pending(cycle->heap);
    assert_int_equal(wgc_deliver(cycle->heap, SIZE_MAX), pending);
    check_fired(cycle);
    close_heap(cycle->heap);
    fake_check_returned();
    free(cycle);
}

static void
BS7_weak_references_and_finalizers_are_right_with_any_stack(void **state)
{
    (void)state;
    random_state random = random_seeded(30);
    for (int round = 0; round < 12; round++) {
        uint64_t seed = random_next(&random);
        FOR_EACH_CAPACITY(c)
        run_cycle_with(seed, capacities[c]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(BS7_random_graphs_are_marked_whole_with_any_stack),
        cmocka_unit_test(BS7_a_long_list_is_marked_whole_with_any_stack),
        cmocka_unit_test(BS7_a_wide_array_is_marked_whole_with_any_stack),
        cmocka_unit_test(
            BS7_weak_references_and_finalizers_are_right_with_any_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
