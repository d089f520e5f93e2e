/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

enum { HEADER_WORDS = 1, OBJECT_BYTES = (HEADER_WORDS + LINKS) * 8 };

/* A heap and its model.  What must not keep anything alive lies where no heap
   of these looks: no_globals is set, and exact cycles look at no stack. */
struct side {
    wgc_heap *heap;
    struct model model;
    void *roots[NODES];      /* registered */
    uintptr_t hidden[NODES]; /* addresses, inverted */
    size_t bytes[NODES];
    wgc_kind kinds[NODES];
    void *slots[SLOTS];
    void *ident[NODES]; /* data that is no object: its address */
    wgc_kind bitmap, traced;
    size_t disabled;
};

static struct world {
    struct side sides[2];
    struct side *now;
    const struct setting *setting;
    size_t operation;
    unsigned cycles;
    jmp_buf leap;
    bool may_leap;
} world;

#define CHECK(x) ((x) ? (void)0 : program_fails(__LINE__, #x))

static void
program_fails(int line, const char *text)
{
    fprintf(stderr, "program.c:%d: operation %zu: not so: %s\n", line,
            world.operation, text);
    abort();
}

/* ---- Nodes and addresses ---- */

static void *
address_of(const struct side *side, int number)
{
    return number == NONE ? NULL : (void *)~side->hidden[number];
}

static void
set_address(struct side *side, int number, void *address)
{
    side->hidden[number] = ~(uintptr_t)address;
    if (side->model.nodes[number].rooted)
        side->roots[number] = address;
}

static int
number_of(const struct side *side, const void *address)
{
    for (int i = 0; i < NODES; i++)
        if (side->model.nodes[i].type != ABSENT &&
            side->hidden[i] == ~(uintptr_t)address)
            return i;
    return NONE;
}

/* A node that exists, near the given number; NONE if there is none. */
static int
pick(const struct side *side, unsigned near)
{
    for (unsigned i = 0; i < NODES; i++)
        if (side->model.nodes[(near + i) % NODES].type != ABSENT)
            return (int)((near + i) % NODES);
    return NONE;
}

static int
pick_type(const struct side *side, unsigned near, enum type low, enum type high)
{
    for (unsigned i = 0; i < NODES; i++) {
        const struct node *node = &side->model.nodes[(near + i) % NODES];
        if (node->type >= low && node->type <= high)
            return (int)((near + i) % NODES);
    }
    return NONE;
}

static uintptr_t
tag_of(const struct side *side, int number)
{
    return (uintptr_t)number << 1 | (uintptr_t)(side == world.sides);
}

static void
root(struct side *side, int number, bool rooted)
{
    side->model.nodes[number].rooted = rooted;
    side->roots[number] = rooted ? address_of(side, number) : NULL;
}

/* ---- Is all as the model has it? ---- */

static void
check_object(struct side *side, int number)
{
    const struct node *node = &side->model.nodes[number];
    const uintptr_t *words = address_of(side, number);
    CHECK(wgc_size(side->heap, words) >= side->bytes[number]);
    CHECK(wgc_kind_of(side->heap, words) == side->kinds[number]);
    CHECK(words[0] == tag_of(side, number));
    for (int i = 0; i < LINKS; i++)
        CHECK(words[1 + i] == (uintptr_t)address_of(side, node->link[i]));
    const unsigned char *rest = (const unsigned char *)(words + 1 + LINKS);
    for (size_t i = 0; i < side->bytes[number] - OBJECT_BYTES; i += 61)
        CHECK(rest[i] == 0);
}

static void
check_record(struct side *side, int number)
{
    const struct node *node = &side->model.nodes[number];
    void *handle = address_of(side, number);
    void *target = address_of(side, node->target);
    if (node->type == REF || node->type == LONG_REF)
        CHECK(wgc_weakref_get(handle) ==
              (node->state == REGISTERED ? target : NULL));
    else
        CHECK(wgc_finalizer_alive(handle) == (node->state != DONE));
}

