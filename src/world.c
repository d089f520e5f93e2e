/* SPDX-License-Identifier: MIT */
/* Who is attached to what; all that does not depend on how threads wait. */
#include "world.h"

_Thread_local struct wgc__mutator *wgc__world_current;
_Thread_local int wgc__world_status;
__attribute__((
    visibility("default"))) _Thread_local unsigned wgc_thread_attention = 1;

static struct wgc__mutator **
link_to(const struct wgc_heap *heap)
{
    struct wgc__mutator **link = &wgc__world_current;
    while (*link != NULL && (*link)->heap != heap)
        link = &(*link)->next;
    return link;
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

/* ---- Attaching ---- */

/* Thread-local variables of the modules that were there when the thread began
   lie side by side; what was loaded later is elsewhere, and may be unloaded. */
static void
extend_locals(const void *low, const void *high, void *data)
{
    const ptrdiff_t near = (ptrdiff_t)64 << 10;
    struct wgc__mutator *mutator = data;
    const char *from = low, *to = high;
    const char *first = mutator->local_low, *last = mutator->local_high;
    if (first == NULL) {
        mutator->local_low = from;
        mutator->local_high = to;
    } else if (from < first && first - to < near) {
        mutator->local_low = from;
    } else if (to > last && from - last < near) {
        mutator->local_high = to;
    }
}

void
wgc__world_init(struct wgc__mutator *mutator, bool quiet, bool locals)
{
    void *limit;
    mutator->own.base = wgc__platform_stack_base(quiet, &limit);
    mutator->own.limit = limit;
    if (locals)
        wgc__platform_local_ranges(extend_locals, mutator);
}

void
wgc__world_attach(struct wgc__mutator *mutator, struct wgc__world *world)
{
    mutator->heap = mutator->open = world->heap;
    mutator->world = world;
    mutator->attention = &wgc_thread_attention;
    mutator->next = wgc__world_current;
    mutator->peer = world->mutators;
    world->mutators = mutator;
    if (wgc__world_current == NULL)
        __atomic_sub_fetch(&wgc_thread_attention, 1, __ATOMIC_RELAXED);
    wgc__world_current = mutator;
}

void
wgc__world_bury(struct wgc__mutator *mutator)
{
    struct wgc__mutator **link = &mutator->world->mutators;
    while (*link != mutator)
        link = &(*link)->peer;
    *link = mutator->peer;
    if (mutator->current != NULL)
        mutator->current->runner = NULL;
}

void
wgc__world_detach(struct wgc__mutator *mutator)
{
    *link_to(mutator->heap) = mutator->next;
    if (wgc__world_current == NULL)
        __atomic_add_fetch(&wgc_thread_attention, 1, __ATOMIC_RELAXED);
    wgc__world_bury(mutator);
}

/* ---- While the host's functions run ---- */

void
wgc__world_pause(struct wgc__world *world)
{
    struct wgc__mutator *mutator =
        world != NULL ? wgc__world_find(world->heap) : NULL;
    if (mutator == NULL)
        return;
    world->pauses++;
    if (mutator->depth == 1)
        wgc__world_release(mutator);
}

void
wgc__world_proceed(struct wgc__world *world)
{
    struct wgc__mutator *mutator =
        world != NULL ? wgc__world_find(world->heap) : NULL;
    if (mutator != NULL && mutator->depth == 0)
        wgc__world_acquire(mutator);
}

bool
wgc__world_is_scannable(struct wgc__world *world,
                        const struct wgc__mutator *self)
{
    for (struct wgc__mutator *m = world->mutators; m != NULL; m = m->peer)
        if (m != self &&
            !wgc__stack_has(wgc__world_stack(m), wgc__world_stack(m)->hot_end))
            return false;
    return true;
}

/* ---- Stacks ---- */

void
wgc__world_add_stack(struct wgc__world *world, struct wgc_stack *stack)
{
    stack->world = world;
    stack->next = world->stacks;
    stack->link = &world->stacks;
    if (stack->next != NULL)
        stack->next->link = &stack->next;
    world->stacks = stack;
}

static bool
claim(struct wgc_stack *stack, struct wgc__mutator *runner)
{
    struct wgc__mutator *nobody = NULL;
    return __atomic_compare_exchange_n(&stack->runner, &nobody, runner, false,
                                       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

bool
wgc__world_remove_stack(struct wgc_stack *stack)
{
    if (!claim(stack, stack->world->mutators))
        return false;
    *stack->link = stack->next;
    if (stack->next != NULL)
        stack->next->link = stack->link;
    stack->world = NULL;
    return true;
}

struct leaving {
    struct wgc__mutator *self;
    struct wgc_stack *to;
};

/* A host that switched without saying so is not on the stack it left: there is
   nothing to save. */
static void
leave_stack(void *hot_end, void *data)
{
    const struct leaving *leaving = data;
    struct wgc__mutator *self = leaving->self;
    struct wgc_stack *from = self->current;
    if (wgc__stack_has(wgc__world_stack(self), hot_end))
        wgc__stack_save(wgc__world_stack(self), hot_end);
    self->current = leaving->to;
    if (from != NULL)
        __atomic_store_n(&from->runner, NULL, __ATOMIC_RELEASE);
}

bool
wgc__world_switch(struct wgc__mutator *self, struct wgc_stack *stack)
{
    struct leaving leaving = {self, stack};
    if (stack == self->current)
        return true;
    if (stack != NULL && !claim(stack, self))
        return false;
    wgc__stack_spill(leave_stack, &leaving);
    return true;
}
