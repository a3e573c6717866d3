#!/bin/sh
# Install the packages for Node and bundle styles and scripts: scripts/bundle.sh [dev]
# Each is done where it was not done before from the same sources.
set -eu
cd "$(dirname "$0")/.."

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
