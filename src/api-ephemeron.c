/* SPDX-License-Identifier: MIT */
/* Public functions of weak.h: weak maps and ephemerons. */
#include "api.h"

/* ---- Handles ---- */

static struct wgc_weakmap *
map_of(const wgc_weakmap *map, struct wgc_heap **heap)
{
    return wgc__api_handle(map, WGC__KIND_WEAKMAP, heap);
}

static void *
new_handle(struct wgc_heap *heap, uint16_t kind, size_t bytes, const void *a,
           const void *b, wgc__word here)
{
    struct wgc__hold hold = wgc__api_hold(heap, a, b, NULL);
    void *handle = NULL;
    if (!wgc__heap_need_maps(heap) && wgc__api_may_collect(heap))
        wgc__collect(heap, false);
    if (wgc__heap_need_maps(heap))
        handle = wgc__api_allocate(heap, kind, bytes, 1, here);
    else
        wgc__api_refuse(heap, WGC_NO_MEMORY);
    wgc__api_let_go(heap, &hold);
    return handle;
}

wgc_weakmap *
wgc_weakmap_new(wgc_heap *heap, const wgc_weakmap_info *info)
{
    static const wgc_weakmap_info none = {.weak_keys = true};
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return NULL;
    info = info != NULL ? info : &none;
    if ((info->hash == NULL) != (info->equal == NULL)) {
        wgc__api_refuse(heap, WGC_INVALID);
        return NULL;
    }
    struct wgc_weakmap *map = new_handle(heap, WGC__KIND_WEAKMAP, sizeof *map,
                                         info->data, NULL, WGC__HERE);
    if (map == NULL)
        return NULL;
    map->mode = (info->weak_keys ? WGC__MAP_WEAK_KEYS : 0U) |
                (info->weak_values ? WGC__MAP_WEAK_VALUES : 0U) |
                (info->outlives_guards ? WGC__MAP_LONG : 0U);
    map->world = &heap->world;
    map->hash = info->hash;
    map->equal = info->equal;
    map->data = info->data;
    return map;
}

/* ---- Entries ---- */

/* The host's functions may change the map under the search, which then starts
   again; a function that always does is given up on. */
static wgc_status
find_entry(const struct wgc_weakmap *map, const void *key, uint32_t *hash,
           struct wgc__entry **entry)
{
    enum { TRIES = 1000 };
    bool stale = true;
    *hash = wgc__weakmap_hash(map, key);
    for (int i = 0; i < TRIES && stale; i++)
        *entry = wgc__weakmap_find(map, key, *hash, &stale);
    return stale ? WGC_BUSY : WGC_OK;
}

static bool
is_fit(struct wgc_heap *heap, bool weak, const void *side)
{
    struct wgc__object object;
    return !weak || wgc__heap_object_at(heap, side, &object);
}

static wgc_status
check_sides(struct wgc_heap *heap, const struct wgc_weakmap *map,
            const void *key, const void *value)
{
    bool weak_keys = (map->mode & WGC__MAP_WEAK_KEYS) != 0;
    bool weak_values = (map->mode & WGC__MAP_WEAK_VALUES) != 0;
    if (!is_fit(heap, weak_keys, key) || !is_fit(heap, weak_values, value))
        return WGC_NOT_AN_OBJECT;
    return !weak_keys && !weak_values && key == NULL ? WGC_INVALID : WGC_OK;
}

/* A place for one more entry.  A cycle in between may end entries, so whoever
   found none must not rely on it: *again. */
static bool
make_room_in(struct wgc_heap *heap, struct wgc_weakmap *map, bool *again)
{
    bool grows = map->used == map->capacity;
    bool due = grows && wgc__collect_is_due(heap, 0);
    *again = false;
    if (due && wgc__api_may_collect(heap)) {
        wgc__collect(heap, false);
        *again = true;
    }
    if (wgc__weakmap_reserve(&heap->ephemerons, map))
        return true;
    if (*again || !wgc__api_may_collect(heap))
        return false;
    wgc__collect(heap, false);
    *again = true;
    return wgc__weakmap_reserve(&heap->ephemerons, map);
}

static wgc_status
set_entry(struct wgc_heap *heap, struct wgc_weakmap *map, void *key,
          void *value)
{
    struct wgc__entry *entry = NULL;
    uint32_t hash;
    bool again = true;
    while (again) {
        wgc_status status = find_entry(map, key, &hash, &entry);
        if (status == WGC_OK)
            status = check_sides(heap, map, key, value);
        if (status != WGC_OK)
            return status;
        if (entry != NULL)
            break;
        if (!make_room_in(heap, map, &again))
            return WGC_NO_MEMORY;
    }
    if (entry != NULL)
        wgc__weakmap_set_value(map, entry, value);
    else
        wgc__weakmap_append(map, key, value, hash);
    if ((map->mode & WGC__MAP_WEAK_KEYS) != 0)
        wgc__ephemeron_hold(&heap->ephemerons, wgc__word_of(key));
    if ((map->mode & WGC__MAP_WEAK_VALUES) != 0)
        wgc__ephemeron_hold(&heap->ephemerons, wgc__word_of(value));
    return WGC_OK;
}

