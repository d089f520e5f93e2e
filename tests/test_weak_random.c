/* SPDX-License-Identifier: MIT */
/*
 * Random operations on a heap and on the model of weak_model.h, which must
 * agree: after each cycle about all that lives, and at each callback about
 * which one it is.  Callbacks go on at random, and some leave by longjmp.
 * A failure prints the seed, which --seed or WGC_SEED repeats.
 */
#include "support.h"
#include "weak_model.h"

enum {
    OPERATIONS = 100000, /* in each of the heaps */
    SPARE = LINKS,       /* the words of a node that may be slots */
    SPARES = 2,
    CHECK = SPARE + SPARES, /* holds the number of the node */
    WORDS = CHECK + 1
};

static uint64_t seed;
static random_state dice;
static size_t operation;

static struct model model;
static wgc_heap *heap;
static wgc_kind node_kind;
static bool manual;
static void *address[THINGS];
static void *words[ROOT_WORDS]; /* the roots */
static void *outside[SLOTS];    /* slots that are not in nodes */
static void **place[SLOTS];

static size_t callbacks, cycles, leaps;
/* The cycle that delivers now has not been compared yet. */
static bool unchecked;

/* What the next callback must be. */
static int direct = NOTHING; /* run by hand */
static bool in_shutdown;
static uint64_t due_limit;
static int delivering;
static jmp_buf top;

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

#define check(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_msg("seed %llu, operation %zu: not %s",                       \
                     (unsigned long long)seed, operation, #condition);         \
    } while (0)

/* ---- The two agree ---------------------------------------------------- */

static void *
address_of(int thing)
{
    return thing == NOTHING ? NULL : address[thing];
}

/* A datum that is no address, and of this record only. */
static void *
label_of(int record)
{
    return (void *)(uintptr_t)(record * 2 + 1);
}

static void *
data_of(int record)
{
    int data = model.things[record].data;

    return data == NOTHING ? label_of(record) : address[data];
}

static void
check_node(int number)
{
    void **node = address[number];

    for (int i = 0; i < LINKS; i++)
        check(node[i] == address_of(model.things[number].link[i]));
    check(node[CHECK] == label_of(number));
}

static void
check_record(int number)
{
    const struct thing *record = &model.things[number];

    if (is_finalizer(&model, number)) {
        check(wgc_finalizer_alive(address[number]) == (record->state != DONE));
        check(wgc_finalizer_object(address[number]) ==
              (record->state == REGISTERED ? address[record->target] : NULL));
    } else {
        check(wgc_weakref_get(address[number]) ==
              (record->state == REGISTERED ? address[record->target] : NULL));
        if (record->state != DONE)
            check((wgc_weakref_callback(address[number]) != NULL) ==
                  record->calls);
    }
}

static void
check_references_of(int target)
{
    wgc_weakref *reference = NULL;
    uint64_t registration = UINT64_MAX;

    do {
        int next = model_next_reference(&model, target, registration);

        reference = wgc_weakref_next(heap, address[target], reference);
        check(reference == address_of(next));
        if (reference)
            registration = model.things[next].registration;
    } while (reference);
}

static void
check_slots(void)
{
    for (int i = 0; i < SLOTS; i++) {
        if (model.slot_cleared[i])
            check(*place[i] == NULL);
        if (model.slots[i].used)
            check(*place[i] == address[model.slots[i].target]);
    }
    memset(model.slot_cleared, 0, sizeof model.slot_cleared);
}

static void
check_counts(void)
{
    wgc_stats now = stats_of(heap);

    check(wgc_pending(heap) == model_pending(&model));
    check(now.weakrefs == model_weakrefs(&model));
    check(now.finalizers == model_finalizers(&model));
}

