/* SPDX-License-Identifier: MIT */
#include "shadow.h"

#include "memory.h"

static const char *
name_of(const struct world *world, int entity, char room[16])
{
    const struct entity_name *name = &world->trace->names[entity];
    snprintf(room, 16, "%c%u", name->type, name->number);
    return room;
}

static void
violated(struct world *world, int entity, const char *what)
{
    char room[16];
    world_violation(world, "line %u: %s %s", world->op ? world->op->line : 0,
                    name_of(world, entity, room), what);
}

static bool
has_type(const struct world *world, int entity, char type)
{
    return world->things[entity].made &&
           world->trace->names[entity].type == type;
}

/* ---- The graph -------------------------------------------------------- */

static size_t
push(struct world *world, size_t used, int entity)
{
    if (entity == NO_ENTITY)
        return used;
    struct thing *thing = &world->things[world->things[entity].node];
    if (!thing->reachable) {
        thing->reachable = true;
        world->todo[used++] = (int)(thing - world->things);
    }
    return used;
}

static size_t
push_values(struct world *world, size_t used, const struct value *values,
            size_t count)
{
    for (size_t i = 0; i < count; i++)
        used = push(world, used, values[i].entity);
    return used;
}

static size_t
push_roots(struct world *world, bool certain)
{
    size_t used = 0;
    for (size_t i = 0; i < world->trace->nnames; i++) {
        const struct thing *thing = &world->things[i];
        if (world->handles[i])
            used = push(world, used, (int)i);
        if (has_type(world, (int)i, 'F') && !thing->over && !certain) {
            const struct spec *spec = thing->spec;
            used = push_values(world, used, spec->args, spec->nargs);
            used = push_values(world, used, spec->values, spec->nkw);
        }
    }
    for (size_t i = 0; i < world->nactive; i++)
        used = push(world, used, world->active[i]);
    return used;
}

/* Whatever can be reached from the things on the stack. */
static void
drain(struct world *world, size_t used, bool certain)
{
    while (used > 0) {
        const struct thing *thing = &world->things[world->todo[--used]];
        for (int k = 0; k < FIELDS; k++)
            used = push(world, used, thing->fields[k]);
        if (!thing->fired && !certain)
            used = push(world, used, thing->hold);
    }
}

/* The values of reachable keys, until there are no more (W6). */
static void
push_entries(struct world *world, bool certain)
{
    bool again = true;
    while (again) {
        again = false;
        for (size_t i = 0; i < world->nentries; i++) {
            const struct entry *entry = &world->entries[i];
            if (world->things[entry->table].table != OP_WKD ||
                !world->things[entry->table].reachable ||
                !world->things[entry->key.entity].reachable ||
                world->things[entry->value].reachable)
                continue;
            drain(world, push(world, 0, entry->value), certain);
            again = true;
        }
    }
}

/*
 * After a shutdown callbacks are silent, so the shadow does not hear that they
 * let go of what they held: then some things are possibly reachable, but not
 * certainly.
 */
static void
shadow_mark(struct world *world, bool certain)
{
    certain = certain && world->down;
    for (size_t i = 0; i < world->trace->nnames; i++)
        world->things[i].reachable = false;
    drain(world, push_roots(world, certain), certain);
    push_entries(world, certain);
}

/* ---- Between operations ----------------------------------------------- */

static void
check_object(struct world *world, int entity)
{
    const struct thing *thing = &world->things[entity];
    const struct object *object = reveal(thing);
    if (!is_alive(world, entity)) {
        violated(world, entity, "is reachable but was reclaimed");
        return;
    }
    for (int k = 0; k < FIELDS; k++) {
        int field = thing->fields[k];
        const void *expected =
            field == NO_ENTITY ? NULL : reveal(&world->things[field]);
        if (object->fields[k] != expected)
            violated(world, entity, "was overwritten");
    }
}

