/* SPDX-License-Identifier: MIT */
/* Integers of 64 bits, whose overflow is an error, and floats. */
#include "minipy.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

value
make_int(int64_t n)
{
    if (LIKELY(fits_small(n)))
        return small(n);
    struct integer *integer = new_leaf(TYPE_INT, sizeof *integer);
    integer->number = n;
    return (value)integer;
}

value
make_float(double d)
{
    struct floating *floating = new_leaf(TYPE_FLOAT, sizeof *floating);
    floating->number = d;
    return (value)floating;
}

bool
is_int(value v)
{
    return is_small(v) ||
           (is_object(v) && (v->type == TYPE_INT || v->type == TYPE_BOOL));
}

bool
is_number(value v)
{
    return is_int(v) || is(v, TYPE_FLOAT);
}

int64_t
int_of(value v)
{
    if (is_small(v))
        return small_of(v);
    return v->type == TYPE_BOOL ? (int64_t)v->aux : AS(integer, v)->number;
}

double
double_of(value v)
{
    return is(v, TYPE_FLOAT) ? AS(floating, v)->number : (double)int_of(v);
}

int64_t
truncated(double d)
{
    if (isnan(d))
        raise_error(E_ValueError, "cannot convert float NaN to integer");
    if (isinf(d))
        raise_error(E_OverflowError,
                    "cannot convert float infinity to integer");
    if (d >= 0x1p63 || d < -0x1p63)
        raise_error(E_OverflowError, "integer does not fit in 64 bits");
    return (int64_t)d;
}

bool
find_index(value v, int64_t *index)
{
    v = subject(v);
    if (is_int(v)) {
        *index = int_of(v);
        return true;
    }
    value own =
        is(v, TYPE_OBJECT) ? try_special(v, special[S_index], 0, NULL) : NULL;
    if (!own)
        return false;
    if (!is_int(own))
        raise_error(E_TypeError, "__index__ returned non-int (type %s)",
                    type_name(own));
    *index = int_of(own);
    return true;
}

int64_t
index_of(value v, const char *what)
{
    int64_t index;
    if (!find_index(v, &index))
        raise_error(E_TypeError,
                    "'%s' object cannot be interpreted as an integer%s",
                    type_name(v), what);
    return index;
}

/* ---- Arithmetic ------------------------------------------------------- */

_Noreturn static void
overflow(void)
{
    raise_error(E_OverflowError, "integer result does not fit in 64 bits");
}

static int64_t
floor_divide(int64_t a, int64_t b, int64_t *rest)
{
    if (b == -1) {
        if (a == INT64_MIN)
            overflow();
        *rest = 0;
        return -a;
    }
    int64_t quotient = a / b;
    *rest = a % b;
    if (*rest != 0 && (*rest < 0) != (b < 0)) {
        *rest += b;
        quotient--;
    }
    return quotient;
}

value
int_power(int64_t base, int64_t exponent)
{
    int64_t result = 1;
    while (exponent > 0) {
        if (exponent & 1 && __builtin_mul_overflow(result, base, &result))
            overflow();
        exponent >>= 1;
        if (exponent > 0 && __builtin_mul_overflow(base, base, &base))
            overflow();
    }
    return make_int(result);
}

static value
int_shift(int operation, int64_t a, int64_t b)
{
    if (b < 0)
        raise_error(E_ValueError, "negative shift count");
    if (operation == OP_RSHIFT)
        return make_int(b > 63 ? (a < 0 ? -1 : 0) : a >> b);
    if (a == 0)
        return small(0);
    if (b > 62 || a > INT64_MAX >> b || a < INT64_MIN >> b)
        overflow();
    return make_int((int64_t)((uint64_t)a << b));
}

