/* SPDX-License-Identifier: MIT */
/*
 * Maps without memory: on a system that refuses the nth request, for every n
 * until none is refused, and in buffers that are full but for a few blocks.  What
 * fails leaves every map as it was; cycles need no memory to decide who died.
 */
#include "fake_platform.h"
#include "support.h"

enum {
    FLAVOURS = 4,
    MANY = 20000,
    FEW = 500,
    KEYS = 1,
    EXTRA = KEYS + 1,
    MAPS
};

/* Roots: an array of the keys, and the maps.  Entry i of a map has the key i. */
struct scene {
    wgc_heap *heap;
    size_t entries; /* that each map is to have */
    void **keys;
    wgc_weakmap *maps[FLAVOURS];
    size_t counts[FLAVOURS];
    size_t refusals;
};

static void
check_refused(struct scene *scene)
{
    assert_int_equal(wgc_last_status(), WGC_NO_MEMORY);
    scene->refusals++;
}

/* Every entry and no other, in the order in which they were added. */
static void
check_maps(const struct scene *scene)
{
    for (int i = 0; i < FLAVOURS; i++) {
        wgc_weakmap_iterator at = {0};
        void *key, *value;
        if (scene->maps[i] == NULL)
            continue;
        assert_int_equal(wgc_weakmap_count(scene->maps[i]), scene->counts[i]);
        for (size_t j = 0; j < scene->counts[i]; j++) {
            assert_true(wgc_weakmap_next(scene->maps[i], &at, &key, &value));
            assert_ptr_equal(key, scene->keys[j]);
            assert_ptr_equal(value, key);
            assert_ptr_equal(wgc_weakmap_get(scene->maps[i], key), key);
        }
        assert_false(wgc_weakmap_next(scene->maps[i], &at, NULL, NULL));
    }
}

static void
make_maps(struct scene *scene)
{
    for (int i = 0; i < FLAVOURS; i++) {
        wgc_weakmap_info info = {.weak_keys = (i & 1) != 0,
                                 .weak_values = (i & 2) != 0};
        scene->counts[i] = 0;
        scene->maps[i] = wgc_weakmap_new(scene->heap, &info);
        roots[MAPS + i] = scene->maps[i];
        if (scene->maps[i] == NULL)
            check_refused(scene);
    }
}

static bool
make_keys(struct scene *scene)
{
    scene->keys = roots[KEYS] =
        wgc_alloc(scene->heap, scene->entries * sizeof *scene->keys);
    for (size_t i = 0; scene->keys != NULL && i < scene->entries; i++) {
        scene->keys[i] = wgc_alloc_leaf(scene->heap, 16);
        if (scene->keys[i] == NULL)
            return false;
    }
    return scene->keys != NULL;
}

/* Until all are full, or one has been refused as often as it is patient. */
static void
fill_maps(struct scene *scene, size_t patience)
{
    for (int i = 0; i < FLAVOURS; i++) {
        size_t refused = 0;
        while (scene->maps[i] != NULL && scene->counts[i] < scene->entries &&
               refused < patience) {
            void *key = scene->keys[scene->counts[i]];
            if (wgc_weakmap_set(scene->maps[i], key, key) == WGC_OK) {
                scene->counts[i]++;
                continue;
            }
            refused++;
            check_refused(scene);
            check_maps(scene);
        }
    }
}

static void
make_ephemeron(struct scene *scene)
{
    wgc_ephemeron *ephemeron = roots[EXTRA] =
        wgc_ephemeron_new(scene->heap, scene->keys[0], scene->keys);
    if (ephemeron == NULL) {
        check_refused(scene);
        return;
    }
    assert_ptr_equal(wgc_ephemeron_key(ephemeron), scene->keys[0]);
    assert_ptr_equal(wgc_ephemeron_value(ephemeron), scene->keys);
}

