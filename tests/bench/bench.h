/* SPDX-License-Identifier: MIT */
/*
 * What every workload needs: its arguments, a clock, random numbers, and the
 * line that reports a metric.  A workload is one .c file:
 *
 *     workload [MODE] [--scale=X] [--heap=BYTES]
 *
 * It prints one JSON object per metric on a line of its own, and exits with 0,
 * with BENCH_CANNOT if its allocator cannot do this, or with 1 on an error.
 */
#ifndef WGC_BENCH_H
#define WGC_BENCH_H

#include <stddef.h>
#include <stdint.h>

enum { BENCH_CANNOT = 77 };

struct bench {
    const char *workload;
    const char *adapter;
    const char *mode; /* "" if none was given */
    double scale;     /* 1: the size that the targets are for */
    size_t heap;      /* 0: the allocator's default */
};

/* CPU time of the whole process, all its threads, in user and kernel; and the
   clock on the wall.  Both in nanoseconds. */
struct bench_span {
    uint64_t cpu;
    uint64_t wall;
};

/* Prints usage and exits with 1 if the arguments are wrong. */
struct bench bench_arguments(int argc, char **argv, const char *workload,
                             const char *adapter);

/* A message on stderr, and exit with 1. */
_Noreturn void bench_fail(const struct bench *bench, const char *why);

/* `count` at this scale, at least 1. */
size_t bench_scaled(const struct bench *bench, size_t count);

/* The binary logarithm of the scale, rounded: what a tree's depth gains. */
int bench_scaled_depth(const struct bench *bench);

struct bench_span bench_now(void);
struct bench_span bench_since(struct bench_span start);

/* The clock on the wall alone, which is cheap to read. */
uint64_t bench_wall(void);

/* The span with the median CPU time; sorts its argument. */
struct bench_span bench_median(struct bench_span *spans, size_t count);

/* KiB in memory: the most so far, and now. */
size_t bench_peak_rss(void);
size_t bench_rss(void);

/* Reports CPU time in `unit` ("s", "ms", "us" or "ns"), divided by `operations`;
   the time on the wall goes along. */
void bench_report_time(const struct bench *bench, const char *metric,
                       struct bench_span span, double operations,
                       const char *unit);
void bench_report(const struct bench *bench, const char *metric, double value,
                  const char *unit);

/* One point of a curve. */
void bench_report_point(const struct bench *bench, const char *curve, double x,
                        double y);

/* xorshift64*: small, and good enough to defeat every cache.  The state is not
   0. */
static inline uint64_t
bench_random(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return x * UINT64_C(0x2545F4914F6CDD1D);
}

/* A random number below `limit`, which is below 2^32. */
static inline size_t
bench_below(uint64_t *state, size_t limit)
{
    return (size_t)(((bench_random(state) >> 32) * (uint64_t)limit) >> 32);
}

/* A size from `low` to `high` whose logarithm is evenly spread: as many between
   16 and 32 as between 1024 and 2048, which is what programs are like. */
size_t bench_log_size(uint64_t *state, size_t low, size_t high);

#endif
