/* SPDX-License-Identifier: MIT */
/*
 * Two heaps in one process, as for two scripts that must not know of each
 * other.  Each has its own limit and its own objects; one that misbehaves runs
 * out of memory alone, and when a script ends its whole heap goes at once.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wgc/wgc.h>

typedef struct note {
    struct note *older;
    char text[48];
} note;

typedef struct script {
    const char *name;
    wgc_heap *heap;
    note *notes;
} script;

static script
start(const char *name, size_t max_bytes)
{
    wgc_config config = {.max_bytes = max_bytes};
    script fresh = {.name = name, .heap = wgc_heap_new(&config)};

    if (!fresh.heap) {
        fprintf(stderr, "%s: %s\n", name, wgc_status_text(wgc_last_status()));
        exit(1);
    }
    return fresh;
}

/* Writes up to `count` notes, keeps them all, and returns how many it could. */
static int
write_notes(script *writer, int count)
{
    for (int i = 0; i < count; i++) {
        note *fresh = wgc_alloc(writer->heap, sizeof *fresh);

        if (!fresh) {
            printf("%s: %s\n", writer->name,
                   wgc_status_text(wgc_last_status()));
            return i;
        }
        snprintf(fresh->text, sizeof fresh->text, "%s, note %d", writer->name,
                 i);
        fresh->older = writer->notes;
        writer->notes = fresh;
    }
    return count;
}

int
main(void)
{
    script modest = start("modest", 2 * 1024 * 1024);
    script greedy = start("greedy", 2 * 1024 * 1024);

    write_notes(&modest, 1000);
    if (write_notes(&greedy, 1000000) < 1000000) {
        printf("the greedy script is stopped\n");
    }
    write_notes(&modest, 1000);
    printf("the newest of the modest: %s\n", modest.notes->text);

    /* A heap knows its own objects, and refuses those of another. */
    printf("theirs in ours: %s\n",
           wgc_base(modest.heap, greedy.notes) ? "an object" : "no object");
    printf("freeing it: %s\n",
           wgc_status_text(wgc_free(modest.heap, greedy.notes)));

    wgc_heap_free(greedy.heap);
    printf("the oldest but one is there: %s\n",
           wgc_base(modest.heap, modest.notes->older) ? "yes" : "no");
    return wgc_heap_free(modest.heap);
}
