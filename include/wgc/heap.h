/* SPDX-License-Identifier: MIT */
/*
 * The heap: allocation, roots, collection.
 *
 * What holds for every function here unless its own text says otherwise:
 *
 * Threads.  A heap is used by the threads that are attached to it;
 * wgc_heap_new attaches its caller.  On a thread that is not attached (and on a
 * heap that was freed) a function changes nothing, touches nothing and returns
 * NULL, 0, false or WGC_UNATTACHED.
 *
 * Errors.  A function that returns a pointer returns NULL on failure and leaves
 * everything as it was; all others return a wgc_status.  wgc_last_status tells
 * why the latest call on this thread failed.  The library never exits, prints,
 * or installs a handler.
 *
 * Pointers to objects.  Where a parameter is called `object`, it must be the
 * base of an object of this heap, that is, an address which an allocation
 * function returned and which has not been freed.  Anything else (NULL, an
 * interior, misaligned, foreign or freed address) is recognised and refused
 * with WGC_NOT_AN_OBJECT.
 *
 * Re-entrance.  Trace functions, root functions and event functions run inside
 * a cycle: there every function but wgc_visit, wgc_visit_range and
 * wgc_stats_get refuses with WGC_BUSY.  Callbacks of weak references and
 * finalizers run outside: they may call anything but wgc_heap_free.
 */
#ifndef WGC_HEAP_H
#define WGC_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define WGC_API __attribute__((visibility("default")))
#else
#define WGC_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct wgc_heap wgc_heap;
typedef struct wgc_tracer wgc_tracer;

/* What a call came to.  0 is success. */
typedef enum wgc_status {
    WGC_OK = 0,
    WGC_NO_MEMORY,     /* the system, the limit or the arena has no more */
    WGC_TOO_LARGE,     /* a size that no heap of this kind can ever hold */
    WGC_INVALID,       /* an argument outside what the function documents */
    WGC_NOT_AN_OBJECT, /* not the base of a live object of this heap */
    WGC_NOT_FOUND,     /* removing what is not there */
    WGC_UNATTACHED,    /* the calling thread is not attached to this heap */
    WGC_BUSY,          /* not now: inside a cycle, or a callback is running */
    WGC_CORRUPT        /* wgc_check found an invariant that does not hold */
} wgc_status;

/* A sentence without a full stop; never NULL, also for unknown values. */
WGC_API const char *wgc_status_text(wgc_status status);

/*
 * Why the latest failing call on this thread failed.  Calls that succeed do not
 * change it; reading resets it to WGC_OK.
 */
WGC_API wgc_status wgc_last_status(void);

/* ---- Configuration ---------------------------------------------------- */

/* When queued callbacks run (Q1, Q2).  wgc_deliver always does. */
typedef enum wgc_delivery {
    WGC_DELIVER_COLLECT = 0, /* in wgc_collect too; never in allocation */
    WGC_DELIVER_MANUAL,      /* in nothing else */
    WGC_DELIVER_ALLOC        /* in wgc_collect, and in allocation functions
                                after they ran a cycle */
} wgc_delivery;

/* Which words keep an object alive.  wgc_visit is exact in every mode. */
typedef enum wgc_pointers {
    WGC_POINTERS_INTERIOR = 0, /* any address inside it, wherever it is found */
    WGC_POINTERS_ROOTS, /* inside it from roots; its base only from objects */
    WGC_POINTERS_BASES  /* its base only, from everywhere */
} wgc_pointers;

typedef enum wgc_event_type {
    WGC_EVENT_CYCLE_BEGIN = 1, /* bytes: allocated since the last cycle */
    WGC_EVENT_CYCLE_END,       /* bytes: live; ns: the pause */
    WGC_EVENT_PENDING,         /* count: callbacks that wait for delivery */
    WGC_EVENT_NO_MEMORY,       /* bytes: a request that could not be met */
    WGC_EVENT_MISUSE           /* status: a call was refused */
} wgc_event_type;

typedef struct wgc_event {
    wgc_event_type type;
    wgc_status status;
    size_t bytes;
    size_t count;
    uint64_t ns;
} wgc_event;

/* Runs inside the heap: it may read statistics and nothing else. */
typedef void wgc_event_fn(wgc_heap *heap, const wgc_event *event, void *data);

/*
 * Runs when a request for `bytes` cannot be met even after a cycle.  It may
 * release what it likes (drop references, call wgc_free) and return true to have
 * the allocation tried again, which may run another cycle; after false the
 * allocation fails.  It cannot allocate from this heap, and must return.
 */
