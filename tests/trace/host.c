/* SPDX-License-Identifier: MIT */
/* What the shim and the guards call back: the acts of a trace. */
#include "memory.h"
#include "shadow.h"
#include "world.h"

/* ---- What running callbacks hold -------------------------------------- */

static void
hold_active(struct world *world, int entity)
{
    if (entity == NO_ENTITY)
        return;
    world->active =
        grow_by_one(world->active, world->nactive, sizeof *world->active);
    world->active[world->nactive++] = entity;
}

static void
hold_values(struct world *world, const struct value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hold_active(world, values[i].entity);
}

/* ---- Acts ------------------------------------------------------------- */

/* Acts that ask print the answer, or `gone`. */
static void
ask(struct world *world, const char *word, int entity,
    void (*answer)(struct text *, struct world *, int))
{
    struct text text = {0};
    text_entity(&text, world, entity);
    text_add(&text, " -> ");
    if (world->handles[entity])
        answer(&text, world, entity);
    else
        text_add(&text, "gone");
    log_sub(&world->log, "%s %s", word, text.bytes);
    text_free(&text);
}

static void
save_argument(struct world *world, unsigned i, void *const *args, size_t nargs)
{
    int entity = i < nargs ? entity_of(world, args[i]) : NO_ENTITY;
    if (entity == NO_ENTITY)
        world_fault(world, "argument %u is nothing to save", i);
    else
        world->handles[entity] = args[i];
}

static void
collect_nested(struct world *world)
{
    if (world->in_gc || world->in_exit)
        return;
    log_sub(&world->log, "collect");
    collect(world, 1);
    log_sub(&world->log, "end");
}

static void
run_act(struct world *world, const struct act *act, void *const *args,
        size_t nargs)
{
    switch (act->type) {
    case ACT_PROBE:
        ask(world, "probe", act->entity, text_deref);
        break;
    case ACT_DROP:
        drop_handle(world, act->entity);
        break;
    case ACT_NEW:
        if (need_new(world, act->entity))
            make_object(world, act->entity, world->plain);
        break;
    case ACT_REF:
        if (need_new(world, act->entity) && need(world, act->other))
            make_ref(world, act->entity, act->other, NULL);
        break;
    case ACT_FIN:
        if (need_new(world, act->entity) && need(world, act->other))
            make_finalizer(world, act->entity, act->other, world->plain);
        break;
    case ACT_SAVE:
        save_argument(world, act->number, args, nargs);
        break;
    case ACT_CALL:
        ask(world, "call", act->entity, text_call);
        break;
    case ACT_DETACH:
        ask(world, "detach", act->entity, text_detach);
        break;
    case ACT_PEEK:
        ask(world, "peek", act->entity, text_peek);
        break;
    case ACT_GC:
        collect_nested(world);
        break;
    case ACT_RAISE:
        break;
    }
}

static void
run_acts(struct world *world, const struct spec *spec, void *const *args,
         size_t nargs)
{
    world->depth++;
    shadow_check(world);
    for (size_t i = 0; i < spec->nacts && !world_stopped(world); i++) {
        run_act(world, &spec->acts[i], args, nargs);
        shadow_check(world);
    }
    world->depth--;
}

/* A block of lines, unless the callback was called from another's. */
static bool
begin_block(struct world *world, int section, int target)
{
    bool opens = world->log.collecting && !world->log.in_block;
    if (opens)
        log_open_block(&world->log, section,
                       world->trace->names[target].number);
    return opens;
}

static void
end_block(struct world *world, bool opened)
{
    if (opened)
        log_close_block(&world->log);
}

/* ---- References and finalizers ---------------------------------------- */

static bool
run_ref(struct world *world, int entity, void *const *args, size_t nargs)
{
    struct thing *thing = &world->things[entity];
    size_t nactive = world->nactive;
    bool bad = nargs != 1 || args[0] != reveal(thing) ||
               wgc_py_ref_call(world->py, args[0]) ||
               wgc_py_ref_callback(world->py, args[0]);
    struct text name = {0};
    bool opened = begin_block(world, 0, thing->target);
    thing->fired++;
    shadow_check_fired(world, entity, true);
    hold_active(world, thing->hold);
    text_entity(&name, world, entity);
    log_sub(&world->log, "cb %s%s", name.bytes, bad ? " BAD" : "");
    if (bad && world->stress)
        world_violation(world, "the callback of %s did not get it", name.bytes);
    text_free(&name);
    run_acts(world, thing->spec, NULL, 0);
    world->nactive = nactive;
    end_block(world, opened);
    return !thing->spec->raises;
}

