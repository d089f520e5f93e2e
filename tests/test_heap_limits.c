/* SPDX-License-Identifier: MIT */
/* What happens when memory runs out: the hard limit and the hook. */
#include "support.h"

static const size_t MIB = 1 << 20;

/* ---- The hard limit --------------------------------------------------- */

/* Fills roots[] from `from` until memory runs out; returns where it stopped. */
static size_t
fill_heap(wgc_heap *heap, size_t from, size_t bytes)
{
    size_t i = from;
    while (i < ROOTS) {
        void *object = wgc_alloc_leaf(heap, bytes);
        if (!object)
            break;
        roots[i] = object;
        memset(object, (int)(i % 255) + 1, bytes);
        i++;
    }
    return i;
}

static void
check_filled(wgc_heap *heap, size_t from, size_t to, size_t bytes)
{
    for (size_t i = from; i < to; i++) {
        assert_true(wgc_size(heap, roots[i]) >= bytes);
        assert_true(
            all_bytes_are(roots[i], bytes, (unsigned char)(i % 255 + 1)));
    }
}

static void
a_full_heap_refuses_and_stays_whole(void **state)
{
    (void)state;
    const size_t object_sizes[] = {16, 160, 3000, 40000, 700000};
    for (size_t s = 0; s < 5; s++) {
        size_t bytes = object_sizes[s];
        wgc_heap *heap = exact_heap_with((wgc_config){.max_bytes = MIB});
        assert_non_null(heap);
        (void)wgc_last_status();
        size_t count = fill_heap(heap, 0, bytes);
        assert_true(count < ROOTS && count > 0);
        assert_status(WGC_NO_MEMORY);
        wgc_stats stats = stats_of(heap);
        assert_true(stats.committed_bytes <= MIB);
        assert_true(stats.cycles > 0);
        assert_int_equal(stats.live_objects, count);
        check_filled(heap, 0, count, bytes);
        for (size_t i = 0; i < count; i++)
            roots[i] = NULL;
        collect_exact(heap);
        assert_true(fill_heap(heap, 0, bytes) >= count - count / 50);
        close_heap(heap);
    }
}

static void
small_limits_still_hold_useful_heaps(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.max_bytes = MIB});
    assert_non_null(heap);
    assert_true(fill_heap(heap, 0, 64) * 64 > MIB / 2);
    close_heap(heap);
}

static void
garbage_never_reaches_the_limit(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.max_bytes = 2 * MIB});
    assert_non_null(heap);
    random_state random = random_seeded(5);
    for (size_t i = 0; i < 100000; i++) {
        size_t bytes = random_below(&random, i % 50 ? 500 : 60000);
        roots[i % 16] = wgc_alloc(heap, bytes);
        assert_non_null(roots[i % 16]);
    }
    assert_true(stats_of(heap).committed_bytes <= 2 * MIB);
    close_heap(heap);
}

/* ---- The out-of-memory hook ------------------------------------------- */

struct hook {
    wgc_heap *heap;
    size_t calls;
    size_t bytes;
    size_t allowed; /* how often to release something and say true */
    size_t next;    /* the next root to give up */
    bool release;   /* by wgc_free, not by dropping the root */
    void *allocated;
};

static bool
on_oom(wgc_heap *heap, size_t bytes, void *data)
{
    struct hook *hook = data;
    assert_ptr_equal(heap, hook->heap);
    hook->calls++;
    hook->bytes = bytes;
    if (hook->calls > hook->allowed)
        return false;
    void *object = roots[hook->next];
    roots[hook->next++] = NULL;
    if (hook->release)
        assert_int_equal(wgc_free(heap, object), WGC_OK);
    return true;
}

static void
the_hook_may_make_room(void **state)
{
    (void)state;
    for (int release = 0; release < 2; release++) {
        struct hook hook = {.release = release};
        wgc_heap *heap = exact_heap_with((wgc_config){
            .max_bytes = 4 * MIB, .on_oom = on_oom, .oom_data = &hook});
        assert_non_null(heap);
        hook.heap = heap;
        size_t count = fill_heap(heap, 0, 100000);
        assert_int_equal(hook.calls, 1);
        assert_true(hook.bytes >= 100000 && hook.bytes < 200000);
        hook.calls = 0;
        hook.allowed = 5;
        void *object = roots[count] = wgc_alloc_leaf(heap, 100000);
        assert_non_null(object);
        assert_true(all_bytes_are(object, 100000, 0));
        assert_in_range(hook.calls, 1, 5);
        assert_true(wgc_size(heap, object) > 0);
        check_filled(heap, hook.next, count, 100000);
        close_heap(heap);
    }
}

static void
the_hook_is_asked_until_it_says_no(void **state)
{
    (void)state;
    struct hook hook = {.allowed = 3};
    wgc_heap *heap = exact_heap_with((wgc_config){
        .max_bytes = 4 * MIB, .on_oom = on_oom, .oom_data = &hook});
    assert_non_null(heap);
    hook.heap = heap;
    hook.next = ROOTS - 10;
    (void)wgc_last_status();
    assert_null(wgc_alloc(heap, 16 * MIB));
    assert_in_range(wgc_last_status(), WGC_NO_MEMORY, WGC_TOO_LARGE);
    assert_null(wgc_realloc(heap, NULL, 16 * MIB));
    assert_true(hook.calls <= 5);
    size_t count = fill_heap(heap, 0, 5000);
    assert_true(hook.calls >= 4);
    check_filled(heap, 0, count, 5000);
    close_heap(heap);
}

static bool
allocate_in_hook(wgc_heap *heap, size_t bytes, void *data)
{
    struct hook *hook = data;
    (void)bytes;
    hook->calls++;
    hook->allocated = wgc_alloc(heap, 50000);
    return false;
}

static void
the_hook_is_not_called_from_itself(void **state)
{
    (void)state;
    struct hook hook = {0};
    wgc_heap *heap = exact_heap_with((wgc_config){
        .max_bytes = MIB, .on_oom = allocate_in_hook, .oom_data = &hook});
    assert_non_null(heap);
    size_t count = fill_heap(heap, 0, 50000);
    assert_int_equal(hook.calls, 1);
    assert_null(hook.allocated);
    check_filled(heap, 0, count, 50000);
    close_heap(heap);
}

/* Not objects only: all that takes memory collects before it gives up. */
static void
a_new_kind_collects_where_memory_is_full_of_garbage(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.max_bytes = MIB});
    assert_non_null(heap);
    assert_int_equal(wgc_disable(heap), WGC_OK);
    while (wgc_alloc(heap, 48))
        continue;
    assert_int_equal(wgc_enable(heap), WGC_OK);
    assert_int_not_equal(wgc_kind_new(heap, &(wgc_kind_info){0}),
                         WGC_KIND_INVALID);
    close_heap(heap);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_heap_refuses_and_stays_whole),
        cmocka_unit_test(small_limits_still_hold_useful_heaps),
        cmocka_unit_test(garbage_never_reaches_the_limit),
        cmocka_unit_test(the_hook_may_make_room),
        cmocka_unit_test(the_hook_is_asked_until_it_says_no),
        cmocka_unit_test(the_hook_is_not_called_from_itself),
        cmocka_unit_test(a_new_kind_collects_where_memory_is_full_of_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
