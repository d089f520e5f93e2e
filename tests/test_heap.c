/* SPDX-License-Identifier: MIT */
/* Allocation, death, early release, and the questions of any address. */
#include "support.h"

#include <stdio.h>

/* Every size class is met, and large objects with and without a tail. */
static const size_t sizes[] = {
    0,     1,     8,     15,     16,     17,      24,      32,     33,
    48,    64,    80,    96,     100,    112,     128,     144,    160,
    192,   200,   256,   257,    300,    400,     512,     513,    640,
    700,   800,   1000,  1024,   1025,   1300,    1600,    2000,   2048,
    2049,  2700,  3000,  4000,   4096,   4097,    5000,    5461,   6000,
    8000,  8192,  8193,  10000,  16000,  16384,   16385,   30000,  32768,
    65535, 65536, 65537, 100000, 262144, 1000003, 1048576, 3000000};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

static void
a_new_heap_is_empty(void **state)
{
    wgc_heap *heap = *state;
    wgc_stats stats = stats_of(heap);
    assert_int_equal(stats.cycles, 0);
    assert_int_equal(stats.live_objects, 0);
    assert_int_equal(stats.live_bytes, 0);
    assert_int_equal(stats.allocated_bytes, 0);
    assert_int_equal(stats.external_bytes, 0);
    assert_int_equal(stats.weakrefs, 0);
    assert_int_equal(stats.finalizers, 0);
    assert_int_equal(stats.pending, 0);
    assert_int_equal(stats.self_retained, 0);
    assert_int_equal(stats.kinds, 0);
    assert_int_equal(wgc_pending(heap), 0);
    assert_int_equal(wgc_deliver(heap, 10), 0);
}

static void
a_heap_needs_no_configuration(void **state)
{
    (void)state;
    wgc_heap *heap = wgc_heap_new(NULL);
    assert_non_null(heap);
    char *text = wgc_alloc_leaf(heap, 6);
    assert_non_null(text);
    memcpy(text, "hello", 6);
    assert_int_equal(wgc_collect(heap), WGC_OK);
    assert_string_equal(text, "hello");
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
}

static void
objects_are_zeroed_aligned_and_large_enough(void **state)
{
    wgc_heap *heap = *state;
    for (size_t bytes = 0; bytes < 20000; bytes += 1 + bytes / 64) {
        for (int leaf = 0; leaf < 2; leaf++) {
            unsigned char *object =
                leaf ? wgc_alloc_leaf(heap, bytes) : wgc_alloc(heap, bytes);
            assert_non_null(object);
            assert_int_equal((uintptr_t)object % 16, 0);
            size_t usable = wgc_size(heap, object);
            assert_true(usable >= bytes && usable > 0);
            assert_true(all_bytes_are(object, usable, 0));
            memset(object, 0xff, usable);
        }
    }
}

static void
small_objects_waste_little(void **state)
{
    wgc_heap *heap = *state;
    for (size_t bytes = 16; bytes <= 8192; bytes++) {
        size_t usable = wgc_size(heap, wgc_alloc_leaf(heap, bytes));
        assert_true(usable <= bytes + bytes / 2 + 16);
    }
    assert_int_equal(wgc_size(heap, wgc_alloc(heap, 16)), 16);
    assert_int_equal(wgc_size(heap, wgc_alloc(heap, 32)), 32);
}

/* Fills a generation of objects with ones and notes where each was. */
static void
fill_generation(wgc_heap *heap, size_t bytes, hidden *where, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *object = wgc_alloc(heap, bytes);
        assert_non_null(object);
        size_t usable = wgc_size(heap, object);
        assert_true(all_bytes_are(object, usable, 0));
        memset(object, 0xff, usable);
        where[i] = hide(object);
    }
    collect_exact(heap);
    for (size_t i = 0; i < count; i++)
        assert_false(is_alive(heap, where[i]));
}