static void
log_finalizer(struct world *world, int entity, const wgc_py_call *call)
{
    struct text text = {0};
    text_entity(&text, world, entity);
    text_add(&text, " ");
    text_list(&text, world, call->args, call->nargs);
    text_add(&text, " ");
    text_keywords(&text, world, call->names, call->values, call->nkw);
    log_sub(&world->log, "fin %s", text.bytes);
    text_free(&text);
}

static bool
run_finalizer(struct world *world, int entity, const wgc_py_call *call,
              void **result)
{
    struct thing *thing = &world->things[entity];
    const struct spec *spec = thing->spec;
    size_t nactive = world->nactive;
    bool by_collector = world->calling != entity && !world->in_exit;
    bool opened = begin_block(world, 0, thing->target);
    world->calling = NO_ENTITY;
    if (thing->over)
        world_violation(world, "a finalizer runs that was over");
    hold_values(world, spec->args, spec->nargs);
    hold_values(world, spec->values, spec->nkw);
    thing->over = true;
    thing->fired++;
    shadow_check_fired(world, entity, by_collector);
    if (call->nargs != spec->nargs || call->nkw != spec->nkw)
        world_violation(world, "a finalizer got too few arguments");
    else {
        shadow_check_args(world, spec->args, call->args, call->nargs);
        shadow_check_args(world, spec->values, call->values, call->nkw);
    }
    log_finalizer(world, entity, call);
    run_acts(world, spec, call->args, call->nargs);
    world->nactive = nactive;
    end_block(world, opened);
    *result = to_word(spec->ret);
    return !spec->raises;
}

static bool
host_call(void *callable, void *const *args, size_t nargs, void *const *names,
          void *const *values, size_t nkw, void **result, void *data)
{
    struct world *world = data;
    const struct closure *closure = callable;
    int entity = (int)closure->entity;
    if (world_stopped(world))
        return true;
    if (world->trace->names[entity].type == 'R')
        return run_ref(world, entity, args, nargs);
    wgc_py_call call = {.args = (void **)(uintptr_t)args,
                        .nargs = nargs,
                        .names = (void **)(uintptr_t)names,
                        .values = (void **)(uintptr_t)values,
                        .nkw = nkw};
    return run_finalizer(world, entity, &call, result);
}

/* The line belongs to the block of the callback, which is closed already. */
static void
host_report(wgc_py_source kind, void *source, void *callable, void *data)
{
    struct world *world = data;
    const struct closure *closure = callable;
    int entity = (int)closure->entity;
    struct text name = {0};
    bool good =
        kind == (world->trace->names[entity].type == 'R' ? WGC_PY_REF
                                                         : WGC_PY_FINALIZE) &&
        source == reveal(&world->things[entity]);
    text_entity(&name, world, entity);
    if (world->log.collecting)
        log_reopen_block(&world->log);
    log_sub(&world->log, "swallowed %s%s", name.bytes, good ? "" : " BAD");
    end_block(world, world->log.collecting);
    text_free(&name);
}

static void
host_error(wgc_py_error kind, const char *message, void *data)
{
    struct world *world = data;
    if (kind == WGC_PY_TYPE_ERROR)
        world->type_error = true;
    else
        world_fault(world, "the shim says: %s", message);
}

/* ---- Values ----------------------------------------------------------- */

static bool
host_hash(void *object, size_t *result, void *data)
{
    const struct object *self = object;
    (void)data;
    if (is_number(object)) {
        *result = (size_t)from_word(object);
        return true;
    }
    *result = self->has_val ? (size_t)self->val : self->entity;
    return true;
}

static bool
host_equal(void *a, void *b, bool *result, void *data)
{
    const struct object *left = a;
    const struct object *right = b;
    (void)data;
    *result = left == right ||
              (!is_number(left) && !is_number(right) && left->has_val &&
               right->has_val && left->val == right->val);
    return true;
}

const wgc_py_host trace_host = {
    .call = host_call,
    .report = host_report,
    .error = host_error,
    .hash = host_hash,
    .equal = host_equal,
};

/* ---- Guards ----------------------------------------------------------- */

void
run_guard(void *object, void *data)
{
    struct world *world = data;
    struct object *self = object;
    int entity = (int)self->entity;
    struct thing *thing = &world->things[entity];
    struct text text = {0};
    if (world_stopped(world))
        return;
    bool opened = begin_block(world, 1, entity);
    if (thing->fired++ || !is_alive(world, entity) || reveal(thing) != object ||
        (world->stress && !thing->lost))
        world_violation(world, "a guard runs when it must not");
    text_entity(&text, world, entity);
    text_add(&text, " ");
    text_list(&text, world, self->fields, FIELDS);
    log_sub(&world->log, "del %s", text.bytes);
    text_free(&text);
    run_acts(world, thing->spec, NULL, 0);
    if (thing->spec->save)
        world->handles[entity] = object;
    end_block(world, opened);
}
