/* SPDX-License-Identifier: MIT */
/*
 * minipy: an interpreter for a useful part of Python whose objects live in a
 * libwgc heap.  docs/minipy.md is a guided tour.
 *
 *   text --lexer--> tokens --parser--> tree --compiler--> code --vm--> effects
 *
 * A `value` is one word.  If its lowest bit is set it is an integer of 63 bits;
 * if the next bit is set, a handle of the weakref shim; otherwise the address
 * of an object, which begins with its type.  None, True and their like are
 * static, everything else lives in the heap.
 *
 * Errors.  A function that fails raises: it sets vm.error and jumps to the
 * nearest catcher (vm_run or attempt).  So a result is always valid, no result
 * is checked for errors, and no C function owns anything that would leak when
 * it is jumped over: scratch memory is in the heap too.
 *
 * Roots.  What Python code holds is in `vm` and on its stack of values, both
 * registered; so a collection that bytecode asks for needs no C stack.  Locals
 * of C functions are found by the conservative scan of a cycle in an allocation.
 */
#ifndef MINIPY_H
#define MINIPY_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <wgc/python.h>
#include <wgc/wgc.h>

#if defined(__GNUC__)
#define PRINTF(a, b)   __attribute__((format(printf, a, b), nonnull(a)))
#define LIKELY(test)   __builtin_expect(!!(test), 1)
#define UNLIKELY(test) __builtin_expect(!!(test), 0)
#define NOINLINE       __attribute__((noinline))
#else
#error "minipy needs a compiler that knows GNU C"
#endif

/* ---- Values ----------------------------------------------------------- */

enum type {
    TYPE_NONE = 1,
    TYPE_ELLIPSIS,
    TYPE_NOTIMPLEMENTED,
    TYPE_BOOL,
    TYPE_INT,
    TYPE_FLOAT,
    TYPE_STR,
    TYPE_TUPLE,
    TYPE_LIST,
    TYPE_DICT,
    TYPE_SET,
    TYPE_FROZENSET,
    TYPE_RANGE,
    TYPE_SLICE,
    TYPE_ITERATOR,
    TYPE_VIEW,
    TYPE_GENERATOR,
    TYPE_FUNCTION,
    TYPE_BUILTIN,
    TYPE_METHOD,
    TYPE_CLASS,
    TYPE_OBJECT, /* an instance of a class, or an exception */
    TYPE_MODULE,
    TYPE_PROPERTY,
    TYPE_STATICMETHOD,
    TYPE_CLASSMETHOD,
    TYPE_SUPER,
    TYPE_CODE,
    TYPE_CELL,
    TYPE_TRACEBACK,
    TYPE_FILE,
    TYPE_REF, /* from here on: handles of the shim */
    TYPE_WEAKMETHOD,
    TYPE_PROXY,
    TYPE_CALLABLEPROXY,
    TYPE_FINALIZE,
    TYPE_WEAKKEYDICT,
    TYPE_WEAKVALUEDICT,
    TYPE_WEAKSET,
    TYPES
};

typedef struct object {
    uint32_t type;
    uint32_t aux; /* meaning depends on the type */
} * value;

enum { TAG_INT = 1, TAG_HANDLE = 2, TAGS = 3 };

extern struct object none_object, true_object, false_object, ellipsis_object,
    notimplemented_object;
#define NONE           (&none_object)
#define TRUE           (&true_object)
#define FALSE          (&false_object)
#define ELLIPSIS       (&ellipsis_object)
#define NOTIMPLEMENTED (&notimplemented_object)

struct integer { /* outside of 63 bits */
    struct object head;
    int64_t number;
};

struct floating {
    struct object head;
    double number;
};

struct str {
    struct object head; /* aux: the hash, or 0 */
    uint32_t bytes;
    uint32_t chars;
    char text[]; /* UTF-8, with a 0 behind it */
};

struct tuple {
    struct object head;
    size_t count;
    value items[];
};

