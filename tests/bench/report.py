# SPDX-License-Identifier: MIT
"""Medians, ratios and verdicts; the table as text and Markdown, the picture."""

import shutil
import statistics
import subprocess

from rows import ADAPTERS, GROWTH, GROWTH_STEPS, REFERENCE, ROWS, SUBJECT


class Results:
    """values[run][adapter][metric] and rss[run][adapter]: a list each, one
    entry for each round."""

    def __init__(self):
        self.values = {}
        self.rss = {}
        self.curves = {}
        self.absent = {}  # (run, adapter): why

    def add(self, run, adapter, lines):
        values = self.values.setdefault(run, {}).setdefault(adapter, {})
        for line in lines:
            values.setdefault(line["metric"], []).append(line["value"])
        self.rss.setdefault(run, {}).setdefault(adapter, []).append(
            max(line["rss_kib"] for line in lines) / 1024)

    def value(self, row, adapter):
        values = self.values.get(row.run, {}).get(adapter, {}).get(row.metric)
        return statistics.median(values) if values else None

    def peak(self, row, adapter):
        values = self.rss.get(row.run, {}).get(adapter)
        return statistics.median(values) if values else None

    def ratio(self, row, adapter):
        """The median over the rounds: what disturbs a round disturbs both."""
        ours = self.values.get(row.run, {}).get(adapter, {}).get(row.metric)
        theirs = self.values.get(row.run, {}).get(REFERENCE, {}).get(row.metric)
        if not ours or not theirs or 0 in theirs:
            return None
        return statistics.median(a / b for a, b in zip(ours, theirs))

    def peak_ratio(self, row, adapter):
        ours, theirs = self.peak(row, adapter), self.peak(row, REFERENCE)
        return ours / theirs if ours and theirs else None

    def unit(self, row):
        return UNITS.get(row.metric, "ns")


UNITS = {"time": "s", "cycle_live": "ms", "cycle_half": "ms", "longest": "ms",
         "full": "x", "rest": "MiB", "buffer": "us", "ratio": "x",
         "bytes": "B"}


def scaled_target(row, target, scale):
    return target * scale if target and row.grows else target


def verdict(results, row, scale):
    """aim, reached, missed or '' if there is no target; and about memory."""
    measured = results.value if row.is_value else results.ratio
    value = measured(row, SUBJECT)
    if value is None:
        return "-", "-"
    time = ""
    if row.at_least:
        if value <= scaled_target(row, row.aim, scale):
            time = "aim"
        elif value <= scaled_target(row, row.at_least, scale):
            time = "reached"
        else:
            time = "missed"
    return time, memory_verdict(results, row)


def memory_verdict(results, row):
    if row.rss_mib:
        return "ok" if results.peak(row, SUBJECT) <= row.rss_mib else "larger"
    if row.rss is None or results.peak_ratio(row, SUBJECT) is None:
        return ""
    # A twentieth is noise.
    allowed = row.rss * 1.05
    return "ok" if results.peak_ratio(row, SUBJECT) <= allowed else "larger"


def number(value, unit=""):
    if value is None:
        return "-"
    if unit:
        return f"{value:.3g} {unit}" if value < 1000 else f"{value:.0f} {unit}"
    return f"{value:.2f}"


HEADINGS = ("", "workload", REFERENCE, SUBJECT, "ratio", "at least", "aim",
            "verdict", "RSS MiB", "RSS ratio", "memory", "malloc", "mimalloc")


def cells(results, row, scale):
    unit = results.unit(row)
    time, memory = verdict(results, row, scale)
    targets = [scaled_target(row, target, scale)
               for target in (row.at_least, row.aim)]
    peak = results.peak(row, SUBJECT)
    return [
        row.workload, row.title,
        number(results.value(row, REFERENCE), unit),
        number(results.value(row, SUBJECT), unit),
        number(results.ratio(row, SUBJECT)),
        *(("" if t is None else f"{t:g} {unit if row.is_value else ''}".strip())
          for t in targets),
        time,
        "-" if peak is None else f"{peak:.1f}",
        number(results.peak_ratio(row, SUBJECT)), memory,
        number(results.ratio(row, "malloc")),
        number(results.ratio(row, "mimalloc")),
    ]


def shown_rows(results):
    return [row for row in ROWS if row.run in results.values]


def text_table(results, scale_of):
    table = [HEADINGS] + [cells(results, row, scale_of(row.run))
                          for row in shown_rows(results)]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEADINGS))]
    return ["  ".join(cell.ljust(width) if i < 2 else cell.rjust(width)
                      for i, (cell, width) in enumerate(zip(line, widths)))
            for line in table]