static value
int_operation(int operation, int64_t a, int64_t b)
{
    int64_t result = 0, rest;
    switch (operation) {
    case OP_ADD:
        if (__builtin_add_overflow(a, b, &result))
            overflow();
        return make_int(result);
    case OP_SUB:
        if (__builtin_sub_overflow(a, b, &result))
            overflow();
        return make_int(result);
    case OP_MUL:
        if (__builtin_mul_overflow(a, b, &result))
            overflow();
        return make_int(result);
    case OP_TRUEDIV:
        if (b == 0)
            raise_error(E_ZeroDivisionError, "division by zero");
        return make_float((double)a / (double)b);
    case OP_FLOORDIV:
    case OP_MOD:
        if (b == 0)
            raise_error(E_ZeroDivisionError,
                        operation == OP_MOD ? "integer modulo by zero"
                                            : "integer division or modulo by "
                                              "zero");
        if (operation == OP_MOD && b == -1)
            return make_int(0); /* the quotient may not fit */
        result = floor_divide(a, b, &rest);
        return make_int(operation == OP_MOD ? rest : result);
    case OP_POW:
        if (b >= 0)
            return int_power(a, b);
        if (a == 0)
            raise_error(E_ZeroDivisionError,
                        "0.0 cannot be raised to a negative power");
        return make_float(pow((double)a, (double)b));
    case OP_AND:
        return make_int(a & b);
    case OP_OR:
        return make_int(a | b);
    case OP_XOR:
        return make_int(a ^ b);
    case OP_LSHIFT:
    case OP_RSHIFT:
        return int_shift(operation, a, b);
    default:
        return NULL;
    }
}

static double
float_mod(double a, double b, double *quotient)
{
    double rest = fmod(a, b);
    double div = (a - rest) / b;
    if (rest != 0) {
        if ((b < 0) != (rest < 0)) {
            rest += b;
            div -= 1;
        }
    } else {
        rest = copysign(0, b);
    }
    if (div != 0) {
        *quotient = floor(div);
        if (div - *quotient > 0.5)
            *quotient += 1;
    } else {
        *quotient = copysign(0, a / b);
    }
    return rest;
}

static value
float_power(double a, double b)
{
    if (a == 0 && b < 0)
        raise_error(E_ZeroDivisionError,
                    "0.0 cannot be raised to a negative power");
    if (a < 0 && isfinite(a) && isfinite(b) && b != floor(b))
        raise_error(E_ValueError,
                    "complex numbers are not supported by minipy");
    double result = pow(a, b);
    if (isinf(result) && isfinite(a) && isfinite(b))
        raise_error(E_OverflowError, "(34, 'Numerical result out of range')");
    return make_float(result);
}

static value
float_operation(int operation, double a, double b)
{
    double quotient, rest;
    switch (operation) {
    case OP_ADD:
        return make_float(a + b);
    case OP_SUB:
        return make_float(a - b);
    case OP_MUL:
        return make_float(a * b);
    case OP_TRUEDIV:
        if (b == 0)
            raise_error(E_ZeroDivisionError, "float division by zero");
        return make_float(a / b);
    case OP_FLOORDIV:
    case OP_MOD:
        if (b == 0)
            raise_error(E_ZeroDivisionError,
                        operation == OP_MOD ? "float modulo"
                                            : "float floor division by zero");
        rest = float_mod(a, b, &quotient);
        return make_float(operation == OP_MOD ? rest : quotient);
    case OP_POW:
        return float_power(a, b);
    default:
        return NULL;
    }
}

/* ---- Operators on everything ------------------------------------------ */

static const char *const operation_text[] = {
    "+",  "-",  "*", "/", "//", "%", "** or pow()",
    "<<", ">>", "&", "|", "^",  "@"};
static const char *const operation_names[] = {
    "add",    "sub",    "mul", "truediv", "floordiv", "mod",   "pow",
    "lshift", "rshift", "and", "or",      "xor",      "matmul"};
static value operator_special[OPERATIONS][3]; /* __x__ __rx__ __ix__ */

static value
special_operation(int operation, bool inplace, value a, value b)
{
    value result = NULL;
    if (!has_specials(a) && !has_specials(b))
        return NULL;
    if (inplace)
        result = try_special(a, operator_special[operation][2], 1, &b);
    if (!result || result == NOTIMPLEMENTED)
        result = try_special(a, operator_special[operation][0], 1, &b);
    if (!result || result == NOTIMPLEMENTED)
        result = try_special(b, operator_special[operation][1], 1, &a);
    return result == NOTIMPLEMENTED ? NULL : result;
}

