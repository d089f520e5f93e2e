/* SPDX-License-Identifier: MIT */
/*
 * Strings: UTF-8, never changed once made.  Where all characters are ASCII,
 * positions of characters and bytes are the same.
 */
#include "minipy.h"

#include <ctype.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <wctype.h>

static inline bool
is_ascii(const struct str *str)
{
    return str->bytes == str->chars;
}

size_t
utf8_decode(const char *text, const char *end, uint32_t *point)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t left = (size_t)(end - text);
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *point = *p;
    if (*p < 0x80)
        return 1;
    size_t n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : *p >= 0xc2 ? 2 : 0;
    if (n == 0 || n > left || *p > 0xf4)
        return 0;
    uint32_t result = *p & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        result = result << 6 | (p[i] & 0x3f);
    }
    *point = result;
    if (result < least[n] || result > 0x10ffff ||
        (result >= 0xd800 && result < 0xe000))
        return 0;
    return n;
}

size_t
utf8_encode(uint32_t point, char *to)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, point >>= 6)
        to[i] = (char)(0x80 | (point & 0x3f));
    to[0] = (char)((0xf00u >> n & 0xff) | point);
    return n;
}

static size_t
count_chars(const char *text, size_t bytes)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += (text[i] & 0xc0) != 0x80;
    return count;
}

/* Bytes of the first so many characters. */
size_t
utf8_bytes_of(const char *text, size_t bytes, size_t chars)
{
    size_t i = 0;
    for (; chars > 0 && i < bytes; chars--)
        for (i++; i < bytes && (text[i] & 0xc0) == 0x80; i++)
            continue;
    return i;
}

/* Where in a string that is not ASCII somebody has looked last: scanning it
   character by character takes linear time.  A cycle may free the string. */
static struct {
    const struct str *str;
    size_t character, byte;
} cursor;

void
forget_cursor(void)
{
    cursor.str = NULL;
}

static void
move_cursor(const struct str *str)
{
    if (cursor.str == str)
        return;
    cursor.str = str;
    cursor.character = cursor.byte = 0;
}

static bool
is_first_byte(const struct str *str, size_t byte)
{
    return (str->text[byte] & 0xc0) != 0x80;
}

/* The byte at which a character begins. */
static size_t
byte_of(const struct str *str, size_t character)
{
    if (is_ascii(str))
        return character;
    move_cursor(str);
    if (character < cursor.character / 2)
        cursor.character = cursor.byte = 0;
    for (; cursor.character > character; cursor.character--)
        do
            cursor.byte--;
        while (!is_first_byte(str, cursor.byte));
    cursor.byte +=
        utf8_bytes_of(str->text + cursor.byte, str->bytes - cursor.byte,
                      character - cursor.character);
    cursor.character = character;
    return cursor.byte;
}

/* The character that begins at a byte. */
static size_t
character_of(const struct str *str, size_t byte)
{
    if (is_ascii(str))
        return byte;
    move_cursor(str);
    if (byte < cursor.byte)
        cursor.character = cursor.byte = 0;
    cursor.character +=
        count_chars(str->text + cursor.byte, byte - cursor.byte);
    cursor.byte = byte;
    return cursor.character;
}

/* ---- Making strings --------------------------------------------------- */

static struct str *
allocate(size_t bytes, size_t chars)
{
    if (bytes > INT32_MAX)
        raise_memory();
    struct str *str = new_leaf(TYPE_STR, sizeof *str + bytes + 1);
    str->bytes = (uint32_t)bytes;
    str->chars = (uint32_t)chars;
    return str;
}

value
new_str(const char *text, size_t bytes)
{
    if (bytes == 1 && (signed char)*text >= 0 && vm.characters[(int)*text])
        return vm.characters[(int)*text];
    struct str *str = allocate(bytes, count_chars(text, bytes));
    if (bytes)
        memcpy(str->text, text, bytes);
    return (value)str;
}

value
str_from(const char *text)
{
    return new_str(text, strlen(text));
}

const char *
text_of(value str)
{
    return AS(str, str)->text;
}

value
intern_str(value str)
{
    value known = dict_get(vm.interned, str);
    if (known)
        return known;
    dict_set(vm.interned, str, str);
    return str;
}

value
intern(const char *text, size_t bytes)
{
    return intern_str(new_str(text, bytes));
}

value
str_format(const char *format, ...)
{
    char small_text[256];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int bytes = vsnprintf(small_text, sizeof small_text, format, args);
    va_end(args);
    value result;
    if ((size_t)bytes < sizeof small_text) {
        result = new_str(small_text, (size_t)bytes);
    } else {
        char *buffer = new_bytes((size_t)bytes + 1);
        vsnprintf(buffer, (size_t)bytes + 1, format, again);
        result = new_str(buffer, (size_t)bytes);
    }
    va_end(again);
    return result;
}

/* ---- Text under construction ------------------------------------------ */

