/* SPDX-License-Identifier: MIT */
/*
 * The machine: a stack of values, a stack of frames, and the loop that runs
 * instructions.  A call of a Python function by Python code pushes a frame and
 * goes on in the same loop; C code that calls Python code (sorted, a property)
 * enters another loop.
 *
 * Both stacks are malloc'ed and reported by a root function, up to their tops
 * and no further, so what a frame has left behind keeps nothing alive.  Before
 * anything that may allocate, raise or call, the loop stores its registers with
 * SYNC.
 *
 * Callbacks of weak references and finalizers run at safe points: at jumps
 * backwards and calls, when vm.pending says that some wait.
 */
#include "vm.h"

#include <stdlib.h>

/* ---- Stacks ----------------------------------------------------------- */

static void
visit_stacks(wgc_tracer *tracer, void *data)
{
    (void)data;
    wgc_visit_range(tracer, vm.stack, vm.top);
    wgc_visit_range(tracer, vm.frames, vm.frame + 1);
    for (struct catcher *c = vm.catcher; c; c = c->outer)
        wgc_visit(tracer, c->handled);
}

void
vm_start(void)
{
    vm.stack = calloc(STACK_VALUES, sizeof *vm.stack);
    vm.frames = calloc(RECURSION_LIMIT + 2, sizeof *vm.frames);
    if (!vm.stack || !vm.frames ||
        wgc_root_add(vm.heap, &vm, &vm.heap) != WGC_OK ||
        wgc_root_add(vm.heap, special, special + SPECIALS) != WGC_OK ||
        wgc_root_add_callback(vm.heap, visit_stacks, NULL) != WGC_OK) {
        fputs("minipy: out of memory\n", stderr);
        exit(1);
    }
    vm.top = vm.stack;
    vm.stack_end = vm.stack + STACK_VALUES - 300;
    vm.frame = vm.frames; /* the first is never used */
    vm.class_version++;   /* caches may be left of an earlier run */
}

void
reserve(size_t count)
{
    if ((size_t)(vm.stack_end - vm.top) < count)
        raise_error(E_RecursionError, "maximum recursion depth exceeded");
}

NOINLINE void
too_deep(void)
{
    raise_error(E_RecursionError, "maximum recursion depth exceeded%s", "");
}

void
enter_machine(void)
{
    if (++vm.nested > NESTING_LIMIT || stack_is_low())
        raise_error(E_RecursionError, "maximum recursion depth exceeded%s", "");
}

/* ---- Catching --------------------------------------------------------- */

static void
open_catcher(struct catcher *catcher)
{
    catcher->outer = vm.catcher;
    catcher->frame = vm.frame;
    catcher->top = vm.top;
    catcher->handled = vm.handled;
    catcher->nested = vm.nested;
    catcher->inexact = vm.inexact;
    catcher->printing = vm.printing;
    vm.catcher = catcher;
}

static void
close_catcher(struct catcher *catcher)
{
    vm.catcher = catcher->outer;
}

bool
attempt(void (*fn)(void *data), void *data)
{
    struct catcher catcher;
    int depth = vm.depth;
    open_catcher(&catcher);
    if (setjmp(catcher.here) == 0) {
        vm.inexact++; /* fn may have locals */
        fn(data);
        vm.inexact--;
        close_catcher(&catcher);
        return true;
    }
    close_catcher(&catcher);
    vm.frame = catcher.frame;
    vm.top = catcher.top;
    vm.handled = catcher.handled;
    vm.nested = catcher.nested;
    vm.inexact = catcher.inexact;
    vm.printing = catcher.printing;
    vm.depth = depth;
    return false;
}

/* ---- Unwinding -------------------------------------------------------- */

static bool reraised; /* the frame is in the traceback already */

void
raise_reraised(value error)
{
    vm.error = error;
    reraised = true;
    raise_again();
}

