/* SPDX-License-Identifier: MIT */
/* Attaching, detaching, safepoints and blocking regions (wgc/thread.h), rule by
   rule, and what several threads do to one heap. */
#include "thread_support.h"

#include "heap_scene.h"

/* ---- Attaching -------------------------------------------------------- */

#define REFUSED(call)                                                          \
    do {                                                                       \
        (void)wgc_last_status();                                               \
        (void)(call);                                                          \
        EXPECT(wgc_last_status() == WGC_UNATTACHED);                           \
    } while (0)

static wgc_weakref *shared_reference;
static wgc_finalizer *shared_finalizer;
static wgc_weakmap *shared_map;
static wgc_ephemeron *shared_ephemeron;
static wgc_stack *shared_stack;

static bool
no_root(wgc_tracer *tracer, void *data)
{
    (void)tracer, (void)data;
    return true;
}

static void
root_nothing(wgc_tracer *tracer, void *data)
{
    (void)no_root(tracer, data);
}

static void
ignore(void *object, void *data)
{
    (void)object, (void)data;
}

static void
try_heap_functions(void)
{
    static void *slot;
    void *object = roots[0];
    wgc_kind_info info = {.name = "none"};
    wgc_stats stats;
    REFUSED(wgc_alloc(heap, 1));
    REFUSED(wgc_alloc_leaf(heap, 1));
    REFUSED(wgc_alloc_kind(heap, 0, 1));
    REFUSED(wgc_alloc_aligned(heap, 0, 1, 64));
    REFUSED(wgc_realloc(heap, object, 100));
    REFUSED(wgc_realloc(heap, NULL, 100));
    REFUSED(wgc_resize(heap, object, 100));
    REFUSED(wgc_free(heap, object));
    REFUSED(wgc_size(heap, object));
    REFUSED(wgc_base(heap, object));
    REFUSED(wgc_kind_of(heap, object));
    REFUSED(wgc_kind_new(heap, &info));
    REFUSED(wgc_root_add(heap, roots, roots + 1));
    REFUSED(wgc_root_remove(heap, roots, roots + 1));
    REFUSED(wgc_root_add_callback(heap, root_nothing, NULL));
    REFUSED(wgc_root_remove_callback(heap, root_nothing, NULL));
    REFUSED(wgc_pin(heap, object));
    REFUSED(wgc_unpin(heap, object));
    REFUSED(wgc_collect(heap));
    REFUSED(wgc_collect_exact(heap));
    REFUSED(wgc_disable(heap));
    REFUSED(wgc_enable(heap));
    REFUSED(wgc_external(heap, 10));
    REFUSED(wgc_pending(heap));
    REFUSED(wgc_deliver(heap, 1));
    REFUSED(wgc_callback_abandon(heap));
    REFUSED(wgc_stats_get(heap, &stats));
    REFUSED(wgc_trim(heap));
    REFUSED(wgc_weak_slot_add(heap, &slot, object));
    REFUSED(wgc_weak_slot_remove(heap, &slot));
    REFUSED(wgc_weak_slot_move(heap, &slot, &slot));
    REFUSED(wgc_heap_free(heap));
}

static void
try_handle_functions(void)
{
    void *object = roots[0];
    wgc_weakmap_iterator iterator = {0};
    REFUSED(wgc_weakref_new(heap, object, NULL, NULL));
    REFUSED(wgc_weakref_new_long(heap, object, NULL, NULL));
    REFUSED(wgc_weakref_get(shared_reference));
    REFUSED(wgc_weakref_clear(shared_reference));
    REFUSED(wgc_weakref_next(heap, object, NULL));
    REFUSED(wgc_weakmap_new(heap, NULL));
    REFUSED(wgc_weakmap_set(shared_map, object, object));
    REFUSED(wgc_weakmap_get(shared_map, object));
    REFUSED(wgc_weakmap_remove(shared_map, object));
    REFUSED(wgc_weakmap_count(shared_map));
    REFUSED(wgc_weakmap_next(shared_map, &iterator, NULL, NULL));
    REFUSED(wgc_ephemeron_new(heap, object, object));
    REFUSED(wgc_ephemeron_key(shared_ephemeron));
    REFUSED(wgc_ephemeron_value(shared_ephemeron));
    REFUSED(wgc_finalizer_new(heap, object, ignore, NULL));
    REFUSED(wgc_finalizer_new_guard(heap, object, ignore, NULL));
    REFUSED(wgc_finalizer_alive(shared_finalizer));
    REFUSED(wgc_finalizer_cancel(shared_finalizer));
    REFUSED(wgc_finalizer_run(shared_finalizer));
    REFUSED(wgc_finalizer_run_all(heap));
}

