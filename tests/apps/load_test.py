"""sluice-load: what it measures against sluice-echo, and what it finds in servers that do wrong."""

import json
import signal
import socket
import subprocess
import threading
import unittest

import harness
from harness import ServerCase

FAST = ("--duration=200ms", "--warmup=50ms")


class PythonServer:
    """A tutorial-like server in threads, for misbehaviour that no server of ours shows.

    `serve(connection)` runs for each client in a thread of its own.
    """

    def __init__(self, case, serve):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._serve = serve
        self._connections = []
        self.target = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()
        case.addCleanup(self._close)

    def _accept(self):
        threads = []
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                break
            connection.settimeout(harness.WAIT_S)
            self._connections.append(connection)
            threads.append(threading.Thread(target=self._serve_one, args=(connection,)))
            threads[-1].start()
        for thread in threads:
            thread.join(harness.WAIT_S)

    def _serve_one(self, connection):
        with connection:
            try:
                self._serve(connection)
            except OSError:
                pass

    def _close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self._thread.join(harness.WAIT_S)


class PythonDatagramServer:
    """Answers each datagram with every datagram of answer(number, data)."""

    def __init__(self, case, answer):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.target = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._answer = answer
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        case.addCleanup(self._close)

    def _run(self):
        number = 0
        while True:
            data, peer = self._socket.recvfrom(65535)
            if data == b"stop":
                return
            for answer in self._answer(number, data):
                self._socket.sendto(answer, peer)
            number += 1

    def _close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopper:
            stopper.sendto(b"stop", self._socket.getsockname())
        self._thread.join(harness.WAIT_S)
        self._socket.close()


def echo(connection):
    while data := connection.recv(1024):
        connection.sendall(data)


class LoadCase(ServerCase):

    def load(self, *flags, preexec=None):
        """(exit code, the JSON it printed); a failure says why in a line."""
        result = harness.run("sluice-load", f"--backend={self.backend}", "--json", *flags,
                             preexec=preexec)
        self.reason = result.stderr
        if result.returncode != 0:
            self.assertRegex(result.stderr, r"(?m)^sluice-load: .+$")
        try:
            return result.returncode, json.loads(result.stdout)
        except ValueError:
            self.fail(f"no JSON: {result}")

    def assert_clean(self, *flags):
        code, found = self.load(*flags)
        self.assertEqual(found["errors"], 0, found)
        self.assertGreater(found["requests"], 0)
        self.assertEqual(found["connections_ready"], found["connections"])
        self.assertEqual(code, 0)
        return found

    def assert_finds(self, reason, *flags):
        code, found = self.load("--connections=1", *FAST, *flags)
        self.assertEqual(code, 1)
        self.assertEqual(found["errors"], sum(found["error_reasons"].values()))
        self.assertGreater(found["error_reasons"][reason], 0, found)
        self.assertEqual(found["errors"], found["error_reasons"][reason], found)
        return found


