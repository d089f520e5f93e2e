/* SPDX-License-Identifier: MIT */
/*
 * libwgc: a conservative mark-sweep collector with weak references and
 * finalizers.  This header includes every other one; each also stands alone.
 */
#ifndef WGC_WGC_H
#define WGC_WGC_H

#include "wgc/debug.h"
#include "wgc/finalize.h"
#include "wgc/heap.h"
#include "wgc/thread.h"
#include "wgc/weak.h"

#endif