static char *
text_room(struct text *text, size_t count)
{
    if (text->capacity - text->count < count || !text->bytes) {
        size_t capacity = (text->count + count) * 2 + 32;
        if (capacity > INT32_MAX)
            raise_memory();
        char *bytes = new_bytes(capacity);
        if (text->count)
            memcpy(bytes, text->bytes, text->count);
        text->bytes = bytes;
        text->capacity = capacity;
    }
    return text->bytes + text->count;
}

void
text_add(struct text *text, const char *bytes, size_t count)
{
    if (count == 0)
        return;
    memcpy(text_room(text, count), bytes, count);
    text->count += count;
}

void
text_char(struct text *text, char c)
{
    *text_room(text, 1) = c;
    text->count++;
}

void
text_fill(struct text *text, uint32_t point, size_t times)
{
    char bytes[4];
    size_t count = utf8_encode(point, bytes);
    if (times > INT32_MAX)
        raise_memory();
    text_room(text, times * count);
    for (size_t i = 0; i < times; i++)
        text_add(text, bytes, count);
}

void
text_str(struct text *text, value str)
{
    text_add(text, AS(str, str)->text, AS(str, str)->bytes);
}

void
text_format(struct text *text, const char *format, ...)
{
    char buffer[400];
    va_list args;
    va_start(args, format);
    int bytes = vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    text_add(text, buffer,
             (size_t)bytes < sizeof buffer ? (size_t)bytes : sizeof buffer - 1);
}

value
text_done(struct text *text)
{
    return new_str(text->bytes ? text->bytes : "", text->count);
}

/* ---- Questions -------------------------------------------------------- */

/* SipHash-1-3 with the key 0, of which strings keep 32 bits: what CPython uses
   with PYTHONHASHSEED=0, so that sets of strings have the same order. */
struct sip {
    uint64_t v0, v1, v2, v3, block;
    size_t count;
};

static void
sip_round(struct sip *s)
{
#define ROTATE(x, n) ((x) << (n) | (x) >> (64 - (n)))
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = ROTATE(s->v1, 13) ^ s->v0;
    s->v3 = ROTATE(s->v3, 16) ^ s->v2;
    s->v0 = ROTATE(s->v0, 32) + s->v3;
    s->v2 += s->v1;
    s->v1 = ROTATE(s->v1, 17) ^ s->v2;
    s->v3 = ROTATE(s->v3, 21) ^ s->v0;
    s->v2 = ROTATE(s->v2, 32);
#undef ROTATE
}

static void
sip_block(struct sip *s, uint64_t block)
{
    s->v3 ^= block;
    sip_round(s);
    s->v0 ^= block;
}

/* The `size` low bytes of n. */
static void
sip_add(struct sip *s, uint32_t n, size_t size)
{
    for (size_t i = 0; i < size; i++, n >>= 8) {
        s->block |= (uint64_t)(n & 255) << s->count % 8 * 8;
        if (++s->count % 8 == 0) {
            sip_block(s, s->block);
            s->block = 0;
        }
    }
}

/* Characters have 1, 2 or 4 bytes there, as the largest one needs. */
static void
sip_characters(struct sip *s, const struct str *str)
{
    const char *end = str->text + str->bytes;
    unsigned char lead = 0;
    uint32_t point;
    for (uint32_t i = 0; i < str->bytes; i++)
        lead = (unsigned char)str->text[i] > lead ? (unsigned char)str->text[i]
                                                  : lead;
    size_t size = lead >= 0xf0 ? 4 : lead >= 0xc4 ? 2 : 1;
    for (const char *p = str->text; p < end; sip_add(s, point, size))
        p += utf8_decode(p, end, &point);
}

static uint32_t
hash_text(const struct str *str)
{
    struct sip s = {UINT64_C(0x736f6d6570736575),
                    UINT64_C(0x646f72616e646f6d),
                    UINT64_C(0x6c7967656e657261),
                    UINT64_C(0x7465646279746573),
                    0,
                    0};
    const char *p = str->text;
    if (str->bytes == 0)
        return 0;
    if (is_ascii(str))
        for (; s.count + 8 <= str->bytes; s.count += 8) {
            uint64_t block;
            memcpy(&block, p + s.count, 8);
            sip_block(&s, block);
        }
    if (is_ascii(str))
        while (s.count < str->bytes)
            sip_add(&s, (unsigned char)p[s.count], 1);
    else
        sip_characters(&s, str);
    sip_block(&s, s.block | (uint64_t)s.count << 56);
    s.v2 ^= 0xff;
    sip_round(&s);
    sip_round(&s);
    sip_round(&s);
    return (uint32_t)(s.v0 ^ s.v1 ^ s.v2 ^ s.v3);
}

int64_t
str_hash(value v)
{
    struct str *str = AS(str, v);
    if (str->head.aux == 0)
        str->head.aux = hash_text(str);
    return str->head.aux;
}

bool
str_equal(value a, value b)
{
    struct str *x = AS(str, a), *y = AS(str, b);
    return x == y ||
           (x->bytes == y->bytes && memcmp(x->text, y->text, x->bytes) == 0);
}

