/* SPDX-License-Identifier: MIT */
/*
 * Questions to a heap: is it whole, what is in it, why is this alive.  What
 * heap.h says of threads and errors holds here.  None of these functions changes
 * which objects live, none runs a callback of a reference or finalizer, and all
 * take time in proportion to the heap: they are for tests, debuggers and reports.
 * docs/debugging.md shows them at work.
 */
#ifndef WGC_DEBUG_H
#define WGC_DEBUG_H

#include "wgc/finalize.h"
#include "wgc/heap.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Is it whole? ----------------------------------------------------- */

typedef enum wgc_report_type {
    WGC_REPORT_INVARIANT = 1, /* found by wgc_check */
    /* By a debug heap: */
    WGC_REPORT_FREED,   /* wgc_free, _realloc or _resize of what has ended */
    WGC_REPORT_FOREIGN, /* of what never was an object's base */
    WGC_REPORT_WRITTEN, /* a freed cell was written to; seen when it is reused */
    WGC_REPORT_OVERRUN  /* bytes behind the object were written to */
} wgc_report_type;

/* Where in the program, and in which cycle of the heap. */
typedef struct wgc_site {
    const char *file; /* NULL: not known; see WGC_HERE */
    int line;
    size_t cycle;
} wgc_site;

struct wgc_report {
    wgc_report_type type;
    /* The module and number of the invariant ("block I3"), which the module's
       header in src/ states; and the condition that is false. */
    const char *rule;
    const char *text;
    size_t block;       /* its number in the heap; SIZE_MAX: none */
    const void *object; /* or what is wrong of the heap's own; NULL: none */
    /* Of a debug heap: the size that was asked for (0: nothing is known of the
       object); the first wrong byte; where it was allocated, and where it was
       freed: with no file, if a cycle found it dead. */
    size_t bytes, offset;
    wgc_site allocated, freed;
};

/*
 * Test every numbered invariant of every module, in any build.  WGC_OK: all
 * hold.  WGC_CORRUPT: some do not, each of which wgc_config.on_report was told.
 * What is seen then is what a stray write left: free the heap or end the
 * program.  It reads the heap with care but not with distrust of every word, and
 * may itself crash in a heap that is badly damaged.
 */
WGC_API wgc_status wgc_check(wgc_heap *heap);

/*
 * A line about a report, without a newline, into `buffer` of `bytes`, as
 * snprintf does: it returns the length that the whole line has.
 */
WGC_API size_t wgc_report_text(const wgc_report *report, char *buffer,
                               size_t bytes);

/* ---- Debug heaps ------------------------------------------------------ */

/*
 * wgc_config.debug makes a heap that tells of misuse where it happens, through
 * wgc_config.on_report:
 *
 *  - a freed cell is filled with 0xDB, and checked when it is used again;
 *  - bytes between the size that was asked for and the end of a cell are filled
 *    with 0xA5 (with 0 in kinds that have a trace function) and checked when the
 *    object is resized, freed or dies; wgc_size is the size that was asked for;
 *  - behind a large object is a page that cannot be accessed, but in an arena;
 *  - freeing twice and freeing what is no object is reported with the object's
 *    history.
 *
 * Together with wgc_config.stress a cycle runs at every nth allocation, so that
 * what has no root dies at once.  Each object takes 80 bytes more, kept until its
 * memory is used again.
 */

/*
 * The heap; notes where its next allocation, resizing or release is called from:
 * wgc_alloc(WGC_HERE(heap), 32).  A program that defines WGC_DEBUG_SITES before
 * it includes this header need not write that.  Only debug heaps remember.
 */
#define WGC_HERE(heap) wgc_debug_here((heap), __FILE__, __LINE__)
WGC_API wgc_heap *wgc_debug_here(wgc_heap *heap, const char *file, int line);

#ifdef WGC_DEBUG_SITES
#define wgc_alloc(heap, bytes)      wgc_alloc(WGC_HERE(heap), bytes)
#define wgc_alloc_leaf(heap, bytes) wgc_alloc_leaf(WGC_HERE(heap), bytes)
#define wgc_alloc_kind(heap, kind, bytes)                                      \
    wgc_alloc_kind(WGC_HERE(heap), kind, bytes)
#define wgc_alloc_aligned(heap, kind, bytes, alignment)                        \
    wgc_alloc_aligned(WGC_HERE(heap), kind, bytes, alignment)
#define wgc_realloc(heap, object, bytes)                                       \
    wgc_realloc(WGC_HERE(heap), object, bytes)
