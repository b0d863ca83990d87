"""sluice-cast between two network namespaces with two cables; plain Python sockets play the other
side, as the tutorials write them."""

import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

import cast_net
import harness

GROUP, PORT = "239.1.2.3", 9000
HEADER = re.compile(rb"SLUICE-CAST/1 ([0-9a-f]{16}) ([1-9][0-9]*)\n(.*)", re.DOTALL)
README = os.path.join(os.path.dirname(__file__), "..", "..", "apps", "cast", "README.md")
NET = None
WHY_NO_NET = None


def setUpModule():
    global NET, WHY_NO_NET
    try:
        NET = cast_net.Network()
    except (OSError, RuntimeError) as error:
        WHY_NO_NET = f"this host gives no network namespaces: {error}"


def tearDownModule():
    if NET:
        NET.close()


def numbered(run, sequence, text=b"x"):
    return b"SLUICE-CAST/1 %016x %d\n%s" % (run, sequence, text)


def receive_drops(pid, port):
    """Of the sockets of this port in the process's network (proc_net_udp(5))."""
    with open(f"/proc/{pid}/net/udp") as table:
        lines = [line.split() for line in table.readlines()[1:]]
    return sum(int(fields[12]) for fields in lines
               if int(fields[1].partition(":")[2], 16) == port)


class Receiving:
    """A sluice-cast receive at work; its lines as they come."""

    def __init__(self, process, lines):
        self.process = process
        self.lines = lines

    def line(self):
        return self.process.stdout.readline().rstrip("\n")

    def json(self):
        return json.loads(self.line())

    def end(self, code=0):
        """SIGTERM; the rest of what it printed."""
        self.process.send_signal(signal.SIGTERM)
        output, errors = self.process.communicate(timeout=harness.WAIT_S)
        assert self.process.returncode == code, (self.process.returncode, errors)
        return output


class NetCase:
    """Mixed into classes by on_every_backend."""

    backend = None

    def setUp(self):
        if WHY_NO_NET:
            self.skipTest(WHY_NO_NET)
        reason = harness.missing_backend(self.backend)
        if reason:
            self.skipTest(f"{self.backend} does not work here: {reason}")

    def program(self, namespace, *arguments, **options):
        process = subprocess.Popen(
            [harness.program("sluice-cast"), *arguments, f"--backend={self.backend}"],
            preexec_fn=lambda: cast_net.enter(namespace), text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **{"stdin": subprocess.DEVNULL, **options})
        # Whoever reads its output waits no longer than this.
        bound = threading.Timer(harness.WAIT_S, process.kill)
        bound.daemon = True
        bound.start()
        self.addCleanup(self._end, process, bound)
        return process

    @staticmethod
    def _end(process, bound):
        bound.cancel()
        process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            stream.close()

    def receive(self, *flags, places=1, namespace=None):
        process = self.program(namespace or NET.near, "receive", *flags)
        lines = []
        while len(lines) < places:
            lines.append(process.stdout.readline().rstrip("\n"))
            if not lines[-1]:
                self.fail(process.stderr.read())
        return Receiving(process, lines)

    def send(self, *flags, code=0, namespace=None, **options):
        """Runs it to its end; what it printed, and its complaints."""
        process = self.program(namespace or NET.near, "send", *flags, **options)
        output, errors = process.communicate(timeout=harness.WAIT_S)
        self.assertEqual(process.returncode, code, errors)
        return output, errors

    def sender(self, *arguments, **options):
        sock = NET.sender(*arguments, **options)
        self.addCleanup(sock.close)
        return sock

    def receiver(self, *arguments):
        sock = NET.receiver(*arguments)
        self.addCleanup(sock.close)
        return sock

    def assert_silent(self, sock):
        """Nothing waits there. What should not come would have, before what did elsewhere."""
        sock.setblocking(False)
        with self.assertRaises(BlockingIOError):
            sock.recv(100)


