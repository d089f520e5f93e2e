/* SPDX-License-Identifier: MIT */
/* The built-in types and functions. */
#include "minipy.h"

#include <math.h>
#include <stdlib.h>

/* ---- Keyword arguments ------------------------------------------------ */

value
keyword(value *args, int nargs, struct tuple *names, const char *name,
        value otherwise)
{
    for (size_t i = 0; names && i < names->count; i++)
        if (strcmp(text_of(names->items[i]), name) == 0)
            return args[nargs + (int)i];
    return otherwise;
}

void
check_keywords(struct tuple *names, const char *function,
               const char *const *known, size_t n)
{
    for (size_t i = 0; names && i < names->count; i++) {
        bool found = false;
        for (size_t j = 0; j < n; j++)
            found |= strcmp(text_of(names->items[i]), known[j]) == 0;
        if (!found)
            raise_error(E_TypeError,
                        "'%s' is an invalid keyword argument for %s()",
                        text_of(names->items[i]), function);
    }
}

/* ---- Input and output ------------------------------------------------- */

void
write_str(value file, value str)
{
    if (is(file, TYPE_FILE)) {
        FILE *stream = file->aux == 2 ? stderr : stdout;
        if (stream == stderr)
            fflush(stdout);
        fwrite(text_of(str), 1, AS(str, str)->bytes, stream);
    } else {
        call_method(file, "write", 1, &str);
    }
}

METHOD(print)
{
    static const char *const known[] = {"sep", "end", "file", "flush"};
    check_keywords(names, "print", known, COUNT(known));
    value separator = keyword(args, nargs, names, "sep", NONE);
    value end = keyword(args, nargs, names, "end", NONE);
    value file = keyword(args, nargs, names, "file", NONE);
    struct text text = {0};
    if (separator != NONE && !is(separator, TYPE_STR))
        raise_error(E_TypeError, "sep must be None or a string, not %s",
                    type_name(separator));
    if (end != NONE && !is(end, TYPE_STR))
        raise_error(E_TypeError, "end must be None or a string, not %s",
                    type_name(end));
    for (int i = 0; i < nargs; i++) {
        if (i > 0 && separator != NONE)
            text_str(&text, separator);
        else if (i > 0)
            text_char(&text, ' ');
        text_str(&text, str_of(args[i]));
    }
    if (end != NONE)
        text_str(&text, end);
    else
        text_char(&text, '\n');
    if (file == NONE)
        fwrite(text.bytes ? text.bytes : "", 1, text.count, stdout);
    else
        write_str(file, text_done(&text));
    if (truth(keyword(args, nargs, names, "flush", FALSE)))
        fflush(stdout);
    return NONE;
}

METHOD(input)
{
    struct text text = {0};
    int c;
    (void)names;
    if (nargs > 0)
        fputs(text_of(str_of(args[0])), stdout);
    fflush(stdout);
    while ((c = getchar()) != EOF && c != '\n')
        text_char(&text, (char)c);
    if (c == EOF && text.count == 0)
        raise_error(E_EOFError, "EOF when reading a line");
    return text_done(&text);
}

/* ---- Making values ---------------------------------------------------- */

static value
int_from_str(value v, int base)
{
    value result = parse_int(text_of(v), AS(str, v)->bytes, base);
    if (result)
        return result;
    const char *digits = text_of(v);
    if (AS(str, v)->bytes > 18 && base == 10 &&
        digits[strspn(digits, "+-0123456789")] == 0)
        raise_error(E_OverflowError, "integer does not fit in 64 bits");
    raise_error(E_ValueError, "invalid literal for int() with base %d: %s",
                base, text_of(repr(v)));
}

