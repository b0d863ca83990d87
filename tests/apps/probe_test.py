"""sluice-probe, with plain Python sockets at the other side."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

import harness

TCP = "127.0.0.1:0"


def listener(backlog=16):
    server = socket.socket()
    server.settimeout(harness.WAIT_S)
    server.bind(("127.0.0.1", 0))
    server.listen(backlog)
    return server


def target(bound):
    return "127.0.0.1:%d" % bound.getsockname()[1]


def udp_socket():
    peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer.settimeout(harness.WAIT_S)
    peer.bind(("127.0.0.1", 0))
    return peer


def events_of(text):
    return [json.loads(line) for line in text.splitlines()]


class ProbeCase(harness.ServerCase):
    def setUp(self):
        super().setUp()
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def start(self, *flags, stdin=subprocess.DEVNULL):
        process = subprocess.Popen(
            [harness.program("sluice-probe"), *flags, f"--backend={self.backend}"], stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="surrogateescape")

        def end():
            if process.poll() is None:
                process.kill()
            process.communicate()

        self.addCleanup(end)
        return process

    def finish(self, process, code=0, input=None):
        output, errors = process.communicate(input, timeout=harness.WAIT_S)
        self.assertEqual(process.returncode, code, output + errors)
        return output, errors

    def accepted(self, server):
        connection, _ = server.accept()
        connection.settimeout(harness.WAIT_S)
        self.addCleanup(connection.close)
        return connection

    def listening(self, process):
        """The address in the first line of a probe that listens with --json."""
        event = json.loads(process.stdout.readline())
        self.assertEqual(event["event"], "listening")
        host, _, port = event["local"].rpartition(":")
        return host, int(port)

    def next_event(self, process, kind):
        while True:
            line = process.stdout.readline()
            self.assertTrue(line, f"it ended before {kind}")
            event = json.loads(line)
            if event["event"] == kind:
                return event


@harness.on_every_backend
class Streams(ProbeCase):
    def test_sends_on_a_schedule_and_shows_each_chunk(self):
        with listener() as server:
            probe = self.start("tcp", target(server), "--send", r"a\x41\n", "--every=20ms",
                               "--count=3", "--json", "--wait=200ms")
            peer = self.accepted(server)
            self.assertEqual(harness.receive_exactly(peer, 9), b"aA\n" * 3)
            peer.sendall(b"one")
            time.sleep(0.05)
            peer.sendall("二".encode())
            output, _ = self.finish(probe)
        events = events_of(output)
        sent = [e for e in events if e["event"] == "sent"]
        self.assertEqual([e["chunk"] for e in sent], [1, 2, 3])
        self.assertEqual({e["hex"] for e in sent}, {"61 41 0a"})
        received = [e for e in events if e["event"] == "received"]
        self.assertEqual([e["text"] for e in received], ["one", "二"])
        self.assertGreater(received[1]["delta_s"], 0.01)
        self.assertEqual(events[-1]["event"], "summary")
        self.assertEqual((events[-1]["bytes_received"], events[-1]["bytes_sent"]), (6, 9))
        times = [e["time"] for e in events[:-1]]
        self.assertEqual(times, sorted(times))

    def test_lines_for_people(self):
        with listener() as server:
            probe = self.start("tcp", target(server), "--send=hello", "--line-ending=crlf",
                               "--wait=200ms")
            peer = self.accepted(server)
            self.assertEqual(harness.receive_exactly(peer, 7), b"hello\r\n")
            peer.sendall(b"\x1b[2J\x07\xc2\x9b\x9bok\xe2\x80\xae")
            output, _ = self.finish(probe)
        self.assertRegex(output, r"\d\d:\d\d:\d\d\.\d{6} \+0\.\d{6}  -> #1 127\.0\.0\.1:\d+  "
                                 r"chunk 1, 7 bytes\n  0000  68 65 6c 6c 6f 0d 0a  .*\|hello\.\.  ")
        self.assertRegex(output, r"<- #1 .*chunk 1, 13 bytes\n  0000  1b 5b 32 4a .*\|\.\[2J")
        self.assertIn("-- 1 chunk, 13 bytes received; 1 chunk, 7 bytes sent;", output)
        for character in output:
            self.assertTrue(character == "\n" or character.isprintable(), repr(character))
        for line in output.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_text_and_hex_views(self):
        for view, shown, hidden in (("text", "  two\\r\\n\n  lines\n", "74 77"),
                                    ("hex", "  0000  74 77 6f 0d 0a 6c 69 6e  65 73\n", "|two")):
            with listener() as server:
                probe = self.start("tcp", target(server), "--send=x", f"--view={view}",
                                   "--wait=inf")
                peer = self.accepted(server)
                peer.sendall(b"two\r\nlines")
                peer.close()
                output, _ = self.finish(probe)
            self.assertIn(shown, output)
            self.assertNotIn(hidden, output)

    def test_encodings(self):
        with listener() as server:
            probe = self.start("tcp", target(server), r"--send=中\xff文", "--encoding=GBK",
                               "--json", "--wait=200ms")
            peer = self.accepted(server)
            self.assertEqual(harness.receive_exactly(peer, 5), b"\xd6\xd0\xff\xce\xc4")
            peer.sendall("你好".encode("gbk"))
            output, _ = self.finish(probe)
        self.assertEqual([e["text"] for e in events_of(output) if e["event"] == "received"],
                         ["你好"])

    def test_a_file_goes_in_pieces(self):
        content = os.urandom(300_000)
        path = self.file("data", content)
        with listener() as server:
            probe = self.start("tcp", target(server), f"--send-file={path}", "--chunk-bytes=7000",
                               "--json", "--wait=50ms")
            peer = self.accepted(server)
            arrived = []
            reader = threading.Thread(
                target=lambda: arrived.append(harness.receive_exactly(peer, len(content))))
            reader.start()
            output, _ = self.finish(probe)
            reader.join(harness.WAIT_S)
        self.assertEqual(arrived, [content])
        sizes = [e["bytes"] for e in events_of(output) if e["event"] == "sent"]
        self.assertEqual(sizes, [7000] * 42 + [6000])

    def test_a_pipe_is_sent_line_by_line(self):
        with listener() as server:
            probe = self.start("tcp", target(server), "--json", "--line-ending=lf",
                               stdin=subprocess.PIPE)
            peer = self.accepted(server)
            probe.stdin.write("hello\n/hex 01 02\n//slash\nlast")
            probe.stdin.close()
            probe.stdin = None
            self.assertEqual(harness.receive_to_end(peer), b"hello\n\x01\x02/slash\nlast\n",
                             "the end of the pipe ends the stream")
            peer.sendall(b"bye")
            peer.close()
            received = self.next_event(probe, "received")
            self.assertEqual(received["text"], "bye")
            self.next_event(probe, "summary")
            self.assertEqual(probe.wait(harness.WAIT_S), 0)

    def test_what_is_typed_in_vain_is_said(self):
        with listener() as server:
            probe = self.start("tcp", target(server), "--wait=50ms", stdin=subprocess.PIPE)
            self.accepted(server)
            output, _ = self.finish(
                probe, input="/bogus\n/to x\n/hex 1\n/every 1 x\n\\q\n/file /nowhere\n/help\n")
        for words in ("unknown command /bogus", "a peer's number", "two hexadecimal digits",
                      "wanted: /every 500ms TEXT", "an unknown escape", "cannot read /nowhere",
                      "/peers           who is there"):
            self.assertIn(words, output)

    def test_a_server_with_several_clients(self):
        probe = self.start("tcp-listen", TCP, "--json", stdin=subprocess.PIPE)
        address = self.listening(probe)
        clients = []
        for number in (1, 2, 3):
            clients.append(self.client(address))
            self.assertEqual(self.next_event(probe, "opened")["peer"], number)
        probe.stdin.write("all\n/to 2\ntwo\n/to all\n/close 3\n")
        probe.stdin.flush()
        self.assertEqual(harness.receive_to_end(clients[2]), b"all")
        clients[2].close()
        self.assertEqual(harness.receive_exactly(clients[1], 6), b"alltwo")
        clients[0].sendall(b"from one")
        event = self.next_event(probe, "received")
        self.assertEqual((event["peer"], event["text"]), (1, "from one"))
        self.assertEqual(event["remote"], "127.0.0.1:%d" % clients[0].getsockname()[1])
        harness.reset(clients[1])
        closed = self.next_event(probe, "closed")
        while closed["peer"] != 2:
            closed = self.next_event(probe, "closed")
        self.assertIn("peer reset", closed["what"])
        probe.send_signal(signal.SIGINT)
        output, errors = self.finish(probe)
        self.assertEqual(events_of(output)[-1]["event"], "summary")
        self.assertNotIn("sluice-probe:", errors)

    def test_an_echo_for_a_hundred_clients(self):
        server = self.serve("tcp-listen", TCP, "--echo", name="sluice-probe")
        clients = [self.client(server.address()) for _ in range(100)]
        for number, client in enumerate(clients):
            client.sendall(b"client %d" % number)
        for number, client in enumerate(clients):
            expected = b"client %d" % number
            self.assertEqual(harness.receive_exactly(client, len(expected)), expected)
        output = self.stop(server)
        self.assertIn("100 chunks", output)

    def test_unix_sockets(self):
        path = os.path.join(self.folder, "socket")
        server = self.serve(f"tcp-listen", f"unix:{path}", "--echo", name="sluice-probe")
        probe = self.start("tcp", f"unix:{path}", "--send=hi", "--json", "--wait=100ms")
        output, _ = self.finish(probe)
        self.assertEqual([e["text"] for e in events_of(output) if e["event"] == "received"],
                         ["hi"])
        self.assertEqual(server.address("stream"), path)

    def test_nobody_there(self):
        with listener() as server:
            address = target(server)
        output, errors = self.finish(self.start("tcp", address), code=1)
        self.assertRegex(errors, f"sluice-probe: cannot connect to {address}: .*ECONNREFUSED")

    def test_a_firehose_costs_no_memory(self):
        with listener() as server:
            probe = self.start("tcp", target(server), "--send=x", "--show-bytes=16", "--wait=inf")
            peer = self.accepted(server)
            reader = threading.Thread(target=lambda: probe.stdout.read(), daemon=True)
            reader.start()
            for _ in range(200):
                peer.sendall(bytes(100_000))
            with open(f"/proc/{probe.pid}/status") as status:
                resident_kib = int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))
            peer.close()
            self.assertEqual(probe.wait(harness.WAIT_S), 0)
        self.assertLess(resident_kib, 200_000)


@harness.on_every_backend
class Datagrams(ProbeCase):
    def test_each_datagram_is_a_chunk(self):
        with udp_socket() as peer:
            probe = self.start("udp", target(peer), "--hex=01 02", "--json", "--wait=300ms")
            data, address = peer.recvfrom(100)
            self.assertEqual(data, b"\x01\x02")
            for text in (b"one", b"", b"three"):
                peer.sendto(text, address)
            with udp_socket() as stranger:
                stranger.sendto(b"from elsewhere", address)
                output, _ = self.finish(probe)
                strangers = [e for e in events_of(output)
                             if e.get("remote") == target(stranger) and e["event"] == "received"]
        received = [e for e in events_of(output)
                    if e["event"] == "received" and e["peer"] == 1]
        self.assertEqual([e["text"] for e in received], ["one", "", "three"])
        self.assertEqual(received[0]["local"], "%s:%d" % address)
        self.assertEqual([(e["peer"], e["text"]) for e in strangers], [(2, "from elsewhere")])

    def test_a_server_answers_whom_it_heard(self):
        probe = self.start("udp-listen", TCP, "--json", "--echo", stdin=subprocess.PIPE)
        address = self.listening(probe)
        with udp_socket() as one, udp_socket() as two:
            one.sendto(b"first", address)
            self.assertEqual(one.recvfrom(100)[0], b"first")
            two.sendto(b"second", address)
            self.assertEqual(two.recvfrom(100)[0], b"second")
            probe.stdin.write("to all\n/to 2\nto two\n")
            probe.stdin.flush()
            self.assertEqual(one.recvfrom(100)[0], b"to all")
            self.assertEqual(two.recvfrom(100)[0], b"to all")
            self.assertEqual(two.recvfrom(100)[0], b"to two")
        probe.send_signal(signal.SIGTERM)
        self.finish(probe)

    def test_what_came_to_nothing_is_said(self):
        with udp_socket() as gone:
            address = target(gone)
        output, _ = self.finish(self.start("udp", address, "--send=x", "--wait=200ms"))
        self.assertIn("ECONNREFUSED (Connection refused): nobody has that port", output)
        too_long = self.file("long", b"x" * 70_000)
        with udp_socket() as peer:
            result = harness.run("sluice-probe", "udp", target(peer), f"--send-file={too_long}",
                                 "--chunk-bytes=65508")
            self.assertEqual(result.returncode, 2)
            self.assertIn("--chunk-bytes must be from 1 to 65507", result.stderr)


@harness.on_every_backend
class Scripts(ProbeCase):
    def run_script(self, text, talk, code=0, kind="tcp"):
        """Runs the script against talk(connection), in a thread."""
        script = self.file("script", text.encode())
        with listener() as server:
            probe = self.start(kind, target(server), f"--script={script}")

            def serve():
                try:
                    talk(self.accepted(server))
                except OSError:
                    pass

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            output, errors = self.finish(probe, code)
            thread.join(harness.WAIT_S)
        return output, errors

    def test_a_conversation(self):
        heard = []

        def talk(connection):
            connection.sendall(b"wel")
            time.sleep(0.05)
            connection.sendall(b"come id=42; rest\r\n\xff\x00")
            heard.append(harness.receive_to_end(connection))
            connection.sendall(b"bye")
            connection.close()

        data = self.file("blob", b"file!")
        self.run_script(
            'timeout 10s\nexpect "welcome"\nexpect-regex "id=([0-9]+);"\nexpect-hex 0d 0a ff\n'
            f'send "user\\r\\n"\nsend-hex 01 02\nsend-file "{data}"\nwait 10ms\nhalf-close\n'
            'expect "bye"\nexpect-end\nclose\n', talk)
        self.assertEqual(heard, [b"user\r\n\x01\x02file!"])

    def test_what_came_instead(self):
        for text, sent, words in (
                ('timeout 100ms\nexpect "hello"', b"help\x1b\n",
                 r'script:2: expect "hello": it did not come within 100 ms; '
                 r'instead came 6 bytes: "help\x1b\n"'),
                ('timeout 100ms\nexpect-regex "^a+$"', b"",
                 'expect-regex "^a+$": it did not come within 100 ms; nothing came'),
                ('expect "a"\nexpect-hex 00', b"abc", None)):
            def talk(connection):
                connection.sendall(sent)
                if words is None:
                    connection.close()
                    return
                connection.recv(1)

            _, errors = self.run_script(text, talk, code=1)
            expected = words or ('script:2: expect-hex 00: the peer ended before; '
                                 'instead came 2 bytes: "bc"')
            self.assertIn(expected, errors)
            self.assertEqual(errors.count("sluice-probe: "), 1)

    def test_a_hostile_peer_does_not_slow_a_regular_expression_down(self):
        def talk(connection):
            connection.sendall(b"a" * 500_000)
            for _ in range(300):
                connection.sendall(b"a")
                time.sleep(0.001)
            connection.sendall(b"X")
            connection.recv(1)

        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.run_script('timeout 30s\nexpect-regex "(a*)*(a|aa)+X$"', talk)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertLess(after.ru_utime - before.ru_utime, 10)

    def test_nobody_there(self):
        script = self.file("script", b'expect "x"\n')
        _, errors = self.finish(self.start("tcp", "127.0.0.1:1", f"--script={script}"), code=1)
        self.assertEqual(errors.count("sluice-probe: cannot connect to 127.0.0.1:1"), 1)

    def test_more_than_a_mebibyte_without_a_match(self):
        _, errors = self.run_script('expect "never"', lambda c: c.sendall(bytes(3 << 20)), code=1)
        self.assertIn("more than 1 MiB came without it", errors)

    def test_a_server_speaks_to_its_second_client(self):
        script = self.file("script", b'expect "one"\npeer 2\nexpect "two"\nsend "hello two"\n'
                                     b'expect-end\npeer 1\nsend "hello one"\nclose\n')
        server = self.serve("tcp-listen", TCP, f"--script={script}", name="sluice-probe")
        one = self.client(server.address())
        one.sendall(b"one")
        two = self.client(server.address())
        two.sendall(b"two")
        self.assertEqual(harness.receive_exactly(two, 9), b"hello two")
        two.close()
        self.assertEqual(harness.receive_to_end(one), b"hello one")
        one.close()
        self.assertEqual(server.wait()[0], 0)

    def test_datagrams(self):
        script = self.file("script", b'send "ping"\nexpect "pong"\n')
        with udp_socket() as peer:
            probe = self.start("udp", target(peer), f"--script={script}")
            _, address = peer.recvfrom(100)
            peer.sendto(b"pong", address)
            self.finish(probe)

    def test_bad_scripts_are_bad_usage(self):
        script = self.file("script", b'send "a"\nsned "b"\n')
        result = harness.run("sluice-probe", "tcp", "127.0.0.1:1", f"--script={script}")
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stderr, 'script: line 2: unknown statement "sned": there are send')


def parse_pcap(path):
    """[(seconds, from, to, flags or None, sequence, acknowledged, payload)]; checks lengths and
    checksums."""
    with open(path, "rb") as file:
        content = file.read()
    magic, _, _, _, _, snap, link = struct.unpack("=IHHiIII", content[:24])
    assert (magic, link) == (0xa1b23c4d, 101)
    packets = []
    at = 24
    while at < len(content):
        seconds, nanoseconds, size, whole = struct.unpack("=IIII", content[at:at + 16])
        assert size == whole <= snap
        ip = content[at + 16:at + 16 + size]
        at += 16 + size
        assert ip[0] == 0x45 and struct.unpack(">H", ip[2:4])[0] == size
        assert ones_sum(ip[:20]) == 0xffff
        inner = ip[20:]
        assert ones_sum(ip[12:20] + bytes([0, ip[9]]) + struct.pack(">H", len(inner)) +
                        inner) == 0xffff
        ports = struct.unpack(">HH", inner[:4])
        ends = ["%s:%d" % (socket.inet_ntoa(ip[12 + 4 * i:16 + 4 * i]), ports[i]) for i in (0, 1)]
        if ip[9] == socket.IPPROTO_UDP:
            packets.append((seconds + nanoseconds / 1e9, *ends, None, 0, 0, inner[8:]))
        else:
            sequence, acknowledged = struct.unpack(">II", inner[4:12])
            packets.append((seconds + nanoseconds / 1e9, *ends, inner[13], sequence, acknowledged,
                            inner[(inner[12] >> 4) * 4:]))
    return packets


def ones_sum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return total


@harness.on_every_backend
class Captures(ProbeCase):
    FIN, SYN, RST, ACK = 1, 2, 4, 16

    def assert_tcpdump_reads(self, path, words):
        if shutil.which("tcpdump") is None:
            return
        result = subprocess.run(["tcpdump", "-nvvr", path], capture_output=True, text=True,
                                timeout=harness.WAIT_S)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn("incorrect", result.stdout)
        self.assertNotIn("truncated", result.stdout + result.stderr)
        self.assertIn(words, result.stdout)

    def test_a_stream(self):
        path = os.path.join(self.folder, "stream.pcap")
        sent = os.urandom(5000)
        begun = time.time()
        with listener() as server:
            probe = self.start("tcp", target(server),
                               f"--send-file={self.file('data', sent)}", "--chunk-bytes=2500",
                               f"--pcap={path}", "--wait=inf")
            peer = self.accepted(server)
            there, here = target(server), "%s:%d" % peer.getpeername()
            self.assertEqual(harness.receive_exactly(peer, 5000), sent)
            peer.sendall(b"answer")
            peer.close()
            self.finish(probe)
        packets = parse_pcap(path)
        self.assertEqual([p[1:4] for p in packets[:3]],
                         [(here, there, self.SYN), (there, here, self.SYN | self.ACK),
                          (here, there, self.ACK)])
        for ends, expected in (((here, there), sent), ((there, here), b"answer")):
            stream, following = b"", None
            for _, source, to, flags, sequence, _, payload in packets:
                if (source, to) != ends:
                    continue
                if following is not None:
                    self.assertEqual(sequence, following)
                following = sequence + len(payload) + (1 if flags & (self.SYN | self.FIN) else 0)
                stream += payload
            self.assertEqual(stream, expected)
            self.assertEqual(sum(1 for p in packets if p[1:3] == ends and p[3] & self.FIN), 1)
        self.assertTrue(all(begun - 1 < p[0] < time.time() + 1 for p in packets))
        self.assert_tcpdump_reads(path, "length 1460")

    def test_datagrams_of_a_server(self):
        path = os.path.join(self.folder, "datagrams.pcap")
        probe = self.start("udp-listen", "0.0.0.0:0", "--echo", "--json", f"--pcap={path}")
        _, port = self.listening(probe)
        with udp_socket() as peer:
            peer.sendto(b"ping", ("127.0.0.1", port))
            self.assertEqual(peer.recvfrom(100)[0], b"ping")
            there, here = target(peer), f"127.0.0.1:{port}"
        probe.send_signal(signal.SIGINT)
        self.finish(probe)
        self.assertEqual([(p[1], p[2], p[6]) for p in parse_pcap(path)],
                         [(there, here, b"ping"), (here, there, b"ping")])
        self.assert_tcpdump_reads(path, "udp sum ok")

    def test_a_reset(self):
        path = os.path.join(self.folder, "reset.pcap")
        with listener() as server:
            probe = self.start("tcp", target(server), "--send=x", "--wait=inf", f"--pcap={path}")
            peer = self.accepted(server)
            self.assertEqual(peer.recv(1), b"x")
            harness.reset(peer)
            self.finish(probe)
        self.assertTrue(parse_pcap(path)[-1][3] & self.RST)
        full = self.start("tcp", "127.0.0.1:1", "--send=x", "--pcap=/dev/full")
        _, errors = self.finish(full, code=1)
        self.assertIn("cannot write /dev/full: ENOSPC", errors)


@harness.on_every_backend
class Readme(ProbeCase):
    def test_the_examples(self):
        readme = os.path.join(os.path.dirname(__file__), "../../tools/probe/README.md")
        with open(readme, encoding="utf-8") as text:
            examples = re.findall(r"^    ((?:printf '.*' \| )?sluice-probe [a-z].*)$", text.read(),
                                  re.MULTILINE)
        self.assertGreater(len(examples), 8)
        server = self.serve("--tcp=127.0.0.1:0", "--udp=127.0.0.1:0", listeners=2)
        self.file("login.probe", b'send "hello"\nexpect "hello"\n')
        shutil.copy(readme, self.folder)
        environment = dict(os.environ, SLUICE=harness.program("sluice-probe"))
        running = []  # all at once: a client waits a while for more
        for example in examples:
            transport = "udp" if "sluice-probe udp" in example else "tcp"
            line = example.replace("127.0.0.1:9999", server.target(transport))
            if "listen-queue" not in line and "sockopt" not in line:
                line = line.replace("sluice-probe ", f"sluice-probe --backend={self.backend} ")
            run = '"$SLUICE" ' if "|" in line else 'exec "$SLUICE" '
            process = subprocess.Popen(
                ["bash", "-c", line.replace("sluice-probe ", run, 1)], cwd=self.folder,
                env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.kill)
            running.append((example, process))
        for example, process in running:
            with self.subTest(example=example):
                if "-listen" in example:
                    self.assertIn("listening", process.stdout.readline())
                    process.send_signal(signal.SIGINT)
                output, errors = process.communicate(timeout=harness.WAIT_S)
                self.assertEqual(process.returncode, 0, output + errors)
        self.assertTrue(parse_pcap(os.path.join(self.folder, "ping.pcap")))


class BadInput(unittest.TestCase):
    def test_help_names_every_command(self):
        result = harness.run("sluice-probe", "--help")
        self.assertEqual(result.returncode, 0)
        for words in ("tcp-listen ADDRESS", "udp-listen ADDRESS", "sockopt [KIND [ADDR]]",
                      "listen-queue [ADDRESS]", "--script", "--pcap", "expect-regex", "Examples:"):
            self.assertIn(words, result.stdout)
        for line in result.stdout.splitlines():
            self.assertLessEqual(len(line), 80, line)

    def test_a_full_disk_is_a_failure(self):
        for flags in (["sockopt"], ["sockopt", "udp", "--json"]):
            with open("/dev/full", "wb") as full:
                result = subprocess.run([harness.program("sluice-probe"), *flags], stdout=full,
                                        stderr=subprocess.PIPE, text=True, timeout=harness.WAIT_S)
            self.assertEqual(result.returncode, 1, result)
            self.assertIn("cannot write to the standard output", result.stderr)

    def test_flags_and_arguments(self):
        for flags, pattern in (
                ([], "Usage: sluice-probe COMMAND"),
                (["telnet"], 'unknown command "telnet"'),
                (["tcp"], "tcp wants one address"),
                (["tcp", "nonsense"], 'malformed endpoint "nonsense"'),
                (["tcp", "http://x/"], "is a URL"),
                (["tcp", "127.0.0.1:1", "--send=\\q"], "--send: .*in column 1"),
                (["tcp", "127.0.0.1:1", "--hex=1"], "--hex: .*two hexadecimal digits"),
                (["tcp", "127.0.0.1:1", "--send=a", "--hex=01"], "give one of"),
                (["tcp", "127.0.0.1:1", "--every=1s"], "--every has no effect without"),
                (["tcp", "127.0.0.1:1", "--encoding=klingon"], "--encoding: "),
                (["tcp", "127.0.0.1:1", "--send=é", "--encoding=ASCII"], "cannot be said in ASCII"),
                (["tcp", "127.0.0.1:1", "--view=round"], 'unknown "round"'),
                (["tcp", "127.0.0.1:1", "--line-ending=cr"], 'unknown "cr"'),
                (["tcp", "unix:@x", "--pcap=/tmp/x"], "--pcap has no effect with unix-domain"),
                (["udp", "127.0.0.1:1", "--backlog=5"], "--backlog has no effect without"),
                (["tcp", "127.0.0.1:1", "--set=TCP_NODELAY=1"], "--set has no effect without"),
                (["sockopt", "tcp", "--send=x"], "--send has no effect with sockopt"),
                (["sockopt", "sctp"], 'unknown socket "sctp": there are tcp, '),
                (["sockopt", "tcp", "--set=TCP_NODELAY"], "is not NAME=VALUE"),
                (["sockopt", "--pid=1"], "--pid and --fd go together")):
            with self.subTest(flags=flags):
                result = harness.run("sluice-probe", *flags)
                self.assertEqual(result.returncode, 2, result)
                self.assertEqual(result.stdout, "")
                self.assertRegex(result.stderr, pattern)

    def test_files_that_are_not_there(self):
        with listener() as server:
            for flags, pattern in ((["--send-file=/nowhere"], "cannot read /nowhere: ENOENT"),
                                   (["--send-file=/dev/zero"], "is not a regular file"),
                                   (["--script=/nowhere"], "cannot read /nowhere"),
                                   (["--send=x", "--pcap=/nowhere/x"], "cannot write /nowhere/x")):
                result = harness.run("sluice-probe", "tcp", target(server), *flags)
                self.assertEqual(result.returncode, 1, result)
                self.assertRegex(result.stderr, pattern)


if __name__ == "__main__":
    unittest.main()