def markdown_table(results, scale_of):
    lines = ["| " + " | ".join(HEADINGS) + " |",
             "|---|---|" + "---:|" * (len(HEADINGS) - 2)]
    for row in shown_rows(results):
        line = cells(results, row, scale_of(row.run))
        lines.append("| " + " | ".join(line) + " |")
    return lines


# ---- Pictures -----------------------------------------------------------

COLOURS = {"aim": "0x1a7f37", "reached": "0x54a868", "missed": "0xd1495b",
           "": "0x7a8aa0", "ok": "0x54a868", "larger": "0xd1495b"}
CURVE_COLOURS = {"wgc": "#1a7f37", "libgc": "#d1495b", "malloc": "#7a8aa0",
                 "mimalloc": "#d9a441"}


def have_gnuplot():
    return shutil.which("gnuplot") is not None


def gnuplot(script):
    subprocess.run(["gnuplot"], input=script, text=True, check=True)


def block(name, lines):
    return f"${name} << EOD\n" + "\n".join(lines) + "\nEOD\n"


def draw_bars(results, scale_of, path, caption):
    """Two panels of bars, one row of the table each: CPU time and peak RSS as
    ratios to the reference, with the targets and the other allocators."""
    time, memory, targets, peers, peer_rss, labels = [], [], [], [], [], []
    rows = [row for row in shown_rows(results)
            if not row.is_value and results.ratio(row, SUBJECT)]
    for y, row in enumerate(reversed(rows), 1):
        speed, size = verdict(results, row, scale_of(row.run))
        labels.append(f'"{row.workload}  {row.title}" {y}')
        time.append(f"{results.ratio(row, SUBJECT)} {y} {COLOURS[speed]}")
        memory.append(f"{results.peak_ratio(row, SUBJECT)} {y} {COLOURS[size]}")
        if row.at_least:
            targets.append(f"{row.at_least} {row.aim} {y}")
        for index, adapter in enumerate(("malloc", "mimalloc")):
            if results.ratio(row, adapter):
                peers.append(f"{results.ratio(row, adapter)} {y} {index}")
                peer_rss.append(f"{results.peak_ratio(row, adapter)} {y} "
                                f"{index}")
    if not rows:
        return False
    empty = ["NaN NaN NaN"]
    gnuplot(
        block("TIME", time) + block("MEMORY", memory) +
        block("TARGETS", targets or empty) + block("PEERS", peers or empty) +
        block("PEERRSS", peer_rss or empty) + f"""
set terminal svg size 1100,{150 + 24 * len(rows)} font "sans-serif,12" \\
    background "white"
set output "{path}"
set multiplot
set logscale x 2
set yrange [0.3:{len(rows) + 0.7}]
set ytics ({", ".join(labels)}) nomirror scale 0
set grid xtics lt 1 lc rgb "#e4e4e4"
set border 1
set tmargin screen {1 - 88 / (150 + 24 * len(rows))}
set bmargin screen {45 / (150 + 24 * len(rows))}
set arrow from 1, graph 0 to 1, graph 1 nohead lc rgb "#333333" lw 1.5 front
set label 1 "libwgc beside the Boehm collector (libgc), {caption}" \\
    at screen 0.01, screen {1 - 22 / (150 + 24 * len(rows))} font ",15"
set label 2 "bars: libwgc divided by libgc, shorter is better; green: the \\
target is reached (dark: the aim, too); red: not; grey: no target" \\
    at screen 0.01, screen {1 - 44 / (150 + 24 * len(rows))}
set title "CPU time" offset 0,-0.6
set lmargin screen 0.24
set rmargin screen 0.68
set xrange [0.02:4]
set xtics ("1/32" 0.03125, "1/16" 0.0625, "1/8" 0.125, "1/4" 0.25, \\
    "1/2" 0.5, "libgc = 1" 1, "2" 2, "4" 4) nomirror
set key at screen 0.99, screen {1 - 22 / (150 + 24 * len(rows))} right top \\
    horizontal samplen 1
plot $TIME using (0.02):2:(0.02):1:($2-0.36):($2+0.36):3 \\
        with boxxyerror fs solid 0.85 noborder lc rgb variable notitle, \\
    $TARGETS using 1:($3-0.45):(0):(0.9) with vectors nohead lw 3 \\
        lc rgb "#222222" title "at least", \\
    $TARGETS using 2:($3-0.45):(0):(0.9) with vectors nohead lw 3 \\
        lc rgb "#1f6feb" title "aim", \\
    $PEERS using ($3==0?$1:NaN):2 with points pt 4 ps 0.7 lc rgb "#7a5195" \\
        title "malloc", \\
    $PEERS using ($3==1?$1:NaN):2 with points pt 7 ps 0.6 lc rgb "#ef8a17" \\
        title "mimalloc"
unset label 1
unset label 2
unset key
set title "peak memory (RSS)" offset 0,-0.6
set lmargin screen 0.72
set rmargin screen 0.98
set format y ""
set ytics scale 0 ("" 0)
set xtics ("1/32" 0.03125, "1/8" 0.125, "1/2" 0.5, "1" 1, "2" 2, "4" 4)
set xrange [0.02:4]
plot $MEMORY using (0.02):2:(0.02):1:($2-0.36):($2+0.36):3 \\
        with boxxyerror fs solid 0.85 noborder lc rgb variable notitle, \\
    $PEERRSS using ($3==0?$1:NaN):2 with points pt 4 ps 0.7 lc rgb "#7a5195", \\
    $PEERRSS using ($3==1?$1:NaN):2 with points pt 7 ps 0.6 lc rgb "#ef8a17"
unset multiplot
""")
    return True


