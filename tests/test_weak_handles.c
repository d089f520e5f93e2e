/* SPDX-License-Identifier: MIT */
/*
 * What the functions of weak.h and finalize.h do with a handle that is none:
 * they recognise it, change nothing and say so.
 */
#include <pthread.h>

#include "weak_scene.h"

static void
assert_no_reference(void *handle)
{
    wgc_last_status();
    assert_null(wgc_weakref_get(handle));
    assert_int_not_equal(wgc_weakref_clear(handle), WGC_OK);
    assert_true(wgc_weakref_callback(handle) == NULL);
    assert_null(wgc_weakref_data(handle));
}

static void
assert_no_finalizer(void *handle)
{
    assert_false(wgc_finalizer_alive(handle));
    assert_false(wgc_finalizer_cancel(handle));
    assert_false(wgc_finalizer_run(handle));
    assert_null(wgc_finalizer_object(handle));
    assert_null(wgc_finalizer_data(handle));
}

static void
assert_no_handle(void *handle)
{
    assert_no_reference(handle);
    assert_no_finalizer(handle);
}

static void
null_is_no_handle(void **state)
{
    (void)state;
    assert_no_handle(NULL);
}

static void
foreign_memory_is_no_handle(void **state)
{
    static uint64_t in_data[16];
    uint64_t on_stack[16] = {0};
    void *outside = calloc(16, 8);

    (void)state;
    assert_no_handle(in_data);
    assert_no_handle(on_stack);
    assert_no_handle(outside);
    assert_no_handle(heap);
    assert_no_handle(letter('x'));
    assert_no_handle((void *)UINTPTR_MAX);
    assert_no_handle((void *)(UINTPTR_MAX / 2 + 1));
    free(outside);
}

static void
a_copy_of_a_handle_is_no_handle(void **state)
{
    uint64_t copy[6];
    void *node = wgc_alloc(heap, sizeof copy);

    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'r');
    roots[2] = after(roots[0], 'f');
    memcpy(copy, roots[1], sizeof copy);
    memcpy(node, roots[1], sizeof copy);
    assert_no_handle(copy);
    assert_no_handle(node);
    memcpy(copy, roots[2], sizeof copy);
    memcpy(node, roots[2], sizeof copy);
    assert_no_handle(copy);
    assert_no_handle(node);
}

static void
an_interior_address_is_no_handle(void **state)
{
    char *reference, *finalizer;

    (void)state;
    roots[0] = new_node();
    roots[1] = reference = (char *)watch(roots[0], 'r');
    roots[2] = finalizer = (char *)after(roots[0], 'f');
    for (int i = 1; i < 48; i++) {
        assert_no_handle(reference + i);
        assert_no_handle(finalizer + i);
    }
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
    assert_true(wgc_finalizer_alive(roots[2]));
}

static void
an_ordinary_object_is_no_handle(void **state)
{
    void *objects[] = {
        wgc_alloc(heap, 48),
        wgc_alloc_leaf(heap, 48),
        wgc_alloc(heap, 1 << 20),
    };

    (void)state;
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        memset(objects[i], 0xff, 48);
        assert_no_handle(objects[i]);
        assert_int_equal(wgc_free(heap, objects[i]), WGC_OK);
        assert_no_handle(objects[i]);
    }
}

static void
a_reference_is_no_finalizer_and_the_reverse(void **state)
{
    (void)state;
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'r');
    roots[2] = watch_long(roots[0], 'l');
    roots[3] = after(roots[0], 'f');
    roots[4] = guard(roots[0], 'g');
    assert_no_finalizer(roots[1]);
    assert_no_finalizer(roots[2]);
    assert_no_reference(roots[3]);
    assert_no_reference(roots[4]);
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
    assert_ptr_equal(wgc_weakref_get(roots[2]), roots[0]);
    assert_true(wgc_finalizer_alive(roots[3]));
    assert_true(wgc_finalizer_alive(roots[4]));
    assert_log("");
}

static void
a_collected_handle_is_no_handle(void **state)
{
    wgc_weakref *reference;
    wgc_finalizer *finalizer;

    (void)state;
    roots[0] = new_node();
    reference = watch(roots[0], 'r');
    finalizer = after(roots[0], 'f');
    assert_true(wgc_finalizer_cancel(finalizer));
    cycle();
    assert_no_handle(reference);
    assert_no_handle(finalizer);
}

static void
a_freed_handle_is_no_handle(void **state)
{
    wgc_weakref *reference;

    (void)state;
    roots[0] = new_node();
    roots[1] = reference = watch(roots[0], 'r');
    assert_int_equal(wgc_free(heap, reference), WGC_OK);
    assert_no_handle(reference);
    assert_int_equal(wgc_free(heap, reference), WGC_NOT_AN_OBJECT);
    assert_null(wgc_weakref_next(heap, roots[0], NULL));
    roots[0] = NULL;
    cycle();
    assert_log("");
}

