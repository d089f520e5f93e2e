/* SPDX-License-Identifier: MIT */
/*
 * From tokens to the tree: recursive descent, one function per rule, and
 * precedence climbing for binary operators.  A target of an assignment is
 * parsed as an expression and checked afterwards.
 */
#include "minipy.h"

#include <ctype.h>

struct parser {
    struct source *source;
    struct arena *arena;
    struct token *token; /* the next one */
    int depth;
    bool in_function, in_loop, in_fstring;
    value class; /* name of the innermost one, or NULL */
};

enum { PARSE_DEPTH = 400 };

static struct node *parse_expression(struct parser *p);
static struct node *parse_named(struct parser *p);
static struct node *parse_binary(struct parser *p, int level);
static struct node *parse_statement_list(struct parser *p, struct nodes *out);
static struct node *parse_or(struct parser *p);
static struct node *parse_unary(struct parser *p);
static void parse_block(struct parser *p, struct nodes *out, const char *what,
                        const struct token *start);

/* ---- Helpers ---------------------------------------------------------- */

_Noreturn static void
fail_at(struct parser *p, const struct position *at, const char *message)
{
    raise_syntax(E_SyntaxError, p->source, at, "%s", message);
}

_Noreturn static void
fail(struct parser *p)
{
    if (p->token->kind == TOK_INDENT) {
        struct position before = {.line = p->token->at.line};
        raise_syntax(E_IndentationError, p->source, &before,
                     "unexpected indent");
    }
    fail_at(p, &p->token->at, "invalid syntax");
}

_Noreturn static void
unsupported(struct parser *p, const struct position *at, const char *what)
{
    raise_syntax(E_SyntaxError, p->source, at, "%s not supported by minipy",
                 what);
}

static bool
at(const struct parser *p, const char *text)
{
    return (p->token->kind == TOK_OP || p->token->kind == TOK_KEYWORD) &&
           strcmp(p->token->text, text) == 0;
}

static bool
after_is(const struct parser *p, const char *text)
{
    return p->token->kind != TOK_END && p->token[1].kind == TOK_OP &&
           strcmp(p->token[1].text, text) == 0;
}

static bool
accept(struct parser *p, const char *text)
{
    if (!at(p, text))
        return false;
    p->token++;
    return true;
}

static void
expect(struct parser *p, const char *text)
{
    char message[40];
    if (accept(p, text))
        return;
    if (p->token->kind == TOK_INDENT || strcmp(text, ":") != 0)
        fail(p);
    snprintf(message, sizeof message, "expected '%s'", text);
    fail_at(p, &p->token->at, message);
}

static void
enter(struct parser *p)
{
    if (++p->depth > PARSE_DEPTH || stack_is_low())
        fail_at(p, &p->token->at, "too many nested expressions");
}

static struct node *
new_node(struct parser *p, enum node_kind kind)
{
    struct node *node = arena_new(p->arena, sizeof *node);
    node->kind = kind;
    node->at = p->token->at;
    return node;
}

/* The node ends where the last token that was read ends. */
static struct node *
end_node(struct parser *p, struct node *node)
{
    node->at.end_line = p->token[-1].at.end_line;
    node->at.end_column = p->token[-1].at.end_column;
    return node;
}

static struct node *
node_from(struct parser *p, enum node_kind kind, const struct token *first)
{
    struct node *node = new_node(p, kind);
    node->at.line = first->at.line;
    node->at.column = first->at.column;
    return node;
}

void
nodes_add(struct arena *arena, struct nodes *nodes, struct node *node)
{
    if (nodes->count == nodes->capacity) {
        size_t capacity = nodes->capacity ? nodes->capacity * 2 : 4;
        struct node **items = arena_new(arena, capacity * sizeof(void *));
        if (nodes->count)
            memcpy(items, nodes->items, nodes->count * sizeof(void *));
        nodes->items = items;
        nodes->capacity = capacity;
    }
    nodes->items[nodes->count++] = node;
}

/* In a class, __name is private: _class__name. */
static value
private_name(struct parser *p, value name)
{
    const char *text = text_of(name);
    size_t bytes = AS(str, name)->bytes;
    if (!p->class || strncmp(text, "__", 2) != 0 || memchr(text, '.', bytes) ||
        (bytes > 2 && strcmp(text + bytes - 2, "__") == 0))
        return name;
    const char *class = text_of(p->class);
    class += strspn(class, "_");
    return *class ? intern_str(str_format("_%s%s", class, text)) : name;
}

static value
expect_name(struct parser *p)
{
    if (p->token->kind != TOK_NAME)
        fail(p);
    return private_name(p, p->token++->value);
}

static struct node *
constant(struct parser *p, value v)
{
    struct node *node = new_node(p, N_CONSTANT);
    node->value = v;
    return node;
}

/* From the first token until the last one that was read. */
_Noreturn static void
fail_from(struct parser *p, const struct token *first, const char *message)
{
    struct position at = first->at;
    at.end_line = p->token[-1].at.end_line;
    at.end_column = p->token[-1].at.end_column;
    fail_at(p, &at, message);
}

static bool
begins_expression(const struct parser *p)
{
    switch (p->token->kind) {
    case TOK_NAME:
    case TOK_INT:
    case TOK_FLOAT:
    case TOK_STR:
    case TOK_FSTR:
        return true;
    default:
        return at(p, "None") || at(p, "True") || at(p, "False") ||
               at(p, "lambda") || at(p, "{") || at(p, "~") || at(p, "...") ||
               at(p, "not");
    }
}

/* ---- F-strings -------------------------------------------------------- */

struct fstring {
    struct token *token;
    struct nodes parts;
    bool raw;
    int depth; /* 1: in the format of another */
};

static void
add_literal(struct parser *p, struct fstring *f, const char *text, size_t count)
{
    if (count == 0)
        return;
    if (!f->raw && memchr(text, '\\', count))
        text =
            unescape(p->arena, p->source, &f->token->at, text, count, &count);
    struct node *node = new_node(p, N_CONSTANT);
    node->at = f->token->at;
    node->value = intern(text, count);
    nodes_add(p->arena, &f->parts, node);
}

/* Where the expression ends: at }, !r or : outside of brackets and quotes. */
static const char *
expression_end(const char *q, const char *end)
{
    int depth = 0;
    char quote = 0;
    for (; q < end; q++) {
        if (quote) {
            if (*q == quote)
                quote = 0;
        } else if (*q == '"' || *q == '\'') {
            quote = *q;
        } else if (strchr("([{", *q)) {
            depth++;
        } else if (depth > 0 && strchr(")]}", *q)) {
            depth--;
        } else if (depth == 0) {
            if (*q == '}' || *q == ':')
                return q;
            if (*q == '!' && q + 1 < end && q[1] != '=')
                return q;
            if (*q == '!')
                q++;
        }
    }
    return end;
}

