"""sluice-files: our protocol against an implementation in plain Python, transfers that break, full
disks, hostile names; both ends on both backends."""

import hashlib
import json
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import files_wire as wire
import harness

LISTEN = "--listen=127.0.0.1:0"


def pattern(size, seed=1):
    """Bytes in which every place looks different."""
    block = b"".join(hashlib.sha256(b"%d %d" % (seed, i)).digest() for i in range(512))
    return b"".join(bytes([seed & 255, i & 255, i >> 8]) + block
                    for i in range(size // len(block) + 1))[:size]


BIG = pattern(3_000_000)


class FilesCase(harness.ServerCase):
    """A directory to serve, `root`, and one to fetch into, `here`."""

    def setUp(self):
        super().setUp()
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        folder = tempfile.TemporaryDirectory(dir=memory)
        self.addCleanup(folder.cleanup)
        self.root = os.path.join(folder.name, "root")
        self.here = os.path.join(folder.name, "here")
        os.mkdir(self.root)
        os.mkdir(self.here)

    def write(self, name, data, folder=None):
        path = os.path.join(folder or self.root, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def read(self, name, folder=None):
        with open(os.path.join(folder or self.root, name), "rb") as file:
            return file.read()

    def parts(self, folder=None):
        folder = folder or self.root
        return [name for name in os.listdir(folder) if name.endswith(".part")]

    def files_server(self, *flags, listen=LISTEN):
        """Without waiting for the disk after every file, but where a test says --sync."""
        return self.serve(f"--root={self.root}", listen, "serve", "--no-sync", *flags,
                          name="sluice-files")

    def peer(self, server):
        peer = wire.Peer(server.address())
        self.addCleanup(peer.close)
        self._clients.append(peer)
        return peer

    def command(self, *arguments, timeout=harness.WAIT_S):
        sync = [] if arguments[0] == "list" else ["--no-sync"]
        return harness.run("sluice-files", f"--backend={self.backend}", *sync, *arguments,
                           timeout=timeout)

    def start(self, *arguments):
        process = subprocess.Popen(
            [harness.program("sluice-files"), f"--backend={self.backend}", "--no-sync", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def relay(self, server, hold_after, direction):
        relay = wire.Relay(server.address(), hold_after, direction)
        self.addCleanup(relay.close)
        return relay, "%s:%d" % relay.address

    def assert_refused(self, code, action):
        with self.assertRaises(wire.Refused) as refused:
            action()
        self.assertEqual(refused.exception.code, code, refused.exception)

    def assert_fails(self, pattern, result):
        """One clear line, exit code 1."""
        self.assertEqual(result.returncode, 1, result)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertRegex(result.stderr, "^sluice-files: .*" + pattern)


@harness.on_every_backend
class OurProtocol(FilesCase):
    """The server as PROTOCOL.md has it, spoken to in Python."""

    def test_lists_gives_and_takes(self):
        os.mkdir(os.path.join(self.root, "sub"))
        os.utime(self.write("a.txt", b"hello"), ns=(0, 1_234_567_890_123_456_789))
        os.chmod(os.path.join(self.root, "a.txt"), 0o640)
        self.write(".hidden", b"x")
        server = self.files_server("--writable", "--sync")
        peer = self.peer(server)
        entries, more = peer.list()
        self.assertEqual(set(entries), {"a.txt", "sub"})
        self.assertEqual(entries["a.txt"], (5, 0o640, 1_234_567_890_123_456_789, False))
        self.assertTrue(entries["sub"][3])
        self.assertFalse(more)
        self.assertEqual(peer.get("a.txt"), b"hello")
        self.assertEqual(peer.put("sub/big", BIG, mode=0o600, modified_ns=-5), 0)
        self.assertEqual(peer.get("sub/big"), BIG)
        self.assertEqual(peer.put("empty", b""), 0)
        self.assertEqual(peer.get("empty"), b"")
        status = os.stat(os.path.join(self.root, "sub/big"))
        self.assertEqual((status.st_mtime_ns, status.st_mode & 0o777), (-5, 0o600))
        self.assertEqual(self.parts() + self.parts(os.path.join(self.root, "sub")), [])
        self.stop(server)

    def test_the_offer_of_a_small_file_has_its_hash(self):
        self.write("small", b"abc")
        self.write("big", BIG)
        server = self.files_server()
        self.assertEqual(self.peer(server).ask("small")[3], hashlib.sha256(b"abc").digest())
        self.assertEqual(self.peer(server).ask("big")[3], b"")
        self.stop(server)

    def test_a_get_goes_on_behind_the_same_bytes_only(self):
        self.write("big", BIG)
        peer = self.peer(self.files_server())
        for there, begins in ((BIG[:1_000_001], 1_000_001), (BIG, len(BIG)), (BIG + b"x", 0),
                              (BIG[:999] + b"?", 0), (pattern(1_000_000, seed=2), 0)):
            peer.ask("big")
            self.assertEqual(peer.have(there), begins)
            self.assertEqual(peer.body(there[:begins]), BIG)

    def test_a_put_goes_on_behind_the_same_bytes_only(self):
        server = self.files_server("--writable")
        self.write("big", b"what was there before")

        def send_half(**about):
            peer = self.peer(server)
            peer.offer("big", len(BIG), **about)
            peer.send_body(BIG, 0, 1_500_000)
            peer.close()

        def put(data):
            """How much of it was there; again while the last connection still has it."""
            def once():
                peer = self.peer(server)
                try:
                    return (peer.put("big", data),)
                except wire.Refused as refused:
                    self.assertEqual(refused.code, wire.BUSY)
                finally:
                    peer.close()
            return harness.wait_until(once, lambda: "a connection that ended has it still")[0]

        send_half()
        harness.wait_until(lambda: self.parts(), lambda: "no part")
        self.assertEqual(self.read("big"), b"what was there before")
        # Another time is another file.
        other = self.peer(server)
        self.assertEqual(other.offer("big", len(BIG), modified_ns=1)[0], 0)
        other.close()
        # What is there is hashed, and trusted only where the sender has the same.
        changed = bytes([BIG[0] ^ 1]) + BIG[1:]
        self.assertEqual(put(changed), 0)
        self.assertEqual(self.read("big"), changed)
        send_half()
        self.assertEqual(put(BIG), 1_500_000)
        self.assertEqual(self.read("big"), BIG)
        self.stop(server)

    def test_what_arrives_damaged_is_not_stored(self):
        server = self.files_server("--writable")
        self.write("big", b"before")
        peer = self.peer(server)
        peer.offer("big", len(BIG))
        peer.send_body(BIG[:-1] + b"?", 0)
        self.assert_refused(wire.CORRUPT, lambda: peer.finish(BIG))
        peer = self.peer(server)
        peer.offer("big", len(BIG))
        peer.send_body(BIG, 0, 1000)
        self.assert_refused(wire.CORRUPT, lambda: peer.finish(BIG[:1000]))
        peer = self.peer(server)
        peer.offer("big", 3, digest=hashlib.sha256(b"abd").digest())
        peer.send_body(b"abc", 0)
        self.assert_refused(wire.CORRUPT, lambda: peer.finish(b"abc"))
        self.assertEqual(self.read("big"), b"before")
        self.assertEqual(self.parts(), [])
        self.stop(server)

    def test_every_refusal_has_its_code(self):
        self.write("a", b"a")
        os.mkdir(os.path.join(self.root, "sub"))
        os.mkfifo(os.path.join(self.root, "pipe"))
        os.symlink("/etc/hostname", os.path.join(self.root, "out"))
        os.symlink("a", os.path.join(self.root, "in"))
        server = self.files_server("--writable", "--max-upload-bytes=1000")
        for name, code in (("none", wire.NOT_FOUND), ("sub", wire.DIRECTORY),
                           ("pipe", wire.NOT_REGULAR), ("a/b", wire.NOT_REGULAR),
                           ("out", wire.FORBIDDEN), (".hidden", wire.FORBIDDEN),
                           (".sluice-1.part", wire.FORBIDDEN),
                           ("", wire.BAD_NAME), ("..", wire.BAD_NAME), ("../x", wire.BAD_NAME),
                           ("sub/../a", wire.BAD_NAME), ("/etc/hostname", wire.BAD_NAME),
                           ("sub//a", wire.BAD_NAME), ("a\0b", wire.BAD_NAME),
                           ("x" * 256, wire.NAME_TOO_LONG), ("x/" * 600 + "x", wire.NAME_TOO_LONG)):
            with self.subTest(get=name):
                self.assert_refused(code, lambda: self.peer(server).get(name))
        self.assertEqual(self.peer(server).get("in"), b"a")
        for name, size, code in (("none/a", 1, wire.NOT_FOUND), ("../a", 1, wire.BAD_NAME),
                                 ("sub", 1, wire.DIRECTORY), ("pipe", 1, wire.NOT_REGULAR),
                                 (".a", 1, wire.FORBIDDEN),
                                 ("large", 1001, wire.TOO_LARGE), ("huge", 1 << 63, wire.TOO_LARGE)):
            with self.subTest(put=name):
                self.assert_refused(code, lambda: self.peer(server).offer(name, size))
        os.symlink("/tmp", os.path.join(self.root, "tmp"))
        self.assert_refused(wire.FORBIDDEN, lambda: self.peer(server).offer("tmp/escaped", 1))
        self.assert_refused(wire.NOT_FOUND, lambda: self.peer(server).list("none"))
        # A link is replaced itself, and what it leads to stays.
        self.peer(server).put("in", b"new")
        self.assertEqual((self.read("in"), self.read("a")), (b"new", b"a"))
        read_only = self.files_server()
        self.assert_refused(wire.NOT_WRITABLE, lambda: self.peer(read_only).offer("b", 1))
        self.stop(server)
        self.stop(read_only)

    def test_a_limit_to_the_size_of_files_is_an_error_of_one_transfer(self):
        server = harness.Server(
            "sluice-files", f"--backend={self.backend}", "serve", LISTEN, f"--root={self.root}",
            "--writable", "--no-sync",
            preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
        self.addCleanup(server.kill)
        peer = self.peer(server)
        peer.offer("big", 200_000)
        peer.send_body(BIG[:200_000], 0)
        self.assert_refused(wire.TOO_LARGE, lambda: peer.receive(wire.STORED))
        self.assertEqual(self.peer(server).put("small", b"s"), 0)
        self.stop(server)

    def test_two_who_send_the_same_file_do_not_mix_it(self):
        server = self.files_server("--writable", "--threads=2")
        first = self.peer(server)
        first.offer("big", len(BIG))
        for _ in range(4):  # on whichever loop
            self.assert_refused(wire.BUSY, lambda: self.peer(server).offer("big", len(BIG)))
        self.assertEqual(self.peer(server).put("big", BIG[::-1], modified_ns=9), 0)
        first.send_body(BIG, 0)
        first.finish(BIG)
        self.assertEqual(self.read("big"), BIG)
        self.stop(server)

    def test_a_file_that_changes_while_it_is_sent(self):
        data = pattern(12_000_000)
        for change in ("write", "truncate"):
            with self.subTest(change=change):
                path = self.write("big", data)
                server = self.files_server()
                peer = self.peer(server)
                peer.ask("big")
                peer.have()

                def spoil(received):
                    if received < 2_000_000:
                        if change == "write":
                            with open(path, "r+b") as file:
                                file.seek(11_000_000)
                                file.write(b"changed")
                        else:
                            os.truncate(path, 1_000)

                # A file cut under the piece that is leaving can only end the connection.
                try:
                    peer.body(b"", spoil)
                    self.fail("half of one file and half of another were taken for one")
                except wire.Refused as refused:
                    self.assertEqual(refused.code, wire.CHANGED)
                except ConnectionError:
                    self.assertEqual(change, "truncate")
                self.assertNotEqual(server.process.poll(), -signal.SIGBUS)
                self.stop(server)

    def test_a_file_replaced_while_it_is_sent_is_sent_as_it_was(self):
        data = pattern(6_000_000)
        self.write("big", data)
        server = self.files_server()
        peer = self.peer(server)
        peer.ask("big")
        peer.have()

        def replace(received):
            os.replace(self.write("new", b"x" * 100), os.path.join(self.root, "big"))

        os.stat(self.root)
        self.assertEqual(peer.body(b"", lambda n: replace(n) if n < 700_000 else None), data)
        self.assertEqual(self.peer(server).get("big"), b"x" * 100)
        self.stop(server)

    def test_bad_frames_end_their_connection_alone(self):
        self.write("a", b"a")
        server = self.files_server("--writable")
        bystander = self.peer(server)
        hello = wire.frame(wire.HELLO, wire.text("sluice-files/1"), b"\2")
        offer = wire.frame(wire.PUT, wire.meta("p", 10, 0o644, 0), wire.text(b""))
        for what, sent in (
                ("not ours", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
                ("no hello", wire.frame(wire.GET, wire.text("a"))),
                ("an unknown version", wire.frame(wire.HELLO, wire.text("sluice-files/9"), b"\1")),
                ("an unknown hash", wire.frame(wire.HELLO, wire.text("sluice-files/1"), b"\7")),
                ("two hellos", hello + hello),
                ("an empty frame", hello + struct.pack(">I", 0)),
                ("an unknown type", hello + wire.frame(200)),
                ("a text that is cut", hello + wire.frame(wire.GET, b"\0\5a")),
                ("too many bytes", hello + wire.frame(wire.GET, wire.text("a"), b"x")),
                ("a frame too long", hello + wire.frame(wire.GET, b"x" * 9000)),
                ("an answer", hello + wire.frame(wire.STORED)),
                ("data for nothing", hello + wire.frame(wire.DATA, b"\0\0\0\1") + b"x"),
                ("two requests", hello + 2 * wire.frame(wire.GET, wire.text("a"))),
                ("data before its beginning", hello + offer + wire.frame(wire.DATA, b"\0\0\0\1")),
                ("more than was offered", "more"),
                ("a beginning nobody asked for", "begin")):
            with self.subTest(what=what):
                peer = self.peer(server)
                if isinstance(sent, bytes):
                    peer.close()
                    peer.socket = harness.connect(server.address())
                    peer.send(sent)
                else:
                    peer.offer("p", 10)
                    begin = 0 if sent == "more" else 4
                    peer.send(wire.frame(wire.BEGIN, struct.pack(">Q", begin)))
                    peer.send(wire.frame(wire.DATA, struct.pack(">I", 11)))
                self.assert_refused(wire.BAD_REQUEST, lambda: [
                    peer.receive(wire.FILE, wire.HAVE) for _ in range(2)])
                self.assertEqual(peer.socket.recv(100), b"")
                peer.close()
        self.assertEqual(bystander.get("a"), b"a")
        self.stop(server)

    def test_limits_of_lists_names_and_silence(self):
        os.mkdir(os.path.join(self.root, "sub"))
        for number in range(30):
            self.write(f"file{number}", b"")
            self.write(f"sub/.sluice-{number}.part", b"")
            self.write(f"sub/.{number}", b"")
        self.write("sub/seen", b"")
        server = self.files_server("--max-list-entries=20", "--max-name-bytes=6",
                                   "--idle-timeout=200ms")
        peer = self.peer(server)
        entries, more = peer.list()
        self.assertEqual((len(entries), more), (20, True))
        entries, more = peer.list("sub")
        self.assertEqual((set(entries), more), ({"seen"}, False), "what is hidden does not count")
        self.assert_refused(wire.NAME_TOO_LONG, lambda: peer.get("file100"))
        silent = [self.peer(server) for _ in range(20)]
        for peer in silent:
            self.assertEqual(peer.socket.recv(1), b"")
        self.stop(server)

    def test_who_asks_on_and_takes_no_answer_waits(self):
        os.mkdir(os.path.join(self.root, "sub"))
        for number in range(300):
            self.write(f"{number:0250}", b"")
        server = self.files_server("--log")
        greedy, other = self.peer(server), self.peer(server)
        rounds = 200  # 16 MB of answers, far more than the kernel's buffers hold
        for _ in range(rounds):
            greedy.send(wire.frame(wire.LIST, wire.text("")))
            for _ in range(2):  # the disk's thread has done what was asked before
                other.list("sub")
        mine = "%s:%d list: " % greedy.socket.getsockname()
        self.assertLess(server.errors().count(mine), rounds)
        entries = 0
        while greedy.receive(wire.ENTRY, wire.END).kind == wire.ENTRY:
            entries += 1
        self.assertEqual(entries, 301)
        self.stop(server)

    def test_work_for_a_client_that_is_gone_ends(self):
        path = self.write("huge", b"")
        os.truncate(path, 1 << 43)  # a hole: hours of hashing, and no disk
        server = self.files_server()
        for _ in range(20):
            peer = self.peer(server)
            peer.ask("huge")
            peer.send(wire.frame(wire.HAVE, struct.pack(">Q", 1 << 43), wire.text(b"x" * 32)))
            self.assertIn("huge", self.peer(server).list()[0], "the others have their turn")
            harness.reset(peer.socket)
        descriptors = f"/proc/{server.process.pid}/fd"

        def held():
            found = []
            for number in os.listdir(descriptors):
                try:
                    found.append(os.readlink(os.path.join(descriptors, number)))
                except OSError:
                    pass
            return [target for target in found if target == os.path.realpath(path)]

        harness.wait_until(lambda: not held(), lambda: f"{len(held())} descriptors are held")
        self.stop(server)

    def test_hundreds_of_clients_at_once(self):
        self.write("big", BIG[:100_000])
        server = self.files_server("--writable", "--threads=2")
        peers = [self.peer(server) for _ in range(200)]
        for number, peer in enumerate(peers):  # all are asked before any is served
            if number % 3:
                peer.ask("big")
            else:
                peer.offer(f"file{number}", 5000)
        for number, peer in reversed(list(enumerate(peers))):
            if number % 3:
                peer.have()
                self.assertEqual(peer.body(b""), BIG[:100_000])
            else:
                peer.send_body(pattern(5000, number), 0)
                peer.finish(pattern(5000, number))
        for number in range(0, 200, 3):
            self.assertEqual(self.read(f"file{number}"), pattern(5000, number))
        self.assertEqual(self.parts(), [])
        self.stop(server)

    def test_sigterm_lets_a_transfer_end(self):
        self.write("big", BIG)
        server = self.files_server("--log")
        peer = self.peer(server)
        idle = self.peer(server)
        idle.list()
        peer.ask("big")
        server.signal()
        self.assertEqual(idle.socket.recv(1), b"", "who asks for nothing is let go")
        peer.have()
        self.assertEqual(peer.body(b""), BIG)
        peer.close()
        idle.close()
        self.assertEqual(server.wait()[0], 0)
        self.assertRegex(server.errors(), r"get big: 2\.86 MiB sent")


@harness.on_every_backend
class OurClient(FilesCase):

    def test_many_files_both_ways(self):
        server = self.files_server("--writable")
        data = {f"file {number}": pattern(number * 9_999, number) for number in range(40)}
        paths = [self.write(name, content, self.here) for name, content in data.items()]
        os.chmod(paths[3], 0o751)
        os.utime(paths[3], ns=(0, 987_654_321_000))
        result = self.command("put", server.target(), *paths)
        self.assertEqual(result.returncode, 0, result)
        self.assertEqual({name: self.read(name) for name in os.listdir(self.root)}, data)
        back = os.path.join(self.here, "back")
        os.mkdir(back)
        result = self.command("get", server.target(), *data, "-o", back, "--parallel=7")
        self.assertEqual(result.returncode, 0, result)
        self.assertEqual({name: self.read(name, back) for name in os.listdir(back)}, data)
        status = os.stat(os.path.join(back, "file 3"))
        self.assertEqual((status.st_mtime_ns, status.st_mode & 0o777), (987_654_321_000, 0o751))
        self.assertEqual(result.stderr, "", "a progress bar is for terminals")
        self.assertEqual(result.stdout.count("\n"), 40)
        listed = self.command("list", server.target(), "--json")
        self.assertEqual({entry["name"]: entry["size"] for entry in json.loads(listed.stdout)},
                         {name: len(content) for name, content in data.items()})
        self.stop(server)

    def broken_transfer(self, direction, hold_after):
        """A server, a client held up in the middle, what to send, where it arrives."""
        data = pattern(5_000_000)
        source, sink = (self.root, self.here) if direction == "get" else (self.here, self.root)
        self.write("big", data, source)
        server = self.files_server("--writable")
        relay, through = self.relay(server, hold_after, direction)
        local = os.path.join(self.here, "big")
        arguments = {"get": ["get", through, "big", "-o", local], "put": ["put", through, local]}
        client = self.start(*arguments[direction], "--retry-delay=50ms", "--retries=100")
        self.assertTrue(relay.held.wait(harness.WAIT_S))
        harness.wait_until(
            lambda: [name for name in self.parts(sink)
                     if os.path.getsize(os.path.join(sink, name)) > hold_after - 100_000],
            lambda: str(os.listdir(sink)))
        self.assertFalse(os.path.exists(os.path.join(sink, "big")))
        return data, sink, server, relay, client, [a if a != through else server.target()
                                                   for a in arguments[direction]]

    def test_the_client_is_killed_and_run_again(self):
        for direction in ("get", "put"):
            with self.subTest(direction=direction):
                data, sink, server, relay, client, arguments = self.broken_transfer(
                    direction, 2_000_000)
                client.send_signal(signal.SIGKILL)
                client.wait()
                relay.cut()
                result = self.command(*arguments, "--json", "--retry-delay=50ms")
                self.assertEqual(result.returncode, 0, result)
                resumed = json.loads(result.stdout)[0]["resumed_at"]
                self.assertGreater(resumed, 1_900_000)
                self.assertLess(resumed, 2_000_001)
                self.assertEqual(self.read("big", sink), data)
                self.assertEqual(self.parts(sink), [])
                self.stop(server)
                for folder in (self.root, self.here):
                    os.unlink(os.path.join(folder, "big"))

    def test_the_server_is_killed_and_comes_back(self):
        for direction in ("get", "put"):
            with self.subTest(direction=direction):
                data, sink, server, relay, client, _ = self.broken_transfer(direction, 2_000_000)
                server.kill()
                again = self.files_server("--writable")
                relay.retarget(again.address())
                relay.cut()
                output, errors = client.communicate(timeout=harness.WAIT_S)
                self.assertEqual(client.returncode, 0, errors)
                self.assertRegex(output, "resumed behind 1[.]")
                self.assertEqual(self.read("big", sink), data)
                self.assertEqual(self.parts(sink), [])
                self.stop(again)
                for folder in (self.root, self.here):
                    os.unlink(os.path.join(folder, "big"))

    def test_it_starts_over_where_the_file_is_another(self):
        data, sink, server, relay, client, arguments = self.broken_transfer("get", 2_000_000)
        client.kill()
        client.wait()
        relay.cut()
        other = pattern(5_000_000, seed=9)
        self.write("big", other)
        result = self.command(*arguments, "--json")
        self.assertEqual(json.loads(result.stdout)[0]["resumed_at"], 0)
        self.assertEqual(self.read("big", sink), other)
        self.stop(server)

    def test_ctrl_c_keeps_the_part_and_says_so(self):
        _, sink, server, relay, client, _ = self.broken_transfer("get", 1_000_000)
        client.send_signal(signal.SIGINT)
        _, errors = client.communicate(timeout=harness.WAIT_S)
        self.assertEqual(client.returncode, 1)
        self.assertRegex(errors, r"^sluice-files: interrupted: 1 of 1 not transferred; .*\n$")
        self.assertEqual(len(self.parts(sink)), 1)
        relay.cut()
        self.stop(server)

    def test_failures_are_one_line_each(self):
        self.write("a", b"a")
        server = self.files_server("--max-name-bytes=20")
        target = server.target()
        mine = self.write("mine", b"m", self.here)
        pipe = os.path.join(self.here, "pipe")
        os.mkfifo(pipe)
        for arguments, line in (
                (["get", target, "none"], "get none: the server says: not found"),
                (["get", target, "../a"], "the name cannot be one of a file"),
                (["get", target, "x" * 21], "the name is too long"),
                (["get", target, "a", "-o", "/none/a"], "get a: /none: .*no directory"),
                (["get", target, "a", "-o", "/proc/a"], "get a: /proc/a: "),
                (["get", target, "a", "-o", pipe], "get a: .*pipe: it is not a regular file"),
                (["put", target, mine], "put mine: the server says: the server takes no files"),
                (["put", target, "/none"], "put none: /none: not found"),
                (["put", target, self.here], "it is a directory"),
                (["list", target, "none"], "list none: the server says: not found")):
            with self.subTest(arguments=arguments):
                self.assert_fails(line, self.command(*arguments))
        # A name need not be UTF-8, and JSON must be.
        result = subprocess.run([harness.program("sluice-files"), "get", target, b"x\xff", "--json"],
                                capture_output=True, timeout=harness.WAIT_S)
        self.assertEqual(result.returncode, 1, result)
        self.assertEqual(json.loads(result.stdout)[0]["name"], "x\ufffd")
        # The others of a command arrive all the same.
        result = self.command("get", target, "none", "a", "-o", self.here)
        self.assert_fails("get none", result)
        self.assertEqual(self.read("a", self.here), b"a")
        self.stop(server)
        self.assert_fails("Connection refused", self.command("get", target, "a"))

    def test_two_files_for_one_name_are_bad_usage(self):
        for arguments in (["get", "127.0.0.1:1", "a/f", "b/f", "-o", self.here],
                          ["get", "127.0.0.1:1", "f", "g", "f"],
                          ["put", "127.0.0.1:1", "x/f", "y/f"]):
            with self.subTest(arguments=arguments):
                result = self.command(*arguments)
                self.assertEqual(result.returncode, 2, result)
                self.assertRegex(result.stderr, 'two files would become "[^"]*f"')

    def test_a_file_that_changes_while_it_is_put(self):
        path = self.write("big", pattern(16_000_000), self.here)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client = self.start("put", "127.0.0.1:%d" % listener.getsockname()[1], path)
            server = wire.Peer.over(listener.accept()[0])
            self.addCleanup(server.close)
            server.receive(wire.HELLO)
            server.receive(wire.PUT)
            server.send(wire.frame(wire.HAVE, struct.pack(">Q", 0), wire.text(b"")))
            server.receive(wire.BEGIN)

            def read_on():
                for number in range(100):
                    size = server.receive(wire.DATA).take(">I")
                    harness.receive_exactly(server.socket, size)
                    if number == 1:
                        os.utime(path)

            self.assert_refused(wire.CHANGED, read_on)
            server.close()
        self.assertIn("big: the file changed while it was sent", client.communicate()[1])
        self.assertEqual(client.returncode, 1)

    def test_a_server_that_lies(self):
        """What the server sends is checked before anything gets a name."""
        def answer(*frames):
            listener = socket.create_server(("127.0.0.1", 0))
            self.addCleanup(listener.close)

            def serve():
                client = listener.accept()[0]
                with client:
                    client.sendall(frames[0])
                    kind = None
                    while len(frames) > 1 and kind != wire.HAVE:
                        size = struct.unpack(">I", harness.receive_exactly(client, 4))[0]
                        kind = harness.receive_exactly(client, size)[0]
                    client.sendall(b"".join(frames[1:]))
                    harness.receive_to_end(client)

            threading.Thread(target=serve, daemon=True).start()
            return "127.0.0.1:%d" % listener.getsockname()[1]

        offer = wire.frame(wire.FILE, wire.meta("../../evil", 3, 0o7777, 0), wire.text(b""))
        begin = wire.frame(wire.BEGIN, struct.pack(">Q", 0))
        body = wire.frame(wire.DATA, struct.pack(">I", 3)) + b"abc"
        for what, frames, line in (
                ("a wrong hash", [offer, begin, body, wire.frame(wire.DONE, wire.text(b"x" * 16))],
                 "what arrived is not what was sent"),
                ("no bytes", [offer, begin, wire.frame(wire.DONE, wire.text(b""))],
                 "what arrived is not what was sent"),
                ("too many", [offer, begin, body, body], "more bytes than the file has"),
                ("nonsense", [b"HTTP/1.1 400 Bad Request\r\n\r\n"], "not understood"),
                ("a terminal's commands", [wire.frame(wire.ERROR, struct.pack(">H", 1),
                                                      wire.text("\x1b[2J\n\u009b2J\u202eboo"))],
                 r"not found: \\x1b\[2J\\x0a\\xc2\\x9b2J\\u202eboo")):
            with self.subTest(what=what):
                result = self.command("get", answer(*frames), "a", "-o", self.here)
                self.assert_fails(line, result)
                for command in "\x1b\u009b\u202e":
                    self.assertNotIn(command, result.stderr)
                self.assertEqual([n for n in os.listdir(self.here) if not n.endswith(".part")], [])

    def test_a_list_without_end(self):
        entry = wire.frame(wire.ENTRY, wire.meta("x" * 4000, 1, 0o644, 0), b"\0")
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def serve():
                with listener.accept()[0] as client:
                    try:
                        for _ in range(400):  # 160 MB
                            client.sendall(entry * 100)
                    except OSError:
                        pass

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            result = self.command("list", "127.0.0.1:%d" % listener.getsockname()[1])
            thread.join(harness.WAIT_S)
        self.assert_fails("the server's list is too long", result)

    def test_a_part_that_is_held_is_waited_for(self):
        """A server that did not see the last connection break has its part still."""
        path = self.write("big", BIG, self.here)
        server = self.files_server("--writable", "--log")
        holder = self.peer(server)
        holder.offer("big", len(BIG), modified_ns=os.stat(path).st_mtime_ns)
        client = self.start("put", server.target(), path, "--retries=1", "--retry-delay=10ms")
        harness.wait_until(lambda: server.errors().count("somebody else") > 5 or
                           client.poll() is not None, server.errors)
        holder.close()
        self.assertEqual(client.communicate(timeout=harness.WAIT_S)[1], "")
        self.assertEqual((client.returncode, self.read("big")), (0, BIG))
        self.stop(server)

    def test_a_progress_bar_on_a_terminal(self):
        self.write("big", BIG)
        server = self.files_server()
        relay, through = self.relay(server, 1_500_000, "get")
        ours, theirs = os.openpty()
        client = subprocess.Popen(
            [harness.program("sluice-files"), f"--backend={self.backend}", "get", through, "big",
             "-o", self.here, "--retry-delay=500ms"], stdin=theirs, stdout=theirs, stderr=theirs,
            env=dict(os.environ, TERM="xterm"))
        os.close(theirs)
        self.addCleanup(os.close, ours)
        self.addCleanup(client.kill)
        shown = b""
        while b"MiB of 2.86 MiB" not in shown:
            shown += os.read(ours, 4096)
        self.assertRegex(shown.decode(), r"big \[#+-+\] \d+ %  [\d.]+ [KM]iB of 2\.86 MiB")
        relay.cut()
        while b"the connection broke; it is tried again" not in shown:
            shown += os.read(ours, 4096)
        relay.retarget(server.address())
        self.assertEqual(client.wait(harness.WAIT_S), 0)
        self.stop(server)


def tmpfs_allowed():
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"],
                          capture_output=True).returncode == 0


@harness.on_every_backend
class FullDisk(FilesCase):
    """The receiver's disk is a tmpfs of one megabyte, in a mount namespace of its own."""

    def setUp(self):
        super().setUp()
        if not tmpfs_allowed():
            self.skipTest("no tmpfs may be mounted here: unshare -m mount -t tmpfs")

    def within(self, folder):
        return ["unshare", "-m", "sh", "-c",
                f'mount -t tmpfs -o size=1m none "{folder}" && exec "$@"', "sh"]

    def full_server(self):
        server = harness.Server("sluice-files", f"--backend={self.backend}", "serve", LISTEN,
                                f"--root={self.root}", "--writable",
                                wrapper=self.within(self.root))
        self.addCleanup(server.kill)
        return server, f"/proc/{server.process.pid}/root{self.root}"

    def test_a_put_that_cannot_fit_is_refused_before_its_bytes(self):
        server, inside = self.full_server()
        path = self.write("big", BIG, self.here)
        self.assert_fails("put big: the server says: no space left", self.command(
            "put", server.target(), path))
        self.assertEqual(os.listdir(inside), [])
        self.stop(server)

    def test_a_disk_that_fills_up_under_a_put(self):
        server, inside = self.full_server()
        data = pattern(900_000)
        peer = self.peer(server)
        peer.offer("big", len(data))
        with open(os.path.join(inside, "other"), "wb") as file:
            file.write(b"x" * 600_000)

        def send():
            peer.send_body(data, 0)
            peer.finish(data)

        self.assert_refused(wire.NO_SPACE, send)
        harness.wait_until(lambda: os.listdir(inside) == ["other"], lambda: os.listdir(inside))
        os.unlink(os.path.join(inside, "other"))
        self.peer(server).put("big", data)
        self.stop(server)

    def test_a_get_onto_a_full_disk(self):
        self.write("big", BIG)
        server = self.files_server()
        command = [harness.program("sluice-files"), f"--backend={self.backend}", "get",
                   server.target(), "big", "-o", self.here]
        result = subprocess.run([*self.within(self.here), *command], capture_output=True, text=True,
                                timeout=harness.WAIT_S)
        self.assert_fails("get big: .*no space left", result)
        self.assertEqual(os.listdir(self.here), [])
        self.stop(server)


@harness.on_every_backend
class Readme(FilesCase):

    def test_its_commands_do_what_it_says(self):
        """Every command line of apps/files/README.md, in its order; servers go on until the next."""
        for name in ("big.iso", "a.txt", "b.txt", "img.jpg"):
            self.write(name, BIG)
        os.mkdir(os.path.join(self.root, "sub"))
        self.write("sub/c.txt", b"c")
        self.write("photo.jpg", b"jpeg", self.here)
        readme = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "../../apps/files/README.md")
        with open(readme) as file:
            blocks = re.findall(r"```sh\n(.*?)```", file.read(), re.DOTALL)
        lines = [line.split("#")[0] if " # " in line else line
                 for block in blocks for line in block.splitlines()]
        self.assertGreater(len(lines), 8)
        server = None
        for line in lines:
            words = line.split()[1:]
            words = [word.replace("/tmp", self.here) for word in words]
            with self.subTest(line=line):
                if words[0] == "serve":
                    server = self.serve(LISTEN, *[word.replace("=public", "=" + self.root)
                                                  for word in words], name="sluice-files")
                    continue
                words = [word.replace("127.0.0.1:9470", server.target()) for word in words]
                result = subprocess.run(
                    [os.path.abspath(harness.program("sluice-files")), *words], cwd=self.here,
                    capture_output=True, text=True, timeout=harness.WAIT_S)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(self.read("big.iso", self.here), BIG)
        self.assertEqual(self.read("img.jpg", self.here), BIG)
        self.assertEqual(self.read("sub/photo.jpg"), b"jpeg")


if __name__ == "__main__":
    unittest.main()
