"""Runs the echo server of the README and talks to it as a plain client would."""
import socket
import subprocess
import sys
import time
import unittest

ADDRESS = ("127.0.0.1", 9999)  # as the README has it
WAIT_SECONDS = 20
PROGRAM = sys.argv.pop()


def port_is_taken() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(ADDRESS)
        except OSError:
            return True
    return False


def connect(server: subprocess.Popen) -> socket.socket:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return socket.create_connection(ADDRESS, timeout=WAIT_SECONDS)
        except ConnectionRefusedError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


class ReadmeEcho(unittest.TestCase):
    @unittest.skipIf(port_is_taken(), f"another program listens on {ADDRESS}")
    def test_echoes_and_stops_on_sigterm(self):
        server = subprocess.Popen([PROGRAM])
        self.addCleanup(server.kill)
        with connect(server) as client:
            client.sendall("粘包 and plain text".encode())
            client.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := client.recv(1024):
                received += chunk
        self.assertEqual(received.decode(), "粘包 and plain text")
        server.terminate()
        self.assertEqual(server.wait(WAIT_SECONDS), 0)


unittest.main()
