/* SPDX-License-Identifier: MIT */
/*
 * Classes, instances, and attributes.  The attributes of an instance are in an
 * array; its class knows which attribute has which number, and the numbers only
 * grow.  An instance that is made after that has room for all of them at once.
 *
 * vm.class_version changes whenever a class gets another attribute or its
 * instances another slot: it makes the caches of instructions, and the one
 * here, invalid.
 */
#include "minipy.h"

#include <stdlib.h>

value special[SPECIALS];
const char *const special_names[] = {
    "__init__",     "__str__",     "__repr__",     "__eq__",
    "__hash__",     "__len__",     "__call__",     "__getitem__",
    "__setitem__",  "__delitem__", "__contains__", "__iter__",
    "__next__",     "__del__",     "__enter__",    "__exit__",
    "__bool__",     "__lt__",      "__le__",       "__gt__",
    "__ge__",       "__ne__",      "__getattr__",  "__setattr__",
    "__format__",   "__name__",    "__qualname__", "__module__",
    "__doc__",      "__class__",   "__dict__",     "__missing__",
    "__reversed__", "__new__",     "__index__",    "__int__",
    "__float__",    "__abs__",     "__neg__",      "__pos__",
    "__invert__",   "__delattr__",
};
_Static_assert(COUNT(special_names) == SPECIALS, "one name for each");

/* ---- Classes ---------------------------------------------------------- */

struct class *
new_class(value name, struct class *base)
{
    struct class *class = new_object(TYPE_CLASS, sizeof *class);
    class->head.aux = ++vm.classes;
    class->name = class->qualname = name;
    class->base = base;
    class->dict = new_dict();
    class->slots = new_dict();
    if (base) {
        class->make = base->make;
        class->exception = base->exception;
        class->has_del = base->has_del;
        class->has_getattr = base->has_getattr;
        class->has_setattr = base->has_setattr;
        dict_update(class->slots, (value)base->slots);
    }
    return class;
}

struct class *
new_type(enum type type, const struct define *define, struct class *base)
{
    struct class *class = new_class(str_from(define->name), base);
    class->builtin_type = type;
    class->qualname = class_name(class);
    if (define->fn) {
        class->make = AS(builtin, new_builtin(define, NULL, NULL));
        class->make->makes = true;
    }
    class->sealed = type != TYPE_OBJECT;
    class->module = str_from("builtins");
    return class;
}

value
class_name(struct class *class)
{
    const char *dot =
        class->builtin_type ? strrchr(text_of(class->name), '.') : NULL;
    return dot ? str_from(dot + 1) : class->name;
}

bool
is_subclass(struct class *class, struct class *base)
{
    for (; class; class = class->base)
        if (class == base)
            return true;
    return false;
}

static struct {
    uint32_t class, version;
    value name, found;
} method_cache[1024]; /* not traced: valid only with the right version */

value
class_find(struct class *class, value name)
{
    uint32_t at = (class->head.aux * 31 + (uint32_t)((uintptr_t)name >> 4)) %
                  COUNT(method_cache);
    if (method_cache[at].class == class->head.aux &&
        method_cache[at].name == name &&
        method_cache[at].version == vm.class_version)
        return method_cache[at].found;
    value found = NULL;
    for (struct class *c = class; c && !found; c = c->base)
        found = dict_get_str(c->dict, name);
    method_cache[at].class = class->head.aux;
    method_cache[at].version = vm.class_version;
    method_cache[at].name = name;
    method_cache[at].found = found;
    return found;
}

value
special_of(value v, enum special name)
{
    return class_find(class_of(v), special[name]);
}

int
find_slot(struct class *class, value name)
{
    value slot = dict_get_str(class->slots, name);
    return slot ? (int)small_of(slot) : -1;
}

static int
add_slot(struct class *class, value name)
{
    int slot = find_slot(class, name);
    if (slot < 0) {
        slot = (int)class->slots->count;
        dict_set(class->slots, name, small(slot));
        vm.class_version++;
    }
    return slot;
}

