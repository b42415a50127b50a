#!/usr/bin/env bash
# usage: clang_tidy.sh BUILD_FOLDER [--all]
# Runs clang-tidy on the C++ sources that differ from the last commit (--all: on every one). A changed
# header stands for the sources beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1

changed() {
    git diff --name-only --diff-filter=d HEAD -- '*.cc' '*.h' 2> /dev/null || git ls-files -- '*.cc'
    git ls-files --others --exclude-standard -- '*.cc' '*.h'
}

sources() {
    if [ "${2-}" = --all ]; then
        git ls-files --cached --others --exclude-standard -- '*.cc'
        return
    fi
    changed | sort -u | while read -r file; do
        case $file in
            *.cc) printf '%s\n' "$file" ;;
            *.h) find "$(dirname "$file")" -maxdepth 1 -name '*.cc' ;;
        esac
    done
}

# Fuzz targets are in no compilation database but clang's own; a peer that benchmarks/peers/fetch.sh
# builds is in none.
mapfile -t files < <(sources "$@" | sort -u | grep -vE '^(fuzz/|benchmarks/peers/pass_through)' || true)
if [ "${#files[@]}" -eq 0 ]; then
    echo "clang-tidy: no C++ source has changed"
    exit 0
fi
patterns=()
for file in "${files[@]}"; do
    if ! grep -qF "\"file\": \"$PWD/$file\"" "$build/compile_commands.json"; then
        echo "clang-tidy: $file is compiled by no target of $build" >&2
        exit 1
    fi
    patterns+=("^$PWD/${file//./\\.}\$")
done
echo "clang-tidy: ${#patterns[@]} sources, some 15 s each"
run-clang-tidy-19 -p "$build" -quiet -j "$(nproc)" "${patterns[@]}"
echo "clang-tidy: clean"
