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

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct trace trace;
    struct trace_error error;
    if (count > MOST ||
        !trace_parse(&trace, (const char *)bytes, count, &error))
        return 0;
    run(&trace, false, WGC_DELIVER_COLLECT);
    run(&trace, true, WGC_DELIVER_ALLOC);
    trace_free(&trace);
    return 0;
}