/* ---- Instances -------------------------------------------------------- */

struct instance *
new_instance(struct class *class)
{
    uint32_t count = class->slots->count;
    uint32_t room = count ? count : 2;
    size_t head =
        class->exception ? sizeof(struct exception) : sizeof(struct instance);
    struct instance *instance =
        new_object(TYPE_OBJECT, head + room * sizeof(value));
    instance->head.aux = room;
    instance->class = class;
    instance->slots = (value *)(void *)((char *)instance + head);
    if (class->exception)
        AS(exception, instance)->args = AS(tuple, vm.empty_tuple);
    if (UNLIKELY(class->has_del))
        watch_del(instance);
    return instance;
}

static void
store_slot(struct instance *instance, value name, value item)
{
    uint32_t slot = (uint32_t)add_slot(instance->class, name);
    if (slot >= instance->head.aux) {
        uint32_t room = slot * 2 + 2;
        value *slots = new_values(room);
        memcpy(slots, instance->slots, instance->head.aux * sizeof(value));
        instance->slots = slots;
        instance->head.aux = room;
    }
    instance->slots[slot] = item;
}

static value
load_slot(struct instance *instance, value name)
{
    int slot = find_slot(instance->class, name);
    return slot < 0 || (uint32_t)slot >= instance->head.aux
               ? NULL
               : instance->slots[slot];
}

value
instance_attributes(struct instance *instance)
{
    struct dict *dict = new_dict();
    uint32_t at = 0;
    for (struct entry *e; (e = dict_next(instance->class->slots, &at));) {
        uint32_t slot = (uint32_t)small_of(e->item);
        if (slot < instance->head.aux && instance->slots[slot])
            dict_set(dict, e->key, instance->slots[slot]);
    }
    return (value)dict;
}

/* ---- Binding ---------------------------------------------------------- */

value
new_method(value function, value self)
{
    struct method *method = new_object(TYPE_METHOD, sizeof *method);
    method->function = function;
    method->self = self;
    return (value)method;
}

value
bind(value found, value self, struct class *class)
{
    if (!is_object(found))
        return found;
    switch (found->type) {
    case TYPE_FUNCTION:
        return self ? new_method(found, self) : found;
    case TYPE_BUILTIN:
        return self && AS(builtin, found)->class ? new_method(found, self)
                                                 : found;
    case TYPE_PROPERTY:
        if (!self)
            return found;
        if (AS(wrapper, found)->a == NONE)
            raise_error(E_AttributeError, "property has no getter");
        return call(AS(wrapper, found)->a, 1, &self);
    case TYPE_STATICMETHOD:
        return AS(wrapper, found)->a;
    case TYPE_CLASSMETHOD:
        return new_method(AS(wrapper, found)->a, (value) class);
    default:
        return found;
    }
}

/* ---- Attributes of the built-in types --------------------------------- */

static value
exception_attribute(value v, const char *name)
{
    struct exception *error = AS(exception, v);
    if (strcmp(name, "args") == 0)
        return (value)error->args;
    if (strcmp(name, "__traceback__") == 0)
        return error->traceback ? error->traceback : NONE;
    if (strcmp(name, "__cause__") == 0)
        return error->cause ? error->cause : NONE;
    if (strcmp(name, "__context__") == 0)
        return error->context ? error->context : NONE;
    if (strcmp(name, "__suppress_context__") == 0)
        return boolean(error->suppress == TRUE);
    if (strcmp(name, "value") == 0 &&
        is_subclass(error->instance.class, vm.exceptions[E_StopIteration]))
        return error->args->count ? error->args->items[0] : NONE;
    if (is_subclass(error->instance.class, vm.exceptions[E_OSError]) &&
        (strcmp(name, "errno") == 0 || strcmp(name, "strerror") == 0))
        return error->args->count == 2 ? error->args->items[name[0] == 's']
                                       : NONE;
    if (strcmp(name, "code") == 0 &&
        is_subclass(error->instance.class, vm.exceptions[E_SystemExit]))
        return error->args->count == 0   ? NONE
               : error->args->count == 1 ? error->args->items[0]
                                         : (value)error->args;
    return NULL;
}

