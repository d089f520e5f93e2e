/* SPDX-License-Identifier: MIT */
/* Kinds: what of an object's contents keeps other objects alive. */
#include "support.h"

/* Two links by base, one by an interior address, then a range. */
struct node {
    void *left, *right;
    char *inside;
    void *ignored;
    void *range[3];
};

static size_t traced_objects;
static size_t traced_bytes;

static void
trace_node(wgc_tracer *tracer, const void *object, size_t bytes)
{
    const struct node *node = object;
    traced_objects++;
    traced_bytes += bytes;
    wgc_visit(tracer, node->left);
    wgc_visit(tracer, node->right);
    wgc_visit(tracer, node->inside);
    wgc_visit(tracer, NULL);
    wgc_visit(tracer, &traced_objects);
    wgc_visit(tracer, (const void *)(UINTPTR_MAX - 7));
    wgc_visit_range(tracer, node->range, node->range + 3);
}

static wgc_kind
new_kind(wgc_heap *heap, wgc_kind_info info)
{
    wgc_kind kind = wgc_kind_new(heap, &info);
    assert_int_not_equal(kind, WGC_KIND_INVALID);
    return kind;
}

static void
a_trace_function_says_what_an_object_reaches(void **state)
{
    wgc_heap *heap = *state;
    wgc_kind kind = new_kind(heap, (wgc_kind_info){.trace = trace_node});
    struct node *node = roots[0] = wgc_alloc_kind(heap, kind, sizeof *node);
    node->left = wgc_alloc(heap, 16);
    node->right = wgc_alloc(heap, 100000);
    node->inside = (char *)wgc_alloc(heap, 200) + 77;
    node->ignored = wgc_alloc(heap, 16);
    node->range[0] = wgc_alloc(heap, 16);
    node->range[2] = (char *)wgc_alloc(heap, 64) + 63;
    hidden ignored = hide(node->ignored);
    node->ignored = NULL;
    collect_exact(heap);
    assert_true(wgc_size(heap, node->left) > 0);
    assert_true(wgc_size(heap, node->right) > 0);
    assert_non_null(wgc_base(heap, node->inside));
    assert_true(wgc_size(heap, node->range[0]) > 0);
    assert_non_null(wgc_base(heap, node->range[2]));
    assert_false(is_alive(heap, ignored));
    assert_int_equal(stats_of(heap).live_objects, 6);
}

static void
words_that_a_trace_function_skips_keep_nothing(void **state)
{
    wgc_heap *heap = *state;
    wgc_kind kind = new_kind(heap, (wgc_kind_info){.trace = trace_node});
    struct node *node = roots[0] = wgc_alloc_kind(heap, kind, sizeof *node);
    node->ignored = wgc_alloc(heap, 16);
    collect_exact(heap);
    assert_int_equal(wgc_size(heap, node->ignored), 0);
    assert_int_equal(stats_of(heap).live_objects, 1);
}

static void
an_exact_edge_counts_in_every_pointer_mode(void **state)
{
    (void)state;
    for (int mode = WGC_POINTERS_INTERIOR; mode <= WGC_POINTERS_BASES; mode++) {
        wgc_heap *heap =
            exact_heap_with((wgc_config){.pointers = (wgc_pointers)mode});
        assert_non_null(heap);
        wgc_kind kind = new_kind(heap, (wgc_kind_info){.trace = trace_node});
        struct node *node = roots[0] = wgc_alloc_kind(heap, kind, sizeof *node);
        node->inside = (char *)wgc_alloc(heap, 200) + 77;
        collect_exact(heap);
        assert_non_null(wgc_base(heap, node->inside));
        close_heap(heap);
    }
}