static struct node *
parse_within(struct parser *p, struct fstring *f, const char *text,
             size_t count)
{
    struct position start = f->token->at;
    for (const char *q = f->token->text; q < text; q++)
        if (*q == '\n')
            start.line++;
    start.column += (int)(text - f->token->text) + 2;
    struct lexer lexer = {.source = p->source, .arena = p->arena};
    lex(&lexer, text, count, start, true);
    struct token *saved = p->token;
    p->token = lexer.tokens;
    if (p->token->kind == TOK_END &&
        text + count == f->token->text + f->token->bytes)
        fail_at(p, &f->token->at, "f-string: expecting '}'");
    if (p->token->kind == TOK_END)
        fail_at(p, &f->token->at, "f-string: empty expression not allowed");
    struct node *node = new_node(p, N_TUPLE);
    bool in_fstring = p->in_fstring;
    p->in_fstring = true;
    struct node *first = parse_expression(p);
    if (at(p, ",")) {
        nodes_add(p->arena, &node->list, first);
        while (accept(p, ",") && p->token->kind != TOK_END)
            nodes_add(p->arena, &node->list, parse_expression(p));
        first = end_node(p, node);
    }
    if (p->token->kind != TOK_END)
        fail_at(p, &f->token->at, "f-string: invalid syntax");
    p->in_fstring = in_fstring;
    p->token = saved;
    return first;
}

static const char *parse_fstring(struct parser *p, struct fstring *f,
                                 const char *q, const char *end, bool spec);

static const char *
parse_field(struct parser *p, struct fstring *f, const char *q, const char *end)
{
    struct node *node = new_node(p, N_FORMAT);
    node->at = f->token->at;
    const char *stop = expression_end(q, end);
    const char *last = stop;
    while (last > q && isspace((unsigned char)last[-1]))
        last--;
    bool shows = last > q + 1 && last[-1] == '=' &&
                 !strchr("=!<>", last[-2]); /* f"{x=}" */
    if (shows) {
        add_literal(p, f, q, (size_t)(stop - q));
        last--;
    }
    node->a = parse_within(p, f, q, (size_t)(last - q));
    if (stop < end && *stop == '!') {
        if (stop + 1 >= end || !strchr("rsa", stop[1]))
            fail_at(p, &f->token->at,
                    "f-string: invalid conversion character: expected 's', "
                    "'r', or 'a'");
        node->op = stop[1];
        stop += 2;
    } else if (shows && (stop >= end || *stop != ':')) {
        node->op = 'r';
    }
    if (stop < end && *stop == ':') {
        struct fstring inner = {
            .token = f->token, .raw = f->raw, .depth = f->depth + 1};
        if (inner.depth > 1)
            fail_at(p, &f->token->at,
                    "f-string: expressions nested too deeply");
        stop = parse_fstring(p, &inner, stop + 1, end, true);
        node->b = new_node(p, N_FSTRING);
        node->b->list = inner.parts;
        node->b->at = f->token->at;
    }
    if (stop >= end || *stop != '}')
        fail_at(p, &f->token->at, "f-string: expecting '}'");
    nodes_add(p->arena, &f->parts, node);
    return stop + 1;
}

static const char *
parse_fstring(struct parser *p, struct fstring *f, const char *q,
              const char *end, bool spec)
{
    const char *from = q;
    enter(p);
    while (q < end) {
        if (*q == '\\' && !f->raw && q + 1 < end) {
            q += 2;
        } else if (*q == '{' && !spec && q + 1 < end && q[1] == '{') {
            add_literal(p, f, from, (size_t)(q + 1 - from));
            from = q += 2;
        } else if (*q == '{') {
            add_literal(p, f, from, (size_t)(q - from));
            from = q = parse_field(p, f, q + 1, end);
        } else if (*q == '}' && spec) {
            break;
        } else if (*q == '}') {
            if (q + 1 >= end || q[1] != '}')
                fail_at(p, &f->token->at,
                        "f-string: single '}' is not allowed");
            add_literal(p, f, from, (size_t)(q + 1 - from));
            from = q += 2;
        } else {
            q++;
        }
    }
    add_literal(p, f, from, (size_t)(q - from));
    p->depth--;
    return q;
}

/* Adjacent literals are one; it is constant unless one is an f-string. */
static struct node *
parse_strings(struct parser *p)
{
    struct node *node = new_node(p, N_FSTRING);
    bool formatted = false;
    for (; p->token->kind == TOK_STR || p->token->kind == TOK_FSTR;
         p->token++) {
        if (p->token->kind == TOK_STR) {
            nodes_add(p->arena, &node->list, constant(p, p->token->value));
            continue;
        }
        formatted = true;
        struct fstring f = {
            .token = p->token, .raw = p->token->raw, .parts = node->list};
        parse_fstring(p, &f, p->token->text, p->token->text + p->token->bytes,
                      false);
        node->list = f.parts;
    }
    end_node(p, node);
    if (formatted)
        return node;
    node->kind = N_CONSTANT;
    node->value = node->list.items[0]->value;
    if (node->list.count > 1) {
        struct text text = {0};
        for (size_t i = 0; i < node->list.count; i++)
            text_str(&text, node->list.items[i]->value);
        node->value = intern(text.bytes ? text.bytes : "", text.count);
    }
    return node;
}

/* ---- Atoms ------------------------------------------------------------ */

static struct node *
parse_star_or_expression(struct parser *p)
{
    if (!at(p, "*"))
        return parse_expression(p);
    struct node *node = new_node(p, N_STAR);
    p->token++;
    node->a = parse_or(p);
    return end_node(p, node);
}

static void check_target(struct parser *p, struct node *node, const char *verb);
_Noreturn static void refuse_target(struct parser *p, struct node *node,
                                    const char *verb, bool hint);

static struct node *
parse_target_list(struct parser *p)
{
    struct node *tuple = new_node(p, N_TUPLE);
    bool comma = false;
    do {
        struct node *target = new_node(p, N_STAR);
        if (accept(p, "*")) {
            target->a = parse_unary(p);
            end_node(p, target);
        } else {
            target = parse_unary(p);
        }
        nodes_add(p->arena, &tuple->list, target);
    } while (accept(p, ",") && (comma = true) && !at(p, "in") && !at(p, "="));
    end_node(p, tuple);
    struct node *result =
        tuple->list.count == 1 && !comma ? tuple->list.items[0] : tuple;
    if (result->kind == N_STAR)
        fail_at(p, &result->at,
                "starred assignment target must be in a list or tuple");
    check_target(p, result, "assign to");
    return result;
}

static void
parse_clauses(struct parser *p, struct node *comprehension)
{
    while (at(p, "for") || at(p, "async")) {
        if (at(p, "async"))
            unsupported(p, &p->token->at, "'async' is");
        struct node *clause = new_node(p, N_FOR_CLAUSE);
        p->token++;
        clause->a = parse_target_list(p);
        expect(p, "in");
        clause->b = parse_or(p);
        while (accept(p, "if"))
            nodes_add(p->arena, &clause->list, parse_or(p));
        nodes_add(p->arena, &comprehension->list, end_node(p, clause));
    }
}

static struct node *
comprehension(struct parser *p, const struct token *start, int op,
              struct node *a, struct node *b)
{
    struct node *node = node_from(p, N_COMPREHENSION, start);
    if (a->kind == N_STAR)
        fail_at(p, &a->at,
                "iterable unpacking cannot be used in comprehension");
    node->op = op;
    node->a = a;
    node->b = b;
    parse_clauses(p, node);
    return node;
}