METHOD(make_integer)
{
    static const char *const known[] = {"base"};
    check_keywords(names, "int", known, 1);
    value given =
        nargs > 1 ? args[1] : keyword(args, nargs, names, "base", NULL);
    if (nargs == 0 && given)
        raise_error(E_TypeError, "int() missing string argument");
    if (nargs == 0)
        return small(0);
    value v = args[0];
    if (given) {
        if (!is(v, TYPE_STR))
            raise_error(E_TypeError,
                        "int() can't convert non-string with explicit "
                        "base");
        int64_t base = index_of(given, "");
        if (base != 0 && (base < 2 || base > 36))
            raise_error(E_ValueError,
                        "int() base must be >= 2 and <= 36, or 0");
        return int_from_str(v, (int)base);
    }
    if (is_int(v))
        return make_int(int_of(v));
    if (is(v, TYPE_STR))
        return int_from_str(v, 10);
    if (is(v, TYPE_FLOAT))
        return make_int(truncated(double_of(v)));
    value result = try_special(v, special[S_int], 0, NULL);
    if (!result)
        result = try_special(v, special[S_index], 0, NULL);
    if (!result)
        raise_error(
            E_TypeError,
            "int() argument must be a string, a bytes-like object or a real "
            "number, not '%s'",
            type_name(v));
    return result;
}

METHOD(make_floating)
{
    double d;
    (void)names;
    if (nargs == 0)
        return make_float(0);
    value v = args[0];
    if (is(v, TYPE_FLOAT))
        return v;
    if (is_int(v))
        return make_float((double)int_of(v));
    if (is(v, TYPE_STR)) {
        if (!parse_float(text_of(v), AS(str, v)->bytes, &d))
            raise_error(E_ValueError, "could not convert string to float: %s",
                        text_of(repr(v)));
        return make_float(d);
    }
    value result = try_special(v, special[S_float], 0, NULL);
    if (!result)
        raise_error(
            E_TypeError,
            "float() argument must be a string or a real number, not '%s'",
            type_name(v));
    return result;
}

RETURNS(make_bool, boolean(nargs > 0 && truth(args[0])))
RETURNS(make_list, nargs ? list_of(args[0]) : new_list(0, NULL))
RETURNS(make_tuple, nargs ? tuple_of(args[0]) : new_tuple(0, NULL))

METHOD(make_slice)
{
    (void)names;
    if (nargs == 1)
        return new_slice(NONE, args[0], NONE);
    return new_slice(args[0], args[1], nargs > 2 ? args[2] : NONE);
}

METHOD(make_type)
{
    (void)names;
    if (nargs == 1)
        return (value)class_of(args[0]);
    if (nargs != 3 || !is(args[0], TYPE_STR) || !is(args[1], TYPE_TUPLE) ||
        !is(args[2], TYPE_DICT))
        raise_error(E_TypeError, "type() takes 1 or 3 arguments");
    struct tuple *bases = AS(tuple, args[1]);
    if (bases->count > 1)
        raise_error(E_TypeError,
                    "multiple inheritance is not supported by minipy");
    if (bases->count && !is(bases->items[0], TYPE_CLASS))
        raise_error(E_TypeError, "bases must be types");
    struct class *class =
        new_class(args[0], bases->count ? AS(class, bases->items[0])
                                        : vm.types[TYPE_OBJECT]);
    class->module = str_from("__main__");
    uint32_t at = 0;
    for (struct entry *e; (e = dict_next(AS(dict, args[2]), &at));)
        set_attribute((value) class, intern_str(e->key), e->item);
    return (value) class;
}

/* ---- Classes and attributes ------------------------------------------- */

static bool
is_instance_of(struct class *class, value of, const char *what)
{
    if (is(of, TYPE_CLASS))
        return is_subclass(class, AS(class, of));
    if (!is(of, TYPE_TUPLE))
        raise_error(E_TypeError, "%s", what);
    bool found = false;
    enter_recursion(" in __instancecheck__");
    for (size_t i = 0; i < AS(tuple, of)->count && !found; i++)
        found = is_instance_of(class, AS(tuple, of)->items[i], what);
    vm.depth--;
    return found;
}

METHOD(isinstance)
{
    UNUSED;
    const char *what = "isinstance() arg 2 must be a type, a tuple of types, "
                       "or a union";
    return boolean(is_instance_of(class_of(args[0]), args[1], what) ||
                   (is_handle(args[0]) &&
                    is_instance_of(class_of(subject(args[0])), args[1], what)));
}

METHOD(issubclass)
{
    UNUSED;
    if (!is(args[0], TYPE_CLASS))
        raise_error(E_TypeError, "issubclass() arg 1 must be a class");
    return boolean(is_instance_of(AS(class, args[0]), args[1],
                                  "issubclass() arg 2 must be a class, a "
                                  "tuple of classes, or a union"));
}

