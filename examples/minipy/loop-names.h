/* SPDX-License-Identifier: MIT */
/* The stack, names, attributes.  Included by loop.c. */

/* ---- The stack ------------------------------------------------------------- */

OP(NOP)
{
}

OP(POP)
{
    sp--;
}

OP(DUP)
{
    sp[0] = sp[-1];
    sp++;
}

OP(DUP2)
{
    sp[0] = sp[-2];
    sp[1] = sp[-1];
    sp += 2;
}

OP(ROT2)
{
    v = sp[-1];
    sp[-1] = sp[-2];
    sp[-2] = v;
}

OP(ROT3)
{
    v = sp[-1];
    sp[-1] = sp[-2];
    sp[-2] = sp[-3];
    sp[-3] = v;
}

OP(DROP_UNDER)
{
    v = sp[-1];
    sp -= N;
    sp[-1] = v;
}

OP(PUSH_NULL)
{
    PUSH(NULL);
}

OP(CONSTANT)
{
    PUSH(constants[N]);
}

/* ---- Names ----------------------------------------------------------------- */

OP(LOAD)
{
    v = locals[N];
    if (UNLIKELY(!v)) {
        SYNC;
        unbound_local(frame, N);
    }
    PUSH(v);
}

OP(STORE)
{
    locals[N] = *--sp;
}

OP(DELETE)
{
    if (!locals[N]) {
        SYNC;
        unbound_local(frame, N);
    }
    locals[N] = NULL;
}

OP(LOAD_CELL)
{
    PUSH(locals[N]);
}

OP(LOAD_DEREF)
{
    v = AS(cell, locals[N])->content;
    if (UNLIKELY(!v)) {
        SYNC;
        unbound_local(frame, N);
    }
    PUSH(v);
}

OP(STORE_DEREF)
{
    AS(cell, locals[N])->content = *--sp;
}

OP(DELETE_DEREF)
{
    if (!AS(cell, locals[N])->content) {
        SYNC;
        unbound_local(frame, N);
    }
    AS(cell, locals[N])->content = NULL;
}

OP(MAKE_CELL)
{
    SYNC;
    v = new_object(TYPE_CELL, sizeof(struct cell));
    AS(cell, v)->content = locals[N];
    locals[N] = v;
}

OP(LOAD_GLOBAL)
{
    struct cache *cache = &frame->code->caches[N];
    struct dict *dict = frame->globals;
    if (LIKELY(cache->kind == 1)) {
        struct entry *entry = &dict->entries[cache->slot];
        if (LIKELY((uint32_t)cache->slot < dict->used &&
                   entry->key == frame->code->names->items[N])) {
            PUSH(entry->item);
            NEXT;
        }
    } else if (cache->kind == 2 && cache->version == dict->head.aux) {
        struct entry *entry = &vm.builtins->entries[cache->slot];
        if (LIKELY((uint32_t)cache->slot < vm.builtins->used &&
                   entry->key == frame->code->names->items[N])) {
            PUSH(entry->item);
            NEXT;
        }
    }
    SYNC;
    PUSH(load_global(frame, N));
}

OP(STORE_GLOBAL)
{
    struct cache *cache = &frame->code->caches[N];
    struct dict *dict = frame->globals;
    value name = frame->code->names->items[N];
    if (LIKELY(cache->kind == 1 && (uint32_t)cache->slot < dict->used &&
               dict->entries[cache->slot].key == name)) {
        dict->entries[cache->slot].item = *--sp;
        NEXT;
    }
    SYNC;
    dict_set(dict, name, sp[-1]);
    cache->kind = 1;
    cache->slot = (int32_t)(dict_find(dict, name) - dict->entries);
    sp--;
}

OP(DELETE_GLOBAL)
{
    SYNC;
    if (!dict_delete(frame->globals, frame->code->names->items[N]))
        undefined_name(frame->code->names->items[N]);
}

OP(LOAD_NAME)
{
    SYNC;
    PUSH(load_name(frame, N));
}

OP(STORE_NAME)
{
    SYNC;
    dict_set(frame->names, frame->code->names->items[N], sp[-1]);
    sp--;
}

OP(DELETE_NAME)
{
    SYNC;
    if (!dict_delete(frame->names, frame->code->names->items[N]))
        undefined_name(frame->code->names->items[N]);
}

/* ---- Attributes ------------------------------------------------------------ */

OP(LOAD_ATTR)
{
    struct cache *cache = &frame->code->caches[N];
    v = sp[-1];
    if (LIKELY(is(v, TYPE_OBJECT) && cache->kind == CACHE_SLOT)) {
        struct instance *instance = AS(instance, v);
        if (LIKELY(cache->class == instance->class->head.aux &&
                   cache->version == vm.class_version &&
                   (uint32_t)cache->slot < instance->head.aux &&
                   instance->slots[cache->slot])) {
            sp[-1] = instance->slots[cache->slot];
            NEXT;
        }
    }
    SYNC;
    v = load_attribute(frame, N, v);
    sp[-1] = v;
}

OP(LOAD_METHOD)
{
    struct cache *cache = &frame->code->caches[N];
    v = sp[-1];
    if (LIKELY(cache->kind == CACHE_METHOD && is_object(v) &&
               cache->version == vm.class_version)) {
        struct class *class =
            v->type == TYPE_OBJECT ? AS(instance, v)->class : vm.types[v->type];
        if (LIKELY(cache->class == class->head.aux)) {
            sp[-1] = cache->found;
            PUSH(v);
            NEXT;
        }
    }
    SYNC;
    value self;
    value found = load_method(frame, N, v, &self);
    sp[-1] = found;
    PUSH(self);
}

OP(STORE_ATTR)
{
    struct cache *cache = &frame->code->caches[N];
    v = sp[-1];
    if (LIKELY(is(v, TYPE_OBJECT) && cache->kind == CACHE_SLOT)) {
        struct instance *instance = AS(instance, v);
        if (LIKELY(cache->class == instance->class->head.aux &&
                   cache->version == vm.class_version &&
                   (uint32_t)cache->slot < instance->head.aux)) {
            instance->slots[cache->slot] = sp[-2];
            sp -= 2;
            NEXT;
        }
    }
    SYNC;
    store_attribute(frame, N, v, sp[-2]);
    sp -= 2;
}

OP(DELETE_ATTR)
{
    SYNC;
    delete_attribute(sp[-1], frame->code->names->items[N]);
    sp--;
}
