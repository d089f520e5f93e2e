/* SPDX-License-Identifier: MIT */
/*
 * The log of a trace.  Inside a collection the lines of one callback form a
 * block, and the blocks are printed sorted by section, then by the number of
 * the object that died, because between different objects the order is free
 * (Q6); inside a block, and between blocks of one object, it is not (R15).
 */
#ifndef TRACE_LOG_H
#define TRACE_LOG_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *bytes;
    size_t used;
    size_t room;
};

void text_add(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_free(struct text *text);

struct block {
    int section; /* 0: references and finalizers, 1: guards */
    unsigned object;
    struct text lines;
};

struct log {
    struct text text;
    bool collecting;
    bool in_block; /* the last one is open */
    bool muted;    /* nothing is kept */
    struct block *blocks;
    size_t nblocks;
};

/* A line of an operation; a line of a callback, in the open block if any. */
void log_top(struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void log_sub(struct log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void log_begin_collect(struct log *log);
void log_end_collect(struct log *log);
void log_open_block(struct log *log, int section, unsigned object);
void log_close_block(struct log *log);
/* Lines that follow belong to the block that was closed last. */
void log_reopen_block(struct log *log);
void log_free(struct log *log);

#endif
