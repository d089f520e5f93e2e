/* SPDX-License-Identifier: MIT */
/* Questions: is the heap whole, what is in it, why is this alive. */
#include "api.h"
#include "debug.h"
#include "path.h"
#include "verify.h"

#include <stdio.h>

/* The host's function runs inside the heap: it finds no run to allocate from,
   and every way in is shut.  `hot_end` is from a spill if stacks are to be
   looked at.  The others go on when the lock is released. */
static void
shut(struct wgc_heap *heap, const void *hot_end)
{
    struct wgc__mutator *self = wgc__world_find(heap);
    wgc__world_stop(&heap->world, self, hot_end);
    wgc__heap_retire(heap);
    if (heap->debug != NULL)
        wgc__debug_show(heap, true);
    wgc__world_set_busy(self, WGC__BUSY_EVENT);
}

static void
open_again(struct wgc_heap *heap)
{
    wgc__world_end_busy(wgc__world_find(heap), WGC__BUSY_EVENT);
    if (heap->debug != NULL)
        wgc__debug_show(heap, false);
}

static size_t
length_of(int printed)
{
    return printed > 0 ? (size_t)printed : 0;
}

/* ---- Is it whole? ---- */

static void
report_fault(const struct wgc__check *check, const char *rule, const char *text,
             size_t block, const void *object)
{
    struct wgc_heap *heap = check->data;
    const wgc_report report = {
        .type = WGC_REPORT_INVARIANT,
        .rule = rule,
        .text = text,
        .block = block == WGC__NOWHERE ? SIZE_MAX : block,
        .object = object,
    };
    wgc__debug_report(heap, &report);
}

wgc_status
wgc_check(wgc_heap *heap)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    struct wgc__check check = {.report = report_fault, .data = heap};
    shut(heap, __builtin_frame_address(0));
    wgc__heap_check(heap, &check);
    open_again(heap);
    if (check.faults != 0)
        wgc__api_set_status(WGC_CORRUPT);
    return check.faults != 0 ? WGC_CORRUPT : WGC_OK;
}

size_t
wgc_report_text(const wgc_report *report, char *buffer, size_t bytes)
{
    return wgc__debug_text(report, buffer, bytes);
}

wgc_heap *
wgc_debug_here(wgc_heap *heap, const char *file, int line)
{
    if (wgc__world_find(heap) == NULL || heap->debug == NULL)
        return heap;
    WGC__LOCKED struct wgc_heap *locked = wgc__api_lock(heap);
    if (locked != NULL)
        heap->debug->next = (wgc_site){.file = file, .line = line};
    return heap;
}

/* ---- What is in it? ---- */

static unsigned
record_state(const struct wgc__record *record)
{
    const unsigned waits = WGC__RECORD_LINKED | WGC__RECORD_RUNNING;
    return (record->flags & waits) != 0 ? WGC_OBJECT_PENDING : 0;
}

static unsigned
state_of(const struct wgc_heap *heap, const struct wgc__block *block,
         const void *start)
{
    unsigned state = 0;
    wgc__word word = wgc__word_of(start);
    if (block->state == WGC__BLOCK_LARGE)
        state |= WGC_OBJECT_LARGE;
    if (wgc__roots_find(&heap->roots, WGC__ROOT_PIN, word, NULL) != NULL)
        state |= WGC_OBJECT_PINNED;
    if (wgc__index_find(&heap->queue.targets, word) != NULL)
        state |= WGC_OBJECT_WATCHED;
    if (wgc__kind_is_handle(block->kind))
        state |= WGC_OBJECT_HANDLE;
    if (block->kind == WGC__KIND_WEAKREF || block->kind == WGC__KIND_FINALIZER)
        state |= record_state(start);
    return state;
}

static const char *
name_of(const struct wgc_heap *heap, uint16_t kind)
{
    static const char *const names[] = {
        [WGC__KIND_CONSERVATIVE] = "conservative",
        [WGC__KIND_LEAF] = "leaf",
        [WGC__KIND_FIXTURE] = "",
        [WGC__KIND_WEAKREF] = "weak reference",
        [WGC__KIND_FINALIZER] = "finalizer",
        [WGC__KIND_SLOT] = "",
        [WGC__KIND_WEAKMAP] = "weak map",
        [WGC__KIND_EPHEMERON] = "ephemeron",
        [WGC__KIND_TABLE] = "",
    };
    if (kind < WGC__KIND_HOST)
        return names[kind];
    return heap->kinds[kind]->name;
}