def draw_timeline(curves, path):
    """RSS over what was allocated, for each adapter, and what is live."""
    blocks, plots = "", []
    for adapter in ADAPTERS:
        if adapter in curves:
            blocks += block("RSS" + adapter,
                            [f"{x} {y}" for x, y in curves[adapter]["rss"]])
            plots.append(f'$RSS{adapter} using 1:2 with lines lw 2 '
                         f'lc rgb "{CURVE_COLOURS[adapter]}" title "{adapter}"')
    live = next(iter(curves.values()))["live"]
    blocks += block("LIVE", [f"{x} {y}" for x, y in live])
    gnuplot(blocks + f"""
set terminal svg size 900,420 font "sans-serif,12" background "white"
set output "{path}"
set title "Memory of a heap that grows, is replaced, shrinks, idles, grows, \\
shrinks and idles"
set xlabel "allocated, MiB"
set ylabel "MiB"
set yrange [0:*]
set grid lt 1 lc rgb "#e4e4e4"
set border 3
set tics nomirror
set key outside right top
plot $LIVE using 1:2 with filledcurves y1=0 fs solid 0.2 noborder \\
    lc rgb "#7a8aa0" title "live", {", ".join(plots)}
""")


def draw_growth(costs, path):
    """A panel for each workload: the cost of a unit of work as the workload
    grows, relative to its least with libwgc.  Level is linear."""
    columns, blocks, panels = 4, "", []
    for number, curve in enumerate(GROWTH):
        own = costs[SUBJECT].get(curve.title)
        if not own:
            continue
        plots = []
        for adapter in (REFERENCE, SUBJECT):
            points = costs.get(adapter, {}).get(curve.title)
            if not points:
                continue
            name = f"{adapter}{number}"
            blocks += block(name, [f"{step} {cost / own[0]}" for step, cost in
                                   zip(GROWTH_STEPS, points)])
            plots.append(f'${name} using 1:2 with linespoints lw 2 pt 7 ps 0.5 '
                         f'lc rgb "{CURVE_COLOURS[adapter]}" '
                         f'title "{adapter}"')
        panels.append(f"""
set title "{curve.title}" offset 0,-0.7
plot {", ".join(plots)}
{"unset key" if not panels else ""}
""")
    rows = (len(panels) + columns - 1) // columns
    gnuplot(blocks + f"""
set terminal svg size 1100,{90 + 190 * rows} font "sans-serif,11" \\
    background "white"
set output "{path}"
set multiplot layout {rows},{columns} title \\
    "Cost of one operation as the workload becomes 64 times as large: level \\
is linear; 1 is libwgc at the smallest size" font ",14"
set logscale xy
set xrange [0.8:80]
set yrange [0.125:64]
set xtics ("1" 1, "4" 4, "16" 16, "64" 64) nomirror
set ytics ("1/8" 0.125, "1" 1, "8" 8, "64" 64) nomirror
set grid lt 1 lc rgb "#e4e4e4"
set border 3
set key left top samplen 1
{"".join(panels)}
unset multiplot
""")


def growth_sentence(costs):
    """Where the last step of the largest growth is steepest."""
    last = {title: points[-1] / points[-2]
            for title, points in costs.get(SUBJECT, {}).items()
            if len(points) > 1 and points[-2] > 0}
    if not last:
        return ""
    title = max(last, key=last.get)
    return (f"From a quarter of the size to the whole, the cost of an operation "
            f"grows most in {title}: {last[title]:.2f} times.")
