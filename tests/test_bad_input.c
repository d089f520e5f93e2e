/* SPDX-License-Identifier: MIT */
/*
 * What bad input gets: each function with each kind of wrong argument, on the
 * wrong thread, at the wrong time, after the heap is gone.  BS13: sizes that
 * overflow, and the NULL contract.
 */
#include "support.h"

#include <pthread.h>

/* ---- Sizes ------------------------------------------------------------ */

static const size_t impossible[] = {SIZE_MAX,
                                    SIZE_MAX - 1,
                                    SIZE_MAX - 7,
                                    SIZE_MAX - 15,
                                    SIZE_MAX - 16,
                                    SIZE_MAX - 31,
                                    SIZE_MAX - 4095,
                                    SIZE_MAX - 16383,
                                    SIZE_MAX - 65535,
                                    SIZE_MAX - 65536,
                                    SIZE_MAX / 2 + 1,
                                    (size_t)PTRDIFF_MAX,
                                    (size_t)PTRDIFF_MAX - 4095,
                                    (size_t)1 << 60,
                                    (size_t)1 << 48};
enum { IMPOSSIBLE = sizeof impossible / sizeof impossible[0] };

static void
BS13_sizes_that_overflow_are_too_large(void **state)
{
    wgc_heap *heap = *state;
    unsigned char *object = roots[0] = wgc_alloc(heap, 100);
    memset(object, 0x11, 100);
    for (size_t i = 0; i < IMPOSSIBLE; i++) {
        assert_null(wgc_alloc(heap, impossible[i]));
        assert_status(WGC_TOO_LARGE);
        assert_null(wgc_alloc_leaf(heap, impossible[i]));
        assert_status(WGC_TOO_LARGE);
        assert_null(wgc_alloc_kind(heap, WGC_KIND_LEAF, impossible[i]));
        assert_status(WGC_TOO_LARGE);
        for (size_t alignment = 1; alignment <= 65536; alignment *= 4) {
            assert_null(wgc_alloc_aligned(heap, 0, impossible[i], alignment));
            assert_status(WGC_TOO_LARGE);
        }
        assert_null(wgc_realloc(heap, NULL, impossible[i]));
        assert_status(WGC_TOO_LARGE);
        assert_null(wgc_realloc(heap, object, impossible[i]));
        assert_status(WGC_TOO_LARGE);
        assert_false(wgc_resize(heap, object, impossible[i]));
    }
    assert_true(all_bytes_are(object, 100, 0x11));
    assert_int_equal(stats_of(heap).live_objects, 1);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 1);
}

static void
alignments_that_are_no_powers_of_two_are_refused(void **state)
{
    wgc_heap *heap = *state;
    const size_t wrong[] = {
        0,     3,     5,      6,     12,      24,       48,
        65535, 65537, 131072, 98304, 1 << 20, SIZE_MAX, SIZE_MAX / 2 + 1};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_null(wgc_alloc_aligned(heap, 0, 64, wrong[i]));
        assert_status(WGC_INVALID);
        assert_null(wgc_alloc_aligned(heap, 0, SIZE_MAX, wrong[i]));
        assert_in_range(wgc_last_status(), WGC_TOO_LARGE, WGC_INVALID);
    }
    assert_int_equal(stats_of(heap).live_objects, 0);
}

/* ---- Pointers to everything that takes one ---------------------------- */

static void
do_nothing(void *object, void *data)
{
    (void)object;
    (void)data;
    fail_msg("a finalizer of no object ran");
}

