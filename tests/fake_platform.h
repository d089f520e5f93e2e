/* SPDX-License-Identifier: MIT */
/*
 * A system for tests, linked instead of src/platform-*.c.  It hands out real
 * memory, but with pages of a size that a test chooses, aligned to no more than
 * that, fails the requests that a test wants to fail, and counts what has not
 * come back.  A call that breaks the contract of src/platform.h ends the
 * program with a message.
 */
#ifndef TESTS_FAKE_PLATFORM_H
#define TESTS_FAKE_PLATFORM_H

#include "platform.h"

struct fake_platform {
    /* Settings. */
    size_t page_bytes;    /* 4 KiB to 64 KiB */
    size_t memory_bytes;  /* of the machine */
    size_t fail_at;       /* the request that fails, from 1 on; 0: none */
    bool fail_from_there; /* and all that follow */
    bool refuse_decommit;
    const void *static_low, *static_high; /* the static data there is */

    /* Counters. */
    size_t requests; /* reserve, commit, decommit: one each */
    size_t failed;
    size_t reservations; /* that were not released */
    size_t reserved;     /* bytes */
    size_t committed;    /* bytes; decommitting does not change it */
    size_t decommitted;  /* bytes, since the reset */
    bool huge;           /* the latest advice */
    uint64_t now;        /* a nanosecond passes at each look */
};
extern struct fake_platform fake;

/* Counters to 0, settings to their defaults but for the size of pages. */
void fake_reset(size_t page_bytes);
/* Every byte came back; fails the test if not. */
void fake_check_returned(void);

#endif
