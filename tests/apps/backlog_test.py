"""sluice-backlog: what its sweep measures, and what its server shows, on both backends."""

import json
import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest

import harness
from harness import ServerCase

NAME = "sluice-backlog"
SERVE = ("serve", "--listen=127.0.0.1:0", "--backlog=5")
# A sweep of few and short cells.
SMALL = ("--somaxconn=4096", "--syncookies=1", "--abort-on-overflow=0", "--accept-rate=never",
         "--half-open=0", "--timeout=300ms")
CELL_KEYS = {
    "kind", "backlog", "somaxconn", "syncookies", "abort_on_overflow", "max_syn_backlog", "connects",
    "timeout_ms", "accepts_per_second", "service_time_ms", "syns_per_second", "backend", "completed",
    "timed_out", "reset", "failed", "answered", "connect", "answer", "queue_limit", "queue_peak",
    "half_open_peak", "syns_sent", "ghosts", "syn_backlog_drops", "counters", "rule",
}


class Sample:
    """One line of the live view: `3 s  accept queue 6/5 FULL  half-open 0  accepted 0 ...`."""

    def __init__(self, line):
        self.length, self.limit = map(int, re.search(r"accept queue (\d+)/(\d+)", line).groups())
        self.full = "FULL" in line
        self.accepted = int(re.search(r"accepted (\d+)", line).group(1))
        self.counters = {name: int(value) for name, value in re.findall(r"(\w+) \+(\d+)", line)}


class SilentClients:
    """Blocking clients as the tutorials have them, connecting in the background."""

    def __init__(self, case, address):
        self._address = address
        self._sockets = []
        case.addCleanup(self.close)

    def connect(self, count):
        """Starts so many connects; those beyond the queue stay under way."""
        for _ in range(count):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(self._address)
            self._sockets.append(client)

    def close(self):
        for client in self._sockets:
            client.close()
        self._sockets.clear()


