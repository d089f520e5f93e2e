/* SPDX-License-Identifier: MIT */
/* Format specifications, str.format, and the % operator. */
#include "minipy.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>

struct spec {
    uint32_t fill;
    char align; /* < > = ^ or 0 */
    char sign;  /* + - space or 0 */
    bool alternate, zero;
    int width;
    char grouping; /* , _ or 0 */
    int precision; /* -1: none */
    char type;     /* or 0 */
};

_Noreturn static void
invalid_spec(const char *spec, size_t bytes, value v)
{
    raise_error(E_ValueError,
                "Invalid format specifier '%.*s' for object of type '%s'",
                (int)bytes, spec, type_name(v));
}

static int
read_number(const char **p, const char *end)
{
    int n = 0;
    for (; *p < end && isdigit((unsigned char)**p); ++*p) {
        n = n * 10 + (**p - '0');
        if (n > 10000000)
            raise_error(E_ValueError,
                        "Too many decimal digits in format string");
    }
    return n;
}

static struct spec
parse_spec(const char *text, size_t bytes, value v)
{
    struct spec spec = {.fill = ' ', .precision = -1};
    const char *p = text, *end = text + bytes;
    uint32_t point;
    size_t first = bytes ? utf8_decode(p, end, &point) : 0;
    bool filled = first && p + first < end && strchr("<>=^", p[first]);
    if (filled) {
        spec.fill = point;
        spec.align = p[first];
        p += first + 1;
    } else if (p < end && strchr("<>=^", *p)) {
        spec.align = *p++;
    }
    if (p < end && strchr("+- ", *p))
        spec.sign = *p++;
    if (p < end && *p == '#')
        spec.alternate = *p++;
    if (p < end && *p == '0') {
        spec.zero = *p++;
        if (!filled)
            spec.fill = '0';
        if (!spec.align)
            spec.align = is_number(v) ? '=' : 0;
    }
    spec.width = read_number(&p, end);
    if (p < end && (*p == ',' || *p == '_'))
        spec.grouping = *p++;
    if (p < end && *p == '.') {
        p++;
        if (p == end || !isdigit((unsigned char)*p))
            raise_error(E_ValueError, "Format specifier missing precision");
        spec.precision = read_number(&p, end);
    }
    if (p < end)
        spec.type = *p++;
    if (p < end)
        invalid_spec(text, bytes, v);
    return spec;
}

/* ---- Padding ---------------------------------------------------------- */

/* Digits in groups, padded with zeros to `width` if that is asked for. */
static void
group_digits(struct text *out, const char *digits, size_t count,
             const struct spec *spec, size_t width)
{
    size_t size = strchr("xXob", spec->type) && spec->type ? 4 : 3;
    struct text reversed = {0};
    for (size_t i = 0; i < count || reversed.count < width; i++) {
        if (i > 0 && i % size == 0)
            text_char(&reversed, spec->grouping);
        text_char(&reversed, i < count ? digits[count - 1 - i] : '0');
    }
    if (reversed.count > 0 &&
        reversed.bytes[reversed.count - 1] == spec->grouping)
        text_char(&reversed, '0');
    for (size_t i = reversed.count; i-- > 0;)
        text_char(out, reversed.bytes[i]);
}

static value
pad(const struct spec *spec, const char *sign, const char *body, size_t bytes,
    size_t chars, char otherwise)
{
    struct text text = {0};
    size_t used = strlen(sign) + chars;
    size_t total = (size_t)spec->width > used ? (size_t)spec->width - used : 0;
    char align = spec->align ? spec->align : otherwise;
    size_t left = align == '>' ? total : align == '^' ? total / 2 : 0;
    text_fill(&text, spec->fill, left);
    text_add(&text, sign, strlen(sign));
    if (align == '=')
        text_fill(&text, spec->fill, total);
    text_add(&text, body, bytes);
    if (align != '=')
        text_fill(&text, spec->fill, total - left);
    return text_done(&text);
}

static const char *
sign_of(const struct spec *spec, bool negative)
{
    return negative            ? "-"
           : spec->sign == '+' ? "+"
           : spec->sign == ' ' ? " "
                               : "";
}

