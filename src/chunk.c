/* SPDX-License-Identifier: MIT */
#include "chunk.h"

#include <string.h>

enum {
    TRIES = 16 /* spans looked at in a bin that may not fit */
};
/* Of bytes that are committed; a multiple of every page size. */
static const size_t COMMIT_STEP = (size_t)1 << 20;
static const size_t ALIGNMENT = (size_t)1 << 16; /* of block 0, at least */
static const size_t RESERVE_MIN = (size_t)4 << 20;
/* A strip, or the blocks, that has this many huge pages grows by huge pages: at
   most an eighth more than it needs.  Marking ten million objects takes 0.82 of
   the time then, and so does faulting in 16 MiB. */
static const size_t HUGE_FROM = (size_t)8 * WGC__HUGE_PAGE;

static struct wgc__span *
span_of(const struct wgc__chunk *chunk, uint32_t block)
{
    return (struct wgc__span *)(void *)chunk->strips[0].start + block;
}

size_t
wgc__chunk_committed(const struct wgc__chunk *chunk)
{
    return chunk->strips_bytes + (chunk->resident << chunk->shift);
}

/* ---- Bins ---- */

static unsigned
bin_of(uint32_t blocks)
{
    return wgc__bit_highest(blocks);
}

static void
bin_add(struct wgc__chunk *chunk, uint32_t block)
{
    struct wgc__span *span = span_of(chunk, block);
    uint32_t *head = &chunk->bins[span->state][bin_of(span->blocks)];
    span->next = *head;
    span->previous = WGC__NO_BLOCK;
    if (*head != WGC__NO_BLOCK)
        span_of(chunk, *head)->previous = block;
    *head = block;
}

static void
bin_remove(struct wgc__chunk *chunk, uint32_t block)
{
    struct wgc__span *span = span_of(chunk, block);
    if (span->previous != WGC__NO_BLOCK)
        span_of(chunk, span->previous)->next = span->next;
    else
        chunk->bins[span->state][bin_of(span->blocks)] = span->next;
    if (span->next != WGC__NO_BLOCK)
        span_of(chunk, span->next)->previous = span->previous;
}

/* Write both ends of a span (I1). */
static void
set_span(struct wgc__chunk *chunk, uint32_t block, size_t count,
         enum wgc__span_state state)
{
    struct wgc__span *first = span_of(chunk, block);
    struct wgc__span *last = first + count - 1;
    first->blocks = last->blocks = (uint32_t)count;
    first->state = last->state = (uint8_t)state;
}

/* A free span comes to be, and merges with what is beside it (I2). */
static const struct wgc__span *
add_free(struct wgc__chunk *chunk, uint32_t block, size_t count,
         enum wgc__span_state state)
{
    if (count == 0)
        return NULL;
    if (block > 0 && span_of(chunk, block - 1)->state == state) {
        uint32_t before = span_of(chunk, block - 1)->blocks;
        block -= before;
        count += before;
        bin_remove(chunk, block);
    }
    uint32_t after = block + (uint32_t)count;
    if (after < chunk->top && span_of(chunk, after)->state == state) {
        bin_remove(chunk, after);
        count += span_of(chunk, after)->blocks;
    }
    set_span(chunk, block, count, state);
    bin_add(chunk, block);
    return span_of(chunk, block);
}

/* ---- Growth ---- */

static bool
within_limit(const struct wgc__chunk *chunk, size_t blocks)
{
    size_t used = wgc__chunk_committed(chunk);
    return used <= chunk->max_bytes &&
           blocks <= (chunk->max_bytes - used) >> chunk->shift;
}

/* Bytes that a strip must still commit to serve `top` blocks. */
static size_t
strip_wants(const struct wgc__chunk *chunk, const struct wgc__strip *strip,
            uint32_t top)
{
    size_t need = wgc__align_up(top * strip->stride, chunk->page_bytes);
    return chunk->arena || need <= strip->committed ? 0
                                                    : need - strip->committed;
}

