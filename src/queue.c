/* SPDX-License-Identifier: MIT */
#include "queue.h"

void
wgc__queue_init(struct wgc__queue *queue)
{
    *queue = (struct wgc__queue){.registrations = 0};
    wgc__index_init(&queue->targets);
    queue->targets.linked = true;
    wgc__index_init(&queue->places);
}

void
wgc__queue_join(struct wgc__queue *queue, struct wgc__delivery *delivery)
{
    delivery->running = NULL;
    delivery->next = queue->deliveries;
    queue->deliveries = delivery;
}

/* ---- Lists ---- */

static void
append(struct wgc__list *list, struct wgc__record *record)
{
    record->node.next = NULL;
    record->flags |= WGC__RECORD_LINKED;
    if (list->last != NULL)
        list->last->node.next = &record->node;
    else
        list->first = record;
    list->last = record;
    list->count++;
}

void
wgc__list_push(struct wgc__list *list, struct wgc__record *record)
{
    record->node.next = (struct wgc__node *)list->first;
    record->flags |= WGC__RECORD_LINKED;
    list->first = record;
    if (list->last == NULL)
        list->last = record;
    list->count++;
}

static struct wgc__record *
next_of(const struct wgc__record *record)
{
    return (struct wgc__record *)record->node.next;
}

struct wgc__record *
wgc__list_pop(struct wgc__list *list)
{
    struct wgc__record *record = list->first;
    if (record != NULL) {
        list->first = next_of(record);
        if (list->first == NULL)
            list->last = NULL;
        record->node.next = NULL;
        record->flags &= (uint8_t)~WGC__RECORD_LINKED;
        list->count--;
    }
    return record;
}

/* R15, Q6: by the object's first record; of one object, the newest first. */
static bool
is_due_before(const struct wgc__record *a, const struct wgc__record *b)
{
    return a->at.order != b->at.order ? a->at.order < b->at.order
                                      : a->registration > b->registration;
}

static void
concatenate(struct wgc__list *list, struct wgc__list *more)
{
    if (more->first == NULL)
        return;
    if (list->last != NULL)
        list->last->node.next = &more->first->node;
    else
        list->first = more->first;
    list->last = more->last;
    list->count += more->count;
    *more = (struct wgc__list){NULL, NULL, 0};
}

static struct wgc__list
merge(struct wgc__list *a, struct wgc__list *b)
{
    struct wgc__list merged = {NULL, NULL, 0};
    while (a->first != NULL && b->first != NULL)
        append(&merged,
               wgc__list_pop(is_due_before(b->first, a->first) ? b : a));
    concatenate(&merged, a);
    concatenate(&merged, b);
    return merged;
}

/* Cut the longest ordered run off the front of a list. */
static struct wgc__list
cut_run(struct wgc__list *list)
{
    struct wgc__list run = {list->first, list->first, 1};
    struct wgc__record *next;
    while ((next = next_of(run.last)) != NULL &&
           !is_due_before(next, run.last)) {
        run.last = next;
        run.count++;
    }
    list->first = next;
    list->count -= run.count;
    run.last->node.next = NULL;
    if (next == NULL)
        list->last = NULL;
    return run;
}

/*
 * A merge sort of the runs that are there already: records mostly come in the
 * order in which they were made, and then this is one pass.  levels[i] is the
 * merger of 2^i runs.
 */
static void
sort(struct wgc__list *list)
{
    enum { LEVELS = 48 };
    struct wgc__list levels[LEVELS] = {{NULL, NULL, 0}};
    while (list->first != NULL) {
        struct wgc__list run = cut_run(list);
        int i = 0;
        for (; levels[i].first != NULL; i++)
            run = merge(&levels[i], &run);
        levels[i] = run;
    }
    for (int i = 0; i < LEVELS; i++)
        *list = merge(&levels[i], list);
}

/* ---- Registration ---- */

/* Threads read the target of a weak reference without the lock. */
static void
set_key(struct wgc__record *record, wgc__word key)
{
    __atomic_store_n(&record->node.key, key, __ATOMIC_RELAXED);
}

void
wgc__queue_register(struct wgc__queue *queue, struct wgc__record *record,
                    enum wgc__record_type type, void *target, wgc__callback *fn,
                    void *data)
{
    record->registration = ++queue->registrations;
    record->type = type;
    record->flags = WGC__RECORD_ALIVE;
    record->as.call.fn = fn;
    record->as.call.data = data;
    if (type == WGC__RECORD_AFTER || type == WGC__RECORD_GUARD)
        queue->newest_finalizer = record->registration;
    wgc__index_add(&queue->targets, &record->node, wgc__word_of(target));
    queue->counts[type]++;
}

