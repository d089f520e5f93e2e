/* SPDX-License-Identifier: MIT */
/*
 * From the tree to instructions.  Each function, class body and comprehension
 * is a unit.  Jumps and handlers name labels until the unit is finished.
 *
 * try, with and loops are blocks.  A jump out of blocks emits their ends on its
 * way (the body of a finally, the call of __exit__), innermost first; the
 * handlers of those blocks do not cover what is emitted for them.
 */
#include "minipy.h"
#include "opcodes.h"

#include <stdlib.h>

enum block_kind {
    BLOCK_FOR,
    BLOCK_WHILE,
    BLOCK_TRY,     /* in the body of try ... except */
    BLOCK_FINALLY, /* in all that a finally follows */
    BLOCK_HANDLER, /* handled and error are on the stack */
    BLOCK_WITH,    /* exit is on the stack */
    BLOCK_NAME     /* in except ... as name */
};

struct block {
    enum block_kind kind;
    struct block *outer;
    struct node *node;
    int depth;
    uint32_t handler, start; /* label; from where on it covers */
    uint32_t on_break, on_continue;
};

struct unit {
    struct unit *outer;
    struct source *source;
    struct arena *arena;
    struct scope *scope;
    struct block *block;
    uint32_t *words, nwords, words_room;
    struct position *positions;
    uint32_t *labels, nlabels, labels_room;
    struct handler *handlers;
    uint32_t nhandlers, handlers_room;
    value constants, names; /* lists */
    struct position at;
    int depth, most;
    int recursion;
    value qualname;
    bool interactive;
};

static void expression(struct unit *u, struct node *node);
static void statements(struct unit *u, const struct nodes *nodes);
static void store(struct unit *u, struct node *target);

static void
deepen(struct unit *u, const struct node *node)
{
    if (++u->recursion > 2500 || stack_is_low())
        raise_syntax(E_SyntaxError, u->source, &node->at,
                     "too many nested expressions");
}

/* ---- Emitting --------------------------------------------------------- */

static void *
grow(struct unit *u, void *old, uint32_t count, uint32_t *room, size_t bytes)
{
    if (count < *room)
        return old;
    *room = *room ? *room * 2 : 64;
    void *memory = arena_new(u->arena, *room * bytes);
    if (count)
        memcpy(memory, old, count * bytes);
    return memory;
}

static int
effect_of(enum opcode op, uint32_t n)
{
    static const int8_t effects[] = {
#define X(name, effect) effect,
        OPCODES(X)
#undef X
    };
    int count = (int)n;
    if (effects[op] != 99)
        return effects[op];
    switch (op) {
    case I_BUILD_LIST:
    case I_BUILD_TUPLE:
    case I_BUILD_SET:
    case I_BUILD_STRING:
        return 1 - count;
    case I_BUILD_DICT:
        return 1 - 2 * count;
    case I_FORMAT:
        return count & 256 ? -1 : 0;
    case I_UNPACK:
        return count - 1;
    case I_UNPACK_STAR:
        return (count & 255) + (count >> 8);
    case I_CALL:
        return -count - 1;
    case I_CALL_KEYWORDS:
        return -count - 2;
    case I_CALL_SPREAD:
        return count ? -3 : -2;
    case I_MAKE_FUNCTION:
        return -((count & 1) + (count >> 1 & 1) + (count >> 2 & 1));
    case I_BUILD_CLASS:
        return -1 - count;
    default: /* RAISE, DROP_UNDER */
        return -count;
    }
}

static void
emit(struct unit *u, enum opcode op, uint32_t n)
{
    uint32_t room = u->words_room;
    u->words = grow(u, u->words, u->nwords, &u->words_room, sizeof *u->words);
    u->positions =
        grow(u, u->positions, u->nwords, &room, sizeof *u->positions);
    if (n >= 1 << 24 || u->nwords >= 1 << 24)
        raise_syntax(E_SyntaxError, u->source, &u->at,
                     "too much code for minipy");
    u->positions[u->nwords] = u->at;
    u->words[u->nwords++] = (uint32_t)op | n << 8;
    u->depth += effect_of(op, n);
    if (u->depth + 1 > u->most)
        u->most = u->depth + 1;
}

static uint32_t
new_label(struct unit *u)
{
    u->labels =
        grow(u, u->labels, u->nlabels, &u->labels_room, sizeof *u->labels);
    return u->nlabels++;
}

static void
place(struct unit *u, uint32_t label)
{
    u->labels[label] = u->nwords;
}

static uint32_t
constant_index(struct unit *u, value v)
{
    struct list *list = AS(list, u->constants);
    size_t low = list->count > 64 ? list->count - 64 : 0;
    for (size_t i = list->count; i-- > low;)
        if (list->items[i] == v)
            return (uint32_t)i;
    list_append(u->constants, v);
    return (uint32_t)list->count - 1;
}

static void
emit_constant(struct unit *u, value v)
{
    emit(u, I_CONSTANT, constant_index(u, v));
}

static void
emit_named(struct unit *u, enum opcode op, value name)
{
    list_append(u->names, name);
    emit(u, op, (uint32_t)AS(list, u->names)->count - 1);
}

/* ---- Names ------------------------------------------------------------ */

enum access { ACCESS_LOAD, ACCESS_STORE, ACCESS_DELETE };

static void
emit_name(struct unit *u, value name, enum access access)
{
    static const enum opcode ops[4][3] = {
        {I_LOAD, I_STORE, I_DELETE},
        {I_LOAD_DEREF, I_STORE_DEREF, I_DELETE_DEREF},
        {I_LOAD_GLOBAL, I_STORE_GLOBAL, I_DELETE_GLOBAL},
        {I_LOAD_NAME, I_STORE_NAME, I_DELETE_NAME},
    };
    struct symbol *symbol = scope_find(u->scope, name);
    int flags = symbol ? symbol->flags : 0;
    bool class = u->scope->kind == SCOPE_CLASS;
    int way = 2;
    if (u->scope->kind == SCOPE_MODULE || (flags & SYM_GLOBAL))
        way = 2;
    else if (class && (flags & SYM_ASSIGNED) && !(flags & SYM_NONLOCAL))
        way = 3;
    else if (flags & (SYM_CELL | SYM_FREE))
        way = 1;
    else if (flags & SYM_ASSIGNED)
        way = 0;
    else if (class)
        way = 3;
    if (way < 2)
        emit(u, ops[way][access], (uint32_t)symbol->slot);
    else
        emit_named(u, ops[way][access], name);
}

