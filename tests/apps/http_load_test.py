"""sluice-load --http: what it sends, counts and finds, against servers that are scripts of raw bytes."""

import threading
import unittest

import harness
from load_test import FAST, LoadCase, PythonServer

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def read_head(connection, buffered):
    """One request's head, and what came behind it; nothing at the end."""
    while b"\r\n\r\n" not in buffered:
        data = connection.recv(65536)
        if not data:
            return None, b""
        buffered += data
    head, _, rest = buffered.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def answering(answer, body_bytes=0):
    """Serves each request with answer(head, body, number on its connection), until that is None."""

    def serve(connection):
        rest = b""
        number = 0
        while True:
            head, rest = read_head(connection, rest)
            if head is None:
                return
            while len(rest) < body_bytes:
                rest += connection.recv(65536)
            body, rest = rest[:body_bytes], rest[body_bytes:]
            answered = answer(head, body, number)
            number += 1
            if answered is None:
                return
            connection.sendall(answered)
            if b"Connection: close" in answered:
                return

    return serve


@harness.on_every_backend
class HttpLoad(LoadCase):

    def http(self, serve, *flags, path="/"):
        server = PythonServer(self, serve)
        return self.load(f"--http=http://{server.target}{path}", "--connections=2", *flags)

    def test_counts_its_answers(self):
        code, found = self.http(answering(lambda *_: OK), *FAST)
        self.assertEqual((code, found["errors"]), (0, 0), found)
        self.assertGreater(found["requests"], 0)
        self.assertEqual(found["answers"], {"2xx": found["requests"], "3xx": 0, "4xx": 0, "5xx": 0})
        self.assertEqual(found["bytes"], found["requests"] * len(OK))
        self.assertEqual(found["transport"], "http")
        self.assertEqual(found["connections_ready"], 2)

    def test_sends_what_it_was_told(self):
        heads = []

        def answer(head, body, _):
            heads.append(head + body)
            return OK

        code, _ = self.http(answering(answer, body_bytes=3), "--method=PUT", "--body=abc",
                            "--header=Accept: a, b", "--header=X-One:1,X-Two: 2", "--requests=1",
                            "--connections=1", path="/a?b=c")
        self.assertEqual(code, 0)
        self.assertEqual(len(set(heads)), 1)
        lines = heads[0].decode().split("\r\n")
        self.assertEqual(lines[0], "PUT /a?b=c HTTP/1.1")
        self.assertRegex(lines[1], r"^Host: 127\.0\.0\.1:\d+$")
        self.assertEqual(lines[2:], ["Accept: a, b", "X-One: 1", "X-Two: 2", "Content-Length: 3", "",
                                     "abc"])

    def test_so_many_requests_and_no_more(self):
        for depth in (1, 7):
            for threads in (1, 2):
                count = [0]
                lock = threading.Lock()

                def answer(*_):
                    with lock:
                        count[0] += 1
                    return OK

                code, found = self.http(answering(answer), "--requests=101", f"--depth={depth}",
                                        f"--threads={threads}")
                self.assertEqual((code, found["requests"]), (0, 101), found)
                self.assertEqual(count[0], 101 + 2)  # one opens each connection

    def test_every_framing(self):
        for answered in (
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                b"HTTP/1.1 204 No Content\r\n\r\n",
                b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
                b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
                b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"):
            with self.subTest(answered=answered):
                code, found = self.http(answering(lambda *_: answered), "--requests=20")
                self.assertEqual((code, found["requests"], found["bytes"]),
                                 (0, 20, 20 * len(answered)), found)

    def test_head_has_no_body(self):
        code, found = self.http(answering(lambda *_: OK[:-5]), "--method=HEAD", "--requests=20")
        self.assertEqual((code, found["requests"]), (0, 20), found)

    def test_what_a_closing_server_left_is_sent_again(self):
        def answer(_head, _body, number):
            return OK if number % 3 else OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

        code, found = self.http(answering(answer), "--requests=50", "--depth=5")
        self.assertEqual((code, found["requests"], found["errors"]), (0, 50, 0), found)

    def test_refusals_are_counted_and_fail(self):
        def answer(_head, _body, number):
            return OK if number % 2 else b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"

        code, found = self.http(answering(answer), "--requests=40")
        self.assertEqual(code, 1)
        self.assertEqual(found["answers"]["2xx"] + found["answers"]["5xx"], 40)
        self.assertGreater(found["answers"]["5xx"], 10)
        self.assertEqual(found["errors"], 0)
        self.assertRegex(self.reason, r"answers were 4xx or 5xx")
        code, _ = self.http(answering(answer), "--requests=40", "--any-status")
        self.assertEqual(code, 0)

    def test_what_is_wrong_has_a_name(self):
        for answered, reason in (
                (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "malformed"),
                (b"SMTP ready\r\n", "malformed"),
                (OK + OK, "malformed"),
                (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "malformed"),
                (None, "peer_closed")):
            with self.subTest(answered=answered):
                server = PythonServer(self, answering(lambda *_: answered))
                self.assert_finds(reason, f"--http=http://{server.target}/")

    def test_a_body_that_is_cut_off(self):
        def cut(connection):
            connection.recv(65536)
            connection.sendall(OK[:-1])

        server = PythonServer(self, cut)
        self.assert_finds("peer_closed", f"--http=http://{server.target}/")

    def test_no_answer(self):
        def swallow(connection):
            while connection.recv(1024):
                pass

        server = PythonServer(self, swallow)
        self.assert_finds("answer_timeout", f"--http=http://{server.target}/", "--timeout=100ms")

    def test_a_table_for_people(self):
        server = PythonServer(self, answering(lambda *_: OK))
        result = harness.run("sluice-load", f"--http=http://{server.target}/", "--requests=30")
        self.assertEqual(result.returncode, 0)
        self.assertIn("answers: 2xx 30", result.stdout)


class HttpUsage(unittest.TestCase):

    def test_flags_without_meaning(self):
        url = "--http=http://127.0.0.1:9/"
        for flags, pattern in (
                (["--http=127.0.0.1:9"], "no URL like http://HOST:PORT/PATH"),
                (["--http=https://127.0.0.1/"], "no URL like"),
                (["--http=http://127.0.0.1:9/a b"], "no URL like"),
                (["--http=http://127.0.0.1:0/"], "port 0"),
                ([url, "--method=A B"], "the method is no token"),
                ([url, "--header=none"], "is not \"Name: value\""),
                ([url, "--header=Host: x"], "a field that the client writes itself"),
                ([url, "--header=A: b\r\nC: d"], "holds a control byte"),
                ([url, "--size=3"], "--size has no effect with --http"),
                ([url, "--body=x", "--body-file=y"], "either --body or --body-file"),
                ([url, "--body-file=/nowhere"], "cannot read"),
                ([url, "--requests=5", "--warmup=1s"], "--warmup has no effect with --requests")):
            with self.subTest(flags=flags):
                result = harness.run("sluice-load", *flags)
                self.assertEqual(result.returncode, 2, result)
                self.assertRegex(result.stderr, "^sluice-load: .*" + pattern)


if __name__ == "__main__":
    unittest.main()
