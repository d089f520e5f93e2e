/* SPDX-License-Identifier: MIT */
#include "sizeclass.h"

static void
add_class(struct wgc__classes *classes, size_t bytes)
{
    size_t granules = bytes >> WGC__GRANULE_SHIFT;
    classes->cell_bytes[classes->count] = (uint32_t)bytes;
    classes->reciprocal[classes->count] =
        (uint32_t)(((1U << WGC__RECIPROCAL_SHIFT) + granules - 1) / granules);
    classes->count++;
}

static void
fill_map(struct wgc__classes *classes)
{
    unsigned class = 0;
    for (size_t g = 0; g <= classes->small_max >> WGC__GRANULE_SHIFT; g++) {
        if (classes->cell_bytes[class] < g << WGC__GRANULE_SHIFT)
            class ++;
        classes->of_granules[g] = (uint8_t) class;
    }
}

void
wgc__classes_init(struct wgc__classes *classes, unsigned block_shift)
{
    static const unsigned char parts[] = {14, 12, 10, 8, 7, 6, 5, 4, 3, 2};
    size_t block_bytes = (size_t)1 << block_shift;
    classes->count = 0;
    for (size_t step = WGC__GRANULE, bytes = step; bytes <= block_bytes / 16;
         bytes += step) {
        add_class(classes, bytes);
        if (wgc__is_power_of_two(bytes) && bytes >= (size_t)8 * WGC__GRANULE)
            step = bytes / 4;
    }
    for (size_t i = 0; i < sizeof parts; i++)
        if (block_bytes / parts[i] <= WGC__SMALL_MAX)
            add_class(classes,
                      wgc__align_down(block_bytes / parts[i], WGC__GRANULE));
    WGC__ASSERT(classes->count <= WGC__CLASSES);
    classes->small_max = classes->cell_bytes[classes->count - 1];
    fill_map(classes);
}

unsigned
wgc__class_aligned(const struct wgc__classes *classes, size_t bytes,
                   size_t alignment)
{
    if (bytes > classes->small_max)
        return classes->count;
    unsigned class = wgc__class_of(classes, bytes);
    while (class < classes->count &&
           classes->cell_bytes[class] % alignment != 0)
        class ++;
    return class;
}
