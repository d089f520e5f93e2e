/* SPDX-License-Identifier: MIT */
/* From text to tokens, all at once.  Names and strings are interned. */
#include "minipy.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- The arena -------------------------------------------------------- */

struct arena_chunk {
    struct arena_chunk *next;
    _Alignas(16) char bytes[];
};

void *
arena_new(struct arena *arena, size_t bytes)
{
    bytes = (bytes + 15) & ~(size_t)15;
    if ((size_t)(arena->end - arena->next) < bytes) {
        size_t size = bytes > 65536 ? bytes : 65536;
        struct arena_chunk *chunk = malloc(sizeof *chunk + size);
        if (!chunk)
            raise_memory();
        chunk->next = arena->chunks;
        arena->chunks = chunk;
        arena->next = chunk->bytes;
        arena->end = chunk->bytes + size;
    }
    void *memory = arena->next;
    arena->next += bytes;
    return memset(memory, 0, bytes);
}

void
arena_free(struct arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        free(chunk);
    }
    arena->next = arena->end = NULL;
}

/* ---- State ------------------------------------------------------------ */

enum { INDENTS = 100, BRACKETS = 200 };

struct scanner {
    struct lexer *out;
    const char *p, *end;
    const char *line_start;
    int line;
    int base_column; /* of an expression within an f-string */
    int indents[INDENTS];
    int depth;
    char brackets[BRACKETS];
    struct position bracket_at[BRACKETS];
    int nbrackets;
    bool expression;
};

static const char *const keywords[] = {
    "False",  "None",   "True",    "and",      "as",       "assert", "async",
    "await",  "break",  "class",   "continue", "def",      "del",    "elif",
    "else",   "except", "finally", "for",      "from",     "global", "if",
    "import", "in",     "is",      "lambda",   "nonlocal", "not",    "or",
    "pass",   "raise",  "return",  "try",      "while",    "with",   "yield",
};

/* Longest first. */
static const char *const operators[] = {
    "**=", "//=", ">>=", "<<=", "...", "!=", "==", "<=", ">=", "->", ":=", "+=",
    "-=",  "*=",  "/=",  "%=",  "&=",  "|=", "^=", "@=", "**", "//", "<<", ">>",
    "+",   "-",   "*",   "/",   "%",   "&",  "|",  "^",  "~",  "<",  ">",  "(",
    ")",   "[",   "]",   "{",   "}",   ",",  ":",  ".",  ";",  "@",  "=",
};

static struct position
here(struct scanner *s, const char *from)
{
    return (struct position){
        .line = s->line,
        .end_line = s->line,
        .column = (int)(from - s->line_start) + s->base_column,
        .end_column = (int)(s->p - s->line_start) + s->base_column};
}

static struct token *
add(struct scanner *s, enum token_kind kind, const char *from)
{
    struct lexer *out = s->out;
    if (out->count == out->capacity) {
        size_t capacity = out->capacity ? out->capacity * 2 : 256;
        struct token *tokens = arena_new(out->arena, capacity * sizeof *tokens);
        if (out->count)
            memcpy(tokens, out->tokens, out->count * sizeof *tokens);
        out->tokens = tokens;
        out->capacity = capacity;
    }
    struct token *token = &out->tokens[out->count++];
    *token = (struct token){.kind = kind,
                            .text = from,
                            .bytes = (size_t)(s->p - from),
                            .at = here(s, from),
                            .level = s->nbrackets};
    return token;
}

_Noreturn static void
fail(struct scanner *s, const char *from, const char *message)
{
    struct position at = here(s, from);
    raise_syntax(E_SyntaxError, s->out->source, &at, "%s", message);
}

/* ---- Numbers ---------------------------------------------------------- */

static const char *
skip_digits(const char *p, const char *end, int base)
{
    for (; p < end; p++) {
        int c = (unsigned char)*p;
        if (c == '_' && p + 1 < end && isxdigit((unsigned char)p[1]))
            continue;
        if (base == 16 ? !isxdigit(c) : !(c >= '0' && c < '0' + base))
            break;
    }
    return p;
}

_Noreturn static void
bad_digit(struct scanner *s, int base)
{
    const char *name = base == 16  ? "hexadecimal"
                       : base == 8 ? "octal"
                       : base == 2 ? "binary"
                                   : "decimal";
    char message[60];
    bool digit = base < 10 && isdigit((unsigned char)*s->p);
    if (digit)
        snprintf(message, sizeof message, "invalid digit '%c' in %s literal",
                 *s->p++, name);
    else
        snprintf(message, sizeof message, "invalid %s literal", name);
    fail(s, s->p - 1, message);
}