static void
check_ref(struct world *world, int entity)
{
    struct thing *thing = &world->things[world->things[entity].node];
    const void *object = wgc_py_ref_call(world->py, world->handles[entity]);
    if (object) {
        if (object != reveal(&world->things[thing->target]) ||
            !is_alive(world, thing->target))
            violated(world, entity, "returns what is not its object");
        if (thing->seen_none)
            violated(world, entity, "was dead and lives again");
        return;
    }
    thing->seen_none = true;
    if (world->things[thing->target].lost < thing->order)
        violated(world, entity, "died while its object was reachable");
}

static void
check_finalizer(struct world *world, int entity)
{
    bool alive = wgc_py_finalize_alive(world->py, world->handles[entity]);
    if (!world->down && alive == world->things[entity].over)
        violated(world, entity,
                 alive ? "is alive after it ran" : "died without running");
}

/* The side that may die. */
static int
weak_side(const struct world *world, const struct entry *entry)
{
    return world->things[entry->table].table == OP_WVD ? entry->value
                                                       : entry->key.entity;
}

/* Whether the entry is there, as it must be while its weak side is reachable,
   and must not be when that is dead. */
static bool
check_entry(struct world *world, const struct entry *entry)
{
    int weak = weak_side(world, entry);
    void *value;
    bool there =
        is_alive(world, weak) &&
        table_get(world, entry->table, key_word(world, &entry->key), &value);
    if (!there && world->things[weak].lost < entry->order)
        violated(world, entry->table, "lost an entry that is reachable");
    if (there && entry->value != NO_ENTITY &&
        value != reveal(&world->things[entry->value]))
        violated(world, entry->table, "has a wrong value");
    return there;
}

/* Forgets what is gone. */
static void
check_table(struct world *world, int table)
{
    size_t kept = 0, mine = 0;
    for (size_t i = 0; i < world->nentries; i++) {
        struct entry *entry = &world->entries[i];
        bool is_mine = entry->table == table;
        if (is_mine && !check_entry(world, entry))
            continue;
        mine += is_mine;
        world->entries[kept++] = *entry;
    }
    world->nentries = kept;
    if (table_length(world, table) != mine)
        violated(world, table, "has entries of what is dead");
}

void
shadow_check(struct world *world)
{
    if (!world->stress)
        return;
    world->clock++;
    shadow_mark(world, true);
    for (size_t i = 0; i < world->trace->nnames; i++)
        if (!world->things[i].reachable)
            world->things[i].lost = world->clock;
    for (int i = 0; i < (int)world->trace->nnames; i++) {
        if (has_type(world, i, 'O') && world->things[i].reachable)
            check_object(world, i);
        else if (has_type(world, i, 'R') && world->handles[i])
            check_ref(world, i);
        else if (has_type(world, i, 'F') && world->handles[i])
            check_finalizer(world, i);
        else if (has_type(world, i, 'T') && world->handles[i])
            check_table(world, i);
    }
}

/* ---- At certain moments ----------------------------------------------- */

int
shadow_shared_ref(struct world *world, int target)
{
    if (!world->stress)
        return NO_ENTITY;
    shadow_mark(world, true);
    for (int i = 0; i < (int)world->trace->nnames; i++) {
        const struct thing *thing = &world->things[i];
        if (has_type(world, i, 'R') && thing->node == i && thing->reachable &&
            !thing->spec && thing->target == target && !thing->seen_none)
            return i;
    }
    return NO_ENTITY;
}

void
shadow_check_ref(struct world *world, int entity, int expected)
{
    struct thing *thing = &world->things[entity];
    if (!world->stress || expected == NO_ENTITY)
        return;
    if (reveal(thing) != reveal(&world->things[expected]))
        violated(world, entity, "is not shared");
    thing->node = expected;
}