/* No allocation since the cycle: the addresses of the dead are not in use. */
static void
check_all(void)
{
    unchecked = false;
    for (int i = 0; i < THINGS; i++) {
        if (model.died[i])
            check(wgc_size(heap, address[i]) == 0);
        if (!model.things[i].exists)
            continue;
        check(wgc_size(heap, address[i]) > 0);
        if (is_record(&model, i))
            check_record(i);
        else
            check_node(i);
    }
    check_slots();
    check_counts();
}

/* ---- Callbacks -------------------------------------------------------- */

static void operate(int depth);

static void
pass_all(void)
{
    model_pass(&model, false, due_limit);
    model_pass(&model, true, due_limit);
}

static int
expect(void)
{
    int expected = direct;

    direct = NOTHING;
    if (expected != NOTHING)
        return expected;
    expected = model_next_due(&model, due_limit);
    if (expected == NOTHING) {
        pass_all();
        return in_shutdown ? model_newest_finalizer(&model) : NOTHING;
    }
    if (model.things[expected].type == GUARD)
        model_pass(&model, false, due_limit);
    model_pass(&model, model.things[expected].type == GUARD,
               model.things[expected].sequence);
    return expected;
}

/* All callbacks that run have been left. */
static void
leap(void)
{
    leaps++;
    if (chance(50))
        check(wgc_callback_abandon(heap) == WGC_OK);
    while (model.running_count > 0)
        model_done(&model, model.running[--model.running_count]);
    delivering = 0;
    in_shutdown = false;
    longjmp(top, 1);
}

static void
run_callback(int record)
{
    int depth = model.running_count;

    callbacks++;
    model.things[record].state = DONE;
    model.running[model.running_count++] = record;
    if (unchecked)
        check_all();
    while (depth < NESTING - 1 && chance(60))
        operate(depth + 1);
    if (chance(5))
        leap();
    model.running_count--;
    model_done(&model, record);
}

static void
on_clear(wgc_weakref *reference, void *data)
{
    int record = expect();

    check(record != NOTHING);
    check(reference == address[record]);
    check(data == data_of(record));
    check(wgc_weakref_get(reference) == NULL);
    check(!is_finalizer(&model, record));
    run_callback(record);
}

static void
on_after(void *object, void *data)
{
    int record = expect();

    check(record != NOTHING);
    check(model.things[record].type == AFTER);
    check(object == NULL);
    check(data == data_of(record));
    run_callback(record);
}

static void
on_guard(void *object, void *data)
{
    int record = expect();

    check(record != NOTHING);
    check(model.things[record].type == GUARD);
    check(object == address[model.things[record].target]);
    check(wgc_size(heap, object) > 0);
    check(data == data_of(record));
    if (model.things[model.things[record].target].type == NODE)
        check_node(model.things[record].target);
    run_callback(record);
}

/* ---- Operations ------------------------------------------------------- */

static int
any_thing(void)
{
    for (int tries = 0; tries < 50; tries++) {
        int thing = (int)below(THINGS);

        if (model.things[thing].exists)
            return thing;
    }
    return NOTHING;
}

static int
any_of(enum thing_type low, enum thing_type high)
{
    for (int tries = 0; tries < 20; tries++) {
        int thing = any_thing();

        if (thing != NOTHING && model.things[thing].type >= low &&
            model.things[thing].type <= high)
            return thing;
    }
    return NOTHING;
}

static void
set_root(int root, int thing)
{
    model.roots[root] = thing;
    words[root] = address_of(thing);
}

static void
set_link(int node, int link, int thing)
{
    model.things[node].link[link] = thing;
    ((void **)address[node])[link] = address_of(thing);
}

/* In a root, in a node or nowhere. */
static void
keep(int thing)
{
    int node = any_of(NODE, NODE);

    if (chance(40) || node == NOTHING)
        set_root((int)below(ROOT_WORDS), thing);
    else if (chance(80))
        set_link(node, (int)below(LINKS), thing);
}

