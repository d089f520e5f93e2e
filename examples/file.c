/* SPDX-License-Identifier: MIT */
/*
 * A file that is closed when nobody can use it any more.
 *
 * The handle is what the program passes around; the FILE is what has to be
 * closed.  An after-death finalizer never sees the handle, which is gone by
 * then: it gets what was put aside for it, here the FILE, which the C library
 * owns.  It runs once, whether by hand, after a cycle, or at the end.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wgc/wgc.h>

typedef struct handle {
    FILE *file;
    wgc_finalizer *closer;
} handle;

/* Static variables are roots: what they reach is alive. */
static handle *first, *second, *third;

static void *
need(void *object)
{
    if (!object) {
        fprintf(stderr, "file: %s\n", wgc_status_text(wgc_last_status()));
        exit(1);
    }
    return object;
}

static void
close_file(void *object, void *data)
{
    FILE *file = data;

    (void)object; /* NULL: after death */
    printf("  closed after %ld bytes\n", ftell(file));
    fclose(file);
}

static handle *
open_file(wgc_heap *heap)
{
    handle *fresh = need(wgc_alloc(heap, sizeof *fresh));

    fresh->file = tmpfile();
    if (!fresh->file) {
        perror("file");
        exit(1);
    }
    fresh->closer =
        need(wgc_finalizer_new(heap, fresh, close_file, fresh->file));
    return fresh;
}

/* Closing by hand is better, when one knows: it does not wait for a cycle. */
static void
close_now(handle *open)
{
    wgc_finalizer_run(open->closer);
    open->file = NULL;
}

int
main(void)
{
    wgc_heap *heap = need(wgc_heap_new(NULL));

    first = open_file(heap);
    second = open_file(heap);
    third = open_file(heap);
    fputs("one", first->file);
    fputs("two, two", second->file);
    fputs("three, three, three", third->file);

    printf("the first, by hand:\n");
    close_now(first);
    printf("the second, since nobody has it:\n");
    second = NULL;
    wgc_collect_exact(heap);
    printf("the third, since the program ends:\n");
    wgc_finalizer_run_all(heap);
    return wgc_heap_free(heap);
}
