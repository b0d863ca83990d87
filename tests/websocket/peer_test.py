"""Our WebSockets against peers that are not ours. Skips, with the reason, those that are not here."""
import pathlib
import subprocess
import sys
import unittest

PROGRAM = sys.argv.pop()
HERE = pathlib.Path(__file__).parent
WAIT_SECONDS = 60


def python_with_websockets():
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            found = subprocess.run([python, "-c", "import websockets"], capture_output=True)
        except FileNotFoundError:
            continue
        if found.returncode == 0:
            return [python, "-B", str(HERE / "peer_websockets.py")]
    return None


def node_with_websocket():
    for flags in ([], ["--experimental-websocket"]):
        try:
            found = subprocess.run(["node", *flags, "-e", "WebSocket"], capture_output=True)
        except FileNotFoundError:
            return None
        if found.returncode == 0:
            return ["node", *flags, str(HERE / "peer_node.mjs")]
    return None


PYTHON = python_with_websockets()
NODE = node_with_websocket()


class Peers(unittest.TestCase):
    def start(self, command):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def client_against_our_server(self, command):
        server = self.start([PROGRAM, "serve"])
        word, endpoint = server.stdout.readline().split()
        self.assertEqual(word, "listening")
        client = subprocess.run([part.replace("URL", f"ws://{endpoint}/") for part in command],
                                capture_output=True, text=True, timeout=WAIT_SECONDS)
        self.assertEqual(client.returncode, 0, client.stderr)
        said, _ = server.communicate(timeout=WAIT_SECONDS)
        self.assertEqual(said, "closed by the peer: 4001 enough\n")
        self.assertEqual(server.returncode, 0)

    @unittest.skipIf(PYTHON is None, "no Python here has websockets (python3-websockets)")
    def test_websockets_is_the_client(self):
        for options in ([], ["no-compression"]):
            with self.subTest(options=options):
                self.client_against_our_server([*PYTHON, "client", "URL", *options])

    @unittest.skipIf(NODE is None, "no node here, or one without WebSocket")
    def test_node_is_the_client(self):
        self.client_against_our_server([*NODE, "URL"])

    @unittest.skipIf(PYTHON is None, "no Python here has websockets (python3-websockets)")
    def test_websockets_is_the_server(self):
        for options, compression in (([], "on"), (["no-compression"], "off")):
            with self.subTest(options=options):
                server = self.start([*PYTHON, "server", *options])
                url = server.stdout.readline().strip()
                client = subprocess.run([PROGRAM, "connect", url], capture_output=True, text=True,
                                        timeout=WAIT_SECONDS)
                self.assertEqual(client.stdout, f"open, subprotocol 'echo', compression {compression}\n"
                                                "closed by the peer: 4000 that is all\n")
                self.assertEqual(client.returncode, 0)
                self.assertEqual(server.wait(WAIT_SECONDS), 0)


unittest.main()
