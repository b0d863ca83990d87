"""sluice-probe at a terminal of 80 columns and 24 rows: what somebody sees, and what he types."""

import os
import re
import signal
import socket
import unittest

import harness
from screen import TerminalProgram


@harness.on_every_backend
class AtATerminal(harness.ServerCase):
    def start(self, *flags, columns=80, rows=24):
        terminal = TerminalProgram("sluice-probe", *flags, f"--backend={self.backend}",
                                   columns=columns, rows=rows, LC_ALL="C.UTF-8")
        self.addCleanup(terminal.close)
        return terminal

    def connected(self, *flags, **size):
        server = socket.socket()
        self.addCleanup(server.close)
        server.settimeout(harness.WAIT_S)
        server.bind(("127.0.0.1", 0))
        server.listen()
        terminal = self.start("tcp", "127.0.0.1:%d" % server.getsockname()[1], *flags, **size)
        peer, _ = server.accept()
        peer.settimeout(harness.WAIT_S)
        self.addCleanup(peer.close)
        return terminal, peer

    def test_a_conversation(self):
        terminal, peer = self.connected()
        address = "127.0.0.1:%d" % peer.getsockname()[1]
        lines = terminal.wait_for_text("== #1 " + address)
        self.assertIn("sluice-probe tcp " + address, lines[0])
        self.assertIn("F1 help", lines[0])
        terminal.type("hello\\n 中文\r")
        self.assertEqual(harness.receive_exactly(peer, 13), "hello\n 中文".encode())
        terminal.wait_for_text("|hello. 中 文    |")
        peer.sendall("答\x1b[2J".encode())
        lines = terminal.wait_for_text("|答 .[2J         |")
        self.assertRegex("\n".join(lines), r"<- #1 .*chunk 1, 7 bytes")
        lines = terminal.wait_for_drawn(lambda l: "in 1/7 B  out 1/13 B" in l[-2])
        self.assertIn("#1 " + address, lines[-2])
        self.assertIn("unsent 0 B", lines[-2])
        self.assertEqual(lines[-1], ">")
        terminal.type("/quit\r")
        self.assertEqual(terminal.wait(), 0)
        self.assertIn(b"1 chunk, 7 bytes received", terminal.raw.rpartition(b"\x1b[?1049l")[2])

    def test_editing_and_history(self):
        terminal, peer = self.connected()
        terminal.wait_for_text("== #1")
        terminal.type("first\r")
        terminal.type("中文x")
        terminal.wait_for_drawn(lambda l: l[-1] == "> 中文x")
        terminal.type("\x7f\x1b[D\x1b[D" "a\x1b[C" "b\r")  # backspace, left, left, a, right, b
        terminal.type("\x1bOA\x1bOA\r")  # up, up
        terminal.type("typed\x1b[A\x1b[B!\r")  # up, and back down
        terminal.type("two words\x17three\r")
        expected = "firsta中b文firsttyped!two three".encode()
        self.assertEqual(harness.receive_exactly(peer, len(expected)), expected)

    def test_a_line_longer_than_the_screen(self):
        terminal, peer = self.connected()
        terminal.wait_for_text("== #1")
        text = "".join(chr(ord("a") + i % 26) for i in range(200))
        terminal.type(text)
        terminal.wait_for_drawn(lambda l: l[-1].endswith(text[-20:]))
        self.assertLessEqual(len(terminal.screen.lines()[-1]), 80)
        terminal.type("\x01")
        terminal.wait_for_drawn(lambda l: l[-1].startswith("> " + text[:20]))
        terminal.type("\r")
        self.assertEqual(harness.receive_exactly(peer, 200), text.encode())

    def test_views_scrolling_and_help(self):
        terminal, peer = self.connected()
        for number in range(30):
            peer.sendall(b"message %02d" % number)
            terminal.wait_for_text("message %02d" % number)
        terminal.wait_for_drawn(lambda l: "message 29" in l[-3])
        terminal.type("\x1b[5~")  # page up
        lines = terminal.wait_for_drawn(lambda l: "message 19" in l[-4] + l[-3] + l[-5])
        self.assertIn("20 newer lines", lines[0])
        peer.sendall(b"one more")
        terminal.wait_for_drawn(lambda l: "22 newer lines" in l[0] and
                          "message 19" in l[-4] + l[-3] + l[-5])
        terminal.type("\x1b[6~\x1b[6~")
        terminal.wait_for_drawn(lambda l: "one more" in l[-3])
        terminal.type("\x1bOQ")  # F2
        terminal.wait_for_drawn(lambda l: "[hex]" in l[0] and not any("|one more" in x for x in l))
        terminal.type("/view text\r")
        terminal.wait_for_drawn(lambda l: "[text]" in l[0] and "  one more" == l[-3])
        terminal.type("\x1bOP")  # F1
        terminal.wait_for_text("Page Up, Page Down")
        lines = terminal.wait_for_text("/quit            as Ctrl-C")
        terminal.type("x")
        terminal.wait_for_drawn(lambda l: "  one more" == l[-3] and l[-1] == "> x")

    def test_the_window_changes_its_size(self):
        terminal, peer = self.connected()
        peer.sendall(b"0123456789abcdef")
        terminal.wait_for_text("|0123456789abcdef|")
        terminal.resize(60, 12)
        terminal.wait_for_drawn(lambda l: "|01234567|" in "".join(l) and "in 1/16 B" in l[-2])
        terminal.resize(120, 40)
        terminal.wait_for_drawn(lambda l: "|0123456789abcdef|" in "".join(l) and "> " in l[-1] + " ")
        terminal.resize(20, 4)
        terminal.type("ok")
        terminal.wait_for_drawn(lambda l: l[-1] == "> ok")

    def test_a_server(self):
        terminal = self.start("tcp-listen", "127.0.0.1:0")
        lines = terminal.wait_for_drawn(lambda l: "nobody is there" in "".join(l[-2:-1]) and
                                  any("listening on 127.0.0.1:" in line for line in l))
        port = int(re.search(r"listening on 127\.0\.0\.1:(\d+)", "\n".join(lines)).group(1))
        one, two = self.client(("127.0.0.1", port)), self.client(("127.0.0.1", port))
        terminal.wait_for_drawn(lambda l: "2 peers" in l[-2])
        terminal.type("/to 2\r")
        terminal.wait_for_drawn(lambda l: l[-1] == "#2>")
        terminal.type("only you\r")
        self.assertEqual(harness.receive_exactly(two, 8), b"only you")
        terminal.type("/to all\r/hex 00 ff\r/peers\r")
        self.assertEqual(harness.receive_exactly(one, 2), b"\x00\xff")
        terminal.wait_for_text("#1 127.0.0.1:%d  in 0/0 B  out 1/2 B"
                               % one.getsockname()[1])
        terminal.type("/bogus\r")
        terminal.wait_for_text("unknown command /bogus")
        os.kill(terminal.pid, signal.SIGINT)
        self.assertEqual(terminal.wait(), 0)

    def test_the_end_of_a_connection_stays_on_the_screen(self):
        terminal, peer = self.connected()
        peer.sendall(b"last words")
        peer.close()
        terminal.wait_for_text("it is over; Ctrl-C ends the probe")
        terminal.wait_for_text("|last words      |")
        terminal.type("too late\r")
        terminal.wait_for_text("not sent: nobody is there")
        terminal.type("\x03")
        self.assertEqual(terminal.wait(), 0)

    def test_nobody_there(self):
        terminal = self.start("tcp", "127.0.0.1:1")
        # A long line goes on in the next.
        terminal.wait_for_drawn(lambda l: "!! cannot connect to 127.0.0.1:1: connect failed: "
                                    "ECONNREFUSED (Connection refused)"
                          in "".join(l).replace("    ", ""))
        terminal.type("\x1b[21~")  # F10
        self.assertEqual(terminal.wait(), 1)

    def test_plain_lines_at_a_terminal(self):
        terminal, peer = self.connected("--plain")
        terminal.wait_for_text("== #1")
        terminal.type("hello\r")
        self.assertEqual(harness.receive_exactly(peer, 5), b"hello")
        terminal.wait_for_text("|hello           |")
        peer.sendall(b"\x1b]0;title\x07")
        terminal.wait_for_text("|.]0;title.      |")
        peer.close()
        self.assertEqual(terminal.wait(), 0)


if __name__ == "__main__":
    unittest.main()
