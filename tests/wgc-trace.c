/* SPDX-License-Identifier: MIT */
/*
 * wgc-trace FILE...: runs traces (tests/traces/README.md) on the Python shim
 * and prints their logs.  With --stress it collects at every allocation, checks
 * the invariants of trace/shadow.h instead, and prints `NAME ok` or what was
 * violated.  Exit status: 0; 1 for a violation; 2 for a trace that is wrong or
 * cannot be read.
 */
#include <errno.h>
#include <stdio.h>

#include "trace/memory.h"
#include "trace/world.h"

enum { GOOD = 0, VIOLATED = 1, WRONG = 2 };

static bool
read_file(const char *path, struct text *text)
{
    enum { STEP = 65536 };
    FILE *file = fopen(path, "rb");
    size_t got = 1;
    while (file && got > 0) {
        text->room = text->used + STEP;
        text->bytes = grow_array(text->bytes, text->room, 1);
        got = fread(text->bytes + text->used, 1, STEP, file);
        text->used += got;
    }
    bool good = file && !ferror(file);
    if (!good)
        fprintf(stderr, "wgc-trace: %s: %s\n", path, strerror(errno));
    if (file)
        fclose(file);
    return good;
}

/* Says what stopped the run; `where` is the file, or the trace's name. */
static int
report_stop(const struct world *world, const char *where)
{
    if (world->violation.used) {
        printf("%s: %s\n", where, world->violation.bytes);
        return VIOLATED;
    }
    if (world->fault.used) {
        fprintf(stderr, "wgc-trace: %s:%u: %s\n", where,
                world->op ? world->op->line : 0, world->fault.bytes);
        return WRONG;
    }
    return GOOD;
}

static int
run_once(const struct trace *trace, const char *path, bool stress,
         wgc_delivery delivery)
{
    struct world world;
    int status;
    if (world_open(&world, trace, stress, delivery)) {
        world_run(&world);
        status = report_stop(&world, path);
    } else {
        fprintf(stderr, "wgc-trace: %s: no heap\n", path);
        status = WRONG;
    }
    if (status == GOOD && world.log.text.used)
        fwrite(world.log.text.bytes, 1, world.log.text.used, stdout);
    world_close(&world);
    return status;
}

/* Callbacks may come at collections only, or from any allocation. */
static int
run_stress(const struct trace *trace, const char *path)
{
    int status = run_once(trace, path, true, WGC_DELIVER_COLLECT);
    if (status == GOOD)
        status = run_once(trace, path, true, WGC_DELIVER_ALLOC);
    if (status == GOOD)
        printf("%s ok\n", trace->name ? trace->name : path);
    return status;
}

static int
run_file(const char *path, bool stress)
{
    struct text text = {0};
    struct trace trace;
    struct trace_error error;
    int status = WRONG;
    if (!read_file(path, &text))
        status = WRONG;
    else if (!trace_parse(&trace, text.bytes, text.used, &error))
        fprintf(stderr, "wgc-trace: %s:%u: %s\n", path, error.line, error.text);
    else {
        status = stress ? run_stress(&trace, path)
                        : run_once(&trace, path, false, WGC_DELIVER_COLLECT);
        trace_free(&trace);
    }
    text_free(&text);
    return status;
}

int
main(int argc, char **argv)
{
    bool stress = argc > 1 && strcmp(argv[1], "--stress") == 0;
    int first = stress ? 2 : 1;
    int worst = GOOD;
    if (first >= argc || argv[first][0] == '-') {
        fputs("usage: wgc-trace [--stress] FILE...\n", stderr);
        return WRONG;
    }
    for (int i = first; i < argc; i++) {
        int status = run_file(argv[i], stress);
        worst = status > worst ? status : worst;
    }
    return worst;
}
