# SPDX-License-Identifier: MIT
"""Every trace of traces/ must print its log of expected/; under --stress it
must keep the invariants; and no input, however wrong, may crash the program.

    test_trace.py PATH-OF-wgc-trace
"""
import os
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = sys.argv[1]
FUZZED = 400
failures = []


def run(*args):
    return subprocess.run([PROGRAM, *map(str, args)], capture_output=True)


def check(condition, what):
    if not condition:
        failures.append(what)
        print('FAIL', what)


def first_difference(got, expected):
    got, expected = got.split(b'\n'), expected.split(b'\n')
    for number, (a, b) in enumerate(zip(got, expected), 1):
        if a != b:
            return f'line {number}: {a!r}, expected {b!r}'
    return f'{len(got)} lines, expected {len(expected)}'


def check_log(trace):
    expected = (HERE / 'expected' / f'{trace.stem}.log').read_bytes()
    result = run(trace)
    check(result.returncode == 0,
          f'{trace.name}: status {result.returncode} {result.stderr!r}')
    check(result.stdout == expected,
          f'{trace.name}: {first_difference(result.stdout, expected)}')


def check_stress(trace):
    result = run('--stress', trace)
    check(result.returncode == 0 and
          result.stdout == b'%s ok\n' % trace.stem.encode(),
          f'--stress {trace.name}: status {result.returncode} '
          f'{result.stdout + result.stderr!r}')


def check_refused(scratch, text, complaint):
    path = scratch / 'bad.trace'
    path.write_bytes(text)
    for args in ([path], ['--stress', path]):
        result = run(*args)
        if path not in args[:1] and b'not held' in complaint:
            continue  # a stress run skips what is not there any more
        check(result.returncode == 2 and complaint in result.stderr and
              not result.stdout,
              f'{text!r}: status {result.returncode} {result.stderr!r}')


CORE = b'profile core\n'
REFUSED = [
    (b'', b':0: there is no line'),
    (b'new O1\n', b':1: an operation before'),
    (b'profile nonsense\n', b':1: unknown profile'),
    (b'profile core\nprofile core\n', b':2:'),
    (CORE + b'frob O1\n', b':2: unknown operation'),
    (CORE + b'new\n', b':2: new lacks'),
    (CORE + b'new O1 O2\n', b':2:'),
    (CORE + b'new R1\n', b':2:'),
    (CORE + b'new O01\n', b':2:'),
    (CORE + b'new O1000000\n', b':2:'),
    (CORE + b'new O99999999999999999999\n', b':2:'),
    (CORE + b'new O1 val=\n', b':2:'),
    (CORE + b'new O1 val=9999999999\n', b':2:'),
    (CORE + b'new O1 val=1x\n', b':2:'),
    (CORE + b'new O1\nnew O1\n', b':3: O1 is made twice'),
    (CORE + b'new O1\nlink O1 4 O1\n', b':3:'),
    (CORE + b'new O1\nlink O1 0 O2\n', b':3: O2 is not held'),
    (CORE + b'load O1 0\n', b':2: O1 is not held'),
    (CORE + b'new O1\nref R1 O1 probe:R1\n', b':3:'),
    (CORE + b'new O1\nref R1 O1 cb frob\n', b':3:'),
    (CORE + b'new O1\nref R1 O1 cb probe\n', b':3:'),
    (CORE + b'new O1\nref R1 O1 cb gc:O1\n', b':3:'),
    (CORE + b'new O1\nref R1 O1 cb hold=O2\n', b':3: O2 is not held'),
    (CORE + b'new O1\nfin F1 O1 args=,\n', b':3:'),
    (CORE + b'new O1\nfin F1 O1 kw=a\n', b':3:'),
    (CORE + b'new O1\nfin F1 O1 kw=a:1,a:2\n', b':3:'),
    (CORE + b'new O1\nfin F1 O1 atexit=2\n', b':3:'),
    (CORE + b'new O1\nfin F1 O1 save:0\ncall F1\n', b':4: argument 0'),
    (CORE + b'wkd O1\n', b':2:'),
    (CORE + b'wkd T1\nwvd T1\n', b':3: T1 is made twice'),
    (CORE + b'tlen T1\n', b':2: T1 is not held'),
    (CORE + b'wkd T1\ntget T1\n', b':3: tget lacks'),
    (CORE + b'wkd T1\ntget T1 R1\n', b':3:'),
    (CORE + b'wkd T1\ntget T1 O1\n', b':3: O1 is not held'),
    (CORE + b'wkd T1\ntget T1 1\n', b':3: T1 does not take that'),
    (CORE + b'wkd T1\ntget T1 9999999999\n', b':3:'),
    (CORE + b'new O1\nwvd T1\ntset T1 O1 O1\n', b':4: T1 does not take'),
    (CORE + b'new O1\nwvd T1\ntadd T1 O1\n', b':4: T1 does not take'),
    (CORE + b'new O1\nwset T1\ntset T1 O1 O1\n', b':4: T1 does not take'),
    (CORE + b'new O1\nwset T1\nlink O1 0 T1\n', b':4:'),
    (CORE + b'collect 2\n', b':2:'),
    (CORE + b'settle 1000\n', b':2:'),
    (CORE + b'new O1\0\n', b':2: a zero byte'),
]


def check_fuzzed(scratch, traces):
    """Traces with a few bytes changed: whatever happens, no crash."""
    seed = int(os.environ.get('TEST_SEED') or random.randrange(1 << 32))
    print('seed', seed, '(TEST_SEED)')
    rng = random.Random(seed)
    alphabet = b'ORFT0123456789:=, \n#-ax\0\xff'
    path = scratch / 'fuzzed.trace'
    for _ in range(FUZZED):
        data = bytearray(rng.choice(traces).read_bytes())
        for _ in range(rng.randrange(1, 12)):
            at = rng.randrange(len(data))
            data[at:at + rng.randrange(3)] = rng.choices(
                alphabet, k=rng.randrange(3))
        path.write_bytes(data)
        result = run(path)
        check(result.returncode in (0, 2),
              f'fuzz seed {seed}: status {result.returncode} '
              f'{bytes(data)!r}')


traces = sorted((HERE / 'traces').glob('*.trace'))
check(len(traces) >= 131, f'only {len(traces)} traces found')
for trace in traces:
    check_log(trace)
    check_stress(trace)
with tempfile.TemporaryDirectory() as name:
    directory = pathlib.Path(name)
    for text, complaint in REFUSED:
        check_refused(directory, text, complaint)
    check_fuzzed(directory, traces)
check(run().returncode == 2, 'no arguments')
check(run(HERE / 'none.trace').returncode == 2, 'a file that is not there')
check(run(HERE).returncode == 2, 'a directory')

print(len(traces), 'traces,', len(failures), 'failures')
sys.exit(bool(failures))