static value
attribute_name(value name)
{
    if (!is(name, TYPE_STR))
        raise_error(E_TypeError, "attribute name must be string, not '%s'",
                    type_name(name));
    return intern_str(name);
}

static void
try_attribute(void *data)
{
    value *cell = data;
    cell[2] = find_attribute(cell[0], cell[1]);
}

/* NULL if there is none, also if a property raises AttributeError. */
static value
attribute_or_null(value v, value name)
{
    value cell[3] = {v, attribute_name(name), NULL};
    if (!attempt(try_attribute, cell)) {
        if (!error_is(E_AttributeError))
            raise_again();
        vm.error = NULL;
        return NULL;
    }
    return cell[2];
}

RETURNS(has_attr, boolean(attribute_or_null(args[0], args[1]) != NULL))

METHOD(get_attr)
{
    (void)names;
    if (nargs == 2)
        return get_attribute(args[0], attribute_name(args[1]));
    value found = attribute_or_null(args[0], args[1]);
    return found ? found : args[2];
}

DOES(set_attr, set_attribute(args[0], attribute_name(args[1]), args[2]))
DOES(del_attr, delete_attribute(args[0], attribute_name(args[1])))

METHOD(vars)
{
    (void)names;
    if (nargs == 0)
        return (value)vm.frame->globals;
    value found = find_attribute(args[0], special[S_dict]);
    if (!found)
        raise_error(E_TypeError,
                    "vars() argument must have __dict__ attribute");
    return found;
}

METHOD(dir)
{
    struct dict *dict = new_dict();
    (void)names;
    if (nargs == 0 || is(args[0], TYPE_MODULE)) {
        dict_update(dict, (value)(nargs ? AS(module, args[0])->dict
                                        : vm.frame->globals));
    } else {
        bool class = is(args[0], TYPE_CLASS);
        if (is(args[0], TYPE_OBJECT))
            dict_update(dict, instance_attributes(AS(instance, args[0])));
        for (struct class *c = class ? AS(class, args[0]) : class_of(args[0]);
             c; c = c->base)
            dict_update(dict, (value)c->dict);
    }
    return sorted((value)dict, NONE, false);
}

static bool
is_callable(value v)
{
    return (is_handle(v) && (class_of(v)->builtin_type == TYPE_REF ||
                             class_of(v)->builtin_type == TYPE_WEAKMETHOD ||
                             class_of(v)->builtin_type == TYPE_CALLABLEPROXY ||
                             class_of(v)->builtin_type == TYPE_FINALIZE)) ||
           is(v, TYPE_FUNCTION) || is(v, TYPE_BUILTIN) || is(v, TYPE_METHOD) ||
           is(v, TYPE_CLASS) || (is(v, TYPE_OBJECT) && special_of(v, S_call));
}

RETURNS(callable, boolean(is_callable(args[0])))

METHOD(locals)
{
    struct frame *frame = vm.frame;
    struct code *code = frame->code;
    UNUSED;
    if (!frame->function)
        return (value)frame->globals;
    if (frame->names)
        return (value)frame->names;
    struct dict *dict = new_dict();
    for (int i = 0; i < code->nlocals; i++) {
        value v = frame->locals[i];
        if (v && is(v, TYPE_CELL))
            v = AS(cell, v)->content;
        if (v && code->variables->items[i])
            dict_set(dict, code->variables->items[i], v);
    }
    return (value)dict;
}

RETURNS(globals, (value)vm.frame->globals)

/* ---- Iteration -------------------------------------------------------- */

METHOD(iter)
{
    (void)names;
    if (nargs == 1)
        return get_iterator(args[0]);
    if (!is_callable(args[0]))
        raise_error(E_TypeError, "iter(v, w): v must be callable");
    value v = new_iterator(ITER_CALL, args[0]);
    AS(iterator, v)->function = args[1];
    return v;
}

METHOD(next_item)
{
    (void)names;
    if (is_small(args[0]) ||
        (is_object(args[0]) && !is(args[0], TYPE_ITERATOR) &&
         !is(args[0], TYPE_GENERATOR) && !special_of(args[0], S_next)))
        raise_error(E_TypeError, "'%s' object is not an iterator",
                    type_name(args[0]));
    vm.returned = NULL;
    value item = next(args[0]);
    if (item)
        return item;
    if (nargs > 1)
        return args[1];
    value returned = vm.returned;
    vm.returned = NULL;
    raise_value(new_exception(vm.exceptions[E_StopIteration],
                              returned && returned != NONE, &returned));
}