static value
list_inplace(int operation, value a, value b)
{
    if (operation == OP_ADD) {
        list_extend(a, b);
        return a;
    }
    if (operation != OP_MUL || !is_int(b))
        return NULL;
    value all = sequence_repeat(a, int_of(b));
    struct list *to = AS(list, a), *from = AS(list, all);
    to->items = from->items;
    to->count = from->count;
    to->capacity = from->capacity;
    return a;
}

static value
sequence_operation(int operation, value a, value b)
{
    if (operation == OP_MUL) {
        int64_t times;
        if (!is(a, TYPE_STR) && !is(a, TYPE_LIST) && !is(a, TYPE_TUPLE)) {
            value swapped = a;
            a = b;
            b = swapped;
        }
        if (!is(a, TYPE_STR) && !is(a, TYPE_LIST) && !is(a, TYPE_TUPLE))
            return NULL;
        if (find_index(b, &times))
            return sequence_repeat(a, times);
        raise_error(E_TypeError,
                    "can't multiply sequence by non-int of type '%s'",
                    type_name(b));
    }
    if (operation != OP_ADD || !is_object(a))
        return NULL;
    if (a->type == TYPE_STR) {
        if (!is(b, TYPE_STR))
            raise_error(E_TypeError,
                        "can only concatenate str (not \"%s\") to str",
                        type_name(b));
        return str_concat(a, b);
    }
    if (a->type != TYPE_LIST && a->type != TYPE_TUPLE)
        return NULL;
    if (!is(b, (enum type)a->type))
        raise_error(E_TypeError, "can only concatenate %s (not \"%s\") to %s",
                    type_name(a), type_name(b), type_name(a));
    size_t na, nb;
    value *from_a = sequence_items(a, &na), *from_b = sequence_items(b, &nb);
    value result = a->type == TYPE_LIST ? new_list(na + nb, NULL)
                                        : new_tuple(na + nb, NULL);
    value *to = sequence_items(result, &(size_t){0});
    if (na)
        memcpy(to, from_a, na * sizeof(value));
    if (nb)
        memcpy(to + na, from_b, nb * sizeof(value));
    return result;
}

static value
collection_operation(int operation, bool inplace, value a, value b)
{
    if (inplace && is(a, TYPE_LIST)) {
        value result = list_inplace(operation, a, b);
        if (result)
            return result;
    }
    if (operation == OP_MOD && is(a, TYPE_STR))
        return percent_format(a, b);
    if (operation == OP_OR && is(a, TYPE_DICT) && is(b, TYPE_DICT)) {
        struct dict *dict = inplace ? AS(dict, a) : new_dict();
        if (!inplace)
            dict_update(dict, a);
        dict_update(dict, b);
        return (value)dict;
    }
    if (operation == OP_OR || operation == OP_AND || operation == OP_XOR ||
        operation == OP_SUB) {
        value result = set_operation(
            operation | (inplace && is(a, TYPE_SET) ? OP_INPLACE : 0), a, b);
        if (result)
            return result;
    }
    return sequence_operation(operation, a, b);
}

value
binary(int operation, value a, value b)
{
    bool inplace = operation & OP_INPLACE;
    value result = NULL;
    operation &= ~OP_INPLACE;
    if (is_int(a) && is_int(b)) {
        if (is(a, TYPE_BOOL) && is(b, TYPE_BOOL) &&
            (operation == OP_AND || operation == OP_OR || operation == OP_XOR))
            return boolean(int_of(int_operation(operation, a->aux, b->aux)));
        result = int_operation(operation, int_of(a), int_of(b));
    } else if (is_number(a) && is_number(b)) {
        result = float_operation(operation, double_of(a), double_of(b));
    } else {
        a = subject(a);
        b = subject(b);
        result = special_operation(operation, inplace, a, b);
        if (!result)
            result = collection_operation(operation, inplace, a, b);
    }
    if (!result)
        raise_error(
            E_TypeError, "unsupported operand type(s) for %s%s: '%s' and '%s'",
            inplace && operation == OP_POW ? "**" : operation_text[operation],
            inplace ? "=" : "", type_name(a), type_name(b));
    return result;
}