static void
expect_no_object(wgc_heap *heap, void *wrong)
{
    static void *slot;
    slot = NULL;
    (void)wgc_last_status();
    assert_int_equal(wgc_size(heap, wrong), 0);
    assert_int_equal(wgc_kind_of(heap, wrong), WGC_KIND_INVALID);
    (void)wgc_last_status();
    if (wrong) {
        assert_null(wgc_realloc(heap, wrong, 64));
        assert_status(WGC_NOT_AN_OBJECT);
        assert_int_equal(wgc_free(heap, wrong), WGC_NOT_AN_OBJECT);
        assert_status(WGC_NOT_AN_OBJECT);
    }
    assert_false(wgc_resize(heap, wrong, 64));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_pin(heap, wrong), WGC_NOT_AN_OBJECT);
    assert_status(WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_unpin(heap, wrong), WGC_NOT_AN_OBJECT);
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(wgc_weakref_new(heap, wrong, NULL, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(wgc_weakref_new_long(heap, wrong, NULL, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_int_equal(wgc_weak_slot_add(heap, &slot, wrong), WGC_NOT_AN_OBJECT);
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(slot);
    assert_null(wgc_finalizer_new(heap, wrong, do_nothing, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(wgc_finalizer_new_guard(heap, wrong, do_nothing, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(wgc_weakref_next(heap, wrong, NULL));
}

/* Handles know their heap, so a wrong one must not be followed. */
static void
expect_no_handle(void *wrong)
{
    assert_null(wgc_weakref_get(wrong));
    assert_int_not_equal(wgc_weakref_clear(wrong), WGC_OK);
    assert_null((void *)(uintptr_t)wgc_weakref_callback(wrong));
    assert_null(wgc_weakref_data(wrong));
    assert_false(wgc_finalizer_alive(wrong));
    assert_false(wgc_finalizer_cancel(wrong));
    assert_false(wgc_finalizer_run(wrong));
    assert_null(wgc_finalizer_object(wrong));
    assert_null(wgc_finalizer_data(wrong));
}

static void
wrong_pointers_are_refused_everywhere(void **state)
{
    wgc_heap *heap = *state;
    wgc_heap *other = wgc_heap_new(&(wgc_config){.no_globals = true});
    assert_non_null(other);
    static int in_data;
    int on_stack;
    char *mallocated = malloc(4096);
    char *small = roots[0] = wgc_alloc(heap, 100);
    char *large = roots[1] = wgc_alloc(heap, 100000);
    void *released = wgc_alloc(heap, 100);
    assert_int_equal(wgc_free(heap, released), WGC_OK);
    void *dead = wgc_alloc(heap, 300);
    void *foreign = wgc_alloc(other, 100);
    collect_exact(heap);
    void *wrong[] = {NULL,
                     small + 1,
                     small + 8,
                     small + 16,
                     small + 99,
                     small + wgc_size(heap, small),
                     small - 1,
                     large + 16,
                     large + 16384,
                     large + 99999,
                     large + wgc_size(heap, large),
                     released,
                     dead,
                     foreign,
                     &in_data,
                     &on_stack,
                     mallocated,
                     mallocated + 5,
                     heap,
                     (void *)8,
                     (void *)16,
                     (void *)UINTPTR_MAX,
                     (void *)(UINTPTR_MAX - 15),
                     (void *)((uintptr_t)small ^ ((uintptr_t)1 << 62))};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        expect_no_object(heap, wrong[i]);
        expect_no_handle(wrong[i]);
    }
    expect_no_handle(small); /* an object, but no reference or finalizer */
    expect_no_handle(large);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 2);
    assert_true(all_bytes_are(small, 100, 0));
    assert_int_equal(wgc_heap_free(other), WGC_OK);
    free(mallocated);
}

static void
slots_and_functions_that_are_missing_are_refused(void **state)
{
    wgc_heap *heap = *state;
    void *object = roots[0] = wgc_alloc(heap, 64);
    void **slots = calloc(4, sizeof *slots);
    void **crooked = (void **)((char *)slots + 3);
    assert_int_equal(wgc_weak_slot_add(heap, NULL, object), WGC_INVALID);
    assert_int_equal(wgc_weak_slot_add(heap, crooked, object), WGC_INVALID);
    assert_int_not_equal(wgc_weak_slot_remove(heap, NULL), WGC_OK);
    assert_int_not_equal(wgc_weak_slot_remove(heap, crooked), WGC_OK);
    assert_int_equal(wgc_weak_slot_remove(heap, &slots[0]), WGC_NOT_FOUND);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], &slots[1]),
                     WGC_NOT_FOUND);
    assert_int_equal(wgc_weak_slot_add(heap, &slots[0], object), WGC_OK);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], NULL), WGC_INVALID);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], crooked), WGC_INVALID);
    assert_ptr_equal(slots[0], object);
    assert_null(wgc_finalizer_new(heap, object, NULL, NULL));
    assert_status(WGC_INVALID);
    assert_null(wgc_finalizer_new_guard(heap, object, NULL, NULL));
    assert_status(WGC_INVALID);
    assert_int_equal(stats_of(heap).finalizers, 0);
    roots[0] = NULL;
    collect_exact(heap);
    assert_null(slots[0]);
    free(slots);
}

