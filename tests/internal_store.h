/* SPDX-License-Identifier: MIT */
/*
 * Layers 3 to 6 of src/ put together without a heap: blocks in a chunk of the
 * fake platform, and an allocator on them.
 */
#ifndef TESTS_INTERNAL_STORE_H
#define TESTS_INTERNAL_STORE_H

#include "alloc.h"

#include "fake_platform.h"
#include "support.h"

struct store {
    struct wgc__chunk chunk;
    struct wgc__blocks blocks;
    struct wgc__classes classes;
    struct wgc__alloc alloc;
};

static inline struct wgc__chunk_plan
plan_of_chunk(unsigned shift, size_t max_bytes)
{
    struct wgc__chunk_plan plan = {
        .max_bytes = max_bytes, .shift = shift, .head_bytes = 1000};
    plan.strides[WGC__BLOCK_STRIP] = sizeof(struct wgc__block);
    plan.strides[WGC__BITS_STRIP] = wgc__blocks_bits_stride(shift);
    return plan;
}

static inline void
open_store(struct store *store, unsigned shift)
{
    struct wgc__chunk_plan plan = plan_of_chunk(shift, SIZE_MAX);
    fake_reset(4096);
    assert_non_null(wgc__chunk_init(&store->chunk, &plan));
    wgc__blocks_init(&store->blocks, &store->chunk);
    wgc__classes_init(&store->classes, shift);
    wgc__alloc_init(&store->alloc, &store->blocks, &store->chunk,
                    &store->classes);
}

static inline void
fail_on_fault(const struct wgc__check *check, const char *rule,
              const char *text, size_t block, const void *object)
{
    (void)check;
    fail_msg("%s: %s (block %zu, object %p)", rule, text, block, object);
}

static inline void
check_store(const struct store *store)
{
    struct wgc__check check = {.report = fail_on_fault};
    wgc__chunk_check(&store->chunk, &check);
    wgc__blocks_check(&store->blocks, &store->chunk, &check);
}

static inline void
close_store(struct store *store)
{
    check_store(store);
    wgc__chunk_finish(&store->chunk);
    fake_check_returned();
}

#endif
