/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <string.h>

#define FOR_EACH_NODE(node, model)                                             \
    for (struct node *node = (model)->nodes; node < (model)->nodes + NODES;    \
         node++)                                                               \
        if (node->type != ABSENT)

static const struct entry no_entry = {NONE, NONE};

void
model_init(struct model *model)
{
    memset(model, 0, sizeof *model);
    for (int i = 0; i < SLOTS; i++)
        model->slots[i] = NONE;
}

int
model_add(struct model *model, enum type type)
{
    for (int i = 0; i < NODES; i++) {
        struct node *node = &model->nodes[i];
        if (node->type != ABSENT)
            continue;
        memset(node, 0, sizeof *node);
        node->type = type;
        node->target = node->data = NONE;
        for (int j = 0; j < LINKS; j++)
            node->link[j] = NONE;
        for (int j = 0; j < ENTRIES; j++)
            node->entry[j] = no_entry;
        return i;
    }
    return NONE;
}

bool
is_record(const struct node *node)
{
    return node->type >= REF && node->type <= GUARD;
}

static bool
is_registered(const struct node *node, enum type type)
{
    return node->type == type && node->state == REGISTERED;
}

/* ---- Marking ---- */

static bool
is_marked(const struct model *model, int number)
{
    return number == NONE || model->nodes[number].marked;
}

static void
mark(struct model *model, int number)
{
    if (is_marked(model, number))
        return;
    struct node *node = &model->nodes[number];
    node->marked = true;
    if (node->type == OBJECT && !node->leaf)
        for (int i = 0; i < LINKS; i++)
            mark(model, node->link[i]);
    if (node->type == REF || node->type == LONG_REF)
        mark(model, node->data);
}

static void
mark_record(struct model *model, int number)
{
    struct node *node = &model->nodes[number];
    mark(model, number);
    mark(model, node->data);
    if (node->type == GUARD)
        mark(model, node->target);
}

/* The strong sides of what a marked map or ephemeron holds. */
static void
mark_entries(struct model *model, const struct node *node)
{
    bool keys = (node->mode & WEAK_KEYS) != 0;
    bool values = (node->mode & WEAK_VALUES) != 0;
    for (int i = 0; i < ENTRIES; i++) {
        const struct entry *entry = &node->entry[i];
        if (entry->key == NONE || (keys && values))
            continue;
        if (!keys && (!values || is_marked(model, entry->value)))
            mark(model, entry->key);
        if (!values && (!keys || is_marked(model, entry->key)))
            mark(model, entry->value);
    }
}

static size_t
count_marked(const struct model *model)
{
    size_t count = 0;
    for (int i = 0; i < NODES; i++)
        count += model->nodes[i].marked;
    return count;
}

/* Ephemerons, and the data of guards on living objects, to a fixed point. */
static void
settle_marks(struct model *model, bool guards)
{
    size_t before;
    do {
        before = count_marked(model);
        FOR_EACH_NODE(node, model)
        {
            if (node->marked && (node->type == MAP || node->type == EPHEMERON))
                mark_entries(model, node);
            if (guards && is_registered(node, GUARD) &&
                is_marked(model, node->target))
                mark(model, node->data);
        }
    } while (count_marked(model) != before);
}

static void
mark_living(struct model *model)
{
    for (int i = 0; i < NODES; i++) {
        struct node *node = &model->nodes[i];
        if (node->type == ABSENT)
            continue;
        if (node->rooted || node->pins != 0 || node->lingers)
            mark(model, i);
        if (is_record(node) && node->state == QUEUED)
            mark_record(model, i);
    }
    for (int i = 0; i < model->running_count; i++)
        mark_record(model, model->running[i]);
    for (int i = 0; i < NODES; i++) {
        struct node *node = &model->nodes[i];
        if (is_registered(node, AFTER))
            mark_record(model, i);
        if (is_registered(node, GUARD))
            mark(model, i);
    }
    settle_marks(model, true);
}

/* ---- Death ---- */

static void
finish(struct node *record)
{
    record->state = DONE;
    record->target = record->data = NONE;
}

/* The target of a record died: is its callback due? */
static void
clear(struct node *record, bool due)
{
    if (!due) {
        finish(record);
        return;
    }
    record->state = QUEUED;
    if (record->type != GUARD)
        record->target = NONE;
}

static void
clear_references(struct model *model, enum type type)
{
    FOR_EACH_NODE(node, model)
    if (is_registered(node, type) && !is_marked(model, node->target))
        clear(node, node->calls && node->marked);
}