static void
recycled_memory_is_zeroed(void **state)
{
    wgc_heap *heap = *state;
    for (size_t s = 0; s < SIZES; s++) {
        enum { MOST = 600, GENERATIONS = 8 };
        hidden old[MOST], now[MOST];
        size_t count = sizes[s] > 10000 ? 6 : MOST;
        size_t again = 0;
        fill_generation(heap, sizes[s], old, count);
        for (int generation = 0; generation < GENERATIONS; generation++) {
            fill_generation(heap, sizes[s], now, count);
            for (size_t i = 0; i < count; i++)
                for (size_t j = 0; j < count; j++)
                    again += now[i].bits == old[j].bits;
            memcpy(old, now, sizeof old);
        }
        if (!again)
            fail_msg("no address of %zu bytes came back", sizes[s]);
    }
}

static void
memory_between_survivors_is_recycled_and_zeroed(void **state)
{
    wgc_heap *heap = *state;
    enum { COUNT = 4096, BYTES = 48 };
    for (size_t i = 0; i < COUNT; i++) {
        roots[i] = wgc_alloc(heap, BYTES);
        memset(roots[i], (int)(1 + i % 200), BYTES);
    }
    for (size_t i = 0; i < COUNT; i++)
        if (i % 3)
            roots[i] = NULL;
    collect_exact(heap);
    size_t committed = stats_of(heap).committed_bytes;
    for (size_t i = 0; i < COUNT; i++) {
        if (i % 3 == 0)
            continue;
        roots[i] = wgc_alloc(heap, BYTES);
        assert_true(all_bytes_are(roots[i], BYTES, 0));
        memset(roots[i], (int)(1 + i % 200), BYTES);
    }
    assert_true(stats_of(heap).committed_bytes <= committed + 65536);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(
            all_bytes_are(roots[i], BYTES, (unsigned char)(1 + i % 200)));
}

static void
released_memory_is_zeroed_when_it_returns(void **state)
{
    wgc_heap *heap = *state;
    for (size_t s = 0; s < SIZES; s++) {
        for (int round = 0; round < 40; round++) {
            void *object = wgc_alloc(heap, sizes[s]);
            assert_non_null(object);
            size_t usable = wgc_size(heap, object);
            assert_true(all_bytes_are(object, usable, 0));
            memset(object, 0xff, usable);
            assert_int_equal(wgc_free(heap, object), WGC_OK);
        }
    }
}

static void
zero_bytes_are_a_smallest_object(void **state)
{
    wgc_heap *heap = *state;
    roots[0] = wgc_alloc(heap, 0);
    roots[1] = wgc_alloc(heap, 0);
    roots[2] = wgc_alloc_leaf(heap, 0);
    roots[3] = wgc_alloc_kind(heap, WGC_KIND_LEAF, 0);
    roots[4] = wgc_alloc_aligned(heap, WGC_KIND_LEAF, 0, 64);
    for (size_t i = 0; i < 5; i++) {
        assert_non_null(roots[i]);
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(roots[i], roots[j]);
        assert_true(wgc_size(heap, roots[i]) > 0);
        assert_true(wgc_size(heap, roots[i]) <= 64);
    }
    hidden dropped = hide(roots[0]);
    roots[0] = NULL;
    collect_exact(heap);
    assert_false(is_alive(heap, dropped));
    for (size_t i = 1; i < 5; i++)
        assert_true(wgc_size(heap, roots[i]) > 0);
}

static void
every_alignment_up_to_64_KiB_succeeds_for_every_size(void **state)
{
    wgc_heap *heap = *state;
    for (size_t alignment = 1; alignment <= 65536; alignment *= 2) {
        for (size_t s = 0; s < SIZES; s++) {
            wgc_kind kind = s % 2 ? WGC_KIND_LEAF : WGC_KIND_CONSERVATIVE;
            unsigned char *object =
                wgc_alloc_aligned(heap, kind, sizes[s], alignment);
            assert_non_null(object);
            assert_int_equal((uintptr_t)object % alignment, 0);
            assert_int_equal((uintptr_t)object % 16, 0);
            size_t usable = wgc_size(heap, object);
            assert_true(usable >= sizes[s]);
            assert_true(all_bytes_are(object, usable, 0));
            memset(object, 0xff, usable);
            assert_ptr_equal(wgc_base(heap, object), object);
            assert_ptr_equal(wgc_base(heap, object + usable - 1), object);
            assert_int_equal(wgc_kind_of(heap, object), kind);
        }
    }
}