static struct node *
parse_parentheses(struct parser *p)
{
    struct node *node = new_node(p, N_TUPLE);
    const struct token *start = p->token++;
    if (accept(p, ")"))
        return end_node(p, node);
    if (at(p, "yield")) {
        struct node *yield = parse_expression(p);
        expect(p, ")");
        yield->parenthesized = true;
        return yield;
    }
    struct node *first = parse_named(p);
    if (at(p, "for") || at(p, "async")) {
        struct node *generator = comprehension(p, start, 'g', first, NULL);
        expect(p, ")");
        return end_node(p, generator);
    }
    nodes_add(p->arena, &node->list, first);
    bool comma = false;
    while (accept(p, ",")) {
        comma = true;
        if (at(p, ")"))
            break;
        nodes_add(p->arena, &node->list, parse_star_or_expression(p));
    }
    if (!at(p, ")"))
        fail_at(p, &first->at,
                p->token->kind == TOK_OP ? "invalid syntax"
                                         : "invalid syntax. Perhaps you "
                                           "forgot a comma?");
    p->token++;
    if (!comma) {
        if (first->kind == N_STAR)
            fail_at(p, &first->at, "cannot use starred expression here");
        first->parenthesized = true;
        return first;
    }
    node->parenthesized = true;
    return end_node(p, node);
}

static struct node *
parse_list(struct parser *p)
{
    struct node *node = new_node(p, N_LIST);
    const struct token *start = p->token++;
    if (accept(p, "]"))
        return end_node(p, node);
    struct node *first = parse_star_or_expression(p);
    if (at(p, "for") || at(p, "async")) {
        node = comprehension(p, start, 'l', first, NULL);
    } else {
        nodes_add(p->arena, &node->list, first);
        while (accept(p, ",") && !at(p, "]"))
            nodes_add(p->arena, &node->list, parse_star_or_expression(p));
        if (at(p, "for"))
            fail_from(p, start + 1,
                      "did you forget parentheses around the comprehension "
                      "target?");
    }
    if (!at(p, "]"))
        fail_at(p, &first->at, "invalid syntax. Perhaps you forgot a comma?");
    p->token++;
    return end_node(p, node);
}

static struct node *
parse_dict_value(struct parser *p)
{
    if (at(p, "}") || at(p, ","))
        fail_at(p, &p->token[-1].at,
                "expression expected after dictionary key and ':'");
    return parse_expression(p);
}

static void
parse_dict_item(struct parser *p, struct node *node)
{
    if (accept(p, "**")) {
        nodes_add(p->arena, &node->list, NULL);
        nodes_add(p->arena, &node->list, parse_or(p));
        return;
    }
    nodes_add(p->arena, &node->list, parse_expression(p));
    if (!at(p, ":"))
        fail_at(p, &p->token[-1].at, "':' expected after dictionary key");
    p->token++;
    nodes_add(p->arena, &node->list, parse_dict_value(p));
}

static struct node *
parse_braces(struct parser *p)
{
    struct node *node = new_node(p, N_DICT);
    const struct token *start = p->token++;
    if (accept(p, "}"))
        return end_node(p, node);
    if (at(p, "**")) {
        parse_dict_item(p, node);
        if (at(p, "for"))
            fail_at(p, &start[1].at,
                    "dict unpacking cannot be used in dict comprehension");
    } else {
        struct node *first = parse_star_or_expression(p);
        if (accept(p, ":")) {
            struct node *item = parse_dict_value(p);
            if (at(p, "for")) {
                node = comprehension(p, start, 'd', first, item);
            } else {
                nodes_add(p->arena, &node->list, first);
                nodes_add(p->arena, &node->list, item);
            }
        } else if (at(p, "for")) {
            node = comprehension(p, start, 's', first, NULL);
        } else {
            node->kind = N_SET;
            nodes_add(p->arena, &node->list, first);
        }
    }
    while (node->kind != N_COMPREHENSION && accept(p, ",") && !at(p, "}")) {
        if (node->kind == N_SET)
            nodes_add(p->arena, &node->list, parse_star_or_expression(p));
        else
            parse_dict_item(p, node);
    }
    expect(p, "}");
    return end_node(p, node);
}

static struct node *
parse_atom(struct parser *p)
{
    struct node *node;
    switch (p->token->kind) {
    case TOK_NAME:
        node = new_node(p, N_NAME);
        node->value = expect_name(p);
        return node;
    case TOK_INT:
        if (p->token->huge && (p->token[-1].kind != TOK_OP ||
                               strcmp(p->token[-1].text, "-") != 0))
            unsupported(p, &p->token->at, "integers of more than 64 bits are");
        node = constant(p, p->token->value);
        p->token++;
        return node;
    case TOK_FLOAT:
        node = new_node(p, N_FLOAT);
        node->number = p->token++->number;
        return node;
    case TOK_STR:
    case TOK_FSTR:
        return parse_strings(p);
    default:
        break;
    }
    if (at(p, "("))
        return parse_parentheses(p);
    if (at(p, "["))
        return parse_list(p);
    if (at(p, "{"))
        return parse_braces(p);
    value v = at(p, "None")    ? NONE
              : at(p, "True")  ? TRUE
              : at(p, "False") ? FALSE
              : at(p, "...")   ? ELLIPSIS
                               : NULL;
    if (!v) {
        if (at(p, "async") || at(p, "await"))
            unsupported(p, &p->token->at, "'async' and 'await' are");
        fail(p);
    }
    node = constant(p, v);
    p->token++;
    return node;
}

/* ---- Calls, subscripts, operators ------------------------------------- */

/* The first of its kind in a call so far. */
struct keywords {
    const struct node *any, *unpacked;
};

/* Positional arguments come first, and iterables before mappings. */
static void
check_order(struct parser *p, const struct keywords *before,
            const struct node *node)
{
    if (node->kind == N_STAR ? before->unpacked != NULL : before->any != NULL)
        fail_at(p, &node->at,
                node->kind == N_STAR
                    ? "iterable argument unpacking follows keyword argument "
                      "unpacking"
                : before->any == before->unpacked
                    ? "positional argument follows keyword argument unpacking"
                    : "positional argument follows keyword argument");
}

static void
parse_argument(struct parser *p, struct node *call, struct keywords *before)
{
    struct node *node = new_node(p, N_KEYWORD);
    if (accept(p, "**")) {
        node->a = parse_expression(p);
    } else if (p->token->kind == TOK_NAME && after_is(p, "=")) {
        node->value = expect_name(p);
        expect(p, "=");
        node->a = parse_expression(p);
        for (size_t i = 0; i < call->list.count; i++)
            if (call->list.items[i]->kind == N_KEYWORD &&
                call->list.items[i]->value == node->value) {
                char message[100];
                snprintf(message, sizeof message,
                         "keyword argument repeated: %.60s",
                         text_of(node->value));
                fail_at(p, &node->at, message);
            }
    } else {
        const struct token *start = p->token;
        node = parse_star_or_expression(p);
        if (at(p, "for")) {
            node = end_node(p, comprehension(p, start, 'g', node, NULL));
            if (call->list.count > 0 || (at(p, ",") && !after_is(p, ")")))
                fail_at(p, &node->at,
                        "Generator expression must be parenthesized");
        } else if (accept(p, "=")) {
            fail_from(p, start,
                      "expression cannot contain assignment, perhaps you meant "
                      "\"==\"?");
        }
        check_order(p, before, node);
        nodes_add(p->arena, &call->list, node);
        return;
    }
    if (!before->any)
        before->any = node;
    if (!node->value && !before->unpacked)
        before->unpacked = node;
    nodes_add(p->arena, &call->list, end_node(p, node));
}