METHOD(enumerate)
{
    static const char *const known[] = {"start"};
    if (nargs == 0)
        raise_error(E_TypeError,
                    "enumerate() missing required argument 'iterable'");
    check_keywords(names, "enumerate", known, 1);
    value start =
        nargs > 1 ? args[1] : keyword(args, nargs, names, "start", small(0));
    value v = new_iterator(ITER_ENUMERATE, get_iterator(args[0]));
    AS(iterator, v)->index = index_of(start, "");
    return v;
}

static value
iterators_of(value *args, int nargs)
{
    value tuple = new_tuple((size_t)nargs, NULL);
    for (int i = 0; i < nargs; i++)
        AS(tuple, tuple)->items[i] = get_iterator(args[i]);
    return tuple;
}

METHOD(zip)
{
    static const char *const known[] = {"strict"};
    check_keywords(names, "zip", known, 1);
    value v = new_iterator(ITER_ZIP, iterators_of(args, nargs));
    AS(iterator, v)->step = truth(keyword(args, nargs, names, "strict", FALSE));
    return v;
}

METHOD(map)
{
    (void)names;
    if (nargs < 2)
        raise_error(E_TypeError, "map() must have at least two arguments.");
    value v = new_iterator(ITER_MAP, iterators_of(args + 1, nargs - 1));
    AS(iterator, v)->function = args[0];
    return v;
}

METHOD(filter)
{
    UNUSED;
    value v = new_iterator(ITER_FILTER, get_iterator(args[1]));
    AS(iterator, v)->function = args[0];
    return v;
}

METHOD(reversed)
{
    UNUSED;
    value v = args[0];
    if (is(v, TYPE_OBJECT) && special_of(v, S_reversed))
        return try_special(v, special[S_reversed], 0, NULL);
    if (is(v, TYPE_DICT) || is(v, TYPE_VIEW))
        v = list_of(v);
    if (!is(v, TYPE_LIST) && !is(v, TYPE_TUPLE) && !is(v, TYPE_STR) &&
        !is(v, TYPE_RANGE) && !special_of(v, S_getitem))
        raise_error(E_TypeError, "'%s' object is not reversible", type_name(v));
    value result = new_iterator(ITER_REVERSED, v);
    AS(iterator, result)->index = int_of(length_of(v)) - 1;
    return result;
}

METHOD(any)
{
    UNUSED;
    value iterator = get_iterator(args[0]), item;
    while ((item = next(iterator)))
        if (truth(item))
            return TRUE;
    return FALSE;
}

METHOD(all)
{
    UNUSED;
    value iterator = get_iterator(args[0]), item;
    while ((item = next(iterator)))
        if (!truth(item))
            return FALSE;
    return TRUE;
}

METHOD(sum)
{
    static const char *const known[] = {"start"};
    if (nargs == 0)
        raise_error(E_TypeError, "sum() takes at least 1 positional argument "
                                 "(0 given)");
    check_keywords(names, "sum", known, 1);
    if (nargs == 0)
        raise_error(E_TypeError,
                    "sum() takes at least 1 positional argument (0 given)");
    value total =
        nargs > 1 ? args[1] : keyword(args, nargs, names, "start", small(0));
    if (is(total, TYPE_STR))
        raise_error(E_TypeError,
                    "sum() can't sum strings [use ''.join(seq) instead]");
    value iterator = get_iterator(args[0]), item;
    while ((item = next(iterator)))
        total = binary(OP_ADD, total, item);
    return total;
}

static value
extreme(value *args, int nargs, struct tuple *names, bool largest)
{
    static const char *const known[] = {"key", "default"};
    const char *name = largest ? "max" : "min";
    check_keywords(names, name, known, 2);
    value key = keyword(args, nargs, names, "key", NONE);
    value best = NULL, best_key = NULL, item;
    value iterator =
        get_iterator(nargs == 1 ? args[0] : new_tuple((size_t)nargs, args));
    while ((item = next(iterator))) {
        value item_key = key == NONE ? item : call(key, 1, &item);
        if (!best || truth(compare(largest ? GT : LT, item_key, best_key))) {
            best = item;
            best_key = item_key;
        }
    }
    if (!best)
        best = keyword(args, nargs, names, "default", NULL);
    if (!best)
        raise_error(E_ValueError, "%s() arg is an empty sequence", name);
    return best;
}

