"""A terminal with a screen, in memory: starts a program on it, types, and reads what a user sees.

It knows what xterm's description (terminfo(5)) makes a line editor send; anything else is an error,
so that a stranger's escape sequence cannot pass unnoticed.
"""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unicodedata

import harness

_SEQUENCE = re.compile(r"\x1b\[(\d*(?:;\d*)*)([A-Za-z@])|\x1b[78=>M]|\x1b\[\?\d+[hl]")


def _width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """Rows of cells; lines wrap, and scroll into `history`."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [[" "] * columns for _ in range(rows)]
        self.history = []
        self.row = self.column = 0
        self._wrap = False  # the last column was written; the next character wraps

    def lines(self):
        """What can be read, scrolled-out lines first, without trailing blanks."""
        seen = self.history + ["".join(cells).rstrip() for cells in self.cells]
        while seen and not seen[-1]:
            seen.pop()
        return seen

    def feed(self, text):
        """Takes whole sequences; returns the beginning of one that is not."""
        position = 0
        while position < len(text):
            character = text[position]
            if character == "\x1b":
                match = _SEQUENCE.match(text, position)
                if not match:
                    assert len(text) - position < 20, f"not a sequence: {text[position:]!r}"
                    return text[position:]
                if match.group(2):
                    self._control(match.group(1), match.group(2))
                position = match.end()
            else:
                self._put(character)
                position += 1
        return ""

    def _new_line(self):
        self._wrap = False
        self.row += 1
        if self.row == self.rows:
            self.row -= 1
            self.history.append("".join(self.cells.pop(0)).rstrip())
            self.cells.append([" "] * self.columns)

    def _put(self, character):
        if character == "\r":
            self.column, self._wrap = 0, False
        elif character == "\n":
            self._new_line()
        elif character == "\b":
            self.column, self._wrap = max(self.column - 1, 0), False
        elif character != "\a":
            assert character >= " ", f"a control character: {character!r}"
            width = _width(character)
            if self._wrap or self.column + width > self.columns:
                self._new_line()
                self.column = 0
            self.cells[self.row][self.column:self.column + width] = [character, "", ""][:width]
            self.column += width
            if self.column == self.columns:
                self.column, self._wrap = self.columns - 1, True

    def _control(self, parameters, final):
        numbers = [int(number or 0) for number in parameters.split(";")]
        count = max(numbers[0], 1)
        cells = self.cells[self.row]
        self._wrap = False
        if final == "A":
            self.row = max(self.row - count, 0)
        elif final == "B":
            self.row = min(self.row + count, self.rows - 1)
        elif final == "C":
            self.column = min(self.column + count, self.columns - 1)
        elif final == "D":
            self.column = max(self.column - count, 0)
        elif final == "G":
            self.column = count - 1
        elif final == "H":
            self.row = count - 1
            self.column = max(numbers[-1], 1) - 1 if len(numbers) > 1 else 0
        elif final == "J" or final == "K":
            assert numbers[0] in (0, 2), f"erase {parameters}"
            cells[self.column:] = [" "] * (self.columns - self.column)
            if final == "J":
                first = 0 if numbers[0] == 2 else self.row + 1
                for row in range(first, self.rows):
                    self.cells[row] = [" "] * self.columns
        elif final == "P":
            del cells[self.column:self.column + count]
            cells += [" "] * (self.columns - len(cells))
        elif final == "@":
            cells[self.column:self.column] = [" "] * count
            del cells[self.columns:]
        else:
            assert final == "m", f"a sequence this screen does not know: {parameters}{final}"


class TerminalProgram:
    """A program with a terminal of its own as standard input, output and error."""

    def __init__(self, name, *flags, columns=40, rows=15, term="xterm"):
        self.screen = Screen(columns, rows)
        self.status = None
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._partial = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.environ["TERM"] = term
                os.execv(harness.program(name), [name, *flags])
            finally:
                os._exit(127)
        self.resize(columns, rows)
        self.modes_before = termios.tcgetattr(self.fd)

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.fd, text if isinstance(text, bytes) else text.encode())

    def _read(self, wait_s):
        if not select.select([self.fd], [], [], wait_s)[0]:
            return False
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:  # EIO: nobody has the other end any more
            return False
        self._partial = self.screen.feed(self._partial + self._decoder.decode(data))
        return True

    def wait_for(self, condition):
        """Until condition(lines of the screen) is true."""
        deadline = time.monotonic() + harness.WAIT_S
        while not condition(self.screen.lines()):
            if time.monotonic() > deadline:
                raise AssertionError("not in time; the screen shows:\n" +
                                     "\n".join(self.screen.lines()))
            self._read(0.05)

    def wait_for_output(self):
        """Until it wrote anything."""
        if not self._read(harness.WAIT_S):
            raise AssertionError("it wrote nothing")

    def wait_for_last(self, *expected):
        """Until these are the last lines of the screen."""
        self.wait_for(lambda lines: lines[-len(expected):] == list(expected))

    def wait_for_modes(self, line_editing):
        """Until the program took the terminal (ICANON off), or gave it back."""
        harness.wait_until(
            lambda: bool(termios.tcgetattr(self.fd)[3] & termios.ICANON) != line_editing,
            lambda: f"line editing {line_editing}")

    def modes(self):
        return termios.tcgetattr(self.fd)

    def wait(self):
        """Its exit code, or minus the signal; everything it wrote is on the screen."""
        deadline = time.monotonic() + harness.WAIT_S
        while self.status is None:
            if time.monotonic() > deadline:
                raise AssertionError("did not end; the screen shows:\n" +
                                     "\n".join(self.screen.lines()))
            self._read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
        while self._read(0.1):
            pass
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