int
str_order(value a, value b)
{
    struct str *x = AS(str, a), *y = AS(str, b);
    uint32_t bytes = x->bytes < y->bytes ? x->bytes : y->bytes;
    int order = memcmp(x->text, y->text, bytes);
    return order ? order : (x->bytes > y->bytes) - (x->bytes < y->bytes);
}

value
str_concat(value a, value b)
{
    struct str *x = AS(str, a), *y = AS(str, b);
    if (x->bytes == 0)
        return b;
    if (y->bytes == 0)
        return a;
    struct str *str =
        allocate((size_t)x->bytes + y->bytes, (size_t)x->chars + y->chars);
    memcpy(str->text, x->text, x->bytes);
    memcpy(str->text + x->bytes, y->text, y->bytes);
    return (value)str;
}

value
str_at(value v, int64_t index)
{
    struct str *str = AS(str, v);
    if (is_ascii(str))
        return vm.characters[(int)str->text[index]];
    size_t from = byte_of(str, (size_t)index);
    size_t count = utf8_bytes_of(str->text + from, str->bytes - from, 1);
    return new_str(str->text + from, count);
}

value
str_next(value v, int64_t *byte)
{
    struct str *str = AS(str, v);
    if (*byte >= str->bytes)
        return NULL;
    const char *from = str->text + *byte;
    if ((signed char)*from >= 0) {
        ++*byte;
        return vm.characters[(int)*from];
    }
    size_t count = utf8_bytes_of(from, str->bytes - (size_t)*byte, 1);
    *byte += (int64_t)count;
    return new_str(from, count);
}

value
str_slice(value v, int64_t start, int64_t count, int64_t step)
{
    struct str *str = AS(str, v);
    if (count <= 0)
        return new_str("", 0);
    if (step == 1 && count == str->chars)
        return v;
    if (step == 1) {
        size_t from = byte_of(str, (size_t)start);
        size_t bytes = byte_of(str, (size_t)(start + count)) - from;
        return new_str(str->text + from, bytes);
    }
    struct text text = {0};
    for (int64_t i = 0; i < count; i++)
        text_str(&text, str_at(v, start + i * step));
    return text_done(&text);
}

int64_t
str_find(value v, value part, size_t from)
{
    struct str *str = AS(str, v), *wanted = AS(str, part);
    if (from > str->bytes)
        return -1;
    const char *found = memmem(str->text + from, str->bytes - from,
                               wanted->text, wanted->bytes);
    return found ? found - str->text : -1;
}

/* ---- Classes of characters -------------------------------------------- */

/* What the C library knows of Unicode; without it, ASCII. */
static locale_t unicode;

static uint32_t
to_upper(uint32_t c)
{
    return c < 0x80 || !unicode ? (uint32_t)(c < 0x80 ? toupper((int)c) : c)
                                : towupper_l(c, unicode);
}

static uint32_t
to_lower(uint32_t c)
{
    return c < 0x80 || !unicode ? (uint32_t)(c < 0x80 ? tolower((int)c) : c)
                                : towlower_l(c, unicode);
}

static bool
is_upper(uint32_t c)
{
    return c < 0x80 ? isupper((int)c) : unicode && iswupper_l(c, unicode);
}

static bool
is_lower(uint32_t c)
{
    return c < 0x80 ? islower((int)c) : unicode && iswlower_l(c, unicode);
}

static bool
is_alpha(uint32_t c)
{
    return c < 0x80 ? isalpha((int)c) : unicode && iswalpha_l(c, unicode);
}

bool
is_name_character(uint32_t c)
{
    return is_alpha(c) || (unicode && iswalnum_l(c, unicode)) ||
           (c >= 0x300 && c <= 0x36f) || c == 0xb7;
}

bool
is_printable(uint32_t c)
{
    return c < 0x80
               ? isprint((int)c)
               : unicode && iswprint_l(c, unicode) && !iswspace_l(c, unicode) &&
                     c != 0xa0 && c != 0xad && c != 0x2007 && c != 0x202f &&
                     c != 0xfeff && !(c >= 0x200b && c <= 0x200f) &&
                     !(c >= 0x202a && c <= 0x202e) &&
                     !(c >= 0xe000 && c <= 0xf8ff);
}

value
str_repr(value v)
{
    struct str *str = AS(str, v);
    struct text text = {0};
    char quote = memchr(str->text, '\'', str->bytes) &&
                         !memchr(str->text, '"', str->bytes)
                     ? '"'
                     : '\'';
    const char *end = str->text + str->bytes;
    text_char(&text, quote);
    for (const char *p = str->text; p < end;) {
        uint32_t point;
        size_t bytes = utf8_decode(p, end, &point);
        if (bytes == 0)
            bytes = 1;
        if (*p == quote || *p == '\\')
            text_format(&text, "\\%c", *p);
        else if (*p == '\n' || *p == '\r' || *p == '\t')
            text_format(&text, "\\%c",
                        *p == '\n'   ? 'n'
                        : *p == '\r' ? 'r'
                                     : 't');
        else if (is_printable(point))
            text_add(&text, p, bytes);
        else
            text_format(&text,
                        point < 0x100     ? "\\x%02x"
                        : point < 0x10000 ? "\\u%04x"
                                          : "\\U%08x",
                        point);
        p += bytes;
    }
    text_char(&text, quote);
    return text_done(&text);
}

