# Where setup puts things; sourced by setup.sh and ./dev. No side effects.
# shellcheck shell=bash disable=SC2034
cache=${SHELFCAST_CACHE:-$HOME/.cache/shelfcast}
engine_version=26.7.3-stable.1
engine_library=$cache/engine/$engine_version/libchdb.so
lightgbm_version=4.7.0
lightgbm_library=$cache/lightgbm/$lightgbm_version/lib_lightgbm.so
python_venv=$cache/venv-$(sha256sum "$(dirname "${BASH_SOURCE[0]}")/python-requirements.txt" | cut -c1-12)
