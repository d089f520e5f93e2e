/* SPDX-License-Identifier: MIT */
/*
 * Heaps on a system that refuses the nth request, for every n until none is
 * refused.  What a failed call was to do is not done, and nothing else is lost:
 * every object keeps its contents, every callback that was registered comes,
 * and freeing a heap gives back every byte (BS12, BS13).
 */
#include "fake_platform.h"
#include "support.h"

#include <stdio.h>

enum { OBJECTS = 40, HEAPS = 4, ROUNDS = 2, KINDS = 12 };

/* One object of the host's, and what hangs on it. */
struct object {
    hidden address;
    size_t bytes; /* 0: none */
    unsigned char pattern;
    bool pinned;
    void *slot; /* outside the heap */
    bool has_slot;
    /* What must have fired, once the object is dead. */
    size_t registered, fired;
};

struct world {
    wgc_heap *heap;
    random_state random;
    struct object objects[OBJECTS];
    void *live[OBJECTS];       /* a root */
    void *handles[OBJECTS][2]; /* a root: weak references */
    wgc_kind kinds[KINDS];
    size_t kinds_made, failures;
};

/* ---- What can fail ---------------------------------------------------- */

static bool
failed(struct world *world, bool refused)
{
    wgc_status status = wgc_last_status();
    if (refused) {
        world->failures++;
        assert_int_equal(status, WGC_NO_MEMORY);
    }
    return refused;
}

static void
reference_fired(wgc_weakref *reference, void *data)
{
    assert_null(wgc_weakref_get(reference));
    ((struct object *)data)->fired++;
}

static void
finalizer_fired(void *object, void *data)
{
    assert_null(object);
    ((struct object *)data)->fired++;
}

/* What a guard hands out is whole. */
static void
guard_fired(void *address, void *data)
{
    struct object *object = data;
    assert_non_null(address);
    assert_true(all_bytes_are(address, object->bytes, object->pattern));
    object->fired++;
}

static size_t
some_bytes(struct world *world)
{
    static const size_t limits[] = {64, 400, 400, 4000, 20000, 70000};
    return 1 + random_below(&world->random,
                            limits[random_below(&world->random, 6)]);
}

static void
make_object(struct world *world, size_t i)
{
    struct object *object = &world->objects[i];
    size_t bytes = some_bytes(world);
    wgc_kind kind =
        world->kinds_made != 0 && random_below(&world->random, 2)
            ? world->kinds[random_below(&world->random, world->kinds_made)]
            : WGC_KIND_LEAF;
    size_t alignment = random_below(&world->random, 9)
                           ? 16
                           : (size_t)16 << random_below(&world->random, 13);
    void *address = wgc_alloc_aligned(world->heap, kind, bytes, alignment);
    if (failed(world, address == NULL))
        return;
    assert_true(all_bytes_are(address, bytes, 0));
    *object = (struct object){
        .address = hide(address),
        .bytes = bytes,
        .pattern = (unsigned char)(1 + random_below(&world->random, 255))};
    memset(address, object->pattern, bytes);
    world->live[i] = address;
}

static void
resize_object(struct world *world, size_t i)
{
    struct object *object = &world->objects[i];
    size_t bytes = some_bytes(world);
    void *old = reveal(object->address);
    void *address = wgc_realloc(world->heap, old, bytes);
    if (failed(world, address == NULL))
        return;
    size_t kept = bytes < object->bytes ? bytes : object->bytes;
    assert_true(all_bytes_are(address, kept, object->pattern));
    assert_true(all_bytes_are((char *)address + kept, bytes - kept, 0));
    memset(address, object->pattern, bytes);
    object->bytes = bytes;
    object->address = hide(address);
    if (world->live[i] != NULL)
        world->live[i] = address;
}

static void
refer_to(struct world *world, size_t i, bool is_long)
{
    struct object *object = &world->objects[i];
    if (world->handles[i][is_long] != NULL)
        return;
    void *target = reveal(object->address);
    wgc_weakref *reference = (is_long ? wgc_weakref_new_long : wgc_weakref_new)(
        world->heap, target, reference_fired, object);
    if (failed(world, reference == NULL))
        return;
    assert_ptr_equal(wgc_weakref_get(reference), target);
    world->handles[i][is_long] = reference;
    object->registered++;
}