@harness.on_every_backend
class Hearing(NetCase):
    def test_only_the_interface_named_is_heard(self):
        for group, family in ((GROUP, socket.AF_INET), ("ff05::4:2", socket.AF_INET6),
                              ("ff02::4:2", socket.AF_INET6)):
            text = f"[{group}]" if ":" in group else group
            with self.subTest(group=group):
                both = self.receive(f"--group={text}:{PORT}", "--interface=eth0,eth1", "--json",
                                    places=2)
                one = self.receive(f"--group={text}:{PORT}", "--interface=eth1")
                self.assertRegex(one.lines[0], rf"^listening udp {re.escape(text)}:{PORT} "
                                 rf"\({self.backend}, 1 loop, interface eth1\)$")
                for name in ("far0", "far1"):
                    self.sender(NET.far, name, family).sendto(name.encode(), (group, PORT))
                heard = sorted((line["interface"], line["text"]) for line in (both.json(), both.json()))
                self.assertEqual(heard, [("eth0", "far0"), ("eth1", "far1")])
                self.assertRegex(one.line(), r"^\S+:\d+ far1$")
                self.assertIn("\n1 datagram from 1 sender\n", one.end())
                both.end()

    def test_an_interface_is_named_by_address_index_or_scope(self):
        index = NET.index(NET.near, "eth1")
        for name in ("eth1", "10.2.0.1", "fd02::1", str(index)):
            one = self.receive(f"--group={GROUP}:{PORT}", f"--interface={name}")
            self.assertIn("interface eth1", one.lines[0])
        one = self.receive(f"--group=[ff02::4:2%eth1]:{PORT}")
        self.sender(NET.far, "far1", socket.AF_INET6).sendto(b"hello", ("ff02::4:2", PORT))
        self.assertRegex(one.line(), r"^\[.*\]:\d+ hello$")

    def test_without_a_name_it_says_which_one_the_route_has(self):
        one = self.receive(f"--group={GROUP}:{PORT}")
        self.assertIn("interface eth0, the routing table's choice: --interface names another",
                      one.lines[0])
        self.sender(NET.far, "far0").sendto(b"hello", (GROUP, PORT))
        self.assertRegex(one.line(), r"^10\.1\.0\.2:\d+ hello$")

    def test_several_receivers_of_one_host_all_hear(self):
        ours = [self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0") for _ in range(3)]
        plain = self.receiver(NET.near, GROUP, PORT, "10.1.0.1")
        self.sender(NET.far, "far0").sendto(b"to all of you", (GROUP, PORT))
        self.assertEqual(plain.recv(1024), b"to all of you")
        for one in ours:
            self.assertRegex(one.line(), "to all of you$")

    def test_groups_of_others_on_the_same_port_are_not_heard(self):
        other = self.receiver(NET.near, "239.9.9.9", PORT, "10.1.0.1")
        everything = self.receive(f"--group=:{PORT}", "--broadcast")
        one = self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0")
        sender = self.sender(NET.far, "far0")
        sender.sendto(b"not for you", ("239.9.9.9", PORT))
        sender.sendto(b"for you", (GROUP, PORT))
        sender.sendto(b"for the host", ("10.1.0.1", PORT))
        self.assertEqual(other.recv(1024), b"not for you")
        self.assertRegex(one.line(), " for you$")
        self.assertRegex(everything.line(), " for the host$")

    def test_a_source_is_heard_alone(self):
        for group, wanted, unwanted, interface in (
                ("232.1.1.1", "10.1.0.2", "10.1.0.3", "far0"),
                ("ff35::4:2", "fd02::2", "fe80::22", "far1")):
            family = socket.AF_INET6 if ":" in group else socket.AF_INET
            text = f"[{group}]" if ":" in group else group
            with self.subTest(group=group):
                one = self.receive(f"--group={text}:{PORT}", f"--source={wanted}",
                                   f"--interface={interface.replace('far', 'eth')}")
                for source in (unwanted, wanted):
                    sender = self.sender(NET.far, interface, family)
                    with NET.inside(NET.far):
                        scope = socket.if_nametoindex(interface) if source[:2] == "fe" else 0
                        sender.bind((source, 0, 0, scope) if family == socket.AF_INET6
                                    else (source, 0))
                    sender.sendto(source.encode(), (group, PORT))
                self.assertRegex(one.line(), rf"{re.escape(wanted)}\]?:\d+ {re.escape(wanted)}$")
                self.assertIn("\n1 datagram from 1 sender\n", one.end())

    def test_broadcasts_are_heard_with_what_is_sent_to_the_host(self):
        directed = self.receive(f"--group=10.1.0.255:{PORT}", "--broadcast")
        everything = self.receive(f"--group=:{PORT}", "--broadcast", "--interface=eth0")
        sender = self.sender(NET.far, "far0")
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sender.sendto(b"host", ("10.1.0.1", PORT))
        sender.sendto(b"net", ("10.1.0.255", PORT))
        self.assertRegex(everything.line(), " host$")
        self.assertRegex(everything.line(), " net$")
        self.assertRegex(directed.line(), " net$")

    def test_what_strangers_send_moves_no_cursor(self):
        one = self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0")
        self.sender(NET.far, "far0").sendto("\x1b[2J粘包\r\n#9 forged\u202e\xff".encode() + b"\xff",
                                            (GROUP, PORT))
        line = one.line()
        self.assertIn("\\x1b[2J粘包\\x0d\\x0a#9 forged\\u202e\xff\\xff", line)

    def test_count_and_time_end_it(self):
        one = self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0", "--count=2")
        sender = self.sender(NET.far, "far0")
        for _ in range(3):
            sender.sendto(b"x", (GROUP, PORT))
        output, _ = one.process.communicate(timeout=harness.WAIT_S)
        self.assertEqual(one.process.returncode, 0)
        self.assertIn("\n2 datagrams from 1 sender\n", output)
        late = self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0", "--count=2", "--for=50ms")
        _, errors = late.process.communicate(timeout=harness.WAIT_S)
        self.assertEqual(late.process.returncode, 1)
        self.assertIn("ended after 0 of 2 datagrams", errors)

    def test_what_the_full_buffer_dropped_last_is_counted(self):
        one = self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0", "--json")
        sender = self.sender(NET.far, "far0")
        one.process.send_signal(signal.SIGSTOP)
        for _ in range(400):
            sender.sendto(bytes(1_000), (GROUP, PORT))
        harness.wait_until(lambda: receive_drops(one.process.pid, PORT) > 0,
                           lambda: "the receive buffer is full")
        one.process.send_signal(signal.SIGCONT)
        read = 0
        while read < 400 - receive_drops(one.process.pid, PORT):
            one.line()
            read += 1
        totals = json.loads(one.end().splitlines()[-1])
        self.assertEqual(totals["datagrams"] + totals["kernel_drops"], 400)

    def test_it_ends_when_nobody_reads_what_it_prints(self):
        for flags in ([], ["--json"]):
            one = self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0", *flags)
            one.process.stdout.close()
            self.sender(NET.far, "far0").sendto(b"x", (GROUP, PORT))
            self.assertEqual(one.process.wait(harness.WAIT_S), 0)


@harness.on_every_backend
class Gaps(NetCase):
    def test_lost_late_doubled_and_restarted(self):
        one = self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0")
        sender = self.sender(NET.far, "far0", port=4000)
        for run, sequence in ((7, 5), (7, 9), (7, 7), (7, 7), (7, 10), (8, 1), (7, 11), (8, 2)):
            sender.sendto(numbered(run, sequence), (GROUP, PORT))
        said = [one.line() for _ in range(13)]
        who = "10.1.0.2:4000"
        self.assertEqual([line for line in said if line.startswith("--")], [
            f"-- {who}: 3 missing: #6 to #8", f"-- {who}: #7 came late",
            f"-- {who}: #7 came again", f"-- {who}: started anew, with #1",
            f"-- {who}: #11 came too late to tell whether it came before"])
        totals = one.end().splitlines()[-1].split()
        self.assertEqual(totals[:3] + totals[4:], [who, f"{GROUP}:{PORT}", "on", "8", "2", "2", "1",
                                                   "1", "8", "B"])

    def test_what_the_network_lost_is_counted_exactly(self):
        NET.run(NET.near, "nft 'table ip lossy { counter dropped {}; chain in { type filter hook "
                "prerouting priority 0; udp dport 9000 numgen random mod 10 < 3 counter name "
                "dropped drop; }; }'")
        self.addCleanup(NET.run, NET.near, "nft delete table ip lossy")
        one = self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0", "--json")
        self.send("ping", f"--to={GROUP}:{PORT}", "--interface=far0", "--count=300",
                  "--interval=1ms", namespace=NET.far)
        counter = NET.run(NET.near, "nft list counter ip lossy dropped")
        dropped = int(re.search(r"packets (\d+)", counter).group(1))
        came = [one.json() for _ in range(300 - dropped)]
        totals = json.loads(one.end())
        numbers = [line["sequence"] for line in came]
        self.assertEqual(totals["datagrams"], 300 - dropped)
        self.assertGreater(dropped, 0)
        # What was lost before the first and after the last that came nobody can know.
        lost = numbers[-1] - numbers[0] + 1 - len(numbers)
        self.assertEqual(totals["senders"][0]["lost"], lost)
        told = [line["missing"] for line in came if line["order"] == "gap"]
        self.assertEqual(sum(last - first + 1 for first, last in told), lost)

    def test_a_sender_that_starts_anew_is_known_again(self):
        one = self.receive(f"--group={GROUP}:{PORT}", "--interface=eth0", "--json")
        for _ in range(2):
            self.send("hello", f"--to={GROUP}:{PORT}", "--interface=far0", "--from-port=4001",
                      "--count=2", "--interval=1ms", namespace=NET.far)
        self.assertEqual([one.json()["order"] for _ in range(4)],
                         ["in order", "in order", "restart", "in order"])
        sender = json.loads(one.end())["senders"][0]
        self.assertEqual((sender["sender"], sender["received"], sender["restarts"], sender["lost"]),
                         ("10.1.0.2:4001", 4, 1, 0))


@harness.on_every_backend
class Sending(NetCase):
    def test_plain_text_is_all_a_tutorial_prints(self):
        member = self.receiver(NET.far, GROUP, PORT, "10.1.0.2")
        self.send("粘包", f"--to={GROUP}:{PORT}", "--plain")
        self.assertEqual(member.recv(1024).decode(), "粘包")

    def test_each_datagram_has_its_number(self):
        member = self.receiver(NET.far, GROUP, PORT, "10.1.0.2")
        output, _ = self.send("hello", f"--to={GROUP}:{PORT}", "--count=3", "--interval=1ms")
        self.assertEqual(output, f"sent 3 to {GROUP}:{PORT} on eth0\n")
        packets = [HEADER.fullmatch(member.recv(1024)).groups() for _ in range(3)]
        self.assertEqual([packet[1:] for packet in packets],
                         [(b"%d" % number, b"hello") for number in (1, 2, 3)])
        self.assertEqual(len({packet[0] for packet in packets}), 1)

    def test_lines_of_a_file_or_of_standard_input(self):
        member = self.receiver(NET.far, GROUP, PORT, "10.1.0.2")
        with tempfile.NamedTemporaryFile() as file:
            file.write("one\n\n二\r\nlast".encode())
            file.flush()
            file.seek(0)
            for flags, options in (([f"--file={file.name}"], {}), ([], {"stdin": file}),
                                   (["--file=-", "--interval=1ms"], {"stdin": file})):
                file.seek(0)
                with self.subTest(flags=flags):
                    self.send(f"--to={GROUP}:{PORT}", "--plain", *flags, **options)
                    self.assertEqual([member.recv(1024).decode() for _ in range(3)],
                                     ["one", "二", "last"])

    def test_it_leaves_through_the_interface_named(self):
        for group in (GROUP, "ff05::4:2", "ff02::4:2"):
            v6 = ":" in group
            members = []
            for number in (0, 1):
                local = f"far{number}" if v6 else f"10.{number + 1}.0.2"
                members.append(self.receiver(NET.far, group, PORT, local))
                # Otherwise each would hear the other's: this host is a member on both.
                members[-1].setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"far%d" % number)
            for number, name in ((0, "eth0"), (1, "10.2.0.1"), (1, "fd02::1"), (0, "fe80::11")):
                with self.subTest(group=group, name=name):
                    self.send(name, f"--to=[{group}]:{PORT}", f"--interface={name}", "--plain")
                    self.assertEqual(members[number].recv(1024).decode(), name)
                    self.assert_silent(members[1 - number])
                    members[1 - number].settimeout(harness.WAIT_S)
            self.send("both", f"--to=[{group}]:{PORT}", "--interface=eth0,eth1", "--plain")
            self.assertEqual([member.recv(1024) for member in members], [b"both", b"both"])

    def test_hops_and_loopback(self):
        for group, near, far in ((GROUP, "10.1.0.1", "10.1.0.2"), ("ff05::4:2", "eth0", "far0")):
            text = f"[{group}]" if ":" in group else group
            with self.subTest(group=group):
                here = self.receiver(NET.near, group, PORT, near)
                there = self.receiver(NET.far, group, PORT, far)
                to = (f"--to={text}:{PORT}", "--interface=eth0", "--plain")
                self.send("this host", *to, "--ttl=0")
                self.assertEqual(here.recv(1024), b"this host")
                self.send("the network", *to)
                self.assertEqual(cast_net.receive_with_hops(here), (b"the network", 1))
                self.assertEqual(cast_net.receive_with_hops(there), (b"the network", 1))
                self.send("others", *to, "--ttl=7", "--no-loopback")
                self.assertEqual(cast_net.receive_with_hops(there), (b"others", 7))
                self.assert_silent(here)

    def test_a_broadcast_needs_leave(self):
        member = self.receiver(NET.far, GROUP, PORT, "10.1.0.2")
        for address, flags in (("10.1.0.255", []), ("255.255.255.255", ["--interface=eth0"])):
            to = f"--to={address}:{PORT}"
            _, errors = self.send("hello", to, *flags, code=1)
            self.assertRegex(errors, rf"^sluice-cast: cannot send to {address}:{PORT}.*: EACCES: "
                             rf"{address} is (a|the) broadcast address.*, and the kernel .*"
                             r"\(SO_BROADCAST\): give --broadcast\n$")
            self.send("hello", to, *flags, "--broadcast", "--plain")
            self.assertEqual(member.recv(1024), b"hello")

    def test_where_no_route_leads(self):
        for arguments in (("send", "x", f"--to={GROUP}:{PORT}"), ("receive", f"--group={GROUP}:1")):
            process = self.program(NET.far, *arguments)
            _, errors = process.communicate(timeout=harness.WAIT_S)
            self.assertEqual(process.returncode, 1)
            self.assertRegex(errors, rf"no route leads to {GROUP}:\d+: name the interface "
                             r"\(--interface, .*\), or add a route \(ip route add 224")
        _, errors = self.send("x", "--to=192.0.2.1:9", namespace=NET.far, code=1)
        self.assertIn("cannot send to 192.0.2.1:9: ENETUNREACH: no route leads there", errors)

    def test_an_interface_that_goes_and_comes_back(self):
        self.addCleanup(NET.run, NET.near, "ip addr add fd02::1/64 dev eth1 nodad || true;"
                        "ip link set eth1 up")
        member = self.receiver(NET.far, GROUP, PORT, "10.2.0.2")
        process = self.program(NET.near, "send", "x", f"--to={GROUP}:{PORT}", "--interface=eth1",
                               "--count=0", "--interval=5ms", "--plain")
        member.recv(100)
        NET.run(NET.near, "ip link set eth1 down")
        self.assertRegex(process.stderr.readline(), "^sluice-cast: cannot send to .* on eth1: ")
        NET.run(NET.near, "ip link set eth1 up")
        member.setblocking(False)
        try:
            while member.recv(100):
                pass
        except BlockingIOError:
            member.settimeout(harness.WAIT_S)
        self.assertEqual(member.recv(100), b"x")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=harness.WAIT_S)
        self.assertEqual(process.returncode, 1)
        self.assertRegex(errors, r"\d+ datagrams to .* on eth1 were not sent")

    def test_a_signal_in_the_middle(self):
        member = self.receiver(NET.far, GROUP, PORT, "10.1.0.2")
        for count, code, words in ((1000, 1, r"interrupted: \d+ of 1000 were sent"), (0, 0, "table's choice")):
            process = self.program(NET.near, "send", f"of {count}", f"--to={GROUP}:{PORT}",
                                   "--plain", f"--count={count}", "--interval=5ms")
            while member.recv(100) != b"of %d" % count:
                pass  # of the one before
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=harness.WAIT_S)
            self.assertEqual(process.returncode, code, errors)
            self.assertRegex(output, rf"^sent \d+ to {GROUP}")
            self.assertRegex(errors, words)


