/* SPDX-License-Identifier: MIT */
/*
 * What a process does around fork so that its child finds its heaps whole: it
 * holds their locks while it is copied, and so nobody else is amid something.
 * The list of heaps that asked to be told is the one global of the library, and
 * empty unless one did.
 */
#include "api.h"
#include "wgc/thread.h"

static struct wgc__lock watch_lock; /* taken before any heap's */
static struct wgc_heap *watched;
static bool is_installed;

/* ---- One heap ---- */

static void
hold_heap(struct wgc_heap *heap)
{
    struct wgc__mutator *self = wgc__world_find(heap);
    if (self != NULL)
        wgc__world_acquire(self);
    else
        wgc__world_acquire_apart(&heap->world.lock);
}

static void
let_heap_go(struct wgc_heap *heap)
{
    struct wgc__mutator *self = wgc__world_find(heap);
    if (self != NULL)
        wgc__world_release(self);
    else
        wgc__world_release_apart(&heap->world.lock);
}

wgc_status
wgc_fork_prepare(wgc_heap *mine)
{
    return wgc__api_lock(mine) != NULL ? WGC_OK : wgc__api_status();
}

static wgc_status
end_fork(struct wgc_heap *heap, bool is_child)
{
    const struct wgc__mutator *self = wgc__world_find(heap);
    wgc_status status = self == NULL       ? WGC_UNATTACHED
                        : self->depth == 0 ? WGC_INVALID
                                           : WGC_OK;
    if (status != WGC_OK) {
        wgc__api_set_status(status);
        return status;
    }
    if (is_child)
        wgc__heap_bury_others(heap);
    let_heap_go(heap);
    return WGC_OK;
}

wgc_status
wgc_fork_parent(wgc_heap *heap)
{
    return end_fork(heap, false);
}

wgc_status
wgc_fork_child(wgc_heap *heap)
{
    return end_fork(heap, true);
}

/* ---- All that asked ---- */

static void
prepare_all(void)
{
    wgc__world_acquire_apart(&watch_lock);
    for (struct wgc_heap *heap = watched; heap != NULL;
         heap = heap->next_at_fork)
        hold_heap(heap);
}

static void
end_all(bool is_child)
{
    for (struct wgc_heap *heap = watched; heap != NULL;
         heap = heap->next_at_fork) {
        if (is_child)
            wgc__heap_bury_others(heap);
        let_heap_go(heap);
    }
    wgc__world_release_apart(&watch_lock);
}

static void
end_all_in_parent(void)
{
    end_all(false);
}

static void
end_all_in_child(void)
{
    end_all(true);
}

bool
wgc__api_watch_fork(struct wgc_heap *heap)
{
    wgc__world_acquire_apart(&watch_lock);
    if (!is_installed)
        is_installed = wgc__platform_on_fork(prepare_all, end_all_in_parent,
                                             end_all_in_child);
    bool watches = is_installed;
    if (watches) {
        heap->next_at_fork = watched;
        watched = heap;
    }
    wgc__world_release_apart(&watch_lock);
    return watches;
}

void
wgc__api_unwatch_fork(struct wgc_heap *heap)
{
    if (!heap->config.at_fork)
        return;
    wgc__world_acquire_apart(&watch_lock);
    struct wgc_heap **link = &watched;
    while (*link != NULL && *link != heap)
        link = &(*link)->next_at_fork;
    if (*link != NULL)
        *link = heap->next_at_fork;
    wgc__world_release_apart(&watch_lock);
}