METHOD(min)
{
    return extreme(args, nargs, names, false);
}

METHOD(max)
{
    return extreme(args, nargs, names, true);
}

METHOD(sorted_function)
{
    static const char *const known[] = {"key", "reverse"};
    if (nargs != 1)
        raise_error(E_TypeError, "sorted expected 1 argument, got %d", nargs);
    check_keywords(names, "sort", known, 2);
    return sorted(args[0], keyword(args, nargs, names, "key", NONE),
                  truth(keyword(args, nargs, names, "reverse", FALSE)));
}

/* ---- Numbers and text ------------------------------------------------- */

RETURNS(len, length_of(args[0]))
RETURNS(abs_function, absolute(args[0]))
RETURNS(hash_function, make_int(hash(args[0])))
RETURNS(id, id_of(args[0]))
RETURNS(repr_function, repr(args[0]))
RETURNS(ascii, ascii_repr(args[0]))

METHOD(chr)
{
    char bytes[4];
    int64_t point = index_of(args[0], "");
    UNUSED;
    if (point < 0 || point > 0x10ffff)
        raise_error(E_ValueError, "chr() arg not in range(0x110000)");
    if (point >= 0xd800 && point < 0xe000)
        raise_error(E_ValueError, "surrogates are not supported by minipy");
    return new_str(bytes, utf8_encode((uint32_t)point, bytes));
}

METHOD(ord)
{
    uint32_t point;
    UNUSED;
    if (!is(args[0], TYPE_STR))
        raise_error(E_TypeError,
                    "ord() expected string of length 1, but %s found",
                    type_name(args[0]));
    struct str *str = AS(str, args[0]);
    if (str->chars != 1)
        raise_error(E_TypeError,
                    "ord() expected a character, but string of length %u found",
                    str->chars);
    utf8_decode(str->text, str->text + str->bytes, &point);
    return small(point);
}

static value
in_base(value v, const char *spec)
{
    return format_value(make_int(index_of(v, "")), spec, 2);
}

RETURNS(hex, in_base(args[0], "#x"))
RETURNS(oct, in_base(args[0], "#o"))
RETURNS(bin, in_base(args[0], "#b"))

static value
round_int(int64_t n, int64_t digits)
{
    int64_t power = 1;
    if (digits >= 0)
        return make_int(n);
    if (digits < -18)
        return small(0);
    while (digits++ < 0)
        power *= 10;
    int64_t rest = n % power;
    rest += rest < 0 ? power : 0;
    int64_t down = n - rest;
    bool up = rest > power / 2 ||
              (rest == power / 2 && power > 1 && (down / power) % 2 != 0);
    return make_int(up ? down + power : down);
}

METHOD(round_number)
{
    char digits[400];
    static const char *const known[] = {"ndigits"};
    if (nargs == 0)
        raise_error(E_TypeError,
                    "round() missing required argument 'number' (pos 1)");
    check_keywords(names, "round", known, 1);
    value places =
        nargs > 1 ? args[1] : keyword(args, nargs, names, "ndigits", NONE);
    if (is_int(args[0]))
        return round_int(int_of(args[0]),
                         places == NONE ? 0 : index_of(places, ""));
    if (is(args[0], TYPE_OBJECT)) {
        value own = try_special(args[0], intern("__round__", 9),
                                places == NONE ? 0 : 1, &places);
        if (own)
            return own;
    }
    if (!is(args[0], TYPE_FLOAT))
        raise_error(E_TypeError, "type %s doesn't define __round__ method",
                    type_name(args[0]));
    double d = double_of(args[0]);
    if (places == NONE) {
        value rounded = make_float(rint(d));
        return make_integer(&rounded, 1, NULL);
    }
    int64_t n = index_of(places, "");
    if (!isfinite(d) || n > 300)
        return args[0];
    if (n < 0) {
        double power = pow(10, (double)-n);
        return make_float(n < -308 ? 0 : rint(d / power) * power);
    }
    snprintf(digits, sizeof digits, "%.*f", (int)n, d);
    return make_float(fabs(d) > 1e22 ? d : strtod(digits, NULL));
}