class Listing(unittest.TestCase):
    def setUp(self):
        if WHY_NO_NET:
            self.skipTest(WHY_NO_NET)

    def test_interfaces_as_the_kernel_has_them(self):
        enter = lambda: cast_net.enter(NET.near)
        with NET.inside(NET.near):
            names = dict(socket.if_nameindex())
        result = harness.run("sluice-cast", "interfaces", "--json", preexec=enter)
        rows = {row["index"]: row for row in map(json.loads, result.stdout.splitlines())}
        self.assertEqual({index: row["name"] for index, row in rows.items()}, names)
        eth0 = rows[NET.index(NET.near, "eth0")]
        self.assertEqual(eth0["flags"], ["UP", "MULTICAST", "BROADCAST"])
        self.assertIn({"address": "10.1.0.1/24", "broadcast": "10.1.0.255"}, eth0["addresses"])
        self.assertIn({"address": "fd01::1/64"}, eth0["addresses"])
        text = harness.run("sluice-cast", "interfaces", preexec=enter).stdout
        self.assertRegex(text, r"\d+ +eth0 +UP MULTICAST BROADCAST +10\.1\.0\.1/24 +10\.1\.0\.255\n")
        self.assertRegex(text, r"lo +UP LOOPBACK +127\.0\.0\.1/8")

    def test_every_command_of_the_readme_runs(self):
        with open(README) as file:
            commands = re.findall(r"^    (?:\$ )?(sluice-cast .*?)(?: +#.*)?$", file.read(), re.M)
        self.assertGreaterEqual(len(commands), 5)
        for command in commands:
            with self.subTest(command=command):
                words = command.split()
                ends = ["--for=20ms"] if words[1] == "receive" and "--for" not in words else []
                result = harness.run(*words, *ends, preexec=lambda: cast_net.enter(NET.near))
                self.assertEqual(result.returncode, 0, result.stderr)