static bool
enter_handler(struct frame *frame, value error)
{
    struct code *code = frame->code;
    uint32_t at = (uint32_t)(frame->pc - code->words) - 1;
    for (uint32_t i = 0; i < code->nhandlers; i++) {
        struct handler *handler = &code->handlers[i];
        if (at < handler->start || at >= handler->end)
            continue;
        vm.top = frame->locals + code->nlocals + handler->depth;
        *vm.top++ = error;
        frame->pc = code->words + handler->target;
        return true;
    }
    return false;
}

static void
stop_iteration_in_generator(void)
{
    value inner = vm.error;
    value message = str_from("generator raised StopIteration");
    value error = new_exception(vm.exceptions[E_RuntimeError], 1, &message);
    AS(exception, error)->cause = AS(exception, error)->context = inner;
    AS(exception, error)->suppress = TRUE;
    vm.error = error;
}

/* Find a handler for vm.error, leaving frames; false if the frame that returns
   to C was left. */
static bool
unwind(void)
{
    for (;;) {
        struct frame *frame = vm.frame;
        if (!reraised)
            add_traceback(vm.error, frame);
        reraised = false;
        value error = vm.error;
        if (enter_handler(frame, error)) {
            vm.error = NULL;
            return true;
        }
        if (frame->generator) {
            if (error_is(E_StopIteration)) {
                stop_iteration_in_generator();
                add_traceback(vm.error, frame);
            }
            finish_generator(frame->generator);
        }
        vm.handled = frame->handled;
        vm.top = frame->result;
        vm.frame--;
        if (frame->entry)
            return false;
    }
}

/* What the frames that an exception jumped over have left on the C stack looks
   like references to a cycle in an allocation.  They would keep what a script
   drops because the heap is full; so there is a cycle at the next safe point,
   too. */
static NOINLINE void
wipe_stack(void)
{
    volatile char remains[16384];
    for (size_t i = 0; i < sizeof remains; i++)
        remains[i] = 0;
}

static value
run_from(bool raising)
{
    struct catcher catcher;
    int nested = vm.nested, inexact = vm.inexact, depth = vm.depth;
    open_catcher(&catcher);
    if (setjmp(catcher.here) != 0 || raising) {
        raising = false;
        vm.printing = catcher.printing;
        vm.nested = nested;
        vm.inexact = inexact;
        vm.depth = depth;
        if (vm.error == vm.memory_error) {
            wipe_stack();
            vm.pending |= PENDING_COLLECTION;
        }
        if (!unwind()) {
            close_catcher(&catcher);
            raise_again();
        }
    }
    value result = interpret();
    close_catcher(&catcher);
    return result;
}

value
run(void)
{
    return run_from(false);
}

value
run_raising(value error)
{
    if (vm.handled && vm.handled != error && !AS(exception, error)->context)
        AS(exception, error)->context = vm.handled;
    vm.error = error;
    return run_from(true);
}

value
run_code(struct code *code, struct dict *globals)
{
    value *base = vm.top;
    reserve((size_t)code->stack + 4);
    if (vm.frame - vm.frames >= RECURSION_LIMIT)
        too_deep();
    base[0] = (value)code;
    *++vm.frame = (struct frame){.code = code,
                                 .globals = globals,
                                 .pc = code->words,
                                 .locals = base + 1,
                                 .result = base,
                                 .handled = vm.handled,
                                 .entry = true};
    vm.top = base + 1;
    value result = run();
    vm.top = base;
    return result;
}

/* Between two instructions: nothing is half done. */
void
run_pending(void)
{
    if (vm.pending & PENDING_INTERRUPT) {
        vm.pending &= ~PENDING_INTERRUPT;
        raise_error(E_KeyboardInterrupt, "%s", "");
    }
    bool full = vm.pending & PENDING_COLLECTION;
    vm.pending = 0;
    if (full && vm.inexact == 0)
        wgc_collect_exact(vm.heap);
    wgc_deliver(vm.heap, SIZE_MAX);
}
