/* SPDX-License-Identifier: MIT */
/*
 * Random operations on weak maps of all flavours and on ephemerons, against an
 * exact model of them: lists of entries, and marking that goes over all of them
 * again until nothing changes.  Keys and values are nodes, maps and ephemerons,
 * so that tables are nested and part of cycles; objects have guards, which look
 * at the maps, change them and bring objects back; iterators stay open over
 * everything, cycles included; memory runs out; objects are freed and moved by
 * hand.  A failure prints the seed, which TEST_SEED repeats.
 */
#include "support.h"

enum {
    OPERATIONS = 40000, /* in each of the heaps */
    THINGS = 160,
    LINKS = 3,
    ENTRIES = 40, /* of a map */
    ITERATORS = 8,
    NAMES = 6, /* of nodes; hashed maps take two of a name for one key */
    ROOT_WORDS = 14,
    FILLER = ROOT_WORDS, /* the root of what fills the memory */
    NOTHING = -1,
    NUMBERS = 1000 /* a side from here on is a number, not a thing */
};

enum type { NODE, MAP, EPHEMERON };

struct entry {
    int key, value;
    size_t age; /* ascending; the order of iteration */
};

struct thing {
    bool exists, marked, guarded;
    bool pending; /* its guard waits or runs */
    enum type type;
    int name, links[LINKS];        /* of a node */
    bool weak_keys, weak_values;   /* of a map */
    bool is_long, hashed;          /* of a map */
    struct entry entries[ENTRIES]; /* of a map; an ephemeron has the first */
    int count;
};

static struct {
    struct thing things[THINGS];
    int roots[ROOT_WORDS];
    size_t age;
} model;

static struct {
    int map; /* or NOTHING */
    size_t age;
    wgc_weakmap_iterator at;
} iterators[ITERATORS];

static random_state dice;
static wgc_heap *heap;
static hidden address[THINGS];
static size_t operation, depth;
static size_t cycles, deaths, refusals, rescues, entries_lost;

#define check(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_msg("operation %zu: not %s", operation, #condition);          \
    } while (0)

static size_t
below(size_t limit)
{
    return random_below(&dice, limit);
}

static bool
chance(size_t percent)
{
    return below(100) < percent;
}

/* ---- The model ---- */

static bool
is_thing(int side)
{
    return side >= 0 && side < NUMBERS;
}

static bool
is_marked(int side)
{
    return !is_thing(side) || model.things[side].marked;
}

static void
mark(int side)
{
    if (!is_thing(side) || model.things[side].marked)
        return;
    struct thing *thing = &model.things[side];
    thing->marked = true;
    for (int i = 0; thing->type == NODE && i < LINKS; i++)
        mark(thing->links[i]);
}

static void
mark_entry(const struct thing *owner, const struct entry *entry)
{
    bool strong = !owner->weak_keys && !owner->weak_values;
    bool both = owner->weak_keys && owner->weak_values;
    if (strong || (!both && owner->weak_keys && is_marked(entry->key)))
        mark(entry->value);
    if (strong || (!both && owner->weak_values && is_marked(entry->value)))
        mark(entry->key);
}

static size_t
count_marked(void)
{
    size_t count = 0;
    for (int i = 0; i < THINGS; i++)
        count += model.things[i].marked;
    return count;
}

static void
mark_through_tables(void)
{
    for (size_t before = SIZE_MAX; before != count_marked();) {
        before = count_marked();
        for (int i = 0; i < THINGS; i++)
            for (int j = 0; model.things[i].marked && j < model.things[i].count;
                 j++)
                mark_entry(&model.things[i], &model.things[i].entries[j]);
    }
}

static void
remove_entry(struct thing *owner, int at)
{
    for (owner->count--; at < owner->count; at++)
        owner->entries[at] = owner->entries[at + 1];
}