struct list {
    struct object head;
    size_t count;
    size_t capacity;
    value *items;
};

/* Entries in the order of insertion; a deleted one has no key.  Without an
   index (few entries) they are searched one by one. */
struct entry {
    int64_t hash;
    value key;
    value item;
};

struct dict {
    struct object head; /* aux: changes when a key comes or goes */
    uint32_t count;     /* of keys */
    uint32_t used;      /* entries, deleted ones included */
    uint32_t capacity;  /* of entries */
    uint32_t mask;      /* of the index */
    struct entry *entries;
    int32_t *index; /* into entries; -1 free, -2 deleted */
};

/* The order of iteration is CPython's, so the table is as well. */
struct set_entry {
    int64_t hash;
    value key; /* NULL: free, or deleted if the hash is -1 */
};

struct set {
    struct object head;
    size_t count;
    size_t fill; /* with deleted ones */
    size_t mask;
    size_t finger;
    struct set_entry *table;
};

struct range {
    struct object head;
    int64_t start, stop, step;
};

struct slice {
    struct object head;
    value start, stop, step;
};

enum iterator_kind {
    ITER_RANGE,
    ITER_LIST,
    ITER_TUPLE,
    ITER_STR,
    ITER_KEYS,
    ITER_VALUES,
    ITER_ITEMS,
    ITER_SET,
    ITER_REVERSED,
    ITER_ENUMERATE,
    ITER_ZIP,
    ITER_MAP,
    ITER_FILTER,
    ITER_CALL,    /* iter(callable, sentinel) */
    ITER_GETITEM, /* __getitem__ with 0, 1, 2 ... */
    ITER_WEAK,    /* over a weak collection; function: the place */
    ITER_KINDS,
    ITER_DONE = 64 /* is added to the kind */
};

struct iterator {
    struct object head; /* aux: enum iterator_kind */
    value over;
    value function;
    int64_t index;
    int64_t stop;
    int64_t step;
};

struct view {
    struct object head; /* aux: ITER_KEYS, ITER_VALUES or ITER_ITEMS */
    struct dict *dict;
};

/* `args` are nargs values; with `names` (a tuple of str) as many values more
   follow, which belong to the names. */
typedef value builtin_fn(value *args, int nargs, struct tuple *names);

struct builtin {
    struct object head;
    const char *name;
    const char *owner;   /* of a method: the class; of others: the module */
    struct class *class; /* of a method: what its self must be; else NULL */
    builtin_fn *fn;
    int16_t least, most; /* arguments; most -1: any number */
    bool keywords, makes;
};

struct cell {
    struct object head;
    value content;
};

struct method {
    struct object head;
    value function;
    value self;
};

struct wrapper { /* property, staticmethod, classmethod, super */
    struct object head;
    value a, b, c;
};

struct class
{
    struct object head; /* aux: the number of the class, never used again */
    value name;
    struct class *base;
    struct dict *dict;
    struct dict *slots;   /* attribute of instances -> number of its slot */
    struct builtin *make; /* of built-in types */
    uint32_t builtin_type;
    bool exception, sealed;
    bool has_del, has_getattr, has_setattr;
    value qualname, module;
};

/* Values of attributes are in slots[i], numbered by the class. */
struct instance {
    struct object head; /* aux: capacity of slots */
    struct class *class;
    value *slots;
};

struct exception {
    struct instance instance;
    struct tuple *args;
    value traceback; /* or NULL, as are the next two */
    value cause;
    value context;
    value suppress; /* TRUE: do not show the context */
    value inline_slots[];
};

struct module {
    struct object head;
    value name;
    struct dict *dict;
};

struct traceback {
    struct object head;
    struct code *code;
    struct traceback *next;
    uint32_t at; /* instruction */
};

struct position {
    int32_t line, end_line;
    int32_t column, end_column;
    int32_t mark, end_mark; /* of the operator or subscript; or 0 */
};

