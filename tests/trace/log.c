/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <stdarg.h>

#include "memory.h"

static void
add_list(struct text *text, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    size_t needed = text->used + (length > 0 ? (size_t)length : 0) + 1;
    if (needed > text->room) {
        text->room = 2 * needed;
        text->bytes = grow_array(text->bytes, text->room, 1);
    }
    vsnprintf(text->bytes + text->used, text->room - text->used, format, list);
    text->used = needed - 1;
}

void
text_add(struct text *text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    add_list(text, format, list);
    va_end(list);
}

void
text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){0};
}

void
log_top(struct log *log, const char *format, ...)
{
    va_list list;
    if (log->muted)
        return;
    va_start(list, format);
    add_list(&log->text, format, list);
    va_end(list);
    text_add(&log->text, "\n");
}

void
log_sub(struct log *log, const char *format, ...)
{
    struct text *text = &log->text;
    va_list list;
    if (log->muted)
        return;
    if (log->in_block) {
        struct block *block = &log->blocks[log->nblocks - 1];
        text = &block->lines;
        text_add(text, "  O%u ", block->object);
    } else
        text_add(text, "  ");
    va_start(list, format);
    add_list(text, format, list);
    va_end(list);
    text_add(text, "\n");
}

void
log_begin_collect(struct log *log)
{
    log->collecting = true;
}

/* Insertion keeps blocks of one object in order; there are few. */
static void
sort_blocks(struct block *blocks, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct block moving = blocks[i];
        size_t at = i;
        while (at > 0 && (blocks[at - 1].section > moving.section ||
                          (blocks[at - 1].section == moving.section &&
                           blocks[at - 1].object > moving.object))) {
            blocks[at] = blocks[at - 1];
            at--;
        }
        blocks[at] = moving;
    }
}

void
log_end_collect(struct log *log)
{
    sort_blocks(log->blocks, log->nblocks);
    for (size_t i = 0; i < log->nblocks; i++) {
        if (log->blocks[i].lines.used)
            text_add(&log->text, "%s", log->blocks[i].lines.bytes);
        text_free(&log->blocks[i].lines);
    }
    log->nblocks = 0;
    log->collecting = false;
}

void
log_open_block(struct log *log, int section, unsigned object)
{
    if (log->muted)
        return;
    log->blocks = grow_by_one(log->blocks, log->nblocks, sizeof *log->blocks);
    log->blocks[log->nblocks++] =
        (struct block){.section = section, .object = object};
    log->in_block = true;
}

void
log_close_block(struct log *log)
{
    log->in_block = false;
}

void
log_reopen_block(struct log *log)
{
    log->in_block = log->nblocks != 0;
}

void
log_free(struct log *log)
{
    log_end_collect(log);
    free(log->blocks);
    text_free(&log->text);
    *log = (struct log){0};
}