typedef bool wgc_oom_fn(wgc_heap *heap, size_t bytes, void *data);

/* Something is wrong with the heap or the host's use of it: see debug.h.  Runs
   inside the heap, as an event function does. */
typedef struct wgc_report wgc_report;
typedef void wgc_report_fn(wgc_heap *heap, const wgc_report *report,
                           void *data);

/* Every field: 0 means the documented default.  Copied by wgc_heap_new. */
typedef struct wgc_config {
    /* Hard limit for the memory the heap takes from the system, its tables
       included, in bytes.  Default: none. */
    size_t max_bytes;
    /* No automatic cycle starts before so many bytes were allocated since the
       last one.  Default: 1 MiB; in an arena, an eighth of it. */
    size_t min_bytes;
    /* Bytes that may be allocated per live byte before the next automatic
       cycle.  Default: 0.75. */
    double growth;

    /* Run inside this buffer: all tables are in it, and the heap makes no
       system call and no malloc.  At least 64 KiB, any alignment.  The caller
       keeps the buffer until wgc_heap_free, and owns it afterwards. */
    void *arena;
    size_t arena_bytes;

    /* An allocation that would start a cycle returns NULL instead
       (WGC_NO_MEMORY): the host collects where it can, and tries again. */
    bool manual_collect;
    /* The data segments of the program and its shared libraries, and
       thread-local variables, are no roots. */
    bool no_globals;
    wgc_delivery delivery;
    wgc_pointers pointers;

    /* Threads that mark.  Default, and for now the only value: 1. */
    unsigned mark_threads;
    /* For tests: run a cycle at every nth allocation.  Default: never. */
    unsigned stress;

    /* Have pthread_atfork call the handlers of thread.h for this heap.  What is
       installed then stays in the process.  Default: nothing is. */
    bool at_fork;

    wgc_oom_fn *on_oom;
    void *oom_data;
    wgc_event_fn *on_event;
    void *event_data;
    /* A debug heap (debug.h): misuse is found where it happens, objects take
       more room and every allocation more time. */
    bool debug;
    /* Is told what wgc_check and a debug heap find.  Default: in a debug heap, a
       line on stderr; in others only the status tells. */
    wgc_report_fn *on_report;
    void *report_data;

    /* Nanoseconds of a monotonic clock, for the pause statistics.  Default: the
       system's; in an arena none, and pauses read 0. */
    uint64_t (*clock)(void);
} wgc_config;

/* ---- Life of a heap --------------------------------------------------- */

/*
 * A new, empty heap; attaches the calling thread.  NULL config: all defaults.
 * NULL if there is not enough memory or address space, or the configuration
 * contradicts itself (an arena that is too small, a negative growth).  Any
 * number of heaps may exist; each reserves address space in proportion to
 * max_bytes or, without a limit, to the memory of the machine.
 */
WGC_API wgc_heap *wgc_heap_new(const wgc_config *config);

/*
 * Give back every byte.  Objects, references and finalizers end without a
 * callback, pending callbacks are dropped: to have finalizers run, call
 * wgc_finalizer_run_all first.  WGC_BUSY, and nothing happens, inside a cycle
 * or a callback of this heap, or while other threads are attached to it.  A
 * second call is WGC_UNATTACHED.
 */
WGC_API wgc_status wgc_heap_free(wgc_heap *heap);

/* ---- Kinds: how the contents of an object are scanned ----------------- */

typedef uint32_t wgc_kind;
#define WGC_KIND_CONSERVATIVE ((wgc_kind)0) /* each aligned word may point */
#define WGC_KIND_LEAF         ((wgc_kind)1) /* never scanned */
#define WGC_KIND_INVALID      ((wgc_kind)-1)

/*
 * Report, with wgc_visit and wgc_visit_range, all that the object refers to.
 * `bytes` is its usable size.  Called during marking, at most a few times per
 * object and cycle, also for objects that were allocated but not yet filled in:
 * those read as zeros.
 */
typedef void wgc_trace_fn(wgc_tracer *tracer, const void *object, size_t bytes);

/*
 * Either a trace function, or a bitmap: word i of the object (counted in
 * pointer-sized words) is scanned conservatively if bit i % 64 of
 * pointers[i / 64] is set, for i below `words`; further words are not scanned.
 * With neither, objects of the kind are never scanned.
 */