struct handler { /* an exception in [start, end) goes to target */
    uint32_t start, end, target, depth;
};

struct cache { /* of an instruction; nothing here is traced */
    uint32_t class;
    uint32_t version;
    int32_t slot;
    uint32_t kind;
    value found;
};

enum {
    CODE_VARARGS = 1,
    CODE_KEYWORDS = 2,
    CODE_GENERATOR = 4,
    CODE_CLASS = 8,
    CODE_SIMPLE = 16 /* positional parameters only */
};

struct code {
    struct object head; /* aux: flags */
    value name, qualname;
    struct source *source;
    struct tuple *constants;
    struct tuple *variables; /* names of locals */
    struct tuple *names;     /* one for each cache */
    uint32_t *words;         /* instructions: operation | argument << 8 */
    struct position *positions;
    struct handler *handlers;
    struct cache *caches;
    uint32_t nwords, nhandlers;
    int32_t nparams, nkeyword_only; /* without * and ** */
    int32_t npositional_only;
    int32_t nlocals, nfree; /* the last nfree locals are the closure */
    int32_t stack;
    int32_t line;
};

struct function {
    struct object head;
    struct code *code;
    struct dict *globals;
    struct tuple *defaults; /* or NULL, as are the next four */
    struct dict *kwdefaults;
    struct tuple *closure;
    struct dict *attributes;
    value doc;
    value name, qualname;
};

struct generator {
    struct object head; /* aux: 1 while it runs */
    struct code *code;
    struct function *function;
    uint32_t *pc; /* NULL: finished */
    value handled;
    struct dict *globals;
    uint32_t saved; /* how many of the values below are in use */
    uint32_t started;
    value values[]; /* locals and stack while it is suspended */
};

static inline bool
is_small(value v)
{
    return ((uintptr_t)v & TAG_INT) != 0;
}

static inline bool
is_object(value v)
{
    return ((uintptr_t)v & TAGS) == 0;
}

/* Of the weakref shim. */
static inline bool
is_handle(value v)
{
    return ((uintptr_t)v & TAGS) == TAG_HANDLE;
}

static inline value
tag_handle(void *handle)
{
    return (value)(void *)((char *)handle + TAG_HANDLE);
}

#define HANDLE(v) ((void *)((char *)(v)-TAG_HANDLE))

static inline bool
is(value v, enum type type)
{
    return is_object(v) && v->type == type;
}

static inline int64_t
small_of(value v)
{
    return (intptr_t)v >> 1;
}

static inline value
small(int64_t n)
{
    return (value)(((uintptr_t)n << 1) | TAG_INT);
}

static inline bool
fits_small(int64_t n)
{
    return n >= -(INT64_C(1) << 62) && n < (INT64_C(1) << 62);
}

static inline value
boolean(bool b)
{
    return b ? TRUE : FALSE;
}

#define AS(structure, v) ((struct structure *)(void *)(v))
#define COUNT(array)     (sizeof(array) / sizeof *(array))

/* A built-in function or method in C. */
#define METHOD(name)                                                           \
    static value name(value *args, int nargs, struct tuple *names)
#define UNUSED ((void)args, (void)nargs, (void)names)
/* One that returns an expression, and one that returns None. */
#define RETURNS(name, ...)                                                     \
    METHOD(name)                                                               \
    {                                                                          \
        UNUSED;                                                                \
        return __VA_ARGS__;                                                    \
    }
#define DOES(name, ...)                                                        \
    METHOD(name)                                                               \
    {                                                                          \
        UNUSED;                                                                \
        __VA_ARGS__;                                                           \
        return NONE;                                                           \
    }

/* ---- The machine ------------------------------------------------------ */

struct source { /* lives as long as the process */
    const char *name;
    const char *text;
    size_t bytes;
    struct source *next;
};

