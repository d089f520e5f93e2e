/* SPDX-License-Identifier: MIT */
/*
 * The reader of traces, and what it reads run under stress, with callbacks in
 * every allocation.  A trace that is wrong is refused; the library must not be.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../trace/parse.h"
#include "../trace/world.h"
#include "fuzz.h"

enum {
    MOST = 1 << 14
}; /* bytes: stress takes time in proportion to its square */

static void
run(const struct trace *trace, bool stress, wgc_delivery delivery)
{
    struct world world;
    if (!world_open(&world, trace, stress, delivery))
        return;
    world_run(&world);
    if (world.violation.used) {
        fprintf(stderr, "fuzz_trace: %s\n", world.violation.bytes);
        abort();
    }
    world_close(&world);
}

static bool
is_new(bool *seen, int entity)
{
    bool before = seen[entity];
    seen[entity] = true;
    return !before;
}

/* A name that two operations give, of which a callback does one whenever it
   runs, means what their order makes it mean: nothing can be said of it. */
static bool
names_are_new(const struct trace *trace, bool *seen)
{
    for (size_t i = 0; i < trace->nops; i++) {
        const struct op *op = &trace->ops[i];
        bool makes = op->type == OP_NEW || op->type == OP_NEWD ||
                     op->type == OP_REF || op->type == OP_FIN ||
                     op->type == OP_WKD || op->type == OP_WVD ||
                     op->type == OP_WSET;
        if (makes && !is_new(seen, op->entity))
            return false;
        for (size_t k = 0; k < op->spec.nacts; k++) {
            const struct act *act = &op->spec.acts[k];
            if ((act->type == ACT_NEW || act->type == ACT_REF ||
                 act->type == ACT_FIN) &&
                !is_new(seen, act->entity))
                return false;
        }
    }
    return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct trace trace;
    struct trace_error error;
    if (count > MOST ||
        !trace_parse(&trace, (const char *)bytes, count, &error))
        return 0;
    bool *seen = calloc(trace.nnames + 1, sizeof *seen);
    if (seen != NULL && names_are_new(&trace, seen)) {
        run(&trace, false, WGC_DELIVER_COLLECT);
        run(&trace, true, WGC_DELIVER_ALLOC);
    }
    free(seen);
    trace_free(&trace);
    return 0;
}
