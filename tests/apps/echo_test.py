"""sluice-echo as the tutorials' own clients and their accidents meet it, on both backends."""

import os
import re
import signal
import socket
import struct
import tempfile
import threading
import time
import unittest

import harness
from harness import ServerCase, receive_exactly, receive_to_end

TCP = "--tcp=127.0.0.1:0"
UDP = "--udp=127.0.0.1:0"


def upper_ascii(data):
    """What --upper promises: ASCII letters change, whole characters stay."""
    return bytes(b - 32 if 97 <= b <= 122 else b for b in data)


@harness.on_every_backend
class TutorialClients(ServerCase):
    """Blocking sockets, no framing, recv(1024)."""

    def converse(self, client, text, encoding="utf-8"):
        """One turn of the tutorials' client."""
        client.send(text.encode(encoding))
        return client.recv(1024).decode(encoding)

    def test_upper_cases_text_of_every_client_at_once(self):
        server = self.serve(TCP, "--upper")
        clients = [self.client(server.address()) for _ in range(200)]
        # The last first: no client waits for another to finish.
        for number, client in reversed(list(enumerate(clients))):
            self.assertEqual(self.converse(client, f"hello {number}"), f"HELLO {number}")
        for client in clients:
            self.assertEqual(self.converse(client, "再见 bye"), "再见 BYE")
            client.close()
        self.stop(server)

    def test_utf8_text_stays_whole(self):
        server = self.serve(TCP, "--upper")
        client = self.client(server.address())
        for text in ("你好 world", "粘包 straße é", "\U0001f600 ok", "ASCII only"):
            self.assertEqual(self.converse(client, text).encode(), upper_ascii(text.encode()))
        self.stop(server)

    def test_gbk_text_stays_whole_byte_by_byte(self):
        server = self.serve(TCP, "--upper", "--encoding=gbk")
        client = self.client(server.address())
        # Characters whose second byte looks like a lower-case letter.
        text = "".join(
            character for character in map(chr, range(0x4e00, 0x9fa6))
            if (code := character.encode("gbk", "ignore")) and 0x61 <= code[-1] <= 0x7a)
        self.assertGreater(len(text), 1000)
        self.assertEqual(self.converse(client, "abc" + text[:100], "gbk"), "ABC" + text[:100])
        data = ("x" + text).encode("gbk")
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin in range(0, len(data), 7):  # odd pieces cut characters in two
            client.sendall(data[begin:begin + 7])
        self.assertEqual(receive_exactly(client, len(data)).decode("gbk"), "X" + text)
        self.stop(server)

    def test_without_upper_every_byte_comes_back(self):
        server = self.serve(TCP)
        data = bytes(range(256)) * 4000
        client = self.client(server.address())
        client.sendall(data[:100])
        self.assertEqual(receive_exactly(client, 100), data[:100])
        self.stop(server)

    def test_abrupt_closes_harm_nobody_else(self):
        server = self.serve(TCP, "--upper", "--log-closes", "--report")
        survivor = self.client(server.address())
        for round_number in range(50):
            victim = harness.connect(server.address())
            if round_number % 2:
                victim.sendall(b"x" * 100_000)
            harness.reset(victim)
            self.assertEqual(self.converse(survivor, "alive"), "ALIVE")
        harness.wait_until(lambda: server.errors().count("\n") == 50,
                           lambda: server.errors())
        self.assertIn("peer reset", server.errors())
        survivor.close()
        harness.wait_until(lambda: server.errors().count("\n") == 51,
                           lambda: server.errors())
        self.assertRegex(self.stop(server), r"connections +51\n")

    def test_silent_clients_cost_the_others_nothing(self):
        server = self.serve(TCP, "--upper")
        silent = [self.client(server.address()) for _ in range(100)]
        self.assert_serves(server.address())
        for client in silent:
            self.assertEqual(self.converse(client, "awake"), "AWAKE")
        server.stop()  # silent clients do not keep it

    def test_silent_clients_are_closed_where_asked(self):
        server = self.serve(TCP, "--idle-timeout=100ms", "--log-closes")
        silent = [self.client(server.address()) for _ in range(20)]
        for client in silent:
            self.assertEqual(client.recv(1024), b"")
        server.wait_for_error("idle timeout")
        self.assert_serves(server.address())
        self.stop(server)

    def test_a_half_close_gets_the_whole_answer(self):
        server = self.serve(TCP)
        data = os.urandom(300_000)
        client = self.client(server.address())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        self.assertEqual(receive_to_end(client), data)
        self.stop(server)