static struct node *
parse_slice(struct parser *p)
{
    struct node *node = new_node(p, N_SLICE);
    if (!at(p, ":")) {
        struct node *first = parse_star_or_expression(p);
        if (!at(p, ":"))
            return first;
        node->a = first;
    }
    expect(p, ":");
    if (!at(p, ":") && !at(p, "]") && !at(p, ","))
        node->b = parse_expression(p);
    if (accept(p, ":") && !at(p, "]") && !at(p, ","))
        node->c = parse_expression(p);
    return end_node(p, node);
}

static struct node *
parse_subscript(struct parser *p)
{
    const struct token *start = p->token;
    struct node *first = parse_slice(p);
    if (!at(p, ","))
        return first;
    struct node *tuple = node_from(p, N_TUPLE, start);
    nodes_add(p->arena, &tuple->list, first);
    while (accept(p, ",") && !at(p, "]"))
        nodes_add(p->arena, &tuple->list, parse_slice(p));
    return end_node(p, tuple);
}

static struct node *
parse_primary(struct parser *p)
{
    const struct token *start = p->token;
    struct node *node = parse_atom(p);
    for (;;) {
        struct node *outer;
        if (at(p, "(")) {
            outer = node_from(p, N_CALL, start);
            struct keywords keywords = {NULL, NULL};
            p->token++;
            while (!at(p, ")")) {
                parse_argument(p, outer, &keywords);
                if (!at(p, ")") && !accept(p, ","))
                    fail_at(p, &p->token->at,
                            "invalid syntax. Perhaps you forgot a comma?");
            }
            p->token++;
        } else if (at(p, "[")) {
            outer = node_from(p, N_SUBSCRIPT, start);
            outer->at.mark = p->token++->at.column;
            outer->b = parse_subscript(p);
            outer->at.end_mark = p->token->at.end_column;
            expect(p, "]");
        } else if (at(p, ".")) {
            outer = node_from(p, N_ATTRIBUTE, start);
            p->token++;
            outer->value = expect_name(p);
        } else {
            return node;
        }
        outer->a = node;
        node = end_node(p, outer);
    }
}

/* The operator, and a character that touches it, stand out in a traceback. */
static void
mark_operator(struct node *node, const struct token *op)
{
    bool touches = op[1].at.column == op->at.end_column &&
                   op->at.column + 1 < node->b->at.column;
    node->at.mark = op->at.column;
    node->at.end_mark = op->at.column + 1;
    if (op->at.end_column > op->at.column + 1 || touches)
        node->at.end_mark++;
}

static struct node *
parse_power(struct parser *p)
{
    const struct token *start = p->token;
    struct node *left = parse_primary(p);
    if (!at(p, "**"))
        return left;
    struct node *node = node_from(p, N_BINARY, start);
    const struct token *op = p->token++;
    node->op = OP_POW;
    node->a = left;
    node->b = parse_unary(p);
    end_node(p, node);
    mark_operator(node, op);
    return node;
}

static struct node *
parse_unary(struct parser *p)
{
    struct node *node = new_node(p, N_UNARY);
    enter(p);
    if (!at(p, "-") && !at(p, "+") && !at(p, "~")) {
        if (at(p, "await"))
            unsupported(p, &p->token->at, "'await' is");
        node = parse_power(p);
        p->depth--;
        return node;
    }
    node->op = *p->token++->text;
    node->a = parse_unary(p);
    p->depth--;
    if (node->op == '-' && node->a->kind == N_CONSTANT &&
        is_small(node->a->value) && small_of(node->a->value) != 0) {
        node->kind = N_CONSTANT;
        node->value = small(-small_of(node->a->value));
    } else if (node->op == '-' && p->token[-1].huge) {
        node->kind = N_CONSTANT;
        node->value = node->a->value;
    } else if (node->op == '-' && node->a->kind == N_FLOAT) {
        node->kind = N_FLOAT;
        node->number = -node->a->number;
    }
    return end_node(p, node);
}

static const struct binary_operator {
    const char *text;
    int level;
    enum operation op;
} binary_operators[] = {
    {"|", 1, OP_OR},        {"^", 2, OP_XOR},     {"&", 3, OP_AND},
    {"<<", 4, OP_LSHIFT},   {">>", 4, OP_RSHIFT}, {"+", 5, OP_ADD},
    {"-", 5, OP_SUB},       {"*", 6, OP_MUL},     {"/", 6, OP_TRUEDIV},
    {"//", 6, OP_FLOORDIV}, {"%", 6, OP_MOD},     {"@", 6, OP_MATMUL},
};

static struct node *
parse_binary(struct parser *p, int level)
{
    const struct token *start = p->token;
    struct node *left = parse_unary(p);
    for (;;) {
        const struct binary_operator *found = NULL;
        if (p->token->kind == TOK_OP)
            for (size_t i = 0; i < COUNT(binary_operators); i++)
                if (strcmp(binary_operators[i].text, p->token->text) == 0)
                    found = &binary_operators[i];
        if (!found || found->level < level)
            return left;
        struct node *node = node_from(p, N_BINARY, start);
        const struct token *op = p->token++;
        node->op = (int)found->op;
        node->a = left;
        node->b = parse_binary(p, found->level + 1);
        left = end_node(p, node);
        mark_operator(node, op);
    }
}

enum { COMPARE_IS = GE + 1, COMPARE_IS_NOT, COMPARE_IN, COMPARE_NOT_IN };

static int
parse_comparison_operator(struct parser *p)
{
    static const char *const texts[] = {"<", "<=", "==", "!=", ">", ">="};
    for (int i = 0; i < 6; i++)
        if (accept(p, texts[i]))
            return i;
    if (accept(p, "in"))
        return COMPARE_IN;
    if (accept(p, "is"))
        return accept(p, "not") ? COMPARE_IS_NOT : COMPARE_IS;
    if (at(p, "not") && p->token[1].kind == TOK_KEYWORD &&
        strcmp(p->token[1].text, "in") == 0) {
        p->token += 2;
        return COMPARE_NOT_IN;
    }
    return -1;
}

static struct node *
parse_comparison(struct parser *p)
{
    const struct token *start = p->token;
    struct node *left = parse_binary(p, 0), *node = NULL;
    for (;;) {
        struct node *operand = new_node(p, N_OPERAND);
        int op = parse_comparison_operator(p);
        if (op < 0)
            return node ? node : left;
        if (!node) {
            node = node_from(p, N_COMPARE, start);
            node->a = left;
        }
        operand->op = op;
        operand->a = parse_binary(p, 0);
        nodes_add(p->arena, &node->list, operand);
        end_node(p, node);
    }
}