/* Parameters first, the closure last. */
static void
assign_slots(struct scope *scope, int *nlocals, int *nfree)
{
    int slot = 0;
    *nfree = 0;
    if (scope->kind == SCOPE_MODULE)
        return;
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < scope->count; i++) {
            struct symbol *symbol = &scope->symbols[i];
            bool parameter = symbol->flags & SYM_PARAMETER;
            bool free = symbol->flags & SYM_FREE;
            bool local = symbol->flags & SYM_CELL ||
                         (scope->kind == SCOPE_FUNCTION &&
                          symbol->flags & SYM_ASSIGNED &&
                          !(symbol->flags & (SYM_GLOBAL | SYM_NONLOCAL)));
            if (pass == 0   ? parameter
                : pass == 1 ? !parameter && !free && local
                            : free)
                symbol->slot = slot++;
            if (pass == 2)
                *nfree += free;
        }
    *nlocals = slot;
}

/* ---- Units ------------------------------------------------------------ */

static void
open_unit(struct unit *u, struct unit *outer, struct scope *scope)
{
    *u = (struct unit){.outer = outer, .scope = scope};
    if (outer) {
        u->source = outer->source;
        u->arena = outer->arena;
        u->at = outer->at;
        u->recursion = outer->recursion;
    }
    u->constants = new_list(0, NULL);
    u->names = new_list(0, NULL);
}

static bool
is_jump(uint32_t word)
{
    switch (word & 255) {
    case I_JUMP:
    case I_JUMP_BACK:
    case I_JUMP_IF_FALSE:
    case I_JUMP_IF_TRUE:
    case I_JUMP_IF_FALSE_OR_POP:
    case I_JUMP_IF_TRUE_OR_POP:
    case I_FOR:
    case I_SEND:
        return true;
    default:
        return false;
    }
}

static void *
copy_leaf(const void *from, size_t bytes)
{
    void *to = new_bytes(bytes + 1);
    if (bytes)
        memcpy(to, from, bytes);
    return to;
}

static void
link_labels(struct unit *u)
{
    for (uint32_t i = 0; i < u->nwords; i++)
        if (is_jump(u->words[i]))
            u->words[i] = (u->words[i] & 255) | u->labels[u->words[i] >> 8]
                                                    << 8;
    for (uint32_t i = 0; i < u->nhandlers; i++)
        u->handlers[i].target = u->labels[u->handlers[i].target];
}

static struct code *
close_unit(struct unit *u, value name, int flags)
{
    int nlocals = 0, nfree = 0;
    assign_slots(u->scope, &nlocals, &nfree);
    link_labels(u);
    struct code *code = new_object(TYPE_CODE, sizeof *code);
    code->head.aux =
        (uint32_t)flags | (u->scope->generator ? CODE_GENERATOR : 0);
    code->name = name;
    code->qualname = u->qualname ? u->qualname : name;
    code->source = u->source;
    code->constants = AS(tuple, tuple_of(u->constants));
    code->names = AS(tuple, tuple_of(u->names));
    code->words = copy_leaf(u->words, u->nwords * sizeof *u->words);
    code->positions = copy_leaf(u->positions, u->nwords * sizeof *u->positions);
    code->handlers = copy_leaf(u->handlers, u->nhandlers * sizeof *u->handlers);
    code->caches = new_bytes(code->names->count * sizeof *code->caches + 1);
    code->nwords = u->nwords;
    code->nhandlers = u->nhandlers;
    code->nlocals = nlocals;
    code->nfree = nfree;
    code->stack = u->most + 2;
    code->line = u->scope->node->at.line;
    code->variables = AS(tuple, new_tuple((size_t)nlocals, NULL));
    for (size_t i = 0; i < u->scope->count; i++)
        if (u->scope->symbols[i].slot >= 0)
            code->variables->items[u->scope->symbols[i].slot] =
                u->scope->symbols[i].name;
    return code;
}

static void
make_cells(struct unit *u)
{
    for (size_t i = 0; i < u->scope->count; i++)
        if ((u->scope->symbols[i].flags & (SYM_CELL | SYM_FREE)) == SYM_CELL)
            emit(u, I_MAKE_CELL, (uint32_t)u->scope->symbols[i].slot);
}

static void
name_unit(struct unit *u, value name)
{
    struct unit *outer = u->outer;
    if (!outer || outer->scope->kind == SCOPE_MODULE)
        u->qualname = name;
    else
        u->qualname = str_format(
            outer->scope->kind == SCOPE_FUNCTION ? "%s.<locals>.%s" : "%s.%s",
            text_of(outer->qualname), text_of(name));
    struct symbol *symbol = outer ? scope_find(outer->scope, name) : NULL;
    if (symbol && (symbol->flags & SYM_GLOBAL))
        u->qualname = name;
}

/* Push what the closure of the inner unit needs, and make the function. */
static void
emit_function(struct unit *u, struct code *code, struct scope *inner,
              uint32_t flags)
{
    uint32_t count = 0;
    for (size_t i = 0; i < inner->count; i++)
        if (inner->symbols[i].flags & SYM_FREE) {
            struct symbol *symbol =
                scope_find(u->scope, inner->symbols[i].name);
            emit(u, I_LOAD_CELL, (uint32_t)symbol->slot);
            count++;
        }
    if (count > 0) {
        emit(u, I_BUILD_TUPLE, count);
        flags |= 4;
    }
    emit_constant(u, (value)code);
    emit(u, I_MAKE_FUNCTION, flags);
}

/* ---- Functions, classes, comprehensions ------------------------------- */

static int
count_parameters(struct node *node, struct code *code)
{
    int flags = CODE_SIMPLE;
    code->npositional_only = node->op;
    for (size_t i = 0; i < node->list2.count; i++) {
        int op = node->list2.items[i]->op;
        code->nparams += op == 0;
        code->nkeyword_only += op == 'k';
        flags |= op == '*' ? CODE_VARARGS : op == '^' ? CODE_KEYWORDS : 0;
    }
    if (code->nkeyword_only || flags != CODE_SIMPLE)
        flags &= ~CODE_SIMPLE;
    return flags;
}