static void
a_record_is_no_object_for_the_wrong_function(void **state)
{
    wgc_heap *heap = *state;
    void *object = roots[0] = wgc_alloc(heap, 64);
    wgc_weakref *reference = roots[1] =
        wgc_weakref_new(heap, object, NULL, NULL);
    wgc_finalizer *finalizer = roots[2] =
        wgc_finalizer_new(heap, object, do_nothing, NULL);
    assert_non_null(reference);
    assert_non_null(finalizer);
    assert_false(wgc_finalizer_alive((wgc_finalizer *)reference));
    assert_false(wgc_finalizer_cancel((wgc_finalizer *)reference));
    assert_false(wgc_finalizer_run((wgc_finalizer *)reference));
    assert_null(wgc_weakref_get((wgc_weakref *)finalizer));
    assert_int_not_equal(wgc_weakref_clear((wgc_weakref *)finalizer), WGC_OK);
    assert_null(wgc_weakref_get((wgc_weakref *)((char *)reference + 8)));
    assert_false(
        wgc_finalizer_alive((wgc_finalizer *)((char *)finalizer + 16)));
    assert_ptr_equal(wgc_weakref_get(reference), object);
    assert_true(wgc_finalizer_alive(finalizer));
    assert_true(wgc_finalizer_cancel(finalizer));
}

/* A record must not be resized or released under the heap that uses it. */
static void
records_cannot_be_broken_by_resizing(void **state)
{
    wgc_heap *heap = *state;
    void *object = roots[0] = wgc_alloc(heap, 64);
    wgc_weakref *reference = roots[1] =
        wgc_weakref_new(heap, object, NULL, NULL);
    (void)wgc_resize(heap, reference, 8);
    (void)wgc_resize(heap, reference, 4000);
    void *moved = wgc_realloc(heap, reference, 4000);
    if (moved)
        roots[1] = moved;
    collect_exact(heap);
    roots[0] = NULL;
    collect_exact(heap);
    assert_null(wgc_weakref_get(roots[1]));
    assert_int_equal(stats_of(heap).weakrefs, 0);
    make_garbage(heap, 1000, 48);
    collect_exact(heap);
}

/* ---- A heap that is gone, or never was -------------------------------- */