static struct node *
parse_not(struct parser *p)
{
    if (!at(p, "not"))
        return parse_comparison(p);
    struct node *node = new_node(p, N_UNARY);
    enter(p);
    p->token++;
    node->op = 'n';
    node->a = parse_not(p);
    p->depth--;
    return end_node(p, node);
}

static struct node *
parse_and_or(struct parser *p, const char *word)
{
    bool is_or = word[0] == 'o';
    const struct token *start = p->token;
    struct node *left = is_or ? parse_and_or(p, "and") : parse_not(p);
    if (!at(p, word))
        return left;
    struct node *node = node_from(p, N_BOOL, start);
    node->op = word[0];
    nodes_add(p->arena, &node->list, left);
    while (accept(p, word))
        nodes_add(p->arena, &node->list,
                  is_or ? parse_and_or(p, "and") : parse_not(p));
    return end_node(p, node);
}

static struct node *
parse_or(struct parser *p)
{
    return parse_and_or(p, "or");
}

static void
parse_parameters(struct parser *p, struct node *function, const char *close)
{
    bool star = false, keywords = false, defaults = false;
    while (!at(p, close)) {
        struct node *parameter = new_node(p, N_PARAMETER);
        if (keywords)
            fail_at(p, &p->token->at,
                    "arguments cannot follow var-keyword argument");
        if (at(p, "/")) {
            if (function->list2.count == 0)
                fail_at(p, &p->token->at,
                        "at least one argument must precede /");
            if (star || function->op)
                fail(p);
            p->token++;
            function->op = (int)function->list2.count;
            if (!at(p, close))
                expect(p, ",");
            continue;
        }
        if (accept(p, "**")) {
            parameter->op = '^';
            keywords = true;
        } else if (accept(p, "*")) {
            if (star)
                fail_at(p, &parameter->at, "* argument may appear only once");
            star = true;
            if (accept(p, ",")) {
                if (at(p, close) || at(p, "**"))
                    fail_at(p, &parameter->at,
                            "named arguments must follow bare *");
                continue;
            }
            parameter->op = '*';
        } else if (star) {
            parameter->op = 'k';
        }
        parameter->value = expect_name(p);
        if (*close == ')' && accept(p, ":"))
            parse_expression(p);
        if (accept(p, "=")) {
            parameter->a = parse_expression(p);
            defaults = true;
        } else if (defaults && !star && parameter->op == 0) {
            fail_at(p, &parameter->at,
                    "non-default argument follows default argument");
        }
        for (size_t i = 0; i < function->list2.count; i++)
            if (function->list2.items[i]->value == parameter->value) {
                char message[120];
                snprintf(message, sizeof message,
                         "duplicate argument '%.60s' in function definition",
                         text_of(parameter->value));
                fail_at(p, &parameter->at, message);
            }
        nodes_add(p->arena, &function->list2, end_node(p, parameter));
        if (!accept(p, ",") && !at(p, close))
            fail(p);
    }
}

static struct node *
parse_lambda(struct parser *p)
{
    struct node *node = new_node(p, N_LAMBDA), *result;
    bool in_function = p->in_function;
    p->token++;
    parse_parameters(p, node, ":");
    expect(p, ":");
    p->in_function = true;
    result = new_node(p, N_RETURN);
    result->a = parse_expression(p);
    p->in_function = in_function;
    nodes_add(p->arena, &node->list, end_node(p, result));
    node->value = intern("<lambda>", 8);
    return end_node(p, node);
}

static struct node *
parse_yield(struct parser *p)
{
    struct node *node = new_node(p, N_YIELD);
    const struct token *first = p->token++;
    if (accept(p, "from")) {
        node->kind = N_YIELD_FROM;
        node->a = parse_expression(p);
    } else if (p->token->kind != TOK_NEWLINE && !at(p, ")") && !at(p, "=") &&
               !at(p, ";")) {
        const struct token *start = p->token;
        node->a = parse_star_or_expression(p);
        if (at(p, ",")) {
            struct node *tuple = node_from(p, N_TUPLE, start);
            nodes_add(p->arena, &tuple->list, node->a);
            while (accept(p, ",") && p->token->kind != TOK_NEWLINE &&
                   !at(p, ")"))
                nodes_add(p->arena, &tuple->list, parse_star_or_expression(p));
            node->a = end_node(p, tuple);
        }
    }
    if (!p->in_function)
        fail_from(p, first, "'yield' outside function");
    return end_node(p, node);
}

static struct node *parse_expressions(struct parser *p);

/* Two expressions side by side: say what is missing between them. */
static void
check_neighbours(struct parser *p, const struct token *start,
                 const struct node *first)
{
    char message[100];
    if (!begins_expression(p) || first->parenthesized)
        return;
    const char *name = first->kind == N_NAME ? text_of(first->value) : "";
    if (strcmp(name, "print") == 0 || strcmp(name, "exec") == 0) {
        parse_expressions(p);
        snprintf(message, sizeof message,
                 "Missing parentheses in call to '%s'. Did you mean %s(...)?",
                 name, name);
        fail_from(p, start, message);
    }
    if (first->kind == N_NAME && p->token->kind == TOK_STR)
        return;
    if (p->token->level == 0 && !p->in_fstring)
        return;
    parse_expression(p);
    fail_from(p, start,
              p->in_fstring ? "f-string: invalid syntax. Perhaps you forgot a "
                              "comma?"
                            : "invalid syntax. Perhaps you forgot a comma?");
}

/* An expression where `=` is a slip for `==`. */
static struct node *
parse_named(struct parser *p)
{
    const struct token *start = p->token;
    struct node *node = parse_star_or_expression(p);
    if (!at(p, "="))
        return node;
    p->token++;
    if (node->kind == N_NAME) {
        parse_binary(p, 0);
        fail_from(p, start,
                  "invalid syntax. Maybe you meant '==' or ':=' instead of "
                  "'='?");
    }
    if (node->kind != N_TUPLE && node->kind != N_LIST)
        refuse_target(p, node, "assign to", true);
    p->token--;
    fail(p);
}

static struct node *
parse_conditional(struct parser *p)
{
    if (at(p, "lambda"))
        return parse_lambda(p);
    if (at(p, "yield"))
        return parse_yield(p);
    const struct token *start = p->token;
    struct node *first = parse_or(p);
    check_neighbours(p, start, first);
    if (p->token->kind == TOK_OP && at(p, ":=")) {
        if (first->kind != N_NAME)
            fail_at(p, &first->at,
                    "cannot use assignment expressions with this target");
        struct node *walrus = node_from(p, N_WALRUS, start);
        p->token++;
        walrus->a = first;
        walrus->b = parse_expression(p);
        return end_node(p, walrus);
    }
    if (!at(p, "if"))
        return first;
    struct node *node = node_from(p, N_IF_ELSE, start);
    p->token++;
    node->a = first;
    node->b = parse_or(p);
    if (!at(p, "else"))
        fail_at(p, &first->at, "expected 'else' after 'if' expression");
    p->token++;
    node->c = parse_expression(p);
    return end_node(p, node);
}

static struct node *
parse_expression(struct parser *p)
{
    enter(p);
    struct node *node = parse_conditional(p);
    p->depth--;
    return node;
}

