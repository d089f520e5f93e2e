/* SPDX-License-Identifier: MIT */
#include "path.h"

#include "wgc/thread.h"

#include <string.h>

#define NO_PARENT UINT32_MAX
enum { LOG_MIN = 1024 };

struct found {
    wgc__word object;
    wgc__word place;
    uint32_t parent; /* in the log */
    uint32_t holder;
};
_Static_assert(sizeof(struct found) == 24, "as debug.h says");

struct finder {
    struct wgc_heap *heap;
    struct wgc_tracer tracer; /* what trace functions write to */
    struct found *log;
    size_t count, capacity, done;
    wgc__word target;
    const void *own_low, *own_end; /* the library's frames */
    uint32_t answer;               /* entry of the target, or NO_PARENT */
    bool no_memory;
    bool in_roots;
};

/* ---- The log ---- */

static bool
grow_log(struct finder *finder)
{
    struct wgc_heap *heap = finder->heap;
    size_t capacity = finder->capacity != 0 ? finder->capacity * 2 : LOG_MIN;
    struct found *log = NULL;
    if (capacity < NO_PARENT)
        log = wgc__raw_new(&heap->blocks, &heap->chunk, capacity * sizeof *log);
    if (log == NULL)
        return false;
    if (finder->log != NULL) {
        memcpy(log, finder->log, finder->count * sizeof *log);
        wgc__raw_free(&heap->blocks, &heap->chunk, finder->log,
                      finder->capacity * sizeof *log);
    }
    finder->log = log;
    finder->capacity = capacity;
    return true;
}

static void
log_object(struct finder *finder, wgc__word object, wgc_holder holder,
           wgc__word place, uint32_t parent)
{
    if (finder->count == finder->capacity && !grow_log(finder)) {
        finder->no_memory = true;
        return;
    }
    if (object == finder->target)
        finder->answer = (uint32_t)finder->count;
    finder->log[finder->count++] = (struct found){
        .object = object, .place = place, .parent = parent, .holder = holder};
}

static void
find_object(struct finder *finder, const struct wgc__object *object,
            wgc_holder holder, wgc__word place, uint32_t parent)
{
    uint64_t *marked = wgc__block_marked(&finder->heap->blocks, object->block);
    if (wgc__bit_get(marked, object->cell))
        return;
    wgc__bit_set(marked, object->cell);
    if ((object->info->flags & WGC__BLOCK_LEAF) == 0 ||
        wgc__word_of(object->start) == finder->target)
        log_object(finder, wgc__word_of(object->start), holder, place, parent);
}

/* What a word points into, as a cycle would see it. */
static void
find_word(struct finder *finder, wgc__word word, wgc_holder holder,
          wgc__word place, uint32_t parent)
{
    const struct wgc_tracer *tracer = &finder->tracer;
    bool bases_only =
        finder->in_roots ? tracer->roots_bases : tracer->bases_only;
    struct wgc__object object;
    if (wgc__object_find(&finder->heap->blocks, word, &object) &&
        (!bases_only || wgc__word_of(object.start) == word))
        find_object(finder, &object, holder, place, parent);
}

/* ---- Ranges ---- */

WGC__PEEKS static wgc__word
peek_word(const wgc__word *place)
{
    return *(const volatile wgc__word *)place;
}

static void
find_in_range(struct finder *finder, wgc__word low, wgc__word high,
              wgc_holder holder, uint32_t parent)
{
    low = wgc__align_up(low, WGC__WORD);
    for (; low < high && high - low >= WGC__WORD; low += WGC__WORD)
        find_word(finder, peek_word(wgc__address_of(low)), holder, low, parent);
}

/* What a trace or root function reported lies on the tracer's stack.  A leaf is
   marked but not pushed, so the target is looked for by its mark. */
static void
take_reported(struct finder *finder, wgc_holder holder, wgc__word place,
              uint32_t parent)
{
    struct wgc_tracer *tracer = &finder->tracer;
    struct wgc__blocks *blocks = &finder->heap->blocks;
    finder->no_memory |= tracer->overflowed;
    while (tracer->depth > 0) {
        wgc__word top = tracer->stack[--tracer->depth];
        if ((top & 1) != 0)
            find_in_range(finder, top & ~(wgc__word)1,
                          tracer->stack[--tracer->depth], holder, parent);
        else
            log_object(finder, top, holder, place, parent);
    }
    if (finder->answer == NO_PARENT && wgc__is_marked(blocks, finder->target))
        log_object(finder, finder->target, holder, place, parent);
}

/* ---- What an object holds ---- */

