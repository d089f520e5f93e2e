/* SPDX-License-Identifier: MIT */
/*
 * Why is this still alive?  A program closes a document and expects its pages
 * to go with it; one stays, and the heap is asked what holds it.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wgc/wgc.h>

struct page {
    int number;
    struct page *next;
};

struct document {
    struct page *pages;
};

static wgc_heap *heap;
static struct {
    struct document *open;
    struct page *bookmarks[4];
} program;

static void *
need(void *object)
{
    if (!object) {
        fprintf(stderr, "why: %s\n", wgc_status_text(wgc_last_status()));
        exit(1);
    }
    return object;
}

static struct document *
open_document(int pages)
{
    struct document *document = need(wgc_alloc(heap, sizeof *document));

    for (int i = pages; i > 0; i--) {
        struct page *page = need(wgc_alloc(heap, sizeof *page));

        page->number = i;
        page->next = document->pages;
        document->pages = page;
    }
    return document;
}

/* The page with the highest number that is in the heap. */
static bool
find_last_page(const wgc_object *object, void *data)
{
    struct page **last = data;
    struct page *page = object->base;

    if (object->bytes == sizeof *page &&
        (!*last || page->number > (*last)->number)) {
        *last = page;
    }
    return true;
}

static void
explain(const struct page *page)
{
    wgc_step steps[8];
    size_t count = wgc_find_path(heap, page, true, steps, 8);

    printf("page %d is alive:\n", page->number);
    for (size_t i = 0; i < count && i < 8; i++) {
        const struct page *held = steps[i].object;

        if (steps[i].holder == WGC_HELD_BY_GLOBAL) {
            printf("  bookmark %td holds page %d\n",
                   (struct page *const *)steps[i].place - program.bookmarks,
                   held->number);
        } else {
            printf("  which holds page %d\n", held->number);
        }
    }
}

int
main(void)
{
    struct page *last = NULL;

    heap = need(wgc_heap_new(NULL));
    program.open = open_document(5);
    program.bookmarks[2] = program.open->pages->next->next;
    program.open = NULL;
    if (wgc_collect_exact(heap) != WGC_OK) {
        return 1;
    }
    printf("%zu pages are left\n", wgc_walk(heap, find_last_page, &last));
    explain(last);
    return wgc_check(heap) || wgc_heap_free(heap);
}
