"""What the tests of sluice-drone share."""

import socket
import tempfile

import harness
from harness import ServerCase

ANY = "--listen=127.0.0.1:0"
NO_STATE = "--state-port=0"
FAST = "--speedup=50"


def free_port():
    """A UDP port that nobody has at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class DroneCase(ServerCase):

    def simulate(self, *flags):
        flags = (NO_STATE, *flags) if not any("state-port" in flag for flag in flags) else flags
        return self.serve("simulate", ANY, *flags, name="sluice-drone")

    def socket(self, host="127.0.0.1", port=0):
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        client.settimeout(harness.WAIT_S)
        client.bind((host, port))
        self.addCleanup(client.close)
        return client

    def ask(self, client, drone, text):
        client.sendto(text.encode(), drone)
        return client.recvfrom(1518)[0].decode()

    def fly(self, server, *flags, **options):
        return harness.run("sluice-drone", "fly", server.target("udp"),
                           f"--backend={self.backend}", NO_STATE, *flags, **options)

    def script(self, text):
        file = tempfile.NamedTemporaryFile("w", suffix=".txt")
        self.addCleanup(file.close)
        file.write(text)
        file.flush()
        return f"--script={file.name}"
