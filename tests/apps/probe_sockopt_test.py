"""sluice-probe sockopt and listen-queue, held against what Python's own sockets say."""

import errno
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import unittest

import harness

NUMBERED = re.compile(r"(SO|TCP|UDP|IP|IPV6)_[A-Z0-9_]+")


def lines_of(*flags, code=0):
    result = harness.run("sluice-probe", *flags, "--json")
    assert result.returncode == code, result
    return [json.loads(line) for line in result.stdout.splitlines()]


def by_name(*flags):
    return {line["name"]: line for line in lines_of("sockopt", *flags) if "name" in line}


class Sockopt(unittest.TestCase):
    def assert_as_python_says(self, shown, own):
        """Every number of `shown` that Python has a name for is what `own` has."""
        compared = 0
        for name, line in shown.items():
            number = getattr(socket, name, None)
            # Those that tell of one socket, or of one moment.
            if number is None or name in ("SO_COOKIE", "TCP_TIMESTAMP", "SO_INCOMING_CPU"):
                continue
            level = getattr(socket, line["level"])
            try:
                value = own.getsockopt(level, number)
            except OSError:
                self.assertTrue("error" in line or line["text"] == "(set only)", line)
                continue
            if "value" in line:
                self.assertEqual(line["value"], value, line)
                compared += 1
        return compared

    def test_fresh_sockets(self):
        for kind, family, kind_of in (("tcp", socket.AF_INET, socket.SOCK_STREAM),
                                      ("tcp6", socket.AF_INET6, socket.SOCK_STREAM),
                                      ("udp", socket.AF_INET, socket.SOCK_DGRAM),
                                      ("udp6", socket.AF_INET6, socket.SOCK_DGRAM),
                                      ("unix", socket.AF_UNIX, socket.SOCK_STREAM),
                                      ("unix-datagram", socket.AF_UNIX, socket.SOCK_DGRAM)):
            with self.subTest(kind=kind):
                try:
                    own = socket.socket(family, kind_of)
                except OSError as error:
                    self.skipTest(str(error))
                with own:
                    self.assertGreater(self.assert_as_python_says(by_name(kind), own), 10)

    def test_every_option_has_a_meaning_and_a_value_or_a_reason(self):
        names = set()
        for kind in ("tcp", "tcp6", "udp", "udp6", "unix"):
            for name, line in by_name(kind).items():
                names.add(name)
                self.assertTrue(line["meaning"] and line["text"], line)
        known = {name for name in dir(socket) if NUMBERED.fullmatch(name)}
        # Values and old names, which are no options.
        known -= {"SO_VM_SOCKETS_BUFFER_SIZE", "SO_VM_SOCKETS_BUFFER_MIN_SIZE", "IP_HDRINCL",
                  "SO_VM_SOCKETS_BUFFER_MAX_SIZE", "IP_DEFAULT_MULTICAST_LOOP", "IPV6_RTHDR_TYPE_0",
                  "IP_DEFAULT_MULTICAST_TTL", "IP_MAX_MEMBERSHIPS", "IPV6_NEXTHOP", "IPV6_HOPLIMIT", "IP_RECVRETOPTS",
                  "UDPLITE_RECV_CSCOV", "UDPLITE_SEND_CSCOV"}
        self.assertEqual({name for name in known if not name.startswith("SO_J1939")} - names, set())

    def test_a_value_is_set_and_read_again(self):
        for kind, flags, family_type in (("tcp", [], socket.SOCK_STREAM), ("udp", [], socket.SOCK_DGRAM)):
            with socket.socket(socket.AF_INET, family_type) as own:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 30000)
                granted = own.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
            lines = lines_of("sockopt", kind, "--set=SO_RCVBUF=30000", "--set=IP_TTL=9")
            self.assertEqual(lines[0]["set"], "SO_RCVBUF")
            values = {line["name"]: line.get("value") for line in lines if "name" in line}
            self.assertEqual(values["SO_RCVBUF"], granted)
            self.assertEqual(values["IP_TTL"], 9)
        result = harness.run("sluice-probe", "sockopt", "tcp", "--set=SO_RCVBUF=30000",
                             "--set=SO_LINGER=5", "--set=SO_RCVTIMEO=1.5", "--set=TCP_NODELAY=on")
        self.assertIn("is 60,000 B; the kernel doubles it", result.stdout)
        self.assertRegex(result.stdout, r"SO_LINGER +5 s")
        self.assertRegex(result.stdout, r"SO_RCVTIMEO +1\.50 s")
        self.assertIn("set TCP_NODELAY=on: was off, is on\n", result.stdout)

    def test_what_cannot_be_set(self):
        for setting, words in (("SO_TYPE=1", "SO_TYPE can only be read"),
                               ("SO_FOO=1", 'no option "SO_FOO"'),
                               ("TCP_NODELAY=maybe", "wanted: 1, 0, on or off"),
                               ("IP_TTL=999", "cannot set IP_TTL to 999: EINVAL"),
                               ("SO_TXTIME=1", "its value is a struct")):
            result = harness.run("sluice-probe", "sockopt", "tcp", f"--set={setting}")
            self.assertEqual(result.returncode, 1, result)
            self.assertIn(words, result.stderr)

    def test_eighty_columns(self):
        result = harness.run("sluice-probe", "sockopt", "tcp")
        for line in result.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_a_connection_and_a_listener(self):
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            shown = by_name("tcp", "127.0.0.1:%d" % server.getsockname()[1])
        fields = shown["TCP_INFO"]["fields"]
        self.assertEqual(fields["state"], "ESTABLISHED")
        self.assertEqual(fields["total_retrans"], "0")
        self.assertIn("wscale", fields["options"])
        self.assertGreater(int(re.match(r"\d+", fields["rtt"]).group()), 0)
        self.assertGreater(int(shown["IP_MTU"]["value"]), 1000)
        listener = by_name("tcp-listen", "127.0.0.1:0", "--backlog=7")
        self.assertEqual(listener["SO_ACCEPTCONN"]["value"], 1)
        self.assertEqual(listener["TCP_INFO"]["fields"]["state"], "LISTEN")
        self.assertEqual(listener["TCP_INFO"]["fields"]["sacked"], "7")
        result = harness.run("sluice-probe", "sockopt", "tcp", "127.0.0.1:1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("cannot connect to 127.0.0.1:1: ECONNREFUSED", result.stderr)

    def test_the_socket_of_another_process(self):
        with socket.socket() as own:
            own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            flags = (f"--pid={os.getpid()}", f"--fd={own.fileno()}")
            result = harness.run("sluice-probe", "sockopt", *flags)
            if "EPERM" in result.stderr or "ENOSYS" in result.stderr:
                self.skipTest(result.stderr)
            self.assertRegex(result.stdout, r"TCP_NODELAY +on")
            lines_of("sockopt", *flags, "--set=SO_PRIORITY=3")
            self.assertEqual(own.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY), 3)

    def test_what_reading_takes_away_stays_with_the_other_process(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.bind(("127.0.0.1", 0))
            nobody = gone.getsockname()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            own.connect(nobody)
            own.send(b"x")
            flags = (f"--pid={os.getpid()}", f"--fd={own.fileno()}")
            result = harness.run("sluice-probe", "sockopt", *flags)
            if "EPERM" in result.stderr or "ENOSYS" in result.stderr:
                self.skipTest(result.stderr)
            self.assertRegex(result.stdout, r"SO_ERROR +\(not read\) +.*cleared by reading")
            self.assertNotIn("error", by_name(*flags)["SO_ERROR"])
            self.assertEqual(own.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR),
                             errno.ECONNREFUSED)

    def test_interfaces_by_name(self):
        for kind, name in (("udp", "IP_UNICAST_IF"), ("udp6", "IPV6_UNICAST_IF")):
            with self.subTest(option=name):
                result = harness.run("sluice-probe", "sockopt", kind, f"--set={name}=lo")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(f"set {name}=lo: was any, is lo\n", result.stdout)


