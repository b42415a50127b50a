#!/usr/bin/env bash
# Installs what the engines need, each thing only if it is missing, and prints where each is, NAME=PATH,
# for `export`. usage: install.sh ENGINE…
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup/paths.sh
source "$here/../setup/paths.sh"

say() { printf 'engines: %s\n' "$*" >&2; }
die() { printf 'engines: error: %s\n' "$*" >&2; exit 1; }

# packages COMMAND:PACKAGE…: those whose command is missing come from Debian.
packages() {
    local missing=() as_root=() log
    for pair in "$@"; do
        command -v "${pair%%:*}" > /dev/null || missing+=("${pair#*:}")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo > /dev/null || die "as root: apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    say "installing ${missing[*]}"
    log=$(mktemp)
    "${as_root[@]}" apt-get update -q > "$log" 2>&1 || true  # A stale list may still do.
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=600 "${missing[@]}" >> "$log" 2>&1 ||
        die "apt-get could not install ${missing[*]} (no network, no rights?): $(tail -n 3 "$log")"
    rm -f "$log"
}

# A folder that is there is complete: it gets its name last.
folder() { printf '%s/engines/%s-%s\n' "$cache" "$1" "$(cat "${@:2}" | sha256sum | cut -c1-12)"; }

install_kafka() {
    packages mvn:maven java:default-jre-headless
    local into work
    into=$(folder kafka "$here/kafka/pom.xml")
    if [ ! -d "$into" ]; then
        say "fetching the jars of the Kafka broker"
        work=$(mktemp -d "$cache/engines/new.XXXXXX")
        mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
            -DoutputDirectory="$work" > "$work.log" 2>&1 ||
            die "mvn could not fetch kafka/pom.xml (no network?): $(tail -n 3 "$work.log")"
        mv "$work" "$into"
    fi
    printf 'SHELFCAST_KAFKA_JARS=%s\n' "$into"
}

# The engine library, which ./dev setup fetched, run by the program that ./dev build made.
install_clickhouse() {
    packages openssl:openssl
    local library=${SHELFCAST_ENGINE:-$engine_library}
    local binary=${SHELFCAST_BINARY:-$here/../../build/dev/src/cli/shelfcast}
    [ -f "$library" ] || die "no engine library at $library: ./dev setup fetches it"
    [ -x "$binary" ] || die "no program at $binary: ./dev build makes it"
    printf 'SHELFCAST_ENGINE=%s\nSHELFCAST_BINARY=%s\n' "$library" "$(realpath "$binary")"
}

install_shards() { install_clickhouse; }

[ $# -gt 0 ] || die "which engine?"
mkdir -p "$cache/engines" || die "cannot write to $cache (set SHELFCAST_CACHE to another folder)"
exec 9> "$cache/engines/lock"
flock -w 1800 9 || die "another run holds $cache/engines/lock"
find "$cache/engines" -maxdepth 1 -name 'new.*' -exec rm -rf {} +  # Left by a broken attempt.
for engine in "$@"; do
    declare -F "install_$engine" > /dev/null || die "no engine $engine"
    "install_$engine"
done
