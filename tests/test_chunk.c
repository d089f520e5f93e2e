/* SPDX-License-Identifier: MIT */
/*
 * src/chunk.h against a map with one entry for each block.  Whatever is in use
 * keeps its contents, whatever is said to read as zeros does, and memory is
 * refused only when there is none that would do.
 */
#include "internal_store.h"

enum { BLOCKS = 8192, SPANS = 256 };

struct span {
    uint32_t block;
    size_t count; /* 0: none */
    unsigned char pattern;
};

struct model {
    struct wgc__chunk chunk;
    random_state random;
    struct span spans[SPANS];
    bool used[BLOCKS];
    size_t used_count;
    size_t refused;
};

static size_t
block_bytes(const struct model *model)
{
    return (size_t)1 << model->chunk.shift;
}

/* The ends of each block are enough to see that it is nobody else's. */
static void
fill(struct model *model, const struct span *span, size_t from)
{
    for (size_t i = from; i < span->count; i++) {
        char *start =
            wgc__chunk_block(&model->chunk, span->block + (uint32_t)i);
        memset(start, span->pattern, 64);
        memset(start + block_bytes(model) - 64, span->pattern, 64);
    }
}

/* An element of a strip that is the owner's. */
static char *
element(const struct model *model, int strip, size_t block)
{
    return model->chunk.strips[strip].start +
           block * model->chunk.strips[strip].stride;
}

/* Owners hold more than zeros only for what is in use. */
static void
fill_elements(const struct model *model, size_t block, int byte)
{
    for (int i = 1; i < WGC__STRIPS; i++)
        memset(element(model, i, block), byte, model->chunk.strips[i].stride);
}

static void
check_contents(struct model *model, const struct span *span)
{
    for (size_t block = span->block; block < span->block + span->count; block++)
        for (int i = 1; i < WGC__STRIPS; i++)
            assert_true(all_bytes_are(element(model, i, block),
                                      model->chunk.strips[i].stride, 0x77));
    for (size_t i = 0; i < span->count; i++) {
        char *start =
            wgc__chunk_block(&model->chunk, span->block + (uint32_t)i);
        assert_true(all_bytes_are(start, 64, span->pattern));
        assert_true(
            all_bytes_are(start + block_bytes(model) - 64, 64, span->pattern));
    }
}

static void
check_zeros(struct model *model, uint32_t block, size_t count)
{
    assert_true(all_bytes_are(wgc__chunk_block(&model->chunk, block),
                              count << model->chunk.shift, 0));
}

static void
set_used(struct model *model, uint32_t block, size_t count, bool used)
{
    for (size_t i = block; i < block + count; i++) {
        assert_true(i < model->chunk.limit && i < BLOCKS);
        assert_true(model->used[i] != used);
        model->used[i] = used;
        if (used)
            for (int strip = 1; strip < WGC__STRIPS; strip++)
                assert_true(all_bytes_are(element(model, strip, i),
                                          model->chunk.strips[strip].stride,
                                          0));
        fill_elements(model, i, used ? 0x77 : 0);
    }
    model->used_count =
        used ? model->used_count + count : model->used_count - count;
}

static void
check(struct model *model)
{
    wgc__chunk_check(&model->chunk,
                     &(struct wgc__check){.report = fail_on_fault});
    assert_int_equal(model->chunk.used, model->used_count);
    assert_true(wgc__chunk_committed(&model->chunk) <= model->chunk.max_bytes);
    for (size_t i = model->chunk.top; i < BLOCKS; i++)
        assert_false(model->used[i]);
}

/* A free place for `count` blocks among those that were in use before. */
static bool
has_place(const struct model *model, size_t count, size_t alignment)
{
    size_t length = 0;
    for (size_t i = 0; i < model->chunk.top; i++) {
        length = model->used[i] ? 0 : length + 1;
        if (length < count)
            continue;
        uintptr_t start = (uintptr_t)wgc__chunk_block(
            &model->chunk, (uint32_t)(i + 1 - count));
        if (start % alignment == 0)
            return true;
    }
    return false;
}

/* Refused although it would have fitted? */
static void
check_refusal(struct model *model, size_t count, size_t alignment)
{
    const struct wgc__chunk *chunk = &model->chunk;
    size_t committed = wgc__chunk_committed(chunk);
    model->refused++;
    if (count == 0 || count > chunk->limit)
        return;
    if ((chunk->max_bytes - committed) >> chunk->shift < count)
        return;
    if (fake.refuse_decommit)
        return; /* free blocks with and without memory cannot be joined */
    assert_false(has_place(model, count, alignment));
}