@harness.on_every_backend
class Framing(ServerCase):

    def test_lines_split_and_glued(self):
        server = self.serve(TCP, "--framing=line", "--upper")
        client = self.client(server.address())
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (b"one\ntw", b"o\r", b"\n", b"\nthree"):
            client.sendall(piece)
        self.assertEqual(receive_exactly(client, 10), b"ONE\nTWO\r\n\n")
        client.sendall(b"\n")
        self.assertEqual(receive_exactly(client, 6), b"THREE\n")
        self.stop(server)

    def test_lengths_split_and_glued(self):
        server = self.serve(TCP, "--framing=length", "--upper")
        client = self.client(server.address())
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # 0x61626364 as a length would be "abcd": upper-casing must not touch the header.
        messages = [b"a" * 0x61, b"", b"z", b"\n" * 3000]
        wire = b"".join(struct.pack(">I", len(m)) + m for m in messages)
        for begin in range(0, len(wire), 101):
            client.sendall(wire[begin:begin + 101])
        expected = b"".join(struct.pack(">I", len(m)) + m.upper() for m in messages)
        self.assertEqual(receive_exactly(client, len(expected)), expected)
        self.stop(server)

    def test_an_over_long_line_is_a_typed_close_after_the_answers_before_it(self):
        server = self.serve(TCP, "--framing=line", "--max-message-bytes=100", "--log-closes")
        client = self.client(server.address())
        client.sendall(b"fits\n" + b"x" * 100 + b"\n" + b"y" * 1000)
        self.assertEqual(receive_to_end(client), b"fits\n" + b"x" * 100 + b"\n")
        client.close()
        server.wait_for_error("closed .*: protocol error: message too long; ")
        self.assert_serves_line(server.address())
        self.stop(server)

    def test_an_over_long_length_is_a_typed_close(self):
        server = self.serve(TCP, "--framing=length", "--max-message-bytes=100", "--log-closes")
        client = self.client(server.address())
        client.sendall(struct.pack(">I", 3) + b"abc" + b"GET / HTTP/1.0\r\n\r\n")
        self.assertEqual(receive_to_end(client), struct.pack(">I", 3) + b"abc")
        client.close()
        server.wait_for_error("closed .*: protocol error: message too long; ")
        self.stop(server)

    def assert_serves_line(self, address):
        client = self.client(address)
        client.sendall(b"next\n")
        self.assertEqual(receive_exactly(client, 5), b"next\n")


@harness.on_every_backend
class Datagrams(ServerCase):

    def socket(self):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.settimeout(harness.WAIT_S)
        self.addCleanup(client.close)
        return client

    def test_upper_cases_each_datagram_for_every_client(self):
        server = self.serve(UDP, "--upper")
        clients = [self.socket() for _ in range(50)]
        for number, client in enumerate(clients):
            client.sendto(f"你好 {number} abc".encode(), server.address("udp"))
        for number, client in enumerate(clients):
            data, peer = client.recvfrom(1024)
            self.assertEqual(data.decode(), f"你好 {number} ABC")
            self.assertEqual(peer, server.address("udp"))
        self.stop(server)

    def test_every_size_comes_back_whole(self):
        server = self.serve(UDP)
        client = self.socket()
        for size in (0, 1, 512, 1472, 1473, 9000, 65507):
            data = os.urandom(size)
            client.sendto(data, server.address("udp"))
            self.assertEqual(client.recvfrom(65535)[0], data, size)
        self.stop(server)

    def test_tcp_and_udp_at_once(self):
        server = self.serve(TCP, UDP, listeners=2)
        client = self.socket()
        client.sendto(b"datagram", server.address("udp"))
        self.assert_serves(server.address("tcp"))
        self.assertEqual(client.recvfrom(1024)[0], b"datagram")
        self.stop(server)

    def test_its_own_port_gets_no_answer(self):
        """Else two servers with spoofed addresses answer each other for ever."""
        server = self.serve(UDP, "--report")
        host, port = server.address("udp")
        twin = self.socket()
        twin.bind(("127.0.0.2", port))
        client = self.socket()
        twin.sendto(b"ping", (host, port))
        client.sendto(b"after", (host, port))
        self.assertEqual(client.recvfrom(1024)[0], b"after")
        twin.setblocking(False)
        with self.assertRaises(BlockingIOError):
            twin.recvfrom(1024)
        self.assertRegex(self.stop(server), r"not answered +1\n")


