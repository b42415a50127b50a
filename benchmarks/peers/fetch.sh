#!/usr/bin/env bash
# Fetches what the peers need through the ordinary clients (mvn, pip), each only once, and builds the
# C++ one. Prints where each is, NAME=PATH.
# usage: fetch.sh [spark]    with "spark": Spark too, half a gigabyte
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup/paths.sh
source "$here/../../tools/setup/paths.sh"
# shellcheck source=benchmarks/python_environment.sh
source "$here/../python_environment.sh"

die() { printf 'peers: %s\n' "$*" >&2; exit 1; }
say() { printf 'peers: %s\n' "$*" >&2; }

for pair in mvn:maven java:default-jre-headless g++:g++; do
    command -v "${pair%%:*}" > /dev/null || missing+=" ${pair#*:}"
done
for package in librdkafka-dev libcurl4-openssl-dev; do
    dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2> /dev/null | grep -q '^ii' ||
        missing+=" $package"
done
[ -z "${missing-}" ] || die "these Debian packages are missing: apt-get install$missing"

# A folder that is there is complete: it gets its name last.
folder() { printf '%s/peers/%s-%s\n' "$cache" "$1" "$(cat "${@:2}" | sha256sum | cut -c1-12)"; }

jars() { # jars NAME: what NAME/pom.xml names, into a folder
    local into work
    into=$(folder "$1" "$here/$1/pom.xml")
    [ -d "$into" ] || {
        say "fetching the jars of $1"
        work=$(mktemp -d "$cache/peers/new.XXXXXX")
        mvn -q -B -f "$here/$1/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
            -DoutputDirectory="$work" > "$work.log" 2>&1 ||
            die "mvn could not fetch $1/pom.xml (no network?): $(tail -n 3 "$work.log")"
        mv "$work" "$into"
    }
    printf '%s\n' "$into"
}

pass_through() {
    local into
    into=$(folder pass_through "$here/pass_through.cc")
    [ -x "$into" ] || {
        g++ -std=c++20 -O3 -Wall -Wextra -o "$into.new" "$here/pass_through.cc" -lrdkafka -lcurl \
            >&2 || die "pass_through.cc does not build"
        mv "$into.new" "$into"
    }
    printf '%s\n' "$into"
}

lock_peers

if [ "${1-}" = spark ]; then
    printf 'spark_jars=%s\n' "$(jars spark)"
    printf 'spark_venv=%s\n' "$(environment spark-venv "$here/spark/requirements.txt")"
fi
places=$("$here/../../tools/engines/install.sh" kafka)
printf 'kafka=%s\n' "${places#*=}"
printf 'venv=%s\n' "$(environment venv "$here/requirements.txt")"
printf 'pass_through=%s\n' "$(pass_through)"