static uint32_t
emit_defaults(struct unit *u, struct node *node)
{
    uint32_t positional = 0, keyword_only = 0;
    for (size_t i = 0; i < node->list2.count; i++)
        if (node->list2.items[i]->op == 0 && node->list2.items[i]->a) {
            expression(u, node->list2.items[i]->a);
            positional++;
        }
    if (positional)
        emit(u, I_BUILD_TUPLE, positional);
    for (size_t i = 0; i < node->list2.count; i++)
        if (node->list2.items[i]->op == 'k' && node->list2.items[i]->a) {
            emit_constant(u, node->list2.items[i]->value);
            expression(u, node->list2.items[i]->a);
            keyword_only++;
        }
    if (keyword_only)
        emit(u, I_BUILD_DICT, keyword_only);
    return (positional ? 1 : 0) | (keyword_only ? 2 : 0);
}

static bool
has_docstring(const struct nodes *body)
{
    return body->count > 0 && body->items[0]->kind == N_EXPRESSION &&
           body->items[0]->a->kind == N_CONSTANT &&
           is(body->items[0]->a->value, TYPE_STR);
}

static void
apply_decorators(struct unit *u, struct node *node)
{
    struct position saved = u->at;
    for (size_t i = node->list3.count; i-- > 0;) {
        u->at = node->list3.items[i]->at;
        emit(u, I_CALL, 1);
    }
    u->at = saved;
}

static void
function(struct unit *u, struct node *node)
{
    struct unit inner;
    int nlocals, nfree;
    for (size_t i = 0; i < node->list3.count; i++) {
        expression(u, node->list3.items[i]);
        emit(u, I_PUSH_NULL, 0);
    }
    uint32_t flags = emit_defaults(u, node);
    open_unit(&inner, u, node->scope);
    inner.at = node->at;
    assign_slots(node->scope, &nlocals, &nfree);
    name_unit(&inner, node->value);
    constant_index(&inner, has_docstring(&node->list)
                               ? node->list.items[0]->a->value
                               : NONE);
    make_cells(&inner);
    statements(&inner, &node->list);
    emit_constant(&inner, NONE);
    emit(&inner, I_RETURN, 0);
    struct code *code = close_unit(&inner, node->value, 0);
    code->head.aux |= (uint32_t)count_parameters(node, code);
    emit_function(u, code, node->scope, flags);
    apply_decorators(u, node);
    if (node->kind == N_FUNCTION)
        emit_name(u, node->value, ACCESS_STORE);
}

static void
class_statement(struct unit *u, struct node *node)
{
    struct unit inner;
    int nlocals, nfree;
    for (size_t i = 0; i < node->list3.count; i++) {
        expression(u, node->list3.items[i]);
        emit(u, I_PUSH_NULL, 0);
    }
    open_unit(&inner, u, node->scope);
    inner.at = node->at;
    assign_slots(node->scope, &nlocals, &nfree);
    name_unit(&inner, node->value);
    make_cells(&inner);
    emit_named(&inner, I_LOAD_GLOBAL, special[S_name]);
    emit_named(&inner, I_STORE_NAME, special[S_module]);
    emit_constant(&inner, inner.qualname);
    emit_named(&inner, I_STORE_NAME, special[S_qualname]);
    if (has_docstring(&node->list)) {
        emit_constant(&inner, node->list.items[0]->a->value);
        emit_named(&inner, I_STORE_NAME, special[S_doc]);
    }
    statements(&inner, &node->list);
    struct symbol *cell = scope_find(node->scope, intern("__class__", 9));
    if (node->scope->needs_class)
        emit(&inner, I_LOAD_CELL, (uint32_t)cell->slot);
    else
        emit_constant(&inner, NONE);
    emit(&inner, I_RETURN, 0);
    struct code *code = close_unit(&inner, node->value, CODE_CLASS);
    emit_function(u, code, node->scope, 0);
    emit_constant(u, node->value);
    if (node->a)
        expression(u, node->a);
    emit(u, I_BUILD_CLASS, node->a ? 1 : 0);
    apply_decorators(u, node);
    emit_name(u, node->value, ACCESS_STORE);
}

static void
comprehension_loop(struct unit *u, struct node *node, size_t level)
{
    struct node *clause = node->list.items[level];
    deepen(u, node);
    uint32_t again = new_label(u), end = new_label(u);
    if (level == 0) {
        emit(u, I_LOAD, 0);
    } else {
        expression(u, clause->b);
        emit(u, I_ITERATE, 0);
    }
    place(u, again);
    emit(u, I_FOR, end);
    store(u, clause->a);
    for (size_t i = 0; i < clause->list.count; i++) {
        expression(u, clause->list.items[i]);
        emit(u, I_JUMP_IF_FALSE, again);
    }
    uint32_t below = (uint32_t)level + 1;
    if (level + 1 < node->list.count) {
        comprehension_loop(u, node, level + 1);
    } else {
        expression(u, node->a);
        if (node->b)
            expression(u, node->b);
        u->at = node->a->at;
        if (node->op == 'g') {
            emit(u, I_YIELD, 0);
            emit(u, I_POP, 0);
        } else {
            emit(u,
                 node->op == 'l'   ? I_LIST_APPEND
                 : node->op == 's' ? I_SET_ADD
                                   : I_DICT_ADD,
                 below);
        }
    }
    emit(u, I_JUMP_BACK, again);
    place(u, end);
    u->depth--;
}

static void
comprehension(struct unit *u, struct node *node)
{
    struct unit inner;
    int nlocals, nfree;
    const char *name = node->op == 'g'   ? "<genexpr>"
                       : node->op == 'l' ? "<listcomp>"
                       : node->op == 's' ? "<setcomp>"
                                         : "<dictcomp>";
    open_unit(&inner, u, node->scope);
    inner.at = node->at;
    assign_slots(node->scope, &nlocals, &nfree);
    name_unit(&inner, intern(name, strlen(name)));
    constant_index(&inner, NONE);
    make_cells(&inner);
    if (node->op != 'g')
        emit(&inner,
             node->op == 'l'   ? I_BUILD_LIST
             : node->op == 's' ? I_BUILD_SET
                               : I_BUILD_DICT,
             0);
    comprehension_loop(&inner, node, 0);
    if (node->op == 'g')
        emit_constant(&inner, NONE);
    emit(&inner, I_RETURN, 0);
    struct code *code =
        close_unit(&inner, intern(name, strlen(name)), CODE_SIMPLE);
    code->nparams = 1;
    emit_function(u, code, node->scope, 0);
    emit(u, I_PUSH_NULL, 0);
    expression(u, node->list.items[0]->b);
    emit(u, I_ITERATE, 0);
    emit(u, I_CALL, 1);
}

/* ---- Expressions ------------------------------------------------------ */

