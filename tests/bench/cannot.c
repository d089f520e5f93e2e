/* SPDX-License-Identifier: MIT */
/* In place of a workload that an allocator has nothing for. */
#include "bench.h"

int
main(void)
{
    return BENCH_CANNOT;
}
