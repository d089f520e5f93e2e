/* SPDX-License-Identifier: MIT */
/* Public functions of thread.h. */
#include "api.h"

/* ---- Attaching ---- */

wgc_status
wgc_thread_attach(wgc_heap *heap)
{
    wgc_status status = WGC_OK;
    if (heap == NULL || wgc__world_find(heap) != NULL ||
        !wgc__world_is_shared())
        status = WGC_INVALID;
    else
        status = wgc__heap_attach(heap);
    if (status != WGC_OK)
        wgc__api_set_status(status);
    return status;
}

wgc_status
wgc_thread_detach(wgc_heap *mine)
{
    struct wgc_heap *heap = wgc__api_lock(mine);
    if (heap == NULL)
        return wgc__api_status();
    struct wgc__thread *thread = wgc__heap_thread(heap);
    struct wgc__mutator *self = &thread->mutator;
    wgc__queue_is_delivering(&thread->delivery, WGC__HERE);
    if (thread->delivery.running != NULL || self->busy != 0 ||
        self->depth != 1 || self->current != NULL) {
        wgc_status status = wgc__api_refuse(heap, WGC_BUSY);
        wgc__world_release(self);
        return status;
    }
    wgc__heap_detach(heap, thread);
    wgc__world_release_apart(&heap->world.lock);
    return WGC_OK;
}

/* ---- Stopping ---- */

/* A thread that holds a lock cannot be what somebody waits for. */
wgc_status
wgc_safepoint_wait(wgc_heap *heap)
{
    wgc__world_let_stop();
    if (wgc__world_find(heap) != NULL)
        return WGC_OK;
    wgc__api_set_status(WGC_UNATTACHED);
    return WGC_UNATTACHED;
}

wgc_status
wgc_blocking_enter(wgc_heap *mine)
{
    struct wgc_heap *heap = wgc__api_lock(mine);
    if (heap == NULL)
        return wgc__api_status();
    struct wgc__mutator *self = wgc__world_find(heap);
    bool nested = self->depth != 1;
    if (nested)
        wgc__api_refuse(heap, WGC_BUSY);
    wgc__world_release(self);
    if (!nested)
        wgc__world_leave(self);
    return nested ? WGC_BUSY : WGC_OK;
}

wgc_status
wgc_blocking_leave(wgc_heap *heap)
{
    struct wgc__mutator *self = wgc__world_find(heap);
    wgc_status status = self == NULL ? WGC_UNATTACHED
                        : (self->busy & WGC__BUSY_BLOCKING) == 0 ? WGC_INVALID
                                                                 : WGC_OK;
    if (status == WGC_OK)
        wgc__world_enter(self);
    else
        wgc__api_set_status(status);
    return status;
}

/* ---- Stacks ---- */

static bool
is_stack_of(struct wgc_heap *heap, const wgc_stack *stack)
{
    struct wgc__object object;
    return wgc__object_at(&heap->blocks, stack, &object) &&
           object.info->kind == WGC__KIND_FIXTURE &&
           wgc__object_bytes(&object) >= sizeof *stack &&
           stack->world == &heap->world;
}

wgc_stack *
wgc_stack_new(wgc_heap *mine, const void *low, const void *high)
{
    WGC__LOCKED struct wgc_heap *heap = wgc__api_lock(mine);
    if (heap == NULL)
        return NULL;
    if (low == NULL || wgc__word_of(low) >= wgc__word_of(high)) {
        wgc__api_refuse(heap, WGC_INVALID);
        return NULL;
    }
    struct wgc_stack *stack = wgc__heap_table_new(heap, sizeof *stack);
    if (stack == NULL && wgc__api_may_collect(heap) &&
        wgc__collect(heap, false))
        stack = wgc__heap_table_new(heap, sizeof *stack);
    if (stack == NULL) {
        wgc__api_refuse(heap, WGC_NO_MEMORY);
        return NULL;
    }
    stack->stack.limit = low;
    stack->stack.base = high;
    wgc__world_add_stack(&heap->world, stack);
    return stack;
}

/* No lock: a cycle looks while this thread is SAFE, and two threads that want
   the same stack settle it between themselves. */
wgc_status
wgc_stack_switch(wgc_heap *heap, wgc_stack *stack)
{
    struct wgc__mutator *self = wgc__world_find(heap);
    wgc_status status = WGC_OK;
    if (self == NULL)
        status = WGC_UNATTACHED;
    else if (self->open == NULL)
        status = WGC_BUSY;
    else if (stack != NULL && !is_stack_of(heap, stack))
        status = WGC_INVALID;
    else if (!wgc__world_switch(self, stack))
        status = WGC_BUSY;
    if (status != WGC_OK)
        wgc__api_set_status(status);
    return status;
}

wgc_status
wgc_stack_free(wgc_heap *mine, wgc_stack *stack)
{
    WGC__LOCKED struct wgc_heap *heap = wgc__api_lock(mine);
    if (heap == NULL)
        return wgc__api_status();
    if (!is_stack_of(heap, stack))
        return wgc__api_refuse(heap, WGC_INVALID);
    if (!wgc__world_remove_stack(stack))
        return wgc__api_refuse(heap, WGC_BUSY);
    wgc__heap_table_free(heap, stack);
    return WGC_OK;
}