static bool
has_star(const struct nodes *nodes)
{
    for (size_t i = 0; i < nodes->count; i++)
        if (nodes->items[i]->kind == N_STAR)
            return true;
    return false;
}

/* A set of constants is made from a frozenset, and that from another, as in
   CPython: this decides in which order it is printed.  NULL if it is no such
   set. */
static value
constant_set(const struct nodes *nodes)
{
    value tuple = new_tuple(nodes->count, NULL);
    if (nodes->count < 3)
        return NULL;
    for (size_t i = 0; i < nodes->count; i++) {
        struct node *node = nodes->items[i];
        if (node->kind != N_CONSTANT && node->kind != N_FLOAT)
            return NULL;
        AS(tuple, tuple)->items[i] =
            node->kind == N_FLOAT ? make_float(node->number) : node->value;
    }
    value set = make_frozenset(&tuple, 1, NULL);
    tuple = tuple_of(set);
    return make_frozenset(&tuple, 1, NULL);
}

static void
sequence_display(struct unit *u, const struct nodes *nodes, enum opcode build)
{
    bool set = build == I_BUILD_SET;
    value constants = set ? constant_set(nodes) : NULL;
    if (constants) {
        emit(u, I_BUILD_SET, 0);
        emit_constant(u, constants);
        emit(u, I_SET_UPDATE, 0);
        return;
    }
    if (nodes->count > 100 || has_star(nodes)) {
        emit(u, set ? I_BUILD_SET : I_BUILD_LIST, 0);
        for (size_t i = 0; i < nodes->count; i++) {
            bool star = nodes->items[i]->kind == N_STAR;
            expression(u, star ? nodes->items[i]->a : nodes->items[i]);
            emit(u,
                 set ? (star ? I_SET_UPDATE : I_SET_ADD)
                     : (star ? I_LIST_EXTEND : I_LIST_APPEND),
                 0);
        }
        if (build == I_BUILD_TUPLE)
            emit(u, I_TO_TUPLE, 0);
        return;
    }
    for (size_t i = 0; i < nodes->count; i++)
        expression(u, nodes->items[i]);
    emit(u, build, (uint32_t)nodes->count);
}

static void
tuple_display(struct unit *u, struct node *node)
{
    value items[16];
    size_t count = node->list.count;
    bool constant = count <= COUNT(items);
    for (size_t i = 0; i < count && constant; i++) {
        constant = node->list.items[i]->kind == N_CONSTANT;
        items[i] = node->list.items[i]->value;
    }
    if (constant)
        emit_constant(u, new_tuple(count, items));
    else
        sequence_display(u, &node->list, I_BUILD_TUPLE);
}

static void
dict_display(struct unit *u, struct node *node)
{
    emit(u, I_BUILD_DICT, 0);
    for (size_t i = 0; i < node->list.count; i += 2) {
        if (node->list.items[i])
            expression(u, node->list.items[i]);
        expression(u, node->list.items[i + 1]);
        emit(u, node->list.items[i] ? I_DICT_ADD : I_DICT_UPDATE, 0);
    }
}

/* Jump to the label if the truth of node is `when`. */
static void
condition(struct unit *u, struct node *node, bool when, uint32_t label)
{
    if (node->kind == N_UNARY && node->op == 'n') {
        condition(u, node->a, !when, label);
        return;
    }
    if (node->kind == N_BOOL) {
        bool ends = (node->op == 'o') == when; /* one operand decides */
        uint32_t over = ends ? label : new_label(u);
        for (size_t i = 0; i + 1 < node->list.count; i++)
            condition(u, node->list.items[i], node->op == 'o', over);
        condition(u, node->list.items[node->list.count - 1], when, label);
        if (!ends)
            place(u, over);
        return;
    }
    expression(u, node);
    emit(u, when ? I_JUMP_IF_TRUE : I_JUMP_IF_FALSE, label);
}

static void
bool_operation(struct unit *u, struct node *node)
{
    uint32_t end = new_label(u);
    for (size_t i = 0; i < node->list.count; i++) {
        if (i > 0)
            emit(u,
                 node->op == 'a' ? I_JUMP_IF_FALSE_OR_POP
                                 : I_JUMP_IF_TRUE_OR_POP,
                 end);
        expression(u, node->list.items[i]);
    }
    place(u, end);
}

static void
emit_comparison(struct unit *u, int op)
{
    if (op <= GE)
        emit(u, I_COMPARE, (uint32_t)op);
    else if (op <= GE + 2)
        emit(u, I_IS, op == GE + 2);
    else
        emit(u, I_IN, op == GE + 4);
}

static void
comparison(struct unit *u, struct node *node)
{
    uint32_t fail = new_label(u), end = new_label(u);
    size_t last = node->list.count - 1;
    expression(u, node->a);
    for (size_t i = 0; i < last; i++) {
        expression(u, node->list.items[i]->a);
        u->at = node->at;
        emit(u, I_DUP, 0);
        emit(u, I_ROT3, 0);
        emit_comparison(u, node->list.items[i]->op);
        emit(u, I_JUMP_IF_FALSE_OR_POP, fail);
    }
    expression(u, node->list.items[last]->a);
    u->at = node->at;
    emit_comparison(u, node->list.items[last]->op);
    if (last == 0)
        return;
    emit(u, I_JUMP, end);
    place(u, fail);
    u->depth++;
    emit(u, I_ROT2, 0);
    emit(u, I_POP, 0);
    place(u, end);
}

static void
if_else(struct unit *u, struct node *node)
{
    uint32_t otherwise = new_label(u), end = new_label(u);
    condition(u, node->b, false, otherwise);
    expression(u, node->a);
    emit(u, I_JUMP, end);
    place(u, otherwise);
    u->depth--;
    expression(u, node->c);
    place(u, end);
}

static size_t
count_positional(const struct nodes *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += list->items[i]->kind != N_KEYWORD;
    return count;
}

static void
spread_arguments(struct unit *u, struct node *node)
{
    bool keywords = false, only = count_positional(&node->list) == 1;
    emit(u, I_BUILD_LIST, 0);
    for (size_t i = 0; i < node->list.count; i++) {
        struct node *argument = node->list.items[i];
        if (argument->kind == N_KEYWORD) {
            keywords = true;
            continue;
        }
        bool star = argument->kind == N_STAR;
        expression(u, star ? argument->a : argument);
        emit(u, star ? I_LIST_EXTEND : I_LIST_APPEND, star && only);
    }
    if (keywords) {
        emit(u, I_BUILD_DICT, 0);
        for (size_t i = 0; i < node->list.count; i++) {
            struct node *argument = node->list.items[i];
            if (argument->kind != N_KEYWORD)
                continue;
            if (argument->value) {
                emit_constant(u, argument->value);
                expression(u, argument->a);
                emit(u, I_BUILD_DICT, 1);
            } else {
                expression(u, argument->a);
            }
            emit(u, I_DICT_MERGE, 0);
        }
    }
    u->at = node->at;
    emit(u, I_CALL_SPREAD, keywords);
}