/* a, b, *c: a tuple if there is a comma. */
static struct node *
parse_expressions(struct parser *p)
{
    const struct token *start = p->token;
    struct node *first = parse_star_or_expression(p);
    if (!at(p, ","))
        return first;
    struct node *tuple = node_from(p, N_TUPLE, start);
    nodes_add(p->arena, &tuple->list, first);
    while (accept(p, ",")) {
        if (p->token->kind == TOK_NEWLINE || p->token->kind == TOK_END ||
            at(p, "=") || at(p, ";") || at(p, ")") || at(p, ":"))
            break;
        nodes_add(p->arena, &tuple->list, parse_star_or_expression(p));
    }
    return end_node(p, tuple);
}

/* ---- Targets ---------------------------------------------------------- */

static const char *
describe(const struct node *node)
{
    switch (node->kind) {
    case N_CONSTANT:
        return node->value == NONE       ? "None"
               : node->value == TRUE     ? "True"
               : node->value == FALSE    ? "False"
               : node->value == ELLIPSIS ? "ellipsis"
                                         : "literal";
    case N_FLOAT:
        return "literal";
    case N_CALL:
        return "function call";
    case N_LAMBDA:
        return "lambda";
    case N_COMPARE:
        return "comparison";
    case N_IF_ELSE:
        return "conditional expression";
    case N_FSTRING:
        return "f-string expression";
    case N_DICT:
        return "dict literal";
    case N_SET:
        return "set display";
    case N_NAME:
        return "name";
    case N_ATTRIBUTE:
        return "attribute";
    case N_SUBSCRIPT:
        return "subscript";
    case N_TUPLE:
        return "tuple";
    case N_LIST:
        return "list";
    case N_WALRUS:
        return "named expression";
    case N_YIELD:
    case N_YIELD_FROM:
        return "yield expression";
    case N_COMPREHENSION:
        return node->op == 'g'   ? "generator expression"
               : node->op == 'l' ? "list comprehension"
               : node->op == 'd' ? "dict comprehension"
                                 : "set comprehension";
    default:
        return "expression";
    }
}

/* `hint`: perhaps a comparison was meant. */
_Noreturn static void
refuse_target(struct parser *p, struct node *node, const char *verb, bool hint)
{
    char message[140];
    hint &= node->kind != N_BOOL && node->kind != N_COMPARE &&
            node->kind != N_IF_ELSE && node->kind != N_LAMBDA &&
            !(node->kind == N_UNARY && node->op == 'n') &&
            node->value != NONE && node->value != TRUE && node->value != FALSE;
    snprintf(message, sizeof message, "cannot %s %s%s", verb, describe(node),
             hint ? " here. Maybe you meant '==' instead of '='?" : "");
    fail_at(p, &node->at, message);
}

static void
check_target(struct parser *p, struct node *node, const char *verb)
{
    switch (node->kind) {
    case N_NAME:
    case N_ATTRIBUTE:
    case N_SUBSCRIPT:
        return;
    case N_STAR:
        if (*verb == 'd')
            fail_at(p, &node->at, "cannot delete starred");
        check_target(p, node->a, verb);
        return;
    case N_TUPLE:
    case N_LIST:
        for (size_t i = 0, stars = 0; i < node->list.count; i++) {
            check_target(p, node->list.items[i], verb);
            stars += node->list.items[i]->kind == N_STAR;
            if (stars > 1)
                fail_at(p, &node->at,
                        "multiple starred expressions in assignment");
        }
        return;
    default:
        refuse_target(p, node, verb, false);
    }
}

/* ---- Simple statements ------------------------------------------------ */

static const struct {
    const char *text;
    enum operation op;
} augmented[] = {
    {"+=", OP_ADD},       {"-=", OP_SUB}, {"*=", OP_MUL},  {"/=", OP_TRUEDIV},
    {"//=", OP_FLOORDIV}, {"%=", OP_MOD}, {"**=", OP_POW}, {"<<=", OP_LSHIFT},
    {">>=", OP_RSHIFT},   {"&=", OP_AND}, {"|=", OP_OR},   {"^=", OP_XOR},
    {"@=", OP_MATMUL},
};

static bool
is_target(const struct node *node)
{
    return node->kind == N_TUPLE || node->kind == N_LIST ||
           node->kind == N_STAR || node->kind == N_NAME ||
           node->kind == N_ATTRIBUTE || node->kind == N_SUBSCRIPT;
}

static bool
is_last_assignment(const struct parser *p)
{
    for (const struct token *t = p->token;
         t->kind != TOK_NEWLINE && t->kind != TOK_END; t++)
        if (t->kind == TOK_OP && strcmp(t->text, "=") == 0 && t->level == 0)
            return false;
    return true;
}

static struct node *
parse_assignment(struct parser *p)
{
    struct node *node = new_node(p, N_EXPRESSION);
    const struct token *walrus = p->token + 1;
    struct node *first = parse_expressions(p);
    node->a = first;
    if (first->kind == N_WALRUS && !first->parenthesized)
        fail_at(p, &walrus->at, "invalid syntax");
    for (size_t i = 0; i < COUNT(augmented); i++)
        if (accept(p, augmented[i].text)) {
            node->kind = N_AUGMENTED;
            node->op = (int)augmented[i].op;
            if (first->kind != N_NAME && first->kind != N_ATTRIBUTE &&
                first->kind != N_SUBSCRIPT) {
                char message[100];
                snprintf(message, sizeof message,
                         "'%s' is an illegal expression for augmented "
                         "assignment",
                         describe(first));
                fail_at(p, &first->at, message);
            }
            node->b = parse_expressions(p);
            return end_node(p, node);
        }
    if (at(p, ":")) {
        if (first->kind == N_TUPLE || first->kind == N_LIST)
            fail_at(p, &first->at,
                    first->kind == N_LIST
                        ? "only single target (not list) can be annotated"
                        : "only single target (not tuple) can be annotated");
        if (first->kind != N_NAME && first->kind != N_ATTRIBUTE &&
            first->kind != N_SUBSCRIPT)
            fail_at(p, &first->at, "illegal target for annotation");
        p->token++;
        parse_expression(p);
        node->kind = N_ANNOTATED;
        if (!at(p, "="))
            return end_node(p, node);
    }
    if (at(p, "=")) {
        node->kind = N_ASSIGN;
        while (accept(p, "=")) {
            if (!is_target(node->a))
                refuse_target(p, node->a, "assign to",
                              node->list.count == 0 && is_last_assignment(p));
            check_target(p, node->a, "assign to");
            if (node->a->kind == N_STAR)
                fail_at(p, &node->a->at,
                        "starred assignment target must be in a list or "
                        "tuple");
            nodes_add(p->arena, &node->list, node->a);
            node->a = parse_expressions(p);
        }
    }
    if (node->a->kind == N_STAR)
        fail_at(p, &node->a->at, "can't use starred expression here");
    return end_node(p, node);
}

static value
parse_dotted(struct parser *p)
{
    value name = expect_name(p);
    if (at(p, "."))
        unsupported(p, &p->token->at, "packages are");
    return name;
}

