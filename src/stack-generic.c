/* SPDX-License-Identifier: MIT */
/*
 * Any architecture that gcc or clang compile for: __builtin_unwind_init makes
 * the compiler save every callee-saved register in this function's frame, and
 * the frame of what it calls lies below.
 */
#include "stack.h"

static WGC__NOINLINE void
call_from_below(wgc__stack_fn *fn, void *data)
{
    fn(__builtin_frame_address(0), data);
    __asm__ volatile("" : : : "memory"); /* no tail call */
}

WGC__NOINLINE void
wgc__stack_spill(wgc__stack_fn *fn, void *data)
{
    __builtin_unwind_init();
    call_from_below(fn, data);
    __asm__ volatile("" : : : "memory");
}