/* An attribute on another line than its object is shown without it. */
static void
start_at_attribute(struct unit *u, struct node *attribute)
{
    struct position *at = &attribute->at;
    if (at->line == at->end_line)
        return;
    u->at.line = at->end_line;
    u->at.column = at->end_column - (int32_t)AS(str, attribute->value)->bytes;
}

static void
arguments(struct unit *u, struct node *node)
{
    struct nodes *list = &node->list;
    size_t names = 0;
    bool spread = has_star(list) || list->count > 200;
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i]->kind == N_KEYWORD) {
            names++;
            spread |= !list->items[i]->value;
        }
    if (spread) {
        spread_arguments(u, node);
        return;
    }
    value tuple = names ? new_tuple(names, NULL) : NULL;
    for (size_t i = 0, k = 0; i < list->count; i++) {
        bool named = list->items[i]->kind == N_KEYWORD;
        if (named)
            AS(tuple, tuple)->items[k++] = list->items[i]->value;
        expression(u, named ? list->items[i]->a : list->items[i]);
    }
    u->at = node->at;
    if (node->a->kind == N_ATTRIBUTE)
        start_at_attribute(u, node->a);
    if (names)
        emit_constant(u, tuple);
    emit(u, names ? I_CALL_KEYWORDS : I_CALL, (uint32_t)list->count);
}

static void
call_expression(struct unit *u, struct node *node)
{
    struct node *callee = node->a;
    struct scope *scope = u->scope;
    if (callee->kind == N_ATTRIBUTE) {
        expression(u, callee->a);
        u->at = callee->at;
        start_at_attribute(u, callee);
        emit_named(u, I_LOAD_METHOD, callee->value);
        arguments(u, node);
        return;
    }
    expression(u, callee);
    emit(u, I_PUSH_NULL, 0);
    if (callee->kind == N_NAME && node->list.count == 0 &&
        strcmp(text_of(callee->value), "super") == 0 &&
        scope->kind == SCOPE_FUNCTION) {
        value class_cell = intern("__class__", 9);
        struct symbol *symbol = scope_find(scope, class_cell);
        if (symbol && (symbol->flags & SYM_FREE) && scope->count > 0 &&
            (scope->symbols[0].flags & SYM_PARAMETER)) {
            emit(u, I_LOAD_DEREF, (uint32_t)symbol->slot);
            emit_name(u, scope->symbols[0].name, ACCESS_LOAD);
            u->at = node->at;
            emit(u, I_CALL, 2);
            return;
        }
    }
    arguments(u, node);
}

static void
format_string(struct unit *u, struct node *node)
{
    for (size_t i = 0; i < node->list.count; i++)
        expression(u, node->list.items[i]);
    emit(u, I_BUILD_STRING, (uint32_t)node->list.count);
}

static void
format_field(struct unit *u, struct node *node)
{
    expression(u, node->a);
    if (node->b)
        expression(u, node->b);
    emit(u, I_FORMAT, (uint32_t)node->op | (node->b ? 256 : 0));
}

static void
slice_expression(struct unit *u, struct node *node)
{
    struct node *parts[] = {node->a, node->b, node->c};
    for (int i = 0; i < 3; i++)
        if (parts[i])
            expression(u, parts[i]);
        else
            emit_constant(u, NONE);
    emit(u, I_BUILD_SLICE, 0);
}

static void
emit_binary(struct unit *u, int op, int inplace)
{
    if (op == OP_ADD || op == OP_SUB || op == OP_MUL)
        emit(u,
             op == OP_ADD   ? I_ADD
             : op == OP_SUB ? I_SUB
                            : I_MUL,
             inplace ? 1 : 0);
    else
        emit(u, I_BINARY, (uint32_t)(op | (inplace ? OP_INPLACE : 0)));
}

static void
yield_from(struct unit *u, struct node *node)
{
    uint32_t again = new_label(u), end = new_label(u);
    expression(u, node->a);
    emit(u, I_ITERATE, 0);
    emit_constant(u, NONE);
    place(u, again);
    emit(u, I_SEND, end);
    emit(u, I_YIELD, 0);
    emit(u, I_JUMP_BACK, again); /* by which generator_throw knows it */
    place(u, end);
    u->depth--;
}

static void
unary(struct unit *u, struct node *node)
{
    expression(u, node->a);
    u->at = node->at;
    emit(u,
         node->op == 'n'   ? I_NOT
         : node->op == '-' ? I_NEGATE
         : node->op == '+' ? I_POSITIVE
                           : I_INVERT,
         0);
}

static void
expression_of_kind(struct unit *u, struct node *node)
{
    switch (node->kind) {
    case N_CONSTANT:
        emit_constant(u, node->value);
        break;
    case N_FLOAT:
        emit_constant(u, make_float(node->number));
        break;
    case N_NAME:
        emit_name(u, node->value, ACCESS_LOAD);
        break;
    case N_TUPLE:
        tuple_display(u, node);
        break;
    case N_LIST:
        sequence_display(u, &node->list, I_BUILD_LIST);
        break;
    case N_SET:
        sequence_display(u, &node->list, I_BUILD_SET);
        break;
    case N_DICT:
        dict_display(u, node);
        break;
    case N_BINARY:
        expression(u, node->a);
        expression(u, node->b);
        u->at = node->at;
        emit_binary(u, node->op, 0);
        break;
    case N_UNARY:
        unary(u, node);
        break;
    case N_BOOL:
        bool_operation(u, node);
        break;
    case N_COMPARE:
        comparison(u, node);
        break;
    case N_IF_ELSE:
        if_else(u, node);
        break;
    case N_ATTRIBUTE:
        expression(u, node->a);
        u->at = node->at;
        start_at_attribute(u, node);
        emit_named(u, I_LOAD_ATTR, node->value);
        break;
    case N_SUBSCRIPT:
        expression(u, node->a);
        expression(u, node->b);
        u->at = node->at;
        emit(u, I_SUBSCRIPT, 0);
        break;
    case N_SLICE:
        slice_expression(u, node);
        break;
    case N_CALL:
        call_expression(u, node);
        break;
    case N_LAMBDA:
        function(u, node);
        break;
    case N_COMPREHENSION:
        comprehension(u, node);
        break;
    case N_FSTRING:
        format_string(u, node);
        break;
    case N_FORMAT:
        format_field(u, node);
        break;
    case N_YIELD:
        if (node->a)
            expression(u, node->a);
        else
            emit_constant(u, NONE);
        emit(u, I_YIELD, 0);
        break;
    case N_YIELD_FROM:
        yield_from(u, node);
        break;
    case N_WALRUS:
        expression(u, node->b);
        emit(u, I_DUP, 0);
        emit_name(u, node->a->value, ACCESS_STORE);
        break;
    default:
        raise_syntax(E_SyntaxError, u->source, &node->at,
                     "can't use starred expression here");
    }
}