static void
lex_number(struct scanner *s)
{
    const char *from = s->p;
    int base = 10;
    bool real = false;
    if (*from == '0' && from + 1 < s->end) {
        int c = from[1] | 32;
        base = c == 'x' ? 16 : c == 'o' ? 8 : c == 'b' ? 2 : 10;
    }
    if (base != 10) {
        s->p = skip_digits(from + 2, s->end, base);
        if (s->p == from + 2)
            bad_digit(s, base);
    } else {
        s->p = skip_digits(from, s->end, 10);
        if (s->p < s->end && *s->p == '.') {
            real = true;
            s->p = skip_digits(s->p + 1, s->end, 10);
        }
        if (s->p < s->end && (*s->p | 32) == 'e') {
            const char *e = s->p + 1;
            if (e < s->end && (*e == '+' || *e == '-'))
                e++;
            if (e < s->end && isdigit((unsigned char)*e)) {
                real = true;
                s->p = skip_digits(e, s->end, 10);
            }
        }
    }
    if (s->p < s->end && (*s->p | 32) == 'j')
        fail(s, from, "complex numbers are not supported by minipy");
    if (s->p < s->end && (isalnum((unsigned char)*s->p) || *s->p == '_')) {
        /* 1if x else y is legal; 12abc is not. */
        const char *p = s->p;
        while (p < s->end && isalpha((unsigned char)*p))
            p++;
        bool word = false;
        for (size_t i = 0; i < COUNT(keywords); i++)
            word |= strlen(keywords[i]) == (size_t)(p - s->p) &&
                    memcmp(keywords[i], s->p, (size_t)(p - s->p)) == 0;
        if (!word)
            bad_digit(s, base);
    }
    struct token *token = add(s, real ? TOK_FLOAT : TOK_INT, from);
    if (real) {
        if (!parse_float(from, token->bytes, &token->number))
            fail(s, from, "invalid decimal literal");
        return;
    }
    if (base == 10 && *from == '0' && token->bytes > 1 &&
        strspn(from, "0_") < token->bytes)
        fail(s, from,
             "leading zeros in decimal integer literals are not permitted; "
             "use an 0o prefix for octal integers");
    token->value = parse_int(from, token->bytes, base == 10 ? 10 : 0);
    token->huge =
        token->bytes == 19 && memcmp(from, "9223372036854775808", 19) == 0;
    if (token->huge)
        token->value = make_int(INT64_MIN);
    if (!token->value)
        fail(s, from,
             "integers of more than 64 bits are not supported by minipy");
    if (!is_small(token->value)) { /* the arena is no root */
        value same = dict_get(vm.interned, token->value);
        if (!same)
            dict_set(vm.interned, token->value, token->value);
        else
            token->value = same;
    }
}

/* ---- Strings ---------------------------------------------------------- */