typedef struct wgc_kind_info {
    const char *name;
    wgc_trace_fn *trace;
    const uint64_t *pointers;
    size_t words;
} wgc_kind_info;

/*
 * A new kind of this heap.  `info`, its name and its bitmap are copied.
 * WGC_KIND_INVALID if both trace and bitmap are given, the bitmap is missing
 * though `words` is not 0, there is no memory, or the heap has 65,535 kinds.
 */
WGC_API wgc_kind wgc_kind_new(wgc_heap *heap, const wgc_kind_info *info);

/* The kind of an object; WGC_KIND_INVALID for anything else. */
WGC_API wgc_kind wgc_kind_of(wgc_heap *heap, const void *object);

/*
 * For trace and root functions only.  wgc_visit: `object` is alive; any address
 * inside it will do, NULL and foreign addresses are ignored.  wgc_visit_range:
 * each aligned word in [low, high) is treated as a word of a conservative
 * object.
 */
WGC_API void wgc_visit(wgc_tracer *tracer, const void *object);
WGC_API void wgc_visit_range(wgc_tracer *tracer, const void *low,
                             const void *high);

/* ---- Allocation ------------------------------------------------------- */

/*
 * `bytes` zeroed bytes, aligned to 16; 0 bytes give a smallest object.  The
 * object lives as long as it is reachable.  May run a cycle, and callbacks if
 * delivery is WGC_DELIVER_ALLOC.  NULL: WGC_NO_MEMORY or WGC_TOO_LARGE.
 *
 * wgc_alloc: scanned conservatively.  wgc_alloc_leaf: never scanned.
 * wgc_alloc_kind: as the kind says.  wgc_alloc_aligned: `alignment` is a power
 * of two up to 64 KiB, else WGC_INVALID.
 */
WGC_API void *wgc_alloc(wgc_heap *heap, size_t bytes);
WGC_API void *wgc_alloc_leaf(wgc_heap *heap, size_t bytes);
WGC_API void *wgc_alloc_kind(wgc_heap *heap, wgc_kind kind, size_t bytes);
WGC_API void *wgc_alloc_aligned(wgc_heap *heap, wgc_kind kind, size_t bytes,
                                size_t alignment);

/*
 * Change an object's size, moving it if need be; what is added reads as zero.
 * The kind stays; pins, weak references, slots and finalizers go along to the
 * new address, and so do slots inside the object.  After a move the old address
 * is no object.  NULL `object`: as wgc_alloc.  On failure (NULL) the object is
 * as it was.  A move keeps 16-byte alignment, not a larger one.
 */
WGC_API void *wgc_realloc(wgc_heap *heap, void *object, size_t bytes);

/* The same in place: false, and nothing changed, if that cannot be done. */
WGC_API bool wgc_resize(wgc_heap *heap, void *object, size_t bytes);

/*
 * Release an object before it is unreachable.  What a cycle does at death
 * happens at once: weak references and slots clear, callbacks and after-death
 * finalizers are queued; guards are cancelled, as there is nothing left to hand
 * back.  NULL is WGC_OK.  A pinned object is WGC_BUSY, and so is a weak
 * reference or finalizer whose callback is queued or running.
 * If the object, or another one in its block, is a weak side of a map, this
 * takes time in proportion to the entries of all maps; so does a wgc_realloc
 * that moves it.
 */
WGC_API wgc_status wgc_free(wgc_heap *heap, void *object);

/* Usable bytes; 0 for anything that is not an object's base. */
WGC_API size_t wgc_size(wgc_heap *heap, const void *object);

/* The object that `address` points into; NULL if none. */
WGC_API void *wgc_base(wgc_heap *heap, const void *address);

/* ---- Roots ------------------------------------------------------------ */

/*
 * Always roots, without being registered: registers and stack of an attached
 * thread (but not for wgc_collect_exact), the writable data segments of the
 * program and of all shared libraries loaded at the time of a cycle, and the
 * thread's thread-local variables (both unless no_globals), what waits in the
 * queue, and the callback that is running.
 *
 * A word on the stack or in a register that points exactly at the start of a
 * cell also keeps the cell before it, since optimised code may hold nothing but
 * an address one past the end.
 */

/*
 * Words of [low, high) that may point to objects.  The range is read at each
 * cycle until it is removed with the same bounds; a range added twice must be
 * removed twice.  low > high is WGC_INVALID; what was never added is
 * WGC_NOT_FOUND.
 */
WGC_API wgc_status wgc_root_add(wgc_heap *heap, const void *low,
                                const void *high);
