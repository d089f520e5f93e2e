/* SPDX-License-Identifier: MIT */
/*
 * Bugs of finalizers that other collectors really had, each under the name of
 * its row: BF1 to BF11.  BF10 is about concurrent marking.
 */
#include "weak_scene.h"

static size_t ran;

static void
count(void *object, void *data)
{
    (void)object;
    (void)data;
    ran++;
}

/* ---- BF1 -------------------------------------------------------------- */

static void
BF1_cycles_with_finalizers_are_collected_at_once(void **state)
{
    void **one = new_node();
    void **two = new_node();
    void **three = new_node();

    (void)state;
    one[0] = two;
    two[0] = three;
    three[0] = one;
    after(one, 'a');
    guard(one, 'x');
    after(two, 'b');
    guard(two, 'y');
    after(three, 'c');
    cycle();
    assert_log("abcxy");
    cycle();
    assert_log("");
    assert_false(is_object(one));
    assert_false(is_object(three));
}

static void
BF1_an_object_that_refers_to_itself_is_finalized(void **state)
{
    void **one = new_node();
    void **two = new_node();

    (void)state;
    one[0] = one;
    two[0] = two;
    after(one, 'a');
    guard(two, 'b');
    cycle();
    assert_log("ab");
    cycle();
    assert_false(is_object(two));
}

enum { CHAIN = 100000 };

static void
make_chain(wgc_finalizer *(*new_one)(wgc_heap *, void *, wgc_finalizer_fn *,
                                     void *))
{
    for (int i = 0; i < CHAIN; i++) {
        void **node = new_node();

        node[0] = roots[0];
        roots[0] = node;
        assert_non_null(new_one(heap, node, count, NULL));
    }
    roots[0] = NULL;
}

static void
BF1_a_chain_of_100000_finalizers_runs_in_one_collection(void **state)
{
    (void)state;
    ran = 0;
    make_chain(wgc_finalizer_new);
    cycle();
    assert_int_equal(ran, CHAIN);
    assert_int_equal(stats().finalizers, 0);
}

static void
BF1_a_chain_of_100000_guards_runs_in_one_collection(void **state)
{
    (void)state;
    ran = 0;
    make_chain(wgc_finalizer_new_guard);
    cycle();
    assert_int_equal(ran, CHAIN);
    cycle();
    assert_int_equal(ran, CHAIN);
    assert_int_equal(stats().live_objects, 0);
}

/* ---- BF2 -------------------------------------------------------------- */

static jmp_buf out;

static void
do_it_all(void *object, void *data)
{
    void **fresh = new_node();

    (void)object;
    log_data(data);
    fresh[0] = wgc_alloc(heap, 1 << 20);
    roots[0] = fresh;
    cycle();
    assert_true(is_object(fresh[0]));
    after(fresh, 'n');
    guard(fresh, 'm');
    roots[0] = NULL;
    cycle();
    longjmp(out, 1);
}

static void
BF2_a_finalizer_allocates_collects_registers_and_leaves(void **state)
{
    (void)state;
    new_after(new_node(), do_it_all, letter('a'));
    after(new_node(), 'b');
    if (setjmp(out) == 0) {
        cycle();
        fail_msg("the finalizer did not leave");
    }
    assert_log("a");
    assert_int_equal(wgc_pending(heap), 3);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 3);
    assert_log("bnm");
}

/* ---- BF3 -------------------------------------------------------------- */

static int depth, deepest;

static void
nest(void *object, void *data)
{
    (void)object;
    deepest = ++depth > deepest ? depth : deepest;
    log_data(data);
    after(new_node(), 'n');
    cycle();
    assert_int_equal(wgc_collect(heap), WGC_OK);
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
    depth--;
}

static void
BF3_the_runner_is_not_reentrant(void **state)
{
    (void)state;
    depth = deepest = 0;
    for (int i = 0; i < 5; i++)
        new_after(new_node(), nest, letter((char)('a' + i)));
    cycle();
    assert_log("abcde");
    assert_int_equal(deepest, 1);
    cycle();
    assert_log("nnnnn");
}