/* A number: digits before the point are grouped. */
static value
pad_number(const struct spec *spec, bool negative, const char *prefix,
           const char *digits)
{
    struct text body = {0};
    char sign[8];
    size_t whole = strspn(digits, spec->type && strchr("xXob", spec->type)
                                      ? "0123456789abcdefABCDEF"
                                      : "0123456789");
    snprintf(sign, sizeof sign, "%s%s", sign_of(spec, negative), prefix);
    size_t rest = strlen(digits) - whole;
    if (spec->grouping) {
        size_t width = 0, used = strlen(sign) + rest;
        if (spec->align == '=' && spec->fill == '0' &&
            (size_t)spec->width > used)
            width = (size_t)spec->width - used;
        group_digits(&body, digits, whole, spec, width);
    } else {
        text_add(&body, digits, whole);
    }
    text_add(&body, digits + whole, rest);
    return pad(spec, sign, body.bytes, body.count, body.count, '>');
}

/* ---- Numbers ---------------------------------------------------------- */

static void
put_integer(char *to, uint64_t n, unsigned base, bool upper)
{
    char buffer[70];
    size_t at = sizeof buffer;
    do {
        buffer[--at] =
            (upper ? "0123456789ABCDEF" : "0123456789abcdef")[n % base];
        n /= base;
    } while (n > 0);
    memcpy(to, buffer + at, sizeof buffer - at);
    to[sizeof buffer - at] = 0;
}

static value format_double(double d, struct spec *spec, value v);

static value
format_integer(value v, struct spec *spec)
{
    char digits[80];
    int64_t n = int_of(v);
    uint64_t magnitude = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    if (spec->type && strchr("eEfFgG%", spec->type))
        return format_double((double)n, spec, v);
    if (spec->precision >= 0)
        raise_error(E_ValueError,
                    "Precision not allowed in integer format specifier");
    if (spec->type == 'c') {
        if (int_of(v) < 0 || int_of(v) > 0x10ffff)
            raise_error(E_OverflowError, "%%c arg not in range(0x110000)");
        if (n >= 0xd800 && n < 0xe000)
            raise_error(E_ValueError, "surrogates are not supported by minipy");
        char bytes[4];
        if (n < 0 || n > 0x10ffff)
            raise_error(E_OverflowError, "%%c arg not in range(0x110000)");
        size_t count = utf8_encode((uint32_t)n, bytes);
        return pad(spec, "", bytes, count, 1, '<');
    }
    if (spec->type && !strchr("dnxXob", spec->type))
        raise_error(E_ValueError,
                    "Unknown format code '%c' for object of type 'int'",
                    spec->type);
    unsigned base = spec->type == 'x' || spec->type == 'X' ? 16
                    : spec->type == 'o'                    ? 8
                    : spec->type == 'b'                    ? 2
                                                           : 10;
    if (spec->grouping == ',' && base != 10)
        raise_error(E_ValueError, "Cannot specify ',' with '%c'.", spec->type);
    put_integer(digits, magnitude, base, spec->type == 'X');
    char prefix[3] = {'0', spec->type, 0};
    if (base == 10 || !spec->alternate)
        *prefix = 0;
    return pad_number(spec, n < 0, prefix, digits);
}

/* %g leaves a number without a point; repr and 'no type' want one. */
static void
format_general(char *to, size_t size, double d, const struct spec *spec)
{
    int precision = spec->precision < 0 ? 6 : spec->precision;
    if (spec->type == 0) {
        if (spec->precision < 0) {
            snprintf(to, size, "%s", text_of(float_repr(d)));
            return;
        }
        if (precision == 0)
            precision = 1;
        char check[60];
        snprintf(check, sizeof check, "%.*e", precision - 1, d);
        int exponent = atoi(strchr(check, 'e') + 1);
        if (exponent >= -4 && exponent < precision - 1) {
            snprintf(to, size, "%.*g", precision, d);
            if (!strpbrk(to, ".e"))
                strcat(to, ".0");
            return;
        }
        if (exponent == precision - 1) { /* 12 at .2 is 1.2e+01 */
            snprintf(to, size, "%.*e", precision - 1, d);
            char *e = strchr(to, 'e'), *last = e;
            if (memchr(to, '.', (size_t)(e - to))) {
                while (last[-1] == '0')
                    last--;
                if (last[-1] == '.')
                    last--;
                memmove(last, e, strlen(e) + 1);
            }
            return;
        }
    }
    snprintf(to, size, spec->alternate ? "%#.*g" : "%.*g", precision, d);
    if (spec->type == 'G')
        for (char *p = to; *p; p++)
            *p = (char)toupper((unsigned char)*p);
}