static void
finalize(struct world *world, size_t i, bool guard)
{
    struct object *object = &world->objects[i];
    wgc_finalizer *finalizer =
        (guard ? wgc_finalizer_new_guard : wgc_finalizer_new)(
            world->heap, reveal(object->address),
            guard ? guard_fired : finalizer_fired, object);
    if (failed(world, finalizer == NULL))
        return;
    object->registered++;
}

static void
add_slot(struct world *world, size_t i)
{
    struct object *object = &world->objects[i];
    void *before = object->slot;
    wgc_status status =
        wgc_weak_slot_add(world->heap, &object->slot, reveal(object->address));
    if (status == WGC_OK)
        object->has_slot = true;
    else
        assert_ptr_equal(object->slot, before);
    failed(world, status != WGC_OK);
}

static void
pin_object(struct world *world, size_t i)
{
    struct object *object = &world->objects[i];
    wgc_status status = wgc_pin(world->heap, reveal(object->address));
    if (!failed(world, status != WGC_OK)) {
        if (object->pinned)
            assert_int_equal(wgc_unpin(world->heap, reveal(object->address)),
                             WGC_OK);
        object->pinned = true;
    }
}

/* ---- What cannot ------------------------------------------------------ */

static void
check_objects(struct world *world)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        const struct object *object = &world->objects[i];
        if (object->bytes == 0)
            continue;
        void *address = reveal(object->address);
        assert_true(wgc_size(world->heap, address) >= object->bytes);
        assert_true(all_bytes_are(address, object->bytes, object->pattern));
        if (object->has_slot)
            assert_ptr_equal(object->slot, address);
        for (int n = 0; n < 2; n++)
            if (world->handles[i][n] != NULL)
                assert_ptr_equal(wgc_weakref_get(world->handles[i][n]),
                                 address);
        assert_int_equal(object->fired, 0);
    }
}

/* Everything that was registered has fired, and no more. */
static void
check_dead(struct world *world, size_t i)
{
    struct object *object = &world->objects[i];
    assert_int_equal(object->fired, object->registered);
    assert_int_equal(wgc_size(world->heap, reveal(object->address)), 0);
    assert_null(object->slot);
    *object = (struct object){0};
    world->handles[i][0] = world->handles[i][1] = NULL;
}

static void
let_some_die(struct world *world)
{
    bool dying[OBJECTS] = {false};
    for (size_t i = 0; i < OBJECTS; i++) {
        struct object *object = &world->objects[i];
        if (object->bytes == 0 || random_below(&world->random, 2))
            continue;
        dying[i] = true;
        world->live[i] = NULL;
        if (object->pinned)
            assert_int_equal(wgc_unpin(world->heap, reveal(object->address)),
                             WGC_OK);
    }
    /* Once for the deaths, once more for what guards held. */
    for (int n = 0; n < 2; n++) {
        collect_exact(world->heap);
        wgc_deliver(world->heap, SIZE_MAX);
    }
    for (size_t i = 0; i < OBJECTS; i++)
        if (dying[i])
            check_dead(world, i);
    check_objects(world);
}

static void
make_kinds(struct world *world)
{
    for (int n = 0; n < KINDS; n++) {
        const wgc_kind_info info = {.name = "opaque"};
        wgc_kind kind = wgc_kind_new(world->heap, &info);
        if (!failed(world, kind == WGC_KIND_INVALID))
            world->kinds[world->kinds_made++] = kind;
    }
    assert_int_equal(stats_of(world->heap).kinds, world->kinds_made);
}

static void
live(struct world *world)
{
    for (size_t i = 0; i < OBJECTS; i++)
        if (world->objects[i].bytes == 0)
            make_object(world, i);
    for (size_t n = 0; n < 3 * OBJECTS; n++) {
        size_t i = random_below(&world->random, OBJECTS);
        if (world->objects[i].bytes == 0)
            continue;
        switch (random_below(&world->random, 8)) {
        case 0:
        case 1:
            resize_object(world, i);
            break;
        case 2:
        case 3:
            refer_to(world, i, n % 2);
            break;
        case 4:
        case 5:
            finalize(world, i, n % 2);
            break;
        case 6:
            add_slot(world, i);
            break;
        default:
            pin_object(world, i);
            break;
        }
    }
    check_objects(world);
}

