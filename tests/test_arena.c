/* SPDX-License-Identifier: MIT */
/*
 * A heap inside a caller's buffer: every size and alignment, nothing outside
 * touched, everything works, full to the brim and back.  BS8: the edges of the
 * heap's own tables.  That it makes no system call is test_arena_quiet.c.
 */
#include "support.h"

static const size_t KIB = 1024;
enum { CANARY = 4096, PATTERN = 0xa5 };

struct arena {
    unsigned char *memory; /* canary, buffer, canary */
    unsigned char *buffer;
    size_t bytes;
};

static struct arena
new_arena(size_t bytes, size_t offset)
{
    struct arena arena = {.bytes = bytes};
    arena.memory = malloc(bytes + 2 * CANARY + 64);
    assert_non_null(arena.memory);
    memset(arena.memory, PATTERN, bytes + 2 * CANARY + 64);
    uintptr_t start = (uintptr_t)arena.memory + CANARY;
    arena.buffer = (unsigned char *)((start & ~(uintptr_t)63) + offset);
    return arena;
}

static void
free_arena(struct arena arena)
{
    size_t before = (size_t)(arena.buffer - arena.memory);
    size_t after = 2 * CANARY + 64 - before;
    assert_true(all_bytes_are(arena.memory, before, PATTERN));
    assert_true(all_bytes_are(arena.buffer + arena.bytes, after, PATTERN));
    free(arena.memory);
}

static wgc_heap *
heap_in(struct arena arena)
{
    return exact_heap_with(
        (wgc_config){.arena = arena.buffer, .arena_bytes = arena.bytes});
}

static bool
is_inside(struct arena arena, const void *object, size_t bytes)
{
    const unsigned char *at = object;
    return at >= arena.buffer && at + bytes <= arena.buffer + arena.bytes;
}

/* Until nothing fits, with objects that point at each other in a chain. */
static size_t
fill_with_chains(wgc_heap *heap, struct arena arena, size_t bytes)
{
    size_t count = 0;
    for (;;) {
        uintptr_t *object = wgc_alloc(heap, bytes);
        if (!object)
            return count;
        size_t usable = wgc_size(heap, object);
        assert_true(is_inside(arena, object, usable));
        assert_true(all_bytes_are(object, usable, 0));
        object[0] = (uintptr_t)roots[0];
        object[1] = ++count;
        roots[0] = object;
    }
}

static void
check_chain(wgc_heap *heap, size_t count, size_t bytes)
{
    for (uintptr_t *object = roots[0]; object; object = (void *)object[0]) {
        assert_int_equal(object[1], count--);
        assert_true(wgc_size(heap, object) >= bytes);
        char *end = (char *)object + wgc_size(heap, object);
        assert_ptr_equal(wgc_base(heap, end - 1), object);
        assert_ptr_not_equal(wgc_base(heap, end), object);
    }
    assert_int_equal(count, 0);
}

static void
fill_and_empty(struct arena arena, size_t bytes)
{
    wgc_heap *heap = heap_in(arena);
    assert_non_null(heap);
    size_t first = 0;
    for (int round = 0; round < 3; round++) {
        (void)wgc_last_status();
        size_t count = fill_with_chains(heap, arena, bytes);
        assert_status(WGC_NO_MEMORY);
        assert_true(count > 0);
        check_chain(heap, count, bytes);
        collect_exact(heap);
        check_chain(heap, count, bytes);
        wgc_stats stats = stats_of(heap);
        assert_int_equal(stats.live_objects, count);
        assert_true(stats.committed_bytes <= arena.bytes);
        if (round == 0)
            first = count;
        assert_true(count >= first - first / 20);
        roots[0] = NULL;
        collect_exact(heap);
        assert_int_equal(stats_of(heap).live_objects, 0);
    }
    close_heap(heap);
}

static void
every_size_and_alignment_of_a_buffer_works(void **state)
{
    (void)state;
    size_t offset = 0;
    for (size_t bytes = 64 * KIB; bytes <= 4096 * KIB;
         bytes += bytes / 9 + 1237) {
        struct arena arena = new_arena(bytes, offset++ % 64);
        fill_and_empty(arena, 16 + bytes % 4001);
        free_arena(arena);
    }
}

