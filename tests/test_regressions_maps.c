/* SPDX-License-Identifier: MIT */
/*
 * Bugs that weak maps of other collectors had, each by its row: BW4 (tables
 * that change while the collector or the host's own comparison reads them),
 * BW15 (chains of ephemerons), BW16 (iteration while entries vanish), BW17 (a
 * map that is itself part of what it decides about).
 */
#include "support.h"

static wgc_weakmap *
new_map(wgc_heap *heap, bool weak_keys, bool weak_values)
{
    wgc_weakmap *map =
        wgc_weakmap_new(heap, &(wgc_weakmap_info){.weak_keys = weak_keys,
                                                  .weak_values = weak_values});
    assert_non_null(map);
    return map;
}

static void *
number(uintptr_t value)
{
    return (void *)(value << 1 | 1); /* no address */
}

static void
set(wgc_weakmap *map, void *key, void *value)
{
    assert_int_equal(wgc_weakmap_set(map, key, value), WGC_OK);
}

/* ---- BW4: the host's comparison changes the table that is searched ---- */

enum { MANY = 200 };

typedef struct name {
    uintptr_t value;
} name;

/* What the comparison does beside comparing, once; the values of the entries
   with names from 0 on must be right whatever it is. */
enum mischief {
    NOTHING,
    REMOVES_WHAT_IT_COMPARES,
    REMOVES_ALL,
    GROWS_THE_TABLE,
    SHRINKS_THE_TABLE,
    COLLECTS,
    DROPS_THE_KEY_AND_COLLECTS,
    ADDS_WHAT_IS_SOUGHT,
    REGISTERS_AND_COLLECTS,
    MISCHIEFS
};

static struct {
    wgc_heap *heap;
    wgc_weakmap *map;
    enum mischief mischief;
    bool is_inside;
    name *sought;
} scene;

static name *
new_name(uintptr_t value)
{
    name *fresh = wgc_alloc(scene.heap, sizeof *fresh);
    assert_non_null(fresh);
    fresh->value = value;
    return fresh;
}

static void
remove_all(void)
{
    void *key;
    wgc_weakmap_iterator at = {0};
    while (wgc_weakmap_next(scene.map, &at, &key, NULL))
        assert_true(wgc_weakmap_remove(scene.map, key));
}

static void
make_mischief(const name *own)
{
    switch (scene.mischief) {
    case REMOVES_WHAT_IT_COMPARES:
        assert_true(wgc_weakmap_remove(scene.map, own));
        break;
    case REMOVES_ALL:
        remove_all();
        break;
    case GROWS_THE_TABLE:
        for (uintptr_t i = 0; i < 10 * MANY; i++) {
            name *fresh = roots[1000 + i] = new_name(1000 + i);
            set(scene.map, fresh, number(1000 + i));
        }
        break;
    case SHRINKS_THE_TABLE:
        for (uintptr_t i = MANY / 10; i < MANY; i++)
            roots[1 + i] = NULL;
        collect_exact(scene.heap);
        break;
    case COLLECTS:
        make_garbage(scene.heap, 1000, 16);
        collect_exact(scene.heap);
        break;
    case DROPS_THE_KEY_AND_COLLECTS:
        roots[1 + own->value] = NULL;
        collect_exact(scene.heap);
        break;
    case ADDS_WHAT_IS_SOUGHT:
        set(scene.map, roots[900] = new_name(scene.sought->value), number(900));
        break;
    case REGISTERS_AND_COLLECTS: /* what the call holds is held again */
        assert_non_null(wgc_weakref_new(scene.heap, scene.map, NULL, NULL));
        roots[999] = NULL;
        collect_exact(scene.heap);
        assert_int_equal(wgc_size(scene.heap, scene.sought), 16);
        roots[999] = scene.sought;
        break;
    default:
        break;
    }
}

static size_t
hash_name(const void *key, void *data)
{
    (void)data;
    return ((const name *)key)->value %
           4; /* so that there is much to compare */
}

static bool
equal_names(const void *a, const void *b, void *data)
{
    uintptr_t one = ((const name *)a)->value, other = ((const name *)b)->value;
    (void)data;
    if (!scene.is_inside) {
        scene.is_inside = true;
        make_mischief(a == scene.sought ? b : a);
    }
    return one == other;
}

/* roots[0] the map, roots[1 + i] the key with the name i, roots[999] another of
   the name that is sought. */
