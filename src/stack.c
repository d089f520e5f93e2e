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
report_fake_frames(wgc__word low, wgc__word high, wgc__range_fn *fn, void *data)
{
    if (__asan_get_current_fake_stack == NULL ||
        __asan_addr_is_in_fake_stack == NULL)
        return;
    void *fake = __asan_get_current_fake_stack();
    if (fake == NULL)
        return;
    for (wgc__word at = low; at < high; at += WGC__WORD) {
        void *word = *(void **)wgc__address_of(at);
        void *frame_low, *frame_high;
        if (__asan_addr_is_in_fake_stack(fake, word, &frame_low, &frame_high))
            fn(frame_low, frame_high, data);
    }
}

static void
report_unsafe_stack(wgc__range_fn *fn, void *data)
{
    if (__get_unsafe_stack_ptr != NULL && __get_unsafe_stack_top != NULL)
        fn(__get_unsafe_stack_ptr(), __get_unsafe_stack_top(), data);
}

void
wgc__stack_ranges(const void *hot_end, const void *base, wgc__range_fn *fn,
                  void *data)
{
    wgc__word low = wgc__word_of(hot_end), high = wgc__word_of(base);
    if (low > high) {
        low = wgc__word_of(base);
        high = wgc__word_of(hot_end);
    }
    low = wgc__align_up(low, WGC__WORD);
    high = wgc__align_down(high, WGC__WORD);
    if (low < high)
        fn(wgc__address_of(low), wgc__address_of(high), data);
    report_fake_frames(low, high, fn, data);
    report_unsafe_stack(fn, data);
}