static void
aligned_objects_live_and_die_like_others(void **state)
{
    wgc_heap *heap = *state;
    size_t slot = 0;
    hidden dropped[64];
    size_t drops = 0;
    for (size_t alignment = 32; alignment <= 65536; alignment *= 2) {
        for (size_t bytes = 24; bytes < 100000; bytes *= 17) {
            roots[slot] = wgc_alloc_aligned(heap, 0, bytes, alignment);
            assert_non_null(roots[slot]);
            memset(roots[slot], 0x55, bytes);
            slot++;
            dropped[drops++] =
                hide(wgc_alloc_aligned(heap, 0, bytes, alignment));
        }
    }
    collect_exact(heap);
    for (size_t i = 0; i < drops; i++)
        assert_false(is_alive(heap, dropped[i]));
    for (size_t i = 0; i < slot; i++)
        assert_true(all_bytes_are(roots[i], 24, 0x55));
    assert_int_equal(stats_of(heap).live_objects, slot);
}

static void
objects_never_overlap(void **state)
{
    wgc_heap *heap = *state;
    random_state random = random_seeded(7);
    enum { COUNT = 3000 };
    for (size_t i = 0; i < COUNT; i++) {
        size_t limit = random_below(&random, 100) ? 700 : 70000;
        size_t bytes = random_below(&random, limit);
        roots[i] = wgc_alloc_leaf(heap, bytes);
        assert_non_null(roots[i]);
        memset(roots[i], (int)(i % 255) + 1, wgc_size(heap, roots[i]));
        if (random_below(&random, 500) == 0)
            collect_exact(heap);
    }
    for (size_t i = 0; i < COUNT; i++)
        assert_true(all_bytes_are(roots[i], wgc_size(heap, roots[i]),
                                  (unsigned char)(i % 255 + 1)));
}

/* ---- Reachability ----------------------------------------------------- */

static void
what_roots_reach_lives_and_nothing_else(void **state)
{
    wgc_heap *heap = *state;
    void **kept = roots[0] = wgc_alloc(heap, 64);
    kept[7] = wgc_alloc(heap, 100);
    hidden end = hide(kept[7]);
    hidden dropped = hide(wgc_alloc(heap, 100));
    collect_exact(heap);
    assert_true(is_alive(heap, hide(kept)));
    assert_true(is_alive(heap, end));
    assert_false(is_alive(heap, dropped));
    kept[7] = NULL;
    collect_exact(heap);
    assert_true(is_alive(heap, hide(kept)));
    assert_false(is_alive(heap, end));
}

static void
cycles_of_objects_die(void **state)
{
    wgc_heap *heap = *state;
    void **self = wgc_alloc(heap, 16);
    self[0] = self;
    void **first = wgc_alloc(heap, 16);
    void **second = wgc_alloc(heap, 500000);
    first[0] = second;
    second[60000] = first;
    hidden all[] = {hide(self), hide(first), hide(second)};
    roots[0] = first;
    collect_exact(heap);
    assert_false(is_alive(heap, all[0]));
    assert_true(is_alive(heap, all[1]));
    assert_true(is_alive(heap, all[2]));
    roots[0] = NULL;
    collect_exact(heap);
    assert_false(is_alive(heap, all[1]));
    assert_false(is_alive(heap, all[2]));
    assert_int_equal(stats_of(heap).live_objects, 0);
    assert_int_equal(stats_of(heap).live_bytes, 0);
}

static void
contents_of_a_leaf_keep_nothing(void **state)
{
    wgc_heap *heap = *state;
    const size_t leaf_sizes[] = {16, 200, 5000, 200000};
    for (size_t i = 0; i < 4; i++) {
        void **leaf = roots[i] = wgc_alloc_leaf(heap, leaf_sizes[i]);
        leaf[0] = wgc_alloc(heap, 32);
        leaf[leaf_sizes[i] / sizeof(void *) - 1] = wgc_alloc(heap, 32);
    }
    collect_exact(heap);
    for (size_t i = 0; i < 4; i++) {
        void **leaf = roots[i];
        assert_int_equal(wgc_size(heap, leaf[0]), 0);
        assert_int_equal(
            wgc_size(heap, leaf[leaf_sizes[i] / sizeof(void *) - 1]), 0);
    }
    assert_int_equal(stats_of(heap).live_objects, 4);
}

