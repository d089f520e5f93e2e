/* SPDX-License-Identifier: MIT */
/*
 * The stack of the calling thread as a root: BS6, pointers that optimised code
 * leaves as the only ones, and threads other than the first.  Registers are
 * programs/registers.c, which is built with many compilers and flags.
 */
#include "support.h"

#include <pthread.h>
#include <stdlib.h>
#include <ucontext.h>

enum { OBJECTS = 48, BYTES = 112 };

/* Hidden objects with known contents; nothing on the stack names them. */
static NOINLINE void
make_hidden(wgc_heap *heap, hidden *objects, size_t bytes)
{
    assert_int_equal(wgc_disable(heap), WGC_OK);
    for (size_t i = 0; i < OBJECTS; i++) {
        unsigned char *object = wgc_alloc_leaf(heap, bytes);
        assert_non_null(object);
        memset(object, (int)i + 1, bytes);
        objects[i] = hide(object);
    }
    assert_int_equal(wgc_enable(heap), WGC_OK);
    scrub_stack();
}

static NOINLINE size_t
count_alive(wgc_heap *heap, const hidden *objects)
{
    size_t alive = 0;
    for (size_t i = 0; i < OBJECTS; i++)
        alive += is_alive(heap, objects[i]);
    return alive;
}

/*
 * Collects while a word of this frame holds the address `offset` bytes behind
 * the object's base.  The word is volatile: it is in memory, and only there.
 */
static NOINLINE void
collect_with_word(wgc_heap *heap, hidden object, ptrdiff_t offset)
{
    volatile uintptr_t word = ~object.bits + (uintptr_t)offset;
    wgc_status status = wgc_collect(heap);
    word = 0;
    (void)word;
    assert_int_equal(status, WGC_OK);
}

/* Whether the word keeps its object, in a collection that kills others. */
static bool
word_keeps(wgc_heap *heap, ptrdiff_t offset, size_t bytes)
{
    hidden objects[OBJECTS];
    make_hidden(heap, objects, bytes);
    size_t which = OBJECTS / 2;
    scrub_stack();
    collect_with_word(heap, objects[which], offset);
    bool kept = is_alive(heap, objects[which]);
    if (kept)
        assert_true(all_bytes_are(reveal(objects[which]), bytes,
                                  (unsigned char)(which + 1)));
    assert_true(count_alive(heap, objects) <= OBJECTS / 4);
    scrub_stack();
    return kept;
}

static void
BS6_any_interior_word_on_the_stack_keeps_an_object(void **state)
{
    wgc_heap *heap = *state;
    const size_t object_sizes[] = {16, 112, 2000, 9000, 100000};
    for (size_t s = 0; s < 5; s++) {
        size_t bytes = object_sizes[s];
        const size_t offsets[] = {0, 1, 7, 8, bytes / 2, bytes - 1};
        for (size_t i = 0; i < 6; i++)
            assert_true(word_keeps(heap, (ptrdiff_t)offsets[i], bytes));
    }
}

static void
BS6_tagged_pointers_on_the_stack_keep_objects(void **state)
{
    wgc_heap *heap = *state;
    for (ptrdiff_t tag = 1; tag < 16; tag++)
        assert_true(word_keeps(heap, tag, 16));
}

static void
BS6_one_past_the_end_on_the_stack_keeps_an_object(void **state)
{
    wgc_heap *heap = *state;
    const size_t object_sizes[] = {16, 48, 112, 1024, 8192, 16384, 65536};
    for (size_t s = 0; s < 7; s++) {
        void *probe = wgc_alloc_leaf(heap, object_sizes[s]);
        size_t usable = wgc_size(heap, probe);
        probe = NULL;
        assert_true(word_keeps(heap, (ptrdiff_t)usable, usable));
    }
}

/* The control: without the word the object dies, so the tests above mean
   something. */
static void
a_word_that_is_far_away_keeps_nothing(void **state)
{
    wgc_heap *heap = *state;
    size_t kept = 0;
    for (int round = 0; round < 10; round++)
        kept += word_keeps(heap, (ptrdiff_t)1 << 40, BYTES);
    assert_true(kept <= 3);
}

