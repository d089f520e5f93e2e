/* SPDX-License-Identifier: MIT */
/*
 * Layer 5.  Where marking starts, as far as the host told us: ranges, callbacks
 * and pins.  Their memory is handed in, so that nothing here can fail; all are
 * found through an index by what they were registered with.
 */
#ifndef WGC_ROOTS_H
#define WGC_ROOTS_H

#include "block.h"

enum wgc__root_type { WGC__ROOT_RANGE = 1, WGC__ROOT_CALLBACK, WGC__ROOT_PIN };

struct wgc__root {
    struct wgc__node node; /* by low, fn or object */
    enum wgc__root_type type;
    uint32_t pins;                  /* of a pin: how often */
    void *other;                    /* high or data */
    struct wgc__root *next, **link; /* all roots */
};

struct wgc__roots {
    struct wgc__index index;
    struct wgc__root *all;
};

void wgc__roots_init(struct wgc__roots *roots);
void wgc__roots_add(struct wgc__roots *roots, struct wgc__root *root,
                    enum wgc__root_type type, wgc__word key, void *other);
/* The latest one that fits, or NULL. */
struct wgc__root *wgc__roots_find(const struct wgc__roots *roots,
                                  enum wgc__root_type type, wgc__word key,
                                  const void *other);
void wgc__roots_remove(struct wgc__roots *roots, struct wgc__root *root);
/* The same root for another key: a pinned object has moved. */
void wgc__roots_rekey(struct wgc__roots *roots, struct wgc__root *root,
                      wgc__word key);

#endif