static value
function_attribute(struct function *function, value name)
{
    if (name == special[S_name])
        return function->name;
    if (name == special[S_qualname])
        return function->qualname;
    if (name == special[S_doc])
        return function->doc;
    if (name == special[S_module])
        return dict_get_str(function->globals, special[S_name]);
    if (strcmp(text_of(name), "__defaults__") == 0)
        return function->defaults ? (value)function->defaults : NONE;
    if (strcmp(text_of(name), "__kwdefaults__") == 0)
        return function->kwdefaults ? (value)function->kwdefaults : NONE;
    if (strcmp(text_of(name), "__code__") == 0)
        return (value)function->code;
    if (name == special[S_dict] && !function->attributes)
        function->attributes = new_dict();
    if (name == special[S_dict])
        return (value)function->attributes;
    return function->attributes ? dict_get_str(function->attributes, name)
                                : NULL;
}

static value
class_attribute(struct class *class, value name)
{
    if (name == special[S_name])
        return class_name(class);
    if (name == special[S_qualname])
        return class->qualname;
    if (name == special[S_module])
        return class->module;
    if (name == special[S_class])
        return (value)vm.types[TYPE_CLASS];
    const char *text = text_of(name);
    if (strcmp(text, "__base__") == 0)
        return class->base ? (value) class->base : NONE;
    if (strcmp(text, "__bases__") == 0)
        return new_tuple(class->base != NULL, (value *)&class->base);
    if (strcmp(text, "__mro__") == 0) {
        value list = new_list(0, NULL);
        for (struct class *c = class; c; c = c->base)
            list_append(list, (value)c);
        return tuple_of(list);
    }
    if (name == special[S_dict]) {
        struct dict *copy = new_dict();
        dict_update(copy, (value) class->dict);
        return (value)copy;
    }
    value found = class_find(class, name);
    if (found)
        return bind(found, NULL, class);
    return name == special[S_doc] ? NONE : operator_method(class, name);
}

static value
super_attribute(struct wrapper *super, value name)
{
    struct class *class = AS(class, super->a);
    value self = super->b;
    bool of_class = is(self, TYPE_CLASS);
    if (!class->base)
        return NULL;
    value found = class_find(class->base, name);
    if (!found)
        found = operator_method(class->base, name);
    return found ? bind(found, of_class ? NULL : self,
                        of_class ? AS(class, self) : class_of(self))
                 : NULL;
}

static value wrap_property(struct wrapper *property, const char *name);

