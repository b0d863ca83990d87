#!/usr/bin/env python3
"""Holds a running HTTP/1.1 server against the rules of RFC 9110 and 9112, over raw sockets."""
import argparse
import concurrent.futures
import json
import re
import shlex
import sys
import time

sys.dont_write_bytecode = True
from cases import GROUPS, load_all  # noqa: E402
from case import HOUSE, MUST, SHOULD  # noqa: E402
from contenders import EVERYTHING, KNOWN, Absent, Contender  # noqa: E402
from conversation import Verdict, run_case  # noqa: E402

EXAMPLES = """examples:
  strictness.py --command 'build/release/bin/sluice-httpd --root {root} --listen 127.0.0.1:{port} --echo'
  strictness.py --contender nginx                 as Debian's nginx-light; also: node, lighttpd
  strictness.py --address 127.0.0.1:8080 --without echo    a server that has the site of --site DIR
  strictness.py --list --filter 'chunked: .*LF'
  strictness.py --contender node --filter '^host' --json

exit status: 0 every case passed, 1 one failed, 2 bad usage, 77 the server is not here"""
ABSENT = 77
SHOWN_BYTES = 600


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    server = parser.add_mutually_exclusive_group()
    server.add_argument("--command", help="start this server; {root} and {port} are filled in")
    server.add_argument("--contender", choices=sorted(KNOWN), help="start this server")
    server.add_argument("--address", help="HOST:PORT of a running server")
    server.add_argument("--list", action="store_true", help="print the cases and run none")
    server.add_argument("--site", metavar="DIR", help="make the site in DIR and print its root")
    parser.add_argument("--filter", default="", help="only cases whose `group: name` has this expression")
    parser.add_argument("--strength", choices=(MUST, SHOULD, HOUSE), default=HOUSE,
                        help="the weakest rules to ask for (default: house, that is all)")
    parser.add_argument("--without", action="append", default=[], choices=sorted(EVERYTHING),
                        help="the server has no such feature")
    parser.add_argument("--patience", type=float, default=5.0, help="seconds to wait for what must come")
    parser.add_argument("--jobs", type=int, default=16, help="cases under way at once")
    parser.add_argument("--json", action="store_true", help="for a machine")
    options = parser.parse_args()
    if not (options.command or options.contender or options.address or options.list or options.site):
        parser.error("name a server: --command, --contender or --address")
    try:
        re.compile(options.filter)
    except re.error as error:
        parser.error(f"--filter: {error}")
    return options


def chosen(options):
    strengths = (MUST, SHOULD, HOUSE)
    strengths = strengths[:strengths.index(options.strength) + 1]
    return [(group, case) for group, case in load_all()
            if re.search(options.filter, f"{group}: {case.name}") and case.strength in strengths]


def run_all(cases, address, features, options):
    """[(group, case, verdict)] in the order of the tables."""
    def run(case):
        if not case.needs <= features:
            missing = ", ".join(sorted(case.needs - features))
            return Verdict([], case.steps, b"", f"the server has no {missing}")
        try:
            return run_case(case, address, options.patience)
        except OSError as error:
            return Verdict([f"no connection: {error}"], case.steps, b"")

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        verdicts = pool.map(run, [case for _, case in cases])
        return [(group, case, verdict) for (group, case), verdict in zip(cases, verdicts)]


def shown(data):
    text = repr(bytes(data[:SHOWN_BYTES]))[2:-1]
    return text + (f"... {len(data)} bytes" if len(data) > SHOWN_BYTES else "")


def shown_steps(steps):
    return [shown(step) if isinstance(step, bytes) else repr(step)[:SHOWN_BYTES] for step in steps]


def wanted(case):
    endings = []
    for ending in case.endings:
        answers = []
        for one in ending.answers:
            fields = "".join(f", {name.decode()} {pattern or 'absent'}" for name, pattern in one.fields)
            body = "" if one.body is None else f", body of {len(one.body)} bytes"
            answers.append(" or ".join(map(str, sorted(one.status))) + body + fields)
        answers += ["an answer that breaks off"] * ending.breaks
        endings.append(f"[{'; '.join(answers)}] then {ending.then}")
    return " | ".join(endings)


def print_failures(results):
    for group, case, verdict in results:
        if verdict.problems:
            print(f"\nFAILED {group}: {case.name} ({case.strength}: {case.rule})")
            for step in shown_steps(verdict.sent):
                print(f"  sent      {step}")
            print(f"  expected  {wanted(case)}")
            print(f"  got       {shown(verdict.received) or 'nothing'}")
            for problem in verdict.problems:
                print(f"  problem   {problem}")


def print_summary(name, results, seconds):
    print(f"\n{'group':<20}{'passed':>8}{'failed':>8}{'skipped':>9}")
    for group in GROUPS:
        of_group = [verdict for name_of, _, verdict in results if name_of == group]
        if of_group:
            failed = sum(bool(one.problems) for one in of_group)
            skipped = sum(bool(one.skipped) for one in of_group)
            print(f"{group:<20}{len(of_group) - failed - skipped:>8}{failed:>8}{skipped:>9}")
    ran = [verdict for _, _, verdict in results if not verdict.skipped]
    passed = sum(not verdict.problems for verdict in ran)
    musts = sum(bool(v.problems) for _, case, v in results if case.strength == MUST)
    print(f"{name}: {passed} of {len(ran)} passed in {seconds:.1f} s; "
          f"{len(results) - len(ran)} skipped; {musts} failures break a MUST")


def as_json(name, results, seconds):
    cases = [{"group": group, "name": case.name, "rule": case.rule, "strength": case.strength,
              "result": "failed" if v.problems else "skipped" if v.skipped else "passed",
              "skipped": v.skipped, "problems": v.problems, "expected": wanted(case),
              "sent": shown_steps(v.sent), "received": shown(v.received)} for group, case, v in results]
    counts = {kind: sum(one["result"] == kind for one in cases) for kind in ("passed", "failed", "skipped")}
    return json.dumps({"server": name, "seconds": round(seconds, 1), **counts, "cases": cases}, indent=1)


def examine(name, address, features, options):
    started = time.monotonic()
    results = run_all(chosen(options), address, features, options)
    seconds = time.monotonic() - started
    if options.json:
        print(as_json(name, results, seconds))
    else:
        print_failures(results)
        print_summary(name, results, seconds)
    return 1 if any(verdict.problems for _, _, verdict in results) else 0


def main():
    options = arguments()
    if options.list:
        for group, case in chosen(options):
            print(f"{group}: {case.name}  ({case.strength}: {case.rule})")
        return 0
    if options.site:
        import site_tree
        print(site_tree.make(options.site))
        return 0
    if not chosen(options):
        print(f"strictness: no case fits --filter {options.filter!r}; --list shows them", file=sys.stderr)
        return 2
    lacking = frozenset(options.without)
    if options.address:
        host, _, port = options.address.rpartition(":")
        if not host or not port.isdigit():
            print(f"strictness: --address wants HOST:PORT, not {options.address!r}", file=sys.stderr)
            return 2
        return examine(options.address, (host, int(port)), EVERYTHING - lacking, options)
    try:
        command = shlex.split(options.command) if options.command else None
        name = options.contender or command[0].rsplit("/", 1)[-1]
        with Contender(name, command) as server:
            status = examine(name, server.address, server.features - lacking, options)
            if not server.alive():
                print(f"strictness: {name} died: {server.log()}", file=sys.stderr)
                status = 1
        return status
    except Absent as reason:
        print(f"strictness: skipped: {reason}", file=sys.stderr)
        return ABSENT


if __name__ == "__main__":
    sys.exit(main())