#define wgc_free(heap, object) wgc_free(WGC_HERE(heap), object)
#endif

/* ---- What is in it? --------------------------------------------------- */

/* Bits of wgc_object.state. */
enum {
    WGC_OBJECT_LARGE = 1,   /* has blocks of its own */
    WGC_OBJECT_PINNED = 2,  /* wgc_pin */
    WGC_OBJECT_WATCHED = 4, /* a weak reference, slot or finalizer is on it */
    WGC_OBJECT_HANDLE = 8,  /* is a weak reference, finalizer, map, ephemeron */
    WGC_OBJECT_PENDING = 16 /* is one whose callback waits or runs */
};

typedef struct wgc_object {
    void *base;
    size_t bytes;  /* usable */
    wgc_kind kind; /* of a handle: a number that wgc_kind_new never returns */
    const char *kind_name; /* "" if it has none; never NULL */
    unsigned state;
} wgc_object;

/* Runs inside the heap, like a trace function.  False: enough. */
typedef bool wgc_walk_fn(const wgc_object *object, void *data);

/*
 * Call fn for each object, by ascending address: for those, too, that are
 * unreachable but that no cycle has found yet, so collect first to have only
 * what lives.  Returns how many calls there were.  WGC_INVALID for a NULL fn.
 */
WGC_API size_t wgc_walk(wgc_heap *heap, wgc_walk_fn *fn, void *data);

/* ---- Why is it alive? ------------------------------------------------- */

typedef enum wgc_holder {
    WGC_HELD_BY_OBJECT = 1, /* the one of the step before */
    WGC_HELD_BY_MAP,        /* an entry of the map or ephemeron before; the weak
                               side is alive, too */
    WGC_HELD_BY_GUARD,      /* data of a guard on the object before */
    WGC_HELD_BY_PIN,
    WGC_HELD_BY_RANGE,     /* wgc_root_add */
    WGC_HELD_BY_CALLBACK,  /* wgc_root_add_callback */
    WGC_HELD_BY_GLOBAL,    /* static data, a thread-local variable */
    WGC_HELD_BY_QUEUE,     /* a callback that waits or runs */
    WGC_HELD_BY_FINALIZER, /* data of an after-death finalizer (F12) */
    WGC_HELD_BY_STACK,
    WGC_HELD_BY_REGISTER /* or a frame of the library */
} wgc_holder;

/* One link of a chain: who holds `object`. */
typedef struct wgc_step {
    wgc_holder holder;
    /* Where: the word that points to it, on the stack, in a range, in static
       data or in the object before; of a callback, its data; of a finalizer, the
       object that it watches.  NULL where that is not known. */
    const void *place;
    void *object;
    size_t bytes;
    wgc_kind kind;
} wgc_step;

/*
 * The chain from a root to `object` (any address inside it): steps[0] is held by
 * a root, each further one by the object before, the last is the object.  The
 * first `most` steps are stored; the result is how many there are.  0: nothing
 * holds it, so that the next cycle would find it dead (or WGC_NOT_AN_OBJECT;
 * WGC_NO_MEMORY: the search takes 24 bytes for each reachable object).
 *
 * The chain is a shortest one among those of the same sort of root.  Registered
 * roots, pins and static data are looked at first; then the queue, finalizers,
 * and the stack, so that the variable which the caller asks with is not the
 * answer while there is another.  `exact`: as wgc_collect_exact, no stack or
 * register is a root.  A register that holds `object` itself never counts: the
 * call needs one.
 */
WGC_API size_t wgc_find_path(wgc_heap *heap, const void *object, bool exact,
                             wgc_step *steps, size_t most);

/* A line about a step, as wgc_report_text. */
WGC_API size_t wgc_step_text(const wgc_step *step, char *buffer, size_t bytes);

/* ---- Finalizers that keep their own object (SEMANTICS F12) ------------ */

/* Runs inside the heap, like a trace function. */
typedef void wgc_self_retained_fn(wgc_finalizer *finalizer, void *object,
                                  void *data);

/*
 * Call fn for each after-death finalizer whose object the latest cycle found to
 * be held by nothing but data of finalizers, its own or another's: they wait for
 * each other for ever.  Returns how many there are, at most
 * wgc_stats.self_retained; fn may be NULL.
 */
WGC_API size_t wgc_find_self_retained(wgc_heap *heap, wgc_self_retained_fn *fn,
                                      void *data);

#ifdef __cplusplus
}
#endif

#endif