static void
try_thread_functions(void)
{
    char stack[4096];
    REFUSED(wgc_thread_detach(heap));
    REFUSED(wgc_safepoint(heap));
    REFUSED(wgc_safepoint_wait(heap));
    REFUSED(wgc_blocking_enter(heap));
    REFUSED(wgc_blocking_leave(heap));
    REFUSED(wgc_stack_new(heap, stack, stack + sizeof stack));
    REFUSED(wgc_stack_switch(heap, shared_stack));
    REFUSED(wgc_stack_free(heap, shared_stack));
    REFUSED(wgc_fork_prepare(heap));
    REFUSED(wgc_fork_parent(heap));
    REFUSED(wgc_fork_child(heap));
}

static void *
try_everything(void *data)
{
    (void)data;
    try_heap_functions();
    try_handle_functions();
    try_thread_functions();
    return NULL;
}

static void
BS14_a_thread_that_was_never_attached_gets_an_error_from_every_function(
    void **state)
{
    static char stack[4096];
    (void)state;
    roots[0] = wgc_alloc(heap, 16);
    roots[1] = shared_reference = wgc_weakref_new(heap, roots[0], NULL, NULL);
    roots[2] = shared_map = wgc_weakmap_new(heap, NULL);
    roots[3] = shared_ephemeron = wgc_ephemeron_new(heap, roots[0], NULL);
    shared_finalizer = wgc_finalizer_new(heap, roots[0], ignore, NULL);
    shared_stack = wgc_stack_new(heap, stack, stack + sizeof stack);
    size_t objects = stats_of(heap).live_objects;
    pthread_join(start(try_everything, NULL), NULL);
    assert_nothing_wrong();
    assert_int_equal(stats_of(heap).live_objects, objects);
    assert_ptr_equal(wgc_weakref_get(shared_reference), roots[0]);
    assert_true(wgc_finalizer_alive(shared_finalizer));
    assert_int_equal(wgc_stack_free(heap, shared_stack), WGC_OK);
}

static void *
attach_and_detach(void *data)
{
    (void)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    EXPECT(wgc_thread_attach(heap) == WGC_INVALID);
    EXPECT(wgc_alloc(heap, 100) != NULL);
    EXPECT(wgc_safepoint(heap) == WGC_OK);
    EXPECT(wgc_thread_detach(heap) == WGC_OK);
    EXPECT(wgc_thread_detach(heap) == WGC_UNATTACHED);
    EXPECT(wgc_alloc(heap, 100) == NULL);
    EXPECT(wgc_last_status() == WGC_UNATTACHED);
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    EXPECT(wgc_alloc(heap, 100) != NULL);
    EXPECT(wgc_thread_detach(heap) == WGC_OK);
    return NULL;
}

static void
a_thread_attaches_once_and_may_come_back(void **state)
{
    (void)state;
    finish(heap, start(attach_and_detach, NULL));
    assert_nothing_wrong();
}

static void *
attach_and_exit(void *data)
{
    wgc_kind kind = *(wgc_kind *)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    for (int i = 0; i < 100; i++)
        EXPECT(wgc_alloc(heap, 16 + 16 * (size_t)(i % 20)) != NULL &&
               wgc_alloc_kind(heap, kind, 40) != NULL);
    return NULL;
}