static void
set_scene(wgc_heap *heap, enum mischief mischief, uintptr_t sought)
{
    memset(roots, 0, 8000 * sizeof roots[0]);
    scene.heap = heap;
    scene.is_inside = true;
    scene.mischief = mischief;
    scene.map = roots[0] = wgc_weakmap_new(
        heap, &(wgc_weakmap_info){
                  .weak_keys = true, .hash = hash_name, .equal = equal_names});
    for (uintptr_t i = 0; i < MANY; i++)
        set(scene.map, roots[1 + i] = new_name(i), number(i));
    scene.sought = roots[999] = new_name(sought);
    scene.is_inside = false;
}

/* Every entry is that of a living key, and is found by it. */
static void
check_scene(void)
{
    wgc_weakmap_iterator at = {0};
    void *key, *value;
    size_t count = 0;
    scene.is_inside = true;
    for (; wgc_weakmap_next(scene.map, &at, &key, &value); count++) {
        assert_int_equal(wgc_size(scene.heap, key), 16);
        assert_ptr_equal(wgc_weakmap_get(scene.map, key), value);
        if (value != number(77777) && value != number(900))
            assert_ptr_equal(value, number(((name *)key)->value));
    }
    assert_int_equal(wgc_weakmap_count(scene.map), count);
}

static bool
is_kept(enum mischief mischief)
{
    return mischief == NOTHING || mischief == GROWS_THE_TABLE ||
           mischief == COLLECTS || mischief == REGISTERS_AND_COLLECTS;
}

static void
BW4_a_comparison_changes_the_table_that_a_get_reads(void **state)
{
    wgc_heap *heap = *state;
    for (int m = NOTHING; m < MISCHIEFS; m++)
        for (uintptr_t sought = 0; sought < MANY + 8; sought += 29) {
            set_scene(heap, (enum mischief)m, sought);
            void *found = wgc_weakmap_get(scene.map, scene.sought);
            if (sought < MANY && is_kept((enum mischief)m))
                assert_ptr_equal(found, number(sought));
            if (m == REMOVES_ALL)
                assert_null(found);
            if (found != NULL)
                assert_true(found == number(sought) || found == number(900));
            check_scene();
        }
}

static void
BW4_a_comparison_changes_the_table_that_a_set_reads(void **state)
{
    wgc_heap *heap = *state;
    for (int m = NOTHING; m < MISCHIEFS; m++)
        for (uintptr_t sought = 0; sought < MANY + 8; sought += 29) {
            set_scene(heap, (enum mischief)m, sought);
            set(scene.map, scene.sought, number(77777));
            assert_ptr_equal(wgc_weakmap_get(scene.map, scene.sought),
                             number(77777));
            check_scene();
            if (is_kept((enum mischief)m))
                assert_int_equal(wgc_weakmap_count(scene.map),
                                 MANY + (sought >= MANY) +
                                     (m == GROWS_THE_TABLE ? 10 * MANY : 0));
            if (m == REMOVES_ALL)
                assert_int_equal(wgc_weakmap_count(scene.map), 1);
        }
}

static void
BW4_a_comparison_changes_the_table_that_a_remove_reads(void **state)
{
    wgc_heap *heap = *state;
    for (int m = NOTHING; m < MISCHIEFS; m++)
        for (uintptr_t sought = 0; sought < MANY + 8; sought += 29) {
            set_scene(heap, (enum mischief)m, sought);
            bool was_there = wgc_weakmap_remove(scene.map, scene.sought);
            if (is_kept((enum mischief)m))
                assert_int_equal(was_there, sought < MANY);
            if (m == REMOVES_ALL)
                assert_false(was_there);
            if (was_there)
                assert_null(wgc_weakmap_get(scene.map, scene.sought));
            check_scene();
        }
}

/* Cycles by themselves, in the middle of insertions, while most keys die. */
static void
BW4_tables_grow_and_shrink_with_a_cycle_at_every_allocation(void **state)
{
    (void)state;
    wgc_heap *heap = exact_heap_with((wgc_config){.stress = 1});
    wgc_weakmap *map = roots[0] = new_map(heap, true, false);
    random_state random = random_seeded(4);
    for (int wave = 0; wave < 6; wave++) {
        size_t keys = wave % 2 ? 10 : 400;
        for (uintptr_t i = 0; i < keys; i++)
            set(map, roots[1 + i] = wgc_alloc(heap, 16), number(i));
        for (size_t i = 0; i < keys / 2; i++) {
            size_t at = 1 + random_below(&random, 400);
            if (roots[at] != NULL)
                (void)wgc_weakmap_remove(map, roots[at]);
            roots[at] = NULL;
        }
        for (uintptr_t i = 0; i < 400; i++) {
            void *value =
                roots[1 + i] ? wgc_weakmap_get(map, roots[1 + i]) : NULL;
            assert_true(value == NULL || value == number(i));
        }
        memset(&roots[1 + keys / 2], 0, 400 * sizeof roots[0]);
    }
    collect_exact(heap);
    size_t alive = 0;
    for (size_t i = 1; i <= 400; i++)
        alive += roots[i] != NULL && wgc_weakmap_get(map, roots[i]) != NULL;
    assert_int_equal(wgc_weakmap_count(map), alive);
    close_heap(heap);
}