void
shadow_check_fired(struct world *world, int entity, bool by_collector)
{
    const struct thing *thing = &world->things[entity];
    struct thing *target = &world->things[thing->target];
    if (!world->stress)
        return;
    shadow_check(world);
    if (thing->fired != 1)
        violated(world, entity, "runs twice");
    if (!by_collector)
        return;
    if (target->lost < thing->order)
        violated(world, entity, "runs before its object was unreachable");
    if (target->reachable && world->trace->profile != PROFILE_DEL)
        violated(world, entity, "runs though its object is reachable");
    if (thing->order > target->last_fired)
        violated(world, entity, "runs after an older one");
    target->last_fired = thing->order;
    for (int i = 0; i < (int)world->trace->nnames; i++)
        if (has_type(world, i, 'R') && world->handles[i] &&
            world->things[i].target == thing->target &&
            world->things[i].order <= target->lost &&
            wgc_py_ref_call(world->py, world->handles[i]))
            violated(world, i, "is alive in a callback of its object");
}

void
shadow_check_args(struct world *world, const struct value *expected,
                  void *const *words, size_t count)
{
    for (size_t i = 0; world->stress && i < count; i++) {
        const void *word = expected[i].entity == NO_ENTITY
                               ? to_word(expected[i].number)
                               : reveal(&world->things[expected[i].entity]);
        if (words[i] != word)
            world_violation(world, "line %u: an argument is wrong",
                            world->op->line);
    }
}

/* ---- Entries of tables ------------------------------------------------ */

/* The entry whose key is equal; the dead are equal to none. */
static struct entry *
find_entry(struct world *world, int table, const struct value *key)
{
    for (size_t i = 0; i < world->nentries; i++) {
        struct entry *entry = &world->entries[i];
        int owner = entry->key.entity;
        bool equal = false;
        if (entry->table != table ||
            (owner != NO_ENTITY && !is_alive(world, owner)))
            continue;
        trace_host.equal(key_word(world, &entry->key), key_word(world, key),
                         &equal, world);
        if (equal)
            return entry;
    }
    return NULL;
}

/* The first of two equal keys owns the entry (W1), and it may be lost already. */
void
shadow_set_entry(struct world *world, int table, const struct value *key,
                 int value)
{
    if (!world->stress)
        return;
    struct entry *entry = find_entry(world, table, key);
    if (!entry) {
        world->entries = grow_by_one(world->entries, world->nentries,
                                     sizeof *world->entries);
        entry = &world->entries[world->nentries++];
        *entry = (struct entry){.table = table, .key = *key};
    }
    entry->value = value;
    if (!entry->order || world->things[table].table == OP_WVD)
        entry->order = ++world->clock;
}

void
shadow_delete_entry(struct world *world, int table, const struct value *key)
{
    struct entry *entry = world->stress ? find_entry(world, table, key) : NULL;
    if (entry)
        *entry = world->entries[--world->nentries];
}

/* ---- At the end ------------------------------------------------------- */

void
shadow_check_end(struct world *world)
{
    bool any_left = false;
    if (wgc_pending(world->heap))
        world_violation(world, "callbacks are queued for ever");
    shadow_check(world);
    shadow_mark(world, false);
    for (int i = 0; i < (int)world->trace->nnames; i++) {
        const struct thing *thing = &world->things[i];
        if (has_type(world, i, 'O') && is_alive(world, i)) {
            any_left = true;
            if (!thing->reachable)
                violated(world, i, "is unreachable but was not reclaimed");
        }
        if (world->down)
            continue;
        if (has_type(world, i, 'R') && thing->spec && thing->reachable &&
            thing->lost < thing->order && !thing->fired &&
            !is_alive(world, thing->target))
            violated(world, i, "never ran its callback");
        if (has_type(world, i, 'F') && !thing->over &&
            !is_alive(world, thing->target))
            violated(world, i, "never ran");
    }
    wgc_stats stats;
    wgc_stats_get(world->heap, &stats);
    if (!any_left && (stats.weakrefs || stats.finalizers))
        world_violation(world,
                        "%zu weak references and %zu finalizers of "
                        "nothing are left",
                        stats.weakrefs, stats.finalizers);
}
