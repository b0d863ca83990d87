"""Starts the programs under test on ports of their own and stops them; every wait is bounded.

SLUICE_BIN names the folder of the programs; CMake's tests set it.
"""

import os
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

BACKENDS = ("epoll", "io_uring")
# Longest wait for anything: far beyond what a sanitizer build on a busy machine needs.
WAIT_S = 60.0


def program(name):
    folder = os.environ.get("SLUICE_BIN")
    if not folder:
        raise RuntimeError("set SLUICE_BIN to the folder of the programs, e.g. build/release/bin")
    return os.path.join(folder, name)


def limit_descriptors(count):
    """For preexec: this process may open no more."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def run(name, *flags, timeout=WAIT_S, preexec=None):
    """Runs a program to its end; the result has returncode, stdout and stderr as text."""
    return subprocess.run(
        [program(name), *flags], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=timeout, preexec_fn=preexec)


class Server:
    """A program that prints `listening TRANSPORT ADDRESS (...)` lines and runs until a signal."""

    def __init__(self, name, *flags, listeners=1, preexec=None, wrapper=()):
        """`wrapper`: a command that runs the one behind it in its own process (exec)."""
        self._errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            [*wrapper, program(name), *flags], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self._errors, preexec_fn=preexec)
        self.lines = []
        try:
            while len(self.lines) < listeners:
                self.lines.append(self._read_line())
        except Exception:
            self.kill()
            raise

    def _read_line(self):
        line = b""
        deadline = time.monotonic() + WAIT_S
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise AssertionError("no `listening` line in time")
            # Unbuffered, so that select sees what is left.
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                self.process.wait(WAIT_S)
                raise AssertionError(
                    f"ended with {self.process.returncode} before listening: {self.errors()}")
            line += byte
        return line.decode().rstrip("\n")

    def address(self, transport="tcp", index=0):
        """The index-th address of that transport: (host, port), or a unix path as text."""
        found = []
        for line in self.lines:
            match = re.fullmatch(r"listening (\w+) (\S+) \((.*)\)", line)
            assert match, f"not a listening line: {line!r}"
            if match.group(1) == transport:
                found.append(match.group(2))
        text = found[index]
        if text.startswith("unix:"):
            return "\0" + text[6:] if text[5] == "@" else text[5:]
        host, _, port = text.rpartition(":")
        return host.strip("[]"), int(port)

    def target(self, transport="tcp", index=0):
        """The same as text for a flag."""
        return [line.split()[2] for line in self.lines
                if line.split()[1] == transport][index]

    def errors(self):
        """Standard error so far."""
        self._errors.seek(0)
        return self._errors.read().decode()

    def wait_for_error(self, pattern):
        """Waits until standard error matches; returns the match."""
        return wait_until(lambda: re.search(pattern, self.errors()),
                          lambda: f"{pattern!r} in {self.errors()!r}")

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self):
        """The exit code and what it printed since it listened."""
        output, _ = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, output.decode()

    def stop(self):
        """SIGTERM must end it with 0; returns what it printed since it listened."""
        self.signal()
        code, output = self.wait()
        assert code == 0, f"ended with {code}: {self.errors()}"
        return output

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(WAIT_S)
        self.process.stdout.close()
        self._errors.close()

    def cpu_seconds(self):
        """User and system time so far (proc(5))."""
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(condition, describe):
    """Polls until condition() is true and returns its value."""
    deadline = time.monotonic() + WAIT_S
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not in time: {describe()}")
        time.sleep(0.005)


def connect(address):
    """A blocking client socket, as the tutorials make them, but with a bound on every wait."""
    if isinstance(address, str):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    else:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        client = socket.socket(family, socket.SOCK_STREAM)
    client.settimeout(WAIT_S)
    client.connect(address)
    return client


def receive_exactly(client, size):
    """Fewer bytes only when the peer ended the stream."""
    pieces = bytearray()
    while len(pieces) < size:
        piece = client.recv(min(size - len(pieces), 1 << 16))
        if not piece:
            break
        pieces += piece
    return bytes(pieces)


def receive_to_end(client):
    pieces = bytearray()
    while True:
        piece = client.recv(1 << 16)
        if not piece:
            return bytes(pieces)
        pieces += piece


def reset(client):
    """Closes so that the peer gets RST, as a client does that is killed with unread input."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


_missing = {}


def missing_backend(backend):
    """Why it does not work here, or None."""
    if backend not in _missing:
        result = run("sluice-load", f"--backend={backend}", "--tcp=127.0.0.1:1", "--timeout=1s",
                     "--connections=1")
        # Port 1 refuses; a backend that does not work says so instead.
        refused = "connect_refused" in result.stdout
        _missing[backend] = None if refused else result.stderr.strip()
    return _missing[backend]


def on_every_backend(case):
    """Makes a test class of `case` for each backend, in its module; `case` itself does not run."""
    module = sys.modules[case.__module__]
    for backend in BACKENDS:
        name = f"{case.__name__}_{backend}"
        setattr(module, name, type(name, (case, unittest.TestCase),
                                   {"backend": backend, "__module__": case.__module__}))
    return case


class ServerCase:
    """Mixed into test classes by on_every_backend."""

    backend = None

    def setUp(self):
        self._clients = []
        reason = missing_backend(self.backend)
        if reason:
            self.skipTest(f"{self.backend} does not work here: {reason}")

    def serve(self, *flags, name="sluice-echo", listeners=1, preexec=None):
        server = Server(name, f"--backend={self.backend}", *flags, listeners=listeners,
                        preexec=preexec)
        self.addCleanup(server.kill)
        return server

    def client(self, address):
        client = connect(address)
        self.addCleanup(client.close)
        self._clients.append(client)
        return client

    def stop(self, server):
        """As server.stop(), after the clients went: it need not wait for their ends."""
        for client in self._clients:
            client.close()
        return server.stop()

    def assert_serves(self, address):
        """A client that comes now is served."""
        client = self.client(address)
        client.sendall(b"Still Here?")
        self.assertEqual(receive_exactly(client, 11).upper(), b"STILL HERE?")
        client.close()
