/* SPDX-License-Identifier: MIT */
/*
 * The trace language: a program over objects, references, finalizers and weak
 * tables, one operation a line.  docs: tests/traces/README.md.  Parsing turns
 * every name (O3, R1, F2, T1) into a small number, its entity, and refuses
 * whatever is not in the language, with the number of the line.
 */
#ifndef TRACE_PARSE_H
#define TRACE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIELDS = 4, NO_ENTITY = -1 };

enum profile {
    PROFILE_CORE,
    PROFILE_REFCACHE,
    PROFILE_DEL,
    PROFILE_TABLES,
    PROFILE_EPH
};

/* What is printed: type is 'O', 'R', 'F' or 'T'. */
struct entity_name {
    char type;
    unsigned number;
};

/* An argument or key: an entity, or a number if that is NO_ENTITY. */
struct value {
    int entity;
    int32_t number;
};

enum act_type {
    ACT_PROBE,
    ACT_DROP,
    ACT_NEW,
    ACT_REF,
    ACT_FIN,
    ACT_SAVE,
    ACT_CALL,
    ACT_DETACH,
    ACT_PEEK,
    ACT_GC,
    ACT_RAISE
};

struct act {
    enum act_type type;
    int entity;
    int other;       /* ACT_REF, ACT_FIN: the object */
    unsigned number; /* ACT_SAVE: which argument */
};

/* All that can follow the operands of an operation. */
struct spec {
    bool callback;
    int hold;
    bool has_val;
    int32_t val;
    bool save;
    bool atexit;
    int32_t ret;
    bool raises;
    struct act *acts;
    size_t nacts;
    struct value *args;
    size_t nargs;
    char **names;
    struct value *values;
    size_t nkw;
};

enum op_type {
    OP_NEW,
    OP_NEWD,
    OP_LINK,
    OP_UNLINK,
    OP_LOAD,
    OP_DROP,
    OP_REF,
    OP_FIN,
    OP_DEREF,
    OP_LOCK,
    OP_EQ,
    OP_HASH,
    OP_ALIVE,
    OP_PEEK,
    OP_DETACH,
    OP_CALL,
    OP_COLLECT,
    OP_SETTLE,
    OP_CENSUS,
    OP_SHUTDOWN,
    OP_WKD,
    OP_WVD,
    OP_WSET,
    OP_TSET,
    OP_TADD,
    OP_TGET,
    OP_TDEL,
    OP_TLEN,
    OP_TKEYS
};

struct op {
    enum op_type type;
    const char *word; /* as the trace calls it */
    unsigned line;
    int entity;
    int other;
    unsigned number; /* OP_LINK and the like: the field; OP_SETTLE: how often */
    bool has_key;    /* of a table */
    struct value key;
    struct spec spec;
};

struct trace {
    char *name;
    enum profile profile;
    struct op *ops;
    size_t nops;
    struct entity_name *names;
    size_t nnames;
};

struct trace_error {
    unsigned line;
    char text[200];
};

/* False, and *error says why; nothing is left to free then. */
bool trace_parse(struct trace *trace, const char *bytes, size_t count,
                 struct trace_error *error);
void trace_free(struct trace *trace);

#endif
