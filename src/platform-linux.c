/* SPDX-License-Identifier: MIT */
/*
 * Linux, with glibc or musl.  Memory is reserved without access and made
 * accessible as it is committed, so that strict overcommit accounts for what is
 * used; decommitted memory stays accessible, which keeps the number of mappings
 * at a handful for a heap of any size.
 */
#include "platform.h"

#include <link.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* Where the kernel left the stack pointer of the first thread; glibc's. */
extern void *__libc_stack_end __attribute__((weak));

size_t
wgc__platform_page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

size_t
wgc__platform_memory_bytes(void)
{
    long pages = sysconf(_SC_PHYS_PAGES);
    return pages > 0 ? (size_t)pages * wgc__platform_page_bytes() : 0;
}

void *
wgc__platform_reserve(size_t bytes)
{
    void *start = mmap(NULL, bytes, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return start == MAP_FAILED ? NULL : start;
}

void
wgc__platform_release(void *start, size_t bytes)
{
    munmap(start, bytes);
}

bool
wgc__platform_commit(void *start, size_t bytes)
{
    return mprotect(start, bytes, PROT_READ | PROT_WRITE) == 0;
}

bool
wgc__platform_decommit(void *start, size_t bytes)
{
    return madvise(start, bytes, MADV_DONTNEED) == 0;
}

void
wgc__platform_prefer_huge(void *start, size_t bytes, bool huge)
{
    madvise(start, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

bool
wgc__platform_forbid(void *start, size_t bytes)
{
    return mprotect(start, bytes, PROT_NONE) == 0;
}

uint64_t
wgc__platform_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static void *
documented_stack_base(void **limit)
{
    pthread_attr_t attributes;
    size_t bytes = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0)
        return NULL;
    pthread_attr_getstack(&attributes, limit, &bytes);
    pthread_attr_destroy(&attributes);
    return *limit != NULL ? (char *)*limit + bytes : NULL;
}

/*
 * Without a system call: the first thread's stack is the only one that lies
 * above its thread control block; any other thread's control block was carved
 * out of the far end of its stack.
 */
static void *
quiet_stack_base(void)
{
    if (&__libc_stack_end == NULL)
        return NULL;
    char *control_block = (char *)pthread_self();
    char *here = __builtin_frame_address(0);
    return here < control_block ? control_block : __libc_stack_end;
}

void *
wgc__platform_stack_base(bool quiet, void **limit)
{
    *limit = NULL;
    void *base = quiet ? quiet_stack_base() : NULL;
    return base != NULL ? base : documented_stack_base(limit);
}

struct report {
    wgc__range_fn *fn;
    void *data;
    bool local; /* thread-local variables only */
};

/* All of [low, high) but what lies in the hole. */
static void
report_around(const struct report *report, wgc__word low, wgc__word high,
              wgc__word hole_low, wgc__word hole_high)
{
    if (hole_low >= hole_high || hole_high <= low || hole_low >= high) {
        hole_low = high;
        hole_high = high;
    }
    if (low < hole_low)
        report->fn(wgc__address_of(low), wgc__address_of(hole_low),
                   report->data);
    if (hole_high < high)
        report->fn(wgc__address_of(hole_high), wgc__address_of(high),
                   report->data);
}

/*
 * What the dynamic linker made read-only after relocation holds no pointer to
 * an object, and is left out.
 */
static int
report_module(struct dl_phdr_info *info, size_t bytes, void *data)
{
    const struct report *report = data;
    wgc__word fixed_low = 0, fixed_high = 0;
    (void)bytes;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_GNU_RELRO)
            continue;
        fixed_low = info->dlpi_addr + segment->p_vaddr;
        fixed_high = wgc__align_down(fixed_low + segment->p_memsz,
                                     (size_t)getpagesize());
    }
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        wgc__word low = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) != 0 &&
            !report->local)
            report_around(report, low, low + segment->p_memsz, fixed_low,
                          fixed_high);
        if (segment->p_type == PT_TLS && info->dlpi_tls_data != NULL) {
            low = wgc__word_of(info->dlpi_tls_data);
            report_around(report, low, low + segment->p_memsz, 0, 0);
        }
    }
    return 0;
}

void
wgc__platform_static_ranges(wgc__range_fn *fn, void *data)
{
    struct report report = {fn, data, false};
    dl_iterate_phdr(report_module, &report);
}

void
wgc__platform_local_ranges(wgc__range_fn *fn, void *data)
{
    struct report report = {fn, data, true};
    dl_iterate_phdr(report_module, &report);
}