static void
the_smallest_buffer_works_at_every_offset(void **state)
{
    (void)state;
    for (size_t offset = 0; offset < 64; offset++) {
        struct arena arena = new_arena(64 * KIB, offset);
        fill_and_empty(arena, 48);
        free_arena(arena);
    }
}

static void
a_buffer_is_used_well(void **state)
{
    (void)state;
    const size_t buffers[] = {64 * KIB, 256 * KIB, 1024 * KIB, 8192 * KIB};
    for (size_t i = 0; i < 4; i++) {
        struct arena arena = new_arena(buffers[i], 0);
        wgc_heap *heap = heap_in(arena);
        assert_non_null(heap);
        size_t count = fill_with_chains(heap, arena, 32);
        print_message("%zu of %zu KiB in objects\n", count * 32 / KIB,
                      buffers[i] / KIB);
        assert_true(count * 32 >= buffers[i] / 2);
        close_heap(heap);
        free_arena(arena);
    }
}

static void
a_buffer_that_is_too_small_is_refused(void **state)
{
    (void)state;
    struct arena arena = new_arena(64 * KIB, 0);
    for (size_t bytes = 0; bytes < 64 * KIB; bytes += 1 + bytes / 3) {
        (void)wgc_last_status();
        wgc_heap *heap = exact_heap_with((wgc_config){
            .arena = arena.buffer, .arena_bytes = bytes ? bytes : 1});
        assert_null(heap);
        assert_in_range(wgc_last_status(), WGC_NO_MEMORY, WGC_INVALID);
    }
    assert_true(all_bytes_are(arena.buffer, arena.bytes, PATTERN));
    free_arena(arena);
}

static void
a_buffer_at_the_end_of_memory_is_refused(void **state)
{
    (void)state;
    struct arena arena = new_arena(64 * KIB, 0);
    const size_t lengths[] = {SIZE_MAX, SIZE_MAX - 4095,
                              UINTPTR_MAX - (uintptr_t)arena.buffer + 1};
    for (size_t i = 0; i < 3; i++)
        assert_null(exact_heap_with(
            (wgc_config){.arena = arena.buffer, .arena_bytes = lengths[i]}));
    free_arena(arena);
}

static void
a_buffer_is_the_callers_again_and_may_be_reused(void **state)
{
    (void)state;
    struct arena arena = new_arena(200 * KIB, 9);
    for (int round = 0; round < 50; round++) {
        wgc_heap *heap = heap_in(arena);
        assert_non_null(heap);
        assert_int_equal(stats_of(heap).live_objects, 0);
        size_t count = fill_with_chains(heap, arena, 100);
        assert_true(count > 1000);
        close_heap(heap);
        memset(arena.buffer, round, arena.bytes);
    }
    free_arena(arena);
}

/* ---- Everything works in there ---------------------------------------- */

static void
count_call(void *object, void *data)
{
    (void)object;
    (*(size_t *)data)++;
}

static void
count_weakref(wgc_weakref *reference, void *data)
{
    (void)reference;
    (*(size_t *)data)++;
}

static void
use_references(wgc_heap *heap)
{
    static void *slot;
    size_t *called = calloc(3, sizeof *called);
    void *object = roots[0] = wgc_alloc(heap, 100);
    roots[1] = wgc_weakref_new(heap, object, count_weakref, &called[0]);
    roots[2] = wgc_weakref_new_long(heap, object, NULL, NULL);
    assert_non_null(roots[1]);
    assert_non_null(roots[2]);
    assert_int_equal(wgc_weak_slot_add(heap, &slot, object), WGC_OK);
    assert_non_null(wgc_finalizer_new(heap, object, count_call, &called[1]));
    assert_non_null(
        wgc_finalizer_new_guard(heap, object, count_call, &called[2]));
    collect_exact(heap);
    assert_ptr_equal(slot, object);
    assert_ptr_equal(wgc_weakref_get(roots[1]), object);
    roots[0] = NULL;
    collect_exact(heap);
    collect_exact(heap);
    assert_null(slot);
    assert_null(wgc_weakref_get(roots[1]));
    assert_null(wgc_weakref_get(roots[2]));
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(called[i], 1);
    roots[1] = roots[2] = NULL;
    collect_exact(heap);
    free(called);
}

