#!/usr/bin/env bash
# usage: fuzz.sh BUILD_FOLDER SECONDS
# Runs every fuzz target NAME_fuzz for SECONDS, side by side, from the seeds in fuzz/corpus/NAME with the
# dictionary fuzz/NAME.dict. What it learns is kept in BUILD_FOLDER/corpus/NAME; an input that breaks a
# target in BUILD_FOLDER/crashes/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1
seconds=$2

run_target() {
    local program=$1 name corpus log
    name=$(basename "$program" _fuzz)
    corpus=$build/corpus/$name
    log=$build/$name.log
    mkdir -p "$corpus" "$build/crashes"
    local options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1
        -artifact_prefix="$build/crashes/$name-")
    [ ! -f "fuzz/$name.dict" ] || options+=(-dict="fuzz/$name.dict")
    local folders=("$corpus")
    [ ! -d "fuzz/corpus/$name" ] || folders+=("fuzz/corpus/$name")
    if ! "$program" "${options[@]}" "${folders[@]}" > "$log" 2>&1; then
        tail -n 60 "$log" >&2
        printf 'fuzz: %s: FAILED; run it on the input above: %s FILE\n' "$name" "$program" >&2
        return 1
    fi
    printf 'fuzz: %s: %s runs in %s s, no fault\n' "$name" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$seconds"
}

mapfile -t programs < <(find "$build/fuzz" -maxdepth 1 -type f -executable | sort)
if [ "${#programs[@]}" -eq 0 ]; then
    echo "fuzz: there is no fuzz target in $build/fuzz" >&2
    exit 1
fi
running=()
for program in "${programs[@]}"; do
    run_target "$program" &
    running+=($!)
done
failed=0
for process in "${running[@]}"; do wait "$process" || failed=1; done
exit "$failed"
