/* SPDX-License-Identifier: MIT */
/*
 * The order of a cycle (G1 to G7 of docs/semantics.md), a line each.  Delivery
 * (G8) is not part of a cycle: api does it, when it may.
 */
#include "collect.h"

#include "debug.h"
#include "verify.h"
#include "wgc/thread.h"

/* ---- Stop, and see the heap as it is ---- */

static void
begin(struct wgc_heap *heap)
{
    wgc__heap_retire(heap);
    if (heap->debug != NULL)
        wgc__debug_show(heap, true);
    const wgc_event event = {.type = WGC_EVENT_CYCLE_BEGIN,
                             .bytes = heap->alloc.since};
    wgc__heap_event(heap, &event);
    heap->cycle_began = wgc__heap_clock(heap);
    heap->allocated_before += heap->alloc.since;
    heap->used_before = heap->chunk.used;
    wgc__mark_begin(&heap->tracer);
}

/* ---- G1: what is alive by itself ---- */

static void
mark_static_range(const void *low, const void *high, void *data)
{
    struct wgc_heap *heap = data;
    const char *from = low, *to = high;
    const char *arena = heap->config.arena;
    size_t bytes = heap->config.arena_bytes;
    if (arena != NULL && from < arena + bytes && arena < to) {
        if (from < arena)
            wgc__mark_foreign(&heap->tracer, from, arena, false);
        if (arena + bytes >= to)
            return;
        from = arena + bytes;
    }
    wgc__mark_foreign(&heap->tracer, from, to, false);
}

static void
mark_stack_range(const void *low, const void *high, void *data)
{
    struct wgc_heap *heap = data;
    const char *arena = heap->config.arena;
    if (arena != NULL && (const char *)low < arena + heap->config.arena_bytes &&
        arena < (const char *)high)
        mark_static_range(low, high, data); /* the arena is on the stack */
    else
        wgc__mark_foreign(&heap->tracer, low, high, true);
}

static void
mark_root(const struct wgc__root *root, struct wgc_tracer *tracer)
{
    union {
        wgc__word key;
        wgc_root_fn *fn;
    } as = {.key = root->node.key};
    switch (root->type) {
    case WGC__ROOT_RANGE:
        wgc__mark_foreign(tracer, wgc__address_of(as.key), root->other, false);
        break;
    case WGC__ROOT_CALLBACK:
        as.fn(tracer, root->other);
        break;
    case WGC__ROOT_PIN:
        wgc__mark_word(tracer, as.key);
        break;
    }
}

static void
mark_stack(struct wgc_heap *heap, const struct wgc__stack *stack)
{
    wgc__mark_foreign(&heap->tracer, stack->saved,
                      stack->saved + WGC__STACK_SAVED, true);
    wgc__stack_report(stack, mark_stack_range, heap);
}

/* What a coroutine that never ran is to begin with lies at the far end. */
static void
mark_coroutine(struct wgc_heap *heap, const struct wgc__stack *stack)
{
    if (stack->hot_end != NULL) {
        mark_stack(heap, stack);
        return;
    }
    size_t bytes =
        wgc__min((size_t)WGC_STACK_ENTRY,
                 wgc__word_of(stack->base) - wgc__word_of(stack->limit));
    mark_stack_range((const char *)stack->base - bytes, stack->base, heap);
}

static void
mark_threads(struct wgc_heap *heap)
{
    const struct wgc__mutator *self = wgc__world_find(heap);
    for (struct wgc__mutator *m = heap->world.mutators; m != NULL;
         m = m->peer) {
        for (size_t i = 0; i < sizeof m->held / sizeof m->held[0]; i++)
            wgc__mark_word(&heap->tracer, wgc__word_of(m->held[i]));
        if (m != self && m->local_low != NULL)
            mark_static_range(m->local_low, m->local_high, heap);
        if (!heap->exact)
            mark_stack(heap, &m->own);
    }
    if (!heap->exact)
        for (const struct wgc_stack *stack = heap->world.stacks; stack != NULL;
             stack = stack->next)
            mark_coroutine(heap, &stack->stack);
}

static void
mark_roots(struct wgc_heap *heap)
{
    struct wgc_tracer *tracer = &heap->tracer;
    tracer->in_roots = true;
    mark_threads(heap);
    for (const struct wgc__root *root = heap->roots.all; root != NULL;
         root = root->next)
        mark_root(root, tracer);
    if (!heap->config.no_globals)
        wgc__platform_static_ranges(mark_static_range, heap);
    wgc__queue_mark(&heap->queue, tracer);
    tracer->in_roots = false;
    wgc__mark_drain(tracer);
    /* All that the program can reach is marked. */
}

