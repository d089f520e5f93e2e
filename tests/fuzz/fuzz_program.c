/* SPDX-License-Identifier: MIT */
/* The public interface as a byte-coded program: the first byte is the setting. */
#include "../program/program.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static char arena[(256 << 10) + 13];
    if (count == 0)
        return 0;
    struct setting setting =
        setting_for(bytes[0], arena + 13, sizeof arena - 13);
    program_run(&setting, bytes + 1, count - 1);
    return 0;
}
