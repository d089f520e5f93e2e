/* SPDX-License-Identifier: MIT */
/*
 * A side table: notes on the shapes of a library that has no room for them in
 * its structs and does not tell when a shape is no longer used.
 *
 * The table is a map with weak keys.  Each note points back to its shape, so
 * in a table that simply held its values no shape would ever die; here an entry
 * keeps its note only while something else keeps the shape.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wgc/wgc.h>

static wgc_heap *heap;

static void *
need(void *object)
{
    if (!object) {
        fprintf(stderr, "side_table: %s\n", wgc_status_text(wgc_last_status()));
        exit(1);
    }
    return object;
}

/* ---- The library, which knows nothing of notes ------------------------ */

typedef struct shape {
    const char *name;
    int corners;
} shape;

static shape *
new_shape(const char *name, int corners)
{
    shape *fresh = need(wgc_alloc(heap, sizeof *fresh));

    fresh->name = name;
    fresh->corners = corners;
    return fresh;
}

/* ---- The program ------------------------------------------------------ */

typedef struct note {
    shape *subject;
    const char *text;
} note;

static wgc_weakmap *notes;
static shape *drawing[3];

static void
annotate(shape *subject, const char *text)
{
    note *fresh = need(wgc_alloc(heap, sizeof *fresh));

    fresh->subject = subject;
    fresh->text = text;
    if (wgc_weakmap_set(notes, subject, fresh) != WGC_OK) {
        need(NULL);
    }
}

static void
print_notes(void)
{
    wgc_weakmap_iterator at = {0};
    void *value;

    printf("%zu notes\n", wgc_weakmap_count(notes));
    while (wgc_weakmap_next(notes, &at, NULL, &value)) {
        const note *found = value;

        printf("  %s: %s\n", found->subject->name, found->text);
    }
}

int
main(void)
{
    heap = need(wgc_heap_new(NULL));
    notes = need(wgc_weakmap_new(heap, NULL));
    /* Static variables are roots, unless the compiler finds that nobody reads
       them and leaves them out; these it cannot. */
    if (wgc_root_add(heap, drawing, drawing + 3) != WGC_OK) {
        need(NULL);
    }

    drawing[0] = new_shape("triangle", 3);
    drawing[1] = new_shape("square", 4);
    drawing[2] = new_shape("hexagon", 6);
    annotate(drawing[0], "too small");
    annotate(drawing[1], "to be blue");
    annotate(drawing[2], "as the bees like it");
    annotate(drawing[1], "to be green");
    print_notes();

    /* The library drops a shape.  What is alive is in static variables, so the
       stack, where a stale address may lie, need not be looked at. */
    drawing[1] = NULL;
    wgc_collect_exact(heap);
    print_notes();
    return wgc_heap_free(heap);
}