/* One past the end is for stacks and registers only. */
static void
BS6_one_past_the_end_elsewhere_keeps_nothing(void **state)
{
    wgc_heap *heap = *state;
    enum { CELL = 112 };
    void **holder = roots[0] = wgc_alloc(heap, CELL);
    char *object = wgc_alloc_leaf(heap, CELL);
    char *other = wgc_alloc_leaf(heap, CELL);
    hidden first = hide(object), second = hide(other);
    holder[0] = object + wgc_size(heap, object);
    roots[1] = other + wgc_size(heap, other);
    bool neighbours = holder[0] == other;
    collect_exact(heap);
    assert_false(is_alive(heap, first));
    assert_int_equal(is_alive(heap, second), neighbours);
}

static void
a_pointer_mode_of_bases_still_takes_them_from_the_stack(void **state)
{
    (void)state;
    wgc_heap *bases =
        exact_heap_with((wgc_config){.pointers = WGC_POINTERS_BASES});
    assert_non_null(bases);
    assert_true(word_keeps(bases, 0, BYTES));
    close_heap(bases);
    wgc_heap *from_roots =
        exact_heap_with((wgc_config){.pointers = WGC_POINTERS_ROOTS});
    assert_non_null(from_roots);
    assert_true(word_keeps(from_roots, 0, BYTES));
    assert_true(word_keeps(from_roots, 50, BYTES));
    close_heap(from_roots);
}

static NOINLINE void
collect_exactly_with_word(wgc_heap *heap, hidden object)
{
    volatile uintptr_t word = ~object.bits;
    collect_exact(heap);
    word = 0;
    (void)word;
}

static void
an_exact_collection_sees_no_stack(void **state)
{
    wgc_heap *heap = *state;
    hidden objects[OBJECTS];
    make_hidden(heap, objects, BYTES);
    collect_exactly_with_word(heap, objects[3]);
    assert_int_equal(count_alive(heap, objects), 0);
}

/* ---- Deep stacks, other threads --------------------------------------- */

/* Each frame holds one object; the deepest one collects. */
static NOINLINE size_t
collect_below(wgc_heap *heap, size_t depth)
{
    volatile uintptr_t word = (uintptr_t)wgc_alloc_leaf(heap, 64);
    char padding[100];
    memset(padding, (int)depth, sizeof padding);
    __asm__ volatile("" ::"r"(padding) : "memory");
    if (depth == 0) {
        assert_int_equal(wgc_collect(heap), WGC_OK);
        return wgc_size(heap, (void *)word) > 0;
    }
    size_t found = collect_below(heap, depth - 1);
    return found + (wgc_size(heap, (void *)word) > 0);
}

static void
every_frame_of_a_deep_stack_is_scanned(void **state)
{
    wgc_heap *heap = *state;
    assert_int_equal(collect_below(heap, 9999), 10000);
}

static void *
scan_own_stack(void *data)
{
    size_t *found = data;
    wgc_heap *heap = wgc_heap_new(&(wgc_config){.no_globals = true});
    if (!heap)
        return NULL;
    *found = collect_below(heap, 499);
    wgc_heap_free(heap);
    return data;
}

static void
the_stack_of_a_thread_that_made_a_heap_is_scanned(void **state)
{
    (void)state;
    pthread_attr_t attributes;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    for (size_t kib = 512; kib <= 4096; kib *= 2) {
        size_t found = 0;
        void *result = NULL;
        pthread_t thread;
        pthread_attr_setstacksize(&attributes, kib * 1024);
        assert_int_equal(
            pthread_create(&thread, &attributes, scan_own_stack, &found), 0);
        assert_int_equal(pthread_join(thread, &result), 0);
        assert_ptr_equal(result, &found);
        assert_int_equal(found, 500);
    }
    pthread_attr_destroy(&attributes);
}

static void *
scan_own_stack_from_a_buffer(void *data)
{
    size_t *found = data;
    enum { ARENA = 1 << 20 };
    void *arena = malloc(ARENA);
    wgc_heap *heap = wgc_heap_new(&(wgc_config){
        .arena = arena, .arena_bytes = ARENA, .no_globals = true});
    if (!heap)
        return NULL;
    *found = collect_below(heap, 499);
    wgc_heap_free(heap);
    free(arena);
    return data;
}

