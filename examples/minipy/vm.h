/* SPDX-License-Identifier: MIT */
/* What the files of the machine share: see vm.c. */
#ifndef MINIPY_VM_H
#define MINIPY_VM_H

#include "minipy.h"
#include "opcodes.h"

/* vm.c */
void reserve(size_t count); /* of values, or raises */
_Noreturn void too_deep(void);
void enter_machine(void); /* from C */
value run(void);          /* the frame on top, until it returns to C */
value run_raising(value error);
_Noreturn void raise_reraised(value error);

/* loop.c */
value interpret(void);

/* arguments.c: how parameters get their values, and what is said of others. */
void bind_arguments(struct function *function, value *locals, int nargs,
                    struct tuple *names);
const char *builtin_name(const struct builtin *builtin);
_Noreturn void wrong_arguments(struct builtin *builtin, int nargs,
                               struct tuple *names);
void check_self(struct builtin *builtin, value *args, int nargs);
void extend_starred(value list, value more, value called);
void merge_keywords(struct dict *dict, value more, value called);

/* call.c */
void push_frame(struct function *function, value *result, value *args,
                int nargs, struct tuple *names);
value begin_call(value *result, value *args, int nargs, struct tuple *names);
value call_spread(value *result, bool with_keywords);

static inline value
call_builtin(struct builtin *builtin, value *args, int nargs,
             struct tuple *names)
{
    if (UNLIKELY((names && names->count && !builtin->keywords) ||
                 nargs < builtin->least ||
                 (nargs > builtin->most && builtin->most >= 0)))
        wrong_arguments(builtin, nargs, names);
    return builtin->fn(args, nargs, names);
}

/* generator.c */
value resume(struct generator *generator, value sent, value thrown);
value send_to(value iterator, value sent);
void finish_generator(struct generator *generator);

/* instructions.c: those that are too long for the loop, or too rare. */
_Noreturn void undefined_name(value name);
_Noreturn void unbound_local(struct frame *frame, uint32_t slot);
value load_global(struct frame *frame, uint32_t n);
value load_name(struct frame *frame, uint32_t n);
enum { CACHE_SLOT = 3, CACHE_METHOD, CACHE_NEW_SLOT };
value load_attribute(struct frame *frame, uint32_t n, value v);
value load_method(struct frame *frame, uint32_t n, value v, value *self);
void store_attribute(struct frame *frame, uint32_t n, value v, value item);
void unpack(value v, size_t count, value *to);
void unpack_star(value v, size_t before, size_t after, value *to);
value *make_function(struct frame *frame, uint32_t flags, value *top);
value join_strings(value *items, uint32_t count);
value format_field(value v, uint32_t conversion, value spec);
_Noreturn void raise_statement(value error, value cause, bool has_cause);
value *enter_with(value *top);
value exit_with(value leave, value error);
void print_result(value v);
#endif
