/* SPDX-License-Identifier: MIT */
/*
 * BS10: what a forked child may do.  Other threads allocate and collect while
 * one forks, so the heap is in every state there is; the child must find it
 * whole.
 */
#include "thread_support.h"

#include <sys/wait.h>
#include <unistd.h>

static wgc_heap *heap;

enum { THREADS = 3, OBJECTS = 200, FORKS = 12 };

static atomic_int stop, running;

static int
setup(void **state)
{
    (void)state;
    heap = exact_heap_with((wgc_config){.min_bytes = 1 << 15});
    atomic_store(&stop, 0);
    atomic_store(&running, 0);
    return heap == NULL;
}

static int
setup_at_fork(void **state)
{
    (void)state;
    heap = exact_heap_with((wgc_config){.min_bytes = 1 << 15, .at_fork = true});
    atomic_store(&stop, 0);
    atomic_store(&running, 0);
    return heap == NULL;
}

static int
teardown(void **state)
{
    (void)state;
    close_heap(heap);
    return 0;
}

/* Words 1 and 2 are equal in each object that is in roots[]. */
static void
make_objects(void)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        size_t *object = roots[i] = wgc_alloc(heap, 48);
        object[1] = object[2] = i * 17 + 1;
    }
}

static bool
are_objects_whole(void)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        const size_t *object = roots[i];
        if (wgc_size(heap, object) != 48 || object[1] != i * 17 + 1 ||
            object[2] != object[1])
            return false;
    }
    return true;
}

static void *
churn(void *data)
{
    (void)data;
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    atomic_fetch_add(&running, 1);
    for (size_t i = 0; !atomic_load(&stop); i++) {
        EXPECT(wgc_alloc(heap, 16 + i % 1000) != NULL);
        if (i % 64 == 0)
            wgc_weakref_new(heap, wgc_alloc(heap, 32), NULL, NULL);
        if (i % 1000 == 0)
            wgc_collect(heap);
    }
    return NULL;
}

/* 0 if all is well. */
static int
live_on_in_child(void)
{
    void *other;
    alarm(20); /* what hangs is killed, and fails */
    if (!are_objects_whole())
        return 1;
    for (size_t i = 0; i < 5000; i++) {
        size_t *object = wgc_alloc(heap, 16 + i % 500);
        if (object == NULL || object[0] != 0 || object[1] != 0)
            return 2;
        object[0] = 7;
    }
    if (wgc_collect(heap) != WGC_OK || wgc_collect_exact(heap) != WGC_OK)
        return 3;
    if (!are_objects_whole() || stats_of(heap).live_objects != OBJECTS)
        return 4;
    other = wgc_weakref_new(heap, roots[0], NULL, NULL);
    if (wgc_weakref_get(other) != roots[0])
        return 5;
    return wgc_heap_free(heap) == WGC_OK ? 0 : 6;
}

static int
fork_once(bool by_hand)
{
    int status = 0;
    if (by_hand)
        EXPECT(wgc_fork_prepare(heap) == WGC_OK);
    pid_t child = fork();
    if (child == 0) {
        if (by_hand && wgc_fork_child(heap) != WGC_OK)
            _exit(9);
        _exit(live_on_in_child());
    }
    if (by_hand)
        EXPECT(wgc_fork_parent(heap) == WGC_OK);
    EXPECT(wgc_blocking_enter(heap) == WGC_OK);
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT(wgc_blocking_leave(heap) == WGC_OK);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void *
fork_often(void *data)
{
    bool by_hand = *(bool *)data;
    if (wgc_thread_attach(heap) != WGC_OK)
        return NULL;
    for (int i = 0; i < FORKS / (UNDER_TSAN || UNDER_ASAN ? 4 : 1); i++)
        EXPECT(fork_once(by_hand) == 0);
    return NULL;
}

static void
fork_among_threads(bool by_hand)
{
    pthread_t threads[THREADS];
    make_objects();
    for (int i = 0; i < THREADS; i++)
        threads[i] = start(churn, NULL);
    while (atomic_load(&running) < THREADS)
        wgc_safepoint(heap);
    finish(heap, start(fork_often, &by_hand)); /* not the first thread */
    EXPECT(fork_once(by_hand) == 0);
    atomic_store(&stop, 1);
    for (int i = 0; i < THREADS; i++)
        finish(heap, threads[i]);
    assert_nothing_wrong();
    assert_true(are_objects_whole());
}

static void
BS10_a_child_allocates_and_collects_when_the_handlers_were_called(void **state)
{
    (void)state;
    fork_among_threads(true);
}

static void
BS10_a_child_allocates_and_collects_when_the_configuration_asked(void **state)
{
    (void)state;
    fork_among_threads(false);
}

static int
live_on(void *data)
{
    (void)data;
    return live_on_in_child();
}

static void
BS10_one_thread_needs_no_handler(void **state)
{
    (void)state;
    make_objects();
    assert_int_equal(run_in_child(live_on, NULL), 0);
    assert_true(are_objects_whole());
}

static void
handlers_that_do_not_belong_together_are_refused(void **state)
{
    (void)state;
    assert_int_equal(wgc_fork_parent(heap), WGC_INVALID);
    assert_int_equal(wgc_fork_child(heap), WGC_INVALID);
    assert_int_equal(wgc_fork_prepare(heap), WGC_OK);
    assert_int_equal(wgc_fork_parent(heap), WGC_OK);
    assert_non_null(wgc_alloc(heap, 10));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(BS10_one_thread_needs_no_handler),
        TEST(handlers_that_do_not_belong_together_are_refused),
        TEST(BS10_a_child_allocates_and_collects_when_the_handlers_were_called),
        cmocka_unit_test_setup_teardown(
            BS10_a_child_allocates_and_collects_when_the_configuration_asked,
            setup_at_fork, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
