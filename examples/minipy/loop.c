/* SPDX-License-Identifier: MIT */
/*
 * The loop that runs instructions.  The instructions themselves are in the
 * files that interpret() includes: OP(NAME) { what it does }, each of which goes
 * on with the next one.  opcodes.h says what they do to the stack.
 *
 * pc, sp, locals and constants are registers.  SYNC stores what others may look
 * at, before anything that may allocate, raise or call; RELOAD reads them after
 * the frame has changed.
 */
#include "vm.h"

/* Labels as values are an extension that both gcc and clang have. */
#pragma GCC diagnostic ignored "-Wpedantic"

#define SYNC (frame->pc = pc, vm.top = sp)
#define RELOAD                                                                 \
    (frame = vm.frame, pc = frame->pc, locals = frame->locals, sp = vm.top,    \
     constants = frame->code->constants->items)
#define NEXT                                                                   \
    do {                                                                       \
        word = *pc++;                                                          \
        goto *labels[word & 255];                                              \
    } while (0)
#define N       (word >> 8)
#define PUSH(v) (*sp++ = (v))
#define SAFE_POINT                                                             \
    do {                                                                       \
        if (UNLIKELY(vm.pending)) {                                            \
            SYNC;                                                              \
            run_pending();                                                     \
        }                                                                      \
    } while (0)
#define OP(name)                                                               \
    NEXT;                                                                      \
    L_##name:
/* After a comparison that is followed by a jump: jump at once. */
#define BRANCH(truth_value)                                                    \
    do {                                                                       \
        bool holds = (truth_value);                                            \
        if ((*pc & 255) == I_JUMP_IF_FALSE) {                                  \
            pc = holds ? pc + 1 : code_words + (*pc >> 8);                     \
            NEXT;                                                              \
        }                                                                      \
        if ((*pc & 255) == I_JUMP_IF_TRUE) {                                   \
            pc = holds ? code_words + (*pc >> 8) : pc + 1;                     \
            NEXT;                                                              \
        }                                                                      \
        PUSH(boolean(holds));                                                  \
        NEXT;                                                                  \
    } while (0)
#define code_words       (frame->code->words)
#define BOTH_SMALL(a, b) (((uintptr_t)(a) & (uintptr_t)(b)&TAG_INT) != 0)
#define BOTH_FLOAT(a, b) (is(a, TYPE_FLOAT) && is(b, TYPE_FLOAT))
#define FLOAT(v)         (AS(floating, v)->number)
#define ARITHMETIC(small_op, float_op, operation)                              \
    do {                                                                       \
        value a = sp[-2], b = sp[-1];                                          \
        if (LIKELY(BOTH_SMALL(a, b))) {                                        \
            int64_t x = small_of(a), y = small_of(b), z;                       \
            if (LIKELY(!small_op(x, y, &z) && fits_small(z))) {                \
                *--sp = NULL;                                                  \
                sp[-1] = small(z);                                             \
                NEXT;                                                          \
            }                                                                  \
        }                                                                      \
        SYNC;                                                                  \
        if (BOTH_FLOAT(a, b))                                                  \
            a = make_float(FLOAT(a) float_op FLOAT(b));                        \
        else                                                                   \
            a = binary((operation) | (N ? OP_INPLACE : 0), a, b);              \
        sp--;                                                                  \
        sp[-1] = a;                                                            \
        NEXT;                                                                  \
    } while (0)

value
interpret(void)
{
    static const void *const labels[] = {
#define X(name, effect) &&L_##name,
        OPCODES(X)
#undef X
    };
    struct frame *frame;
    uint32_t *pc, word;
    value *sp, *locals, *constants;
    value v;
    RELOAD;

#include "loop-flow.h"
#include "loop-names.h"
#include "loop-values.h"
    NEXT;
}