void
wgc__queue_forget(struct wgc__queue *queue, struct wgc__record *record)
{
    if (record->node.key == 0)
        return;
    wgc__index_remove(&queue->targets, &record->node);
    set_key(record, 0);
    queue->counts[record->type]--;
    if (record->type == WGC__RECORD_SLOT)
        wgc__index_remove(&queue->places, &record->as.place);
    record->flags &= (uint8_t)~WGC__RECORD_ALIVE;
}

struct wgc__record *
wgc__queue_find(const struct wgc__queue *queue, const void *target,
                unsigned types, const struct wgc__record *after)
{
    struct wgc__node *node =
        after != NULL ? wgc__index_next(&after->node)
                      : wgc__index_find(&queue->targets, wgc__word_of(target));
    for (; node != NULL; node = wgc__index_next(node)) {
        struct wgc__record *record = (struct wgc__record *)node;
        if ((types >> record->type & 1) != 0)
            return record;
    }
    return NULL;
}

void
wgc__queue_retarget(struct wgc__queue *queue, wgc__word from, wgc__word to)
{
    struct wgc__list moved = {NULL, NULL, 0};
    struct wgc__node *node;
    while ((node = wgc__index_find(&queue->targets, from)) != NULL) {
        wgc__index_remove(&queue->targets, node);
        wgc__list_push(&moved, (struct wgc__record *)node);
    }
    for (struct wgc__record *record;
         (record = wgc__list_pop(&moved)) != NULL;) {
        wgc__index_add(&queue->targets, &record->node, to);
        void **place = wgc__address_of(
            record->type == WGC__RECORD_SLOT ? record->as.place.key : 0);
        if (place != NULL && *place == wgc__address_of(from))
            *place = wgc__address_of(to);
    }
}

/* A guard that is queued or running holds its object: that moves or ends. */
static void
retarget_held(struct wgc__queue *queue, struct wgc__record *record,
              wgc__word from, wgc__word to)
{
    if (record->type != WGC__RECORD_GUARD || record->node.key != from)
        return;
    record->node.key = to;
    if (to != 0 || (record->flags & WGC__RECORD_RUNNING) != 0)
        return;
    if ((record->flags & WGC__RECORD_QUEUED) != 0)
        queue->pending--;
    record->flags &= (uint8_t) ~(WGC__RECORD_ALIVE | WGC__RECORD_QUEUED);
    record->as.call.data = NULL;
}

void
wgc__queue_retarget_guards(struct wgc__queue *queue, wgc__word from,
                           wgc__word to)
{
    for (struct wgc__record *r = queue->guards.first; r != NULL; r = next_of(r))
        retarget_held(queue, r, from, to);
    for (struct wgc__delivery *d = queue->deliveries; d != NULL; d = d->next)
        for (struct wgc__record *r = d->running; r != NULL;
             r = r->as.call.outer)
            retarget_held(queue, r, from, to);
}

/* ---- Death ---- */

static void
enqueue(struct wgc__list *batch, struct wgc__record *record)
{
    record->flags |= WGC__RECORD_QUEUED;
    append(batch, record);
}

/* A reference that cleared calls back, or releases what it held: it may itself
   be brought back by a guard. */
static void
end_reference(struct wgc__queue *queue, struct wgc__record *record,
              const struct wgc__blocks *marks)
{
    if (record->as.call.fn != NULL &&
        (marks == NULL || wgc__start_is_marked(marks, wgc__word_of(record)))) {
        enqueue(&queue->batch[0], record);
    } else {
        record->as.call.fn = NULL;
        record->as.call.data = NULL;
    }
}

static void
condemn_reference(struct wgc__queue *queue, struct wgc__record *record,
                  uint64_t order, const struct wgc__blocks *marks)
{
    wgc__queue_forget(queue, record);
    record->at.order = order;
    end_reference(queue, record, marks);
}

static void
await_rescue(struct wgc__queue *queue, struct wgc__record *record,
             uint64_t order)
{
    wgc__word target = record->node.key;
    wgc__queue_forget(queue, record);
    record->node.key = target;
    record->at.order = order;
    append(&queue->waiting, record);
}

/* It stays alive until it ran (F16); a guard holds its object from now on. */
static void
condemn_finalizer(struct wgc__queue *queue, struct wgc__record *record,
                  uint64_t order)
{
    bool guard = record->type == WGC__RECORD_GUARD;
    wgc__word target = record->node.key;
    wgc__queue_forget(queue, record);
    record->flags |= WGC__RECORD_ALIVE;
    record->node.key = guard ? target : 0;
    record->at.order = order;
    enqueue(&queue->batch[guard], record);
}