static void
check_map(struct side *side, int number)
{
    const struct node *node = &side->model.nodes[number];
    wgc_weakmap *map = address_of(side, number);
    size_t count = 0;
    for (int i = 0; i < ENTRIES; i++) {
        const struct entry *entry = &node->entry[i];
        if (entry->key == NONE)
            continue;
        count++;
        CHECK(wgc_weakmap_get(map, address_of(side, entry->key)) ==
              address_of(side, entry->value));
    }
    CHECK(wgc_weakmap_count(map) == count);
}

static void
check_node(struct side *side, int number)
{
    const struct node *node = &side->model.nodes[number];
    wgc_ephemeron *ephemeron = address_of(side, number);
    if (node->type == OBJECT) {
        check_object(side, number);
    } else if (is_record(node)) {
        check_record(side, number);
    } else if (node->type == MAP) {
        check_map(side, number);
    } else {
        CHECK(wgc_ephemeron_key(ephemeron) ==
              address_of(side, node->entry[0].key));
        CHECK(wgc_ephemeron_value(ephemeron) ==
              address_of(side, node->entry[0].value));
    }
}

static void
check_counts(const struct side *side)
{
    wgc_stats stats;
    wgc_stats_get(side->heap, &stats);
    CHECK(stats.live_objects == model_count(&side->model));
    CHECK(stats.pending == model_pending(&side->model));
    CHECK(stats.weakrefs == model_weakrefs(&side->model));
    CHECK(stats.finalizers == model_finalizers(&side->model));
}

static void
check_side(struct side *side)
{
    for (int i = 0; i < NODES; i++)
        if (side->model.nodes[i].type != ABSENT)
            check_node(side, i);
    for (int i = 0; i < SLOTS; i++)
        CHECK(side->slots[i] == address_of(side, side->model.slots[i]));
    check_counts(side);
    if (world.setting->checks_much || world.operation % 16 == 0)
        CHECK(wgc_check(side->heap) == WGC_OK);
}

/* ---- A cycle ---- */

/* A leaf does not keep what it names: its words are cleared. */
static void
forget_dead(struct side *side)
{
    struct model *model = &side->model;
    for (int i = 0; i < NODES; i++) {
        struct node *node = &model->nodes[i];
        if (model->died[i])
            CHECK(number_of(side, address_of(side, i)) != NONE ||
                  wgc_size(side->heap, address_of(side, i)) == 0);
        for (int j = 0; node->type == OBJECT && j < LINKS; j++)
            if (node->link[j] != NONE && model->died[node->link[j]]) {
                CHECK(node->leaf);
                ((void **)address_of(side, i))[1 + j] = NULL;
                node->link[j] = NONE;
            }
    }
}

/* The cycle has run: nothing was delivered yet. */
static void
follow_cycle(struct side *side)
{
    model_cycle(&side->model);
    forget_dead(side);
}

/* ---- Callbacks ---- */

static struct side *
side_in_delivery(void)
{
    return world.now;
}

static void
run_deeds(struct side *side, int number)
{
    struct model *model = &side->model;
    struct node *node = &model->nodes[number];
    if ((node->deeds & KEEPS) != 0 && node->type == GUARD)
        root(side, node->target, true);
    if ((node->deeds & COLLECTS) != 0 && !model_has_lingering(model)) {
        CHECK(wgc_collect_exact(side->heap) == WGC_OK);
        follow_cycle(side);
        check_side(side);
    }
    bool leaps = (node->deeds & LEAPS) != 0 && world.may_leap &&
                 model->running_count == 1;
    model->running_count--;
    node->target = node->data = NONE;
    if (leaps) {
        CHECK(wgc_callback_abandon(side->heap) == WGC_OK);
        longjmp(world.leap, 1);
    }
}

