/* SPDX-License-Identifier: MIT */
#include "debug.h"

#include "platform-annotate.h"

#include <stdio.h>
#include <string.h>

/* ---- Sites ---- */

static struct wgc__site *
site_at(const struct wgc_heap *heap, const void *start)
{
    return (struct wgc__site *)wgc__index_find(&heap->debug->sites,
                                               wgc__word_of(start));
}

static wgc_site
take_next(struct wgc_heap *heap)
{
    wgc_site site = heap->debug->next;
    heap->debug->next = (wgc_site){0};
    site.cycle = heap->cycles;
    return site;
}

bool
wgc__debug_init(struct wgc_heap *heap)
{
    struct wgc__debug *debug = wgc__heap_table_new(heap, sizeof *debug);
    if (debug == NULL)
        return false;
    wgc__index_init(&debug->sites);
    heap->debug = debug;
    return true;
}

/* What ended in memory that another object has now is forgotten (I2). */
static void
forget_sites(struct wgc_heap *heap, wgc__word low, wgc__word high)
{
    struct wgc__index *sites = &heap->debug->sites;
    for (; low < high && sites->count != 0; low += WGC__GRANULE) {
        struct wgc__node *node = wgc__index_find(sites, low);
        if (node == NULL)
            continue;
        wgc__index_remove(sites, node);
        wgc__heap_table_free(heap, node);
    }
}

size_t
wgc__debug_bytes(const struct wgc_heap *heap, const struct wgc__object *object)
{
    const struct wgc__site *site = site_at(heap, object->start);
    return site != NULL ? site->bytes : wgc__object_bytes(object);
}

/* ---- Reports ---- */

static const char *
reason_of(const wgc_report *report)
{
    switch (report->type) {
    case WGC_REPORT_INVARIANT:
        return "does not hold";
    case WGC_REPORT_FREED:
        return "this object has ended";
    case WGC_REPORT_FOREIGN:
        return "no object begins here";
    case WGC_REPORT_WRITTEN:
        return "written to after its end";
    case WGC_REPORT_OVERRUN:
        return "written to behind its end";
    }
    return "unknown report";
}

struct text {
    char *buffer;
    size_t bytes, length;
};

static void
add_text(struct text *text, const char *format, const char *name, size_t number)
{
    size_t left = text->length < text->bytes ? text->bytes - text->length : 0;
    int added = snprintf(left != 0 ? text->buffer + text->length : NULL, left,
                         format, name, number);
    text->length += added > 0 ? (size_t)added : 0;
}

static void
add_site(struct text *text, const char *what, const wgc_site *site)
{
    add_text(text, "; %s in cycle %zu", what, site->cycle);
    if (site->file != NULL)
        add_text(text, " at %s:%zu", site->file, (size_t)site->line);
}

static size_t
describe_misuse(const wgc_report *report, char *buffer, size_t bytes)
{
    struct text text = {buffer, bytes, 0};
    int added =
        snprintf(buffer, bytes, "%p: %s", report->object, reason_of(report));
    text.length = added > 0 ? (size_t)added : 0;
    if (report->bytes == 0)
        return text.length;
    add_text(&text, "%s, %zu bytes", "", report->bytes);
    if (report->type >= WGC_REPORT_WRITTEN)
        add_text(&text, "%s, first at offset %zu", "", report->offset);
    add_site(&text, "allocated", &report->allocated);
    if (report->type != WGC_REPORT_OVERRUN)
        add_site(&text, report->freed.file != NULL ? "freed" : "ended",
                 &report->freed);
    return text.length;
}

size_t
wgc__debug_text(const wgc_report *report, char *buffer, size_t bytes)
{
    char block[32] = "";
    char object[32] = "";
    if (report->type != WGC_REPORT_INVARIANT)
        return describe_misuse(report, buffer, bytes);
    if (report->block != SIZE_MAX)
        snprintf(block, sizeof block, ", block %zu", report->block);
    if (report->object != NULL)
        snprintf(object, sizeof object, ", at %p", report->object);
    int length = snprintf(buffer, bytes, "%s %s%s%s: %s", report->rule,
                          reason_of(report), block, object, report->text);
    return length > 0 ? (size_t)length : 0;
}

