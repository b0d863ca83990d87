#!/usr/bin/env bash
# Sluice side by side with hand-written loops and with libuv, libevent and asio: installs them,
# builds, measures and prints the table; bench/README.md says how it is measured. About 12 minutes
# on a quiet machine with two cores.
#
#   ./tools/bench.sh            writes build/bench/compare.json, .md, .html and .txt
#   ./tools/bench.sh --quick    the same in under three minutes, with more spread
#   ./tools/bench.sh FLAGS      as sluice-bench-compare takes them (its --help names them)
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"
  exit 0
fi

./tools/setup.sh
./tools/setup.sh libuv1-dev libevent-dev libasio-dev ||
  echo "bench: without them the peers are left out of the table" >&2

echo "bench: building (the first time takes a few minutes)"
cmake --preset release >/dev/null
cmake --build --preset release --parallel "$(nproc)" --target sluice-bench-compare

out=build/bench
mkdir -p "$out"
# The page and the files of an earlier run must not pass for this one's.
rm -f "$out"/compare.*
status=0
build/release/bin/sluice-bench-compare \
  --json="$out/compare.json" --markdown="$out/compare.md" --html="$out/compare.html" "$@" |
  tee "$out/compare.txt" || status=$?
if [ -e "$out/compare.html" ]; then
  printf '\nbench: the same with rates, fairness and latencies: %s (.md, .json, .txt)\n' \
    "$out/compare.html"
fi
exit "$status"