static void
begin_callback(struct side *side, int number, void *data)
{
    struct model *model = &side->model;
    struct node *node = &model->nodes[number];
    void *expected = node->data != NONE ? address_of(side, node->data)
                                        : (void *)&side->ident[number];
    CHECK(data == expected);
    CHECK(node->state == QUEUED);
    CHECK(model->running_count < DEPTH);
    node->state = DONE;
    model->running[model->running_count++] = number;
    run_deeds(side, number);
}

static void
on_clear(wgc_weakref *reference, void *data)
{
    struct side *side = side_in_delivery();
    int number = number_of(side, reference);
    CHECK(number != NONE);
    CHECK(wgc_weakref_get(reference) == NULL);
    begin_callback(side, number, data);
}

/* Which finalizer this is, is known by its data, which is its own. */
static void
on_end(void *object, void *data)
{
    struct side *side = side_in_delivery();
    for (int i = 0; i < NODES; i++) {
        const struct node *node = &side->model.nodes[i];
        if ((node->type != AFTER && node->type != GUARD) ||
            node->state != QUEUED ||
            data != (node->data != NONE ? address_of(side, node->data)
                                        : (void *)&side->ident[i]))
            continue;
        CHECK(object ==
              (node->type == GUARD ? address_of(side, node->target) : NULL));
        begin_callback(side, i, data);
        return;
    }
    CHECK(!"a callback that was due");
}

/* ---- Operations: objects ---- */

struct numbers {
    unsigned a, b, c;
};

static void
take_object(struct side *side, int number, void *address, size_t bytes)
{
    uintptr_t *words = address;
    for (size_t i = 0; i < bytes / sizeof *words; i += 1 + i / 16)
        CHECK(words[i] == 0);
    words[0] = tag_of(side, number);
    side->bytes[number] = bytes;
    side->kinds[number] = wgc_kind_of(side->heap, address);
    side->model.nodes[number].leaf = side->kinds[number] == WGC_KIND_LEAF;
}

static size_t
size_for(struct numbers with)
{
    size_t more = with.b % 16 == 0 ? with.c * 200 : with.c;
    return OBJECT_BYTES + more;
}

/* The number of a new node and its address, or NONE if there was no memory. */
static int
add_node(struct side *side, enum type type, void *address)
{
    if (address == NULL) {
        wgc_status status = wgc_last_status();
        CHECK(status == WGC_NO_MEMORY || status == WGC_TOO_LARGE);
        return NONE;
    }
    int number = model_add(&side->model, type);
    CHECK(number != NONE);
    set_address(side, number, address);
    root(side, number, true);
    return number;
}

static bool
is_full(const struct side *side)
{
    return model_count(&side->model) == NODES;
}

static void
op_alloc(struct side *side, struct numbers with)
{
    const wgc_kind kinds[] = {WGC_KIND_CONSERVATIVE, WGC_KIND_LEAF,
                              side->bitmap, side->traced};
    wgc_kind kind = kinds[with.a % 4];
    size_t bytes = size_for(with);
    void *address = NULL;
    if (is_full(side))
        return;
    if (with.a % 32 == 4)
        address = wgc_alloc_aligned(side->heap, kind, bytes,
                                    (size_t)16 << with.b % 9);
    else if (kind == WGC_KIND_LEAF)
        address = wgc_alloc_leaf(side->heap, bytes);
    else if (kind == WGC_KIND_CONSERVATIVE)
        address = wgc_alloc(side->heap, bytes);
    else
        address = wgc_alloc_kind(side->heap, kind, bytes);
    int number = add_node(side, OBJECT, address);
    if (number != NONE)
        take_object(side, number, address, bytes);
}

static void
op_link(struct side *side, struct numbers with)
{
    int from = pick_type(side, with.a, OBJECT, OBJECT);
    int to = with.c % 4 == 0 ? NONE : pick(side, with.b);
    if (from == NONE)
        return;
    ((void **)address_of(side, from))[1 + with.c % LINKS] =
        address_of(side, to);
    side->model.nodes[from].link[with.c % LINKS] = to;
}

