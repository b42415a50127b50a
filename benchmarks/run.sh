#!/usr/bin/env bash
# Runs the benchmarks on the release build and prints a Markdown table; README.md says what each
# one measures. Takes names and the flags of bench.py: run.sh --smoke, run.sh import close_epoch.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/setup/paths.sh
source tools/setup/paths.sh

export SHELFCAST_ENGINE=${SHELFCAST_ENGINE:-$engine_library}
export SHELFCAST_LIGHTGBM=${SHELFCAST_LIGHTGBM:-$lightgbm_library}
export SHELFCAST_BINARY=${SHELFCAST_BINARY:-build/release/src/cli/shelfcast}
export SHELFCAST_BENCHMARKS=${SHELFCAST_BENCHMARKS:-build/release/benchmarks}
python=${SHELFCAST_PYTHON:-$python_venv/bin/python}
[ -x "$python" ] || python=python3 # Without pyarrow: no Parquet import.

export PYTHONPATH=$PWD/tools/engines # How the peers' broker is started.
exec "$python" -B benchmarks/bench.py "$@"
