/* SPDX-License-Identifier: MIT */
#include "alloc.h"

#include "platform-annotate.h"

#include <string.h>

void
wgc__alloc_init(struct wgc__alloc *alloc, struct wgc__blocks *blocks,
                struct wgc__chunk *chunk, const struct wgc__classes *classes)
{
    *alloc = (struct wgc__alloc){
        .blocks = blocks, .chunk = chunk, .classes = classes};
}

static void
init_runs(struct wgc__lane *lane, const struct wgc__classes *classes)
{
    for (unsigned class = 0; class < WGC__CLASSES; class ++)
        lane->runs[class] = (struct wgc__run){
            .cell_bytes = (uint16_t)classes->cell_bytes[class],
            .block = WGC__NO_BLOCK};
}

void
wgc__lane_init(struct wgc__lane *lane, const struct wgc__classes *classes,
               uint16_t kind, bool leaf)
{
    lane->kind = kind;
    lane->leaf = leaf;
    lane->home = lane;
    lane->next = NULL;
    init_runs(lane, classes);
    wgc__alloc_forget(lane);
}

void
wgc__lane_join(struct wgc__lane *lane, struct wgc__lane *home,
               const struct wgc__classes *classes)
{
    lane->kind = home->kind;
    lane->leaf = home->leaf;
    lane->home = home;
    lane->next = home->next;
    home->next = lane;
    init_runs(lane, classes);
}

void
wgc__lane_leave(struct wgc__lane *lane)
{
    struct wgc__lane **link = &lane->home->next;
    while (*link != lane)
        link = &(*link)->next;
    *link = lane->next;
}

void
wgc__alloc_forget(struct wgc__lane *home)
{
    for (unsigned class = 0; class < WGC__CLASSES; class ++)
        home->partial[class] = WGC__NO_BLOCK;
}

void
wgc__alloc_list(struct wgc__blocks *blocks, struct wgc__lane *home,
                uint32_t block)
{
    struct wgc__block *info = &blocks->table[block];
    uint32_t *head = &home->partial[info->class];
    info->next = *head;
    info->flags |= WGC__BLOCK_LISTED;
    *head = block;
}

/* ---- Runs ---- */

/* Cells that are freed by hand are looked at once more, by those who free them. */
static bool
is_poisoned(const struct wgc__alloc *alloc, uint16_t kind)
{
    return alloc->poison && kind != WGC__KIND_FIXTURE && kind != WGC__KIND_SLOT;
}

/* The cell of a run of one; a free cell must be as it was left (I4). */
static size_t
take_single(struct wgc__alloc *alloc, const struct wgc__run *run, size_t cell)
{
    const char *start =
        wgc__block_start(alloc->blocks, run->block) + cell * run->cell_bytes;
    wgc__annotate_show(start, run->cell_bytes);
    if (is_poisoned(alloc, alloc->blocks->table[run->block].kind) &&
        alloc->spoiled == NULL) {
        size_t at = wgc__find_other(start, run->cell_bytes, WGC__POISON);
        if (at != run->cell_bytes)
            alloc->spoiled = start + at;
    }
    return cell + 1;
}

/* Take the next free cells of the run's block, from its cursor on. */
static bool
next_run(struct wgc__alloc *alloc, struct wgc__run *run)
{
    struct wgc__blocks *blocks = alloc->blocks;
    struct wgc__block *info = &blocks->table[run->block];
    uint64_t *allocated = wgc__block_allocated(blocks, run->block);
    size_t low = wgc__bits_find_clear(allocated, run->cursor, info->cells);
    if (low == info->cells)
        return false;
    size_t high = wgc__bits_find_set(allocated, low, info->cells);
    if (WGC__UNLIKELY(alloc->single_runs != 0))
        high = take_single(alloc, run, low);
    wgc__bits_set(allocated, low, high);
    size_t bytes = (high - low) * run->cell_bytes;
    char *start = wgc__block_start(blocks, run->block);
    char *next = start + low * run->cell_bytes;
    run->limit = next + bytes;
    run->cursor = (uint16_t)high;
    if ((info->flags & WGC__BLOCK_FRESH) == 0)
        memset(next, 0, bytes);
    __atomic_store_n(&run->next, next, __ATOMIC_RELAXED);
    alloc->since += bytes;
    return true;
}

static void
disown(struct wgc__blocks *blocks, struct wgc__run *run)
{
    if (run->block == WGC__NO_BLOCK)
        return;
    blocks->table[run->block].flags &=
        (uint8_t) ~(WGC__BLOCK_OWNED | WGC__BLOCK_FRESH);
    run->block = WGC__NO_BLOCK;
    run->cursor = 0;
}

static void
own(struct wgc__blocks *blocks, struct wgc__run *run, uint32_t block)
{
    blocks->table[block].flags &= (uint8_t)~WGC__BLOCK_TRIMMED;
    blocks->table[block].flags |= WGC__BLOCK_OWNED;
    run->block = block;
    run->cursor = 0;
}

static bool
own_partial(struct wgc__alloc *alloc, struct wgc__lane *lane, unsigned class)
{
    uint32_t *partial = &lane->home->partial[class], block = *partial;
    if (block == WGC__NO_BLOCK)
        return false;
    struct wgc__block *info = &alloc->blocks->table[block];
    *partial = info->next;
    info->flags &= (uint8_t)~WGC__BLOCK_LISTED;
    own(alloc->blocks, &lane->runs[class], block);
    return true;
}