/* Of the oldest record of the target that is left. */
static uint64_t
first_registration(const struct wgc__queue *queue, wgc__word target)
{
    uint64_t first = UINT64_MAX;
    for (struct wgc__node *node = wgc__index_find(&queue->targets, target);
         node != NULL; node = wgc__index_next(node)) {
        uint64_t registration = ((struct wgc__record *)node)->registration;
        first = registration < first ? registration : first;
    }
    return first;
}

/* A slot's record is done with; the caller releases it. */
static void
condemn_slot(struct wgc__queue *queue, struct wgc__record *record,
             struct wgc__record **slots)
{
    void **place = wgc__address_of(record->as.place.key);
    if (*place == wgc__address_of(record->node.key))
        *place = NULL;
    wgc__queue_forget(queue, record);
    record->node.next = (struct wgc__node *)*slots;
    *slots = record;
}

static void
cancel_guard(struct wgc__queue *queue, struct wgc__record *record)
{
    wgc__queue_forget(queue, record);
    record->as.call.data = NULL;
}

static void
condemn_record(struct wgc__queue *queue, struct wgc__record *record,
               uint64_t order, const struct wgc__blocks *marks, bool final,
               struct wgc__record **slots)
{
    switch ((enum wgc__record_type)record->type) {
    case WGC__RECORD_SHORT:
        condemn_reference(queue, record, order, marks);
        break;
    case WGC__RECORD_LONG:
        if (final)
            condemn_reference(queue, record, order, marks);
        else
            await_rescue(queue, record, order);
        break;
    case WGC__RECORD_AFTER:
        condemn_finalizer(queue, record, order);
        break;
    case WGC__RECORD_GUARD:
        if (final)
            cancel_guard(queue, record);
        else
            condemn_finalizer(queue, record, order);
        break;
    case WGC__RECORD_SLOT:
        condemn_slot(queue, record, slots);
        break;
    case WGC__RECORD_TYPES:
        break;
    }
}

struct wgc__record *
wgc__queue_condemn(struct wgc__queue *queue, wgc__word target,
                   const struct wgc__blocks *marks, bool final)
{
    uint64_t order = first_registration(queue, target);
    struct wgc__record *slots = NULL;
    struct wgc__node *node = wgc__index_find(&queue->targets, target);
    for (struct wgc__node *next; node != NULL; node = next) {
        next = wgc__index_next(node);
        condemn_record(queue, (struct wgc__record *)node, order, marks, final,
                       &slots);
    }
    return slots;
}

/* They wait newest first, and go back oldest first, to stand as they did. */
void
wgc__queue_end_waiting(struct wgc__queue *queue,
                       const struct wgc__blocks *marks)
{
    struct wgc__list back = {NULL, NULL, 0};
    for (struct wgc__record *record;
         (record = wgc__list_pop(&queue->waiting)) != NULL;) {
        wgc__word target = record->node.key;
        record->node.key = 0;
        if (wgc__start_is_marked(marks, target)) {
            record->node.key = target;
            wgc__list_push(&back, record);
        } else {
            end_reference(queue, record, marks);
        }
    }
    for (struct wgc__record *record; (record = wgc__list_pop(&back)) != NULL;) {
        wgc__index_add(&queue->targets, &record->node, record->node.key);
        queue->counts[record->type]++;
        record->flags |= WGC__RECORD_ALIVE;
    }
}

void
wgc__queue_add_batch(struct wgc__queue *queue)
{
    if (queue->batch[0].first == NULL && queue->batch[1].first == NULL)
        return;
    queue->pending += queue->batch[0].count + queue->batch[1].count;
    sort(&queue->batch[0]);
    sort(&queue->batch[1]);
    concatenate(&queue->after, &queue->batch[0]);
    concatenate(&queue->guards, &queue->batch[1]);
}

/* ---- Marking ---- */

static void
mark_record(const struct wgc__record *record, struct wgc_tracer *tracer)
{
    wgc__mark_word(tracer, wgc__word_of(record));
    wgc__mark_word(tracer, wgc__word_of(record->as.call.data));
    if (record->node.key != 0 && record->type == WGC__RECORD_GUARD)
        wgc__mark_word(tracer, record->node.key);
}

static void
mark_list(const struct wgc__record *first, struct wgc_tracer *tracer)
{
    for (const struct wgc__record *record = first; record != NULL;
         record = next_of(record))
        mark_record(record, tracer);
}