static size_t
some_count(struct model *model)
{
    size_t limits[] = {2, 2, 4, 20, 150};
    return 1 + random_below(&model->random,
                            limits[random_below(&model->random, 5)]);
}

static void
take(struct model *model, struct span *span)
{
    size_t count = some_count(model);
    size_t alignment = random_below(&model->random, 4)
                           ? 1
                           : (size_t)1 << (9 + random_below(&model->random, 8));
    bool zeroed = false;
    uint32_t block = wgc__chunk_take(&model->chunk, count, alignment, &zeroed);
    if (block == WGC__NO_BLOCK) {
        check_refusal(model, count, alignment);
        return;
    }
    assert_int_equal(
        (uintptr_t)wgc__chunk_block(&model->chunk, block) % alignment, 0);
    set_used(model, block, count, true);
    if (zeroed)
        check_zeros(model, block, count);
    *span = (struct span){
        block, count, (unsigned char)(1 + random_below(&model->random, 255))};
    fill(model, span, 0);
}

static void
give(struct model *model, struct span *span)
{
    check_contents(model, span);
    wgc__chunk_give(&model->chunk, span->block, span->count);
    set_used(model, span->block, span->count, false);
    span->count = 0;
}

static void
extend(struct model *model, struct span *span)
{
    size_t wanted = span->count + some_count(model);
    size_t end = span->block + span->count;
    bool zeroed = false;
    if (!wgc__chunk_extend(&model->chunk, span->block, span->count, wanted,
                           &zeroed)) {
        model->refused++;
        return;
    }
    size_t more = wanted - span->count;
    set_used(model, (uint32_t)end, more, true);
    if (zeroed)
        check_zeros(model, (uint32_t)end, more);
    size_t before = span->count;
    span->count = wanted;
    fill(model, span, before);
}

static void
cut(struct model *model, struct span *span)
{
    size_t wanted = 1 + random_below(&model->random, span->count);
    check_contents(model, span);
    wgc__chunk_cut(&model->chunk, span->block, span->count, wanted);
    if (wanted < span->count)
        set_used(model, span->block + (uint32_t)wanted, span->count - wanted,
                 false);
    span->count = wanted;
}

static void
release(struct model *model)
{
    size_t keep = random_below(&model->random, 40);
    size_t resident = model->chunk.resident;
    size_t released = wgc__chunk_release(&model->chunk, keep);
    assert_int_equal(model->chunk.resident, resident - released);
    if (!model->chunk.arena && !fake.refuse_decommit && fake.fail_at == 0)
        assert_true(model->chunk.resident - model->chunk.used <= keep);
    if (model->chunk.arena || fake.refuse_decommit)
        assert_int_equal(released, 0);
}

static void
step(struct model *model)
{
    struct span *span = &model->spans[random_below(&model->random, SPANS)];
    if (random_below(&model->random, 60) == 0)
        release(model);
    else if (span->count == 0)
        take(model, span);
    else
        switch (random_below(&model->random, 4)) {
        case 0:
            extend(model, span);
            break;
        case 1:
            cut(model, span);
            break;
        default:
            give(model, span);
            break;
        }
    check(model);
}

/* Everything goes back at the end, and then the largest span fits again. */
static void
finish(struct model *model)
{
    for (size_t i = 0; i < SPANS; i++)
        if (model->spans[i].count != 0)
            give(model, &model->spans[i]);
    check(model);
    assert_int_equal(model->used_count, 0);
    bool zeroed;
    fake.fail_at = 0;
    if (model->chunk.top != 0 && model->chunk.max_bytes == SIZE_MAX &&
        !fake.refuse_decommit)
        assert_int_equal(
            wgc__chunk_take(&model->chunk, model->chunk.top, 1, &zeroed), 0);
    wgc__chunk_finish(&model->chunk);
    free(model);
    fake_check_returned();
}

static struct model *
begin(const struct wgc__chunk_plan *plan, uint64_t seed)
{
    struct model *model = calloc(1, sizeof *model);
    struct wgc__chunk_plan copy = *plan;
    model->random = random_seeded(seed);
    void *head = wgc__chunk_init(&model->chunk, &copy);
    assert_non_null(head);
    assert_true(all_bytes_are(head, plan->head_bytes, 0));
    assert_true(model->chunk.limit <= BLOCKS);
    return model;
}