/* The host asked for a debug heap, so that printing is what it asked for. */
void
wgc__debug_report(struct wgc_heap *heap, const wgc_report *report)
{
    char line[256];
    if (heap->config.on_report != NULL) {
        struct wgc__mutator *self = wgc__world_find(heap);
        bool inside = (self->busy & WGC__BUSY_EVENT) != 0;
        if (!inside)
            wgc__world_set_busy(self, WGC__BUSY_EVENT);
        heap->config.on_report(heap, report, heap->config.report_data);
        if (!inside)
            wgc__world_end_busy(self, WGC__BUSY_EVENT);
    } else if (heap->debug != NULL) {
        wgc__debug_text(report, line, sizeof line);
        fprintf(stderr, "libwgc: %s\n", line);
    }
}

static void
report_object(struct wgc_heap *heap, wgc_report_type type, const void *start,
              size_t offset)
{
    wgc_report report = {
        .type = type,
        .rule = "debug heap",
        .text = "",
        .block = SIZE_MAX,
        .object = start,
        .offset = offset,
    };
    const struct wgc__site *site = site_at(heap, start);
    report.text = reason_of(&report);
    if (site != NULL) {
        report.bytes = site->bytes;
        report.allocated = site->allocated;
        report.freed = site->freed;
    }
    wgc__debug_report(heap, &report);
}

void
wgc__debug_blame(struct wgc_heap *heap, const void *address)
{
    const struct wgc__site *site = site_at(heap, address);
    bool ended = site != NULL && site->fate != WGC__LIVES;
    (void)take_next(heap);
    report_object(heap, ended ? WGC_REPORT_FREED : WGC_REPORT_FOREIGN, address,
                  0);
}

/* ---- Slack ---- */

static size_t
room_of(const struct wgc_heap *heap, const struct wgc__object *object)
{
    if (object->info->state != WGC__BLOCK_LARGE)
        return object->info->cell_bytes;
    return wgc__chunk_blocks(&heap->chunk, object->info->bytes)
           << heap->chunk.shift;
}

/* A trace function is told the whole cell, and may follow what it finds. */
static int
slack_of(const struct wgc_heap *heap, const struct wgc__object *object)
{
    bool traced = heap->shapes[object->info->kind].form == WGC__FORM_TRACE;
    return traced ? 0 : WGC__SLACK;
}

static void
check_slack(struct wgc_heap *heap, const struct wgc__object *object,
            const struct wgc__site *site)
{
    size_t slack = room_of(heap, object) - site->bytes;
    wgc__annotate_show(object->start + site->bytes, slack);
    size_t at = wgc__find_other(object->start + site->bytes, slack,
                                slack_of(heap, object));
    if (at != slack)
        report_object(heap, WGC_REPORT_OVERRUN, object->start,
                      site->bytes + at);
}

void
wgc__debug_open(struct wgc_heap *heap, const struct wgc__object *object)
{
    const struct wgc__site *site = site_at(heap, object->start);
    if (site == NULL)
        return;
    check_slack(heap, object, site);
    memset(object->start + site->bytes, 0, room_of(heap, object) - site->bytes);
}

void
wgc__debug_close(struct wgc_heap *heap, const struct wgc__object *object,
                 size_t bytes)
{
    struct wgc__site *site = site_at(heap, object->start);
    if (site == NULL)
        return;
    site->bytes = wgc__max(bytes, 1);
    size_t slack = room_of(heap, object) - site->bytes;
    memset(object->start + site->bytes, slack_of(heap, object), slack);
    wgc__annotate_hide(object->start + site->bytes, slack);
}

/* ---- Birth and death ---- */