/* Their runs and their own tables come back, or this would take megabytes. */
static void
BS14_a_thread_that_exits_while_attached_is_detached(void **state)
{
    (void)state;
    wgc_kind kind = wgc_kind_new(heap, &(wgc_kind_info){.name = "leaf"});
    finish(heap, start(attach_and_exit, &kind));
    collect_exact(heap);
    size_t committed = stats_of(heap).committed_bytes;
    for (int i = 0; i < 300; i++)
        finish(heap, start(attach_and_exit, &kind));
    collect_exact(heap);
    assert_nothing_wrong();
    assert_true(stats_of(heap).committed_bytes <= committed + (256 << 10));
    assert_int_equal(stats_of(heap).live_objects, 0);
}

static void *
allocate_one_and_detach(void *data)
{
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    *(void **)data = wgc_alloc(heap, 48);
    EXPECT(wgc_thread_detach(heap) == WGC_OK);
    return NULL;
}

static void
detaching_hands_unused_runs_back(void **state)
{
    (void)state;
    collect_exact(heap);
    uint64_t before = stats_of(heap).allocated_bytes;
    for (int i = 0; i < 200; i++)
        finish(heap, start(allocate_one_and_detach, &roots[i]));
    assert_nothing_wrong();
    assert_int_equal(stats_of(heap).allocated_bytes - before, 200 * 48);
    assert_int_equal(stats_of(heap).live_objects, 200);
    /* All of them in one block, or two. */
    for (int i = 0; i < 200; i++)
        assert_true((char *)roots[i] < (char *)roots[0] + 32768);
}

static atomic_int may_go, is_there;

static void *
attach_and_wait(void *data)
{
    (void)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    atomic_store(&is_there, 1);
    await(heap, &may_go);
    EXPECT(wgc_thread_detach(heap) == WGC_OK);
    return NULL;
}

static void
a_heap_that_others_are_attached_to_is_not_freed(void **state)
{
    (void)state;
    atomic_store(&is_there, 0);
    atomic_store(&may_go, 0);
    pthread_t thread = start(attach_and_wait, NULL);
    await(heap, &is_there);
    assert_int_equal(wgc_heap_free(heap), WGC_BUSY);
    assert_non_null(wgc_alloc(heap, 10));
    atomic_store(&may_go, 1);
    finish(heap, thread);
    assert_nothing_wrong();
}

/* ---- Stopping --------------------------------------------------------- */

static void *
compute_with_safepoints(void *data)
{
    volatile unsigned sum = 0;
    (void)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    atomic_store(&is_there, 1);
    while (!atomic_load(&may_go)) {
        sum = sum * 31 + 7;
        EXPECT(wgc_safepoint(heap) == WGC_OK);
    }
    return NULL;
}

static void
a_thread_that_computes_stops_at_safepoints(void **state)
{
    (void)state;
    atomic_store(&is_there, 0);
    atomic_store(&may_go, 0);
    pthread_t thread = start(compute_with_safepoints, NULL);
    await(heap, &is_there);
    for (int i = 0; i < 200; i++)
        assert_int_equal(wgc_collect(heap), WGC_OK);
    atomic_store(&may_go, 1);
    finish(heap, thread);
    assert_nothing_wrong();
}

static hidden blocked_object;

static NOINLINE void
block_with(void *object)
{
    void *volatile kept = object;
    object = NULL;
    EXPECT(wgc_blocking_enter(heap) == WGC_OK);
    EXPECT(wgc_blocking_enter(heap) == WGC_BUSY);
    EXPECT(wgc_alloc(heap, 16) == NULL && wgc_last_status() == WGC_BUSY);
    atomic_store(&is_there, 1);
    await(NULL, &may_go);
    EXPECT(wgc_blocking_leave(heap) == WGC_OK);
    EXPECT(wgc_blocking_leave(heap) == WGC_INVALID);
    EXPECT(all_bytes_are(kept, 64, 0x5a));
}