static void
every_word_of_a_conservative_object_is_scanned(void **state)
{
    wgc_heap *heap = *state;
    const size_t object_sizes[] = {16, 48, 256, 1008, 4096, 70000};
    for (size_t s = 0; s < 6; s++) {
        void **object = roots[s] = wgc_alloc(heap, object_sizes[s]);
        for (size_t i = 0; i < object_sizes[s] / sizeof(void *); i++)
            object[i] = wgc_alloc_leaf(heap, 16);
    }
    collect_exact(heap);
    size_t words = 0;
    for (size_t s = 0; s < 6; s++) {
        void **object = roots[s];
        for (size_t i = 0; i < object_sizes[s] / sizeof(void *); i++)
            assert_int_equal(wgc_size(heap, object[i]), 16);
        words += object_sizes[s] / sizeof(void *);
    }
    assert_int_equal(stats_of(heap).live_objects, 6 + words);
}

/* One object by its base and one by an interior address, from `words`. */
static void
point_both_ways(wgc_heap *heap, void **words, hidden *base, hidden *interior)
{
    char *first = wgc_alloc(heap, 200);
    char *second = wgc_alloc(heap, 200);
    *base = hide(first);
    *interior = hide(second);
    words[0] = first;
    words[1] = second + 101;
}

static void
the_pointer_mode_says_which_words_count(void **state)
{
    (void)state;
    for (int mode = WGC_POINTERS_INTERIOR; mode <= WGC_POINTERS_BASES; mode++) {
        wgc_heap *heap =
            exact_heap_with((wgc_config){.pointers = (wgc_pointers)mode});
        assert_non_null(heap);
        hidden base, interior, deep_base, deep_interior;
        point_both_ways(heap, &roots[0], &base, &interior);
        roots[2] = wgc_alloc(heap, 64);
        point_both_ways(heap, roots[2], &deep_base, &deep_interior);
        collect_exact(heap);
        assert_true(is_alive(heap, base));
        assert_true(is_alive(heap, deep_base));
        assert_int_equal(is_alive(heap, interior), mode != WGC_POINTERS_BASES);
        assert_int_equal(is_alive(heap, deep_interior),
                         mode == WGC_POINTERS_INTERIOR);
        close_heap(heap);
    }
}

static void
every_interior_address_keeps_its_object(void **state)
{
    wgc_heap *heap = *state;
    const size_t object_sizes[] = {16, 48, 112, 700, 4000, 20000, 150000};
    for (size_t s = 0; s < 7; s++) {
        char *object = wgc_alloc_leaf(heap, object_sizes[s]);
        hidden address = hide(object);
        size_t usable = wgc_size(heap, object);
        size_t step = 1 + usable / 50;
        for (size_t at = 0; at < usable; at += step) {
            roots[0] = (char *)reveal(address) + at;
            collect_exact(heap);
            assert_true(is_alive(heap, address));
        }
        roots[0] = (char *)reveal(address) + usable - 1;
        collect_exact(heap);
        assert_true(is_alive(heap, address));
        roots[0] = (char *)reveal(address) + usable;
        collect_exact(heap);
        assert_false(is_alive(heap, address));
    }
}

/* ---- Questions -------------------------------------------------------- */

static void
size_and_base_know_every_byte(void **state)
{
    wgc_heap *heap = *state;
    for (size_t s = 0; s < SIZES; s++) {
        char *object = wgc_alloc_leaf(heap, sizes[s]);
        assert_non_null(object);
        size_t usable = wgc_size(heap, object);
        size_t step = usable > 20000 ? 97 : 1;
        for (size_t at = 0; at < usable; at += step) {
            assert_ptr_equal(wgc_base(heap, object + at), object);
            assert_int_equal(wgc_size(heap, object + at), at ? 0 : usable);
        }
        assert_ptr_equal(wgc_base(heap, object + usable - 1), object);
        assert_ptr_not_equal(wgc_base(heap, object + usable), object);
        assert_ptr_not_equal(wgc_base(heap, object - 1), object);
    }
}

