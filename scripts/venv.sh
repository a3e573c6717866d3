#!/bin/sh
# Make .venv hold what the requirements say: scripts/venv.sh [dev]
# Does nothing where that was done before; dates are not asked, since they mean little in a fresh clone.
set -eu
cd "$(dirname "$0")/.."

files="requirements.txt constraints.txt"
[ "${1:-}" != dev ] || files="requirements-dev.txt $files"
stamp=.venv/made-from
# shellcheck disable=SC2086 # a list
wanted=$(cat $files | cksum)
if .venv/bin/python -c '' 2>/dev/null; then
    grep -qxF "$wanted" "$stamp" 2>/dev/null && exit 0
else
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11} none; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break
    done
    if [ "$python" = none ]; then
        echo "Python 3.11 or newer is needed: install it, or name it as in: make run PYTHON=/opt/python/bin/python3" >&2
        exit 1
    fi
    echo "Making .venv with $("$python" --version)"
    if ! "$python" -m venv --clear .venv; then
        rm -rf .venv
        echo "On Debian and Ubuntu the package python3-venv makes this work." >&2
        exit 1
    fi
fi

requirements=${files%% *}
echo "Installing $requirements"
rm -f "$stamp"
mkdir -p "$HOME"
# Modules are compiled when they are first used, because most never are.
.venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check --root-user-action ignore \
    --requirement "$requirements"
echo "Compiling the engine's inner loops, once"
.venv/bin/python -m compression.engine.kernels
# What is installed for developers does to run as well.
{ cat requirements.txt constraints.txt | cksum; echo "$wanted"; } > "$stamp"
