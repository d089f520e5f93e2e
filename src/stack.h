/* SPDX-License-Identifier: MIT */
/*
 * Layer 2.  The calling thread's registers and stack as words to look at.
 * Registers are spilled by a function of the architecture, in a file that meson
 * chooses; which words of a stack belong to it is decided here.
 *
 *   far end (base) | callers ... | spilled registers | hot end | the collector
 *
 * I1  Everything a caller keeps in a callee-saved register lies between the hot
 *     end and the base while `fn` runs.
 */
#ifndef WGC_STACK_H
#define WGC_STACK_H

#include "platform.h"

/* fn(hot end, data), with every callee-saved register spilled above it. */
typedef void wgc__stack_fn(void *hot_end, void *data);
void wgc__stack_spill(wgc__stack_fn *fn, void *data);

/*
 * A stack whose thread waits, or runs elsewhere: what a collector must look at.
 * Callee-saved registers are copied, because the frame they were spilled to may
 * be gone while their values still count.
 */
enum { WGC__STACK_SAVED = 48 }; /* words; at least what a spill pushes */

struct wgc__stack {
    const void *base, *limit; /* grows from base down to limit */
    const void *hot_end;      /* NULL: it is running, or never ran */
    void *fake, *unsafe[2];   /* what sanitizers keep elsewhere for it */
    wgc__word saved[WGC__STACK_SAVED];
};

/* The calling thread runs on this stack and is about to leave it, to wait or
   for another; `hot_end` is from a spill. */
void wgc__stack_save(struct wgc__stack *stack, const void *hot_end);

/* Report the whole aligned words between the two ends, whichever is lower, and
   what goes with them; the saved registers are the caller's to look at. */
void wgc__stack_report(const struct wgc__stack *stack, wgc__range_fn *fn,
                       void *data);

static inline bool
wgc__stack_has(const struct wgc__stack *stack, const void *address)
{
    return wgc__word_of(address) >= wgc__word_of(stack->limit) &&
           wgc__word_of(address) < wgc__word_of(stack->base);
}

#endif
