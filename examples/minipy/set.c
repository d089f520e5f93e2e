/* SPDX-License-Identifier: MIT */
/*
 * Sets.  Probing and growth are as in CPython, so that a set of integers comes
 * out in the same order.
 */
#include "minipy.h"

enum { PROBES = 9, FIRST_MASK = 7 };

static struct set *
allocate(enum type type)
{
    struct set *set = new_object(type, sizeof *set);
    set->table = (void *)new_values((FIRST_MASK + 1) * 2);
    set->mask = FIRST_MASK;
    return set;
}

struct set *
new_set(void)
{
    return allocate(TYPE_SET);
}

/* The entry of the key, or a free one; *deleted is the last deleted one on the
   way. */
static struct set_entry *
search(struct set *set, value key, int64_t hash, struct set_entry **deleted)
{
again:;
    *deleted = NULL;
    size_t i = (size_t)hash & set->mask;
    uint64_t perturb = (uint64_t)hash;
    for (;;) {
        size_t probes = i + PROBES <= set->mask ? PROBES : 0;
        for (size_t j = 0; j <= probes; j++) {
            struct set_entry *entry = &set->table[i + j];
            if (!entry->key && entry->hash == 0)
                return entry;
            if (entry->key == key)
                return entry;
            if (!entry->key)
                *deleted = entry;
            if (!entry->key || entry->hash != hash)
                continue;
            struct set_entry *table = set->table;
            size_t fill = set->fill;
            bool same = equal(entry->key, key);
            if (table != set->table || fill != set->fill)
                goto again;
            if (same)
                return entry;
        }
        perturb >>= 5;
        i = (i * 5 + 1 + perturb) & set->mask;
    }
}

static struct set_entry *
lookup(struct set *set, value key, int64_t hash)
{
    struct set_entry *deleted;
    return search(set, key, hash, &deleted);
}

static void
insert_clean(struct set_entry *table, size_t mask, struct set_entry new_entry)
{
    uint64_t perturb = (uint64_t)new_entry.hash;
    for (size_t i = (size_t)new_entry.hash & mask;;) {
        size_t probes = i + PROBES <= mask ? PROBES : 0;
        for (size_t j = 0; j <= probes; j++)
            if (!table[i + j].key) {
                table[i + j] = new_entry;
                return;
            }
        perturb >>= 5;
        i = (i * 5 + 1 + perturb) & mask;
    }
}

static void
resize(struct set *set, size_t wanted)
{
    size_t size = 8;
    while (size <= wanted)
        size *= 2;
    struct set_entry *table = (void *)new_values(size * 2);
    for (size_t i = 0; i <= set->mask; i++)
        if (set->table[i].key)
            insert_clean(table, size - 1, set->table[i]);
    set->table = table;
    set->mask = size - 1;
    set->fill = set->count;
}

static bool
add_hashed(struct set *set, value key, int64_t hash)
{
    struct set_entry *deleted, *entry = search(set, key, hash, &deleted);
    if (entry->key)
        return false;
    set->count++;
    *(deleted ? deleted : entry) = (struct set_entry){hash, key};
    if (deleted)
        return true;
    set->fill++;
    if (set->fill * 5 >= set->mask * 3)
        resize(set, set->count > 50000 ? set->count * 2 : set->count * 4);
    return true;
}

bool
set_add(struct set *set, value key)
{
    return add_hashed(set, key, hash(key));
}

bool
set_has(struct set *set, value key)
{
    return lookup(set, key, hash(key))->key != NULL;
}

static bool
discard(struct set *set, value key)
{
    struct set_entry *entry = lookup(set, key, hash(key));
    if (!entry->key)
        return false;
    *entry = (struct set_entry){-1, NULL};
    set->count--;
    return true;
}

value
set_next(struct set *set, int64_t *at)
{
    while ((size_t)*at <= set->mask) {
        value key = set->table[(*at)++].key;
        if (key)
            return key;
    }
    return NULL;
}

static void
merge(struct set *set, struct set *other)
{
    if ((set->fill + other->count) * 5 >= set->mask * 3)
        resize(set, (set->count + other->count) * 2);
    if (set->fill == 0 && set->mask == other->mask &&
        other->fill == other->count) {
        memcpy(set->table, other->table, (set->mask + 1) * sizeof *set->table);
        set->fill = set->count = other->count;
        return;
    }
    for (size_t i = 0; i <= other->mask; i++)
        if (other->table[i].key)
            add_hashed(set, other->table[i].key, other->table[i].hash);
}

static bool
is_set(value v)
{
    return is(v, TYPE_SET) || is(v, TYPE_FROZENSET);
}

void
set_update(struct set *set, value iterable)
{
    if (is_set(iterable)) {
        merge(set, AS(set, iterable));
        return;
    }
    value iterator = get_iterator(iterable), item;
    while ((item = next(iterator)))
        set_add(set, item);
}

static struct set *
copy_of(value v, enum type type)
{
    struct set *set = allocate(type);
    set_update(set, v);
    return set;
}

/* ---- Operations ------------------------------------------------------- */