/* False: enough. */
static bool
walk_block(struct wgc_heap *heap, uint32_t number, wgc_walk_fn *fn, void *data,
           size_t *calls)
{
    const struct wgc__block *block = &heap->blocks.table[number];
    const uint64_t *allocated = wgc__block_allocated(&heap->blocks, number);
    char *start = wgc__block_start(&heap->blocks, number);
    size_t bytes = wgc__block_cell_bytes(block);
    for (size_t cell = 0;
         (cell = wgc__bits_find_set(allocated, cell, block->cells)) <
         block->cells;
         cell++) {
        const wgc_object object = {
            .base = start + cell * bytes,
            .bytes = bytes,
            .kind = block->kind,
            .kind_name = name_of(heap, block->kind),
            .state = state_of(heap, block, start + cell * bytes),
        };
        ++*calls;
        if (!fn(&object, data))
            return false;
    }
    return true;
}

size_t
wgc_walk(wgc_heap *heap, wgc_walk_fn *fn, void *data)
{
    size_t calls = 0;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return 0;
    if (fn == NULL) {
        wgc__api_refuse(heap, WGC_INVALID);
        return 0;
    }
    shut(heap, __builtin_frame_address(0));
    for (uint32_t i = 0; i < wgc__blocks_top(&heap->blocks); i++) {
        const struct wgc__block *block = &heap->blocks.table[i];
        if ((block->state == WGC__BLOCK_SMALL ||
             block->state == WGC__BLOCK_LARGE) &&
            !wgc__kind_is_hidden(block->kind) &&
            !walk_block(heap, i, fn, data, &calls))
            break;
    }
    open_again(heap);
    return calls;
}

/* ---- Why is it alive? ---- */

struct question {
    struct wgc_heap *heap;
    struct wgc__search search;
    bool exact;
    size_t length;
};

static void
answer_question(void *hot_end, void *data)
{
    struct question *question = data;
    struct wgc_heap *heap = question->heap;
    shut(heap, hot_end);
    if (question->exact ||
        !wgc__world_is_scannable(&heap->world, wgc__world_find(heap)) ||
        !wgc__world_is_on_stack(wgc__world_find(heap)))
        hot_end = NULL;
    question->length = wgc__path_find(heap, &question->search, hot_end);
    open_again(heap);
}

size_t
wgc_find_path(wgc_heap *heap, const void *address, bool exact, wgc_step *steps,
              size_t most)
{
    struct wgc__object object;
    struct question question = {.exact = exact,
                                .search = {.own_end = (void *)WGC__HERE,
                                           .steps = steps,
                                           .most = steps != NULL ? most : 0}};
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return 0;
    if (!wgc__heap_object_find(heap, wgc__word_of(address), &object)) {
        wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
        return 0;
    }
    question.heap = heap;
    question.search.object = wgc__word_of(object.start);
    wgc__stack_spill(answer_question, &question);
    if (question.search.no_memory)
        wgc__api_refuse(heap, WGC_NO_MEMORY);
    return question.length;
}

static const char *
text_of(wgc_holder holder)
{
    switch (holder) {
    case WGC_HELD_BY_OBJECT:
        return "the object before";
    case WGC_HELD_BY_MAP:
        return "an entry of the map before";
    case WGC_HELD_BY_GUARD:
        return "data of a guard";
    case WGC_HELD_BY_PIN:
        return "a pin";
    case WGC_HELD_BY_RANGE:
        return "a registered range";
    case WGC_HELD_BY_CALLBACK:
        return "a root callback";
    case WGC_HELD_BY_GLOBAL:
        return "static data";
    case WGC_HELD_BY_QUEUE:
        return "a callback that waits";
    case WGC_HELD_BY_FINALIZER:
        return "data of a finalizer";
    case WGC_HELD_BY_STACK:
        return "the stack";
    case WGC_HELD_BY_REGISTER:
        return "a register";
    }
    return "something unknown";
}

size_t
wgc_step_text(const wgc_step *step, char *buffer, size_t bytes)
{
    char place[32] = "";
    if (step->place != NULL)
        snprintf(place, sizeof place, " at %p", step->place);
    return length_of(snprintf(buffer, bytes, "%p (%zu bytes), held by %s%s",
                              step->object, step->bytes, text_of(step->holder),
                              place));
}

/* ---- Finalizers that keep their own object ---- */

size_t
wgc_find_self_retained(wgc_heap *heap, wgc_self_retained_fn *fn, void *data)
{
    size_t count = 0;
    struct wgc__walk walk;
    struct wgc__record *record;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return 0;
    shut(heap, __builtin_frame_address(0));
    wgc__walk_init(&walk, &heap->blocks, WGC__KIND_FINALIZER);
    while ((record = wgc__walk_next(&walk)) != NULL) {
        if (record->type != WGC__RECORD_AFTER || !wgc__api_is_indexed(record) ||
            (record->flags & WGC__RECORD_LONE) == 0)
            continue;
        count++;
        if (fn != NULL)
            fn((wgc_finalizer *)record, wgc__address_of(record->node.key),
               data);
    }
    open_again(heap);
    return count;
}