/* ---- BW15: chains ----------------------------------------------------- */

enum { LINKS = 10000, TABLES = 3 };

/* A chain through three maps: links[i] is the key of links[i + 1], set in a
   random order.  Both arrays are malloc'ed, and keep nothing. */
static void
make_chain(wgc_heap *heap, wgc_weakmap **maps, hidden *links)
{
    size_t *order = malloc(LINKS * sizeof *order);
    random_state random = random_seeded(15);
    assert_non_null(order);
    void **keep = roots[10] = wgc_alloc(heap, (LINKS + 1) * sizeof *keep);
    for (size_t i = 0; i <= LINKS; i++)
        links[i] = hide(keep[i] = wgc_alloc_leaf(heap, 16));
    for (size_t i = 0; i < LINKS; i++)
        order[i] = i;
    for (size_t i = LINKS; i > 1; i--) {
        size_t other = random_below(&random, i), swap = order[i - 1];
        order[i - 1] = order[other];
        order[other] = swap;
    }
    for (size_t i = 0; i < LINKS; i++)
        set(maps[order[i] % TABLES], keep[order[i]], keep[order[i] + 1]);
    roots[10] = NULL;
    free(order);
}

static size_t
entries_in(wgc_weakmap **maps)
{
    size_t count = 0;
    for (int i = 0; i < TABLES; i++)
        count += wgc_weakmap_count(maps[i]);
    return count;
}

static void
BW15_a_chain_through_three_maps_lives_up_to_where_it_is_cut(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *maps[TABLES];
    hidden *links = malloc((LINKS + 1) * sizeof *links);
    assert_non_null(links);
    for (int i = 0; i < TABLES; i++)
        maps[i] = roots[1 + i] = new_map(heap, true, false);
    make_chain(heap, maps, links);
    roots[0] = reveal(links[0]);
    collect_exact(heap);
    assert_int_equal(entries_in(maps), LINKS);
    assert_true(is_alive(heap, links[LINKS]));
    enum { CUT = LINKS / 3 };
    assert_true(wgc_weakmap_remove(maps[CUT % TABLES], reveal(links[CUT])));
    collect_exact(heap);
    assert_int_equal(entries_in(maps), CUT);
    for (size_t i = 0; i <= LINKS; i++)
        assert_int_equal(is_alive(heap, links[i]), i <= CUT);
    roots[0] = NULL;
    collect_exact(heap);
    assert_int_equal(entries_in(maps), 0);
    free(links);
}

static void
BW15_a_ring_through_two_maps_dies_in_one_cycle(void **state)
{
    enum { RING = 1000 };
    wgc_heap *heap = *state;
    wgc_weakmap *maps[2] = {new_map(heap, true, false),
                            new_map(heap, false, true)};
    hidden ring[RING];
    roots[0] = maps[0];
    roots[1] = maps[1];
    void **keep = roots[2] = wgc_alloc(heap, RING * sizeof *keep);
    for (size_t i = 0; i < RING; i++)
        ring[i] = hide(keep[i] = wgc_alloc_leaf(heap, 16));
    for (size_t i = 0; i < RING; i++) {
        void *one = keep[i], *next = keep[(i + 1) % RING];
        if (i % 2)
            set(maps[0], one, next);
        else /* the weak side is the value */
            set(maps[1], next, one);
    }
    roots[2] = NULL;
    roots[3] = reveal(ring[RING / 2]);
    collect_exact(heap);
    for (size_t i = 0; i < RING; i++)
        assert_true(is_alive(heap, ring[i]));
    roots[3] = NULL;
    collect_exact(heap);
    for (size_t i = 0; i < RING; i++)
        assert_false(is_alive(heap, ring[i]));
    assert_int_equal(wgc_weakmap_count(maps[0]), 0);
    assert_int_equal(wgc_weakmap_count(maps[1]), 0);
}

/* ---- BW16: iteration -------------------------------------------------- */

