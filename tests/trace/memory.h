/* SPDX-License-Identifier: MIT */
/* malloc for a test program: it ends where there is no memory. */
#ifndef TRACE_MEMORY_H
#define TRACE_MEMORY_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `memory` with room for `count` items of `bytes`; NULL makes new. */
static inline void *
grow_array(void *memory, size_t count, size_t bytes)
{
    void *result =
        count <= SIZE_MAX / bytes ? realloc(memory, count * bytes) : NULL;
    if (!result) {
        fputs("wgc-trace: no memory\n", stderr);
        exit(2);
    }
    return result;
}

static inline void *
new_zeroed(size_t count, size_t bytes)
{
    void *result = grow_array(NULL, count ? count : 1, bytes);
    return memset(result, 0, (count ? count : 1) * bytes);
}

/* Room for one more item behind `count`: doubles at powers of two. */
static inline void *
grow_by_one(void *memory, size_t count, size_t bytes)
{
    return count & (count - 1)
               ? memory
               : grow_array(memory, count ? 2 * count : 1, bytes);
}

#endif
