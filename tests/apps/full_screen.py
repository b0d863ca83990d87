"""A program on a pseudo-terminal, and what stands on its screen: enough of xterm for ncurses."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import unicodedata

import harness


class Screen:
    """A grid of characters; a wide one is followed by an empty cell."""

    def __init__(self, columns, rows):
        self.resize(columns, rows)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""

    def resize(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [[" "] * columns for _ in range(rows)]
        self.x = self.y = 0
        self.top, self.bottom = 0, rows - 1

    def lines(self):
        return ["".join(row).rstrip() for row in self.cells]

    def feed(self, data):
        self._pending += self._decoder.decode(data)
        while self._pending:
            match = re.match(r"\x1b\[([?>=]?)([\d;]*)([@-~])", self._pending)
            if match:
                if not match.group(1):
                    self._csi([int(n or 0) for n in match.group(2).split(";")], match.group(3))
            else:
                match = re.match(r"\x1b[()].|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[=>78M]",
                                 self._pending)
                if not match and self._pending[0] == "\x1b":
                    return  # the rest is still to come
                match = match or re.match(r"(?s).", self._pending)
                if len(match.group()) == 1:
                    self._put(match.group())
            self._pending = self._pending[match.end():]

    def _put(self, character):
        if character == "\r":
            self.x = 0
        elif character == "\n":
            self._line_feed()
        elif character == "\b":
            self.x = max(0, self.x - 1)
        elif character >= " ":
            width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
            if self.x + width > self.columns:
                self.x = 0
                self._line_feed()
            self.cells[self.y][self.x] = character
            if width == 2:
                self.cells[self.y][self.x + 1] = ""
            self.last = character
            self.x = self.x + width

    def _line_feed(self):
        if self.y == self.bottom:
            del self.cells[self.top]
            self.cells.insert(self.bottom, [" "] * self.columns)
        else:
            self.y = min(self.y + 1, self.rows - 1)

    def _csi(self, numbers, letter):
        first = numbers[0]
        count = max(first, 1)
        row = self.cells[self.y]
        if letter in "Hf":
            self.y = min(count, self.rows) - 1
            self.x = min(max((numbers + [0])[1], 1), self.columns) - 1
        elif letter == "A":
            self.y = max(self.y - count, 0)
        elif letter == "B":
            self.y = min(self.y + count, self.rows - 1)
        elif letter == "C":
            self.x = min(self.x + count, self.columns - 1)
        elif letter == "D":
            self.x = max(self.x - count, 0)
        elif letter == "G":
            self.x = min(count, self.columns) - 1
        elif letter == "d":
            self.y = min(count, self.rows) - 1
        elif letter == "J":
            if first == 2:
                self.cells = [[" "] * self.columns for _ in range(self.rows)]
            elif first == 0:
                row[self.x:] = [" "] * (self.columns - self.x)
                for below in range(self.y + 1, self.rows):
                    self.cells[below] = [" "] * self.columns
        elif letter == "K":
            if first == 0:
                row[self.x:] = [" "] * (self.columns - self.x)
            elif first == 1:
                row[:self.x + 1] = [" "] * (self.x + 1)
        elif letter == "X":
            row[self.x:self.x + count] = [" "] * min(count, self.columns - self.x)
        elif letter == "P":
            del row[self.x:self.x + count]
            row += [" "] * (self.columns - len(row))
        elif letter == "@":
            row[self.x:self.x] = [" "] * count
            del row[self.columns:]
        elif letter == "b":
            for _ in range(count):
                self._put(self.last)
        elif letter == "r":
            self.top = max(first, 1) - 1
            self.bottom = min((numbers + [0])[1] or self.rows, self.rows) - 1
            self.x = self.y = 0
        elif letter in "LM":
            for _ in range(count):
                del self.cells[self.bottom if letter == "L" else self.y]
                self.cells.insert(self.y if letter == "L" else self.bottom, [" "] * self.columns)


class OnTerminal:
    """Runs a program on a terminal of its own."""

    def __init__(self, name, *flags, columns=80, rows=24):
        self.screen = Screen(columns, rows)
        self.raw = b""
        self.master, slave = pty.openpty()
        self._set_size(columns, rows)
        environment = dict(os.environ, TERM="xterm", LC_ALL="C.UTF-8")
        self.process = subprocess.Popen(
            [harness.program(name), *flags], stdin=slave, stdout=slave, stderr=slave,
            env=environment, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def _set_size(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, columns, rows):
        self.screen.resize(columns, rows)
        self._set_size(columns, rows)
        self.process.send_signal(signal.SIGWINCH)

    def type(self, text):
        os.write(self.master, text.encode())

    def read(self, timeout):
        """What the program has written within the time; False at its end."""
        if not select.select([self.master], [], [], timeout)[0]:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # EIO: the program is gone
            return False
        self.raw += data
        self.screen.feed(data)
        return bool(data)

    def wait_for(self, condition):
        """Until condition(lines of the screen) is true and the screen is drawn to its end; returns
        the lines."""
        deadline = time.monotonic() + harness.WAIT_S
        while True:
            while not condition(self.screen.lines()):
                if time.monotonic() > deadline or not self.read(0.1):
                    raise AssertionError("not on the screen:\n" + "\n".join(self.screen.lines()))
            while select.select([self.master], [], [], 0.03)[0] and self.read(0):
                pass
            if condition(self.screen.lines()):
                return self.screen.lines()

    def wait_for_text(self, text):
        return self.wait_for(lambda lines: any(text in line for line in lines))

    def wait(self):
        """The exit code, after all it wrote was read."""
        while self.read(harness.WAIT_S):
            pass
        return self.process.wait(harness.WAIT_S)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(harness.WAIT_S)
        os.close(self.master)