static void
make_node(void)
{
    int node = model_new(&model, NODE);

    if (node == NOTHING)
        return;
    address[node] = wgc_alloc_kind(heap, node_kind, WORDS * sizeof(void *));
    check(address[node] != NULL);
    ((void **)address[node])[CHECK] = label_of(node);
    for (int i = 0; i < LINKS; i++)
        if (chance(30))
            set_link(node, i, any_thing());
    keep(node);
}

static void
make_record(void)
{
    enum thing_type type = (enum thing_type)(SHORT + below(4));
    int target = chance(80) ? any_of(NODE, NODE) : any_thing();
    bool calls = type >= AFTER || chance(80);
    int data = calls && chance(40) ? any_thing() : NOTHING;
    int record = target == NOTHING ? NOTHING : model_new(&model, type);
    void *datum = data == NOTHING ? label_of(record) : address[data];

    if (record == NOTHING)
        return;
    switch (type) {
    case SHORT:
        address[record] = wgc_weakref_new(heap, address[target],
                                          calls ? on_clear : NULL, datum);
        break;
    case LONG:
        address[record] = wgc_weakref_new_long(heap, address[target],
                                               calls ? on_clear : NULL, datum);
        break;
    case AFTER:
        address[record] =
            wgc_finalizer_new(heap, address[target], on_after, datum);
        break;
    default:
        address[record] =
            wgc_finalizer_new_guard(heap, address[target], on_guard, datum);
    }
    check(address[record] != NULL);
    model_register(&model, record, target, calls, data);
    keep(record);
}

static void
end_record(void)
{
    int record = any_of(SHORT, GUARD);
    bool registered;

    if (record == NOTHING)
        return;
    registered = model.things[record].state == REGISTERED;
    if (is_finalizer(&model, record))
        check(wgc_finalizer_cancel(address[record]) == registered);
    else
        check(wgc_weakref_clear(address[record]) == WGC_OK);
    if (registered)
        model_done(&model, record);
    check_record(record);
}

static void
run_by_hand(void)
{
    int record = any_of(AFTER, GUARD);
    bool alive;

    if (record == NOTHING || model.running_count >= NESTING - 1)
        return;
    alive = model.things[record].state != DONE;
    if (model.things[record].state == PENDING)
        model.things[record].lingers = true;
    direct = alive ? record : NOTHING;
    check(wgc_finalizer_run(address[record]) == alive);
    check(direct == NOTHING);
}

static void
change_slot(void)
{
    int i = (int)below(SLOTS), target = any_thing();
    int node = chance(50) ? any_of(NODE, NODE) : NOTHING;
    int spare = (int)below(SPARES);
    struct slot *slot = &model.slots[i];

    if (target == NOTHING)
        return;
    if (slot->used && chance(30)) {
        check(wgc_weak_slot_remove(heap, place[i]) == WGC_OK);
        slot->used = false;
        return;
    }
    if (!slot->used) {
        place[i] = node == NOTHING ? &outside[i]
                                   : (void **)address[node] + SPARE + spare;
        for (int j = 0; j < SLOTS; j++)
            if (model.slots[j].used && place[j] == place[i])
                return;
        slot->container = node;
    }
    check(wgc_weak_slot_add(heap, place[i], address[target]) == WGC_OK);
    slot->used = true;
    slot->target = target;
    slot->registration = ++model.registrations;
    model.slot_cleared[i] = false;
}

static void
change_links(void)
{
    int node = any_of(NODE, NODE);

    if (node != NOTHING && chance(60))
        set_link(node, (int)below(LINKS), chance(60) ? any_thing() : NOTHING);
    if (chance(50))
        set_root((int)below(ROOT_WORDS), chance(30) ? any_thing() : NOTHING);
}

static void
change_pins(void)
{
    int thing = any_thing();

    if (thing == NOTHING)
        return;
    if (model.things[thing].pins > 0) {
        check(wgc_unpin(heap, address[thing]) == WGC_OK);
        model.things[thing].pins--;
    } else if (chance(20)) {
        check(wgc_pin(heap, address[thing]) == WGC_OK);
        model.things[thing].pins++;
    }
}