static bool
own_new(struct wgc__alloc *alloc, struct wgc__lane *lane, unsigned class)
{
    bool zeroed;
    uint32_t block = wgc__chunk_take(alloc->chunk, 1, 1, &zeroed);
    wgc__blocks_extend(alloc->blocks, alloc->chunk);
    if (block == WGC__NO_BLOCK)
        return false;
    if (WGC__UNLIKELY(alloc->poison)) {
        memset(wgc__block_start(alloc->blocks, block), WGC__POISON,
               (size_t)1 << alloc->blocks->shift);
        zeroed = false;
    }
    wgc__block_open(alloc->blocks, block, alloc->classes, class, lane->kind,
                    lane->leaf, zeroed);
    own(alloc->blocks, &lane->runs[class], block);
    return true;
}

void *
wgc__alloc_small(struct wgc__alloc *alloc, struct wgc__lane *lane,
                 unsigned class)
{
    struct wgc__run *run = &lane->runs[class];
    void *cell = wgc__run_take(run);
    while (cell == NULL) {
        if (run->block != WGC__NO_BLOCK && next_run(alloc, run)) {
            cell = wgc__run_take(run);
            continue;
        }
        disown(alloc->blocks, run);
        if (!own_partial(alloc, lane, class) && !own_new(alloc, lane, class))
            return NULL;
    }
    return cell;
}

void *
wgc__alloc_large(struct wgc__alloc *alloc, const struct wgc__lane *lane,
                 size_t bytes, size_t alignment)
{
    bytes = wgc__align_up(bytes + (bytes == 0), WGC__GRANULE);
    void *object = (alloc->poison ? wgc__large_new_guarded : wgc__large_new)(
        alloc->blocks, alloc->chunk, lane->kind, lane->leaf, bytes, alignment);
    if (object != NULL)
        alloc->since += bytes;
    return object;
}

void *
wgc__alloc_bytes(struct wgc__alloc *alloc, struct wgc__lane *lane, size_t bytes)
{
    if (bytes > alloc->classes->small_max)
        return wgc__alloc_large(alloc, lane, bytes, 1);
    return wgc__alloc_small(alloc, lane, wgc__class_of(alloc->classes, bytes));
}

/* ---- The way back ---- */

void
wgc__alloc_close(struct wgc__alloc *alloc, uint32_t block)
{
    if (WGC__UNLIKELY(alloc->poison))
        wgc__annotate_show(wgc__block_start(alloc->blocks, block),
                           (size_t)1 << alloc->blocks->shift);
    wgc__block_close(alloc->blocks, block);
    wgc__chunk_give(alloc->chunk, block, 1);
}

void
wgc__alloc_free(struct wgc__alloc *alloc, struct wgc__lane *lane,
                const struct wgc__object *object)
{
    if (object->info->state == WGC__BLOCK_LARGE) {
        wgc__large_free(alloc->blocks, alloc->chunk, object->block);
        return;
    }
    if (WGC__UNLIKELY(is_poisoned(alloc, object->info->kind))) {
        memset(object->start, WGC__POISON, object->info->cell_bytes);
        wgc__annotate_hide(object->start, object->info->cell_bytes);
    }
    wgc__bit_clear(wgc__block_allocated(alloc->blocks, object->block),
                   object->cell);
    wgc__bit_clear(wgc__block_marked(alloc->blocks, object->block),
                   object->cell); /* a slot's record ends in a cycle */
    object->info->flags &= (uint8_t)~WGC__BLOCK_FRESH;
    if ((object->info->flags & (WGC__BLOCK_LISTED | WGC__BLOCK_OWNED)) == 0)
        wgc__alloc_list(alloc->blocks, lane->home, object->block);
}

/* Others may use the rest of the block. */
static void
give_back(struct wgc__alloc *alloc, struct wgc__lane *lane,
          struct wgc__run *run)
{
    uint32_t block = run->block;
    if (block == WGC__NO_BLOCK)
        return;
    const struct wgc__block *info = &alloc->blocks->table[block];
    size_t cells = info->cells;
    disown(alloc->blocks, run);
    if ((info->flags & WGC__BLOCK_LISTED) == 0 &&
        wgc__bits_find_clear(wgc__block_allocated(alloc->blocks, block), 0,
                             cells) != cells)
        wgc__alloc_list(alloc->blocks, lane->home, block);
}

void
wgc__alloc_retire(struct wgc__alloc *alloc, struct wgc__lane *lane)
{
    for (unsigned class = 0; class < alloc->classes->count; class ++) {
        struct wgc__run *run = &lane->runs[class];
        if (run->next < run->limit) {
            size_t unused = (size_t)(run->limit - run->next);
            size_t high = run->cursor;
            wgc__bits_clear(wgc__block_allocated(alloc->blocks, run->block),
                            high - unused / run->cell_bytes, high);
            alloc->since -= wgc__min(unused, alloc->since);
        }
        run->next = run->limit = NULL;
        give_back(alloc, lane, run);
    }
}
