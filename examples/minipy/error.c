/* SPDX-License-Identifier: MIT */
/* Exceptions: their classes, raising, and the printing of tracebacks. */
#include "minipy.h"

#include <stdarg.h>
#include <stdlib.h>

static const struct {
    const char *name;
    enum error_class base;
} classes[ERRORS] = {
    [E_BaseException] = {"BaseException", ERRORS},
    [E_SystemExit] = {"SystemExit", E_BaseException},
    [E_KeyboardInterrupt] = {"KeyboardInterrupt", E_BaseException},
    [E_GeneratorExit] = {"GeneratorExit", E_BaseException},
    [E_Exception] = {"Exception", E_BaseException},
    [E_StopIteration] = {"StopIteration", E_Exception},
    [E_ArithmeticError] = {"ArithmeticError", E_Exception},
    [E_OverflowError] = {"OverflowError", E_ArithmeticError},
    [E_ZeroDivisionError] = {"ZeroDivisionError", E_ArithmeticError},
    [E_FloatingPointError] = {"FloatingPointError", E_ArithmeticError},
    [E_AssertionError] = {"AssertionError", E_Exception},
    [E_AttributeError] = {"AttributeError", E_Exception},
    [E_EOFError] = {"EOFError", E_Exception},
    [E_ImportError] = {"ImportError", E_Exception},
    [E_ModuleNotFoundError] = {"ModuleNotFoundError", E_ImportError},
    [E_LookupError] = {"LookupError", E_Exception},
    [E_IndexError] = {"IndexError", E_LookupError},
    [E_KeyError] = {"KeyError", E_LookupError},
    [E_MemoryError] = {"MemoryError", E_Exception},
    [E_NameError] = {"NameError", E_Exception},
    [E_UnboundLocalError] = {"UnboundLocalError", E_NameError},
    [E_OSError] = {"OSError", E_Exception},
    [E_FileNotFoundError] = {"FileNotFoundError", E_OSError},
    [E_PermissionError] = {"PermissionError", E_OSError},
    [E_TimeoutError] = {"TimeoutError", E_OSError},
    [E_ReferenceError] = {"ReferenceError", E_Exception},
    [E_RuntimeError] = {"RuntimeError", E_Exception},
    [E_NotImplementedError] = {"NotImplementedError", E_RuntimeError},
    [E_RecursionError] = {"RecursionError", E_RuntimeError},
    [E_SyntaxError] = {"SyntaxError", E_Exception},
    [E_IndentationError] = {"IndentationError", E_SyntaxError},
    [E_TypeError] = {"TypeError", E_Exception},
    [E_ValueError] = {"ValueError", E_Exception},
    [E_UnicodeError] = {"UnicodeError", E_ValueError},
    [E_Warning] = {"Warning", E_Exception},
    [E_UserWarning] = {"UserWarning", E_Warning},
    [E_DeprecationWarning] = {"DeprecationWarning", E_Warning},
    [E_RuntimeWarning] = {"RuntimeWarning", E_Warning},
};

METHOD(exception_init)
{
    (void)names;
    AS(exception, args[0])->args =
        AS(tuple, new_tuple((size_t)nargs - 1, args + 1));
    return NONE;
}

RETURNS(exception_str_method, exception_str(args[0]))

METHOD(with_traceback)
{
    UNUSED;
    AS(exception, args[0])->traceback = args[1] == NONE ? NULL : args[1];
    return args[0];
}

void
errors_start(void)
{
    static const struct define methods[] = {
        {"__init__", exception_init, 1, -1, true},
        {"__str__", exception_str_method, 1, 1, false},
        {"with_traceback", with_traceback, 2, 2, false},
    };
    _Static_assert(ERRORS <= COUNT(vm.exceptions), "vm.exceptions is larger");
    for (int i = 0; i < ERRORS; i++) {
        struct class *base = classes[i].base == ERRORS
                                 ? vm.types[TYPE_OBJECT]
                                 : vm.exceptions[classes[i].base];
        value name = str_from(classes[i].name);
        struct class *class = new_class(name, base);
        class->exception = class->sealed = true;
        class->module = str_from("builtins");
        class->builtin_type = TYPE_OBJECT;
        vm.exceptions[i] = class;
        dict_set(vm.builtins, intern_str(name), (value) class);
    }
    define_methods(vm.exceptions[E_BaseException], methods, COUNT(methods));
    vm.memory_error = new_exception(vm.exceptions[E_MemoryError], 0, NULL);
}

