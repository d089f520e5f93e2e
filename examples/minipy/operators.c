/* SPDX-License-Identifier: MIT */
/*
 * Special methods that classes have though no table of theirs says so:
 * (5).__add__, list.__len__, super().__repr__.  They are here for programs that
 * name them; the operators themselves do not look here.
 */
#include "minipy.h"

RETURNS(repr_method,
        is(args[0], TYPE_OBJECT) ? default_repr(args[0]) : repr(args[0]))
RETURNS(str_method, is(args[0], TYPE_OBJECT) ? repr(args[0]) : str_of(args[0]))
RETURNS(hash_method, make_int(is(args[0], TYPE_OBJECT) ? hash_pointer(args[0])
                                                       : hash(args[0])))

METHOD(format_method)
{
    UNUSED;
    if (!is(args[1], TYPE_STR))
        raise_error(E_TypeError, "__format__() argument must be str, not %s",
                    type_name(args[1]));
    if (!is(args[0], TYPE_OBJECT))
        return format_value(args[0], text_of(args[1]), AS(str, args[1])->bytes);
    if (AS(str, args[1])->bytes > 0)
        raise_error(E_TypeError,
                    "unsupported format string passed to %s.__format__",
                    type_name(args[0]));
    return str_of(args[0]);
}

/* Would the type of the first know what to do with the second? */
static bool
fits(const value *args)
{
    struct class *a = class_of(args[0]), *b = class_of(args[1]);
    return is_subclass(b, a) || (is(args[0], TYPE_BOOL) && is_int(args[1])) ||
           (is(args[0], TYPE_FLOAT) && is_int(args[1]));
}

static value
compare_method(enum compare how, const value *args)
{
    if (is(args[0], TYPE_OBJECT))
        return (how == EQ || how == NE) && args[0] == args[1]
                   ? boolean(how == EQ)
                   : NOTIMPLEMENTED;
    return fits(args) ? compare(how, args[0], args[1]) : NOTIMPLEMENTED;
}

#define COMPARE(name, how)                                                     \
    METHOD(name)                                                               \
    {                                                                          \
        UNUSED;                                                                \
        return compare_method(how, args);                                      \
    }
COMPARE(eq, EQ)
COMPARE(ne, NE)
COMPARE(lt, LT)
COMPARE(le, LE)
COMPARE(gt, GT)
COMPARE(ge, GE)

