/* SPDX-License-Identifier: MIT */
/*
 * The scene of the tests of weak references and finalizers: one heap that has
 * no roots but roots[] of support.h and no automatic cycles, and a log to which
 * callbacks write one letter each.  Death is exact here: a local variable of a
 * test keeps nothing alive, and cycle() frees all that roots[] does not reach.
 */
#ifndef WGC_TESTS_WEAK_SCENE_H
#define WGC_TESTS_WEAK_SCENE_H

#include "support.h"

enum { LOG_BYTES = 4096 };

static wgc_heap *heap;
static char log_text[LOG_BYTES];
static size_t log_used;

#define SCENE_TEST(f)                                                          \
    cmocka_unit_test_setup_teardown(f, scene_setup, scene_teardown)

/* ---- Life ------------------------------------------------------------- */

static inline void
log_reset(void)
{
    log_used = 0;
    log_text[0] = '\0';
}

static inline wgc_config
scene_config(void)
{
    return (wgc_config){.no_globals = true, .min_bytes = (size_t)1 << 30};
}

static inline void
scene_open(const wgc_config *config)
{
    heap = exact_heap_with(*config);
    assert_non_null(heap);
    log_reset();
    wgc_last_status();
}

static inline void
scene_close(void)
{
    close_heap(heap);
    heap = NULL;
}

/* For tests that want another configuration. */
static inline void
scene_reopen(const wgc_config *config)
{
    scene_close();
    scene_open(config);
}

static inline int
scene_setup(void **state)
{
    wgc_config config = scene_config();

    (void)state;
    scene_open(&config);
    return 0;
}

static inline int
scene_teardown(void **state)
{
    (void)state;
    if (heap)
        scene_close();
    return 0;
}

/* ---- The log ---------------------------------------------------------- */

/* A datum that is a letter, and no address of any heap. */
static inline void *
letter(char c)
{
    return (void *)(uintptr_t)(unsigned char)c;
}

static inline void
log_char(char c)
{
    assert_true(log_used + 1 < LOG_BYTES);
    log_text[log_used++] = c;
    log_text[log_used] = '\0';
}

static inline void
log_data(void *data)
{
    log_char((char)(uintptr_t)data);
}

static inline void
log_ref(wgc_weakref *reference, void *data)
{
    assert_non_null(reference);
    assert_null(wgc_weakref_get(reference));
    log_data(data);
}

static inline void
log_after(void *object, void *data)
{
    assert_null(object);
    log_data(data);
}

static inline void
log_guard(void *object, void *data)
{
    assert_non_null(object);
    assert_true(wgc_size(heap, object) > 0);
    log_data(data);
}

#define assert_log(expected)                                                   \
    do {                                                                       \
        assert_string_equal(log_text, expected);                               \
        log_reset();                                                           \
    } while (0)

/* ---- Objects, references, finalizers ---------------------------------- */

/* A conservative object of four words. */
static inline void **
new_node(void)
{
    void **node = wgc_alloc(heap, 4 * sizeof(void *));

    assert_non_null(node);
    return node;
}

static inline wgc_weakref *
new_ref(void *target, wgc_weakref_fn *fn, void *data)
{
    wgc_weakref *reference = wgc_weakref_new(heap, target, fn, data);

    assert_non_null(reference);
    assert_ptr_equal(wgc_weakref_get(reference), target);
    return reference;
}

static inline wgc_weakref *
new_long(void *target, wgc_weakref_fn *fn, void *data)
{
    wgc_weakref *reference = wgc_weakref_new_long(heap, target, fn, data);

    assert_non_null(reference);
    assert_ptr_equal(wgc_weakref_get(reference), target);
    return reference;
}

static inline wgc_finalizer *
new_after(void *object, wgc_finalizer_fn *fn, void *data)
{
    wgc_finalizer *finalizer = wgc_finalizer_new(heap, object, fn, data);

    assert_non_null(finalizer);
    assert_true(wgc_finalizer_alive(finalizer));
    return finalizer;
}

static inline wgc_finalizer *
new_guard(void *object, wgc_finalizer_fn *fn, void *data)
{
    wgc_finalizer *finalizer = wgc_finalizer_new_guard(heap, object, fn, data);

    assert_non_null(finalizer);
    assert_true(wgc_finalizer_alive(finalizer));
    return finalizer;
}

/* The same, writing a letter when they run. */
static inline wgc_weakref *
watch(void *target, char c)
{
    return new_ref(target, log_ref, letter(c));
}

static inline wgc_weakref *
watch_long(void *target, char c)
{
    return new_long(target, log_ref, letter(c));
}

static inline wgc_finalizer *
after(void *object, char c)
{
    return new_after(object, log_after, letter(c));
}

static inline wgc_finalizer *
guard(void *object, char c)
{
    return new_guard(object, log_guard, letter(c));
}

/* ---- Cycles and questions --------------------------------------------- */

static inline void
cycle(void)
{
    collect_exact(heap);
}

static inline void
deliver_all(void)
{
    wgc_deliver(heap, SIZE_MAX);
}

static inline bool
is_object(const void *address)
{
    return wgc_size(heap, address) > 0;
}

static inline wgc_stats
stats(void)
{
    return stats_of(heap);
}

/* Callbacks run only when a test says so. */
static inline void
use_manual_delivery(void)
{
    wgc_config config = scene_config();

    config.delivery = WGC_DELIVER_MANUAL;
    scene_reopen(&config);
}

/* Every allocation runs a cycle, in which the stack is scanned. */
static inline void
use_stress(wgc_delivery delivery)
{
    wgc_config config = scene_config();

    config.stress = 1;
    config.delivery = delivery;
    scene_reopen(&config);
}

#endif