/* Every function that takes a heap refuses it; none touches it. */
static void
expect_refused(wgc_heap *heap, void *object, wgc_status status)
{
    void *slots[2] = {NULL, NULL};
    wgc_stats stats;
    assert_null(wgc_alloc(heap, 16));
    assert_status(status);
    assert_null(wgc_alloc_leaf(heap, 16));
    assert_status(status);
    assert_null(wgc_alloc_kind(heap, 0, 16));
    assert_status(status);
    assert_null(wgc_alloc_aligned(heap, 0, 16, 64));
    assert_status(status);
    assert_null(wgc_realloc(heap, object, 16));
    assert_null(wgc_realloc(heap, NULL, 16));
    assert_status(status);
    assert_false(wgc_resize(heap, object, 8));
    assert_status(status);
    assert_int_equal(wgc_free(heap, object), status);
    assert_int_equal(wgc_kind_new(heap, &(wgc_kind_info){0}), WGC_KIND_INVALID);
    assert_status(status);
    assert_int_equal(wgc_root_add(heap, slots, slots + 1), status);
    assert_int_equal(wgc_root_remove(heap, slots, slots + 1), status);
    assert_int_equal(wgc_root_add_callback(heap, NULL, NULL), status);
    assert_int_equal(wgc_root_remove_callback(heap, NULL, NULL), status);
    assert_int_equal(wgc_pin(heap, object), status);
    assert_int_equal(wgc_unpin(heap, object), status);
    assert_int_equal(wgc_collect(heap), status);
    assert_int_equal(wgc_collect_exact(heap), status);
    assert_int_equal(wgc_disable(heap), status);
    assert_int_equal(wgc_enable(heap), status);
    assert_int_equal(wgc_external(heap, 8), status);
    assert_int_equal(wgc_deliver(heap, 8), 0);
    assert_int_equal(wgc_trim(heap), 0);
    assert_null(wgc_weakref_new(heap, object, NULL, NULL));
    assert_status(status);
    assert_null(wgc_weakref_new_long(heap, object, NULL, NULL));
    assert_status(status);
    assert_null(wgc_weakref_next(heap, object, NULL));
    assert_int_equal(wgc_weak_slot_add(heap, &slots[0], object), status);
    assert_int_equal(wgc_weak_slot_remove(heap, &slots[0]), status);
    assert_int_equal(wgc_weak_slot_move(heap, &slots[0], &slots[1]), status);
    assert_null(wgc_finalizer_new(heap, object, do_nothing, NULL));
    assert_status(status);
    assert_null(wgc_finalizer_new_guard(heap, object, do_nothing, NULL));
    assert_status(status);
    assert_int_equal(wgc_finalizer_run_all(heap), 0);
    assert_int_equal(wgc_heap_free(heap), status);
    (void)wgc_last_status();
    if (status == WGC_UNATTACHED) {
        memset(&stats, 0xff, sizeof stats);
        wgc_stats_get(heap, &stats);
        assert_true(all_bytes_are(&stats, sizeof stats, 0));
        assert_int_equal(wgc_size(heap, object), 0);
        assert_null(wgc_base(heap, object));
        assert_int_equal(wgc_pending(heap), 0);
        assert_int_equal(wgc_kind_of(heap, object), WGC_KIND_INVALID);
    }
}

static void
a_freed_heap_and_a_missing_one_are_refused(void **state)
{
    (void)state;
    wgc_heap *heap = wgc_heap_new(NULL);
    assert_non_null(heap);
    void *object = wgc_alloc(heap, 64);
    wgc_weakref *reference = wgc_weakref_new(heap, object, NULL, NULL);
    assert_non_null(reference);
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
    assert_int_equal(wgc_heap_free(heap), WGC_UNATTACHED);
    expect_refused(heap, object, WGC_UNATTACHED);
    expect_refused(NULL, object, WGC_UNATTACHED);
    expect_no_handle(reference);
    int on_stack[64] = {0};
    expect_refused((wgc_heap *)on_stack, object, WGC_UNATTACHED);
    assert_int_equal(wgc_collect(NULL), WGC_UNATTACHED);
}

static void
a_missing_place_for_statistics_is_no_crash(void **state)
{
    wgc_heap *heap = *state;
    wgc_stats_get(heap, NULL);
    wgc_stats_get(NULL, NULL);
    assert_int_equal(wgc_collect(heap), WGC_OK);
}

/* ---- A thread that is not attached ------------------------------------ */

struct visit {
    wgc_heap *heap;
    void *object;
    void *reference;
    void *finalizer;
};

static void *
visit_unattached(void *data)
{
    struct visit *visit = data;
    expect_refused(visit->heap, visit->object, WGC_UNATTACHED);
    expect_no_handle(visit->reference);
    expect_no_handle(visit->finalizer);
    return data;
}

static void
an_unattached_thread_is_refused(void **state)
{
    wgc_heap *heap = *state;
    struct visit visit = {.heap = heap};
    visit.object = roots[0] = wgc_alloc(heap, 64);
    visit.reference = roots[1] =
        wgc_weakref_new(heap, visit.object, NULL, NULL);
    visit.finalizer = roots[2] =
        wgc_finalizer_new(heap, visit.object, do_nothing, NULL);
    pthread_t thread;
    void *result = NULL;
    assert_int_equal(pthread_create(&thread, NULL, visit_unattached, &visit),
                     0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &visit);
    collect_exact(heap);
    assert_ptr_equal(wgc_weakref_get(visit.reference), visit.object);
    assert_true(wgc_finalizer_alive(visit.finalizer));
    assert_true(wgc_finalizer_cancel(visit.finalizer));
}