static struct set *
intersection(struct set *a, struct set *b, enum type type)
{
    struct set *result = allocate(type), *swap = a;
    int64_t at = 0;
    if (b->count > a->count) {
        a = b;
        b = swap;
    }
    for (value key; (key = set_next(b, &at));)
        if (set_has(a, key))
            set_add(result, key);
    return result;
}

/* With many deleted entries it shrinks, so order depends on it. */
static void
remove_all(struct set *set, struct set *other)
{
    int64_t at = 0;
    for (value key; (key = set_next(other, &at));)
        discard(set, key);
    if (set->fill - set->count > set->mask / 4)
        resize(set, set->count > 50000 ? set->count * 2 : set->count * 4);
}

static struct set *
difference(struct set *a, struct set *b, enum type type)
{
    int64_t at = 0;
    if (a->count >> 2 > b->count) {
        struct set *result = copy_of((value)a, type);
        remove_all(result, b);
        return result;
    }
    struct set *result = allocate(type);
    for (value key; (key = set_next(a, &at));)
        if (!set_has(b, key))
            set_add(result, key);
    return result;
}

/* Leaves in set what is in one of the two. */
static void
exchange(struct set *set, struct set *other)
{
    int64_t at = 0;
    for (value key; (key = set_next(other, &at));)
        if (!discard(set, key))
            set_add(set, key);
}

static struct set *
symmetric_difference(struct set *a, struct set *b, enum type type)
{
    struct set *result = copy_of((value)b, type);
    exchange(result, a);
    return result;
}

static struct set *
combine(int operation, struct set *a, struct set *b, enum type type)
{
    switch (operation) {
    case OP_OR: {
        struct set *result = copy_of((value)a, type);
        if (a != b)
            merge(result, b);
        return result;
    }
    case OP_AND:
        return intersection(a, b, type);
    case OP_SUB:
        return difference(a, b, type);
    default:
        return symmetric_difference(a, b, type);
    }
}

static value
become(struct set *set, struct set *other)
{
    set->count = other->count;
    set->fill = other->fill;
    set->mask = other->mask;
    set->table = other->table;
    return (value)set;
}

/* A set, or the view of a dict's keys or items. */
bool
is_set_like(value v)
{
    return is_set(v) || (is(v, TYPE_VIEW) && v->aux != ITER_VALUES);
}

static struct set *
other_set(value v)
{
    return is_set(v) ? AS(set, v) : copy_of(v, TYPE_SET);
}

value
set_operation(int operation, value a, value b)
{
    bool inplace = operation & OP_INPLACE;
    operation &= ~OP_INPLACE;
    if (is_set_like(a) && !is_set(a) && is_iterable(b)) {
        a = (value)copy_of(a, TYPE_SET);
        b = (value)other_set(b);
    } else if (is_set(a) && is_set_like(b)) {
        b = (value)other_set(b);
    }
    if (!is_set(a) || !is_set(b))
        return NULL;
    struct set *x = AS(set, a), *y = AS(set, b);
    if (inplace && operation == OP_OR) {
        merge(x, y);
        return a;
    }
    if (inplace && operation != OP_AND && x == y)
        return become(x, new_set());
    if (inplace && operation == OP_SUB) {
        remove_all(x, y);
        return a;
    }
    if (inplace && operation == OP_XOR) {
        exchange(x, y);
        return a;
    }
    struct set *result = combine(operation, x, y, (enum type)a->type);
    return inplace ? become(x, result) : (value)result;
}

static bool
is_subset(struct set *a, struct set *b)
{
    int64_t at = 0;
    if (a->count > b->count)
        return false;
    for (value key; (key = set_next(a, &at));)
        if (!set_has(b, key))
            return false;
    return true;
}

value
set_compare(enum compare how, value a, value b)
{
    struct set *x = other_set(a), *y = other_set(b);
    switch (how) {
    case LE:
        return boolean(is_subset(x, y));
    case LT:
        return boolean(x->count < y->count && is_subset(x, y));
    case GE:
        return boolean(is_subset(y, x));
    case GT:
        return boolean(y->count < x->count && is_subset(y, x));
    default:
        return boolean((x->count == y->count && is_subset(x, y)) ==
                       (how == EQ));
    }
}

value
set_repr(value v)
{
    struct text text = {0};
    int64_t at = 0;
    bool frozen = is(v, TYPE_FROZENSET), first = true;
    if (AS(set, v)->count == 0)
        return str_from(frozen ? "frozenset()" : "set()");
    text_add(&text, "frozenset({", frozen ? 11 : 0);
    text_add(&text, "{", !frozen);
    for (value key; (key = set_next(AS(set, v), &at)); first = false) {
        text_add(&text, ", ", first ? 0 : 2);
        text_str(&text, repr(key));
    }
    text_add(&text, "})", frozen ? 2 : 1);
    return text_done(&text);
}

int64_t
set_hash(struct set *set)
{
    uint64_t sum = 1927868237 * (set->count + 1);
    for (size_t i = 0; i <= set->mask; i++)
        if (set->table[i].key) {
            uint64_t h = (uint64_t)set->table[i].hash;
            sum ^= (h ^ 89869747 ^ h << 16) * 3644798167u;
        }
    return (int64_t)(sum >> 4);
}