/* ---- Making and raising ----------------------------------------------- */

value
new_exception(struct class *class, int nargs, const value *args)
{
    struct exception *error = (void *)new_instance(class);
    if (nargs > 0)
        error->args = AS(tuple, new_tuple((size_t)nargs, args));
    return (value)error;
}

bool
is_exception(value v)
{
    return is(v, TYPE_OBJECT) && AS(instance, v)->class->exception;
}

bool
is_exception_class(value v)
{
    return is(v, TYPE_CLASS) && AS(class, v)->exception;
}

void
raise_again(void)
{
    longjmp(vm.catcher->here, 1);
}

/* The exception being handled becomes the context; never in a circle. */
static void
set_context(struct exception *error)
{
    value handled = vm.handled;
    if (!handled || handled == (value)error)
        return;
    for (value c = handled; c; c = AS(exception, c)->context)
        if (AS(exception, c)->context == (value)error) {
            AS(exception, c)->context = NULL;
            break;
        }
    error->context = handled;
}

void
raise_value(value error)
{
    set_context(AS(exception, error));
    vm.error = error;
    raise_again();
}

void
raise_memory(void)
{
    struct exception *error = AS(exception, vm.memory_error);
    if (!error || !vm.catcher) {
        fputs("minipy: out of memory\n", stderr);
        _Exit(1);
    }
    error->traceback = error->context = error->cause = NULL;
    error->args = AS(tuple, vm.empty_tuple);
    vm.error = (value)error;
    raise_again();
}

void
raise_error(enum error_class class, const char *format, ...)
{
    char buffer[600];
    va_list args;
    va_start(args, format);
    int bytes = vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    if ((size_t)bytes >= sizeof buffer) {
        bytes = sizeof buffer - 1; /* not in the middle of a character */
        while (bytes > 0 && (buffer[bytes] & 0xc0) == 0x80)
            bytes--;
    }
    value message = new_str(buffer, (size_t)bytes);
    raise_value(new_exception(vm.exceptions[class], bytes > 0, &message));
}

void
raise_key(value key)
{
    raise_value(new_exception(vm.exceptions[E_KeyError], 1, &key));
}

static value
source_line(struct source *source, int line)
{
    const char *p = source->text, *end = p + source->bytes;
    for (; line > 1 && p < end; p++)
        line -= *p == '\n';
    const char *stop = p < end ? memchr(p, '\n', (size_t)(end - p)) : p;
    if (!stop)
        stop = end;
    return new_str(p, (size_t)(stop - p));
}

void
raise_syntax(enum error_class class, struct source *source,
             const struct position *position, const char *format, ...)
{
    char buffer[400];
    va_list args;
    va_start(args, format);
    vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    value message = str_from(buffer);
    value error = new_exception(vm.exceptions[class], 1, &message);
    set_attribute(error, intern("msg", 3), message);
    set_attribute(error, intern("filename", 8), str_from(source->name));
    set_attribute(error, intern("lineno", 6), small(position->line));
    set_attribute(error, intern("offset", 6), small(position->column + 1));
    set_attribute(error, intern("text", 4),
                  source_line(source, position->line));
    set_attribute(error, intern("end_lineno", 10), small(position->end_line));
    set_attribute(error, intern("end_offset", 10),
                  small(position->end_column + 1));
    raise_value(error);
}

void
enter_recursion(const char *where)
{
    if (vm.depth >= RECURSION_LIMIT || stack_is_low())
        raise_error(E_RecursionError, "maximum recursion depth exceeded%s",
                    where);
    vm.depth++;
}

static bool
matches_one(value error, value class)
{
    if (!is_exception_class(class))
        raise_error(E_TypeError, "catching classes that do not inherit from "
                                 "BaseException is not allowed");
    return is_subclass(AS(instance, error)->class, AS(class, class));
}