METHOD(divmod)
{
    UNUSED;
    value own =
        is(args[0], TYPE_OBJECT)
            ? try_special(args[0], intern("__divmod__", 10), 1, args + 1)
            : NULL;
    if (own && own != NOTIMPLEMENTED)
        return own;
    if (!is(args[0], TYPE_OBJECT) && !is(args[1], TYPE_OBJECT) &&
        (!is_number(args[0]) || !is_number(args[1])))
        raise_error(E_TypeError,
                    "unsupported operand type(s) for divmod(): '%s' and '%s'",
                    type_name(args[0]), type_name(args[1]));
    if ((is(args[0], TYPE_FLOAT) || is(args[1], TYPE_FLOAT)) &&
        is_number(args[1]) && double_of(args[1]) == 0)
        raise_error(E_ZeroDivisionError, "float divmod()");
    value quotient = binary(OP_FLOORDIV, args[0], args[1]);
    return new_tuple(2, (value[]){quotient, binary(OP_MOD, args[0], args[1])});
}

METHOD(pow_function)
{
    (void)names;
    if (nargs == 2)
        return binary(OP_POW, args[0], args[1]);
    int64_t base = index_of(args[0], ""), exponent = index_of(args[1], "");
    int64_t modulus = index_of(args[2], "");
    __extension__ __int128 result = 1, power;
    if (modulus == 0)
        raise_error(E_ValueError, "pow() 3rd argument cannot be 0");
    if (exponent < 0)
        raise_error(E_ValueError,
                    "a negative exponent is not supported by minipy");
    power = base % modulus;
    for (; exponent > 0; exponent >>= 1) {
        if (exponent & 1)
            result = result * power % modulus;
        power = power * power % modulus;
    }
    result %= modulus;
    if (result != 0 && (result < 0) != (modulus < 0))
        result += modulus;
    return make_int((int64_t)result);
}

METHOD(format)
{
    (void)names;
    if (nargs == 1)
        return format_value(args[0], "", 0);
    if (!is(args[1], TYPE_STR))
        raise_error(E_TypeError, "format() argument 2 must be str, not %s",
                    type_name(args[1]));
    return format_value(args[0], text_of(args[1]), AS(str, args[1])->bytes);
}

/* ---- The tables ------------------------------------------------------- */

