/* SPDX-License-Identifier: MIT */
/* The operations of a trace, one after the other. */
#include "memory.h"
#include "shadow.h"
#include "world.h"

/* ---- What can be used ------------------------------------------------- */

bool
need(struct world *world, int entity)
{
    const struct entity_name *name = &world->trace->names[entity];
    if (world->handles[entity])
        return true;
    if (!world->stress)
        world_fault(world, "%c%u is not held", name->type, name->number);
    return false;
}

bool
need_new(struct world *world, int entity)
{
    const struct entity_name *name = &world->trace->names[entity];
    if (!world->things[entity].made)
        return true;
    world_fault(world, "%c%u is made twice", name->type, name->number);
    return false;
}

bool
need_values(struct world *world, const struct value *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].entity != NO_ENTITY && !need(world, values[i].entity))
            return false;
    return true;
}

static bool
makes_entity(enum op_type type)
{
    return type == OP_NEW || type == OP_NEWD || type == OP_REF ||
           type == OP_FIN || type == OP_WKD || type == OP_WVD ||
           type == OP_WSET;
}

static bool
is_ready(struct world *world, const struct op *op)
{
    if (op->type == OP_DROP)
        return true;
    if (makes_entity(op->type)
            ? !need_new(world, op->entity)
            : op->entity != NO_ENTITY && !need(world, op->entity))
        return false;
    return (op->other == NO_ENTITY || need(world, op->other)) &&
           (!op->has_key || need_values(world, &op->key, 1)) &&
           (op->spec.hold == NO_ENTITY || need(world, op->spec.hold)) &&
           need_values(world, op->spec.args, op->spec.nargs) &&
           need_values(world, op->spec.values, op->spec.nkw);
}

/* ---- What acts do as well --------------------------------------------- */

void
drop_handle(struct world *world, int entity)
{
    world->handles[entity] = NULL;
}

/*
 * Exact, but not inside the callbacks of a stress run: there an automatic cycle
 * may have called back while the library held what it had just allocated on the
 * stack.
 */
void
collect(struct world *world, unsigned times)
{
    bool exact = !world->stress || world->depth == 0;
    world->in_gc = true;
    log_begin_collect(&world->log);
    for (unsigned i = 0; i < times && !world_stopped(world); i++)
        if ((exact ? wgc_collect_exact : wgc_collect)(world->heap) != WGC_OK)
            world_violation(world, "a collection was refused");
    log_end_collect(&world->log);
    world->in_gc = false;
}

void
text_deref(struct text *text, struct world *world, int entity)
{
    text_value(text, world, wgc_py_ref_call(world->py, world->handles[entity]));
}

static void
text_contents(struct text *text, const struct world *world,
              const wgc_py_call *call)
{
    if (!call) {
        text_add(text, "None");
        return;
    }
    text_value(text, world, call->object);
    text_add(text, " ");
    text_list(text, world, call->args, call->nargs);
    text_add(text, " ");
    text_keywords(text, world, call->names, call->values, call->nkw);
}

void
text_peek(struct text *text, struct world *world, int entity)
{
    wgc_py_call *call;
    wgc_py_finalize_peek(world->py, world->handles[entity], &call);
    text_contents(text, world, call);
}

void
text_detach(struct text *text, struct world *world, int entity)
{
    wgc_py_call *call;
    wgc_py_finalize_detach(world->py, world->handles[entity], &call);
    if (call)
        world->things[entity].over = true;
    text_contents(text, world, call);
}

void
text_call(struct text *text, struct world *world, int entity)
{
    void *result;
    world->calling = entity;
    bool good =
        wgc_py_finalize_call(world->py, world->handles[entity], 0, &result);
    world->calling = NO_ENTITY;
    world->things[entity].over = true;
    if (good)
        text_value(text, world, result);
    else
        text_add(text, "raised");
}

/* ---- Operations ------------------------------------------------------- */

static void
set_field(struct world *world, const struct op *op, int value)
{
    struct object *object = world->handles[op->entity];
    world->things[op->entity].fields[op->number] = value;
    object->fields[op->number] =
        value == NO_ENTITY ? NULL : world->handles[value];
}

static void
text_load(struct text *text, struct world *world, const struct op *op)
{
    const struct object *object = world->handles[op->entity];
    void *value = object->fields[op->number];
    int entity = entity_of(world, value);
    if (entity != NO_ENTITY)
        world->handles[entity] = value;
    text_value(text, world, value);
}

static void
text_lock(struct text *text, struct world *world, int ref)
{
    void *object = wgc_py_ref_call(world->py, world->handles[ref]);
    int entity = entity_of(world, object);
    if (entity != NO_ENTITY)
        world->handles[entity] = object;
    text_value(text, world, object);
}

static void
text_equal(struct text *text, struct world *world, const struct op *op)
{
    bool equal;
    if (wgc_py_ref_equal(world->py, world->handles[op->entity],
                         world->handles[op->other], &equal))
        text_add(text, "%d", equal);
}

static void
text_hash(struct text *text, struct world *world, int ref)
{
    size_t hash;
    world->type_error = false;
    if (wgc_py_ref_hash(world->py, world->handles[ref], &hash))
        text_add(text, "%lld", (long long)(ptrdiff_t)hash);
    else
        text_add(text, world->type_error ? "TypeError" : "BAD");
}

