/* SPDX-License-Identifier: MIT */
/*
 * What every test shares.  Tests about death use exact_heap: its only roots
 * are the words of roots[], because globals are off and wgc_collect_exact
 * leaves stacks and registers out.  An object is then dead exactly if roots[]
 * does not reach it.  Addresses that must not keep an object alive in a
 * conservative cycle are kept hidden (hide, reveal).
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

/* cmocka.h wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "wgc/wgc.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(UNDER_ASAN)
#define UNDER_ASAN 1
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

#if defined(__clang__)
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

enum { ROOTS = 65536 };
/* The only roots of an exact heap; close_heap clears them. */
extern void *roots[ROOTS];

/* A heap whose roots are roots[] and nothing else; never NULL. */
wgc_heap *exact_heap(void);
/* The same, with more settings; no_globals is set here. NULL if refused. */
wgc_heap *exact_heap_with(wgc_config config);
/* Frees a heap and clears roots[]; fails the test if the heap refuses. */
void close_heap(wgc_heap *heap);

/* cmocka fixtures: *state is an exact heap. */
int setup_exact(void **state);
int teardown_exact(void **state);
/* One test in a heap of its own. */
#define EXACT_TEST(fn)                                                         \
    cmocka_unit_test_setup_teardown(fn, setup_exact, teardown_exact)

/* A cycle in which only roots[] counts; fails the test if it does not run. */
void collect_exact(wgc_heap *heap);

/* An address in a form that no collector takes for a pointer. */
typedef struct hidden {
    uintptr_t bits;
} hidden;
hidden hide(const void *object);
void *reveal(hidden address);
/* Whether it is the base of an object that has not died; keeps nothing. */
bool is_alive(wgc_heap *heap, hidden object);

/* Overwrites the stack below the caller, and the caller-saved registers. */
void scrub_stack(void);

/* Allocates `count` conservative objects of `bytes` and drops them. */
void make_garbage(wgc_heap *heap, size_t count, size_t bytes);

bool all_bytes_are(const void *memory, size_t bytes, unsigned char value);

/* The status of the last refused call; resets it. */
#define assert_status(expected) assert_int_equal(wgc_last_status(), (expected))

wgc_stats stats_of(wgc_heap *heap);

/* A small generator; the same seed gives the same numbers everywhere. */
typedef struct random_state {
    uint64_t word;
} random_state;
uint64_t random_next(random_state *state);
/* In [0, limit). */
size_t random_below(random_state *state, size_t limit);
/* TEST_SEED of the environment, or `fallback`; prints which. */
random_state random_seeded(uint64_t fallback);

/*
 * Runs fn(data) in a forked child, which never returns into the test.  The
 * result is its exit status (fn's result), or 1000 + the signal that ended it.
 */
int run_in_child(int (*fn)(void *data), void *data);

/* Numbers of this process, from /proc; 0 where there is none. */
size_t map_count(void);
size_t resident_bytes(void);
size_t peak_resident_bytes(void);
/* Memory that the machine could still give; SIZE_MAX if unknown. */
size_t available_bytes(void);

#endif