void
wgc__queue_mark(const struct wgc__queue *queue, struct wgc_tracer *tracer)
{
    mark_list(queue->after.first, tracer);
    mark_list(queue->guards.first, tracer);
    for (const struct wgc__delivery *d = queue->deliveries; d != NULL;
         d = d->next)
        for (const struct wgc__record *record = d->running; record != NULL;
             record = record->as.call.outer)
            mark_record(record, tracer);
}

/* ---- Running ---- */

static wgc__word
token_of(const struct wgc__record *record)
{
    return wgc__word_of(record) ^ (wgc__word)record->registration ^
           (wgc__word)UINT64_C(0x7a3c96e1d42b58f0);
}

/* The callback ended, one way or the other: what it held is released. */
static void
end_running(struct wgc__delivery *delivery)
{
    struct wgc__record *record = delivery->running;
    delivery->running = record->as.call.outer;
    set_key(record, 0);
    record->as.call.fn = NULL;
    record->as.call.data = NULL;
    record->flags &= (uint8_t) ~(WGC__RECORD_RUNNING | WGC__RECORD_NESTS);
}

/*
 * Whoever runs a record fills a part of its own frame with tokens.  The frame is
 * gone if it lies deeper than a function that was called after it, or if one of
 * the tokens has been overwritten.
 */
enum { TOKENS = 16 };

static WGC__PEEKS bool
is_frame_alive(const struct wgc__record *record, wgc__word here)
{
    const volatile wgc__word *tokens = wgc__address_of(record->at.frame);
    if (record->at.frame <= here)
        return false;
    for (int i = 0; i < TOKENS; i++)
        if (tokens[i] != token_of(record))
            return false;
    return true;
}

static void
prune_running(struct wgc__delivery *delivery, wgc__word here)
{
    while (delivery->running != NULL &&
           !is_frame_alive(delivery->running, here))
        end_running(delivery);
}

/* The thread is gone, and so are its frames. */
void
wgc__queue_leave(struct wgc__queue *queue, struct wgc__delivery *delivery)
{
    struct wgc__delivery **link = &queue->deliveries;
    while (*link != delivery)
        link = &(*link)->next;
    *link = delivery->next;
    while (delivery->running != NULL)
        end_running(delivery);
}

bool
wgc__queue_is_delivering(struct wgc__delivery *delivery, wgc__word here)
{
    prune_running(delivery, here);
    for (const struct wgc__record *record = delivery->running; record != NULL;
         record = record->as.call.outer)
        if ((record->flags & WGC__RECORD_NESTS) == 0)
            return true;
    return false;
}

bool
wgc__queue_abandon(struct wgc__delivery *delivery, wgc__word here)
{
    prune_running(delivery, here);
    if (delivery->running == NULL)
        return false;
    end_running(delivery);
    return true;
}

/* What a callback is called with; taken from the record before others may have
   the lock. */
struct call {
    wgc__callback *fn;
    void *object, *data;
};

static struct call
call_of(struct wgc__record *record)
{
    bool is_reference =
        record->type == WGC__RECORD_SHORT || record->type == WGC__RECORD_LONG;
    return (struct call){
        .fn = record->as.call.fn,
        .object = is_reference ? record
                  : record->type == WGC__RECORD_GUARD
                      ? wgc__address_of(record->node.key)
                      : NULL,
        .data = record->as.call.data,
    };
}

/* The tokens must be on the real stack, which sanitizers otherwise avoid. */
WGC__PEEKS void
wgc__queue_run(struct wgc__queue *queue, struct wgc__delivery *delivery,
               struct wgc__record *record, bool nests)
{
    volatile wgc__word tokens[TOKENS];
    struct call call = call_of(record);
    for (int i = 0; i < TOKENS; i++)
        tokens[i] = token_of(record);
    record->at.frame = (wgc__word)tokens;
    record->as.call.outer = delivery->running;
    record->flags &=
        (uint8_t) ~(WGC__RECORD_ALIVE | WGC__RECORD_QUEUED | WGC__RECORD_NESTS);
    record->flags |=
        (uint8_t)(WGC__RECORD_RUNNING | (nests ? WGC__RECORD_NESTS : 0));
    delivery->running = record;
    wgc__world_pause(queue->world);
    ((void (*)(void *, void *))call.fn)(call.object, call.data);
    wgc__world_proceed(queue->world);
    while ((record->flags & WGC__RECORD_RUNNING) != 0)
        end_running(delivery); /* and deeper ones, left by longjmp */
    tokens[0] = 0;
}

