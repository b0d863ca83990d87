"""A terminal with a screen, in memory: starts a program on it, types, and reads what a user sees.

It knows what xterm's description (terminfo(5)) makes a line editor and ncurses send; anything else
is an error, so that a stranger's escape sequence cannot pass unnoticed.
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

_SEQUENCE = re.compile(r"\x1b(?:\[([?>]?)((?:\d|;)*)([A-Za-z@])|\(B|[78=>M])")
_PART_OF_ONE = re.compile(r"\x1b(?:\[[?>]?(?:\d|;)*|\()?")
# Wraps at the margin, shows the cursor, blinks it, application keys, meta, bracketed paste.
_MODES_WITHOUT_EFFECT = {"?1", "?7", "?12", "?25", "?1034", "?2004", "4"}
_TAB = 8


def _width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """Rows of cells; lines wrap, and scroll into `history`. A wide character is followed by an
    empty cell. What ncurses draws on is the alternate screen, which has no history."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.history = []
        self.row = self.column = 0
        self._wrap = False  # the last column was written; the next character wraps
        self._covered = None  # while the alternate screen is shown: what it covers
        self._last = " "
        self._pending = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._clear()

    def _clear(self):
        self.cells = [self._blank() for _ in range(self.rows)]
        self._top, self._bottom = 0, self.rows - 1  # what scrolls

    def _blank(self):
        return [" "] * self.columns

    def lines(self):
        """What can be read, without trailing blanks: scrolled-out lines first and down to the last
        that is not empty; of the alternate screen, every row."""
        seen = ["".join(cells).rstrip() for cells in self.cells]
        if self._covered is not None:
            return seen
        seen = self.history + seen
        while seen and not seen[-1]:
            seen.pop()
        return seen

    def resize(self, columns, rows):
        """Cuts lines and rows off, or adds blanks."""
        while len(self.cells) > rows:
            if self.row < len(self.cells) - 1:
                self.cells.pop()
            else:
                self._scroll_out(0)
                self.row -= 1
        self.cells = [(cells + [" "] * columns)[:columns] for cells in self.cells]
        self.columns, self.rows = columns, rows
        self.cells += [self._blank() for _ in range(rows - len(self.cells))]
        self.column = min(self.column, columns - 1)
        self._top, self._bottom = 0, rows - 1

    def feed(self, data):
        """Takes bytes as they come; the beginning of a sequence waits for its rest."""
        text = self._pending + self._decoder.decode(data)
        position = 0
        while position < len(text):
            if text[position] != "\x1b":
                self._put(text[position])
                position += 1
                continue
            match = _SEQUENCE.match(text, position)
            if match is None:
                whole = not _PART_OF_ONE.fullmatch(text, position)
                assert not whole, f"not a sequence: {text[position:]!r}"
                break
            position = match.end()
            if match.group(3):
                self._control(*match.groups())
            elif match.group() == "\x1bM":
                self._reverse_line()
        self._pending = text[position:]

    def _scroll_out(self, row):
        cells = self.cells.pop(row)
        if row == 0 and self._covered is None:
            self.history.append("".join(cells).rstrip())

    def _new_line(self):
        self._wrap = False
        if self.row == self._bottom:
            self._scroll_up(1)
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def _reverse_line(self):
        self._wrap = False
        if self.row == self._top:
            self._scroll_down(1)
        else:
            self.row = max(self.row - 1, 0)

    def _put(self, character):
        if character == "\r":
            self.column, self._wrap = 0, False
        elif character == "\n":
            self._new_line()
        elif character == "\b":
            self.column, self._wrap = max(self.column - 1, 0), False
        elif character == "\t":
            self.column = min((self.column // _TAB + 1) * _TAB, self.columns - 1)
        elif character != "\a":
            assert character >= " ", f"a control character: {character!r}"
            self._write(character)

    def _write(self, character):
        width = _width(character)
        if self._wrap or self.column + width > self.columns:
            self._new_line()
            self.column = 0
        self.cells[self.row][self.column:self.column + width] = [character, "", ""][:width]
        self._last = character
        self.column += width
        if self.column == self.columns:
            self.column, self._wrap = self.columns - 1, True

    def _control(self, prefix, parameters, final):
        if not prefix and final in self._CONTROLS:
            self._wrap = self._wrap and final in "mb"
            self._CONTROLS[final](self, *[int(number or 0) for number in parameters.split(";")])
        elif final in "hl" and prefix + parameters == "?1049":
            self._alternate(final == "h")
        else:
            sequence = prefix + parameters + final
            harmless = (final in "hl" and prefix + parameters in _MODES_WITHOUT_EFFECT or
                        sequence in ("22;0;0t", "23;0;0t"))  # the window's title, kept and put back
            assert harmless, f"a sequence this screen does not know: {sequence!r}"

    def _alternate(self, on):
        self._wrap = False
        if on:
            self._covered = self.cells, self.row, self.column
            self._clear()
        elif self._covered is not None:
            size = self.columns, self.rows
            self.cells, self.row, self.column = self._covered
            self._covered = None
            self.resize(*size)

    def _scroll_up(self, count):
        for _ in range(max(count, 1)):
            self._scroll_out(self._top)
            self.cells.insert(self._bottom, self._blank())

    def _scroll_down(self, count):
        for _ in range(max(count, 1)):
            self.cells.pop(self._bottom)
            self.cells.insert(self._top, self._blank())

    def _up(self, count):
        self.row = max(self.row - max(count, 1), 0)

    def _down(self, count):
        self.row = min(self.row + max(count, 1), self.rows - 1)

    def _right(self, count):
        self.column = min(self.column + max(count, 1), self.columns - 1)

    def _left(self, count):
        self.column = max(self.column - max(count, 1), 0)

    def _to_column(self, column):
        self.column = min(max(column, 1), self.columns) - 1

    def _to_row(self, row):
        self.row = min(max(row, 1), self.rows) - 1

    def _to(self, row, column=1):
        self._to_row(row)
        self._to_column(column)

    def _erase_below(self, what):
        """To the end of the screen, or all of it."""
        assert what in (0, 2), f"erase {what}"
        if what == 0:
            self._erase_line(0)
        for row in range(self.row + 1 if what == 0 else 0, self.rows):
            self.cells[row] = self._blank()

    def _erase_line(self, what):
        """To the end of the line, or up to here."""
        assert what in (0, 1), f"erase {what}"
        erased = slice(self.column, None) if what == 0 else slice(0, self.column + 1)
        cells = self.cells[self.row]
        cells[erased] = [" "] * len(cells[erased])

    def _erase(self, count):
        cells = self.cells[self.row]
        erased = slice(self.column, self.column + max(count, 1))
        cells[erased] = [" "] * len(cells[erased])

    def _delete(self, count):
        cells = self.cells[self.row]
        del cells[self.column:self.column + max(count, 1)]
        cells += [" "] * (self.columns - len(cells))

    def _insert(self, count):
        cells = self.cells[self.row]
        cells[self.column:self.column] = [" "] * max(count, 1)
        del cells[self.columns:]

    def _insert_lines(self, count):
        for _ in range(max(count, 1)):
            self.cells.pop(self._bottom)
            self.cells.insert(self.row, self._blank())

    def _delete_lines(self, count):
        for _ in range(max(count, 1)):
            self.cells.pop(self.row)
            self.cells.insert(self._bottom, self._blank())

    def _repeat(self, count):
        for _ in range(max(count, 1)):
            self._write(self._last)

    def _colour(self, *_):
        pass

    def _scroll_between(self, top, bottom=0):
        self._top = max(top, 1) - 1
        self._bottom = min(bottom or self.rows, self.rows) - 1
        self.row = self.column = 0

    _CONTROLS = {
        "A": _up, "B": _down, "C": _right, "D": _left, "G": _to_column, "d": _to_row, "H": _to,
        "J": _erase_below, "K": _erase_line, "X": _erase, "P": _delete, "@": _insert,
        "L": _insert_lines, "M": _delete_lines, "b": _repeat, "m": _colour, "r": _scroll_between,
        "S": _scroll_up, "T": _scroll_down}


class TerminalProgram:
    """A program with a terminal of its own as standard input, output and error."""

    def __init__(self, name, *flags, columns=40, rows=15, **environment):
        self.screen = Screen(columns, rows)
        self.raw = b""  # all it wrote
        self.status = None
        self._ended = False
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.environ.update({"TERM": "xterm", **environment})
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
                os.execv(harness.program(name), [name, *flags])
            finally:
                os._exit(127)
        self.modes_before = termios.tcgetattr(self.fd)

    def resize(self, columns, rows):
        self.screen.resize(columns, rows)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.fd, text if isinstance(text, bytes) else text.encode())

    def _read(self, wait_s):
        if self._ended or not select.select([self.fd], [], [], wait_s)[0]:
            return False
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:  # EIO: nobody has the other end any more
            self._ended = True
            return False
        self.raw += data
        self.screen.feed(data)
        return True

    def wait_for(self, condition):
        """Until condition(lines of the screen) is true; returns the lines."""
        deadline = time.monotonic() + harness.WAIT_S
        while not condition(self.screen.lines()):
            if time.monotonic() > deadline or self._ended:
                raise AssertionError("not in time; the screen shows:\n" +
                                     "\n".join(self.screen.lines()))
            self._read(0.05)
        return self.screen.lines()

    def wait_for_drawn(self, condition):
        """The same, once it is drawn to its end: a screen of ncurses comes in pieces."""
        while True:
            self.wait_for(condition)
            while self._read(0.03):
                pass
            if condition(self.screen.lines()):
                return self.screen.lines()

    def wait_for_text(self, text):
        return self.wait_for_drawn(lambda lines: any(text in line for line in lines))

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