/* Of short tables, or of all. */
static void
remove_entries_of_unmarked(bool all)
{
    for (int i = 0; i < THINGS; i++) {
        struct thing *owner = &model.things[i];
        for (int j = owner->exists ? owner->count - 1 : -1; j >= 0; j--) {
            bool lost =
                (owner->weak_keys && !is_marked(owner->entries[j].key)) ||
                (owner->weak_values && !is_marked(owner->entries[j].value));
            if (!lost || (owner->is_long && !all))
                continue;
            remove_entry(owner, j);
            entries_lost++;
        }
    }
}

/* What a cycle does; died[] are those that did. */
static void
model_cycle(bool died[THINGS])
{
    for (int i = 0; i < THINGS; i++)
        model.things[i].marked = false;
    for (int i = 0; i < ROOT_WORDS; i++)
        mark(model.roots[i]);
    for (int i = 0; i < THINGS; i++)
        if (model.things[i].pending)
            mark(i);
    mark_through_tables();
    remove_entries_of_unmarked(false);
    for (int i = 0; i < THINGS; i++)
        if (model.things[i].exists && !model.things[i].marked &&
            model.things[i].guarded) {
            model.things[i].guarded = false;
            model.things[i].pending = true;
        }
    for (int i = 0; i < THINGS; i++)
        if (model.things[i].pending)
            mark(i);
    mark_through_tables();
    for (int i = 0; i < THINGS; i++) {
        died[i] = model.things[i].exists && !model.things[i].marked;
        deaths += died[i];
    }
    remove_entries_of_unmarked(true);
    for (int i = 0; i < THINGS; i++)
        if (died[i])
            model.things[i].exists = false;
}

/* Two keys of a hashed map are equal if their names are. */
static bool
are_equal_keys(const struct thing *map, int a, int b)
{
    if (a == b || !map->hashed)
        return a == b;
    return model.things[a].name == model.things[b].name;
}

static int
find_entry(const struct thing *map, int key)
{
    for (int i = 0; i < map->count; i++)
        if (are_equal_keys(map, map->entries[i].key, key))
            return i;
    return NOTHING;
}

/* ---- Both ---- */

static void *
word_of(int side)
{
    if (side == NOTHING)
        return NULL;
    if (!is_thing(side))
        return (void *)((uintptr_t)side << 1 | 1);
    return reveal(address[side]);
}

static size_t
hash_name(const void *key, void *data)
{
    (void)data;
    return *(const uintptr_t *)key % 3;
}

static bool
equal_names(const void *a, const void *b, void *data)
{
    (void)data;
    return *(const uintptr_t *)a == *(const uintptr_t *)b;
}

static void
check_map(int number)
{
    const struct thing *map = &model.things[number];
    wgc_weakmap *real = word_of(number);
    wgc_weakmap_iterator at = {0};
    void *key, *value;
    check(wgc_weakmap_count(real) == (size_t)map->count);
    for (int i = 0; i < map->count; i++) {
        const struct entry *entry = &map->entries[i];
        check(wgc_weakmap_next(real, &at, &key, &value));
        check(key == word_of(entry->key));
        check(value == word_of(entry->value));
        check(wgc_weakmap_get(real, key) == value);
    }
    check(!wgc_weakmap_next(real, &at, NULL, NULL));
}

static void
check_all(void)
{
    for (int i = 0; i < THINGS; i++) {
        const struct thing *thing = &model.things[i];
        if (!thing->exists)
            continue;
        check(is_alive(heap, address[i]));
        if (thing->type == MAP)
            check_map(i);
        if (thing->type != EPHEMERON)
            continue;
        const struct entry *entry = thing->entries;
        void *key = thing->count != 0 ? word_of(entry->key) : NULL;
        void *value = thing->count != 0 ? word_of(entry->value) : NULL;
        check(wgc_ephemeron_key(word_of(i)) == key);
        check(wgc_ephemeron_value(word_of(i)) == value);
    }
}

