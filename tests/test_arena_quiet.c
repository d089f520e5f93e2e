/* SPDX-License-Identifier: MIT */
/*
 * A heap in a buffer makes no system call and no malloc, from its birth to its
 * end.  The proof: a child process in which the kernel kills at any system call
 * but write and exit, and in which malloc and its kin are functions of this
 * file that count.  A second child shows that the trap works.
 */
#include "support.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__GLIBC__) && !UNDER_ASAN && defined(__x86_64__)
#define CAN_TRAP 1
#else
#define CAN_TRAP 0
#endif

#if CAN_TRAP
static volatile size_t allocations;

extern void *__libc_malloc(size_t bytes);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *object, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);

void *
malloc(size_t bytes)
{
    allocations++;
    return __libc_malloc(bytes);
}

void *
calloc(size_t count, size_t bytes)
{
    allocations++;
    return __libc_calloc(count, bytes);
}

void *
realloc(void *object, size_t bytes)
{
    allocations++;
    return __libc_realloc(object, bytes);
}

void *
aligned_alloc(size_t alignment, size_t bytes)
{
    allocations++;
    return __libc_memalign(alignment, bytes);
}

static int
set_trap(void)
{
#define ALLOW(number)                                                          \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                       \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(SYS_write),
        ALLOW(SYS_exit),
        ALLOW(SYS_exit_group),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
#undef ALLOW
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* Exit codes of a child; a signal is 1000 and more. */
enum { FINE = 0, NO_TRAP = 2, WRONG = 3, ALLOCATED = 4 };

/* In a child nothing may fail by cmocka, which would print and longjmp. */
#define EXPECT(condition)                                                      \
    do {                                                                       \
        if (!(condition))                                                      \
            say_and_leave(#condition "\n");                                    \
    } while (0)

static void
say_and_leave(const char *text)
{
    ssize_t written = write(2, text, strlen(text));
    (void)written;
    _exit(WRONG);
}

static void
count_call(void *object, void *data)
{
    (void)object;
    ++*(size_t *)data;
}

static void
count_weakref(wgc_weakref *reference, void *data)
{
    (void)reference;
    ++*(size_t *)data;
}

static void
visit_root(wgc_tracer *tracer, void *data)
{
    wgc_visit(tracer, *(void **)data);
}

static bool
give_up(wgc_heap *heap, size_t bytes, void *data)
{
    (void)heap;
    (void)bytes;
    ++*(size_t *)data;
    return false;
}

static void
use_references(wgc_heap *heap)
{
    size_t called = 0;
    void **slots = roots[3] = wgc_alloc_leaf(heap, 2 * sizeof *slots);
    EXPECT(slots);
    void *object = roots[0] = wgc_alloc(heap, 100);
    roots[1] = wgc_weakref_new(heap, object, count_weakref, &called);
    roots[2] = wgc_weakref_new_long(heap, object, NULL, NULL);
    EXPECT(roots[1] && roots[2]);
    EXPECT(wgc_weak_slot_add(heap, &slots[0], object) == WGC_OK);
    EXPECT(wgc_weak_slot_move(heap, &slots[0], &slots[1]) == WGC_OK);
    EXPECT(wgc_weak_slot_remove(heap, &slots[1]) == WGC_OK);
    EXPECT(wgc_finalizer_new(heap, object, count_call, &called));
    EXPECT(wgc_finalizer_new_guard(heap, object, count_call, &called));
    EXPECT(wgc_weakref_get(roots[1]) == object);
    roots[0] = object = NULL;
    EXPECT(wgc_collect_exact(heap) == WGC_OK);
    EXPECT(wgc_collect(heap) == WGC_OK);
    EXPECT(wgc_deliver(heap, 10) == 0 && wgc_pending(heap) == 0);
    EXPECT(called == 3);
    EXPECT(wgc_finalizer_new(heap, wgc_alloc(heap, 16), count_call, &called));
    EXPECT(wgc_finalizer_run_all(heap) == 1);
}

static void
use_objects(wgc_heap *heap)
{
    static void *root;
    wgc_stats stats;
    wgc_kind kind = wgc_kind_new(heap, &(wgc_kind_info){.name = "leaf"});
    EXPECT(kind != WGC_KIND_INVALID);
    EXPECT(wgc_alloc_kind(heap, kind, 100));
    EXPECT(wgc_alloc_aligned(heap, 0, 100, 512));
    EXPECT(wgc_root_add_callback(heap, visit_root, &root) == WGC_OK);
    root = wgc_alloc_leaf(heap, 20000);
    root = wgc_realloc(heap, root, 30000);
    EXPECT(wgc_resize(heap, root, 20000));
    EXPECT(wgc_pin(heap, root) == WGC_OK);
    EXPECT(wgc_collect(heap) == WGC_OK);
    EXPECT(wgc_unpin(heap, root) == WGC_OK);
    EXPECT(wgc_root_remove_callback(heap, visit_root, &root) == WGC_OK);
    EXPECT(wgc_size(heap, wgc_base(heap, (char *)root + 5)) >= 20000);
    EXPECT(wgc_external(heap, 1000) == WGC_OK);
    EXPECT(wgc_external(heap, -1000) == WGC_OK);
    EXPECT(wgc_disable(heap) == WGC_OK && wgc_enable(heap) == WGC_OK);
    EXPECT(wgc_free(heap, root) == WGC_OK);
    root = NULL;
    (void)wgc_trim(heap);
    wgc_stats_get(heap, &stats);
    EXPECT(stats.cycles > 0 && stats.live_bytes < stats.committed_bytes);
}

/* All the work between birth and death of one heap; true on success. */
static void
use_heap(wgc_config config)
{
    size_t asked = 0;
    config.on_oom = give_up;
    config.oom_data = &asked;
    wgc_heap *heap = wgc_heap_new(&config);
    EXPECT(heap);
    EXPECT(wgc_root_add(heap, roots, roots + 100) == WGC_OK);
    for (int round = 0; round < 5; round++) {
        use_objects(heap);
        use_references(heap);
        for (size_t i = 0; i < 5000; i++)
            EXPECT(roots[i % 50] = wgc_alloc(heap, i % 200));
        EXPECT(!wgc_alloc(heap, config.arena_bytes * 2));
        EXPECT(wgc_last_status() != WGC_OK);
        while ((roots[0] = wgc_alloc(heap, 64)))
            *(void **)roots[0] = roots[1], roots[1] = roots[0];
        EXPECT(wgc_last_status() == WGC_NO_MEMORY);
        for (size_t i = 0; i < 100; i++)
            roots[i] = NULL;
        EXPECT(wgc_collect_exact(heap) == WGC_OK);
    }
    EXPECT(asked > 0);
    EXPECT(wgc_heap_free(heap) == WGC_OK);
}

static int
live_in_silence(void *data)
{
    wgc_config *config = data;
    if (set_trap() != 0)
        return NO_TRAP;
    size_t before = allocations;
    use_heap(*config);
    return allocations == before ? FINE : ALLOCATED;
}

static int
make_a_system_call(void *data)
{
    if (set_trap() != 0)
        return NO_TRAP;
    return data != NULL || syscall(SYS_getpid) > 0 ? FINE : WRONG;
}

static int
make_an_allocation(void *data)
{
    size_t before = allocations;
    void *volatile block = malloc(10);
    free(block);
    return data != NULL || allocations == before ? FINE : ALLOCATED;
}

static void
the_trap_works(void **state)
{
    (void)state;
    int result = run_in_child(make_a_system_call, NULL);
    if (result == NO_TRAP)
        skip();
    assert_int_equal(result, 1000 + SIGSYS);
    assert_int_equal(run_in_child(make_an_allocation, NULL), ALLOCATED);
}

static void
check_silence(wgc_config config)
{
    int result = run_in_child(live_in_silence, &config);
    if (result == NO_TRAP)
        skip();
    assert_int_equal(result, FINE);
}

static char buffer[(4 << 20) + 64];

static void
a_heap_in_a_buffer_makes_no_system_call_and_no_malloc(void **state)
{
    (void)state;
    const size_t sizes[] = {128 << 10, 200001, 1 << 20, 4 << 20};
    for (size_t i = 0; i < 4; i++)
        check_silence(
            (wgc_config){.arena = buffer + 13 * i, .arena_bytes = sizes[i]});
}

static void
nor_does_one_without_globals_or_with_a_cycle_at_every_allocation(void **state)
{
    (void)state;
    check_silence((wgc_config){.arena = buffer,
                               .arena_bytes = 256 << 10,
                               .no_globals = true,
                               .stress = 40});
    check_silence((wgc_config){.arena = buffer,
                               .arena_bytes = 256 << 10,
                               .delivery = WGC_DELIVER_ALLOC});
}
#else
static void
a_heap_in_a_buffer_makes_no_system_call_and_no_malloc(void **state)
{
    (void)state;
    skip(); /* the sanitizer makes system calls of its own */
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
#if CAN_TRAP
        cmocka_unit_test(the_trap_works),
        cmocka_unit_test(
            nor_does_one_without_globals_or_with_a_cycle_at_every_allocation),
#endif
        cmocka_unit_test(a_heap_in_a_buffer_makes_no_system_call_and_no_malloc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