/* Some record holds it as data, or is in a callback that got it. */
static bool
is_in_use(int thing)
{
    for (int i = 0; i < THINGS; i++)
        if (model.things[i].exists && is_record(&model, i) &&
            model.things[i].data == thing)
            return true;
    for (int i = 0; i < model.running_count; i++)
        if (model.running[i] == thing ||
            model.things[model.running[i]].target == thing)
            return true;
    return false;
}

/* The host's pointers to a thing that ended or moved. */
static void
repair_pointers(int thing, int now)
{
    for (int i = 0; i < ROOT_WORDS; i++)
        if (model.roots[i] == thing)
            set_root(i, now);
    for (int i = 0; i < THINGS; i++)
        for (int j = 0; j < LINKS; j++)
            if (model.things[i].exists && model.things[i].type == NODE &&
                model.things[i].link[j] == thing)
                set_link(i, j, now);
}

static void
free_thing(void)
{
    int thing = any_thing();
    wgc_status expected = WGC_OK;

    if (thing == NOTHING || is_in_use(thing))
        return;
    if (model.things[thing].pins > 0 || model.things[thing].lingers ||
        (is_record(&model, thing) && model.things[thing].state == PENDING))
        expected = WGC_BUSY;
    check(wgc_free(heap, address[thing]) == expected);
    if (expected != WGC_OK)
        return;
    check(wgc_size(heap, address[thing]) == 0);
    model_kill(&model, thing);
    repair_pointers(thing, NOTHING);
    check_slots();
    check_counts();
}

static void
move_node(void)
{
    int node = any_of(NODE, NODE);
    size_t bytes = WORDS * sizeof(void *) + (chance(90) ? below(300) : 9000);
    void **old, **fresh;

    if (node == NOTHING || is_in_use(node))
        return;
    old = address[node];
    fresh = wgc_realloc(heap, old, bytes);
    check(fresh != NULL);
    if (fresh == old)
        return;
    check(wgc_size(heap, old) == 0);
    address[node] = fresh;
    for (int i = 0; i < SLOTS; i++)
        if (model.slots[i].used && model.slots[i].container == node)
            place[i] = fresh + (place[i] - old);
    repair_pointers(node, node);
    check_node(node);
    check_references_of(node);
    check_slots();
}

/* ---- Cycles and deliveries -------------------------------------------- */

static void
begin_delivery(void)
{
    delivering++;
    due_limit = model.sequences;
}

static void
end_delivery(void)
{
    delivering--;
    check(model_next_due(&model, due_limit) == NOTHING);
    pass_all();
}

static void
deliver(void)
{
    size_t most = chance(50) ? SIZE_MAX : below(5), due, ran, before;

    if (delivering > 0) {
        check(wgc_deliver(heap, most) == 0);
        return;
    }
    due = model_pending(&model);
    before = callbacks;
    begin_delivery();
    ran = wgc_deliver(heap, most);
    check(ran <= most && ran <= due && ran <= callbacks - before);
    if (ran < most)
        end_delivery();
    else
        delivering--;
}

static void
collect(void)
{
    bool delivers = !manual && delivering == 0;

    model_cycle(&model);
    cycles++;
    unchecked = true;
    if (delivers)
        begin_delivery();
    check(wgc_collect_exact(heap) == WGC_OK);
    if (delivers)
        end_delivery();
    if (unchecked)
        check_all();
}

/* What dies meanwhile waits for the next delivery. */
static void
shut_down(void)
{
    in_shutdown = true;
    begin_delivery();
    (void)wgc_finalizer_run_all(heap);
    end_delivery();
    in_shutdown = false;
    check(model_newest_finalizer(&model) == NOTHING);
    check_counts();
}