static uint32_t
hex_escape(const char **p, const char *end, int digits, struct source *source,
           const struct position *at)
{
    uint32_t point = 0;
    for (int i = 0; i < digits; i++, ++*p) {
        if (*p >= end || !isxdigit((unsigned char)**p))
            raise_syntax(E_SyntaxError, source, at,
                         "(unicode error) 'unicodeescape' codec can't decode "
                         "bytes: truncated escape");
        int c = (unsigned char)**p | 32;
        point = point * 16 + (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        raise_syntax(E_SyntaxError, source, at,
                     "(unicode error) illegal Unicode character");
    return point;
}

char *
unescape(struct arena *arena, struct source *source, const struct position *at,
         const char *text, size_t count, size_t *bytes)
{
    static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
    char *result = arena_new(arena, count + 1), *q = result;
    const char *p = text, *end = text + count;
    while (p < end) {
        if (*p != '\\' || p + 1 == end) {
            *q++ = *p++;
            continue;
        }
        char c = *++p;
        p++;
        const char *simple = c ? strchr(from, c) : NULL;
        if (simple) {
            *q++ = to[simple - from];
        } else if (c == '\n') {
            continue;
        } else if (c >= '0' && c <= '7') {
            uint32_t point = (uint32_t)(c - '0');
            for (int i = 0; i < 2 && p < end && *p >= '0' && *p <= '7'; i++)
                point = point * 8 + (uint32_t)(*p++ - '0');
            q += utf8_encode(point, q);
        } else if (c == 'x') {
            q += utf8_encode(hex_escape(&p, end, 2, source, at), q);
        } else if (c == 'u') {
            q += utf8_encode(hex_escape(&p, end, 4, source, at), q);
        } else if (c == 'U') {
            q += utf8_encode(hex_escape(&p, end, 8, source, at), q);
        } else if (c == 'N') {
            raise_syntax(E_SyntaxError, source, at,
                         "\\N escapes are not supported by minipy");
        } else {
            *q++ = '\\';
            *q++ = c;
        }
    }
    *bytes = (size_t)(q - result);
    return result;
}

static void
lex_string(struct scanner *s, const char *from, const char *prefix_end)
{
    bool raw = false, formatted = false;
    for (const char *p = from; p < prefix_end; p++) {
        int c = *p | 32;
        raw |= c == 'r';
        formatted |= c == 'f';
        if (c == 'b')
            fail(s, from, "bytes are not supported by minipy");
    }
    struct position at = here(s, from);
    char quote = *prefix_end;
    bool triple = s->end - prefix_end >= 3 && prefix_end[1] == quote &&
                  prefix_end[2] == quote;
    const char *body = prefix_end + (triple ? 3 : 1);
    for (s->p = body;; s->p++) {
        if (s->p >= s->end || (*s->p == '\n' && !triple)) {
            s->p = s->p < s->end ? s->p : s->end;
            raise_syntax(E_SyntaxError, s->out->source, &at,
                         triple ? "unterminated triple-quoted string literal "
                                  "(detected at line %d)"
                                : "unterminated string literal (detected at "
                                  "line %d)",
                         s->line - (triple && s->p == s->line_start));
        }
        if (*s->p == '\\' && s->p + 1 < s->end)
            s->p++;
        else if (*s->p == quote &&
                 (!triple ||
                  (s->end - s->p >= 3 && s->p[1] == quote && s->p[2] == quote)))
            break;
        if (*s->p == '\n') {
            s->line++;
            s->line_start = s->p + 1;
            s->base_column = 0;
        }
    }
    const char *body_end = s->p;
    s->p += triple ? 3 : 1;
    struct token *token = add(s, formatted ? TOK_FSTR : TOK_STR, from);
    at.end_line = token->at.end_line;
    at.end_column = token->at.end_column;
    token->at = at;
    token->raw = raw;
    token->text = body;
    token->bytes = (size_t)(body_end - body);
    if (formatted)
        return;
    const char *text = body;
    size_t bytes = token->bytes;
    if (!raw && memchr(body, '\\', bytes))
        text =
            unescape(s->out->arena, s->out->source, &at, body, bytes, &bytes);
    token->value = intern(text, bytes);
}

/* ---- Names, operators, lines ------------------------------------------ */

static void
check_name(struct scanner *s, const char *from)
{
    uint32_t point;
    char message[80];
    for (const char *p = from; p < s->p;) {
        size_t bytes = utf8_decode(p, s->p, &point);
        if (point >= 0x80 && !is_name_character(point)) {
            s->p = p + bytes;
            if (is_printable(point))
                snprintf(message, sizeof message,
                         "invalid character '%.*s' (U+%04X)", (int)bytes, p,
                         (unsigned)point);
            else
                snprintf(message, sizeof message,
                         "invalid non-printable character U+%04X",
                         (unsigned)point);
            fail(s, p, message);
        }
        p += bytes ? bytes : 1;
    }
}

static void
lex_name(struct scanner *s)
{
    const char *from = s->p;
    while (s->p < s->end &&
           (isalnum((unsigned char)*s->p) || *s->p == '_' || (*s->p & 0x80)))
        s->p++;
    size_t bytes = (size_t)(s->p - from);
    check_name(s, from);
    if (s->p < s->end && (*s->p == '"' || *s->p == '\'') && bytes <= 2 &&
        strspn(from, "rRbBuUfF") >= bytes) {
        lex_string(s, from, s->p);
        return;
    }
    struct token *token = add(s, TOK_NAME, from);
    for (size_t i = 0; i < COUNT(keywords); i++)
        if (keywords[i][0] == *from && strlen(keywords[i]) == bytes &&
            memcmp(keywords[i], from, bytes) == 0) {
            token->kind = TOK_KEYWORD;
            token->text = keywords[i];
            return;
        }
    token->value = intern(from, bytes);
}

static void
track_bracket(struct scanner *s, const char *op)
{
    if (strchr("([{", *op)) {
        if (s->nbrackets == BRACKETS)
            fail(s, s->p - 1, "too many nested parentheses");
        s->brackets[s->nbrackets] = *op;
        s->bracket_at[s->nbrackets++] = here(s, s->p - 1);
        return;
    }
    char want = *op == ')' ? '(' : *op == ']' ? '[' : '{';
    char message[100];
    if (s->nbrackets == 0) {
        snprintf(message, sizeof message, "unmatched '%c'", *op);
        fail(s, s->p - 1, message);
    }
    char open = s->brackets[--s->nbrackets];
    if (open != want) {
        snprintf(message, sizeof message,
                 "closing parenthesis '%c' does not match opening parenthesis "
                 "'%c'",
                 *op, open);
        fail(s, s->p - 1, message);
    }
}

static void
lex_operator(struct scanner *s)
{
    const char *from = s->p;
    for (size_t i = 0; i < COUNT(operators); i++) {
        size_t bytes = strlen(operators[i]);
        if ((size_t)(s->end - from) < bytes ||
            memcmp(from, operators[i], bytes) != 0)
            continue;
        s->p += bytes;
        struct token *token = add(s, TOK_OP, from);
        token->text = operators[i];
        if (bytes == 1 && strchr("()[]{}", *from))
            track_bracket(s, operators[i]);
        return;
    }
    s->p++;
    char message[64];
    unsigned char c = (unsigned char)*from;
    if (c < 0x20 || c == 0x7f)
        snprintf(message, sizeof message,
                 "invalid non-printable character U+%04X", c);
    else
        snprintf(message, sizeof message, "invalid syntax");
    fail(s, from, message);
}

static void
start_line(struct scanner *s)
{
    int column = 0;
    const char *p = s->p;
    for (; p < s->end && (*p == ' ' || *p == '\t' || *p == '\f'); p++)
        column = *p == '\t'   ? (column / 8 + 1) * 8
                 : *p == '\f' ? 0
                              : column + 1;
    s->p = p;
    if (p == s->end || *p == '\n' || *p == '#' || *p == '\r')
        return;
    struct position at = here(s, p);
    if (column > s->indents[s->depth]) {
        if (s->depth + 1 == INDENTS)
            raise_syntax(E_IndentationError, s->out->source, &at,
                         "too many levels of indentation");
        s->indents[++s->depth] = column;
        add(s, TOK_INDENT, p);
    }
    while (column < s->indents[s->depth]) {
        s->depth--;
        add(s, TOK_DEDENT, p);
    }
    at.column = at.end_column = (int)strcspn(s->line_start, "\n");
    if (column != s->indents[s->depth])
        raise_syntax(E_IndentationError, s->out->source, &at,
                     "unindent does not match any outer indentation level");
}

static bool
line_is_open(struct scanner *s)
{
    size_t count = s->out->count;
    return count > 0 && s->out->tokens[count - 1].kind != TOK_NEWLINE &&
           s->out->tokens[count - 1].kind != TOK_INDENT &&
           s->out->tokens[count - 1].kind != TOK_DEDENT;
}

static void
end_line(struct scanner *s)
{
    if (!s->expression && s->nbrackets == 0 && line_is_open(s))
        add(s, TOK_NEWLINE, s->p);
    s->p++;
    s->line++;
    s->line_start = s->p;
    s->base_column = 0;
    if (!s->expression && s->nbrackets == 0)
        start_line(s);
}

static void
lex_one(struct scanner *s)
{
    unsigned char c = (unsigned char)*s->p;
    if (c == '\n') {
        end_line(s);
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
        s->p++;
    } else if (c == '#') {
        while (s->p < s->end && *s->p != '\n')
            s->p++;
    } else if (c == '\\') {
        const char *p = s->p + 1;
        if (p < s->end && *p == '\r')
            p++;
        if (p >= s->end || (*p == '\n' && p + 1 >= s->end))
            fail(s, p, "unexpected EOF while parsing");
        if (*p != '\n')
            fail(s, s->p,
                 "unexpected character after line continuation "
                 "character");
        s->p = p + 1;
        s->line++;
        s->line_start = s->p;
    } else if (isdigit(c) || (c == '.' && s->end - s->p > 1 &&
                              isdigit((unsigned char)s->p[1]))) {
        lex_number(s);
    } else if (c == '"' || c == '\'') {
        lex_string(s, s->p, s->p);
    } else if (isalpha(c) || c == '_' || c >= 0x80) {
        lex_name(s);
    } else {
        lex_operator(s);
    }
}

void
lex(struct lexer *lexer, const char *text, size_t bytes, struct position start,
    bool expression)
{
    struct scanner s = {.out = lexer,
                        .p = text,
                        .end = text + bytes,
                        .line_start = text,
                        .line = start.line,
                        .base_column = start.column,
                        .expression = expression};
    if (!expression)
        start_line(&s);
    while (s.p < s.end)
        lex_one(&s);
    if (s.nbrackets > 0) {
        char message[40];
        snprintf(message, sizeof message, "'%c' was never closed",
                 s.brackets[s.nbrackets - 1]);
        raise_syntax(E_SyntaxError, lexer->source,
                     &s.bracket_at[s.nbrackets - 1], "%s", message);
    }
    if (!expression && line_is_open(&s))
        add(&s, TOK_NEWLINE, s.p);
    if (!expression && s.p == s.line_start && s.line > 1) {
        s.line--; /* what is missing at the end is missed in the last line */
        s.base_column = -1;
    }
    for (; s.depth > 0; s.depth--)
        add(&s, TOK_DEDENT, s.p);
    add(&s, TOK_END, s.p);
}