/* A few that only pins keep. */
static void
unroot_the_pinned(struct world *world)
{
    for (size_t i = 0; i < OBJECTS; i++)
        if (world->objects[i].pinned)
            world->live[i] = NULL;
}

/* ---- A life, in several heaps at once --------------------------------- */

static const wgc_config configs[HEAPS] = {
    {.min_bytes = 300000},
    {.max_bytes = 700000},
    {.min_bytes = 100000, .delivery = WGC_DELIVER_MANUAL},
    {.manual_collect = true, .min_bytes = 1 << 30},
};

static struct world *
begin(int number, size_t *failures)
{
    struct world *world = calloc(1, sizeof *world);
    wgc_config config = configs[number];
    config.no_globals = true;
    world->random = (random_state){77 + (uint64_t)number};
    world->heap = wgc_heap_new(&config);
    if (!failed(world, world->heap == NULL) &&
        !failed(world, wgc_root_add(world->heap, world->live,
                                    world->live + OBJECTS) != WGC_OK) &&
        !failed(world, wgc_root_add(world->heap, world->handles,
                                    world->handles + OBJECTS) != WGC_OK))
        return world;
    *failures += world->failures;
    if (world->heap != NULL)
        assert_int_equal(wgc_heap_free(world->heap), WGC_OK);
    free(world);
    return NULL;
}

static void
end(struct world *world, size_t *failures)
{
    size_t expected = 0, fired = 0;
    check_objects(world);
    for (size_t i = 0; i < OBJECTS; i++)
        expected += world->objects[i].registered -
                    (world->handles[i][0] != NULL) -
                    (world->handles[i][1] != NULL);
    wgc_stats stats = stats_of(world->heap);
    assert_int_equal(stats.finalizers, expected);
    assert_int_equal(wgc_finalizer_run_all(world->heap), expected);
    for (size_t i = 0; i < OBJECTS; i++)
        fired += world->objects[i].fired;
    assert_int_equal(fired, expected);
    *failures += world->failures;
    assert_int_equal(wgc_heap_free(world->heap), WGC_OK);
    free(world);
}

/* Counts, for each heap, the calls that failed. */
static void
live_in_heaps(size_t failures[HEAPS])
{
    struct world *worlds[HEAPS];
    for (int i = 0; i < HEAPS; i++)
        worlds[i] = begin(i, &failures[i]);
    for (int i = 0; i < HEAPS; i++)
        if (worlds[i] != NULL)
            make_kinds(worlds[i]);
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < HEAPS; i++) {
            if (worlds[i] == NULL)
                continue;
            live(worlds[i]);
            unroot_the_pinned(worlds[i]);
            let_some_die(worlds[i]);
            if (round == 0)
                wgc_trim(worlds[i]->heap);
            assert_int_equal(wgc_collect(worlds[i]->heap), WGC_OK);
            check_objects(worlds[i]);
        }
    for (int i = 0; i < HEAPS; i++)
        if (worlds[i] != NULL)
            end(worlds[i], &failures[i]);
    fake_check_returned();
}

/* ---- Every way to fail ------------------------------------------------ */

static const size_t page_sizes[] = {4096, 16384, 65536};

/* The nth request fails, until there are fewer than n. */
static void
fail_each(size_t page_bytes, bool from_there, bool refuse_decommit)
{
    size_t n = 0, failures[HEAPS] = {0};
    do {
        fake_reset(page_bytes);
        fake.memory_bytes = 16 << 20;
        fake.fail_at = ++n;
        fake.fail_from_there = from_there;
        fake.refuse_decommit = refuse_decommit;
        live_in_heaps(failures);
    } while (fake.failed != 0);
    print_message("%zu requests; %zu, %zu, %zu, %zu calls failed\n", n - 1,
                  failures[0], failures[1], failures[2], failures[3]);
    for (int i = 0; i < HEAPS; i++)
        assert_true(failures[i] > 0);
}