struct frame {
    struct code *code;
    struct function *function; /* NULL for a module */
    struct dict *globals;
    struct dict *names; /* of a class body or a module, else NULL */
    struct generator *generator;
    value made; /* the instance, in a call of __init__ */
    uint32_t *pc;
    value *locals;
    value *result; /* where the result goes; the caller's stack ends here */
    value handled; /* what the caller was handling */
    bool entry;    /* returns to C */
};

/* Containers that are being printed, to end a circle with "...". */
struct printing {
    value v;
    struct printing *outer;
};

struct catcher {
    jmp_buf here;
    struct catcher *outer;
    struct frame *frame;
    value *top;
    value handled;
    int nested;
    struct printing *printing;
    int inexact;
};

enum {
    RECURSION_LIMIT = 1000,
    NESTING_LIMIT = 700, /* of C calls of Python functions */
    STACK_VALUES = 1 << 18
};

enum { PENDING_CALLBACKS = 1, PENDING_INTERRUPT = 2, PENDING_COLLECTION = 4 };

struct vm {
    /* Roots. */
    struct class *types[TYPES];
    struct class *iterators[ITER_KINDS];
    struct class *views[3];
    struct class *method_descriptor;
    value characters[128];
    struct dict *interned;
    struct dict *builtins;
    struct dict *operators; /* name -> number, in operators.c */
    struct dict *modules;
    struct dict *main;
    value error;        /* being raised */
    value handled;      /* being handled: what `raise` raises again */
    value memory_error; /* made in advance */
    value returned;     /* by the generator that has just ended */
    value empty_tuple;
    value argv;
    struct class *exceptions[64];

    /* No roots. */
    wgc_heap *heap;
    wgc_py *py;
    wgc_kind kinds[TYPES];
    struct frame *frames; /* a stack that the root function reads */
    struct frame *frame;
    value *stack; /* the same */
    value *top;
    value *stack_end;
    struct catcher *catcher;
    struct printing *printing;
    volatile int pending;
    int nested;      /* calls from C into the machine */
    int inexact;     /* of those, from functions with unregistered locals */
    int depth;       /* of recursion in C */
    char *stack_low; /* the C stack must not grow beyond this */
    uint32_t class_version;
    uint32_t classes;
    bool finished;
};
extern struct vm vm;

/* vm.c */
void vm_start(void);
/* Call from C: args is nargs values and then one for each of names.  `exact`:
   the caller holds nothing in locals that is not on the stack of values. */
value call_with(value callable, int nargs, const value *args,
                struct tuple *names, bool exact);
value call(value callable, int nargs, const value *args);
value call_method(value self, const char *name, int nargs, const value *args);
/* The special method of the value's class, called if there is one. */
value try_special(value self, value name, int nargs, const value *args);
value run_code(struct code *code, struct dict *globals);
value generator_send(struct generator *generator, value sent);
value generator_throw(struct generator *generator, value error);
value build_class(value body, value name, int nbases, value *bases);
/* Run fn; false if it raised, and the exception is vm.error. */
bool attempt(void (*fn)(void *data), void *data);
void run_pending(void);

/* ---- Exceptions ------------------------------------------------------- */

enum error_class {
    E_BaseException,
    E_SystemExit,
    E_KeyboardInterrupt,
    E_GeneratorExit,
    E_Exception,
    E_StopIteration,
    E_ArithmeticError,
    E_OverflowError,
    E_ZeroDivisionError,
    E_FloatingPointError,
    E_AssertionError,
    E_AttributeError,
    E_EOFError,
    E_ImportError,
    E_ModuleNotFoundError,
    E_LookupError,
    E_IndexError,
    E_KeyError,
    E_MemoryError,
    E_NameError,
    E_UnboundLocalError,
    E_OSError,
    E_FileNotFoundError,
    E_PermissionError,
    E_TimeoutError,
    E_ReferenceError,
    E_RuntimeError,
    E_NotImplementedError,
    E_RecursionError,
    E_SyntaxError,
    E_IndentationError,
    E_TypeError,
    E_ValueError,
    E_UnicodeError,
    E_Warning,
    E_UserWarning,
    E_DeprecationWarning,
    E_RuntimeWarning,
    ERRORS
};

