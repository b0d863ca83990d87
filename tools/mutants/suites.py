"""The suites that a mutant has to get past, and what one run of them says."""
import dataclasses
import os
import pathlib
import re
import resource
import signal
import subprocess
import threading
import time

MEMORY_BYTES_MAX = 8 << 30  # a mutant that allocates without end must not take the machine along
GRACE_SECONDS = 2.0         # for the other shards of a suite, once one has failed
ROUNDS_MAX = 3              # how often a suite is begun anew without the cases that hung
given_up = threading.Event()  # the run was interrupted: what it says does not count


@dataclasses.dataclass(frozen=True)
class Suite:
    name: str
    program: str  # also the CMake target
    arguments: tuple = ()
    shards: int = 1  # processes that share the cases; a suite that mostly waits gains by it
    gtest: bool = True


SUITES = (
    Suite("base", "base_test"),
    Suite("conformance", "conformance_test", shards=4),
    Suite("sim", "sim_test"),
    Suite("swarm", "sluice-sim", ("run", "--seeds=1..2000"), gtest=False),
    Suite("group", "group_test"),
    Suite("codec", "codec_test"),
    Suite("http", "http1_test"),
    Suite("http_files", "http_files_test"),
    Suite("http_server", "http1_server_test", shards=2),
    Suite("http_client", "http1_client_test", shards=2),
    Suite("websocket", "websocket_test"),
    Suite("websocket_socket", "websocket_socket_test"),
    Suite("fuzz", "codec_fuzz", ("--seed=1", "--runs=3000"), gtest=False),
)


@dataclasses.dataclass
class Outcome:
    """Of one suite."""
    failed: list = dataclasses.field(default_factory=list)  # cases, the first to fail first
    hung: list = dataclasses.field(default_factory=list)


class _Process:
    """One process of a suite, its output in a file."""

    def __init__(self, suite: Suite, folder: pathlib.Path, shard: int, without: list):
        self._suite = suite
        self._log = folder / f"{suite.name}.{shard}.log"
        environment = os.environ.copy()
        command = [str(folder / "bin" / suite.program), *suite.arguments]
        if suite.gtest:
            command += ["--gtest_fail_fast", "--gtest_color=no", "--gtest_filter=*"]
            if without:
                command[-1] += "-" + ":".join(without)
            environment |= {"GTEST_TOTAL_SHARDS": str(suite.shards), "GTEST_SHARD_INDEX": str(shard)}
        with open(self._log, "wb") as log:
            self._process = subprocess.Popen(
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=self._limit)

    @staticmethod
    def _limit():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def running(self) -> bool:
        return self._process.poll() is None

    def kill(self):
        # With what it started: some cases run a copy of their program.
        if self.running():
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def ended_well(self) -> bool:
        return self._process.returncode == 0

    def cases(self) -> tuple:
        """(failed, running at the end)"""
        if not self._suite.gtest:
            return [], self._suite.program
        log = self._log.read_text(encoding="utf-8", errors="replace")
        summary = log.find("[==========]", log.find("[----------] Global test environment tear-down"))
        log = log if summary < 0 else log[:summary]
        began = re.findall(r"^\[ RUN      \] (\S+)", log, re.MULTILINE)
        ended = re.findall(r"^\[  (?:     OK|FAILED |SKIPPED) \] ([^\s,]+)", log, re.MULTILINE)
        failed = re.findall(r"^\[  FAILED  \] ([^\s,]+)", log, re.MULTILINE)
        open_cases = [case for case in began if case not in ended]
        return failed, open_cases[-1] if open_cases else None


def _run_round(suite: Suite, folder: pathlib.Path, timeout: float, without: list) -> Outcome:
    outcome = Outcome()
    processes = [_Process(suite, folder, shard, without) for shard in range(suite.shards)]
    pending = list(processes)
    hurried = []
    deadline = time.monotonic() + timeout
    try:
        while pending:
            time.sleep(0.02)
            for process in [process for process in pending if not process.running()]:
                pending.remove(process)
                if process.ended_well():
                    continue
                failed, last = process.cases()
                outcome.failed += failed or [last or f"{suite.program}, outside its cases"]
                deadline = min(deadline, time.monotonic() + GRACE_SECONDS)
            if time.monotonic() >= deadline or given_up.is_set():
                hurried = pending
                break
    finally:
        for process in processes:
            process.kill()
    if not outcome.failed:
        outcome.hung = [process.cases()[1] or suite.program for process in hurried]
    return outcome


def run_suite(suite: Suite, folder: pathlib.Path, timeout: float) -> Outcome:
    """Runs a suite of the build in `folder` until its first failures. A case that hangs is set
    aside, for another may say what is wrong."""
    hung = []
    for _ in range(ROUNDS_MAX):
        outcome = _run_round(suite, folder, timeout, hung)
        hung += outcome.hung
        if outcome.failed or not outcome.hung or not suite.gtest or given_up.is_set():
            break
    return Outcome(outcome.failed, hung)


def short(case: str) -> str:
    """A case without the name of its instantiation."""
    return re.sub(r"^\w+/(?=\w+\.)", "", case)