static const struct {
    enum type type, base;
    bool visible; /* as a name */
    struct define make;
} types[] = {
    {TYPE_CLASS, TYPE_OBJECT, true, {"type", make_type, 0, -1, false}},
    {TYPE_NONE, TYPE_OBJECT, false, {"NoneType", NULL, 0, 0, false}},
    {TYPE_ELLIPSIS, TYPE_OBJECT, false, {"ellipsis", NULL, 0, 0, false}},
    {TYPE_NOTIMPLEMENTED,
     TYPE_OBJECT,
     false,
     {"NotImplementedType", NULL, 0, 0, false}},
    {TYPE_INT, TYPE_OBJECT, true, {"int", make_integer, 0, 2, true}},
    {TYPE_BOOL, TYPE_INT, true, {"bool", make_bool, 0, 1, false}},
    {TYPE_FLOAT, TYPE_OBJECT, true, {"float", make_floating, 0, 1, false}},
    {TYPE_STR, TYPE_OBJECT, true, {"str", make_str, 0, 3, true}},
    {TYPE_TUPLE, TYPE_OBJECT, true, {"tuple", make_tuple, 0, 1, false}},
    {TYPE_LIST, TYPE_OBJECT, true, {"list", make_list, 0, 1, false}},
    {TYPE_DICT, TYPE_OBJECT, true, {"dict", make_dict, 0, 1, true}},
    {TYPE_SET, TYPE_OBJECT, true, {"set", make_set, 0, 1, false}},
    {TYPE_FROZENSET,
     TYPE_OBJECT,
     true,
     {"frozenset", make_frozenset, 0, 1, false}},
    {TYPE_RANGE, TYPE_OBJECT, true, {"range", make_range, 1, 3, false}},
    {TYPE_SLICE, TYPE_OBJECT, true, {"slice", make_slice, 1, 3, false}},
    {TYPE_ITERATOR, TYPE_OBJECT, false, {"iterator", NULL, 0, 0, false}},
    {TYPE_VIEW, TYPE_OBJECT, false, {"dict_view", NULL, 0, 0, false}},
    {TYPE_GENERATOR, TYPE_OBJECT, false, {"generator", NULL, 0, 0, false}},
    {TYPE_FUNCTION, TYPE_OBJECT, false, {"function", NULL, 0, 0, false}},
    {TYPE_BUILTIN,
     TYPE_OBJECT,
     false,
     {"builtin_function_or_method", NULL, 0, 0, false}},
    {TYPE_METHOD, TYPE_OBJECT, false, {"method", NULL, 0, 0, false}},
    {TYPE_MODULE, TYPE_OBJECT, false, {"module", NULL, 0, 0, false}},
    {TYPE_PROPERTY, TYPE_OBJECT, true, {"property", make_property, 0, 4, true}},
    {TYPE_STATICMETHOD,
     TYPE_OBJECT,
     true,
     {"staticmethod", make_staticmethod, 1, 1, false}},
    {TYPE_CLASSMETHOD,
     TYPE_OBJECT,
     true,
     {"classmethod", make_classmethod, 1, 1, false}},
    {TYPE_SUPER, TYPE_OBJECT, true, {"super", make_super, 0, 2, false}},
    {TYPE_CODE, TYPE_OBJECT, false, {"code", NULL, 0, 0, false}},
    {TYPE_CELL, TYPE_OBJECT, false, {"cell", NULL, 0, 0, false}},
    {TYPE_TRACEBACK, TYPE_OBJECT, false, {"traceback", NULL, 0, 0, false}},
    {TYPE_FILE, TYPE_OBJECT, false, {"TextIOWrapper", NULL, 0, 0, false}},
    {TYPE_REF,
     TYPE_OBJECT,
     false,
     {"weakref.ReferenceType", make_ref, 0, -1, true}},
    {TYPE_WEAKMETHOD,
     TYPE_REF,
     false,
     {"WeakMethod", make_weakmethod, 1, 2, false}},
    {TYPE_PROXY, TYPE_OBJECT, false, {"weakref.ProxyType", NULL, 0, 0, false}},
    {TYPE_CALLABLEPROXY,
     TYPE_OBJECT,
     false,
     {"weakref.CallableProxyType", NULL, 0, 0, false}},
    {TYPE_FINALIZE,
     TYPE_OBJECT,
     false,
     {"finalize", make_finalize, 0, -1, true}},
    {TYPE_WEAKKEYDICT,
     TYPE_OBJECT,
     false,
     {"WeakKeyDictionary", make_weakkeydict, 0, 1, true}},
    {TYPE_WEAKVALUEDICT,
     TYPE_OBJECT,
     false,
     {"WeakValueDictionary", make_weakvaluedict, 0, 1, true}},
    {TYPE_WEAKSET, TYPE_OBJECT, false, {"WeakSet", make_weakset, 0, 1, false}},
};

/* What type() says of iterators and views. */
static const struct define iterator_types[ITER_KINDS] = {
    [ITER_RANGE] = {"range_iterator", NULL, 0, 0, false},
    [ITER_LIST] = {"list_iterator", NULL, 0, 0, false},
    [ITER_TUPLE] = {"tuple_iterator", NULL, 0, 0, false},
    [ITER_STR] = {"str_ascii_iterator", NULL, 0, 0, false},
    [ITER_KEYS] = {"dict_keyiterator", NULL, 0, 0, false},
    [ITER_VALUES] = {"dict_valueiterator", NULL, 0, 0, false},
    [ITER_ITEMS] = {"dict_itemiterator", NULL, 0, 0, false},
    [ITER_SET] = {"set_iterator", NULL, 0, 0, false},
    [ITER_REVERSED] = {"reversed", reversed, 1, 1, false},
    [ITER_ENUMERATE] = {"enumerate", enumerate, 0, 2, true},
    [ITER_ZIP] = {"zip", zip, 0, -1, true},
    [ITER_MAP] = {"map", map, 0, -1, false},
    [ITER_FILTER] = {"filter", filter, 2, 2, false},
    [ITER_CALL] = {"callable_iterator", NULL, 0, 0, false},
    [ITER_WEAK] = {"generator", NULL, 0, 0, false},
    [ITER_GETITEM] = {"iterator", NULL, 0, 0, false},
};