static void
expression(struct unit *u, struct node *node)
{
    struct position saved = u->at;
    deepen(u, node);
    u->at = node->at;
    expression_of_kind(u, node);
    u->at = saved;
    u->recursion--;
}

/* ---- Targets ---------------------------------------------------------- */

static void
unpack(struct unit *u, const struct nodes *targets)
{
    size_t star = targets->count;
    for (size_t i = 0; i < targets->count; i++)
        if (targets->items[i]->kind == N_STAR)
            star = i;
    if (star < targets->count) {
        if (star > 255)
            raise_syntax(E_SyntaxError, u->source, &u->at,
                         "too many expressions in star-unpacking assignment");
        emit(u, I_UNPACK_STAR,
             (uint32_t)(star | (targets->count - star - 1) << 8));
    } else {
        emit(u, I_UNPACK, (uint32_t)targets->count);
    }
    for (size_t i = 0; i < targets->count; i++)
        store(u, i == star ? targets->items[i]->a : targets->items[i]);
}

static void
store(struct unit *u, struct node *target)
{
    struct position saved = u->at;
    u->at = target->at;
    switch (target->kind) {
    case N_NAME:
        emit_name(u, target->value, ACCESS_STORE);
        break;
    case N_ATTRIBUTE:
        expression(u, target->a);
        emit_named(u, I_STORE_ATTR, target->value);
        break;
    case N_SUBSCRIPT:
        expression(u, target->a);
        expression(u, target->b);
        emit(u, I_STORE_SUBSCRIPT, 0);
        break;
    default:
        unpack(u, &target->list);
    }
    u->at = saved;
}

static void delete (struct unit *u, struct node *target)
{
    u->at = target->at;
    switch (target->kind) {
    case N_NAME:
        emit_name(u, target->value, ACCESS_DELETE);
        break;
    case N_ATTRIBUTE:
        expression(u, target->a);
        emit_named(u, I_DELETE_ATTR, target->value);
        break;
    case N_SUBSCRIPT:
        expression(u, target->a);
        expression(u, target->b);
        emit(u, I_DELETE_SUBSCRIPT, 0);
        break;
    default:
        for (size_t i = 0; i < target->list.count; i++)
            delete (u, target->list.items[i]);
    }
}

static void
augmented(struct unit *u, struct node *node)
{
    struct node *target = node->a;
    switch (target->kind) {
    case N_NAME:
        expression(u, target);
        expression(u, node->b);
        emit_binary(u, node->op, 1);
        emit_name(u, target->value, ACCESS_STORE);
        break;
    case N_ATTRIBUTE:
        expression(u, target->a);
        emit(u, I_DUP, 0);
        u->at = target->at;
        emit_named(u, I_LOAD_ATTR, target->value);
        u->at = node->at;
        expression(u, node->b);
        emit_binary(u, node->op, 1);
        emit(u, I_ROT2, 0);
        emit_named(u, I_STORE_ATTR, target->value);
        break;
    default:
        expression(u, target->a);
        expression(u, target->b);
        emit(u, I_DUP2, 0);
        u->at = target->at;
        emit(u, I_SUBSCRIPT, 0);
        u->at = node->at;
        expression(u, node->b);
        emit_binary(u, node->op, 1);
        emit(u, I_ROT3, 0);
        emit(u, I_STORE_SUBSCRIPT, 0);
    }
}

/* ---- Blocks ----------------------------------------------------------- */

static void
cover(struct unit *u, struct block *block)
{
    if (block->kind == BLOCK_FOR || block->kind == BLOCK_WHILE ||
        block->start == u->nwords)
        return;
    u->handlers = grow(u, u->handlers, u->nhandlers, &u->handlers_room,
                       sizeof *u->handlers);
    u->handlers[u->nhandlers++] = (struct handler){
        block->start, u->nwords, block->handler, (uint32_t)block->depth};
    block->start = u->nwords;
}

static void
open_block(struct unit *u, struct block *block, enum block_kind kind,
           struct node *node)
{
    *block = (struct block){.kind = kind,
                            .outer = u->block,
                            .node = node,
                            .depth = u->depth,
                            .start = u->nwords};
    if (kind != BLOCK_FOR && kind != BLOCK_WHILE)
        block->handler = new_label(u);
    u->block = block;
}

static void
close_block(struct unit *u, struct block *block)
{
    cover(u, block);
    u->block = block->outer;
}

/* The handler of a block begins: the error is on the stack. */
static void
begin_handler(struct unit *u, struct block *block)
{
    place(u, block->handler);
    u->depth = block->depth + 1;
    emit(u, I_PUSH_ERROR, 0);
}

/* Within a handler, an error restores what was being handled before. */
static void
end_handler(struct unit *u, struct block *handler)
{
    int depth = u->depth;
    close_block(u, handler);
    place(u, handler->handler);
    u->depth = handler->depth + 1;
    emit(u, I_CLEAN_UP, 0);
    u->depth = depth;
}

static void
forget_name(struct unit *u, value name)
{
    emit_constant(u, NONE);
    emit_name(u, name, ACCESS_STORE);
    emit_name(u, name, ACCESS_DELETE);
}

/* Emit the end of a block that a jump leaves; with `keep` there is a value on
   the stack that stays there. */