@harness.on_every_backend
class AgainstEcho(LoadCase):

    def test_json_has_the_promised_keys_and_they_agree(self):
        server = self.serve("--tcp=127.0.0.1:0")
        found = self.assert_clean("--tcp", server.target(), "--size=100", *FAST)
        self.assertEqual(found["errors"], 0)
        self.assertAlmostEqual(found["rate_per_second"],
                               found["requests"] / found["elapsed_seconds"], delta=1)
        self.assertEqual(found["bytes"], found["requests"] * 100)
        latency = found["latency"]
        order = [latency[key] for key in ("p50_us", "p90_us", "p99_us", "p999_us", "max_us")]
        self.assertEqual(order, sorted(order))
        self.assertGreater(order[0], 0)
        self.assertEqual(found["backend"], self.backend)
        server.stop()

    def test_every_framing_size_and_depth(self):
        for framing in ("none", "line", "length"):
            server = self.serve("--tcp=127.0.0.1:0", f"--framing={framing}")
            for size, depth in ((1, 1), (7, 64), (5000, 3), (300_000, 4)):
                with self.subTest(framing=framing, size=size, depth=depth):
                    found = self.assert_clean(
                        "--tcp", server.target(), f"--framing={framing}", "--connections=5",
                        f"--size={size}", f"--depth={depth}", *FAST)
                    self.assertEqual(found["framing"], framing)
            server.stop()

    def test_upper_case_is_a_mismatch_unless_expected(self):
        server = self.serve("--tcp=127.0.0.1:0", "--udp=127.0.0.1:0", "--upper", listeners=2)
        self.assert_finds("mismatch", "--tcp", server.target())
        self.assert_clean("--tcp", server.target(), "--expect-upper", *FAST)
        self.assert_clean("--udp", server.target("udp"), "--expect-upper", "--connections=4", *FAST)
        server.stop()

    def test_udp(self):
        server = self.serve("--udp=127.0.0.1:0")
        for size in (8, 1400, 20_000):
            found = self.assert_clean("--udp", server.target("udp"), "--connections=4", "--depth=3",
                                      f"--size={size}", *FAST)
            self.assertEqual(found["datagrams_late"], 0)
            self.assertEqual(found["transport"], "udp")
        server.stop()

    def test_two_thousand_connections(self):
        server = self.serve("--tcp=127.0.0.1:0", "--report")
        self.assert_clean("--tcp", server.target(), "--connections=2000", *FAST)
        self.assertRegex(server.stop(), r"connections +2,000\n")

    def test_a_small_backlog_is_enough(self):
        server = self.serve("--tcp=127.0.0.1:0", "--backlog=5")
        self.assert_clean("--tcp", server.target(), "--connections=300", "--connecting=5", *FAST)
        server.stop()

    def test_a_short_duration_is_what_is_measured(self):
        server = self.serve("--tcp=127.0.0.1:0")
        elapsed = []
        for _ in range(20):  # a machine may be late, but not each time
            _, found = self.load("--tcp", server.target(), "--connections=1", "--warmup=1ms",
                                 "--duration=5ms")
            elapsed.append(found["elapsed_seconds"])
        self.assertGreaterEqual(max(elapsed), 0.005)
        self.assertLess(min(elapsed), 0.095)
        server.stop()

    def test_answers_that_take_longer_than_the_measurement_are_said(self):
        answer = threading.Event()

        def wait_and_echo(connection):
            connection.sendall(connection.recv(1024))
            answer.wait(1)
            echo(connection)

        server = PythonServer(self, wait_and_echo)
        code, found = self.load("--tcp", server.target, "--connections=1", "--depth=3",
                                "--warmup=0s", "--duration=50ms")
        self.assertEqual((code, found["errors"], found["requests"]), (1, 0, 0))
        self.assertRegex(self.reason, "nothing was answered in the .* smaller --depth")

    def test_idle_connections_answer_once_at_the_end(self):
        server = self.serve("--tcp=127.0.0.1:0", "--report")
        found = self.assert_clean("--tcp", server.target(), "--connections=1000", "--idle",
                                  "--duration=200ms")
        self.assertEqual(found["requests"], 1000)
        self.assertRegex(server.stop(), r"bytes +128,000\n")  # two requests of 64 bytes on each

    def test_idle_connections_that_the_server_closes_are_found(self):
        server = self.serve("--tcp=127.0.0.1:0", "--idle-timeout=100ms")
        code, found = self.load("--tcp", server.target(), "--connections=10", "--idle",
                                "--duration=1m")
        self.assertEqual(code, 1)
        self.assertEqual(found["error_reasons"]["peer_closed"], 10)
        self.assertEqual(found["requests"], 0)
        server.stop()

    def test_threads_and_unix_sockets(self):
        server = self.serve("--tcp=unix:@sluice-load-test-%d,127.0.0.1:0" % threading.get_native_id(),
                            "--threads=2", listeners=2)
        found = self.assert_clean("--tcp", server.target("stream"), "--threads=2", *FAST)
        self.assertEqual(found["threads"], 2)
        self.assert_clean("--tcp", server.target(), "--threads=3", "--connections=7", *FAST)
        server.stop()

    def test_a_signal_ends_it_early_with_results(self):
        under_way = threading.Event()

        def echo_and_tell(connection):
            for _ in range(100):
                connection.sendall(connection.recv(1024))
            under_way.set()
            echo(connection)

        server = PythonServer(self, echo_and_tell)
        process = subprocess.Popen(
            [harness.program("sluice-load"), f"--backend={self.backend}", "--tcp", server.target,
             "--connections=3", "--duration=1h", "--warmup=0s", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        self.assertTrue(under_way.wait(harness.WAIT_S))
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=harness.WAIT_S)
        found = json.loads(output)
        self.assertTrue(found["interrupted"])
        self.assertEqual(found["errors"], 0)
        self.assertGreater(found["requests"], 0)
        self.assertEqual(process.returncode, 1)
        self.assertRegex(errors, r"(?m)^sluice-load: interrupted: .+$")


@harness.on_every_backend
class AgainstBadServers(LoadCase):

    def test_a_flipped_byte(self):
        def flip_byte_1000(connection):
            seen = 0
            while data := bytearray(connection.recv(333)):
                if seen <= 1000 < seen + len(data):
                    data[1000 - seen] ^= 1
                seen += len(data)
                connection.sendall(data)

        server = PythonServer(self, flip_byte_1000)
        for framing in ("none", "length"):
            found = self.assert_finds("mismatch", "--tcp", server.target, f"--framing={framing}")
            self.assertIn("byte 1000 of the answers", found["first_failure"])

    def test_a_byte_too_many(self):
        def add(connection):
            while data := connection.recv(1024):
                connection.sendall(data + b"!")

        server = PythonServer(self, add)
        found = self.assert_finds("mismatch", "--tcp", server.target)
        self.assertIn("more than it sent", found["first_failure"])

    def test_an_end_in_the_middle(self):
        def end(connection):
            connection.sendall(connection.recv(1024))
            connection.sendall(connection.recv(1024)[:10])
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1024):
                pass

        self.assert_finds("peer_closed", "--tcp", PythonServer(self, end).target)

    def test_a_reset(self):
        def cut(connection):
            connection.sendall(connection.recv(1024))
            connection.recv(1)
            harness.reset(connection)

        self.assert_finds("peer_reset", "--tcp", PythonServer(self, cut).target)

    def test_no_answer(self):
        def swallow(connection):
            while connection.recv(1024):
                pass

        server = PythonServer(self, swallow)
        self.assert_finds("answer_timeout", "--tcp", server.target, "--timeout=100ms")
        self.assertIn("1 error (answer_timeout), the first: no answer within 100 ms", self.reason)

    def test_nobody_listens(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))  # bound and not listening: refused
            target = "127.0.0.1:%d" % holder.getsockname()[1]
            self.assert_finds("connect_refused", "--tcp", target)

    def test_a_queue_that_nobody_serves(self):
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
            filler = harness.connect(listener.getsockname())
            self.addCleanup(filler.close)
            # One more than the backlog was taken; this SYN is dropped.
            self.assert_finds("connect_timeout", "--tcp", "127.0.0.1:%d" % listener.getsockname()[1],
                              "--timeout=300ms")

    def test_one_bad_connection_among_good_ones(self):
        turn = iter(range(1000))

        def end_the_third(connection):
            if next(turn) == 2:
                connection.sendall(connection.recv(1024))
                connection.recv(1)
                return
            echo(connection)

        server = PythonServer(self, end_the_third)
        code, found = self.load("--tcp", server.target, "--connections=10", *FAST)
        self.assertEqual((code, found["errors"]), (1, 1))
        self.assertGreater(found["requests"], 0)

    def test_lost_datagrams_are_counted_and_no_error(self):
        server = PythonDatagramServer(self, lambda n, data: [data] if n % 5 else [])
        code, found = self.load("--udp", server.target, "--connections=2", "--udp-timeout=20ms",
                                *FAST)
        self.assertEqual((code, found["errors"]), (0, 0))
        self.assertGreater(found["datagrams_lost"], 0)
        self.assertGreater(found["requests"], found["datagrams_lost"])

    def test_repeated_datagrams_are_counted_and_no_error(self):
        server = PythonDatagramServer(self, lambda n, data: [data, data])
        code, found = self.load("--udp", server.target, "--connections=2", *FAST)
        self.assertEqual((code, found["errors"]), (0, 0))
        self.assertGreater(found["datagrams_late"], 0)

    def test_changed_datagrams_are_a_mismatch(self):
        for change in (lambda data: data[:-1] + bytes([data[-1] ^ 1]), lambda data: data + b"x",
                       lambda data: data[:-1], lambda data: b"?" + data[1:]):
            server = PythonDatagramServer(
                self, lambda n, data, change=change: [change(data) if n > 20 else data])
            code, found = self.load("--udp", server.target, "--connections=1",
                                    "--udp-timeout=20ms", *FAST)
            self.assertEqual(code, 1)
            self.assertEqual(found["errors"], found["error_reasons"]["mismatch"])

    def test_datagrams_that_all_get_lost(self):
        server = PythonDatagramServer(self, lambda n, data: [])
        found = self.assert_finds("answer_timeout", "--udp", server.target, "--udp-timeout=20ms")
        self.assertGreater(found["datagrams_sent"], 1)
        self.assertEqual(found["datagrams_lost"], found["datagrams_sent"])
        self.assertRegex(self.reason, r"nothing was answered: all \d+ datagrams were lost")

    def test_a_closed_port_takes_no_longer_than_the_duration(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
            holder.bind(("127.0.0.1", 0))
            target = "127.0.0.1:%d" % holder.getsockname()[1]
        # Far more sockets than are opened at a time: each for itself would make it half an hour.
        code, found = self.load("--udp", target, "--connections=1000", "--connecting=2",
                                "--udp-timeout=20ms", "--timeout=1h", "--duration=500ms")
        self.assertEqual((code, found["connections_ready"]), (1, 0))
        self.assertEqual(found["datagrams_lost"], found["datagrams_sent"])

    def test_the_tutorials_own_server(self):
        """listen(5), one client after the other, recv(1024), upper-cased text."""
        def upper(connection):
            while data := connection.recv(1024):
                connection.sendall(data.decode().upper().encode())

        server = PythonServer(self, upper)
        self.assert_clean("--tcp", server.target, "--connections=1", "--expect-upper", *FAST)


class BadInput(unittest.TestCase):

    def refused(self, code, pattern, *flags, preexec=None):
        result = harness.run("sluice-load", *flags, preexec=preexec)
        self.assertEqual(result.returncode, code, result)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertRegex(result.stderr, pattern)

    def test_flags_without_meaning(self):
        target = "--tcp=127.0.0.1:9"
        for flags, pattern in (
                ([], "one of --tcp, --udp and --http"),
                ([target, "--udp=127.0.0.1:9"], "one of --tcp, --udp and --http"),
                ([target, "--http=http://127.0.0.1:9"], "one of --tcp, --udp and --http"),
                ([target, "--body=x"], "--body has no effect without --http"),
                ([target, "--idle", "--requests=1"], "--requests has no effect with"),
                (["127.0.0.1:9"], "unexpected argument"),
                (["--tcp=127.0.0.1"], "malformed endpoint \"127.0.0.1\""),
                (["--tcp=127.0.0.1:0"], "port 0"),
                (["--udp=unix:/tmp/sluice-is-not-there"], "IP address"),
                ([target, "--size=0"], "--size must be from 1"),
                (["--udp=127.0.0.1:9", "--size=4"], "--size must be from 8"),
                (["--udp=127.0.0.1:9", "--size=65508"], "--size must be from 8 to 65507"),
                ([target, "--depth=0"], "--depth must be from 1"),
                ([target, "--connections=0"], "--connections must be from 1"),
                ([target, "--duration=0s"], "--duration must be"),
                ([target, "--framing=x"], "unknown framing \"x\""),
                (["--tcp="], "--tcp needs a value"),
                (["--tcp=127.0.0.1:9,"], "has a comma: one address is wanted"),
                ([target, "--duration=10"], "--duration cannot be \"10\": .*such as 10s"),
                ([target, "--connections=many"], "--connections cannot be .*such as 64"),
                (["--udp=127.0.0.1:9", "--framing=none"], "--framing has no effect with --udp"),
                ([target, "--udp-timeout=1s"], "--udp-timeout has no effect with --tcp"),
                ([target, "--idle", "--depth=2"], "--depth has no effect with --idle"),
                ([target, "--size=16000000", "--depth=1000"], "--size times --depth")):
            with self.subTest(flags=flags):
                self.refused(2, "^sluice-load: .*" + pattern, *flags)

    def test_an_unknown_host(self):
        self.refused(1, "cannot resolve host", "--tcp=no-such-host.invalid:9999")

    def test_too_few_descriptors(self):
        self.refused(1, "500 sockets need .* this process may have 100: raise the limit",
                     "--tcp=127.0.0.1:9", "--connections=500", preexec=harness.limit_descriptors(100))

    def test_help_shows_examples(self):
        result = harness.run("sluice-load", "--help")
        self.assertEqual(result.returncode, 0)
        for part in ("Usage: sluice-load", "Examples:", "--connections=64", "--backend=auto"):
            self.assertIn(part, result.stdout)


if __name__ == "__main__":
    unittest.main()
