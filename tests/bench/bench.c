/* SPDX-License-Identifier: MIT */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void
usage(const char *workload)
{
    fprintf(stderr, "usage: %s [MODE] [--scale=X] [--heap=BYTES]\n", workload);
    exit(1);
}

struct bench
bench_arguments(int argc, char **argv, const char *workload,
                const char *adapter)
{
    struct bench bench = {
        .workload = workload, .adapter = adapter, .mode = "", .scale = 1.0};

    for (int i = 1; i < argc; i++) {
        char *end = NULL;

        if (strncmp(argv[i], "--scale=", 8) == 0)
            bench.scale = strtod(argv[i] + 8, &end);
        else if (strncmp(argv[i], "--heap=", 7) == 0)
            bench.heap = strtoull(argv[i] + 7, &end, 10);
        else if (argv[i][0] != '-' && bench.mode[0] == '\0')
            bench.mode = argv[i];
        else
            usage(workload);
        if ((end != NULL && *end != '\0') || !(bench.scale > 0))
            usage(workload);
    }
    return bench;
}

void
bench_fail(const struct bench *bench, const char *why)
{
    fprintf(stderr, "%s, %s: %s\n", bench->workload, bench->adapter, why);
    exit(1);
}

size_t
bench_scaled(const struct bench *bench, size_t count)
{
    size_t scaled = (size_t)((double)count * bench->scale + 0.5);

    return scaled == 0 ? 1 : scaled;
}

int
bench_scaled_depth(const struct bench *bench)
{
    return (int)lround(log2(bench->scale));
}

static uint64_t
read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

struct bench_span
bench_now(void)
{
    return (struct bench_span){.cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID),
                               .wall = read_clock(CLOCK_MONOTONIC)};
}

struct bench_span
bench_since(struct bench_span start)
{
    struct bench_span now = bench_now();

    return (struct bench_span){.cpu = now.cpu - start.cpu,
                               .wall = now.wall - start.wall};
}

uint64_t
bench_wall(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static int
compare_spans(const void *a, const void *b)
{
    const struct bench_span *x = a, *y = b;

    return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

struct bench_span
bench_median(struct bench_span *spans, size_t count)
{
    qsort(spans, count, sizeof *spans, compare_spans);
    return spans[count / 2];
}

/* Not getrusage: its maximum begins with what the process that started this one
   had, and a few MiB matter here. */
size_t
bench_peak_rss(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    size_t kib = 0;

    if (status == NULL)
        return 0;
    while (fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "VmHWM: %zu kB", &kib) == 1)
            break;
    fclose(status);
    return kib;
}

size_t
bench_rss(void)
{
    FILE *statm = fopen("/proc/self/statm", "r");
    size_t pages = 0;

    if (statm == NULL)
        return 0;
    if (fscanf(statm, "%*u %zu", &pages) != 1)
        pages = 0;
    fclose(statm);
    return pages * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void
print_line(const struct bench *bench, const char *metric, double value,
           double wall, const char *unit)
{
    printf("{\"workload\":\"%s\",\"mode\":\"%s\",\"adapter\":\"%s\","
           "\"metric\":\"%s\",\"value\":%.6g,\"wall\":%.6g,\"unit\":\"%s\","
           "\"scale\":%g,\"rss_kib\":%zu}\n",
           bench->workload, bench->mode, bench->adapter, metric, value, wall,
           unit, bench->scale, bench_peak_rss());
    fflush(stdout);
}

static double
nanoseconds(const char *unit)
{
    switch (unit[0]) {
    case 'n':
        return 1;
    case 'u':
        return 1e3;
    case 'm':
        return 1e6;
    default:
        return 1e9;
    }
}

void
bench_report_time(const struct bench *bench, const char *metric,
                  struct bench_span span, double operations, const char *unit)
{
    double divisor = operations * nanoseconds(unit);

    print_line(bench, metric, (double)span.cpu / divisor,
               (double)span.wall / divisor, unit);
}

void
bench_report(const struct bench *bench, const char *metric, double value,
             const char *unit)
{
    print_line(bench, metric, value, 0, unit);
}

void
bench_report_point(const struct bench *bench, const char *curve, double x,
                   double y)
{
    printf("{\"workload\":\"%s\",\"mode\":\"%s\",\"adapter\":\"%s\","
           "\"curve\":\"%s\",\"x\":%.6g,\"y\":%.6g}\n",
           bench->workload, bench->mode, bench->adapter, curve, x, y);
}

size_t
bench_log_size(uint64_t *state, size_t low, size_t high)
{
    double unit = (double)(bench_random(state) >> 11) * 0x1p-53;

    return (size_t)((double)low * pow((double)high / (double)low, unit));
}