/* Such a heap asks nobody where the stack ends. */
static void
a_heap_in_a_buffer_scans_the_stack_of_any_thread(void **state)
{
    (void)state;
    size_t found = 0;
    assert_ptr_equal(scan_own_stack_from_a_buffer(&found), &found);
    assert_int_equal(found, 500);
    found = 0;
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(
        pthread_create(&thread, NULL, scan_own_stack_from_a_buffer, &found), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &found);
    assert_int_equal(found, 500);
}

/* ---- A stack that is not the thread's own ---- */

static struct {
    wgc_heap *heap;
    ucontext_t outside, inside;
    wgc_status status, exact;
    size_t cycles;
    int objects;
} elsewhere;

static void
collect_elsewhere(void)
{
    size_t before = stats_of(elsewhere.heap).cycles;
    elsewhere.status = wgc_collect(elsewhere.heap);
    for (int i = 0; i < 1000; i++)
        elsewhere.objects += wgc_alloc(elsewhere.heap, 100) != NULL;
    elsewhere.cycles = stats_of(elsewhere.heap).cycles - before;
    elsewhere.exact = wgc_collect_exact(elsewhere.heap);
}

static void
a_foreign_stack_is_refused_and_runs_no_automatic_cycle(void **state)
{
    enum { BYTES_OF_STACK = 256 << 10 };
    void *stack = malloc(BYTES_OF_STACK);
    (void)state;
    elsewhere.heap =
        wgc_heap_new(&(wgc_config){.no_globals = true, .min_bytes = 4096});
    assert_non_null(elsewhere.heap);
    assert_non_null(stack);
    assert_int_equal(getcontext(&elsewhere.inside), 0);
    elsewhere.inside.uc_stack.ss_sp = stack;
    elsewhere.inside.uc_stack.ss_size = BYTES_OF_STACK;
    elsewhere.inside.uc_link = &elsewhere.outside;
    makecontext(&elsewhere.inside, collect_elsewhere, 0);
    assert_int_equal(swapcontext(&elsewhere.outside, &elsewhere.inside), 0);
    assert_int_equal(elsewhere.status, WGC_UNATTACHED);
    assert_int_equal(elsewhere.objects, 1000);
    assert_int_equal(elsewhere.cycles, 0);
    assert_int_equal(elsewhere.exact, WGC_OK);
    assert_int_equal(wgc_collect(elsewhere.heap), WGC_OK);
    assert_int_equal(wgc_heap_free(elsewhere.heap), WGC_OK);
    free(stack);
}

/* The first thread's oldest frame: above main, where the kernel put argv. */
static wgc_heap *heap_of_main;
static hidden object_of_main;

static void
the_frame_of_main_is_scanned(void **state)
{
    (void)state;
    if (!heap_of_main)
        fail_msg("main has no heap");
    scrub_stack();
    assert_int_equal(wgc_collect(heap_of_main), WGC_OK);
    assert_true(is_alive(heap_of_main, object_of_main));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(BS6_any_interior_word_on_the_stack_keeps_an_object),
        EXACT_TEST(BS6_tagged_pointers_on_the_stack_keep_objects),
        EXACT_TEST(BS6_one_past_the_end_on_the_stack_keeps_an_object),
        EXACT_TEST(a_word_that_is_far_away_keeps_nothing),
        EXACT_TEST(BS6_one_past_the_end_elsewhere_keeps_nothing),
        cmocka_unit_test(
            a_pointer_mode_of_bases_still_takes_them_from_the_stack),
        EXACT_TEST(an_exact_collection_sees_no_stack),
        EXACT_TEST(every_frame_of_a_deep_stack_is_scanned),
        cmocka_unit_test(the_stack_of_a_thread_that_made_a_heap_is_scanned),
        cmocka_unit_test(a_heap_in_a_buffer_scans_the_stack_of_any_thread),
        cmocka_unit_test(
            a_foreign_stack_is_refused_and_runs_no_automatic_cycle),
        cmocka_unit_test(the_frame_of_main_is_scanned),
    };
    heap_of_main = wgc_heap_new(&(wgc_config){.no_globals = true});
    void *volatile object = heap_of_main ? wgc_alloc(heap_of_main, 64) : NULL;
    object_of_main = hide(object);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    object = NULL;
    return failed;
}
