/* SPDX-License-Identifier: MIT */
/*
 * What wgc_check says of a heap that a stray write went through: each test
 * breaks one invariant from within, sees it named, and mends it.
 */
#include "support.h"

#include "heap.h"

struct told {
    char rule[32];
    size_t count;
    size_t block;
    const void *object;
};

static struct told told;

static void
note(wgc_heap *heap, const wgc_report *report, void *data)
{
    (void)heap;
    assert_ptr_equal(data, &told);
    assert_int_equal(report->type, WGC_REPORT_INVARIANT);
    if (told.count++ == 0) {
        strncpy(told.rule, report->rule, sizeof told.rule - 1);
        told.block = report->block;
        told.object = report->object;
    }
}

static int
setup(void **state)
{
    wgc_heap *heap =
        exact_heap_with((wgc_config){.on_report = note, .report_data = &told});
    for (size_t i = 0; i < 500; i++)
        roots[i] = wgc_alloc(heap, 16 + i * 8 % 1000);
    roots[500] = wgc_alloc(heap, 100000);
    roots[501] = wgc_weakref_new(heap, roots[0], NULL, NULL);
    wgc_weakmap *map = roots[502] = wgc_weakmap_new(heap, NULL);
    for (size_t i = 0; i < 20; i++)
        assert_int_equal(wgc_weakmap_set(map, roots[i], roots[i]), WGC_OK);
    collect_exact(heap);
    *state = heap;
    return 0;
}

static void
expect_fault(wgc_heap *heap, const char *rule)
{
    memset(&told, 0, sizeof told);
    assert_int_equal(wgc_check(heap), WGC_CORRUPT);
    assert_status(WGC_CORRUPT);
    assert_true(told.count > 0);
    assert_string_equal(told.rule, rule);
}

static int
teardown(void **state)
{
    assert_int_equal(wgc_check(*state), WGC_OK);
    close_heap(*state);
    return 0;
}

static struct wgc__object
object_of(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    assert_true(wgc__object_at(&heap->blocks, address, &object));
    return object;
}

static void
block_I1_a_bit_behind_the_cells(void **state)
{
    wgc_heap *heap = *state;
    struct wgc__object object = object_of(heap, roots[60]);
    uint64_t *bits = wgc__block_allocated(&heap->blocks, object.block);
    assert_true(object.info->cells < 1000);
    wgc__bit_set(bits, 1000);
    expect_fault(heap, "block I1");
    assert_int_equal(told.block, object.block);
    wgc__bit_clear(bits, 1000);
}

static void
block_I2_a_mark_outside_a_cycle(void **state)
{
    wgc_heap *heap = *state;
    struct wgc__object object = object_of(heap, roots[3]);
    uint64_t *bits = wgc__block_marked(&heap->blocks, object.block);
    wgc__bit_set(bits, object.cell);
    expect_fault(heap, "block I2");
    assert_int_equal(told.block, object.block);
    wgc__bit_clear(bits, object.cell);
}

static void
block_I4_an_extent_that_is_not_the_top(void **state)
{
    wgc_heap *heap = *state;
    heap->blocks.extent += 16;
    expect_fault(heap, "block I4");
    heap->blocks.extent -= 16;
}

static void
block_large_I1_a_size_beyond_its_blocks(void **state)
{
    wgc_heap *heap = *state;
    struct wgc__block *info = object_of(heap, roots[500]).info;
    info->bytes *= 2;
    expect_fault(heap, "block-large I1");
    info->bytes /= 2;
}

static void
chunk_I1_a_span_without_blocks(void **state)
{
    wgc_heap *heap = *state;
    struct wgc__span *span = (void *)heap->chunk.strips[0].start;
    uint32_t blocks = span->blocks;
    span->blocks = 0;
    expect_fault(heap, "chunk I1");
    assert_int_equal(told.block, 0);
    span->blocks = blocks;
}

static void
chunk_I3_a_bin_that_goes_in_circles(void **state)
{
    wgc_heap *heap = *state;
    uint32_t *bin = &heap->chunk.bins[WGC__SPAN_DIRTY][31];
    assert_int_equal(*bin, WGC__NO_BLOCK);
    *bin = 0;
    expect_fault(heap, "chunk I3");
    *bin = WGC__NO_BLOCK;
}

static void
chunk_I4_a_wrong_count_of_blocks(void **state)
{
    wgc_heap *heap = *state;
    heap->chunk.used++;
    expect_fault(heap, "chunk I4");
    heap->chunk.used--;
}

