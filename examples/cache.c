/* SPDX-License-Identifier: MIT */
/*
 * A cache with weak values: what is costly to make is made once, for as long as
 * anybody has it, and the cache itself keeps nothing alive.
 *
 * It uses weak slots: pointer variables that become NULL when their target
 * dies.  A slot must lie where the collector does not see it as a reference, so
 * the cache is a leaf object.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wgc/wgc.h>

enum { SHADES = 8 };

typedef struct picture {
    int shade;
    unsigned char pixels[10000];
} picture;

static wgc_heap *heap;
static void **cache;
/* What the program shows at present. */
static picture *screen[2];

static void *
need(void *object)
{
    if (!object) {
        fprintf(stderr, "cache: %s\n", wgc_status_text(wgc_last_status()));
        exit(1);
    }
    return object;
}

static picture *
paint(int shade)
{
    picture *fresh = need(wgc_alloc_leaf(heap, sizeof *fresh));

    for (size_t i = 0; i < sizeof fresh->pixels; i++) {
        fresh->pixels[i] = (unsigned char)(shade * 31);
    }
    fresh->shade = shade;
    return fresh;
}

static picture *
get_picture(int shade)
{
    void **slot = &cache[shade];

    printf("picture %d: %s\n", shade, *slot ? "in the cache" : "painted");
    if (!*slot) {
        wgc_status status = wgc_weak_slot_add(heap, slot, paint(shade));

        if (status != WGC_OK) {
            fprintf(stderr, "cache: %s\n", wgc_status_text(status));
            exit(1);
        }
    }
    return *slot;
}

static int
shade_of(const picture *shown)
{
    return shown ? shown->shade : 0;
}

static void
print_cache(void)
{
    printf("on the screens: %d %d; in the cache:", shade_of(screen[0]),
           shade_of(screen[1]));
    for (int shade = 0; shade < SHADES; shade++) {
        if (cache[shade]) {
            printf(" %d", shade);
        }
    }
    printf("\n");
}

int
main(void)
{
    heap = need(wgc_heap_new(NULL));
    cache = need(wgc_alloc_leaf(heap, SHADES * sizeof *cache));

    screen[0] = get_picture(3);
    screen[1] = get_picture(5);
    screen[1] = get_picture(3);
    /* All that is alive is in static variables, so the stack, where a stale
       address may lie, need not be looked at. */
    wgc_collect_exact(heap);
    print_cache();

    screen[0] = get_picture(5);
    wgc_collect_exact(heap);
    print_cache();

    screen[0] = screen[1] = NULL;
    wgc_collect_exact(heap);
    print_cache();
    return wgc_heap_free(heap);
}
