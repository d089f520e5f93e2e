/* SPDX-License-Identifier: MIT */
/*
 * The machine: a stack of values, a stack of frames, and the loop that runs
 * instructions.  A call of a Python function by Python code pushes a frame and
 * goes on in the same loop; C code that calls Python code (sorted, a property)
 * enters another loop.
 *
 * Both stacks are malloc'ed and reported by a root function, up to their tops
 * and no further, so what a frame has left behind keeps nothing alive.  Before
 * anything that may allocate, raise or call, the loop stores its registers with
 * SYNC.
 *
 * Callbacks of weak references and finalizers run at safe points: at jumps
 * backwards and calls, when vm.pending says that some wait.
 */
#include "minipy.h"
#include "opcodes.h"

#include <stdlib.h>

/* ---- Stacks ----------------------------------------------------------- */

static void
visit_stacks(wgc_tracer *tracer, void *data)
{
    (void)data;
    wgc_visit_range(tracer, vm.stack, vm.top);
    wgc_visit_range(tracer, vm.frames, vm.frame + 1);
    for (struct catcher *c = vm.catcher; c; c = c->outer)
        wgc_visit(tracer, c->handled);
}

void
vm_start(void)
{
    vm.stack = calloc(STACK_VALUES, sizeof *vm.stack);
    vm.frames = calloc(RECURSION_LIMIT + 2, sizeof *vm.frames);
    if (!vm.stack || !vm.frames ||
        wgc_root_add(vm.heap, &vm, &vm.heap) != WGC_OK ||
        wgc_root_add(vm.heap, special, special + SPECIALS) != WGC_OK ||
        wgc_root_add_callback(vm.heap, visit_stacks, NULL) != WGC_OK) {
        fputs("minipy: out of memory\n", stderr);
        exit(1);
    }
    vm.top = vm.stack;
    vm.stack_end = vm.stack + STACK_VALUES - 300;
    vm.frame = vm.frames; /* the first is never used */
    vm.class_version++;   /* caches may be left of an earlier run */
}

static void
reserve(size_t count)
{
    if ((size_t)(vm.stack_end - vm.top) < count)
        raise_error(E_RecursionError, "maximum recursion depth exceeded");
}

/* ---- Catching --------------------------------------------------------- */

static void
open_catcher(struct catcher *catcher)
{
    catcher->outer = vm.catcher;
    catcher->frame = vm.frame;
    catcher->top = vm.top;
    catcher->handled = vm.handled;
    catcher->nested = vm.nested;
    catcher->inexact = vm.inexact;
    vm.catcher = catcher;
}

static void
close_catcher(struct catcher *catcher)
{
    vm.catcher = catcher->outer;
}

bool
attempt(void (*fn)(void *data), void *data)
{
    struct catcher catcher;
    int depth = vm.depth;
    open_catcher(&catcher);
    if (setjmp(catcher.here) == 0) {
        vm.inexact++; /* fn may have locals */
        fn(data);
        vm.inexact--;
        close_catcher(&catcher);
        return true;
    }
    close_catcher(&catcher);
    vm.frame = catcher.frame;
    vm.top = catcher.top;
    vm.handled = catcher.handled;
    vm.nested = catcher.nested;
    vm.inexact = catcher.inexact;
    vm.depth = depth;
    return false;
}

/* ---- Arguments -------------------------------------------------------- */

static const char *
function_name(struct function *function)
{
    return text_of(function->qualname);
}

_Noreturn static void
missing_arguments(struct function *function, const value *locals)
{
    struct code *code = function->code;
    struct text names = {0};
    int count = 0, total = 0;
    bool keyword_only = true;
    for (int i = 0; i < code->nparams; i++)
        if (!locals[i]) {
            keyword_only = false;
            total++;
        }
    int low = keyword_only ? code->nparams : 0;
    int high =
        keyword_only ? code->nparams + code->nkeyword_only : code->nparams;
    if (keyword_only)
        for (int i = low; i < high; i++)
            total += !locals[i];
    for (int i = low; i < high; i++) {
        if (locals[i])
            continue;
        if (count > 0)
            text_format(&names, "%s",
                        count + 1 < total ? ", "
                        : total == 2      ? " and "
                                          : ", and ");
        text_str(&names, repr(code->variables->items[i]));
        count++;
    }
    raise_error(E_TypeError, "%s() missing %d required %s argument%s: %s",
                function_name(function), total,
                keyword_only ? "keyword-only" : "positional",
                total == 1 ? "" : "s", text_of(text_done(&names)));
}

_Noreturn static void
too_many_arguments(struct function *function, int nargs, int nkeyword_only)
{
    struct code *code = function->code;
    int defaults = function->defaults ? (int)function->defaults->count : 0;
    char takes[60], given[80] = "";
    if (defaults)
        snprintf(takes, sizeof takes, "from %d to %d", code->nparams - defaults,
                 code->nparams);
    else
        snprintf(takes, sizeof takes, "%d", code->nparams);
    if (nkeyword_only)
        snprintf(given, sizeof given,
                 " positional argument%s (and %d keyword-only argument%s)",
                 nargs == 1 ? "" : "s", nkeyword_only,
                 nkeyword_only == 1 ? "" : "s");
    raise_error(E_TypeError,
                "%s() takes %s positional argument%s but %d%s %s given",
                function_name(function), takes,
                code->nparams == 1 && !defaults ? "" : "s", nargs, given,
                nargs == 1 && !nkeyword_only ? "was" : "were");
}

static int
parameter_index(struct code *code, value name)
{
    int count = code->nparams + code->nkeyword_only;
    for (int i = code->npositional_only; i < count; i++)
        if (code->variables->items[i] == name ||
            str_equal(code->variables->items[i], name))
            return i;
    return -1;
}

_Noreturn static void
unexpected_keyword(struct function *function, value name)
{
    struct code *code = function->code;
    for (int i = 0; i < code->npositional_only; i++)
        if (str_equal(code->variables->items[i], name))
            raise_error(E_TypeError,
                        "%s() got some positional-only arguments passed as "
                        "keyword arguments: '%s'",
                        function_name(function), text_of(name));
    raise_error(E_TypeError, "%s() got an unexpected keyword argument '%s'",
                function_name(function), text_of(name));
}

static void
bind_keywords(struct function *function, value *locals, const value *items,
              struct tuple *names, struct dict *rest)
{
    struct code *code = function->code;
    for (size_t i = 0; i < names->count; i++) {
        int index = parameter_index(code, names->items[i]);
        if (index >= 0 && locals[index])
            raise_error(E_TypeError,
                        "%s() got multiple values for argument '%s'",
                        function_name(function), text_of(names->items[i]));
        if (index >= 0)
            locals[index] = items[i];
        else if (rest)
            dict_set(rest, names->items[i], items[i]);
        else
            unexpected_keyword(function, names->items[i]);
    }
}

static void
bind_defaults(struct function *function, value *locals)
{
    struct code *code = function->code;
    int defaults = function->defaults ? (int)function->defaults->count : 0;
    int first = code->nparams - defaults;
    bool missing = false;
    for (int i = 0; i < code->nparams; i++) {
        if (!locals[i] && i >= first)
            locals[i] = function->defaults->items[i - first];
        missing |= !locals[i];
    }
    if (missing)
        missing_arguments(function, locals);
    for (int i = code->nparams; i < code->nparams + code->nkeyword_only; i++) {
        if (!locals[i] && function->kwdefaults)
            locals[i] =
                dict_get(function->kwdefaults, code->variables->items[i]);
        missing |= !locals[i];
    }
    if (missing)
        missing_arguments(function, locals);
}

/* The general case.  The arguments lie where the locals will be: they move to
   the other end of the space that is reserved, and from there into place. */