static void *
use_own_heap(void *data)
{
    wgc_heap *heap = wgc_heap_new(NULL);
    if (!heap)
        return NULL;
    void **list = NULL;
    for (size_t i = 0; i < 20000; i++) {
        void **node = wgc_alloc(heap, 16);
        if (!node)
            return NULL;
        node[0] = list;
        list = node;
    }
    wgc_collect(heap);
    size_t length = 0;
    for (void **node = list; node; node = node[0])
        length++;
    bool freed = wgc_heap_free(heap) == WGC_OK;
    return freed && length == 20000 ? data : NULL;
}

static void
every_thread_may_have_a_heap_of_its_own(void **state)
{
    (void)state;
    pthread_t threads[4];
    int token = 0;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(
            pthread_create(&threads[i], NULL, use_own_heap, &token), 0);
    for (size_t i = 0; i < 4; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &token);
    }
}

/* ---- The wrong time --------------------------------------------------- */

struct meddler {
    wgc_heap *heap;
    void *object;
    wgc_weakref *reference;
    wgc_finalizer *finalizer;
    size_t calls;
    bool meddling;
};

static void
meddle(struct meddler *meddler)
{
    if (meddler->meddling)
        return; /* each refusal is an event */
    meddler->meddling = true;
    meddler->calls++;
    expect_refused(meddler->heap, meddler->object, WGC_BUSY);
    assert_int_equal(wgc_weakref_clear(meddler->reference), WGC_BUSY);
    assert_false(wgc_finalizer_cancel(meddler->finalizer));
    assert_false(wgc_finalizer_run(meddler->finalizer));
    wgc_stats stats;
    wgc_stats_get(meddler->heap, &stats);
    assert_true(stats.committed_bytes > 0);
    (void)wgc_size(meddler->heap, meddler->object);
    (void)wgc_base(meddler->heap, meddler->object);
    meddler->meddling = false;
}

static struct meddler *current;

static void
meddle_in_trace(wgc_tracer *tracer, const void *object, size_t bytes)
{
    (void)object;
    (void)bytes;
    wgc_visit(tracer, current->object);
    meddle(current);
}

static void
meddle_in_root(wgc_tracer *tracer, void *data)
{
    (void)tracer;
    meddle(data);
}

static void
meddle_in_event(wgc_heap *heap, const wgc_event *event, void *data)
{
    struct meddler *meddler = data;
    (void)heap;
    bool inside = event->type == WGC_EVENT_CYCLE_BEGIN ||
                  event->type == WGC_EVENT_CYCLE_END;
    if (inside && meddler->heap)
        meddle(meddler);
}

static void
set_up_meddler(struct meddler *meddler, wgc_heap *heap)
{
    current = meddler;
    meddler->heap = heap;
    meddler->object = roots[0] = wgc_alloc(heap, 64);
    meddler->reference = roots[1] =
        wgc_weakref_new(heap, meddler->object, NULL, NULL);
    meddler->finalizer = roots[2] =
        wgc_finalizer_new(heap, meddler->object, do_nothing, NULL);
    assert_non_null(meddler->reference);
    assert_non_null(meddler->finalizer);
}

static void
check_meddler(struct meddler *meddler, size_t objects)
{
    wgc_heap *heap = meddler->heap;
    collect_exact(heap);
    collect_exact(heap);
    assert_true(meddler->calls >= 2);
    assert_ptr_equal(wgc_weakref_get(meddler->reference), meddler->object);
    assert_true(wgc_finalizer_alive(meddler->finalizer));
    assert_true(wgc_size(heap, meddler->object) >= 64);
    assert_true(stats_of(heap).live_objects >= objects);
    make_garbage(heap, 1000, 64);
    meddler->heap = NULL;
    assert_true(wgc_finalizer_cancel(meddler->finalizer));
}

