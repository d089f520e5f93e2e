/* SPDX-License-Identifier: MIT */
/*
 * W5: what an interpreter allocates: numbers, strings, tuples, frames, arrays
 * that grow and tables that are hashed, per object.  Results go to registers
 * that are soon used again, so most objects die young; one in fifty goes to a
 * table of globals and lives for long.  Objects refer to at most DEEPEST levels
 * of others, or all history would stay alive.
 */
#include "adapter.h"
#include "bench.h"

#include <string.h>

enum type { NUMBER, STRING, TUPLE, FRAME, ARRAY, TABLE };

/* Of 100 steps. */
enum {
    NUMBERS = 40,
    STRINGS = 55,
    TUPLES = 75,
    FRAMES = 85,
    APPENDS = 93,
    SETS = 100
};
enum {
    STEPS = 10000000,
    REGISTERS = 256,
    GLOBALS = 1 << 15,
    DEEPEST = 4,
    LONGEST = 64,
    LENGTHS = 1024
};

/* What every object begins with. */
struct object {
    uint32_t type;
    uint32_t depth;
};

struct string {
    struct object head;
    char text[];
};

struct tuple {
    struct object head;
    struct object *fields[];
};

struct number {
    struct object head;
    double value;
};

/* Arrays and tables: `items` is an object of its own, bare pointers. */
struct container {
    struct object head;
    size_t count, capacity;
    struct object **items;
};

static struct object *registers[REGISTERS];
static struct object **globals;
static uint16_t lengths[LENGTHS]; /* of strings */
static uint64_t randoms = 1;

static size_t
below(size_t limit)
{
    return bench_below(&randoms, limit);
}

static struct object *
make_number(double value)
{
    struct number *number = adapter_alloc_leaf(sizeof *number);

    number->head = (struct object){.type = NUMBER};
    number->value = value;
    return &number->head;
}

static struct object *
make_string(size_t length)
{
    struct string *string = adapter_alloc_leaf(sizeof *string + length);

    string->head = (struct object){.type = STRING};
    memset(string->text, 'x', length);
    return &string->head;
}

static struct object *
operand(struct object *user)
{
    struct object *object = registers[below(REGISTERS)];

    if (object == NULL || object->depth >= DEEPEST)
        return NULL;
    if (user->depth <= object->depth)
        user->depth = object->depth + 1;
    return object;
}

/* A tuple, or a frame with its locals. */
static struct object *
make_tuple(enum type type, size_t fields)
{
    struct tuple *tuple =
        adapter_alloc(sizeof *tuple + fields * sizeof *tuple->fields);

    tuple->head = (struct object){.type = type};
    for (size_t i = 0; i < fields; i++)
        tuple->fields[i] = operand(&tuple->head);
    return &tuple->head;
}

static struct object **
make_items(size_t capacity)
{
    struct object **items = adapter_alloc(capacity * sizeof *items);

    memset(items, 0, capacity * sizeof *items);
    return items;
}

static struct container *
make_container(enum type type)
{
    struct container *made = adapter_alloc(sizeof *made);

    *made = (struct container){.head.type = type, .capacity = 8};
    made->items = make_items(made->capacity);
    return made;
}

/* The container in that register, or a new one if there is another thing. */
static struct container *
container_in(size_t place, enum type type)
{
    struct object *object = registers[place];

    if (object != NULL && object->type == type &&
        ((struct container *)object)->count < LONGEST)
        return (struct container *)object;

    struct container *made = make_container(type);

    registers[place] = &made->head;
    return made;
}

static void
append(size_t place)
{
    struct container *array = container_in(place, ARRAY);

    if (array->count == array->capacity) {
        struct object **old = array->items;

        array->items = make_items(2 * array->capacity);
        memcpy(array->items, old, array->capacity * sizeof *old);
        array->capacity *= 2;
    }
    array->items[array->count++] = operand(&array->head);
}

static void
insert(struct container *table, struct object *key, struct object *value)
{
    size_t at = (size_t)((uintptr_t)key >> 4) * 2 % table->capacity;

    while (table->items[at] != NULL && table->items[at] != key)
        at = (at + 2) % table->capacity;
    table->count += table->items[at] == NULL;
    table->items[at] = key;
    table->items[at + 1] = value;
}

static void
set(size_t place)
{
    struct container *table = container_in(place, TABLE);

    if (4 * (table->count + 1) > table->capacity) {
        struct object **old = table->items;
        size_t old_capacity = table->capacity;

        table->count = 0;
        table->capacity *= 2;
        table->items = make_items(table->capacity);
        for (size_t i = 0; i < old_capacity; i += 2)
            if (old[i] != NULL)
                insert(table, old[i], old[i + 1]);
    }
    insert(table, make_string(16), operand(&table->head));
}

static void
step(size_t i)
{
    size_t kind = below(SETS), place = below(REGISTERS);

    if (kind < NUMBERS)
        registers[place] = make_number((double)i);
    else if (kind < STRINGS)
        registers[place] = make_string(lengths[below(LENGTHS)]);
    else if (kind < TUPLES)
        registers[place] = make_tuple(TUPLE, 1 + below(4));
    else if (kind < FRAMES)
        registers[place] = make_tuple(FRAME, 6 + below(16));
    else if (kind < APPENDS)
        append(place % 16);
    else
        set(16 + place % 16);
    if (i % 50 == 0)
        globals[below(GLOBALS)] = registers[place];
}

int
main(int argc, char **argv)
{
    struct bench bench =
        bench_arguments(argc, argv, "interpreter", ADAPTER_NAME);
    size_t count = bench_scaled(&bench, STEPS), wrong = 0;

    if (!ADAPTER_COLLECTS)
        return BENCH_CANNOT;
    adapter_begin(bench.heap);
    globals = make_items(GLOBALS);
    for (size_t i = 0; i < LENGTHS; i++)
        lengths[i] = (uint16_t)bench_log_size(&randoms, 8, 256);

    struct bench_span start = bench_now();

    for (size_t i = 0; i < count; i++)
        step(i);

    struct bench_span span = bench_since(start);

    for (size_t i = 0; i < GLOBALS; i++)
        wrong += globals[i] != NULL &&
                 (globals[i]->type > TABLE || globals[i]->depth > DEEPEST);
    if (wrong != 0)
        bench_fail(&bench, "live objects were damaged");
    bench_report_time(&bench, "step", span, (double)count, "ns");
    bench_report(&bench, "cycles", (double)adapter_cycles(), "");
    adapter_end();
    return 0;
}