static void
bind_arguments(struct function *function, value *locals, int nargs,
               struct tuple *names)
{
    struct code *code = function->code;
    size_t given = (size_t)nargs + (names ? names->count : 0);
    size_t space =
        (size_t)code->nlocals > given ? (size_t)code->nlocals : given;
    vm.top = locals + given;
    reserve(space + given + (size_t)code->stack);
    value *args = locals + space;
    memmove(args, locals, given * sizeof(value));
    memset(locals, 0, space * sizeof(value));
    vm.top = args + given;
    int direct = nargs < code->nparams ? nargs : code->nparams;
    for (int i = 0; i < direct; i++)
        locals[i] = args[i];
    int slot = code->nparams + code->nkeyword_only;
    if (code->head.aux & CODE_VARARGS)
        locals[slot++] = new_tuple((size_t)(nargs - direct), args + direct);
    struct dict *rest = NULL;
    if (code->head.aux & CODE_KEYWORDS)
        locals[slot] = (value)(rest = new_dict());
    if (names)
        bind_keywords(function, locals, args + nargs, names, rest);
    if (nargs > direct && !(code->head.aux & CODE_VARARGS)) {
        int extra = 0;
        for (int i = 0; i < code->nkeyword_only; i++)
            extra += locals[code->nparams + i] != NULL;
        too_many_arguments(function, nargs, extra);
    }
    bind_defaults(function, locals);
}

/* ---- Frames ----------------------------------------------------------- */

static NOINLINE void
too_deep(void)
{
    raise_error(E_RecursionError, "maximum recursion depth exceeded%s", "");
}

/* result[0] is the function, and args the place of its locals. */
static inline void
push_frame(struct function *function, value *result, value *args, int nargs,
           struct tuple *names)
{
    struct code *code = function->code;
    if (UNLIKELY(vm.frame - vm.frames + vm.nested >= RECURSION_LIMIT))
        too_deep();
    if (LIKELY((code->head.aux & CODE_SIMPLE) && nargs == code->nparams &&
               !names)) {
        if (UNLIKELY(args + code->nlocals + code->stack > vm.stack_end))
            too_deep();
        for (int i = nargs; i < code->nlocals; i++)
            args[i] = NULL;
    } else {
        bind_arguments(function, args, nargs, names);
    }
    if (function->closure) {
        value *free = args + code->nlocals - code->nfree;
        for (int i = 0; i < code->nfree; i++)
            free[i] = function->closure->items[i];
    }
    struct frame *frame = ++vm.frame;
    frame->code = code;
    frame->function = function;
    frame->globals = function->globals;
    frame->names = NULL;
    frame->generator = NULL;
    frame->made = NULL;
    frame->pc = code->words;
    frame->locals = args;
    frame->result = result;
    frame->handled = vm.handled;
    frame->entry = false;
    vm.top = args + code->nlocals;
}

/* The frame that push_frame has made becomes a generator. */
static value
suspend_new_frame(void)
{
    struct frame *frame = vm.frame;
    struct code *code = frame->code;
    struct generator *generator =
        new_object(TYPE_GENERATOR,
                   sizeof *generator +
                       (size_t)(code->nlocals + code->stack) * sizeof(value));
    generator->code = code;
    generator->function = frame->function;
    generator->globals = frame->globals;
    generator->pc = frame->pc;
    memcpy(generator->values, frame->locals,
           (size_t)code->nlocals * sizeof(value));
    generator->saved = (uint32_t)code->nlocals;
    vm.top = frame->result;
    vm.frame--;
    return (value)generator;
}

/* ---- Calls ------------------------------------------------------------ */

static value call_builtin(struct builtin *builtin, value *args, int nargs,
                          struct tuple *names);
static value run(void);
static value run_raising(value error);

/* As CPython writes it: list.append(), math.sqrt(), print(). */
static const char *
builtin_name(const struct builtin *builtin)
{
    static char name[80];
    if (!builtin->owner)
        return builtin->name;
    snprintf(name, sizeof name, "%s.%s", builtin->owner, builtin->name);
    return name;
}

_Noreturn static void
wrong_arguments(struct builtin *builtin, int nargs, struct tuple *names)
{
    int self = builtin->class ? 1 : 0;
    int given = nargs - self, least = builtin->least - self;
    int most = builtin->most - self;
    const char *full = builtin_name(builtin), *name = builtin->name;
    if (names && names->count > 0 && !builtin->keywords)
        raise_error(E_TypeError, "%s() takes no keyword arguments", full);
    if (self && given < 0)
        raise_error(E_TypeError, "unbound method %s() needs an argument", full);
    if (least == most && most == 0)
        raise_error(E_TypeError, "%s() takes no arguments (%d given)", full,
                    given);
    if (least == most && most == 1 && !builtin->makes)
        raise_error(E_TypeError, "%s() takes exactly one argument (%d given)",
                    full, given);
    const char *how = least == most   ? ""
                      : given < least ? "at least "
                                      : "at most ";
    int limit = given < least ? least : most;
    raise_error(E_TypeError, "%s expected %s%d argument%s, got %d", name, how,
                limit, limit == 1 ? "" : "s", given);
}

/* A method that is not bound: str.upper(x). */
static NOINLINE void
check_self(struct builtin *builtin, value *args, int nargs)
{
    if (nargs > 0 && !is_subclass(class_of(args[0]), builtin->class))
        raise_error(E_TypeError,
                    strncmp(builtin->name, "__", 2) == 0
                        ? "descriptor '%s' requires a '%s' object but received "
                          "a '%s'"
                        : "descriptor '%s' for '%s' objects doesn't apply to a "
                          "'%s' object",
                    builtin->name, builtin->owner, type_name(args[0]));
}

static value
call_builtin(struct builtin *builtin, value *args, int nargs,
             struct tuple *names)
{
    if (UNLIKELY((names && names->count && !builtin->keywords) ||
                 nargs < builtin->least ||
                 (nargs > builtin->most && builtin->most >= 0)))
        wrong_arguments(builtin, nargs, names);
    return builtin->fn(args, nargs, names);
}

/* A class is called: the new object, or NULL if a frame for its __init__ was
   pushed.  result[0] is the class. */
static value
call_class(struct class *class, value *result, value *args, int nargs,
           struct tuple *names)
{
    if (class->builtin_type && class->builtin_type != TYPE_OBJECT) {
        if (!class->make)
            raise_error(E_TypeError, "cannot create '%s' instances",
                        text_of(class->name));
        return call_builtin(class->make, args, nargs, names);
    }
    value init = class_find(class, special[S_init]);
    value make = class_find(class, special[S_new]);
    value instance;
    if (is(make, TYPE_FUNCTION) ||
        AS(wrapper, make)->a->type == TYPE_FUNCTION) {
        value own = is(make, TYPE_FUNCTION) ? make : AS(wrapper, make)->a;
        value list = new_list(1, (value[]){(value) class});
        size_t given = (size_t)nargs + (names ? names->count : 0);
        for (size_t i = 0; i < given; i++)
            list_append(list, args[i]);
        instance =
            call_with(own, nargs + 1, AS(list, list)->items, names, false);
        if (!is(instance, TYPE_OBJECT) || class_of(instance) != class)
            return instance;
    } else if (class->exception) {
        if (names && is(init, TYPE_BUILTIN))
            raise_error(E_TypeError, "%s() takes no keyword arguments",
                        text_of(class->name));
        instance = new_exception(class, nargs, args);
    } else {
        instance = (value)new_instance(class);
    }
    if (is(init, TYPE_FUNCTION)) {
        result[0] = instance; /* alive while the frame is being made */
        result[1] = instance;
        push_frame(AS(function, init), result, result + 1, nargs + 1, names);
        if (vm.frame->code->head.aux & CODE_GENERATOR)
            raise_error(E_TypeError,
                        "__init__() should return None, not 'generator'");
        vm.frame->made = instance;
        return NULL;
    }
    if (!is(init, TYPE_BUILTIN)) {
        value bound = bind(init, instance, class);
        call_with(bound, nargs, args, names, false);
    } else if (!class->exception && !is(make, TYPE_FUNCTION) &&
               AS(wrapper, make)->a->type != TYPE_FUNCTION &&
               (nargs > 0 || names)) {
        raise_error(E_TypeError, "%s() takes no arguments",
                    text_of(class->name));
    }
    return instance;
}

