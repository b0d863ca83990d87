#!/usr/bin/env python3
"""Sends the same odd requests to the server under test, node and nginx, and compares what they read.

A finding is a request that only the server under test accepts, or one whose end it sees elsewhere than a
server that accepts it too: the stuff of request smuggling. Or one that it reads otherwise when it comes in
parts."""
import argparse
import base64
import binascii
import concurrent.futures
import contextlib
import itertools
import json
import random
import shlex
import sys
import time

sys.dont_write_bytecode = True
from comparison import QUIET_S, findings, read_by, split_findings  # noqa: E402
from contenders import KNOWN, Absent, Contender  # noqa: E402
from generator import Generator  # noqa: E402
from minimise import minimise  # noqa: E402

EXAMPLES = """examples:
  differential.py --command 'build/release/bin/sluice-httpd --root {root} --listen 127.0.0.1:{port} --echo' \\
                  --duration 60
  differential.py --contender lighttpd --seed 7 --cases 500
  differential.py --contender node --replay R0VUIC8gSFRUUC8xLjENCg0K     one input again, in full

exit status: 0 no finding, 1 findings, 2 bad usage, 77 a server is not here"""
ABSENT = 77
PROGRESS_S = 2.0
SURE_S = 1.0  # without a word for so long, a server surely waits for more
BATCH = 64


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    server = parser.add_mutually_exclusive_group(required=True)
    server.add_argument("--command", help="start this server; {root} and {port} are filled in")
    server.add_argument("--contender", choices=sorted(KNOWN), help="start this server")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, help="how many inputs (default: 2000)")
    parser.add_argument("--duration", type=float, metavar="SECONDS", help="as many inputs as fit")
    parser.add_argument("--replay", metavar="BASE64", help="send this input and show every reading")
    parser.add_argument("--findings", type=int, default=5, help="stop after so many (default: 5)")
    parser.add_argument("--patience", type=float, default=5.0, help="seconds to wait for what must come")
    parser.add_argument("--jobs", type=int, default=8, help="inputs under way at once")
    parser.add_argument("--json", action="store_true", help="for a machine")
    options = parser.parse_args()
    if options.replay is not None:
        try:
            options.replay = base64.b64decode(options.replay, validate=True)
        except binascii.Error as error:
            parser.error(f"--replay: {error}")
    if options.cases is None and options.duration is None:
        options.cases = 2000
    return options


def places(data):
    """Three places to split `data`, always the same ones."""
    return sorted(random.Random(data).randint(0, len(data)) for _ in range(3))


class Panel:
    """The server under test and those it is compared with."""

    def __init__(self, ours, others, patience):
        self._ours, self._others, self._patience = ours, others, patience

    def readings(self, data, quiet):
        """(our reading, {name: reading})."""
        ours = read_by(self._ours.address, data, self._patience, quiet=quiet)
        return ours, {one.name: read_by(one.address, data, self._patience, quiet=quiet) for one in self._others}

    def findings(self, data, quiet=QUIET_S):
        ours, others = self.readings(data, quiet)
        split = read_by(self._ours.address, data, self._patience, places(data), quiet)
        return findings(data, ours, others) + split_findings(ours, split)

    def dead(self):
        return [one for one in [self._ours, *self._others] if not one.alive()]


class Run:
    def __init__(self, panel, options):
        self._panel, self._options = panel, options
        self._started = time.monotonic()
        self._shown = self._started
        self.tried = 0
        self.failures = []  # of dict
        self._seen = set()

    def go(self):
        with concurrent.futures.ThreadPoolExecutor(self._options.jobs) as pool:
            for first in itertools.count(0, BATCH):
                numbers = [n for n in range(first, first + BATCH) if self._options.cases is None
                           or n < self._options.cases]
                if not numbers or self._over():
                    break
                inputs = [Generator(self._options.seed, number).input() for number in numbers]
                for number, data, found in zip(numbers, inputs, pool.map(self._panel.findings, inputs)):
                    self.tried += 1
                    self._take(number, data, found)
                self._progress()

    def _over(self):
        late = self._options.duration is not None and self.seconds() > self._options.duration
        return late or len(self.failures) >= self._options.findings or bool(self._panel.dead())

    def _take(self, number, data, found):
        if not found or len(self.failures) >= self._options.findings:
            return
        kind = found[0].kind

        def fails(candidate):
            return any(one.kind == kind for one in self._panel.findings(candidate))

        # A server that was slow to close looks as if it waited for more: ask again with more time.
        if not any(one.kind == kind for one in self._panel.findings(data, SURE_S)):
            return
        small = minimise(data, fails)
        if not self._panel.findings(small, SURE_S):
            small = data
        if (kind, small) in self._seen:
            return
        self._seen.add((kind, small))
        self.failures.append({"number": number, "seed": self._options.seed, "kind": kind,
                              "input": repr(small)[2:-1], "replay": base64.b64encode(small).decode(),
                              "findings": [one.text for one in self._panel.findings(small, SURE_S)]})

    def seconds(self):
        return time.monotonic() - self._started

    def _progress(self):
        if time.monotonic() - self._shown > PROGRESS_S:
            self._shown = time.monotonic()
            print(f"differential: {self.tried} inputs, {len(self.failures)} findings, "
                  f"{self.tried / self.seconds():.0f}/s", file=sys.stderr)


def server_words(options):
    """The words of a command line that name the server under test."""
    if options.contender:
        return f"--contender {options.contender}"
    return f"--command {shlex.quote(options.command)}"


def report(run, options, name):
    if options.json:
        print(json.dumps({"server": name, "seed": options.seed, "inputs": run.tried,
                          "seconds": round(run.seconds(), 1), "failures": run.failures}, indent=1))
        return
    for failure in run.failures:
        print(f"FAILED {failure['kind']} (seed {failure['seed']}, input {failure['number']})")
        print(f"  sent    {failure['input']}")
        for text in failure["findings"]:
            print(f"  found   {text}")
        print(f"  replay  differential.py {server_words(options)} --replay {failure['replay']}")
    print(f"{name}: {run.tried} inputs of seed {options.seed} in {run.seconds():.1f} s, "
          f"{len(run.failures)} findings")


def replay(panel, data, name):
    ours, others = panel.readings(data, SURE_S)
    for who, reading in {name: ours, **others}.items():
        print(f"{who:<12} {reading}")
    found = panel.findings(data, SURE_S)
    for one in found:
        print(f"found        {one.kind}: {one.text}")
    return 1 if found else 0


def main():
    options = arguments()
    command = shlex.split(options.command) if options.command else None
    name = options.contender or command[0].rsplit("/", 1)[-1]
    against = [one for one in ("node", "nginx") if one != name]
    try:
        with contextlib.ExitStack() as stack:
            others = [stack.enter_context(Contender(one)) for one in against]
            ours = stack.enter_context(Contender(name, command))
            panel = Panel(ours, others, options.patience)
            if options.replay is not None:
                return replay(panel, options.replay, name)
            run = Run(panel, options)
            run.go()
            report(run, options, name)
            for one in panel.dead():
                print(f"differential: {one.name} died: {one.log()}", file=sys.stderr)
            return 1 if run.failures or panel.dead() else 0
    except Absent as reason:
        print(f"differential: skipped: {reason}", file=sys.stderr)
        return ABSENT


if __name__ == "__main__":
    sys.exit(main())
