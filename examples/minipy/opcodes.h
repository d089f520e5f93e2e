/* SPDX-License-Identifier: MIT */
/*
 * The instructions: name, and how many values they add to the stack.  99: that
 * depends on the argument, see effect_of in compiler.c.  In the comments, what
 * is on the stack before -- and after; n is the argument.
 */
#ifndef MINIPY_OPCODES_H
#define MINIPY_OPCODES_H

#define OPCODES(X)                                                             \
    X(NOP, 0)                                                                  \
    X(POP, -1)                                                                 \
    X(DUP, 1)                                                                  \
    X(DUP2, 2)        /* a b -- a b a b */                                     \
    X(ROT2, 0)        /* a b -- b a */                                         \
    X(ROT3, 0)        /* a b c -- c a b */                                     \
    X(DROP_UNDER, 99) /* n values, v -- v */                                   \
    X(PUSH_NULL, 1)                                                            \
    X(CONSTANT, 1)                                                             \
    X(LOAD, 1) /* local n */                                                   \
    X(STORE, -1)                                                               \
    X(DELETE, 0)                                                               \
    X(LOAD_CELL, 1)  /* the cell itself */                                     \
    X(LOAD_DEREF, 1) /* its content */                                         \
    X(STORE_DEREF, -1)                                                         \
    X(DELETE_DEREF, 0)                                                         \
    X(MAKE_CELL, 0)   /* local n becomes a cell with its value */              \
    X(LOAD_GLOBAL, 1) /* cache n */                                            \
    X(STORE_GLOBAL, -1)                                                        \
    X(DELETE_GLOBAL, 0)                                                        \
    X(LOAD_NAME, 1) /* in a class body */                                      \
    X(STORE_NAME, -1)                                                          \
    X(DELETE_NAME, 0)                                                          \
    X(LOAD_ATTR, 0)                                                            \
    X(LOAD_METHOD, 1) /* v -- function self, or v.name NULL */                 \
    X(STORE_ATTR, -2) /* item v -- */                                          \
    X(DELETE_ATTR, -1)                                                         \
    X(ADD, -1)                                                                 \
    X(SUB, -1)                                                                 \
    X(MUL, -1)                                                                 \
    X(BINARY, -1) /* n: enum operation */                                      \
    X(COMPARE, -1)                                                             \
    X(IS, -1) /* n: 1 to negate, and for IN */                                 \
    X(IN, -1)                                                                  \
    X(NOT, 0)                                                                  \
    X(NEGATE, 0)                                                               \
    X(POSITIVE, 0)                                                             \
    X(INVERT, 0)                                                               \
    X(JUMP, 0)                                                                 \
    X(JUMP_BACK, 0) /* a safe point */                                         \
    X(JUMP_IF_FALSE, -1)                                                       \
    X(JUMP_IF_TRUE, -1)                                                        \
    X(JUMP_IF_FALSE_OR_POP, -1)                                                \
    X(JUMP_IF_TRUE_OR_POP, -1)                                                 \
    X(BUILD_LIST, 99)                                                          \
    X(BUILD_TUPLE, 99)                                                         \
    X(BUILD_SET, 99)                                                           \
    X(BUILD_DICT, 99) /* n pairs */                                            \
    X(BUILD_STRING, 99)                                                        \
    X(BUILD_SLICE, -2)                                                         \
    X(FORMAT, 99)      /* v [spec] -- str; n: conversion | 256 if spec */      \
    X(LIST_APPEND, -1) /* list n values below the top */                       \
    X(LIST_EXTEND, -1)                                                         \
    X(SET_ADD, -1)                                                             \
    X(SET_UPDATE, -1)                                                          \
    X(DICT_ADD, -2)                                                            \
    X(DICT_UPDATE, -1)                                                         \
    X(DICT_MERGE, -1) /* keywords: no key twice */                             \
    X(TO_TUPLE, 0)                                                             \
    X(SUBSCRIPT, -1)                                                           \
    X(STORE_SUBSCRIPT, -3) /* item v key -- */                                 \
    X(DELETE_SUBSCRIPT, -2)                                                    \
    X(ITERATE, 0)                                                              \
    X(FOR, 1) /* iterator -- iterator item; end: -- and jump */                \
    X(UNPACK, 99)                                                              \
    X(UNPACK_STAR, 99)   /* n: before | after << 8 */                          \
    X(CALL, 99)          /* function self/NULL args... -- result */            \
    X(CALL_KEYWORDS, 99) /* the same, names on top */                          \
    X(CALL_SPREAD, 99)   /* function NULL args [keywords if n] -- result */    \
    X(MAKE_FUNCTION, 99) /* [defaults] [kwdefaults] [closure] code -- f */     \
    X(BUILD_CLASS, 99)   /* body name [base] -- class */                       \
    X(RETURN, -1)                                                              \
    X(YIELD, 0)      /* v -- sent */                                           \
    X(SEND, 0)       /* iterator v -- iterator item; end: -- result, jump */   \
    X(PUSH_ERROR, 1) /* error -- handled error */                              \
    X(POP_ERROR, -2) /* handled error -- */                                    \
    X(POP_ERROR_UNDER, -2) /* handled error v -- v */                          \
    X(MATCH_ERROR, 0)      /* error class -- error bool */                     \
    X(RERAISE, -2)         /* handled error -- */                              \
    X(CLEAN_UP, -3)        /* handled error new -- */                          \
    X(RAISE, 99)           /* n: 0, 1, or 2 with a cause */                    \
    X(WITH_ENTER, 1)       /* manager -- exit entered */                       \
    X(WITH_EXIT, -1)       /* exit -- */                                       \
    X(WITH_ERROR, 1)       /* exit handled error -- exit handled error r */    \
    X(IMPORT, 1)           /* n: constant */                                   \
    X(IMPORT_FROM, 1)      /* module -- module item */                         \
    X(PRINT, -1)

enum opcode {
#define X(name, effect) I_##name,
    OPCODES(X)
#undef X
};
#endif