static bool
commit_strip(const struct wgc__chunk *chunk, struct wgc__strip *strip,
             uint32_t top, size_t step)
{
    size_t wants = strip_wants(chunk, strip, top);
    size_t total =
        wgc__align_up(chunk->limit * strip->stride, chunk->page_bytes);
    bool huge = chunk->max_bytes == SIZE_MAX && strip->committed >= HUGE_FROM;
    size_t end = wgc__align_up(strip->committed + wants,
                               huge ? (size_t)WGC__HUGE_PAGE : step);
    size_t more = wgc__min(end, total) - strip->committed;
    char *start = strip->start + strip->committed;
    if (wants == 0)
        return true;
    if (!wgc__platform_commit(start, more)) {
        more = wants;
        huge = false;
        if (!wgc__platform_commit(start, more))
            return false;
    }
    strip->committed += more;
    if (huge)
        wgc__platform_prefer_huge(start, more, true);
    strip->huge |= huge;
    return true;
}

/* Blocks and what strips need for them, within the limit or not at all. */
static bool
grow_top(struct wgc__chunk *chunk, size_t count)
{
    if (count > chunk->limit - chunk->top || !within_limit(chunk, count))
        return false;
    uint32_t top = chunk->top + (uint32_t)count;
    size_t wants = 0;
    for (int i = 0; i < WGC__STRIPS; i++)
        wants += strip_wants(chunk, &chunk->strips[i], top);
    size_t left = chunk->max_bytes - wgc__chunk_committed(chunk);
    if (wants + (count << chunk->shift) > left)
        return false;
    for (int i = 0; i < WGC__STRIPS; i++) {
        wants = strip_wants(chunk, &chunk->strips[i], top);
        if (!commit_strip(chunk, &chunk->strips[i], top, 1))
            return false;
        chunk->strips_bytes += wants;
    }
    if (!commit_strip(chunk, &chunk->block_strip, top, COMMIT_STEP))
        return false;
    chunk->top = top;
    return true;
}

/* ---- Spans ---- */

/* Blocks to skip in the span at `block` so that `count` aligned ones follow;
   WGC__NO_BLOCK if they do not fit. */
static size_t
fit(const struct wgc__chunk *chunk, uint32_t block, size_t count,
    size_t alignment)
{
    wgc__word start = wgc__word_of(wgc__chunk_block(chunk, block));
    size_t skip = (wgc__align_up(start, alignment) - start) >> chunk->shift;
    return skip + count <= span_of(chunk, block)->blocks ? skip : WGC__NO_BLOCK;
}

static uint32_t
find_free(const struct wgc__chunk *chunk, enum wgc__span_state state,
          size_t count, size_t alignment, size_t tries)
{
    for (unsigned bin = bin_of((uint32_t)count); bin < WGC__BINS; bin++) {
        uint32_t block = chunk->bins[state][bin];
        for (size_t n = 0; block != WGC__NO_BLOCK && n < tries; n++) {
            if (fit(chunk, block, count, alignment) != WGC__NO_BLOCK)
                return block;
            block = span_of(chunk, block)->next;
        }
    }
    return WGC__NO_BLOCK;
}

/* Turn `count` blocks of a free span into a used one; the rest stays free. */
static uint32_t
take_from(struct wgc__chunk *chunk, uint32_t block, size_t count,
          size_t alignment)
{
    size_t skip = fit(chunk, block, count, alignment);
    size_t length = span_of(chunk, block)->blocks;
    enum wgc__span_state state = span_of(chunk, block)->state;
    uint32_t taken = block + (uint32_t)skip;
    bin_remove(chunk, block);
    set_span(chunk, taken, count, WGC__SPAN_USED);
    add_free(chunk, block, skip, state);
    add_free(chunk, taken + (uint32_t)count, length - skip - count, state);
    chunk->used += count;
    if (state == WGC__SPAN_CLEAN) {
        chunk->resident += count;
        chunk->refilled += count;
    }
    return taken;
}