static value
format_double(double d, struct spec *spec, value v)
{
    bool negative = signbit(d);
    char type = spec->type;
    double magnitude = fabs(d);
    int precision = spec->precision < 0 ? 6 : spec->precision;
    if (type && !strchr("eEfFgGn%", type))
        raise_error(E_ValueError,
                    "Unknown format code '%c' for object of type '%s'", type,
                    type_name(v));
    if (precision > 5000)
        raise_error(E_ValueError, "precision too big");
    size_t size = (size_t)precision + 400;
    char *digits = new_bytes(size);
    if (type == '%')
        magnitude *= 100;
    if (isnan(d) || isinf(d))
        snprintf(digits, size, "%s",
                 isnan(d) ? (type == 'F' ? "NAN" : "nan")
                          : (type == 'F' ? "INF" : "inf"));
    else if (type == 'f' || type == 'F' || type == '%')
        snprintf(digits, size, spec->alternate ? "%#.*f" : "%.*f", precision,
                 magnitude);
    else if (type == 'e' || type == 'E')
        snprintf(digits, size, type == 'e' ? "%.*e" : "%.*E", precision,
                 magnitude);
    else
        format_general(digits, size, magnitude, spec);
    if (type == '%')
        strcat(digits, "%");
    return pad_number(spec, negative && !isnan(d), "", digits);
}

value
format_value(value v, const char *text, size_t bytes)
{
    if (is(v, TYPE_OBJECT)) {
        value own = new_str(text, bytes);
        value result = try_special(v, special[S_format], 1, &own);
        if (result)
            return result;
        if (bytes)
            raise_error(E_TypeError,
                        "unsupported format string passed to %s.__format__",
                        type_name(v));
    }
    if (bytes == 0)
        return str_of(v);
    struct spec spec = parse_spec(text, bytes, v);
    if (is_int(v))
        return format_integer(v, &spec);
    if (is(v, TYPE_FLOAT))
        return format_double(double_of(v), &spec, v);
    if (!is(v, TYPE_STR))
        raise_error(E_TypeError,
                    "unsupported format string passed to %s.__format__",
                    type_name(v));
    if (spec.type && spec.type != 's')
        raise_error(E_ValueError,
                    "Unknown format code '%c' for object of type 'str'",
                    spec.type);
    if (spec.align == '=')
        raise_error(E_ValueError,
                    "'=' alignment not allowed in string format specifier");
    if (spec.sign)
        raise_error(E_ValueError,
                    "Sign not allowed in string format specifier");
    struct str *str = AS(str, v);
    size_t chars = str->chars;
    if (spec.precision >= 0 && (size_t)spec.precision < chars)
        chars = (size_t)spec.precision;
    return pad(&spec, "", str->text,
               utf8_bytes_of(str->text, str->bytes, chars), chars, '<');
}

/* ---- str.format ------------------------------------------------------- */

value
ascii_repr(value v)
{
    value text = repr(v), c;
    struct text out = {0};
    int64_t at = 0;
    while ((c = str_next(text, &at))) {
        uint32_t point;
        utf8_decode(text_of(c), text_of(c) + AS(str, c)->bytes, &point);
        if (point < 0x80)
            text_char(&out, (char)point);
        else
            text_format(&out,
                        point < 0x100     ? "\\x%02x"
                        : point < 0x10000 ? "\\u%04x"
                                          : "\\U%08x",
                        point);
    }
    return text_done(&out);
}

value
convert(value v, char how)
{
    return how == 's' ? str_of(v) : how == 'a' ? ascii_repr(v) : repr(v);
}

struct fields {
    value *args;
    int nargs;
    struct tuple *names;
    int automatic; /* next number; -1: numbered by hand */
};