static void
register_inside(void *object, void *data)
{
    count(object, data);
    if (ran < 1000)
        wgc_finalizer_new(heap, new_node(), register_inside, NULL);
}

/* Each registration runs a cycle, and then what is queued. */
static void
BF3_registration_where_callbacks_fire_does_not_hang(void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_ALLOC);
    ran = 0;
    for (int i = 0; i < 200; i++) {
        wgc_finalizer *volatile handle =
            wgc_finalizer_new(heap, new_node(), register_inside, NULL);

        assert_non_null(handle);
        assert_non_null(wgc_weakref_new(heap, new_node(), NULL, NULL));
    }
    scrub_stack();
    make_garbage(heap, 10, 32);
    assert_true(ran >= 100);
    assert_true(is_object(new_node()));
}

/* ---- BF4 -------------------------------------------------------------- */

struct tree {
    struct tree *left, *right, *up;
    uint64_t check;
};

static struct tree *
make_tree(int levels, struct tree *up)
{
    struct tree *tree = wgc_alloc(heap, sizeof *tree);

    assert_non_null(tree);
    tree->up = up;
    tree->check = UINT64_C(0x5eed) * (uint64_t)levels;
    if (levels > 1) {
        tree->left = make_tree(levels - 1, tree);
        tree->right = make_tree(levels - 1, tree);
    }
    return tree;
}

static void
check_tree(const struct tree *tree, int levels, const struct tree *up)
{
    assert_true(is_object(tree));
    assert_ptr_equal(tree->up, up);
    assert_int_equal(tree->check, UINT64_C(0x5eed) * (uint64_t)levels);
    if (levels > 1) {
        check_tree(tree->left, levels - 1, tree);
        check_tree(tree->right, levels - 1, tree);
    }
}

static void
check_and_reuse(void *object, void *data)
{
    make_garbage(heap, 10000, sizeof(struct tree));
    cycle();
    make_garbage(heap, 10000, sizeof(struct tree));
    check_tree(object, 12, NULL);
    log_data(data);
}

static void
BF4_all_that_the_object_reaches_is_intact_in_its_guard(void **state)
{
    struct tree *tree = make_tree(12, NULL);

    (void)state;
    new_guard(tree, check_and_reuse, letter('a'));
    new_guard(tree->left, count, NULL);
    cycle();
    assert_log("a");
    cycle();
    assert_int_equal(stats().live_objects, 0);
}

/* ---- BF5 -------------------------------------------------------------- */

static void
resurrect(void *object, void *data)
{
    roots[0] = object;
    log_data(data);
}

static void
BF5_resurrection_at_most_once_unless_armed_again(void **state)
{
    void **object = new_node();

    (void)state;
    object[0] = new_node();
    roots[1] = watch(object, 's');
    roots[2] = watch(object[0], 't');
    roots[3] = watch_long(object, 'l');
    new_guard(object, resurrect, letter('g'));
    cycle();
    assert_log("stg");
    roots[4] = watch(object, 'u');
    cycle();
    assert_log("");
    assert_null(wgc_weakref_get(roots[1]));
    assert_null(wgc_weakref_get(roots[2]));
    assert_ptr_equal(wgc_weakref_get(roots[3]), object);
    assert_ptr_equal(wgc_weakref_get(roots[4]), object);
    assert_ptr_equal(wgc_weakref_next(heap, object, NULL), roots[4]);

    new_guard(object, resurrect, letter('h'));
    roots[0] = NULL;
    cycle();
    assert_log("uh");
    assert_ptr_equal(wgc_weakref_get(roots[3]), object);
    roots[0] = NULL;
    cycle();
    assert_log("l");
    assert_false(is_object(object));
}

/* ---- BF6 -------------------------------------------------------------- */

struct holder {
    void **payload; /* outside the heap: four words that point into it */
};

static int traced_payloads;

