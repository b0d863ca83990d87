#!/usr/bin/env bash
# THE demo command: from a bare checkout to sticky packets and the half-connection backlog under real
# load, on both backends, in under two minutes once built. Leaves every figure in one JSON file.
#
#   ./tools/demo.sh                    writes sluice-demo.json into the checkout
#   ./tools/demo.sh --output=FILE      writes it there
set -euo pipefail
cd "$(dirname "$0")/.."

output=sluice-demo.json
for argument in "$@"; do
  case "$argument" in
    --output=?*) output=${argument#--output=} ;;
    -h | --help)
      sed -n '2,/^set/{/^set/!s/^# \{0,1\}//p}' "$0"
      exit 0
      ;;
    *)
      echo "demo: unknown argument \"$argument\" (see --help)" >&2
      exit 2
      ;;
  esac
done

./tools/setup.sh
echo "demo: building (the first time takes a few minutes)"
cmake --preset release >/dev/null
cmake --build --preset release --parallel "$(nproc)" \
  --target sluice-echo sluice-httpd sluice-load sluice-sticky sluice-backlog \
  sluice-chat sluice-files sluice-drone sluice-probe

bin=build/release/bin
work=$(mktemp -d)
server=
finish() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT
started=$SECONDS

bold= plain=
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; fi
chapter() { printf '\n%s== %s%s\n' "$bold" "$1" "$plain"; }
say() { printf '%s\n' "$@" | fold -s -w 96; }

# run_json NAME COMMAND...: the command's JSON into the results; its exit code is the demo's business.
run_json() {
  local name=$1
  shift
  "$@" --json >"$work/$name.json"
}

# start_server LISTENERS PROGRAM FLAGS...: with so many listeners on free ports; sets $server, $tcp and $udp.
start_server() {
  local listeners=$1 program=$2
  shift 2
  : >"$work/server"
  "$bin/$program" "$@" >"$work/server" 2>"$work/errors" &
  server=$!
  for _ in $(seq 100); do
    if [ "$(grep -c '^listening ' "$work/server")" -ge "$listeners" ]; then
      tcp=$(sed -n 's/^listening tcp \([^ ]*\).*/\1/p' "$work/server")
      udp=$(sed -n 's/^listening udp \([^ ]*\).*/\1/p' "$work/server")
      return 0
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  server=
  return 1
}

stop_server() {
  kill -TERM "$server"
  wait "$server"  # a drained server exits 0
  server=
}

chapter "1. One server, two backends: the same echo server on epoll and on io_uring"
say "sluice-load opens 500 connections, sends 64 bytes on each, waits for the echo, checks every byte and sends again."
backends=()
for backend in epoll io_uring; do
  if ! start_server 2 sluice-echo --backend="$backend" --tcp=127.0.0.1:0 --udp=127.0.0.1:0; then
    say "$backend is not available here: $(cat "$work/errors")"
    continue
  fi
  backends+=("$backend")
  sed 's/^/  /' "$work/server"
  run_json "load_tcp_$backend" "$bin/sluice-load" --tcp="$tcp" --connections=500 --duration=5s
  run_json "load_pipelined_$backend" "$bin/sluice-load" --tcp="$tcp" --connections=64 --depth=16 --duration=4s
  run_json "load_udp_$backend" "$bin/sluice-load" --udp="$udp" --connections=16 --duration=3s
  stop_server
done
python3 tools/demo_results.py loads "$work" tcp pipelined udp
say "Depth is how many requests a connection has under way: many small messages then share one" \
  "system call, which is why the pipelined rows are so much faster."

chapter "2. Sticky packets (粘包): TCP carries bytes, not messages"
for backend in "${backends[@]}"; do
  run_json "sticky_$backend" "$bin/sluice-sticky" --backend="$backend" --duration=1s
done
"$bin/sluice-sticky" --backend="${backends[-1]}" --duration=1s --show

chapter "3. The half-connection backlog (半连接池): what the 5 in listen(5) does"
run_json backlog "$bin/sluice-backlog" sweep --quick
"$bin/sluice-backlog" sweep --quick

chapter "4. HTTP/1.1: a directory served by sluice-httpd"
say "sluice-load asks for the same page again and again: 64 connections, then 16 requests deep on each."
mkdir "$work/site"
printf '<h1>Hello</h1>\n' >"$work/site/index.html"
for backend in "${backends[@]}"; do
  start_server 1 sluice-httpd --backend="$backend" --root="$work/site" --listen=127.0.0.1:0
  sed 's/^/  /' "$work/server"
  run_json "load_http_$backend" "$bin/sluice-load" --http="http://$tcp/" --duration=2s
  run_json "load_http-pipelined_$backend" "$bin/sluice-load" --http="http://$tcp/" --depth=16 --duration=2s
  stop_server
done
python3 tools/demo_results.py loads "$work" http http-pipelined

chapter "5. The tutorials' programs, done right"
say "A chat room: a tutorial's plain UDP client talks, somebody on a TCP connection hears it."
start_server 2 sluice-chat serve --tcp=127.0.0.1:0 --udp=127.0.0.1:0
"$bin/sluice-chat" listen --tcp="$tcp" --nick=ana >"$work/heard" &
listener=$!
until grep -q ana "$work/heard"; do sleep 0.05; done
python3 tools/demo_clients.py talk "$udp" "大家好"
printf 'hello over TCP\n' | "$bin/sluice-chat" send --tcp="$tcp" --nick=bob
stop_server
wait "$listener"  # it ends with the room
sed 's/^/  /' "$work/heard"

say "" "A file of 256 MiB, fetched by a tutorial's downloader (one recv), then by sluice-files:"
mkdir "$work/files"
head -c 256M /dev/urandom >"$work/files/big.bin"
start_server 1 sluice-files serve --root="$work/files" --listen=127.0.0.1:0 --protocol=bare
python3 tools/demo_clients.py download "$tcp" big.bin
stop_server
start_server 1 sluice-files serve --root="$work/files" --listen=127.0.0.1:0
run_json files_get "$bin/sluice-files" get "$tcp" big.bin -o "$work/big.bin"
cmp "$work/files/big.bin" "$work/big.bin"
"$bin/sluice-files" get "$tcp" big.bin -o "$work/again.bin" | sed 's/^/  /'
stop_server

say "" "A drone behind a bad link. What may be done twice is repeated; what would move it twice is not:"
start_server 1 sluice-drone simulate --listen=127.0.0.1:0 --state-port=0 --speedup=20 --loss=20 --seed=3
printf 'battery?\nheight?\nspeed 80\nspeed?\ntime?\nland\n' >"$work/flight"
"$bin/sluice-drone" fly "$udp" --script="$work/flight" --state-port=0 | sed 's/^/  /'
stop_server

say "" "The accept queue of a server that is running, seen from outside:"
start_server 2 sluice-echo --tcp=127.0.0.1:0 --udp=127.0.0.1:0 --backlog=5
"$bin/sluice-probe" listen-queue "$tcp" | sed 's/^/  /'
stop_server

python3 tools/demo_results.py merge "$work" "$output"
printf '\n'
say "Done in $((SECONDS - started)) s. Every figure above is in $output." \
  "Next: run build/release/bin/sluice-echo, talk to it with nc, or" \
  "build/release/bin/sluice-httpd --root=. --list with a browser, and read README.md."