static void
text_ref(struct text *text, struct world *world, const struct op *op)
{
    int same = make_ref(world, op->entity, op->other,
                        op->spec.callback ? &op->spec : NULL);
    if (world->trace->profile != PROFILE_REFCACHE)
        return;
    text_add(text, same == NO_ENTITY ? "new" : "same as ");
    if (same != NO_ENTITY)
        text_entity(text, world, same);
}

static void
text_census(struct text *text, const struct world *world)
{
    int32_t *numbers = new_zeroed(world->trace->nnames, sizeof *numbers);
    size_t count = 0;
    for (int i = 0; i < (int)world->trace->nnames; i++)
        if (world->trace->names[i].type == 'O' && is_alive(world, i))
            numbers[count++] = (int32_t)world->trace->names[i].number;
    text_numbers(text, "O", numbers, count);
    free(numbers);
}

static void
shut_down(struct world *world)
{
    world->in_exit = true;
    wgc_py_shutdown(world->py, SIZE_MAX);
    world->in_exit = false;
    world->down = true;
}

/* Operations on tables. */
static void
run_table_op(struct world *world, const struct op *op, struct text *text)
{
    if (op->type == OP_WKD || op->type == OP_WVD || op->type == OP_WSET)
        make_table(world, op->entity, op->type);
    else if (!takes_key(world, op))
        return;
    else if (op->type == OP_TSET || op->type == OP_TADD)
        set_entry(world, op);
    else if (op->type == OP_TGET)
        text_entry(text, world, op);
    else if (op->type == OP_TDEL)
        text_delete(text, world, op);
    else if (op->type == OP_TLEN)
        text_add(text, "%zu", table_length(world, op->entity));
    else
        text_keys(text, world, op->entity);
}

/* Operations with an answer leave it in `text`. */
static void
run_op(struct world *world, const struct op *op, struct text *text)
{
    switch (op->type) {
    case OP_NEW:
        make_object(world, op->entity, &op->spec);
        break;
    case OP_NEWD:
        make_guarded(world, op->entity, &op->spec);
        break;
    case OP_LINK:
        set_field(world, op, op->other);
        break;
    case OP_UNLINK:
        set_field(world, op, NO_ENTITY);
        break;
    case OP_LOAD:
        text_load(text, world, op);
        break;
    case OP_DROP:
        drop_handle(world, op->entity);
        break;
    case OP_REF:
        text_ref(text, world, op);
        break;
    case OP_FIN:
        make_finalizer(world, op->entity, op->other, &op->spec);
        break;
    case OP_DEREF:
        text_deref(text, world, op->entity);
        break;
    case OP_LOCK:
        text_lock(text, world, op->entity);
        break;
    case OP_EQ:
        text_equal(text, world, op);
        break;
    case OP_HASH:
        text_hash(text, world, op->entity);
        break;
    case OP_ALIVE:
        text_add(text, "%d",
                 wgc_py_finalize_alive(world->py, world->handles[op->entity]));
        break;
    case OP_PEEK:
        text_peek(text, world, op->entity);
        break;
    case OP_DETACH:
        text_detach(text, world, op->entity);
        break;
    case OP_CALL:
        text_call(text, world, op->entity);
        break;
    case OP_CENSUS:
        text_census(text, world);
        break;
    case OP_COLLECT:
    case OP_SETTLE:
        collect(world, op->number);
        break;
    case OP_SHUTDOWN:
        shut_down(world);
        break;
    default:
        run_table_op(world, op, text);
        break;
    }
}

/* The operation as the log repeats it. */
static void
text_op(struct text *text, const struct world *world, const struct op *op)
{
    text_add(text, "%s", op->word);
    if (op->type == OP_COLLECT || op->type == OP_SETTLE)
        return;
    if (op->entity != NO_ENTITY) {
        text_add(text, " ");
        text_entity(text, world, op->entity);
    }
    if (op->type == OP_LOAD)
        text_add(text, " %u", op->number);
    if (op->has_key) {
        text_add(text, " ");
        text_value(text, world, key_word(world, &op->key));
    }
    if (op->type == OP_EQ) {
        text_add(text, " ");
        text_entity(text, world, op->other);
    }
}

static void
step(struct world *world, const struct op *op, size_t number)
{
    struct text head = {0};
    struct text answer = {0};
    bool brackets = op->type == OP_COLLECT || op->type == OP_SETTLE ||
                    op->type == OP_SHUTDOWN;
    world->op = op;
    if (!is_ready(world, op))
        return;
    text_op(&head, world, op);
    if (brackets)
        log_top(&world->log, "%zu %s", number, head.bytes);
    run_op(world, op, &answer);
    if (brackets)
        log_top(&world->log, "%zu end", number);
    else if (answer.used)
        log_top(&world->log, "%zu %s -> %s", number, head.bytes, answer.bytes);
    text_free(&head);
    text_free(&answer);
    shadow_check(world);
}

/* Without handles nothing is left but what finalizers keep. */
static void
finish_stress(struct world *world)
{
    enum { SETTLED = 8 };
    collect(world, SETTLED);
    shadow_check_end(world);
    for (size_t i = 0; i < world->trace->nnames; i++)
        world->handles[i] = NULL;
    shadow_check(world);
    collect(world, SETTLED);
    shadow_check_end(world);
}

void
world_run(struct world *world)
{
    const struct trace *trace = world->trace;
    for (size_t i = 0; i < trace->nops && !world_stopped(world); i++)
        step(world, &trace->ops[i], i + 1);
    if (world->stress && !world_stopped(world))
        finish_stress(world);
}
