# SPDX-License-Identifier: MIT
"""The rows of the table: what is run, what of it is shown, and the targets.

A target is a ratio of CPU time to libgc's unless the row says that it is a
value.  Memory has its own: peak RSS is at most `rss` times libgc's, or at most
`rss_mib` MiB.
"""

from dataclasses import dataclass
from math import log2

REFERENCE = "libgc"
SUBJECT = "wgc"
ADAPTERS = (SUBJECT, REFERENCE, "malloc", "mimalloc")


@dataclass(frozen=True)
class Run:
    """One program with its arguments, and its size with --quick."""

    program: str
    mode: str = ""
    heap: int = 0
    quick: float = 1.0

    def arguments(self, scale):
        arguments = [self.mode] if self.mode else []
        if self.heap:
            arguments.append(f"--heap={self.heap}")
        return arguments + [f"--scale={scale:g}"]


@dataclass(frozen=True)
class Row:
    workload: str
    title: str
    run: Run
    metric: str
    at_least: float = None
    aim: float = None
    is_value: bool = False  # the targets are values, not ratios
    grows: bool = False  # the value grows with the scale
    rss: float = 1.0  # None: no target
    rss_mib: float = None


HEAP = 64 << 20
GCBENCH = Run("gcbench")
TREES = Run("binary_trees", quick=0.25)
RANDOM = Run("graph", "random", quick=0.1)
SEQUENTIAL = Run("graph", "sequential", quick=0.1)
SHUFFLED = Run("graph", "shuffled", quick=0.1)
INTERPRETER = Run("interpreter", quick=0.5)
WEAKREFS = Run("weakrefs", quick=0.5)
CHAIN = Run("ephemerons", "map")
SHUFFLED_CHAIN = Run("ephemerons", "shuffled")
SINGLES = Run("ephemerons", "single")
WEAKMAPS = Run("weakmaps")
GUARDS = Run("finalizers", "guard", quick=0.5)
AFTER = Run("finalizers", "after", quick=0.5)
SCATTERED = Run("memory", "random", quick=0.25)
BLOCK = Run("memory", "block", quick=0.25)
RAW = Run("buffers", "raw", quick=0.2)
ZEROED = Run("buffers", "zeroed", quick=0.2)
REPLACEMENT = Run("replacement", quick=0.2)


def churn(mode, quick=0.4):
    return Run("churn", mode, quick=quick), Run("churn", mode, HEAP, quick)


SMALL, SMALL_64 = churn("16")
PAIR, PAIR_64 = churn("32")
LEAF, LEAF_64 = churn("leaf")
MIXED, MIXED_64 = churn("mixed", 0.6)