static void
every_living_object_is_traced_and_no_dead_one(void **state)
{
    wgc_heap *heap = *state;
    enum { COUNT = 5000 };
    wgc_kind kind = new_kind(heap, (wgc_kind_info){.trace = trace_node});
    size_t bytes = 0;
    for (size_t i = 0; i < COUNT; i++) {
        struct node *node = wgc_alloc_kind(heap, kind, sizeof *node);
        node->left = roots[0];
        roots[0] = node;
        bytes += wgc_size(heap, node);
        assert_non_null(wgc_alloc_kind(heap, kind, sizeof *node));
    }
    traced_objects = traced_bytes = 0;
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, COUNT);
    assert_true(traced_objects >= COUNT && traced_objects <= 4 * COUNT);
    if (traced_objects == COUNT)
        assert_int_equal(traced_bytes, bytes);
}

/* Every word that is new must read as zero while a cycle runs in between. */
static void
trace_zeroes(wgc_tracer *tracer, const void *object, size_t bytes)
{
    (void)tracer;
    traced_objects++;
    assert_true(all_bytes_are(object, bytes, 0));
}

static void
objects_that_are_not_filled_in_are_traced_as_zeroes(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.stress = 1});
    assert_non_null(heap);
    wgc_kind kind = new_kind(heap, (wgc_kind_info){.trace = trace_zeroes});
    wgc_kind other = new_kind(heap, (wgc_kind_info){0});
    traced_objects = 0;
    for (size_t i = 0; i < 300; i++) {
        roots[i % 50] = wgc_alloc_kind(heap, kind, 16 + i % 100);
        void *dirty = wgc_alloc_kind(heap, other, 16 + i % 100);
        memset(dirty, 0xff, 16);
        assert_int_equal(wgc_free(heap, dirty), WGC_OK);
    }
    assert_true(traced_objects >= 300);
    close_heap(heap);
}

static void
a_bitmap_says_which_words_are_scanned(void **state)
{
    wgc_heap *heap = *state;
    enum { WORDS = 150 };
    const uint64_t bits[] = {UINT64_C(0x8000000000000001),
                             UINT64_C(0x0000000100000002), UINT64_C(0x200000)};
    wgc_kind kind =
        new_kind(heap, (wgc_kind_info){.pointers = bits, .words = WORDS});
    void **object = roots[0] = wgc_alloc_kind(heap, kind, 200 * sizeof *object);
    for (size_t i = 0; i < 200; i++)
        object[i] = wgc_alloc_leaf(heap, 16);
    collect_exact(heap);
    for (size_t i = 0; i < 200; i++) {
        bool scanned = i < WORDS && (bits[i / 64] >> (i % 64) & 1);
        assert_int_equal(wgc_size(heap, object[i]) != 0, scanned);
    }
    assert_int_equal(stats_of(heap).live_objects, 1 + 5);
}

/* Bits at and beyond `words` do not count, whatever the last word holds. */
static void
a_bitmap_ends_at_its_words(void **state)
{
    wgc_heap *heap = *state;
    const uint64_t bits = UINT64_MAX;
    for (size_t words = 1; words < 64; words += 9) {
        wgc_kind kind =
            new_kind(heap, (wgc_kind_info){.pointers = &bits, .words = words});
        void **object = roots[0] =
            wgc_alloc_kind(heap, kind, 80 * sizeof *object);
        for (size_t i = 0; i < 80; i++)
            object[i] = wgc_alloc_leaf(heap, 16);
        collect_exact(heap);
        for (size_t i = 0; i < 80; i++)
            assert_int_equal(wgc_size(heap, object[i]) != 0, i < words);
    }
}

