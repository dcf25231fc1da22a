#!/bin/sh
# Create .venv with exactly the dependencies of uv.lock, with or without uv on this machine.
set -eu
cd "$(dirname "$0")/.."
unset VIRTUAL_ENV UV_PROJECT_ENVIRONMENT
# The same build everywhere: only what the lock names, every extra and every group. Compiled here and not at each start:
# where Python may not keep what it has compiled, as in many containers, each start would take twice as long.
SYNC="sync --quiet --locked --all-extras --all-groups --compile-bytecode"
OURS="bot connectors flows handlers scheduler storage"

say() { printf '%s\n' "$*" >&2; }

good_python() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
    for candidate in python3.11 python3.12 python3.13 python3 python; do
        if good_python "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}

usable_uv() { "$1" sync --help 2>/dev/null | grep -q -- --all-groups; }

PYTHON=$(find_python)
if usable_uv uv; then
    UV=uv
elif [ -z "$PYTHON" ]; then
    say "Dunwell needs Python 3.11, 3.12 or 3.13 and found none: install one (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python@3.13) and run this again."
    exit 1
fi

[ -x .venv/bin/dunwell ] || say "Setting up .venv with the locked dependencies; about a minute the first time."
# A .venv whose Python is gone or too old cannot be mended, only made again.
if [ -e .venv ] && ! good_python .venv/bin/python; then
    rm -rf .venv
fi

if [ -n "${UV:-}" ]; then
    # With no suitable Python here, uv fetches one of its own.
    [ -e .venv ] || uv venv --quiet --no-project --python "${PYTHON:-3.13}" .venv
    # shellcheck disable=SC2086
    uv $SYNC
else
    if ! [ -x .venv/bin/pip ] && ! "$PYTHON" -m venv .venv; then
        rm -rf .venv
        say "This Python cannot create environments: install its venv module (Debian, Ubuntu: apt-get install python3-venv) or uv, and run this again."
        exit 1
    fi
    usable_uv .venv/bin/uv || .venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.8'
    # --inexact: uv itself lives in this environment and stays.
    # shellcheck disable=SC2086
    .venv/bin/uv $SYNC --inexact
fi

# shellcheck disable=SC2086
.venv/bin/python -m compileall -q $OURS