static void
trace_holder(wgc_tracer *tracer, const void *object, size_t bytes)
{
    const struct holder *holder = object;

    assert_true(bytes >= sizeof *holder);
    if (holder->payload) {
        traced_payloads++;
        wgc_visit_range(tracer, holder->payload, holder->payload + 4);
    }
}

static void
free_payload(void *object, void *data)
{
    struct holder *holder = object;

    free(holder->payload);
    holder->payload = NULL;
    log_data(data);
}

static void
BF6_a_payload_that_its_guard_freed_is_not_followed(void **state)
{
    wgc_kind_info info = {.name = "holder", .trace = trace_holder};
    wgc_kind kind = wgc_kind_new(heap, &info);
    struct holder *holder = wgc_alloc_kind(heap, kind, sizeof *holder);
    void *held;

    (void)state;
    roots[0] = holder;
    holder->payload = calloc(4, sizeof *holder->payload);
    assert_non_null(holder->payload);
    held = holder->payload[1] = new_node();
    roots[1] = new_guard(holder, free_payload, letter('p'));
    cycle();
    assert_true(is_object(held));

    assert_true(wgc_finalizer_run(roots[1]));
    traced_payloads = 0;
    cycle();
    assert_log("p");
    assert_int_equal(traced_payloads, 0);
    assert_true(is_object(holder));
    assert_false(is_object(held));
}

static void
BF6_a_stale_word_to_a_freed_object_follows_nothing(void **state)
{
    void **object = new_node();
    void *held = new_node();

    (void)state;
    object[0] = held;
    roots[0] = object;
    roots[1] = after(object, 'a');
    assert_int_equal(wgc_free(heap, object), WGC_OK);
    cycle();
    assert_log("a");
    assert_false(is_object(held));
    assert_false(is_object(object));
}

/* ---- BF7 -------------------------------------------------------------- */

static void
trace_filled(wgc_tracer *tracer, const void *object, size_t bytes)
{
    void *const *words = object;

    (void)bytes;
    /* Zeros, or what the test stored: never a stale word. */
    assert_true(!words[1] || words[1] == letter('f'));
    wgc_visit(tracer, words[0]);
}

static void
BF7_a_cycle_between_allocation_and_registration_finds_zeros(void **state)
{
    wgc_kind_info info = {.name = "filled", .trace = trace_filled};
    wgc_kind kind;

    (void)state;
    use_stress(WGC_DELIVER_COLLECT);
    kind = wgc_kind_new(heap, &info);
    ran = 0;
    for (int i = 0; i < 200; i++) {
        void **object = wgc_alloc_kind(heap, kind, 64);

        assert_non_null(object);
        assert_true(all_bytes_are(object, 64, 0));
        roots[i % 20] = object;
        make_garbage(heap, 1, 64);
        assert_non_null(wgc_finalizer_new(heap, object, count, NULL));
        assert_non_null(wgc_finalizer_new_guard(heap, object, count, NULL));
        object[0] = new_node();
        object[1] = letter('f');
    }
    assert_int_equal(ran, 0);
    cycle();
    assert_int_equal(ran, 360);
    memset(roots, 0, sizeof roots);
    cycle();
    assert_int_equal(ran, 400);
}

/* ---- BF8 -------------------------------------------------------------- */

static void
BF8_collect_and_deliver_give_exact_counts(void **state)
{
    (void)state;
    use_manual_delivery();
    ran = 0;
    for (size_t n = 0; n < 50; n++) {
        for (size_t i = 0; i < n; i++)
            new_after(new_node(), count, NULL);
        for (size_t i = 0; i < n; i++)
            new_guard(new_node(), count, NULL);
        cycle();
        assert_int_equal(wgc_pending(heap), 2 * n);
        assert_int_equal(wgc_deliver(heap, n), n);
        assert_int_equal(wgc_pending(heap), n);
        assert_int_equal(wgc_deliver(heap, SIZE_MAX), n);
        assert_int_equal(wgc_deliver(heap, SIZE_MAX), 0);
    }
    assert_int_equal(ran, 49 * 50);
}