/* The bitmap is longer than the object: its neighbour's words are not its. */
static void
a_bitmap_does_not_reach_beyond_the_object(void **state)
{
    wgc_heap *heap = *state;
    uint64_t bits[64];
    memset(bits, 0xff, sizeof bits);
    wgc_kind kind =
        new_kind(heap, (wgc_kind_info){.pointers = bits, .words = 64 * 64});
    enum { COUNT = 200 };
    hidden neighbours[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        roots[i] = wgc_alloc_kind(heap, kind, 16);
        void **dead = wgc_alloc_kind(heap, kind, 16);
        dead[0] = wgc_alloc(heap, 32);
        neighbours[i] = hide(dead[0]);
    }
    collect_exact(heap);
    for (size_t i = 0; i < COUNT; i++)
        assert_false(is_alive(heap, neighbours[i]));
    assert_int_equal(stats_of(heap).live_objects, COUNT);
}

static void
a_kind_with_neither_is_never_scanned(void **state)
{
    wgc_heap *heap = *state;
    wgc_kind kind = new_kind(heap, (wgc_kind_info){.name = "nothing"});
    void **object = roots[0] = wgc_alloc_kind(heap, kind, 64);
    object[0] = wgc_alloc(heap, 16);
    hidden below = hide(object[0]);
    collect_exact(heap);
    assert_false(is_alive(heap, below));
    assert_int_equal(wgc_kind_of(heap, object), kind);
}

static void
what_describes_a_kind_is_copied(void **state)
{
    wgc_heap *heap = *state;
    char name[] = "pair";
    uint64_t *bits = malloc(2 * sizeof *bits);
    bits[0] = 1;
    bits[1] = 1;
    wgc_kind_info info = {.name = name, .pointers = bits, .words = 65};
    wgc_kind kind = wgc_kind_new(heap, &info);
    assert_int_not_equal(kind, WGC_KIND_INVALID);
    memset(name, 'x', sizeof name - 1);
    memset(bits, 0, 2 * sizeof *bits);
    memset(&info, 0xff, sizeof info);
    free(bits);
    void **object = roots[0] = wgc_alloc_kind(heap, kind, 65 * sizeof *object);
    object[0] = wgc_alloc(heap, 16);
    object[1] = wgc_alloc(heap, 16);
    object[64] = wgc_alloc(heap, 16);
    collect_exact(heap);
    assert_int_equal(wgc_size(heap, object[0]), 16);
    assert_int_equal(wgc_size(heap, object[1]), 0);
    assert_int_equal(wgc_size(heap, object[64]), 16);
}

static void
kinds_do_not_mix(void **state)
{
    wgc_heap *heap = *state;
    enum { KINDS = 100 };
    wgc_kind kinds[KINDS];
    for (size_t i = 0; i < KINDS; i++) {
        kinds[i] = new_kind(heap, (wgc_kind_info){0});
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(kinds[i], kinds[j]);
    }
    assert_int_equal(stats_of(heap).kinds, KINDS);
    for (size_t i = 0; i < 20 * KINDS; i++)
        roots[i] = wgc_alloc_kind(heap, kinds[i % KINDS], 16 + i % 1000);
    collect_exact(heap);
    for (size_t i = 0; i < 20 * KINDS; i++)
        assert_int_equal(wgc_kind_of(heap, roots[i]), kinds[i % KINDS]);
    roots[0] = wgc_alloc(heap, 16);
    roots[1] = wgc_alloc_leaf(heap, 16);
    assert_int_equal(wgc_kind_of(heap, roots[0]), WGC_KIND_CONSERVATIVE);
    assert_int_equal(wgc_kind_of(heap, roots[1]), WGC_KIND_LEAF);
}

static void
a_large_object_has_a_kind_too(void **state)
{
    wgc_heap *heap = *state;
    const uint64_t first = 1;
    wgc_kind traced = new_kind(heap, (wgc_kind_info){.trace = trace_node});
    wgc_kind mapped =
        new_kind(heap, (wgc_kind_info){.pointers = &first, .words = 1});
    const wgc_kind kinds[] = {traced, mapped};
    for (size_t i = 0; i < 2; i++) {
        void **object = roots[i] = wgc_alloc_kind(heap, kinds[i], 300000);
        object[0] = wgc_alloc(heap, 16);
        object[30000] = wgc_alloc(heap, 16);
    }
    collect_exact(heap);
    for (size_t i = 0; i < 2; i++) {
        void **object = roots[i];
        assert_int_equal(wgc_kind_of(heap, object), kinds[i]);
        assert_int_equal(wgc_size(heap, object[0]), 16);
        assert_int_equal(wgc_size(heap, object[30000]), 0);
    }
}

