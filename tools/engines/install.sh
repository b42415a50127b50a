#!/usr/bin/env bash
# Installs what the engines need, each thing only if it is missing, and prints where each is, NAME=PATH,
# for `export`. usage: install.sh ENGINE…
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup/paths.sh
source "$here/../setup/paths.sh"

say() { printf 'engines: %s\n' "$*" >&2; }
die() { printf 'engines: error: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        command -v sudo > /dev/null || die "as root: $*"
        sudo "$@"
    fi
}

# packages COMMAND:PACKAGE…: those whose command is missing come from Debian.
packages() {
    local missing=() log
    for pair in "$@"; do
        command -v "${pair%%:*}" > /dev/null || missing+=("${pair#*:}")
    done
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "installing ${missing[*]}"
    log=$(mktemp)
    as_root apt-get update -q > "$log" 2>&1 || true  # A stale list may still do.
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        -o DPkg::Lock::Timeout=600 "${missing[@]}" >> "$log" 2>&1 ||
        die "apt-get could not install ${missing[*]} (no network, no rights?): $(tail -n 3 "$log")"
    rm -f "$log"
}

# A folder that is there is complete: it gets its name last.
folder() { printf '%s/engines/%s-%s\n' "$cache" "$1" "$(cat "${@:2}" | sha256sum | cut -c1-12)"; }

install_kafka() {
    packages mvn:maven java:default-jre-headless openssl:openssl
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

install_postgres() {
    local bin=/usr/lib/postgresql/15/bin rule=/etc/postgresql-common/createcluster.d/shelfcast.conf
    if [ ! -x "$bin/postgres" ]; then
        # Only the programs are wanted: Debian makes no cluster of its own, and starts none.
        as_root mkdir -p "${rule%/*}"
        printf 'create_main_cluster = false\n' | as_root tee "$rule" > /dev/null
    fi
    packages "$bin/postgres:postgresql-15" "$bin/psql:postgresql-client-15" openssl:openssl
    [ ! -e "$rule" ] || as_root rm "$rule"
    printf 'SHELFCAST_POSTGRES_BIN=%s\n' "$bin"
}

# go_client VERSION WORK: prints a go command of that version or a newer one. Debian's own is older: it
# fetches the toolchain as the module that newer ones would get by themselves, checksums and all, and
# what they do to it afterwards is done here.
go_client() {
    packages go:golang-go
    local have fetched
    have=$(go env GOVERSION)
    if printf '%s\n' "go$1" "$have" | sort -VC; then
        command -v go
        return
    fi
    say "fetching Go $1 (here: $have)"
    fetched=$(cd "$2" && go mod download -json "golang.org/toolchain@v0.0.1-go$1.linux-amd64" |
        sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p')
    [ -n "$fetched" ] || die "go could not fetch its toolchain $1 (no network?)"
    cp -r "$fetched" "$2/go"
    chmod -R u+w "$2/go"
    chmod +x "$2"/go/bin/* "$2"/go/pkg/tool/linux_amd64/*
    find "$2/go" -name _go.mod -execdir mv {} go.mod \;
    printf '%s\n' "$2/go/bin/go"
}

install_minio() {
    packages openssl:openssl
    local version=v0.0.0-20260212201848-7aac2a2c5b7c into work go
    into=$cache/engines/minio-$version
    if [ ! -d "$into" ]; then
        work=$(mktemp -d "$cache/engines/new.XXXXXX")
        mkdir "$work/bin"
        go=$(go_client 1.24.8 "$work")
        say "building MinIO $version, which takes some minutes"
        env -u GOROOT GOTOOLCHAIN=local CGO_ENABLED=0 GOBIN="$work/bin" "$go" install -trimpath -ldflags "-s -w" \
            "github.com/minio/minio@$version" > "$work.log" 2>&1 ||
            die "go could not build MinIO $version (no network?): $(tail -n 3 "$work.log")"
        mv "$work/bin" "$into"
        rm -rf "$work"
    fi
    printf 'SHELFCAST_MINIO=%s/minio\n' "$into"
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