/* ---- Methods: helpers ------------------------------------------------- */

static value
need_str(value v, const char *what)
{
    if (!is(v, TYPE_STR))
        raise_error(E_TypeError, "%s must be str, not %s", what, type_name(v));
    return v;
}

/* Optional start and end of a search, as bytes; false if out of range. */
static bool
search_range(value *args, int nargs, size_t *from, size_t *to)
{
    struct str *str = AS(str, args[0]);
    int64_t start = 0, stop = str->chars;
    if (nargs > 2 && args[2] != NONE)
        start = index_of(args[2], "");
    if (nargs > 3 && args[3] != NONE)
        stop = index_of(args[3], "");
    start = start < 0 ? start + str->chars : start;
    stop = stop < 0 ? stop + str->chars : stop;
    start = start < 0 ? 0 : start;
    stop = stop < 0 ? 0 : stop > str->chars ? str->chars : stop;
    if (start > stop)
        return false;
    *from = byte_of(str, (size_t)start);
    *to = stop == str->chars ? str->bytes : byte_of(str, (size_t)stop);
    return true;
}

static int64_t
search(value *args, int nargs, bool last)
{
    size_t from, to;
    struct str *str = AS(str, args[0]);
    struct str *part = AS(str, need_str(args[1], "argument"));
    if (!search_range(args, nargs, &from, &to))
        return -1;
    if (!last) {
        const char *found =
            memmem(str->text + from, to - from, part->text, part->bytes);
        return found ? (int64_t)character_of(str, (size_t)(found - str->text))
                     : -1;
    }
    for (size_t i = to + 1; i-- > from;)
        if (i + part->bytes <= to &&
            memcmp(str->text + i, part->text, part->bytes) == 0)
            return (int64_t)character_of(str, i);
    return -1;
}

RETURNS(str_find_method, make_int(search(args, nargs, false)))
RETURNS(str_rfind, make_int(search(args, nargs, true)))

static value
found_or_error(int64_t found)
{
    if (found < 0)
        raise_error(E_ValueError, "substring not found");
    return make_int(found);
}

RETURNS(str_index, found_or_error(search(args, nargs, false)))
RETURNS(str_rindex, found_or_error(search(args, nargs, true)))

METHOD(str_count)
{
    size_t from, to;
    struct str *str = AS(str, args[0]);
    struct str *part = AS(str, need_str(args[1], "argument"));
    int64_t count = 0;
    (void)names;
    if (!search_range(args, nargs, &from, &to))
        return small(0);
    if (part->bytes == 0)
        return make_int((int64_t)count_chars(str->text + from, to - from) + 1);
    for (;;) {
        const char *found =
            memmem(str->text + from, to - from, part->text, part->bytes);
        if (!found)
            return make_int(count);
        count++;
        from = (size_t)(found - str->text) + part->bytes;
    }
}

static value
match_end(value *args, int nargs, bool at_end)
{
    size_t from, to, count;
    struct str *str = AS(str, args[0]);
    value *parts = &args[1];
    count = 1;
    if (is(args[1], TYPE_TUPLE))
        parts = sequence_items(args[1], &count);
    if (!search_range(args, nargs, &from, &to))
        return FALSE;
    for (size_t i = 0; i < count; i++) {
        if (!is(parts[i], TYPE_STR))
            raise_error(E_TypeError,
                        "%s first arg must be str or a tuple of str, not %s",
                        at_end ? "endswith" : "startswith",
                        type_name(parts[i]));
        struct str *part = AS(str, parts[i]);
        if (to - from >= part->bytes &&
            memcmp(str->text + (at_end ? to - part->bytes : from), part->text,
                   part->bytes) == 0)
            return TRUE;
    }
    return FALSE;
}

RETURNS(str_startswith, match_end(args, nargs, false))
RETURNS(str_endswith, match_end(args, nargs, true))

/* ---- Methods: case and classes ---------------------------------------- */

static bool
is_space(uint32_t c)
{
    return (c >= 9 && c <= 13) || (c >= 0x1c && c <= 0x20) || c == 0x85 ||
           c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
           c == 0x2029 || c == 0x3000;
}

enum casing { UPPER, LOWER, SWAP, CAPITALIZE, TITLE };

static value
change_case(value v, enum casing how)
{
    struct str *str = AS(str, v);
    struct text text = {0};
    bool first = true, in_word = false;
    const char *end = str->text + str->bytes;
    for (const char *p = str->text; p < end;) {
        uint32_t c;
        char bytes[4];
        p += utf8_decode(p, end, &c);
        bool up = how == UPPER || (how == SWAP && is_lower(c)) ||
                  (how == CAPITALIZE && first) || (how == TITLE && !in_word);
        if (c == 0xdf && up)
            text_add(&text, how == UPPER || how == SWAP ? "SS" : "Ss", 2);
        else
            text_add(&text, bytes,
                     utf8_encode(up ? to_upper(c) : to_lower(c), bytes));
        first = false;
        in_word = is_alpha(c);
    }
    return text_done(&text);
}

