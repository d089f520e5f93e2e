/* SPDX-License-Identifier: MIT */
/*
 * A minipy script: examples/minipy with its main under another name, and exit as
 * a jump.  A script that runs too long is interrupted.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "../../examples/minipy/minipy.h"
#include "fuzz.h"

int minipy_main(int argc, char **argv);
_Noreturn void minipy_exit(int status);

static jmp_buf out;

_Noreturn void
minipy_exit(int status)
{
    longjmp(out, status + 1);
}

static void
interrupt(int number)
{
    (void)number;
    raise(SIGINT);
}

static void
set_timer(long microseconds)
{
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_VIRTUAL, &timer, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static char name[] = "minipy", limit[] = "--heap-limit=2000000",
                code[] = "-c";
    char *text = malloc(count + 1);
    if (text == NULL || memchr(bytes, 0, count) != NULL) {
        free(text);
        return 0;
    }
    memcpy(text, bytes, count);
    text[count] = 0;
    char *argv[] = {name, limit, code, text, NULL};
    uint64_t version = vm.class_version;
    memset(&vm, 0, sizeof vm);
    vm.class_version = version; /* which names what caches hold */
    signal(SIGVTALRM, interrupt);
    signal(SIGINT, SIG_IGN); /* until minipy has a handler, and after */
    set_timer(300000);
    if (setjmp(out) == 0)
        minipy_main(4, argv);
    set_timer(0);
    signal(SIGINT, SIG_IGN);
    free(text);
    return 0;
}