/* Something that exists, or NOTHING. */
static int
any_thing(void)
{
    for (int tries = 0; tries < 20; tries++) {
        int thing = (int)below(THINGS);
        if (model.things[thing].exists)
            return thing;
    }
    return NOTHING;
}

static int
any_of(enum type type)
{
    for (int tries = 0; tries < 60; tries++) {
        int thing = any_thing();
        if (thing != NOTHING && model.things[thing].type == type)
            return thing;
    }
    return NOTHING;
}

static int
any_side(void)
{
    return chance(15) ? NUMBERS + (int)below(50) : any_thing();
}

static void
store(void *object, int slot)
{
    roots[slot] = object;
}

/* In a root word or a node, so that it may live on. */
static void
keep(int thing)
{
    int node = any_of(NODE);
    if (chance(25) || node == NOTHING) {
        size_t slot = below(ROOT_WORDS);
        model.roots[slot] = thing;
        store(word_of(thing), (int)slot);
    } else {
        size_t link = below(LINKS);
        model.things[node].links[link] = thing;
        ((void **)word_of(node))[1 + link] = word_of(thing);
    }
}

/* ---- Operations ---- */

static void guard_runs(void *object, void *data);

static void *
new_object(struct thing *thing)
{
    switch (thing->type) {
    case NODE:
        return wgc_alloc(heap, (1 + LINKS) * sizeof(void *));
    case MAP:
        return wgc_weakmap_new(
            heap,
            &(wgc_weakmap_info){.weak_keys = thing->weak_keys,
                                .weak_values = thing->weak_values,
                                .outlives_guards = thing->is_long,
                                .hash = thing->hashed ? hash_name : NULL,
                                .equal = thing->hashed ? equal_names : NULL});
    case EPHEMERON:
        return wgc_ephemeron_new(heap, word_of(thing->entries[0].key),
                                 word_of(thing->entries[0].value));
    }
    return NULL;
}

static void
make_thing(void)
{
    struct thing fresh = {.exists = true, .links = {NOTHING, NOTHING, NOTHING}};
    int number = 0;
    while (number < THINGS && model.things[number].exists)
        number++;
    if (number == THINGS)
        return;
    fresh.type = chance(60) ? NODE : chance(75) ? MAP : EPHEMERON;
    fresh.name = (int)below(NAMES);
    if (fresh.type == MAP) {
        fresh.weak_keys = chance(65);
        fresh.weak_values = chance(40);
        fresh.is_long = chance(30);
        fresh.hashed = chance(30);
    }
    if (fresh.type == EPHEMERON) {
        fresh.weak_keys = true;
        fresh.entries[0] = (struct entry){any_thing(), any_side(), 0};
        fresh.count = 1;
        if (fresh.entries[0].key == NOTHING)
            return;
    }
    uintptr_t *object = new_object(&fresh);
    if (object == NULL) {
        refusals++;
        check(wgc_last_status() == WGC_NO_MEMORY);
        return;
    }
    if (fresh.type == NODE)
        object[0] = (uintptr_t)fresh.name;
    model.things[number] = fresh;
    address[number] = hide(object);
    keep(number);
    if (chance(25)) {
        bool armed = wgc_finalizer_new_guard(heap, object, guard_runs,
                                             word_of(NUMBERS + number)) != NULL;
        model.things[number].guarded = armed;
    }
}

/* What may be where in a map. */
static bool
is_fit(const struct thing *map, int key, int value)
{
    if (key == NOTHING || value == NOTHING)
        return false;
    if (map->hashed && (!is_thing(key) || model.things[key].type != NODE))
        return false;
    return (!map->weak_keys || is_thing(key)) &&
           (!map->weak_values || is_thing(value));
}