#define CASE_METHOD(name, how)                                                 \
    static value name(value *args, int nargs, struct tuple *names)             \
    {                                                                          \
        (void)nargs;                                                           \
        (void)names;                                                           \
        return change_case(args[0], how);                                      \
    }
CASE_METHOD(str_upper, UPPER)
CASE_METHOD(str_lower, LOWER)
CASE_METHOD(str_swapcase, SWAP)
CASE_METHOD(str_capitalize, CAPITALIZE)
CASE_METHOD(str_title, TITLE)

enum test {
    DECIMAL,
    DIGIT,
    NUMERIC,
    ALPHA,
    ALNUM,
    SPACE,
    ISUPPER,
    ISLOWER,
    ISTITLE,
    IDENTIFIER,
    PRINTABLE,
    ASCII
};

static value
test_all(value v, enum test test)
{
    struct str *str = AS(str, v);
    const char *end = str->text + str->bytes;
    bool cased = false, in_word = false, first = true;
    if (str->bytes == 0)
        return boolean(test == PRINTABLE || test == ASCII);
    for (const char *p = str->text; p < end; first = false) {
        uint32_t c;
        bool ok = true;
        p += utf8_decode(p, end, &c);
        bool digit = c >= '0' && c <= '9';
        switch (test) {
        case DECIMAL:
            ok = digit;
            break;
        case NUMERIC:
        case DIGIT:
            ok = digit || c == 0xb2 || c == 0xb3 || c == 0xb9 ||
                 (test == NUMERIC && c >= 0xbc && c <= 0xbe);
            break;
        case ALPHA:
            ok = is_alpha(c);
            break;
        case ALNUM:
            ok = digit || is_alpha(c);
            break;
        case SPACE:
            ok = is_space(c);
            break;
        case ISUPPER:
            ok = !is_lower(c);
            break;
        case ISLOWER:
            ok = !is_upper(c);
            break;
        case ISTITLE:
            ok = is_upper(c) ? !in_word : is_lower(c) ? in_word : true;
            break;
        case IDENTIFIER:
            ok = c == '_' || is_alpha(c) || (digit && !first);
            break;
        case PRINTABLE:
            ok = is_printable(c);
            break;
        case ASCII:
            ok = c < 0x80;
            break;
        }
        in_word = is_alpha(c);
        cased |= is_upper(c) || is_lower(c);
        if (!ok)
            return FALSE;
    }
    return boolean(cased ||
                   (test != ISUPPER && test != ISLOWER && test != ISTITLE));
}

#define TEST_METHOD(name, test)                                                \
    static value name(value *args, int nargs, struct tuple *names)             \
    {                                                                          \
        (void)nargs;                                                           \
        (void)names;                                                           \
        return test_all(args[0], test);                                        \
    }
TEST_METHOD(str_isdecimal, DECIMAL)
TEST_METHOD(str_isdigit, DIGIT)
TEST_METHOD(str_isnumeric, NUMERIC)
TEST_METHOD(str_isalpha, ALPHA)
TEST_METHOD(str_isalnum, ALNUM)
TEST_METHOD(str_isspace, SPACE)
TEST_METHOD(str_isupper, ISUPPER)
TEST_METHOD(str_islower, ISLOWER)
TEST_METHOD(str_istitle, ISTITLE)
TEST_METHOD(str_isidentifier, IDENTIFIER)
TEST_METHOD(str_isprintable, PRINTABLE)
TEST_METHOD(str_isascii, ASCII)

/* ---- Methods: stripping, aligning ------------------------------------- */

static bool
strips(value set, const char *p, const char *end)
{
    uint32_t point;
    size_t bytes = utf8_decode(p, end, &point);
    if (set == NONE)
        return is_space(point);
    return memmem(AS(str, set)->text, AS(str, set)->bytes, p, bytes) != NULL;
}

static value
strip(value *args, int nargs, int sides)
{
    struct str *str = AS(str, args[0]);
    value set = nargs > 1 ? args[1] : NONE;
    const char *from = str->text, *to = from + str->bytes, *end = to;
    if (set != NONE && !is(set, TYPE_STR))
        raise_error(E_TypeError, "strip arg must be None or str");
    while (sides & 1 && from < to && strips(set, from, end))
        from += utf8_bytes_of(from, (size_t)(end - from), 1);
    while (sides & 2 && to > from) {
        const char *last = to - 1;
        while ((*last & 0xc0) == 0x80)
            last--;
        if (!strips(set, last, end))
            break;
        to = last;
    }
    if (from == str->text && to == end)
        return args[0];
    return new_str(from, (size_t)(to - from));
}

