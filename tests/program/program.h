/* SPDX-License-Identifier: MIT */
/*
 * A program over the whole public interface, as bytes: every four are an
 * operation and three numbers, which are taken modulo what there is, so that any
 * bytes are a program.  It is run against the model; what differs ends it.
 *
 * The stress test runs random ones and fuzzers their own.  Objects hold a tag
 * and links; weak slots are static; there are two heaps, one of them with a
 * limit or in a buffer, as the setting says.
 */
#ifndef PROGRAM_PROGRAM_H
#define PROGRAM_PROGRAM_H

#include "wgc/wgc.h"

enum { BYTES_PER_OPERATION = 4 };

struct setting {
    wgc_config configs[2];
    bool prints;      /* each operation, as it begins */
    bool checks_much; /* wgc_check after every cycle, not one in sixteen */
};

/* A different one for each number. */
struct setting setting_for(unsigned number, void *arena, size_t arena_bytes);

/* Prints what differs and where, and aborts; else returns the operations that
   were run. */
size_t program_run(const struct setting *setting, const uint8_t *bytes,
                   size_t count);

#endif
