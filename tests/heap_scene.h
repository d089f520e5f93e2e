/* SPDX-License-Identifier: MIT */
/*
 * The scene of the tests of threads and coroutines: each test has a heap of its
 * own, whose roots are the stacks that it knows and roots[], with automatic
 * cycles from 64 KiB on.
 */
#ifndef TESTS_HEAP_SCENE_H
#define TESTS_HEAP_SCENE_H

#include "support.h"

static wgc_heap *heap;

static int
setup(void **state)
{
    (void)state;
    heap = exact_heap_with((wgc_config){.min_bytes = 1 << 16});
    (void)wgc_last_status();
    return heap == NULL;
}

static int
teardown(void **state)
{
    (void)state;
    close_heap(heap);
    return 0;
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

#endif