static void
contradictions_are_no_kinds(void **state)
{
    wgc_heap *heap = *state;
    const uint64_t bits = 1;
    const wgc_kind_info wrong[] = {
        {.trace = trace_node, .pointers = &bits, .words = 1},
        {.words = 1},
        {.trace = trace_node, .words = 1},
    };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(wgc_kind_new(heap, &wrong[i]), WGC_KIND_INVALID);
        assert_status(WGC_INVALID);
    }
    assert_int_equal(wgc_kind_new(heap, NULL), WGC_KIND_INVALID);
    assert_status(WGC_INVALID);
    assert_int_equal(stats_of(heap).kinds, 0);
}

static void
unknown_kinds_are_refused(void **state)
{
    wgc_heap *heap = *state;
    wgc_kind known = new_kind(heap, (wgc_kind_info){0});
    for (wgc_kind kind = known + 1; kind < known + 300; kind++) {
        assert_null(wgc_alloc_kind(heap, kind, 16));
        assert_status(WGC_INVALID);
        assert_null(wgc_alloc_aligned(heap, kind, 16, 16));
        assert_status(WGC_INVALID);
    }
    assert_null(wgc_alloc_kind(heap, WGC_KIND_INVALID, 16));
    assert_status(WGC_INVALID);
    assert_null(wgc_alloc_kind(heap, (wgc_kind)1 << 31, 16));
    assert_status(WGC_INVALID);
    assert_int_equal(stats_of(heap).live_objects, 0);
}

static void
a_heap_has_tens_of_thousands_of_kinds_and_then_no_more(void **state)
{
    wgc_heap *heap = *state;
    size_t count = 0;
    wgc_kind kind = 0, last = 0;
    while (count < 70000) {
        kind = wgc_kind_new(heap, &(wgc_kind_info){.name = "one of many"});
        if (kind == WGC_KIND_INVALID)
            break;
        last = kind;
        count++;
        if (count % 1000 == 0)
            assert_non_null(roots[count / 1000] =
                                wgc_alloc_kind(heap, kind, 64));
    }
    assert_int_not_equal(wgc_last_status(), WGC_OK);
    assert_true(count > 65000 && count <= 65535);
    assert_int_equal(stats_of(heap).kinds, count);
    roots[0] = wgc_alloc_kind(heap, last, 64);
    assert_int_equal(wgc_kind_of(heap, roots[0]), last);
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 1 + count / 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(a_trace_function_says_what_an_object_reaches),
        EXACT_TEST(words_that_a_trace_function_skips_keep_nothing),
        cmocka_unit_test(an_exact_edge_counts_in_every_pointer_mode),
        EXACT_TEST(every_living_object_is_traced_and_no_dead_one),
        cmocka_unit_test(objects_that_are_not_filled_in_are_traced_as_zeroes),
        EXACT_TEST(a_bitmap_says_which_words_are_scanned),
        EXACT_TEST(a_bitmap_ends_at_its_words),
        EXACT_TEST(a_bitmap_does_not_reach_beyond_the_object),
        EXACT_TEST(a_kind_with_neither_is_never_scanned),
        EXACT_TEST(what_describes_a_kind_is_copied),
        EXACT_TEST(kinds_do_not_mix),
        EXACT_TEST(a_large_object_has_a_kind_too),
        EXACT_TEST(contradictions_are_no_kinds),
        EXACT_TEST(unknown_kinds_are_refused),
        EXACT_TEST(a_heap_has_tens_of_thousands_of_kinds_and_then_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