static uint32_t
take_new(struct wgc__chunk *chunk, size_t count, size_t alignment)
{
    uint32_t block = chunk->top;
    wgc__word start = wgc__word_of(wgc__chunk_block(chunk, block));
    size_t skip = (wgc__align_up(start, alignment) - start) >> chunk->shift;
    if (!grow_top(chunk, skip + count))
        return WGC__NO_BLOCK;
    block += (uint32_t)skip;
    set_span(chunk, block, count, WGC__SPAN_USED);
    chunk->used += count;
    chunk->resident += count;
    enum wgc__span_state state =
        chunk->arena ? WGC__SPAN_DIRTY : WGC__SPAN_CLEAN;
    if (chunk->arena)
        chunk->resident += skip;
    add_free(chunk, block - (uint32_t)skip, skip, state);
    return block;
}

static uint32_t
take_any(struct wgc__chunk *chunk, size_t count, size_t alignment, size_t tries,
         bool *zeroed)
{
    uint32_t block = find_free(chunk, WGC__SPAN_DIRTY, count, alignment, tries);
    *zeroed = false;
    if (block != WGC__NO_BLOCK)
        return take_from(chunk, block, count, alignment);
    *zeroed = !chunk->arena;
    if (within_limit(chunk, count)) {
        block = find_free(chunk, WGC__SPAN_CLEAN, count, alignment, tries);
        if (block != WGC__NO_BLOCK)
            return take_from(chunk, block, count, alignment);
    }
    return take_new(chunk, count, alignment);
}

/* When nothing fits, giving all free memory back makes room below the limit
   and joins dirty spans with clean ones. */
uint32_t
wgc__chunk_take(struct wgc__chunk *chunk, size_t count, size_t alignment,
                bool *zeroed)
{
    if (count == 0 || count > chunk->limit)
        return WGC__NO_BLOCK;
    uint32_t block = take_any(chunk, count, alignment, TRIES, zeroed);
    if (block != WGC__NO_BLOCK)
        return block;
    wgc__chunk_release(chunk, 0);
    return take_any(chunk, count, alignment, SIZE_MAX, zeroed);
}

void
wgc__chunk_give(struct wgc__chunk *chunk, uint32_t block, size_t count)
{
    WGC__ASSERT(span_of(chunk, block)->state == WGC__SPAN_USED);
    WGC__ASSERT(span_of(chunk, block)->blocks == count);
    chunk->used -= count;
    add_free(chunk, block, count, WGC__SPAN_DIRTY);
}

bool
wgc__chunk_extend(struct wgc__chunk *chunk, uint32_t block, size_t count,
                  size_t wanted, bool *zeroed)
{
    uint32_t after = block + (uint32_t)count;
    size_t more = wanted - count;
    if (wanted > chunk->limit)
        return false;
    if (after == chunk->top) {
        if (!grow_top(chunk, more))
            return false;
        *zeroed = !chunk->arena;
        chunk->resident += more;
        chunk->used += more;
    } else {
        struct wgc__span *span = span_of(chunk, after);
        if (span->state == WGC__SPAN_USED || span->blocks < more ||
            (span->state == WGC__SPAN_CLEAN && !within_limit(chunk, more)))
            return false;
        *zeroed = span->state == WGC__SPAN_CLEAN;
        take_from(chunk, after, more, 1);
    }
    set_span(chunk, block, wanted, WGC__SPAN_USED);
    return true;
}

void
wgc__chunk_cut(struct wgc__chunk *chunk, uint32_t block, size_t count,
               size_t wanted)
{
    if (wanted == count)
        return;
    set_span(chunk, block, wanted, WGC__SPAN_USED);
    set_span(chunk, block + (uint32_t)wanted, count - wanted, WGC__SPAN_USED);
    wgc__chunk_give(chunk, block + (uint32_t)wanted, count - wanted);
}

