/* SPDX-License-Identifier: MIT */
/*
 * Layer 1.  What memory checkers are told: AddressSanitizer, if the program is
 * linked with it, whether or not this library was built for it; valgrind, if its
 * header was there to compile with.  Without either these are nothing.
 */
#ifndef WGC_PLATFORM_ANNOTATE_H
#define WGC_PLATFORM_ANNOTATE_H

#include "base.h"

#if defined(__has_include)
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif
#ifndef VALGRIND_MAKE_MEM_DEFINED
#define VALGRIND_MAKE_MEM_DEFINED(start, bytes)  ((void)(start), (void)(bytes))
#define VALGRIND_MAKE_MEM_NOACCESS(start, bytes) ((void)(start), (void)(bytes))
#endif

void __asan_poison_memory_region(const volatile void *start, size_t bytes)
    __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void *start, size_t bytes)
    __attribute__((weak));

/* Nobody has business here until it is shown again. */
static inline void
wgc__annotate_hide(const void *start, size_t bytes)
{
    if (__asan_poison_memory_region != NULL)
        __asan_poison_memory_region(start, bytes);
    VALGRIND_MAKE_MEM_NOACCESS(start, bytes);
}

static inline void
wgc__annotate_show(const void *start, size_t bytes)
{
    if (__asan_unpoison_memory_region != NULL)
        __asan_unpoison_memory_region(start, bytes);
    VALGRIND_MAKE_MEM_DEFINED(start, bytes);
}

/* Words that are decided by though nobody wrote them, as a conservative
   collector does. */
static inline void
wgc__annotate_defined(const void *start, size_t bytes)
{
    VALGRIND_MAKE_MEM_DEFINED(start, bytes);
}

#endif
