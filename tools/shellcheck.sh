#!/usr/bin/env bash
# Checks every shell script of the project.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files -z --cached --others --exclude-standard -- dev .ci/run '*.sh' | xargs -0 shellcheck -x
