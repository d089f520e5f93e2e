/* SPDX-License-Identifier: MIT */
/*
 * Layer 0.  Words, alignment, bits, assertions, and an intrusive hash index.
 * It knows nothing of heaps.  An index links nodes that their owners embed, so
 * adding never needs memory and cannot fail; the owner may lend it a larger
 * bucket array when there are many nodes, and nothing breaks if it cannot.
 */
#ifndef WGC_BASE_H
#define WGC_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WGC__NOINLINE    __attribute__((noinline))
#define WGC__ALWAYS      __attribute__((always_inline)) inline
#define WGC__LIKELY(x)   __builtin_expect(!!(x), 1)
#define WGC__UNLIKELY(x) __builtin_expect(!!(x), 0)
/* Reads memory that is not its own: stacks, padding, red zones. */
#define WGC__PEEKS                                                             \
    __attribute__((noinline, no_sanitize("address", "undefined", "thread")))

#ifdef WGC__VERIFY
enum { WGC__CHECKED = 1 }; /* -Dverify=true */
#else
enum { WGC__CHECKED = 0 };
#endif

_Noreturn void wgc__assertion_failed(const char *file, int line,
                                     const char *text);
/* O(1); type-checked also when off. */
#define WGC__ASSERT(x)                                                         \
    ((void)(!WGC__CHECKED || (x) ||                                            \
            (wgc__assertion_failed(__FILE__, __LINE__, #x), 0)))

/*
 * Finding fault: what walks a module and tests its numbered invariants in any
 * build.  It must not trust what it reads, and goes on where it can.
 */
struct wgc__check {
    void (*report)(const struct wgc__check *check, const char *rule,
                   const char *text, size_t block, const void *object);
    void *data;
    size_t faults;
};

#define WGC__NOWHERE UINT32_MAX /* the fault is in no block */

/* True if it holds; else a fault in `block`, at `object`, of "module In". */
#define WGC__EXPECT(check, holds, rule, block, object)                         \
    wgc__expect(check, holds, rule, #holds, block, object)

static inline bool
wgc__expect(struct wgc__check *check, bool holds, const char *rule,
            const char *text, size_t block, const void *object)
{
    if (WGC__LIKELY(holds))
        return true;
    check->faults++;
    check->report(check, rule, text, block, object);
    return false;
}

typedef uintptr_t wgc__word;

/* In a loop that waits for another thread. */
static inline void
wgc__pause(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#else
    __asm__ volatile("" ::: "memory");
#endif
}

enum {
    WGC__GRANULE_SHIFT = 4,
    WGC__GRANULE = 1 << WGC__GRANULE_SHIFT, /* alignment of every object */
    WGC__WORD = sizeof(void *)
};
_Static_assert(sizeof(void *) == sizeof(wgc__word), "words hold addresses");
_Static_assert(sizeof(size_t) >= sizeof(uint32_t), "block numbers are sizes");

static inline wgc__word
wgc__word_of(const void *address)
{
    return (wgc__word)address;
}

/* The one place where an address that the host called const becomes ours. */
static inline void *
wgc__address_of(wgc__word word)
{
    return (void *)word; /* NOLINT(performance-no-int-to-ptr) */
}

/* `alignment` is a power of two. */
static inline size_t
wgc__align_down(size_t value, size_t alignment)
{
    return value & ~(alignment - 1);
}

static inline size_t
wgc__align_up(size_t value, size_t alignment)
{
    return wgc__align_down(value + alignment - 1, alignment);
}

static inline bool
wgc__is_power_of_two(size_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static inline size_t
wgc__min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline size_t
wgc__max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* Index of the lowest, of the highest set bit; `bits` is not 0. */
static inline unsigned
wgc__bit_lowest(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

static inline unsigned
wgc__bit_highest(uint64_t bits)
{
    return 63U - (unsigned)__builtin_clzll(bits);
}

static inline unsigned
wgc__bit_count(uint64_t bits)
{
    return (unsigned)__builtin_popcountll(bits);
}

static inline bool
wgc__bit_get(const uint64_t *bits, size_t index)
{
    return bits[index >> 6] >> (index & 63) & 1;
}

static inline void
wgc__bit_set(uint64_t *bits, size_t index)
{
    bits[index >> 6] |= UINT64_C(1) << (index & 63);
}

static inline void
wgc__bit_clear(uint64_t *bits, size_t index)
{
    bits[index >> 6] &= ~(UINT64_C(1) << (index & 63));
}

/* Set, clear, or find the first bit that is set (clear) in [low, high). */
void wgc__bits_set(uint64_t *bits, size_t low, size_t high);
void wgc__bits_clear(uint64_t *bits, size_t low, size_t high);
size_t wgc__bits_find_set(const uint64_t *bits, size_t low, size_t high);
size_t wgc__bits_find_clear(const uint64_t *bits, size_t low, size_t high);

/* ---- Filling, in debug heaps ---- */

enum {
    WGC__POISON = 0xDB, /* freed cells */
    WGC__SLACK = 0xA5   /* behind an object, to the end of its cell */
};

/* Offset of the first byte that is not `value`; `bytes` if there is none. */
size_t wgc__find_other(const void *memory, size_t bytes, int value);

/* ---- Intrusive hash index: several nodes may share a key, newest first --- */

struct wgc__node {
    struct wgc__node *next;
    wgc__word key;
};

/* A node of a linked index knows what points to it, and leaves at no cost
   however many nodes share its key. */
struct wgc__linked {
    struct wgc__node node;
    struct wgc__node **link;
};

enum { WGC__INDEX_FEW = 16 };

struct wgc__index {
    struct wgc__node **buckets; /* NULL: use `few` */
    unsigned shift;             /* 64 - log2(number of buckets) */
    size_t count;
    bool linked; /* its nodes are struct wgc__linked */
    struct wgc__node *few[WGC__INDEX_FEW];
};

void wgc__index_init(struct wgc__index *index);
void wgc__index_add(struct wgc__index *index, struct wgc__node *node,
                    wgc__word key);
/* False if `node` was not in it, which a linked index does not notice. */
bool wgc__index_remove(struct wgc__index *index, struct wgc__node *node);
/* The newest node with this key; then the next older one. */
struct wgc__node *wgc__index_find(const struct wgc__index *index,
                                  wgc__word key);
struct wgc__node *wgc__index_next(const struct wgc__node *node);
/* Remove all nodes with this key; they are linked, newest first.  Not for a
   linked index. */
struct wgc__node *wgc__index_take(struct wgc__index *index, wgc__word key);
/* This key will soon be looked for. */
void wgc__index_prefetch(const struct wgc__index *index, wgc__word key);

/* Buckets it would rather have: a power of two, or 0 if it is content. */
size_t wgc__index_wish(const struct wgc__index *index);
/* Move into `buckets` (zeroed; NULL for the built-in few); returns the old. */
void *wgc__index_rebucket(struct wgc__index *index, struct wgc__node **buckets,
                          size_t count);

#endif
