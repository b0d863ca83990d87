"""sluice-bench-compare end to end: every server that is built echoes right under it. The slices are
too short to measure anything."""

import json
import os
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "apps"))
import harness  # noqa: E402

TINY = ("--cycles=2", "--slice=2ms")
# Without those of 10,000 connections, which take their time.
WORK = ("conns1", "conns64", "depth16", "large", "churn", "udp64", "udp1400", "udp1400gso")
FIGURES = {"server", "relative_cpu", "cpu_us_a_message", "messages_a_second", "fairness", "p50_us",
           "p99_us", "messages", "lost"}


def compare(*flags):
    return harness.run("sluice-bench-compare", *flags)


class Comparison(unittest.TestCase):
    def test_every_server_does_every_work(self):
        with tempfile.TemporaryDirectory() as folder:
            names = {kind: os.path.join(folder, "out." + kind)
                     for kind in ("json", "markdown", "html")}
            result = compare(*TINY, "--work=" + ",".join(WORK),
                             *(f"--{kind}={name}" for kind, name in names.items()))
            self.assertEqual(result.returncode, 0, result.stderr)
            files = {}
            for kind, name in names.items():
                with open(name, encoding="utf-8") as file:
                    files[kind] = file.read()
        results = json.loads(files["json"])
        for skipped in results["skipped"]:
            print("skipped:", skipped, file=sys.stderr)
        servers = [server["id"] for server in results["servers"]]
        for server in ("epoll", "epoll-again", "sluice-epoll"):
            self.assertIn(server, servers)
        self.assertEqual([column["id"] for column in results["columns"]], list(WORK))
        for column in results["columns"]:
            self.assertEqual([cell["server"] for cell in column["servers"]], servers)
            for cell in column["servers"]:
                self.assertEqual(set(cell), FIGURES, cell)
                self.assertGreater(cell["messages"], 0)
                self.assertEqual(cell["relative_cpu"]["cycles"], 2)
            self.assertIn(column["title"], result.stdout)
        self.assertEqual(files["html"].count("<svg"), len(WORK))
        self.assertIn("| raw epoll |", files["markdown"])

    def test_memory_of_idle_connections(self):
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as file:
            result = compare(*TINY, "--work=idle", "--servers=asio-epoll", "--json=" + file.name)
            results = json.load(file)
        if any("a process may open only" in skipped for skipped in results["skipped"]):
            self.skipTest("too few descriptors here")
        self.assertEqual(result.returncode, 0, result.stderr)
        cells = {cell["server"]: cell["bytes_an_idle_connection"]
                 for cell in results["columns"][0]["servers"]}
        # The floor keeps nothing of a connection; asio's users a buffer of 4 KiB.
        self.assertLess(cells["epoll"], 64)
        self.assertGreater(cells.get("asio-epoll", 4096), 4095)

    def test_a_server_from_elsewhere(self):
        server = os.path.join(os.path.dirname(harness.program("x")), "compare", "echo-epoll")
        result = compare(*TINY, "--work=conns1", "--servers=epoll", f"--also=mine={server}")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertRegex(result.stdout, r"(?m)^  mine +\d")

    def test_a_server_that_does_not_run_is_skipped_with_a_word(self):
        result = compare(*TINY, "--work=conns1", "--servers=epoll", "--also=liar=/bin/echo unready")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("skipped: liar: unready", result.stdout)

    def test_help_fits_a_terminal(self):
        result = compare("--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for part in ("Usage: sluice-bench-compare", "Exit code", "Examples:", "--quick"):
            self.assertIn(part, result.stdout)
        for line in result.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_names_are_listed_and_checked(self):
        result = compare("--list")
        self.assertEqual(result.returncode, 0)
        for name in ("sluice-io_uring", "udp1400gso"):
            self.assertRegex(result.stdout, rf"(?m)^  {name} ")
        for flag in ("--work=nothing", "--servers=nobody", "--cycles=0", "--also=mine",
                     "--client-core=1000"):
            result = compare(flag)
            self.assertEqual((result.returncode, result.stdout), (2, ""), flag)
            self.assertTrue(re.search(r"(?m)^sluice-bench-compare: ", result.stderr), flag)


unittest.main()
