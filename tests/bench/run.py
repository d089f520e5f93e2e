#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the benchmarks round-robin and reports.  tools/bench.sh calls it."""

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys

import callgrind
import report
from rows import (ADAPTERS, GROWTH, GROWTH_STEPS, REFERENCE, ROWS, SUBJECT,
                  Run)

CANNOT = 77
MARK, END_MARK = "<!-- table -->", "<!-- end of table -->"
TIMELINE = Run("timeline", quick=0.25)


def arguments():
    parser = argparse.ArgumentParser(prog="tools/bench.sh", description=__doc__)
    parser.add_argument("--programs", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", required=True,
                        help="directory for the JSON, Markdown and SVG files")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--quick", action="store_true",
                        help="smaller sizes, about two minutes")
    parser.add_argument("--scale", type=float, default=1.0,
                        help="multiplies all sizes")
    parser.add_argument("--only", default="",
                        help="these workloads, as in W1,W3")
    parser.add_argument("--adapters", default=",".join(ADAPTERS),
                        help="these allocators")
    parser.add_argument("--document", metavar="FILE",
                        help="put the table between the marks in this file, "
                        "and the pictures beside it")
    parser.add_argument("--instructions", action="store_true",
                        help="count instructions of the hot paths instead")
    parser.add_argument("--check", action="store_true",
                        help="count those of libwgc alone, and compare them "
                        "with the stored ones")
    parser.add_argument("--store", action="store_true",
                        help="store them")
    return parser.parse_args()


def chosen_runs(only):
    """Each run once, in the order of the rows."""
    wanted = {name.upper() for name in only.split(",") if name}
    known = {row.workload for row in ROWS}
    if wanted - known:
        sys.exit(f"no workload {', '.join(wanted - known)}; there are "
                 f"{', '.join(sorted(known))}")
    return list(dict.fromkeys(row.run for row in ROWS
                              if not wanted or row.workload in wanted))


def run_once(programs, run, adapter, scale):
    """What it printed, a dictionary a line; or why there is nothing."""
    program = os.path.join(programs, f"{run.program}-{adapter}")
    if not os.path.exists(program):
        return None, "not built"
    try:
        done = subprocess.run([program, *run.arguments(scale)],
                              capture_output=True, text=True, check=False,
                              timeout=900)
    except subprocess.TimeoutExpired:
        return None, "took more than 15 minutes"
    if done.returncode == CANNOT:
        return None, "cannot"
    if done.returncode != 0:
        print(f"{program} {' '.join(run.arguments(scale))}: status "
              f"{done.returncode}: {done.stderr.strip()}", file=sys.stderr)
        return None, "failed"
    return [json.loads(line) for line in done.stdout.splitlines()], None


def run_all(options, scale_of):
    results = report.Results()
    runs = chosen_runs(options.only)
    adapters = options.adapters.split(",")
    rounds = options.rounds or (3 if options.quick else 5)
    for turn in range(rounds):
        for i, run in enumerate(runs):
            if sys.stderr.isatty():
                print(f"\rround {turn + 1} of {rounds}: {i + 1} of {len(runs)} "
                      f"({run.program} {run.mode})\033[K", end="",
                      file=sys.stderr)
            for adapter in adapters:
                if (run, adapter) in results.absent:
                    continue
                lines, why = run_once(options.programs, run, adapter,
                                      scale_of(run))
                if why:
                    results.absent[run, adapter] = why
                else:
                    results.add(run, adapter, lines)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return results


def timeline(options, scale_of):
    """{adapter: {curve: [(x, y)]}}"""
    curves = {}
    for adapter in options.adapters.split(","):
        lines, _ = run_once(options.programs, TIMELINE, adapter,
                            scale_of(TIMELINE))
        for line in lines or []:
            curves.setdefault(adapter, {}).setdefault(line["curve"], []).append(
                (line["x"], line["y"]))
    return curves


def growth(options, scale_of):
    """{adapter: {title: cost at each step}}: the largest step is the size in
    the table, and costs are of one unit of work."""
    costs = {}
    for adapter in (SUBJECT, REFERENCE):
        for step in GROWTH_STEPS:
            done = {}
            for curve in GROWTH:
                scale = scale_of(curve.run) * step / GROWTH_STEPS[-1]
                if curve.run not in done:
                    done[curve.run], _ = run_once(options.programs, curve.run,
                                                  adapter, scale)
                found = [line["value"] for line in done[curve.run] or []
                         if line["metric"] == curve.metric]
                if found:
                    costs.setdefault(adapter, {}).setdefault(
                        curve.title, []).append(found[0] / curve.work(scale))
    return costs


def output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=True)
        return done.stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def machine():
    cpu = ""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
    versions = {name: output("dpkg-query", "-W", "-f", "${Version}", package)
                for name, package in (("libgc", "libgc-dev"),
                                      ("mimalloc", "libmimalloc-dev"),
                                      ("glibc", "libc6"))}
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": f"{os.cpu_count()} x {cpu}",
        "memory_mib": os.sysconf("SC_PAGE_SIZE") *
        os.sysconf("SC_PHYS_PAGES") >> 20,
        "kernel": platform.release(),
        "compiler": output(os.environ.get("CC", "cc"), "--version")
        .split("\n", maxsplit=1)[0],
        "versions": versions,
        "command": ("sh tools/bench.sh " +
                    os.environ.get("BENCH_ARGUMENTS", "")).strip(),
    }


