/* SPDX-License-Identifier: MIT */
/*
 * The smallest use: allocate, keep what you want to keep, never free.
 *
 * A million pairs are made and every hundred-thousandth is kept in a list.  The
 * local variable `list` is all that the collector needs to find them: it looks
 * at the stack and the registers.
 */
#include <stdio.h>

#include <wgc/wgc.h>

typedef struct pair {
    int value;
    struct pair *rest;
} pair;

int
main(void)
{
    wgc_heap *heap = wgc_heap_new(NULL);
    pair *list = NULL;

    if (!heap) {
        fprintf(stderr, "no heap: %s\n", wgc_status_text(wgc_last_status()));
        return 1;
    }
    for (int i = 0; i < 1000000; i++) {
        pair *fresh = wgc_alloc(heap, sizeof *fresh);

        if (!fresh) {
            fprintf(stderr, "%s\n", wgc_status_text(wgc_last_status()));
            return 1;
        }
        fresh->value = i;
        if (i % 100000 == 0) {
            fresh->rest = list;
            list = fresh;
        }
    }
    for (pair *p = list; p; p = p->rest) {
        printf("%d\n", p->value);
    }

    wgc_stats stats;
    wgc_stats_get(heap, &stats);
    printf("allocated: %s\n",
           stats.allocated_bytes >= 1000000 * sizeof(pair) ? "16 MB" : "less");
    printf("in memory: %s\n",
           stats.committed_bytes < 12000000 ? "never all of it" : "all of it");
    wgc_heap_free(heap);
    return 0;
}