static void
set_entry(void)
{
    int number = any_of(MAP), key = any_side(), value = any_side();
    if (number == NOTHING)
        return;
    struct thing *map = &model.things[number];
    if (map->hashed)
        key = any_of(NODE);
    int at = is_fit(map, key, value) ? find_entry(map, key) : NOTHING;
    if (!is_fit(map, key, value) || (at == NOTHING && map->count == ENTRIES))
        return;
    wgc_status status =
        wgc_weakmap_set(word_of(number), word_of(key), word_of(value));
    if (status != WGC_OK) {
        check(status == WGC_NO_MEMORY && at == NOTHING);
        refusals++;
        check_map(number);
    } else if (at != NOTHING) {
        map->entries[at].value = value;
    } else {
        map->entries[map->count++] = (struct entry){key, value, ++model.age};
    }
}

static void
get_or_remove(bool removes)
{
    int number = any_of(MAP), key = any_side();
    if (number == NOTHING)
        return;
    struct thing *map = &model.things[number];
    if (map->hashed)
        key = any_of(NODE);
    if (key == NOTHING)
        return;
    int at = find_entry(map, key);
    if (!removes) {
        void *value = at != NOTHING ? word_of(map->entries[at].value) : NULL;
        check(wgc_weakmap_get(word_of(number), word_of(key)) == value);
        return;
    }
    check(wgc_weakmap_remove(word_of(number), word_of(key)) == (at != NOTHING));
    if (at != NOTHING)
        remove_entry(map, at);
}

static void
pop_entry(void)
{
    int number = any_of(MAP);
    void *key, *value;
    if (number == NOTHING)
        return;
    struct thing *map = &model.things[number];
    check(wgc_weakmap_pop(word_of(number), &key, &value) == (map->count != 0));
    if (map->count == 0)
        return;
    const struct entry *last = &map->entries[--map->count];
    check(key == word_of(last->key) && value == word_of(last->value));
}

static void
step_iterator(void)
{
    size_t i = below(ITERATORS);
    void *key, *value;
    if (iterators[i].map == NOTHING || chance(5)) {
        iterators[i].map = any_of(MAP);
        iterators[i].age = 0;
        iterators[i].at = (wgc_weakmap_iterator){0};
    }
    if (iterators[i].map == NOTHING)
        return;
    const struct thing *map = &model.things[iterators[i].map];
    int at = 0;
    while (at < map->count && map->entries[at].age <= iterators[i].age)
        at++;
    bool met = wgc_weakmap_next(word_of(iterators[i].map), &iterators[i].at,
                                &key, &value);
    check(met == (at < map->count));
    if (!met)
        return; /* it goes on where entries are added later */
    check(key == word_of(map->entries[at].key));
    check(value == word_of(map->entries[at].value));
    iterators[i].age = map->entries[at].age;
}

static void
cut_something(void)
{
    int node = any_of(NODE);
    if (chance(60)) {
        size_t slot = below(ROOT_WORDS);
        model.roots[slot] = NOTHING;
        store(NULL, (int)slot);
    } else if (node != NOTHING) {
        size_t link = below(LINKS);
        model.things[node].links[link] = NOTHING;
        ((void **)word_of(node))[1 + link] = NULL;
    }
}

static void
link_something(void)
{
    int thing = any_thing();
    if (thing != NOTHING)
        keep(thing);
}

static void
collect(void)
{
    bool died[THINGS];
    model_cycle(died);
    cycles++;
    for (int i = 0; i < ITERATORS; i++)
        if (iterators[i].map != NOTHING && died[iterators[i].map])
            iterators[i].map = NOTHING;
    /* Guards run in here, and see the maps as they are after it. */
    depth++;
    check(wgc_collect_exact(heap) == WGC_OK);
    depth--;
    check_all();
}

/* ---- By hand ---- */

/* Whether something that exists refers to it strongly, roots aside. */
static bool
is_referred_to(int number)
{
    for (int i = 0; i < THINGS; i++) {
        const struct thing *thing = &model.things[i];
        for (int j = 0; thing->exists && thing->type == NODE && j < LINKS; j++)
            if (thing->links[j] == number)
                return true;
        for (int j = 0; thing->exists && j < thing->count; j++)
            if ((!thing->weak_keys && thing->entries[j].key == number) ||
                (!thing->weak_values && thing->entries[j].value == number))
                return true;
    }
    return false;
}

