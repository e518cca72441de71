#!/usr/bin/env bash
# Makes .venv with everything in requirements.lock and the project itself; does nothing when that is already so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
umask 022

readonly VENV=.venv
readonly STAMP=$VENV/installed
readonly LOG=$VENV/install.log
readonly MADE_FOR=$VENV/made-for

say() { printf '%s\n' "$*"; }
die() { printf 'install: %s\n' "$@" >&2; exit 1; }

# The distribution's own comes first: it is built with profiles (PGO), and a plain build of the same release pays a bill with a tenth more processor.
find_python() {
    local candidate
    for candidate in "${PYTHON:-}" /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
        if [ -n "$candidate" ] && "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    die "Python 3.11 or newer is needed and none was found." "On Debian or Ubuntu: apt-get install python3 python3-venv"
}

# By which Python, where: a moved folder or a new Python makes a new .venv.
place() {
    "$PY" -c 'import sys; print(sys.version, sys.base_prefix)' && pwd
}

fingerprint() {
    { place; cat requirements.lock pyproject.toml deploy/install.sh; } | sha256sum
}

# A plain Debian has neither ensurepip nor pip, and an ordinary user cannot add them: pip runs from the wheel that we bring along.
make_venv() {
    if [ -x "$VENV/bin/python" ] && [ "$(cat "$MADE_FOR" 2>/dev/null)" = "$(place)" ]; then
        return
    fi
    rm -rf "$VENV"
    say "Making $VENV with $("$PY" --version)"
    "$PY" -m venv --without-pip "$VENV" || die "Python has no working venv module. On Debian or Ubuntu: apt-get install python3-venv"
    place >"$MADE_FOR"
}

pip() {
    local wheel=(deploy/pip/pip-*.whl)
    "$VENV/bin/python" "${wheel[0]}/pip" "$@"
}

# One line a package, so that a slow link is seen to move.
show_progress() {
    awk -v total="$1" '/^(Collecting|Processing) / { printf "  %3d of %d  %s\n", ++count, total, $2; fflush() }
                       /^Installing collected/ { print "  unpacking"; fflush() }'
}

install_lock() {
    local total
    total=$(grep -c '^[a-z0-9].*==' requirements.lock)
    say "Fetching up to $total packages, each checked against its hash"
    pip install --disable-pip-version-check --no-input --progress-bar off --no-deps --only-binary :all: --require-hashes \
        -r requirements.lock 2>&1 | tee "$LOG" | show_progress "$total" || return
    say "Adding the switch itself"
    pip install --disable-pip-version-check --no-input --quiet --no-deps --no-build-isolation --no-index --editable . >>"$LOG" 2>&1
}

is_installed() {
    [ -x "$VENV/bin/switch" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$(fingerprint)" ]
}

# Else each process compiles the switch anew wherever Python may not write beside it. Nothing to do where nothing changed.
compile() {
    "$VENV/bin/python" -m compileall -q -j 0 switch adapters || true
}

PY=$(find_python) || exit 1
if is_installed; then
    compile
    exit 0
fi
# Two installs at once would spoil each other: the second waits, and then finds the work done.
if command -v flock >/dev/null; then
    exec 9<pyproject.toml
    flock 9
    if is_installed; then
        compile
        exit 0
    fi
fi
rm -f "$STAMP"
make_venv
install_lock || { tail -n 15 "$LOG" >&2; die "The packages could not be installed; the whole output is in $LOG."; }
fingerprint >"$STAMP"
compile
say "Installed. Next: make run, or make demo."
