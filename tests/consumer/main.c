/* SPDX-License-Identifier: MIT */
#include <wgc/wgc.h>

int
main(void)
{
    wgc_heap *heap = wgc_heap_new(NULL);
    int *object = wgc_alloc(heap, sizeof *object);

    if (!object || *object != 0 || wgc_base(heap, object) != object) {
        return 1;
    }
    return wgc_heap_free(heap);
}
