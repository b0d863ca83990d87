"""Runs a program of the README and talks to it as a plain client would."""
import socket
import subprocess
import sys
import time
import unittest

WAIT_SECONDS = 20
NAME, PROGRAM = sys.argv[1:]
# Name: the port the README has, what is said to it, and what its answer has to end with.
CONVERSATIONS = {
    "readme_echo": (9999, "粘包 and plain text", "粘包 and plain text"),
    "readme_http": (8080, "GET /hello/world HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                    "\r\n\r\nHello, world\n"),
}
PORT, SAID, ANSWER = CONVERSATIONS[NAME]
ADDRESS = ("127.0.0.1", PORT)


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


class ReadmeProgram(unittest.TestCase):
    @unittest.skipIf(port_is_taken(), f"another program listens on {ADDRESS}")
    def test_answers_and_stops_on_sigterm(self):
        server = subprocess.Popen([PROGRAM])
        self.addCleanup(server.kill)
        with connect(server) as client:
            client.sendall(SAID.encode())
            client.shutdown(socket.SHUT_WR)
            received = b""
            while chunk := client.recv(1024):
                received += chunk
        self.assertTrue(received.decode().endswith(ANSWER), received)
        server.terminate()
        self.assertEqual(server.wait(WAIT_SECONDS), 0)


unittest.main(argv=sys.argv[:1])
