#!/usr/bin/env bash
# Fetches mlforecast, LightGBM and statsforecast by pip, once. Prints where their Python is.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup/paths.sh
source "$here/../../tools/setup/paths.sh"
# shellcheck source=benchmarks/python_environment.sh
source "$here/../python_environment.sh"

die() { printf 'forecast: %s\n' "$*" >&2; exit 1; }
say() { printf 'forecast: %s\n' "$*" >&2; }

ldconfig -p | grep -q libgomp.so.1 || die "this Debian package is missing: apt-get install libgomp1"
lock_peers
printf '%s/bin/python\n' "$(environment forecast "$here/requirements.txt")"
