/* SPDX-License-Identifier: MIT */
/*
 * Tokens and the syntax tree.  Both live in an arena that ends with the
 * compilation; the values in them are interned strings, which vm.interned
 * keeps, and small integers.
 */
#ifndef MINIPY_TREE_H
#define MINIPY_TREE_H

enum token_kind {
    TOK_END,
    TOK_NEWLINE,
    TOK_INDENT,
    TOK_DEDENT,
    TOK_NAME,
    TOK_INT,
    TOK_FLOAT,
    TOK_STR,
    TOK_FSTR, /* text of the literal, between its quotes */
    TOK_OP,
    TOK_KEYWORD
};

struct token {
    enum token_kind kind;
    const char *text; /* operators and keywords: one of a fixed table */
    size_t bytes;
    value value; /* str, or an int in 63 bits */
    double number;
    struct position at;
    bool raw;
    bool huge; /* 2 ** 63: only with a minus before it */
    int level; /* how many brackets are open */
};

struct arena {
    struct arena_chunk *chunks;
    char *next, *end;
};
void *arena_new(struct arena *arena, size_t bytes);
void arena_free(struct arena *arena);

struct lexer {
    struct source *source;
    struct arena *arena;
    struct token *tokens;
    size_t count, capacity;
};
/* Everything in text; in an expression newlines are spaces. */
void lex(struct lexer *lexer, const char *text, size_t bytes,
         struct position start, bool expression);
/* Replace escapes; *bytes is the length of the result. */
char *unescape(struct arena *arena, struct source *source,
               const struct position *at, const char *text, size_t count,
               size_t *bytes);

enum node_kind {
    /* expressions                fields */
    N_CONSTANT, /* value */
    N_FLOAT,    /* number */
    N_NAME,     /* value */
    N_TUPLE,    /* list */
    N_LIST,     /* list */
    N_SET,      /* list */
    N_DICT,     /* list: key or NULL for **, then item, in turn */
    N_STAR,     /* a */
    N_BINARY,   /* op a b */
    N_UNARY,    /* op a: '-', '+', '~', 'n' for not */
    N_BOOL,     /* op ('a' and, 'o' or) list */
    N_COMPARE,  /* a, list: N_OPERAND with op and a */
    N_OPERAND,
    N_IF_ELSE,       /* a if b else c */
    N_ATTRIBUTE,     /* a . value */
    N_SUBSCRIPT,     /* a [ b ] */
    N_SLICE,         /* a : b : c */
    N_CALL,          /* a ( list ) */
    N_KEYWORD,       /* value = a; without value, ** a */
    N_LAMBDA,        /* as N_FUNCTION */
    N_COMPREHENSION, /* op ('l' 's' 'd' 'g') a [b] list: N_FOR_CLAUSE */
    N_FOR_CLAUSE,    /* for a in b, list: conditions */
    N_FSTRING,       /* list: constants and N_FORMAT */
    N_FORMAT,        /* a, op: conversion or 0, b: spec (N_FSTRING) or NULL */
    N_YIELD,         /* a or NULL */
    N_YIELD_FROM,    /* a */
    N_WALRUS,        /* a := b */
    /* statements */
    N_EXPRESSION, /* a */
    N_ASSIGN,     /* list: targets, a */
    N_AUGMENTED,  /* a op= b */
    N_ANNOTATED,  /* a, nothing to do */
    N_IF,         /* a, list, list2: else */
    N_WHILE,      /* a, list, list2: else */
    N_FOR,        /* a in b, list, list2: else */
    N_TRY,        /* list, list2: N_EXCEPT, list3: else, list4: finally */
    N_EXCEPT,     /* a: class or NULL, value: name or NULL, list */
    N_WITH,       /* list2: N_WITH_ITEM, list */
    N_WITH_ITEM,  /* a as b */
    N_FUNCTION,   /* value: name, list, list2: N_PARAMETER, list3: decorators,
                     op: how many parameters are positional only */
    N_PARAMETER,  /* value, a: default, op: 0, '*', '^' for **, 'k' kw-only */
    N_CLASS,      /* value, a: base, list, list3: decorators */
    N_RETURN,     /* a or NULL */
    N_RAISE,      /* a from b */
    N_ASSERT,     /* a, b */
    N_DELETE,     /* list */
    N_GLOBAL,     /* list of N_NAME */
    N_NONLOCAL,   /* the same */
    N_IMPORT,     /* list: N_ALIAS */
    N_FROM,       /* value: module, list: N_ALIAS */
    N_ALIAS,      /* value, value2: as */
    N_PASS,
    N_BREAK,
    N_CONTINUE,
    N_MODULE /* list */
};

struct nodes {
    struct node **items;
    size_t count, capacity;
};

struct node {
    enum node_kind kind;
    int op;
    bool parenthesized;
    struct position at;
    struct node *a, *b, *c;
    struct nodes list, list2, list3, list4;
    value value, value2;
    double number;
    struct scope *scope;
};

void nodes_add(struct arena *arena, struct nodes *nodes, struct node *node);
/* parser.c */
struct node *parse(struct source *source, struct arena *arena, int mode);

/* scope.c: which names are local, global, or shared with inner functions. */
enum symbol_flags {
    SYM_ASSIGNED = 1,
    SYM_USED = 2,
    SYM_PARAMETER = 4,
    SYM_GLOBAL = 8,
    SYM_NONLOCAL = 16,
    SYM_CELL = 32, /* local, and an inner function uses it */
    SYM_FREE = 64  /* of an outer function */
};

struct symbol {
    value name;
    int flags;
    int slot;
    struct node *declared; /* by global or nonlocal */
};

enum scope_kind { SCOPE_MODULE, SCOPE_CLASS, SCOPE_FUNCTION };

struct scope {
    enum scope_kind kind;
    struct scope *outer;
    struct symbol *symbols;
    size_t count, capacity;
    struct node *node;
    bool generator;
    bool needs_class; /* an inner function uses super or __class__ */
    struct scope *inner, *next;
};

void find_scopes(struct node *module, struct source *source,
                 struct arena *arena);
struct symbol *scope_find(struct scope *scope, value name);
#endif