/* The table is full of things that keep each other alive. */
static void
relieve(void)
{
    for (int i = 0; i < ROOT_WORDS; i += 1 + (int)below(3))
        set_root(i, NOTHING);
    for (int i = 0; i < 20; i++) {
        change_pins();
        end_record();
    }
    collect();
}

static void
operate(int depth)
{
    size_t what = below(100);

    if (what < 30)
        make_node();
    else if (what < 52)
        make_record();
    else if (what < 72)
        change_links();
    else if (what < 76)
        end_record();
    else if (what < 80)
        change_slot();
    else if (what < 83)
        change_pins();
    else if (what < 86)
        free_thing();
    else if (what < 89)
        move_node();
    else if (what < 92)
        run_by_hand();
    else if (what < 95)
        deliver();
    else if (what < 98)
        collect();
    else if (depth == 0 && model_is_full(&model))
        relieve();
    else if (depth == 0 && chance(5))
        shut_down();
}

/* ---- The tests -------------------------------------------------------- */

static void
make_node_kind(void)
{
    static const uint64_t bits = (1 << LINKS) - 1;
    wgc_kind_info info = {.name = "node", .pointers = &bits, .words = LINKS};

    node_kind = wgc_kind_new(heap, &info);
    assert_int_not_equal(node_kind, WGC_KIND_INVALID);
}

static void
run(wgc_config config, uint64_t salt)
{
    config.no_globals = true;
    config.min_bytes = (size_t)1 << 30;
    manual = config.delivery == WGC_DELIVER_MANUAL;
    heap = wgc_heap_new(&config);
    assert_non_null(heap);
    assert_int_equal(wgc_root_add(heap, words, words + ROOT_WORDS), WGC_OK);
    make_node_kind();
    model_init(&model);
    memset(words, 0, sizeof words);
    callbacks = cycles = leaps = 0;
    delivering = 0;
    direct = NOTHING;
    unchecked = in_shutdown = false;
    dice.word = seed * 64 + salt;
    for (operation = 1; operation <= OPERATIONS; operation++) {
        if (setjmp(top) == 0)
            operate(0);
        else
            wgc_deliver(heap, 0); /* sees that callbacks were left */
    }
    check_counts();
    print_message("%zu cycles, %zu callbacks, %zu of them left\n", cycles,
                  callbacks, leaps);
    assert_true(cycles > OPERATIONS / 100);
    assert_true(callbacks > OPERATIONS / 100);
    assert_true(leaps > 0);
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
}

static void
agrees_with_the_model(void **state)
{
    (void)state;
    run((wgc_config){0}, 0);
}

static void
agrees_with_the_model_where_the_host_delivers(void **state)
{
    (void)state;
    run((wgc_config){.delivery = WGC_DELIVER_MANUAL}, 1);
}

static void
agrees_with_the_model_where_only_bases_are_pointers(void **state)
{
    (void)state;
    run((wgc_config){.pointers = WGC_POINTERS_BASES}, 2);
}

static void
agrees_with_the_model_in_an_arena(void **state)
{
    static char arena[1 << 20];

    (void)state;
    run((wgc_config){.arena = arena, .arena_bytes = sizeof arena}, 3);
}

/* --seed N, or WGC_SEED in the environment. */
static void
choose_seed(int count, char **arguments)
{
    const char *text = getenv("WGC_SEED");

    if (count > 2 && strcmp(arguments[1], "--seed") == 0)
        text = arguments[2];
    seed = text ? strtoull(text, NULL, 0) : 20260101;
    seed = seed ? seed : 1;
    print_message("seed %llu (--seed, WGC_SEED)\n", (unsigned long long)seed);
}

int
main(int count, char **arguments)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_model),
        cmocka_unit_test(agrees_with_the_model_where_the_host_delivers),
        cmocka_unit_test(agrees_with_the_model_where_only_bases_are_pointers),
        cmocka_unit_test(agrees_with_the_model_in_an_arena),
    };

    choose_seed(count, arguments);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
