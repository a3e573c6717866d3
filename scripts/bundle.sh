#!/bin/sh
# Install the packages for Node and bundle styles and scripts; but for dev, collect what is served as static files:
# scripts/bundle.sh [dev]
# Each is done where it was not done before from the same sources.
set -eu
cd "$(dirname "$0")/.."

# Of two that start at once one makes it, and the other finds it made.
mkdir -p build
exec 9> build/bundle.lock
if command -v flock > /dev/null; then flock 9; fi

wanted=$(cat package.json package-lock.json | cksum)
run="run $wanted" dev="dev $wanted"
found=$(cat node_modules/.made-from 2>/dev/null || true)
if [ "$found" != "$dev" ] && { [ "${1:-}" = dev ] || [ "$found" != "$run" ]; }; then
    echo "Installing package.json"
    if [ "${1:-}" = dev ]; then made=$dev omit=; else made=$run omit=--omit=dev; fi
    scripts/node.sh npm ci --ignore-scripts --loglevel=error $omit
    echo "$made" > node_modules/.made-from
fi

wanted=$(find frontend package-lock.json -path frontend/dist -prune -o -path frontend/tests -prune -o -type f -print |
    LC_ALL=C sort | while read -r file; do echo "$file"; cat "$file"; done | cksum)
if [ "$(cat frontend/dist/.made-from 2>/dev/null)" != "$wanted" ]; then
    echo "Bundling styles and scripts"
    scripts/node.sh frontend/build.mjs
    echo "$wanted" > frontend/dist/.made-from
fi

[ "${1:-}" != dev ] || exit 0
# The first line is what config/settings/base.py looks for.
made=$(echo "$wanted"; cat requirements.txt constraints.txt | cksum)
if [ "$(cat build/static.made-from 2>/dev/null)" != "$made" ]; then
    echo "Collecting static files"
    rm -f build/static.made-from
    # Those of before stay: a running server still names them.
    STATIC_COLLECTED=true SECRET_KEY=of-no-use .venv/bin/python -W ignore manage.py collectstatic \
        --noinput --ignore redoc --verbosity 0
    echo "$made" > build/static.made-from
fi
