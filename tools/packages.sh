# SPDX-License-Identifier: MIT
# Sourced by the scripts beside it.  need PACKAGE COMMAND... notes a package
# whose command fails; install_missing installs what was noted.

missing=

need() {
    package=$1
    shift
    "$@" >/dev/null 2>&1 && return
    case "$missing " in
    *" $package "*) ;;
    *) missing="$missing $package" ;;
    esac
}

has() {
    command -v "$1"
}

# compiles COMPILER [FLAG...]: whether it makes a program of this.
compiles() {
    echo '#include <stdio.h>
int main(void) { return puts("") < 0; }' | "$@" -x c -o /dev/null -
}

# meson takes cc before all others; any compiler will do.
need_to_build() {
    need meson has meson
    need ninja-build has ninja
    need gcc has "${CC:-cc}"
    need libc6-dev compiles "${CC:-cc}"
}

need_to_test() {
    need gcc has gcc
    need g++ has g++
    need clang has clang
    need python3 has python3
    need binutils has nm
    need pkg-config has pkg-config
    need spin has spin
    need libcmocka-dev pkg-config --exists cmocka
}

install_missing() {
    [ -n "$missing" ] || return 0
    as_root=
    if [ "$(id -u)" != 0 ]; then
        as_root=sudo
    fi
    if ! has apt-get >/dev/null || { [ -n "$as_root" ] && ! has sudo; }; then
        echo "These packages are needed (the names are Debian's):" >&2
        echo "   $missing" >&2
        exit 2
    fi
    echo "Installing with apt-get:$missing"
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    $as_root apt-get update -qq </dev/null || true
    # shellcheck disable=SC2086 # one argument for each package
    $as_root apt-get install -y -qq --no-install-recommends $missing \
        </dev/null >/dev/null
    missing=
}

# configure DIRECTORY [OPTION...]: a build directory with these options, new or
# not.
configure() {
    directory=$1
    shift
    if [ -d "$directory/meson-private" ]; then
        meson setup --reconfigure "$directory" "$@"
    else
        meson setup "$directory" "$@"
    fi
}