#define BINARY(name, operation)                                                \
    METHOD(name##_method)                                                      \
    {                                                                          \
        UNUSED;                                                                \
        return fits(args) || !is_number(args[0])                               \
                   ? binary(operation, args[0], args[1])                       \
                   : NOTIMPLEMENTED;                                           \
    }                                                                          \
    METHOD(reflected_##name)                                                   \
    {                                                                          \
        UNUSED;                                                                \
        return fits(args) || !is_number(args[0])                               \
                   ? binary(operation, args[1], args[0])                       \
                   : NOTIMPLEMENTED;                                           \
    }
BINARY(add, OP_ADD)
BINARY(sub, OP_SUB)
BINARY(mul, OP_MUL)
BINARY(truediv, OP_TRUEDIV)
BINARY(floordiv, OP_FLOORDIV)
BINARY(mod, OP_MOD)
BINARY(pow, OP_POW)
BINARY(and, OP_AND)
BINARY(or, OP_OR)
BINARY(xor, OP_XOR)
BINARY(lshift, OP_LSHIFT)
BINARY(rshift, OP_RSHIFT)

RETURNS(neg, negate(args[0]))
RETURNS(pos, positive(args[0]))
RETURNS(abs_method, absolute(args[0]))
RETURNS(inverted, invert(args[0]))
RETURNS(truth_method, boolean(truth(args[0])))
RETURNS(length, length_of(args[0]))
RETURNS(iterator, get_iterator(args[0]))
RETURNS(int_method, call((value)vm.types[TYPE_INT], 1, args))
RETURNS(float_method, call((value)vm.types[TYPE_FLOAT], 1, args))
RETURNS(item, get_item(args[0], args[1]))
RETURNS(has, boolean(contains(args[0], args[1])))
RETURNS(store, (set_item(args[0], args[1], args[2]), NONE))
RETURNS(remove_item, (delete_item(args[0], args[1]), NONE))

METHOD(call_it)
{
    return call_with(args[0], nargs - 1, args + 1, names, false);
}

/* ---- Which type has which --------------------------------------------- */

#define BIT(type) (UINT64_C(1) << TYPE_##type)
#define ALL       UINT64_MAX
#define NUMBERS   (BIT(INT) | BIT(BOOL) | BIT(FLOAT))
#define INTEGERS  (BIT(INT) | BIT(BOOL))
#define SEQUENCES (BIT(STR) | BIT(LIST) | BIT(TUPLE))
#define SETS      (BIT(SET) | BIT(FROZENSET))
#define SIZED     (SEQUENCES | SETS | BIT(DICT) | BIT(RANGE) | BIT(VIEW))
#define CALLABLE                                                               \
    (BIT(FUNCTION) | BIT(BUILTIN) | BIT(METHOD) | BIT(CLASS) | BIT(REF) |      \
     BIT(WEAKMETHOD) | BIT(FINALIZE))
#define PAIR(name, types)                                                      \
    {{"__" #name "__", name##_method, 2, 2, false}, types},                    \
    {                                                                          \
        {"__r" #name "__", reflected_##name, 2, 2, false}, (types)&NUMBERS     \
    }

static const struct {
    struct define define;
    uint64_t types;
} table[] = {
    {{"__repr__", repr_method, 1, 1, false}, ALL},
    {{"__str__", str_method, 1, 1, false}, ALL},
    {{"__hash__", hash_method, 1, 1, false}, ALL},
    {{"__format__", format_method, 2, 2, false}, ALL},
    {{"__eq__", eq, 2, 2, false}, ALL},
    {{"__ne__", ne, 2, 2, false}, ALL},
    {{"__lt__", lt, 2, 2, false}, ALL},
    {{"__le__", le, 2, 2, false}, ALL},
    {{"__gt__", gt, 2, 2, false}, ALL},
    {{"__ge__", ge, 2, 2, false}, ALL},
    PAIR(add, NUMBERS | SEQUENCES),
    PAIR(sub, NUMBERS | SETS),
    PAIR(mul, NUMBERS | SEQUENCES),
    PAIR(truediv, NUMBERS),
    PAIR(floordiv, NUMBERS),
    PAIR(mod, NUMBERS | BIT(STR)),
    PAIR(pow, NUMBERS),
    PAIR(and, INTEGERS | SETS),
    PAIR(or, INTEGERS | SETS | BIT(DICT)),
    PAIR(xor, INTEGERS | SETS),
    PAIR(lshift, INTEGERS),
    PAIR(rshift, INTEGERS),
    {{"__neg__", neg, 1, 1, false}, NUMBERS},
    {{"__pos__", pos, 1, 1, false}, NUMBERS},
    {{"__abs__", abs_method, 1, 1, false}, NUMBERS},
    {{"__invert__", inverted, 1, 1, false}, INTEGERS},
    {{"__bool__", truth_method, 1, 1, false}, NUMBERS | BIT(NONE) | BIT(RANGE)},
    {{"__int__", int_method, 1, 1, false}, NUMBERS},
    {{"__index__", int_method, 1, 1, false}, INTEGERS},
    {{"__float__", float_method, 1, 1, false}, NUMBERS},
    {{"__len__", length, 1, 1, false}, SIZED},
    {{"__iter__", iterator, 1, 1, false}, SIZED},
    {{"__contains__", has, 2, 2, false}, SIZED},
    {{"__getitem__", item, 2, 2, false}, SEQUENCES | BIT(DICT) | BIT(RANGE)},
    {{"__setitem__", store, 3, 3, false}, BIT(LIST) | BIT(DICT)},
    {{"__delitem__", remove_item, 2, 2, false}, BIT(LIST) | BIT(DICT)},
    {{"__call__", call_it, 1, -1, true}, CALLABLE},
};
_Static_assert(TYPES <= 64, "a bit for each type");

value
operator_method(struct class *class, value name)
{
    uint32_t type = class->builtin_type ? class->builtin_type : TYPE_OBJECT;
    value index = dict_get_str(vm.operators, name);
    if (!index || !(table[small_of(index)].types >> type & 1))
        return NULL;
    return new_builtin(&table[small_of(index)].define, text_of(class->name),
                       class);
}

void
operators_start(void)
{
    vm.operators = new_dict();
    for (size_t i = 0; i < COUNT(table); i++)
        dict_set(vm.operators,
                 intern(table[i].define.name, strlen(table[i].define.name)),
                 small((int64_t)i));
}
