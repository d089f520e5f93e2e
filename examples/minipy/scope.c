/* SPDX-License-Identifier: MIT */
/*
 * Scopes: a first walk over the tree notes for each function and class which
 * names it assigns and uses; then each name that is used but not assigned is
 * looked for in the functions around it.  One that is found becomes a cell
 * there, and a free variable of all functions in between.
 */
#include "minipy.h"

struct walker {
    struct source *source;
    struct arena *arena;
    struct scope *scope;
    value super, class_cell;
    int depth;
};

static void walk(struct walker *w, struct node *node);

struct symbol *
scope_find(struct scope *scope, value name)
{
    for (size_t i = 0; i < scope->count; i++)
        if (scope->symbols[i].name == name)
            return &scope->symbols[i];
    return NULL;
}

static struct symbol *
note(struct walker *w, struct scope *scope, value name, int flags)
{
    struct symbol *symbol = scope_find(scope, name);
    if (!symbol) {
        if (scope->count == scope->capacity) {
            size_t capacity = scope->capacity ? scope->capacity * 2 : 8;
            struct symbol *symbols =
                arena_new(w->arena, capacity * sizeof *symbols);
            if (scope->count)
                memcpy(symbols, scope->symbols, scope->count * sizeof *symbols);
            scope->symbols = symbols;
            scope->capacity = capacity;
        }
        symbol = &scope->symbols[scope->count++];
        *symbol = (struct symbol){.name = name, .slot = -1};
    }
    symbol->flags |= flags;
    return symbol;
}

static struct scope *
open_scope(struct walker *w, enum scope_kind kind, struct node *node)
{
    struct scope *scope = arena_new(w->arena, sizeof *scope);
    scope->kind = kind;
    scope->outer = w->scope;
    scope->node = node;
    node->scope = scope;
    if (w->scope) {
        scope->next = w->scope->inner;
        w->scope->inner = scope;
    }
    w->scope = scope;
    return scope;
}

static void
walk_list(struct walker *w, const struct nodes *nodes)
{
    for (size_t i = 0; i < nodes->count; i++)
        walk(w, nodes->items[i]);
}

static void
walk_target(struct walker *w, struct node *node)
{
    switch (node->kind) {
    case N_NAME:
        note(w, w->scope, node->value, SYM_ASSIGNED);
        break;
    case N_TUPLE:
    case N_LIST:
        for (size_t i = 0; i < node->list.count; i++)
            walk_target(w, node->list.items[i]);
        break;
    case N_STAR:
        walk_target(w, node->a);
        break;
    default:
        walk(w, node);
    }
}

static void
walk_function(struct walker *w, struct node *node)
{
    for (size_t i = 0; i < node->list2.count; i++)
        walk(w, node->list2.items[i]->a);
    struct scope *outer = w->scope;
    struct scope *scope = open_scope(w, SCOPE_FUNCTION, node);
    for (int pass = 0; pass < 2; pass++) /* *args and **kwargs come last */
        for (size_t i = 0; i < node->list2.count; i++) {
            int op = node->list2.items[i]->op;
            if ((pass == 1) == (op == '*' || op == '^'))
                note(w, scope, node->list2.items[i]->value,
                     SYM_PARAMETER | SYM_ASSIGNED);
        }
    walk_list(w, &node->list);
    w->scope = outer;
}

static void
walk_comprehension(struct walker *w, struct node *node)
{
    struct scope *outer = w->scope;
    walk(w, node->list.items[0]->b);
    struct scope *scope = open_scope(w, SCOPE_FUNCTION, node);
    scope->generator = node->op == 'g';
    note(w, scope, intern(".0", 2), SYM_PARAMETER | SYM_ASSIGNED);
    for (size_t i = 0; i < node->list.count; i++) {
        struct node *clause = node->list.items[i];
        walk_target(w, clause->a);
        if (i > 0)
            walk(w, clause->b);
        walk_list(w, &clause->list);
    }
    walk(w, node->a);
    walk(w, node->b);
    w->scope = outer;
}