static value
special_attribute(value v, value name)
{
    switch (v->type) {
    case TYPE_FUNCTION:
        return function_attribute(AS(function, v), name);
    case TYPE_CLASS:
        return class_attribute(AS(class, v), name);
    case TYPE_MODULE:
        return name == special[S_name]
                   ? AS(module, v)->name
                   : dict_get_str(AS(module, v)->dict, name);
    case TYPE_SUPER:
        return super_attribute(AS(wrapper, v), name);
    case TYPE_METHOD:
        if (strcmp(text_of(name), "__self__") == 0)
            return AS(method, v)->self;
        if (strcmp(text_of(name), "__func__") == 0)
            return AS(method, v)->function;
        return find_attribute(AS(method, v)->function, name);
    case TYPE_BUILTIN:
        if (name == special[S_name] || name == special[S_qualname])
            return str_from(AS(builtin, v)->name);
        return NULL;
    case TYPE_GENERATOR:
        return name == special[S_name]       ? AS(generator, v)->code->name
               : name == special[S_qualname] ? AS(generator, v)->code->qualname
               : strcmp(text_of(name), "gi_running") == 0 ? boolean(v->aux != 0)
                                                          : NULL;
    case TYPE_PROPERTY:
        return wrap_property(AS(wrapper, v), text_of(name));
    case TYPE_SLICE:
        return strcmp(text_of(name), "start") == 0  ? AS(slice, v)->start
               : strcmp(text_of(name), "stop") == 0 ? AS(slice, v)->stop
               : strcmp(text_of(name), "step") == 0 ? AS(slice, v)->step
                                                    : NULL;
    case TYPE_RANGE:
        return strcmp(text_of(name), "start") == 0
                   ? make_int(AS(range, v)->start)
               : strcmp(text_of(name), "stop") == 0
                   ? make_int(AS(range, v)->stop)
               : strcmp(text_of(name), "step") == 0
                   ? make_int(AS(range, v)->step)
                   : NULL;
    case TYPE_OBJECT:
        if (name == special[S_dict])
            return instance_attributes(AS(instance, v));
        if (AS(instance, v)->class->exception)
            return exception_attribute(v, text_of(name));
        return NULL;
    default:
        return NULL;
    }
}

/* NULL, too, if __getattr__ is all that might know it. */
static value
plain_attribute(value v, value name)
{
    struct class *class = class_of(v);
    if (is_handle(v)) {
        value result = weakref_attribute(v, name);
        if (result)
            return result;
    }
    value found = is(v, TYPE_CLASS) ? NULL : class_find(class, name);
    if (found && is(found, TYPE_PROPERTY))
        return bind(found, v, class);
    if (is(v, TYPE_OBJECT)) {
        value item = load_slot(AS(instance, v), name);
        if (item)
            return item;
    }
    if (is_object(v) && (!found || is(v, TYPE_FUNCTION) || is(v, TYPE_SUPER))) {
        value item = special_attribute(v, name);
        if (item)
            return item;
    }
    if (found)
        return bind(found, v, class);
    if (is_number(v)) {
        value item = number_attribute(v, text_of(name));
        if (item)
            return item;
    }
    if (name == special[S_class])
        return (value) class;
    if (name == special[S_doc])
        return NONE;
    found = operator_method(class, name);
    return found ? new_method(found, v) : NULL;
}

value
find_attribute(value v, value name)
{
    v = subject(v);
    value found = plain_attribute(v, name);
    if (!found && is(v, TYPE_OBJECT) && AS(instance, v)->class->has_getattr)
        found = try_special(v, special[S_getattr], 1, &name);
    return found;
}

_Noreturn static void
missing_attribute(value v, value name)
{
    if (is(v, TYPE_METHOD) && is(AS(method, v)->function, TYPE_FUNCTION))
        v = AS(method, v)->function;
    if (is(v, TYPE_CLASS))
        raise_error(E_AttributeError, "type object '%s' has no attribute '%s'",
                    text_of(AS(class, v)->name), text_of(name));
    if (is(v, TYPE_MODULE))
        raise_error(E_AttributeError, "module '%s' has no attribute '%s'",
                    text_of(AS(module, v)->name), text_of(name));
    if (is(v, TYPE_SUPER))
        raise_error(E_AttributeError, "'super' object has no attribute '%s'",
                    text_of(name));
    raise_error(E_AttributeError, "'%s' object has no attribute '%s'",
                type_name(v), text_of(name));
}

value
get_attribute(value v, value name)
{
    value found = find_attribute(v, name);
    if (!found)
        missing_attribute(subject(v), name);
    return found;
}

/* What a call v.name(...) calls, without making a bound method of it. */
value
find_method(value v, value name, value *self)
{
    *self = NULL;
    v = subject(v);
    if (!is(v, TYPE_CLASS) && !is(v, TYPE_MODULE) && !is(v, TYPE_SUPER)) {
        value found = class_find(class_of(v), name);
        bool plain =
            found && (is(found, TYPE_FUNCTION) ||
                      (is(found, TYPE_BUILTIN) && AS(builtin, found)->class));
        if (plain &&
            !(is(v, TYPE_OBJECT) && load_slot(AS(instance, v), name))) {
            *self = v;
            return found;
        }
    }
    return get_attribute(v, name);
}

