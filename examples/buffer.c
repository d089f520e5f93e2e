/* SPDX-License-Identifier: MIT */
/*
 * A heap inside a buffer, as on a machine without an operating system: all of
 * it, its tables included, lies in the array below, and nothing is asked of
 * anybody.  When it is full an allocation says so, and the heap stays whole.
 *
 * On such a machine there are no data segments to be found either, so the
 * program says where its pointers are.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <wgc/wgc.h>

typedef struct tree {
    struct tree *left;
    struct tree *right;
} tree;

static unsigned char memory[128 * 1024];
static tree *forest[4];

static bool
is_in_memory(const void *address)
{
    uintptr_t low = (uintptr_t)memory;

    return (uintptr_t)address - low < sizeof memory;
}

/* NULL if the heap is full. */
static tree *
grow(wgc_heap *heap, int depth)
{
    tree *root = wgc_alloc(heap, sizeof *root);

    if (!root || depth == 0) {
        return root;
    }
    root->left = grow(heap, depth - 1);
    root->right = grow(heap, depth - 1);
    return root->left && root->right ? root : NULL;
}

static size_t
count(const tree *root)
{
    return root ? 1 + count(root->left) + count(root->right) : 0;
}

int
main(void)
{
    wgc_config config = {
        .arena = memory,
        .arena_bytes = sizeof memory,
        .no_globals = true,
    };
    wgc_heap *heap = wgc_heap_new(&config);

    if (!heap || wgc_root_add(heap, forest, forest + 4) != WGC_OK) {
        fprintf(stderr, "buffer: %s\n", wgc_status_text(wgc_last_status()));
        return 1;
    }
    printf("the heap is in the buffer: %s\n",
           is_in_memory(heap) ? "yes" : "no");

    /* A hundred trees, one after the other, where a few have room. */
    for (int i = 0; i < 100; i++) {
        forest[0] = grow(heap, 7);
        if (!forest[0] || !is_in_memory(forest[0])) {
            printf("tree %d does not fit\n", i);
        }
    }
    printf("the last of a hundred has %zu nodes\n", count(forest[0]));

    /* One that is larger than the buffer. */
    forest[1] = grow(heap, 16);
    printf("a larger one: %s\n", forest[1] ? "grown" : "no room");
    printf("the last one still has %zu nodes\n", count(forest[0]));

    /* And life goes on. */
    forest[0] = NULL;
    forest[2] = grow(heap, 8);
    printf("another one has %zu nodes\n", count(forest[2]));
    return wgc_heap_free(heap);
}
