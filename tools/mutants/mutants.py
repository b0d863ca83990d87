#!/usr/bin/env python3
"""Plants small bugs in Sluice, one at a time, and reports which tests catch each."""
import argparse
import concurrent.futures
import dataclasses
import fcntl
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time

sys.dont_write_bytecode = True
from planted import FOLDER, Mutant, Rotten, load_all, parse  # noqa: E402
from suites import SUITES, given_up, run_suite, short  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = """examples:
  mutants.py list                        every planted bug in a line
  mutants.py check                       does every diff still fit the tree? (a second)
  mutants.py run                         all of them, about half an hour on two cores
  mutants.py run timer-early slab-key    these two
  mutants.py run --json >mutants.json    for a machine

exit status: 0 every mutant is caught, 1 one is not (or hangs, or does not compile), 2 bad usage"""
# Optimised enough to be quick, and nothing that takes time to compile or to link.
CONFIGURE = ("-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O1 -DNDEBUG",
             "-DSLUICE_BENCH=OFF")
NOT_COPIED = ("out", "__pycache__")


class Failure(Exception):
    """Ends the run: nothing can be said of any mutant."""


@dataclasses.dataclass
class Result:
    mutant: Mutant
    caught_by: dict = dataclasses.field(default_factory=dict)  # suite -> cases
    hung: dict = dataclasses.field(default_factory=dict)       # suite -> cases
    error: str = ""                                            # of the mutant itself

    def verdict(self) -> str:
        if self.error:
            return "broken"
        if self.caught_by:
            return "caught"
        return "hang" if self.hung else "survived"


class Scratch:
    """A copy of a tree with a build of its own, where a bug can be planted."""

    def __init__(self, source: pathlib.Path, folder: pathlib.Path, build_jobs: int):
        self.tree = folder / "tree"
        self.build = folder / "build"
        self.build_jobs = build_jobs
        self._sync(source)

    def _sync(self, source: pathlib.Path):
        """Makes the copy equal to the source, touching only what differs: the rest stays built."""
        wanted = set()
        for folder, folders, files in os.walk(source):
            folders[:] = [name for name in folders
                          if not name.startswith((".", "build")) and name not in NOT_COPIED
                          and pathlib.Path(folder, name) != self.tree.parents[1]]
            copy = self.tree / pathlib.Path(folder).relative_to(source)
            copy.mkdir(parents=True, exist_ok=True)
            for name in files:
                path, target = pathlib.Path(folder, name), copy / name
                wanted.add(target)
                if not target.exists() or target.read_bytes() != path.read_bytes():
                    shutil.copyfile(path, target)
        for target in self.tree.rglob("*"):
            if not target.is_dir() and target not in wanted:
                target.unlink()

    def _call(self, *command) -> str:
        """Its output where it fails, or nothing."""
        environment = os.environ | {"CCACHE_BASEDIR": str(self.tree.parent)}
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                       stdout=output, stderr=subprocess.STDOUT,
                                       start_new_session=True)
            try:
                while process.poll() is None and not given_up.wait(0.05):
                    pass
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGTERM)
                    process.wait()
            output.seek(0)
            return output.read().decode(errors="replace") if process.returncode != 0 else ""

    def configure(self):
        output = self._call("cmake", "-G", "Ninja", "-S", str(self.tree), "-B", str(self.build),
                            *CONFIGURE)
        if output:
            raise Failure(f"cmake failed:\n{output}")

    def compile(self) -> str:
        return self._call("nice", "cmake", "--build", str(self.build), "--parallel",
                          str(self.build_jobs), "--target", *(suite.program for suite in SUITES))

    def run_suites(self, result: Result, timeout: float):
        with concurrent.futures.ThreadPoolExecutor(len(SUITES)) as pool:
            outcomes = pool.map(lambda suite: run_suite(suite, self.build, timeout), SUITES)
            for suite, outcome in zip(SUITES, outcomes):
                if outcome.failed:
                    result.caught_by[suite.name] = outcome.failed
                if outcome.hung:
                    result.hung[suite.name] = outcome.hung

    def try_mutant(self, mutant: Mutant, timeout: float) -> Result:
        result = Result(mutant)
        originals = {}
        try:
            for path, text in mutant.mutated(self.tree).items():
                originals[path] = (self.tree / path).read_text(encoding="utf-8")
                (self.tree / path).write_text(text, encoding="utf-8")
            output = self.compile()
            if output:
                errors = [line for line in output.split("\n") if "error" in line]
                result.error = "does not compile: " + (errors or output.split("\n"))[0]
            else:
                self.run_suites(result, timeout)
        except Rotten as error:
            result.error = str(error)
        finally:
            for path, text in originals.items():
                (self.tree / path).write_text(text, encoding="utf-8")
        return result


class Progress:
    """What has been done of how much: one live line on a terminal, a line a mutant elsewhere."""

    def __init__(self, total: int):
        self._total = total
        self._done = 0
        self._began = time.monotonic()
        self._lock = threading.Lock()

    def say(self, text: str, end: str = "\n"):
        live = sys.stderr.isatty()
        print(f"\r\x1b[K{text}" if live else text, end="" if live else end, file=sys.stderr, flush=True)

    def finished(self, result: Result):
        with self._lock:
            self._done += 1
            elapsed = time.monotonic() - self._began
            left = elapsed / self._done * (self._total - self._done)
            self.say(f"mutant {self._done}/{self._total}  {elapsed:.0f} s, about {left:.0f} s left  "
                     f"{result.mutant.name}: {result.verdict()}")

    def close(self):
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def run_baseline(scratch: Scratch, timeout: float):
    scratch.configure()
    output = scratch.compile()
    if output:
        raise Failure(f"the tree itself does not compile:\n{output}")
    clean = Result(None)
    scratch.run_suites(clean, timeout)
    for suite, cases in (clean.caught_by | clean.hung).items():
        raise Failure(f"without any mutant {suite} fails already: {short(cases[0])}; its output is "
                      f"{scratch.build}/{suite}.*.log")


