/* SPDX-License-Identifier: MIT */
/*
 * Six ways in which MicroPython's weakref (v1.29.0-preview) reads freed memory,
 * loses callbacks or runs them twice, and what happens here instead; then calls
 * where the heap cannot be used.
 */
#include <pthread.h>

#include "python_scene.h"

enum { MANY = 200 };

/* Roots from 1000 hold references that callbacks look at. */
static bool
deref_many(function *self, const struct frame *frame)
{
    (void)self;
    (void)frame;
    for (int i = 0; i < MANY; i++)
        if (!is_dead(roots[1000 + i]))
            log_add("%d ", i);
    return true;
}

static void
M1_references_in_a_callback_never_return_freed_memory(void **state)
{
    (void)state;
    roots[1] = new_function(deref_many, "d", NULL);
    for (int i = 0; i < MANY; i += 2) {
        object *target = new_object(i);
        roots[1000 + i] = ref(target, i % 4 ? roots[1] : NULL);
        roots[1001 + i] = ref(target, i % 4 ? NULL : roots[1]);
        roots[2000 + i] = ref(target, roots[1]);
    }
    cycle();
    assert_log("");
    assert_int_equal(reports, 0);
}

static void
M2_an_unreachable_reference_is_silent_wherever_it_lies(void **state)
{
    (void)state;
    for (int i = 0; i < MANY; i++) {
        object *before = new_object(i);
        wgc_py_ref *between = ref_saying(before, "x");
        object *after = new_object(i);
        after->field = ref_saying(after, "y");
        before->field = between;
        ref_saying(after, "z");
    }
    cycle();
    assert_log("");
    assert_int_equal(stats_of(heap).weakrefs, 0);
}

static bool
call_and_detach_all(function *self, const struct frame *frame)
{
    say(self, frame);
    for (int i = 1; i <= 4; i++) {
        assert_null(detach(roots[i]));
        call(roots[i]);
        assert_false(alive(roots[i]));
    }
    return true;
}

static void
M3_a_finalizer_that_a_sibling_calls_runs_once(void **state)
{
    (void)state;
    object *target = new_object(1);
    roots[1] = finalize_saying(target, "1");
    roots[2] = finalize_saying(new_object(2), "2");
    roots[3] = finalize_saying(target, "3");
    roots[4] = finalize(target, new_function(call_and_detach_all, "4", NULL));
    cycle();
    assert_log("4 1 2 3 ");
    cycle();
    assert_log("");
}

/* Enough to make any table grow, several times. */
static bool
register_many(function *self, const struct frame *frame)
{
    (void)frame;
    for (int i = 0; i < 4 * MANY; i++)
        roots[2000 + i] = ref(roots[0], self);
    return say(self, frame);
}

static void
M4_a_callback_that_makes_tables_grow_loses_no_other(void **state)
{
    (void)state;
    roots[0] = new_object(1);
    for (int i = 0; i < MANY; i++)
        roots[1000 + i] =
            ref(new_object(i), i ? new_function(say, "a", NULL)
                                 : new_function(register_many, "a", NULL));
    cycle();
    assert_int_equal(strlen(log_text), 2 * MANY);
    for (int i = 0; i < MANY; i++)
        assert_true(is_dead(roots[1000 + i]));
    for (int i = 0; i < 4 * MANY; i++)
        assert_ptr_equal(deref(roots[2000 + i]), roots[0]);
}

static void
M5_a_heap_that_is_freed_runs_nothing(void **state)
{
    (void)state;
    scene_reopen((wgc_config){.delivery = WGC_DELIVER_MANUAL});
    roots[0] = new_object(1);
    roots[1] = ref_saying(roots[0], "alive ref");
    finalize_saying(roots[0], "alive fin");
    roots[2] = ref_saying(new_object(2), "pending ref");
    finalize_saying(new_object(3), "pending fin");
    cycle();
    assert_int_equal(wgc_pending(heap), 2);
    close_heap(heap);
    assert_log("");
    scene_open((wgc_config){0});
}

static unsigned running;

static bool
nest(function *self, const struct frame *frame)
{
    assert_int_equal(running, 0);
    running++;
    finalize_saying(new_object(1), self->name);
    for (int i = 0; i < 1000; i++)
        new_object(i);
    cycle();
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
    running--;
    return say(self, frame);
}

