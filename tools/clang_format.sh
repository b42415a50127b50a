#!/usr/bin/env bash
# Checks that every C++ file is formatted as .clang-format says; --fix formats them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

mapfile -d '' -t files < <(git ls-files -z --cached --others --exclude-standard -- '*.cc' '*.h' |
    while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done)
[ "${#files[@]}" -gt 0 ] || exit 0

if [ "${1-}" = --fix ]; then
    printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 16 clang-format-19 -i
    exit
fi
# shellcheck disable=SC2016  # The inner shell expands it.
unformatted=$(printf '%s\0' "${files[@]}" | xargs -0 -P "$(nproc)" -n 16 bash -c '
clang-format-19 --dry-run -Werror "$@" > /dev/null 2>&1 || for file; do
    clang-format-19 --dry-run -Werror "$file" > /dev/null 2>&1 || printf "%s\n" "$file"
done' bash)
[ -z "$unformatted" ] && exit 0
printf 'not formatted as .clang-format says (./dev fix):\n%s\n' "$unformatted"
exit 1