@harness.on_every_backend
class Listeners(ServerCase):

    def test_the_listening_line_says_all(self):
        server = self.serve(TCP, UDP, "--backlog=77", listeners=2)
        self.assertRegex(
            server.lines[0],
            rf"^listening tcp 127\.0\.0\.1:\d+ \({self.backend}, 1 loop, backlog 77\)$")
        self.assertRegex(server.lines[1],
                         rf"^listening udp 127\.0\.0\.1:\d+ \({self.backend}, 1 loop\)$")
        self.stop(server)

    def test_several_addresses_unix_and_ipv6_among_them(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "echo.sock")
            flags = [TCP, f"--tcp=127.0.0.1:0,unix:{path}"]
            if socket.has_ipv6 and os.path.exists("/proc/net/if_inet6"):
                flags.append("--tcp=[::1]:0")
            server = self.serve(*flags, listeners=len(flags) + 1)
            self.assertNotEqual(server.address(index=0), server.address(index=1))
            self.assert_serves(server.address("stream"))
            for index in range(len(flags)):
                self.assert_serves(server.address(index=index))
            self.stop(server)
            self.assertFalse(os.path.exists(path), "the socket's file goes with its server")

    def test_loops_share_the_port_the_first_one_got(self):
        server = self.serve(TCP, UDP, "--threads=2", "--report", listeners=2)
        self.assertIn("2 loops", server.lines[0])
        clients = [self.client(server.address()) for _ in range(50)]
        for client in clients:
            client.sendall(b"shared")
        for client in clients:
            self.assertEqual(receive_exactly(client, 6), b"shared")
            client.close()
        for _ in range(20):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(harness.WAIT_S)
                client.sendto(b"u", server.address("udp"))
                self.assertEqual(client.recvfrom(10)[0], b"u")
        self.assertRegex(self.stop(server), r"connections +50\n(.*\n)*.*datagrams +20\n")

    def test_beyond_max_connections_they_wait_their_turn(self):
        server = self.serve(TCP, "--max-connections=2", "--upper")
        first, second, third = (self.client(server.address()) for _ in range(3))
        for client in (first, second):
            client.sendall(b"in")
            self.assertEqual(receive_exactly(client, 2), b"IN")
        third.sendall(b"queued")
        # The second is answered again although the third asked first: the third is not accepted.
        second.sendall(b"again")
        self.assertEqual(receive_exactly(second, 5), b"AGAIN")
        third.setblocking(False)
        with self.assertRaises(BlockingIOError):
            third.recv(10)
        third.settimeout(harness.WAIT_S)
        first.close()
        self.assertEqual(receive_exactly(third, 6), b"QUEUED")
        self.stop(server)