/* error.c */
void errors_start(void);
_Noreturn void raise_error(enum error_class class, const char *format, ...)
    PRINTF(2, 3);
_Noreturn void raise_value(value error);
_Noreturn void raise_again(void); /* vm.error, which is set */
_Noreturn void raise_memory(void);
_Noreturn void raise_syntax(enum error_class class, struct source *source,
                            const struct position *position, const char *format,
                            ...) PRINTF(4, 5);
_Noreturn void raise_key(value key);
value new_exception(struct class *class, int nargs, const value *args);
value make_exception(value *args, int nargs, struct tuple *names);
bool is_exception(value v);
bool is_exception_class(value v);
bool matches(value error, value class);
bool error_is(enum error_class class); /* vm.error */
value exception_str(value error);
void add_traceback(value error, struct frame *frame);
void print_exception(value error);
void print_unraisable(const char *what, value object);
/* Whatever calls itself through values, or nests as source does, asks: deep
   recursion is an exception, never a crash. */
static inline bool
stack_is_low(void)
{
    return (char *)__builtin_frame_address(0) < vm.stack_low;
}
void enter_recursion(const char *where);

/* ---- Objects ---------------------------------------------------------- */

/* object.c: allocation, and what is asked of every value. */
void objects_start(void);
void *new_object(enum type type, size_t bytes);
void *new_leaf(enum type type, size_t bytes); /* never scanned */
void *new_values(size_t count);               /* array of values */
void *new_bytes(size_t bytes);                /* scratch, never scanned */
struct class *class_of(value v);
const char *type_name(value v);
bool truth(value v);
int64_t hash(value v);
int64_t hash_pointer(value v);
value default_repr(value v); /* of an instance without __repr__ */
bool equal(value a, value b);
bool identical_or_equal(value a, value b);
enum compare { LT, LE, EQ, NE, GT, GE };
value compare(enum compare how, value a, value b);
bool less(value a, value b);
value repr(value v);
value str_of(value v);
value length_of(value v);
bool contains(value container, value v);
value get_item(value container, value key);
void set_item(value container, value key, value item);
void delete_item(value container, value key);
value id_of(value v);

/* class.c: classes, instances, attributes. */
extern const char *const special_names[];
enum special {
    S_init,
    S_str,
    S_repr,
    S_eq,
    S_hash,
    S_len,
    S_call,
    S_getitem,
    S_setitem,
    S_delitem,
    S_contains,
    S_iter,
    S_next,
    S_del,
    S_enter,
    S_exit,
    S_bool,
    S_lt,
    S_le,
    S_gt,
    S_ge,
    S_ne,
    S_getattr,
    S_setattr,
    S_format,
    S_name,
    S_qualname,
    S_module,
    S_doc,
    S_class,
    S_dict,
    S_missing,
    S_reversed,
    S_new,
    S_index,
    S_int,
    S_float,
    S_abs,
    S_neg,
    S_pos,
    S_invert,
    S_delattr,
    SPECIALS
};
extern value special[SPECIALS]; /* interned names; strong in vm.interned */
void classes_start(void);
struct class *new_class(value name, struct class *base);
struct define {
    const char *name;
    builtin_fn *fn; /* NULL for a type that cannot be called */
    int least, most;
    bool keywords;
};
struct class *new_type(enum type type, const struct define *define,
                       struct class *base);
