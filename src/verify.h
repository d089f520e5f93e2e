/* SPDX-License-Identifier: MIT */
/*
 * Layer 9.  Every numbered invariant over the whole heap: on demand, in any
 * build; and between the phases of a cycle in builds with -Dverify=true, where
 * the first fault ends the program.
 */
#ifndef WGC_VERIFY_H
#define WGC_VERIFY_H

#include "heap.h"

/* Runs have been retired, or a cycle is under way. */
void wgc__heap_check(struct wgc_heap *heap, struct wgc__check *check);

void wgc__verify(struct wgc_heap *heap);

#endif
