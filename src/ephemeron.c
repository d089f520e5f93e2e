/* SPDX-License-Identifier: MIT */
#include "ephemeron.h"

#include <string.h>

enum { CAPACITY_MIN_ENTRIES = 8, CAPACITY_MAX_ENTRIES = 1 << 30 };

static bool
has_weak_keys(const struct wgc_weakmap *map)
{
    return (map->mode & WGC__MAP_WEAK_KEYS) != 0;
}

static bool
has_weak_values(const struct wgc_weakmap *map)
{
    return (map->mode & WGC__MAP_WEAK_VALUES) != 0;
}

/* ---- Marking ---- */

void
wgc__ephemeron_trace(wgc_tracer *tracer, const void *object, size_t bytes)
{
    struct wgc_ephemeron *ephemeron = wgc__address_of(wgc__word_of(object));
    (void)bytes;
    ephemeron->found = tracer->found_ephemerons;
    tracer->found_ephemerons = ephemeron;
}

void
wgc__weakmap_trace(wgc_tracer *tracer, const void *object, size_t bytes)
{
    struct wgc_weakmap *map = wgc__address_of(wgc__word_of(object));
    (void)bytes;
    map->found = tracer->found_maps;
    tracer->found_maps = map;
}

/* How many edges of a table wait is guessed from its first SAMPLE entries, as to
   let the marker's index grow step by step took a sixth of a cycle; prefetching
   AHEAD took a fifth less (tests/bench/ephemerons.c). */
static void
open_weak_map(struct wgc_tracer *tracer, struct wgc_weakmap *map)
{
    enum { SAMPLE = 64, AHEAD = 64 };
    map->waiting = 0;
    for (uint32_t i = 0; i < map->used; i++) {
        struct wgc__entry *entry = &map->entries[i];
        __builtin_prefetch(
            wgc__address_of(wgc__word_of(entry) + AHEAD * sizeof *entry));
        if (entry->edge.node.key != 0)
            map->waiting += wgc__mark_edge(tracer, &entry->edge);
        if (i == SAMPLE)
            wgc__mark_expect(tracer, (size_t)map->waiting * map->used / SAMPLE);
    }
}

static void
open_strong_map(struct wgc_tracer *tracer, const struct wgc_weakmap *map)
{
    for (uint32_t i = 0; i < map->used; i++) {
        const struct wgc__entry *entry = &map->entries[i];
        if (entry->edge.node.key != 0) {
            wgc__mark_word(tracer, entry->edge.node.key);
            wgc__mark_word(tracer, wgc__word_of(entry->edge.value));
        }
    }
}

/* With two weak sides nothing is followed. */
static void
open_map(struct wgc_tracer *tracer, struct wgc_weakmap *map)
{
    wgc__mark_word(tracer, wgc__word_of(map->data));
    wgc__mark_word(tracer, wgc__word_of(map->entries));
    if (!has_weak_keys(map) && !has_weak_values(map))
        open_strong_map(tracer, map);
    else if (!has_weak_keys(map) || !has_weak_values(map))
        open_weak_map(tracer, map);
}

void
wgc__ephemeron_open(struct wgc_tracer *tracer)
{
    struct wgc_ephemeron *ephemeron = tracer->found_ephemerons;
    struct wgc_weakmap *map = tracer->found_maps;
    tracer->found_ephemerons = NULL;
    tracer->found_maps = NULL;
    for (; ephemeron != NULL; ephemeron = ephemeron->found)
        if (ephemeron->edge.node.key != 0)
            wgc__mark_edge(tracer, &ephemeron->edge);
    for (; map != NULL; map = map->found)
        open_map(tracer, map);
}

/* ---- Death ---- */

static bool
is_dead(const struct wgc__blocks *blocks, wgc__word word)
{
    return !wgc__start_is_marked(blocks, word);
}

/* The weak side's object was checked when the entry was made, so that it is an
   object as long as it was not found dead. */
static bool
lost_a_side(const struct wgc__blocks *blocks, const struct wgc_weakmap *map,
            const struct wgc__entry *entry)
{
    if (entry->edge.node.key == 0)
        return false;
    if (!has_weak_keys(map) && !has_weak_values(map))
        return false;
    return is_dead(blocks, entry->edge.node.key) ||
           (has_weak_keys(map) && has_weak_values(map) &&
            is_dead(blocks, wgc__word_of(entry->edge.value)));
}