static void
drop_entries(struct model *model, bool last)
{
    FOR_EACH_NODE(node, model)
    {
        if ((node->type != MAP && node->type != EPHEMERON) ||
            (!last && (node->mode & LONG) != 0))
            continue;
        for (int i = 0; i < ENTRIES; i++) {
            struct entry *entry = &node->entry[i];
            if (((node->mode & WEAK_KEYS) && !is_marked(model, entry->key)) ||
                ((node->mode & WEAK_VALUES) && !is_marked(model, entry->value)))
                *entry = no_entry;
        }
    }
}

static void
select_dead(struct model *model)
{
    clear_references(model, REF);
    for (int i = 0; i < SLOTS; i++)
        if (!is_marked(model, model->slots[i]))
            model->slots[i] = NONE;
    FOR_EACH_NODE(node, model)
    if ((node->type == AFTER || node->type == GUARD) &&
        node->state == REGISTERED && !is_marked(model, node->target))
        clear(node, true);
    drop_entries(model, false);
}

static void
rescue(struct model *model)
{
    for (int i = 0; i < NODES; i++)
        if (model->nodes[i].type == GUARD && model->nodes[i].state == QUEUED)
            mark_record(model, i);
    settle_marks(model, false);
    clear_references(model, LONG_REF);
    drop_entries(model, true);
}

void
model_cycle(struct model *model)
{
    for (int i = 0; i < NODES; i++)
        model->nodes[i].marked = false;
    mark_living(model);
    select_dead(model);
    rescue(model);
    for (int i = 0; i < NODES; i++) {
        struct node *node = &model->nodes[i];
        model->died[i] = node->type != ABSENT && !node->marked;
        if (model->died[i])
            node->type = ABSENT;
    }
}

/* ---- Death by hand ---- */

static void
forget_side(struct node *node, int number)
{
    for (int i = 0; i < ENTRIES; i++) {
        struct entry *entry = &node->entry[i];
        if (((node->mode & WEAK_KEYS) && entry->key == number) ||
            ((node->mode & WEAK_VALUES) && entry->value == number))
            *entry = no_entry;
    }
}

void
model_free(struct model *model, int number)
{
    FOR_EACH_NODE(node, model)
    {
        if (node->type == MAP || node->type == EPHEMERON)
            forget_side(node, number);
        if (!is_record(node) || node->target != number || node->state == DONE)
            continue;
        if (node->type == GUARD) {
            node->lingers = node->state == QUEUED;
            finish(node);
        } else if (node->state == REGISTERED) {
            clear(node, node->type == AFTER || node->calls);
        }
    }
    for (int i = 0; i < SLOTS; i++)
        if (model->slots[i] == number)
            model->slots[i] = NONE;
    model->nodes[number].type = ABSENT;
}

bool
model_is_held_by_value(const struct model *model, int number)
{
    for (int i = 0; i < NODES; i++) {
        const struct node *node = &model->nodes[i];
        if (node->type == ABSENT)
            continue;
        if (is_record(node) && node->data == number)
            return true;
        for (int j = 0; j < ENTRIES; j++)
            if ((!(node->mode & WEAK_KEYS) && node->entry[j].key == number) ||
                (!(node->mode & WEAK_VALUES) && node->entry[j].value == number))
                return true;
    }
    return false;
}

bool
model_has_lingering(const struct model *model)
{
    for (int i = 0; i < NODES; i++)
        if (model->nodes[i].type != ABSENT && model->nodes[i].lingers)
            return true;
    return false;
}

void
model_pass(struct model *model)
{
    FOR_EACH_NODE(node, model)
    node->lingers = false;
}

/* ---- Counts ---- */

size_t
model_count(const struct model *model)
{
    size_t count = 0;
    for (int i = 0; i < NODES; i++)
        count += model->nodes[i].type != ABSENT;
    return count;
}

static size_t
count_records(const struct model *model, enum type low, enum type high,
              enum state from, enum state to)
{
    size_t count = 0;
    for (int i = 0; i < NODES; i++) {
        const struct node *node = &model->nodes[i];
        count += node->type >= low && node->type <= high &&
                 node->state >= from && node->state <= to;
    }
    return count;
}

size_t
model_pending(const struct model *model)
{
    return count_records(model, REF, GUARD, QUEUED, QUEUED);
}

size_t
model_weakrefs(const struct model *model)
{
    size_t count = count_records(model, REF, LONG_REF, REGISTERED, REGISTERED);
    for (int i = 0; i < SLOTS; i++)
        count += model->slots[i] != NONE;
    return count;
}

size_t
model_finalizers(const struct model *model)
{
    return count_records(model, AFTER, GUARD, REGISTERED, QUEUED);
}
