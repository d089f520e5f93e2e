/* SPDX-License-Identifier: MIT */
/* The heap of a trace, its things and their names. */
#include "world.h"

#include <inttypes.h>
#include <stdarg.h>

#include "memory.h"

/* ---- Faults ----------------------------------------------------------- */

static void
keep_first(struct text *text, const char *format, va_list list)
{
    char line[256];
    vsnprintf(line, sizeof line, format, list);
    if (!text->used)
        text_add(text, "%s", line);
}

void
world_fault(struct world *world, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    keep_first(&world->fault, format, list);
    va_end(list);
}

void
world_violation(struct world *world, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    keep_first(&world->violation, format, list);
    va_end(list);
}

bool
world_stopped(const struct world *world)
{
    return world->fault.used || world->violation.used;
}

/* ---- Life ------------------------------------------------------------- */

/* Word i of a struct is traced if bit i is set. */
#define WORD_OF(type, member)                                                  \
    (UINT64_C(1) << (offsetof(type, member) / sizeof(void *)))

static void
make_kinds(struct world *world)
{
    const uint64_t fields =
        WORD_OF(struct object, fields[0]) | WORD_OF(struct object, fields[1]) |
        WORD_OF(struct object, fields[2]) | WORD_OF(struct object, fields[3]);
    const uint64_t hold = WORD_OF(struct closure, hold);
    world->object_kind = wgc_kind_new(
        world->heap,
        &(wgc_kind_info){.name = "trace object",
                         .pointers = &fields,
                         .words = sizeof(struct object) / sizeof(void *)});
    world->closure_kind = wgc_kind_new(
        world->heap,
        &(wgc_kind_info){.name = "trace closure",
                         .pointers = &hold,
                         .words = sizeof(struct closure) / sizeof(void *)});
}

static void
make_things(struct world *world)
{
    size_t count = world->trace->nnames;
    world->handles = new_zeroed(count, sizeof *world->handles);
    world->things = new_zeroed(count, sizeof *world->things);
    world->todo = new_zeroed(count, sizeof *world->todo);
    for (size_t i = 0; i < count; i++) {
        struct thing *thing = &world->things[i];
        thing->node = (int)i;
        thing->target = thing->hold = NO_ENTITY;
        thing->last_fired = UINT64_MAX;
        for (int k = 0; k < FIELDS; k++)
            thing->fields[k] = NO_ENTITY;
    }
}

bool
world_open(struct world *world, const struct trace *trace, bool stress,
           wgc_delivery delivery)
{
    static const struct spec plain = {.hold = NO_ENTITY, .atexit = true};
    wgc_config config = {
        .no_globals = true, .stress = stress, .delivery = delivery};
    wgc_py_host host = trace_host;
    *world = (struct world){.trace = trace, .stress = stress, .plain = &plain};
    world->log.muted = stress;
    world->calling = NO_ENTITY;
    make_things(world);
    world->heap = wgc_heap_new(&config);
    if (!world->heap)
        return false;
    if (!stress)
        wgc_disable(world->heap);
    make_kinds(world);
    host.data = world;
    world->py = wgc_py_new(world->heap, &host);
    return world->py && wgc_root_add(world->heap, world->handles,
                                     world->handles + trace->nnames) == WGC_OK;
}

void
world_close(struct world *world)
{
    wgc_py_free(world->py);
    if (world->heap && wgc_heap_free(world->heap) != WGC_OK)
        world_violation(world, "the heap cannot be freed");
    log_free(&world->log);
    text_free(&world->fault);
    text_free(&world->violation);
    free(world->handles);
    free(world->things);
    free(world->active);
    free(world->todo);
    free(world->entries);
    *world = (struct world){0};
}

/* ---- Names ------------------------------------------------------------ */

void *
reveal(const struct thing *thing)
{
    return (void *)~thing->hidden;
}

bool
is_alive(const struct world *world, int entity)
{
    const struct thing *thing = &world->things[entity];
    const struct object *object = reveal(thing);
    return thing->made &&
           wgc_kind_of(world->heap, object) == world->object_kind &&
           object->entity == (uint32_t)entity;
}

/* An address may have had other owners before: the last one counts. */
int
entity_of(const struct world *world, const void *value)
{
    int found = NO_ENTITY;
    for (size_t i = 0; value && i < world->trace->nnames; i++) {
        const struct thing *thing = &world->things[i];
        if (thing->made && reveal(thing) == value &&
            (found == NO_ENTITY || thing->order > world->things[found].order))
            found = thing->node;
    }
    return found;
}

void *
to_word(int32_t number)
{
    return (void *)(((uintptr_t)(intptr_t)number << 1) | 1);
}

bool
is_number(const void *word)
{
    return (uintptr_t)word & 1;
}

int32_t
from_word(const void *word)
{
    return (int32_t)((intptr_t)word >> 1);
}

void *
key_word(const struct world *world, const struct value *key)
{
    return key->entity == NO_ENTITY ? to_word(key->number)
                                    : reveal(&world->things[key->entity]);
}

void
text_entity(struct text *text, const struct world *world, int entity)
{
    const struct entity_name *name = &world->trace->names[entity];
    text_add(text, "%c%u", name->type, name->number);
}

void
text_value(struct text *text, const struct world *world, const void *value)
{
    int entity = entity_of(world, value);
    if (!value)
        text_add(text, "None");
    else if (is_number(value))
        text_add(text, "%" PRId32, from_word(value));
    else if (entity == NO_ENTITY)
        text_add(text, "BAD");
    else
        text_entity(text, world, entity);
}

void
text_list(struct text *text, const struct world *world, void *const *values,
          size_t count)
{
    text_add(text, "[");
    for (size_t i = 0; i < count; i++) {
        text_add(text, "%s", i ? " " : "");
        text_value(text, world, values[i]);
    }
    text_add(text, "]");
}

static int
compare_numbers(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a;
    int32_t right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

void
text_numbers(struct text *text, const char *prefix, int32_t *numbers,
             size_t count)
{
    if (count)
        qsort(numbers, count, sizeof *numbers, compare_numbers);
    else
        text_add(text, "-");
    for (size_t i = 0; i < count; i++)
        text_add(text, "%s%s%" PRId32, i ? " " : "", prefix, numbers[i]);
}

/* The keyword after `last` in order of names; `count` if there is none. */
static size_t
next_keyword(void *const *names, size_t count, const char *last)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if ((!last || strcmp(names[i], last) > 0) &&
            (best == count || strcmp(names[i], names[best]) < 0))
            best = i;
    return best;
}

void
text_keywords(struct text *text, const struct world *world, void *const *names,
              void *const *values, size_t count)
{
    const char *last = NULL;
    size_t i;
    text_add(text, "{");
    while ((i = next_keyword(names, count, last)) < count) {
        text_add(text, "%s%s=", last ? " " : "", (const char *)names[i]);
        text_value(text, world, values[i]);
        last = names[i];
    }
    text_add(text, "}");
}