static void *
block_holding_an_object(void *data)
{
    (void)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    void *object = wgc_alloc_leaf(heap, 64);
    memset(object, 0x5a, 64);
    blocked_object = hide(object);
    block_with(object);
    EXPECT(wgc_thread_detach(heap) == WGC_OK);
    return NULL;
}

static void
cycles_do_not_wait_for_a_blocking_region_and_scan_its_stack(void **state)
{
    (void)state;
    atomic_store(&is_there, 0);
    atomic_store(&may_go, 0);
    pthread_t thread = start(block_holding_an_object, NULL);
    await(heap, &is_there);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(wgc_collect(heap), WGC_OK);
        make_garbage(heap, 1000, 64);
    }
    assert_true(is_alive(heap, blocked_object));
    atomic_store(&may_go, 1);
    finish(heap, thread);
    assert_nothing_wrong();
    collect_exact(heap);
    assert_false(is_alive(heap, blocked_object));
}

/* The value is in a callee-saved register when the region is entered. */
static NOINLINE void
block_with_a_register(uintptr_t secret)
{
#if defined(__x86_64__)
    register uintptr_t object __asm__("rbx") = ~secret;
#else
    register uintptr_t object = ~secret;
#endif
    __asm__ volatile("" : "+r"(object));
    wgc_blocking_enter(heap);
    atomic_store(&is_there, 1);
    await(NULL, &may_go);
    wgc_blocking_leave(heap);
    __asm__ volatile("" : "+r"(object));
    EXPECT(all_bytes_are((void *)object, 64, 0x33));
}

static NOINLINE uintptr_t
make_secret(void)
{
    void *object = wgc_alloc_leaf(heap, 64);
    memset(object, 0x33, 64);
    return ~(uintptr_t)object;
}

static void *
block_holding_a_register(void *data)
{
    (void)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    uintptr_t secret = make_secret();
    scrub_stack();
    block_with_a_register(secret);
    return NULL;
}

static void
registers_count_in_a_blocking_region(void **state)
{
    (void)state;
    atomic_store(&is_there, 0);
    atomic_store(&may_go, 0);
    pthread_t thread = start(block_holding_a_register, NULL);
    await(heap, &is_there);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(wgc_collect(heap), WGC_OK);
        make_garbage(heap, 1000, 64);
    }
    atomic_store(&may_go, 1);
    finish(heap, thread);
    assert_nothing_wrong();
}

/* ---- Allocation by several -------------------------------------------- */

enum { THREADS = 4, LISTS = 200, LINKS = 60 };

struct link {
    struct link *next;
    size_t value;
};

static NOINLINE struct link *
make_list(size_t seed)
{
    struct link *first = NULL;
    for (size_t i = 0; i < LINKS; i++) {
        struct link *link = wgc_alloc(heap, sizeof *link + i % 3 * 16);
        EXPECT(link != NULL && link->next == NULL && link->value == 0);
        link->next = first;
        link->value = seed + i;
        first = link;
    }
    return first;
}

static void
check_list(const struct link *link, size_t seed)
{
    size_t i = LINKS;
    for (; link != NULL && i > 0; link = link->next)
        EXPECT(link->value == seed + --i);
    EXPECT(link == NULL && i == 0);
}

static void *
make_lists(void *data)
{
    size_t base = (size_t)(uintptr_t)data;
    struct link *last[8] = {NULL};
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    for (size_t i = 0; i < LISTS; i++) {
        if (last[i % 8] != NULL)
            check_list(last[i % 8], base * 1000000 + (i - 8) * 100);
        last[i % 8] = make_list(base * 1000000 + i * 100);
        if (i % 50 == 49)
            EXPECT(wgc_collect(heap) == WGC_OK);
    }
    return NULL;
}

static void
several_threads_allocate_and_collect_at_once(void **state)
{
    pthread_t threads[THREADS];
    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        threads[i] = start(make_lists, (void *)(uintptr_t)(i + 1));
    for (size_t i = 0; i < THREADS; i++)
        finish(heap, threads[i]);
    assert_nothing_wrong();
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 0);
}