static void
run(const struct wgc__chunk_plan *plan, uint64_t seed, int steps)
{
    struct model *model = begin(plan, seed);
    for (int i = 0; i < steps; i++)
        step(model);
    finish(model);
}

static void
blocks_come_and_go_as_in_a_plain_map(void **state)
{
    (void)state;
    for (unsigned shift = 14; shift <= 16; shift++) {
        fake_reset(4096);
        fake.memory_bytes = 16 << 20;
        struct wgc__chunk_plan plan = plan_of_chunk(shift, SIZE_MAX);
        run(&plan, shift, 6000);
    }
}

/* Bits and descriptors of a gigabyte that died are 18 MiB. */
static void
free_blocks_lose_their_elements_of_the_strips_too(void **state)
{
    (void)state;
    for (size_t step = 1; step <= 4096; step *= 64) {
        fake_reset(4096);
        fake.memory_bytes = 60 << 20;
        struct wgc__chunk_plan plan = plan_of_chunk(14, SIZE_MAX);
        struct model *model = begin(&plan, step);
        const size_t blocks = 4096;
        bool zeroed;
        for (size_t i = 0; i < blocks; i += step)
            assert_int_equal(wgc__chunk_take(&model->chunk, step, 1, &zeroed),
                             i);
        set_used(model, 0, blocks, true);
        for (size_t i = 0; i < blocks; i += step)
            wgc__chunk_give(&model->chunk, (uint32_t)i, step);
        set_used(model, 0, blocks, false);
        while (model->chunk.resident > 0)
            wgc__chunk_release(&model->chunk, model->chunk.resident - step);
        assert_int_equal(
            fake.decommitted,
            blocks * (((size_t)1 << 14) + plan.strides[1] + plan.strides[2]));
        finish(model);
    }
}

static void
a_large_heap_grows_by_huge_pages_until_memory_goes_back(void **state)
{
    (void)state;
    fake_reset(4096);
    fake.memory_bytes = 60 << 20;
    struct wgc__chunk_plan plan = plan_of_chunk(14, SIZE_MAX);
    struct model *model = begin(&plan, 1);
    bool zeroed;
    assert_int_equal(
        (uintptr_t)wgc__chunk_block(&model->chunk, 0) % WGC__HUGE_PAGE, 0);
    assert_int_equal(wgc__chunk_take(&model->chunk, 64, 1, &zeroed), 0);
    assert_false(fake.huge);
    assert_int_equal(wgc__chunk_take(&model->chunk, 2048, 1, &zeroed), 64);
    assert_int_equal(wgc__chunk_take(&model->chunk, 64, 1, &zeroed), 2112);
    assert_true(fake.huge);
    wgc__chunk_give(&model->chunk, 64, 2048);
    wgc__chunk_release(&model->chunk, 2048);
    assert_true(fake.huge);
    wgc__chunk_release(&model->chunk, 2047);
    assert_false(fake.huge);
    wgc__chunk_finish(&model->chunk);
    free(model);
    fake_check_returned();
}

static void
pages_may_be_as_large_as_blocks(void **state)
{
    (void)state;
    const struct {
        size_t page_bytes;
        unsigned shift;
    } rows[] = {{16384, 14}, {16384, 16}, {65536, 16}};
    for (size_t i = 0; i < 3; i++) {
        fake_reset(rows[i].page_bytes);
        fake.memory_bytes = 16 << 20;
        struct wgc__chunk_plan plan = plan_of_chunk(rows[i].shift, SIZE_MAX);
        run(&plan, 20 + i, 4000);
    }
}

static void
a_limit_is_kept_at_every_step(void **state)
{
    (void)state;
    const struct {
        size_t page_bytes;
        unsigned shift;
    } rows[] = {{4096, 14}, {16384, 14}, {65536, 16}};
    for (size_t i = 0; i < 3; i++)
        for (size_t max_bytes = 100000; max_bytes < 4000000;
             max_bytes += max_bytes / 2) {
            fake_reset(rows[i].page_bytes);
            struct wgc__chunk_plan plan =
                plan_of_chunk(rows[i].shift, max_bytes);
            run(&plan, 30 + i, 2000);
        }
}