static void
op_unroot(struct side *side, struct numbers with)
{
    int number = pick(side, with.a);
    if (number != NONE)
        root(side, number, with.b % 8 == 0);
}

static void
op_pin(struct side *side, struct numbers with)
{
    int number = pick(side, with.a);
    if (number == NONE || side->model.nodes[number].pins > 3)
        return;
    wgc_status status = wgc_pin(side->heap, address_of(side, number));
    if (status == WGC_OK)
        side->model.nodes[number].pins++;
    else
        CHECK(status == WGC_NO_MEMORY);
}

static void
op_unpin(struct side *side, struct numbers with)
{
    int number = pick(side, with.a);
    if (number == NONE)
        return;
    struct node *node = &side->model.nodes[number];
    wgc_status status = wgc_unpin(side->heap, address_of(side, number));
    CHECK(status == (node->pins != 0 ? WGC_OK : WGC_NOT_FOUND));
    node->pins -= node->pins != 0;
}

/* Links to it are the host's to mend. */
static void
relink(struct side *side, int number, void *address)
{
    for (int i = 0; i < NODES; i++) {
        struct node *node = &side->model.nodes[i];
        for (int j = 0; node->type == OBJECT && j < LINKS; j++)
            if (node->link[j] == number)
                ((void **)address_of(side, i))[1 + j] = address;
    }
}

static void
op_realloc(struct side *side, struct numbers with)
{
    int number = pick_type(side, with.a, OBJECT, OBJECT);
    if (number == NONE)
        return;
    size_t bytes = size_for(with);
    void *old = address_of(side, number), *moved = old;
    if (model_is_held_by_value(&side->model, number) || with.b % 4 == 1) {
        if (!wgc_resize(side->heap, old, bytes))
            return;
    } else {
        moved = wgc_realloc(side->heap, old, bytes);
    }
    if (moved == NULL) {
        (void)wgc_last_status();
        return;
    }
    set_address(side, number, moved);
    relink(side, number, moved);
    side->bytes[number] = bytes;
    for (int i = 0; i < SLOTS; i++)
        if (side->model.slots[i] == number)
            CHECK(side->slots[i] == moved);
    check_object(side, number);
}

static void
op_free(struct side *side, struct numbers with)
{
    int number = pick_type(side, with.a, OBJECT, OBJECT);
    if (number == NONE || model_is_held_by_value(&side->model, number))
        return;
    for (int i = 0; i < side->model.running_count; i++)
        if (side->model.nodes[side->model.running[i]].target == number)
            return;
    void *address = address_of(side, number);
    if (side->model.nodes[number].pins != 0) {
        CHECK(wgc_free(side->heap, address) == WGC_BUSY);
        return;
    }
    relink(side, number, NULL);
    for (int i = 0; i < NODES; i++)
        for (int j = 0; j < LINKS; j++)
            if (side->model.nodes[i].link[j] == number)
                side->model.nodes[i].link[j] = NONE;
    CHECK(wgc_free(side->heap, address) == WGC_OK);
    CHECK(wgc_free(side->heap, address) == WGC_NOT_AN_OBJECT);
    root(side, number, false);
    model_free(&side->model, number);
    CHECK(wgc_pending(side->heap) == model_pending(&side->model));
}

/* ---- Operations: records, slots ---- */

/* An object that no other record has as its data, or NONE. */
static int
pick_data(const struct side *side, unsigned near)
{
    int number = near % 3 == 0 ? NONE : pick_type(side, near, OBJECT, OBJECT);
    for (int i = 0; number != NONE && i < NODES; i++)
        if (is_record(&side->model.nodes[i]) &&
            side->model.nodes[i].data == number)
            return NONE;
    return number;
}

