/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

void *roots[ROOTS];

wgc_heap *
exact_heap_with(wgc_config config)
{
    memset(roots, 0, sizeof roots);
    config.no_globals = true;
    wgc_heap *heap = wgc_heap_new(&config);
    if (heap && wgc_root_add(heap, roots, roots + ROOTS) != WGC_OK)
        fail_msg("roots[] were refused");
    return heap;
}

wgc_heap *
exact_heap(void)
{
    wgc_heap *heap = exact_heap_with((wgc_config){0});
    assert_non_null(heap);
    return heap;
}

void
close_heap(wgc_heap *heap)
{
    assert_int_equal(wgc_heap_free(heap), WGC_OK);
    memset(roots, 0, sizeof roots);
}

int
setup_exact(void **state)
{
    *state = exact_heap();
    (void)wgc_last_status();
    return 0;
}

int
teardown_exact(void **state)
{
    close_heap(*state);
    *state = NULL;
    return 0;
}

void
collect_exact(wgc_heap *heap)
{
    assert_int_equal(wgc_collect_exact(heap), WGC_OK);
}

/* Inverted: no user-space address is the inverse of another. */
hidden
hide(const void *object)
{
    return (hidden){~(uintptr_t)object};
}

void *
reveal(hidden address)
{
    return (void *)~address.bits;
}

bool
is_alive(wgc_heap *heap, hidden object)
{
    return wgc_size(heap, reveal(object)) != 0;
}

/* The volatile stores are what keeps a compiler from dropping the array. */
NOINLINE static void
fill_frame(unsigned char value)
{
    volatile unsigned char frame[32768];
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = value;
}

void
scrub_stack(void)
{
    fill_frame(0);
#if defined(__x86_64__)
    __asm__ volatile("xorl %%eax, %%eax\n\txorl %%ecx, %%ecx\n\t"
                     "xorl %%edx, %%edx\n\txorl %%esi, %%esi\n\t"
                     "xorl %%edi, %%edi\n\txorl %%r8d, %%r8d\n\t"
                     "xorl %%r9d, %%r9d\n\txorl %%r10d, %%r10d\n\t"
                     "xorl %%r11d, %%r11d" ::
                         : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
                           "r11", "cc");
#endif
}

NOINLINE void
make_garbage(wgc_heap *heap, size_t count, size_t bytes)
{
    for (size_t i = 0; i < count; i++)
        if (!wgc_alloc(heap, bytes))
            fail_msg("no memory for garbage of %zu bytes", bytes);
    scrub_stack();
}

bool
all_bytes_are(const void *memory, size_t bytes, unsigned char value)
{
    const unsigned char *at = memory;
    return bytes == 0 || (at[0] == value && memcmp(at, at + 1, bytes - 1) == 0);
}

wgc_stats
stats_of(wgc_heap *heap)
{
    wgc_stats stats;
    memset(&stats, 0xff, sizeof stats);
    wgc_stats_get(heap, &stats);
    return stats;
}

/* xorshift64*: one word of state is enough for tests. */
uint64_t
random_next(random_state *state)
{
    state->word ^= state->word >> 12;
    state->word ^= state->word << 25;
    state->word ^= state->word >> 27;
    return state->word * UINT64_C(2685821657736338717);
}

size_t
random_below(random_state *state, size_t limit)
{
    return limit ? (size_t)(random_next(state) >> 11) % limit : 0;
}

random_state
random_seeded(uint64_t fallback)
{
    const char *text = getenv("TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 0) : fallback;
    print_message("seed %llu (TEST_SEED)\n", (unsigned long long)seed);
    return (random_state){seed ? seed : 1};
}

int
run_in_child(int (*fn)(void *data), void *data)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        fail_msg("fork failed");
    if (child == 0)
        _exit(fn(data));
    int status = 0;
    if (waitpid(child, &status, 0) != child)
        fail_msg("waitpid failed");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

size_t
map_count(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    size_t lines = 0;
    if (!maps)
        return 0;
    for (int c; (c = getc(maps)) != EOF;)
        lines += c == '\n';
    fclose(maps);
    return lines;
}

/* The number of kilobytes behind `name` in a file of /proc, as bytes. */
static size_t
read_kilobytes(const char *path, const char *name, size_t otherwise)
{
    FILE *file = fopen(path, "r");
    char line[256];
    size_t result = otherwise;
    if (!file)
        return otherwise;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            result = (size_t)strtoull(line + strlen(name), NULL, 10) * 1024;
    fclose(file);
    return result;
}

size_t
resident_bytes(void)
{
    return read_kilobytes("/proc/self/status", "VmRSS:", 0);
}

size_t
peak_resident_bytes(void)
{
    return read_kilobytes("/proc/self/status", "VmHWM:", 0);
}

size_t
available_bytes(void)
{
    return read_kilobytes("/proc/meminfo", "MemAvailable:", SIZE_MAX);
}