bool
matches(value error, value class)
{
    if (!is(class, TYPE_TUPLE))
        return matches_one(error, class);
    for (size_t i = 0; i < AS(tuple, class)->count; i++)
        if (matches_one(error, AS(tuple, class)->items[i]))
            return true;
    return false;
}

bool error_is(enum error_class class)
{
    return is_subclass(AS(instance, vm.error)->class, vm.exceptions[class]);
}

static value
slot_of(value error, const char *name)
{
    value v = find_attribute(error, intern(name, strlen(name)));
    return v ? v : NONE;
}

value
exception_str(value v)
{
    struct exception *error = AS(exception, v);
    struct class *class = error->instance.class;
    if (is_subclass(class, vm.exceptions[E_SyntaxError]) &&
        slot_of(v, "lineno") != NONE) {
        const char *name = text_of(slot_of(v, "filename"));
        const char *slash = strrchr(name, '/');
        return str_format("%s (%s, line %lld)", text_of(slot_of(v, "msg")),
                          slash ? slash + 1 : name,
                          (long long)small_of(slot_of(v, "lineno")));
    }
    if (error->args->count == 0)
        return new_str("", 0);
    if (error->args->count == 2 && is_subclass(class, vm.exceptions[E_OSError]))
        return str_format("[Errno %s] %s",
                          text_of(str_of(error->args->items[0])),
                          text_of(str_of(error->args->items[1])));
    if (error->args->count > 1)
        return repr((value)error->args);
    value only = error->args->items[0];
    return is_subclass(class, vm.exceptions[E_KeyError]) ? repr(only)
                                                         : str_of(only);
}

/* ---- Tracebacks ------------------------------------------------------- */

void
add_traceback(value error, struct frame *frame)
{
    struct traceback *traceback = wgc_alloc(vm.heap, sizeof *traceback);
    if (!traceback)
        return; /* the exception is more important */
    traceback->head.type = TYPE_TRACEBACK;
    traceback->code = frame->code;
    traceback->at = (uint32_t)(frame->pc - frame->code->words);
    if (traceback->at > 0)
        traceback->at--;
    traceback->next = (void *)AS(exception, error)->traceback;
    AS(exception, error)->traceback = (value)traceback;
}

/* ^^^^ under what failed, unless that is the whole line; of an operation ~~^~~,
   with the marks at the operator. */
static void
print_markers(const struct position *at, const char *line, int indent,
              int length)
{
    int from = at->column, to = at->end_column;
    bool marked = at->end_mark > 0 && at->end_line == at->line;
    if (at->end_line != at->line)
        to = indent + length;
    if (to <= from || (to - from >= length && !marked) || from < indent)
        return;
    fputs("    ", stderr);
    for (int i = indent; i < to && line[i]; i++)
        if ((line[i] & 0xc0) != 0x80)
            fputc(i < from                                        ? ' '
                  : marked && (i < at->mark || i >= at->end_mark) ? '~'
                                                                  : '^',
                  stderr);
    fputc('\n', stderr);
}

static void
print_line(struct source *source, const struct position *at, bool markers)
{
    if (source->name[0] == '<') /* CPython has no lines of <stdin> */
        return;
    value line = source_line(source, at->line);
    const char *text = text_of(line);
    int indent = (int)strspn(text, " \t\f");
    int length = (int)strlen(text) - indent;
    while (length > 0 && strchr(" \t\r\f", text[indent + length - 1]))
        length--;
    if (length == 0)
        return;
    fprintf(stderr, "    %.*s\n", length, text + indent);
    if (markers)
        print_markers(at, text, indent, length);
}

static void
print_traceback(struct traceback *traceback)
{
    struct traceback *last = NULL;
    int last_line = 0, repeated = 0;
    fputs("Traceback (most recent call last):\n", stderr);
    for (struct traceback *t = traceback; t; t = t->next) {
        struct position at = t->code->positions[t->at];
        bool same = last && last->code == t->code && last_line == at.line;
        repeated = same ? repeated + 1 : 0;
        if (repeated < 3) {
            fprintf(stderr, "  File \"%s\", line %d, in %s\n",
                    t->code->source->name, at.line, text_of(t->code->name));
            print_line(t->code->source, &at, true);
        }
        bool ends = !t->next || t->next->code != t->code ||
                    t->next->code->positions[t->next->at].line != at.line;
        if (ends && repeated >= 3)
            fprintf(stderr, "  [Previous line repeated %d more time%s]\n",
                    repeated - 2, repeated == 3 ? "" : "s");
        last = t;
        last_line = at.line;
    }
}

