/* SPDX-License-Identifier: MIT */
/* How the things of a trace come to be: each takes a handle at once. */
#include "memory.h"
#include "shadow.h"
#include "world.h"

struct thing *
register_thing(struct world *world, int entity, void *address)
{
    struct thing *thing = &world->things[entity];
    if (!address) {
        world_fault(world, "no memory");
        return NULL;
    }
    world->handles[entity] = address;
    thing->made = true;
    thing->hidden = ~(uintptr_t)address;
    thing->order = ++world->clock;
    return thing;
}

static struct object *
new_object(struct world *world, int entity, const struct spec *spec)
{
    struct object *object =
        wgc_alloc_kind(world->heap, world->object_kind, sizeof *object);
    if (!register_thing(world, entity, object))
        return NULL;
    object->entity = (uint32_t)entity;
    object->has_val = spec->has_val;
    object->val = spec->val;
    return object;
}

void
make_object(struct world *world, int entity, const struct spec *spec)
{
    new_object(world, entity, spec);
}

void
make_guarded(struct world *world, int entity, const struct spec *spec)
{
    struct object *object = new_object(world, entity, spec);
    world->things[entity].spec = spec;
    if (object &&
        !wgc_finalizer_new_guard(world->heap, object, run_guard, world))
        world_fault(world, "no guard: %s", wgc_status_text(wgc_last_status()));
}

/* In a stress run, a callback may drop handles in here. */
static struct closure *
new_closure(struct world *world, int entity, int hold)
{
    void *held = hold == NO_ENTITY ? NULL : world->handles[hold];
    struct closure *closure =
        wgc_alloc_kind(world->heap, world->closure_kind, sizeof *closure);
    if (!closure) {
        world_fault(world, "no memory");
        return NULL;
    }
    closure->entity = (uint32_t)entity;
    closure->hold = held;
    return closure;
}

/* ---- References ------------------------------------------------------- */

static int
lowest_held(const struct world *world, const void *address)
{
    const struct entity_name *names = world->trace->names;
    int lowest = NO_ENTITY;
    for (size_t i = 0; i < world->trace->nnames; i++)
        if (world->handles[i] == address &&
            (lowest == NO_ENTITY || names[i].number < names[lowest].number))
            lowest = (int)i;
    return lowest;
}

int
make_ref(struct world *world, int entity, int target, const struct spec *spec)
{
    bool share = world->trace->profile == PROFILE_REFCACHE;
    struct closure *closure = NULL;
    if (spec && !(closure = new_closure(world, entity, spec->hold)))
        return NO_ENTITY;
    if (!need(world, target))
        return NO_ENTITY;
    void *object = world->handles[target];
    int expected =
        share && !spec ? shadow_shared_ref(world, target) : NO_ENTITY;
    wgc_py_ref *ref = share
                          ? wgc_py_ref_new(world->py, object, closure)
                          : wgc_py_ref_new_distinct(world->py, object, closure);
    int same = ref ? lowest_held(world, ref) : NO_ENTITY;
    struct thing *thing = register_thing(world, entity, ref);
    if (!thing)
        return NO_ENTITY;
    thing->target = target;
    thing->spec = spec;
    thing->hold = spec ? spec->hold : NO_ENTITY;
    if (same != NO_ENTITY)
        thing->node = world->things[same].node;
    world->things[target].last_fired = UINT64_MAX;
    shadow_check_ref(world, entity, expected);
    return same;
}

/* ---- Finalizers ------------------------------------------------------- */

static void **
words_of(const struct world *world, const struct value *values, size_t count)
{
    void **words = new_zeroed(count, sizeof *words);
    for (size_t i = 0; i < count; i++)
        words[i] = values[i].entity == NO_ENTITY
                       ? to_word(values[i].number)
                       : world->handles[values[i].entity];
    return words;
}

void
make_finalizer(struct world *world, int entity, int target,
               const struct spec *spec)
{
    struct closure *closure = new_closure(world, entity, NO_ENTITY);
    if (!closure || !need(world, target) ||
        !need_values(world, spec->args, spec->nargs) ||
        !need_values(world, spec->values, spec->nkw))
        return;
    void **args = words_of(world, spec->args, spec->nargs);
    void **values = words_of(world, spec->values, spec->nkw);
    void **names = new_zeroed(spec->nkw, sizeof *names);
    for (size_t i = 0; i < spec->nkw; i++)
        names[i] = spec->names[i];
    wgc_py_finalize *finalize =
        wgc_py_finalize_new(world->py, world->handles[target], closure, args,
                            spec->nargs, names, values, spec->nkw);
    struct thing *thing = register_thing(world, entity, finalize);
    if (thing) {
        thing->target = target;
        thing->spec = spec;
        world->things[target].last_fired = UINT64_MAX;
        if (!spec->atexit)
            wgc_py_finalize_set_atexit(world->py, finalize, false);
    }
    free(args);
    free(values);
    free(names);
}
