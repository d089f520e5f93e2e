/* SPDX-License-Identifier: MIT */
/*
 * Layer 7.  Finalizers of both kinds: what a cycle does with their records.
 */
#ifndef WGC_FINALIZE_MODULE_H
#define WGC_FINALIZE_MODULE_H

#include "queue.h"

struct wgc_finalizer {
    struct wgc__record record;
};

/* Mark live finalizers and the data of after-death ones; drain.  Then the data
   of guards whose objects are marked. */
void wgc__finalize_mark(const struct wgc__queue *queue,
                        struct wgc_tracer *tracer);

/* Condemn the unmarked objects of finalizers; returns how many after-death ones
   keep their own object alive (F12). */
size_t wgc__finalize_select(struct wgc__queue *queue,
                            const struct wgc__blocks *blocks);

/* Mark what is handed out by guards, and all that it reaches. */
void wgc__finalize_rescue(const struct wgc__queue *queue,
                          struct wgc_tracer *tracer);

/* A finalizer that is to run at shutdown. */
struct wgc__due {
    uint64_t registration;
    struct wgc__record *record;
};

/* The newest live finalizers, at most `most`, newest first; how many. */
size_t wgc__finalize_newest(const struct wgc__blocks *blocks,
                            struct wgc__due *due, size_t most);
/* Run those, but stop as soon as a callback has made a newer one; how many. */
size_t wgc__finalize_run_due(struct wgc__queue *queue,
                             struct wgc__delivery *delivery,
                             const struct wgc__blocks *blocks,
                             const struct wgc__due *due, size_t count,
                             size_t most);

/* Run one by hand; false if it is not alive. */
bool wgc__finalize_run(struct wgc__queue *queue, struct wgc__delivery *delivery,
                       struct wgc__record *record);

#endif
