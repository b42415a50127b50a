# shellcheck shell=bash
# Sourced by what fetches peers: `environment` makes a Python environment once and says where it is.
# Wants `cache` (tools/setup/paths.sh) and the functions `say` and `die`.

# environment NAME FILE: what FILE pins by hash, in the cache. A folder that is there is complete: it
# gets its name last.
environment() {
    local into work
    # shellcheck disable=SC2154 # Of paths.sh.
    into=$cache/peers/$1-$(sha256sum < "$2" | cut -c1-12)
    [ -d "$into" ] || {
        say "making the Python environment of ${2##*/benchmarks/}"
        work=$(mktemp -d "$cache/peers/new.XXXXXX")
        { /usr/bin/python3 -m venv "$work" && "$work/bin/python" -m pip install --quiet \
            --disable-pip-version-check --require-hashes -r "$2"; } > "$work.log" 2>&1 ||
            die "pip could not install $2 (no network?): $(tail -n 3 "$work.log")"
        mv "$work" "$into"
    }
    printf '%s\n' "$into"
}

# lock_peers: the folder of all of them, for this run alone; what a broken attempt left goes.
lock_peers() {
    mkdir -p "$cache/peers" || die "cannot write to $cache (set SHELFCAST_CACHE to another folder)"
    exec 9> "$cache/peers/lock"
    flock -w 900 9 || die "another run holds $cache/peers/lock"
    find "$cache/peers" -maxdepth 1 -name 'new.*' -exec rm -rf {} +
}
