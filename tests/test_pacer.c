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
what_the_next_cycle_will_take_is_kept(void **state)
{
    (void)state;
    const struct {
        struct wgc__pace_past past;
        struct wgc__pace_cycle cycle;
        size_t expected;
    } rows[] = {
        /* peak...; threshold, before, after, holes */
        {{0, 0, 0, 0}, {8 * MIB, 16 * MIB, 8 * MIB, 0, 0, 0}, 9 * MIB},
        {{0, 0, 0, 0}, {8 * MIB, 16 * MIB, 8 * MIB, 3 * MIB, 0, 0}, 6 * MIB},
        {{0, 0, 0, 0}, {8 * MIB, 16 * MIB, 8 * MIB, 8 * MIB, 0, 0}, MIB},
        {{0, 0, 0, 0}, {8 * MIB, 60 * MIB, 58 * MIB, 50 * MIB, 0, 0}, MIB},
        {{0, 0, 0, 0}, {8 * MIB, 32 * MIB, 8 * MIB, SIZE_MAX, 0, 0}, MIB},
        {{0, 0, 0, 0}, {0, 0, 0, 0, 0, 0}, 0},
        /* As much as was used of late. */
        {{32 * MIB, 0, 0, 0},
         {8 * MIB, 32 * MIB, 8 * MIB, 8 * MIB, 0, 0},
         24 * MIB},
        {{32 * MIB, 0, 0, 0},
         {8 * MIB, 64 * MIB, 48 * MIB, 8 * MIB, 0, 0},
         MIB},
        /* Most of the heap died: a quarter of what will be taken. */
        {{64 * MIB, 0, 0, 0}, {8 * MIB, 64 * MIB, 8 * MIB, 0, 0, 0}, 56 * MIB},
        {{8 * MIB, 0, 0, 0},
         {8 * MIB, 68 * MIB, 8 * MIB, 0, 0, 0},
         9 * MIB / 4},
        {{8 * MIB, 0, 0, 0},
         {8 * MIB, 999 * MIB, 8 * MIB, 8 * MIB, 0, 0},
         MIB / 4},
        {{8 * MIB, 0, 0, 0},
         {8 * MIB, 96 * MIB, 88 * MIB, 80 * MIB, 0, 0},
         MIB / 4},
        /* But what was given back of late was wanted again. */
        {{64 * MIB, 0, 0, 1}, {8 * MIB, 64 * MIB, 8 * MIB, 0, 0, 0}, 88 * MIB},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(wgc__pacer_keep(&rows[i].past, &rows[i].cycle),
                         rows[i].expected);
}

/* A host that wants no automatic cycle may set min_bytes to SIZE_MAX. */
static void
what_is_kept_never_wraps(void **state)
{
    (void)state;
    const size_t values[] = {0, MIB, SIZE_MAX / 10 * 9, SIZE_MAX};
    for (int i = 0; i < 256; i++)
        for (unsigned regret = 0; regret < 2; regret++) {
            const struct wgc__pace_past past = {.peak = values[i % 4],
                                                .regret = regret};
            const struct wgc__pace_cycle cycle = {
                .threshold = values[i / 4 % 4],
                .before = values[i / 16 % 4],
                .after = values[i / 64],
                .refilled = SIZE_MAX,
                .released = SIZE_MAX,
            };
            size_t keep = wgc__pacer_keep(&past, &cycle);
            if (cycle.after >= cycle.before / 4)
                assert_true(keep >= cycle.threshold);
            struct wgc__pace_past next = wgc__pacer_past(&past, &cycle);
            next = wgc__pacer_past(&next, &cycle);
            assert_int_equal(next.regret, WGC__PACE_REGRET);
        }
}

static void
the_past_fades(void **state)
{
    (void)state;
    const struct {
        struct wgc__pace_past past;
        struct wgc__pace_cycle cycle;
        struct wgc__pace_past expected;
    } rows[] = {
        /* peak, released, refilled, regret;
           threshold, before, after, holes, released, refilled */
        {{80, 0, 0, 0}, {10, 20, 10, 0, 0, 0}, {70, 0, 0, 0}},
        {{80, 0, 0, 0}, {10, 99, 90, 0, 0, 0}, {99, 0, 0, 0}},
        {{80, 80, 0, 0}, {10, 20, 10, 0, 8, 1}, {70, 78, 1, 0}},
        /* Most of the heap died. */
        {{800, 0, 0, 0}, {10, 800, 20, 0, 0, 0}, {20, 0, 0, 0}},
        {{800, 0, 0, 9}, {10, 800, 20, 0, 0, 0}, {800, 0, 0, 8}},
        /* Half of what was given back was wanted again. */
        {{80, 0, 0, 0}, {10, 80, 70, 0, 40, 19}, {80, 40, 19, 0}},
        {{80, 0, 0, 0}, {10, 80, 70, 0, 40, 20}, {80, 40, 20, 32}},
        {{80, 40, 0, 9}, {10, 80, 70, 0, 5, 20}, {80, 40, 20, 32}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct wgc__pace_past next =
            wgc__pacer_past(&rows[i].past, &rows[i].cycle);
        assert_int_equal(next.peak, rows[i].expected.peak);
        assert_int_equal(next.released, rows[i].expected.released);
        assert_int_equal(next.refilled, rows[i].expected.refilled);
        assert_int_equal(next.regret, rows[i].expected.regret);
    }
}

static void
holes_are_trimmed_that_will_not_be_filled(void **state)
{
    (void)state;
    const struct {
        size_t threshold, holes;
        bool trims;
    } rows[] = {
        {MIB, 0, false},        {MIB, 4 * MIB, false},
        {MIB, 5 * MIB, true},   {SIZE_MAX, SIZE_MAX, false},
        {64 * MIB, MIB, false}, {0, 4, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct wgc__pace_cycle cycle = {.threshold = rows[i].threshold,
                                              .holes = rows[i].holes};
        assert_int_equal(wgc__pacer_trims(&cycle), rows[i].trims);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_threshold_follows_what_is_alive),
        cmocka_unit_test(the_threshold_never_wraps),
        cmocka_unit_test(what_the_next_cycle_will_take_is_kept),
        cmocka_unit_test(what_is_kept_never_wraps),
        cmocka_unit_test(holes_are_trimmed_that_will_not_be_filled),
        cmocka_unit_test(the_past_fades),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
