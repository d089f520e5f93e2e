/* SPDX-License-Identifier: MIT */
/*
 * BS5: locals that a sanitizer keeps elsewhere than on the stack, in a fake
 * frame of AddressSanitizer or on SafeStack's unsafe stack, are roots.  Built
 * with the library's sources and each sanitizer by check_compilers.py.
 */
#include "wgc/wgc.h"

#include <stdio.h>
#include <string.h>

#define NOINLINE __attribute__((noinline))

enum { OBJECTS = 64, BYTES = 96 };

/* What holds the pointers is passed on by address, so that it has to be in
   memory, which is what both sanitizers move. */
struct holder {
    char before[24];
    void *object;
    char after[24];
};

static NOINLINE void
fill_holder(wgc_heap *heap, struct holder *holder, unsigned char value)
{
    holder->object = wgc_alloc_leaf(heap, BYTES);
    memset(holder->object, value, BYTES);
}

static NOINLINE void
make_garbage(wgc_heap *heap, uintptr_t *hidden)
{
    for (size_t i = 0; i < OBJECTS; i++)
        hidden[i] = ~(uintptr_t)wgc_alloc_leaf(heap, BYTES);
}

static NOINLINE size_t
count_alive(wgc_heap *heap, const uintptr_t *hidden)
{
    size_t alive = 0;
    for (size_t i = 0; i < OBJECTS; i++)
        alive += wgc_size(heap, (void *)~hidden[i]) != 0;
    return alive;
}

static NOINLINE bool
is_whole(wgc_heap *heap, const struct holder *holder, unsigned char value)
{
    const unsigned char *object = holder->object;
    if (wgc_size(heap, object) < BYTES)
        return false;
    for (size_t i = 0; i < BYTES; i++)
        if (object[i] != value)
            return false;
    return true;
}

/* Frames above the collection hold objects too. */
static NOINLINE int
check_frame(wgc_heap *heap, unsigned char depth)
{
    struct holder holder;
    uintptr_t hidden[OBJECTS];
    int failed = 0;
    fill_holder(heap, &holder, depth);
    make_garbage(heap, hidden);
    if (depth == 1)
        failed = wgc_collect(heap) != WGC_OK;
    else
        failed = check_frame(heap, (unsigned char)(depth - 1));
    if (!is_whole(heap, &holder, depth)) {
        printf("BS5: the local of frame %u lost its object\n", depth);
        failed = 1;
    }
    if (count_alive(heap, hidden) > OBJECTS / 4) {
        printf("BS5: garbage lived too, so this proves nothing\n");
        failed = 1;
    }
    return failed;
}

/* Where the local really is, so that a build without the sanitizer, or with the
   option off, is not taken for a success. */
static NOINLINE bool
is_on_real_stack(const void *local)
{
    const char *frame = __builtin_frame_address(0);
    const char *at = local;
    return at > frame - 65536 && at < frame + 65536;
}

int
main(void)
{
    struct holder here;
    memset(&here, 0, sizeof here);
    if (is_on_real_stack(&here)) {
        printf("BS5: no sanitizer moved the locals\n");
        return 77;
    }
    wgc_config config = {.no_globals = true};
    wgc_heap *heap = wgc_heap_new(&config);
    if (!heap)
        return 1;
    fill_holder(heap, &here, 99);
    int failed = 0;
    for (int round = 0; round < 20; round++)
        failed |= check_frame(heap, 30);
    failed |= !is_whole(heap, &here, 99);
    wgc_heap_free(heap);
    return failed;
}