static struct node *
parse_import(struct parser *p)
{
    struct node *node = new_node(p, N_IMPORT);
    bool from = at(p, "from");
    bool parenthesis = false;
    p->token++;
    if (from) {
        node->kind = N_FROM;
        if (at(p, "."))
            unsupported(p, &p->token->at, "relative imports are");
        node->value = parse_dotted(p);
        expect(p, "import");
        if (at(p, "*"))
            unsupported(p, &p->token->at, "'import *' is");
        parenthesis = accept(p, "(");
    }
    do {
        if (parenthesis && node->list.count > 0 && at(p, ")"))
            break;
        if (from && node->list.count > 0 && !parenthesis &&
            p->token->kind == TOK_NEWLINE)
            fail_at(p, &p->token->at,
                    "trailing comma not allowed without surrounding "
                    "parentheses");
        struct node *alias = new_node(p, N_ALIAS);
        alias->value = from ? expect_name(p) : parse_dotted(p);
        alias->value2 = accept(p, "as") ? expect_name(p) : alias->value;
        nodes_add(p->arena, &node->list, end_node(p, alias));
    } while (accept(p, ","));
    if (parenthesis)
        expect(p, ")");
    return end_node(p, node);
}

static struct node *
parse_names(struct parser *p, enum node_kind kind)
{
    struct node *node = new_node(p, kind);
    p->token++;
    do {
        struct node *name = new_node(p, N_NAME);
        name->value = expect_name(p);
        nodes_add(p->arena, &node->list, name);
    } while (accept(p, ","));
    return end_node(p, node);
}

static bool
at_end_of_statement(const struct parser *p)
{
    return p->token->kind == TOK_NEWLINE || at(p, ";") ||
           p->token->kind == TOK_END;
}

static struct node *
parse_simple(struct parser *p)
{
    struct node *node = new_node(p, N_PASS);
    const struct token *start = p->token;
    if (start->kind != TOK_KEYWORD)
        return parse_assignment(p);
    if (at(p, "import") || at(p, "from"))
        return parse_import(p);
    if (at(p, "global"))
        return parse_names(p, N_GLOBAL);
    if (at(p, "nonlocal"))
        return parse_names(p, N_NONLOCAL);
    if (accept(p, "pass"))
        return end_node(p, node);
    if (accept(p, "break") || accept(p, "continue")) {
        node->kind = start->text[0] == 'b' ? N_BREAK : N_CONTINUE;
        if (!p->in_loop)
            fail_at(p, &start->at,
                    node->kind == N_BREAK ? "'break' outside loop"
                                          : "'continue' not properly in loop");
    } else if (accept(p, "return")) {
        node->kind = N_RETURN;
        if (!at_end_of_statement(p))
            node->a = parse_expressions(p);
        if (!p->in_function)
            fail_from(p, start, "'return' outside function");
    } else if (accept(p, "raise")) {
        node->kind = N_RAISE;
        if (!at_end_of_statement(p)) {
            node->a = parse_expression(p);
            if (accept(p, "from"))
                node->b = parse_expression(p);
        }
    } else if (accept(p, "assert")) {
        node->kind = N_ASSERT;
        node->a = parse_expression(p);
        if (accept(p, ","))
            node->b = parse_expression(p);
    } else if (accept(p, "del")) {
        node->kind = N_DELETE;
        do {
            if (at_end_of_statement(p))
                break;
            struct node *target = parse_star_or_expression(p);
            check_target(p, target, "delete");
            nodes_add(p->arena, &node->list, target);
        } while (accept(p, ","));
        if (node->list.count == 0)
            fail(p);
    } else {
        return parse_assignment(p);
    }
    return end_node(p, node);
}

/* ---- Compound statements ---------------------------------------------- */

static bool
at_compound(const struct parser *p)
{
    static const char *const words[] = {"@",    "if",  "while", "for",  "try",
                                        "with", "def", "class", "async"};
    for (size_t i = 0; i < COUNT(words); i++)
        if (at(p, words[i]))
            return true;
    return false;
}

static void
parse_block(struct parser *p, struct nodes *out, const char *what,
            const struct token *start)
{
    /* Where only an expression may be missing, CPython asks for no colon. */
    if (strchr("iewf", start->text[0]) && strcmp(start->text, "else") != 0 &&
        strcmp(start->text, "finally") != 0 && p->token->kind != TOK_NEWLINE &&
        !at(p, ":"))
        fail(p);
    expect(p, ":");
    enter(p);
    if (p->token->kind != TOK_NEWLINE) {
        if (at_compound(p))
            fail(p);
        parse_statement_list(p, out);
        p->depth--;
        return;
    }
    p->token++;
    if (p->token->kind != TOK_INDENT) {
        struct position here = p->token->at;
        here.end_column = here.column + 1;
        raise_syntax(E_IndentationError, p->source, &here,
                     "expected an indented block after %s on line %d", what,
                     start->at.line);
    }
    p->token++;
    while (p->token->kind != TOK_DEDENT && p->token->kind != TOK_END)
        parse_statement_list(p, out);
    if (p->token->kind == TOK_DEDENT)
        p->token++;
    p->depth--;
}

static void
parse_loop_block(struct parser *p, struct nodes *out, const char *what,
                 const struct token *start)
{
    bool in_loop = p->in_loop;
    p->in_loop = true;
    parse_block(p, out, what, start);
    p->in_loop = in_loop;
}

static void
parse_else(struct parser *p, struct nodes *out)
{
    const struct token *start = p->token;
    if (accept(p, "else"))
        parse_block(p, out, "'else' statement", start);
}

static struct node *
parse_if(struct parser *p)
{
    struct node *node = new_node(p, N_IF);
    const struct token *start = p->token++;
    enter(p);
    node->a = parse_named(p);
    parse_block(p, &node->list,
                start->text[0] == 'i' ? "'if' statement" : "'elif' statement",
                start);
    if (at(p, "elif"))
        nodes_add(p->arena, &node->list2, parse_if(p));
    else
        parse_else(p, &node->list2);
    p->depth--;
    return end_node(p, node);
}

static struct node *
parse_while(struct parser *p)
{
    struct node *node = new_node(p, N_WHILE);
    const struct token *start = p->token++;
    node->a = parse_named(p);
    parse_loop_block(p, &node->list, "'while' statement", start);
    parse_else(p, &node->list2);
    return end_node(p, node);
}

static struct node *
parse_for(struct parser *p)
{
    struct node *node = new_node(p, N_FOR);
    const struct token *start = p->token++;
    node->a = parse_target_list(p);
    expect(p, "in");
    node->b = parse_expressions(p);
    parse_loop_block(p, &node->list, "'for' statement", start);
    parse_else(p, &node->list2);
    return end_node(p, node);
}

static struct node *
parse_except(struct parser *p)
{
    struct node *node = new_node(p, N_EXCEPT);
    const struct token *start = p->token++;
    if (at(p, "*"))
        unsupported(p, &p->token->at, "'except*' is");
    if (!at(p, ":")) {
        node->a = parse_expression(p);
        if (at(p, ","))
            fail_at(p, &node->a->at,
                    "multiple exception types must be parenthesized");
        if (accept(p, "as"))
            node->value = expect_name(p);
    }
    parse_block(p, &node->list, "'except' statement", start);
    return end_node(p, node);
}

