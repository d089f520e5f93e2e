/* SPDX-License-Identifier: MIT */
/*
 * A slow and obvious model of a heap, in which things are numbers: who is alive
 * after an exact cycle, what is cleared, which callbacks are due.  It knows
 * nothing of the library; program.c runs the two side by side.
 *
 * Weaker than tests/weak_model in one thing (the order of callbacks) and wider
 * in all others: kinds, maps, ephemerons, sizes.
 */
#ifndef PROGRAM_MODEL_H
#define PROGRAM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NODES = 96, LINKS = 4, ENTRIES = 8, SLOTS = 12, NONE = -1, DEPTH = 4 };

enum type { ABSENT, OBJECT, REF, LONG_REF, AFTER, GUARD, MAP, EPHEMERON };

/* Of references and finalizers. */
enum state { REGISTERED, QUEUED, DONE };

enum mode { WEAK_KEYS = 1, WEAK_VALUES = 2, LONG = 4 };

/* What a callback does beside being counted. */
enum deed { COLLECTS = 1, LEAPS = 2, KEEPS = 4 };

struct entry {
    int key, value; /* NONE: no entry */
};

struct node {
    enum type type;
    bool marked;
    bool rooted;
    unsigned pins;
    bool leaf;
    int link[LINKS]; /* of an object */
    int target, data;
    bool calls;
    enum state state;
    bool lingers; /* was queued and is done, but no delivery has passed it */
    unsigned deeds;
    unsigned mode;               /* of a map */
    struct entry entry[ENTRIES]; /* of a map; [0] of an ephemeron */
};

struct model {
    struct node nodes[NODES];
    int slots[SLOTS];   /* their targets */
    int running[DEPTH]; /* records */
    int running_count;
    bool died[NODES]; /* in the last cycle */
};

void model_init(struct model *model);
/* A free number of that type from now on, or NONE. */
int model_add(struct model *model, enum type type);
bool is_record(const struct node *node);

void model_cycle(struct model *model);
/* As wgc_free. */
void model_free(struct model *model, int number);
/* Is it data of a record, or the strong side of something? */
bool model_is_held_by_value(const struct model *model, int number);

bool model_has_lingering(const struct model *model);
/* A delivery took all there was. */
void model_pass(struct model *model);

size_t model_count(const struct model *model);
size_t model_pending(const struct model *model);
size_t model_weakrefs(const struct model *model);
size_t model_finalizers(const struct model *model);

#endif