wgc_status
wgc_weakmap_set(wgc_weakmap *map, void *key, void *value)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    if (map_of(map, &heap) == NULL)
        return wgc__api_status();
    wgc_status status = check_sides(heap, map, key, value);
    if (status == WGC_OK) {
        struct wgc__hold hold = wgc__api_hold(heap, map, key, value);
        status = set_entry(heap, map, key, value);
        wgc__api_let_go(heap, &hold);
    }
    return status == WGC_OK ? WGC_OK : wgc__api_refuse(heap, status);
}

/* The entry with this key, or NULL. */
static struct wgc__entry *
lookup(struct wgc_heap *heap, struct wgc_weakmap *map, const void *key)
{
    struct wgc__entry *entry = NULL;
    uint32_t hash;
    if (map->live == 0)
        return NULL;
    struct wgc__hold hold = wgc__api_hold(heap, map, key, NULL);
    wgc_status status = find_entry(map, key, &hash, &entry);
    wgc__api_let_go(heap, &hold);
    if (status != WGC_OK) {
        wgc__api_refuse(heap, status);
        return NULL;
    }
    return entry;
}

void *
wgc_weakmap_get(wgc_weakmap *map, const void *key)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    if (map_of(map, &heap) == NULL)
        return NULL;
    const struct wgc__entry *entry = lookup(heap, map, key);
    return entry != NULL ? wgc__entry_value(map, entry) : NULL;
}

bool
wgc_weakmap_remove(wgc_weakmap *map, const void *key)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    if (map_of(map, &heap) == NULL)
        return false;
    struct wgc__entry *entry = lookup(heap, map, key);
    if (entry != NULL)
        wgc__weakmap_end_entry(map, entry);
    return entry != NULL;
}

size_t
wgc_weakmap_count(wgc_weakmap *map)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    return map_of(map, &heap) != NULL ? map->live : 0;
}

bool
wgc_weakmap_next(wgc_weakmap *map, wgc_weakmap_iterator *iterator, void **key,
                 void **value)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    if (map_of(map, &heap) == NULL)
        return false;
    if (iterator == NULL) {
        wgc__api_refuse(heap, WGC_INVALID);
        return false;
    }
    uint32_t after =
        iterator->place >> 32 == map->era ? (uint32_t)iterator->place : 0;
    const struct wgc__entry *entry =
        wgc__weakmap_next(map, after, (size_t)iterator->hint);
    if (entry == NULL)
        return false;
    iterator->place = (uint64_t)map->era << 32 | entry->number;
    iterator->hint = (uint64_t)(entry - map->entries);
    if (key != NULL)
        *key = wgc__entry_key(map, entry);
    if (value != NULL)
        *value = wgc__entry_value(map, entry);
    return true;
}

bool
wgc_weakmap_pop(wgc_weakmap *map, void **key, void **value)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    if (map_of(map, &heap) == NULL)
        return false;
    struct wgc__entry *entry = wgc__weakmap_last(map);
    if (entry == NULL)
        return false;
    if (key != NULL)
        *key = wgc__entry_key(map, entry);
    if (value != NULL)
        *value = wgc__entry_value(map, entry);
    wgc__weakmap_end_entry(map, entry);
    return true;
}

/* ---- Ephemerons ---- */

wgc_ephemeron *
wgc_ephemeron_new(wgc_heap *heap, void *key, void *value)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return NULL;
    if (!wgc__heap_object_at(heap, key, &object)) {
        wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
        return NULL;
    }
    struct wgc_ephemeron *ephemeron = new_handle(
        heap, WGC__KIND_EPHEMERON, sizeof *ephemeron, key, value, WGC__HERE);
    if (ephemeron == NULL)
        return NULL;
    if (!wgc__heap_object_at(heap, key, &object)) { /* a callback freed it */
        wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
        return NULL;
    }
    ephemeron->edge.node.key = wgc__word_of(key);
    ephemeron->edge.value = value;
    wgc__ephemeron_hold(&heap->ephemerons, wgc__word_of(key));
    return ephemeron;
}

void *
wgc_ephemeron_key(wgc_ephemeron *ephemeron)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    if (wgc__api_handle(ephemeron, WGC__KIND_EPHEMERON, &heap) == NULL)
        return NULL;
    return wgc__address_of(ephemeron->edge.node.key);
}

void *
wgc_ephemeron_value(wgc_ephemeron *ephemeron)
{
    WGC__LOCKED struct wgc_heap *heap = NULL;
    if (wgc__api_handle(ephemeron, WGC__KIND_EPHEMERON, &heap) == NULL)
        return NULL;
    return ephemeron->edge.value;
}