static void
find_in_bitmap(struct finder *finder, const struct wgc__shape *shape,
               const wgc__word *object, size_t bytes, uint32_t entry)
{
    size_t words = wgc__min(shape->words, bytes / WGC__WORD);
    for (size_t i = 0; i < words; i++)
        if (wgc__bit_get(shape->pointers, i))
            find_word(finder, object[i], WGC_HELD_BY_OBJECT,
                      wgc__word_of(&object[i]), entry);
}

static void
scan_entry(struct finder *finder, uint32_t entry)
{
    wgc__word start = finder->log[entry].object;
    struct wgc__object object;
    if (!wgc__object_find(&finder->heap->blocks, start, &object))
        return;
    const struct wgc__shape *shape = &finder->heap->shapes[object.info->kind];
    size_t bytes = wgc__object_bytes(&object);
    switch (shape->form) {
    case WGC__FORM_CONSERVATIVE:
        find_in_range(finder, start, start + bytes, WGC_HELD_BY_OBJECT, entry);
        break;
    case WGC__FORM_BITMAP:
        find_in_bitmap(finder, shape, wgc__address_of(start), bytes, entry);
        break;
    case WGC__FORM_TRACE:
        shape->trace(&finder->tracer, wgc__address_of(start), bytes);
        take_reported(finder, WGC_HELD_BY_OBJECT, 0, entry);
        break;
    case WGC__FORM_LINK: /* follow_late looks into these */
    case WGC__FORM_LEAF:
        break;
    }
}

/* ---- What is held because something else is alive ---- */

static void
follow_edge(struct finder *finder, const struct wgc__edge *edge, uint32_t entry)
{
    if (edge->node.key != 0 &&
        wgc__is_marked(&finder->heap->blocks, edge->node.key))
        find_word(finder, wgc__word_of(edge->value), WGC_HELD_BY_MAP,
                  wgc__word_of(&edge->value), entry);
}

static void
follow_map(struct finder *finder, const struct wgc_weakmap *map, uint32_t entry)
{
    unsigned weak = map->mode & (WGC__MAP_WEAK_KEYS | WGC__MAP_WEAK_VALUES);
    find_word(finder, wgc__word_of(map->data), WGC_HELD_BY_OBJECT,
              wgc__word_of(&map->data), entry);
    if (weak == (WGC__MAP_WEAK_KEYS | WGC__MAP_WEAK_VALUES))
        return;
    for (uint32_t i = 0; i < map->used; i++) {
        const struct wgc__edge *edge = &map->entries[i].edge;
        if (weak == 0)
            find_word(finder, edge->node.key, WGC_HELD_BY_MAP,
                      wgc__word_of(&edge->node.key), entry);
        follow_edge(finder, edge, entry);
    }
}

static uint32_t
entry_of(const struct finder *finder, wgc__word object)
{
    uint32_t entry = 0;
    while (entry < finder->count && finder->log[entry].object != object)
        entry++;
    return entry < finder->count ? entry : NO_PARENT; /* a leaf */
}

static void
follow_guards(struct finder *finder)
{
    struct wgc__walk walk;
    const struct wgc__record *guard;
    wgc__walk_init(&walk, &finder->heap->blocks, WGC__KIND_FINALIZER);
    while ((guard = wgc__walk_next(&walk)) != NULL) {
        if (guard->type != WGC__RECORD_GUARD || guard->node.key == 0 ||
            (guard->flags & (WGC__RECORD_LINKED | WGC__RECORD_RUNNING)) != 0 ||
            !wgc__is_marked(&finder->heap->blocks, guard->node.key))
            continue;
        find_word(finder, wgc__word_of(guard->as.call.data), WGC_HELD_BY_GUARD,
                  guard->node.key, entry_of(finder, guard->node.key));
    }
}

/* Ephemerons and guards, to a fixed point; quadratic in the depth of their
   chains, which a question may be. */
static void
follow_late(struct finder *finder)
{
    for (uint32_t entry = 0; entry < finder->count; entry++) {
        struct wgc__object object;
        const void *start = wgc__address_of(finder->log[entry].object);
        if (!wgc__object_at(&finder->heap->blocks, start, &object))
            continue;
        if (object.info->kind == WGC__KIND_WEAKMAP)
            follow_map(finder, start, entry);
        else if (object.info->kind == WGC__KIND_EPHEMERON)
            follow_edge(finder, &((const struct wgc_ephemeron *)start)->edge,
                        entry);
    }
    if (finder->heap->queue.counts[WGC__RECORD_GUARD] != 0)
        follow_guards(finder);
}

static bool
is_over(const struct finder *finder)
{
    return finder->answer != NO_PARENT || finder->no_memory;
}

