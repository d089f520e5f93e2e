/* SPDX-License-Identifier: MIT */
/*
 * BS4: stacks as values.  Coroutines hold objects that nothing else refers to,
 * and are collected on, around and between, switched with ucontext and by hand.
 */
#include "coroutine.h"

#include "heap_scene.h"

#include <pthread.h>

enum { BYTES = 64 << 10, OBJECT = 64 };

static NOINLINE unsigned char *
make_object(unsigned char value)
{
    unsigned char *object = wgc_alloc_leaf(heap, OBJECT);
    assert_non_null(object);
    memset(object, value, OBJECT);
    return object;
}

static void
make_cycles_run(void)
{
    for (int i = 0; i < 3; i++) {
        make_garbage(heap, 500, OBJECT);
        assert_int_equal(wgc_collect(heap), WGC_OK);
    }
}

/* ---- One coroutine ---- */

static hidden held;
static bool whole;

static void
hold_while_suspended(struct coroutine *self, void *argument)
{
    unsigned char *volatile object = make_object(0x77);
    (void)argument;
    held = hide(object);
    yield(self);
    whole = all_bytes_are(object, OBJECT, 0x77);
}

static void
check_suspended(bool by_hand)
{
    struct coroutine *co =
        coroutine_new(heap, BYTES, by_hand, hold_while_suspended, NULL);
    start_coroutine(co);
    scrub_stack();
    make_cycles_run();
    assert_true(is_alive(heap, held));
    assert_false(resume(co));
    assert_true(whole);
    coroutine_free(co);
    collect_exact(heap);
    assert_false(is_alive(heap, held));
}

static void
BS4_what_a_suspended_stack_holds_lives(void **state)
{
    (void)state;
    check_suspended(false);
    check_suspended(HAS_OWN_SWITCH);
}

/* In a callee-saved register, which only the switch knows where to put. */
static void
hold_in_register(struct coroutine *self, void *argument)
{
#if defined(__x86_64__)
    register uintptr_t object __asm__("rbx") = (uintptr_t)make_object(0x44);
#else
    register uintptr_t object = (uintptr_t)make_object(0x44);
#endif
    (void)argument;
    held = (hidden){~object};
    __asm__ volatile("" : "+r"(object));
    yield(self);
    __asm__ volatile("" : "+r"(object));
    whole = all_bytes_are((void *)object, OBJECT, 0x44);
}

static void
BS4_registers_at_the_switch_count(void **state)
{
    (void)state;
    for (int by_hand = 0; by_hand <= HAS_OWN_SWITCH; by_hand++) {
        struct coroutine *co =
            coroutine_new(heap, BYTES, by_hand, hold_in_register, NULL);
        start_coroutine(co);
        scrub_stack();
        make_cycles_run();
        assert_true(is_alive(heap, held));
        assert_false(resume(co));
        assert_true(whole);
        coroutine_free(co);
    }
}

static void
collect_inside(struct coroutine *self, void *argument)
{
    unsigned char *volatile object = make_object(0x11);
    (void)argument;
    make_cycles_run();
    whole = all_bytes_are(object, OBJECT, 0x11);
    yield(self);
    make_cycles_run();
    whole = whole && all_bytes_are(object, OBJECT, 0x11);
}

static NOINLINE void
collect_on_coroutine(bool by_hand)
{
    unsigned char *volatile outside = make_object(0x22);
    struct coroutine *co =
        coroutine_new(heap, BYTES, by_hand, collect_inside, NULL);
    start_coroutine(co);
    assert_true(whole);
    assert_false(resume(co));
    assert_true(whole);
    assert_true(all_bytes_are(outside, OBJECT, 0x22));
    coroutine_free(co);
}

static void
BS4_a_collection_on_a_coroutine_sees_the_threads_own_stack(void **state)
{
    (void)state;
    collect_on_coroutine(false);
    collect_on_coroutine(HAS_OWN_SWITCH);
}

static void
allocate_inside(struct coroutine *self, void *argument)
{
    size_t before = stats_of(heap).cycles;
    (void)self, (void)argument;
    make_garbage(heap, 20000, OBJECT);
    whole = stats_of(heap).cycles > before;
}

static void
automatic_cycles_run_on_a_coroutine(void **state)
{
    (void)state;
    struct coroutine *co =
        coroutine_new(heap, BYTES, false, allocate_inside, NULL);
    start_coroutine(co);
    assert_true(whole);
    coroutine_free(co);
}

/* ---- Only the live part ---- */

static NOINLINE void
leave_dead_words(uintptr_t word)
{
    volatile uintptr_t words[1024];
    for (int i = 0; i < 1024; i++)
        words[i] = i < 256 ? ~word : 0;
    __asm__ volatile("" ::"r"(words) : "memory");
}

static void
leave_and_yield(struct coroutine *self, void *argument)
{
    leave_dead_words(*(uintptr_t *)argument);
    yield(self);
}

static NOINLINE uintptr_t
make_hidden_object(void)
{
    return hide(make_object(1)).bits;
}

/* Dead words far below the hot end name the object: they keep nothing. */
static void
BS4_only_the_live_part_of_a_suspended_stack_is_scanned(void **state)
{
    (void)state;
    uintptr_t secret = make_hidden_object();
    struct coroutine *co =
        coroutine_new(heap, BYTES, HAS_OWN_SWITCH, leave_and_yield, &secret);
    start_coroutine(co);
    scrub_stack();
    assert_int_equal(wgc_collect(heap), WGC_OK);
    if (!UNDER_ASAN)
        assert_false(is_alive(heap, (hidden){secret}));
    assert_false(resume(co));
    coroutine_free(co);
}