@harness.on_every_backend
class Sweep(ServerCase):
    def sweep(self, *flags):
        result = harness.run(NAME, "sweep", f"--backend={self.backend}", *flags)
        # ThreadSanitizer keeps a thread of its own.
        if "threads cannot enter a user namespace" in result.stderr:
            self.skipTest(result.stderr)
        return result

    def sweep_json(self, *flags):
        result = self.sweep("--json", *flags)
        self.assertEqual(result.returncode, 0, result.stderr)
        report = json.loads(result.stdout)
        if "skipped" in report:
            self.skipTest(report["skipped"])
        return report

    def test_quick_holds_every_rule_and_the_counters_explain_it(self):
        report = self.sweep_json("--quick")
        self.assertEqual(report["backend"], self.backend)
        self.assertEqual(report["rules_broken"], 0, report)
        self.assertEqual(report["rules_untested"], 0, report)
        self.assertEqual(report["rules_held"], len(report["cells"]))
        kinds = {cell["kind"] for cell in report["cells"]}
        self.assertEqual(kinds, {"nobody_accepts", "slow_accept", "late_ack", "half_open"})
        self.assertEqual(set(report["explanations"]), kinds)
        for cell in report["cells"]:
            with self.subTest(kind=cell["kind"], backlog=cell["backlog"]):
                self.assertEqual(set(cell), CELL_KEYS)
                self.assertEqual(cell["backend"], self.backend)
                self.assertEqual(cell["failed"], 0)
                self.assertTrue(cell["rule"]["held"])
                getattr(self, "check_" + cell["kind"])(cell)

    def check_nobody_accepts(self, cell):
        limit = min(cell["backlog"], cell["somaxconn"])
        self.assertEqual(cell["completed"], limit + 1)
        self.assertEqual(cell["queue_limit"], limit)
        self.assertEqual(cell["queue_peak"], limit + 1)
        self.assertEqual(cell["completed"] + cell["timed_out"] + cell["reset"], cell["connects"])
        # Each connect beyond lost its first SYN at least.
        lost = cell["connects"] - cell["completed"]
        self.assertGreater(lost, 0)
        self.assertGreaterEqual(cell["counters"]["TcpExt.ListenOverflows"], lost)
        self.assertGreaterEqual(cell["counters"]["TcpExt.ListenDrops"], lost)
        latency = cell["connect"]
        self.assertLessEqual(latency["p50_us"], latency["p99_us"])
        self.assertLessEqual(latency["p99_us"], latency["max_us"])

    def check_slow_accept(self, cell):
        self.assertEqual(cell["completed"] + cell["timed_out"] + cell["reset"], cell["connects"])
        self.assertLessEqual(cell["queue_peak"], cell["backlog"] + 1)
        self.assertGreater(cell["answered"], 0)
        overflows = cell["counters"].get("TcpExt.ListenOverflows", 0)
        if cell["connects"] <= cell["backlog"] + 1:
            self.assertEqual(overflows, 0)
            self.assertEqual(cell["completed"], cell["connects"])

    def check_late_ack(self, cell):
        batch = cell["backlog"]
        self.assertEqual(cell["completed"], 2 * batch)
        self.assertEqual(cell["queue_peak"], batch + 1)
        late = batch - 1
        self.assertGreaterEqual(cell["counters"]["TcpExt.ListenOverflows"], late)
        if cell["abort_on_overflow"]:
            self.assertEqual((cell["reset"], cell["ghosts"]), (late, 0))
            self.assertEqual(cell["counters"]["TcpExt.EmbryonicRsts"], late)
        else:
            self.assertEqual((cell["reset"], cell["ghosts"]), (0, late))
            self.assertNotIn("TcpExt.EmbryonicRsts", cell["counters"])

    def check_half_open(self, cell):
        counters = cell["counters"]
        held = cell["half_open_peak"]
        self.assertEqual(held, cell["rule"]["expected"])
        turned_away = (counters.get("TcpExt.TCPReqQFullDrop", 0) + cell["syn_backlog_drops"]
                       + counters.get("TcpExt.SyncookiesSent", 0))
        # All but those held, and those held since because the kernel pruned others.
        self.assertGreater(turned_away, cell["syns_sent"] // 2)
        if cell["syncookies"] == 0:
            self.assertNotIn("TcpExt.SyncookiesSent", counters)
        else:
            # A cookie lets every client in, whatever is made up around it.
            self.assertEqual(cell["completed"], cell["connects"])
            self.assertGreaterEqual(counters["TcpExt.SyncookiesRecv"], cell["connects"])
        if cell["syncookies"] == 2:
            self.assertEqual(held, 0)

    def test_the_smaller_of_backlog_and_somaxconn(self):
        # 4,097 connects take their time on a busy machine: the window must not be what ends them.
        report = self.sweep_json(*SMALL, "--backlogs=3,-1", "--somaxconn=7,2", "--timeout=8s")
        cells = [c for c in report["cells"] if c["kind"] == "nobody_accepts"]
        found = {(c["backlog"], c["somaxconn"]): c["completed"] for c in cells}
        self.assertEqual(found, {(3, 4096): 4, (3, 7): 4, (3, 2): 3,
                                 (-1, 4096): 4097, (-1, 7): 8, (-1, 2): 3})

    def test_a_burst_that_fits_is_not_called_a_proof(self):
        report = self.sweep_json(*SMALL, "--backlogs=9", "--burst=4")
        cell, = [c for c in report["cells"] if c["kind"] == "nobody_accepts"]
        self.assertEqual(cell["completed"], 4)
        self.assertEqual(cell["rule"], {"untested": "a burst of 4 does not reach beyond 10"})
        self.assertEqual(report["rules_untested"], 1)

    def test_people_get_a_table_and_a_sentence(self):
        result = self.sweep(*SMALL, "--backlogs=5")
        self.assertEqual(result.returncode, 0, result.stderr)
        if result.stdout.startswith("skipped: "):
            self.skipTest(result.stdout)
        self.assertIn(f"Backend {self.backend}: ", result.stdout.replace("\n", " "))
        self.assertIn("6 held", result.stdout)
        self.assertIn("What does the 5 in listen(5) do?", result.stdout)
        self.assertIn("ListenOverflows", result.stdout)
        self.assertNotIn("\x1b", result.stdout + result.stderr)

    def test_an_interrupted_sweep_shows_the_cells_it_measured(self):
        flags = ("--backlogs=5", "--somaxconn=4096", "--syncookies=1", "--abort-on-overflow=0",
                 "--half-open=0", "--timeout=300ms")
        # The first cells are soon done; the burst of the others is served one by one, in 500 s.
        slow = ("--burst=500", "--accept-rate=1/s")
        for as_json in ((), ("--json",)):
            process = subprocess.Popen(
                [harness.program(NAME), "sweep", f"--backend={self.backend}", *flags, *slow,
                 *as_json],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.kill)
            shown = ""
            if as_json:
                time.sleep(2)  # any moment will do
            else:
                while "The kernel's counters" not in shown and (line := process.stdout.readline()):
                    shown += line
            for _ in range(2):  # as timeout(1) does
                process.send_signal(signal.SIGINT)
                time.sleep(0.005)
            output, errors = process.communicate(timeout=harness.WAIT_S)
            if "skipped" in shown + output or "threads cannot enter" in errors:
                self.skipTest(shown + output + errors)
            self.assertEqual(process.returncode, 1, errors)
            said = re.search(r"(?m)^sluice-backlog: interrupted: (\d+) of (\d+) cells were measured$",
                             errors)
            self.assertTrue(said, errors)
            if as_json:
                report = json.loads(output)
                self.assertTrue(report["interrupted"])
                self.assertEqual((len(report["cells"]), report["cells_planned"]),
                                 tuple(map(int, said.groups())))
            else:
                self.assertIn("Nobody accepts", shown)
                self.assertIn(f"interrupted, {said.group(1)} of {said.group(2)} cells", output)

    def test_a_host_that_refuses_namespaces_is_said_and_skipped(self):
        unshare = shutil.which("unshare")
        if not unshare:
            self.skipTest("unshare(1) is not installed")
        refuse = ("for limit in user net; do echo 0 > /proc/sys/user/max_${limit}_namespaces"
                  " || exit 77; done; exec \"$0\" \"$@\"")
        for flags in ((), ("--json",)):
            result = subprocess.run(
                [unshare, "--user", "--map-root-user", "sh", "-c", refuse, harness.program(NAME),
                 "sweep", f"--backend={self.backend}", *flags],
                capture_output=True, text=True, timeout=harness.WAIT_S)
            if result.returncode in (1, 77) and not result.stdout:
                self.skipTest(f"this host lets nobody refuse: {result.stderr}")
            self.assertEqual(result.returncode, 0, result.stderr)
            if flags:
                reason = json.loads(result.stdout)["skipped"]
            else:
                self.assertTrue(result.stdout.startswith("skipped: "), result.stdout)
                reason = result.stdout
            self.assertIn("user.max_user_namespaces = 0", reason)


@harness.on_every_backend
class Serve(ServerCase):
    def backlog_server(self, *flags):
        return self.serve(*SERVE, *flags, name=NAME)

    def next_sample(self, server):
        return Sample(server._read_line())

    def wait_for(self, server, condition):
        """The first sample of which it is true."""
        deadline = time.monotonic() + harness.WAIT_S
        while time.monotonic() < deadline:
            sample = self.next_sample(server)
            if condition(sample):
                return sample
        self.fail("not in time")

    def test_shows_the_queue_grow_until_it_is_full(self):
        server = self.backlog_server("--accept-rate=never")
        clients = SilentClients(self, server.address())
        sample = self.next_sample(server)
        self.assertEqual((sample.length, sample.limit, sample.full), (0, 5, False))
        for expected in (2, 5, 6):
            clients.connect(expected - sample.length)
            sample = self.wait_for(server, lambda s: s.length >= expected)
            self.assertEqual(sample.length, expected)
            self.assertEqual(sample.full, expected == 6)
        clients.connect(3)
        sample = self.wait_for(server, lambda s: s.counters.get("ListenOverflows", 0) >= 3)
        self.assertEqual((sample.length, sample.accepted), (6, 0))
        output = server.stop()
        self.assertRegex(output, r"summary of .*: accepted 0, .*waiting 6 \(reset now\)")
        self.assertIn("accept queue peak 6 of limit 5 + 1", output)
        self.assertRegex(output, r"ListenOverflows +\+")

    def test_serves_everybody_at_its_rate(self):
        server = self.backlog_server("--accept-rate=200/s", "--service-time=5ms")
        clients = [self.client(server.address()) for _ in range(5)]
        for client in clients:
            self.assertEqual(harness.receive_to_end(client), b"served\n")
        self.assertIn("served 5", self.stop(server))

    def test_unlimited_serves_a_crowd_at_once(self):
        server = self.backlog_server("--accept-rate=unlimited")
        for _ in range(50):
            self.assertEqual(harness.receive_to_end(self.client(server.address())), b"served\n")
        self.stop(server)

    def test_counts_those_who_left_before_their_turn(self):
        server = self.backlog_server("--accept-rate=20/s", "--service-time=300ms")
        self.client(server.address()).close()
        self.wait_for(server, lambda s: s.accepted == 1)
        harness.wait_until(lambda: "gone before their turn 1" in server._read_line(),
                           lambda: "the one who left")
        server.stop()

    def test_machines_get_lines_of_json(self):
        result = harness.run(NAME, *SERVE, f"--backend={self.backend}", "--json", "--duration=1.2s")
        self.assertEqual(result.returncode, 0, result.stderr)
        events = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual([event["event"] for event in events], ["listening", "sample", "summary"])
        self.assertEqual((events[0]["backend"], events[0]["backlog"]), (self.backend, 5))
        for event in events[1:]:
            self.assertEqual(event["accept_queue"], {"length": 0, "limit": 5, "peak": 0})
            self.assertEqual(event["half_open"], {"length": 0, "peak": 0})
            self.assertIsInstance(event["counters"], dict)

    def test_a_terminal_gets_one_block_drawn_over(self):
        try:
            controller, terminal = pty.openpty()
        except OSError as error:
            self.skipTest(f"no pseudo-terminals here: {error}")
        self.addCleanup(os.close, controller)
        process = subprocess.Popen(
            [harness.program(NAME), *SERVE, f"--backend={self.backend}", "--accept-rate=never"],
            stdin=subprocess.DEVNULL, stdout=terminal, stderr=subprocess.DEVNULL,
            env={**os.environ, "TERM": "xterm"})
        self.addCleanup(process.wait, harness.WAIT_S)
        self.addCleanup(process.kill)
        os.close(terminal)
        shown = self.read_until(controller, b"listening tcp .*\r\n")
        port = int(re.search(rb"127\.0\.0\.1:(\d+)", shown).group(1))
        SilentClients(self, ("127.0.0.1", port)).connect(8)
        self.read_until(controller, rb"\x1b\[\d+A\r\x1b\[J.*\[######\] 6/5  \x1b\[31mFULL")
        process.send_signal(signal.SIGINT)
        self.read_until(controller, b"summary of ")
        self.assertEqual(process.wait(harness.WAIT_S), 0)

    def read_until(self, fd, pattern):
        shown = b""
        while not re.search(pattern, shown, re.DOTALL):
            shown += os.read(fd, 4096)  # raises when the program ends
        return shown

    def test_a_second_signal_stops_at_once(self):
        server = self.backlog_server("--accept-rate=unlimited", "--service-time=0s")
        client = self.client(server.address())
        self.assertEqual(harness.receive_exactly(client, 7), b"served\n")
        server.signal()
        server.signal(signal.SIGINT)
        code, _ = server.wait()
        self.assertEqual(code, 0)

    def test_a_bound_port_is_a_clear_failure(self):
        server = self.backlog_server()
        host, port = server.address()
        result = harness.run(NAME, "serve", f"--backend={self.backend}", f"--listen={host}:{port}")
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertIn(f"cannot listen on {host}:{port}", result.stderr)
        server.stop()


class BadUsage(unittest.TestCase):
    def test_one_line_and_exit_2(self):
        cases = (
            (("frob",), "there is no subcommand \"frob\""),
            (("serve", "sweep"), "unexpected argument"),
            (("serve", "--quick"), "--quick is a flag of sweep, not of serve"),
            (("sweep", "--backlog=9"), "--backlog is a flag of serve, not of sweep"),
            (("serve", "--listen=nonsense"), "the port is missing"),
            (("serve", "--listen=unix:/tmp/sluice-is-not-there"), "these queues are TCP's"),
            (("serve", "--accept-rate=fast"), "a rate is a number a second"),
            (("serve", "--backlog=-2"), "--backlog must be from -1"),
            (("serve", "--service-time=-1s"), "--service-time must be from"),
            (("serve", "--backend=kqueue"), "unknown backend"),
            (("sweep", "--backlogs=5,x"), "--backlogs: \"x\" is no number"),
            (("sweep", "--syncookies=3"), "--syncookies: \"3\" is no number from 0 to 2"),
            (("sweep", "--timeout=soon"), "--timeout cannot be \"soon\": it wants a duration"),
            (("sweep", "--backlogs="), "--backlogs needs a value"),
            (("sweep", "--backlogs=5,"), "comma too many"),
            (("sweep", "--accept-rate="), "--accept-rate needs a value"),
            (("sweep", "--listen=127.0.0.1:9999"), "--listen is a flag of serve"),
            (("serve", "--duration=10"), "--duration cannot be \"10\""),
            (("sweep", "--timeout=0s"), "--timeout must be from"),
            (("sweep", "--half-open=1000000"), "--half-open must be from 0"),
            (("sweep", "--burst=-1"), "--burst must be from 0"),
            (("sweep", "--frob"), "unknown flag --frob"),
        )
        for flags, reason in cases:
            with self.subTest(flags=flags):
                result = harness.run(NAME, *flags)
                self.assertEqual(result.returncode, 2)
                self.assertEqual(result.stdout, "")
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
                self.assertIn(reason, result.stderr)

    def test_few_descriptors_are_said(self):
        result = harness.run(NAME, "sweep", "--quick", preexec=harness.limit_descriptors(200))
        self.assertEqual(result.returncode, 1)
        self.assertIn("descriptors", result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)


if __name__ == "__main__":
    unittest.main()