static void
BW16_concurrent_iterators_each_meet_every_survivor_once(void **state)
{
    enum { ENTRIES = 3000, ITERATORS = 5 };
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, true, false);
    wgc_weakmap_iterator at[ITERATORS] = {{0, 0}};
    static unsigned char met[ITERATORS][ENTRIES];
    static bool doomed[ENTRIES];
    random_state random = random_seeded(16);
    memset(met, 0, sizeof met);
    memset(doomed, 0, sizeof doomed);
    for (uintptr_t i = 0; i < ENTRIES; i++)
        set(map, roots[1 + i] = wgc_alloc_leaf(heap, 16), number(i));
    for (bool more = true; more;) {
        more = false;
        for (int it = 0; it < ITERATORS; it++) {
            void *value;
            size_t steps = random_below(&random, 200);
            for (size_t i = 0; i < steps; i++) {
                if (!wgc_weakmap_next(map, &at[it], NULL, &value))
                    break;
                met[it][(uintptr_t)value >> 1]++;
                assert_false(doomed[(uintptr_t)value >> 1]);
            }
        }
        for (int i = 0; i < 60; i++) {
            size_t victim = random_below(&random, ENTRIES);
            if (victim % 3 == 0)
                continue; /* these survive */
            if (victim % 3 == 1 && roots[1 + victim] != NULL)
                (void)wgc_weakmap_remove(map, roots[1 + victim]);
            roots[1 + victim] = NULL;
            doomed[victim] = true;
        }
        collect_exact(heap);
        for (int it = 0; it < ITERATORS; it++) {
            wgc_weakmap_iterator ahead = at[it];
            more |= wgc_weakmap_next(map, &ahead, NULL, NULL);
        }
    }
    for (int it = 0; it < ITERATORS; it++)
        for (size_t i = 0; i < ENTRIES; i++) {
            assert_true(met[it][i] <= 1);
            if (i % 3 == 0)
                assert_int_equal(met[it][i], 1);
        }
}

/* CPython raises "dictionary changed size during iteration" here. */
static void
BW16_counting_and_popping_inside_an_iteration(void **state)
{
    enum { ENTRIES = 500 };
    wgc_heap *heap = *state;
    wgc_weakmap *map = roots[0] = new_map(heap, false, true);
    wgc_weakmap_iterator at = {0};
    void *key, *value;
    size_t met = 0, popped = 0;
    for (uintptr_t i = 0; i < ENTRIES; i++)
        set(map, number(i), roots[1 + i] = wgc_alloc_leaf(heap, 16));
    for (; wgc_weakmap_next(map, &at, &key, &value); met++) {
        assert_ptr_equal(key, number(met));
        assert_ptr_equal(value, roots[1 + met]);
        roots[1 + met] = value = NULL;
        collect_exact(heap);
        assert_int_equal(wgc_weakmap_count(map), ENTRIES - met - 1 - popped);
        if (met % 2 == 0 && wgc_weakmap_pop(map, &key, NULL)) {
            popped++;
            assert_ptr_equal(key, number(ENTRIES - popped));
        }
    }
    assert_int_equal(met + popped, ENTRIES);
    assert_int_equal(wgc_weakmap_count(map), 0);
}

/* ---- BW17: a registry inside what it watches -------------------------- */

static unsigned ran;

static void
count_run(void *object, void *data)
{
    (void)object;
    (void)data;
    ran++;
}

static void
count_clear(wgc_weakref *reference, void *data)
{
    (void)reference;
    (void)data;
    ran++;
}

static void
BW17_a_map_is_its_own_key_and_value(void **state)
{
    wgc_heap *heap = *state;
    for (int kind = 1; kind < 4; kind++) {
        wgc_weakmap *map = roots[0] = new_map(heap, kind & 1, kind & 2);
        hidden gone = hide(map);
        set(map, map, map);
        map = NULL;
        collect_exact(heap);
        assert_int_equal(wgc_weakmap_count(roots[0]), 1);
        assert_ptr_equal(wgc_weakmap_get(roots[0], roots[0]), roots[0]);
        roots[0] = NULL;
        collect_exact(heap);
        assert_false(is_alive(heap, gone));
    }
}

static void
BW17_a_map_is_the_value_of_another_and_holds_it(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *outer = roots[0] = new_map(heap, true, false);
    wgc_weakmap *inner = new_map(heap, true, false);
    void *key = roots[1] = wgc_alloc_leaf(heap, 16);
    hidden inside = hide(wgc_alloc_leaf(heap, 16)), gone = hide(inner);
    set(outer, key, inner);
    set(inner, key, reveal(inside));
    set(inner, outer, inner);
    collect_exact(heap);
    assert_true(is_alive(heap, gone));
    assert_true(is_alive(heap, inside));
    roots[1] = NULL; /* the key of both */
    collect_exact(heap);
    assert_false(is_alive(heap, gone));
    assert_false(is_alive(heap, inside));
    assert_int_equal(wgc_weakmap_count(outer), 0);
}