static struct node *
parse_try(struct parser *p)
{
    struct node *node = new_node(p, N_TRY);
    const struct token *start = p->token++;
    parse_block(p, &node->list, "'try' statement", start);
    while (at(p, "except")) {
        if (node->list2.count > 0 &&
            !node->list2.items[node->list2.count - 1]->a)
            fail_at(p, &p->token->at, "default 'except:' must be last");
        nodes_add(p->arena, &node->list2, parse_except(p));
    }
    if (node->list2.count > 0)
        parse_else(p, &node->list3);
    const struct token *finally = p->token;
    if (accept(p, "finally"))
        parse_block(p, &node->list4, "'finally' statement", finally);
    else if (node->list2.count == 0)
        fail_at(p, &p->token->at, "expected 'except' or 'finally' block");
    return end_node(p, node);
}

/* with (a as b, c): the parentheses are not an expression's if they end before
   the colon and there is an `as` or a comma in them. */
static bool
at_with_list(const struct parser *p)
{
    int depth = 0;
    bool list = false;
    if (!at(p, "("))
        return false;
    for (const struct token *t = p->token;; t++) {
        if (t->kind == TOK_END)
            return false;
        if (t->kind != TOK_OP && t->kind != TOK_KEYWORD)
            continue;
        depth += strchr("([{", *t->text) ? 1 : strchr(")]}", *t->text) ? -1 : 0;
        list |= depth == 1 &&
                (strcmp(t->text, ",") == 0 || strcmp(t->text, "as") == 0);
        if (depth == 0)
            return list && t[1].kind == TOK_OP && strcmp(t[1].text, ":") == 0;
    }
}

static struct node *
parse_with(struct parser *p)
{
    struct node *node = new_node(p, N_WITH);
    const struct token *start = p->token++;
    bool parenthesis = at_with_list(p);
    p->token += parenthesis;
    do {
        if (parenthesis && at(p, ")"))
            break;
        struct node *item = new_node(p, N_WITH_ITEM);
        item->a = parse_expression(p);
        if (accept(p, "as")) {
            item->b = parse_unary(p);
            check_target(p, item->b, "assign to");
        }
        nodes_add(p->arena, &node->list2, end_node(p, item));
    } while (accept(p, ","));
    if (parenthesis)
        expect(p, ")");
    parse_block(p, &node->list, "'with' statement", start);
    return end_node(p, node);
}

static struct node *
parse_def(struct parser *p)
{
    struct node *node = new_node(p, N_FUNCTION);
    const struct token *start = p->token++;
    bool in_function = p->in_function, in_loop = p->in_loop;
    node->value = expect_name(p);
    expect(p, "(");
    parse_parameters(p, node, ")");
    expect(p, ")");
    if (accept(p, "->"))
        parse_expression(p);
    p->in_function = true;
    p->in_loop = false;
    parse_block(p, &node->list, "function definition", start);
    p->in_function = in_function;
    p->in_loop = in_loop;
    return end_node(p, node);
}

static struct node *
parse_class(struct parser *p)
{
    struct node *node = new_node(p, N_CLASS);
    const struct token *start = p->token++;
    bool in_function = p->in_function, in_loop = p->in_loop;
    value class = p->class, name = p->token->value;
    node->value = expect_name(p);
    if (accept(p, "(") && !accept(p, ")")) {
        if (p->token->kind == TOK_NAME && after_is(p, "="))
            unsupported(p, &p->token->at, "metaclasses are");
        node->a = parse_expression(p);
        if (accept(p, ",") && !at(p, ")"))
            unsupported(p, &p->token->at, "multiple inheritance is");
        expect(p, ")");
    }
    p->in_function = p->in_loop = false;
    p->class = name;
    parse_block(p, &node->list, "class definition", start);
    p->class = class;
    p->in_function = in_function;
    p->in_loop = in_loop;
    return end_node(p, node);
}

static struct node *
parse_decorated(struct parser *p)
{
    struct nodes decorators = {0};
    while (accept(p, "@")) {
        nodes_add(p->arena, &decorators, parse_expression(p));
        if (p->token->kind != TOK_NEWLINE)
            fail(p);
        p->token++;
    }
    struct node *node;
    if (at(p, "def"))
        node = parse_def(p);
    else if (at(p, "class"))
        node = parse_class(p);
    else
        fail(p);
    node->list3 = decorators;
    return node;
}

static struct node *
parse_compound(struct parser *p)
{
    if (at(p, "@"))
        return parse_decorated(p);
    if (p->token->kind != TOK_KEYWORD)
        return NULL;
    if (at(p, "if"))
        return parse_if(p);
    if (at(p, "while"))
        return parse_while(p);
    if (at(p, "for"))
        return parse_for(p);
    if (at(p, "try"))
        return parse_try(p);
    if (at(p, "with"))
        return parse_with(p);
    if (at(p, "def"))
        return parse_def(p);
    if (at(p, "class"))
        return parse_class(p);
    if (at(p, "async") || at(p, "await"))
        unsupported(p, &p->token->at, "'async' and 'await' are");
    return NULL;
}

/* `match x:` reads like a call or a name; say what it is. */
static void
refuse_match(struct parser *p)
{
    const struct token *token = p->token;
    if (token->kind != TOK_NAME || strcmp(text_of(token->value), "match") != 0)
        return;
    while (token->kind != TOK_NEWLINE && token->kind != TOK_END)
        token++;
    if (token > p->token + 1 && token[-1].kind == TOK_OP &&
        token[-1].text[0] == ':' && token[-1].text[1] == 0)
        unsupported(p, &p->token->at, "'match' is");
}

static struct node *
parse_statement_list(struct parser *p, struct nodes *out)
{
    struct node *node = parse_compound(p);
    if (node) {
        nodes_add(p->arena, out, node);
        return node;
    }
    refuse_match(p);
    do {
        if (p->token->kind == TOK_NEWLINE)
            break;
        nodes_add(p->arena, out, node = parse_simple(p));
    } while (accept(p, ";"));
    if (p->token->kind != TOK_NEWLINE) {
        if (p->token->kind == TOK_NAME &&
            (strcmp(text_of(p->token->value), "print") == 0))
            fail(p);
        fail(p);
    }
    p->token++;
    return node;
}

struct node *
parse(struct source *source, struct arena *arena, int mode)
{
    struct lexer lexer = {.source = source, .arena = arena};
    struct position start = {.line = 1};
    lex(&lexer, source->text, source->bytes, start, mode == COMPILE_EXPRESSION);
    struct parser parser = {
        .source = source, .arena = arena, .token = lexer.tokens};
    struct node *module = new_node(&parser, N_MODULE);
    if (mode == COMPILE_EXPRESSION) {
        struct node *result = new_node(&parser, N_RETURN);
        result->a = parse_expressions(&parser);
        nodes_add(arena, &module->list, result);
    } else {
        while (parser.token->kind != TOK_END)
            parse_statement_list(&parser, &module->list);
    }
    if (parser.token->kind != TOK_END)
        fail(&parser);
    return module;
}
