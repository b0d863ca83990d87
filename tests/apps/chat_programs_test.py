"""sluice-chat's join, send and listen, over every transport, and bad usage."""

import json
import os
import signal
import socket
import subprocess
import tempfile
import unittest

import harness
from chat_case import ChatCase
from screen import TerminalProgram


@harness.on_every_backend
class Programs(ChatCase):
    """join, send and listen."""

    def start(self, *arguments, **options):
        process = subprocess.Popen(
            [harness.program("sluice-chat"), *arguments, f"--backend={self.backend}"],
            stdin=options.get("stdin", subprocess.DEVNULL), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def run_chat(self, *arguments, text=""):
        return subprocess.run(
            [harness.program("sluice-chat"), *arguments, f"--backend={self.backend}"],
            input=text, capture_output=True, text=True, timeout=harness.WAIT_S)

    def flags(self, room):
        return [f"--{transport}={room.target(transport)}" for transport in ("tcp", "udp", "ws")]

    def test_listen_shows_what_send_says(self):
        room = self.room()
        watch = self.lines(room)
        listeners = [self.start("listen", flag, "--count=6") for flag in self.flags(room)]
        json_listener = self.start("listen", self.flags(room)[1], "--count=6", "--json")
        harness.wait_until(lambda: self.who(watch) == 5, lambda: "listeners")
        # A listener over UDP is a member before it has proved itself; nothing is lost by that.
        for flag in self.flags(room):
            sent = self.run_chat("send", flag, text="one\n/two 二\n\n")
            self.assertEqual((sent.returncode, sent.stderr), (0, ""))
        for listener in listeners:
            said = [line for line in listener.communicate(timeout=harness.WAIT_S)[0].splitlines()
                    if not line.startswith("-- ")]
            self.assertEqual([line.partition(": ")[2] or line for line in said],
                             ["one", "/two 二"] * 3)
            self.assertEqual(listener.returncode, 0)
        objects = [json.loads(line) for line in
                   json_listener.communicate(timeout=harness.WAIT_S)[0].splitlines()]
        self.assertEqual([found["kind"] for found in objects], ["said"] * 6)
        self.assertEqual(objects[-1]["line"].partition(": ")[2], "/two 二")
        self.stop(room)

    def test_join_says_and_shows(self):
        room = self.room()
        ana = self.lines(room, nick="ana")
        for flag in self.flags(room):
            joined = self.start("join", flag, stdin=subprocess.PIPE)
            joined.stdin.write("here I am\n")
            joined.stdin.flush()
            ana.hear_until("here I am$")
            ana.say("welcome \x1b[31m" + flag)
            for line in joined.stdout:
                if "welcome \\x1b[31m" + flag in line:
                    break
            joined.stdin.close()
            joined.stdin = None
            self.assertEqual(joined.wait(harness.WAIT_S), 0)
        self.stop(room)

    def test_an_interrupt_says_goodbye(self):
        room = self.room()
        watch = self.lines(room)
        for flag in self.flags(room):
            listener = self.start("listen", flag)
            harness.wait_until(lambda: self.who(watch) == 2, lambda: "a listener")
            if flag.startswith("--tcp"):
                listener.stdout.readline()  # it is past its start
            else:
                watch.say("hear me")
                while "hear me" not in listener.stdout.readline():
                    pass
            listener.send_signal(signal.SIGINT)
            self.assertEqual(listener.wait(harness.WAIT_S), 0, listener.stderr.read())
            harness.wait_until(lambda: self.who(watch) == 1, lambda: "gone")
        self.stop(room)

    def test_a_servers_last_line_needs_no_end(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        listener = self.start("listen", f"--tcp=127.0.0.1:{server.getsockname()[1]}")
        connection, _ = server.accept()
        connection.sendall("one\n你".encode())
        connection.close()
        self.assertEqual(listener.communicate(timeout=harness.WAIT_S), ("one\n你\n", ""))
        self.assertEqual(listener.returncode, 0)

    def test_a_refusal_does_not_tear_the_typed_line(self):
        room = self.room()
        console = TerminalProgram(
            "sluice-chat", "send", self.flags(room)[0], "--encoding=ISO-8859-1",
            f"--backend={self.backend}", columns=80)
        self.addCleanup(console.close)
        console.wait_for_last(">")
        console.type("\u00e9\rhalf")
        console.wait_for_last(
            "> \u00e9", "!! not passed on: that line is no text in the room's encoding", "> half")
        console.type("\x15\x04")  # takes it back, and ends
        self.assertEqual(console.wait(), 1)
        self.stop(room)

    def test_what_goes_wrong_is_said(self):
        room = self.room("--max-message-bytes=100")
        self.lines(room, nick="ana")
        taken = self.run_chat("send", self.flags(room)[0], "--nick=ana", text="hello\n")
        self.assertEqual(taken.returncode, 1)
        self.assertIn("somebody else's name", taken.stderr)
        too_long = self.run_chat("send", self.flags(room)[0], text="x" * 200 + "\n")
        self.assertEqual(too_long.returncode, 1)
        self.assertIn("a line has up to 100 bytes", too_long.stderr)
        closed = harness.connect(room.address("tcp"))
        target = f"127.0.0.1:{closed.getsockname()[1]}"
        closed.close()
        for flag, words in ((f"--tcp={target}", "refused"), (f"--ws={target}", "refused"),
                            (f"--udp={target}", "does not answer")):
            failed = self.run_chat("listen", flag)
            self.assertEqual(failed.returncode, 1, flag)
            self.assertIn(words, failed.stderr)
        listener = self.start("listen", self.flags(room)[0])
        listener.stdout.readline()
        room.kill()
        self.assertEqual(listener.wait(harness.WAIT_S), 0 if listener.returncode == 0 else 1)

    def test_nobody_waits_for_a_room_that_does_not_close(self):
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        target = f"--tcp=127.0.0.1:{server.getsockname()[1]}"
        programs = [self.start("listen", target, "--count=1"), self.start("listen", target)]
        connections = [server.accept()[0] for _ in programs]
        for connection in connections:
            self.addCleanup(connection.close)
            connection.sendall(b"ana: hello\n")
        self.assertEqual(programs[1].stdout.readline(), "ana: hello\n")
        programs[1].send_signal(signal.SIGINT)
        for program in programs:
            self.assertEqual(program.wait(harness.WAIT_S), 0, program.stderr.read())

    def test_input_that_cannot_be_read_is_said(self):
        room = self.room()
        folder = os.open("/", os.O_RDONLY)
        self.addCleanup(os.close, folder)
        for program in ("join", "send"):
            process = self.start(program, self.flags(room)[0], stdin=folder)
            words = process.communicate(timeout=harness.WAIT_S)[1]
            self.assertEqual(process.returncode, 1, words)
            self.assertRegex(words, "^sluice-chat: standard input: .*[Dd]irectory")
        self.stop(room)

    def test_plain_speaks_with_the_tutorials_server(self):
        server = self.udp()
        listener = self.start("listen", "--plain", "--count=2",
                              f"--udp=127.0.0.1:{server.getsockname()[1]}")
        text, address = server.recvfrom(1024)
        self.assertEqual(text, b"register")
        server.sendto(b"register", address)
        server.sendto("你好".encode(), address)
        self.assertEqual(listener.communicate(timeout=harness.WAIT_S)[0], "register\n你好\n")
        sent = self.run_chat("send", "--plain", f"--udp=127.0.0.1:{server.getsockname()[1]}",
                             text="one\ntwo\n")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.assertEqual([server.recvfrom(1024)[0] for _ in range(2)], [b"one", b"two"])


class Readme(unittest.TestCase):
    """Its commands, word by word, on a loopback of their own: they name ports."""

    SCRIPT = """
        set -e
        listens() { for _ in $(seq 1000); do grep -q "$1" "$2" && return; sleep 0.05; done; exit 9; }
        {serve} > served & S=$!
        listens 'listening udp' served
        {listen} > heard & L=$!
        sleep 0.5  # it hears what is said from now on
        {send_udp}
        wait $L
        (sleep 1) | {join} > joined & J=$!
        listens 'you are ana' joined
        {send_ws}
        wait $J
        kill $S && wait $S
        {serve_gbk} > served_gbk & S=$!
        listens 'listening udp' served_gbk
        kill $S && wait $S
        cat heard joined served_gbk
    """

    def test_its_commands_work(self):
        namespace = ["unshare", "-Urn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        probe = subprocess.run([*namespace, "true"], capture_output=True, text=True)
        if probe.returncode != 0:
            self.skipTest(f"no namespace of one's own here: {probe.stderr.strip()}")
        root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
        with open(os.path.join(root, "apps", "chat", "README.md"), encoding="utf-8") as readme:
            commands = readme.read().split("```sh\n")[1].split("```")[0].splitlines()
        names = ("serve", "serve_gbk", "join", "listen", "send_udp", "send_ws")
        script = self.SCRIPT
        for name, command in zip(names, commands, strict=True):
            script = script.replace("{" + name + "}", command.partition("  #")[0].strip())
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run(
                [*namespace, "sh", "-c", script], cwd=folder, capture_output=True, text=True,
                timeout=harness.WAIT_S,
                env={**os.environ, "PATH": f"{os.path.dirname(harness.program('x'))}:"
                                           f"{os.environ['PATH']}"})
        self.assertEqual(result.returncode, 0, result.stderr)
        for words in ('"line":"one"', '"line":"two"', "pipe: three", "dropped_slow"):
            self.assertIn(words, result.stdout)


class BadUsage(unittest.TestCase):

    def test_bad_usage_is_one_clear_line(self):
        for flags, words in (
                (("serve", "--encoding=klingon"), "GBK"),
                (("serve", "--encoding=UTF-16"), "0x0a"),
                (("serve", "--nick=a"), "serve"),
                (("serve", "--max-message-bytes=1"), "64"),
                (("serve", "--udp=nonsense"), "nonsense"),
                (("join", "--tcp=:1", "--udp=:1"), "one of"),
                (("join", "--count=1"), "listen"),
                (("send", "--no-echo"), "send"),
                (("listen", "--plain"), "--udp"),
                (("listen", "--udp=:1", "--nick=a"), "UDP"),
                (("listen", "--nick=a b"), "spaces"),
                (("listen", "--ws=:1", "--encoding=GBK"), "UTF-8"),
                (("send", "--rate=-1"), "rate"),
                (("shout",), "serve, join, send and listen")):
            result = harness.run("sluice-chat", *flags)
            self.assertEqual(result.returncode, 2, flags)
            self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
            self.assertIn(words, result.stderr, flags)


if __name__ == "__main__":
    unittest.main()
