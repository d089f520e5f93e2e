/* SPDX-License-Identifier: MIT */
/* Operators, displays, containers.  Included by loop.c. */

/* ---- Operators ------------------------------------------------------------- */

OP(ADD)
{
    ARITHMETIC(__builtin_add_overflow, +, OP_ADD);
}

OP(SUB)
{
    ARITHMETIC(__builtin_sub_overflow, -, OP_SUB);
}

OP(MUL)
{
    ARITHMETIC(__builtin_mul_overflow, *, OP_MUL);
}

OP(BINARY)
{
    value a = sp[-2], b = sp[-1];
    if (BOTH_SMALL(a, b)) {
        int64_t x = small_of(a), y = small_of(b), z = INT64_MAX;
        switch (N & (OP_INPLACE - 1)) {
        case OP_FLOORDIV:
            if (y > 0)
                z = x / y - (x % y < 0);
            break;
        case OP_MOD:
            if (y > 0)
                z = x % y + (x % y < 0 ? y : 0);
            break;
        case OP_AND:
            z = x & y;
            break;
        case OP_OR:
            z = x | y;
            break;
        case OP_XOR:
            z = x ^ y;
            break;
        case OP_RSHIFT:
            if (y >= 0 && y < 64)
                z = x >> y;
            break;
        default:
            break;
        }
        if (LIKELY(z != INT64_MAX)) {
            sp--;
            sp[-1] = small(z);
            NEXT;
        }
    }
    SYNC;
    v = binary((int)N, a, b);
    sp--;
    sp[-1] = v;
}

OP(COMPARE)
{
    value a = sp[-2], b = sp[-1];
    if (LIKELY(BOTH_SMALL(a, b))) {
        int64_t x = small_of(a), y = small_of(b);
        bool test = N == LT   ? x < y
                    : N == LE ? x <= y
                    : N == EQ ? x == y
                    : N == NE ? x != y
                    : N == GT ? x > y
                              : x >= y;
        sp -= 2;
        BRANCH(test);
    }
    if (N == EQ && is(a, TYPE_STR) && is(b, TYPE_STR)) {
        sp -= 2;
        BRANCH(str_equal(a, b));
    }
    SYNC;
    v = compare((enum compare)N, a, b);
    sp--;
    sp[-1] = v;
}

OP(IS)
{
    bool same = sp[-2] == sp[-1];
    sp -= 2;
    BRANCH(same != (N == 1));
}

OP(IN)
{
    SYNC;
    bool in = contains(sp[-1], sp[-2]);
    sp -= 2;
    BRANCH(in != (N == 1));
}

OP(NOT)
{
    SYNC;
    bool test = !truth(sp[-1]);
    sp--;
    BRANCH(test);
}

OP(NEGATE)
{
    SYNC;
    v = negate(sp[-1]);
    sp[-1] = v;
}

OP(POSITIVE)
{
    SYNC;
    v = positive(sp[-1]);
    sp[-1] = v;
}

OP(INVERT)
{
    SYNC;
    v = invert(sp[-1]);
    sp[-1] = v;
}

/* ---- Building -------------------------------------------------------------- */

OP(BUILD_LIST)
{
    SYNC;
    v = new_list(N, sp - N);
    sp -= N;
    PUSH(v);
}

OP(BUILD_TUPLE)
{
    SYNC;
    v = new_tuple(N, sp - N);
    sp -= N;
    PUSH(v);
}

OP(BUILD_SET)
{
    SYNC;
    v = (value)new_set();
    for (uint32_t i = N; i > 0; i--)
        set_add(AS(set, v), sp[-(int)i]);
    sp -= N;
    PUSH(v);
}

OP(BUILD_DICT)
{
    SYNC;
    v = (value)new_dict();
    for (uint32_t i = N; i > 0; i--)
        dict_set(AS(dict, v), sp[-2 * (int)i], sp[-2 * (int)i + 1]);
    sp -= 2 * N;
    PUSH(v);
}

OP(BUILD_STRING)
{
    SYNC;
    v = join_strings(sp - N, N);
    sp -= N;
    PUSH(v);
}

OP(BUILD_SLICE)
{
    SYNC;
    v = new_slice(sp[-3], sp[-2], sp[-1]);
    sp -= 2;
    sp[-1] = v;
}

OP(FORMAT)
{
    SYNC;
    v = N & 256 ? format_field(sp[-2], N, sp[-1])
                : format_field(sp[-1], N, NULL);
    sp -= N >> 8;
    sp[-1] = v;
}