static void
use_objects(wgc_heap *heap, wgc_kind kind)
{
    void **object = roots[0] = wgc_alloc_kind(heap, kind, 16);
    object[0] = wgc_alloc(heap, 16);
    object[1] = wgc_alloc(heap, 16);
    collect_exact(heap);
    assert_int_equal(wgc_size(heap, object[0]), 0);
    assert_int_equal(wgc_size(heap, object[1]), 16);
    void *pinned = wgc_alloc_leaf(heap, 50);
    assert_int_equal(wgc_pin(heap, pinned), WGC_OK);
    roots[1] = wgc_realloc(heap, NULL, 10);
    roots[1] = wgc_realloc(heap, roots[1], 10000);
    assert_non_null(roots[1]);
    assert_true(all_bytes_are(roots[1], 10000, 0));
    collect_exact(heap);
    assert_int_equal(wgc_unpin(heap, pinned), WGC_OK);
    assert_int_equal(wgc_free(heap, roots[1]), WGC_OK);
    for (size_t alignment = 1; alignment <= 4096; alignment *= 2) {
        roots[2] = wgc_alloc_aligned(heap, 0, 40, alignment);
        assert_non_null(roots[2]);
        assert_int_equal((uintptr_t)roots[2] % alignment, 0);
    }
    (void)wgc_trim(heap);
    memset(roots, 0, 4 * sizeof *roots);
    collect_exact(heap);
}

static void
every_function_works_in_a_buffer(void **state)
{
    (void)state;
    const size_t buffers[] = {64 * KIB, 150 * KIB, 1024 * KIB, 4096 * KIB};
    for (size_t i = 0; i < 4; i++) {
        struct arena arena = new_arena(buffers[i], 17 * i);
        wgc_heap *heap = heap_in(arena);
        assert_non_null(heap);
        const uint64_t second = 2;
        wgc_kind kind = wgc_kind_new(
            heap, &(wgc_kind_info){.pointers = &second, .words = 2});
        assert_int_not_equal(kind, WGC_KIND_INVALID);
        for (int round = 0; round < 20; round++) {
            use_objects(heap, kind);
            use_references(heap);
        }
        assert_int_equal(stats_of(heap).live_objects, 0);
        assert_int_equal(stats_of(heap).pause_ns_total, 0);
        close_heap(heap);
        free_arena(arena);
    }
}

static void
large_alignments_succeed_where_there_is_room(void **state)
{
    (void)state;
    struct arena arena = new_arena(1024 * KIB, 33);
    wgc_heap *heap = heap_in(arena);
    assert_non_null(heap);
    for (size_t alignment = 16; alignment <= 65536; alignment *= 2) {
        void *object = roots[0] = wgc_alloc_aligned(heap, 0, 500, alignment);
        assert_non_null(object);
        assert_int_equal((uintptr_t)object % alignment, 0);
        assert_true(is_inside(arena, object, wgc_size(heap, object)));
    }
    close_heap(heap);
    free_arena(arena);
}

/* With globals on, the data segment that is searched for roots holds the
   buffer itself. */
static void
a_buffer_in_static_memory_is_no_root_of_its_own(void **state)
{
    (void)state;
    static unsigned char buffer[300 * 1024];
    static void *kept;
    wgc_heap *heap = wgc_heap_new(
        &(wgc_config){.arena = buffer + 3, .arena_bytes = sizeof buffer - 3});
    assert_non_null(heap);
    void **object = kept = wgc_alloc(heap, 100);
    object[0] = wgc_alloc(heap, 100);
    void **garbage = wgc_alloc(heap, 100);
    garbage[0] = wgc_alloc(heap, 100);
    garbage[1] = garbage;
    hidden gone[] = {hide(garbage), hide(garbage[0])};
    for (int round = 0; round < 3; round++) {
        collect_exact(heap);
        assert_true(wgc_size(heap, kept) > 0);
        assert_true(wgc_size(heap, object[0]) > 0);
        assert_false(is_alive(heap, gone[0]));
        assert_false(is_alive(heap, gone[1]));
    }
    kept = NULL;
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
}

/* ---- BS8: the edges --------------------------------------------------- */

/* Every object of a full heap is found from each of its bytes, and no byte of
   the buffer, nor one beside it, is taken for what it is not. */