static void
walk_class(struct walker *w, struct node *node)
{
    struct scope *outer = w->scope;
    note(w, outer, node->value, SYM_ASSIGNED);
    walk_list(w, &node->list3);
    walk(w, node->a);
    open_scope(w, SCOPE_CLASS, node);
    walk_list(w, &node->list);
    w->scope = outer;
}

static void
walk_declaration(struct walker *w, struct node *node)
{
    bool global = node->kind == N_GLOBAL;
    for (size_t i = 0; i < node->list.count; i++) {
        struct node *name = node->list.items[i];
        struct symbol *symbol = scope_find(w->scope, name->value);
        const char *word = global ? "global" : "nonlocal";
        if (!global && w->scope->kind == SCOPE_MODULE)
            raise_syntax(E_SyntaxError, w->source, &node->at,
                         "nonlocal declaration not allowed at module level");
        if (symbol && (symbol->flags & SYM_PARAMETER))
            raise_syntax(E_SyntaxError, w->source, &node->at,
                         "name '%s' is parameter and %s", text_of(name->value),
                         word);
        if (symbol && (symbol->flags & (SYM_ASSIGNED | SYM_USED)) &&
            w->scope->kind != SCOPE_MODULE &&
            !(symbol->flags & (SYM_GLOBAL | SYM_NONLOCAL)))
            raise_syntax(E_SyntaxError, w->source, &node->at,
                         "name '%s' is %s %s declaration", text_of(name->value),
                         symbol->flags & SYM_ASSIGNED ? "assigned to before"
                                                      : "used prior to",
                         word);
        note(w, w->scope, name->value, global ? SYM_GLOBAL : SYM_NONLOCAL)
            ->declared = node;
    }
}

static void
walk_walrus(struct walker *w, struct node *node)
{
    struct scope *scope = w->scope;
    while (scope->node->kind == N_COMPREHENSION)
        scope = scope->outer;
    note(w, scope, node->a->value, SYM_ASSIGNED);
    if (scope != w->scope)
        note(w, w->scope, node->a->value,
             scope->kind == SCOPE_FUNCTION ? SYM_NONLOCAL : SYM_GLOBAL);
    walk(w, node->b);
}

static void
walk_children(struct walker *w, struct node *node)
{
    walk(w, node->a);
    walk(w, node->b);
    walk(w, node->c);
    walk_list(w, &node->list);
    walk_list(w, &node->list2);
    walk_list(w, &node->list3);
    walk_list(w, &node->list4);
}

static void
walk_node(struct walker *w, struct node *node)
{
    switch (node->kind) {
    case N_NAME:
        note(w, w->scope, node->value, SYM_USED);
        if (node->value == w->super)
            note(w, w->scope, w->class_cell, SYM_USED);
        break;
    case N_LAMBDA:
        walk_function(w, node);
        break;
    case N_FUNCTION:
        note(w, w->scope, node->value, SYM_ASSIGNED);
        walk_list(w, &node->list3);
        walk_function(w, node);
        break;
    case N_CLASS:
        walk_class(w, node);
        break;
    case N_COMPREHENSION:
        walk_comprehension(w, node);
        break;
    case N_WALRUS:
        walk_walrus(w, node);
        break;
    case N_ASSIGN:
        walk(w, node->a);
        for (size_t i = 0; i < node->list.count; i++)
            walk_target(w, node->list.items[i]);
        break;
    case N_ANNOTATED:
    case N_AUGMENTED:
        walk_target(w, node->a);
        walk(w, node->b);
        break;
    case N_FOR:
        walk(w, node->b);
        walk_target(w, node->a);
        walk_list(w, &node->list);
        walk_list(w, &node->list2);
        break;
    case N_WITH_ITEM:
        walk(w, node->a);
        if (node->b)
            walk_target(w, node->b);
        break;
    case N_EXCEPT:
        walk(w, node->a);
        if (node->value)
            note(w, w->scope, node->value, SYM_ASSIGNED);
        walk_list(w, &node->list);
        break;
    case N_DELETE:
        for (size_t i = 0; i < node->list.count; i++)
            walk_target(w, node->list.items[i]);
        break;
    case N_WITH:
        walk_list(w, &node->list2);
        walk_list(w, &node->list);
        break;
    case N_ALIAS:
        note(w, w->scope, node->value2, SYM_ASSIGNED);
        break;
    case N_GLOBAL:
    case N_NONLOCAL:
        walk_declaration(w, node);
        break;
    case N_YIELD:
    case N_YIELD_FROM:
        w->scope->generator = true;
        walk(w, node->a);
        break;
    default:
        walk_children(w, node);
    }
}