/* Cells that allocation holds ready look used to the collector only. */
static void
memory_that_was_not_handed_out_is_no_object(void **state)
{
    wgc_heap *heap = *state;
    const size_t object_sizes[] = {16, 48, 256, 1040};
    for (size_t s = 0; s < 4; s++) {
        char *low = wgc_alloc(heap, object_sizes[s]);
        char *high = wgc_alloc(heap, object_sizes[s]);
        assert_true(low < high);
        size_t usable = wgc_size(heap, high);
        char *next = high + usable;
        assert_int_equal(wgc_size(heap, next), 0);
        for (char *at = next; at < next + 3 * usable; at++)
            assert_null(wgc_base(heap, at));
        assert_int_equal(wgc_kind_of(heap, next), WGC_KIND_INVALID);
        assert_int_equal(wgc_free(heap, next), WGC_NOT_AN_OBJECT);
        assert_int_equal(wgc_pin(heap, next), WGC_NOT_AN_OBJECT);
        assert_null(wgc_weakref_new(heap, next, NULL, NULL));
    }
    assert_int_equal(stats_of(heap).live_objects, 8);
}

static void
a_released_object_is_no_object(void **state)
{
    wgc_heap *heap = *state;
    for (size_t s = 0; s < SIZES; s++) {
        char *object = wgc_alloc(heap, sizes[s]);
        char *other = wgc_alloc(heap, sizes[s]);
        wgc_stats before = stats_of(heap);
        size_t usable = wgc_size(heap, object);
        assert_int_equal(wgc_free(heap, object), WGC_OK);
        wgc_stats after = stats_of(heap);
        assert_int_equal(before.live_objects - after.live_objects, 1);
        assert_int_equal(before.live_bytes - after.live_bytes, usable);
        assert_int_equal(wgc_size(heap, object), 0);
        assert_null(wgc_base(heap, object));
        assert_null(wgc_base(heap, object + usable / 2));
        assert_null(wgc_base(heap, object + usable - 1));
        assert_int_equal(wgc_kind_of(heap, object), WGC_KIND_INVALID);
        assert_ptr_equal(wgc_base(heap, other), other);
        (void)wgc_last_status();
        assert_int_equal(wgc_free(heap, object), WGC_NOT_AN_OBJECT);
        assert_status(WGC_NOT_AN_OBJECT);
    }
    assert_int_equal(wgc_free(heap, NULL), WGC_OK);
}

static void
a_released_object_that_a_root_still_names_stays_dead(void **state)
{
    wgc_heap *heap = *state;
    void **object = wgc_alloc(heap, 64);
    void *below = wgc_alloc(heap, 64);
    object[0] = below;
    hidden under = hide(below);
    roots[0] = object;
    assert_int_equal(wgc_free(heap, object), WGC_OK);
    collect_exact(heap);
    assert_int_equal(wgc_size(heap, object), 0);
    assert_false(is_alive(heap, under));
    assert_int_equal(stats_of(heap).live_objects, 0);
}

static void
foreign_addresses_are_no_objects(void **state)
{
    wgc_heap *heap = *state;
    static int in_data = 1;
    int on_stack = 2;
    char *mallocated = malloc(100);
    char *object = roots[0] = wgc_alloc(heap, 100);
    const void *addresses[] = {NULL,
                               (void *)1,
                               (void *)16,
                               (void *)4096,
                               (void *)UINTPTR_MAX,
                               (void *)(UINTPTR_MAX - 15),
                               (void *)(UINTPTR_MAX / 2),
                               &in_data,
                               &on_stack,
                               mallocated,
                               (void *)(uintptr_t)&wgc_alloc,
                               heap,
                               roots,
                               object - ((size_t)1 << 30),
                               object + ((size_t)1 << 30)};
    for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        assert_int_equal(wgc_size(heap, addresses[i]), 0);
        assert_null(wgc_base(heap, addresses[i]));
        assert_int_equal(wgc_kind_of(heap, addresses[i]), WGC_KIND_INVALID);
        roots[1 + i] = (void *)(uintptr_t)addresses[i];
    }
    collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 1);
    free(mallocated);
}

/* ---- Several heaps ---------------------------------------------------- */

