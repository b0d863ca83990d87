#!/usr/bin/env bash
# Installs the Debian/Ubuntu packages Sluice needs to build, test and demo. Says what it installs;
# does nothing when all is there. Needs root or sudo only when something is missing.
#
#   ./tools/setup.sh                what building, testing and showing need
#   ./tools/setup.sh PACKAGE...     these, too
set -euo pipefail

PACKAGES=(
  g++ cmake ninja-build ccache pkg-config git
  libabsl-dev liburing-dev libmnl-dev nlohmann-json3-dev
  nettle-dev zlib1g-dev  # WebSocket: SHA-1 of its handshake, permessage-deflate
  libmsgpack-cxx-dev     # objects as messages
  libxxhash-dev          # files and pictures: did what arrived leave so?
  libisal-dev            # pictures: parity that makes up for lost parts
  libedit-dev libncurses-dev  # what is typed at a terminal, and screens on it
  libre2-dev             # regular expressions that hostile bytes cannot slow down
  libgtest-dev libgmock-dev libbenchmark-dev
  python3 python3-websockets iproute2 nftables
  "$@"
)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: this is not a Debian or Ubuntu system; install by hand what these packages hold:" >&2
  echo "setup:   ${PACKAGES[*]}" >&2
  exit 1
fi

missing=()
for package in "${PACKAGES[@]}"; do
  # ${db:Status-Status} is "installed" only for a fully configured package (dpkg-query(1)).
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "setup: missing packages: ${missing[*]}" >&2
    echo "setup: run as root, or install sudo, or run: apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "setup: installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
    -o Acquire::Retries=3 "$@"
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  echo "setup: the installation failed; the end of its output:" >&2
  tail -n 20 "$log" >&2
  exit 1
fi
echo "setup: done"
