"""The protocol of sluice-files (apps/files/PROTOCOL.md) once more, by the document and with the
standard library alone: what sluice-files sends and takes is held against it."""

import hashlib
import socket
import struct
import threading

import harness

HELLO, LIST, GET, PUT = 1, 2, 3, 4
ENTRY, END, FILE = 16, 17, 18
HAVE, BEGIN, DATA, DONE, STORED = 32, 33, 34, 35, 36
WAIT, ERROR = 48, 49
SHA256 = 2

NOT_FOUND, FORBIDDEN, DIRECTORY, NOT_REGULAR, BAD_NAME, NAME_TOO_LONG = 1, 2, 3, 4, 5, 6
NOT_WRITABLE, TOO_LARGE, NO_SPACE, BUSY, CHANGED, CORRUPT = 7, 8, 9, 10, 11, 12
BAD_REQUEST = 15


class Refused(Exception):
    """The other end sent an ERROR frame."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")
        self.code = code


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(">H", len(data)) + data


def frame(kind, *fields):
    message = bytes([kind]) + b"".join(fields)
    return struct.pack(">I", len(message)) + message


def meta(name, size, mode, modified_ns):
    return text(name) + struct.pack(">QIq", size, mode, modified_ns)


class Fields:
    """Takes a frame's fields from its front."""

    def __init__(self, data):
        self.data = data

    def take(self, layout):
        size = struct.calcsize(layout)
        values, self.data = struct.unpack(layout, self.data[:size]), self.data[size:]
        return values if len(values) > 1 else values[0]

    def text(self):
        size = self.take(">H")
        value, self.data = self.data[:size], self.data[size:]
        assert len(value) == size, "a text that is cut"
        return value


class Peer:
    """One connection, and the hash it was opened with: SHA-256, which Python has."""

    def __init__(self, address):
        self.socket = harness.connect(address)
        # Frames are sent one by one: Nagle and delayed acknowledgements would add 40 ms to each.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.send(frame(HELLO, text("sluice-files/1"), bytes([SHA256])))

    @classmethod
    def over(cls, accepted):
        """A server's end."""
        peer = cls.__new__(cls)
        peer.socket = accepted
        peer.socket.settimeout(harness.WAIT_S)
        return peer

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, *kinds):
        """The fields of the next frame, which must be one of these kinds; WAIT is passed over."""
        while True:
            head = harness.receive_exactly(self.socket, 4)
            if len(head) < 4:
                raise ConnectionError("the stream ended")
            size = struct.unpack(">I", head)[0]
            message = harness.receive_exactly(self.socket, size)
            fields = Fields(message[1:])
            if message[0] == ERROR:
                code = fields.take(">H")
                raise Refused(code, fields.text().decode())
            if message[0] == WAIT:
                continue
            assert message[0] in kinds, f"frame {message[0]} instead of {kinds}"
            fields.kind = message[0]
            return fields

    def list(self, directory=""):
        """{name: (size, mode, modified_ns, is_directory)}, and whether there was more."""
        self.send(frame(LIST, text(directory)))
        entries = {}
        while True:
            fields = self.receive(ENTRY, END)
            if fields.kind == END:
                return entries, fields.take(">B") == 1
            name = fields.text().decode()
            entries[name] = (*fields.take(">QIq"), fields.take(">B") == 1)

    def ask(self, name):
        """(size, mode, modified_ns, hash or b"") of a file that is now to be had."""
        self.send(frame(GET, text(name)))
        fields = self.receive(FILE)
        assert fields.text() == name.encode()
        return (*fields.take(">QIq"), fields.text())

    def have(self, there=b""):
        """Tells what is here already; where the sender begins."""
        self.send(frame(HAVE, struct.pack(">Q", len(there)), text(hashlib.sha256(there).digest())))
        return self.receive(BEGIN).take(">Q")

    def body(self, there, piece=None):
        """The bytes up to DONE behind those that are there, checked; `piece` is called for each."""
        data = bytearray(there)
        while True:
            fields = self.receive(DATA, DONE)
            if fields.kind == DONE:
                assert fields.text() == hashlib.sha256(data).digest(), "the sender's own hash"
                self.send(frame(STORED))
                return bytes(data)
            size = fields.take(">I")
            arrived = harness.receive_exactly(self.socket, size)
            if len(arrived) < size:
                raise ConnectionError("the stream ended in a body")
            data += arrived
            if piece:
                piece(len(data))

    def get(self, name, there=b""):
        self.ask(name)
        begin = self.have(there)
        assert begin in (0, len(there))
        return self.body(there[:begin])

    def offer(self, name, size, mode=0o644, modified_ns=1_700_000_000_123_456_789, digest=b""):
        """(bytes, hash) that the server has of it."""
        self.send(frame(PUT, meta(name, size, mode, modified_ns), text(digest)))
        fields = self.receive(HAVE)
        return fields.take(">Q"), fields.text()

    def send_body(self, data, begin, end=None):
        """BEGIN and DATA, in pieces of odd sizes."""
        self.send(frame(BEGIN, struct.pack(">Q", begin)))
        end = len(data) if end is None else end
        for at in range(begin, end, 77_777):
            piece = data[at:min(at + 77_777, end)]
            self.send(frame(DATA, struct.pack(">I", len(piece))) + piece)

    def finish(self, data):
        self.send(frame(DONE, text(hashlib.sha256(data).digest())))
        self.receive(STORED)

    def put(self, name, data, **about):
        """Returns how much of it the server had."""
        size, digest = self.offer(name, len(data), **about)
        begin = size if hashlib.sha256(data[:size]).digest() == digest else 0
        self.send_body(data, begin)
        self.finish(data)
        return begin


class Relay:
    """Between a client and a server: lets so many bytes of one direction pass, then holds it up."""

    def __init__(self, target, hold_after, direction):
        self.hold_after = hold_after  # None: never
        self._direction = direction   # "get": what the server sends; "put": what the client sends
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        self._sockets = []
        self.held = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def retarget(self, target):
        """New connections go there, and nothing is held up any more."""
        self._target, self.hold_after = target, None

    def _accept(self):
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            try:
                server = harness.connect(self._target)
            except OSError:
                client.close()
                continue
            self._sockets += [client, server]
            for source, sink, direction in ((client, server, "put"), (server, client, "get")):
                threading.Thread(target=self._pass, daemon=True,
                                         args=(source, sink, direction)).start()

    def _pass(self, source, sink, direction):
        passed = 0
        try:
            while data := source.recv(1 << 14):
                if direction == self._direction and self.hold_after is not None:
                    data = data[:max(0, self.hold_after - passed)]
                    if not data:
                        self.held.set()
                        return
                sink.sendall(data)
                passed += len(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def cut(self):
        """Breaks what there is."""
        for each in self._sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)  # close alone does not wake who receives there
            except OSError:
                pass
            each.close()
        self._sockets = []

    def close(self):
        self._listener.close()
        self.cut()
