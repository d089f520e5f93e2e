/* SPDX-License-Identifier: MIT */
/* src/sizeclass.h: every invariant, for every size of block, for every byte. */
#include "sizeclass.h"

#include "support.h"

#define FOR_EACH_SHIFT(shift)                                                  \
    for (unsigned shift = WGC__BLOCK_SHIFT_MIN; shift <= WGC__BLOCK_SHIFT_MAX; \
         shift++)

static void
I1_cells_ascend_in_granules(void **state)
{
    (void)state;
    FOR_EACH_SHIFT(shift)
    {
        struct wgc__classes classes;
        wgc__classes_init(&classes, shift);
        assert_in_range(classes.count, 1, WGC__CLASSES);
        for (unsigned c = 0; c < classes.count; c++) {
            assert_int_equal(classes.cell_bytes[c] % WGC__GRANULE, 0);
            assert_true(classes.cell_bytes[c] >
                        (c > 0 ? classes.cell_bytes[c - 1] : 0));
        }
        assert_int_equal(classes.cell_bytes[0], WGC__GRANULE);
    }
}

static void
I2_every_size_has_the_smallest_class_that_holds_it(void **state)
{
    (void)state;
    FOR_EACH_SHIFT(shift)
    {
        struct wgc__classes classes;
        wgc__classes_init(&classes, shift);
        size_t half = (size_t)1 << (shift - 1);
        assert_int_equal(classes.small_max,
                         half < WGC__SMALL_MAX ? half : WGC__SMALL_MAX);
        for (size_t bytes = 0; bytes <= classes.small_max; bytes++) {
            unsigned c = wgc__class_of(&classes, bytes);
            assert_true(c < classes.count);
            assert_true(classes.cell_bytes[c] >= bytes);
            assert_true(c == 0 || classes.cell_bytes[c - 1] < bytes);
        }
    }
}

/* Also for offsets in what is left over behind the last cell. */
static void
I3_every_offset_of_a_block_is_in_the_cell_that_division_tells(void **state)
{
    (void)state;
    FOR_EACH_SHIFT(shift)
    {
        struct wgc__classes classes;
        wgc__classes_init(&classes, shift);
        for (unsigned c = 0; c < classes.count; c++)
            for (size_t offset = 0; offset < (size_t)1 << shift; offset++) {
                uint64_t cell = (uint64_t)(offset >> WGC__GRANULE_SHIFT) *
                                    classes.reciprocal[c] >>
                                WGC__RECIPROCAL_SHIFT;
                if (cell != offset / classes.cell_bytes[c])
                    fail_msg("shift %u, class %u, offset %zu", shift, c,
                             offset);
            }
    }
}

/* A granule for small sizes, a quarter in the middle; where the block is cut
   into few parts, the step from a third to a half is the largest. */
static void
waste_inside_a_cell_is_bounded(void **state)
{
    (void)state;
    FOR_EACH_SHIFT(shift)
    {
        struct wgc__classes classes;
        wgc__classes_init(&classes, shift);
        for (size_t bytes = 1; bytes <= classes.small_max; bytes++) {
            size_t cell = classes.cell_bytes[wgc__class_of(&classes, bytes)];
            size_t waste = cell - bytes;
            if (bytes <= 128)
                assert_true(waste < WGC__GRANULE);
            else if (bytes <= (size_t)1 << (shift - 4))
                assert_true(4 * waste < bytes);
            else
                assert_true(3 * waste < cell + (size_t)3 * WGC__GRANULE);
        }
    }
}

static void
waste_at_the_end_of_a_block_is_bounded(void **state)
{
    (void)state;
    FOR_EACH_SHIFT(shift)
    {
        struct wgc__classes classes;
        wgc__classes_init(&classes, shift);
        size_t block = (size_t)1 << shift;
        for (unsigned c = 0; c < classes.count; c++) {
            size_t bytes = classes.cell_bytes[c];
            assert_true(block / bytes >= 2);
            assert_true(16 * (block % bytes) <= block);
        }
    }
}

static void
an_aligned_class_is_the_smallest_whose_cells_all_are(void **state)
{
    (void)state;
    FOR_EACH_SHIFT(shift)
    {
        struct wgc__classes classes;
        wgc__classes_init(&classes, shift);
        for (size_t alignment = 1; alignment <= 65536; alignment *= 2)
            for (size_t bytes = 0; bytes <= classes.small_max + 64;
                 bytes += 8) {
                unsigned expected = 0;
                while (expected < classes.count &&
                       (classes.cell_bytes[expected] < bytes ||
                        classes.cell_bytes[expected] % alignment != 0))
                    expected++;
                assert_int_equal(wgc__class_aligned(&classes, bytes, alignment),
                                 expected);
            }
        assert_int_equal(wgc__class_aligned(&classes, SIZE_MAX, 16),
                         classes.count);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(I1_cells_ascend_in_granules),
        cmocka_unit_test(I2_every_size_has_the_smallest_class_that_holds_it),
        cmocka_unit_test(
            I3_every_offset_of_a_block_is_in_the_cell_that_division_tells),
        cmocka_unit_test(waste_inside_a_cell_is_bounded),
        cmocka_unit_test(waste_at_the_end_of_a_block_is_bounded),
        cmocka_unit_test(an_aligned_class_is_the_smallest_whose_cells_all_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
