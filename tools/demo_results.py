"""What the demo does with the JSON of the programs it ran.

  demo_results.py loads FOLDER WORK...  prints the results of those loads in FOLDER as a table
  demo_results.py merge FOLDER FILE     writes all JSON files of FOLDER into FILE, by name
"""
import json
import pathlib
import sys

WORK_NAMES = {"tcp": "TCP, depth 1", "pipelined": "TCP, depth 16", "udp": "UDP, depth 1",
              "http": "HTTP, depth 1", "http-pipelined": "HTTP, depth 16"}


def read_all(folder):
    return {path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(pathlib.Path(folder).glob("*.json"))}


def print_loads(folder, works):
    results = read_all(folder)
    print(f"\n  {'work':<14} {'backend':<9} {'requests/s':>11} {'p50 us':>8} {'p99 us':>8} {'errors':>7}")
    for work in works:
        for backend in ("epoll", "io_uring"):
            load = results.get(f"load_{work}_{backend}")
            if load is None:
                continue
            latency = load["latency"]
            print(f"  {WORK_NAMES[work]:<14} {backend:<9} {load['rate_per_second']:>11,.0f} "
                  f"{latency['p50_us']:>8,.0f} {latency['p99_us']:>8,.0f} {load['errors']:>7}")
    print()


def merge(folder, target):
    merged = json.dumps(read_all(folder), indent=2, ensure_ascii=False)
    pathlib.Path(target).write_text(merged + "\n", encoding="utf-8")


def main() -> int:
    match sys.argv[1:]:
        case ["loads", folder, *works] if works and set(works) <= WORK_NAMES.keys():
            print_loads(folder, works)
        case ["merge", folder, target]:
            merge(folder, target)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


sys.exit(main())