RETURNS(str_strip, strip(args, nargs, 3))
RETURNS(str_lstrip, strip(args, nargs, 1))
RETURNS(str_rstrip, strip(args, nargs, 2))

static value
pad(value *args, int nargs, int side)
{
    struct str *str = AS(str, args[0]);
    int64_t width = index_of(args[1], "");
    uint32_t fill = ' ';
    struct text text = {0};
    if (nargs > 2) {
        need_str(args[2], "the fill character");
        if (AS(str, args[2])->chars != 1)
            raise_error(
                E_TypeError,
                "The fill character must be exactly one character long");
        utf8_decode(text_of(args[2]), text_of(args[2]) + 4, &fill);
    }
    if (width <= str->chars)
        return args[0];
    size_t total = (size_t)(width - str->chars);
    size_t left = side == 0   ? total
                  : side == 1 ? 0
                              : total / 2 + (total & (size_t)width & 1);
    text_fill(&text, fill, left);
    text_str(&text, args[0]);
    text_fill(&text, fill, total - left);
    return text_done(&text);
}

RETURNS(str_rjust, pad(args, nargs, 0))
RETURNS(str_ljust, pad(args, nargs, 1))
RETURNS(str_center, pad(args, nargs, 2))

METHOD(str_zfill)
{
    struct str *str = AS(str, args[0]);
    int64_t width = index_of(args[1], "");
    size_t sign = str->bytes && (*str->text == '-' || *str->text == '+');
    struct text text = {0};
    (void)nargs;
    (void)names;
    if (width <= str->chars)
        return args[0];
    text_add(&text, str->text, sign);
    text_fill(&text, '0', (size_t)(width - str->chars));
    text_add(&text, str->text + sign, str->bytes - sign);
    return text_done(&text);
}

/* ---- Methods: splitting and joining ----------------------------------- */

static void
split_spaces(value list, struct str *str, int64_t most)
{
    const char *p = str->text, *end = p + str->bytes;
    for (;;) {
        while (p < end && strips(NONE, p, end))
            p += utf8_bytes_of(p, (size_t)(end - p), 1);
        if (p == end)
            return;
        const char *from = p;
        if (most-- == 0) {
            list_append(list, new_str(from, (size_t)(end - from)));
            return;
        }
        while (p < end && !strips(NONE, p, end))
            p += utf8_bytes_of(p, (size_t)(end - p), 1);
        list_append(list, new_str(from, (size_t)(p - from)));
    }
}

static void
split_parts(value list, struct str *str, struct str *part, int64_t most)
{
    const char *p = str->text, *end = p + str->bytes, *found;
    while (most-- != 0 &&
           (found = memmem(p, (size_t)(end - p), part->text, part->bytes))) {
        list_append(list, new_str(p, (size_t)(found - p)));
        p = found + part->bytes;
    }
    list_append(list, new_str(p, (size_t)(end - p)));
}

static void
reverse_split(value list, struct str *str, struct str *part, int64_t most)
{
    const char *end = str->text + str->bytes, *p = end;
    while (most != 0 && (part ? p - str->text >= part->bytes : p > str->text)) {
        if (!part) {
            while (p > str->text && isspace((unsigned char)p[-1]))
                p--;
            if (p == str->text)
                return;
            end = p;
            while (p > str->text && !isspace((unsigned char)p[-1]))
                p--;
            list_append(list, new_str(p, (size_t)(end - p)));
            end = p;
            most--;
            continue;
        }
        p--;
        if ((size_t)(end - p) >= part->bytes &&
            memcmp(p, part->text, part->bytes) == 0) {
            const char *from = p + part->bytes;
            list_append(list, new_str(from, (size_t)(end - from)));
            end = p;
            most--;
        }
    }
    if (!part)
        while (end > str->text && isspace((unsigned char)end[-1]))
            end--;
    if (part || end > str->text)
        list_append(list, new_str(str->text, (size_t)(end - str->text)));
}

static value
split(value *args, int nargs, struct tuple *names, bool reverse)
{
    static const char *const known[] = {"sep", "maxsplit"};
    check_keywords(names, reverse ? "rsplit" : "split", known, 2);
    value separator =
        nargs > 1 ? args[1] : keyword(args, nargs, names, "sep", NONE);
    value most = nargs > 2 ? args[2]
                           : keyword(args, nargs, names, "maxsplit", small(-1));
    value list = new_list(0, NULL);
    struct str *part = NULL;
    if (separator != NONE) {
        if (!is(separator, TYPE_STR))
            raise_error(E_TypeError, "must be str or None, not %s",
                        type_name(separator));
        part = AS(str, separator);
        if (part->bytes == 0)
            raise_error(E_ValueError, "empty separator");
    }
    if (reverse) {
        reverse_split(list, AS(str, args[0]), part, index_of(most, ""));
        call_method(list, "reverse", 0, NULL);
    } else if (part) {
        split_parts(list, AS(str, args[0]), part, index_of(most, ""));
    } else {
        split_spaces(list, AS(str, args[0]), index_of(most, ""));
    }
    return list;
}

METHOD(str_split)
{
    return split(args, nargs, names, false);
}