static void
an_arena_of_any_size_and_alignment_is_used_and_not_left(void **state)
{
    (void)state;
    random_state random = random_seeded(4);
    for (int round = 0; round < 60; round++) {
        size_t bytes = 5000 + random_below(&random, 300000);
        size_t skew = random_below(&random, 70);
        unsigned char *buffer = malloc(bytes + 200);
        memset(buffer, 0xa5, bytes + 200);
        struct wgc__chunk_plan plan =
            plan_of_chunk(11 + (unsigned)random_below(&random, 4), SIZE_MAX);
        plan.arena = buffer + 64 + skew;
        plan.arena_bytes = bytes;
        fake_reset(4096);
        struct wgc__chunk probe;
        struct wgc__chunk_plan copy = plan;
        if (wgc__chunk_init(&probe, &copy) != NULL)
            run(&plan, 40 + (uint64_t)round, 400);
        assert_int_equal(fake.requests, 0);
        assert_true(all_bytes_are(buffer, 64 + skew, 0xa5));
        assert_true(
            all_bytes_are(buffer + 64 + skew + bytes, 136 - skew, 0xa5));
        free(buffer);
    }
}

static void
BS12_refused_requests_change_nothing(void **state)
{
    (void)state;
    for (size_t n = 2; n < 60; n++) {
        fake_reset(4096);
        fake.memory_bytes = 8 << 20;
        fake.fail_at = n + 1;
        fake.fail_from_there = n % 2;
        struct wgc__chunk_plan plan = plan_of_chunk(14, SIZE_MAX);
        struct model *model = begin(&plan, n);
        for (int i = 0; i < 300; i++)
            step(model);
        finish(model);
    }
}

static void
BS12_memory_that_the_system_will_not_take_back_is_used_again(void **state)
{
    (void)state;
    fake_reset(4096);
    fake.memory_bytes = 16 << 20;
    fake.refuse_decommit = true;
    struct wgc__chunk_plan plan = plan_of_chunk(14, SIZE_MAX);
    run(&plan, 50, 4000);
}

static void
BS12_short_address_space_halves_the_reservation(void **state)
{
    (void)state;
    struct wgc__chunk chunk;
    for (size_t n = 1; n < 4; n++) {
        fake_reset(4096);
        fake.fail_at = n;
        struct wgc__chunk_plan plan = plan_of_chunk(14, SIZE_MAX);
        if (wgc__chunk_init(&chunk, &plan) != NULL) {
            assert_true(chunk.limit > 256);
            wgc__chunk_finish(&chunk);
        }
        fake_check_returned();
    }
    fake_reset(4096);
    fake.fail_at = 1;
    fake.fail_from_there = true;
    struct wgc__chunk_plan plan = plan_of_chunk(14, SIZE_MAX);
    assert_null(wgc__chunk_init(&chunk, &plan));
    fake_check_returned();
}

static void
sizes_are_counted_in_blocks_without_wrapping(void **state)
{
    (void)state;
    struct store store;
    open_store(&store, 14);
    assert_int_equal(wgc__chunk_blocks(&store.chunk, 1), 1);
    assert_int_equal(wgc__chunk_blocks(&store.chunk, 16384), 1);
    assert_int_equal(wgc__chunk_blocks(&store.chunk, 16385), 2);
    assert_int_equal(wgc__chunk_blocks(&store.chunk, SIZE_MAX), 0);
    assert_int_equal(
        wgc__chunk_blocks(&store.chunk, (size_t)store.chunk.limit << 14),
        store.chunk.limit);
    assert_int_equal(
        wgc__chunk_blocks(&store.chunk, ((size_t)store.chunk.limit << 14) + 1),
        0);
    bool zeroed;
    assert_true(wgc__chunk_take(&store.chunk, 0, 1, &zeroed) == WGC__NO_BLOCK);
    assert_true(wgc__chunk_take(&store.chunk, SIZE_MAX, 1, &zeroed) ==
                WGC__NO_BLOCK);
    close_store(&store);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_and_go_as_in_a_plain_map),
        cmocka_unit_test(free_blocks_lose_their_elements_of_the_strips_too),
        cmocka_unit_test(
            a_large_heap_grows_by_huge_pages_until_memory_goes_back),
        cmocka_unit_test(pages_may_be_as_large_as_blocks),
        cmocka_unit_test(a_limit_is_kept_at_every_step),
        cmocka_unit_test(
            an_arena_of_any_size_and_alignment_is_used_and_not_left),
        cmocka_unit_test(BS12_refused_requests_change_nothing),
        cmocka_unit_test(
            BS12_memory_that_the_system_will_not_take_back_is_used_again),
        cmocka_unit_test(BS12_short_address_space_halves_the_reservation),
        cmocka_unit_test(sizes_are_counted_in_blocks_without_wrapping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
