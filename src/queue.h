/* SPDX-License-Identifier: MIT */
/*
 * Layer 7.  Records, and the queue of those whose callback is due.
 *
 * A record ties something to the life of an object, its target: a short or long
 * weak reference, an after-death finalizer, a guard, a slot.  Records are cells
 * of the heap of kinds that never trace the target.  All records of an object
 * are found through one index; a record that is due is taken out of the index
 * and linked into the queue with the same field, so queueing needs no memory.
 *
 *   registered --condemn--> batch --sort--> queue --pop--> running --> done
 *
 * I1  A record is in the index iff its key is not 0 and it is neither linked
 *     nor running; its target is then an object.
 * I2  counts[type] == records of that type in the index.
 * I3  pending == records in the queue that have not been run by hand; one
 *     that has stays linked until it is popped.
 * I4  Nothing reachable from a queued after-death record is dead.
 */
#ifndef WGC_QUEUE_H
#define WGC_QUEUE_H

#include "mark.h"
#include "world.h"

enum wgc__record_type {
    WGC__RECORD_SHORT,
    WGC__RECORD_LONG,
    WGC__RECORD_AFTER,
    WGC__RECORD_GUARD,
    WGC__RECORD_SLOT,
    WGC__RECORD_TYPES
};

enum wgc__record_flags {
    WGC__RECORD_ALIVE = 1,   /* has not run, nor been cancelled */
    WGC__RECORD_QUEUED = 2,  /* selected, waits to be delivered */
    WGC__RECORD_RUNNING = 4, /* in its callback */
    WGC__RECORD_NESTS = 8,   /* run by hand: deliveries in it do run */
    WGC__RECORD_LINKED = 16, /* in a list */
    WGC__RECORD_LONE = 32    /* target not reached from other roots */
};

typedef void wgc__callback(void);

struct wgc__record {
    struct wgc__node node; /* key: the target; next: in index or list */
    union {
        struct wgc__node **link; /* in the index, see struct wgc__linked */
        uint64_t order;  /* due: registration of the object's first record */
        wgc__word frame; /* running: where its caller left tokens */
    } at;
    uint64_t registration : 48; /* ascending over the heap */
    uint64_t type : 8;
    uint64_t flags : 8;
    union {
        struct {
            union {
                wgc__callback *fn;
                struct wgc__record *outer; /* running: what called it */
            };
            void *data;
        } call;
        struct wgc__node place; /* of a slot: key is its address */
    } as;
};
_Static_assert(sizeof(struct wgc__record) == 48, "a size class of its own");
_Static_assert(offsetof(struct wgc__record, at) ==
                   offsetof(struct wgc__linked, link),
               "a record is a linked node");

enum {
    WGC__RECORD_DATA_WORD =
        offsetof(struct wgc__record, as.call.data) / WGC__WORD
};

struct wgc__list {
    struct wgc__record *first, *last;
    size_t count;
};

struct wgc__queue {
    struct wgc__index targets;
    struct wgc__index places; /* slots by their address */
    uint64_t registrations;
    uint64_t newest_finalizer; /* its registration */
    size_t counts[WGC__RECORD_TYPES];
    size_t pending;
    struct wgc__list after; /* weak references and after-death finalizers */
    struct wgc__list guards;
    struct wgc__list batch[2]; /* of this cycle, not yet sorted */
    struct wgc__list waiting;  /* long references to dead objects, until it is
                                  known whether a guard brings them back */
    struct wgc__delivery *deliveries; /* one of each thread */
    struct wgc__world *world; /* to let go of while callbacks run, or NULL */
};

/* The callbacks that run on one thread, innermost first. */
struct wgc__delivery {
    struct wgc__record *running;
    struct wgc__delivery *next;
};

void wgc__queue_init(struct wgc__queue *queue);
void wgc__queue_join(struct wgc__queue *queue, struct wgc__delivery *delivery);
void wgc__queue_leave(struct wgc__queue *queue, struct wgc__delivery *delivery);

void wgc__queue_register(struct wgc__queue *queue, struct wgc__record *record,
                         enum wgc__record_type type, void *target,
                         wgc__callback *fn, void *data);
/* Out of the index: it will never be due. */
void wgc__queue_forget(struct wgc__queue *queue, struct wgc__record *record);

/* The newest record of a target that is of one of these types (a bit each). */
struct wgc__record *wgc__queue_find(const struct wgc__queue *queue,
                                    const void *target, unsigned types,
                                    const struct wgc__record *after);

/*
 * The object at `target` is dead.  Short references clear and slots become
 * NULL; those whose callback is due go into the batch, which a reference that is
 * itself dead (per `marks`; NULL: none is) does not.  So do guards, in a batch
 * of their own; long references wait for what comes of them.  If this is
 * `final`, long references clear and guards are cancelled.  Returns slots that
 * have ended, linked.
 */
struct wgc__record *wgc__queue_condemn(struct wgc__queue *queue,
                                       wgc__word target,
                                       const struct wgc__blocks *marks,
                                       bool final);
/* Long references that wait clear, or go back to targets that came back. */
void wgc__queue_end_waiting(struct wgc__queue *queue,
                            const struct wgc__blocks *marks);
/* Sort the batch (R15, Q6) and append it to the queue. */
void wgc__queue_add_batch(struct wgc__queue *queue);

/* All records of `from` are now records of `to`. */
void wgc__queue_retarget(struct wgc__queue *queue, wgc__word from,
                         wgc__word to);
/* The same for guards that hold an object; `to` 0: it is gone, cancel them. */
void wgc__queue_retarget_guards(struct wgc__queue *queue, wgc__word from,
                                wgc__word to);

/* Mark what is queued or running, and what it holds. */
void wgc__queue_mark(const struct wgc__queue *queue, struct wgc_tracer *tracer);

/* Run up to `most` of what is queued now, on this thread; `here` is a stack
   address of the public function, for records whose callback was left by
   longjmp. */
size_t wgc__queue_deliver(struct wgc__queue *queue,
                          struct wgc__delivery *delivery, size_t most,
                          wgc__word here);
/* Run one record.  `nests`: by hand, not by a delivery. */
void wgc__queue_run(struct wgc__queue *queue, struct wgc__delivery *delivery,
                    struct wgc__record *record, bool nests);
/* The innermost running record ends; false if there is none. */
bool wgc__queue_abandon(struct wgc__delivery *delivery, wgc__word here);
/* Is a delivery under way further up this stack?  Running records that were
   left by longjmp are cleaned up first. */
bool wgc__queue_is_delivering(struct wgc__delivery *delivery, wgc__word here);

/* Finalizers that wait in a list and have not run. */
size_t wgc__queue_finalizers(const struct wgc__queue *queue);

void wgc__list_push(struct wgc__list *list, struct wgc__record *record);
/* Removes the first and the LINKED flag with it. */
struct wgc__record *wgc__list_pop(struct wgc__list *list);
void wgc__queue_check(const struct wgc__queue *queue,
                      const struct wgc__blocks *blocks,
                      struct wgc__check *check);

#endif