/* ---- G3 to G6: who died, and who comes back ---- */

static void
select_dead(struct wgc_heap *heap)
{
    heap->has_guards = heap->queue.counts[WGC__RECORD_GUARD] != 0;
    wgc__weak_select(&heap->weak, true, !heap->has_guards);
    heap->self_retained = wgc__finalize_select(&heap->queue, &heap->blocks);
    if (wgc__heap_has_maps(heap))
        wgc__ephemeron_select(&heap->ephemerons, &heap->tracer,
                              !heap->has_guards);
    /* No weak reference that the program can reach leads to a dead object. */
}

static void
rescue(struct wgc_heap *heap)
{
    if (heap->has_guards) {
        wgc__finalize_rescue(&heap->queue, &heap->tracer);
        wgc__weak_select(&heap->weak, false, true);
        if (wgc__heap_has_maps(heap))
            wgc__ephemeron_select(&heap->ephemerons, &heap->tracer, true);
    }
    wgc__queue_add_batch(&heap->queue);
    /* What is not marked now is gone for good. */
}

/* ---- G7: free ---- */

static void
sweep_small(struct wgc_heap *heap, uint32_t number, size_t *holes)
{
    struct wgc__block *block = &heap->blocks.table[number];
    struct wgc__census before = heap->live;
    enum wgc__swept swept =
        wgc__sweep_block(&heap->blocks, number, &heap->live);
    block->flags &= (uint8_t) ~(WGC__BLOCK_LISTED | WGC__BLOCK_KEYED);
    if (swept == WGC__SWEPT_EMPTY) {
        wgc__alloc_close(&heap->alloc, number);
    } else if (swept == WGC__SWEPT_PARTIAL) {
        wgc__alloc_list(&heap->blocks, wgc__heap_lane(heap, block->kind),
                        number);
        *holes += (size_t)block->cells * block->cell_bytes -
                  (heap->live.bytes - before.bytes);
    }
}

/* Tables do not die: their mark bits are those of words that looked like
   pointers to them. */
static void
sweep_table(struct wgc_heap *heap, uint32_t number)
{
    struct wgc__block *block = &heap->blocks.table[number];
    uint64_t *marked = wgc__block_marked(&heap->blocks, number);
    struct wgc__census census = wgc__sweep_count(&heap->blocks, number);
    wgc__bits_clear(marked, 0, block->cells);
    if (block->state == WGC__BLOCK_LARGE)
        return;
    block->flags &= (uint8_t)~WGC__BLOCK_LISTED;
    if (census.objects == 0)
        wgc__alloc_close(&heap->alloc, number);
    else if (census.objects < block->cells)
        wgc__alloc_list(&heap->blocks, wgc__heap_lane(heap, block->kind),
                        number);
}

static void
sweep_large(struct wgc_heap *heap, uint32_t number)
{
    uint64_t *marked = wgc__block_marked(&heap->blocks, number);
    if (wgc__bit_get(marked, 0)) {
        wgc__bit_clear(marked, 0);
        heap->blocks.table[number].flags &= (uint8_t)~WGC__BLOCK_KEYED;
        heap->live.objects++;
        heap->live.bytes += heap->blocks.table[number].bytes;
    } else {
        wgc__large_free(&heap->blocks, &heap->chunk, number);
    }
}

/* From the top down, so that each list of blocks ascends. */
static size_t
sweep(struct wgc_heap *heap)
{
    size_t holes = 0;
    heap->live = (struct wgc__census){0, 0};
    for (size_t kind = 0; kind < heap->kinds_count; kind++)
        if (heap->kinds[kind] != NULL)
            wgc__alloc_forget(wgc__heap_lane(heap, (uint32_t)kind));
    for (uint32_t i = wgc__blocks_top(&heap->blocks); i-- > 0;) {
        const struct wgc__block *block = &heap->blocks.table[i];
        if (block->state != WGC__BLOCK_SMALL &&
            block->state != WGC__BLOCK_LARGE)
            continue;
        if (wgc__kind_is_manual(block->kind))
            sweep_table(heap, i);
        else if (block->state == WGC__BLOCK_LARGE)
            sweep_large(heap, i);
        else
            sweep_small(heap, i, &holes);
    }
    return holes;
}

/* ---- The next threshold; give back what will not be needed ---- */

/* Free pages between the survivors of sparse blocks. */
static void
trim_blocks(struct wgc_heap *heap)
{
    for (uint32_t i = 0; i < wgc__blocks_top(&heap->blocks); i++)
        if (heap->blocks.table[i].state == WGC__BLOCK_SMALL)
            wgc__sweep_trim(&heap->blocks, i, heap->chunk.page_bytes);
}

