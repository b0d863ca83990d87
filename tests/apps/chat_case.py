"""What the tests of sluice-chat share: a room, and clients of each kind as the tutorials write them."""

import base64
import json
import os
import re
import socket
import struct

import harness


def udp_client(host="127.0.0.1", port=0):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(harness.WAIT_S)
    client.bind((host, port))
    return client


class Lines:
    """A client of the room over TCP, line by line."""

    def __init__(self, address, encoding="utf-8"):
        self.socket = harness.connect(address)
        self.encoding = encoding
        self._rest = b""

    def say(self, text):
        self.socket.sendall((text + "\n").encode(self.encoding))

    def hear(self):
        """The next line; None at the end."""
        while b"\n" not in self._rest:
            piece = self.socket.recv(4096)
            if not piece:
                return None
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode(self.encoding)

    def hear_until(self, pattern):
        """Skips to the line that matches, and returns it."""
        skipped = []
        while True:
            line = self.hear()
            assert line is not None, f"no {pattern!r} in {skipped!r}"
            if re.search(pattern, line):
                return line
            skipped.append(line)

    def close(self):
        self.socket.close()


class Browser(Lines):
    """The same over a WebSocket: a browser's handshake, and its masked frames."""

    def __init__(self, address):
        super().__init__(address)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /ws HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\nConnection: Upgrade\r\n"
            f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"Origin: http://{address[0]}:{address[1]}\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += harness.receive_exactly(self.socket, 1)
        assert head.startswith(b"HTTP/1.1 101 "), head
        self.closed = None

    def frame(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        length = (struct.pack("!B", 0x80 | size) if size < 126 else
                  struct.pack("!BH", 0x80 | 126, size))
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def say(self, text):
        self.frame(1, text.encode())

    def hear(self):
        head = harness.receive_exactly(self.socket, 2)
        if len(head) < 2:
            return None
        size = head[1]
        if size == 126:
            size = struct.unpack("!H", harness.receive_exactly(self.socket, 2))[0]
        payload = harness.receive_exactly(self.socket, size)
        if head[0] & 15 == 8:
            self.closed = struct.unpack("!H", payload[:2])[0]
            return None
        return payload.decode()


class ChatCase(harness.ServerCase):

    def room(self, *flags, host="127.0.0.1", preexec=None):
        return self.serve("serve", f"--udp={host}:0", f"--tcp={host}:0", f"--ws={host}:0", "--json",
                          *flags, name="sluice-chat", listeners=3, preexec=preexec)

    def udp(self, host="127.0.0.1", port=0):
        client = udp_client(host, port)
        self.addCleanup(client.close)
        return client

    def lines(self, room, encoding="utf-8", nick=None):
        client = Lines(room.address("tcp"), encoding)
        self._clients.append(client)
        self.addCleanup(client.close)
        client.hear_until("welcome")
        if nick:
            self.rename(client, nick)
        return client

    def browser(self, room, nick=None):
        client = Browser(room.address("ws"))
        self._clients.append(client)
        self.addCleanup(client.close)
        client.hear_until("welcome")
        if nick:
            self.rename(client, nick)
        return client

    @staticmethod
    def rename(client, nick):
        client.say("/nick " + nick)
        client.hear_until("you are " + nick)

    @staticmethod
    def who(client):
        """How many are in the room."""
        client.say("/who")
        return int(re.search(r"(\d+) here: ", client.hear_until(r"^-- \d+ here: ")).group(1))

    @staticmethod
    def hears_nothing(client):
        """Of what was sent before: the room answers in order, and did."""
        client.setblocking(False)
        try:
            heard = client.recv(65536)
        except BlockingIOError:
            return True
        finally:
            client.settimeout(harness.WAIT_S)
        raise AssertionError(f"heard {heard!r}")

    def counters(self, room):
        """Ends it; what it counted."""
        return json.loads(self.stop(room).splitlines()[-1])