static value
field_value(struct fields *fields, const char *name, size_t bytes)
{
    size_t end = 0;
    while (end < bytes && name[end] != '.' && name[end] != '[')
        end++;
    value v;
    if (end == 0 || isdigit((unsigned char)name[0])) {
        int index;
        if (end == 0) {
            if (fields->automatic < 0)
                raise_error(E_ValueError,
                            "cannot switch from manual field specification to "
                            "automatic field numbering");
            index = fields->automatic++;
        } else {
            if (fields->automatic > 0)
                raise_error(E_ValueError,
                            "cannot switch from automatic field numbering to "
                            "manual field specification");
            fields->automatic = -1;
            index = atoi(name);
        }
        if (index + 1 >= fields->nargs)
            raise_error(E_IndexError,
                        "Replacement index %d out of range for positional args "
                        "tuple",
                        index);
        v = fields->args[index + 1];
    } else {
        value key = new_str(name, end);
        v = keyword(fields->args, fields->nargs, fields->names, text_of(key),
                    NULL);
        if (!v)
            raise_key(key);
    }
    while (end < bytes) {
        size_t from = end + 1;
        bool attribute = name[end] == '.';
        for (end = from;
             end < bytes && (attribute ? name[end] != '.' && name[end] != '['
                                       : name[end] != ']');)
            end++;
        if (attribute) {
            v = get_attribute(v, intern(name + from, end - from));
        } else {
            value key = isdigit((unsigned char)name[from])
                            ? parse_int(name + from, end - from, 10)
                            : new_str(name + from, end - from);
            v = get_item(v, key ? key : NONE);
            end++;
        }
    }
    return v;
}

static void format_into(struct text *text, const char *p, const char *end,
                        struct fields *fields, int depth);

static const char *
format_field(struct text *text, const char *p, const char *end,
             struct fields *fields, int depth)
{
    const char *name = p;
    int nested = 0;
    while (p < end && *p != '}' && *p != '!' && *p != ':')
        p++;
    const char *name_end = p;
    char conversion = 0;
    if (p < end && *p == '!') {
        conversion = p + 1 < end ? p[1] : 0;
        p += 2;
        if (!conversion || !strchr("rsa", conversion))
            raise_error(E_ValueError, "Unknown conversion specifier %c",
                        conversion ? conversion : '}');
    }
    value v = field_value(fields, name, (size_t)(name_end - name));
    if (conversion)
        v = convert(v, conversion);
    struct text spec = {0};
    if (p < end && *p == ':') {
        const char *from = ++p;
        while (p < end && (nested > 0 || *p != '}')) {
            nested += *p == '{' ? 1 : *p == '}' ? -1 : 0;
            p++;
        }
        format_into(&spec, from, p, fields, depth + 1);
    }
    if (p >= end || *p != '}')
        raise_error(E_ValueError, "expected '}' before end of string");
    text_str(text, format_value(v, spec.bytes ? spec.bytes : "", spec.count));
    return p + 1;
}

static void
format_into(struct text *text, const char *p, const char *end,
            struct fields *fields, int depth)
{
    if (depth > 2)
        raise_error(E_ValueError, "Max string recursion exceeded");
    while (p < end) {
        if ((*p == '{' || *p == '}') && p + 1 < end && p[1] == *p &&
            depth == 0) {
            text_char(text, *p);
            p += 2;
        } else if (*p == '{') {
            if (p + 1 == end)
                raise_error(E_ValueError,
                            "Single '{' encountered in format string");
            p = format_field(text, p + 1, end, fields, depth);
        } else if (*p == '}') {
            raise_error(E_ValueError,
                        "Single '}' encountered in format string");
        } else {
            text_char(text, *p++);
        }
    }
}

value
str_format_method(value *args, int nargs, struct tuple *names)
{
    struct text text = {0};
    struct fields fields = {args, nargs, names, 0};
    struct str *str = AS(str, args[0]);
    format_into(&text, str->text, str->text + str->bytes, &fields, 0);
    return text_done(&text);
}

/* ---- The % operator --------------------------------------------------- */

static value
percent_argument(value args, size_t *next_index)
{
    size_t count = 1;
    value *items = is(args, TYPE_TUPLE) ? sequence_items(args, &count) : &args;
    if (*next_index >= count)
        raise_error(E_TypeError, "not enough arguments for format string");
    return items[(*next_index)++];
}

