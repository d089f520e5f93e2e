/* SPDX-License-Identifier: MIT */
#include "weak_model.h"

#include <string.h>

void
model_init(struct model *model)
{
    memset(model, 0, sizeof *model);
    for (int i = 0; i < ROOT_WORDS; i++)
        model->roots[i] = NOTHING;
}

int
model_new(struct model *model, enum thing_type type)
{
    for (int i = 0; i < THINGS; i++) {
        struct thing *thing = &model->things[i];

        if (thing->exists)
            continue;
        *thing = (struct thing){.exists = true, .type = type};
        for (int j = 0; j < LINKS; j++)
            thing->link[j] = NOTHING;
        thing->target = thing->data = NOTHING;
        return i;
    }
    return NOTHING;
}

bool
model_is_full(const struct model *model)
{
    int count = 0;

    for (int i = 0; i < THINGS; i++)
        count += model->things[i].exists;
    return count == THINGS;
}

bool
is_record(const struct model *model, int thing)
{
    return model->things[thing].type != NODE;
}

bool
is_finalizer(const struct model *model, int thing)
{
    return model->things[thing].type == AFTER ||
           model->things[thing].type == GUARD;
}

void
model_register(struct model *model, int record, int target, bool calls,
               int data)
{
    struct thing *thing = &model->things[record];

    thing->target = target;
    thing->data = data;
    thing->calls = calls;
    thing->state = REGISTERED;
    thing->registration = ++model->registrations;
}

void
model_done(struct model *model, int record)
{
    struct thing *thing = &model->things[record];

    thing->lingers = thing->lingers || thing->state == PENDING;
    thing->state = DONE;
    thing->target = thing->data = NOTHING;
}

void
model_pass(struct model *model, bool guards, uint64_t sequence)
{
    for (int i = 0; i < THINGS; i++)
        if ((model->things[i].type == GUARD) == guards &&
            model->things[i].sequence <= sequence)
            model->things[i].lingers = false;
}

/* ---- Marking ---------------------------------------------------------- */

/* Recursion is as deep as there are things. */
static void
mark(struct model *model, int number)
{
    struct thing *thing;

    if (number == NOTHING || model->things[number].marked)
        return;
    thing = &model->things[number];
    thing->marked = true;
    if (thing->type == NODE)
        for (int i = 0; i < LINKS; i++)
            mark(model, thing->link[i]);
    else if (thing->type != GUARD && thing->state != DONE)
        mark(model, thing->data);
}

/* What a guard that waits or runs holds, beside itself. */
static void
mark_whole(struct model *model, int record)
{
    mark(model, record);
    mark(model, model->things[record].data);
    if (model->things[record].type == GUARD)
        mark(model, model->things[record].target);
}

static void
mark_roots(struct model *model)
{
    for (int i = 0; i < ROOT_WORDS; i++)
        mark(model, model->roots[i]);
    for (int i = 0; i < model->running_count; i++)
        mark_whole(model, model->running[i]);
    for (int i = 0; i < THINGS; i++) {
        const struct thing *thing = &model->things[i];

        if (!thing->exists)
            continue;
        if (thing->pins > 0 || thing->lingers)
            mark(model, i);
        if (is_record(model, i) && thing->state == PENDING)
            mark_whole(model, i);
    }
}

static void
mark_finalizers(struct model *model)
{
    bool more;

    for (int i = 0; i < THINGS; i++)
        if (model->things[i].exists && is_finalizer(model, i) &&
            model->things[i].state == REGISTERED)
            mark(model, i);
    do {
        more = false;
        for (int i = 0; i < THINGS; i++) {
            const struct thing *thing = &model->things[i];

            if (thing->exists && thing->type == GUARD &&
                thing->state == REGISTERED &&
                model->things[thing->target].marked && thing->data != NOTHING &&
                !model->things[thing->data].marked) {
                mark(model, thing->data);
                more = true;
            }
        }
    } while (more);
}

