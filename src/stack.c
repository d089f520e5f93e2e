/* SPDX-License-Identifier: MIT */
#include "stack.h"

/* Present only in programs that are linked with the sanitizer. */
extern void *__asan_get_current_fake_stack(void) __attribute__((weak));
extern void *__asan_addr_is_in_fake_stack(void *fake_stack, void *address,
                                          void **low, void **high)
    __attribute__((weak));
extern void *__get_unsafe_stack_ptr(void) __attribute__((weak));
extern void *__get_unsafe_stack_top(void) __attribute__((weak));

/* Locals whose address is taken live in heap frames, found by the pointers to
   them that the real frame keeps. */
static WGC__PEEKS void
report_fake_frames(void *fake, wgc__word low, wgc__word high, wgc__range_fn *fn,
                   void *data)
{
    if (fake == NULL || __asan_addr_is_in_fake_stack == NULL)
        return;
    for (wgc__word at = low; at < high; at += WGC__WORD) {
        void *word = *(void **)wgc__address_of(at);
        void *frame_low, *frame_high;
        if (__asan_addr_is_in_fake_stack(fake, word, &frame_low, &frame_high))
            fn(frame_low, frame_high, data);
    }
}

/* A function that the compiler does not look into, so the frame is copied as it
   is; a stack may end before the words do. */
WGC__PEEKS void
wgc__stack_save(struct wgc__stack *stack, const void *hot_end)
{
    const volatile wgc__word *from = hot_end;
    size_t there =
        (wgc__word_of(stack->base) - wgc__word_of(hot_end)) / WGC__WORD;
    for (size_t i = 0; i < WGC__STACK_SAVED; i++)
        stack->saved[i] = i < there ? from[i] : 0;
    if (__asan_get_current_fake_stack != NULL)
        stack->fake = __asan_get_current_fake_stack();
    if (__get_unsafe_stack_ptr != NULL && __get_unsafe_stack_top != NULL) {
        stack->unsafe[0] = __get_unsafe_stack_ptr();
        stack->unsafe[1] = __get_unsafe_stack_top();
    }
    stack->hot_end = hot_end;
}

void
wgc__stack_report(const struct wgc__stack *stack, wgc__range_fn *fn, void *data)
{
    wgc__word low = wgc__word_of(stack->hot_end);
    wgc__word high = wgc__word_of(stack->base);
    if (low > high) {
        low = wgc__word_of(stack->base);
        high = wgc__word_of(stack->hot_end);
    }
    low = wgc__align_up(low, WGC__WORD);
    high = wgc__align_down(high, WGC__WORD);
    if (low < high)
        fn(wgc__address_of(low), wgc__address_of(high), data);
    report_fake_frames(stack->fake, low, high, fn, data);
    report_fake_frames(stack->fake, wgc__word_of(stack->saved),
                       wgc__word_of(stack->saved + WGC__STACK_SAVED), fn, data);
    if (stack->unsafe[0] != NULL)
        fn(stack->unsafe[0], stack->unsafe[1], data);
}