void
wgc__weakmap_end_entry(struct wgc_weakmap *map, struct wgc__entry *entry)
{
    entry->edge.node.key = 0;
    entry->edge.value = NULL;
    map->live--;
    map->changes++;
}

static void
select_in_map(const struct wgc__blocks *blocks, struct wgc_weakmap *map)
{
    for (uint32_t i = 0; i < map->used; i++)
        if (lost_a_side(blocks, map, &map->entries[i]))
            wgc__weakmap_end_entry(map, &map->entries[i]);
}

/* The next map or ephemeron that is marked. */
static void *
next_marked(struct wgc__walk *walk)
{
    void *cell;
    while ((cell = wgc__walk_next(walk)) != NULL)
        if (!is_dead(walk->blocks, wgc__word_of(cell)))
            return cell;
    return NULL;
}

/* An edge whose weak side died waits for it to the end, so a map that has none
   of these, or a marker that has none at all, has lost nothing. */
static bool
may_have_lost(const struct wgc_weakmap *map, bool is_marked, bool edges_wait)
{
    if (has_weak_keys(map) && has_weak_values(map))
        return true;
    return !is_marked || (edges_wait && map->waiting != 0);
}

/* Edges of long maps wait on: a guard may bring back what they wait for. */
static void
delay_again(const struct wgc__ephemerons *ephemerons, struct wgc_tracer *tracer)
{
    struct wgc__walk walk;
    wgc__walk_init(&walk, ephemerons->blocks, WGC__KIND_WEAKMAP);
    for (struct wgc_weakmap *map; (map = next_marked(&walk)) != NULL;)
        if ((map->mode & WGC__MAP_LONG) != 0 && map->waiting != 0)
            open_map(tracer, map);
}

static void
select_ephemerons(const struct wgc__blocks *blocks)
{
    struct wgc__walk walk;
    wgc__walk_init(&walk, blocks, WGC__KIND_EPHEMERON);
    for (struct wgc_ephemeron *e; (e = wgc__walk_next(&walk)) != NULL;)
        if (e->edge.node.key != 0 && is_dead(blocks, e->edge.node.key))
            e->edge = (struct wgc__edge){{NULL, 0}, NULL};
}

/* What is itself dead matters only while a guard may bring it back, and must
   then be as short as the rest. */
void
wgc__ephemeron_select(const struct wgc__ephemerons *ephemerons,
                      struct wgc_tracer *tracer, bool last)
{
    const struct wgc__blocks *blocks = ephemerons->blocks;
    bool edges_wait = tracer->edges.count != 0;
    struct wgc__walk walk;
    wgc__mark_drop_edges(tracer);
    if (edges_wait || !last)
        select_ephemerons(blocks);
    wgc__walk_init(&walk, blocks, WGC__KIND_WEAKMAP);
    for (struct wgc_weakmap *map; (map = wgc__walk_next(&walk)) != NULL;) {
        bool is_marked = !is_dead(blocks, wgc__word_of(map));
        bool is_due = last ? is_marked : (map->mode & WGC__MAP_LONG) == 0;
        if (is_due && may_have_lost(map, is_marked, edges_wait))
            select_in_map(blocks, map);
    }
    if (!last)
        delay_again(ephemerons, tracer);
}

/* ---- Tables ---- */