static void
M6_callbacks_run_neither_inside_allocation_nor_inside_others(void **state)
{
    (void)state;
    scene_reopen((wgc_config){.stress = 1});
    roots[1] = new_function(nest, "x", NULL);
    for (int i = 0; i < 20; i++)
        finalize(new_object(i), roots[1]);
    scrub_stack();
    for (int i = 0; i < 20; i++)
        new_object(i);
    assert_log("");
    cycle();
    assert_int_equal(strlen(log_text), 2 * 20);
}

/* ---- Where the heap cannot be used ------------------------------------ */

static void
try_everything(void)
{
    wgc_py_call *contents;
    bool equal;
    size_t hash;
    assert_null(wgc_py_new(heap, &scene_host));
    assert_null(wgc_py_ref_new(py, roots[0], NULL));
    assert_raised(WGC_PY_RUNTIME_ERROR);
    assert_null(
        wgc_py_finalize_new(py, roots[0], NONE, NULL, 0, NULL, NULL, 0));
    assert_raised(WGC_PY_RUNTIME_ERROR);
    assert_ptr_equal(deref(roots[1]), NONE);
    assert_false(wgc_py_ref_hash(py, roots[1], &hash));
    assert_raised(WGC_PY_RUNTIME_ERROR);
    assert_false(wgc_py_ref_equal(py, roots[1], roots[1], &equal));
    assert_raised(WGC_PY_RUNTIME_ERROR);
    assert_int_equal(wgc_py_ref_count(py, roots[0]), 0);
    assert_false(alive(roots[2]));
    wgc_py_finalize_set_atexit(py, roots[2], false);
    assert_false(wgc_py_finalize_call(py, roots[2], 0, NULL));
    assert_raised(WGC_PY_RUNTIME_ERROR);
    assert_false(wgc_py_finalize_peek(py, roots[2], &contents));
    assert_raised(WGC_PY_RUNTIME_ERROR);
    assert_false(wgc_py_finalize_detach(py, roots[2], &contents));
    assert_raised(WGC_PY_RUNTIME_ERROR);
    assert_int_equal(wgc_py_shutdown(py, SIZE_MAX), 0);
    wgc_py_free(py);
}

static void
assert_nothing_changed(void)
{
    assert_ptr_equal(deref(roots[1]), roots[0]);
    assert_true(alive(roots[2]));
    assert_true(wgc_py_finalize_atexit(py, roots[2]));
    roots[0] = NULL;
    cycle();
    assert_log("f r ");
}

static void
make_one_of_each(void)
{
    roots[0] = new_object(1);
    roots[1] = ref_saying(roots[0], "r");
    roots[2] = finalize_saying(roots[0], "f");
}

static unsigned traced;

static void
trace_and_try(wgc_tracer *tracer, const void *traced_object, size_t bytes)
{
    (void)tracer;
    (void)traced_object;
    (void)bytes;
    if (!traced++)
        try_everything();
}

static void
inside_a_cycle_the_shim_refuses(void **state)
{
    (void)state;
    traced = 0;
    make_one_of_each();
    wgc_kind kind = wgc_kind_new(
        heap, &(wgc_kind_info){.name = "curious", .trace = trace_and_try});
    roots[3] = wgc_alloc_kind(heap, kind, 16);
    cycle();
    assert_int_not_equal(traced, 0);
    assert_nothing_changed();
}

static void *
try_in_thread(void *data)
{
    try_everything();
    return data;
}

static void
on_a_thread_that_is_not_attached_the_shim_refuses(void **state)
{
    (void)state;
    pthread_t thread;
    make_one_of_each();
    assert_int_equal(pthread_create(&thread, NULL, try_in_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_nothing_changed();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(M1_references_in_a_callback_never_return_freed_memory),
        SCENE_TEST(M2_an_unreachable_reference_is_silent_wherever_it_lies),
        SCENE_TEST(M3_a_finalizer_that_a_sibling_calls_runs_once),
        SCENE_TEST(M4_a_callback_that_makes_tables_grow_loses_no_other),
        SCENE_TEST(M5_a_heap_that_is_freed_runs_nothing),
        SCENE_TEST(
            M6_callbacks_run_neither_inside_allocation_nor_inside_others),
        SCENE_TEST(inside_a_cycle_the_shim_refuses),
        SCENE_TEST(on_a_thread_that_is_not_attached_the_shim_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