static void
release_free(struct wgc_heap *heap, size_t holes)
{
    unsigned shift = heap->chunk.shift;
    const struct wgc__pace_cycle cycle = {
        .threshold = heap->threshold,
        .before = heap->used_before << shift,
        .after = heap->chunk.used << shift,
        .holes = holes,
        .released = heap->released << shift,
        .refilled = (heap->chunk.refilled - heap->refilled) << shift,
    };
    heap->past = wgc__pacer_past(&heap->past, &cycle);
    if (!heap->chunk.arena && wgc__pacer_trims(&cycle))
        trim_blocks(heap);
    heap->released = wgc__chunk_release(
        &heap->chunk, wgc__pacer_keep(&heap->past, &cycle) >> shift);
    heap->refilled = heap->chunk.refilled;
}

static void
settle(struct wgc_heap *heap, size_t holes)
{
    heap->threshold =
        wgc__pacer_threshold(&heap->pace, heap->live.bytes + heap->external);
    heap->alloc.since = 0;
    heap->external_since = 0;
    wgc__mark_end(&heap->tracer);
    wgc__heap_tend_index(heap, &heap->queue.targets);
    wgc__heap_tend_index(heap, &heap->queue.places);
    wgc__heap_tend_index(heap, &heap->roots.index);
    if (wgc__heap_has_maps(heap))
        wgc__ephemeron_tend(&heap->ephemerons);
    release_free(heap, holes);
}

static void
end(struct wgc_heap *heap)
{
    if (heap->debug != NULL)
        wgc__debug_show(heap, false);
    heap->cycles++;
    heap->pause_last = wgc__heap_clock(heap) - heap->cycle_began;
    heap->pause_total += heap->pause_last;
    if (heap->pause_last > heap->pause_max)
        heap->pause_max = heap->pause_last;
    const wgc_event event = {.type = WGC_EVENT_CYCLE_END,
                             .bytes = heap->live.bytes,
                             .count = heap->live.objects,
                             .ns = heap->pause_last};
    wgc__heap_event(heap, &event);
    if (heap->queue.pending != 0) {
        const wgc_event pending = {.type = WGC_EVENT_PENDING,
                                   .count = heap->queue.pending};
        wgc__heap_event(heap, &pending);
    }
}

/* ---- The machine ---- */

static enum wgc__phase
step(struct wgc_heap *heap, size_t *holes)
{
    switch (heap->phase) {
    case WGC__STOP:
        begin(heap);
        return WGC__MARK_ROOTS;
    case WGC__MARK_ROOTS:
        mark_roots(heap);
        return WGC__MARK_FINALIZERS;
    case WGC__MARK_FINALIZERS:
        wgc__finalize_mark(&heap->queue, &heap->tracer);
        return WGC__SELECT;
    case WGC__SELECT:
        select_dead(heap);
        return WGC__RESCUE;
    case WGC__RESCUE:
        rescue(heap);
        return WGC__SWEEP;
    case WGC__SWEEP:
        if (heap->debug != NULL)
            wgc__debug_died(heap);
        *holes = sweep(heap);
        return WGC__PACE;
    case WGC__PACE:
        settle(heap, *holes);
        return WGC__RESUME;
    case WGC__RESUME:
        end(heap);
        return WGC__IDLE;
    case WGC__IDLE:
        break;
    }
    return WGC__IDLE;
}

struct cycle {
    struct wgc_heap *heap;
    bool exact;
    bool ran;
};

/* The others go on when whoever called lets go of the lock. */
static void
run_cycle(void *hot_end, void *data)
{
    struct cycle *cycle = data;
    struct wgc_heap *heap = cycle->heap;
    struct wgc__mutator *self = wgc__world_find(heap);
    size_t holes = 0;
    wgc__world_stop(&heap->world, self, hot_end);
    cycle->ran = cycle->exact || wgc__world_is_scannable(&heap->world, self);
    if (!cycle->ran)
        return;
    heap->exact = cycle->exact;
    wgc__world_set_busy(self, WGC__BUSY_CYCLE);
    heap->phase = WGC__STOP;
    while (heap->phase != WGC__IDLE) {
        heap->phase = step(heap, &holes);
        wgc__verify(heap);
    }
    wgc__world_end_busy(self, WGC__BUSY_CYCLE);
}

bool
wgc__collect(struct wgc_heap *heap, bool exact)
{
    struct cycle cycle = {heap, exact, false};
    wgc__stack_spill(run_cycle, &cycle);
    return cycle.ran;
}