/*
 * Call what is in result[0] with args, which begin at result[2], or at
 * result[1] if there is a self.  Either a value is returned, or NULL, and there
 * is a new frame to run.
 */
static value
begin_call(value *result, value *args, int nargs, struct tuple *names)
{
    value callable = result[0];
again:
    if (is_object(callable))
        switch (callable->type) {
        case TYPE_FUNCTION:
            push_frame(AS(function, callable), result, args, nargs, names);
            if (UNLIKELY(vm.frame->code->head.aux & CODE_GENERATOR))
                return suspend_new_frame();
            return NULL;
        case TYPE_BUILTIN:
            if (AS(builtin, callable)->class && args == result + 2)
                check_self(AS(builtin, callable), args, nargs);
            return call_builtin(AS(builtin, callable), args, nargs, names);
        case TYPE_CLASS:
            if (args == result + 1) { /* a self that a class has not */
                memmove(args + 1, args,
                        ((size_t)nargs + (names ? names->count : 0)) *
                            sizeof(value));
                args++;
            }
            return call_class(AS(class, callable), result, args, nargs, names);
        case TYPE_METHOD: {
            struct method *method = AS(method, callable);
            size_t given = (size_t)nargs + (names ? names->count : 0);
            if (args == result + 1) {
                reserve(2);
                memmove(args + 1, args, given * sizeof(value));
                vm.top = args + 1 + given;
                args++;
            }
            args--;
            args[0] = method->self;
            nargs++;
            result[0] = callable = method->function;
            goto again;
        }
        default:
            break;
        }
    if (is_handle(callable) && subject(callable) != callable) {
        result[0] = callable = subject(callable);
        goto again;
    }
    if (is_handle(callable))
        return weakref_call(callable, nargs, names != NULL && names->count > 0);
    value own = is(callable, TYPE_OBJECT) ? special_of(callable, S_call) : NULL;
    if (!own)
        raise_error(E_TypeError, "'%s' object is not callable",
                    type_name(callable));
    value bound = bind(own, callable, class_of(callable));
    result[0] = callable = bound;
    goto again;
}

static void
enter_machine(void)
{
    if (++vm.nested > NESTING_LIMIT || stack_is_low())
        raise_error(E_RecursionError, "maximum recursion depth exceeded%s", "");
}

value
call_with(value callable, int nargs, const value *args, struct tuple *names,
          bool exact)
{
    size_t given = (size_t)nargs + (names ? names->count : 0);
    value *base = vm.top;
    int nested = vm.nested, inexact = vm.inexact;
    reserve(given + 4);
    base[0] = callable;
    base[1] = NULL;
    if (given)
        memcpy(base + 2, args, given * sizeof(value));
    vm.top = base + 2 + given;
    vm.inexact += !exact;
    enter_machine();
    value result = begin_call(base, base + 2, nargs, names);
    if (!result) {
        vm.frame->entry = true;
        result = run();
    }
    vm.top = base;
    vm.nested = nested;
    vm.inexact = inexact;
    return result;
}

value
call(value callable, int nargs, const value *args)
{
    return call_with(callable, nargs, args, NULL, false);
}

value
call_method(value self, const char *name, int nargs, const value *args)
{
    value method = get_attribute(self, intern(name, strlen(name)));
    return call(method, nargs, args);
}

value
try_special(value self, value name, int nargs, const value *args)
{
    value all[4] = {self};
    struct class *class = class_of(self);
    value found = class_find(class, name);
    if (!found || found == NONE)
        return NULL;
    if (!is(found, TYPE_FUNCTION) && !is(found, TYPE_BUILTIN))
        return call(bind(found, self, class), nargs, args);
    for (int i = 0; i < nargs; i++)
        all[i + 1] = args[i];
    return call_with(found, nargs + 1, all, NULL, false);
}

value
run_code(struct code *code, struct dict *globals)
{
    value *base = vm.top;
    reserve((size_t)code->stack + 4);
    if (vm.frame - vm.frames >= RECURSION_LIMIT)
        too_deep();
    base[0] = (value)code;
    *++vm.frame = (struct frame){.code = code,
                                 .globals = globals,
                                 .pc = code->words,
                                 .locals = base + 1,
                                 .result = base,
                                 .handled = vm.handled,
                                 .entry = true};
    vm.top = base + 1;
    value result = run();
    vm.top = base;
    return result;
}

value
build_class(value body, value name, int nbases, value *bases)
{
    struct class *base = vm.types[TYPE_OBJECT];
    struct function *function = AS(function, body);
    if (nbases > 0) {
        if (!is(bases[0], TYPE_CLASS))
            raise_error(E_TypeError, "minipy: a base must be a class, not %s",
                        type_name(bases[0]));
        base = AS(class, bases[0]);
        if (base->builtin_type && base->builtin_type != TYPE_OBJECT)
            raise_error(E_TypeError,
                        "subclasses of '%s' are not supported by minipy",
                        text_of(base->name));
    }
    struct class *class = new_class(name, base);
    value *top = vm.top;
    int nested = vm.nested;
    reserve((size_t)function->code->stack + 8);
    enter_machine();
    top[0] = (value) class;
    top[1] = body;
    vm.top = top + 2;
    push_frame(function, top + 1, top + 2, 0, NULL);
    vm.frame->names = class->dict;
    vm.frame->entry = true;
    value cell = run();
    vm.top = top;
    vm.nested = nested;
    if (is(cell, TYPE_CELL))
        AS(cell, cell)->content = (value) class;
    value qualname = dict_get_str(class->dict, special[S_qualname]);
    value module = dict_get_str(class->dict, special[S_module]);
    class->qualname = qualname ? qualname : name;
    class->module = module ? module : str_from("__main__");
    dict_delete(class->dict, special[S_qualname]);
    if (!dict_get_str(class->dict, special[S_doc]))
        dict_set(class->dict, special[S_doc], NONE);
    class->has_del |= dict_get_str(class->dict, special[S_del]) != NULL;
    class->has_getattr |= dict_get_str(class->dict, special[S_getattr]) != NULL;
    class->has_setattr |=
        dict_get_str(class->dict, special[S_setattr]) != NULL ||
        dict_get_str(class->dict, special[S_delattr]) != NULL;
    return (value) class;
}

/* ---- Generators ------------------------------------------------------- */

static value
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