static void
report_spoiled(struct wgc_heap *heap, const struct wgc__object *object)
{
    const char *spoiled = heap->alloc.spoiled;
    size_t offset = (size_t)(spoiled - object->start);
    heap->alloc.spoiled = NULL;
    if (spoiled < object->start || offset >= wgc__object_bytes(object))
        report_object(heap, WGC_REPORT_WRITTEN, spoiled, 0);
    else
        report_object(heap, WGC_REPORT_WRITTEN, object->start, offset);
}

void
wgc__debug_born(struct wgc_heap *heap, const void *start, size_t bytes)
{
    struct wgc__object object;
    if (!wgc__object_at(&heap->blocks, start, &object))
        return;
    if (heap->alloc.spoiled != NULL)
        report_spoiled(heap, &object);
    wgc__word low = wgc__word_of(start);
    forget_sites(heap, low, low + wgc__object_bytes(&object));
    if (wgc__kind_is_hidden(object.info->kind))
        return; /* a slot's record is none of the host's */
    struct wgc__site *site = wgc__heap_table_new(heap, sizeof *site);
    wgc_site here = take_next(heap);
    if (site == NULL)
        return; /* an object without a history, and without slack */
    site->allocated = here;
    wgc__index_add(&heap->debug->sites, &site->node, low);
    wgc__heap_tend_index(heap, &heap->debug->sites);
    wgc__debug_close(heap, &object, bytes);
}

void
wgc__debug_freed(struct wgc_heap *heap, const struct wgc__object *object)
{
    struct wgc__site *site = site_at(heap, object->start);
    wgc_site here = take_next(heap);
    if (site == NULL)
        return;
    site->fate = WGC__FREED;
    site->freed = here;
}

static void
end_object(struct wgc_heap *heap, const struct wgc__object *object)
{
    struct wgc__site *site = site_at(heap, object->start);
    if (site != NULL && site->fate == WGC__LIVES) {
        check_slack(heap, object, site);
        site->fate = WGC__DIED;
        site->freed = (wgc_site){.cycle = heap->cycles};
    }
    if (object->info->state != WGC__BLOCK_LARGE) {
        memset(object->start, WGC__POISON, object->info->cell_bytes);
        wgc__annotate_hide(object->start, object->info->cell_bytes);
    }
}

void
wgc__debug_show(struct wgc_heap *heap, bool shown)
{
    const struct wgc__index *sites = &heap->debug->sites;
    struct wgc__node *const *buckets =
        sites->buckets != NULL ? sites->buckets : sites->few;
    for (size_t i = 0; i < (size_t)1 << (64 - sites->shift); i++)
        for (struct wgc__node *node = buckets[i]; node != NULL;
             node = node->next) {
            const struct wgc__site *site = (struct wgc__site *)node;
            struct wgc__object object;
            if (site->fate != WGC__LIVES ||
                !wgc__object_at(&heap->blocks, wgc__address_of(node->key),
                                &object))
                continue;
            size_t slack = room_of(heap, &object) - site->bytes;
            (shown ? wgc__annotate_show
                   : wgc__annotate_hide)(object.start + site->bytes, slack);
        }
}

void
wgc__debug_died(struct wgc_heap *heap)
{
    const struct wgc__blocks *blocks = &heap->blocks;
    for (uint32_t i = 0; i < wgc__blocks_top(blocks); i++) {
        struct wgc__block *block = &blocks->table[i];
        const uint64_t *allocated = wgc__block_allocated(blocks, i);
        if ((block->state != WGC__BLOCK_SMALL &&
             block->state != WGC__BLOCK_LARGE) ||
            wgc__kind_is_manual(block->kind))
            continue;
        for (size_t cell = 0;
             (cell = wgc__bits_find_set(allocated, cell, block->cells)) <
             block->cells;
             cell++) {
            struct wgc__object object;
            const char *start = wgc__block_start(blocks, i) +
                                cell * wgc__block_cell_bytes(block);
            if (!wgc__bit_get(wgc__block_marked(blocks, i), cell) &&
                wgc__object_at(blocks, start, &object))
                end_object(heap, &object);
        }
    }
}
