/* SPDX-License-Identifier: MIT */
/*
 * A seeded stress: threads attach, allocate, hand objects to each other, hold
 * weak references, block, fork, and exit with or without detaching, while others
 * collect.  Each object carries a checksum of its contents and its neighbours'
 * numbers; each one that a thread can reach is checked again and again.
 */
#include "thread_support.h"

#include <sys/wait.h>
#include <unistd.h>

enum {
    THREADS = 4,
    MAILBOXES = 16,
    OWN = 32, /* objects that a thread holds on its stack */
    WORDS_MAX = 40
};

struct object {
    struct object *neighbour;
    uint64_t number, words, sum;
    uint64_t contents[];
};

static wgc_heap *heap;
static _Atomic(struct object *) mailboxes[MAILBOXES];    /* a root */
static _Atomic(wgc_weakref *) weak_mailboxes[MAILBOXES]; /* a root */
static atomic_ulong numbers;
static atomic_int finalized, registered;

static uint64_t
sum_of(const struct object *object)
{
    uint64_t sum = object->number * 31 + object->words;
    for (uint64_t i = 0; i < object->words; i++)
        sum = sum * 1000003 + object->contents[i];
    return sum;
}

static void
check(const struct object *object)
{
    for (int depth = 0; object != NULL && depth < 5; depth++) {
        EXPECT(object->sum == sum_of(object));
        object = object->neighbour;
    }
}

static void
count_death(void *dead, void *data)
{
    (void)dead, (void)data;
    atomic_fetch_add(&finalized, 1);
}

static struct object *
make(random_state *random, struct object *neighbour)
{
    size_t words = random_below(random, WORDS_MAX);
    if (random_below(random, 200) == 0)
        words = 4000; /* a large one */
    struct object *object =
        wgc_alloc(heap, sizeof *object + words * sizeof(uint64_t));
    EXPECT(object != NULL && object->neighbour == NULL && object->sum == 0);
    object->number = atomic_fetch_add(&numbers, 1);
    object->words = words;
    for (size_t i = 0; i < words; i++)
        object->contents[i] = object->number ^ i; /* small: no pointers */
    /* Chains end, or nothing would ever die. */
    object->neighbour = random_below(random, 4) != 0 ? neighbour : NULL;
    object->sum = sum_of(object);
    if (random_below(random, 50) == 0) {
        atomic_fetch_add(&registered, 1);
        EXPECT(wgc_finalizer_new(heap, object, count_death, NULL) != NULL);
    }
    return object;
}

static void
exchange(random_state *random, struct object **mine)
{
    size_t box = random_below(random, MAILBOXES);
    *mine = atomic_exchange(&mailboxes[box], *mine);
    check(*mine);
}

static void
exchange_weakly(random_state *random, struct object *mine)
{
    size_t box = random_below(random, MAILBOXES);
    if (mine != NULL && random_below(random, 2)) {
        wgc_weakref *reference = wgc_weakref_new(heap, mine, NULL, NULL);
        EXPECT(reference != NULL);
        atomic_store(&weak_mailboxes[box], reference);
        return;
    }
    wgc_weakref *reference = atomic_load(&weak_mailboxes[box]);
    if (reference != NULL)
        check(wgc_weakref_get(reference));
}

static NOINLINE void
block_for_a_while(void)
{
    EXPECT(wgc_blocking_enter(heap) == WGC_OK);
    sched_yield();
    EXPECT(wgc_blocking_leave(heap) == WGC_OK);
}

static int
live_in_child(random_state *random)
{
    alarm(30);
    int before = atomic_load(&wrongs);
    for (int i = 0; i < 200; i++) {
        struct object *mine = make(random, NULL);
        exchange(random, &mine);
    }
    return wgc_collect(heap) == WGC_OK && atomic_load(&wrongs) == before ? 0
                                                                         : 1;
}