/* `yield from`: what is sent goes on to the iterator.  NULL at its end. */
static value
send_to(value iterator, value sent)
{
    vm.returned = NULL;
    if (is(iterator, TYPE_GENERATOR))
        return resume(AS(generator, iterator), sent, NULL);
    return sent == NONE ? next(iterator)
                        : next_by(iterator, intern("send", 4), sent);
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

static void
finish_generator(struct generator *generator)
{
    generator->pc = NULL;
    generator->saved = 0;
    generator->head.aux = 0;
    generator->handled = NULL;
}

/* ---- Unwinding -------------------------------------------------------- */

static bool reraised; /* the frame is in the traceback already */

static bool
enter_handler(struct frame *frame, value error)
{
    struct code *code = frame->code;
    uint32_t at = (uint32_t)(frame->pc - code->words) - 1;
    for (uint32_t i = 0; i < code->nhandlers; i++) {
        struct handler *handler = &code->handlers[i];
        if (at < handler->start || at >= handler->end)
            continue;
        vm.top = frame->locals + code->nlocals + handler->depth;
        *vm.top++ = error;
        frame->pc = code->words + handler->target;
        return true;
    }
    return false;
}

static void
stop_iteration_in_generator(void)
{
    value inner = vm.error;
    value message = str_from("generator raised StopIteration");
    value error = new_exception(vm.exceptions[E_RuntimeError], 1, &message);
    AS(exception, error)->cause = AS(exception, error)->context = inner;
    AS(exception, error)->suppress = TRUE;
    vm.error = error;
}

/* Find a handler for vm.error, leaving frames; false if the frame that returns
   to C was left. */
static bool
unwind(void)
{
    for (;;) {
        struct frame *frame = vm.frame;
        if (!reraised)
            add_traceback(vm.error, frame);
        reraised = false;
        value error = vm.error;
        if (enter_handler(frame, error)) {
            vm.error = NULL;
            return true;
        }
        if (frame->generator) {
            if (error_is(E_StopIteration)) {
                stop_iteration_in_generator();
                add_traceback(vm.error, frame);
            }
            finish_generator(frame->generator);
        }
        vm.handled = frame->handled;
        vm.top = frame->result;
        vm.frame--;
        if (frame->entry)
            return false;
    }
}

/* What the frames that an exception jumped over have left on the C stack looks
   like references to a cycle in an allocation.  They would keep what a script
   drops because the heap is full; so there is a cycle at the next safe point,
   too. */
static NOINLINE void
wipe_stack(void)
{
    volatile char remains[16384];
    for (size_t i = 0; i < sizeof remains; i++)
        remains[i] = 0;
}

static value interpret(void);

static value
run_from(bool raising)
{
    struct catcher catcher;
    int nested = vm.nested, inexact = vm.inexact, depth = vm.depth;
    open_catcher(&catcher);
    if (setjmp(catcher.here) != 0 || raising) {
        raising = false;
        vm.nested = nested;
        vm.inexact = inexact;
        vm.depth = depth;
        if (vm.error == vm.memory_error) {
            wipe_stack();
            vm.pending |= PENDING_COLLECTION;
        }
        if (!unwind()) {
            close_catcher(&catcher);
            raise_again();
        }
    }
    value result = interpret();
    close_catcher(&catcher);
    return result;
}

static value
run(void)
{
    return run_from(false);
}

static value
run_raising(value error)
{
    if (vm.handled && vm.handled != error && !AS(exception, error)->context)
        AS(exception, error)->context = vm.handled;
    vm.error = error;
    return run_from(true);
}

/* ---- What instructions need ------------------------------------------- */

_Noreturn static void
undefined_name(value name)
{
    raise_error(E_NameError, "name '%s' is not defined", text_of(name));
}

_Noreturn static void
unbound_local(struct frame *frame, uint32_t slot)
{
    struct code *code = frame->code;
    const char *name = text_of(code->variables->items[slot]);
    if ((int)slot >= code->nlocals - code->nfree)
        raise_error(
            E_NameError,
            "cannot access free variable '%s' where it is not associated "
            "with a value in enclosing scope",
            name);
    raise_error(
        E_UnboundLocalError,
        "cannot access local variable '%s' where it is not associated with "
        "a value",
        name);
}

/* kind 1: entry `slot` of the globals; 2: of the builtins, while the globals
   have the same keys. */
static value
load_global(struct frame *frame, uint32_t n)
{
    struct cache *cache = &frame->code->caches[n];
    value name = frame->code->names->items[n];
    struct entry *entry = dict_find(frame->globals, name);
    if (entry) {
        cache->kind = 1;
        cache->slot = (int32_t)(entry - frame->globals->entries);
        return entry->item;
    }
    entry = dict_find(vm.builtins, name);
    if (!entry)
        undefined_name(name);
    cache->kind = 2;
    cache->slot = (int32_t)(entry - vm.builtins->entries);
    cache->version = frame->globals->head.aux;
    return entry->item;
}

static value
load_name(struct frame *frame, uint32_t n)
{
    value item = dict_get_str(frame->names, frame->code->names->items[n]);
    return item ? item : load_global(frame, n);
}

enum { CACHE_SLOT = 3, CACHE_METHOD, CACHE_NEW_SLOT };

/* An attribute that is not in the cache, and what the cache is to know. */
static value
load_attribute(struct frame *frame, uint32_t n, value v)
{
    value name = frame->code->names->items[n];
    if (is(v, TYPE_OBJECT)) {
        struct instance *instance = AS(instance, v);
        struct cache *cache = &frame->code->caches[n];
        value found = class_find(instance->class, name);
        int slot = find_slot(instance->class, name);
        cache->kind = 0;
        if (slot >= 0 && (!found || !is(found, TYPE_PROPERTY))) {
            cache->class = instance->class->head.aux;
            cache->version = vm.class_version;
            cache->slot = slot;
            cache->kind = CACHE_SLOT;
        }
    }
    return get_attribute(v, name);
}

static value
load_method(struct frame *frame, uint32_t n, value v, value *self)
{
    value name = frame->code->names->items[n];
    value found = find_method(v, name, self);
    struct cache *cache = &frame->code->caches[n];
    cache->kind = 0;
    if (*self) {
        struct class *class = class_of(v);
        if (!is(v, TYPE_OBJECT) || find_slot(class, name) < 0) {
            cache->class = class->head.aux;
            cache->version = vm.class_version;
            cache->found = found;
            cache->kind = CACHE_METHOD;
        }
    }
    return found;
}

static void
store_attribute(struct frame *frame, uint32_t n, value v, value item)
{
    value name = frame->code->names->items[n];
    set_attribute(v, name, item);
    if (!is(v, TYPE_OBJECT))
        return;
    struct class *class = AS(instance, v)->class;
    struct cache *cache = &frame->code->caches[n];
    int slot = find_slot(class, name);
    value found = class_find(class, name);
    cache->kind = 0;
    if (slot >= 0 && !class->has_setattr && !class->exception &&
        (!found || !is(found, TYPE_PROPERTY)) && name != special[S_class]) {
        cache->class = class->head.aux;
        cache->version = vm.class_version;
        cache->slot = slot;
        cache->kind = CACHE_SLOT;
    }
}

static void
check_unpackable(value v)
{
    if (!is_iterable(v))
        raise_error(E_TypeError, "cannot unpack non-iterable %s object",
                    type_name(v));
}

static void
unpack(value v, size_t count, value *to)
{
    size_t have;
    value *items = sequence_items(v, &have);
    value list = v;
    if (!items && !(is(v, TYPE_LIST) || is(v, TYPE_TUPLE))) {
        check_unpackable(v);
        list = new_list(0, NULL);
        value iterator = get_iterator(v), item;
        while (AS(list, list)->count <= count && (item = next(iterator)))
            list_append(list, item);
        items = sequence_items(list, &have);
    }
    if (have < count)
        raise_error(E_ValueError,
                    "not enough values to unpack (expected %zu, got "
                    "%zu)",
                    count, have);
    if (have > count)
        raise_error(E_ValueError, "too many values to unpack (expected %zu)",
                    count);
    for (size_t i = 0; i < count; i++)
        to[i] = items[count - 1 - i];
}

static void
unpack_star(value v, size_t before, size_t after, value *to)
{
    check_unpackable(v);
    value list = list_of(v);
    size_t have = AS(list, list)->count;
    if (have < before + after)
        raise_error(
            E_ValueError,
            "not enough values to unpack (expected at least %zu, got %zu)",
            before + after, have);
    value middle =
        new_list(have - before - after, AS(list, list)->items + before);
    for (size_t i = 0; i < after; i++)
        *to++ = AS(list, list)->items[have - 1 - i];
    *to++ = middle;
    for (size_t i = 0; i < before; i++)
        *to++ = AS(list, list)->items[before - 1 - i];
}

/* How messages name what is called. */
static const char *
callable_text(value callable)
{
    value name = find_attribute(callable, special[S_qualname]);
    if (is(callable, TYPE_BUILTIN))
        return text_of(str_format("%s()", builtin_name(AS(builtin, callable))));
    if (!name || !is(name, TYPE_STR))
        return text_of(str_of(callable));
    value module = find_attribute(callable, special[S_module]);
    if (!module || !is(module, TYPE_STR) ||
        strcmp(text_of(module), "builtins") == 0)
        return text_of(str_format("%s()", text_of(name)));
    return text_of(str_format("%s.%s()", text_of(module), text_of(name)));
}

/* `called` is set for the only positional argument of a call. */
static void
extend_starred(value list, value more, value called)
{
    if (!is_iterable(more) && called)
        raise_error(E_TypeError,
                    "%s argument after * must be an iterable, not %s",
                    callable_text(called), type_name(more));
    if (!is_iterable(more))
        raise_error(E_TypeError, "Value after * must be an iterable, not %s",
                    type_name(more));
    list_extend(list, more);
}

static void
merge_keywords(struct dict *dict, value more, value called)
{
    uint32_t at = 0;
    if (!is(more, TYPE_DICT))
        raise_error(E_TypeError,
                    "%s argument after ** must be a mapping, not %s",
                    callable_text(called), type_name(more));
    for (struct entry *e; (e = dict_next(AS(dict, more), &at));) {
        if (!is(e->key, TYPE_STR))
            raise_error(E_TypeError, "keywords must be strings");
        if (dict_find(dict, e->key))
            raise_error(E_TypeError,
                        "%s got multiple values for keyword argument '%s'",
                        callable_text(called), text_of(e->key));
        dict_set(dict, e->key, e->item);
    }
}

/* function NULL list [dict] becomes function NULL args... */
static value
call_spread(value *result, bool with_keywords)
{
    value list = result[2], keywords = with_keywords ? result[3] : NULL;
    size_t nargs = AS(list, list)->count, nnames = 0;
    struct tuple *names = NULL;
    if (keywords && AS(dict, keywords)->count > 0) {
        nnames = AS(dict, keywords)->count;
        names = AS(tuple, new_tuple(nnames, NULL));
    }
    if (nargs > 100000)
        raise_error(E_ValueError, "too many arguments for minipy");
    reserve(nargs + nnames + 2);
    if (nargs)
        memcpy(result + 2, AS(list, list)->items, nargs * sizeof(value));
    uint32_t at = 0;
    for (size_t i = 0; i < nnames; i++) {
        struct entry *entry = dict_next(AS(dict, keywords), &at);
        names->items[i] = entry->key;
        result[2 + nargs + i] = entry->item;
    }
    result[1] = (value)names; /* keeps them alive */
    vm.top = result + 2 + nargs + nnames;
    return begin_call(result, result + 2, (int)nargs, names);
}

static value *
make_function(struct frame *frame, uint32_t flags, value *top)
{
    struct function *function = new_object(TYPE_FUNCTION, sizeof *function);
    struct code *code = AS(code, top[-1]);
    top--;
    function->code = code;
    function->globals = frame->globals;
    function->name = code->name;
    function->qualname = code->qualname;
    function->doc = code->constants->count ? code->constants->items[0] : NONE;
    if (flags & 4)
        function->closure = AS(tuple, *--top);
    if (flags & 2)
        function->kwdefaults = AS(dict, *--top);
    if (flags & 1)
        function->defaults = AS(tuple, *--top);
    *top++ = (value)function;
    return top;
}

static value
join_strings(value *items, uint32_t count)
{
    struct text text = {0};
    if (count == 1 && is(items[0], TYPE_STR))
        return items[0];
    for (uint32_t i = 0; i < count; i++)
        text_str(&text, items[i]);
    return text_done(&text);
}

static value
format_field(value v, uint32_t conversion, value spec)
{
    if (conversion & 255)
        v = convert(v, (char)conversion);
    if (!spec && is(v, TYPE_STR))
        return v;
    value result = format_value(v, spec ? text_of(spec) : "",
                                spec ? AS(str, spec)->bytes : 0);
    if (!is(result, TYPE_STR))
        raise_error(E_TypeError, "__format__ must return a str, not %s",
                    type_name(result));
    return result;
}

_Noreturn static void
raise_statement(value error, value cause, bool has_cause)
{
    if (is_exception_class(error))
        error = call(error, 0, NULL);
    if (!is_exception(error))
        raise_error(E_TypeError, "exceptions must derive from BaseException");
    if (has_cause) {
        if (is_exception_class(cause))
            cause = call(cause, 0, NULL);
        if (cause != NONE && !is_exception(cause))
            raise_error(E_TypeError,
                        "exception causes must derive from BaseException");
        AS(exception, error)->cause = cause == NONE ? NULL : cause;
        AS(exception, error)->suppress = TRUE;
    }
    raise_value(error);
}

static value *
enter_with(value *top)
{
    value manager = subject(top[-1]);
    struct class *class = class_of(manager);
    value enter = class_find(class, special[S_enter]);
    value leave = class_find(class, special[S_exit]);
    if (!enter)
        raise_error(E_TypeError,
                    "'%s' object does not support the context manager protocol",
                    type_name(manager));
    if (!leave)
        raise_error(E_TypeError,
                    "'%s' object does not support the context manager protocol "
                    "(missed __exit__ method)",
                    type_name(manager));
    top[-1] = bind(leave, manager, class);
    *top = manager;
    vm.top = top + 1;
    *top = call_with(enter, 1, &manager, NULL, true);
    return top + 1;
}

static value
exit_with(value leave, value error)
{
    value args[3] = {NONE, NONE, NONE};
    if (error) {
        args[0] = (value)AS(instance, error)->class;
        args[1] = error;
        args[2] = AS(exception, error)->traceback
                      ? AS(exception, error)->traceback
                      : NONE;
    }
    return call_with(leave, 3, args, NULL, true);
}

static void
print_result(value v)
{
    if (v == NONE)
        return;
    dict_set(vm.builtins, intern("_", 1), v);
    value text = repr(v);
    fwrite(text_of(text), 1, AS(str, text)->bytes, stdout);
    putchar('\n');
}

/* Between two instructions: nothing is half done. */
void
run_pending(void)
{
    if (vm.pending & PENDING_INTERRUPT) {
        vm.pending &= ~PENDING_INTERRUPT;
        raise_error(E_KeyboardInterrupt, "%s", "");
    }
    bool full = vm.pending & PENDING_COLLECTION;
    vm.pending = 0;
    if (full && vm.inexact == 0)
        wgc_collect_exact(vm.heap);
    wgc_deliver(vm.heap, SIZE_MAX);
}

/* ---- The loop --------------------------------------------------------- */

/* Labels as values are an extension that both gcc and clang have. */
#pragma GCC diagnostic ignored "-Wpedantic"

#define SYNC (frame->pc = pc, vm.top = sp)
#define RELOAD                                                                 \
    (frame = vm.frame, pc = frame->pc, locals = frame->locals, sp = vm.top,    \
     constants = frame->code->constants->items)
#define NEXT                                                                   \
    do {                                                                       \
        word = *pc++;                                                          \
        goto *labels[word & 255];                                              \
    } while (0)
#define N       (word >> 8)
#define PUSH(v) (*sp++ = (v))
#define SAFE_POINT                                                             \
    do {                                                                       \
        if (UNLIKELY(vm.pending)) {                                            \
            SYNC;                                                              \
            run_pending();                                                     \
        }                                                                      \
    } while (0)
/* After a comparison that is followed by a jump: jump at once. */
#define BRANCH(truth_value)                                                    \
    do {                                                                       \
        bool holds = (truth_value);                                            \
        if ((*pc & 255) == I_JUMP_IF_FALSE) {                                  \
            pc = holds ? pc + 1 : code_words + (*pc >> 8);                     \
            NEXT;                                                              \
        }                                                                      \
        if ((*pc & 255) == I_JUMP_IF_TRUE) {                                   \
            pc = holds ? code_words + (*pc >> 8) : pc + 1;                     \
            NEXT;                                                              \
        }                                                                      \
        PUSH(boolean(holds));                                                  \
        NEXT;                                                                  \
    } while (0)
#define code_words       (frame->code->words)
#define BOTH_SMALL(a, b) (((uintptr_t)(a) & (uintptr_t)(b)&TAG_INT) != 0)
#define BOTH_FLOAT(a, b) (is(a, TYPE_FLOAT) && is(b, TYPE_FLOAT))
#define FLOAT(v)         (AS(floating, v)->number)
#define ARITHMETIC(small_op, float_op, operation)                              \
    do {                                                                       \
        value a = sp[-2], b = sp[-1];                                          \
        if (LIKELY(BOTH_SMALL(a, b))) {                                        \
            int64_t x = small_of(a), y = small_of(b), z;                       \
            if (LIKELY(!small_op(x, y, &z) && fits_small(z))) {                \
                *--sp = NULL;                                                  \
                sp[-1] = small(z);                                             \
                NEXT;                                                          \
            }                                                                  \
        }                                                                      \
        SYNC;                                                                  \
        if (BOTH_FLOAT(a, b))                                                  \
            a = make_float(FLOAT(a) float_op FLOAT(b));                        \
        else                                                                   \
            a = binary((operation) | (N ? OP_INPLACE : 0), a, b);              \
        sp--;                                                                  \
        sp[-1] = a;                                                            \
        NEXT;                                                                  \
    } while (0)

static NOINLINE value
interpret(void)
{
    static const void *const labels[] = {
#define X(name, effect) &&L_##name,
        OPCODES(X)
#undef X
    };
    struct frame *frame;
    uint32_t *pc, word;
    value *sp, *locals, *constants;
    value v;
    RELOAD;
    NEXT;

L_NOP:
    NEXT;
L_POP:
    sp--;
    NEXT;
L_DUP:
    sp[0] = sp[-1];
    sp++;
    NEXT;
L_DUP2:
    sp[0] = sp[-2];
    sp[1] = sp[-1];
    sp += 2;
    NEXT;
L_ROT2:
    v = sp[-1];
    sp[-1] = sp[-2];
    sp[-2] = v;
    NEXT;
L_ROT3:
    v = sp[-1];
    sp[-1] = sp[-2];
    sp[-2] = sp[-3];
    sp[-3] = v;
    NEXT;
L_DROP_UNDER:
    v = sp[-1];
    sp -= N;
    sp[-1] = v;
    NEXT;
L_PUSH_NULL:
    PUSH(NULL);
    NEXT;
L_CONSTANT:
    PUSH(constants[N]);
    NEXT;

    /* Names. */
L_LOAD:
    v = locals[N];
    if (UNLIKELY(!v)) {
        SYNC;
        unbound_local(frame, N);
    }
    PUSH(v);
    NEXT;
L_STORE:
    locals[N] = *--sp;
    NEXT;
L_DELETE:
    if (!locals[N]) {
        SYNC;
        unbound_local(frame, N);
    }
    locals[N] = NULL;
    NEXT;
L_LOAD_CELL:
    PUSH(locals[N]);
    NEXT;
L_LOAD_DEREF:
    v = AS(cell, locals[N])->content;
    if (UNLIKELY(!v)) {
        SYNC;
        unbound_local(frame, N);
    }
    PUSH(v);
    NEXT;
L_STORE_DEREF:
    AS(cell, locals[N])->content = *--sp;
    NEXT;
L_DELETE_DEREF:
    if (!AS(cell, locals[N])->content) {
        SYNC;
        unbound_local(frame, N);
    }
    AS(cell, locals[N])->content = NULL;
    NEXT;
L_MAKE_CELL:
    SYNC;
    v = new_object(TYPE_CELL, sizeof(struct cell));
    AS(cell, v)->content = locals[N];
    locals[N] = v;
    NEXT;
L_LOAD_GLOBAL : {
    struct cache *cache = &frame->code->caches[N];
    struct dict *dict = frame->globals;
    if (LIKELY(cache->kind == 1)) {
        struct entry *entry = &dict->entries[cache->slot];
        if (LIKELY((uint32_t)cache->slot < dict->used &&
                   entry->key == frame->code->names->items[N])) {
            PUSH(entry->item);
            NEXT;
        }
    } else if (cache->kind == 2 && cache->version == dict->head.aux) {
        struct entry *entry = &vm.builtins->entries[cache->slot];
        if (LIKELY((uint32_t)cache->slot < vm.builtins->used &&
                   entry->key == frame->code->names->items[N])) {
            PUSH(entry->item);
            NEXT;
        }
    }
    SYNC;
    PUSH(load_global(frame, N));
    NEXT;
}
L_STORE_GLOBAL : {
    struct cache *cache = &frame->code->caches[N];
    struct dict *dict = frame->globals;
    value name = frame->code->names->items[N];
    if (LIKELY(cache->kind == 1 && (uint32_t)cache->slot < dict->used &&
               dict->entries[cache->slot].key == name)) {
        dict->entries[cache->slot].item = *--sp;
        NEXT;
    }
    SYNC;
    dict_set(dict, name, sp[-1]);
    cache->kind = 1;
    cache->slot = (int32_t)(dict_find(dict, name) - dict->entries);
    sp--;
    NEXT;
}
L_DELETE_GLOBAL:
    SYNC;
    if (!dict_delete(frame->globals, frame->code->names->items[N]))
        undefined_name(frame->code->names->items[N]);
    NEXT;
L_LOAD_NAME:
    SYNC;
    PUSH(load_name(frame, N));
    NEXT;
L_STORE_NAME:
    SYNC;
    dict_set(frame->names, frame->code->names->items[N], sp[-1]);
    sp--;
    NEXT;
L_DELETE_NAME:
    SYNC;
    if (!dict_delete(frame->names, frame->code->names->items[N]))
        undefined_name(frame->code->names->items[N]);
    NEXT;

    /* Attributes. */
L_LOAD_ATTR : {
    struct cache *cache = &frame->code->caches[N];
    v = sp[-1];
    if (LIKELY(is(v, TYPE_OBJECT) && cache->kind == CACHE_SLOT)) {
        struct instance *instance = AS(instance, v);
        if (LIKELY(cache->class == instance->class->head.aux &&
                   cache->version == vm.class_version &&
                   (uint32_t)cache->slot < instance->head.aux &&
                   instance->slots[cache->slot])) {
            sp[-1] = instance->slots[cache->slot];
            NEXT;
        }
    }
    SYNC;
    v = load_attribute(frame, N, v);
    sp[-1] = v;
    NEXT;
}
L_LOAD_METHOD : {
    struct cache *cache = &frame->code->caches[N];
    v = sp[-1];
    if (LIKELY(cache->kind == CACHE_METHOD && is_object(v) &&
               cache->version == vm.class_version)) {
        struct class *class =
            v->type == TYPE_OBJECT ? AS(instance, v)->class : vm.types[v->type];
        if (LIKELY(cache->class == class->head.aux)) {
            sp[-1] = cache->found;
            PUSH(v);
            NEXT;
        }
    }
    SYNC;
    value self;
    value found = load_method(frame, N, v, &self);
    sp[-1] = found;
    PUSH(self);
    NEXT;
}
L_STORE_ATTR : {
    struct cache *cache = &frame->code->caches[N];
    v = sp[-1];
    if (LIKELY(is(v, TYPE_OBJECT) && cache->kind == CACHE_SLOT)) {
        struct instance *instance = AS(instance, v);
        if (LIKELY(cache->class == instance->class->head.aux &&
                   cache->version == vm.class_version &&
                   (uint32_t)cache->slot < instance->head.aux)) {
            instance->slots[cache->slot] = sp[-2];
            sp -= 2;
            NEXT;
        }
    }
    SYNC;
    store_attribute(frame, N, v, sp[-2]);
    sp -= 2;
    NEXT;
}
L_DELETE_ATTR:
    SYNC;
    delete_attribute(sp[-1], frame->code->names->items[N]);
    sp--;
    NEXT;

    /* Operators. */
L_ADD:
    ARITHMETIC(__builtin_add_overflow, +, OP_ADD);
L_SUB:
    ARITHMETIC(__builtin_sub_overflow, -, OP_SUB);
L_MUL:
    ARITHMETIC(__builtin_mul_overflow, *, OP_MUL);
L_BINARY : {
    value a = sp[-2], b = sp[-1];
    if (BOTH_SMALL(a, b)) {
        int64_t x = small_of(a), y = small_of(b), z = INT64_MAX;
        switch (N & (OP_INPLACE - 1)) {
        case OP_FLOORDIV:
            if (y > 0)
                z = x / y - (x % y < 0);
            break;
        case OP_MOD:
            if (y > 0)
                z = x % y + (x % y < 0 ? y : 0);
            break;
        case OP_AND:
            z = x & y;
            break;
        case OP_OR:
            z = x | y;
            break;
        case OP_XOR:
            z = x ^ y;
            break;
        case OP_RSHIFT:
            if (y >= 0 && y < 64)
                z = x >> y;
            break;
        default:
            break;
        }
        if (LIKELY(z != INT64_MAX)) {
            sp--;
            sp[-1] = small(z);
            NEXT;
        }
    }
    SYNC;
    v = binary((int)N, a, b);
    sp--;
    sp[-1] = v;
    NEXT;
}
L_COMPARE : {
    value a = sp[-2], b = sp[-1];
    if (LIKELY(BOTH_SMALL(a, b))) {
        int64_t x = small_of(a), y = small_of(b);
        bool test = N == LT   ? x < y
                    : N == LE ? x <= y
                    : N == EQ ? x == y
                    : N == NE ? x != y
                    : N == GT ? x > y
                              : x >= y;
        sp -= 2;
        BRANCH(test);
    }
    if (N == EQ && is(a, TYPE_STR) && is(b, TYPE_STR)) {
        sp -= 2;
        BRANCH(str_equal(a, b));
    }
    SYNC;
    v = compare((enum compare)N, a, b);
    sp--;
    sp[-1] = v;
    NEXT;
}
L_IS : {
    bool same = sp[-2] == sp[-1];
    sp -= 2;
    BRANCH(same != (N == 1));
}
L_IN : {
    SYNC;
    bool in = contains(sp[-1], sp[-2]);
    sp -= 2;
    BRANCH(in != (N == 1));
}
L_NOT : {
    SYNC;
    bool test = !truth(sp[-1]);
    sp--;
    BRANCH(test);
}
L_NEGATE:
    SYNC;
    v = negate(sp[-1]);
    sp[-1] = v;
    NEXT;
L_POSITIVE:
    SYNC;
    v = positive(sp[-1]);
    sp[-1] = v;
    NEXT;
L_INVERT:
    SYNC;
    v = invert(sp[-1]);
    sp[-1] = v;
    NEXT;

    /* Jumps. */
L_JUMP:
    pc = code_words + N;
    NEXT;
L_JUMP_BACK:
    SAFE_POINT;
    pc = code_words + N;
    NEXT;
L_JUMP_IF_FALSE:
    v = sp[-1];
    if (v == TRUE || v == FALSE) {
        pc = v == FALSE ? code_words + N : pc;
    } else {
        SYNC;
        pc = truth(v) ? pc : code_words + N;
    }
    sp--;
    NEXT;
L_JUMP_IF_TRUE:
    v = sp[-1];
    if (v == TRUE || v == FALSE) {
        pc = v == TRUE ? code_words + N : pc;
    } else {
        SYNC;
        pc = truth(v) ? code_words + N : pc;
    }
    sp--;
    NEXT;
L_JUMP_IF_FALSE_OR_POP:
    SYNC;
    if (truth(sp[-1]))
        sp--;
    else
        pc = code_words + N;
    NEXT;
L_JUMP_IF_TRUE_OR_POP:
    SYNC;
    if (truth(sp[-1]))
        pc = code_words + N;
    else
        sp--;
    NEXT;

    /* Building. */
L_BUILD_LIST:
    SYNC;
    v = new_list(N, sp - N);
    sp -= N;
    PUSH(v);
    NEXT;
L_BUILD_TUPLE:
    SYNC;
    v = new_tuple(N, sp - N);
    sp -= N;
    PUSH(v);
    NEXT;
L_BUILD_SET:
    SYNC;
    v = (value)new_set();
    for (uint32_t i = N; i > 0; i--)
        set_add(AS(set, v), sp[-(int)i]);
    sp -= N;
    PUSH(v);
    NEXT;
L_BUILD_DICT:
    SYNC;
    v = (value)new_dict();
    for (uint32_t i = N; i > 0; i--)
        dict_set(AS(dict, v), sp[-2 * (int)i], sp[-2 * (int)i + 1]);
    sp -= 2 * N;
    PUSH(v);
    NEXT;
L_BUILD_STRING:
    SYNC;
    v = join_strings(sp - N, N);
    sp -= N;
    PUSH(v);
    NEXT;
L_BUILD_SLICE:
    SYNC;
    v = new_slice(sp[-3], sp[-2], sp[-1]);
    sp -= 2;
    sp[-1] = v;
    NEXT;
L_FORMAT:
    SYNC;
    v = N & 256 ? format_field(sp[-2], N, sp[-1])
                : format_field(sp[-1], N, NULL);
    sp -= N >> 8;
    sp[-1] = v;
    NEXT;
L_LIST_APPEND:
    SYNC;
    list_append(sp[-2 - (int)N], sp[-1]);
    sp--;
    NEXT;
L_LIST_EXTEND:
    SYNC;
    extend_starred(sp[-2], sp[-1], N ? sp[-4] : NULL);
    sp--;
    NEXT;
L_SET_ADD:
    SYNC;
    set_add(AS(set, sp[-2 - (int)N]), sp[-1]);
    sp--;
    NEXT;
L_SET_UPDATE:
    SYNC;
    set_update(AS(set, sp[-2]), sp[-1]);
    sp--;
    NEXT;
L_DICT_ADD:
    SYNC;
    dict_set(AS(dict, sp[-3 - (int)N]), sp[-2], sp[-1]);
    sp -= 2;
    NEXT;
L_DICT_UPDATE:
    SYNC;
    if (!is(sp[-1], TYPE_DICT))
        raise_error(E_TypeError, "'%s' object is not a mapping",
                    type_name(sp[-1]));
    dict_update(AS(dict, sp[-2]), sp[-1]);
    sp--;
    NEXT;
L_DICT_MERGE:
    SYNC;
    merge_keywords(AS(dict, sp[-2]), sp[-1], sp[-5]);
    sp--;
    NEXT;
L_TO_TUPLE:
    SYNC;
    v = tuple_of(sp[-1]);
    sp[-1] = v;
    NEXT;

    /* Containers. */
L_SUBSCRIPT : {
    value container = sp[-2], key = sp[-1];
    if (is(container, TYPE_LIST) && is_small(key)) {
        struct list *list = AS(list, container);
        int64_t index = small_of(key);
        index += index < 0 ? (int64_t)list->count : 0;
        if (LIKELY((uint64_t)index < list->count)) {
            sp--;
            sp[-1] = list->items[index];
            NEXT;
        }
    } else if (is(container, TYPE_DICT) && is(key, TYPE_STR)) {
        v = dict_get_str(AS(dict, container), key);
        if (LIKELY(v != NULL)) {
            sp--;
            sp[-1] = v;
            NEXT;
        }
    }
    SYNC;
    v = get_item(container, key);
    sp--;
    sp[-1] = v;
    NEXT;
}
L_STORE_SUBSCRIPT : {
    value container = sp[-2], key = sp[-1];
    if (is(container, TYPE_LIST) && is_small(key)) {
        struct list *list = AS(list, container);
        int64_t index = small_of(key);
        index += index < 0 ? (int64_t)list->count : 0;
        if (LIKELY((uint64_t)index < list->count)) {
            list->items[index] = sp[-3];
            sp -= 3;
            NEXT;
        }
    }
    SYNC;
    set_item(container, key, sp[-3]);
    sp -= 3;
    NEXT;
}
L_DELETE_SUBSCRIPT:
    SYNC;
    delete_item(sp[-2], sp[-1]);
    sp -= 2;
    NEXT;
L_ITERATE:
    SYNC;
    v = get_iterator(sp[-1]);
    sp[-1] = v;
    NEXT;
L_FOR : {
    v = sp[-1];
    if (LIKELY(is(v, TYPE_ITERATOR))) {
        struct iterator *iterator = AS(iterator, v);
        if (iterator->head.aux == ITER_RANGE && iterator->stop > 0 &&
            fits_small(iterator->index)) {
            PUSH(small(iterator->index));
            iterator->index += --iterator->stop > 0 ? iterator->step : 0;
            NEXT;
        }
        if (iterator->head.aux == ITER_LIST &&
            (uint64_t)iterator->index < AS(list, iterator->over)->count) {
            PUSH(AS(list, iterator->over)->items[iterator->index++]);
            NEXT;
        }
    }
    SYNC;
    v = is(v, TYPE_GENERATOR) ? resume(AS(generator, v), NONE, NULL) : next(v);
    if (v) {
        PUSH(v);
    } else {
        sp--;
        pc = code_words + N;
    }
    NEXT;
}
L_UNPACK:
    v = sp[-1];
    if (is(v, TYPE_TUPLE) && AS(tuple, v)->count == N) {
        for (int i = 0; i < (int)N; i++)
            sp[i - 1] = AS(tuple, v)->items[(int)N - 1 - i];
        sp += (int)N - 1;
        NEXT;
    }
    SYNC;
    unpack(v, N, sp - 1);
    sp += (int)N - 1;
    NEXT;
L_UNPACK_STAR:
    SYNC;
    unpack_star(sp[-1], N & 255, N >> 8, sp - 1);
    sp += (N & 255) + (N >> 8);
    NEXT;

    /* Calls. */
L_CALL : {
    value *result = sp - N - 2, *args = sp - N;
    int nargs = (int)N;
    SAFE_POINT;
    SYNC;
    v = result[0];
    if (result[1]) {
        args--;
        nargs++;
    }
    if (is(v, TYPE_BUILTIN) && (result[1] || !AS(builtin, v)->class))
        v = call_builtin(AS(builtin, v), args, nargs, NULL);
    else
        v = begin_call(result, args, nargs, NULL);
    if (v) {
        sp = result;
        PUSH(v);
    } else {
        RELOAD;
    }
    NEXT;
}
L_CALL_KEYWORDS : {
    struct tuple *names = AS(tuple, sp[-1]);
    SAFE_POINT;
    sp--;
    value *result = sp - N - 2, *args = sp - N;
    int nargs = (int)(N - names->count);
    if (result[1]) {
        args--;
        nargs++;
    }
    SYNC;
    v = begin_call(result, args, nargs, names);
    if (v) {
        sp = result;
        PUSH(v);
    } else {
        RELOAD;
    }
    NEXT;
}
L_CALL_SPREAD : {
    value *result = sp - 3 - (N ? 1 : 0);
    SAFE_POINT;
    if (result[1]) { /* a method: its self is the first argument */
        SYNC;
        value all = new_list(1, &result[1]);
        list_extend(all, result[2]);
        result[2] = all;
        result[1] = NULL;
    }
    SYNC;
    v = call_spread(result, N != 0);
    if (v) {
        sp = result;
        PUSH(v);
    } else {
        RELOAD;
    }
    NEXT;
}
L_MAKE_FUNCTION:
    SYNC;
    sp = make_function(frame, N, sp);
    NEXT;
L_BUILD_CLASS:
    SYNC;
    v = build_class(sp[-2 - (int)N], sp[-1 - (int)N], (int)N, sp - N);
    sp -= 2 + N;
    PUSH(v);
    NEXT;
L_RETURN : {
    v = sp[-1];
    value *result = frame->result;
    if (UNLIKELY(frame->made)) {
        if (v != NONE) {
            SYNC;
            raise_error(E_TypeError, "__init__() should return None, not '%s'",
                        type_name(v));
        }
        v = frame->made;
    }
    bool entry = frame->entry;
    vm.handled = frame->handled;
    vm.frame--;
    vm.top = result;
    if (entry) {
        if (frame->generator) {
            finish_generator(frame->generator);
            vm.returned = v;
            return NULL;
        }
        return v;
    }
    RELOAD;
    PUSH(v);
    NEXT;
}
L_YIELD : {
    struct generator *generator = frame->generator;
    v = *--sp;
    generator->pc = pc;
    generator->saved = (uint32_t)(sp - locals);
    memcpy(generator->values, locals, generator->saved * sizeof(value));
    generator->handled = vm.handled == frame->handled ? NULL : vm.handled;
    generator->head.aux = 0;
    vm.handled = frame->handled;
    vm.top = frame->result;
    vm.frame--;
    return v;
}
L_SEND:
    SYNC;
    v = send_to(sp[-2], sp[-1]);
    if (v) {
        sp[-1] = v;
    } else {
        sp--;
        sp[-1] = vm.returned ? vm.returned : NONE;
        pc = code_words + N;
    }
    NEXT;

    /* Exceptions. */
L_PUSH_ERROR:
    v = sp[-1];
    sp[-1] = vm.handled;
    PUSH(v);
    vm.handled = v;
    NEXT;
L_POP_ERROR:
    sp -= 2;
    vm.handled = sp[0];
    NEXT;
L_POP_ERROR_UNDER:
    v = sp[-1];
    sp -= 2;
    vm.handled = sp[-1];
    sp[-1] = v;
    NEXT;
L_MATCH_ERROR : {
    SYNC;
    bool test = matches(sp[-2], sp[-1]);
    sp--;
    BRANCH(test);
}
L_RERAISE:
    SYNC;
    vm.error = sp[-1];
    vm.handled = sp[-2];
    sp -= 2;
    vm.top = sp;
    reraised = true;
    raise_again();
L_CLEAN_UP:
    SYNC;
    vm.error = sp[-1];
    vm.handled = sp[-3];
    reraised = true;
    raise_again();
L_RAISE:
    SYNC;
    if (N == 0) {
        if (!vm.handled)
            raise_error(E_RuntimeError, "No active exception to reraise");
        vm.error = vm.handled;
        reraised = true;
        raise_again();
    }
    raise_statement(sp[-(int)N], sp[-1], N == 2);
L_WITH_ENTER:
    SYNC;
    sp = enter_with(sp);
    NEXT;
L_WITH_EXIT:
    SYNC;
    exit_with(sp[-1], NULL);
    sp--;
    NEXT;
L_WITH_ERROR:
    SYNC;
    v = exit_with(sp[-3], sp[-1]);
    PUSH(v);
    NEXT;

    /* The rest. */
L_IMPORT:
    SYNC;
    v = import_module(constants[N]);
    PUSH(v);
    NEXT;
L_IMPORT_FROM:
    SYNC;
    v = find_attribute(sp[-1], constants[N]);
    if (!v)
        raise_error(E_ImportError,
                    "cannot import name '%s' from '%s' (unknown location)",
                    text_of(constants[N]), text_of(AS(module, sp[-1])->name));
    PUSH(v);
    NEXT;
L_PRINT:
    SYNC;
    print_result(sp[-1]);
    sp--;
    NEXT;
}
