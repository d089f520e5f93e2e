/* SPDX-License-Identifier: MIT */
/*
 * What a fuzz target is: a function of bytes that returns 0, and aborts if
 * something is wrong.  libFuzzer calls it, or replay.c does with the files of
 * the corpus.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

#endif