static void
a_handle_of_a_freed_heap_is_no_handle(void **state)
{
    wgc_weakref *reference;
    wgc_finalizer *finalizer;
    wgc_heap *freed = heap;

    (void)state;
    roots[0] = new_node();
    reference = watch(roots[0], 'r');
    finalizer = after(roots[0], 'f');
    scene_close();
    assert_no_handle(reference);
    assert_no_handle(finalizer);
    assert_null(wgc_weakref_new(freed, reference, log_ref, NULL));
    assert_status(WGC_UNATTACHED);
    assert_int_equal(wgc_deliver(freed, 1), 0);
    assert_int_equal(wgc_pending(freed), 0);
    assert_int_equal(wgc_finalizer_run_all(freed), 0);
}

static void
handles_find_their_heap_among_several(void **state)
{
    wgc_config config = scene_config();
    wgc_heap *two = wgc_heap_new(&config);
    void *mine = new_node();
    void *theirs = wgc_alloc(two, 32);
    wgc_weakref *reference = wgc_weakref_new(two, theirs, log_ref, NULL);
    wgc_finalizer *finalizer =
        wgc_finalizer_new(two, theirs, log_after, letter('f'));

    (void)state;
    assert_non_null(reference);
    assert_non_null(finalizer);
    assert_null(wgc_weakref_new(heap, theirs, log_ref, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(wgc_finalizer_new(two, mine, log_after, NULL));
    assert_status(WGC_NOT_AN_OBJECT);
    assert_null(wgc_weakref_next(heap, theirs, NULL));
    assert_ptr_equal(wgc_weakref_next(two, theirs, NULL), reference);
    assert_ptr_equal(wgc_weakref_get(reference), theirs);
    assert_true(wgc_finalizer_run(finalizer));
    assert_log("f");
    assert_int_equal(wgc_heap_free(two), WGC_OK);
    assert_no_handle(reference);
    assert_no_handle(finalizer);
}

static wgc_status seen[8];

static void *
try_unattached(void *data)
{
    void **handles = data;
    void *slot = NULL;
    int i = 0;

    wgc_weakref_new(heap, handles[0], log_ref, NULL);
    seen[i++] = wgc_last_status();
    wgc_finalizer_new(heap, handles[0], log_after, NULL);
    seen[i++] = wgc_last_status();
    wgc_finalizer_new_guard(heap, handles[0], log_guard, NULL);
    seen[i++] = wgc_last_status();
    seen[i++] = wgc_weak_slot_add(heap, &slot, handles[0]);
    seen[i++] = wgc_weak_slot_remove(heap, &slot);
    seen[i++] = wgc_weak_slot_move(heap, &slot, &slot);
    seen[i++] =
        wgc_weakref_clear(handles[1]) == WGC_OK ? WGC_OK : WGC_UNATTACHED;
    seen[i++] = wgc_weakref_get(handles[1]) ||
                        wgc_weakref_next(heap, handles[0], NULL) ||
                        wgc_finalizer_alive(handles[2]) ||
                        wgc_finalizer_cancel(handles[2]) ||
                        wgc_finalizer_run(handles[2]) ||
                        wgc_finalizer_run_all(heap) || wgc_pending(heap) ||
                        wgc_deliver(heap, SIZE_MAX)
                    ? WGC_OK
                    : WGC_UNATTACHED;
    return NULL;
}

static void
an_unattached_thread_is_refused(void **state)
{
    pthread_t thread;

    (void)state;
    use_manual_delivery();
    roots[0] = new_node();
    roots[1] = watch(roots[0], 'r');
    roots[2] = after(roots[0], 'f');
    roots[3] = watch(new_node(), 'p');
    cycle();
    assert_int_equal(pthread_create(&thread, NULL, try_unattached, roots), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        assert_int_equal(seen[i], WGC_UNATTACHED);
    assert_log("");
    assert_ptr_equal(wgc_weakref_get(roots[1]), roots[0]);
    assert_true(wgc_finalizer_alive(roots[2]));
    assert_int_equal(wgc_pending(heap), 1);
    assert_int_equal(stats().weakrefs, 1);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SCENE_TEST(null_is_no_handle),
        SCENE_TEST(foreign_memory_is_no_handle),
        SCENE_TEST(a_copy_of_a_handle_is_no_handle),
        SCENE_TEST(an_interior_address_is_no_handle),
        SCENE_TEST(an_ordinary_object_is_no_handle),
        SCENE_TEST(a_reference_is_no_finalizer_and_the_reverse),
        SCENE_TEST(a_collected_handle_is_no_handle),
        SCENE_TEST(a_freed_handle_is_no_handle),
        SCENE_TEST(a_handle_of_a_freed_heap_is_no_handle),
        SCENE_TEST(handles_find_their_heap_among_several),
        SCENE_TEST(an_unattached_thread_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
