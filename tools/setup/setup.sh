#!/usr/bin/env bash
# Installs what building and testing needs on Debian 12, each thing only if it is missing:
#   1. Debian packages of apt-packages.txt        (as root, or through sudo)
#   2. the pinned warehouse engine, libchdb.so    into $SHELFCAST_CACHE/engine/VERSION/
#   3. the pinned Python peers of the tests       into $SHELFCAST_CACHE/venv-HASH/
#   4. LightGBM's C library, lib_lightgbm.so      into $SHELFCAST_CACHE/lightgbm/VERSION/
# Safe to run at any time and from several shells at once. Prints one line at the end.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup/paths.sh
source "$here/paths.sh"

engine_package=@chdb/lib-linux-x64-gnu@$engine_version
engine_archive_sha512=5cff7b98caa7739b59a4a432c11f0dedc2d3b073624e61ebdf4a42e66ce8de35a6ba48ca9f62016bad1cd81fe059435cb858ce3235a8a2b408082a81563e70a7
engine_library_bytes=566330096

lightgbm_wheel_sha256=d23e922acd891e77212e4d0fbcee9ba973c96dee479491341d05ba595357ebb7
lightgbm_library_bytes=9247120

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

# --- 1. Debian packages ---------------------------------------------------------------------------

wanted_packages() {
    sed -E 's/#.*//; s/^([^[:space:]]*).*/\1/; /^$/d' "$here/apt-packages.txt" |
        while read -r package; do
            [ "$package" = npm ] && command -v npm > /dev/null && continue
            printf '%s\n' "$package"
        done
}

missing_packages() {
    comm -23 <(wanted_packages | sort) \
        <(dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' | sed -n 's/^ii //p' | sort -u)
}

install_packages() {
    command -v apt-get > /dev/null || die "this needs Debian 12 (there is no apt-get); missing: $*"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo > /dev/null ||
            die "installing packages needs root or sudo; as root: apt-get install $*"
        as_root=(sudo)
    fi
    say "installing $# Debian packages: $*"
    local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0)
    local log
    log=$(mktemp)
    "${as_root[@]}" apt-get update -q > "$log" 2>&1 || true  # A stale list may still do.
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install "${options[@]}" "$@" >> "$log" 2>&1; then
        grep -E '^(E|W|Err):' "$log" | tail -n 8 >&2 || tail -n 8 "$log" >&2
        die "apt-get could not install the packages (no network, no rights, or not Debian 12?); log: $log"
    fi
    rm -f "$log"
}

# --- 2. The engine --------------------------------------------------------------------------------

engine_is_there() {
    [ "$(stat -c %s "$engine_library" 2> /dev/null)" = "$engine_library_bytes" ]
}

fetch_engine() {
    say "fetching the engine $engine_package (178 MB)"
    local work folder
    folder=$(dirname "$engine_library")
    mkdir -p "$folder"
    find "$folder" -maxdepth 1 -name 'fetch.*' -exec rm -rf {} +  # Left by a broken attempt.
    work=$(mktemp -d "$folder/fetch.XXXXXX")
    local archive
    if ! archive=$(cd "$work" && npm pack --loglevel=error "$engine_package" 2> npm.log); then
        tail -n 5 "$work/npm.log" >&2
        rm -rf "$work"
        die "npm could not fetch $engine_package (no network?)"
    fi
    archive=$work/$(basename "$archive")
    local found
    found=$(sha512sum "$archive" | cut -d' ' -f1)
    if [ "$found" != "$engine_archive_sha512" ]; then
        rm -rf "$work"
        die "$engine_package has sha512 $found, expected $engine_archive_sha512: not used"
    fi
    tar -xzf "$archive" -C "$work" package/libchdb.so || die "cannot unpack $archive (disk full?)"
    chmod 755 "$work/package/libchdb.so"
    sync "$work/package/libchdb.so"
    mv -f "$work/package/libchdb.so" "$engine_library"  # The name appears only with whole content.
    rm -rf "$work"
    engine_is_there || die "$engine_library does not have $engine_library_bytes bytes"
}

