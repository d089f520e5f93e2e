#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: test_consumer.py HOW SOURCE BUILD

Builds and runs tests/consumer.  HOW it finds libwgc:
  installed        an installed copy of this build, through pkg-config
  subproject       its sources, as a subproject
  unity            the same, the library being one unit of translation
  without_python   the same, with -Dpython=disabled
  without_threads  the same, with -Dthreads=false
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HEADERS = ['debug.h', 'finalize.h', 'heap.h', 'inline.h', 'thread.h', 'weak.h',
           'wgc.h']
OPTIONS = {
    'subproject': [],
    'unity': ['-Dunity=on', '-Dunity_size=1000'],
    'without_python': ['-Dlibwgc:python=disabled'],
    'without_threads': ['-Dlibwgc:threads=false'],
}
PARTS = ['include', 'src', 'meson.build', 'meson_options.txt']


def run(*command, **environment):
    subprocess.run([str(word) for word in command], check=True,
                   env={**os.environ, **environment})


def build_and_run(consumer, *options, **environment):
    run('meson', 'setup', *options, consumer / 'build', consumer, **environment)
    run('meson', 'test', '-C', consumer / 'build', **environment)


def with_installed_copy(consumer, source, build, directory):
    shutil.rmtree(consumer / 'subprojects')
    run('meson', 'install', '-C', build, '--no-rebuild', '--quiet',
        DESTDIR=str(directory))
    configuration, = directory.rglob('wgc.pc')
    headers, = directory.rglob('wgc/heap.h')
    installed = sorted(path.name for path in headers.parent.iterdir())
    expected = [path.name for path in (source / 'include/wgc').glob('*.h')
                if path.name in HEADERS or path.name in installed]
    assert headers.parents[1].name == 'include', headers
    assert set(HEADERS) <= set(installed), installed
    assert installed == sorted(expected), installed
    library, = directory.rglob('libwgc.so')
    build_and_run(consumer,
                  PKG_CONFIG_PATH=str(configuration.parent),
                  PKG_CONFIG_SYSROOT_DIR=str(directory),
                  LD_LIBRARY_PATH=str(library.parent))


def with_subproject(consumer, source, how):
    libwgc = consumer / 'subprojects/libwgc'
    libwgc.mkdir()
    for part in PARTS:
        (libwgc / part).symlink_to(source / part)
    build_and_run(consumer, '--wrap-mode=forcefallback', '--werror',
                  *OPTIONS[how])
    library, = (consumer / 'build').rglob('libwgc.so')
    has_shim = b'wgc_py_new' in library.read_bytes()
    assert has_shim == (how != 'without_python'), has_shim
    objects = [path.name for path in (consumer / 'build').rglob('*.o')]
    assert not [name for name in objects if name.startswith('test_')], objects
    assert (len(objects) <= 6) == (how == 'unity'), objects


def main():
    how, source, build = sys.argv[1], *map(pathlib.Path, sys.argv[2:])
    with tempfile.TemporaryDirectory(dir=build) as name:
        directory = pathlib.Path(name)
        consumer = directory / 'consumer'
        shutil.copytree(source / 'tests/consumer', consumer)
        if how == 'installed':
            with_installed_copy(consumer, source, build, directory)
        else:
            with_subproject(consumer, source, how)


main()
