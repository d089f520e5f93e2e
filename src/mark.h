/* SPDX-License-Identifier: MIT */
/*
 * Layer 6.  Marking: the closure of what was found alive, with an explicit
 * stack of objects whose contents are still to be scanned.
 *
 * An object is white (not marked), grey (marked, on the stack or in a block
 * with the grey flag) or black (marked and scanned).
 *
 * I1  A black object refers to no white object, but for the targets of records.
 * I2  When wgc__mark_drain returns nothing is grey, and no edge waits whose key
 *     is marked.
 *
 * The stack is bounded: when it can neither grow nor take an object, the
 * object's block gets the grey flag, and drain scans the marked cells of such
 * blocks once the stack is empty; what is to be traced once is traced at once.
 * Large objects are scanned in pieces, the
 * rest of one being pushed below the children of the piece.
 */
#ifndef WGC_MARK_H
#define WGC_MARK_H

#include "block-large.h"
#include "object.h"
#include "wgc/heap.h"

/* An edge that counts once its key is marked: what an ephemeron is made of. */
struct wgc__edge {
    struct wgc__node node;
    void *value;
};

struct wgc_ephemeron;
struct wgc_weakmap;

enum wgc__form {
    WGC__FORM_CONSERVATIVE,
    WGC__FORM_LEAF,
    WGC__FORM_BITMAP,
    WGC__FORM_TRACE,
    WGC__FORM_LINK /* traced once a cycle, by a function that marks nothing */
};

/* How the contents of a kind are scanned. */
struct wgc__shape {
    enum wgc__form form;
    wgc_trace_fn *trace;
    const uint64_t *pointers;
    size_t words;
};

struct wgc_tracer {
    struct wgc__blocks blocks; /* a copy: no memory is added while marking */
    const struct wgc__shape *shapes; /* by kind */
    wgc__word *stack;
    size_t depth, capacity; /* words */
    size_t capacity_max;
    bool overflowed;
    bool bases_only;  /* words of objects count only if they are a base */
    bool roots_bases; /* words of roots, too */
    bool in_roots;    /* now scanning roots */
    struct wgc__blocks *heap_blocks; /* the stack's memory comes from here */
    struct wgc__chunk *chunk;
    struct wgc__index edges; /* delayed: their keys are white */
    size_t edges_bytes;      /* of the index's buckets */
    /* What was scanned and has edges that nobody has looked at yet; drain calls
       `open` for that. */
    struct wgc_ephemeron *found_ephemerons;
    struct wgc_weakmap *found_maps;
    void (*open)(struct wgc_tracer *tracer);
};

/* False if there is no memory for the smallest stack. */
bool wgc__mark_init(struct wgc_tracer *tracer, struct wgc__blocks *blocks,
                    struct wgc__chunk *chunk);
/* Before a cycle: see the heap as it is now. */
void wgc__mark_begin(struct wgc_tracer *tracer);
/* After it: return what the stack grew by. */
void wgc__mark_end(struct wgc_tracer *tracer);

/* Mark what a word points into, wherever in the object that is. */
void wgc__mark_word(struct wgc_tracer *tracer, wgc__word word);
/* Mark an object that is known; false if it was marked already. */
bool wgc__mark_object(struct wgc_tracer *tracer,
                      const struct wgc__object *object);
/* Follow an edge if its key, an object, is marked; else keep it until that is
   so, and return true. */
bool wgc__mark_edge(struct wgc_tracer *tracer, struct wgc__edge *edge);
/* About so many edges more will be kept: make room for them at once. */
void wgc__mark_expect(struct wgc_tracer *tracer, size_t edges);
/* Forget all edges that wait. */
void wgc__mark_drop_edges(struct wgc_tracer *tracer);

/* The words of a range outside the heap: static data, a stack.  `past_end`:
   a word at the very start of a cell also keeps what ends there. */
void wgc__mark_foreign(struct wgc_tracer *tracer, const void *low,
                       const void *high, bool past_end);

/* Scan until nothing is grey (I2). */
void wgc__mark_drain(struct wgc_tracer *tracer);

#endif