/* Scan until nothing is added; true if the search is over. */
static bool
spread(struct finder *finder)
{
    finder->in_roots = false;
    do {
        while (finder->done < finder->count && !is_over(finder))
            scan_entry(finder, (uint32_t)finder->done++);
        if (!is_over(finder))
            follow_late(finder);
    } while (finder->done < finder->count && !is_over(finder));
    return is_over(finder);
}

/* ---- Roots ---- */

static void
find_static(const void *low, const void *high, void *data)
{
    struct finder *finder = data;
    const struct wgc_heap *heap = finder->heap;
    wgc__word arena = wgc__word_of(heap->config.arena);
    wgc__word from = wgc__word_of(low), to = wgc__word_of(high);
    if (arena != 0 && from < arena + heap->config.arena_bytes && arena < to) {
        find_in_range(finder, from, wgc__max(from, arena), WGC_HELD_BY_GLOBAL,
                      NO_PARENT);
        from = wgc__min(arena + heap->config.arena_bytes, to);
    }
    find_in_range(finder, from, to, WGC_HELD_BY_GLOBAL, NO_PARENT);
}

/* The words of a stack; one at the very start of a cell counts for the cell
   before it, too. */
static void
find_on_stack(const void *low, const void *high, void *data)
{
    struct finder *finder = data;
    for (const wgc__word *at = low; (const void *)at < high; at++) {
        wgc__word word = peek_word(at);
        bool own = (const void *)at >= finder->own_low &&
                   (const void *)at < finder->own_end;
        wgc_holder holder = own ? WGC_HELD_BY_REGISTER : WGC_HELD_BY_STACK;
        wgc__word place = own ? 0 : wgc__word_of(at);
        struct wgc__object object;
        if (own && wgc__object_find(&finder->heap->blocks, word, &object) &&
            wgc__word_of(object.start) == finder->target)
            continue;
        find_word(finder, word, holder, place, NO_PARENT);
        if (word % WGC__GRANULE == 0 && !finder->tracer.roots_bases && !own &&
            wgc__object_find(&finder->heap->blocks, word - 1, &object) &&
            wgc__word_of(object.start) + wgc__object_bytes(&object) == word)
            find_object(finder, &object, holder, place, NO_PARENT);
    }
}

/* The asking thread's own registers hold the question. */
static void
find_in_registers(struct finder *finder, const struct wgc__stack *stack,
                  bool asks)
{
    for (size_t i = 0; i < WGC__STACK_SAVED; i++) {
        struct wgc__object object;
        if (asks &&
            wgc__object_find(&finder->heap->blocks, stack->saved[i], &object) &&
            wgc__word_of(object.start) == finder->target)
            continue;
        find_word(finder, stack->saved[i], WGC_HELD_BY_REGISTER, 0, NO_PARENT);
    }
}

static void
find_on_saved_stack(struct finder *finder, const struct wgc__stack *stack,
                    const struct wgc__stack *asks)
{
    if (stack->hot_end != NULL) {
        find_in_registers(finder, stack, stack == asks);
        wgc__stack_report(stack, find_on_stack, finder);
    } else { /* what a coroutine that never ran is to begin with */
        size_t bytes =
            wgc__min((size_t)WGC_STACK_ENTRY,
                     wgc__word_of(stack->base) - wgc__word_of(stack->limit));
        find_on_stack((const char *)stack->base - bytes, stack->base, finder);
    }
}

static void
find_on_stacks(struct finder *finder)
{
    const struct wgc__world *world = &finder->heap->world;
    struct wgc__mutator *self = wgc__world_find(finder->heap);
    for (struct wgc__mutator *m = world->mutators; m != NULL; m = m->peer) {
        if (m != self && m->local_low != NULL)
            find_static(m->local_low, m->local_high, finder);
        find_on_saved_stack(finder, &m->own, wgc__world_stack(self));
    }
    for (const struct wgc_stack *stack = world->stacks; stack != NULL;
         stack = stack->next)
        find_on_saved_stack(finder, &stack->stack, wgc__world_stack(self));
}

static void
find_root(struct finder *finder, const struct wgc__root *root)
{
    union {
        wgc__word key;
        wgc_root_fn *fn;
    } as = {.key = root->node.key};
    switch (root->type) {
    case WGC__ROOT_RANGE:
        find_in_range(finder, as.key, wgc__word_of(root->other),
                      WGC_HELD_BY_RANGE, NO_PARENT);
        break;
    case WGC__ROOT_CALLBACK:
        finder->tracer.in_roots = true;
        as.fn(&finder->tracer, root->other);
        finder->tracer.in_roots = false;
        take_reported(finder, WGC_HELD_BY_CALLBACK, wgc__word_of(root->other),
                      NO_PARENT);
        break;
    case WGC__ROOT_PIN:
        find_word(finder, as.key, WGC_HELD_BY_PIN, 0, NO_PARENT);
        break;
    }
}

