/* SPDX-License-Identifier: MIT */
/*
 * Layer 9.  Every numbered invariant over the whole heap.  Called between the
 * phases of a cycle in builds with -Dverify=true, where assertions are on.
 */
#ifndef WGC_VERIFY_H
#define WGC_VERIFY_H

#include "heap.h"

void wgc__verify(struct wgc_heap *heap);

#endif
