/* SPDX-License-Identifier: MIT */
/*
 * W8: two threads that allocate, with shared data.  Each makes objects of 16 to
 * 256 bytes, links each to one that it made before, and puts every eighth into a
 * table that both share, in place of whatever either had put there.  By hand,
 * what leaves the table or a thread's ring is freed.  MODE is the number of
 * threads, 2 if there is none.  The CPU time of all threads is what an object
 * costs; divided by the number of threads it is what a machine with a core for
 * each takes, unless they wait, which the time on the wall tells.
 */
#include "adapter.h"
#include "bench.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MAX = 16, RING = 256, TABLE = 4096, OBJECTS = 8000000 };

static _Atomic(void *) table[TABLE];
static size_t count_each;
static atomic_int waiting;
static int threads_count = 2;

static void
share(size_t slot, void *object)
{
    void *old = atomic_exchange(&table[slot], object);

    if (!ADAPTER_COLLECTS && old != NULL)
        adapter_free(old);
}

/* The ring is on the stack: it is a root of the thread's. */
static void
allocate(uint64_t random)
{
    void *ring[RING] = {NULL};

    for (size_t i = 0; i < count_each; i++) {
        size_t bytes = 16 + bench_below(&random, 16) * 16;
        void **object = adapter_alloc(bytes);
        void **slot = &ring[i % RING];

        object[0] = ADAPTER_COLLECTS ? ring[(i / 2) % RING] : NULL;
        object[1] = NULL;
        if (ADAPTER_COLLECTS && i % 4 != 0)
            object[0] = NULL; /* short chains */
        if (i % 8 == 0) {
            share(bench_below(&random, TABLE), object);
            continue;
        }
        if (!ADAPTER_COLLECTS && *slot != NULL)
            adapter_free(*slot);
        *slot = object;
    }
}

static void *
run(void *data)
{
    adapter_thread_begin();
    atomic_fetch_sub(&waiting, 1);
    while (atomic_load(&waiting) != 0)
        continue;
    allocate((uint64_t)(uintptr_t)data);
    adapter_thread_end();
    return NULL;
}

static void
run_all(void)
{
    pthread_t threads[THREADS_MAX];

    atomic_store(&waiting, threads_count);
    for (int i = 0; i < threads_count; i++)
        if (pthread_create(&threads[i], NULL, run,
                           (void *)(uintptr_t)(i + 1)) != 0)
            abort();
    adapter_wait(1);
    for (int i = 0; i < threads_count; i++)
        pthread_join(threads[i], NULL);
    adapter_wait(0);
}

int
main(int argc, char **argv)
{
    struct bench bench = bench_arguments(argc, argv, "threads", ADAPTER_NAME);
    struct bench_span start;

    if (bench.mode[0] != '\0')
        threads_count = atoi(bench.mode);
    if (threads_count < 1 || threads_count > THREADS_MAX)
        bench_fail(&bench, "there is no such number of threads");
    count_each = bench_scaled(&bench, OBJECTS) / (size_t)threads_count;
    adapter_begin(0);
    start = bench_now();
    run_all();
    start = bench_since(start);
    bench_report_time(&bench, "object", start,
                      (double)count_each * threads_count, "ns");
    adapter_end();
    return 0;
}