/* Half of the keys die; the others stay, in all maps that do not hold them. */
static void
end_half(struct scene *scene)
{
    hidden dead = hide(scene->keys[1]);
    for (size_t i = 1; i < scene->entries; i += 2)
        scene->keys[i] = NULL;
    roots[MAPS] = NULL; /* the map that is strong */
    collect_exact(scene->heap);
    assert_false(is_alive(scene->heap, dead));
    for (int i = 1; i < FLAVOURS; i++) {
        wgc_weakmap_iterator at = {0};
        void *key;
        if (scene->maps[i] == NULL)
            continue;
        assert_int_equal(wgc_weakmap_count(scene->maps[i]),
                         (scene->counts[i] + 1) / 2);
        for (size_t j = 0; j < scene->counts[i]; j += 2) {
            assert_true(wgc_weakmap_next(scene->maps[i], &at, &key, NULL));
            assert_ptr_equal(key, scene->keys[j]);
        }
    }
}

static void
live(struct scene *scene)
{
    if (make_keys(scene)) {
        make_maps(scene);
        fill_maps(scene, 3);
        make_ephemeron(scene);
        collect_exact(scene->heap);
        check_maps(scene);
        end_half(scene);
    }
    memset(roots, 0, (MAPS + FLAVOURS) * sizeof roots[0]);
}

static void
BS13_any_request_of_a_map_may_fail(void **state)
{
    size_t refusals = 0, n = 0;
    (void)state;
    do {
        for (int from_there = 0; from_there < 2; from_there++) {
            struct scene scene = {.entries = MANY};
            fake_reset(4096);
            fake.memory_bytes = 16 << 20;
            fake.fail_at = n / 2 + 1;
            fake.fail_from_there = n % 2 != 0;
            scene.heap = exact_heap_with((wgc_config){.manual_collect = true});
            if (scene.heap != NULL)
                live(&scene);
            if (scene.heap != NULL)
                close_heap(scene.heap);
            fake_check_returned();
            refusals += scene.refusals;
            n++;
        }
    } while (fake.failed != 0);
    print_message("%zu points, %zu calls refused\n", n / 2, refusals);
    assert_true(refusals > 0);
    fake_reset(4096);
}

/* All that is left of a buffer, less `spare` pieces of a kilobyte. */
static void
fill_but(wgc_heap *heap, size_t spare)
{
    void **pieces = NULL;
    for (size_t bytes = 1024; bytes >= 16; bytes /= 4)
        for (void **piece; (piece = wgc_alloc(heap, bytes)) != NULL;) {
            *piece = pieces;
            pieces = roots[0] = piece;
        }
    while (pieces != NULL && spare > 0) {
        void **next = *pieces;
        roots[0] = next;
        spare -= wgc_size(heap, pieces) >= 1024;
        assert_int_equal(wgc_free(heap, pieces), WGC_OK);
        pieces = next;
    }
}

static void
BS13_a_map_lives_on_what_is_left_of_a_buffer(void **state)
{
    static _Alignas(4096) char buffer[256 << 10];
    size_t refusals = 0, full = 0;
    (void)state;
    for (size_t spare = 0; spare < 120; spare += spare < 12 ? 1 : 9) {
        const wgc_config config = {.arena = buffer,
                                   .arena_bytes = sizeof buffer,
                                   .manual_collect = true};
        struct scene scene = {.heap = exact_heap_with(config), .entries = FEW};
        assert_non_null(scene.heap);
        assert_true(make_keys(&scene));
        if (spare % 2 == 0)
            make_maps(&scene);
        fill_but(scene.heap, spare);
        if (spare % 2 != 0)
            make_maps(&scene);
        fill_maps(&scene, 3);
        make_ephemeron(&scene);
        collect_exact(scene.heap);
        check_maps(&scene);
        end_half(&scene);
        refusals += scene.refusals;
        full += scene.counts[1] == FEW;
        close_heap(scene.heap);
    }
    print_message("%zu calls refused, %zu heaps had room\n", refusals, full);
    assert_true(refusals > 0 && full > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(BS13_any_request_of_a_map_may_fail),
        cmocka_unit_test(BS13_a_map_lives_on_what_is_left_of_a_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