/* ---- Giving memory back ---- */

/* The system would fill the gaps of huge pages again. */
static void
prefer_small(struct wgc__strip *strip)
{
    if (strip->huge)
        wgc__platform_prefer_huge(strip->start, strip->committed, false);
    strip->huge = false;
}

/* The pages of a strip with elements of blocks [low, high) lose their memory if
   all elements in them are of free blocks without memory (I6), which those of
   `clean` are. */
static void
release_elements(const struct wgc__chunk *chunk, struct wgc__strip *strip,
                 size_t low, size_t high, const struct wgc__span *clean)
{
    size_t page = chunk->page_bytes;
    size_t first = (size_t)(clean - span_of(chunk, 0));
    size_t from = wgc__align_down(low * strip->stride, page);
    size_t to = wgc__align_up(high * strip->stride, page);
    if (from < first * strip->stride)
        from += page;
    if (to > (first + clean->blocks) * strip->stride)
        to -= page;
    if (from >= to)
        return;
    prefer_small(strip);
    wgc__platform_decommit(strip->start + from, to - from);
}

/* The last `count` blocks of a dirty span; false if the system refuses. */
static bool
release_tail(struct wgc__chunk *chunk, uint32_t block, size_t count)
{
    size_t length = span_of(chunk, block)->blocks;
    uint32_t tail = block + (uint32_t)(length - count);
    if (!wgc__platform_decommit(wgc__chunk_block(chunk, tail),
                                count << chunk->shift))
        return false;
    bin_remove(chunk, block);
    set_span(chunk, tail, count, WGC__SPAN_USED);
    add_free(chunk, block, length - count, WGC__SPAN_DIRTY);
    chunk->resident -= count;
    const struct wgc__span *clean =
        add_free(chunk, tail, count, WGC__SPAN_CLEAN);
    prefer_small(&chunk->block_strip);
    for (int i = 1; i < WGC__STRIPS; i++)
        release_elements(chunk, &chunk->strips[i], tail, tail + count, clean);
    return true;
}

size_t
wgc__chunk_release(struct wgc__chunk *chunk, size_t keep)
{
    size_t released = 0;
    if (chunk->arena)
        return 0;
    for (unsigned bin = WGC__BINS; bin-- > 0;) {
        uint32_t block;
        while ((block = chunk->bins[WGC__SPAN_DIRTY][bin]) != WGC__NO_BLOCK) {
            size_t free_blocks = chunk->resident - chunk->used;
            if (free_blocks <= keep)
                return released;
            size_t count =
                wgc__min(free_blocks - keep, span_of(chunk, block)->blocks);
            if (!release_tail(chunk, block, count))
                return released;
            released += count;
        }
    }
    return released;
}

/* ---- Begin and end ---- */

static size_t
bytes_per_block(const struct wgc__chunk_plan *plan)
{
    size_t bytes = (size_t)1 << plan->shift;
    for (int i = 0; i < WGC__STRIPS; i++)
        bytes += plan->strides[i];
    return bytes;
}

/* Lay head, strips and blocks out from `start`; the end of the last block. */
static wgc__word
lay_out(struct wgc__chunk *chunk, const struct wgc__chunk_plan *plan,
        wgc__word start, size_t unit, size_t block_alignment)
{
    wgc__word at = wgc__align_up(start + plan->head_bytes, unit);
    for (int i = 0; i < WGC__STRIPS; i++) {
        chunk->strips[i] = (struct wgc__strip){.start = wgc__address_of(at),
                                               .stride = plan->strides[i]};
        at = wgc__align_up(at + chunk->limit * plan->strides[i], unit);
    }
    at = wgc__align_up(at, block_alignment);
    chunk->base = wgc__address_of(at);
    chunk->block_strip = (struct wgc__strip){
        .start = chunk->base, .stride = (size_t)1 << plan->shift};
    return at + ((size_t)chunk->limit << plan->shift);
}

