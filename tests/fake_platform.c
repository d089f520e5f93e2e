/* SPDX-License-Identifier: MIT */
#include "fake_platform.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { RESERVATIONS = 64 };

struct reservation {
    char *start; /* NULL: none */
    size_t bytes;
    char *mapping; /* of which it is a part */
    size_t mapping_bytes;
    unsigned char *committed; /* for each page */
};

struct fake_platform fake = {.page_bytes = 4096, .memory_bytes = 64 << 20};
static struct reservation reservations[RESERVATIONS];

static _Noreturn void
complain(const char *what, const void *start, size_t bytes)
{
    fprintf(stderr, "fake platform: %s: %p, %zu bytes\n", what, start, bytes);
    abort();
}

void
fake_reset(size_t page_bytes)
{
    if (fake.reservations != 0)
        complain("reset while memory is reserved", NULL, fake.reserved);
    fake = (struct fake_platform){.page_bytes = page_bytes,
                                  .memory_bytes = 64 << 20};
}

void
fake_check_returned(void)
{
    if (fake.reservations != 0 || fake.reserved != 0 || fake.committed != 0)
        complain("memory did not come back", NULL,
                 fake.reserved + fake.committed);
}

/* Count a request; false if it is to fail. */
static bool
may_succeed(void)
{
    fake.requests++;
    bool fails = fake.fail_at != 0 &&
                 (fake.requests == fake.fail_at ||
                  (fake.fail_from_there && fake.requests > fake.fail_at));
    fake.failed += fails;
    return !fails;
}

static void
check_pages(const char *who, const void *start, size_t bytes)
{
    if (bytes == 0 || bytes % fake.page_bytes != 0)
        complain(who, start, bytes);
    if ((uintptr_t)start % fake.page_bytes != 0)
        complain(who, start, bytes);
}

static struct reservation *
reservation_of(const char *who, const void *start, size_t bytes)
{
    check_pages(who, start, bytes);
    for (int i = 0; i < RESERVATIONS; i++) {
        struct reservation *r = &reservations[i];
        size_t offset = (uintptr_t)start - (uintptr_t)r->start;
        if (r->start != NULL && offset < r->bytes && bytes <= r->bytes - offset)
            return r;
    }
    complain(who, start, bytes);
}

/* The page of a reservation that an address inside it is in. */
static size_t
page_of(const struct reservation *r, const void *address)
{
    return (size_t)((const char *)address - r->start) / fake.page_bytes;
}

size_t
wgc__platform_page_bytes(void)
{
    return fake.page_bytes;
}

size_t
wgc__platform_memory_bytes(void)
{
    return fake.memory_bytes;
}

/* The start is a multiple of the page size, and of nothing above it. */
static void
place(struct reservation *r, size_t bytes)
{
    const size_t twice = 2 * fake.page_bytes;
    r->mapping_bytes = bytes + twice + fake.page_bytes;
    r->mapping = mmap(NULL, r->mapping_bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (r->mapping == MAP_FAILED)
        complain("no address space", NULL, bytes);
    size_t skip = twice - (uintptr_t)r->mapping % twice + fake.page_bytes;
    r->start = r->mapping + skip % twice;
    r->bytes = bytes;
    r->committed = calloc(bytes / fake.page_bytes, 1);
}

void *
wgc__platform_reserve(size_t bytes)
{
    check_pages("reserve", NULL, bytes);
    if (!may_succeed())
        return NULL;
    for (int i = 0; i < RESERVATIONS; i++) {
        struct reservation *r = &reservations[i];
        if (r->start != NULL)
            continue;
        place(r, bytes);
        fake.reservations++;
        fake.reserved += bytes;
        return r->start;
    }
    complain("too many reservations", NULL, bytes);
}

void
wgc__platform_release(void *start, size_t bytes)
{
    struct reservation *r = reservation_of("release", start, bytes);
    if (r->start != start || r->bytes != bytes)
        complain("release of a part", start, bytes);
    for (size_t page = 0; page < bytes / fake.page_bytes; page++)
        fake.committed -= r->committed[page] * fake.page_bytes;
    munmap(r->mapping, r->mapping_bytes);
    free(r->committed);
    *r = (struct reservation){0};
    fake.reservations--;
    fake.reserved -= bytes;
}

bool
wgc__platform_commit(void *start, size_t bytes)
{
    struct reservation *r = reservation_of("commit", start, bytes);
    if (!may_succeed())
        return false;
    if (mprotect(start, bytes, PROT_READ | PROT_WRITE) != 0)
        complain("mprotect", start, bytes);
    size_t first = page_of(r, start);
    for (size_t page = first; page < first + bytes / fake.page_bytes; page++) {
        fake.committed += !r->committed[page] * fake.page_bytes;
        r->committed[page] = 1;
    }
    return true;
}

bool
wgc__platform_decommit(void *start, size_t bytes)
{
    struct reservation *r = reservation_of("decommit", start, bytes);
    size_t first = page_of(r, start);
    for (size_t page = first; page < first + bytes / fake.page_bytes; page++)
        if (!r->committed[page])
            complain("decommit of what is not committed", start, bytes);
    if (!may_succeed() || fake.refuse_decommit)
        return false;
    madvise(start, bytes, MADV_DONTNEED);
    fake.decommitted += bytes;
    return true;
}

void
wgc__platform_prefer_huge(void *start, size_t bytes, bool huge)
{
    struct reservation *r = reservation_of("prefer huge", start, bytes);
    size_t first = page_of(r, start);
    for (size_t page = first; page < first + bytes / fake.page_bytes; page++)
        if (!r->committed[page])
            complain("advice on what is not committed", start, bytes);
    fake.huge = huge;
}

bool
wgc__platform_forbid(void *start, size_t bytes)
{
    (void)start, (void)bytes;
    return false;
}

uint64_t
wgc__platform_clock(void)
{
    return ++fake.now;
}

void *
wgc__platform_stack_base(bool quiet, void **limit)
{
    pthread_attr_t attributes;
    void *low = NULL;
    size_t bytes = 0;
    (void)quiet;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        complain("no stack", NULL, 0);
    pthread_attr_getstack(&attributes, &low, &bytes);
    *limit = low;
    pthread_attr_destroy(&attributes);
    return (char *)low + bytes;
}

void
wgc__platform_static_ranges(wgc__range_fn *fn, void *data)
{
    if (fake.static_low != fake.static_high)
        fn(fake.static_low, fake.static_high, data);
}

void
wgc__platform_local_ranges(wgc__range_fn *fn, void *data)
{
    (void)fn, (void)data;
}
