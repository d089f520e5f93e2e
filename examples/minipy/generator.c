/* SPDX-License-Identifier: MIT */
/*
 * Generators: while one is suspended, its locals and its part of the stack are
 * in the object.  `yield from` passes on what is sent and thrown.
 */
#include "vm.h"

value
resume(struct generator *generator, value sent, value thrown)
{
    value *base = vm.top;
    int nested = vm.nested;
    if (generator->head.aux)
        raise_error(E_ValueError, "generator already executing");
    if (!generator->pc) {
        vm.returned = NONE;
        if (thrown)
            raise_value(thrown);
        return NULL;
    }
    struct code *code = generator->code;
    reserve((size_t)(code->nlocals + code->stack) + 4);
    enter_machine();
    if (vm.frame - vm.frames + vm.nested >= RECURSION_LIMIT)
        too_deep();
    base[0] = (value)generator;
    memcpy(base + 1, generator->values, generator->saved * sizeof(value));
    *++vm.frame = (struct frame){.code = code,
                                 .function = generator->function,
                                 .globals = generator->globals,
                                 .generator = generator,
                                 .pc = generator->pc,
                                 .locals = base + 1,
                                 .result = base,
                                 .handled = vm.handled,
                                 .entry = true};
    vm.top = base + 1 + generator->saved;
    generator->saved = 0;
    generator->head.aux = 1;
    if (generator->handled)
        vm.handled = generator->handled;
    if (generator->started)
        *vm.top++ = sent;
    generator->started = 1;
    if (thrown) {
        sent = run_raising(thrown); /* as if the yield had raised it */
    } else {
        sent = run();
    }
    vm.top = base;
    vm.nested = nested;
    return sent;
}

value
generator_send(struct generator *generator, value sent)
{
    return resume(generator, sent, NULL);
}

/* The SEND of the `yield from` in which the generator is suspended, or NULL. */
static uint32_t *
delegation(struct generator *generator)
{
    if (!generator->pc || !generator->started || generator->head.aux ||
        (*generator->pc & 255) != I_JUMP_BACK)
        return NULL;
    uint32_t *target = generator->code->words + (*generator->pc >> 8);
    return (*target & 255) == I_SEND ? target : NULL;
}

struct throw_job {
    value to, error, item;
    bool delivered; /* else it is for the outer generator */
};

static void
throw_inside(void *data)
{
    struct throw_job *job = data;
    bool closes = matches(job->error, (value)vm.exceptions[E_GeneratorExit]);
    const char *name = closes ? "close" : "throw";
    if (!closes && is(job->to, TYPE_GENERATOR)) {
        job->delivered = true;
        job->item = generator_throw(AS(generator, job->to), job->error);
        return;
    }
    value method = find_attribute(job->to, intern(name, 5));
    if (!method)
        return;
    if (closes) {
        call(method, 0, NULL);
        return;
    }
    job->delivered = true;
    job->item = next_by(job->to, intern(name, 5), job->error);
}

value
generator_throw(struct generator *generator, value error)
{
    uint32_t *send = delegation(generator);
    if (!send)
        return resume(generator, NONE, error);
    struct throw_job job = {generator->values[generator->saved - 1], error,
                            NULL, false};
    enter_recursion("");
    generator->head.aux = 1;
    vm.returned = NULL;
    bool ok = attempt(throw_inside, &job);
    generator->head.aux = 0;
    vm.depth--;
    if (!ok) {
        error = vm.error;
        return resume(generator, NONE, error);
    }
    if (!job.delivered)
        return resume(generator, NONE, error);
    if (job.item)
        return job.item;
    generator->saved--;
    generator->pc = generator->code->words + (*send >> 8);
    return resume(generator, vm.returned ? vm.returned : NONE, NULL);
}

void
finish_generator(struct generator *generator)
{
    generator->pc = NULL;
    generator->saved = 0;
    generator->head.aux = 0;
    generator->handled = NULL;
}

/* `yield from`: what is sent goes on to the iterator.  NULL at its end. */
value
send_to(value iterator, value sent)
{
    vm.returned = NULL;
    if (is(iterator, TYPE_GENERATOR))
        return resume(AS(generator, iterator), sent, NULL);
    return sent == NONE ? next(iterator)
                        : next_by(iterator, intern("send", 4), sent);
}

/* ---- Methods ------------------------------------------------------- */

_Noreturn static void
stop_iteration(void)
{
    value returned = vm.returned;
    vm.returned = NULL;
    raise_value(new_exception(vm.exceptions[E_StopIteration],
                              returned && returned != NONE, &returned));
}

METHOD(generator_send_method)
{
    struct generator *generator = AS(generator, args[0]);
    UNUSED;
    if (!generator->started && args[1] != NONE)
        raise_error(E_TypeError,
                    "can't send non-None value to a just-started generator");
    value item = generator_send(generator, args[1]);
    if (!item)
        stop_iteration();
    return item;
}

METHOD(generator_throw_method)
{
    value error = args[nargs > 2 && args[2] != NONE ? 2 : 1];
    UNUSED;
    if (is_exception_class(error))
        error = call(error, nargs > 2 ? 1 : 0, args + 2);
    if (!is_exception(error))
        raise_error(E_TypeError,
                    "exceptions must be classes or instances "
                    "deriving from BaseException, not %s",
                    type_name(error));
    value item = generator_throw(AS(generator, args[0]), error);
    if (!item)
        stop_iteration();
    return item;
}

static void
throw_exit(void *data)
{
    value *cell = data;
    cell[1] =
        generator_throw(AS(generator, cell[0]),
                        new_exception(vm.exceptions[E_GeneratorExit], 0, NULL));
}

METHOD(generator_close)
{
    struct generator *generator = AS(generator, args[0]);
    value cell[2] = {args[0], NULL};
    UNUSED;
    if (!generator->started)
        generator->pc = NULL;
    if (!generator->pc)
        return NONE;
    if (attempt(throw_exit, cell)) {
        if (cell[1])
            raise_error(E_RuntimeError, "generator ignored GeneratorExit");
        return NONE;
    }
    if (!error_is(E_GeneratorExit) && !error_is(E_StopIteration))
        raise_again();
    vm.error = NULL;
    return NONE;
}

METHOD(next_method)
{
    UNUSED;
    value item = next(args[0]);
    if (!item)
        stop_iteration();
    return item;
}

RETURNS(iter_method, args[0])

void
iterators_start(void)
{
    static const struct define methods[] = {
        {"__next__", next_method, 1, 1, false},
        {"__iter__", iter_method, 1, 1, false},
        {"send", generator_send_method, 2, 2, false},
        {"throw", generator_throw_method, 2, 4, false},
        {"close", generator_close, 1, 1, false},
    };
    define_methods(vm.types[TYPE_ITERATOR], methods, 2);
    define_methods(vm.types[TYPE_GENERATOR], methods, COUNT(methods));
}
