/* SPDX-License-Identifier: MIT */
/* src/pacer.h: pure functions of numbers, so a table of numbers. */
#include "pacer.h"

#include "support.h"

static const size_t MIB = 1 << 20;

static void
the_threshold_follows_what_is_alive(void **state)
{
    (void)state;
    const struct {
        double growth;
        size_t min_bytes, live, expected;
    } rows[] = {
        {0.75, 4 * MIB, 0, 4 * MIB},
        {0.75, 4 * MIB, 4 * MIB, 4 * MIB},
        {0.75, 4 * MIB, 16 * MIB, 12 * MIB},
        {0.75, 1, 100, 75},
        {0.5, 0, 1000, 500},
        {2.0, MIB, 10 * MIB, 20 * MIB},
        {0.0, MIB, 10 * MIB, MIB},
        {1e-9, 16, 1000, 16},
        {1.0, SIZE_MAX, MIB, SIZE_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct wgc__pace pace = {rows[i].growth, rows[i].min_bytes};
        assert_int_equal(wgc__pacer_threshold(&pace, rows[i].live),
                         rows[i].expected);
    }
}

static void
the_threshold_never_wraps(void **state)
{
    (void)state;
    const double growths[] = {1e-6, 0.25, 0.75, 1, 3, 1e3, 999999};
    for (size_t g = 0; g < sizeof growths / sizeof growths[0]; g++) {
        const struct wgc__pace pace = {growths[g], 4096};
        size_t before = 0;
        for (size_t live = 1; live != 0 && live < SIZE_MAX / 2; live *= 2) {
            size_t threshold = wgc__pacer_threshold(&pace, live);
            assert_true(threshold >= before);
            assert_true(threshold >= pace.min_bytes);
            before = threshold;
        }
        assert_true(wgc__pacer_threshold(&pace, SIZE_MAX) >= before);
    }
}

static void
what_fits_in_holes_need_not_be_kept(void **state)
{
    (void)state;
    const struct {
        size_t threshold, holes, expected;
    } rows[] = {
        {8 * MIB, 0, 9 * MIB},    {8 * MIB, 3 * MIB, 6 * MIB},
        {8 * MIB, 8 * MIB, MIB},  {8 * MIB, 80 * MIB, MIB},
        {8 * MIB, SIZE_MAX, MIB}, {0, 0, 0},
        {0, SIZE_MAX, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(wgc__pacer_keep(rows[i].threshold, rows[i].holes),
                         rows[i].expected);
}

/* A host that wants no automatic cycle may set min_bytes to SIZE_MAX. */
static void
what_is_kept_never_wraps(void **state)
{
    (void)state;
    for (size_t threshold = 1; threshold < SIZE_MAX / 2; threshold *= 2) {
        assert_true(wgc__pacer_keep(threshold, 0) >= threshold);
        assert_true(wgc__pacer_keep(threshold, SIZE_MAX) <= threshold);
    }
    assert_true(wgc__pacer_keep(SIZE_MAX, 0) >= SIZE_MAX / 2);
    assert_true(wgc__pacer_keep(SIZE_MAX / 10 * 9, 0) >= SIZE_MAX / 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_threshold_follows_what_is_alive),
        cmocka_unit_test(the_threshold_never_wraps),
        cmocka_unit_test(what_fits_in_holes_need_not_be_kept),
        cmocka_unit_test(what_is_kept_never_wraps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