static value
percent_item(value v, struct spec *spec)
{
    char type = spec->type;
    if (!spec->align)
        spec->align = '>';
    if (type == 's' || type == 'r' || type == 'a') {
        value text = convert(v, type);
        struct str *str = AS(str, text);
        size_t chars = str->chars;
        if (spec->precision >= 0 && (size_t)spec->precision < chars)
            chars = (size_t)spec->precision;
        spec->fill = ' ';
        if (spec->align == '=')
            spec->align = '>';
        return pad(spec, "", str->text,
                   utf8_bytes_of(str->text, str->bytes, chars), chars, '>');
    }
    if (type == 'c') {
        spec->fill = ' ';
        if (is(v, TYPE_STR) && AS(str, v)->chars == 1)
            return pad(spec, "", text_of(v), AS(str, v)->bytes, 1, '>');
        if (!is_int(v))
            raise_error(E_TypeError, "%%c requires int or char");
        return format_integer(v, spec);
    }
    if (!is_number(v)) {
        if (!strchr("diuxXo", type))
            raise_error(E_TypeError, "must be real number, not %s",
                        type_name(v));
        raise_error(E_TypeError, "%%%c format: %s is required, not %s", type,
                    strchr("diu", type) ? "a real number" : "an integer",
                    type_name(v));
    }
    if (strchr("diu", type)) {
        int64_t n = is_int(v) ? int_of(v) : truncated(double_of(v));
        spec->type = 'd';
        v = make_int(n);
    }
    if (strchr("dxXo", spec->type)) {
        if (!is_int(v))
            raise_error(E_TypeError,
                        "%%%c format: an integer is required, not %s", type,
                        type_name(v));
        if (spec->precision > 0) {
            struct spec inner = {.fill = '0',
                                 .align = '=',
                                 .type = spec->type,
                                 .width = spec->precision,
                                 .precision = -1};
            int64_t n = int_of(v);
            value digits = format_integer(make_int(n < 0 ? -n : n), &inner);
            return pad(spec, sign_of(spec, n < 0), text_of(digits),
                       AS(str, digits)->bytes, AS(str, digits)->bytes, '>');
        }
        spec->precision = -1;
        return format_integer(v, spec);
    }
    return format_double(double_of(v), spec, v);
}

static const char *
percent_spec(const char *p, const char *end, struct spec *spec, value args,
             size_t *next_index)
{
    for (; p < end && strchr("#0- +", *p); p++) {
        if (*p == '#')
            spec->alternate = true;
        else if (*p == '-')
            spec->align = '<';
        else if (*p == '0')
            spec->zero = true;
        else
            spec->sign = *p;
    }
    if (p < end && *p == '*') {
        spec->width = (int)index_of(percent_argument(args, next_index), "");
        p++;
    } else {
        spec->width = read_number(&p, end);
    }
    if (p < end && *p == '.') {
        p++;
        if (p < end && *p == '*') {
            spec->precision =
                (int)index_of(percent_argument(args, next_index), "");
            p++;
        } else {
            spec->precision = read_number(&p, end);
        }
    }
    if (spec->zero && !spec->align) {
        spec->align = '=';
        spec->fill = '0';
    }
    while (p < end && strchr("hlL", *p))
        p++;
    return p;
}

value
percent_format(value format, value args)
{
    struct str *str = AS(str, format);
    struct text text = {0};
    size_t next_index = 0;
    const char *p = str->text, *end = p + str->bytes;
    bool mapped = false;
    while (p < end) {
        if (*p != '%') {
            const char *from = p;
            while (p < end && *p != '%')
                p++;
            text_add(&text, from, (size_t)(p - from));
            continue;
        }
        struct spec spec = {.fill = ' ', .precision = -1};
        value v = NULL;
        const char *name = ++p;
        if (p < end && *p == '(') {
            while (p < end && *p != ')')
                p++;
            if (p == end)
                raise_error(E_ValueError, "incomplete format key");
            if (!is(args, TYPE_DICT))
                raise_error(E_TypeError, "format requires a mapping");
            v = get_item(args, new_str(name + 1, (size_t)(p - name - 1)));
            mapped = true;
            p++;
        }
        p = percent_spec(p, end, &spec, args, &next_index);
        if (p == end)
            raise_error(E_ValueError, "incomplete format");
        spec.type = *p++;
        if (spec.type == '%') {
            text_char(&text, '%');
            continue;
        }
        if (!strchr("diuxXoeEfFgGcrsa", spec.type))
            raise_error(E_ValueError,
                        "unsupported format character '%c' (0x%x) at index %zd",
                        spec.type, (unsigned)spec.type, p - str->text - 1);
        if (!v)
            v = percent_argument(args, &next_index);
        text_str(&text, percent_item(v, &spec));
    }
    size_t count = is(args, TYPE_TUPLE) ? AS(tuple, args)->count : 1;
    if (!mapped && next_index < count &&
        (is(args, TYPE_TUPLE) || !is(args, TYPE_DICT)))
        raise_error(E_TypeError,
                    "not all arguments converted during string formatting");
    return text_done(&text);
}