static void *
init_arena(struct wgc__chunk *chunk, const struct wgc__chunk_plan *plan)
{
    wgc__word start = wgc__align_up(wgc__word_of(plan->arena), 64);
    wgc__word end = wgc__word_of(plan->arena) + plan->arena_bytes;
    if (start + plan->head_bytes >= end)
        return NULL;
    chunk->limit = (uint32_t)wgc__min((end - start) / bytes_per_block(plan),
                                      UINT32_MAX / 2);
    while (chunk->limit > 0 &&
           lay_out(chunk, plan, start, 64, (size_t)1 << plan->shift) > end)
        chunk->limit--;
    if (chunk->limit == 0)
        return NULL;
    chunk->arena = true;
    chunk->page_bytes = 1;
    chunk->reserved_bytes = plan->arena_bytes;
    chunk->strips_bytes =
        (size_t)(chunk->base - (char *)wgc__address_of(start));
    chunk->max_bytes = SIZE_MAX;
    memset(wgc__address_of(start), 0, chunk->strips_bytes);
    return wgc__address_of(start);
}

/* Of strips and block 0: what grows by huge pages begins with one. */
static size_t
alignment_of(const struct wgc__chunk *chunk)
{
    bool may_be_huge = (size_t)chunk->limit << chunk->shift > HUGE_FROM;
    return wgc__max(may_be_huge ? WGC__HUGE_PAGE : ALIGNMENT,
                    chunk->page_bytes);
}

static bool
reserve_blocks(struct wgc__chunk *chunk, const struct wgc__chunk_plan *plan,
               size_t blocks)
{
    chunk->limit = (uint32_t)blocks;
    size_t alignment = alignment_of(chunk);
    size_t bytes = lay_out(chunk, plan, 0, alignment, alignment) + alignment;
    bytes = wgc__align_up(bytes, chunk->page_bytes);
    chunk->reserved = wgc__platform_reserve(bytes);
    chunk->reserved_bytes = bytes;
    return chunk->reserved != NULL;
}

/*
 * Room for twice the limit, so that a full heap is not also a fragmented one;
 * without a limit, for twice the machine's memory.  Where address space is
 * short, half of what is left.
 */
static bool
reserve(struct wgc__chunk *chunk, const struct wgc__chunk_plan *plan)
{
    size_t memory = wgc__max(wgc__platform_memory_bytes(), RESERVE_MIN);
    size_t bytes = wgc__min(plan->max_bytes, memory);
    size_t blocks = wgc__min((bytes >> plan->shift) * 2 + 64, UINT32_MAX / 4);
    size_t fewest = wgc__min(blocks, RESERVE_MIN >> plan->shift);
    bool scarce = false;
    while (!reserve_blocks(chunk, plan, blocks)) {
        blocks /= 2;
        scarce = true;
        if (blocks < fewest)
            return false;
    }
    if (!scarce || blocks / 2 < fewest)
        return true;
    wgc__platform_release(chunk->reserved, chunk->reserved_bytes);
    return reserve_blocks(chunk, plan, blocks / 2);
}

static void *
init_reserved(struct wgc__chunk *chunk, const struct wgc__chunk_plan *plan)
{
    chunk->page_bytes = wgc__platform_page_bytes();
    if (!reserve(chunk, plan))
        return NULL;
    size_t head = wgc__align_up(plan->head_bytes, chunk->page_bytes);
    wgc__word start = wgc__word_of(chunk->reserved);
    lay_out(chunk, plan, start, alignment_of(chunk), alignment_of(chunk));
    chunk->strips_bytes = head;
    chunk->max_bytes = plan->max_bytes;
    if (head > plan->max_bytes ||
        !wgc__platform_commit(chunk->reserved, head)) {
        wgc__platform_release(chunk->reserved, chunk->reserved_bytes);
        return NULL;
    }
    return chunk->reserved;
}