OP(LIST_APPEND)
{
    SYNC;
    list_append(sp[-2 - (int)N], sp[-1]);
    sp--;
}

OP(LIST_EXTEND)
{
    SYNC;
    extend_starred(sp[-2], sp[-1], N ? sp[-4] : NULL);
    sp--;
}

OP(SET_ADD)
{
    SYNC;
    set_add(AS(set, sp[-2 - (int)N]), sp[-1]);
    sp--;
}

OP(SET_UPDATE)
{
    SYNC;
    set_update(AS(set, sp[-2]), sp[-1]);
    sp--;
}

OP(DICT_ADD)
{
    SYNC;
    dict_set(AS(dict, sp[-3 - (int)N]), sp[-2], sp[-1]);
    sp -= 2;
}

OP(DICT_UPDATE)
{
    SYNC;
    if (!is(sp[-1], TYPE_DICT))
        raise_error(E_TypeError, "'%s' object is not a mapping",
                    type_name(sp[-1]));
    dict_update(AS(dict, sp[-2]), sp[-1]);
    sp--;
}

OP(DICT_MERGE)
{
    SYNC;
    merge_keywords(AS(dict, sp[-2]), sp[-1], sp[-5]);
    sp--;
}

OP(TO_TUPLE)
{
    SYNC;
    v = tuple_of(sp[-1]);
    sp[-1] = v;
}

/* ---- Containers ------------------------------------------------------------ */

OP(SUBSCRIPT)
{
    value container = sp[-2], key = sp[-1];
    if (is(container, TYPE_LIST) && is_small(key)) {
        struct list *list = AS(list, container);
        int64_t index = small_of(key);
        index += index < 0 ? (int64_t)list->count : 0;
        if (LIKELY((uint64_t)index < list->count)) {
            sp--;
            sp[-1] = list->items[index];
            NEXT;
        }
    } else if (is(container, TYPE_DICT) && is(key, TYPE_STR)) {
        v = dict_get_str(AS(dict, container), key);
        if (LIKELY(v != NULL)) {
            sp--;
            sp[-1] = v;
            NEXT;
        }
    }
    SYNC;
    v = get_item(container, key);
    sp--;
    sp[-1] = v;
}

OP(STORE_SUBSCRIPT)
{
    value container = sp[-2], key = sp[-1];
    if (is(container, TYPE_LIST) && is_small(key)) {
        struct list *list = AS(list, container);
        int64_t index = small_of(key);
        index += index < 0 ? (int64_t)list->count : 0;
        if (LIKELY((uint64_t)index < list->count)) {
            list->items[index] = sp[-3];
            sp -= 3;
            NEXT;
        }
    }
    SYNC;
    set_item(container, key, sp[-3]);
    sp -= 3;
}

OP(DELETE_SUBSCRIPT)
{
    SYNC;
    delete_item(sp[-2], sp[-1]);
    sp -= 2;
}

OP(ITERATE)
{
    SYNC;
    v = get_iterator(sp[-1]);
    sp[-1] = v;
}

OP(FOR)
{
    v = sp[-1];
    if (LIKELY(is(v, TYPE_ITERATOR))) {
        struct iterator *iterator = AS(iterator, v);
        if (iterator->head.aux == ITER_RANGE && iterator->stop > 0 &&
            fits_small(iterator->index)) {
            PUSH(small(iterator->index));
            iterator->index += --iterator->stop > 0 ? iterator->step : 0;
            NEXT;
        }
        if (iterator->head.aux == ITER_LIST &&
            (uint64_t)iterator->index < AS(list, iterator->over)->count) {
            PUSH(AS(list, iterator->over)->items[iterator->index++]);
            NEXT;
        }
    }
    SYNC;
    v = is(v, TYPE_GENERATOR) ? resume(AS(generator, v), NONE, NULL) : next(v);
    if (v) {
        PUSH(v);
    } else {
        sp--;
        pc = code_words + N;
    }
}

OP(UNPACK)
{
    v = sp[-1];
    if (is(v, TYPE_TUPLE) && AS(tuple, v)->count == N) {
        for (int i = 0; i < (int)N; i++)
            sp[i - 1] = AS(tuple, v)->items[(int)N - 1 - i];
        sp += (int)N - 1;
        NEXT;
    }
    SYNC;
    unpack(v, N, sp - 1);
    sp += (int)N - 1;
}

OP(UNPACK_STAR)
{
    SYNC;
    unpack_star(sp[-1], N & 255, N >> 8, sp - 1);
    sp += (N & 255) + (N >> 8);
}
