/* SPDX-License-Identifier: MIT */
/*
 * How the parameters of a function get their values, and what is said if the
 * arguments do not fit.
 */
#include "vm.h"

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
void
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

/* ---- Built-in functions ----------------------------------------------- */

/* As CPython writes it: list.append(), math.sqrt(), print(). */
const char *
builtin_name(const struct builtin *builtin)
{
    static char name[80];
    if (!builtin->owner)
        return builtin->name;
    snprintf(name, sizeof name, "%s.%s", builtin->owner, builtin->name);
    return name;
}

_Noreturn void
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
void
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

/* ---- Arguments with stars --------------------------------------------- */

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
void
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

void
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
