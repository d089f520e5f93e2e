/* SPDX-License-Identifier: MIT */
/*
 * Layer 7.  Ephemerons: entries whose strong side is alive only while their weak
 * side is; alone, or as the entries of weak maps.
 *
 * An entry is a delayed edge (mark.h) from its weak to its strong side.  When
 * marking meets a map or an ephemeron it opens it: an edge whose weak side is
 * marked is followed, any other is left with the marker, which follows it if the
 * weak side is marked later.  Each edge is looked at once, so the fixed point
 * takes linear time whatever the order of entries; edges that are left over at
 * the end are those of the dead.
 *
 *   map --> table | entry 0 | entry 1 | ... capacity | slot | slot | ...
 *
 * A table lists its entries in the order in which they were added; a slot holds
 * the number of an entry plus one, or 0, and is found by linear probing.
 *
 * I1  numbers[i] of entries ascend: an iterator that names the entry it stands
 *     on finds its place in any later table.
 * I2  A dead entry (weak side 0) keeps its number, hash and slot until the table
 *     is made anew, or until it is the last and the table is popped.
 * I3  live == entries below `used` that are not dead.
 */
#ifndef WGC_EPHEMERON_H
#define WGC_EPHEMERON_H

#include "alloc.h"
#include "mark.h"
#include "world.h"

struct wgc_ephemeron {
    struct wgc__edge edge;
    struct wgc_ephemeron *found; /* list of the marker */
};

struct wgc__entry {
    struct wgc__edge edge; /* node.key: the weak side; value: the other */
    uint32_t hash;         /* of the key */
    uint32_t number;
};

enum wgc__map_mode {
    WGC__MAP_WEAK_KEYS = 1,
    WGC__MAP_WEAK_VALUES = 2,
    WGC__MAP_LONG = 4
};

struct wgc_weakmap {
    struct wgc_weakmap *found; /* list of the marker */
    struct wgc__entry *entries;
    uint32_t *slots;
    uint32_t capacity; /* of entries */
    uint32_t slot_count;
    uint32_t used, live;
    uint32_t numbers; /* of the entry added last */
    uint32_t era;     /* how often numbers began anew */
    uint32_t changes; /* of anything: a lookup that called the host restarts */
    uint32_t waiting; /* edges that the marker kept when it opened the map */
    uint32_t mode;
    struct wgc__world *world; /* to let go of while the host's functions run */
    size_t (*hash)(const void *key, void *data);
    bool (*equal)(const void *a, const void *b, void *data);
    void *data;
};

struct wgc__ephemerons {
    struct wgc__blocks *blocks;
    struct wgc__alloc *alloc;
    struct wgc__lane *tables;
};

/* The trace functions of the two kinds, and what opens what they found. */
void wgc__ephemeron_trace(wgc_tracer *tracer, const void *object, size_t bytes);
void wgc__weakmap_trace(wgc_tracer *tracer, const void *object, size_t bytes);
void wgc__ephemeron_open(struct wgc_tracer *tracer);

/* After marking: end the entries that lost a weak side.  Long maps wait for the
   `last` call of a cycle. */
void wgc__ephemeron_select(const struct wgc__ephemerons *ephemerons,
                           struct wgc_tracer *tracer, bool last);
/* Tables of maps that lost many entries shrink, if memory permits. */
void wgc__ephemeron_tend(const struct wgc__ephemerons *ephemerons);

/* An object moves from one address to another, or (`to` is 0) ends. */
void wgc__ephemeron_move(const struct wgc__ephemerons *ephemerons,
                         const struct wgc__object *object, wgc__word to);
/* Note that an object is the weak side of something. */
void wgc__ephemeron_hold(const struct wgc__ephemerons *ephemerons,
                         wgc__word object);

/* The key and value of an entry. */
static inline void *
wgc__entry_key(const struct wgc_weakmap *map, const struct wgc__entry *entry)
{
    return (map->mode & (WGC__MAP_WEAK_KEYS | WGC__MAP_WEAK_VALUES)) ==
                   WGC__MAP_WEAK_VALUES
               ? entry->edge.value
               : wgc__address_of(entry->edge.node.key);
}

static inline void *
wgc__entry_value(const struct wgc_weakmap *map, const struct wgc__entry *entry)
{
    return (map->mode & (WGC__MAP_WEAK_KEYS | WGC__MAP_WEAK_VALUES)) ==
                   WGC__MAP_WEAK_VALUES
               ? wgc__address_of(entry->edge.node.key)
               : entry->edge.value;
}

uint32_t wgc__weakmap_hash(const struct wgc_weakmap *map, const void *key);
/* The entry with this key, or NULL; true in *stale if the host's function
   changed the map, and the search must begin again. */
struct wgc__entry *wgc__weakmap_find(const struct wgc_weakmap *map,
                                     const void *key, uint32_t hash,
                                     bool *stale);
/* Room for one entry more; false if there is no memory. */
bool wgc__weakmap_reserve(const struct wgc__ephemerons *ephemerons,
                          struct wgc_weakmap *map);
/* There is room. */
void wgc__weakmap_append(struct wgc_weakmap *map, void *key, void *value,
                         uint32_t hash);
void wgc__weakmap_set_value(struct wgc_weakmap *map, struct wgc__entry *entry,
                            void *value);
void wgc__weakmap_end_entry(struct wgc_weakmap *map, struct wgc__entry *entry);
/* The first live entry after number `after`; `hint` is where to look first. */
struct wgc__entry *wgc__weakmap_next(const struct wgc_weakmap *map,
                                     uint32_t after, size_t hint);

/* The live entry that was added last, or NULL; dead ones behind it are gone. */
struct wgc__entry *wgc__weakmap_last(struct wgc_weakmap *map);

#endif
