"""sluice-files --protocol=bare and --protocol=marker beside the tutorials' own programs, written here
as the tutorials have them: plain blocking sockets, and nothing that frames."""

import os
import socket
import tempfile
import threading
import time
import unittest

import harness

LISTEN = "--listen=127.0.0.1:0"


def tutorial_download(address, name, encoding="utf-8"):
    """The downloader's client: one send, and here one recv after the other, until nothing comes."""
    client = harness.connect(address)
    client.send(name.encode(encoding))
    data = harness.receive_to_end(client)
    client.close()
    return data


def tutorial_file_server(folder, encoding="utf-8"):
    """The downloader's server, one client after the other. Returns its address."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                client = server.accept()[0]
            except OSError:
                return
            name = client.recv(1024).decode(encoding)
            path = os.path.join(folder, name)
            if os.path.exists(path):
                with open(path, "rb") as file:
                    client.sendall(file.read())
            client.close()

    threading.Thread(target=serve, daemon=True).start()
    return server


def naive_marker_receive(client, pause=0.0):
    """The marker client: the name, then pieces of 1,024 bytes until one of them is the mark."""
    name = client.recv(1024)
    time.sleep(pause)
    data = b""
    while True:
        piece = client.recv(1024)
        if piece == b"##" or not piece:
            break
        data += piece
    client.send("got it".encode())
    return name, data


def tutorial_marker_server(name, data, stick=False):
    """The marker server, for one client; `stick`: without its pauses."""
    server = socket.create_server(("127.0.0.1", 0))
    acknowledged = []

    def serve():
        client = server.accept()[0]
        pause = 0 if stick else 0.1
        client.send(name)
        time.sleep(pause)
        for begin in range(0, len(data), 1024):
            client.sendall(data[begin:begin + 1024])
        time.sleep(pause)
        client.send(b"##")
        acknowledged.append(client.recv(1024))
        client.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return server, thread, acknowledged


@harness.on_every_backend
class Plain(harness.ServerCase):

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        self.out = os.path.join(folder.name, "out")

    def write(self, name, data):
        with open(os.path.join(self.root, name), "wb") as file:
            file.write(data)

    def read_out(self):
        with open(self.out, "rb") as file:
            return file.read()

    def files_server(self, *flags):
        return self.serve(f"--root={self.root}", LISTEN, "serve", *flags, name="sluice-files")

    def get(self, protocol, address, *arguments):
        return harness.run("sluice-files", f"--backend={self.backend}", "get", f"--protocol={protocol}",
                           "%s:%d" % address, *arguments)

    def test_hundreds_of_downloaders_at_once(self):
        data = os.urandom(200_000)
        self.write("photo.jpg", data)
        self.write("empty", b"")
        server = self.files_server("--protocol=bare", "--pause=20ms", "--log")
        clients = [self.client(server.address()) for _ in range(300)]
        for client in clients:
            client.send(b"photo.jpg")
        for client in reversed(clients):
            self.assertEqual(harness.receive_to_end(client), data)
            client.close()
        # Missing, forbidden and empty look alike: it is what this protocol can say.
        os.symlink("/etc/hostname", os.path.join(self.root, "out_of_it"))
        for name in ("none", "../x", "/etc/hostname", "out_of_it", "empty", "x" * 2000):
            self.assertEqual(tutorial_download(server.address(), name), b"")
        server.wait_for_error(r"get none: not found")
        server.wait_for_error(r"get out_of_it: permission denied")
        self.stop(server)

    def test_a_name_that_comes_in_two_pieces(self):
        self.write("photo.jpg", b"jpeg")
        self.write("photo", b"the wrong one")
        server = self.files_server("--protocol=bare", "--pause=400ms")
        client = self.client(server.address())
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.send(b"photo")
        time.sleep(0.02)
        client.send(b".jpg\r\n")
        self.assertEqual(harness.receive_to_end(client), b"jpeg")
        ended = self.client(server.address())  # who ends his stream need not wait
        ended.send(b"photo")
        ended.shutdown(socket.SHUT_WR)
        self.assertEqual(harness.receive_to_end(ended), b"the wrong one")
        self.stop(server)

    def test_names_in_gbk(self):
        self.write("照片.jpg", b"jpeg")
        server = self.files_server("--protocol=bare", "--encoding=gbk", "--pause=20ms")
        self.assertEqual(tutorial_download(server.address(), "照片.jpg", "gbk"), b"jpeg")
        theirs = tutorial_file_server(self.root, "gbk")
        self.addCleanup(theirs.close)
        result = self.get("bare", theirs.getsockname(), "照片.jpg", "-o", self.out, "--encoding=gbk")
        self.assertEqual((result.returncode, self.read_out()), (0, b"jpeg"), result)
        self.stop(server)

    def test_get_bare_from_the_tutorials_server(self):
        data = os.urandom(3_000_000)
        self.write("big", data)
        self.write("empty", b"")
        theirs = tutorial_file_server(self.root)
        self.addCleanup(theirs.close)
        result = self.get("bare", theirs.getsockname(), "big", "-o", self.out)
        self.assertEqual((result.returncode, self.read_out()), (0, data), result)
        for name in ("none", "empty"):
            result = self.get("bare", theirs.getsockname(), name, "-o", self.out)
            self.assertEqual(result.returncode, 1)
            self.assertRegex(result.stderr, f"^sluice-files: get {name}: nothing came: .*\n$")
        self.assertEqual(self.read_out(), data, "what was there before stays")

    def test_marker_to_the_tutorials_client(self):
        data = os.urandom(20_000)
        self.write("img.jpg", data)
        server = self.files_server("--protocol=marker", "--name=img.jpg", "--pause=300ms", "--log")
        results = []

        def receive(client):
            client.settimeout(2)
            try:
                results.append(naive_marker_receive(client))
            except TimeoutError:
                results.append(None)  # its mark stuck to the file's end, and it waits for ever
            client.close()

        threads = [threading.Thread(target=receive, args=(self.client(server.address()),))
                   for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(harness.WAIT_S)
        # On a busy machine such a client goes wrong, whoever serves it; most do not.
        right = results.count((b"img.jpg", data))
        self.assertGreater(right, 50, results)
        server.wait_for_error("get img.jpg: acknowledged\n")
        self.stop(server)

    def test_a_mark_inside_a_file_cuts_it_short(self):
        """Why a mark is no framing: the same file, a naive receiver, ours, and our protocol."""
        data = b"A" * 2048 + b"##"
        self.write("img.jpg", data)
        server = self.files_server("--protocol=marker", "--name=img.jpg", "--pause=150ms")
        name, cut = naive_marker_receive(self.client(server.address()), pause=0.2)
        self.assertEqual((name, cut), (b"img.jpg", b"A" * 2048), "it stopped before the end")
        result = self.get("marker", server.address(), "-o", self.out, "--pause=150ms")
        self.assertEqual((result.returncode, self.read_out()), (0, data), result)
        self.stop(server)
        framed = self.files_server()
        result = harness.run("sluice-files", "get", framed.target(), "img.jpg", "-o", self.out)
        self.assertEqual((result.returncode, self.read_out()), (0, data), result)
        self.stop(framed)

    def test_get_marker_from_the_tutorials_server(self):
        for data in (os.urandom(500_000), b"", b"##", b"#", b"x##" * 1000):
            server, thread, acknowledged = tutorial_marker_server(b"img.jpg", data)
            with server:
                result = self.get("marker", server.getsockname(), "-o", self.out)
                self.assertEqual((result.returncode, self.read_out()), (0, data), result)
                thread.join(harness.WAIT_S)
                self.assertEqual(acknowledged, [b"ok"])

    def test_a_name_that_stuck_to_its_file_is_said_to_be_none(self):
        for name, stick in ((b"../../evil", False), (b".bashrc", False),
                            (b"img.jpg" + b"\0" * 300, True)):
            server, _, _ = tutorial_marker_server(name, b"data", stick)
            with server:
                result = self.get("marker", server.getsockname())
                self.assertEqual(result.returncode, 1, result)
                self.assertRegex(result.stderr, "the name the server sent is none")

    def test_a_marker_server_that_never_pauses(self):
        server = socket.create_server(("127.0.0.1", 0))

        def serve():
            client = server.accept()[0]
            client.settimeout(harness.WAIT_S)
            try:
                while True:
                    client.sendall(b"x" * 10_000)
            except OSError:
                client.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        with server:
            result = self.get("marker", server.getsockname(), "-o", self.out)
            thread.join(harness.WAIT_S)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, "^sluice-files: get .*: the server sends no name: .*\n$")

    def test_a_marker_server_that_breaks_off(self):
        server = socket.create_server(("127.0.0.1", 0))

        def serve():
            client = server.accept()[0]
            client.send(b"img.jpg")
            time.sleep(0.1)
            client.send(b"half of it")
            client.close()

        thread = threading.Thread(target=serve)
        thread.start()
        with server:
            result = self.get("marker", server.getsockname(), "-o", self.out)
            thread.join()
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, "^sluice-files: .*before its end mark\n$")
        self.assertFalse(os.path.exists(self.out))


class BadUsage(unittest.TestCase):

    def test_what_makes_no_sense_is_said_in_a_line(self):
        for arguments, line in (
                ([], "Usage: sluice-files"),
                (["fetch"], "no subcommand \"fetch\""),
                (["serve"], "--root is missing"),
                (["serve", "--root=.", "x"], "unexpected argument \"x\""),
                (["serve", "--root=.", "--protocol=ftp"], "\"ftp\" is none of framed"),
                (["serve", "--root=.", "--protocol=marker"], "--name is missing"),
                (["serve", "--root=.", "--protocol=bare", "--writable"], "--writable has no effect"),
                (["serve", "--root=.", "--protocol=bare", "--encoding=morse"], "unknown encoding"),
                (["serve", "--root=.", "--encoding=gbk"], "--encoding has no effect"),
                (["serve", "--root=.", "--max-upload-bytes=5"], "without --writable"),
                (["serve", "--root=.", "--retries=5"], "--retries has no effect with serve"),
                (["get"], "which server"),
                (["get", "127.0.0.1:1"], "which file"),
                (["get", "127.0.0.1", "a"], "127.0.0.1"),
                (["get", "127.0.0.1:1", "a/"], "\"a/\" names no file"),
                (["get", "127.0.0.1:1", "a", "b", "-o", "/none"], "is no directory"),
                (["get", "127.0.0.1:1", "a", "--root=."], "--root has no effect with get"),
                (["get", "127.0.0.1:1", "a", "--hash=md5"], "neither xxh3 nor sha256"),
                (["get", "127.0.0.1:1", "a", "--parallel=0"], "--parallel must be from 1"),
                (["get", "127.0.0.1:1", "a", "b", "--protocol=bare"], "gets one file"),
                (["get", "127.0.0.1:1", "a", "--protocol=marker"], "the server chooses"),
                (["put", "127.0.0.1:1"], "which file"),
                (["put", "127.0.0.1:1", "a", "-o", "b"], "has no effect with put"),
                (["put", "127.0.0.1:1", "a", "b", "--as=c"], "--as names one file"),
                (["put", "127.0.0.1:1", "a", "--protocol=bare"], "put is for --protocol=framed"),
                (["list", "127.0.0.1:1", "a", "b"], "one DIRECTORY")):
            with self.subTest(arguments=arguments):
                result = harness.run("sluice-files", *arguments)
                self.assertEqual(result.returncode, 2, result)
                self.assertIn(line, result.stderr)
                self.assertEqual(result.stdout, "")

    def test_what_cannot_be_done_is_said_in_a_line(self):
        for arguments, line in (
                (["serve", "--root=/none"], "/none"),
                (["serve", "--root=.", "--protocol=marker", "--name=none"], "--name: \"none\""),
                (["list", "127.0.0.1:1"], "Connection refused"),
                (["get", "127.0.0.1:1", "a"], "Connection refused"),
                (["get", "127.0.0.1:1", "a", "--protocol=bare"], "Connection refused"),
                (["put", "no-such-host.invalid:1", "a"], "no-such-host")):
            with self.subTest(arguments=arguments):
                result = harness.run("sluice-files", *arguments)
                self.assertEqual(result.returncode, 1, result)
                self.assertEqual(result.stderr.count("\n"), 1, result)
                self.assertIn(line, result.stderr)


if __name__ == "__main__":
    unittest.main()