def as_json(results, curves, costs, about, scale_of):
    runs = []
    for run, adapters in results.values.items():
        for adapter, metrics in adapters.items():
            runs.append({"program": run.program, "mode": run.mode,
                         "heap": run.heap, "scale": scale_of(run),
                         "adapter": adapter, "metrics": metrics,
                         "rss_mib": results.rss[run][adapter]})
    return {"machine": about, "runs": runs, "timeline": curves,
            "growth": costs}


def describe(about):
    versions = ", ".join(f"{name} {version or 'unknown'}"
                         for name, version in about["versions"].items())
    return (f"{about['date']}, {about['cpu']}, {about['memory_mib']} MiB, "
            f"Linux {about['kernel']}, {about['compiler']}, {versions}")


def summary(results, rows, scale_of):
    verdicts = [report.verdict(results, row, scale_of(row.run))
                for row in rows]
    with_target = [time for time, _ in verdicts if time not in ("", "-")]
    aims, reached = with_target.count("aim"), with_target.count("reached")
    larger = sum(memory == "larger" for _, memory in verdicts)
    return (f"{len(with_target)} rows with a target: {aims} reach the aim, "
            f"{reached} the least, {with_target.count('missed')} neither; "
            f"{larger} take more memory than they may.")


def losses(results, rows):
    """Sentences: where libgc is better, in time and in memory."""
    def above(measure):
        found = [(measure(row, SUBJECT), row) for row in rows]
        return [f"{row.workload} {row.title} ({ratio:.2f})"
                for ratio, row in found if ratio and ratio > 1.05]

    slower = above(results.ratio)
    larger = dict.fromkeys(above(lambda row, adapter: None if row.rss is None
                                 else results.peak_ratio(row, adapter)))
    return [f"Where libwgc loses to {REFERENCE} in {what}: "
            f"{'; '.join(names) or 'nowhere'}."
            for what, names in (("time", slower), ("peak memory", larger))]


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    print(f"wrote {path}")


def document(path, about, table, sentences, pictures):
    """Replace what is between the marks of a Markdown file."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if text.count(MARK) != 1 or text.count(END_MARK) != 1:
        sys.exit(f"{path}: {MARK} and {END_MARK} are not there once each")
    before, rest = text.split(MARK)
    after = rest.split(END_MARK)[1]
    lines = [describe(about) + ".", "", f"`{about['command']}`", "", *table]
    for sentence in sentences:
        lines += ["", sentence]
    write(path, before + MARK + "\n" + "\n".join(lines) + "\n" + END_MARK +
          after)
    for picture in pictures:
        name = os.path.basename(picture).replace("bench", "performance")
        shutil.copy(picture, os.path.join(os.path.dirname(path), name))


def draw(options, results, curves, costs, about, scale_of):
    """Paths of the pictures."""
    stem = os.path.join(options.out, "bench")
    pictures = []
    if not report.have_gnuplot():
        print("gnuplot is not installed: no picture")
        return pictures
    if report.draw_bars(results, scale_of, stem + ".svg", about["date"]):
        pictures.append(stem + ".svg")
    if curves:
        report.draw_timeline(curves, stem + "-memory.svg")
        pictures.append(stem + "-memory.svg")
    if costs:
        report.draw_growth(costs, stem + "-growth.svg")
        pictures.append(stem + "-growth.svg")
    for picture in pictures:
        print(f"wrote {picture}")
    return pictures


def benchmark(options):
    def scale_of(run):
        return options.scale * (run.quick if options.quick else 1)

    results = run_all(options, scale_of)
    curves = timeline(options, scale_of) if not options.only else {}
    costs = growth(options, scale_of) if not options.only else {}
    about = machine()
    print(describe(about))
    print("Medians; CPU time; ratios are to", REFERENCE + ".")
    print("\n".join(report.text_table(results, scale_of)))
    rows = report.shown_rows(results)
    sentences = [summary(results, rows, scale_of), *losses(results, rows)]
    if costs:
        sentences.append(report.growth_sentence(costs))
    print("\n".join(sentences))
    for adapter, why in dict.fromkeys(
            (adapter if why == "not built" else
             f"{run.program} {run.mode} with {adapter}", why)
            for (run, adapter), why in results.absent.items()
            if why != "cannot"):
        print(f"{adapter}: {why}")

    os.makedirs(options.out, exist_ok=True)
    stem = os.path.join(options.out, "bench")
    write(stem + ".json",
          json.dumps(as_json(results, curves, costs, about, scale_of),
                     indent=1))
    table = report.markdown_table(results, scale_of)
    write(stem + ".md", "\n".join(table) + "\n")
    pictures = draw(options, results, curves, costs, about, scale_of)
    if options.document:
        document(options.document, about, table, sentences, pictures)
    failed = [why for why in results.absent.values()
              if why not in ("cannot", "not built")]
    return 1 if failed else 0


def hot_paths(options):
    stored = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                          "instructions.json")
    counts = callgrind.measure_hot_paths(options.programs)
    if options.store:
        write(stored, json.dumps(counts, indent=1) + "\n")
    with open(stored, encoding="utf-8") as file:
        lines, complaints = callgrind.compare(json.load(file), counts)
    print("\n".join(lines))
    print("\n".join(complaints) or "No hot path became longer.")
    return 1 if complaints else 0


def main():
    options = arguments()
    if options.check or options.store:
        return hot_paths(options)
    if options.instructions:
        print("\n".join(callgrind.table(callgrind.measure(options.programs))))
        return 0
    return benchmark(options)


if __name__ == "__main__":
    sys.exit(main())
