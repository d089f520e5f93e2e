/* SPDX-License-Identifier: MIT */
#include "roots.h"

void
wgc__roots_init(struct wgc__roots *roots)
{
    wgc__index_init(&roots->index);
    roots->all = NULL;
}

void
wgc__roots_add(struct wgc__roots *roots, struct wgc__root *root,
               enum wgc__root_type type, wgc__word key, void *other)
{
    root->type = type;
    root->pins = 1;
    root->other = other;
    root->next = roots->all;
    root->link = &roots->all;
    if (root->next != NULL)
        root->next->link = &root->next;
    roots->all = root;
    wgc__index_add(&roots->index, &root->node, key);
}

struct wgc__root *
wgc__roots_find(const struct wgc__roots *roots, enum wgc__root_type type,
                wgc__word key, const void *other)
{
    struct wgc__node *node = wgc__index_find(&roots->index, key);
    for (; node != NULL; node = wgc__index_next(node)) {
        struct wgc__root *root = (struct wgc__root *)node;
        if (root->type == type && root->other == other)
            return root;
    }
    return NULL;
}

void
wgc__roots_remove(struct wgc__roots *roots, struct wgc__root *root)
{
    wgc__index_remove(&roots->index, &root->node);
    *root->link = root->next;
    if (root->next != NULL)
        root->next->link = root->link;
}

void
wgc__roots_rekey(struct wgc__roots *roots, struct wgc__root *root,
                 wgc__word key)
{
    wgc__index_remove(&roots->index, &root->node);
    wgc__index_add(&roots->index, &root->node, key);
}
