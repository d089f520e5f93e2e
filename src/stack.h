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
 * Report the words between the two ends, whichever is lower, in whole aligned
 * words; and what a sanitizer keeps elsewhere on behalf of this stack: frames
 * of AddressSanitizer's fake stack, SafeStack's unsafe stack.
 */
void wgc__stack_ranges(const void *hot_end, const void *base, wgc__range_fn *fn,
                       void *data);

#endif
