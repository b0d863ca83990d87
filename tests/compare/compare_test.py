"""sluice-bench-compare end to end: every server that is built echoes right under it. The slices are
too short to measure anything."""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "apps"))
import harness  # noqa: E402

TINY = ("--cycles=2", "--slice=2ms")
# Without those of 10,000 connections, which take their time.
WORK = ("conns1", "conns10", "conns64", "conns100", "depth16", "large", "churn", "udp64", "udp1400", "udp1400gso",
        "http64", "http256", "http16")
# Who answers HTTP.
HTTP = ("epoll", "epoll-again", "io_uring", "sluice-epoll", "sluice-io_uring")
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
            # Coroutines are for streams.
            datagrams = column["id"].startswith("udp")
            http = column["id"].startswith("http")
            self.assertEqual([cell["server"] for cell in column["servers"]],
                             [server for server in servers
                              if not (datagrams and server.endswith("-coroutine"))
                              and (not http or server in HTTP)])
            for cell in column["servers"]:
                self.assertEqual(set(cell), FIGURES, cell)
                self.assertGreater(cell["messages"], 0)
                # A ratio may be missing: of so short a slice a busy machine can count no CPU time.
                self.assertEqual(cell["cpu_us_a_message"]["cycles"], 2)
            self.assertIn(column["title"], result.stdout)
        self.assertEqual(files["html"].count("<svg"), len(WORK) + 1)  # and growth
        for part in ("| raw epoll |", "## Beside CPU time", "## Goals", "## As connections grow"):
            self.assertIn(part, files["markdown"])
        self.assertRegex(result.stdout, r"Goals: \d+ of \d+ reached")

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

    def test_memory_of_a_burst(self):
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as file:
            result = compare(*TINY, "--work=burst", "--servers=libuv-write,asio-epoll",
                             "--json=" + file.name)
            results = json.load(file)
        self.assertEqual(result.returncode, 0, result.stderr)
        cells = {cell["server"]: cell for cell in results["columns"][0]["servers"]}
        for cell in cells.values():
            self.assertLessEqual(cell["bytes_a_connection_left"],
                                 cell["bytes_a_connection_at_the_height"])
        # uv_write keeps whatever the peer does not take; asio's users stop reading meanwhile.
        if "libuv-write" in cells:
            self.assertGreater(cells["libuv-write"]["bytes_a_connection_at_the_height"], 30_000)
        if "asio-epoll" in cells:
            self.assertLess(cells["asio-epoll"]["bytes_a_connection_at_the_height"], 8_000)
        self.assertIn("Memory of a burst", result.stdout)

    def test_several_loops(self):
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as file:
            result = compare(*TINY, "--work=loops2", "--json=" + file.name)
            results = json.load(file)
        self.assertEqual(result.returncode, 0, result.stderr)
        cells = results["columns"][0]["servers"]
        self.assertLessEqual({"epoll", "sluice-epoll"}, {cell["server"] for cell in cells})
        for cell in cells:
            self.assertEqual(cell["efficiency"]["cycles"], 2, cell)
            self.assertGreater(cell["several_loops"]["messages_a_second"]["median"], 0)
        self.assertIn("2 loops beside one", result.stdout)

    def test_servers_refuse_what_they_do_not_know(self):
        folder = os.path.join(os.path.dirname(harness.program("x")), "compare")
        for server, flag in (("echo-epoll", "--port=http"), ("echo-epoll", "--threads=0"),
                             ("echo-epoll", "--variant=raw"), ("echo-uring", "--threads=2"),
                             ("echo-sluice", "--fast"), ("echo-sluice", "--port=65536"),
                             ("echo-sluice", "--variant=kqueue")):
            result = subprocess.run([os.path.join(folder, server), flag], capture_output=True,
                                    text=True, timeout=10, check=False)
            self.assertEqual(result.returncode, 2, flag)
            self.assertIn(flag, result.stderr)

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