static void
BS13_any_one_request_may_fail(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        fail_each(page_sizes[i], false, false);
}

static void
BS13_all_requests_may_fail_from_any_one_on(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        fail_each(page_sizes[i], true, false);
}

static void
BS12_memory_need_not_be_taken_back(void **state)
{
    (void)state;
    fail_each(4096, false, true);
    fail_each(4096, true, true);
}

static void
nothing_is_lost_where_nothing_fails(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        fake_reset(page_sizes[i]);
        fake.memory_bytes = 64 << 20;
        size_t failures[HEAPS] = {0};
        live_in_heaps(failures);
        print_message("%zu requests, %zu bytes taken back\n", fake.requests,
                      fake.decommitted);
        assert_true(fake.decommitted > 0);
        assert_int_equal(failures[0] + failures[2] + failures[3], 0);
    }
}

/* ---- The collector's own tables, in the last blocks there are --------- */

enum { BLOCK = 16384, MOST = 4096 };

/* Objects of a block each until there is no room, less the last few. */
static size_t
fill_with_blocks(wgc_heap *heap, size_t spare)
{
    size_t count = 0;
    while ((roots[count] = wgc_alloc_leaf(heap, BLOCK)) != NULL)
        count++;
    assert_status(WGC_NO_MEMORY);
    while (spare-- > 0) {
        assert_int_equal(wgc_free(heap, roots[--count]), WGC_OK);
        roots[count] = NULL;
    }
    return count;
}

static size_t
make_kinds_until_full(wgc_heap *heap)
{
    const wgc_kind_info info = {.name = "a kind with a name"};
    size_t count = 0;
    while (count < MOST && wgc_kind_new(heap, &info) != WGC_KIND_INVALID)
        count++;
    assert_status(WGC_NO_MEMORY);
    assert_int_equal(stats_of(heap).kinds, count);
    return count;
}

static size_t
add_roots_until_full(wgc_heap *heap, void **words)
{
    size_t count = 0;
    while (count < MOST &&
           wgc_root_add(heap, words + count, words + count + 1) == WGC_OK)
        count++;
    assert_status(WGC_NO_MEMORY);
    return count;
}

static void
BS13_a_root_or_kind_that_is_refused_leaves_the_others(void **state)
{
    (void)state;
    void **words = calloc(MOST + 1, sizeof *words);
    for (size_t spare = 0; spare < 12; spare++) {
        fake_reset(4096);
        wgc_heap *heap = exact_heap_with((wgc_config){.max_bytes = 2 << 20});
        assert_non_null(heap);
        assert_int_equal(wgc_disable(heap), WGC_OK);
        size_t objects = fill_with_blocks(heap, spare);
        make_kinds_until_full(heap);
        size_t count = add_roots_until_full(heap, words);
        assert_true(objects > 60 && count > 60);
        /* The latest root that was not refused, those before it, and the one
           that was. */
        hidden lost = hide(roots[60]);
        for (size_t i = 0; i < 60; i++)
            words[count - 1 - i] = roots[i];
        words[count] = roots[60];
        memset(roots, 0, 61 * sizeof roots[0]);
        collect_exact(heap);
        for (size_t i = 0; i < 60; i++)
            assert_int_equal(wgc_size(heap, words[count - 1 - i]), BLOCK);
        assert_false(is_alive(heap, lost));
        assert_int_equal(
            wgc_root_remove(heap, words + count, words + count + 1),
            WGC_NOT_FOUND);
        memset(words, 0, (MOST + 1) * sizeof *words);
        close_heap(heap);
        fake_check_returned();
    }
    free(words);
}

/* ---- Limits and trimming, as the system sees them --------------------- */

