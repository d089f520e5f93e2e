/* SPDX-License-Identifier: MIT */
/* src/ephemeron.h: what takes too many operations to be seen from outside. */
#include "ephemeron.h"

#include "support.h"

enum { KEYS = 6 };

/* `numbers` is left where so many additions and removals would bring it. */
static void
I1_entries_are_in_order_after_four_billion_additions(void **state)
{
    wgc_heap *heap = *state;
    for (uint32_t left = 0; left <= KEYS; left++) {
        wgc_weakmap *map = roots[0] = wgc_weakmap_new(heap, NULL);
        wgc_weakmap_iterator at = {0};
        void *key;
        size_t met = 0;
        roots[1] = wgc_alloc(heap, 16);
        assert_int_equal(wgc_weakmap_set(map, roots[1], NULL), WGC_OK);
        assert_true(wgc_weakmap_pop(map, NULL, NULL));
        map->numbers = UINT32_MAX - left;
        for (size_t i = 0; i < KEYS; i++) {
            roots[1 + i] = wgc_alloc(heap, 16);
            assert_int_equal(wgc_weakmap_set(map, roots[1 + i], NULL), WGC_OK);
        }
        for (; wgc_weakmap_next(map, &at, &key, NULL); met++)
            assert_ptr_equal(key, roots[1 + met]);
        assert_int_equal(met, KEYS);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(I1_entries_are_in_order_after_four_billion_additions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