static void *
make_record(struct side *side, enum type type, int target, bool calls,
            void *data)
{
    void *on = address_of(side, target);
    wgc_weakref_fn *fn = calls ? on_clear : NULL;
    switch (type) {
    case REF:
        return wgc_weakref_new(side->heap, on, fn, data);
    case LONG_REF:
        return wgc_weakref_new_long(side->heap, on, fn, data);
    case AFTER:
        return wgc_finalizer_new(side->heap, on, on_end, data);
    default:
        return wgc_finalizer_new_guard(side->heap, on, on_end, data);
    }
}

/* The number that the node will have. */
static int
next_number(const struct side *side)
{
    int number = 0;
    while (side->model.nodes[number].type != ABSENT)
        number++;
    return number;
}

static void
op_record(struct side *side, struct numbers with)
{
    enum type type = (enum type)(REF + with.c % 4);
    int target = pick(side, with.a);
    if (target == NONE || is_full(side))
        return;
    bool calls = type >= AFTER || with.c / 4 % 4 != 0;
    int data = calls ? pick_data(side, with.b) : NONE;
    void *word = data != NONE ? address_of(side, data)
                              : (void *)&side->ident[next_number(side)];
    int number =
        add_node(side, type, make_record(side, type, target, calls, word));
    if (number == NONE)
        return;
    struct node *node = &side->model.nodes[number];
    node->target = target;
    node->data = data;
    node->calls = calls;
    node->deeds = with.b / 16 % 4 == 0 ? with.c / 32 : 0;
}

static void
op_clear(struct side *side, struct numbers with)
{
    int number = pick_type(side, with.a, REF, GUARD);
    if (number == NONE)
        return;
    struct node *node = &side->model.nodes[number];
    void *handle = address_of(side, number);
    bool was = node->state == REGISTERED;
    if (node->type <= LONG_REF)
        CHECK(wgc_weakref_clear(handle) == WGC_OK);
    else
        CHECK(wgc_finalizer_cancel(handle) == was);
    if (was) {
        node->state = DONE;
        node->target = node->data = NONE;
    }
}

static void
op_run(struct side *side, struct numbers with)
{
    int number = pick_type(side, with.a, AFTER, GUARD);
    if (number == NONE)
        return;
    struct node *node = &side->model.nodes[number];
    bool alive = node->state != DONE;
    node->lingers |= node->state == QUEUED;
    if (alive) {
        node->state = QUEUED; /* as far as the callback knows */
        if (node->type == AFTER)
            node->target = NONE;
    }
    world.may_leap = false;
    CHECK(wgc_finalizer_run(address_of(side, number)) == alive);
    CHECK(node->type == ABSENT || node->state == DONE);
}

static void
op_slot(struct side *side, struct numbers with)
{
    unsigned i = with.b % SLOTS, j = with.c % SLOTS;
    int *targets = side->model.slots;
    int target = pick(side, with.a);
    if (target == NONE)
        return;
    if (with.c % 8 == 0) {
        bool was = targets[i] != NONE;
        CHECK(wgc_weak_slot_remove(side->heap, &side->slots[i]) ==
              (was ? WGC_OK : WGC_NOT_FOUND));
        side->slots[i] = NULL;
        targets[i] = NONE;
    } else if (with.c % 8 == 1 && i != j) {
        bool was = targets[i] != NONE;
        CHECK(
            wgc_weak_slot_move(side->heap, &side->slots[i], &side->slots[j]) ==
            (was ? WGC_OK : WGC_NOT_FOUND));
        if (was) {
            targets[j] = targets[i];
            targets[i] = NONE;
            side->slots[i] = NULL;
        }
    } else if (wgc_weak_slot_add(side->heap, &side->slots[i],
                                 address_of(side, target)) == WGC_OK) {
        targets[i] = target;
    }
}

/* ---- Operations: maps ---- */

