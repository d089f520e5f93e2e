/* SPDX-License-Identifier: MIT */
/* Roots and pins. */
#include "api.h"

static wgc_status
add_root(wgc_heap *heap, enum wgc__root_type type, wgc__word key, void *other,
         const void *held)
{
    struct wgc__hold hold = wgc__api_hold(heap, held, other, NULL);
    struct wgc__root *root =
        wgc__heap_table_new(heap, sizeof(struct wgc__root));
    if (root == NULL && wgc__api_may_collect(heap)) {
        wgc__collect(heap, false);
        root = wgc__heap_table_new(heap, sizeof *root);
    }
    wgc__api_let_go(heap, &hold);
    if (root == NULL)
        return wgc__api_refuse(heap, WGC_NO_MEMORY);
    wgc__roots_add(&heap->roots, root, type, key, other);
    wgc__heap_tend_index(heap, &heap->roots.index);
    return WGC_OK;
}

static wgc_status
remove_root(wgc_heap *heap, enum wgc__root_type type, wgc__word key,
            const void *other)
{
    struct wgc__root *root = wgc__roots_find(&heap->roots, type, key, other);
    if (root == NULL)
        return wgc__api_refuse(heap, WGC_NOT_FOUND);
    wgc__roots_remove(&heap->roots, root);
    wgc__heap_table_free(heap, root);
    return WGC_OK;
}

wgc_status
wgc_root_add(wgc_heap *heap, const void *low, const void *high)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    if (wgc__word_of(low) > wgc__word_of(high))
        return wgc__api_refuse(heap, WGC_INVALID);
    return add_root(heap, WGC__ROOT_RANGE, wgc__word_of(low),
                    wgc__address_of(wgc__word_of(high)), NULL);
}

wgc_status
wgc_root_remove(wgc_heap *heap, const void *low, const void *high)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    if (wgc__word_of(low) > wgc__word_of(high))
        return wgc__api_refuse(heap, WGC_INVALID);
    return remove_root(heap, WGC__ROOT_RANGE, wgc__word_of(low), high);
}

wgc_status
wgc_root_add_callback(wgc_heap *heap, wgc_root_fn *fn, void *data)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    if (fn == NULL)
        return wgc__api_refuse(heap, WGC_INVALID);
    return add_root(heap, WGC__ROOT_CALLBACK, (wgc__word)fn, data, NULL);
}

wgc_status
wgc_root_remove_callback(wgc_heap *heap, wgc_root_fn *fn, void *data)
{
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    return remove_root(heap, WGC__ROOT_CALLBACK, (wgc__word)fn, data);
}

wgc_status
wgc_pin(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    if (!wgc__heap_object_at(heap, address, &object))
        return wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
    struct wgc__root *pin = wgc__roots_find(&heap->roots, WGC__ROOT_PIN,
                                            wgc__word_of(address), NULL);
    if (pin == NULL)
        return add_root(heap, WGC__ROOT_PIN, wgc__word_of(address), NULL,
                        address);
    if (pin->pins == UINT32_MAX)
        return wgc__api_refuse(heap, WGC_INVALID);
    pin->pins++;
    return WGC_OK;
}

wgc_status
wgc_unpin(wgc_heap *heap, const void *address)
{
    struct wgc__object object;
    WGC__LOCKED struct wgc_heap *locked = heap = wgc__api_lock(heap);
    if (heap == NULL)
        return wgc__api_status();
    if (!wgc__heap_object_at(heap, address, &object))
        return wgc__api_refuse(heap, WGC_NOT_AN_OBJECT);
    struct wgc__root *pin = wgc__roots_find(&heap->roots, WGC__ROOT_PIN,
                                            wgc__word_of(address), NULL);
    if (pin == NULL)
        return wgc__api_refuse(heap, WGC_NOT_FOUND);
    if (--pin->pins == 0)
        return remove_root(heap, WGC__ROOT_PIN, wgc__word_of(address), NULL);
    return WGC_OK;
}