@harness.on_every_backend
class Hardship(ServerCase):

    def test_a_client_that_never_reads_is_held_back_and_loses_nothing(self):
        server = self.serve(TCP)
        client = self.client(server.address())
        client.setblocking(False)
        block = bytes(range(256)) * 256
        sent = 0
        blocked_since = None
        # Blocked for good once a second passes without room; far above what buffers can hold
        # the server would have taken everything, and backpressure be missing.
        while blocked_since is None or time.monotonic() - blocked_since < 1:
            try:
                sent += client.send(block[sent % len(block):])
                blocked_since = None
            except BlockingIOError:
                blocked_since = blocked_since or time.monotonic()
                self.assert_serves(server.address())
            self.assertLess(sent, 256 << 20, "the server takes without end")
        client.settimeout(harness.WAIT_S)
        client.shutdown(socket.SHUT_WR)
        answer = receive_to_end(client)
        self.assertEqual(len(answer), sent)
        self.assertEqual(answer, (block * (sent // len(block) + 1))[:sent])
        self.stop(server)

    def test_out_of_descriptors_it_neither_spins_nor_forgets(self):
        server = self.serve(TCP, "--backlog=256", preexec=harness.limit_descriptors(64))
        clients = [self.client(server.address()) for _ in range(200)]
        for client in clients:
            client.sendall(b"ping")
        served = [client for client in clients[:20] if receive_exactly(client, 4) == b"ping"]
        self.assertEqual(len(served), 20)
        cpu, began = server.cpu_seconds(), time.monotonic()
        time.sleep(1)  # the window of the measurement
        ratio = (server.cpu_seconds() - cpu) / (time.monotonic() - began)
        self.assertLess(ratio, 0.25, "it spins on a full descriptor table")
        clients[0].sendall(b"still")
        self.assertEqual(receive_exactly(clients[0], 5), b"still")
        # Each close makes room for one that waits, to the last.
        for number, client in enumerate(clients):
            if number >= 20:
                self.assertEqual(receive_exactly(client, 4), b"ping", number)
            client.close()
        self.assert_serves(server.address())
        self.stop(server)

    def test_sigterm_under_load_answers_a_prefix_and_ends(self):
        server = self.serve(TCP)
        clients = [self.client(server.address()) for _ in range(50)]
        data = os.urandom(20_000)
        for client in clients:
            client.sendall(data)
        for client in clients[:10]:
            self.assertEqual(receive_exactly(client, 1000), data[:1000])
        server.signal()
        for number, client in enumerate(clients):
            answer = bytearray(data[:1000] if number < 10 else b"")
            try:
                while piece := client.recv(65536):
                    answer += piece
            except ConnectionResetError:
                pass
            self.assertTrue(data.startswith(bytes(answer)), "what is answered is what was sent")
            client.close()
        self.assertEqual(server.wait()[0], 0)
        with self.assertRaises(ConnectionRefusedError):
            harness.connect(server.address())

    def test_sigterm_answers_what_waits_behind_backpressure(self):
        server = self.serve(TCP)
        client = self.client(server.address())
        data = os.urandom(5_000_000)
        sender = threading.Thread(target=client.sendall, args=(data,), daemon=True)
        sender.start()
        sender.join(5)
        if sender.is_alive():
            self.skipTest("the socket buffers here hold less than 5 MB")
        server.signal()
        answer = bytearray()
        while piece := client.recv(65536):
            answer += piece
        self.assertEqual(len(answer), len(data))
        self.assertEqual(bytes(answer), data)
        client.close()
        self.assertEqual(server.wait()[0], 0)

    def test_a_second_signal_does_not_wait(self):
        server = self.serve(TCP, "--drain=1h")
        stuck = self.client(server.address())
        stuck.setblocking(False)
        blocked_since = None
        while blocked_since is None or time.monotonic() - blocked_since < 0.5:
            try:
                stuck.send(b"x" * 65536)
                blocked_since = None
            except BlockingIOError:
                blocked_since = blocked_since or time.monotonic()
        server.signal()

        def refused():
            try:
                harness.connect(server.address()).close()
                return False
            except ConnectionError:
                return True

        harness.wait_until(refused, lambda: "the listener closes on the first signal")
        self.assertIsNone(server.process.poll(), "it drains what the client does not read")
        server.signal(signal.SIGINT)
        self.assertEqual(server.wait()[0], 0)

    def test_connections_that_come_and_go_leave_nothing(self):
        server = self.serve(TCP)
        self.assert_serves(server.address())
        folder = f"/proc/{server.process.pid}/fd"
        before = len(os.listdir(folder))
        for number in range(300):
            client = harness.connect(server.address())
            client.sendall(b"hi")
            if number % 3:
                self.assertEqual(receive_exactly(client, 2), b"hi")
            harness.reset(client) if number % 2 else client.close()
        harness.wait_until(lambda: len(os.listdir(folder)) <= before,
                           lambda: f"{len(os.listdir(folder))} descriptors, {before} before")
        self.stop(server)


class BadInput(unittest.TestCase):
    """One clear line on standard error; 2 for what makes no sense, 1 for what cannot be done."""

    def refused(self, code, pattern, *flags, preexec=None):
        result = harness.run("sluice-echo", *flags, preexec=preexec)
        self.assertEqual(result.returncode, code, result)
        self.assertEqual(result.stdout, "")
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertRegex(result.stderr, pattern)

    def test_flags_without_meaning(self):
        for flags, pattern in (
                (["--nope"], "unknown flag --nope"),
                (["stray"], "unexpected argument \"stray\""),
                (["--tcp"], "--tcp needs a value"),
                (["--backlog=many"], "--backlog cannot be \"many\""),
                (["--backlog=-5"], "--backlog must be from -1"),
                (["--threads=-1"], "--threads must be from 0"),
                (["--backend=kqueue"], "--backend cannot be \"kqueue\""),
                (["--framing=xml"], "unknown framing \"xml\""),
                (["--encoding=morse"], "unknown encoding \"morse\""),
                (["--max-message-bytes=0"], "--max-message-bytes must be from 1"),
                (["--idle-timeout=-1s"], "--idle-timeout must be from 0"),
                (["--idle-timeout=5"], "--idle-timeout cannot be \"5\": .*such as 10s"),
                (["--tcp="], "--tcp needs a value"),
                (["--tcp=127.0.0.1:0,"], "comma too many"),
                (["--encoding=gbk"], "--encoding has no effect without --upper"),
                (["--max-message-bytes=9"], "--max-message-bytes has no effect without --framing"),
                (["--udp=127.0.0.1:0", "--framing=line"], "--framing has no effect on datagrams"),
                (["--udp=127.0.0.1:0", "--backlog=9"], "--backlog has no effect on datagrams")):
            with self.subTest(flags=flags):
                self.refused(2, "^sluice-echo: .*" + pattern, *flags)

    def test_malformed_endpoints(self):
        for text in ("nonsense", "127.0.0.1", "127.0.0.1:", "127.0.0.1:70000", "127.0.0.1:http",
                     "::1:80", "[::1", "unix:", "unix:" + "x" * 200):
            for flag in ("--tcp", "--udp"):
                with self.subTest(flag=flag, text=text):
                    self.refused(2, f"^sluice-echo: {flag}: .*" + re.escape(text), f"{flag}={text}")

    def test_a_path_that_is_no_socket(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "notes.txt")
            with open(path, "w") as file:
                file.write("mine")
            for program in ("sluice-echo", "sluice-load"):
                for taken, what in ((path, "a file"), (folder, "a directory")):
                    result = harness.run(program, f"--tcp=unix:{taken}")
                    self.assertEqual(result.returncode, 1, result)
                    self.assertIn(f"unix:{taken} is there and is {what}, not a socket",
                                  result.stderr)
            with open(path) as file:
                self.assertEqual(file.read(), "mine")

    def test_an_unknown_host(self):
        self.refused(1, "cannot resolve host \"no-such-host.invalid\"",
                     "--tcp=no-such-host.invalid:9999")

    def test_a_bound_port(self):
        for flag, socket_type in (("--tcp", socket.SOCK_STREAM), ("--udp", socket.SOCK_DGRAM)):
            with socket.socket(socket.AF_INET, socket_type) as holder:
                holder.bind(("127.0.0.1", 0))
                if socket_type == socket.SOCK_STREAM:
                    holder.listen()
                address = "127.0.0.1:%d" % holder.getsockname()[1]
                for threads in ("1", "2"):
                    with self.subTest(flag=flag, threads=threads):
                        self.refused(1, f"{address}.*in use", f"{flag}={address}",
                                     f"--threads={threads}")

    def test_a_second_server_does_not_slip_in_beside_a_first_with_several_loops(self):
        first = harness.Server("sluice-echo", "--tcp=127.0.0.1:0", "--udp=127.0.0.1:0",
                               "--threads=2", listeners=2)
        self.addCleanup(first.kill)
        for flag, transport in (("--tcp", "tcp"), ("--udp", "udp")):
            address = first.target(transport)
            self.refused(1, f"{address}.*in use", f"{flag}={address}", "--threads=2")
        first.stop()

    def test_an_address_of_another_host(self):
        self.refused(1, "192.0.2.1:9999", "--tcp=192.0.2.1:9999")

    def test_a_port_that_needs_permission(self):
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start") as start:
            if int(start.read()) <= 1:
                self.skipTest("every port is free to use here")
        if os.geteuid() != 0:
            return self.refused(1, "127.0.0.1:1.*[Pp]ermission", "--tcp=127.0.0.1:1")
        path = os.path.abspath(harness.program("sluice-echo"))
        while path != "/":
            if not os.stat(path).st_mode & 0o001:
                self.skipTest(f"another user may not run what is in {path}")
            path = os.path.dirname(path)

        def become_nobody():
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)

        self.refused(1, "127.0.0.1:1.*[Pp]ermission", "--tcp=127.0.0.1:1", preexec=become_nobody)

    def test_help_shows_examples_and_our_flags_alone(self):
        result = harness.run("sluice-echo", "--help")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(result.stderr, "")
        for part in ("Usage: sluice-echo", "Examples:", "--tcp", "--backlog=128", "--threads=1",
                     "--backend=auto"):
            self.assertIn(part, result.stdout)
        self.assertNotIn("flagfile", result.stdout)
        self.assertLess(result.stdout.count("\n"), 80)


if __name__ == "__main__":
    unittest.main()