static void
a_trace_function_can_only_visit(void **state)
{
    wgc_heap *heap = *state;
    struct meddler meddler = {0};
    set_up_meddler(&meddler, heap);
    wgc_kind kind =
        wgc_kind_new(heap, &(wgc_kind_info){.trace = meddle_in_trace});
    roots[3] = wgc_alloc_kind(heap, kind, 16);
    check_meddler(&meddler, 2);
}

static void
a_root_function_can_only_visit(void **state)
{
    wgc_heap *heap = *state;
    struct meddler meddler = {0};
    set_up_meddler(&meddler, heap);
    assert_int_equal(wgc_root_add_callback(heap, meddle_in_root, &meddler),
                     WGC_OK);
    check_meddler(&meddler, 1);
}

static void
an_event_function_can_only_read_statistics(void **state)
{
    (void)state;
    struct meddler meddler = {0};
    wgc_heap *heap = exact_heap_with(
        (wgc_config){.on_event = meddle_in_event, .event_data = &meddler});
    assert_non_null(heap);
    set_up_meddler(&meddler, heap);
    check_meddler(&meddler, 1);
    close_heap(heap);
}

struct suicide {
    wgc_heap *heap;
    wgc_status status;
    size_t calls;
};

static void
free_heap_in_finalizer(void *object, void *data)
{
    struct suicide *suicide = data;
    (void)object;
    suicide->calls++;
    suicide->status = wgc_heap_free(suicide->heap);
}

static void
free_heap_in_weakref(wgc_weakref *reference, void *data)
{
    (void)reference;
    free_heap_in_finalizer(NULL, data);
}

static void
a_heap_cannot_be_freed_from_its_callbacks(void **state)
{
    wgc_heap *heap = *state;
    struct suicide suicides[3] = {
        {heap, WGC_OK, 0}, {heap, WGC_OK, 0}, {heap, WGC_OK, 0}};
    roots[0] = wgc_weakref_new(heap, wgc_alloc(heap, 16), free_heap_in_weakref,
                               &suicides[0]);
    wgc_finalizer_new(heap, wgc_alloc(heap, 16), free_heap_in_finalizer,
                      &suicides[1]);
    wgc_finalizer_new_guard(heap, wgc_alloc(heap, 16), free_heap_in_finalizer,
                            &suicides[2]);
    collect_exact(heap);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(suicides[i].calls, 1);
        assert_int_equal(suicides[i].status, WGC_BUSY);
    }
    make_garbage(heap, 1000, 100);
    collect_exact(heap);
    wgc_finalizer_new(heap, wgc_alloc(heap, 16), free_heap_in_finalizer,
                      &suicides[1]);
    assert_int_equal(wgc_finalizer_run_all(heap), 1);
    assert_int_equal(suicides[1].status, WGC_BUSY);
    wgc_finalizer *now = roots[1] = wgc_finalizer_new(
        heap, wgc_alloc(heap, 16), free_heap_in_finalizer, &suicides[2]);
    assert_true(wgc_finalizer_run(now));
    assert_int_equal(suicides[2].calls, 2);
    assert_int_equal(suicides[2].status, WGC_BUSY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(BS13_sizes_that_overflow_are_too_large),
        EXACT_TEST(alignments_that_are_no_powers_of_two_are_refused),
        EXACT_TEST(wrong_pointers_are_refused_everywhere),
        EXACT_TEST(slots_and_functions_that_are_missing_are_refused),
        EXACT_TEST(a_record_is_no_object_for_the_wrong_function),
        EXACT_TEST(records_cannot_be_broken_by_resizing),
        cmocka_unit_test(a_freed_heap_and_a_missing_one_are_refused),
        EXACT_TEST(a_missing_place_for_statistics_is_no_crash),
        EXACT_TEST(an_unattached_thread_is_refused),
        cmocka_unit_test(every_thread_may_have_a_heap_of_its_own),
        EXACT_TEST(a_trace_function_can_only_visit),
        EXACT_TEST(a_root_function_can_only_visit),
        cmocka_unit_test(an_event_function_can_only_read_statistics),
        EXACT_TEST(a_heap_cannot_be_freed_from_its_callbacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
