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

static size_t
add(size_t a, size_t b)
{
    return a + wgc__min(b, SIZE_MAX - a);
}

/* What counts as of late becomes an eighth less with each cycle. */
static size_t
fade(size_t bytes)
{
    return bytes - bytes / WGC__PACE_LATE;
}

static bool
has_shrunk(const struct wgc__pace_cycle *cycle)
{
    size_t live = cycle->after - wgc__min(cycle->holes, cycle->after);
    return add(live, cycle->threshold) < cycle->before / 4;
}

struct wgc__pace_past
wgc__pacer_past(const struct wgc__pace_past *past,
                const struct wgc__pace_cycle *cycle)
{
    struct wgc__pace_past next = {
        .peak = wgc__max(cycle->before, fade(past->peak)),
        .released = add(fade(past->released), cycle->released),
        .refilled = add(fade(past->refilled), cycle->refilled),
        .regret = past->regret - (past->regret != 0),
    };
    if (next.released != 0 && next.refilled >= next.released / 2)
        next.regret = WGC__PACE_REGRET;
    if (next.regret == 0 && has_shrunk(cycle))
        next.peak = cycle->after;
    return next;
}

/* Classes do not fill up evenly: an eighth is spare. */
size_t
wgc__pacer_keep(const struct wgc__pace_past *past,
                const struct wgc__pace_cycle *cycle)
{
    size_t threshold = cycle->threshold;
    size_t wanted =
        add(threshold - wgc__min(cycle->holes, threshold), threshold / 8);
    size_t peak =
        past->regret != 0 ? add(past->peak, past->peak / 2) : past->peak;
    if (past->regret == 0 && has_shrunk(cycle))
        return wanted / 4;
    return wgc__max(wanted, peak - wgc__min(cycle->after, peak));
}

bool
wgc__pacer_trims(const struct wgc__pace_cycle *cycle)
{
    return cycle->holes / 4 > cycle->threshold;
}