static void
op_map(struct side *side, struct numbers with)
{
    const wgc_weakmap_info info = {
        .weak_keys = (with.a & WEAK_KEYS) != 0,
        .weak_values = (with.a & WEAK_VALUES) != 0,
        .outlives_guards = (with.a & LONG) != 0,
    };
    if (is_full(side))
        return;
    int number = add_node(side, MAP, wgc_weakmap_new(side->heap, &info));
    if (number != NONE)
        side->model.nodes[number].mode = with.a % 8;
}

static void
op_ephemeron(struct side *side, struct numbers with)
{
    int key = pick(side, with.a), value = pick(side, with.b);
    if (key == NONE || is_full(side))
        return;
    int number = add_node(side, EPHEMERON,
                          wgc_ephemeron_new(side->heap, address_of(side, key),
                                            address_of(side, value)));
    if (number == NONE)
        return;
    side->model.nodes[number].mode = WEAK_KEYS;
    side->model.nodes[number].entry[0] = (struct entry){key, value};
}

static struct entry *
find_entry(struct node *map, int key)
{
    for (int i = 0; i < ENTRIES; i++)
        if (map->entry[i].key == key)
            return &map->entry[i];
    return NULL;
}

static void
op_set(struct side *side, struct numbers with)
{
    int number = pick_type(side, with.c, MAP, MAP);
    int key = pick(side, with.a), value = pick(side, with.b);
    if (number == NONE)
        return;
    struct node *map = &side->model.nodes[number];
    struct entry *entry = find_entry(map, key);
    if (entry == NULL)
        entry = find_entry(map, NONE);
    if (entry == NULL)
        return;
    wgc_status status =
        wgc_weakmap_set(address_of(side, number), address_of(side, key),
                        address_of(side, value));
    if (status == WGC_OK)
        *entry = (struct entry){key, value};
    else
        CHECK(status == WGC_NO_MEMORY);
}

static void
op_remove(struct side *side, struct numbers with)
{
    int number = pick_type(side, with.c, MAP, MAP);
    if (number == NONE)
        return;
    struct node *map = &side->model.nodes[number];
    void *key = NULL, *value = NULL;
    struct entry *entry = NULL;
    if (with.b % 4 == 0) {
        if (wgc_weakmap_pop(address_of(side, number), &key, &value)) {
            entry = find_entry(map, number_of(side, key));
            CHECK(entry != NULL && address_of(side, entry->value) == value);
        }
    } else {
        int node = pick(side, with.a);
        entry = find_entry(map, node);
        CHECK(wgc_weakmap_remove(address_of(side, number),
                                 address_of(side, node)) == (entry != NULL));
    }
    if (entry != NULL)
        *entry = (struct entry){NONE, NONE};
}

static void
op_iterate(struct side *side, struct numbers with)
{
    int number = pick_type(side, with.c, MAP, MAP);
    wgc_weakmap_iterator iterator = {0, 0};
    void *key, *value;
    size_t count = 0;
    if (number == NONE)
        return;
    struct node *map = &side->model.nodes[number];
    while (
        wgc_weakmap_next(address_of(side, number), &iterator, &key, &value)) {
        struct entry *entry = find_entry(map, number_of(side, key));
        CHECK(entry != NULL && address_of(side, entry->value) == value);
        count++;
    }
    CHECK(count == wgc_weakmap_count(address_of(side, number)));
}

/* ---- Operations: the heap ---- */

static void
op_collect(struct side *side, struct numbers with)
{
    (void)with;
    /* The library delivers what it queued; callbacks see it through follow,
       so the cycle comes first, in a heap that delivers by hand. */
    CHECK(wgc_collect_exact(side->heap) == WGC_OK);
    follow_cycle(side);
    check_side(side);
}

static void
op_deliver(struct side *side, struct numbers with)
{
    bool lingering = model_has_lingering(&side->model);
    size_t most = with.a % 4 == 0 || lingering ? SIZE_MAX : with.b % 4;
    world.may_leap = !lingering;
    if (setjmp(world.leap) == 0)
        CHECK(wgc_deliver(side->heap, most) <= most);
    world.may_leap = false;
    if (lingering)
        model_pass(&side->model);
    if (most == SIZE_MAX && model_pending(&side->model) != 0)
        return; /* left by a leap, or queued by a nested cycle */
    CHECK(wgc_pending(side->heap) == model_pending(&side->model));
}

