/* SPDX-License-Identifier: MIT */
/* For systems without threads: whoever made a heap is the only one to use it,
   nobody waits, and there is nobody to stop. */
#include "world.h"

bool
wgc__world_is_shared(void)
{
    return false;
}

void
wgc__world_wait(struct wgc__mutator *mutator)
{
    (void)mutator;
}

void
wgc__world_rejoin(struct wgc__mutator *mutator)
{
    (void)mutator;
}

void
wgc__world_return(void)
{
}

void
wgc__world_acquire_apart(struct wgc__lock *lock)
{
    (void)wgc__lock_try(lock);
}

void
wgc__world_release_apart(struct wgc__lock *lock)
{
    wgc__lock_release(lock);
}

void
wgc__world_let_stop(void)
{
}

void
wgc__world_leave(struct wgc__mutator *mutator)
{
    wgc__world_set_busy(mutator, WGC__BUSY_BLOCKING);
}

void
wgc__world_enter(struct wgc__mutator *mutator)
{
    wgc__world_end_busy(mutator, WGC__BUSY_BLOCKING);
}

void
wgc__world_stop(struct wgc__world *world, struct wgc__mutator *self,
                const void *hot_end)
{
    (void)world;
    wgc__stack_save(wgc__world_stack(self), hot_end);
}

void
wgc__world_on_exit(void (*fn)(struct wgc__mutator *))
{
    (void)fn;
}
