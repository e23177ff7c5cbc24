#!/usr/bin/env bash
# Run the suite on every supported Python that is installed, or on those named: tests/tools/pythons.sh [3.10 3.13]
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONPYCACHEPREFIX="$work/bytecode"  # not beside the sources
versions=("$@")
[ ${#versions[@]} -gt 0 ] || versions=(3.10 3.11 3.12 3.13)

# Version managers put shims on the path that fail for versions that are not chosen; look behind them.
find_python() {
    for candidate in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python; do
        if "$candidate" -c 'pass' >/dev/null 2>&1; then command -v "$candidate"; return; fi
    done
    return 1
}

failed=0
for version in "${versions[@]}"; do
    if ! python=$(find_python "$version"); then
        echo "Python $version is not installed here: skipped"
        continue
    fi
    echo "--- Python $version"
    "$python" -m venv "$work/$version"
    "$work/$version/bin/python" -m pip install -q '.[test]'
    "$work/$version/bin/python" -m pytest -q -p no:cacheprovider || failed=1
done
exit $failed