static void
op_bad_pointer(struct side *side, struct numbers with)
{
    struct side *other = &world.sides[side == world.sides];
    int number = pick(side, with.a);
    if (number == NONE)
        return;
    char *address = address_of(side, number);
    char *bad = with.b % 2 ? address + 8 : address + 3;
    CHECK(wgc_free(side->heap, bad) == WGC_NOT_AN_OBJECT);
    CHECK(wgc_free(other->heap, address) == WGC_NOT_AN_OBJECT);
    CHECK(wgc_realloc(side->heap, bad, 10) == NULL);
    CHECK(!wgc_resize(side->heap, bad, 10));
    CHECK(wgc_size(side->heap, bad) == 0);
    CHECK(wgc_base(side->heap, bad) == address);
    CHECK(wgc_base(other->heap, bad) == NULL);
    CHECK(wgc_weakref_new(other->heap, address, NULL, NULL) == NULL);
    CHECK(wgc_finalizer_new(side->heap, bad, on_end, NULL) == NULL);
    CHECK(wgc_alloc(side->heap, SIZE_MAX - with.c) == NULL);
    CHECK(wgc_alloc_aligned(side->heap, 0, 16, 3) == NULL);
    CHECK(wgc_root_remove(side->heap, &world, &world) == WGC_NOT_FOUND);
    (void)wgc_last_status();
}

static void
op_question(struct side *side, struct numbers with)
{
    wgc_step steps[4];
    int number = pick(side, with.a);
    if (number == NONE)
        return;
    size_t length =
        wgc_find_path(side->heap, address_of(side, number), true, steps, 4);
    if (side->model.nodes[number].rooted)
        CHECK(length == 1 || wgc_last_status() == WGC_NO_MEMORY);
    if (length != 0 && length <= 4)
        CHECK(steps[length - 1].object == address_of(side, number));
}

static void
op_various(struct side *side, struct numbers with)
{
    if (with.a % 4 == 0) {
        (void)wgc_trim(side->heap);
    } else if (with.a % 4 == 1) {
        CHECK(wgc_external(side->heap, with.b) == WGC_OK);
        CHECK(wgc_external(side->heap, -(ptrdiff_t)with.b) == WGC_OK);
    } else if (with.a % 4 == 2) {
        CHECK(wgc_root_add(side->heap, side->roots, side->roots + with.b % 9) <=
              WGC_NO_MEMORY);
        (void)wgc_root_remove(side->heap, side->roots,
                              side->roots + with.b % 9);
    } else {
        CHECK(wgc_disable(side->heap) == WGC_OK);
        CHECK(wgc_enable(side->heap) == WGC_OK);
    }
}

/* ---- Running ---- */

typedef void operation(struct side *side, struct numbers with);

/* As often as they stand here, of 64. */
static const struct {
    operation *fn;
    const char *name;
    unsigned share;
} operations[] = {
    {op_alloc, "alloc", 13},
    {op_link, "link", 9},
    {op_unroot, "unroot", 11},
    {op_record, "record", 8},
    {op_slot, "slot", 3},
    {op_map, "map", 1},
    {op_ephemeron, "ephemeron", 2},
    {op_set, "set", 3},
    {op_remove, "remove", 1},
    {op_iterate, "iterate", 1},
    {op_pin, "pin", 1},
    {op_unpin, "unpin", 1},
    {op_realloc, "realloc", 2},
    {op_free, "free", 1},
    {op_clear, "clear", 1},
    {op_run, "run", 1},
    {op_collect, "collect", 1},
    {op_deliver, "deliver", 1},
    {op_bad_pointer, "bad pointer", 1},
    {op_question, "question", 1},
    {op_various, "various", 1},
};

