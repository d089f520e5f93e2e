/* SPDX-License-Identifier: MIT */
/* One thread at a time uses a heap: there is nobody to stop. */
#include "world.h"

_Thread_local struct wgc__mutator *wgc__world_current;
_Thread_local int wgc__world_status;

void
wgc__world_attach(struct wgc__mutator *mutator, struct wgc_heap *heap,
                  bool quiet)
{
    *mutator = (struct wgc__mutator){
        .heap = heap,
        .next = wgc__world_current,
    };
    mutator->stack_base =
        wgc__platform_stack_base(quiet, &mutator->stack_limit);
    wgc__world_current = mutator;
}

static struct wgc__mutator **
link_to(const struct wgc_heap *heap)
{
    struct wgc__mutator **link = &wgc__world_current;
    while (*link != NULL && (*link)->heap != heap)
        link = &(*link)->next;
    return link;
}

void
wgc__world_detach(struct wgc__mutator *mutator)
{
    *link_to(mutator->heap) = mutator->next;
}

struct wgc__mutator *
wgc__world_search(const struct wgc_heap *heap)
{
    struct wgc__mutator **link = link_to(heap), *found = *link;
    if (found != NULL) {
        *link = found->next;
        found->next = wgc__world_current;
        wgc__world_current = found;
    }
    return found;
}

void
wgc__world_stop(struct wgc_heap *heap)
{
    (void)heap;
}

void
wgc__world_resume(struct wgc_heap *heap)
{
    (void)heap;
}