# One workload waits for what it measures: W8 has two threads.
ROWS = [
    Row("W1", "GCBench, depth 18", GCBENCH, "time", 0.55, 0.40),
    Row("W2", "binary-trees 18", TREES, "time", 0.40, 0.27, rss=0.5),
    Row("W3", "churn 16 B, 64 MiB", SMALL_64, "object", 0.35, 0.22),
    Row("W3", "churn 32 B, 64 MiB", PAIR_64, "object", 0.35, 0.25),
    Row("W3", "churn leaf 64 B, 64 MiB", LEAF_64, "object", 0.40, 0.28),
    Row("W3", "churn 16-2048 B, 64 MiB", MIXED_64, "object", 0.40, 0.25),
    Row("W3", "churn 16 B", SMALL, "object", 0.25, 0.12, rss_mib=8),
    Row("W3", "churn 32 B", PAIR, "object", 0.35, 0.25, rss_mib=8),
    Row("W3", "churn leaf 64 B", LEAF, "object", 0.30, 0.18, rss_mib=8),
    Row("W3", "churn 16-2048 B", MIXED, "object", 0.45, 0.30, rss_mib=8),
    Row("W4", "mark random graph", RANDOM, "cycle", 0.30, 0.17),
    Row("W4", "mark list, in order", SEQUENTIAL, "cycle", 0.6, 0.4),
    Row("W4", "mark list, shuffled", SHUFFLED, "cycle", 0.8, 0.6),
    Row("W5", "interpreter's mix", INTERPRETER, "step"),
    Row("W6", "weak reference: create", WEAKREFS, "create", 0.20, 0.10),
    Row("W6", "weak reference: per cycle", WEAKREFS, "cycle_extra", 0.30, 0.15),
    Row("W6", "weak reference: get", WEAKREFS, "get", 1.0, 0.6),
    Row("W6", "weak reference: die", WEAKREFS, "cycle_death"),
    Row("W6", "ephemerons in a chain: link", CHAIN, "link", 150, 60,
        is_value=True, rss=None),
    Row("W6", "the same, to a hundredth", CHAIN, "ratio", 1.5, 1.25,
        is_value=True, rss=None),
    Row("W6", "chain added in random order", SHUFFLED_CHAIN, "link", 150, 60,
        is_value=True, rss=None),
    Row("W6", "chain without a map", SINGLES, "link", 150, 60,
        is_value=True, rss=None),
    Row("W6", "weak map: bytes an entry", WEAKMAPS, "bytes", 48, 40,
        is_value=True, rss=None),
    Row("W6", "weak map: set", WEAKMAPS, "set", rss=None),
    Row("W6", "weak map: get", WEAKMAPS, "get", rss=None),
    Row("W6", "weak map: per cycle", WEAKMAPS, "cycle_extra", rss=None),
    Row("W7", "guard: create", GUARDS, "create", 0.25, 0.12),
    Row("W7", "guard: cycle, all live", GUARDS, "cycle_live", 0.45, 0.3),
    Row("W7", "guard: cycle, half die", GUARDS, "cycle_half", 0.45, 0.3),
    Row("W7", "guard: run", GUARDS, "run", 0.7, 0.4),
    Row("W7", "after death: create", AFTER, "create", 0.25, 0.12),
    Row("W7", "after death: cycle, all live", AFTER, "cycle_live", 0.45, 0.3),
    Row("W7", "after death: cycle, half die", AFTER, "cycle_half", 0.45, 0.3),
    Row("W7", "after death: run", AFTER, "run", 0.7, 0.4),
    Row("W9", "RSS / live, 1 GiB full", SCATTERED, "full", 1.13, 1.08,
        is_value=True, rss=None),
    Row("W9", "RSS, 95 % died at random", SCATTERED, "rest", 450, 400,
        is_value=True, grows=True, rss=None),
    Row("W9", "RSS, 95 % died in a block", BLOCK, "rest", 150, 90,
        is_value=True, grows=True, rss=None),
    Row("W10", "buffers 64 KiB-16 MiB", RAW, "buffer", 0.8, 0.6),
    Row("W10", "buffers, zeroed", ZEROED, "buffer", 0.8, 0.6),
    Row("500M", "500 MiB replaced", REPLACEMENT, "replace"),
    Row("500M", "500 MiB: longest pause", REPLACEMENT, "longest"),
]

@dataclass(frozen=True)
class Growth:
    """A cost that is watched as a workload becomes 64 times as large.  `levels`
    is 0 where the metric is a cost per operation; -1 where it is a total that
    should grow with the size; else that many trees of the full size are made,
    and two levels more make one more."""

    title: str
    run: Run
    metric: str
    levels: int = 0

    def work(self, scale):
        """What the metric is divided by."""
        if self.levels == 0:
            return 1
        if self.levels < 0:
            return scale
        return scale * (1 + log2(scale) / 2 / self.levels)


GROWTH_STEPS = (1, 4, 16, 64)
GROWTH = [
    Growth("W1 GCBench", GCBENCH, "time", 7),
    Growth("W2 binary trees", TREES, "time", 8),
    Growth("W3 churn 16 B", SMALL, "object"),
    Growth("W3 churn 16-2048 B", MIXED, "object"),
    Growth("W4 mark random graph", RANDOM, "cycle"),
    Growth("W4 mark list in order", SEQUENTIAL, "cycle"),
    Growth("W4 mark list shuffled", SHUFFLED, "cycle"),
    Growth("W5 interpreter's mix", INTERPRETER, "step"),
    Growth("W6 weak reference: create", WEAKREFS, "create"),
    Growth("W6 weak reference: cycle", WEAKREFS, "cycle_extra"),
    Growth("W6 chain of ephemerons", CHAIN, "link"),
    Growth("W6 weak map: set", WEAKMAPS, "set"),
    Growth("W7 finalizer: create", AFTER, "create"),
    Growth("W7 finalizer: cycle", AFTER, "cycle_live", -1),
    Growth("W10 buffers, zeroed", ZEROED, "buffer"),
    Growth("500M replacement", REPLACEMENT, "replace"),
]

# Paths that callgrind counts; what an allocation may take at most.
PATHS = {
    "alloc_16": 16,
    "alloc_48": 16,
    "leaf_64": 16,
    "weak_get": None,
    "weak_new": None,
    "guard_new": None,
    "mark_link": None,
}
