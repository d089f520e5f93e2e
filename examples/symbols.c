/* SPDX-License-Identifier: MIT */
/*
 * usage: symbols FILE [--report]
 *
 * A symbol table that lets go.  Equal words of a text are one object, compared
 * by address.  The table holds these symbols through weak references, so one
 * that nobody uses vanishes, and its entry with it.  A glossary uses all long
 * words, a window the last ones.  It is read many times over, in a small heap.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <wgc/wgc.h>

enum { ROUNDS = 200, BUCKETS = 4096, WINDOW = 64, LONG = 9, LONGEST = 63 };

typedef struct entry {
    struct entry *next;
    wgc_weakref *symbol; /* does not keep the symbol ... */
    char *glossary;      /* ... but this does; NULL for short ones */
    size_t bucket;
} entry;

/* Static variables are roots by themselves. */
static wgc_heap *heap;
static entry *table[BUCKETS];
static char *window[WINDOW];
static size_t words, made, vanished, long_ones, echoes;

static void *
need(void *object)
{
    if (!object) {
        fprintf(stderr, "symbols: %s\n", wgc_status_text(wgc_last_status()));
        exit(1);
    }
    return object;
}

/* The symbol is gone: take its entry out of the table. */
static void
forget(wgc_weakref *reference, void *data)
{
    entry *gone = data;
    entry **link = &table[gone->bucket];
    (void)reference;
    while (*link != gone) {
        link = &(*link)->next;
    }
    *link = gone->next;
    vanished++;
}

/* The symbol that equals the word: an older one, or the word itself. */
static char *
intern(char *word, size_t length)
{
    size_t hash = 0;
    for (size_t i = 0; i < length; i++) {
        hash = hash * 31 + (unsigned char)word[i];
    }
    for (entry *e = table[hash % BUCKETS]; e; e = e->next) {
        char *symbol = wgc_weakref_get(e->symbol);

        if (symbol && strcmp(symbol, word) == 0) {
            return symbol;
        }
    }

    entry *fresh = need(wgc_alloc(heap, sizeof *fresh));
    fresh->symbol = need(wgc_weakref_new(heap, word, forget, fresh));
    fresh->glossary = length >= LONG ? word : NULL;
    fresh->bucket = hash % BUCKETS;
    fresh->next = table[fresh->bucket];
    table[fresh->bucket] = fresh;
    long_ones += length >= LONG;
    made++;
    return word;
}

static void
read_text(FILE *text)
{
    char letters[LONGEST];
    size_t length = 0;

    rewind(text);
    for (int c = ' '; c != EOF;) {
        c = getc(text);
        if (isalpha(c) && length < LONGEST) {
            letters[length++] = (char)tolower(c);
        } else if (length > 0) {
            char *word = need(wgc_alloc_leaf(heap, length + 1)); /* zeroed */
            memcpy(word, letters, length);
            word = intern(word, length);
            echoes += window[words % WINDOW] == word;
            window[words++ % WINDOW] = word;
            length = 0;
            /* No callback runs in an allocation; here it suits us. */
            wgc_deliver(heap, SIZE_MAX);
        }
    }
}

static void
print_row(int round)
{
    wgc_stats s;
    wgc_stats_get(heap, &s);
    printf("%5d %7zu %7zu %8zu %6zu %6zuK %4zuK %6zu %6.2fms %7.3fms\n", round,
           words, made, vanished, made - vanished,
           (size_t)(s.allocated_bytes / 1024), s.committed_bytes / 1024,
           s.cycles, (double)s.pause_ns_total / 1e6,
           (double)s.pause_ns_max / 1e6);
}

int
main(int argc, char **argv)
{
    FILE *text = argc > 1 ? fopen(argv[1], "r") : NULL;
    int report = argc > 2 && strcmp(argv[2], "--report") == 0;
    wgc_config small = {.max_bytes = 4 * 1024 * 1024, .min_bytes = 64 * 1024};

    if (!text) {
        fprintf(stderr, "usage: symbols FILE [--report]\n");
        return 1;
    }
    heap = need(wgc_heap_new(&small));
    if (report) {
        puts("round   words    made vanished in use   alloc  heap cycles"
             "  stopped   longest");
    }
    for (int round = 1; round <= ROUNDS; round++) {
        read_text(text);
        if (report && (round == 1 || round % (ROUNDS / 8) == 0)) {
            print_row(round);
        }
    }
    /* Our symbols are in static variables: no need to look at the stack. */
    wgc_collect_exact(heap);
    printf("%zu words, %zu the same as %d before;\n"
           "%zu symbols are left, %zu of them long.\n",
           words, echoes, WINDOW, made - vanished, long_ones);
    fclose(text);
    return wgc_heap_free(heap);
}