static void
leave_block(struct unit *u, struct block *block, bool keep)
{
    switch (block->kind) {
    case BLOCK_FOR:
        emit(u, keep ? I_DROP_UNDER : I_POP, keep ? 1 : 0);
        break;
    case BLOCK_HANDLER:
        emit(u, keep ? I_POP_ERROR_UNDER : I_POP_ERROR, 0);
        break;
    case BLOCK_WITH:
        if (keep)
            emit(u, I_ROT2, 0);
        emit(u, I_WITH_EXIT, 0);
        break;
    case BLOCK_FINALLY:
        statements(u, &block->node->list4);
        break;
    case BLOCK_NAME:
        forget_name(u, block->node->value);
        break;
    default:
        break;
    }
}

/* Leave all blocks up to, but without, `last`. */
static void
leave_blocks(struct unit *u, struct block *last, bool keep)
{
    struct block *innermost = u->block;
    for (struct block *b = innermost; b != last; b = b->outer) {
        cover(u, b);
        u->block = b->outer;
        leave_block(u, b, keep);
    }
    u->block = innermost;
}

/* After the jump the blocks cover again. */
static void
resume_blocks(struct unit *u, struct block *last)
{
    for (struct block *b = u->block; b != last; b = b->outer)
        b->start = u->nwords;
}

static void
return_statement(struct unit *u, struct node *node)
{
    int depth = u->depth;
    if (node->a)
        expression(u, node->a);
    else
        emit_constant(u, NONE);
    leave_blocks(u, NULL, true);
    emit(u, I_RETURN, 0);
    resume_blocks(u, NULL);
    u->depth = depth;
}

static void
jump_statement(struct unit *u, struct node *node)
{
    int depth = u->depth;
    struct block *loop = u->block;
    while (loop && loop->kind != BLOCK_FOR && loop->kind != BLOCK_WHILE)
        loop = loop->outer;
    if (!loop) /* only in a finally that a jump out of the loop repeats */
        raise_syntax(E_SyntaxError, u->source, &node->at,
                     "'%s' here is not supported by minipy",
                     node->kind == N_BREAK ? "break" : "continue");
    leave_blocks(u, loop, false);
    if (node->kind == N_BREAK) {
        if (loop->kind == BLOCK_FOR)
            emit(u, I_POP, 0);
        emit(u, I_JUMP, loop->on_break);
    } else {
        emit(u, I_JUMP_BACK, loop->on_continue);
    }
    resume_blocks(u, loop);
    u->depth = depth;
}

/* ---- Statements ------------------------------------------------------- */

static void
if_statement(struct unit *u, struct node *node)
{
    uint32_t otherwise = new_label(u), end = new_label(u);
    condition(u, node->a, false, otherwise);
    statements(u, &node->list);
    if (node->list2.count > 0)
        emit(u, I_JUMP, end);
    place(u, otherwise);
    statements(u, &node->list2);
    place(u, end);
}

static void
while_statement(struct unit *u, struct node *node)
{
    struct block block;
    uint32_t otherwise = new_label(u);
    open_block(u, &block, BLOCK_WHILE, node);
    block.on_break = new_label(u);
    block.on_continue = new_label(u);
    place(u, block.on_continue);
    condition(u, node->a, false, otherwise);
    statements(u, &node->list);
    emit(u, I_JUMP_BACK, block.on_continue);
    close_block(u, &block);
    place(u, otherwise);
    statements(u, &node->list2);
    place(u, block.on_break);
}

static void
for_statement(struct unit *u, struct node *node)
{
    struct block block;
    uint32_t end = new_label(u);
    expression(u, node->b);
    emit(u, I_ITERATE, 0);
    open_block(u, &block, BLOCK_FOR, node);
    block.on_break = new_label(u);
    block.on_continue = new_label(u);
    place(u, block.on_continue);
    emit(u, I_FOR, end);
    store(u, node->a);
    statements(u, &node->list);
    emit(u, I_JUMP_BACK, block.on_continue);
    close_block(u, &block);
    place(u, end);
    u->depth--;
    statements(u, &node->list2);
    place(u, block.on_break);
}

static void
except_clause(struct unit *u, struct node *node, uint32_t end)
{
    struct block named;
    uint32_t next = new_label(u);
    int depth = u->depth;
    if (node->a) {
        expression(u, node->a);
        u->at = node->a->at;
        emit(u, I_MATCH_ERROR, 0);
        emit(u, I_JUMP_IF_FALSE, next);
    }
    if (node->value) {
        emit(u, I_DUP, 0);
        emit_name(u, node->value, ACCESS_STORE);
        open_block(u, &named, BLOCK_NAME, node);
    }
    statements(u, &node->list);
    if (node->value) {
        close_block(u, &named);
        forget_name(u, node->value);
    }
    emit(u, I_POP_ERROR, 0);
    emit(u, I_JUMP, end);
    if (node->value) {
        struct block handler;
        begin_handler(u, &named);
        open_block(u, &handler, BLOCK_HANDLER, NULL);
        handler.depth = u->depth;
        forget_name(u, node->value);
        emit(u, I_RERAISE, 0);
        u->depth += 2;
        end_handler(u, &handler);
    }
    place(u, next);
    u->depth = depth;
}

static void
try_except(struct unit *u, struct node *node)
{
    struct block body, handler;
    uint32_t end = new_label(u);
    int depth = u->depth;
    open_block(u, &body, BLOCK_TRY, node);
    statements(u, &node->list);
    close_block(u, &body);
    statements(u, &node->list3);
    emit(u, I_JUMP, end);
    begin_handler(u, &body);
    open_block(u, &handler, BLOCK_HANDLER, node);
    for (size_t i = 0; i < node->list2.count; i++)
        except_clause(u, node->list2.items[i], end);
    emit(u, I_RERAISE, 0);
    u->depth += 2;
    end_handler(u, &handler);
    place(u, end);
    u->depth = depth;
}

static void
try_statement(struct unit *u, struct node *node)
{
    struct block body, handler;
    uint32_t end = new_label(u);
    int depth = u->depth;
    if (node->list4.count == 0) {
        try_except(u, node);
        return;
    }
    open_block(u, &body, BLOCK_FINALLY, node);
    if (node->list2.count > 0)
        try_except(u, node);
    else
        statements(u, &node->list);
    close_block(u, &body);
    statements(u, &node->list4);
    emit(u, I_JUMP, end);
    begin_handler(u, &body);
    open_block(u, &handler, BLOCK_HANDLER, node);
    statements(u, &node->list4);
    emit(u, I_RERAISE, 0);
    u->depth += 2;
    end_handler(u, &handler);
    place(u, end);
    u->depth = depth;
}

