/* SPDX-License-Identifier: MIT */
/*
 * A heap in a buffer of hostile size and alignment, full of old contents: the
 * first six bytes choose, the rest is a program.  Bytes around the buffer must
 * stay as they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../program/program.h"
#include "fuzz.h"

enum { HEADER = 6, MARGIN = 4096, MOST = 1 << 20 };

static void
check_margin(const unsigned char *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (at[i] != 0xEE) {
            fprintf(stderr, "fuzz_arena: wrote outside the buffer\n");
            abort();
        }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    if (count < HEADER)
        return 0;
    size_t offset = (bytes[0] | (size_t)bytes[1] << 8) % MARGIN;
    size_t size =
        (bytes[2] | (size_t)bytes[3] << 8 | (size_t)bytes[4] << 16) % MOST;
    unsigned char *memory = malloc(2 * MARGIN + MOST);
    if (memory == NULL)
        return 0;
    memset(memory, 0xEE, 2 * MARGIN + MOST);
    memset(memory + offset + MARGIN / 2, bytes[5], size);
    struct setting setting = setting_for(3, NULL, 0);
    setting.configs[0].arena = memory + offset + MARGIN / 2;
    setting.configs[0].arena_bytes = size;
    program_run(&setting, bytes + HEADER, count - HEADER);
    size_t end = offset + MARGIN / 2 + size;
    check_margin(memory, offset + MARGIN / 2);
    check_margin(memory + end, 2 * MARGIN + MOST - end);
    free(memory);
    return 0;
}