METHOD(str_rsplit)
{
    return split(args, nargs, names, true);
}

METHOD(str_splitlines)
{
    struct str *str = AS(str, args[0]);
    bool keep = truth(
        nargs > 1 ? args[1] : keyword(args, nargs, names, "keepends", FALSE));
    value list = new_list(0, NULL);
    const char *p = str->text, *end = p + str->bytes;
    while (p < end) {
        const char *from = p;
        while (p < end && *p != '\n' && *p != '\r')
            p++;
        const char *stop = p;
        if (p < end)
            p += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
        list_append(list, new_str(from, (size_t)((keep ? p : stop) - from)));
    }
    return list;
}

static value
partition(value *args, bool last)
{
    struct str *str = AS(str, args[0]);
    struct str *part = AS(str, need_str(args[1], "separator"));
    if (part->bytes == 0)
        raise_error(E_ValueError, "empty separator");
    const char *found = NULL, *p = str->text, *end = p + str->bytes, *next_one;
    while ((next_one = memmem(p, (size_t)(end - p), part->text, part->bytes))) {
        found = next_one;
        if (!last)
            break;
        p = found + 1;
    }
    value empty = new_str("", 0);
    if (!found)
        return new_tuple(3, last ? (value[]){empty, empty, args[0]}
                                 : (value[]){args[0], empty, empty});
    const char *after = found + part->bytes;
    value before = new_str(str->text, (size_t)(found - str->text));
    return new_tuple(
        3, (value[]){before, args[1], new_str(after, (size_t)(end - after))});
}

RETURNS(str_partition, partition(args, false))
RETURNS(str_rpartition, partition(args, true))

METHOD(str_join)
{
    struct text text = {0};
    size_t count;
    (void)nargs;
    (void)names;
    if (!is_iterable(args[1]))
        raise_error(E_TypeError, "can only join an iterable");
    value *items = sequence_items(args[1], &count);
    value list = items ? args[1] : list_of(args[1]);
    items = sequence_items(list, &count);
    for (size_t i = 0; i < count; i++) {
        if (!is(items[i], TYPE_STR))
            raise_error(E_TypeError,
                        "sequence item %zu: expected str instance, %s found", i,
                        type_name(items[i]));
        if (i > 0)
            text_str(&text, args[0]);
        text_str(&text, items[i]);
    }
    return count == 1 ? items[0] : text_done(&text);
}

METHOD(str_replace)
{
    struct str *str = AS(str, args[0]);
    struct str *old = AS(str, need_str(args[1], "replace() argument 1"));
    int64_t most = nargs > 3 ? index_of(args[3], "") : -1;
    struct text text = {0};
    const char *p = str->text, *end = p + str->bytes, *found;
    (void)names;
    need_str(args[2], "replace() argument 2");
    if (old->bytes == 0) {
        for (; most != 0; most--) {
            text_str(&text, args[2]);
            if (p == end)
                break;
            size_t bytes = utf8_bytes_of(p, (size_t)(end - p), 1);
            text_add(&text, p, bytes);
            p += bytes;
        }
    } else {
        while (most-- != 0 &&
               (found = memmem(p, (size_t)(end - p), old->text, old->bytes))) {
            text_add(&text, p, (size_t)(found - p));
            text_str(&text, args[2]);
            p = found + old->bytes;
        }
        if (p == str->text)
            return args[0];
    }
    text_add(&text, p, (size_t)(end - p));
    return text_done(&text);
}

METHOD(str_removeprefix)
{
    struct str *str = AS(str, args[0]);
    size_t bytes = AS(str, need_str(args[1], "argument"))->bytes;
    (void)names;
    if (match_end(args, nargs, false) == FALSE)
        return args[0];
    return new_str(str->text + bytes, str->bytes - bytes);
}

METHOD(str_removesuffix)
{
    struct str *str = AS(str, args[0]);
    size_t bytes = AS(str, need_str(args[1], "argument"))->bytes;
    (void)names;
    if (bytes == 0 || match_end(args, nargs, true) == FALSE)
        return args[0];
    return new_str(str->text, str->bytes - bytes);
}

METHOD(str_expandtabs)
{
    struct str *str = AS(str, args[0]);
    int64_t size = nargs > 1 ? index_of(args[1], "") : 8, column = 0;
    struct text text = {0};
    (void)names;
    for (uint32_t i = 0; i < str->bytes; i++) {
        if (str->text[i] == '\t') {
            int64_t fill = size > 0 ? size - column % size : 0;
            text_fill(&text, ' ', (size_t)fill);
            column += fill;
            continue;
        }
        text_char(&text, str->text[i]);
        column += (str->text[i] & 0xc0) != 0x80;
        if (str->text[i] == '\n' || str->text[i] == '\r')
            column = 0;
    }
    return text_done(&text);
}

value
make_str(value *args, int nargs, struct tuple *names)
{
    static const char *const known[] = {"object"};
    check_keywords(names, "str", known, 1);
    if (nargs > 1)
        raise_error(E_TypeError, "decoding is not supported by minipy");
    value v = nargs ? args[0] : keyword(args, nargs, names, "object", NULL);
    return v ? str_of(v) : new_str("", 0);
}

