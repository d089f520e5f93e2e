/* SPDX-License-Identifier: MIT */
/*
 * Coroutines for the tests, switched in two ways: with ucontext, and on x86-64
 * by hand, as interpreters do.  Each has a stack that the heap knows.
 */
#ifndef TESTS_COROUTINE_H
#define TESTS_COROUTINE_H

#include "support.h"

#include <sys/mman.h>
#include <ucontext.h>

#if defined(__x86_64__)
#define HAS_OWN_SWITCH 1
#else
#define HAS_OWN_SWITCH 0
#endif

/* What AddressSanitizer wants to know; absent without it. */
extern void __sanitizer_start_switch_fiber(void **fake, const void *bottom,
                                           size_t bytes) __attribute__((weak));
extern void __sanitizer_finish_switch_fiber(void *fake, const void **bottom,
                                            size_t *bytes)
    __attribute__((weak));

/* And ThreadSanitizer. */
extern void *__tsan_get_current_fiber(void) __attribute__((weak));
extern void *__tsan_create_fiber(unsigned flags) __attribute__((weak));
extern void __tsan_destroy_fiber(void *fiber) __attribute__((weak));
extern void __tsan_switch_to_fiber(void *fiber, unsigned flags)
    __attribute__((weak));

struct coroutine {
    wgc_heap *heap;
    wgc_stack *stack;
    char *low;
    size_t bytes;
    void (*fn)(struct coroutine *self, void *argument);
    void *argument; /* in memory that is no root */
    bool by_hand, done;
    void *inner, *outer; /* stack pointers, by hand */
    ucontext_t in, out;
    const void *outer_low; /* for the sanitizer */
    size_t outer_bytes;
    void *fiber, *outer_fiber;
};

#if HAS_OWN_SWITCH
void switch_by_hand(void **from, void *to);
/* Callee-saved registers onto the old stack, and from the new one. */
__asm__(".text\n"
        ".globl switch_by_hand\n"
        ".type switch_by_hand, @function\n"
        "switch_by_hand:\n\t"
        "push %rbp\n\tpush %rbx\n\tpush %r12\n\t"
        "push %r13\n\tpush %r14\n\tpush %r15\n\t"
        "mov %rsp, (%rdi)\n\t"
        "mov %rsi, %rsp\n\t"
        "pop %r15\n\tpop %r14\n\tpop %r13\n\t"
        "pop %r12\n\tpop %rbx\n\tpop %rbp\n\t"
        "ret\n"
        ".size switch_by_hand, .-switch_by_hand\n"
        ".section .note.GNU-stack,\"\",@progbits\n"
        ".text\n");
#endif

static void
enter_fiber(struct coroutine *self, bool inside)
{
    (void)self, (void)inside;
    if (__sanitizer_finish_switch_fiber != NULL)
        __sanitizer_finish_switch_fiber(NULL, inside ? &self->outer_low : NULL,
                                        inside ? &self->outer_bytes : NULL);
}

static void
leave_fiber(struct coroutine *self, void **fake, bool inward)
{
    (void)self, (void)fake, (void)inward;
    if (__sanitizer_start_switch_fiber != NULL)
        __sanitizer_start_switch_fiber(
            fake, inward ? (const void *)self->low : self->outer_low,
            inward ? self->bytes : self->outer_bytes);
}

static void
switch_stacks(struct coroutine *self, bool inward)
{
    void *fake = NULL;
    wgc_status status =
        wgc_stack_switch(self->heap, inward ? self->stack : NULL);
    if (status != WGC_OK)
        abort();
    leave_fiber(self, !inward && self->done ? NULL : &fake, inward);
    if (self->fiber != NULL) {
        if (inward)
            self->outer_fiber = __tsan_get_current_fiber();
        __tsan_switch_to_fiber(inward ? self->fiber : self->outer_fiber, 0);
    }
    if (!self->by_hand) {
        if (inward)
            swapcontext(&self->out, &self->in);
        else
            swapcontext(&self->in, &self->out);
    } else {
#if HAS_OWN_SWITCH
        if (inward)
            switch_by_hand(&self->outer, self->inner);
        else
            switch_by_hand(&self->inner, self->outer);
#endif
    }
    if (__sanitizer_finish_switch_fiber != NULL)
        __sanitizer_finish_switch_fiber(fake, inward ? NULL : &self->outer_low,
                                        inward ? NULL : &self->outer_bytes);
}

/* Run it until it yields or ends; true as long as it has not ended. */
static inline bool
resume(struct coroutine *self)
{
    switch_stacks(self, true);
    return !self->done;
}

static inline void
yield(struct coroutine *self)
{
    switch_stacks(self, false);
}

static struct coroutine *starting;

static void
run_coroutine(void)
{
    struct coroutine *self = starting;
    enter_fiber(self, true);
    self->fn(self, self->argument);
    self->done = true;
    switch_stacks(self, false);
    abort();
}

static inline void
start_coroutine(struct coroutine *self)
{
    starting = self;
    (void)resume(self);
}

static inline void
prepare(struct coroutine *self)
{
#if HAS_OWN_SWITCH
    if (self->by_hand) {
        void **top = (void **)(void *)(self->low + self->bytes);
        *--top = NULL; /* a return address, of nobody */
        union {
            void (*fn)(void);
            void *address;
        } as = {.fn = run_coroutine};
        *--top = as.address;
        self->inner = top - 6;
        memset(self->inner, 0, 6 * sizeof *top);
        return;
    }
#endif
    self->by_hand = false;
    getcontext(&self->in);
    self->in.uc_stack.ss_sp = self->low;
    self->in.uc_stack.ss_size = self->bytes;
    self->in.uc_link = NULL;
    makecontext(&self->in, run_coroutine, 0);
}

/* With a guard page below its stack. */
static inline struct coroutine *
coroutine_new(wgc_heap *heap, size_t bytes, bool by_hand,
              void (*fn)(struct coroutine *, void *), void *argument)
{
    const size_t page = 4096;
    struct coroutine *self = calloc(1, sizeof *self);
    char *low = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (self == NULL || low == MAP_FAILED)
        fail_msg("no memory for a stack");
    mprotect(low, page, PROT_NONE);
    *self = (struct coroutine){.heap = heap,
                               .low = low + page,
                               .bytes = bytes,
                               .fn = fn,
                               .argument = argument,
                               .by_hand = by_hand};
    self->stack = wgc_stack_new(heap, self->low, self->low + bytes);
    assert_non_null(self->stack);
    if (__tsan_create_fiber != NULL)
        self->fiber = __tsan_create_fiber(0);
    prepare(self);
    return self;
}

static inline void
coroutine_free(struct coroutine *self)
{
    assert_int_equal(wgc_stack_free(self->heap, self->stack), WGC_OK);
    if (self->fiber != NULL)
        __tsan_destroy_fiber(self->fiber);
    munmap(self->low - 4096, self->bytes + 4096);
    free(self);
}

#endif
