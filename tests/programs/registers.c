/* SPDX-License-Identifier: MIT */
/*
 * BS1 and BS2: the only pointer to an object is in one callee-saved register
 * while a cycle runs, in wgc_collect and inside wgc_alloc.  check_compilers.py
 * builds this together with the library's sources, with every compiler, level
 * and with link-time optimisation.  Prints what failed; exit status 1 then.
 *
 * The address is hidden everywhere else, and other objects that nothing names
 * must die in the same cycle: otherwise the test could not fail.
 */
#include "wgc/wgc.h"

#include <stdio.h>
#include <string.h>

#if defined(__clang__)
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

enum { OBJECTS = 64, BYTES = 96 };

/*
 * keep_in_REG(heap, bytes, hidden, fn) loads ~hidden into REG, forgets every
 * other copy, calls fn(heap, bytes), and returns what REG then holds.  In
 * assembly, so that no compiler moves anything; naked, so that the frame holds
 * only what is pushed here.  fn is called with the stack at 16n.
 */
typedef void *call_fn(wgc_heap *heap, size_t bytes);
typedef void *keep_fn(wgc_heap *heap, size_t bytes, uintptr_t hidden,
                      call_fn *fn);

#define KEEP_IN(reg)                                                           \
    static __attribute__((naked, noinline, used)) void *keep_in_##reg(         \
        __attribute__((unused)) wgc_heap *heap,                                \
        __attribute__((unused)) size_t bytes,                                  \
        __attribute__((unused)) uintptr_t hidden,                              \
        __attribute__((unused)) call_fn *fn)                                   \
    {                                                                          \
        __asm__("push %" #reg "\n\t"                                           \
                "mov %rdx, %" #reg "\n\t"                                      \
                "not %" #reg "\n\t"                                            \
                "mov %rcx, %rax\n\t"                                           \
                "xor %edx, %edx\n\t"                                           \
                "xor %ecx, %ecx\n\t"                                           \
                "xor %r8d, %r8d\n\t"                                           \
                "xor %r9d, %r9d\n\t"                                           \
                "xor %r10d, %r10d\n\t"                                         \
                "xor %r11d, %r11d\n\t"                                         \
                "call *%rax\n\t"                                               \
                "mov %" #reg ", %rax\n\t"                                      \
                "pop %" #reg "\n\t"                                            \
                "ret");                                                        \
    }

KEEP_IN(rbx)
KEEP_IN(rbp)
KEEP_IN(r12)
KEEP_IN(r13)
KEEP_IN(r14)
KEEP_IN(r15)

static const struct {
    const char *name;
    keep_fn *keep;
} registers[] = {{"rbx", keep_in_rbx}, {"rbp", keep_in_rbp},
                 {"r12", keep_in_r12}, {"r13", keep_in_r13},
                 {"r14", keep_in_r14}, {"r15", keep_in_r15}};

static int failures;

static void
fail(const char *test, const char *name, const char *why)
{
    printf("%s %s: %s\n", test, name, why);
    failures++;
}

static NOINLINE void
scrub_stack(void)
{
    volatile unsigned char frame[16384];
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = 0;
}

static NOINLINE bool
make_hidden(wgc_heap *heap, uintptr_t *hidden)
{
    for (size_t i = 0; i < OBJECTS; i++) {
        unsigned char *object = wgc_alloc_leaf(heap, BYTES);
        if (!object)
            return false;
        memset(object, (int)i + 1, BYTES);
        hidden[i] = ~(uintptr_t)object;
    }
    return true;
}

/* Apart, so that the address is in no frame and no register afterwards. */
static NOINLINE size_t
size_of_hidden(wgc_heap *heap, uintptr_t hidden)
{
    return wgc_size(heap, (void *)~hidden);
}

static NOINLINE size_t
count_alive(wgc_heap *heap)
{
    wgc_stats stats;
    wgc_stats_get(heap, &stats);
    return stats.live_objects;
}

static NOINLINE void *
call_collect(wgc_heap *heap, size_t bytes)
{
    (void)bytes;
    return wgc_collect(heap) == WGC_OK ? heap : NULL;
}

/* A cycle starts at once in this allocation, and may be inlined into it. */
static NOINLINE void *
call_alloc(wgc_heap *heap, size_t bytes)
{
    return wgc_alloc(heap, bytes);
}

static NOINLINE void
check_register(const char *test, size_t which, ptrdiff_t offset, call_fn *fn,
               unsigned stress)
{
    uintptr_t hidden[OBJECTS];
    const char *name = registers[which].name;
    wgc_config config = {.no_globals = true, .stress = stress};
    wgc_heap *heap = wgc_heap_new(&config);
    /* In a stressed heap each allocation collects those before it. */
    if (!heap || !make_hidden(heap, hidden)) {
        fail(test, name, "no heap");
        return;
    }
    size_t kept = stress ? OBJECTS - 1 : OBJECTS / 2;
    size_t bytes = size_of_hidden(heap, hidden[kept]);
    scrub_stack();
    uintptr_t word = hidden[kept] - (uintptr_t)offset;
    void *returned = registers[which].keep(heap, 24, word, fn);
    if (returned != (void *)(~hidden[kept] + (uintptr_t)offset))
        fail(test, name, "the register was not preserved");
    unsigned char *object = (void *)~hidden[kept];
    if (wgc_size(heap, object) != bytes)
        fail(test, name, "the object died");
    else
        for (size_t i = 0; i < BYTES; i++)
            if (object[i] != kept + 1) {
                fail(test, name, "the object was overwritten");
                break;
            }
    if (count_alive(heap) > OBJECTS / 4)
        fail(test, name, "others lived too, so this proves nothing");
    wgc_heap_free(heap);
}

/*
 * BS2 as it bites real programs: no assembly, the compiler chooses where the
 * pointers are while allocation, possibly inlined here with the collector in
 * it, runs a cycle each time.
 */
static NOINLINE void
check_locals(unsigned stress)
{
    wgc_config config = {.no_globals = true, .stress = stress};
    wgc_heap *heap = wgc_heap_new(&config);
    if (!heap) {
        fail("BS2_locals", "", "no heap");
        return;
    }
    for (size_t round = 1; round < 100; round++) {
        size_t *a = wgc_alloc_leaf(heap, 64), *b = wgc_alloc(heap, 200);
        *a = round;
        *b = round + 1;
        size_t *c = wgc_alloc(heap, 3000), *d = wgc_alloc_leaf(heap, 20000);
        *c = round + 2;
        *d = round + 3;
        size_t **pair = wgc_alloc(heap, 16);
        pair[0] = a;
        pair[1] = wgc_realloc(heap, b, 5000);
        size_t *e = wgc_alloc(heap, 64);
        if (*pair[0] != round || *pair[1] != round + 1 || *c != round + 2 ||
            *d != round + 3 || *e != 0)
            fail("BS2_locals", "", "a local variable lost its object");
    }
    wgc_heap_free(heap);
}

int
main(void)
{
    const ptrdiff_t offsets[] = {0, 8, 3, BYTES - 1, BYTES};
    for (size_t r = 0; r < sizeof registers / sizeof registers[0]; r++)
        for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
            check_register("BS1", r, offsets[i], call_collect, 0);
            check_register("BS2", r, offsets[i], call_alloc, 1);
        }
    check_locals(1);
    check_locals(3);
    return failures != 0;
}