value
negate(value v)
{
    v = subject(v);
    if (is_int(v)) {
        if (int_of(v) == INT64_MIN)
            overflow();
        return make_int(-int_of(v));
    }
    if (is(v, TYPE_FLOAT))
        return make_float(-AS(floating, v)->number);
    value result = try_special(v, special[S_neg], 0, NULL);
    if (!result)
        raise_error(E_TypeError, "bad operand type for unary -: '%s'",
                    type_name(v));
    return result;
}

value
positive(value v)
{
    v = subject(v);
    if (is_int(v))
        return make_int(int_of(v));
    if (is(v, TYPE_FLOAT))
        return v;
    value result = try_special(v, special[S_pos], 0, NULL);
    if (!result)
        raise_error(E_TypeError, "bad operand type for unary +: '%s'",
                    type_name(v));
    return result;
}

value
invert(value v)
{
    v = subject(v);
    if (is_int(v))
        return make_int(~int_of(v));
    value result = try_special(v, special[S_invert], 0, NULL);
    if (!result)
        raise_error(E_TypeError, "bad operand type for unary ~: '%s'",
                    type_name(v));
    return result;
}

value
absolute(value v)
{
    v = subject(v);
    if (is_int(v))
        return int_of(v) < 0 ? negate(v) : make_int(int_of(v));
    if (is(v, TYPE_FLOAT))
        return make_float(fabs(AS(floating, v)->number));
    value result = try_special(v, special[S_abs], 0, NULL);
    if (!result)
        raise_error(E_TypeError, "bad operand type for abs(): '%s'",
                    type_name(v));
    return result;
}

/* -1, 0, 1, or 2 if one is no number. */
static int
order_numbers(value a, value b)
{
    if (is_int(a) && is_int(b)) {
        int64_t x = int_of(a), y = int_of(b);
        return (x > y) - (x < y);
    }
    if (is(a, TYPE_FLOAT) && is(b, TYPE_FLOAT)) {
        double x = double_of(a), y = double_of(b);
        return isnan(x) || isnan(y) ? 2 : (x > y) - (x < y);
    }
    double d = is(a, TYPE_FLOAT) ? double_of(a) : double_of(b);
    int64_t n = is(a, TYPE_FLOAT) ? int_of(b) : int_of(a);
    int sign = is(a, TYPE_FLOAT) ? 1 : -1;
    if (isnan(d))
        return 2;
    if (d >= 0x1p63 || d < -0x1p63)
        return d > 0 ? sign : -sign;
    double whole = floor(d);
    int64_t m = (int64_t)whole;
    return m != n ? (m > n ? sign : -sign) : d > whole ? sign : 0;
}

value
number_compare(enum compare how, value a, value b)
{
    int order = order_numbers(a, b);
    bool result = false;
    switch (how) {
    case LT:
        result = order == -1;
        break;
    case LE:
        result = order <= 0;
        break;
    case EQ:
        result = order == 0;
        break;
    case NE:
        result = order != 0;
        break;
    case GT:
        result = order == 1;
        break;
    case GE:
        result = order == 0 || order == 1;
        break;
    }
    return boolean(result);
}

/* ---- Hash, text ------------------------------------------------------- */

/* CPython's: equal to the hash of an equal integer. */
int64_t
hash_double(double d)
{
    const uint64_t modulus = (UINT64_C(1) << 61) - 1;
    if (isnan(d))
        return 0;
    if (isinf(d))
        return d > 0 ? 314159 : -314159;
    int exponent;
    uint64_t x = 0;
    double m = frexp(fabs(d), &exponent);
    while (m != 0) {
        x = (x << 28 & modulus) | x >> 33;
        m *= 268435456.0;
        exponent -= 28;
        uint64_t y = (uint64_t)m;
        m -= (double)y;
        x += y;
        if (x >= modulus)
            x -= modulus;
    }
    exponent = exponent >= 0 ? exponent % 61 : 60 - ((-1 - exponent) % 61);
    x = (x << exponent & modulus) | x >> (61 - exponent);
    int64_t hash = d < 0 ? -(int64_t)x : (int64_t)x;
    return hash == -1 ? -2 : hash;
}