static void
a_limit_holds_for_what_the_system_gave(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        fake_reset(page_sizes[i]);
        wgc_heap *heap = exact_heap_with((wgc_config){.max_bytes = 3 << 20});
        assert_non_null(heap);
        size_t count = 0;
        while (count < ROOTS && (roots[count] = wgc_alloc(heap, 500)))
            count++;
        assert_status(WGC_NO_MEMORY);
        assert_true(count * 500 > 2 << 20);
        assert_true(stats_of(heap).committed_bytes <= 3 << 20);
        /* Whole steps are made accessible, and used only as far as allowed. */
        assert_true(fake.committed <= (3 << 20) + (1 << 20));
        assert_true(fake.reserved >= fake.committed);
        assert_int_equal(stats_of(heap).reserved_bytes, fake.reserved);
        close_heap(heap);
        fake_check_returned();
    }
}

static void
trimming_returns_what_is_free_to_the_system(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        fake_reset(page_sizes[i]);
        wgc_heap *heap = exact_heap();
        roots[0] = wgc_alloc(heap, 5 << 20);
        assert_non_null(roots[0]);
        memset(roots[0], 0x5a, 5 << 20);
        roots[0] = NULL;
        size_t committed = stats_of(heap).committed_bytes;
        size_t before = fake.decommitted;
        collect_exact(heap);
        size_t collected = committed - stats_of(heap).committed_bytes;
        size_t trimmed = wgc_trim(heap);
        size_t returned = fake.decommitted - before;
        assert_true(collected + trimmed >= 5 << 20);
        assert_int_equal(stats_of(heap).committed_bytes,
                         committed - collected - trimmed);
        /* Bits and descriptors of these blocks go with them, where they fill a
           page. */
        assert_in_range(returned, collected + trimmed,
                        (collected + trimmed) / 32 * 33);
        assert_int_equal(wgc_trim(heap), 0);
        close_heap(heap);
        fake_check_returned();
    }
}

static void
a_refused_trim_is_counted_as_none(void **state)
{
    (void)state;
    fake_reset(4096);
    fake.refuse_decommit = true;
    wgc_heap *heap = exact_heap();
    assert_non_null(wgc_alloc(heap, 2 << 20));
    collect_exact(heap);
    size_t committed = stats_of(heap).committed_bytes;
    assert_int_equal(wgc_trim(heap), 0);
    assert_int_equal(stats_of(heap).committed_bytes, committed);
    void *again = wgc_alloc(heap, 2 << 20); /* dirty, and zeroed by hand */
    assert_true(all_bytes_are(again, 2 << 20, 0));
    assert_int_equal(stats_of(heap).committed_bytes, committed);
    close_heap(heap);
    fake_check_returned();
}

static void
static_data_are_roots_only_where_the_platform_says(void **state)
{
    (void)state;
    static void *variable[2];
    fake_reset(4096);
    const wgc_config config = {0};
    for (int n = 0; n < 2; n++) {
        fake.static_low = n ? variable : NULL;
        fake.static_high = n ? variable + 2 : NULL;
        wgc_heap *heap = wgc_heap_new(&config);
        assert_non_null(heap);
        variable[1] = wgc_alloc(heap, 100);
        hidden object = hide(variable[1]);
        collect_exact(heap);
        assert_int_equal(is_alive(heap, object), n);
        assert_int_equal(wgc_heap_free(heap), WGC_OK);
    }
    fake_check_returned();
}

static void
pauses_are_measured_with_the_clock_of_the_platform(void **state)
{
    (void)state;
    fake_reset(4096);
    wgc_heap *heap = exact_heap();
    collect_exact(heap);
    uint64_t pause = stats_of(heap).pause_ns_last;
    assert_true(pause > 0 && pause <= fake.now);
    close_heap(heap);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_where_nothing_fails),
        cmocka_unit_test(BS13_any_one_request_may_fail),
        cmocka_unit_test(BS13_all_requests_may_fail_from_any_one_on),
        cmocka_unit_test(BS12_memory_need_not_be_taken_back),
        cmocka_unit_test(BS13_a_root_or_kind_that_is_refused_leaves_the_others),
        cmocka_unit_test(a_limit_holds_for_what_the_system_gave),
        cmocka_unit_test(trimming_returns_what_is_free_to_the_system),
        cmocka_unit_test(a_refused_trim_is_counted_as_none),
        cmocka_unit_test(static_data_are_roots_only_where_the_platform_says),
        cmocka_unit_test(pauses_are_measured_with_the_clock_of_the_platform),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