void *
wgc__chunk_init(struct wgc__chunk *chunk, struct wgc__chunk_plan *plan)
{
    *chunk = (struct wgc__chunk){.shift = plan->shift};
    memset(chunk->bins, 0xff, sizeof chunk->bins);
    plan->strides[0] = sizeof(struct wgc__span);
    return plan->arena != NULL ? init_arena(chunk, plan)
                               : init_reserved(chunk, plan);
}

void
wgc__chunk_finish(struct wgc__chunk *chunk)
{
    if (!chunk->arena)
        wgc__platform_release(chunk->reserved, chunk->reserved_bytes);
}

/* ---- Check ---- */

/* Blocks of each state; false if the partition cannot be followed. */
static bool
check_partition(const struct wgc__chunk *chunk, struct wgc__check *check,
                size_t *counts)
{
    unsigned before = WGC__SPAN_USED;
    for (uint32_t block = 0; block < chunk->top;) {
        const struct wgc__span *first = span_of(chunk, block);
        if (!WGC__EXPECT(check,
                         first->blocks != 0 &&
                             first->blocks <= chunk->top - block &&
                             first->state < WGC__SPAN_STATES,
                         "chunk I1", block, NULL))
            return false;
        const struct wgc__span *last = first + first->blocks - 1;
        WGC__EXPECT(
            check, last->blocks == first->blocks && last->state == first->state,
            "chunk I1", block, NULL);
        WGC__EXPECT(check,
                    first->state == WGC__SPAN_USED || first->state != before,
                    "chunk I2", block, NULL);
        counts[first->state] += first->blocks;
        before = first->state;
        block += first->blocks;
    }
    return true;
}

/* Blocks in the bins of a state.  A chain is no longer than there are spans. */
static size_t
check_bins(const struct wgc__chunk *chunk, struct wgc__check *check, int state)
{
    size_t binned = 0;
    for (unsigned bin = 0; bin < WGC__BINS; bin++) {
        size_t left = chunk->top;
        for (uint32_t b = chunk->bins[state][bin]; b != WGC__NO_BLOCK;
             b = span_of(chunk, b)->next) {
            if (!WGC__EXPECT(check, b < chunk->top && left-- > 0, "chunk I3", b,
                             NULL))
                break;
            const struct wgc__span *span = span_of(chunk, b);
            WGC__EXPECT(check,
                        span->state == state && span->blocks != 0 &&
                            bin_of(span->blocks) == bin,
                        "chunk I3", b, NULL);
            binned += span->blocks;
        }
    }
    return binned;
}

void
wgc__chunk_check(const struct wgc__chunk *chunk, struct wgc__check *check)
{
    size_t counts[WGC__SPAN_STATES] = {0};
    if (!WGC__EXPECT(check, chunk->top <= chunk->limit, "chunk I1",
                     WGC__NOWHERE, NULL) ||
        !check_partition(chunk, check, counts))
        return;
    for (int state = WGC__SPAN_DIRTY; state <= WGC__SPAN_CLEAN; state++)
        WGC__EXPECT(check, check_bins(chunk, check, state) == counts[state],
                    "chunk I3", WGC__NOWHERE, NULL);
    WGC__EXPECT(check, chunk->used == counts[WGC__SPAN_USED], "chunk I4",
                WGC__NOWHERE, NULL);
    WGC__EXPECT(check,
                chunk->resident ==
                    counts[WGC__SPAN_USED] + counts[WGC__SPAN_DIRTY],
                "chunk I4", WGC__NOWHERE, NULL);
    WGC__EXPECT(check, wgc__chunk_committed(chunk) <= chunk->max_bytes,
                "chunk I5", WGC__NOWHERE, NULL);
}