/* The host's hash, or the address, spread over 32 bits. */
uint32_t
wgc__weakmap_hash(const struct wgc_weakmap *map, const void *key)
{
    uint64_t hash = wgc__word_of(key) >> WGC__GRANULE_SHIFT;
    if (map->hash != NULL) {
        wgc__world_pause(map->world);
        hash = map->hash(key, map->data);
        wgc__world_proceed(map->world);
    }
    hash ^= hash >> 32;
    return (uint32_t)(hash * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

static uint32_t
first_slot(const struct wgc_weakmap *map, uint32_t hash)
{
    return (uint32_t)((uint64_t)hash * map->slot_count >> 32);
}

static uint32_t
next_slot(const struct wgc_weakmap *map, uint32_t slot)
{
    return slot + 1 == map->slot_count ? 0 : slot + 1;
}

static void
put_slot(struct wgc_weakmap *map, uint32_t hash, uint32_t entry)
{
    uint32_t slot = first_slot(map, hash);
    while (map->slots[slot] != 0)
        slot = next_slot(map, slot);
    map->slots[slot] = entry + 1;
}

/* The slots behind the one that is emptied move up, as far as they may. */
static void
remove_slot(struct wgc_weakmap *map, uint32_t hash, uint32_t entry)
{
    uint32_t hole = first_slot(map, hash);
    while (map->slots[hole] != entry + 1)
        hole = next_slot(map, hole);
    for (uint32_t slot = next_slot(map, hole); map->slots[slot] != 0;
         slot = next_slot(map, slot)) {
        uint32_t home =
            first_slot(map, map->entries[map->slots[slot] - 1].hash);
        uint32_t count = map->slot_count;
        uint32_t from_home = (slot + count - home) % count;
        uint32_t from_hole = (slot + count - hole) % count;
        if (from_home >= from_hole) {
            map->slots[hole] = map->slots[slot];
            hole = slot;
        }
    }
    map->slots[hole] = 0;
}

struct wgc__entry *
wgc__weakmap_find(const struct wgc_weakmap *map, const void *key, uint32_t hash,
                  bool *stale)
{
    uint32_t changes = map->changes;
    *stale = false;
    if (map->slot_count == 0)
        return NULL;
    for (uint32_t slot = first_slot(map, hash); map->slots[slot] != 0;
         slot = next_slot(map, slot)) {
        struct wgc__entry *entry = &map->entries[map->slots[slot] - 1];
        if (entry->hash != hash || entry->edge.node.key == 0)
            continue;
        const void *other = wgc__entry_key(map, entry);
        if (other == key)
            return entry;
        if (map->equal == NULL)
            continue;
        wgc__world_pause(map->world);
        bool equal = map->equal(other, key, map->data);
        wgc__world_proceed(map->world);
        *stale = map->changes != changes;
        if (equal || *stale)
            return *stale ? NULL : entry;
    }
    return NULL;
}

/* Copy the living into a table of this capacity. */
static bool
rebuild(const struct wgc__ephemerons *ephemerons, struct wgc_weakmap *map,
        size_t capacity)
{
    struct wgc_weakmap old = *map;
    size_t slot_count = capacity + capacity / 2;
    if (capacity > CAPACITY_MAX_ENTRIES)
        return false;
    char *table = wgc__alloc_bytes(ephemerons->alloc, ephemerons->tables,
                                   capacity * sizeof(struct wgc__entry) +
                                       slot_count * sizeof(uint32_t));
    if (table == NULL)
        return false;
    map->entries = (struct wgc__entry *)(void *)table;
    map->slots = (uint32_t *)(void *)(map->entries + capacity);
    map->capacity = (uint32_t)capacity;
    map->slot_count = (uint32_t)slot_count;
    map->used = 0;
    map->changes++;
    if (map->numbers > UINT32_MAX / 2) {
        map->numbers = 0;
        map->era++;
    }
    for (uint32_t i = 0; i < old.used; i++) {
        if (old.entries[i].edge.node.key == 0)
            continue;
        struct wgc__entry *entry = &map->entries[map->used];
        *entry = old.entries[i];
        if (map->era != old.era)
            entry->number = ++map->numbers;
        put_slot(map, entry->hash, map->used++);
    }
    struct wgc__object object;
    if (old.entries != NULL &&
        wgc__object_at(ephemerons->blocks, old.entries, &object))
        wgc__alloc_free(ephemerons->alloc, ephemerons->tables, &object);
    return true;
}

/* Three sixteenths more than there are: at most (32 + 4 * 1.5) * 19 / 16 = 45
   bytes an entry, and the bits of the blocks; each is copied five times on
   average. */
static size_t
fitting_capacity(size_t live)
{
    return live + live * 3 / 16 + CAPACITY_MIN_ENTRIES;
}

bool
wgc__weakmap_reserve(const struct wgc__ephemerons *ephemerons,
                     struct wgc_weakmap *map)
{
    /* Entries that were popped have used numbers, too. */
    return (map->used < map->capacity && map->numbers < UINT32_MAX) ||
           rebuild(ephemerons, map, fitting_capacity(map->live));
}

void
wgc__ephemeron_tend(const struct wgc__ephemerons *ephemerons)
{
    struct wgc__walk walk;
    wgc__walk_init(&walk, ephemerons->blocks, WGC__KIND_WEAKMAP);
    for (struct wgc_weakmap *map; (map = wgc__walk_next(&walk)) != NULL;)
        if (map->capacity > 2 * fitting_capacity(map->live))
            rebuild(ephemerons, map, fitting_capacity(map->live));
}

void
wgc__weakmap_append(struct wgc_weakmap *map, void *key, void *value,
                    uint32_t hash)
{
    struct wgc__entry *entry = &map->entries[map->used];
    bool by_value = has_weak_values(map) && !has_weak_keys(map);
    entry->edge.node.key = wgc__word_of(by_value ? value : key);
    entry->edge.value = by_value ? key : value;
    entry->hash = hash;
    entry->number = ++map->numbers;
    put_slot(map, hash, map->used++);
    map->live++;
    map->changes++;
}

void
wgc__weakmap_set_value(struct wgc_weakmap *map, struct wgc__entry *entry,
                       void *value)
{
    if (has_weak_values(map) && !has_weak_keys(map))
        entry->edge.node.key = wgc__word_of(value);
    else
        entry->edge.value = value;
}

struct wgc__entry *
wgc__weakmap_next(const struct wgc_weakmap *map, uint32_t after, size_t hint)
{
    size_t low = 0, high = map->used;
    if (hint < map->used && map->entries[hint].number == after)
        low = high = hint + 1;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (map->entries[middle].number <= after)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < map->used; low++)
        if (map->entries[low].edge.node.key != 0)
            return &map->entries[low];
    return NULL;
}

struct wgc__entry *
wgc__weakmap_last(struct wgc_weakmap *map)
{
    while (map->used > 0) {
        struct wgc__entry *entry = &map->entries[map->used - 1];
        if (entry->edge.node.key != 0)
            return entry;
        remove_slot(map, entry->hash, --map->used);
        map->changes++;
    }
    return NULL;
}

/* ---- By hand ---- */

void
wgc__ephemeron_hold(const struct wgc__ephemerons *ephemerons, wgc__word object)
{
    struct wgc__object found;
    if (wgc__object_find(ephemerons->blocks, object, &found))
        found.info->flags |= WGC__BLOCK_HELD;
}

static void
move_in_map(struct wgc_weakmap *map, uint32_t at, wgc__word from, wgc__word to)
{
    struct wgc__entry *entry = &map->entries[at];
    bool weak = entry->edge.node.key == from;
    bool other = wgc__word_of(entry->edge.value) == from;
    bool both = has_weak_keys(map) && has_weak_values(map);
    if (!weak && !other)
        return;
    if (to == 0) {
        if (weak || both)
            wgc__weakmap_end_entry(map, entry);
        return;
    }
    bool is_key = wgc__entry_key(map, entry) == wgc__address_of(from);
    if (weak)
        entry->edge.node.key = to;
    if (other && both)
        entry->edge.value = wgc__address_of(to);
    if (is_key && map->hash == NULL &&
        wgc__entry_key(map, entry) != wgc__address_of(from)) {
        remove_slot(map, entry->hash, at);
        entry->hash = wgc__weakmap_hash(map, wgc__address_of(to));
        put_slot(map, entry->hash, at);
    }
    map->changes++;
}

/* Walks all entries: only objects that share a block with a weak side come to
   this, when they are freed or moved by hand. */
void
wgc__ephemeron_move(const struct wgc__ephemerons *ephemerons,
                    const struct wgc__object *object, wgc__word to)
{
    wgc__word from = wgc__word_of(object->start);
    struct wgc__walk walk;
    if ((object->info->flags & WGC__BLOCK_HELD) == 0)
        return;
    wgc__walk_init(&walk, ephemerons->blocks, WGC__KIND_EPHEMERON);
    for (struct wgc_ephemeron *ephemeron;
         (ephemeron = wgc__walk_next(&walk)) != NULL;)
        if (ephemeron->edge.node.key == from) {
            ephemeron->edge.node.key = to;
            if (to == 0)
                ephemeron->edge.value = NULL;
        }
    wgc__walk_init(&walk, ephemerons->blocks, WGC__KIND_WEAKMAP);
    for (struct wgc_weakmap *map; (map = wgc__walk_next(&walk)) != NULL;)
        for (uint32_t i = 0; i < map->used; i++)
            if (map->entries[i].edge.node.key != 0)
                move_in_map(map, i, from, to);
    if (to != 0)
        wgc__ephemeron_hold(ephemerons, to);
}
