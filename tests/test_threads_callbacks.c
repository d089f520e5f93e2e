/* SPDX-License-Identifier: MIT */
/* Weak references, callbacks and delivery when several threads use a heap. */
#include "thread_support.h"

#include "heap_scene.h"

enum { THREADS = 4 };

static void
run_threads(void *(*fn)(void *))
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        threads[i] = start(fn, (void *)(uintptr_t)i);
    for (size_t i = 0; i < THREADS; i++)
        finish(heap, threads[i]);
    assert_nothing_wrong();
}

/* ---- Dereferencing against cycles that clear --------------------------- */

enum { CELLS = 64, MAGIC = 0x5eed };

static _Atomic(wgc_weakref *) cells[CELLS]; /* what they hold is in roots[] */
static atomic_size_t readers_done, seen_alive, seen_dead;

static NOINLINE void
look_at(size_t cell)
{
    wgc_weakref *reference = atomic_load(&cells[cell]);
    size_t *target = reference ? wgc_weakref_get(reference) : NULL;
    if (target == NULL) {
        atomic_fetch_add_explicit(&seen_dead, 1, memory_order_relaxed);
        return;
    }
    atomic_fetch_add_explicit(&seen_alive, 1, memory_order_relaxed);
    for (int i = 0; i < 8; i++)
        EXPECT(target[i] == MAGIC + cell);
    wgc_safepoint(heap);
    for (int i = 0; i < 8; i++)
        EXPECT(target[i] == MAGIC + cell);
}

static void *
read_references(void *data)
{
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    for (size_t i = (size_t)(uintptr_t)data; i < 100000; i++)
        look_at(i % CELLS);
    EXPECT(wgc_thread_detach(heap) == WGC_OK);
    atomic_fetch_add(&readers_done, 1);
    return NULL;
}

/* The object is referred to for one cycle, then weakly only. */
static NOINLINE void
renew(size_t cell)
{
    size_t *target = wgc_alloc_leaf(heap, 8 * sizeof *target);
    for (int i = 0; i < 8; i++)
        target[i] = MAGIC + cell;
    wgc_weakref *reference = wgc_weakref_new(heap, target, NULL, NULL);
    EXPECT(reference != NULL);
    roots[cell] = reference;
    roots[CELLS + cell] = target;
    atomic_store(&cells[cell], reference);
}

static void
BW18_a_reference_never_returns_what_a_cycle_cleared(void **state)
{
    pthread_t threads[THREADS];
    (void)state;
    atomic_store(&readers_done, 0);
    for (size_t i = 0; i < CELLS; i++)
        atomic_store(&cells[i], NULL);
    for (size_t i = 0; i < THREADS; i++)
        threads[i] = start(read_references, (void *)(uintptr_t)i);
    for (size_t round = 0; atomic_load(&readers_done) < THREADS; round++) {
        for (size_t i = 0; i < CELLS; i++) {
            if ((i + round) % 3 == 0)
                renew(i);
            else
                roots[CELLS + i] = NULL;
        }
        EXPECT(wgc_collect(heap) == WGC_OK);
    }
    for (size_t i = 0; i < THREADS; i++)
        finish(heap, threads[i]);
    assert_nothing_wrong();
    assert_true(atomic_load(&seen_alive) > 0);
}

/* ---- Delivery ---------------------------------------------------------- */

enum { CALLBACKS = 4000 };

static atomic_int fired[CALLBACKS];
static _Thread_local int delivered_here;

static void
count_firing(void *object, void *data)
{
    EXPECT(object == NULL);
    atomic_fetch_add(&fired[*(size_t *)data], 1);
    delivered_here++;
    EXPECT(wgc_alloc(heap, 64) != NULL);
}

static NOINLINE void
register_all(void)
{
    for (size_t i = 0; i < CALLBACKS; i++) {
        size_t *number = wgc_alloc_leaf(heap, sizeof *number);
        *number = i;
        atomic_store(&fired[i], 0);
        EXPECT(wgc_finalizer_new(heap, wgc_alloc(heap, 32), count_firing,
                                 number) != NULL);
    }
}

static void
assert_each_fired_once(void)
{
    for (size_t i = 0; i < CALLBACKS; i++)
        assert_int_equal(atomic_load(&fired[i]), 1);
}

static atomic_size_t total_delivered;

static void *
deliver_some(void *data)
{
    size_t ran = 0;
    (void)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    for (size_t some; (some = wgc_deliver(heap, 7)) != 0;)
        ran += some;
    EXPECT((size_t)delivered_here == ran);
    atomic_fetch_add(&total_delivered, ran);
    EXPECT(wgc_thread_detach(heap) == WGC_OK);
    return NULL;
}

static wgc_heap *
manual_heap(void)
{
    return exact_heap_with(
        (wgc_config){.min_bytes = 1 << 16, .delivery = WGC_DELIVER_MANUAL});
}

static int
setup_manual(void **state)
{
    (void)state;
    heap = manual_heap();
    return heap == NULL;
}

static void
Q3_several_threads_deliver_and_each_callback_runs_once_on_one_of_them(
    void **state)
{
    (void)state;
    atomic_store(&total_delivered, 0);
    register_all();
    collect_exact(heap);
    assert_int_equal(wgc_pending(heap), CALLBACKS);
    run_threads(deliver_some);
    assert_int_equal(atomic_load(&total_delivered), CALLBACKS);
    assert_int_equal(wgc_pending(heap), 0);
    assert_each_fired_once();
}