/* ---- Storing ---------------------------------------------------------- */

static void
note_special(struct class *class, value name)
{
    class->has_del |= name == special[S_del];
    class->has_getattr |= name == special[S_getattr];
    class->has_setattr |=
        name == special[S_setattr] || name == special[S_delattr];
}

static bool
set_exception_attribute(struct exception *error, const char *name, value item)
{
    if (strcmp(name, "args") == 0)
        error->args = AS(tuple, tuple_of(item));
    else if (strcmp(name, "__cause__") == 0) {
        error->cause = item == NONE ? NULL : item;
        error->suppress = TRUE;
    } else if (strcmp(name, "__context__") == 0)
        error->context = item == NONE ? NULL : item;
    else if (strcmp(name, "__traceback__") == 0)
        error->traceback = item == NONE ? NULL : item;
    else if (strcmp(name, "__suppress_context__") == 0)
        error->suppress = item;
    else
        return false;
    return true;
}

static void
set_function_attribute(struct function *function, value name, value item)
{
    if (name == special[S_name])
        function->name = item;
    else if (name == special[S_qualname])
        function->qualname = item;
    else if (name == special[S_doc])
        function->doc = item;
    else {
        if (!function->attributes)
            function->attributes = new_dict();
        dict_set(function->attributes, name, item);
    }
}

value
property_set(value self, value property, value item)
{
    struct wrapper *wrapper = AS(wrapper, property);
    value args[2] = {self, item};
    return item ? call(wrapper->b, 2, args) : call(wrapper->c, 1, args);
}

static void
set_instance_attribute(value v, value name, value item)
{
    struct instance *instance = AS(instance, v);
    value found = class_find(instance->class, name);
    if (found && is(found, TYPE_PROPERTY)) {
        if (AS(wrapper, found)->b == NONE)
            raise_error(E_AttributeError,
                        "property '%s' of '%s' object has no setter",
                        text_of(name), type_name(v));
        property_set(v, found, item);
        return;
    }
    if (instance->class == vm.types[TYPE_OBJECT])
        missing_attribute(v, name);
    if (instance->class->exception &&
        set_exception_attribute(AS(exception, v), text_of(name), item))
        return;
    if (name == special[S_class]) {
        if (!is(item, TYPE_CLASS))
            raise_error(E_TypeError,
                        "__class__ must be set to a class, not '%s' object",
                        type_name(item));
        struct dict *old = AS(dict, instance_attributes(instance));
        uint32_t at = 0;
        memset(instance->slots, 0, instance->head.aux * sizeof(value));
        instance->class = AS(class, item);
        for (struct entry *e; (e = dict_next(old, &at));)
            store_slot(instance, e->key, e->item);
        return;
    }
    store_slot(instance, name, item);
}

static void
set_plain_attribute(value v, value name, value item)
{
    v = subject(v);
    if (is_handle(v) && weakref_set_attribute(v, name, item))
        return;
    if (is_object(v))
        switch (v->type) {
        case TYPE_OBJECT:
            set_instance_attribute(v, name, item);
            return;
        case TYPE_CLASS:
            if (AS(class, v)->builtin_type || AS(class, v)->sealed)
                raise_error(E_TypeError,
                            "cannot set '%s' attribute of immutable type '%s'",
                            text_of(name), text_of(AS(class, v)->name));
            if (name == special[S_name] || name == special[S_qualname]) {
                *(name == special[S_name] ? &AS(class, v)->name
                                          : &AS(class, v)->qualname) = item;
                return;
            }
            dict_set(AS(class, v)->dict, name, item);
            note_special(AS(class, v), name);
            vm.class_version++;
            return;
        case TYPE_FUNCTION:
            set_function_attribute(AS(function, v), name, item);
            return;
        case TYPE_MODULE:
            dict_set(AS(module, v)->dict, name, item);
            return;
        default:
            break;
        }
    if (plain_attribute(v, name))
        raise_error(E_AttributeError, "'%s' object attribute '%s' is read-only",
                    type_name(v), text_of(name));
    missing_attribute(v, name);
}