struct instance *new_instance(struct class *class);
value class_name(struct class *class); /* without a module */
bool is_subclass(struct class *class, struct class *base);
value class_find(struct class *class, value name); /* NULL if absent */
value special_of(value v, enum special name);      /* unbound; NULL */
value get_attribute(value v, value name);
value find_attribute(value v, value name); /* NULL if absent */
void set_attribute(value v, value name, value item);
void delete_attribute(value v, value name);
/* For a call: *self is set if the result is to be called with it first. */
value find_method(value v, value name, value *self);
value bind(value found, value self, struct class *class);
int find_slot(struct class *class, value name); /* -1 */
value instance_attributes(struct instance *instance);
value new_method(value function, value self);
extern builtin_fn make_property, make_staticmethod, make_classmethod,
    make_super, make_str, make_range, make_dict, make_set, make_frozenset,
    make_ref, make_finalize, make_weakmethod, make_weakkeydict,
    make_weakvaluedict, make_weakset;
void define_methods(struct class *class, const struct define *table, size_t n);
void define_static(struct class *class, const struct define *define);
void define_functions(struct dict *dict, const char *module,
                      const struct define *table, size_t n);
value new_builtin(const struct define *define, const char *owner,
                  struct class *class); /* NULL: no method */
/* operators.c */
void operators_start(void);
value operator_method(struct class *class, value name); /* unbound; NULL */
value property_set(value self, value property, value item);

/* number.c */
void numbers_start(void);
value make_int(int64_t n);
value make_float(double d);
bool is_int(value v); /* a bool is one too */
int64_t int_of(value v);
double double_of(value v);
int64_t truncated(double d); /* raises where no int holds it */
bool is_number(value v);
int64_t index_of(value v, const char *what); /* raises unless an int */
bool find_index(value v, int64_t *index);    /* false unless an int */
enum operation {
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_TRUEDIV,
    OP_FLOORDIV,
    OP_MOD,
    OP_POW,
    OP_LSHIFT,
    OP_RSHIFT,
    OP_AND,
    OP_OR,
    OP_XOR,
    OP_MATMUL,
    OPERATIONS,
    OP_INPLACE = 16
};
value binary(int operation, value a, value b);
value negate(value v);
value invert(value v);
value positive(value v);
value number_compare(enum compare how, value a, value b);
int64_t hash_double(double d);
value float_repr(double d);
value parse_int(const char *text, size_t bytes, int base); /* NULL if none */
bool parse_float(const char *text, size_t bytes, double *result);
value int_power(int64_t base, int64_t exponent);
value absolute(value v);
value number_attribute(value v, const char *name); /* NULL if absent */

/* str.c */
void strings_start(void);
value new_str(const char *text, size_t bytes);
value str_from(const char *text);
value intern(const char *text, size_t bytes);
value intern_str(value str);
value str_format(const char *format, ...) PRINTF(1, 2);
const char *text_of(value str);
bool str_equal(value a, value b);
int str_order(value a, value b);
int64_t str_hash(value str);
value str_concat(value a, value b);
value str_slice(value str, int64_t start, int64_t count, int64_t step);
value str_at(value str, int64_t index);
value str_next(value str, int64_t *byte); /* NULL at the end */
value str_repr(value str);
void forget_cursor(void); /* in a string that a cycle may have freed */
bool is_printable(uint32_t point);
bool is_name_character(uint32_t point); /* of those beyond ASCII */
int64_t str_find(value str, value part, size_t from_byte);
size_t utf8_decode(const char *text, const char *end, uint32_t *point);
size_t utf8_encode(uint32_t point, char *to);
size_t utf8_bytes_of(const char *text, size_t bytes, size_t chars);

/* A string under construction. */
struct text {
    char *bytes;
    size_t count, capacity;
};
void text_add(struct text *text, const char *bytes, size_t count);
void text_char(struct text *text, char c);
void text_fill(struct text *text, uint32_t point, size_t times);
void text_str(struct text *text, value str);
void text_format(struct text *text, const char *format, ...) PRINTF(2, 3);
value text_done(struct text *text);

/* format.c */
value ascii_repr(value v);
value convert(value v, char how); /* s, r, or a */
value format_value(value v, const char *spec, size_t bytes);
value percent_format(value format, value args);
value str_format_method(value *args, int nargs, struct tuple *names);

