"""sluice-httpd end to end: its files, uploads, service routes, log and flags, on both backends."""

import base64
import gzip
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest

import harness
from harness import receive_to_end, wait_until
from httpd_case import BIG_BYTES, HttpdCase

README = os.path.join(os.path.dirname(__file__), "../../apps/httpd/README.md")


@harness.on_every_backend
class Files(HttpdCase):
    def test_files_have_types_and_validators(self):
        server = self.serve_site()
        status, headers, body = self.ask(server, "GET", "/")
        self.assertEqual((status, body), (200, b"<h1>home</h1>\n"))
        self.assertTrue(headers["Content-Type"].startswith("text/html"))
        status, headers, body = self.ask(server, "GET", "/sub/page.txt")
        self.assertEqual((status, body), (200, b"0123456789"))
        again = {"If-None-Match": headers["ETag"]}
        self.assertEqual(self.ask(server, "GET", "/sub/page.txt", headers=again)[0], 304)
        again = {"If-Modified-Since": headers["Last-Modified"]}
        self.assertEqual(self.ask(server, "GET", "/sub/page.txt", headers=again)[0], 304)
        self.stop(server)

    def test_ranges(self):
        server = self.serve_site()
        status, headers, body = self.ask(server, "GET", "/sub/page.txt",
                                         headers={"Range": "bytes=2-4"})
        self.assertEqual((status, body, headers["Content-Range"]), (206, b"234", "bytes 2-4/10"))
        status, headers, _ = self.ask(server, "GET", "/sub/page.txt",
                                      headers={"Range": "bytes=10-"})
        self.assertEqual((status, headers["Content-Range"]), (416, "bytes */10"))
        self.stop(server)

    def test_a_large_file_arrives_whole(self):
        server = self.serve_site()
        status, _, body = self.ask(server, "GET", "/big.bin")
        self.assertEqual((status, len(body)), (200, BIG_BYTES))
        self.assertTrue(body == self.big)
        self.stop(server)

    def test_precompressed_neighbours(self):
        server = self.serve_site()
        status, headers, body = self.ask(server, "GET", "/style.css",
                                         headers={"Accept-Encoding": "gzip"})
        self.assertEqual((status, headers["Content-Encoding"]), (200, "gzip"))
        self.assertEqual(gzip.decompress(body), b"body {}\n")
        self.assertIn("Accept-Encoding", headers["Vary"])
        self.stop(server)

    def test_nothing_outside_the_root(self):
        os.symlink("../secret.txt", os.path.join(self.root, "link.txt"))
        server = self.serve_site()
        for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/sub/../../secret.txt",
                     "/..%2fsecret.txt", "/link.txt", "/sub%2f..%2f..%2fsecret.txt"):
            answer = self.exchange(
                server, f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            self.assertRegex(answer, rb"^HTTP/1.1 4\d\d ", path)
            self.assertNotIn(b"SECRET", answer, path)
        self.stop(server)

    def test_directories(self):
        server = self.serve_site()
        self.assertEqual(self.ask(server, "GET", "/sub/")[0], 404)
        status, headers, _ = self.ask(server, "GET", "/sub")
        self.assertEqual((status // 100, headers["Location"]), (3, "./sub/"))
        self.stop(server)
        server = self.serve_site("--list")
        status, _, body = self.ask(server, "GET", "/sub/")
        self.assertEqual(status, 200)
        self.assertIn(b"page.txt", body)
        self.stop(server)


@harness.on_every_backend
class Uploads(HttpdCase):
    def test_nothing_is_written_unless_asked_for(self):
        server = self.serve_site()
        for method in ("PUT", "POST", "DELETE"):
            status, headers, _ = self.ask(server, method, "/sub/page.txt", body=b"x")
            self.assertEqual(status, 405, method)
            self.assertIn("GET", headers["Allow"])
        self.assertEqual(self.read("sub/page.txt"), b"0123456789")
        self.stop(server)

    def test_put_replaces_and_delete_deletes(self):
        server = self.serve_site("--writable")
        self.assertEqual(self.ask(server, "PUT", "/new.txt", body=b"one")[0], 201)
        self.assertEqual(self.ask(server, "PUT", "/new.txt", body=b"two")[0], 204)
        self.assertEqual(self.read("new.txt"), b"two")
        kept = {"If-None-Match": "*"}
        self.assertEqual(self.ask(server, "PUT", "/new.txt", body=b"3", headers=kept)[0], 412)
        self.assertEqual(self.ask(server, "PUT", "/none/new.txt", body=b"3")[0], 409)
        self.assertEqual(self.ask(server, "PUT", "/sub/", body=b"3")[0], 409)
        self.assertEqual(self.ask(server, "DELETE", "/new.txt")[0], 204)
        self.assertEqual(self.ask(server, "DELETE", "/new.txt")[0], 404)
        self.assertEqual(self.ask(server, "DELETE", "/sub")[0], 409)
        self.stop(server)

    def test_what_was_written_is_seen_at_once(self):
        server = self.serve_site("--writable", "--threads=2")
        self.ask(server, "PUT", "/new.txt", body=b"0")
        for number in range(1, 9):
            self.assertEqual(self.ask(server, "GET", "/new.txt")[2], b"%d" % (number - 1))
            self.assertEqual(self.ask(server, "PUT", "/new.txt", body=b"%d" % number)[0], 204)
        self.assertEqual(self.ask(server, "GET", "/new.txt")[2], b"8")
        self.assertEqual(self.ask(server, "DELETE", "/new.txt")[0], 204)
        self.assertEqual(self.ask(server, "GET", "/new.txt")[0], 404)
        self.stop(server)

    def test_post_adds_a_file_to_a_directory(self):
        server = self.serve_site("--writable")
        places = set()
        for content in (b"first", b"second"):
            status, headers, _ = self.ask(server, "POST", "/sub/", body=content)
            self.assertEqual(status, 201)
            places.add(headers["Location"])
            self.assertEqual(self.ask(server, "GET", headers["Location"])[2], content)
        self.assertEqual(len(places), 2)
        self.assertEqual(self.ask(server, "POST", "/sub/page.txt", body=b"x")[0], 409)
        self.stop(server)

    def test_a_large_upload_in_chunks(self):
        server = self.serve_site("--writable")
        pieces = (self.big[i:i + 50_000] for i in range(0, BIG_BYTES, 50_000))
        connection = http.client.HTTPConnection(*server.address(), timeout=harness.WAIT_S)
        connection.request("PUT", "/copy.bin", body=pieces, encode_chunked=True,
                           headers={"Transfer-Encoding": "chunked"})
        self.assertEqual(connection.getresponse().status, 201)
        connection.close()
        self.assertTrue(self.read("copy.bin") == self.big)
        self.stop(server)

    def test_an_upload_that_ends_too_soon_leaves_nothing(self):
        server = self.serve_site("--writable")
        before = sorted(os.listdir(self.root))
        client = self.client(server.address())
        client.sendall(b"PUT /half.bin HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf")
        client.close()
        # The next answer comes behind the end of the first connection on the same loop.
        self.assertEqual(self.ask(server, "GET", "/half.bin")[0], 404)
        wait_until(lambda: sorted(os.listdir(self.root)) == before,
                   lambda: f"{sorted(os.listdir(self.root))} as before")
        self.stop(server)

    def test_too_long_is_413_and_leaves_nothing(self):
        server = self.serve_site("--writable", "--max-upload-bytes=1000")
        before = sorted(os.listdir(self.root))
        self.assertEqual(self.ask(server, "PUT", "/long.bin", body=b"x" * 1001)[0], 413)
        chunks = b"3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n"
        answer = self.exchange(
            server, b"PUT /long.bin HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:200])
        self.assertEqual(sorted(os.listdir(self.root)), before)
        self.stop(server)

    def test_credentials(self):
        path = os.path.join(self.outside, "writers")
        with open(path, "w", encoding="utf-8") as file:
            file.write("# who may write\nana:s3:cret\n")
        server = self.serve_site("--writable", f"--credentials={path}")

        def put(credentials):
            headers = {}
            if credentials is not None:
                headers["Authorization"] = "Basic " + base64.b64encode(credentials).decode()
            return self.ask(server, "PUT", "/new.txt", body=b"x", headers=headers)

        for wrong in (None, b"ana:", b"ana:s3:cre", b"ana:s3:crett", b"bob:s3:cret", b""):
            status, headers, _ = put(wrong)
            self.assertEqual(status, 401, wrong)
            self.assertTrue(headers["WWW-Authenticate"].startswith("Basic "))
        self.assertFalse(os.path.exists(os.path.join(self.root, "new.txt")))
        self.assertEqual(put(b"ana:s3:cret")[0], 201)
        self.assertEqual(self.ask(server, "GET", "/new.txt")[0], 200)
        self.stop(server)


@harness.on_every_backend
class ServiceRoutes(HttpdCase):
    def test_health_and_metrics(self):
        server = self.serve_site("--threads=2")
        self.assertEqual(self.ask(server, "GET", "/healthz")[::2], (200, b"ok\n"))
        self.assertEqual(self.ask(server, "GET", "/none")[0], 404)
        status, headers, body = self.ask(server, "GET", "/metrics")
        self.assertEqual(status, 200)
        self.assertTrue(headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        values = {}
        for line in body.decode().splitlines():
            if line.startswith("#"):
                self.assertRegex(line, r"^# (HELP|TYPE) [a-z_]+ \S")
                continue
            match = re.fullmatch(r'([a-z_]+(?:\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})?) (\S+)', line)
            self.assertTrue(match, line)
            self.assertNotIn(match.group(1), values)
            values[match.group(1)] = float(match.group(2))
        both = lambda name, label="": sum(
            values[f'{name}{{loop="{loop}"{label}}}'] for loop in (0, 1))
        self.assertEqual(both("sluice_http_requests_total"), 3)
        self.assertEqual(both("sluice_http_answers_total", ',class="2xx"'), 1)
        self.assertEqual(both("sluice_http_answers_total", ',class="4xx"'), 1)
        self.assertGreaterEqual(both("sluice_connections"), 1)
        self.assertGreater(values["process_resident_memory_bytes"], 1 << 20)
        self.stop(server)

    def test_the_live_page_and_its_events(self):
        server = self.serve_site()
        status, headers, body = self.ask(server, "GET", "/live")
        self.assertEqual(status, 200)
        self.assertIn(b"EventSource", body)
        self.assertNotRegex(body, rb"https?://")
        self.assertEqual(self.ask(server, "HEAD", "/live/events")[0], 200)
        client = self.client(server.address())
        client.sendall(b"GET /live/events HTTP/1.0\r\n\r\n")
        received = b""
        while received.count(b"data: ") < 2:
            received += client.recv(1 << 16)
        head, _, events = received.partition(b"\r\n\r\n")
        self.assertIn(b"text/event-stream", head)
        event = json.loads(re.search(rb"data: (.*)\n", events).group(1))
        self.assertEqual(len(event["loops"]), 1)
        self.assertGreaterEqual(event["loops"][0]["requests"], 3)
        # The stream is ended by the server: a stop does not wait for --drain.
        server.signal()
        receive_to_end(client)
        self.assertEqual(server.wait()[0], 0)

    def listen_on_first_loop(self, server):
        """A browser of /live/events whose loop is the first, where the other serves nobody."""
        while True:
            client = self.client(server.address())
            client.sendall(b"GET /live/events HTTP/1.1\r\nHost: a\r\n\r\n")
            received = b""
            while b"data: " not in received or not received.endswith(b"\n\n\r\n"):
                received += client.recv(1 << 16)
            event = json.loads(re.search(rb"data: (.*)\n", received).group(1))
            if [loop["connections"] for loop in event["loops"]] == [1, 0]:
                return client
            harness.reset(client)

    def test_a_stop_waits_for_no_browser_though_another_loop_has_ended(self):
        server = self.serve_site("--threads=2", "--drain=20s")
        client = self.listen_on_first_loop(server)
        server.signal()
        self.assertTrue(receive_to_end(client).endswith(b"0\r\n\r\n"))
        self.assertEqual(server.wait()[0], 0)

    def test_routes_to_try_clients_against(self):
        server = self.serve_site("--echo")
        sent = self.big[:1 << 20]
        status, headers, body = self.ask(server, "POST", "/echo", body=sent,
                                         headers={"Content-Type": "x/y"})
        self.assertEqual((status, headers["Content-Type"]), (200, "x/y"))
        self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
        self.assertTrue(body == sent)
        self.assertEqual(self.ask(server, "POST", "/echo", body=b"")[::2], (200, b""))
        self.assertEqual(self.ask(server, "GET", "/echo")[0], 405)
        for code in (200, 204, 301, 304, 400, 401, 403, 404, 405, 418, 429, 500, 501, 503):
            self.assertEqual(self.ask(server, "GET", f"/status/{code}")[0], code)
        self.assertEqual(self.ask(server, "GET", "/status/100")[0], 400)
        self.assertEqual(self.ask(server, "GET", "/delay/20")[::2], (200, b"done\n"))
        # A client that does not wait for it.
        client = self.client(server.address())
        client.sendall(b"GET /delay/200 HTTP/1.1\r\nHost: a\r\n\r\n")
        harness.reset(client)
        self.assertEqual(self.ask(server, "GET", "/delay/300")[0], 200)
        self.stop(server)

    def test_echo_of_a_long_body_to_a_client_that_reads_meanwhile(self):
        server = self.serve_site("--echo")
        client = self.client(server.address())
        head = f"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: {BIG_BYTES}\r\n" \
               "Connection: close\r\n\r\n"
        sender = threading.Thread(target=client.sendall, args=(head.encode() + self.big,))
        sender.start()
        answer = receive_to_end(client)
        sender.join()
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "))
        self.assertTrue(answer.endswith(b"\r\n\r\n" + self.big))
        self.stop(server)

    def test_echo_of_a_malformed_body_is_400(self):
        server = self.serve_site("--echo")
        answer = self.exchange(
            server, b"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    b"5\r\nhello\r\nx\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
        self.stop(server)

    def test_a_web_socket_that_echoes(self):
        server = self.serve_site("--echo")
        client = self.client(server.address())
        # The key and its answer are those of RFC 6455 1.3, the frame that of 5.7, masked.
        client.sendall(b"GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                       b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                       b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")
        client.sendall(b"\x88\x82\0\0\0\0\x03\xe8")
        head, _, frames = receive_to_end(client).partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 101 "), head)
        self.assertIn(b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head)
        self.assertEqual(frames, b"\x81\x05Hello" b"\x88\x02\x03\xe8")
        self.assertEqual(self.ask(server, "GET", "/ws")[0], 426)
        self.stop(server)

    def test_trace_only_where_asked_for(self):
        request = b"TRACE / HTTP/1.1\r\nHost: a\r\nX: y\r\nCookie: z\r\nConnection: close\r\n\r\n"
        server = self.serve_site()
        self.assertTrue(self.exchange(server, request).startswith(b"HTTP/1.1 405 "))
        self.stop(server)
        server = self.serve_site("--trace")
        answer = self.exchange(server, request)
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "))
        self.assertIn(b"\r\n\r\nTRACE / HTTP/1.1\r\n", answer)
        self.assertNotIn(b"Cookie", answer)
        self.stop(server)

    def test_health_says_so_while_stopping(self):
        server = self.serve_site("--echo")
        client = self.client(server.address())
        # The second waits for the first: it is here before the stop, and answered after it.
        client.sendall(b"GET /delay/700 HTTP/1.1\r\nHost: a\r\n\r\n"
                       b"DELETE /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.2)
        server.signal()
        answers = receive_to_end(client)
        self.assertTrue(answers.startswith(b"HTTP/1.1 200 "), answers)
        self.assertIn(b"HTTP/1.1 405 ", answers)
        self.assertEqual(server.wait()[0], 0)


@harness.on_every_backend
class AccessLog(HttpdCase):
    def log_path(self):
        return os.path.join(self.outside, "access.log")

    def log_lines(self, path=None):
        with open(path or self.log_path(), encoding="utf-8") as log:
            return log.read().splitlines()

    def test_common_format(self):
        server = self.serve_site(f"--access-log={self.log_path()}")
        self.ask(server, "GET", "/sub/page.txt")
        self.ask(server, "GET", "/none?x=%22")
        self.stop(server)
        first, second = self.log_lines()
        self.assertRegex(first, r'^127\.0\.0\.1 - - \[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] '
                                r'"GET /sub/page.txt HTTP/1.1" 200 10$')
        self.assertIn('"GET /none?x=%22 HTTP/1.1" 404 ', second)

    def test_json_format(self):
        server = self.serve_site(f"--access-log={self.log_path()}", "--access-log-format=json")
        self.ask(server, "GET", "/", headers={"User-Agent": 'a "b" \\'})
        self.stop(server)
        line = json.loads(self.log_lines()[0])
        self.assertEqual((line["status"], line["target"]), (200, "/"))
        self.assertEqual(line["user_agent"], 'a "b" \\')

    def test_hangup_opens_the_file_anew(self):
        server = self.serve_site(f"--access-log={self.log_path()}")
        self.ask(server, "GET", "/first")
        moved = self.log_path() + ".1"
        os.rename(self.log_path(), moved)
        server.signal(signal.SIGHUP)
        wait_until(lambda: os.path.exists(self.log_path()), lambda: "a new log file")
        self.ask(server, "GET", "/second")
        self.stop(server)
        self.assertIn("/first", "".join(self.log_lines(moved)))
        self.assertIn("/second", "".join(self.log_lines()))


@unittest.skipUnless(shutil.which("curl"), "curl is not here")
@harness.on_every_backend
class WhatAnswersWhat(HttpdCase):
    def lines(self):
        """(status, command) of every line in the README's tables."""
        with open(README, encoding="utf-8") as file:
            blocks = re.findall(r"```sh\n(.*?)```", file.read(), re.DOTALL)
        lines = [line for block in blocks for line in block.splitlines()]
        return [re.fullmatch(r"(\d{3})  (.*?)(?:  +# .*)?", line).groups() for line in lines]

    def test_every_line_of_the_readme(self):
        self.write("hello.txt", b"hello\n")
        os.unlink(os.path.join(self.root, "index.html"))
        os.symlink("/etc/passwd", os.path.join(self.root, "outside"))
        with open(os.path.join(self.outside, "writers"), "w", encoding="utf-8") as file:
            file.write("ana:secret\n")
        server = self.serve_site("--writable", f"--credentials={self.outside}/writers", "--echo",
                                 "--trace", "--max-upload-bytes=1000000")
        environment = dict(os.environ, H=server.target())
        lines = self.lines()
        self.assertGreater(len(lines), 40)
        for status, command in lines:
            with self.subTest(command=command[:100]):
                wanted = rf"^(HTTP/1\.1 100 Continue\r\n\r\n)?HTTP/1\.1 {status} "
                # bash: not every sh has \x in its printf.
                result = subprocess.run(["bash", "-c", command], cwd=self.outside, env=environment,
                                        capture_output=True, timeout=harness.WAIT_S)
                self.assertRegex(result.stdout, wanted.encode(), result.stderr)
        self.stop(server)


class BadUsage(unittest.TestCase):
    def refused(self, code, message, *flags):
        result = harness.run("sluice-httpd", *flags)
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(message, result.stderr)
        self.assertEqual(result.stdout, "")

    def test_flags(self):
        self.refused(2, "--root is missing")
        self.refused(1, "/does/not/exist", "--root=/does/not/exist")
        self.refused(2, "without --writable", "--root=.", "--credentials=x")
        self.refused(1, "no-such-file", "--root=.", "--writable", "--credentials=no-such-file")
        self.refused(2, "neither common nor json", "--root=.", "--access-log=-",
                     "--access-log-format=xml")
        self.refused(2, "--head-timeout", "--root=.", "--head-timeout=-1s")
        self.refused(1, "access log", "--root=.", "--access-log=/does/not/exist/log")

    def test_credentials_that_are_none(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("ana\n")
            file.flush()
            self.refused(1, "line 1", "--root=.", "--writable", f"--credentials={file.name}")


if __name__ == "__main__":
    unittest.main()