static void
heaps_know_nothing_of_each_other(void **state)
{
    (void)state;
    enum { HEAPS = 8 };
    wgc_heap *heaps[HEAPS];
    void **cells = calloc(HEAPS, 2 * sizeof *cells);
    for (size_t i = 0; i < HEAPS; i++) {
        heaps[i] = wgc_heap_new(&(wgc_config){.no_globals = true});
        assert_non_null(heaps[i]);
        assert_int_equal(
            wgc_root_add(heaps[i], &cells[2 * i], &cells[2 * i + 2]), WGC_OK);
        cells[2 * i] = wgc_alloc(heaps[i], 64);
        memset(cells[2 * i], (int)i + 1, 64);
    }
    for (size_t i = 0; i < HEAPS; i++)
        for (size_t j = 0; j < HEAPS; j++)
            assert_int_equal(wgc_size(heaps[i], cells[2 * j]) != 0, i == j);
    hidden lost = hide(wgc_alloc(heaps[0], 64));
    ((void **)cells[2])[0] = reveal(lost);
    collect_exact(heaps[0]);
    assert_false(is_alive(heaps[0], lost));
    for (size_t i = 0; i < HEAPS; i += 2)
        assert_int_equal(wgc_heap_free(heaps[i]), WGC_OK);
    for (size_t i = 1; i < HEAPS; i += 2) {
        make_garbage(heaps[i], 1000, 100);
        collect_exact(heaps[i]);
        assert_true(all_bytes_are((char *)cells[2 * i] + 8, 56,
                                  (unsigned char)(i + 1)));
        assert_int_equal(stats_of(heaps[i]).live_objects, 1);
        assert_int_equal(wgc_heap_free(heaps[i]), WGC_OK);
    }
    free(cells);
}

/* ---- Statuses --------------------------------------------------------- */

static void
every_status_has_its_own_text(void **state)
{
    (void)state;
    for (int i = WGC_OK; i <= WGC_BUSY; i++) {
        assert_true(strlen(wgc_status_text((wgc_status)i)) > 1);
        for (int j = WGC_OK; j < i; j++)
            assert_string_not_equal(wgc_status_text((wgc_status)i),
                                    wgc_status_text((wgc_status)j));
    }
    assert_non_null(wgc_status_text((wgc_status)99));
    assert_non_null(wgc_status_text((wgc_status)-1));
}

static void
the_last_status_is_kept_until_it_is_read(void **state)
{
    wgc_heap *heap = *state;
    assert_null(wgc_alloc_aligned(heap, 0, 16, 3));
    assert_non_null(wgc_alloc(heap, 16));
    assert_int_equal(wgc_last_status(), WGC_INVALID);
    assert_int_equal(wgc_last_status(), WGC_OK);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(a_new_heap_is_empty),
        cmocka_unit_test(a_heap_needs_no_configuration),
        EXACT_TEST(objects_are_zeroed_aligned_and_large_enough),
        EXACT_TEST(small_objects_waste_little),
        EXACT_TEST(recycled_memory_is_zeroed),
        EXACT_TEST(memory_between_survivors_is_recycled_and_zeroed),
        EXACT_TEST(released_memory_is_zeroed_when_it_returns),
        EXACT_TEST(zero_bytes_are_a_smallest_object),
        EXACT_TEST(every_alignment_up_to_64_KiB_succeeds_for_every_size),
        EXACT_TEST(aligned_objects_live_and_die_like_others),
        EXACT_TEST(objects_never_overlap),
        EXACT_TEST(what_roots_reach_lives_and_nothing_else),
        EXACT_TEST(cycles_of_objects_die),
        EXACT_TEST(contents_of_a_leaf_keep_nothing),
        EXACT_TEST(every_word_of_a_conservative_object_is_scanned),
        cmocka_unit_test(the_pointer_mode_says_which_words_count),
        EXACT_TEST(every_interior_address_keeps_its_object),
        EXACT_TEST(size_and_base_know_every_byte),
        EXACT_TEST(memory_that_was_not_handed_out_is_no_object),
        EXACT_TEST(a_released_object_is_no_object),
        EXACT_TEST(a_released_object_that_a_root_still_names_stays_dead),
        EXACT_TEST(foreign_addresses_are_no_objects),
        cmocka_unit_test(heaps_know_nothing_of_each_other),
        EXACT_TEST(every_status_has_its_own_text),
        EXACT_TEST(the_last_status_is_kept_until_it_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