class BadInput(unittest.TestCase):
    def test_usage_that_has_no_meaning(self):
        group = f"--group={GROUP}:{PORT}"
        to = f"--to={GROUP}:{PORT}"
        for arguments, pattern in (
                (["fly"], 'no subcommand "fly": there are send, receive and interfaces'),
                (["send", "x"], "--to is missing"),
                (["receive"], "--group is missing"),
                (["send", "x", "--to=239.1.2.3:0"], "nobody sends to port 0"),
                (["send", "x", "--to=unix:@x"], "is no IP address"),
                (["send", "x", to, "--ttl=256"], "--ttl must be from 0"),
                (["send", "x", to, "--file=y"], "send a text or --file, not both"),
                (["send", to, "--count=3"], "--count has no effect on lines"),
                (["send", "x", "--to=10.0.0.1:9", "--ttl=2"], "--ttl has no effect where --to is no"),
                (["send", "x", to, group], "--group has no effect on send"),
                (["send", "x" * 65500, to], "the text has 65500 bytes; a datagram takes"),
                (["receive", group, "--ttl=2"], "--ttl has no effect on receive"),
                (["receive", group, "--count=0"], "--count must be from 1"),
                (["receive", group, "stray"], 'unexpected argument "stray"'),
                (["receive", "--group=10.0.0.1:9000"], "is not a multicast group"),
                (["receive", group, "--source=239.1.2.4"], "not the numeric address of a sender"),
                (["receive", group, "--source=::1"], "groups of the source's own family"),
                (["receive", group, "--broadcast"], "name what is broadcast to"),
                (["interfaces", "--ttl=1"], "--ttl has no effect on interfaces")):
            with self.subTest(arguments=arguments):
                result = harness.run("sluice-cast", *arguments)
                self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
                self.assertRegex(result.stderr, "^sluice-cast: .*" + re.escape(pattern))

    def test_what_this_host_has_not(self):
        for arguments, pattern in (
                (["receive", f"--group={GROUP}:{PORT}", "--interface=no-such0"],
                 r'no interface of this host is called "no-such0" .*; there are .*\blo\b'),
                (["send", "--to=127.0.0.1:9", "--file=/no/such"], "cannot open /no/such: No such")):
            result = harness.run("sluice-cast", *arguments)
            self.assertEqual((result.returncode, result.stdout), (1, ""), result.stderr)
            self.assertRegex(result.stderr, "^sluice-cast: .*" + pattern)

    def test_help_and_version(self):
        result = harness.run("sluice-cast", "--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for part in ("Usage: sluice-cast", "Exit code", "Examples:", "--version"):
            self.assertIn(part, result.stdout)
        self.assertLessEqual(max(map(len, result.stdout.splitlines())), 80)
        self.assertRegex(harness.run("sluice-cast", "--version").stdout, r"^sluice-cast \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
