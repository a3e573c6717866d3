#!/bin/sh
# Install the Debian packages that the tests need, where they are missing: a browser, the sandbox, Prometheus, and
# the standard programs that read what we compress. With CI=true a missing one is a failure.
set -eu

missing=
need() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}
need chromium chromium
need bwrap bubblewrap
need zstd zstd
need xz xz-utils
need bzip2 bzip2
need brotli brotli
need bzip3 bzip3
need lz4 lz4
need gzip gzip
need curl curl
need prometheus prometheus
need promtool prometheus
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
[ -n "$missing" ] || exit 0

echo "Missing system packages:$missing"
if ! command -v apt-get >/dev/null 2>&1; then
    root="no apt-get"
elif [ "$(id -u)" = 0 ]; then
    root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    root="sudo -n"
else
    root="no rights"
fi
case $root in
no*) ;;
*)
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086 # both are lists
    $root apt-get update -qq && $root apt-get install -y -qq --no-install-recommends $missing && exit 0
    ;;
esac
echo "They cannot be installed here. On Debian and Ubuntu: apt-get install$missing" >&2
[ "${CI:-}" != true ]
