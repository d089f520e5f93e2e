/* SPDX-License-Identifier: MIT */
/*
 * BS7: marking is bounded in stack and memory, whatever the shape of what is
 * marked: long lists, wide arrays, trees, with weak references and finalizers
 * on their objects, and also where the mark stack cannot grow.
 */
#include "support.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static const size_t MIB = 1 << 20;

enum {
    MANY = UNDER_ASAN ? 1000000 : 10000000,
    /* Two bits of an object's address for each are mark bits and their like;
       a stack of all objects would be 80 or 160 MB. */
    BOUND = 24 << 20
};

/* Peak of resident memory in an exact cycle above what there was before it. */
static size_t
growth_in_cycle(wgc_heap *heap)
{
    FILE *reset = fopen("/proc/self/clear_refs", "w");
    if (!reset)
        return 0;
    fputs("5", reset); /* the peak starts anew */
    fclose(reset);
    size_t before = resident_bytes();
    collect_exact(heap);
    size_t peak = peak_resident_bytes();
    return peak > before ? peak - before : 0;
}

static void
check_growth(wgc_heap *heap, size_t objects)
{
    size_t committed = stats_of(heap).committed_bytes;
    size_t growth = growth_in_cycle(heap);
    assert_int_equal(stats_of(heap).live_objects, objects);
    print_message("%zu objects, the cycle grew by %zu KiB\n", objects,
                  growth / 1024);
    assert_true(stats_of(heap).committed_bytes <= committed + BOUND);
    if (!UNDER_ASAN)
        assert_true(growth <= BOUND);
}

/* Recursive marking would need gigabytes of stack. */
static void
BS7_ten_million_nodes_in_one_list(void **state)
{
    wgc_heap *heap = *state;
    for (size_t i = 0; i < MANY; i++) {
        void **node = wgc_alloc(heap, 16);
        assert_non_null(node);
        node[0] = roots[0];
        roots[0] = node;
    }
    check_growth(heap, MANY);
    size_t length = 0;
    for (void **node = roots[0]; node; node = node[0])
        length++;
    assert_int_equal(length, MANY);
    roots[0] = NULL;
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 0);
}

static void
BS7_one_array_of_ten_million_pointers(void **state)
{
    wgc_heap *heap = *state;
    void **array = roots[0] = wgc_alloc(heap, MANY * sizeof *array);
    assert_non_null(array);
    for (size_t i = 0; i < MANY; i++) {
        void **object = array[i] = wgc_alloc(heap, 16);
        object[0] = (void *)i;
    }
    check_growth(heap, (size_t)MANY + 1);
    for (size_t i = 0; i < MANY; i += 997)
        assert_ptr_equal(*(void **)array[i], (void *)i);
    assert_int_equal(wgc_size(heap, array[MANY - 1]), 16);
}

/* In an array of arrays each element, popped, pushes as many again. */
static void
BS7_arrays_of_arrays(void **state)
{
    wgc_heap *heap = *state;
    enum { ROWS = 300, COLUMNS = 3000 };
    void **rows = roots[0] = wgc_alloc(heap, ROWS * sizeof *rows);
    for (size_t i = 0; i < ROWS; i++) {
        void **row = rows[i] = wgc_alloc(heap, COLUMNS * sizeof *row);
        for (size_t j = 0; j < COLUMNS; j++) {
            void **cell = row[j] = wgc_alloc(heap, 32);
            cell[0] = row;
            cell[1] = rows;
            cell[2] = rows[random_below(&(random_state){i * j + 1}, i + 1)];
        }
    }
    check_growth(heap, 1 + ROWS + ROWS * COLUMNS);
}

static void
BS7_a_list_whose_nodes_are_found_from_one_array_too(void **state)
{
    wgc_heap *heap = *state;
    enum { COUNT = MANY / 10 };
    void **array = roots[0] = wgc_alloc(heap, COUNT * sizeof *array);
    void *list = NULL;
    for (size_t i = 0; i < COUNT; i++) {
        void **node = array[i] = wgc_alloc(heap, 32);
        node[0] = list;
        node[1] = array;
        list = node;
    }
    check_growth(heap, 1 + COUNT);
}

/* ---- With weak references and finalizers ------------------------------ */

static void
count_weakref(wgc_weakref *reference, void *data)
{
    (void)reference;
    (*(size_t *)data)++;
}

static void
count_finalizer(void *object, void *data)
{
    (void)object;
    (*(size_t *)data)++;
}

/* A full tree: `width` children a node; every 16th node is watched. */
static void
grow_tree(wgc_heap *heap, void **node, size_t width, size_t depth,
          size_t *count, size_t *called)
{
    if ((*count)++ % 16 == 0) {
        void **reference = wgc_alloc(heap, 16);
        reference[0] = roots[1];
        reference[1] = wgc_weakref_new(heap, node, count_weakref, called);
        roots[1] = reference;
        assert_non_null(reference[1]);
        assert_non_null(wgc_finalizer_new(heap, node, count_finalizer, called));
    }
    for (size_t i = 0; depth && i < width; i++) {
        void **child = wgc_alloc(heap, width * sizeof *child);
        assert_non_null(child);
        node[i] = child;
        grow_tree(heap, child, width, depth - 1, count, called);
    }
}