WGC_API wgc_status wgc_root_remove(wgc_heap *heap, const void *low,
                                   const void *high);

/* Called in each cycle to report roots with wgc_visit and wgc_visit_range. */
typedef void wgc_root_fn(wgc_tracer *tracer, void *data);
WGC_API wgc_status wgc_root_add_callback(wgc_heap *heap, wgc_root_fn *fn,
                                         void *data);
WGC_API wgc_status wgc_root_remove_callback(wgc_heap *heap, wgc_root_fn *fn,
                                            void *data);

/* Keep an object alive until it was unpinned as often as it was pinned. */
WGC_API wgc_status wgc_pin(wgc_heap *heap, const void *object);
WGC_API wgc_status wgc_unpin(wgc_heap *heap, const void *object);

/* ---- Collection and delivery ------------------------------------------ */

/*
 * A full cycle, then delivery of what is queued at that moment (unless delivery
 * is WGC_DELIVER_MANUAL).  Inside a callback: the cycle only, callbacks wait
 * for the next delivery (Q4).
 *
 * On a stack that is neither the thread's own nor one that thread.h was told of
 * (an unknown coroutine's, a signal stack) the roots cannot be found:
 * WGC_UNATTACHED, and allocation there runs no automatic cycle; it is the same
 * as long as another attached thread waits on such a stack.  In an arena, where the bounds of the stack are not known, this is only
 * noticed of stacks above the thread's own: do not collect on others.
 */
WGC_API wgc_status wgc_collect(wgc_heap *heap);

/* The same, but no stack and no register is a root. */
WGC_API wgc_status wgc_collect_exact(wgc_heap *heap);

/*
 * No automatic cycles until wgc_enable was called as often; explicit ones still
 * run.  wgc_enable without a wgc_disable is WGC_INVALID.
 */
WGC_API wgc_status wgc_disable(wgc_heap *heap);
WGC_API wgc_status wgc_enable(wgc_heap *heap);

/*
 * Memory outside the heap that its objects hold grew (or shrank) by `bytes`:
 * it counts for the pacing of automatic cycles as if it were in the heap.
 */
WGC_API wgc_status wgc_external(wgc_heap *heap, ptrdiff_t bytes);

/* Callbacks that wait. */
WGC_API size_t wgc_pending(wgc_heap *heap);

/*
 * Run up to `most` of the callbacks that are queued now, after-death ones
 * first, then guards, each in order (Q6); returns how many ran.
 * Inside a callback it does nothing and returns 0.
 *
 * A callback may leave by longjmp (or an exception): the others stay queued for
 * the next delivery.  That its frame is gone is seen from the stack.  If the
 * next delivery is called from deeper than the callback was, through a frame
 * that never wrote to where it lay, it takes the callback for running still and
 * does nothing; wgc_callback_abandon before leaving makes sure.
 */
WGC_API size_t wgc_deliver(wgc_heap *heap, size_t most);

/*
 * Called in a callback: it will not return, but leave by longjmp.  What it held
 * is released.  WGC_NOT_FOUND if no callback is running.
 */
WGC_API wgc_status wgc_callback_abandon(wgc_heap *heap);

/* ---- Statistics ------------------------------------------------------- */

typedef struct wgc_stats {
    size_t cycles;
    size_t live_bytes;        /* in objects: after the last cycle, plus what was
                                allocated and less what was freed since */
    size_t live_objects;      /* the same, counted */
    size_t committed_bytes;   /* taken from the system, tables included */
    size_t reserved_bytes;    /* of address space */
    uint64_t allocated_bytes; /* since birth */
    size_t external_bytes;    /* the sum of wgc_external */
    uint64_t pause_ns_last;
    uint64_t pause_ns_max;
    uint64_t pause_ns_total;
    size_t weakrefs;   /* weak references and slots whose target lives */
    size_t finalizers; /* that have not run, queued ones included */
    size_t pending;
    size_t self_retained; /* finalizers whose target, in the last cycle, was
                             kept alive by finalizers' data only (F12) */
    size_t kinds;         /* made by wgc_kind_new */
} wgc_stats;

/* Zeros on a thread that is not attached. */
WGC_API void wgc_stats_get(wgc_heap *heap, wgc_stats *stats);

/* Give all free memory back to the system; returns the bytes that were. */
WGC_API size_t wgc_trim(wgc_heap *heap);

#ifdef __cplusplus
}
#endif

#endif
