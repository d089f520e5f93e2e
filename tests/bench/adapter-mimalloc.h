/* SPDX-License-Identifier: MIT */
/* adapter.h over mimalloc: objects are freed by hand. */
#ifndef WGC_BENCH_ADAPTER_MIMALLOC_H
#define WGC_BENCH_ADAPTER_MIMALLOC_H

#include <mimalloc.h>

#define ADAPTER_NAME     "mimalloc"
#define ADAPTER_COLLECTS 0

#include "adapter-manual.h"

static inline void *
adapter_alloc(size_t size)
{
    return mi_malloc(size);
}

static inline void *
adapter_alloc_leaf(size_t size)
{
    return mi_malloc(size);
}

static inline void *
adapter_alloc_zeroed_leaf(size_t size)
{
    return mi_zalloc(size);
}

static inline void
adapter_free(void *object)
{
    mi_free(object);
}

static inline void
adapter_collect(void)
{
    mi_collect(true);
}

#endif