static void
run_operation(const uint8_t *at)
{
    struct side *side = world.now = &world.sides[at[0] >> 7];
    struct numbers with = {at[1], at[2], at[3]};
    unsigned ticket = at[0] % 64;
    size_t i = 0;
    while (ticket >= operations[i].share)
        ticket -= operations[i++].share;
    if (world.setting->prints)
        fprintf(stderr, "%zu: heap %d: %s %u %u %u\n", world.operation,
                at[0] >> 7, operations[i].name, with.a, with.b, with.c);
    operations[i].fn(side, with);
}

static void
trace_links(wgc_tracer *tracer, const void *object, size_t bytes)
{
    void *const *words = object;
    (void)bytes;
    for (int i = 0; i < LINKS; i++)
        wgc_visit(tracer, words[1 + i]);
}

/* Bad pointers are tried on purpose. */
static void
on_report(wgc_heap *heap, const wgc_report *report, void *data)
{
    char line[256];
    (void)heap, (void)data;
    if (report->type == WGC_REPORT_FREED || report->type == WGC_REPORT_FOREIGN)
        return;
    wgc_report_text(report, line, sizeof line);
    fprintf(stderr, "%s\n", line);
    CHECK(!"a report");
}

/* False if the heap is too small for this. */
static bool
open_side(struct side *side, wgc_config config)
{
    static const uint64_t links = 0x1e;
    model_init(&side->model);
    memset(side->roots, 0, sizeof side->roots);
    memset(side->slots, 0, sizeof side->slots);
    config.no_globals = true;
    config.delivery = WGC_DELIVER_MANUAL;
    side->heap = wgc_heap_new(&config);
    if (side->heap == NULL)
        return false;
    CHECK(wgc_disable(side->heap) == WGC_OK);
    side->bitmap = wgc_kind_new(
        side->heap, &(wgc_kind_info){.pointers = &links, .words = 5});
    side->traced =
        wgc_kind_new(side->heap, &(wgc_kind_info){.trace = trace_links});
    return side->bitmap != WGC_KIND_INVALID &&
           side->traced != WGC_KIND_INVALID &&
           wgc_root_add(side->heap, side->roots, side->roots + NODES) == WGC_OK;
}

size_t
program_run(const struct setting *setting, const uint8_t *bytes, size_t count)
{
    size_t operations_count = count / BYTES_PER_OPERATION;
    bool open = true;
    world.setting = setting;
    world.operation = 0;
    for (int i = 0; i < 2; i++) {
        wgc_config config = setting->configs[i];
        config.on_report = on_report;
        open = open_side(&world.sides[i], config) && open;
    }
    for (size_t i = 0; open && i < operations_count; i++) {
        world.operation = i;
        run_operation(bytes + i * BYTES_PER_OPERATION);
    }
    for (int i = 0; i < 2; i++) {
        struct side *side = world.now = &world.sides[i];
        if (side->heap == NULL)
            continue;
        if (open)
            op_collect(side, (struct numbers){0, 0, 0});
        CHECK(wgc_heap_free(side->heap) == WGC_OK);
        side->heap = NULL;
    }
    return open ? operations_count : 0;
}

struct setting
setting_for(unsigned number, void *arena, size_t arena_bytes)
{
    struct setting setting = {.checks_much = number % 5 == 3};
    switch (number % 5) {
    case 0:
        break;
    case 1:
        setting.configs[1].max_bytes = (size_t)400 << 10;
        break;
    case 2:
        setting.configs[1].arena = arena;
        setting.configs[1].arena_bytes = arena_bytes;
        break;
    case 3:
        setting.configs[0].pointers = WGC_POINTERS_BASES;
        setting.configs[1].pointers = WGC_POINTERS_ROOTS;
        break;
    case 4:
        setting.configs[0].debug = setting.configs[1].debug = true;
        break;
    }
    return setting;
}
