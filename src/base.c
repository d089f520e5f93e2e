/* SPDX-License-Identifier: MIT */
#include "base.h"

#include <stdio.h>
#include <stdlib.h>

void
wgc__assertion_failed(const char *file, int line, const char *text)
{
    fprintf(stderr, "libwgc: %s:%d: assertion failed: %s\n", file, line, text);
    abort();
}

/* ---- Bits ---- */

/* The bits of word `word` that lie in [low, high). */
static uint64_t
mask_of(size_t word, size_t low, size_t high)
{
    uint64_t mask = ~UINT64_C(0);
    if (word == low >> 6)
        mask <<= low & 63;
    if (word == high >> 6)
        mask &= (UINT64_C(1) << (high & 63)) - 1;
    return mask;
}

void
wgc__bits_set(uint64_t *bits, size_t low, size_t high)
{
    for (size_t word = low >> 6; word << 6 < high; word++)
        bits[word] |= mask_of(word, low, high);
}

void
wgc__bits_clear(uint64_t *bits, size_t low, size_t high)
{
    for (size_t word = low >> 6; word << 6 < high; word++)
        bits[word] &= ~mask_of(word, low, high);
}

static size_t
find_bit(const uint64_t *bits, size_t low, size_t high, uint64_t flip)
{
    for (size_t word = low >> 6; word << 6 < high; word++) {
        uint64_t found = (bits[word] ^ flip) & mask_of(word, low, high);
        if (found != 0)
            return (word << 6) + wgc__bit_lowest(found);
    }
    return high;
}

size_t
wgc__bits_find_set(const uint64_t *bits, size_t low, size_t high)
{
    return find_bit(bits, low, high, 0);
}

size_t
wgc__bits_find_clear(const uint64_t *bits, size_t low, size_t high)
{
    return find_bit(bits, low, high, ~UINT64_C(0));
}

size_t
wgc__find_other(const void *memory, size_t bytes, int value)
{
    const unsigned char *at = memory;
    size_t offset = 0;
    while (offset < bytes && at[offset] == value)
        offset++;
    return offset;
}

/* ---- Index ---- */

static size_t
bucket_count(const struct wgc__index *index)
{
    return (size_t)1 << (64 - index->shift);
}

static struct wgc__node **
bucket_array(struct wgc__index *index)
{
    return index->buckets != NULL ? index->buckets : index->few;
}

/*
 * Keys are addresses of cells, and neighbours are mostly used together, so they
 * go into neighbouring buckets: a multiplicative hash cost a million finalizers
 * 400 ns each in cache misses.  Folding the upper bits in is a bijection, and
 * spreads addresses that share their low bits.
 */
static size_t
bucket_of(const struct wgc__index *index, wgc__word key)
{
    wgc__word granule = key >> WGC__GRANULE_SHIFT;
    wgc__word mixed = granule ^ granule >> 8 ^ granule >> 16;
    return mixed & (bucket_count(index) - 1);
}

void
wgc__index_init(struct wgc__index *index)
{
    *index =
        (struct wgc__index){.shift = 64 - wgc__bit_highest(WGC__INDEX_FEW)};
}

static void
set_link(const struct wgc__index *index, struct wgc__node *node,
         struct wgc__node **link)
{
    if (index->linked && node != NULL)
        ((struct wgc__linked *)node)->link = link;
}

/* A node that is mostly alone in its bucket need not be written to. */
static inline void
set_next(struct wgc__node **next, struct wgc__node *node)
{
    if (*next != node)
        *next = node;
}

void
wgc__index_add(struct wgc__index *index, struct wgc__node *node, wgc__word key)
{
    struct wgc__node **bucket = &bucket_array(index)[bucket_of(index, key)];
    __atomic_store_n(&node->key, key, __ATOMIC_RELAXED); /* see queue.c */
    set_next(&node->next, *bucket);
    *bucket = node;
    set_link(index, node, bucket);
    set_link(index, node->next, &node->next);
    index->count++;
}

static struct wgc__node **
link_of(struct wgc__index *index, struct wgc__node *node)
{
    if (index->linked)
        return ((struct wgc__linked *)node)->link;
    struct wgc__node **link = &bucket_array(index)[bucket_of(index, node->key)];
    while (*link != NULL && *link != node)
        link = &(*link)->next;
    return link;
}

bool
wgc__index_remove(struct wgc__index *index, struct wgc__node *node)
{
    struct wgc__node **link = link_of(index, node);
    if (*link != node)
        return false;
    *link = node->next;
    set_link(index, node->next, link);
    node->next = NULL;
    index->count--;
    return true;
}

static struct wgc__node *
first_with_key(struct wgc__node *node, wgc__word key)
{
    while (node != NULL && node->key != key)
        node = node->next;
    return node;
}

struct wgc__node *
wgc__index_find(const struct wgc__index *index, wgc__word key)
{
    struct wgc__node *const *buckets =
        index->buckets != NULL ? index->buckets : index->few;
    return first_with_key(buckets[bucket_of(index, key)], key);
}

struct wgc__node *
wgc__index_next(const struct wgc__node *node)
{
    return first_with_key(node->next, node->key);
}

void
wgc__index_prefetch(const struct wgc__index *index, wgc__word key)
{
    struct wgc__node *const *buckets =
        index->buckets != NULL ? index->buckets : index->few;
    __builtin_prefetch(buckets[bucket_of(index, key)]);
}

struct wgc__node *
wgc__index_take(struct wgc__index *index, wgc__word key)
{
    struct wgc__node *taken = NULL, **last = &taken;
    struct wgc__node **link = &bucket_array(index)[bucket_of(index, key)];
    for (struct wgc__node *node = *link; node != NULL; node = *link) {
        if (node->key != key) {
            link = &node->next;
            continue;
        }
        *link = node->next;
        set_next(last, node);
        last = &node->next;
        index->count--;
    }
    set_next(last, NULL);
    return taken;
}

size_t
wgc__index_wish(const struct wgc__index *index)
{
    size_t have = bucket_count(index);
    if (index->count > have)
        return have * 2;
    if (have <= WGC__INDEX_FEW || index->count >= have / 16)
        return 0;
    return wgc__max((size_t)2 << wgc__bit_highest(index->count | 1),
                    WGC__INDEX_FEW);
}

/*
 * A bucket lists its nodes newest first, and so must the bucket they move to:
 * each old chain is reversed and pushed, and as nodes with one key are all in
 * one chain, their order is kept.
 */
void *
wgc__index_rebucket(struct wgc__index *index, struct wgc__node **buckets,
                    size_t count)
{
    struct wgc__index old = *index;
    struct wgc__node **from = bucket_array(&old);
    wgc__index_init(index);
    index->linked = old.linked;
    if (buckets != NULL) {
        index->buckets = buckets;
        index->shift = 64 - wgc__bit_highest(count);
    }
    for (size_t i = 0; i < bucket_count(&old); i++) {
        struct wgc__node *reversed = NULL;
        for (struct wgc__node *node = from[i], *next; node != NULL;
             node = next) {
            next = node->next;
            node->next = reversed;
            reversed = node;
        }
        for (struct wgc__node *next; reversed != NULL; reversed = next) {
            next = reversed->next;
            wgc__index_add(index, reversed, reversed->key);
        }
    }
    return old.buckets;
}