static void
print_syntax_place(value error)
{
    value line = slot_of(error, "lineno"), text = slot_of(error, "text");
    if (line == NONE)
        return;
    fprintf(stderr, "  File \"%s\", line %lld\n",
            text_of(slot_of(error, "filename")), (long long)small_of(line));
    if (!is(text, TYPE_STR))
        return;
    const char *p = text_of(text);
    int indent = (int)strspn(p, " \t\f"), length = (int)strlen(p);
    int from = (int)small_of(slot_of(error, "offset")) - 1;
    int to = (int)small_of(slot_of(error, "end_offset")) - 1;
    if (small_of(slot_of(error, "end_lineno")) != small_of(line))
        to = length;
    if (length == indent)
        return;
    fprintf(stderr, "    %s\n", p + indent);
    if (from < indent)
        return;
    fprintf(stderr, "    %*s^", from - indent, "");
    for (int i = from + 1; i < to && i < length; i++)
        fputc('^', stderr);
    fputc('\n', stderr);
}

struct message {
    value error, text;
};

static void
make_message(void *data)
{
    struct message *job = data;
    job->text = is_subclass(AS(instance, job->error)->class,
                            vm.exceptions[E_SyntaxError])
                    ? slot_of(job->error, "msg")
                    : str_of(job->error);
    if (job->text == NONE)
        job->text = exception_str(job->error);
}

static void
print_one(value v, bool ignored)
{
    struct exception *error = AS(exception, v);
    struct class *class = error->instance.class;
    struct message job = {v, NULL};
    if (error->traceback)
        print_traceback((struct traceback *)(void *)error->traceback);
    if (is_subclass(class, vm.exceptions[E_SyntaxError]))
        print_syntax_place(v);
    if (class->module && strcmp(text_of(class->module), "builtins") != 0 &&
        strcmp(text_of(class->module), "__main__") != 0)
        fprintf(stderr, "%s.", text_of(class->module));
    fputs(text_of(class->qualname), stderr);
    if (!attempt(make_message, &job)) {
        vm.error = NULL;
        fputs(": <exception str() failed>", stderr);
    } else if (AS(str, job.text)->bytes > 0 || ignored) {
        fputs(": ", stderr);
        fwrite(text_of(job.text), 1, AS(str, job.text)->bytes, stderr);
    }
    fputc('\n', stderr);
}

static void
print_chain(value v, int depth)
{
    struct exception *error = AS(exception, v);
    if (depth < 100 && error->cause) {
        print_chain(error->cause, depth + 1);
        fputs("\nThe above exception was the direct cause of the following "
              "exception:\n\n",
              stderr);
    } else if (depth < 100 && error->context && error->suppress != TRUE) {
        print_chain(error->context, depth + 1);
        fputs("\nDuring handling of the above exception, another exception "
              "occurred:\n\n",
              stderr);
    }
    print_one(v, false);
}

void
print_exception(value error)
{
    fflush(stdout);
    print_chain(error, 0);
    fflush(stderr);
}

struct ignored {
    value object, text;
};

static void
make_repr(void *data)
{
    struct ignored *job = data;
    job->text = repr(job->object);
}

/* sys.unraisablehook's default, for vm.error. */
void
print_unraisable(const char *what, value object)
{
    value error = vm.error;
    struct ignored job = {object, NULL};
    vm.error = NULL;
    fflush(stdout);
    if (!AS(exception, error)->traceback && vm.frame > vm.frames)
        add_traceback(error, vm.frame);
    if (object && attempt(make_repr, &job))
        fprintf(stderr, "Exception ignored %s: %s\n", what, text_of(job.text));
    vm.error = NULL;
    print_one(error, object != NULL);
    fflush(stderr);
}