# --- 3. Python peers ------------------------------------------------------------------------------

peers_are_there() { [ -f "$python_venv/complete" ] && [ -x "$python_venv/bin/python" ]; }

make_peers() {
    say "making the Python environment of the tests"
    local log
    log=$(mktemp)
    rm -rf "$python_venv"
    if ! { /usr/bin/python3 -m venv "$python_venv" &&
        "$python_venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            --require-hashes --only-binary :all: -r "$here/python-requirements.txt"; } > "$log" 2>&1
    then
        tail -n 5 "$log" >&2
        die "pip could not install python-requirements.txt (no network?); log: $log"
    fi
    rm -f "$log"
    touch "$python_venv/complete"
}

# --- 4. LightGBM ----------------------------------------------------------------------------------

lightgbm_is_there() {
    [ "$(stat -c %s "$lightgbm_library" 2> /dev/null)" = "$lightgbm_library_bytes" ]
}

# Its wheel holds the C library; nothing of it runs in Python. Needs the peers' pip.
fetch_lightgbm() {
    say "fetching LightGBM $lightgbm_version (3.5 MB)"
    local work folder
    folder=$(dirname "$lightgbm_library")
    mkdir -p "$folder"
    find "$folder" -maxdepth 1 -name 'fetch.*' -exec rm -rf {} +  # Left by a broken attempt.
    work=$(mktemp -d "$folder/fetch.XXXXXX")
    if ! "$python_venv/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps \
        --only-binary :all: --platform manylinux_2_28_x86_64 --dest "$work" \
        "lightgbm==$lightgbm_version" > "$work/pip.log" 2>&1; then
        tail -n 5 "$work/pip.log" >&2
        rm -rf "$work"
        die "pip could not fetch lightgbm $lightgbm_version (no network?)"
    fi
    local wheel found
    wheel=$(find "$work" -name 'lightgbm-*.whl')
    found=$(sha256sum "$wheel" | cut -d' ' -f1)
    if [ "$found" != "$lightgbm_wheel_sha256" ]; then
        rm -rf "$work"
        die "lightgbm $lightgbm_version has sha256 $found, expected $lightgbm_wheel_sha256: not used"
    fi
    /usr/bin/python3 -m zipfile -e "$wheel" "$work/wheel" || die "cannot unpack $wheel (disk full?)"
    local library=$work/wheel/lightgbm/lib/lib_lightgbm.so
    chmod 755 "$library"
    sync "$library"
    mv -f "$library" "$lightgbm_library"  # The name appears only with whole content.
    rm -rf "$work"
    lightgbm_is_there || die "$lightgbm_library does not have $lightgbm_library_bytes bytes"
}

# --------------------------------------------------------------------------------------------------

[ "$(uname -sm)" = "Linux x86_64" ] || die "the engine is built for Linux x86_64, this is $(uname -sm)"
started=$SECONDS
did=()
mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -eq 0 ] && engine_is_there && peers_are_there && lightgbm_is_there
then
    say "nothing to do: packages, engine $engine_version, LightGBM and Python peers are there"
    exit 0
fi

mkdir -p "$cache" || die "cannot write to $cache (set SHELFCAST_CACHE to another folder)"
exec 9> "$cache/setup.lock"
flock -n 9 || { say "another setup is running, waiting for it"; flock -w 1800 9; } ||
    die "another setup has held $cache/setup.lock for half an hour"

mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -gt 0 ]; then
    install_packages "${missing[@]}"
    did+=("${#missing[@]} packages")
fi
if ! engine_is_there; then
    fetch_engine
    did+=("engine $engine_version")
fi
if ! peers_are_there; then
    make_peers
    did+=("Python peers")
fi
if ! lightgbm_is_there; then
    fetch_lightgbm
    did+=("LightGBM $lightgbm_version")
fi
if [ "${#did[@]}" -eq 0 ]; then
    say "nothing left to do: the other setup did it"
    exit 0
fi
printf -v list '%s, ' "${did[@]}"
say "installed ${list%, } in $((SECONDS - started)) s"