static void
never_run(struct coroutine *self, void *argument)
{
    (void)self, (void)argument;
}

static void
what_lies_at_the_far_end_of_a_new_stack_lives(void **state)
{
    (void)state;
    struct coroutine *co = coroutine_new(heap, BYTES, false, never_run, NULL);
    void **top = (void **)(void *)(co->low + co->bytes);
    top[-8] = make_object(3);
    held = hide(top[-8]);
    scrub_stack();
    make_cycles_run();
    assert_true(is_alive(heap, held));
    coroutine_free(co);
    collect_exact(heap);
    assert_false(is_alive(heap, held));
}

/* ---- Thousands ---- */

enum { MANY = 4000, ROUNDS = 3 };

static void
hold_through_rounds(struct coroutine *self, void *argument)
{
    unsigned char value = *(unsigned char *)argument;
    for (int i = 0; i < ROUNDS; i++) {
        unsigned char *volatile object = make_object(value);
        yield(self);
        if (!all_bytes_are(object, OBJECT, value))
            whole = false;
    }
}

static void
run_many(bool by_hand)
{
    static struct coroutine *all[MANY];
    static unsigned char values[256];
    whole = true;
    for (int i = 0; i < 256; i++)
        values[i] = (unsigned char)i;
    for (int i = 0; i < MANY; i++) {
        all[i] = coroutine_new(heap, 16 << 10, by_hand, hold_through_rounds,
                               &values[i % 256]);
        start_coroutine(all[i]);
    }
    scrub_stack();
    for (int round = 0; round < ROUNDS; round++) {
        assert_int_equal(wgc_collect(heap), WGC_OK);
        assert_true(stats_of(heap).live_objects >= MANY);
        for (int i = 0; i < MANY; i++)
            assert_int_equal(resume(all[i]), round + 1 < ROUNDS);
    }
    assert_true(whole);
    for (int i = 0; i < MANY; i++)
        coroutine_free(all[i]);
    scrub_stack();
    assert_int_equal(wgc_collect(heap), WGC_OK);
    assert_true(stats_of(heap).live_objects < MANY / 10);
}

static void
BS4_thousands_of_coroutines_hold_what_nobody_else_does(void **state)
{
    (void)state;
    run_many(false);
    if (HAS_OWN_SWITCH)
        run_many(true);
}

/* ---- Nested, other threads, misuse ---- */

static void
resume_another(struct coroutine *self, void *argument)
{
    unsigned char *volatile object = make_object(9);
    (void)argument;
    yield(self);
    whole = all_bytes_are(object, OBJECT, 9);
}

static void *
resume_on_a_thread(void *data)
{
    if (wgc_thread_attach(heap) != WGC_OK)
        return NULL;
    (void)resume(data);
    return data;
}

static void
BS4_a_coroutine_may_go_on_on_another_thread(void **state)
{
    (void)state;
    pthread_t thread;
    struct coroutine *co =
        coroutine_new(heap, BYTES, false, resume_another, NULL);
    start_coroutine(co);
    scrub_stack();
    make_cycles_run();
    whole = false;
    assert_int_equal(pthread_create(&thread, NULL, resume_on_a_thread, co), 0);
    assert_int_equal(wgc_blocking_enter(heap), WGC_OK);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(wgc_blocking_leave(heap), WGC_OK);
    assert_true(whole && co->done);
    coroutine_free(co);
}

static void
misuse_inside(struct coroutine *self, void *argument)
{
    (void)argument;
    whole = wgc_stack_free(heap, self->stack) == WGC_BUSY &&
            wgc_thread_detach(heap) == WGC_BUSY;
}

static void
stacks_that_are_none_are_refused(void **state)
{
    static char memory[4096];
    (void)state;
    assert_null(wgc_stack_new(heap, memory + 100, memory));
    assert_status(WGC_INVALID);
    assert_null(wgc_stack_new(heap, NULL, memory));
    assert_status(WGC_INVALID);
    assert_int_equal(wgc_stack_switch(heap, (wgc_stack *)(void *)memory),
                     WGC_INVALID);
    assert_int_equal(wgc_stack_switch(heap, wgc_alloc(heap, 2000)),
                     WGC_INVALID);
    assert_int_equal(wgc_stack_free(heap, NULL), WGC_INVALID);
    assert_int_equal(wgc_stack_switch(heap, NULL), WGC_OK);
    struct coroutine *co =
        coroutine_new(heap, BYTES, false, misuse_inside, NULL);
    wgc_stack *stack = co->stack;
    start_coroutine(co);
    assert_true(whole);
    coroutine_free(co);
    assert_int_equal(wgc_stack_switch(heap, stack), WGC_INVALID);
    assert_int_equal(wgc_stack_free(heap, stack), WGC_INVALID);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(BS4_what_a_suspended_stack_holds_lives),
        TEST(BS4_registers_at_the_switch_count),
        TEST(BS4_a_collection_on_a_coroutine_sees_the_threads_own_stack),
        TEST(automatic_cycles_run_on_a_coroutine),
        TEST(BS4_only_the_live_part_of_a_suspended_stack_is_scanned),
        TEST(what_lies_at_the_far_end_of_a_new_stack_lives),
        TEST(BS4_thousands_of_coroutines_hold_what_nobody_else_does),
        TEST(BS4_a_coroutine_may_go_on_on_another_thread),
        TEST(stacks_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
