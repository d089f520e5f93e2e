/* SPDX-License-Identifier: MIT */
/*
 * The invariants of a stress run, against an exact graph of what the program
 * did, kept in malloc'ed memory:
 *
 *  - no callback runs twice, or after it was called or detached;
 *  - none before its object is unreachable;
 *  - callbacks of one object run newest first (R15);
 *  - a callback sees every reference to its object dead (R8);
 *  - a reference returns its own object, alive, or None for ever, and not None
 *    before the object was unreachable (R1, R2);
 *  - callback-less references are shared while one is reachable (R23);
 *  - a callback gets the arguments that were given;
 *  - an entry of a table is there, with its value, while its weak side is
 *    reachable, and gone when it died; values keep nothing alive by themselves
 *    (W1-W8);
 *  - what is reachable is intact; at the end, what is not is gone, and every
 *    callback that was due has run.
 */
#ifndef TRACE_SHADOW_H
#define TRACE_SHADOW_H

#include "world.h"

/* Everything that a stress run can check between two operations or acts. */
void shadow_check(struct world *world);
/* After exact collections: nothing is left over, nothing was forgotten. */
void shadow_check_end(struct world *world);

/* The reachable callback-less reference to `target`, or NO_ENTITY. */
int shadow_shared_ref(struct world *world, int target);
/* A reference was made; `expected` came from shadow_shared_ref before. */
void shadow_check_ref(struct world *world, int entity, int expected);

/* The callback of a reference or finalizer starts. */
void shadow_check_fired(struct world *world, int entity, bool by_collector);
void shadow_check_args(struct world *world, const struct value *expected,
                       void *const *words, size_t count);

/* A table got this entry (`value` is NO_ENTITY in a set), or lost it. */
void shadow_set_entry(struct world *world, int table, const struct value *key,
                      int value);
void shadow_delete_entry(struct world *world, int table,
                         const struct value *key);

#endif