void
set_attribute(value v, value name, value item)
{
    if (is(v, TYPE_OBJECT) && AS(instance, v)->class->has_setattr &&
        try_special(v, special[S_setattr], 2, (value[]){name, item}))
        return;
    set_plain_attribute(v, name, item);
}

static void
delete_plain_attribute(value v, value name)
{
    bool deleted = false;
    v = subject(v);
    if (is(v, TYPE_OBJECT)) {
        struct instance *instance = AS(instance, v);
        value found = class_find(instance->class, name);
        if (found && is(found, TYPE_PROPERTY)) {
            if (AS(wrapper, found)->c == NONE)
                raise_error(E_AttributeError,
                            "property '%s' of '%s' object has no deleter",
                            text_of(name), type_name(v));
            property_set(v, found, NULL);
            return;
        }
        int slot = find_slot(instance->class, name);
        deleted = slot >= 0 && (uint32_t)slot < instance->head.aux &&
                  instance->slots[slot];
        if (deleted)
            instance->slots[slot] = NULL;
    } else if (is(v, TYPE_CLASS) && !AS(class, v)->sealed) {
        deleted = dict_delete(AS(class, v)->dict, name);
        vm.class_version++;
    } else if (is(v, TYPE_MODULE)) {
        deleted = dict_delete(AS(module, v)->dict, name);
    } else if (is(v, TYPE_FUNCTION) && AS(function, v)->attributes) {
        deleted = dict_delete(AS(function, v)->attributes, name);
    }
    if (!deleted)
        missing_attribute(v, name);
}

void
delete_attribute(value v, value name)
{
    if (is(v, TYPE_OBJECT) && AS(instance, v)->class->has_setattr &&
        try_special(v, special[S_delattr], 1, &name))
        return;
    delete_plain_attribute(v, name);
}

/* ---- Built-in classes ------------------------------------------------- */

value
new_builtin(const struct define *define, const char *owner, struct class *class)
{
    struct builtin *builtin = new_object(TYPE_BUILTIN, sizeof *builtin);
    builtin->name = define->name;
    builtin->owner = owner;
    builtin->fn = define->fn;
    builtin->least = (int16_t)define->least;
    builtin->most = (int16_t)define->most;
    builtin->keywords = define->keywords;
    builtin->class = class;
    return (value)builtin;
}

void
define_methods(struct class *class, const struct define *table, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dict_set(class->dict, intern(table[i].name, strlen(table[i].name)),
                 new_builtin(&table[i], text_of(class->name), class));
}

void
define_functions(struct dict *dict, const char *module,
                 const struct define *table, size_t n)
{
    for (size_t i = 0; i < n; i++)
        dict_set(dict, intern(table[i].name, strlen(table[i].name)),
                 new_builtin(&table[i], module, NULL));
}

static value
make_wrapper(enum type type, value *args, int nargs)
{
    struct wrapper *wrapper = new_object(type, sizeof *wrapper);
    wrapper->a = nargs > 0 ? args[0] : NONE;
    wrapper->b = nargs > 1 ? args[1] : NONE;
    wrapper->c = nargs > 2 ? args[2] : NONE;
    return (value)wrapper;
}

value
make_property(value *args, int nargs, struct tuple *names)
{
    (void)names;
    return make_wrapper(TYPE_PROPERTY, args, nargs);
}

value
make_staticmethod(value *args, int nargs, struct tuple *names)
{
    (void)names;
    return make_wrapper(TYPE_STATICMETHOD, args, nargs);
}

