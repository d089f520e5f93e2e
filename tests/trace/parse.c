/* SPDX-License-Identifier: MIT */
/* The operations and acts are tables; a shape is one letter per operand. */
#include "parse.h"

#include <stdarg.h>

#include "memory.h"

enum { NUMBER_LIMIT = 1000000, SETTLE_LIMIT = 1000, TYPES = 4 };

static const char type_letters[TYPES + 1] = "ORFT";
/* What fields and closures can hold. */
static const char strong_letters[] = "ORF";

struct parser {
    struct trace *trace;
    struct trace_error *error;
    unsigned line;
    bool failed;
    bool has_profile;
    char **tokens;
    size_t ntokens;
    int *entities[TYPES]; /* by number, plus one; 0: not seen yet */
    size_t room[TYPES];
};

/* Remembers the first fault; returns false for the caller to pass on. */
static bool __attribute__((format(printf, 2, 3)))
refuse(struct parser *parser, const char *format, ...)
{
    va_list list;
    if (parser->failed)
        return false;
    parser->failed = true;
    parser->error->line = parser->line;
    va_start(list, format);
    vsnprintf(parser->error->text, sizeof parser->error->text, format, list);
    va_end(list);
    return false;
}

/* ---- Words ------------------------------------------------------------ */

static bool
is_digits(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static bool
parse_int(struct parser *parser, const char *text, int32_t *result)
{
    char *end = NULL;
    long long wide = strtoll(text, &end, 10);
    if (!is_digits(text + (*text == '-')) || wide > INT32_MAX ||
        wide < INT32_MIN)
        return refuse(parser, "'%.40s' is no 32-bit integer", text);
    *result = (int32_t)wide;
    return true;
}

static bool
parse_count(struct parser *parser, const char *text, unsigned limit,
            unsigned *result)
{
    unsigned long wide = strtoul(text, NULL, 10);
    if (!is_digits(text) || strlen(text) > 9 || wide >= limit)
        return refuse(parser, "'%.40s' is no number below %u", text, limit);
    *result = (unsigned)wide;
    return true;
}

static int
intern(struct parser *parser, unsigned type, unsigned number)
{
    struct trace *trace = parser->trace;
    if (number >= parser->room[type]) {
        size_t room = 2 * (size_t)number + 16;
        int *entities =
            grow_array(parser->entities[type], room, sizeof *entities);
        memset(entities + parser->room[type], 0,
               (room - parser->room[type]) * sizeof *entities);
        parser->entities[type] = entities;
        parser->room[type] = room;
    }
    int *entity = &parser->entities[type][number];
    if (!*entity) {
        trace->names =
            grow_by_one(trace->names, trace->nnames, sizeof *trace->names);
        trace->names[trace->nnames++] =
            (struct entity_name){type_letters[type], number};
        *entity = (int)trace->nnames;
    }
    return *entity - 1;
}

/* A name of one of the types in `letters`. */
static bool
parse_name(struct parser *parser, const char *text, const char *letters,
           int *entity)
{
    const char *letter = *text ? strchr(type_letters, *text) : NULL;
    unsigned number = 0;
    if (!letter || !strchr(letters, *text) ||
        (text[1] == '0' && text[2] != '\0'))
        return refuse(parser, "'%.40s' is no name of type %s", text, letters);
    if (!parse_count(parser, text + 1, NUMBER_LIMIT, &number))
        return false;
    *entity = intern(parser, (unsigned)(letter - type_letters), number);
    return true;
}

static bool
parse_value(struct parser *parser, const char *text, const char *letters,
            struct value *value)
{
    value->entity = NO_ENTITY;
    if (*text == '-' || (*text >= '0' && *text <= '9'))
        return parse_int(parser, text, &value->number);
    return parse_name(parser, text, letters, &value->entity);
}

/* Cuts *rest at the first `separator`; NULL at the end. */
static char *
next_piece(char **rest, char separator)
{
    char *piece = *rest;
    char *cut = piece ? strchr(piece, separator) : NULL;
    if (cut)
        *cut = '\0';
    *rest = cut ? cut + 1 : NULL;
    return piece;
}

/* ---- Acts ------------------------------------------------------------- */

/* Shapes as below, and i: which argument. */
static const struct {
    const char *word;
    enum act_type type;
    const char *shape;
} act_table[] = {
    {"probe", ACT_PROBE, "R"}, {"drop", ACT_DROP, "X"},
    {"new", ACT_NEW, "O"},     {"ref", ACT_REF, "RO"},
    {"fin", ACT_FIN, "FO"},    {"save", ACT_SAVE, "i"},
    {"call", ACT_CALL, "F"},   {"detach", ACT_DETACH, "F"},
    {"peek", ACT_PEEK, "F"},   {"gc", ACT_GC, ""},
    {"raise", ACT_RAISE, ""},
};

static bool
parse_act_operand(struct parser *parser, struct act *act, size_t i, char letter,
                  const char *text)
{
    char letters[2] = {letter, '\0'};
    if (letter == 'i')
        return parse_count(parser, text, NUMBER_LIMIT, &act->number);
    return parse_name(parser, text, letter == 'X' ? type_letters : letters,
                      i ? &act->other : &act->entity);
}

static bool
parse_act(struct parser *parser, char *text, struct spec *spec)
{
    const char *word = next_piece(&text, ':');
    size_t row = 0;
    size_t rows = sizeof act_table / sizeof *act_table;
    while (row < rows && strcmp(word, act_table[row].word) != 0)
        row++;
    if (row == rows)
        return refuse(parser, "'%.40s' is neither an option nor an act", word);
    struct act act = {act_table[row].type, NO_ENTITY, NO_ENTITY, 0};
    const char *shape = act_table[row].shape;
    for (size_t i = 0; shape[i]; i++) {
        const char *operand = next_piece(&text, ':');
        if (!operand)
            return refuse(parser, "%s lacks an operand", word);
        if (!parse_act_operand(parser, &act, i, shape[i], operand))
            return false;
    }
    if (text)
        return refuse(parser, "%s has too many operands", word);
    spec->acts = grow_by_one(spec->acts, spec->nacts, sizeof act);
    spec->acts[spec->nacts++] = act;
    spec->raises = spec->raises || act.type == ACT_RAISE;
    return true;
}

/* ---- Options ---------------------------------------------------------- */

static bool
parse_args(struct parser *parser, char *text, struct spec *spec)
{
    for (char *piece; (piece = next_piece(&text, ','));) {
        struct value value;
        if (!parse_value(parser, piece, "OR", &value))
            return false;
        spec->args = grow_by_one(spec->args, spec->nargs, sizeof value);
        spec->args[spec->nargs++] = value;
    }
    return true;
}

static bool
parse_keyword(struct parser *parser, char *text, struct spec *spec)
{
    char *name = next_piece(&text, ':');
    struct value value;
    if (!*name || !text)
        return refuse(parser, "a keyword is NAME:VALUE");
    for (size_t i = 0; i < spec->nkw; i++)
        if (strcmp(name, spec->names[i]) == 0)
            return refuse(parser, "keyword '%.40s' is given twice", name);
    if (!parse_value(parser, text, "OR", &value))
        return false;
    spec->names = grow_by_one(spec->names, spec->nkw, sizeof *spec->names);
    spec->values = grow_by_one(spec->values, spec->nkw, sizeof value);
    spec->names[spec->nkw] = strcpy(new_zeroed(strlen(name) + 1, 1), name);
    spec->values[spec->nkw++] = value;
    return true;
}

static bool
parse_flag(struct parser *parser, const char *text, bool *flag)
{
    unsigned number = 0;
    if (!parse_count(parser, text, 2, &number))
        return false;
    *flag = number;
    return true;
}

/* `text` is what follows the '=' of option `word`. */
static bool
parse_option(struct parser *parser, const char *word, char *text,
             struct spec *spec)
{
    if (strcmp(word, "val") == 0) {
        spec->has_val = true;
        return parse_int(parser, text, &spec->val);
    }
    if (strcmp(word, "hold") == 0)
        return parse_name(parser, text, strong_letters, &spec->hold);
    if (strcmp(word, "atexit") == 0)
        return parse_flag(parser, text, &spec->atexit);
    if (strcmp(word, "ret") == 0)
        return parse_int(parser, text, &spec->ret);
    if (strcmp(word, "args") == 0)
        return parse_args(parser, text, spec);
    if (strcmp(word, "kw") != 0)
        return refuse(parser, "'%.40s' is no option", word);
    for (char *piece; (piece = next_piece(&text, ','));)
        if (!parse_keyword(parser, piece, spec))
            return false;
    return true;
}

static bool
parse_spec(struct parser *parser, size_t first, struct spec *spec)
{
    for (size_t i = first; i < parser->ntokens; i++) {
        char *text = parser->tokens[i];
        bool good;
        if (strcmp(text, "cb") == 0)
            good = spec->callback = true;
        else if (strcmp(text, "save") == 0)
            good = spec->save = true;
        else if (strchr(text, '=')) {
            char *word = next_piece(&text, '=');
            good = parse_option(parser, word, text, spec);
        } else
            good = parse_act(parser, text, spec);
        if (!good)
            return false;
    }
    return true;
}

/* ---- Operations ------------------------------------------------------- */

/* O R F T: a name of that type.  X: of any; E: of any that a field can hold.
   k: a field.  n: how often.  v: a key.  +: options and acts may follow. */
static const struct {
    const char *word;
    enum op_type type;
    const char *shape;
} op_table[] = {
    {"new", OP_NEW, "O+"},       {"newd", OP_NEWD, "O+"},
    {"link", OP_LINK, "OkE"},    {"unlink", OP_UNLINK, "Ok"},
    {"load", OP_LOAD, "Ok"},     {"drop", OP_DROP, "X"},
    {"ref", OP_REF, "RO+"},      {"fin", OP_FIN, "FO+"},
    {"deref", OP_DEREF, "R"},    {"lock", OP_LOCK, "R"},
    {"eq", OP_EQ, "RR"},         {"hash", OP_HASH, "R"},
    {"alive", OP_ALIVE, "F"},    {"peek", OP_PEEK, "F"},
    {"detach", OP_DETACH, "F"},  {"call", OP_CALL, "F"},
    {"collect", OP_COLLECT, ""}, {"settle", OP_SETTLE, "n"},
    {"census", OP_CENSUS, ""},   {"shutdown", OP_SHUTDOWN, ""},
    {"wkd", OP_WKD, "T"},        {"wvd", OP_WVD, "T"},
    {"wset", OP_WSET, "T"},      {"tset", OP_TSET, "TvO"},
    {"tadd", OP_TADD, "TO"},     {"tget", OP_TGET, "Tv"},
    {"tdel", OP_TDEL, "Tv"},     {"tlen", OP_TLEN, "T"},
    {"tkeys", OP_TKEYS, "T"},
};

static bool
parse_operand(struct parser *parser, struct op *op, char letter,
              const char *text)
{
    char one[2] = {letter, '\0'};
    const char *letters = letter == 'X'   ? type_letters
                          : letter == 'E' ? strong_letters
                                          : one;
    if (letter == 'k')
        return parse_count(parser, text, FIELDS, &op->number);
    if (letter == 'n')
        return parse_count(parser, text, SETTLE_LIMIT, &op->number);
    if (letter == 'v') {
        op->has_key = true;
        return parse_value(parser, text, "O", &op->key);
    }
    return parse_name(parser, text, letters,
                      op->entity == NO_ENTITY ? &op->entity : &op->other);
}

static bool
parse_operands(struct parser *parser, struct op *op, const char *shape)
{
    size_t used = 1;
    for (; *shape && *shape != '+'; shape++, used++) {
        if (used == parser->ntokens)
            return refuse(parser, "%s lacks an operand", op->word);
        if (!parse_operand(parser, op, *shape, parser->tokens[used]))
            return false;
    }
    if (*shape == '+')
        return parse_spec(parser, used, &op->spec);
    return used == parser->ntokens ||
           refuse(parser, "%s has too many operands", op->word);
}

static bool
parse_op(struct parser *parser)
{
    struct trace *trace = parser->trace;
    size_t row = 0;
    size_t rows = sizeof op_table / sizeof *op_table;
    while (row < rows && strcmp(parser->tokens[0], op_table[row].word) != 0)
        row++;
    if (row == rows)
        return refuse(parser, "unknown operation '%.40s'", parser->tokens[0]);
    if (!parser->has_profile)
        return refuse(parser, "an operation before the line 'profile'");
    trace->ops = grow_by_one(trace->ops, trace->nops, sizeof *trace->ops);
    struct op *op = &trace->ops[trace->nops++];
    *op = (struct op){
        .type = op_table[row].type,
        .word = op_table[row].word,
        .line = parser->line,
        .entity = NO_ENTITY,
        .other = NO_ENTITY,
        .number = 1,
        .spec = {.hold = NO_ENTITY, .atexit = true},
    };
    if (!parse_operands(parser, op, op_table[row].shape))
        return false;
    if (op->type == OP_REF && parser->ntokens > 3 && !op->spec.callback)
        return refuse(parser, "what a reference does needs 'cb'");
    return true;
}

/* ---- Lines ------------------------------------------------------------ */

static bool
parse_profile(struct parser *parser, const char *word)
{
    static const char *const names[] = {"core", "refcache", "del", "tables",
                                        "eph"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0) {
            parser->trace->profile = (enum profile)i;
            parser->has_profile = true;
            return true;
        }
    return refuse(parser, "unknown profile '%.40s'", word);
}

static bool
parse_tokens(struct parser *parser)
{
    char **tokens = parser->tokens;
    struct trace *trace = parser->trace;
    bool is_name = strcmp(tokens[0], "trace") == 0;
    bool is_profile = strcmp(tokens[0], "profile") == 0;
    bool is_seed = strcmp(tokens[0], "seed") == 0;
    if (!is_name && !is_profile && !is_seed)
        return parse_op(parser);
    if (parser->ntokens != 2 || (is_profile && parser->has_profile) ||
        (is_name && trace->name))
        return refuse(parser, "'%s' has one operand, once", tokens[0]);
    if (is_name)
        trace->name = strcpy(new_zeroed(strlen(tokens[1]) + 1, 1), tokens[1]);
    return !is_profile || parse_profile(parser, tokens[1]);
}

/* Cuts the line, which ends with a 0 at line[count], into tokens. */
static bool
parse_line(struct parser *parser, char *line, size_t count)
{
    if (strlen(line) != count)
        return refuse(parser, "a zero byte");
    line[strcspn(line, "#")] = '\0';
    parser->ntokens = 0;
    for (char *at = line; *(at += strspn(at, " \t\r\v\f"));) {
        parser->tokens = grow_by_one(parser->tokens, parser->ntokens,
                                     sizeof *parser->tokens);
        parser->tokens[parser->ntokens++] = at;
        at += strcspn(at, " \t\r\v\f");
        if (*at)
            *at++ = '\0';
    }
    return parser->ntokens == 0 || parse_tokens(parser);
}

static void
parse_lines(struct parser *parser, char *text, size_t count)
{
    size_t start = 0;
    while (start < count) {
        char *line = text + start;
        char *end = memchr(line, '\n', count - start);
        size_t length = end ? (size_t)(end - line) : count - start;
        line[length] = '\0';
        parser->line++;
        if (!parse_line(parser, line, length))
            return;
        start += length + 1;
    }
    if (!parser->has_profile)
        refuse(parser, "there is no line 'profile'");
}

bool
trace_parse(struct trace *trace, const char *bytes, size_t count,
            struct trace_error *error)
{
    struct parser parser = {.trace = trace, .error = error};
    char *text = memcpy(new_zeroed(count + 1, 1), bytes, count);
    *trace = (struct trace){0};
    parse_lines(&parser, text, count);
    for (int i = 0; i < TYPES; i++)
        free(parser.entities[i]);
    free(parser.tokens);
    free(text);
    if (parser.failed)
        trace_free(trace);
    return !parser.failed;
}

void
trace_free(struct trace *trace)
{
    for (size_t i = 0; i < trace->nops; i++) {
        struct spec *spec = &trace->ops[i].spec;
        for (size_t j = 0; j < spec->nkw; j++)
            free(spec->names[j]);
        free(spec->names);
        free(spec->values);
        free(spec->args);
        free(spec->acts);
    }
    free(trace->ops);
    free(trace->names);
    free(trace->name);
    *trace = (struct trace){0};
}