static void
walk(struct walker *w, struct node *node)
{
    if (!node)
        return;
    if (++w->depth > 2000 || stack_is_low())
        raise_syntax(E_SyntaxError, w->source, &node->at,
                     "too many nested expressions");
    walk_node(w, node);
    w->depth--;
}

/* Make the name a free variable of every scope from `scope` outwards until the
   function that assigns it; false if none does. */
static bool
capture(struct walker *w, struct scope *scope, value name)
{
    for (; scope && scope->kind != SCOPE_MODULE; scope = scope->outer) {
        if (scope->kind == SCOPE_CLASS) {
            if (name == w->class_cell) {
                scope->needs_class = true;
                note(w, scope, name, SYM_CELL);
                return true;
            }
            continue;
        }
        struct symbol *symbol = scope_find(scope, name);
        if (symbol && (symbol->flags & SYM_GLOBAL))
            return false;
        if (symbol && (symbol->flags & SYM_ASSIGNED) &&
            !(symbol->flags & SYM_NONLOCAL)) {
            symbol->flags |= SYM_CELL;
            return true;
        }
        if (symbol && (symbol->flags & SYM_FREE))
            return true;
    }
    return false;
}

static void
free_between(struct walker *w, struct scope *scope, value name)
{
    for (struct scope *s = scope->outer; s; s = s->outer) {
        struct symbol *symbol = scope_find(s, name);
        if (symbol && (symbol->flags & (SYM_CELL | SYM_FREE)))
            return;
        note(w, s, name, SYM_FREE);
    }
}

static void
resolve(struct walker *w, struct scope *scope)
{
    for (size_t i = 0; i < scope->count; i++) {
        struct symbol *symbol = &scope->symbols[i];
        value name = symbol->name;
        bool own = (symbol->flags & (SYM_ASSIGNED | SYM_GLOBAL | SYM_FREE)) &&
                   !(symbol->flags & SYM_NONLOCAL);
        if (scope->kind == SCOPE_MODULE || own ||
            (scope->kind == SCOPE_CLASS && (symbol->flags & SYM_CELL)))
            continue;
        if (capture(w, scope->outer, name)) {
            scope->symbols[i].flags |= SYM_FREE;
            free_between(w, scope, name);
        } else if (scope->symbols[i].flags & SYM_NONLOCAL) {
            raise_syntax(E_SyntaxError, w->source,
                         &scope->symbols[i].declared->at,
                         "no binding for nonlocal '%s' found", text_of(name));
        }
    }
    for (struct scope *inner = scope->inner; inner; inner = inner->next)
        resolve(w, inner);
}

void
find_scopes(struct node *module, struct source *source, struct arena *arena)
{
    struct walker w = {.source = source,
                       .arena = arena,
                       .super = intern("super", 5),
                       .class_cell = intern("__class__", 9)};
    open_scope(&w, SCOPE_MODULE, module);
    walk_list(&w, &module->list);
    w.scope = module->scope;
    resolve(&w, module->scope);
}
