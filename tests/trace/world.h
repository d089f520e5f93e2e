/* SPDX-License-Identifier: MIT */
/*
 * Runs a trace: the heap, the shim on it, and the things that the trace has
 * names for.  The handles are the only roots.  Whatever else is known about a
 * thing is in malloc'ed memory and does not keep it alive; its address is
 * stored inverted.
 *
 * Normal runs have no automatic cycles and print a log.  Stress runs have one
 * at every allocation, print nothing, skip operations on what has died early
 * from the trace's point of view, and check the invariants of shadow.h.
 */
#ifndef TRACE_WORLD_H
#define TRACE_WORLD_H

#include <wgc/python.h>
#include <wgc/wgc.h>

#include "log.h"
#include "parse.h"

/* Objects of the heap.  `entity` says who they are. */
struct object {
    uint32_t entity;
    bool has_val;
    int32_t val;
    void *fields[FIELDS];
};

/* What the shim calls. */
struct closure {
    uint32_t entity;
    void *hold;
};

struct thing {
    bool made;
    uintptr_t hidden; /* the address, inverted */
    int node;         /* R: the first name of a shared reference, else itself */
    int target;       /* R, F */
    const struct spec *spec; /* R with callback, F, O with guard; or NULL */
    uint64_t order;          /* when it was made */
    enum op_type table;      /* T: the operation that made it */
    unsigned fired;          /* how often its callback ran */
    bool over;               /* F: called, detached or run */

    /* The shadow (shadow.h). */
    int fields[FIELDS];
    int hold;
    uint64_t lost;       /* O: when it was last seen unreachable; 0: never */
    uint64_t last_fired; /* O: order of the last callback the collector ran */
    bool seen_none;      /* R */
    bool reachable;      /* result of shadow_mark */
};

/* What the shadow knows of an entry of a table.  Of a wset, the value is none. */
struct entry {
    int table;
    struct value key;
    int value;
    uint64_t order; /* when it was set */
};

struct world {
    const struct trace *trace;
    const struct op *op;
    struct log log;
    wgc_heap *heap;
    wgc_py *py;
    wgc_kind object_kind;
    wgc_kind closure_kind;
    void **handles; /* by entity */
    struct thing *things;
    const struct spec *plain; /* of what callbacks make */

    bool stress;
    bool in_gc;
    bool in_exit;
    bool down;
    unsigned depth; /* callbacks that are running */
    int calling;    /* the finalizer that is being called explicitly */
    uint64_t clock;
    int *active; /* what running callbacks hold */
    size_t nactive;
    int *todo; /* shadow_mark's stack */
    struct entry *entries;
    size_t nentries;

    bool type_error;       /* the host's exception */
    struct text fault;     /* the trace is wrong */
    struct text violation; /* the library is wrong */
};

/* False: no heap. */
bool world_open(struct world *world, const struct trace *trace, bool stress,
                wgc_delivery delivery);
void world_close(struct world *world);
/* The rest stops at the first fault or violation. */
void world_run(struct world *world);
bool world_stopped(const struct world *world);

/* The first of each is kept. */
void world_fault(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void world_violation(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- Things ----------------------------------------------------------- */

void *reveal(const struct thing *thing);
/* Whether object `entity` has not been reclaimed. */
bool is_alive(const struct world *world, int entity);
/* The entity of a pointer; NO_ENTITY for NULL and what is unknown. */
int entity_of(const struct world *world, const void *value);

void *to_word(int32_t number);
bool is_number(const void *word);
int32_t from_word(const void *word);
/* The number, or the address of the entity, which may be dead. */
void *key_word(const struct world *world, const struct value *key);
/* None, a number, or a name such as O3. */
void text_value(struct text *text, const struct world *world,
                const void *value);
void text_entity(struct text *text, const struct world *world, int entity);
/* Sorts and lists them, each with the prefix; - if there are none. */
void text_numbers(struct text *text, const char *prefix, int32_t *numbers,
                  size_t count);
/* [O4 R1 5] */
void text_list(struct text *text, const struct world *world,
               void *const *values, size_t count);
/* {a=O1 k=3}, sorted */
void text_keywords(struct text *text, const struct world *world,
                   void *const *names, void *const *values, size_t count);

/* Takes the handle; NULL, and a fault, if the address is. */
struct thing *register_thing(struct world *world, int entity, void *address);
void make_object(struct world *world, int entity, const struct spec *spec);
void make_guarded(struct world *world, int entity, const struct spec *spec);
/* Returns the lowest held name of the same reference, or NO_ENTITY. */
int make_ref(struct world *world, int entity, int target,
             const struct spec *spec);
void make_finalizer(struct world *world, int entity, int target,
                    const struct spec *spec);

/* ---- Tables ----------------------------------------------------------- */

void make_table(struct world *world, int entity, enum op_type type);
/* Whether the table of the operation takes such keys; if not, a fault. */
bool takes_key(struct world *world, const struct op *op);
/* tset and tadd. */
void set_entry(struct world *world, const struct op *op);
void text_entry(struct text *text, struct world *world, const struct op *op);
void text_delete(struct text *text, struct world *world, const struct op *op);
size_t table_length(const struct world *world, int table);
void text_keys(struct text *text, const struct world *world, int table);
/* Is there an entry with this key, and the value in it. */
bool table_get(const struct world *world, int table, void *key, void **value);

/* ---- Operations and acts ---------------------------------------------- */

/* Whether these can be used; if not, a fault, or in a stress run a skip. */
bool need(struct world *world, int entity);
bool need_values(struct world *world, const struct value *values, size_t count);
bool need_new(struct world *world, int entity);

void drop_handle(struct world *world, int entity);
void collect(struct world *world, unsigned times);
/* What it would print: O1 [args] {keywords}, a result, None, raised. */
void text_peek(struct text *text, struct world *world, int entity);
void text_detach(struct text *text, struct world *world, int entity);
void text_call(struct text *text, struct world *world, int entity);
void text_deref(struct text *text, struct world *world, int entity);

/* The host of the shim, and the guard of `newd`. */
extern const wgc_py_host trace_host;
void run_guard(void *object, void *data);

#endif