static void
BW17_a_map_is_what_a_weak_value_owns(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *registry = roots[0] = new_map(heap, false, true);
    void **owner = roots[1] = wgc_alloc(heap, 32);
    owner[0] = new_map(heap, true, false);
    hidden owned = hide(owner[0]), value = hide(wgc_alloc_leaf(heap, 16));
    set(owner[0], owner, reveal(value)); /* keyed by its own owner */
    set(registry, number(1), owner);
    owner = NULL;
    collect_exact(heap);
    assert_true(is_alive(heap, owned));
    assert_true(is_alive(heap, value));
    roots[1] = NULL;
    collect_exact(heap);
    assert_false(is_alive(heap, owned));
    assert_false(is_alive(heap, value));
    assert_null(wgc_weakmap_get(registry, number(1)));
}

/* The map is data of a finalizer and of references to its keys: it is held by
   them, and must not hold the keys. */
static void
BW17_a_map_is_held_for_callbacks_about_its_own_keys(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *map = new_map(heap, true, false);
    void **key = roots[0] = wgc_alloc(heap, 16);
    hidden gone = hide(key), held = hide(map);
    set(map, key, key);
    assert_non_null(wgc_finalizer_new(heap, key, count_run, map));
    roots[1] = wgc_weakref_new(heap, key, count_clear, map);
    assert_non_null(roots[1]);
    map = NULL;
    key = NULL;
    ran = 0;
    collect_exact(heap);
    assert_true(is_alive(heap, held));
    assert_int_equal(ran, 0);
    roots[0] = NULL;
    collect_exact(heap);
    assert_int_equal(ran, 2);
    assert_false(is_alive(heap, gone));
    collect_exact(heap);
    assert_false(is_alive(heap, held));
}

/* A guarded map that is unreachable is handed out with what it has of the living;
   what it knew of itself is gone, as all short references to the dead are. */
static void
BW17_a_guarded_map_comes_back_without_the_entry_about_itself(void **state)
{
    wgc_heap *heap = *state;
    wgc_weakmap *map = new_map(heap, true, false);
    void *key = roots[0] = wgc_alloc(heap, 16);
    hidden back = hide(map), value = hide(wgc_alloc_leaf(heap, 16)),
           own = hide(wgc_alloc_leaf(heap, 16));
    set(map, map, reveal(own));
    set(map, key, reveal(value));
    assert_non_null(wgc_finalizer_new_guard(heap, map, count_run, NULL));
    map = NULL;
    ran = 0;
    collect_exact(heap);
    assert_int_equal(ran, 1);
    assert_true(is_alive(heap, back));
    assert_ptr_equal(wgc_weakmap_get(reveal(back), key), reveal(value));
    assert_int_equal(wgc_weakmap_count(reveal(back)), 1);
    assert_false(is_alive(heap, own));
    collect_exact(heap);
    assert_false(is_alive(heap, back));
    assert_false(is_alive(heap, value));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        EXACT_TEST(BW4_a_comparison_changes_the_table_that_a_get_reads),
        EXACT_TEST(BW4_a_comparison_changes_the_table_that_a_set_reads),
        EXACT_TEST(BW4_a_comparison_changes_the_table_that_a_remove_reads),
        cmocka_unit_test(
            BW4_tables_grow_and_shrink_with_a_cycle_at_every_allocation),
        EXACT_TEST(BW15_a_chain_through_three_maps_lives_up_to_where_it_is_cut),
        EXACT_TEST(BW15_a_ring_through_two_maps_dies_in_one_cycle),
        EXACT_TEST(BW16_concurrent_iterators_each_meet_every_survivor_once),
        EXACT_TEST(BW16_counting_and_popping_inside_an_iteration),
        EXACT_TEST(BW17_a_map_is_its_own_key_and_value),
        EXACT_TEST(BW17_a_map_is_the_value_of_another_and_holds_it),
        EXACT_TEST(BW17_a_map_is_what_a_weak_value_owns),
        EXACT_TEST(BW17_a_map_is_held_for_callbacks_about_its_own_keys),
        EXACT_TEST(
            BW17_a_guarded_map_comes_back_without_the_entry_about_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