static void
with_statement(struct unit *u, struct node *node, size_t index)
{
    struct block body, handler;
    if (index == node->list2.count) {
        statements(u, &node->list);
        return;
    }
    struct node *item = node->list2.items[index];
    uint32_t end = new_label(u), suppress = new_label(u);
    int depth = u->depth;
    expression(u, item->a);
    emit(u, I_WITH_ENTER, 0);
    u->depth--; /* the block begins when the result is stored */
    open_block(u, &body, BLOCK_WITH, node);
    u->depth++;
    if (item->b)
        store(u, item->b);
    else
        emit(u, I_POP, 0);
    with_statement(u, node, index + 1);
    close_block(u, &body);
    u->at = node->at;
    emit(u, I_WITH_EXIT, 0);
    emit(u, I_JUMP, end);
    begin_handler(u, &body);
    open_block(u, &handler, BLOCK_HANDLER, node);
    emit(u, I_WITH_ERROR, 0);
    emit(u, I_JUMP_IF_TRUE, suppress);
    emit(u, I_RERAISE, 0);
    u->depth += 2;
    end_handler(u, &handler);
    place(u, suppress);
    emit(u, I_POP_ERROR, 0);
    emit(u, I_POP, 0);
    place(u, end);
    u->depth = depth;
}

/* The comparison that is compiled last in a condition, or NULL. */
static struct node *
last_comparison(struct node *node)
{
    struct node *found = NULL;
    if (node->kind == N_COMPARE)
        return node;
    if (node->kind == N_UNARY && node->op == 'n')
        return last_comparison(node->a);
    for (size_t i = 0; node->kind == N_BOOL && i < node->list.count; i++) {
        struct node *inner = last_comparison(node->list.items[i]);
        found = inner ? inner : found;
    }
    return found;
}

static void
assert_statement(struct unit *u, struct node *node)
{
    uint32_t end = new_label(u);
    condition(u, node->a, true, end);
    emit_constant(u, (value)vm.exceptions[E_AssertionError]);
    if (node->b) {
        emit(u, I_PUSH_NULL, 0);
        expression(u, node->b);
        emit(u, I_CALL, 1);
    }
    struct node *marked = last_comparison(node->a);
    u->at = marked ? marked->at : node->at;
    emit(u, I_RAISE, 1);
    place(u, end);
}

static void
import_statement(struct unit *u, struct node *node)
{
    if (node->kind == N_FROM)
        emit(u, I_IMPORT, constant_index(u, node->value));
    for (size_t i = 0; i < node->list.count; i++) {
        struct node *alias = node->list.items[i];
        emit(u, node->kind == N_FROM ? I_IMPORT_FROM : I_IMPORT,
             constant_index(u, alias->value));
        emit_name(u, alias->value2, ACCESS_STORE);
    }
    if (node->kind == N_FROM)
        emit(u, I_POP, 0);
}

static void
assignment(struct unit *u, struct node *node)
{
    expression(u, node->a);
    for (size_t i = 0; i < node->list.count; i++) {
        if (i + 1 < node->list.count)
            emit(u, I_DUP, 0);
        store(u, node->list.items[i]);
    }
}

static void
statement_of_kind(struct unit *u, struct node *node)
{
    switch (node->kind) {
    case N_EXPRESSION:
        expression(u, node->a);
        emit(u, u->interactive ? I_PRINT : I_POP, 0);
        break;
    case N_ASSIGN:
        assignment(u, node);
        break;
    case N_AUGMENTED:
        augmented(u, node);
        break;
    case N_IF:
        if_statement(u, node);
        break;
    case N_WHILE:
        while_statement(u, node);
        break;
    case N_FOR:
        for_statement(u, node);
        break;
    case N_TRY:
        try_statement(u, node);
        break;
    case N_WITH:
        with_statement(u, node, 0);
        break;
    case N_FUNCTION:
        function(u, node);
        break;
    case N_CLASS:
        class_statement(u, node);
        break;
    case N_RETURN:
        return_statement(u, node);
        break;
    case N_BREAK:
    case N_CONTINUE:
        jump_statement(u, node);
        break;
    case N_RAISE:
        if (node->a)
            expression(u, node->a);
        if (node->b)
            expression(u, node->b);
        emit(u, I_RAISE, node->b ? 2 : node->a ? 1 : 0);
        break;
    case N_ASSERT:
        assert_statement(u, node);
        break;
    case N_DELETE:
        for (size_t i = 0; i < node->list.count; i++)
            delete (u, node->list.items[i]);
        break;
    case N_IMPORT:
    case N_FROM:
        import_statement(u, node);
        break;
    default: /* pass, global, nonlocal, a bare annotation */
        break;
    }
}

static void
statements(struct unit *u, const struct nodes *nodes)
{
    for (size_t i = 0; i < nodes->count; i++) {
        struct node *node = nodes->items[i];
        deepen(u, node);
        u->at = node->at;
        statement_of_kind(u, node);
        u->recursion--;
    }
}

/* ---- A whole source --------------------------------------------------- */

struct job {
    struct source *source;
    enum compile_mode mode;
    struct arena arena;
    struct code *code;
};

static void
compile_job(void *data)
{
    struct job *job = data;
    struct node *module = parse(job->source, &job->arena, (int)job->mode);
    struct unit u;
    find_scopes(module, job->source, &job->arena);
    open_unit(&u, NULL, module->scope);
    u.source = job->source;
    u.arena = &job->arena;
    u.interactive = job->mode == COMPILE_INTERACTIVE;
    u.at = module->at;
    statements(&u, &module->list);
    emit_constant(&u, NONE);
    emit(&u, I_RETURN, 0);
    job->code = close_unit(&u, intern("<module>", 8), 0);
}

struct code *
compile(struct source *source, enum compile_mode mode)
{
    struct job job = {.source = source, .mode = mode};
    bool ok = attempt(compile_job, &job);
    arena_free(&job.arena);
    if (!ok)
        raise_again();
    return job.code;
}

struct source *
new_source(const char *name, const char *text, size_t bytes)
{
    static struct source *all;
    struct source *source = malloc(sizeof *source);
    char *copy = malloc(bytes + 1), *own_name = malloc(strlen(name) + 1);
    if (!source || !copy || !own_name) {
        free(source);
        free(copy);
        free(own_name);
        raise_memory();
    }
    if (bytes)
        memcpy(copy, text, bytes);
    copy[bytes] = 0;
    strcpy(own_name, name);
    *source = (struct source){own_name, copy, bytes, all};
    all = source;
    return source;
}