static void
BS7_watched_trees_survive_and_die(void **state)
{
    (void)state;
    size_t *called = calloc(1, sizeof *called);
    const size_t widths[] = {2, 7, 300};
    const size_t depths[] = {15, 5, 2};
    for (size_t i = 0; i < 3; i++) {
        wgc_heap *heap = exact_heap();
        size_t count = 0;
        *called = 0;
        roots[0] = wgc_alloc(heap, widths[i] * sizeof(void *));
        grow_tree(heap, roots[0], widths[i], depths[i], &count, called);
        size_t watched = (count + 15) / 16;
        collect_exact(heap);
        assert_int_equal(*called, 0);
        assert_int_equal(stats_of(heap).weakrefs, watched);
        assert_int_equal(stats_of(heap).finalizers, watched);
        roots[0] = NULL;
        collect_exact(heap);
        assert_int_equal(*called, 2 * watched);
        assert_int_equal(stats_of(heap).weakrefs, 0);
        assert_int_equal(stats_of(heap).finalizers, 0);
        close_heap(heap);
    }
    free(called);
}

/* ---- Where the mark stack cannot grow --------------------------------- */

static void
put_last(void **head, void *object)
{
    *(void **)object = *head;
    *head = object;
}

/*
 * A buffer that is full to the brim, of a shape that wants a deep mark stack:
 * an array of lists whose heads are all found at once.
 */
static void
fill_with_lists(wgc_heap *heap, size_t lists)
{
    void **array = roots[0] = wgc_alloc(heap, lists * sizeof *array);
    assert_non_null(array);
    for (size_t i = 0;; i++) {
        void *node = wgc_alloc(heap, 32);
        if (!node)
            return;
        put_last(&array[i % lists], node);
    }
}

static size_t
count_lists(wgc_heap *heap, size_t lists)
{
    size_t count = 1;
    void **array = roots[0];
    for (size_t i = 0; i < lists; i++)
        for (void **node = array[i]; node; node = node[0]) {
            if (wgc_size(heap, node) < 32)
                return 0;
            count++;
        }
    return count;
}

static void
check_full_heap(wgc_heap *heap, size_t lists)
{
    assert_non_null(heap);
    for (int round = 0; round < 2; round++) {
        fill_with_lists(heap, lists);
        size_t before = count_lists(heap, lists);
        for (int cycle = 0; cycle < 3; cycle++) {
            collect_exact(heap);
            assert_int_equal(stats_of(heap).live_objects, before);
            assert_int_equal(count_lists(heap, lists), before);
        }
        roots[0] = NULL;
        collect_exact(heap);
        assert_int_equal(stats_of(heap).live_objects, 0);
    }
    close_heap(heap);
}

static void
BS7_a_full_buffer_is_marked_to_the_end(void **state)
{
    (void)state;
    const size_t sizes[] = {64, 100, 1000, 8192};
    for (size_t i = 0; i < 4; i++) {
        size_t bytes = sizes[i] * 1024;
        char *arena = malloc(bytes);
        for (size_t lists = 1; lists < bytes / 64; lists *= 5)
            check_full_heap(exact_heap_with((wgc_config){.arena = arena,
                                                         .arena_bytes = bytes}),
                            lists);
        free(arena);
    }
}

static void
BS7_a_heap_at_its_limit_is_marked_to_the_end(void **state)
{
    (void)state;
    for (size_t lists = 10; lists < 100000; lists *= 10)
        check_full_heap(exact_heap_with((wgc_config){.max_bytes = 12 * MIB}),
                        lists);
}

static int
mark_on_a_small_stack(void *data)
{
    wgc_heap *heap = data;
    return wgc_collect_exact(heap) == WGC_OK ? 0 : 1;
}

/* With the stack limit lowered, a recursion of any depth dies in the child. */
static int
shrink_stack_and_mark(void *data)
{
    const struct rlimit small = {256 * 1024, 256 * 1024};
    if (setrlimit(RLIMIT_STACK, &small) != 0)
        return 2;
    return mark_on_a_small_stack(data);
}

static void
BS7_marking_does_not_recurse(void **state)
{
    wgc_heap *heap = *state;
    for (size_t i = 0; i < 300000; i++) {
        void **node = wgc_alloc(heap, 16);
        node[0] = roots[0];
        roots[0] = node;
    }
    assert_int_equal(run_in_child(shrink_stack_and_mark, heap), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(BS7_ten_million_nodes_in_one_list),
        EXACT_TEST(BS7_one_array_of_ten_million_pointers),
        EXACT_TEST(BS7_arrays_of_arrays),
        EXACT_TEST(BS7_a_list_whose_nodes_are_found_from_one_array_too),
        cmocka_unit_test(BS7_watched_trees_survive_and_die),
        cmocka_unit_test(BS7_a_full_buffer_is_marked_to_the_end),
        cmocka_unit_test(BS7_a_heap_at_its_limit_is_marked_to_the_end),
        EXACT_TEST(BS7_marking_does_not_recurse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
