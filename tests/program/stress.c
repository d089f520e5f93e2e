/* SPDX-License-Identifier: MIT */
/*
 * stress [--seed=N] [--operations=N] [--forever] [--here]
 *
 * Runs random programs against the model, in a child, and says on which seed it
 * is.  A program that fails is shrunk: operations are left out as long as it
 * still fails, and what is left is printed.  --here: no child, for a debugger.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

enum { OPERATIONS = 4096, BYTES = OPERATIONS * BYTES_PER_OPERATION };

static char arena[(256 << 10) + 13];

static uint64_t
next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void
make_program(uint64_t seed, uint8_t *bytes)
{
    for (size_t i = 0; i < BYTES; i += sizeof(uint64_t)) {
        uint64_t word = next_random(&seed);
        memcpy(bytes + i, &word, sizeof word);
    }
}

static size_t
run(uint64_t seed, const uint8_t *bytes, size_t count, bool prints)
{
    struct setting setting =
        setting_for((unsigned)seed, arena + 13, sizeof arena - 13);
    setting.prints = prints;
    return program_run(&setting, bytes, count);
}

/* Whether the program fails, as seen from outside. */
static bool
fails(uint64_t seed, const uint8_t *bytes, size_t count)
{
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(0);
        run(seed, bytes, count, false);
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status != 0;
}

/* Leave out ever smaller pieces, while it fails without them. */
static size_t
shrink(uint64_t seed, uint8_t *bytes, size_t count)
{
    uint8_t *without = malloc(count);
    for (size_t piece = count / 2 / 4 * 4; without && piece >= 4;
         piece = piece / 2 / 4 * 4) {
        for (size_t at = 0; at + piece <= count;) {
            memcpy(without, bytes, at);
            memcpy(without + at, bytes + at + piece, count - at - piece);
            if (fails(seed, without, count - piece)) {
                count -= piece;
                memcpy(bytes, without, count);
            } else {
                at += piece;
            }
        }
    }
    free(without);
    return count;
}

static void
report(uint64_t seed)
{
    static uint8_t bytes[BYTES];
    make_program(seed, bytes);
    printf("seed %llu fails; leaving out what does not matter ...\n",
           (unsigned long long)seed);
    size_t count = shrink(seed, bytes, BYTES);
    printf("%zu operations are left:\n", count / BYTES_PER_OPERATION);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        run(seed, bytes, count, true);
        _exit(0);
    }
    waitpid(child, NULL, 0);
}

/* Shared with the child: where it is. */
struct progress {
    uint64_t seed;
    uint64_t operations;
};

static void
run_programs(struct progress *progress, uint64_t most)
{
    static uint8_t bytes[BYTES];
    for (; progress->operations < most; progress->seed++) {
        make_program(progress->seed, bytes);
        progress->operations += run(progress->seed, bytes, BYTES, false);
    }
}

static int
run_in_child(struct progress *progress, uint64_t most)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        run_programs(progress, most);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 2;
    if (status == 0)
        return 0;
    report(progress->seed);
    return 1;
}

int
main(int argc, char **argv)
{
    uint64_t seed = 1, most = 1000000;
    bool here = false;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--seed=", 7) == 0)
            seed = strtoull(argv[i] + 7, NULL, 10);
        else if (strncmp(argv[i], "--operations=", 13) == 0)
            most = strtoull(argv[i] + 13, NULL, 10);
        else if (strcmp(argv[i], "--forever") == 0)
            most = UINT64_MAX;
        else if (strcmp(argv[i], "--here") == 0)
            here = true;
        else {
            fputs("usage: stress [--seed=N] [--operations=N] [--forever] "
                  "[--here]\n",
                  stderr);
            return 2;
        }
    }
    struct progress *progress =
        mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (progress == MAP_FAILED)
        return 2;
    progress->seed = seed;
    printf("seed %llu (--seed)\n", (unsigned long long)seed);
    if (here)
        run_programs(progress, most);
    int status = here ? 0 : run_in_child(progress, most);
    if (status == 0)
        printf("%llu operations, %llu programs\n",
               (unsigned long long)progress->operations,
               (unsigned long long)(progress->seed - seed));
    return status;
}
