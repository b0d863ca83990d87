#!/usr/bin/env bash
# THE test command: everything a commit must pass, from a bare checkout. About 20 minutes on two busy
# cores with nothing in the compiler cache; it is meant to take 10.
#
#   ./tools/test.sh            everything
#   ./tools/test.sh release    one of its parts: release, asan, tsan
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then
  sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"
  exit 0
fi
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(release asan tsan)
for part in "${parts[@]}"; do
  case "$part" in
    release | asan | tsan) ;;
    *)
      echo "test: unknown part \"$part\": it is release, asan or tsan" >&2
      exit 2
      ;;
  esac
done

./tools/setup.sh
jobs=$(nproc)
started=$SECONDS

step() { printf '\n== %s (%d s so far)\n' "$1" $((SECONDS - started)); }

# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  # What runs under the sanitizers alone is not built without them.
  cmake --preset "$preset" -DSLUICE_SANITIZED_TESTS=$([ "$preset" = release ] && echo OFF || echo ON) \
    >/dev/null
  cmake --build --preset "$preset" --parallel "$jobs" ${1:+--target "$@"}
}

# fuzz SECONDS: every fuzz target of the asan build on inputs of its own, so long in all on one core.
fuzz() {
  local targets=() target corpus
  for target in tests/fuzz/*_fuzz.cc; do targets+=("$(basename "$target" .cc)"); done
  for target in "${targets[@]}"; do
    corpus=tests/fuzz/corpus/${target%_fuzz}
    [ -d "$corpus" ] || corpus=
    printf '%s\0' "build/asan/bin/$target --seed=2 --seconds=$(($1 / ${#targets[@]} + 1)) --corpus=$corpus"
  done | xargs -0 -P "$jobs" -I COMMAND sh -c COMMAND
}

# Most tests wait more than they work.
test_jobs=$((2 * jobs))

for part in "${parts[@]}"; do
  case "$part" in
    release)
      step "release: build"
      build release
      step "release: the programs, and the tests that do not run under the sanitizers alone"
      ctest --preset release --parallel "$test_jobs" --no-tests=error
      ;;
    asan)
      step "AddressSanitizer and UndefinedBehaviorSanitizer: build"
      build asan sanitized
      step "AddressSanitizer and UndefinedBehaviorSanitizer: the library and the programs on it"
      ctest --preset asan --parallel "$test_jobs" --no-tests=error \
        --label-regex '^(base|reactor|sim|group|codecs|record|http|websocket|fuzz|sanitized)$' \
        --exclude-regex '^(websocket[.]peers|record[.]refused)$'
      step "every wire format on random inputs, a minute in all"
      fuzz 60
      step "simulated runs are the same on two builds, packet by packet"
      build release sluice-sim
      cmp <(build/release/bin/sluice-sim digest --seeds=1..50) \
        <(build/asan/bin/sluice-sim digest --seeds=1..50)
      ;;
    tsan)
      step "ThreadSanitizer: build"
      build tsan group_test
      step "ThreadSanitizer: what crosses threads"
      ctest --preset tsan --parallel "$jobs" --no-tests=error --label-regex '^group$'
      ;;
  esac
done
printf '\ntest: all passed in %d s\n' $((SECONDS - started))
