"""One TCP connection to the server under test: sends what a case says, byte for byte, and keeps what
comes back. Every wait ends after `patience` seconds."""
import select
import socket
import time

EOF, RESET, OPEN = "eof", "reset", "open"  # how the server's side of the connection stands
POUR_ON_PACE_S = 0.01
PACE_S = 0.002  # between parts, so that the kernel hands them over one by one


class Half:
    """A step: shut down our sending side."""

    def __repr__(self):
        return "<half-close>"


class Wait:
    """A step: read until `answers` heads of answers (1xx counted) have come, or patience ends."""

    def __init__(self, answers):
        self.answers = answers

    def __repr__(self):
        return f"<wait for {self.answers} answer(s)>"


class Drip:
    """A step: these bytes one at a time."""

    def __init__(self, data):
        self.data = data

    def __repr__(self):
        return f"<drip {self.data!r}>"


class Pour:
    """A step: `piece` again and again, at most `times`, until the server cuts us off. When `reading`
    is false nothing is read meanwhile, as by a client that looks for an answer only after its body."""

    def __init__(self, piece, times, reading=True):
        self.piece, self.times, self.reading = piece, times, reading

    def __repr__(self):
        kind = "" if self.reading else " without reading"
        return f"<pour {len(self.piece)} bytes up to {self.times} times{kind}>"


class PourOn:
    """A step: `piece` without haste and without end, until the server cuts us off as it must within
    `seconds`; Wire.endless says that it did not."""

    def __init__(self, piece, seconds):
        self.piece, self.seconds = piece, seconds

    def __repr__(self):
        return f"<pour {len(self.piece)} bytes again and again for {self.seconds} s>"


class Wire:
    def __init__(self, address, patience):
        self.patience = patience
        self.received = bytearray()
        self.state = OPEN
        self.cut = False      # the server no longer takes what we send
        self.endless = False  # it took more than it ever should
        self._socket = socket.create_connection(address, timeout=patience)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def do(self, step):
        if isinstance(step, Half):
            self.half_close()
        elif isinstance(step, Wait):
            self.read_until(lambda: self.received.count(b"\r\n\r\n") >= step.answers)
        elif isinstance(step, Drip):
            for byte in step.data:
                self.send(bytes([byte]))
                time.sleep(PACE_S / 4)
        elif isinstance(step, Pour):
            self._pour(step)
        elif isinstance(step, PourOn):
            self._pour_on(step)
        else:
            self.send(step)
            time.sleep(PACE_S)

    def half_close(self):
        try:
            self._socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.cut = True

    def send(self, data, reading=True):
        """Sends all of it, reading meanwhile, so that neither side waits for the other."""
        view = memoryview(data)
        deadline = time.monotonic() + self.patience
        while view and not self.cut and time.monotonic() < deadline:
            readers = [self._socket] if reading and self.state == OPEN else []
            readable, writable, _ = select.select(readers, [self._socket], [], self.patience)
            if readable:
                self._read()
            if writable:
                try:
                    view = view[self._socket.send(view):]
                except BlockingIOError:
                    pass
                except OSError:
                    self.cut = True

    def read_until(self, enough, seconds=None):
        """Reads until `enough()` or the end of the connection; false when patience ran out."""
        deadline = time.monotonic() + (self.patience if seconds is None else seconds)
        while self.state == OPEN and not enough():
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                return False
            self._read()
        return True

    def _pour(self, step):
        deadline = time.monotonic() + self.patience
        for _ in range(step.times):
            if self.cut or time.monotonic() > deadline:
                return
            self.send(step.piece, step.reading)

    def _pour_on(self, step):
        deadline = time.monotonic() + step.seconds
        while not self.cut and time.monotonic() < deadline:
            self.send(step.piece)
            time.sleep(POUR_ON_PACE_S)
        self.endless = not self.cut

    def _read(self):
        try:
            data = self._socket.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            self.state = RESET
            return
        if data:
            self.received += data
        else:
            self.state = EOF
