/* SPDX-License-Identifier: MIT */
/*
 * A slow and obvious model of a heap with weak references, slots, finalizers
 * and guards: what is alive after a cycle, and which callbacks are due in which
 * order.  It knows nothing of the library; things are numbers.
 */
#ifndef TESTS_WEAK_MODEL_H
#define TESTS_WEAK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    THINGS = 300,
    LINKS = 4,
    ROOT_WORDS = 24,
    SLOTS = 24,
    NESTING = 4,
    NOTHING = -1
};

enum thing_type { NODE, SHORT, LONG, AFTER, GUARD };

/* Of records: references and finalizers. */
enum record_state {
    REGISTERED,
    PENDING, /* its callback is due */
    DONE     /* ran, cleared, forgotten or cancelled */
};

/* A node, or a record, which is a thing itself. */
struct thing {
    bool exists;
    bool marked;
    enum thing_type type;
    int link[LINKS]; /* of a node */
    int pins;
    int target;
    int data;
    bool calls; /* has a callback */
    enum record_state state;
    uint64_t registration;
    uint64_t first;    /* due: when its target got the first record left */
    uint64_t sequence; /* in the queue */
    bool lingers;      /* no longer due, but not yet passed by a delivery */
};

struct slot {
    bool used;
    int target;
    int container; /* the node that it is in, or NOTHING */
    uint64_t registration;
};

struct model {
    struct thing things[THINGS];
    int roots[ROOT_WORDS];
    struct slot slots[SLOTS];
    int running[NESTING]; /* records in their callbacks, the outermost first */
    int running_count;
    uint64_t registrations;
    uint64_t sequences;
    bool died[THINGS];        /* by the last cycle */
    bool slot_cleared[SLOTS]; /* by the last cycle or death */
};

void model_init(struct model *model);

/* A free number, or NOTHING. */
int model_new(struct model *model, enum thing_type type);
bool model_is_full(const struct model *model);
bool is_record(const struct model *model, int thing);
bool is_finalizer(const struct model *model, int thing);
void model_register(struct model *model, int record, int target, bool calls,
                    int data);
void model_done(struct model *model, int record);
/* A delivery took all entries of a kind up to a sequence number. */
void model_pass(struct model *model, bool guards, uint64_t sequence);

void model_cycle(struct model *model);
/* The thing ends early, as by wgc_free. */
void model_kill(struct model *model, int thing);

size_t model_pending(const struct model *model);
/* The next that a delivery runs of those up to a sequence number. */
int model_next_due(const struct model *model, uint64_t limit);
/* The newest live finalizer that does not wait. */
int model_newest_finalizer(const struct model *model);
/* The reference to `target` that is next older than `registration`. */
int model_next_reference(const struct model *model, int target,
                         uint64_t registration);
/* References and slots whose target lives; finalizers that have not run. */
size_t model_weakrefs(const struct model *model);
size_t model_finalizers(const struct model *model);

#endif