def run_all(mutants: list, options) -> list:
    cores = os.cpu_count() or 1
    jobs = max(1, min(options.jobs or cores, len(mutants)))
    build_jobs = max(1, cores // jobs)
    Progress(0).say("building and running the suites without a mutant")
    first = Scratch(ROOT, options.build_dir / "0", cores)
    run_baseline(first, options.timeout)
    waiting = queue.SimpleQueue()
    for mutant in mutants:
        waiting.put(mutant)
    results = {}
    # Copies of the first, whose baseline is known: the tree itself may change meanwhile.
    scratches = [first] + [Scratch(first.tree, options.build_dir / str(index), build_jobs)
                           for index in range(1, jobs)]
    first.build_jobs = build_jobs

    def work(index: int):
        try:
            scratch = scratches[index]
            scratch.configure()
            while not given_up.is_set():
                mutant = waiting.get_nowait()
                results[mutant.name] = scratch.try_mutant(mutant, options.timeout)
                progress.finished(results[mutant.name])
        except queue.Empty:
            pass

    progress = Progress(len(mutants))
    progress.say(f"planting {len(mutants)} mutants, {jobs} at a time")
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        try:
            for future in [pool.submit(work, index) for index in range(jobs)]:
                future.result()
        except BaseException:
            given_up.set()
            raise
    progress.close()
    return [results[mutant.name] for mutant in mutants]


def words_for(found: dict) -> str:
    return "; ".join(f"{suite}: {short(cases[0])}" + (f", +{len(cases) - 1} more" * (len(cases) > 1))
                     for suite, cases in found.items())


def print_table(results: list):
    column = max(len(result.mutant.name) for result in results) + 2
    for result in results:
        print(f"{result.mutant.name:<{column}}{result.mutant.what}")
        lines = {
            "caught": f"caught by {words_for(result.caught_by)}",
            "survived": "NOT CAUGHT",
            "hang": f"HANGS in {words_for(result.hung)}; no test says what is wrong",
            "broken": f"BROKEN: {result.error}",
        }[result.verdict()]
        if result.caught_by and result.hung:
            lines += f" (hangs in {words_for(result.hung)})"
        print(textwrap.fill(lines, 118, initial_indent=" " * column, subsequent_indent=" " * column,
                            break_long_words=False, break_on_hyphens=False))
    counts = {verdict: sum(result.verdict() == verdict for result in results)
              for verdict in ("caught", "survived", "hang", "broken")}
    print(f"\n{len(results)} mutants: " + ", ".join(f"{n} {name}" for name, n in counts.items()))


def print_json(results: list):
    print(json.dumps([{
        "name": result.mutant.name, "what": result.mutant.what,
        "stands_for": result.mutant.stands_for, "verdict": result.verdict(),
        "caught_by": result.caught_by, "hung": result.hung, "error": result.error,
    } for result in results], indent=2))


def run_command(options) -> int:
    known = {path.stem for path in FOLDER.glob("*.diff")}
    for name in options.names:
        if name not in known:
            print(f"mutants: no mutant is called \"{name}\"; mutants.py list names them",
                  file=sys.stderr)
            return 2
    mutants = [parse(FOLDER / f"{name}.diff") for name in options.names or sorted(known)]
    options.build_dir.mkdir(parents=True, exist_ok=True)
    with open(options.build_dir / "lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(f"another run uses {options.build_dir}; give --build-dir") from None
        results = run_all(mutants, options)
    (print_json if options.json else print_table)(results)
    return 0 if all(result.verdict() == "caught" for result in results) else 1


def list_command(_) -> int:
    mutants = load_all()
    column = max(len(mutant.name) for mutant in mutants) + 2
    for mutant in mutants:
        print(f"{mutant.name:<{column}}{mutant.what}")
    return 0


def check_command(_) -> int:
    diffs = sorted(FOLDER.glob("*.diff"))
    rotten = 0
    for path in diffs:
        try:
            parse(path).mutated(ROOT)
        except Rotten as error:
            print(error, file=sys.stderr)
            rotten += 1
    print(f"{len(diffs) - rotten} of {len(diffs)} mutants fit the tree")
    return 1 if rotten or not diffs else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants.py", description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name every mutant").set_defaults(call=list_command)
    commands.add_parser("check", help="does every diff fit the tree?").set_defaults(call=check_command)
    run = commands.add_parser("run", help="plant them and run the suites")
    run.add_argument("names", nargs="*", metavar="NAME", help="mutants; all when none is named")
    run.add_argument("--jobs", type=int, default=0, help="mutants at a time (default: a core each)")
    run.add_argument("--build-dir", type=lambda path: pathlib.Path(path).resolve(), metavar="DIR",
                     default=ROOT / "build" / "mutants", help="default: build/mutants")
    run.add_argument("--timeout", type=float, default=60, metavar="S",
                     help="seconds after which a suite hangs (default: 60)")
    run.add_argument("--json", action="store_true", help="results for a machine, on standard output")
    run.set_defaults(call=run_command)
    return parser.parse_args()


def interrupted(*_):
    given_up.set()
    raise KeyboardInterrupt


def main() -> int:
    options = arguments()
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, interrupted)
    try:
        return options.call(options)
    except (Failure, Rotten) as error:
        print(f"mutants: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