static void
BS8_every_byte_of_a_full_buffer_is_accounted_for(void **state)
{
    (void)state;
    const size_t object_sizes[] = {16, 48, 208, 1040, 5000, 30000};
    for (size_t s = 0; s < 6; s++) {
        struct arena arena = new_arena(200 * KIB + 4567 * s, 5 * s);
        wgc_heap *heap = heap_in(arena);
        assert_non_null(heap);
        size_t bytes = object_sizes[s];
        size_t count = fill_with_chains(heap, arena, bytes);
        size_t found = 0;
        const unsigned char *end = arena.buffer + arena.bytes + CANARY / 2;
        for (unsigned char *at = arena.buffer - CANARY / 2; at < end; at++) {
            unsigned char *base = wgc_base(heap, at);
            if (!base)
                continue;
            assert_true(base <= at && at < base + wgc_size(heap, base));
            assert_true(is_inside(arena, base, wgc_size(heap, base)));
            found += base == at;
        }
        assert_int_equal(found, count);
        close_heap(heap);
        free_arena(arena);
    }
}

static void
BS8_first_and_last_cells_live_and_die_alone(void **state)
{
    (void)state;
    const size_t object_sizes[] = {16, 112, 1040, 4096, 12000};
    for (size_t s = 0; s < 5; s++) {
        struct arena arena = new_arena(300 * KIB + 999 * s, 0);
        wgc_heap *heap = heap_in(arena);
        assert_non_null(heap);
        uintptr_t lowest = UINTPTR_MAX, highest = 0;
        (void)fill_with_chains(heap, arena, object_sizes[s]);
        for (uintptr_t *at = roots[0]; at; at = (void *)at[0]) {
            lowest = (uintptr_t)at < lowest ? (uintptr_t)at : lowest;
            highest = (uintptr_t)at > highest ? (uintptr_t)at : highest;
        }
        roots[0] = NULL;
        ((void **)lowest)[0] = ((void **)highest)[0] = NULL;
        size_t usable = wgc_size(heap, (void *)highest);
        roots[1] = (void *)lowest;
        roots[2] = (void *)(highest + usable - 1);
        collect_exact(heap);
        assert_int_equal(stats_of(heap).live_objects, 2);
        assert_true(wgc_size(heap, (void *)lowest) > 0);
        assert_int_equal(wgc_size(heap, (void *)highest), usable);
        roots[1] = (void *)(lowest - 1);
        roots[2] = (void *)(highest + usable);
        collect_exact(heap);
        assert_int_equal(stats_of(heap).live_objects, 0);
        close_heap(heap);
        free_arena(arena);
    }
}

static void
BS8_large_objects_fill_a_buffer_to_its_edge(void **state)
{
    (void)state;
    for (size_t bytes = 64 * KIB; bytes < 400 * KIB; bytes += 3333) {
        struct arena arena = new_arena(bytes, 7);
        wgc_heap *heap = heap_in(arena);
        assert_non_null(heap);
        size_t low = 0, high = bytes; /* low fits, high does not */
        while (high - low > 16) {
            size_t middle = (low + high) / 2;
            unsigned char *object = wgc_alloc_leaf(heap, middle);
            if (!object) {
                high = middle;
                continue;
            }
            low = middle;
            assert_true(is_inside(arena, object, wgc_size(heap, object)));
            assert_true(all_bytes_are(object, wgc_size(heap, object), 0));
            memset(object, 0xff, wgc_size(heap, object));
            assert_int_equal(wgc_free(heap, object), WGC_OK);
        }
        assert_true(low >= bytes / 2);
        close_heap(heap);
        free_arena(arena);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_and_alignment_of_a_buffer_works),
        cmocka_unit_test(the_smallest_buffer_works_at_every_offset),
        cmocka_unit_test(a_buffer_is_used_well),
        cmocka_unit_test(a_buffer_that_is_too_small_is_refused),
        cmocka_unit_test(a_buffer_at_the_end_of_memory_is_refused),
        cmocka_unit_test(a_buffer_is_the_callers_again_and_may_be_reused),
        cmocka_unit_test(every_function_works_in_a_buffer),
        cmocka_unit_test(large_alignments_succeed_where_there_is_room),
        cmocka_unit_test(a_buffer_in_static_memory_is_no_root_of_its_own),
        cmocka_unit_test(BS8_every_byte_of_a_full_buffer_is_accounted_for),
        cmocka_unit_test(BS8_first_and_last_cells_live_and_die_alone),
        cmocka_unit_test(BS8_large_objects_fill_a_buffer_to_its_edge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
