/* SPDX-License-Identifier: MIT */
/*
 * Threads that stop each other by asking.  Why nobody waits for ever: a thread
 * that sleeps is SAFE in every heap but the one whose lock it holds; the holder
 * of a lock sleeps only in wgc__world_stop, until others are SAFE; and each of
 * those is running, and will come to a safepoint, or waits and is SAFE already.
 * tests/model/world.pml is the same for spin to check.
 */
#include "world.h"

bool
wgc__world_is_shared(void)
{
    return true;
}

/* ---- Becoming safe ---- */

/* Either this sees that somebody stops the world, or that one sees SAFE. */
static void
become_safe(struct wgc__mutator *mutator, const void *hot_end)
{
    wgc__stack_save(wgc__world_stack(mutator), hot_end);
    __atomic_store_n(&mutator->state, WGC__SAFE, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&mutator->world->stopping, __ATOMIC_SEQ_CST) != 0)
        wgc__platform_wake(&mutator->state, 1);
}

/* In all heaps of this thread but those whose lock it holds; how many. */
static size_t
go_away(const struct wgc__mutator *except, const void *hot_end)
{
    size_t count = 0;
    for (struct wgc__mutator *m = wgc__world_current; m != NULL; m = m->next) {
        if (m == except || m->depth != 0 || m->state == WGC__SAFE)
            continue;
        m->away = true;
        m->open = NULL;
        become_safe(m, hot_end);
        count++;
    }
    return count;
}

void
wgc__world_rejoin(struct wgc__mutator *mutator)
{
    __atomic_store_n(&mutator->state, WGC__RUNNING, __ATOMIC_RELAXED); // I2
    mutator->away = false;
    if (mutator->busy == 0)
        mutator->open = mutator->heap;
}

static struct wgc__mutator *
find_away(void)
{
    struct wgc__mutator *m = wgc__world_current;
    while (m != NULL && !m->away)
        m = m->next;
    return m;
}

static void
come_back(void *hot_end, void *data)
{
    (void)data;
    for (struct wgc__mutator *m; (m = find_away()) != NULL;) {
        struct wgc__world *world = m->world;
        if (!wgc__lock_try(&world->lock)) {
            go_away(NULL, hot_end); // I3
            wgc__lock_wait(&world->lock);
        }
        wgc__world_rejoin(m);
        wgc__lock_release(&world->lock);
    }
}

void
wgc__world_return(void)
{
    wgc__stack_spill(come_back, NULL);
}

static void
let_stop(void *hot_end, void *data)
{
    go_away(NULL, hot_end);
    come_back(hot_end, data);
}

void
wgc__world_let_stop(void)
{
    wgc__stack_spill(let_stop, NULL);
}

/* ---- The lock ---- */

static void
wait_for_lock(void *hot_end, void *data)
{
    struct wgc__mutator *mutator = data;
    bool was_running = mutator->state == WGC__RUNNING;
    mutator->strayed = go_away(mutator, hot_end) != 0;
    if (was_running)
        become_safe(mutator, hot_end);
    wgc__lock_wait(&mutator->world->lock);
    if (was_running)
        __atomic_store_n(&mutator->state, WGC__RUNNING, __ATOMIC_RELAXED);
}

void
wgc__world_wait(struct wgc__mutator *mutator)
{
    wgc__stack_spill(wait_for_lock, mutator);
}

static void
wait_apart(void *hot_end, void *data)
{
    struct wgc__lock *lock = data;
    if (wgc__lock_try(lock))
        return;
    go_away(NULL, hot_end);
    wgc__lock_wait(lock);
}

void
wgc__world_acquire_apart(struct wgc__lock *lock)
{
    wgc__stack_spill(wait_apart, lock);
}

void
wgc__world_release_apart(struct wgc__lock *lock)
{
    wgc__lock_release(lock);
    wgc__world_return();
}

/* ---- Blocking regions ---- */

static void
leave(void *hot_end, void *data)
{
    become_safe(data, hot_end);
}

void
wgc__world_leave(struct wgc__mutator *mutator)
{
    wgc__world_set_busy(mutator, WGC__BUSY_BLOCKING);
    wgc__stack_spill(leave, mutator);
}

void
wgc__world_enter(struct wgc__mutator *mutator)
{
    wgc__world_acquire(mutator);
    __atomic_store_n(&mutator->state, WGC__RUNNING, __ATOMIC_RELAXED); // I2
    wgc__world_end_busy(mutator, WGC__BUSY_BLOCKING);
    wgc__world_release(mutator);
}

/* ---- Stopping ---- */

static void
await_safe(struct wgc__mutator *mutator)
{
    enum { SPINS = 200 };
    for (int i = 0; i < SPINS; i++) {
        if (__atomic_load_n(&mutator->state, __ATOMIC_SEQ_CST) == WGC__SAFE)
            return;
        wgc__pause();
    }
    while (__atomic_load_n(&mutator->state, __ATOMIC_SEQ_CST) != WGC__SAFE)
        wgc__platform_wait(&mutator->state, WGC__RUNNING);
}

static void
ask(const struct wgc__world *world, const struct wgc__mutator *self,
    unsigned more)
{
    for (struct wgc__mutator *m = world->mutators; m != NULL; m = m->peer)
        if (m != self)
            __atomic_add_fetch(m->attention, more, __ATOMIC_RELAXED);
}

void
wgc__world_stop(struct wgc__world *world, struct wgc__mutator *self,
                const void *hot_end)
{
    if (self != NULL) {
        wgc__stack_save(wgc__world_stack(self), hot_end);
        self->strayed |= go_away(self, hot_end) != 0;
    }
    if (world->mutators == self && (self == NULL || self->peer == NULL))
        return;
    __atomic_store_n(&world->stopping, 1, __ATOMIC_SEQ_CST);
    ask(world, self, 1);
    for (struct wgc__mutator *m = world->mutators; m != NULL; m = m->peer)
        if (m != self)
            await_safe(m);
    ask(world, self, (unsigned)-1);
    __atomic_store_n(&world->stopping, 0, __ATOMIC_RELAXED);
}

/* ---- Exit ---- */

static void (*detach_at_exit)(struct wgc__mutator *);

static void
detach_all(void)
{
    void (*detach)(struct wgc__mutator *) =
        __atomic_load_n(&detach_at_exit, __ATOMIC_RELAXED);
    while (wgc__world_current != NULL)
        detach(wgc__world_current);
}

void
wgc__world_on_exit(void (*fn)(struct wgc__mutator *))
{
    __atomic_store_n(&detach_at_exit, fn, __ATOMIC_RELAXED);
    wgc__platform_on_exit(detach_all);
}
