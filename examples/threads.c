/* SPDX-License-Identifier: MIT */
/*
 * Several threads on one heap.  Workers count the words of their part of a text
 * into objects of the heap, and hand their results over in a table; the main
 * thread waits for them in a blocking region, so that a collection of theirs
 * does not wait for it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wgc/wgc.h>

enum { WORKERS = 4, ROUNDS = 20000 };

typedef struct word {
    struct word *next;
    size_t count;
    char text[16];
} word;

typedef struct job {
    wgc_heap *heap;
    const char *const *words;
    size_t words_count;
    word **result;
} job;

static const char *const text[WORKERS][4] = {
    {"sand", "sea", "sea", "sky"},
    {"sea", "sky", "sky", "wind"},
    {"wind", "wind", "sand", "sea"},
    {"sky", "sky", "sky", "sky"},
};

/* A data segment is a root: what lies here lives. */
static word *results[WORKERS];

/* A new list with the word counted once more; the old one becomes garbage. */
static word *
count(wgc_heap *heap, const word *list, const char *spelling)
{
    word *copy = NULL;
    int found = 0;

    for (; list; list = list->next) {
        word *one = wgc_alloc(heap, sizeof *one);
        if (!one)
            exit(1);
        *one = *list;
        one->next = copy;
        if (strcmp(one->text, spelling) == 0) {
            one->count++;
            found = 1;
        }
        copy = one;
    }
    if (!found) {
        word *one = wgc_alloc(heap, sizeof *one);
        if (!one)
            exit(1);
        strcpy(one->text, spelling);
        one->count = 1;
        one->next = copy;
        copy = one;
    }
    return copy;
}

static void *
work(void *data)
{
    const job *mine = data;
    word *list = NULL; /* on this thread's stack: a root, once it attached */

    if (wgc_thread_attach(mine->heap) != WGC_OK)
        return NULL;
    for (size_t i = 0; i < ROUNDS; i++)
        list = count(mine->heap, list, mine->words[i % mine->words_count]);
    *mine->result = list;
    wgc_thread_detach(mine->heap); /* its exit would do the same */
    return NULL;
}

static size_t
total_of(const char *spelling)
{
    size_t total = 0;

    for (int i = 0; i < WORKERS; i++)
        for (const word *one = results[i]; one; one = one->next)
            if (strcmp(one->text, spelling) == 0)
                total += one->count;
    return total;
}

int
main(void)
{
    pthread_t threads[WORKERS];
    job jobs[WORKERS];
    wgc_stats stats;
    wgc_heap *heap = wgc_heap_new(NULL);

    if (!heap)
        return 1;
    for (int i = 0; i < WORKERS; i++) {
        jobs[i] = (job){heap, text[i], 4, &results[i]};
        if (pthread_create(&threads[i], NULL, work, &jobs[i]) != 0)
            return 1;
    }
    wgc_blocking_enter(heap);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    wgc_blocking_leave(heap);

    printf("sand %zu, sea %zu, sky %zu, wind %zu\n", total_of("sand"),
           total_of("sea"), total_of("sky"), total_of("wind"));
    wgc_collect(heap);
    wgc_stats_get(heap, &stats);
    printf("%s\n", stats.live_objects < 1000 ? "the lists before are gone"
                                             : "something was kept");
    return wgc_heap_free(heap);
}