static uint32_t
point_of(value c)
{
    uint32_t point;
    utf8_decode(text_of(c), text_of(c) + AS(str, c)->bytes, &point);
    return point;
}

METHOD(str_maketrans)
{
    struct dict *dict = new_dict();
    int64_t at = 0, other = 0;
    uint32_t next_entry = 0;
    value c;
    (void)names;
    if (nargs == 1 && !is(args[0], TYPE_DICT))
        raise_error(E_TypeError, "if you give only one argument to maketrans "
                                 "it must be a dict");
    if (nargs == 1) {
        for (struct entry *e; (e = dict_next(AS(dict, args[0]), &next_entry));)
            dict_set(dict,
                     is(e->key, TYPE_STR) ? small(point_of(e->key)) : e->key,
                     e->item);
        return (value)dict;
    }
    if (AS(str, need_str(args[0], "maketrans argument 1"))->chars !=
        AS(str, need_str(args[1], "maketrans argument 2"))->chars)
        raise_error(E_ValueError, "the first two maketrans arguments must have "
                                  "equal length");
    while ((c = str_next(args[0], &at)))
        dict_set(dict, small(point_of(c)),
                 small(point_of(str_next(args[1], &other))));
    for (at = 0; nargs > 2 && (c = str_next(args[2], &at));)
        dict_set(dict, small(point_of(c)), NONE);
    return (value)dict;
}

METHOD(str_translate)
{
    struct text text = {0};
    int64_t at = 0;
    value c;
    (void)nargs;
    (void)names;
    while ((c = str_next(args[0], &at))) {
        char bytes[4];
        value to = is(args[1], TYPE_DICT)
                       ? dict_get(AS(dict, args[1]), small(point_of(c)))
                       : NULL;
        if (!to)
            text_str(&text, c);
        else if (is_int(to))
            text_add(&text, bytes, utf8_encode((uint32_t)int_of(to), bytes));
        else if (to != NONE)
            text_str(&text, to);
    }
    return text_done(&text);
}

static const struct define methods[] = {
    {"upper", str_upper, 1, 1, false},
    {"lower", str_lower, 1, 1, false},
    {"casefold", str_lower, 1, 1, false},
    {"swapcase", str_swapcase, 1, 1, false},
    {"capitalize", str_capitalize, 1, 1, false},
    {"title", str_title, 1, 1, false},
    {"isdigit", str_isdigit, 1, 1, false},
    {"isdecimal", str_isdecimal, 1, 1, false},
    {"isnumeric", str_isnumeric, 1, 1, false},
    {"isalpha", str_isalpha, 1, 1, false},
    {"isalnum", str_isalnum, 1, 1, false},
    {"isspace", str_isspace, 1, 1, false},
    {"isupper", str_isupper, 1, 1, false},
    {"islower", str_islower, 1, 1, false},
    {"istitle", str_istitle, 1, 1, false},
    {"isidentifier", str_isidentifier, 1, 1, false},
    {"isprintable", str_isprintable, 1, 1, false},
    {"isascii", str_isascii, 1, 1, false},
    {"find", str_find_method, 2, 4, false},
    {"rfind", str_rfind, 2, 4, false},
    {"index", str_index, 2, 4, false},
    {"rindex", str_rindex, 2, 4, false},
    {"count", str_count, 2, 4, false},
    {"startswith", str_startswith, 2, 4, false},
    {"endswith", str_endswith, 2, 4, false},
    {"strip", str_strip, 1, 2, false},
    {"lstrip", str_lstrip, 1, 2, false},
    {"rstrip", str_rstrip, 1, 2, false},
    {"ljust", str_ljust, 2, 3, false},
    {"rjust", str_rjust, 2, 3, false},
    {"center", str_center, 2, 3, false},
    {"zfill", str_zfill, 2, 2, false},
    {"split", str_split, 1, 3, true},
    {"rsplit", str_rsplit, 1, 3, true},
    {"splitlines", str_splitlines, 1, 2, true},
    {"partition", str_partition, 2, 2, false},
    {"rpartition", str_rpartition, 2, 2, false},
    {"join", str_join, 2, 2, false},
    {"replace", str_replace, 3, 4, false},
    {"removeprefix", str_removeprefix, 2, 2, false},
    {"removesuffix", str_removesuffix, 2, 2, false},
    {"expandtabs", str_expandtabs, 1, 2, false},
    {"translate", str_translate, 2, 2, false},
    {"format", str_format_method, 1, -1, true},
};

void
strings_start(void)
{
    static const struct define maketrans = {"maketrans", str_maketrans, 1, 3,
                                            false};
    forget_cursor();
    if (!unicode) /* once, however often the interpreter starts */
        unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    define_methods(vm.types[TYPE_STR], methods, COUNT(methods));
    define_static(vm.types[TYPE_STR], &maketrans);
}