/* ---- Methods ---------------------------------------------------------- */

#define SELF AS(set, args[0])

DOES(add, set_add(SELF, args[1]))

METHOD(remove_key)
{
    UNUSED;
    if (!discard(SELF, args[1]))
        raise_key(args[1]);
    return NONE;
}

DOES(discard_key, discard(SELF, args[1]))

METHOD(pop)
{
    struct set *set = SELF;
    UNUSED;
    if (set->count == 0)
        raise_key(str_from("pop from an empty set"));
    size_t i = set->finger & set->mask;
    while (!set->table[i].key)
        i = i == set->mask ? 0 : i + 1;
    value key = set->table[i].key;
    set->table[i] = (struct set_entry){-1, NULL};
    set->count--;
    set->finger = i + 1;
    return key;
}

DOES(clear, become(SELF, new_set()))
RETURNS(copy, (value)copy_of(args[0], (enum type)args[0]->type))

METHOD(update)
{
    (void)names;
    for (int i = 1; i < nargs; i++)
        set_update(SELF, args[i]);
    return NONE;
}

METHOD(union_method)
{
    struct set *result = copy_of(args[0], (enum type)args[0]->type);
    (void)names;
    for (int i = 1; i < nargs; i++)
        set_update(result, args[i]);
    return (value)result;
}

METHOD(difference_method)
{
    enum type type = (enum type)args[0]->type;
    struct set *result = nargs > 1 && is_set(args[1])
                             ? difference(SELF, AS(set, args[1]), type)
                             : copy_of(args[0], type);
    (void)names;
    for (int i = 1; i < nargs; i++)
        remove_all(result, other_set(args[i]));
    return (value)result;
}

METHOD(symmetric_method)
{
    struct set *result = copy_of(args[1], (enum type)args[0]->type);
    UNUSED;
    exchange(result, SELF);
    return (value)result;
}

static struct set *
intersection_with(struct set *set, value iterable)
{
    enum type type = (enum type)set->head.type;
    if (is_set(iterable))
        return intersection(set, AS(set, iterable), type);
    struct set *result = allocate(type);
    value iterator = get_iterator(iterable), item;
    while ((item = next(iterator)))
        if (set_has(set, item))
            set_add(result, item);
    return result;
}

METHOD(intersection_method)
{
    struct set *result = nargs > 1 ? intersection_with(SELF, args[1])
                                   : copy_of(args[0], (enum type)args[0]->type);
    (void)names;
    for (int i = 2; i < nargs; i++)
        result = intersection_with(result, args[i]);
    return (value)result;
}

METHOD(intersection_update)
{
    become(SELF, AS(set, intersection_method(args, nargs, names)));
    return NONE;
}

METHOD(difference_update)
{
    (void)names;
    for (int i = 1; i < nargs; i++)
        set_operation(OP_SUB | OP_INPLACE, args[0], (value)other_set(args[i]));
    return NONE;
}

DOES(symmetric_update,
     set_operation(OP_XOR | OP_INPLACE, args[0], (value)other_set(args[1])))
RETURNS(issubset, boolean(is_subset(SELF, other_set(args[1]))))
RETURNS(issuperset, boolean(is_subset(other_set(args[1]), SELF)))
RETURNS(isdisjoint,
        boolean(intersection(other_set(args[0]), other_set(args[1]), TYPE_SET)
                    ->count == 0))

value
make_set(value *args, int nargs, struct tuple *names)
{
    (void)names;
    struct set *set = new_set();
    if (nargs > 0)
        set_update(set, args[0]);
    return (value)set;
}

value
make_frozenset(value *args, int nargs, struct tuple *names)
{
    (void)names;
    struct set *set = allocate(TYPE_FROZENSET);
    if (nargs > 0)
        set_update(set, args[0]);
    return (value)set;
}

void
sets_start(void)
{
    static const struct define methods[] = {
        {"copy", copy, 1, 1, false},
        {"union", union_method, 1, -1, false},
        {"intersection", intersection_method, 1, -1, false},
        {"difference", difference_method, 1, -1, false},
        {"symmetric_difference", symmetric_method, 2, 2, false},
        {"issubset", issubset, 2, 2, false},
        {"issuperset", issuperset, 2, 2, false},
        {"isdisjoint", isdisjoint, 2, 2, false},
        {"add", add, 2, 2, false}, /* from here on not of frozenset */
        {"remove", remove_key, 2, 2, false},
        {"discard", discard_key, 2, 2, false},
        {"pop", pop, 1, 1, false},
        {"clear", clear, 1, 1, false},
        {"update", update, 1, -1, false},
        {"intersection_update", intersection_update, 1, -1, false},
        {"difference_update", difference_update, 1, -1, false},
        {"symmetric_difference_update", symmetric_update, 2, 2, false},
    };
    define_methods(vm.types[TYPE_SET], methods, COUNT(methods));
    define_methods(vm.types[TYPE_FROZENSET], methods, 8);
    define_methods(vm.types[TYPE_VIEW], methods + 7, 1);
}
