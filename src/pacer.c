/* SPDX-License-Identifier: MIT */
#include "pacer.h"

size_t
wgc__pacer_threshold(const struct wgc__pace *pace, size_t live)
{
    double bytes = (double)live * pace->growth;
    size_t most = SIZE_MAX / 4;
    if (bytes >= (double)most)
        return most;
    return wgc__max((size_t)bytes, pace->min_bytes);
}

size_t
wgc__pacer_keep(size_t threshold, size_t holes)
{
    size_t spare = threshold / 8; /* classes do not fill up evenly */
    return threshold - wgc__min(holes, threshold) +
           wgc__min(spare, SIZE_MAX - threshold);
}