static void
fork_and_wait(random_state *random)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(live_in_child(random));
    EXPECT(wgc_blocking_enter(heap) == WGC_OK);
    EXPECT(waitpid(child, &status, 0) == child);
    EXPECT(wgc_blocking_leave(heap) == WGC_OK);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
act(random_state *random, struct object **own)
{
    size_t at = random_below(random, OWN);
    switch (random_below(random, 16)) {
    case 0:
        exchange(random, &own[at]);
        break;
    case 1:
    case 2:
        exchange_weakly(random, own[at]);
        break;
    case 3:
        block_for_a_while();
        break;
    case 4:
        if (random_below(random, 20) == 0)
            EXPECT(wgc_collect(heap) == WGC_OK);
        break;
    case 5:
        wgc_safepoint(heap);
        check(own[at]);
        break;
    case 6:
        if (random_below(random, 10) == 0)
            (void)wgc_deliver(heap, 3);
        break;
    case 7:
        if (random_below(random, 400) == 0)
            fork_and_wait(random);
        break;
    default:
        own[at] = make(random, own[random_below(random, OWN)]);
        break;
    }
}

struct life {
    uint64_t seed;
    size_t steps;
};

static void *
live(void *data)
{
    const struct life *life = data;
    random_state random = {life->seed};
    struct object *own[OWN] = {NULL};
    EXPECT(wgc_thread_attach(heap) == WGC_OK);
    for (size_t i = 0; i < life->steps; i++)
        act(&random, own);
    for (size_t i = 0; i < OWN; i++)
        check(own[i]);
    if (random_below(&random, 2))
        EXPECT(wgc_thread_detach(heap) == WGC_OK);
    return NULL;
}

static void
run_generation(random_state *random, size_t steps)
{
    pthread_t threads[THREADS];
    struct life lives[THREADS];
    for (size_t i = 0; i < THREADS; i++) {
        lives[i] = (struct life){random_next(random) | 1,
                                 1 + random_below(random, steps)};
        threads[i] = start(live, &lives[i]);
    }
    for (size_t i = 0; i < THREADS; i++)
        finish(heap, threads[i]);
    assert_nothing_wrong();
}

static void
check_all(void)
{
    for (size_t i = 0; i < MAILBOXES; i++) {
        check(atomic_load(&mailboxes[i]));
        wgc_weakref *reference = atomic_load(&weak_mailboxes[i]);
        if (reference != NULL)
            check(wgc_weakref_get(reference));
    }
    assert_nothing_wrong();
}

static void
end_with_nothing_alive(void)
{
    for (size_t i = 0; i < MAILBOXES; i++) {
        atomic_store(&mailboxes[i], NULL);
        atomic_store(&weak_mailboxes[i], NULL);
    }
    for (int i = 0; i < 3; i++)
        collect_exact(heap);
    assert_int_equal(stats_of(heap).live_objects, 0);
    assert_int_equal(atomic_load(&finalized), atomic_load(&registered));
}

static void
threads_that_do_everything_lose_nothing(void **state)
{
    const bool slow = UNDER_TSAN || UNDER_ASAN;
    (void)state;
    random_state random = random_seeded(20261125);
    for (int round = 0; round < (slow ? 4 : 10); round++) {
        heap = wgc_heap_new(&(wgc_config){
            .no_globals = true, .at_fork = true, .min_bytes = 1 << 16});
        assert_non_null(heap);
        assert_int_equal(wgc_root_add(heap, mailboxes, mailboxes + MAILBOXES),
                         WGC_OK);
        assert_int_equal(
            wgc_root_add(heap, weak_mailboxes, weak_mailboxes + MAILBOXES),
            WGC_OK);
        for (int generation = 0; generation < 3; generation++) {
            run_generation(&random, slow ? 3000 : 10000);
            check_all();
        }
        end_with_nothing_alive();
        assert_int_equal(wgc_heap_free(heap), WGC_OK);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_do_everything_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