value
make_classmethod(value *args, int nargs, struct tuple *names)
{
    (void)names;
    return make_wrapper(TYPE_CLASSMETHOD, args, nargs);
}

value
make_super(value *args, int nargs, struct tuple *names)
{
    (void)names;
    if (nargs != 2)
        raise_error(E_RuntimeError, "super(): no arguments");
    if (!is(args[0], TYPE_CLASS))
        raise_error(E_TypeError, "super() argument 1 must be a type, not %s",
                    type_name(args[0]));
    if (!is_subclass(class_of(args[1]), AS(class, args[0])) &&
        !(is(args[1], TYPE_CLASS) &&
          is_subclass(AS(class, args[1]), AS(class, args[0]))))
        raise_error(E_TypeError, "super(type, obj): obj must be an instance or "
                                 "subtype of type");
    return make_wrapper(TYPE_SUPER, args, nargs);
}

METHOD(property_getter)
{
    struct wrapper *old = AS(wrapper, args[0]);
    UNUSED;
    return make_wrapper(TYPE_PROPERTY, (value[]){args[1], old->b, old->c}, 3);
}

METHOD(property_setter)
{
    struct wrapper *old = AS(wrapper, args[0]);
    UNUSED;
    return make_wrapper(TYPE_PROPERTY, (value[]){old->a, args[1], old->c}, 3);
}

METHOD(property_deleter)
{
    struct wrapper *old = AS(wrapper, args[0]);
    UNUSED;
    return make_wrapper(TYPE_PROPERTY, (value[]){old->a, old->b, args[1]}, 3);
}

static value
wrap_property(struct wrapper *property, const char *name)
{
    if (strcmp(name, "__doc__") == 0)
        return is_object(property->a)
                   ? find_attribute(property->a, special[S_doc])
                   : NULL;
    return strcmp(name, "fget") == 0   ? property->a
           : strcmp(name, "fset") == 0 ? property->b
           : strcmp(name, "fdel") == 0 ? property->c
                                       : NULL;
}

DOES(object_setattr, set_plain_attribute(args[0], intern_str(args[1]), args[2]))
DOES(object_delattr, delete_plain_attribute(args[0], intern_str(args[1])))
RETURNS(object_init, NONE)

METHOD(object_new)
{
    UNUSED;
    if (!is(args[0], TYPE_CLASS) || AS(class, args[0])->sealed)
        raise_error(E_TypeError,
                    "object.__new__(X): X is not a type object that "
                    "minipy can make");
    return (value)new_instance(AS(class, args[0]));
}

RETURNS(class_mro,
        list_of(class_attribute(AS(class, args[0]), intern("__mro__", 7))))

void
define_static(struct class *class, const struct define *define)
{
    value function = new_builtin(define, text_of(class->name), NULL);
    dict_set(class->dict, intern(define->name, strlen(define->name)),
             make_wrapper(TYPE_STATICMETHOD, &function, 1));
}

void
classes_start(void)
{
    static const struct define property_methods[] = {
        {"getter", property_getter, 2, 2, false},
        {"setter", property_setter, 2, 2, false},
        {"deleter", property_deleter, 2, 2, false},
    };
    static const struct define object_methods[] = {
        {"__setattr__", object_setattr, 3, 3, false},
        {"__delattr__", object_delattr, 2, 2, false},
        {"__init__", object_init, 1, -1, true},
    };
    static const struct define make_new = {"__new__", object_new, 1, -1, true};
    static const struct define mro      = {"mro", class_mro, 1, 1, false};
    struct class *object = vm.types[TYPE_OBJECT];
    define_methods(vm.types[TYPE_PROPERTY], property_methods,
                   COUNT(property_methods));
    define_methods(vm.types[TYPE_CLASS], &mro, 1);
    define_methods(object, object_methods, COUNT(object_methods));
    define_static(object, &make_new);
}