static void
BF8_a_host_that_ends_runs_them_or_not(void **state)
{
    (void)state;
    ran = 0;
    roots[0] = new_node();
    for (int i = 0; i < 10; i++)
        new_after(roots[0], count, NULL);
    assert_int_equal(wgc_finalizer_run_all(heap), 10);
    assert_int_equal(ran, 10);
    for (int i = 0; i < 10; i++)
        new_after(roots[0], count, NULL);
    scene_close();
    assert_int_equal(ran, 10);
}

/* ---- BF9 -------------------------------------------------------------- */

static void
check_closure(void *object, void *data)
{
    void **closure = data;

    assert_true(is_object(closure));
    assert_ptr_equal(closure[0], object);
    assert_true(is_object(closure[1]));
    assert_ptr_equal(((void **)closure[1])[0], letter('v'));
    log_char('g');
}

static void
BF9_what_a_guard_needs_is_whole_though_it_is_guarded_itself(void **state)
{
    void **object = new_node();
    void **closure = new_node();
    void **shared = new_node();

    (void)state;
    closure[0] = object;
    closure[1] = shared;
    shared[0] = letter('v');
    roots[0] = object;
    new_guard(object, check_closure, closure);
    guard(closure, 'h');
    guard(shared, 'i');
    after(shared, 'a');
    cycle();
    assert_log("");
    roots[0] = NULL;
    cycle();
    assert_log("aghi");
    cycle();
    assert_false(is_object(object));
    assert_false(is_object(closure));
    assert_false(is_object(shared));
    assert_log("");
}

/* ---- BF11 ------------------------------------------------------------- */

static bool forbidden;

static void
must_not_run_now(void *object, void *data)
{
    (void)object;
    (void)data;
    assert_false(forbidden);
    ran++;
}

static void
BF11_nothing_runs_where_the_host_does_not_deliver(void **state)
{
    (void)state;
    use_stress(WGC_DELIVER_MANUAL);
    ran = 0;
    forbidden = true;
    for (int i = 0; i < 50; i++) {
        new_after(new_node(), must_not_run_now, NULL);
        new_guard(new_node(), must_not_run_now, NULL);
        roots[0] = wgc_realloc(heap, roots[0], (size_t)i * 100 + 1);
        roots[1] = wgc_weakref_new(heap, roots[0], NULL, NULL);
        assert_int_equal(wgc_collect(heap), WGC_OK);
    }
    cycle();
    wgc_trim(heap);
    assert_int_equal(wgc_pending(heap), 100);
    forbidden = false;
    assert_int_equal(wgc_deliver(heap, SIZE_MAX), 100);
    assert_int_equal(ran, 100);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        SCENE_TEST(BF1_cycles_with_finalizers_are_collected_at_once),
        SCENE_TEST(BF1_an_object_that_refers_to_itself_is_finalized),
        SCENE_TEST(BF1_a_chain_of_100000_finalizers_runs_in_one_collection),
        SCENE_TEST(BF1_a_chain_of_100000_guards_runs_in_one_collection),
        SCENE_TEST(BF2_a_finalizer_allocates_collects_registers_and_leaves),
        SCENE_TEST(BF3_the_runner_is_not_reentrant),
        SCENE_TEST(BF3_registration_where_callbacks_fire_does_not_hang),
        SCENE_TEST(BF4_all_that_the_object_reaches_is_intact_in_its_guard),
        SCENE_TEST(BF5_resurrection_at_most_once_unless_armed_again),
        SCENE_TEST(BF6_a_payload_that_its_guard_freed_is_not_followed),
        SCENE_TEST(BF6_a_stale_word_to_a_freed_object_follows_nothing),
        SCENE_TEST(BF7_a_cycle_between_allocation_and_registration_finds_zeros),
        SCENE_TEST(BF8_collect_and_deliver_give_exact_counts),
        SCENE_TEST(BF8_a_host_that_ends_runs_them_or_not),
        SCENE_TEST(BF9_what_a_guard_needs_is_whole_though_it_is_guarded_itself),
        SCENE_TEST(BF11_nothing_runs_where_the_host_does_not_deliver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