static const struct define functions[] = {
    {"print", print, 0, -1, true},
    {"input", input, 0, 1, false},
    {"isinstance", isinstance, 2, 2, false},
    {"issubclass", issubclass, 2, 2, false},
    {"hasattr", has_attr, 2, 2, false},
    {"getattr", get_attr, 2, 3, false},
    {"setattr", set_attr, 3, 3, false},
    {"delattr", del_attr, 2, 2, false},
    {"vars", vars, 0, 1, false},
    {"dir", dir, 0, 1, false},
    {"callable", callable, 1, 1, false},
    {"globals", globals, 0, 0, false},
    {"locals", locals, 0, 0, false},
    {"iter", iter, 1, 2, false},
    {"next", next_item, 1, 2, false},
    {"any", any, 1, 1, false},
    {"all", all, 1, 1, false},
    {"sum", sum, 0, 2, true},
    {"min", min, 1, -1, true},
    {"max", max, 1, -1, true},
    {"sorted", sorted_function, 0, -1, true},
    {"len", len, 1, 1, false},
    {"abs", abs_function, 1, 1, false},
    {"hash", hash_function, 1, 1, false},
    {"id", id, 1, 1, false},
    {"repr", repr_function, 1, 1, false},
    {"ascii", ascii, 1, 1, false},
    {"chr", chr, 1, 1, false},
    {"ord", ord, 1, 1, false},
    {"hex", hex, 1, 1, false},
    {"oct", oct, 1, 1, false},
    {"bin", bin, 1, 1, false},
    {"round", round_number, 0, 2, true},
    {"divmod", divmod, 2, 2, false},
    {"pow", pow_function, 2, 3, false},
    {"format", format, 1, 2, false},
};

static void
start_names(void)
{
    vm.interned = new_dict();
    vm.empty_tuple = new_object(TYPE_TUPLE, sizeof(struct tuple));
    for (int i = 0; i < 128; i++)
        vm.characters[i] = intern((char[]){(char)i}, 1);
    for (int i = 0; i < SPECIALS; i++)
        special[i] = intern(special_names[i], strlen(special_names[i]));
}

static void
add_type(struct class *class)
{
    dict_set(vm.builtins, intern_str(class->name), (value) class);
}

static void
start_types(void)
{
    static const struct define object = {"object", NULL, 0, 0, false};
    static const struct define views[] = {{"dict_keys", NULL, 0, 0, false},
                                          {"dict_values", NULL, 0, 0, false},
                                          {"dict_items", NULL, 0, 0, false}};
    static const struct define method = {"method_descriptor", NULL, 0, 0,
                                         false};
    vm.types[TYPE_OBJECT] = new_type(TYPE_OBJECT, &object, NULL);
    add_type(vm.types[TYPE_OBJECT]);
    for (size_t i = 0; i < COUNT(types); i++) {
        struct class *class =
            new_type(types[i].type, &types[i].make, vm.types[types[i].base]);
        vm.types[types[i].type] = class;
        if (types[i].visible)
            add_type(class);
    }
    for (int i = 0; i < ITER_KINDS; i++) {
        vm.iterators[i] = new_type(TYPE_ITERATOR, &iterator_types[i],
                                   vm.types[TYPE_ITERATOR]);
        if (iterator_types[i].fn)
            add_type(vm.iterators[i]);
    }
    for (int i = 0; i < 3; i++)
        vm.views[i] = new_type(TYPE_VIEW, &views[i], vm.types[TYPE_VIEW]);
    vm.method_descriptor =
        new_type(TYPE_BUILTIN, &method, vm.types[TYPE_OBJECT]);
}

void
builtins_start(void)
{
    start_names();
    vm.builtins = new_dict();
    start_types();
    define_functions(vm.builtins, NULL, functions, COUNT(functions));
    dict_set(vm.builtins, intern("NotImplemented", 14), NOTIMPLEMENTED);
    dict_set(vm.builtins, intern("Ellipsis", 8), ELLIPSIS);
    classes_start();
    numbers_start();
    strings_start();
    lists_start();
    dicts_start();
    sets_start();
    iterators_start();
    errors_start();
    operators_start();
}