/* ---- Thread-local variables ------------------------------------------- */

/* Volatile: a compiler sees that nobody reads it. */
static _Thread_local void *volatile own_object;

static void *
hold_in_thread_local(void *data)
{
    wgc_heap *with_globals = data;
    EXPECT(wgc_thread_attach(with_globals) == WGC_OK);
    own_object = wgc_alloc_leaf(with_globals, 64);
    blocked_object = hide(own_object);
    scrub_stack();
    atomic_store(&is_there, 1);
    await(with_globals, &may_go);
    own_object = NULL;
    return NULL;
}

static void
thread_local_variables_of_other_threads_are_roots(void **state)
{
    (void)state;
    wgc_heap *with_globals = wgc_heap_new(NULL);
    assert_non_null(with_globals);
    atomic_store(&is_there, 0);
    atomic_store(&may_go, 0);
    pthread_t thread = start(hold_in_thread_local, with_globals);
    await(with_globals, &is_there);
    for (int i = 0; i < 3; i++)
        assert_int_equal(wgc_collect_exact(with_globals), WGC_OK);
    assert_true(is_alive(with_globals, blocked_object));
    atomic_store(&may_go, 1);
    finish(with_globals, thread);
    assert_nothing_wrong();
    assert_int_equal(wgc_collect_exact(with_globals), WGC_OK);
    assert_false(is_alive(with_globals, blocked_object));
    assert_int_equal(wgc_heap_free(with_globals), WGC_OK);
}

/* ---- Two heaps -------------------------------------------------------- */

static wgc_heap *pair[2];

static void *
use_both(void *data)
{
    size_t first = (size_t)(uintptr_t)data;
    EXPECT(wgc_thread_attach(pair[first]) == WGC_OK);
    EXPECT(wgc_thread_attach(pair[!first]) == WGC_OK);
    for (size_t i = 0; i < 300; i++) {
        void **mine = wgc_alloc(pair[first], 64);
        EXPECT(mine != NULL);
        mine[0] = wgc_alloc(pair[first], 32);
        EXPECT(wgc_collect(pair[(i + first) % 2]) == WGC_OK);
        EXPECT(wgc_size(pair[first], mine[0]) == 32);
        EXPECT(wgc_alloc(pair[!first], 500) != NULL);
    }
    return NULL;
}

/* Each collects one heap while the other collects the other. */
static void
threads_of_two_heaps_do_not_wait_for_each_other_for_ever(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        pair[i] = wgc_heap_new(
            &(wgc_config){.no_globals = true, .min_bytes = 1 << 14});
    pthread_t one = start(use_both, (void *)0),
              two = start(use_both, (void *)1);
    assert_int_equal(wgc_blocking_enter(pair[0]), WGC_OK);
    assert_int_equal(wgc_blocking_enter(pair[1]), WGC_OK);
    finish(heap, one);
    finish(heap, two);
    assert_int_equal(wgc_blocking_leave(pair[0]), WGC_OK);
    assert_int_equal(wgc_blocking_leave(pair[1]), WGC_OK);
    assert_nothing_wrong();
    for (int i = 0; i < 2; i++)
        assert_int_equal(wgc_heap_free(pair[i]), WGC_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(
            BS14_a_thread_that_was_never_attached_gets_an_error_from_every_function),
        TEST(a_thread_attaches_once_and_may_come_back),
        TEST(BS14_a_thread_that_exits_while_attached_is_detached),
        TEST(detaching_hands_unused_runs_back),
        TEST(a_heap_that_others_are_attached_to_is_not_freed),
        TEST(a_thread_that_computes_stops_at_safepoints),
        TEST(cycles_do_not_wait_for_a_blocking_region_and_scan_its_stack),
        TEST(registers_count_in_a_blocking_region),
        TEST(several_threads_allocate_and_collect_at_once),
        TEST(thread_local_variables_of_other_threads_are_roots),
        TEST(threads_of_two_heaps_do_not_wait_for_each_other_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