/* The shortest text that reads back as the same number. */
value
float_repr(double d)
{
    char digits[40];
    if (isnan(d))
        return str_from("nan");
    if (isinf(d))
        return str_from(d > 0 ? "inf" : "-inf");
    int precision = fabs(d) < 1e-300 ? 0 : 14;
    for (; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*e", precision, d);
        if (strtod(digits, NULL) == d)
            break;
    }
    char *e = strchr(digits, 'e');
    int exponent = atoi(e + 1);
    char *start = digits + (*digits == '-');
    size_t count = 0; /* digits without the point and trailing zeros */
    char plain[24];
    for (char *p = start; p < e; p++)
        if (*p != '.')
            plain[count++] = *p;
    while (count > 1 && plain[count - 1] == '0')
        count--;
    struct text text = {0};
    if (start != digits)
        text_char(&text, '-');
    if (exponent < -4 || exponent >= 16) {
        text_char(&text, plain[0]);
        if (count > 1) {
            text_char(&text, '.');
            text_add(&text, plain + 1, count - 1);
        }
        text_format(&text, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
    } else if (exponent < 0) {
        text_add(&text, "0.000", (size_t)(1 - exponent));
        text_add(&text, plain, count);
    } else {
        size_t whole = (size_t)exponent + 1;
        text_add(&text, plain, count < whole ? count : whole);
        if (count < whole)
            text_fill(&text, '0', whole - count);
        text_char(&text, '.');
        if (count > whole)
            text_add(&text, plain + whole, count - whole);
        else
            text_char(&text, '0');
    }
    return text_done(&text);
}

static int
digit_of(int c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'z' ? c - 'a' + 10
           : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                                  : 99;
}

value
parse_int(const char *text, size_t bytes, int base)
{
    const char *p = text, *end = text + bytes;
    bool negative = false, digits = false;
    uint64_t n = 0;
    while (p < end && strchr(" \t\n\r\f\v", *p) && *p)
        p++;
    while (p < end && strchr(" \t\n\r\f\v", end[-1]) && end[-1])
        end--;
    if (p < end && (*p == '-' || *p == '+'))
        negative = *p++ == '-';
    if (end - p > 2 && *p == '0') {
        int prefix = p[1] | 32;
        int wanted = prefix == 'x'   ? 16
                     : prefix == 'o' ? 8
                     : prefix == 'b' ? 2
                                     : 0;
        if (wanted && (base == 0 || base == wanted)) {
            base = wanted;
            p += 2;
        }
    }
    if (base == 0)
        base = 10;
    for (; p < end; p++) {
        if (*p == '_' && digits && p + 1 < end && p[1] != '_')
            continue;
        int digit = digit_of((unsigned char)*p);
        if (digit >= base)
            return NULL;
        digits = true;
        if (__builtin_mul_overflow(n, (uint64_t)base, &n) ||
            __builtin_add_overflow(n, (uint64_t)digit, &n) ||
            n > (uint64_t)INT64_MAX + negative)
            return NULL;
    }
    if (!digits)
        return NULL;
    return make_int(negative ? (int64_t)(0 - n) : (int64_t)n);
}

bool
parse_float(const char *text, size_t bytes, double *result)
{
    char buffer[400], *end;
    size_t count = 0;
    const char *p = text, *stop = text + bytes;
    while (p < stop && strchr(" \t\n\r\f\v", *p) && *p)
        p++;
    while (p < stop && strchr(" \t\n\r\f\v", stop[-1]) && stop[-1])
        stop--;
    for (; p < stop && count + 1 < sizeof buffer; p++)
        if (*p != '_')
            buffer[count++] = *p;
    buffer[count] = 0;
    if (count == 0 || p < stop || strpbrk(buffer, "xXpP("))
        return false;
    *result = strtod(buffer, &end);
    return *end == 0;
}

/* ---- Methods ---------------------------------------------------------- */

METHOD(int_bit_length)
{
    int64_t n = int_of(args[0]);
    uint64_t size = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    UNUSED;
    return small(size ? 64 - __builtin_clzll(size) : 0);
}

METHOD(int_bit_count)
{
    int64_t n = int_of(args[0]);
    UNUSED;
    return small(__builtin_popcountll(n < 0 ? 0 - (uint64_t)n : (uint64_t)n));
}

RETURNS(conjugate, is_int(args[0]) ? make_int(int_of(args[0])) : args[0])
RETURNS(int_ratio, new_tuple(2, (value[]){make_int(int_of(args[0])), small(1)}))

METHOD(float_is_integer)
{
    double d = double_of(args[0]);
    UNUSED;
    return boolean(isfinite(d) && d == floor(d));
}

METHOD(float_ratio)
{
    double d = double_of(args[0]);
    int exponent;
    UNUSED;
    if (!isfinite(d))
        raise_error(isnan(d) ? E_ValueError : E_OverflowError,
                    "cannot convert %s to integer ratio",
                    isnan(d) ? "NaN" : "Infinity");
    d = frexp(d, &exponent);
    for (; d != floor(d); exponent--)
        d *= 2;
    if (exponent < -62 || exponent > 62)
        overflow();
    value top = make_int((int64_t)d),
          power = int_shift(OP_LSHIFT, 1, labs(exponent));
    if (exponent > 0)
        return new_tuple(2, (value[]){binary(OP_MUL, top, power), small(1)});
    return new_tuple(2, (value[]){top, power});
}

METHOD(float_hex)
{
    double d = double_of(args[0]);
    UNUSED;
    if (!isfinite(d))
        return float_repr(d);
    int exponent;
    char digits[20];
    const char *sign = signbit(d) ? "-" : "";
    if (d == 0)
        return str_format("%s0x0.0p+0", sign);
    double m = frexp(fabs(d), &exponent);
    int shift = exponent < -1021 ? -1021 - exponent : 0; /* denormal */
    m = ldexp(m, 1 - shift);
    exponent += shift - 1;
    uint64_t bits = (uint64_t)ldexp(m, 52);
    snprintf(digits, sizeof digits, "%013llx",
             (unsigned long long)(bits & ((UINT64_C(1) << 52) - 1)));
    return str_format("%s0x%d.%sp%+d", sign, (int)(bits >> 52), digits,
                      exponent);
}

value
number_attribute(value v, const char *name)
{
    if (strcmp(name, "real") == 0)
        return is_int(v) ? make_int(int_of(v)) : v;
    if (strcmp(name, "imag") == 0)
        return is_int(v) ? small(0) : make_float(0);
    if (is_int(v) && strcmp(name, "numerator") == 0)
        return make_int(int_of(v));
    if (is_int(v) && strcmp(name, "denominator") == 0)
        return small(1);
    return NULL;
}

void
numbers_start(void)
{
    static const struct define int_methods[] = {
        {"bit_length", int_bit_length, 1, 1, false},
        {"bit_count", int_bit_count, 1, 1, false},
        {"conjugate", conjugate, 1, 1, false},
        {"as_integer_ratio", int_ratio, 1, 1, false},
    };
    static const struct define float_methods[] = {
        {"is_integer", float_is_integer, 1, 1, false},
        {"as_integer_ratio", float_ratio, 1, 1, false},
        {"hex", float_hex, 1, 1, false},
        {"conjugate", conjugate, 1, 1, false},
    };
    static const char *const prefix[] = {"__", "__r", "__i"};
    for (int op = 0; op < OPERATIONS; op++)
        for (int i = 0; i < 3; i++) {
            char name[32];
            int bytes = snprintf(name, sizeof name, "%s%s__", prefix[i],
                                 operation_names[op]);
            operator_special[op][i] = intern(name, (size_t)bytes);
        }
    define_methods(vm.types[TYPE_INT], int_methods, COUNT(int_methods));
    define_methods(vm.types[TYPE_FLOAT], float_methods, COUNT(float_methods));
}