/* BF10: entries leave the queue and run, cycles of others in between. */
static void *
deliver_and_collect(void *data)
{
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    for (size_t i = 0; wgc_deliver(heap, 5) != 0; i++)
        if (i % 20 == (size_t)(uintptr_t)data)
            EXPECT(wgc_collect_exact(heap) == WGC_OK);
    return NULL;
}

static void
BF10_what_runs_is_kept_alive_while_others_collect(void **state)
{
    (void)state;
    register_all();
    collect_exact(heap);
    run_threads(deliver_and_collect);
    assert_each_fired_once();
    assert_int_equal(wgc_pending(heap), 0);
}

static void *
register_and_exit(void *data)
{
    size_t first = (size_t)(uintptr_t)data * (CALLBACKS / THREADS);
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    for (size_t i = first; i < first + CALLBACKS / THREADS; i++) {
        size_t *number = wgc_alloc_leaf(heap, sizeof *number);
        *number = i;
        atomic_store(&fired[i], 0);
        EXPECT(wgc_finalizer_new(heap, wgc_alloc(heap, 32), count_firing,
                                 number) != NULL);
    }
    return NULL;
}

static void
BF8_the_death_of_a_thread_loses_no_callback(void **state)
{
    (void)state;
    run_threads(register_and_exit);
    collect_exact(heap);
    while (wgc_deliver(heap, SIZE_MAX) != 0)
        continue;
    assert_each_fired_once();
}

/* ---- Callbacks that need other threads --------------------------------- */

static atomic_int helper_did, callback_began;

static void *
help(void *data)
{
    (void)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    await(heap, &callback_began);
    EXPECT(wgc_alloc(heap, 100000) != NULL);
    EXPECT(wgc_collect(heap) == WGC_OK);
    size_t *number = wgc_alloc_leaf(heap, sizeof *number);
    *number = 1;
    EXPECT(wgc_finalizer_new(heap, wgc_alloc(heap, 16), count_firing, number) !=
           NULL);
    atomic_store(&helper_did, 1);
    return NULL;
}

static void
wait_for_help(void *object, void *data)
{
    (void)object, (void)data;
    atomic_store(&callback_began, 1);
    await(heap, &helper_did);
}

static void
BF3_a_callback_waits_for_a_thread_that_allocates_collects_and_registers(
    void **state)
{
    (void)state;
    atomic_store(&helper_did, 0);
    atomic_store(&callback_began, 0);
    pthread_t helper = start(help, NULL);
    wgc_finalizer_new(heap, wgc_alloc(heap, 16), wait_for_help, NULL);
    collect_exact(heap);
    while (wgc_deliver(heap, SIZE_MAX) != 0)
        continue;
    assert_int_equal(atomic_load(&helper_did), 1);
    finish(heap, helper);
    assert_nothing_wrong();
}

static size_t
hash_with_help(const void *key, void *data)
{
    (void)data;
    if (atomic_exchange(&callback_began, 1) == 0)
        await(heap, &helper_did);
    return *(const size_t *)key;
}

static bool
equal_numbers(const void *a, const void *b, void *data)
{
    (void)data;
    return *(const size_t *)a == *(const size_t *)b;
}

static void
a_hash_function_waits_for_a_thread_that_collects(void **state)
{
    (void)state;
    atomic_store(&helper_did, 0);
    atomic_store(&callback_began, 0);
    pthread_t helper = start(help, NULL);
    wgc_weakmap *map = roots[0] =
        wgc_weakmap_new(heap, &(wgc_weakmap_info){.weak_keys = true,
                                                  .hash = hash_with_help,
                                                  .equal = equal_numbers});
    size_t *key = roots[1] = wgc_alloc_leaf(heap, sizeof *key);
    *key = 42;
    assert_int_equal(wgc_weakmap_set(map, key, key), WGC_OK);
    assert_ptr_equal(wgc_weakmap_get(map, key), key);
    finish(heap, helper);
    assert_nothing_wrong();
}

/* A jump out of a callback leaves no lock behind. */
static jmp_buf way_out;

static void
jump_out(void *object, void *data)
{
    (void)object, (void)data;
    longjmp(way_out, 1);
}

static void *
only_allocate(void *data)
{
    (void)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    for (int i = 0; i < 1000; i++)
        EXPECT(wgc_alloc(heap, 5000) != NULL);
    return NULL;
}

static void
a_callback_that_leaves_by_longjmp_does_not_keep_the_heap_locked(void **state)
{
    (void)state;
    wgc_finalizer_new(heap, wgc_alloc(heap, 16), jump_out, NULL);
    collect_exact(heap);
    if (setjmp(way_out) == 0) {
        wgc_deliver(heap, 1);
        fail_msg("it came back");
    }
    finish(heap, start(only_allocate, NULL));
    assert_nothing_wrong();
}

#define MANUAL(fn) cmocka_unit_test_setup_teardown(fn, setup_manual, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(BW18_a_reference_never_returns_what_a_cycle_cleared),
        MANUAL(
            Q3_several_threads_deliver_and_each_callback_runs_once_on_one_of_them),
        MANUAL(BF10_what_runs_is_kept_alive_while_others_collect),
        MANUAL(BF8_the_death_of_a_thread_loses_no_callback),
        MANUAL(
            BF3_a_callback_waits_for_a_thread_that_allocates_collects_and_registers),
        TEST(a_hash_function_waits_for_a_thread_that_collects),
        MANUAL(a_callback_that_leaves_by_longjmp_does_not_keep_the_heap_locked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
