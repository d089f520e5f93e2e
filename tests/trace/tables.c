/* SPDX-License-Identifier: MIT */
/* Weak tables: operations of a trace on what the shim has for them. */
#include "memory.h"
#include "shadow.h"
#include "world.h"

void
make_table(struct world *world, int entity, enum op_type type)
{
    void *table = type == OP_WKD   ? (void *)wgc_py_weakkeydict_new(world->py)
                  : type == OP_WVD ? (void *)wgc_py_weakvaluedict_new(world->py)
                                   : (void *)wgc_py_weakset_new(world->py);
    if (register_thing(world, entity, table))
        world->things[entity].table = type;
}

bool
takes_key(struct world *world, const struct op *op)
{
    const struct entity_name *name = &world->trace->names[op->entity];
    enum op_type type = world->things[op->entity].table;
    bool good = true;
    if (op->type == OP_TADD)
        good = type == OP_WSET;
    else if (op->type == OP_TSET || op->type == OP_TGET)
        good = type != OP_WSET;
    if (op->has_key && (op->key.entity == NO_ENTITY) != (type == OP_WVD))
        good = false;
    if (!good)
        world_fault(world, "%c%u does not take that", name->type, name->number);
    return good;
}

void
set_entry(struct world *world, const struct op *op)
{
    struct value key = op->has_key ? op->key : (struct value){op->other, 0};
    void *table = world->handles[op->entity];
    void *word = key_word(world, &key);
    bool good = op->type == OP_TADD
                    ? wgc_py_weakset_add(world->py, table, word)
                    : wgc_py_weakdict_set(world->py, table, word,
                                          world->handles[op->other]);
    if (!good)
        world_fault(world, "the table refuses that");
    else
        shadow_set_entry(world, op->entity, &key,
                         op->type == OP_TADD ? NO_ENTITY : op->other);
}

bool
table_get(const struct world *world, int table, void *key, void **value)
{
    void *address = world->handles[table];
    if (world->things[table].table == OP_WSET) {
        *value = NULL;
        return wgc_py_weakset_contains(world->py, address, key) == WGC_PY_YES;
    }
    return wgc_py_weakdict_get(world->py, address, key, value) == WGC_PY_YES;
}

void
text_entry(struct text *text, struct world *world, const struct op *op)
{
    void *value;
    void *key = key_word(world, &op->key);
    text_value(text, world,
               table_get(world, op->entity, key, &value) ? value : NULL);
}

void
text_delete(struct text *text, struct world *world, const struct op *op)
{
    void *table = world->handles[op->entity];
    void *key = key_word(world, &op->key);
    wgc_py_answer answer =
        world->things[op->entity].table == OP_WSET
            ? wgc_py_weakset_remove(world->py, table, key)
            : wgc_py_weakdict_pop(world->py, table, key, NULL);
    text_add(text, answer == WGC_PY_YES  ? "ok"
                   : answer == WGC_PY_NO ? "KeyError"
                                         : "BAD");
    shadow_delete_entry(world, op->entity, &op->key);
}

size_t
table_length(const struct world *world, int table)
{
    void *address = world->handles[table];
    return world->things[table].table == OP_WSET
               ? wgc_py_weakset_len(world->py, address)
               : wgc_py_weakdict_len(world->py, address);
}

static bool
next_key(const struct world *world, int table, wgc_py_iterator *iterator,
         void **key)
{
    void *address = world->handles[table];
    if (world->things[table].table == OP_WSET)
        return wgc_py_weakset_next(world->py, address, iterator, key) ==
               WGC_PY_YES;
    return wgc_py_weakdict_next(world->py, address, iterator, key, NULL) ==
           WGC_PY_YES;
}

void
text_keys(struct text *text, const struct world *world, int table)
{
    bool has_numbers = world->things[table].table == OP_WVD;
    int32_t *numbers = NULL;
    size_t count = 0;
    wgc_py_iterator iterator = {0};
    for (void *key; next_key(world, table, &iterator, &key); count++) {
        const struct object *object = key;
        numbers = grow_by_one(numbers, count, sizeof *numbers);
        numbers[count] =
            has_numbers ? from_word(key)
                        : (int32_t)world->trace->names[object->entity].number;
    }
    text_numbers(text, has_numbers ? "" : "O", numbers, count);
    free(numbers);
}