/* list.c: lists, tuples, slices, ranges, sorting. */
void lists_start(void);
value new_tuple(size_t count, const value *items); /* items may be NULL */
value new_list(size_t count, const value *items);
value new_slice(value start, value stop, value step);
void list_append(value list, value v);
void list_extend(value list, value iterable);
value list_of(value iterable);
value tuple_of(value iterable);
value *sequence_items(value v, size_t *count); /* list or tuple, else NULL */
value sequence_slice(value v, value slice);
void list_store_slice(value list, value slice, value items);
void list_delete_slice(value list, value slice);
bool sequence_equal(value a, value b);
value sequence_compare(enum compare how, value a, value b);
value sequence_repr(value v);
value sequence_repeat(value v, int64_t times);
value sorted(value iterable, value key, bool reverse);
int64_t slice_range(value slice, int64_t length, int64_t *start,
                    int64_t *step); /* count */
int64_t range_length(const struct range *range);
value new_range(int64_t start, int64_t stop, int64_t step);
int64_t fix_index(int64_t index, size_t count, const char *what);

/* dict.c */
void dicts_start(void);
struct dict *new_dict(void);
value dict_get(struct dict *dict, value key); /* NULL if absent */
value dict_get_str(struct dict *dict, value interned);
void dict_set(struct dict *dict, value key, value item);
bool dict_delete(struct dict *dict, value key);
struct entry *dict_find(struct dict *dict, value key);
struct entry *dict_next(struct dict *dict, uint32_t *at); /* NULL: end */
void dict_update(struct dict *dict, value other);
bool dict_equal(struct dict *a, struct dict *b);
value dict_repr(struct dict *dict);
value new_view(enum iterator_kind kind, struct dict *dict);

/* set.c */
void sets_start(void);
struct set *new_set(void);
bool set_add(struct set *set, value key);
bool set_has(struct set *set, value key);
void set_update(struct set *set, value iterable);
value set_next(struct set *set, int64_t *at);
value set_operation(int operation, value a, value b);
bool is_set_like(value v);
value set_compare(enum compare how, value a, value b);
value set_repr(value set);
int64_t set_hash(struct set *set);

/* iter.c */
void iterators_start(void);
bool is_iterable(value v);
value get_iterator(value v);
value next(value iterator); /* NULL at the end */
value next_by(value iterator, value name, value sent);
value new_iterator(enum iterator_kind kind, value over);

/* builtins.c, modules.c, weakref.c */
void builtins_start(void);
value import_module(value name);
void modules_start(void);
void weakref_start(void);
value weakref_call(value handle, int nargs, bool names);
value weakref_repr(value handle);
struct class *weakref_class(value handle);
bool is_referencable(value v);
void check_referencable(value v);
void *to_shim(value v);
value from_shim(void *object);
value weakref_subject(value handle);
/* What a proxy stands for; everything else stands for itself. */
static inline value
subject(value v)
{
    return UNLIKELY(is_handle(v)) ? weakref_subject(v) : v;
}
/* Does the class of the value, not its type, say what operators do? */
static inline bool
has_specials(value v)
{
    return is_handle(v) || is(v, TYPE_OBJECT);
}
/* collections.c */
void collections_start(void);
value weak_next(struct iterator *iterator);
/* builtins.c */
value weakref_attribute(value handle, value name);
bool weakref_set_attribute(value handle, value name, value item);
void watch_del(struct instance *instance);
void shut_down(void);
value keyword(value *args, int nargs, struct tuple *names, const char *name,
              value otherwise);
void check_keywords(struct tuple *names, const char *function,
                    const char *const *known, size_t n);
void write_str(value file, value str);

/* ---- From text to code ------------------------------------------------ */

#include "tree.h"

/* compiler.c */
enum compile_mode { COMPILE_FILE, COMPILE_INTERACTIVE, COMPILE_EXPRESSION };
struct source *new_source(const char *name, const char *text, size_t bytes);
struct code *compile(struct source *source, enum compile_mode mode);
#endif
