/* SPDX-License-Identifier: MIT */
/* Jumps, calls, exceptions, and the rest.  Included by loop.c. */

/* ---- Jumps ----------------------------------------------------------------- */

OP(JUMP)
{
    pc = code_words + N;
}

OP(JUMP_BACK)
{
    SAFE_POINT;
    pc = code_words + N;
}

OP(JUMP_IF_FALSE)
{
    v = sp[-1];
    if (v == TRUE || v == FALSE) {
        pc = v == FALSE ? code_words + N : pc;
    } else {
        SYNC;
        pc = truth(v) ? pc : code_words + N;
    }
    sp--;
}

OP(JUMP_IF_TRUE)
{
    v = sp[-1];
    if (v == TRUE || v == FALSE) {
        pc = v == TRUE ? code_words + N : pc;
    } else {
        SYNC;
        pc = truth(v) ? code_words + N : pc;
    }
    sp--;
}

OP(JUMP_IF_FALSE_OR_POP)
{
    SYNC;
    if (truth(sp[-1]))
        sp--;
    else
        pc = code_words + N;
}

OP(JUMP_IF_TRUE_OR_POP)
{
    SYNC;
    if (truth(sp[-1]))
        pc = code_words + N;
    else
        sp--;
}

/* ---- Calls ----------------------------------------------------------------- */

OP(CALL)
{
    value *result = sp - N - 2, *args = sp - N;
    int nargs = (int)N;
    SAFE_POINT;
    SYNC;
    v = result[0];
    if (result[1]) {
        args--;
        nargs++;
    }
    if (is(v, TYPE_BUILTIN) && (result[1] || !AS(builtin, v)->class))
        v = call_builtin(AS(builtin, v), args, nargs, NULL);
    else
        v = begin_call(result, args, nargs, NULL);
    if (v) {
        sp = result;
        PUSH(v);
    } else {
        RELOAD;
    }
}

OP(CALL_KEYWORDS)
{
    struct tuple *names = AS(tuple, sp[-1]);
    SAFE_POINT;
    sp--;
    value *result = sp - N - 2, *args = sp - N;
    int nargs = (int)(N - names->count);
    if (result[1]) {
        args--;
        nargs++;
    }
    SYNC;
    v = begin_call(result, args, nargs, names);
    if (v) {
        sp = result;
        PUSH(v);
    } else {
        RELOAD;
    }
}

OP(CALL_SPREAD)
{
    value *result = sp - 3 - (N ? 1 : 0);
    SAFE_POINT;
    if (result[1]) { /* a method: its self is the first argument */
        SYNC;
        value all = new_list(1, &result[1]);
        list_extend(all, result[2]);
        result[2] = all;
        result[1] = NULL;
    }
    SYNC;
    v = call_spread(result, N != 0);
    if (v) {
        sp = result;
        PUSH(v);
    } else {
        RELOAD;
    }
}

OP(MAKE_FUNCTION)
{
    SYNC;
    sp = make_function(frame, N, sp);
}

OP(BUILD_CLASS)
{
    SYNC;
    v = build_class(sp[-2 - (int)N], sp[-1 - (int)N], (int)N, sp - N);
    sp -= 2 + N;
    PUSH(v);
}

OP(RETURN)
{
    v = sp[-1];
    value *result = frame->result;
    if (UNLIKELY(frame->made)) {
        if (v != NONE) {
            SYNC;
            raise_error(E_TypeError, "__init__() should return None, not '%s'",
                        type_name(v));
        }
        v = frame->made;
    }
    bool entry = frame->entry;
    vm.handled = frame->handled;
    vm.frame--;
    vm.top = result;
    if (entry) {
        if (frame->generator) {
            finish_generator(frame->generator);
            vm.returned = v;
            return NULL;
        }
        return v;
    }
    RELOAD;
    PUSH(v);
}

OP(YIELD)
{
    struct generator *generator = frame->generator;
    v = *--sp;
    generator->pc = pc;
    generator->saved = (uint32_t)(sp - locals);
    memcpy(generator->values, locals, generator->saved * sizeof(value));
    generator->handled = vm.handled == frame->handled ? NULL : vm.handled;
    generator->head.aux = 0;
    vm.handled = frame->handled;
    vm.top = frame->result;
    vm.frame--;
    return v;
}

OP(SEND)
{
    SYNC;
    v = send_to(sp[-2], sp[-1]);
    if (v) {
        sp[-1] = v;
    } else {
        sp--;
        sp[-1] = vm.returned ? vm.returned : NONE;
        pc = code_words + N;
    }
}

/* ---- Exceptions ------------------------------------------------------------ */

OP(PUSH_ERROR)
{
    v = sp[-1];
    sp[-1] = vm.handled;
    PUSH(v);
    vm.handled = v;
}

OP(POP_ERROR)
{
    sp -= 2;
    vm.handled = sp[0];
}

OP(POP_ERROR_UNDER)
{
    v = sp[-1];
    sp -= 2;
    vm.handled = sp[-1];
    sp[-1] = v;
}

OP(MATCH_ERROR)
{
    SYNC;
    bool test = matches(sp[-2], sp[-1]);
    sp--;
    BRANCH(test);
}

OP(RERAISE)
{
    SYNC;
    v = sp[-1];
    vm.handled = sp[-2];
    sp -= 2;
    vm.top = sp;
    raise_reraised(v);
}

OP(CLEAN_UP)
{
    SYNC;
    v = sp[-1];
    vm.handled = sp[-3];
    raise_reraised(v);
}

OP(RAISE)
{
    SYNC;
    if (N == 0) {
        if (!vm.handled)
            raise_error(E_RuntimeError, "No active exception to reraise");
        v = vm.handled;
        raise_reraised(v);
    }
    raise_statement(sp[-(int)N], sp[-1], N == 2);
}

OP(WITH_ENTER)
{
    SYNC;
    sp = enter_with(sp);
}

OP(WITH_EXIT)
{
    SYNC;
    exit_with(sp[-1], NULL);
    sp--;
}

OP(WITH_ERROR)
{
    SYNC;
    v = exit_with(sp[-3], sp[-1]);
    PUSH(v);
}

/* ---- The rest -------------------------------------------------------------- */

OP(IMPORT)
{
    SYNC;
    v = import_module(constants[N]);
    PUSH(v);
}

OP(IMPORT_FROM)
{
    SYNC;
    v = find_attribute(sp[-1], constants[N]);
    if (!v)
        raise_error(E_ImportError,
                    "cannot import name '%s' from '%s' (unknown location)",
                    text_of(constants[N]), text_of(AS(module, sp[-1])->name));
    PUSH(v);
}

OP(PRINT)
{
    SYNC;
    print_result(sp[-1]);
    sp--;
}
