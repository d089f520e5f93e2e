/* SPDX-License-Identifier: MIT */
/* adapter.h over the C library's malloc and free: objects are freed by hand. */
#ifndef WGC_BENCH_ADAPTER_MALLOC_H
#define WGC_BENCH_ADAPTER_MALLOC_H

#include <malloc.h>
#include <stdlib.h>

#define ADAPTER_NAME     "malloc"
#define ADAPTER_COLLECTS 0

#include "adapter-manual.h"

static inline void *
adapter_alloc(size_t size)
{
    return malloc(size);
}

static inline void *
adapter_alloc_leaf(size_t size)
{
    return malloc(size);
}

static inline void *
adapter_alloc_zeroed_leaf(size_t size)
{
    return calloc(1, size);
}

static inline void
adapter_free(void *object)
{
    free(object);
}

static inline void
adapter_collect(void)
{
    malloc_trim(0);
}

#endif