/* ---- Death ------------------------------------------------------------ */

static bool
is_dead_target(const struct model *model, int record)
{
    const struct thing *thing = &model->things[record];

    return thing->exists && is_record(model, record) &&
           thing->state == REGISTERED && !model->things[thing->target].marked;
}

struct batch {
    int count;
    int records[THINGS];
};

static void
add_due(struct model *model, struct batch *batch, int record)
{
    struct thing *thing = &model->things[record];

    thing->state = PENDING;
    if (thing->type != GUARD)
        thing->target = NOTHING;
    batch->records[batch->count++] = record;
}

static void
note_first(uint64_t *first, uint64_t registration)
{
    if (registration < *first)
        *first = registration;
}

/* For each record of a dead object: when its first record was registered. */
static void
note_order(struct model *model)
{
    uint64_t first[THINGS];

    memset(first, 0xff, sizeof first);
    for (int i = 0; i < THINGS; i++)
        if (is_dead_target(model, i)) {
            const struct thing *thing = &model->things[i];

            note_first(&first[thing->target], thing->registration);
        }
    for (int i = 0; i < SLOTS; i++)
        if (model->slots[i].used)
            note_first(&first[model->slots[i].target],
                       model->slots[i].registration);
    for (int i = 0; i < THINGS; i++)
        if (is_dead_target(model, i))
            model->things[i].first = first[model->things[i].target];
}

static bool
precedes(const struct thing *a, const struct thing *b)
{
    return a->first != b->first ? a->first < b->first
                                : a->registration > b->registration;
}

/* R15 and Q6, by insertion. */
static void
queue_batch(struct model *model, struct batch *batch)
{
    for (int i = 1; i < batch->count; i++)
        for (int j = i; j > 0; j--) {
            int a = batch->records[j - 1], b = batch->records[j];

            if (!precedes(&model->things[b], &model->things[a]))
                break;
            batch->records[j - 1] = b;
            batch->records[j] = a;
        }
    for (int i = 0; i < batch->count; i++)
        model->things[batch->records[i]].sequence = ++model->sequences;
}

static void
select_callbacks(struct model *model, struct batch *batch)
{
    for (int i = 0; i < THINGS; i++) {
        const struct thing *thing = &model->things[i];

        if (!is_dead_target(model, i))
            continue;
        if (thing->type == AFTER ||
            (thing->type == SHORT && thing->calls && thing->marked))
            add_due(model, batch, i);
        else if (thing->type == SHORT)
            model_done(model, i);
    }
    for (int i = 0; i < SLOTS; i++)
        if (model->slots[i].used &&
            !model->things[model->slots[i].target].marked) {
            model->slots[i].used = false;
            model->slot_cleared[i] = true;
        }
}

static void
select_guards(struct model *model, struct batch *batch)
{
    for (int i = 0; i < THINGS; i++)
        if (is_dead_target(model, i) && model->things[i].type == GUARD)
            add_due(model, batch, i);
    for (int i = 0; i < batch->count; i++)
        mark_whole(model, batch->records[i]);
}

static void
select_long(struct model *model, struct batch *batch)
{
    for (int i = 0; i < THINGS; i++)
        if (is_dead_target(model, i)) {
            if (model->things[i].calls && model->things[i].marked)
                add_due(model, batch, i);
            else
                model_done(model, i);
        }
}

static void
end_unmarked(struct model *model)
{
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &model->slots[i];

        if (slot->container == NOTHING || model->things[slot->container].marked)
            continue;
        slot->used = false;
        model->slot_cleared[i] = false;
    }
    for (int i = 0; i < THINGS; i++)
        if (model->things[i].exists && !model->things[i].marked) {
            model->things[i].exists = false;
            model->died[i] = true;
        }
}