/* A queued finalizer that was run by hand stays linked, no longer queued. */
static size_t
deliver_list(struct wgc__queue *queue, struct wgc__delivery *delivery,
             struct wgc__list *list, size_t linked, size_t most)
{
    size_t ran = 0;
    while (linked > 0 && ran < most) {
        struct wgc__record *record = wgc__list_pop(list);
        if (record == NULL)
            break;
        linked--;
        if ((record->flags & WGC__RECORD_QUEUED) == 0)
            continue;
        queue->pending--;
        wgc__queue_run(queue, delivery, record, false);
        ran++;
    }
    return ran;
}

size_t
wgc__queue_deliver(struct wgc__queue *queue, struct wgc__delivery *delivery,
                   size_t most, wgc__word here)
{
    if (wgc__queue_is_delivering(delivery, here))
        return 0;
    size_t after = queue->after.count, guards = queue->guards.count;
    size_t ran = deliver_list(queue, delivery, &queue->after, after, most);
    return ran +
           deliver_list(queue, delivery, &queue->guards, guards, most - ran);
}

static size_t
count_finalizers(const struct wgc__list *list)
{
    size_t count = 0;
    for (const struct wgc__record *record = list->first; record != NULL;
         record = next_of(record))
        count += (record->type == WGC__RECORD_AFTER ||
                  record->type == WGC__RECORD_GUARD) &&
                 (record->flags & WGC__RECORD_ALIVE) != 0;
    return count;
}

size_t
wgc__queue_finalizers(const struct wgc__queue *queue)
{
    return count_finalizers(&queue->after) + count_finalizers(&queue->guards);
}

/* ---- Check ---- */

/* Is this a cell, as a record must be before it is looked into? */
static bool
is_cell(const struct wgc__blocks *blocks, const void *record)
{
    struct wgc__object object;
    return wgc__object_at(blocks, record, &object) &&
           wgc__object_bytes(&object) >= sizeof(struct wgc__record);
}

/* The records of a bucket, of which there are no more than `most`. */
static void
check_bucket(const struct wgc__node *node, const struct wgc__blocks *blocks,
             struct wgc__check *check, size_t most, size_t *counts)
{
    for (; node != NULL; node = node->next) {
        const struct wgc__record *record = (const struct wgc__record *)node;
        struct wgc__object target;
        if (!WGC__EXPECT(check, most-- > 0 && is_cell(blocks, node), "queue I1",
                         WGC__NOWHERE, node))
            return;
        WGC__EXPECT(
            check,
            (record->flags & (WGC__RECORD_LINKED | WGC__RECORD_RUNNING)) == 0,
            "queue I1", WGC__NOWHERE, record);
        WGC__EXPECT(
            check,
            wgc__object_at(blocks, wgc__address_of(record->node.key), &target),
            "queue I1", WGC__NOWHERE, record);
        if (WGC__EXPECT(check, record->type < WGC__RECORD_TYPES, "queue I2",
                        WGC__NOWHERE, record))
            counts[record->type]++;
    }
}

/* How many of a list wait to be delivered. */
static size_t
check_list(const struct wgc__list *list, const struct wgc__blocks *blocks,
           struct wgc__check *check)
{
    size_t queued = 0, most = list->count;
    for (const struct wgc__record *record = list->first; record != NULL;
         record = next_of(record)) {
        if (!WGC__EXPECT(check, most-- > 0 && is_cell(blocks, record),
                         "queue I3", WGC__NOWHERE, record))
            break;
        WGC__EXPECT(check, (record->flags & WGC__RECORD_LINKED) != 0,
                    "queue I1", WGC__NOWHERE, record);
        queued += (record->flags & WGC__RECORD_QUEUED) != 0;
    }
    return queued;
}

void
wgc__queue_check(const struct wgc__queue *queue,
                 const struct wgc__blocks *blocks, struct wgc__check *check)
{
    size_t counts[WGC__RECORD_TYPES] = {0};
    const struct wgc__index *index = &queue->targets;
    struct wgc__node *const *buckets =
        index->buckets != NULL ? index->buckets : index->few;
    for (size_t i = 0; i < (size_t)1 << (64 - index->shift); i++)
        check_bucket(buckets[i], blocks, check, index->count, counts);
    for (int type = 0; type < WGC__RECORD_TYPES; type++)
        WGC__EXPECT(check, counts[type] == queue->counts[type], "queue I2",
                    WGC__NOWHERE, NULL);
    WGC__EXPECT(check,
                check_list(&queue->after, blocks, check) +
                        check_list(&queue->guards, blocks, check) ==
                    queue->pending,
                "queue I3", WGC__NOWHERE, NULL);
}
