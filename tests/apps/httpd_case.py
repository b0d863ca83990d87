"""sluice-httpd over a small site of its own."""

import gzip
import http.client
import os
import tempfile

import harness
from harness import ServerCase, receive_to_end

LISTEN = "--listen=127.0.0.1:0"
BIG_BYTES = 8 << 20


class HttpdCase(ServerCase):
    """A tree of files, and a secret beside it."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.outside = folder.name
        self.root = os.path.join(folder.name, "site")
        os.makedirs(os.path.join(self.root, "sub"))
        self.write("index.html", b"<h1>home</h1>\n")
        self.write("sub/page.txt", b"0123456789")
        self.write("style.css", b"body {}\n")
        self.write("style.css.gz", gzip.compress(b"body {}\n"))
        self.big = os.urandom(1 << 16) * (BIG_BYTES >> 16)
        self.write("big.bin", self.big)
        with open(os.path.join(self.outside, "secret.txt"), "wb") as secret:
            secret.write(b"SECRET")

    def write(self, name, content):
        with open(os.path.join(self.root, name), "wb") as file:
            file.write(content)

    def read(self, name):
        with open(os.path.join(self.root, name), "rb") as file:
            return file.read()

    def serve_site(self, *flags):
        return self.serve(f"--root={self.root}", LISTEN, *flags, name="sluice-httpd")

    def ask(self, server, method, path, body=None, headers=None):
        """(status, headers, body) of one request on a connection of its own."""
        connection = http.client.HTTPConnection(*server.address(), timeout=harness.WAIT_S)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def exchange(self, server, sent):
        """All that comes back until the server closes."""
        client = self.client(server.address())
        client.sendall(sent)
        return receive_to_end(client)