static void
chunk_I5_more_memory_than_the_limit(void **state)
{
    wgc_heap *heap = *state;
    size_t most = heap->chunk.max_bytes;
    heap->chunk.max_bytes = 1;
    expect_fault(heap, "chunk I5");
    heap->chunk.max_bytes = most;
}

static void
sizeclass_I2_a_size_with_another_class(void **state)
{
    wgc_heap *heap = *state;
    heap->classes.of_granules[5]++;
    expect_fault(heap, "sizeclass I2");
    heap->classes.of_granules[5]--;
}

static void
sizeclass_I3_a_wrong_reciprocal(void **state)
{
    wgc_heap *heap = *state;
    heap->classes.reciprocal[4] /= 2;
    expect_fault(heap, "sizeclass I3");
    wgc__classes_init(&heap->classes, heap->chunk.shift);
}

static void
alloc_I1_a_list_with_a_block_of_another_kind(void **state)
{
    wgc_heap *heap = *state;
    struct wgc__object object = object_of(heap, roots[501]);
    uint32_t *head = &wgc__heap_lane(heap, 0)->partial[0];
    uint32_t first = *head;
    *head = object.block;
    expect_fault(heap, "alloc I1");
    *head = first;
}

static void
heap_I1_a_block_of_no_kind(void **state)
{
    wgc_heap *heap = *state;
    struct wgc__block *info = object_of(heap, roots[0]).info;
    info->kind = 999;
    expect_fault(heap, "alloc I1"); /* its list is first to notice */
    info->kind = 0;
}

static void
queue_I1_a_record_whose_target_is_no_object(void **state)
{
    wgc_heap *heap = *state;
    struct wgc__record *record = roots[501];
    record->node.key += 8;
    expect_fault(heap, "queue I1");
    assert_ptr_equal(told.object, record);
    record->node.key -= 8;
}

static void
queue_I1_a_chain_that_leads_out_of_the_heap(void **state)
{
    wgc_heap *heap = *state;
    struct wgc__record *record = roots[501];
    struct wgc__node *next = record->node.next;
    record->node.next = (void *)&told;
    expect_fault(heap, "queue I1");
    assert_ptr_equal(told.object, &told);
    record->node.next = next;
}

static void
queue_I2_a_wrong_count_of_records(void **state)
{
    wgc_heap *heap = *state;
    heap->queue.counts[WGC__RECORD_SHORT]++;
    expect_fault(heap, "queue I2");
    heap->queue.counts[WGC__RECORD_SHORT]--;
}

static void
queue_I3_a_wrong_count_of_what_waits(void **state)
{
    wgc_heap *heap = *state;
    heap->queue.pending++;
    expect_fault(heap, "queue I3");
    heap->queue.pending--;
}

static void
ephemeron_I1_entries_out_of_order(void **state)
{
    wgc_heap *heap = *state;
    struct wgc_weakmap *map = roots[502];
    map->entries[3].number += 5;
    expect_fault(heap, "ephemeron I1");
    assert_ptr_equal(told.object, map);
    map->entries[3].number -= 5;
}

static void
ephemeron_I3_a_wrong_count_of_entries(void **state)
{
    wgc_heap *heap = *state;
    struct wgc_weakmap *map = roots[502];
    map->live--;
    expect_fault(heap, "ephemeron I3");
    map->live++;
}

#define FAULT_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FAULT_TEST(block_I1_a_bit_behind_the_cells),
        FAULT_TEST(block_I2_a_mark_outside_a_cycle),
        FAULT_TEST(block_I4_an_extent_that_is_not_the_top),
        FAULT_TEST(block_large_I1_a_size_beyond_its_blocks),
        FAULT_TEST(chunk_I1_a_span_without_blocks),
        FAULT_TEST(chunk_I3_a_bin_that_goes_in_circles),
        FAULT_TEST(chunk_I4_a_wrong_count_of_blocks),
        FAULT_TEST(chunk_I5_more_memory_than_the_limit),
        FAULT_TEST(sizeclass_I2_a_size_with_another_class),
        FAULT_TEST(sizeclass_I3_a_wrong_reciprocal),
        FAULT_TEST(alloc_I1_a_list_with_a_block_of_another_kind),
        FAULT_TEST(heap_I1_a_block_of_no_kind),
        FAULT_TEST(queue_I1_a_record_whose_target_is_no_object),
        FAULT_TEST(queue_I1_a_chain_that_leads_out_of_the_heap),
        FAULT_TEST(queue_I2_a_wrong_count_of_records),
        FAULT_TEST(queue_I3_a_wrong_count_of_what_waits),
        FAULT_TEST(ephemeron_I1_entries_out_of_order),
        FAULT_TEST(ephemeron_I3_a_wrong_count_of_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