static void
free_or_move(bool moves)
{
    int number = any_of(NODE);
    if (number == NOTHING || is_referred_to(number) ||
        model.things[number].pending)
        return;
    void *object = word_of(number);
    if (moves) {
        object = wgc_realloc(heap, object, 100 + below(4000));
        if (object == NULL)
            return;
        address[number] = hide(object);
    } else {
        check(wgc_free(heap, object) == WGC_OK);
        object = NULL;
        for (int i = 0; i < THINGS; i++)
            model.things[i].marked = i != number;
        remove_entries_of_unmarked(true);
        model.things[number].exists = false;
    }
    for (int i = 0; i < ROOT_WORDS; i++)
        if (model.roots[i] == number) {
            model.roots[i] = moves ? number : NOTHING;
            store(object, i);
        }
}

/* Nothing is left of the memory; then most of it is there again. */
static void
squeeze(void)
{
    for (size_t bytes = 1 << 16; bytes >= 16; bytes /= 2)
        for (void **filler; (filler = wgc_alloc(heap, bytes)) != NULL;) {
            filler[0] = roots[FILLER];
            roots[FILLER] = filler;
        }
    for (int i = 0; i < 20; i++) {
        if (chance(80))
            set_entry();
        else
            make_thing();
    }
    check_all();
    if (chance(30))
        collect();
    roots[FILLER] = NULL;
}

/* ---- The dice ---- */

static void
operate(bool limited)
{
    size_t way = below(100);
    if (way < 16)
        make_thing();
    else if (way < 44)
        set_entry();
    else if (way < 50)
        get_or_remove(chance(50));
    else if (way < 52)
        pop_entry();
    else if (way < 68)
        step_iterator();
    else if (way < 80)
        cut_something();
    else if (way < 92)
        link_something();
    else if (way < 96)
        free_or_move(chance(50));
    else if (depth < 3)
        collect();
    if (limited && depth == 0 && chance(1))
        squeeze();
}

static void
guard_runs(void *object, void *data)
{
    int number = (int)((uintptr_t)data >> 1) - NUMBERS;
    check(number >= 0 && model.things[number].pending);
    check(object == word_of(number));
    rescues++;
    check_all();
    depth++;
    if (chance(50))
        keep(number);
    for (size_t i = below(6); i > 0; i--)
        operate(false);
    depth--;
    model.things[number].pending = false;
}

static void
run_in_heap(wgc_config config)
{
    memset(&model, 0, sizeof model);
    for (int i = 0; i < ROOT_WORDS; i++)
        model.roots[i] = NOTHING;
    for (int i = 0; i < ITERATORS; i++)
        iterators[i].map = NOTHING;
    config.manual_collect = true;
    heap = exact_heap_with(config);
    assert_non_null(heap);
    for (operation = 0; operation < OPERATIONS; operation++) {
        operate(config.max_bytes != 0);
        if (operation % 16 == 0)
            check_all();
    }
    close_heap(heap);
}

static void
W1_to_W12_maps_are_those_of_the_model(void **state)
{
    (void)state;
    dice = random_seeded(4);
    run_in_heap((wgc_config){.min_bytes = 0});
    run_in_heap((wgc_config){.max_bytes = 2 << 20});
    print_message("%zu cycles, %zu deaths, %zu entries lost, %zu guards, "
                  "%zu refusals\n",
                  cycles, deaths, entries_lost, rescues, refusals);
    /* It tests what it says. */
    assert_true(cycles > 500 && deaths > 2000 && entries_lost > 500);
    assert_true(rescues > 100 && refusals > 100);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(W1_to_W12_maps_are_those_of_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