static void
find_registered(struct finder *finder)
{
    for (const struct wgc__root *root = finder->heap->roots.all; root != NULL;
         root = root->next)
        find_root(finder, root);
    if (!finder->heap->config.no_globals)
        wgc__platform_static_ranges(find_static, finder);
}

/* Live after-death finalizers, each with its data. */
static void
find_finalizers(struct finder *finder)
{
    struct wgc__walk walk;
    const struct wgc__record *record;
    wgc__walk_init(&walk, &finder->heap->blocks, WGC__KIND_FINALIZER);
    while ((record = wgc__walk_next(&walk)) != NULL) {
        if (record->node.key == 0 ||
            (record->flags & (WGC__RECORD_LINKED | WGC__RECORD_RUNNING)) != 0)
            continue;
        find_word(finder, wgc__word_of(record), WGC_HELD_BY_FINALIZER,
                  record->node.key, NO_PARENT);
        if (record->type == WGC__RECORD_AFTER)
            find_word(finder, wgc__word_of(record->as.call.data),
                      WGC_HELD_BY_FINALIZER, record->node.key, NO_PARENT);
    }
}

static void
find_queued(struct finder *finder)
{
    wgc__queue_mark(&finder->heap->queue, &finder->tracer);
    take_reported(finder, WGC_HELD_BY_QUEUE, 0, NO_PARENT);
}

/* From the roots that tell most to those that tell least. */
static void
search_roots(struct finder *finder, const void *hot_end)
{
    finder->in_roots = true;
    find_registered(finder);
    if (spread(finder))
        return;
    finder->in_roots = true;
    find_queued(finder);
    if (spread(finder))
        return;
    finder->in_roots = true;
    find_finalizers(finder);
    if (spread(finder) || hot_end == NULL)
        return;
    finder->in_roots = true;
    find_on_stacks(finder);
    spread(finder);
}

/* ---- Begin and end ---- */

static bool
begin_search(struct finder *finder)
{
    struct wgc_heap *heap = finder->heap;
    finder->tracer = heap->tracer;
    wgc__mark_begin(&finder->tracer);
    finder->tracer.capacity_max = SIZE_MAX;
    finder->answer = NO_PARENT;
    return grow_log(finder);
}

/* The marker's stack may have grown; that stays the heap's. */
static void
end_search(struct finder *finder)
{
    struct wgc_heap *heap = finder->heap;
    struct wgc__blocks *blocks = &heap->blocks;
    heap->tracer.stack = finder->tracer.stack;
    heap->tracer.capacity = finder->tracer.capacity;
    for (uint32_t i = 0; i < wgc__blocks_top(blocks); i++) {
        blocks->table[i].flags &= (uint8_t)~WGC__BLOCK_GREY;
        wgc__bits_clear(wgc__block_marked(blocks, i), 0,
                        (size_t)1 << (blocks->bits_shift + 2));
    }
    wgc__raw_free(blocks, &heap->chunk, finder->log,
                  finder->capacity * sizeof *finder->log);
}

/* Write the chain backwards: the target is its last step. */
static size_t
write_steps(const struct finder *finder, const struct wgc__search *search)
{
    size_t length = 0;
    for (uint32_t at = finder->answer; at != NO_PARENT;
         at = finder->log[at].parent)
        length++;
    size_t number = length;
    for (uint32_t at = finder->answer; at != NO_PARENT;
         at = finder->log[at].parent) {
        const struct found *found = &finder->log[at];
        struct wgc__object object;
        if (--number >= search->most ||
            !wgc__object_find(&finder->heap->blocks, found->object, &object))
            continue;
        search->steps[number] = (wgc_step){
            .holder = (wgc_holder)found->holder,
            .place = wgc__address_of(found->place),
            .object = object.start,
            .bytes = wgc__object_bytes(&object),
            .kind = object.info->kind,
        };
    }
    return length;
}

size_t
wgc__path_find(struct wgc_heap *heap, struct wgc__search *search,
               const void *hot_end)
{
    struct finder finder = {.heap = heap,
                            .target = search->object,
                            .own_low = hot_end,
                            .own_end = search->own_end};
    if (!begin_search(&finder)) {
        search->no_memory = true;
        return 0;
    }
    search_roots(&finder, hot_end);
    size_t length = write_steps(&finder, search);
    search->no_memory = finder.no_memory && length == 0;
    end_search(&finder);
    return length;
}