class ListenQueue(unittest.TestCase):
    def test_connections_that_nobody_accepts(self):
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen(3)
            address = "127.0.0.1:%d" % server.getsockname()[1]
            clients = [socket.create_connection(server.getsockname()) for _ in range(2)]
            (line,) = lines_of("listen-queue", address)
            self.assertEqual((line["transport"], line["address"]), ("tcp", address))
            self.assertEqual((line["length"], line["limit"], line["drops"], line["half_open"]),
                             (2, 3, 0, 0))
            text = harness.run("sluice-probe", "listen-queue", f":{server.getsockname()[1]}").stdout
            self.assertRegex(text, rf"tcp +{address} +2 +3 +0 +0 +\S+ \({os.getpid()}, fd "
                                   rf"{server.fileno()}\)")
            self.assertIn(address, harness.run("sluice-probe", "listen-queue").stdout)
            for client in clients:
                client.close()

    def test_datagrams_that_nobody_reads(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            server.bind(("127.0.0.1", 0))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                for _ in range(50):
                    sender.sendto(b"x" * 500, server.getsockname())
            (line,) = lines_of("listen-queue", "127.0.0.1:%d" % server.getsockname()[1])
            self.assertEqual(line["transport"], "udp")
            self.assertEqual(line["limit"], server.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF))
            self.assertGreater(line["length"], 0)
            received = 0
            server.setblocking(False)
            try:
                while server.recv(1000):
                    received += 1
            except BlockingIOError:
                pass
            self.assertEqual(line["drops"], 50 - received)

    def test_unix_listeners(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
            path = os.path.join(folder, "socket")
            server.bind(path)
            server.listen(5)
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(path)
                (line,) = lines_of("listen-queue", f"unix:{path}")
                self.assertEqual((line["length"], line["limit"]), (1, 5))

    def test_nobody_listens(self):
        result = harness.run("sluice-probe", "listen-queue", "127.0.0.1:1")
        self.assertEqual(result.returncode, 1)
        self.assertIn("nobody listens on 127.0.0.1:1", result.stderr)

    def test_watching_until_ctrl_c(self):
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            address = "127.0.0.1:%d" % server.getsockname()[1]
            watch = subprocess.Popen(
                [harness.program("sluice-probe"), "listen-queue", address, "--watch", "--json"],
                stdout=subprocess.PIPE, text=True)
            self.addCleanup(watch.kill)
            first = json.loads(watch.stdout.readline())
            with socket.create_connection(server.getsockname()):
                line = json.loads(watch.stdout.readline())
                while line["length"] == 0:
                    line = json.loads(watch.stdout.readline())
            self.assertEqual(first["length"], 0)
            watch.send_signal(signal.SIGINT)
            watch.communicate(timeout=harness.WAIT_S)
            self.assertEqual(watch.returncode, 0)


if __name__ == "__main__":
    unittest.main()
