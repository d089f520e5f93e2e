#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: count.py testlog.json

Prints how many tests of a meson run passed, failed and were skipped, as three
numbers.  A cmocka program counts as its tests, and as one failure more if it
ended badly without having reported one.
"""
import json
import re
import sys

REPORT = re.compile(r'\[ +(OK|FAILED|SKIPPED) +\] \w+$', re.MULTILINE)
OUTCOME = {
    'OK': 'OK',
    'EXPECTEDFAIL': 'OK',
    'SKIP': 'SKIPPED',
}


def outcomes(run):
    whole = OUTCOME.get(run['result'], 'FAILED')
    single = REPORT.findall(run.get('stdout') or '')
    if not single or whole == 'FAILED' and 'FAILED' not in single:
        single.append(whole)
    return single


with open(sys.argv[1], encoding='utf-8') as log:
    all_outcomes = [one for line in log for one in outcomes(json.loads(line))]
print(*(all_outcomes.count(what) for what in ('OK', 'FAILED', 'SKIPPED')))