void
model_cycle(struct model *model)
{
    struct batch callbacks = {.count = 0}, guards = {.count = 0};

    memset(model->died, 0, sizeof model->died);
    memset(model->slot_cleared, 0, sizeof model->slot_cleared);
    for (int i = 0; i < THINGS; i++)
        model->things[i].marked = false;
    mark_roots(model);
    mark_finalizers(model);
    note_order(model);
    select_callbacks(model, &callbacks);
    select_guards(model, &guards);
    select_long(model, &callbacks);
    queue_batch(model, &callbacks);
    queue_batch(model, &guards);
    end_unmarked(model);
}

void
model_kill(struct model *model, int dead)
{
    struct batch batch = {.count = 0};

    memset(model->slot_cleared, 0, sizeof model->slot_cleared);
    for (int i = 0; i < THINGS; i++) {
        const struct thing *thing = &model->things[i];

        if (!thing->exists || !is_record(model, i) || thing->state == DONE ||
            thing->target != dead)
            continue;
        model->things[i].first = 0; /* one object: the order is theirs alone */
        if (thing->type != GUARD && thing->calls)
            add_due(model, &batch, i);
        else
            model_done(model, i);
    }
    queue_batch(model, &batch);
    for (int i = 0; i < SLOTS; i++) {
        struct slot *slot = &model->slots[i];

        if (slot->used && slot->target == dead) {
            slot->used = false;
            model->slot_cleared[i] = slot->container != dead;
        }
        if (slot->container == dead)
            slot->used = false;
    }
    model->things[dead].exists = false;
}

/* ---- Questions -------------------------------------------------------- */

size_t
model_pending(const struct model *model)
{
    size_t count = 0;

    for (int i = 0; i < THINGS; i++)
        count += model->things[i].exists && is_record(model, i) &&
                 model->things[i].state == PENDING;
    return count;
}

int
model_next_due(const struct model *model, uint64_t limit)
{
    int best = NOTHING;

    for (int i = 0; i < THINGS; i++) {
        const struct thing *thing = &model->things[i];
        const struct thing *other = &model->things[best == NOTHING ? i : best];

        if (!thing->exists || !is_record(model, i) || thing->state != PENDING ||
            thing->sequence > limit)
            continue;
        if (best == NOTHING || ((thing->type == GUARD) != (other->type == GUARD)
                                    ? other->type == GUARD
                                    : thing->sequence < other->sequence))
            best = i;
    }
    return best;
}

int
model_newest_finalizer(const struct model *model)
{
    int best = NOTHING;

    for (int i = 0; i < THINGS; i++) {
        const struct thing *thing = &model->things[i];

        if (thing->exists && is_finalizer(model, i) &&
            thing->state == REGISTERED &&
            (best == NOTHING ||
             thing->registration > model->things[best].registration))
            best = i;
    }
    return best;
}

int
model_next_reference(const struct model *model, int target,
                     uint64_t registration)
{
    int best = NOTHING;

    for (int i = 0; i < THINGS; i++) {
        const struct thing *thing = &model->things[i];

        if (thing->exists && (thing->type == SHORT || thing->type == LONG) &&
            thing->state == REGISTERED && thing->target == target &&
            thing->registration < registration &&
            (best == NOTHING ||
             thing->registration > model->things[best].registration))
            best = i;
    }
    return best;
}

size_t
model_weakrefs(const struct model *model)
{
    size_t count = 0;

    for (int i = 0; i < THINGS; i++)
        count += model->things[i].exists && is_record(model, i) &&
                 !is_finalizer(model, i) &&
                 model->things[i].state == REGISTERED;
    for (int i = 0; i < SLOTS; i++)
        count += model->slots[i].used;
    return count;
}

size_t
model_finalizers(const struct model *model)
{
    size_t count = 0;

    for (int i = 0; i < THINGS; i++)
        count += model->things[i].exists && is_finalizer(model, i) &&
                 model->things[i].state != DONE;
    return count;
}
