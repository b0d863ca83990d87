"""sluice-httpd under clients that are not ours: curl, wrk, h2load, ab, node, nginx as a proxy.

Each is skipped where it is not installed. Debian packages: curl wrk nghttp2-client apache2-utils
nodejs nginx-light.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import unittest

import harness
from harness import wait_until
from httpd_case import HttpdCase

REQUESTS = 2000
NODE_CLIENT = os.path.join(os.path.dirname(__file__), "httpd_client.mjs")
# In one process, so that it stays the caller's user; over unix sockets, so that it needs no port.
NGINX = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors notice;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; client_max_body_size 0;
  upstream behind {{ server {behind}; keepalive 4; }}
  server {{
    listen unix:{folder}/front;
    location / {{
      proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection "";
    }}
    location /plain/ {{ proxy_pass http://behind/; proxy_request_buffering off; }}
  }}
}}
"""


def path_of(program):
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/bin")


def needs(program, package):
    return unittest.skipUnless(path_of(program), f"{program} is not here (package {package})")


class ClientCase(HttpdCase):
    def serve_site(self, *flags):
        server = super().serve_site(*flags)
        host, port = server.address()
        self.url = f"http://{host}:{port}"
        return server

    def run_client(self, *command, code=0):
        """What it printed, as bytes."""
        result = subprocess.run([path_of(command[0]), *command[1:]], stdin=subprocess.DEVNULL,
                                capture_output=True, timeout=harness.WAIT_S)
        self.assertEqual(result.returncode, code, (command, result.stderr, result.stdout[-2000:]))
        return result.stdout

    def metric(self, server, name):
        """Summed over loops and labels."""
        text = self.ask(server, "GET", "/metrics")[2].decode()
        values = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)
        self.assertTrue(values, name)
        return sum(float(value) for value in values)


@needs("curl", "curl")
@harness.on_every_backend
class Curl(ClientCase):
    def curl(self, *arguments, code=0):
        return self.run_client("curl", "--silent", "--show-error", "--max-time", str(harness.WAIT_S),
                               *arguments, code=code)

    def file(self, name, content):
        path = os.path.join(self.outside, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_get_head_and_ranges(self):
        server = self.serve_site()
        self.assertEqual(self.curl(f"{self.url}/"), b"<h1>home</h1>\n")
        self.assertTrue(self.curl(f"{self.url}/big.bin") == self.big)
        head = self.curl("--head", f"{self.url}/big.bin")
        self.assertTrue(head.startswith(b"HTTP/1.1 200 "), head)
        self.assertIn(f"content-length: {len(self.big)}".encode(), head.lower())
        self.assertEqual(self.curl("--range", "2-4", f"{self.url}/sub/page.txt"), b"234")
        self.assertEqual(self.curl("--range", "-3", f"{self.url}/sub/page.txt"), b"789")
        several = self.curl("--range", "0-1,8-", f"{self.url}/sub/page.txt")
        self.assertRegex(several, rb"(?s)\r\n\r\n01\r\n--.*\r\n\r\n89\r\n--\S+--\r\n$")
        # Of a file that is there to its half, the rest alone.
        half = self.file("half", self.big[:len(self.big) // 2])
        self.curl("--continue-at", "-", "--output", half, f"{self.url}/big.bin")
        with open(half, "rb") as file:
            self.assertTrue(file.read() == self.big)
        self.curl("--fail", f"{self.url}/none", code=22)
        self.stop(server)

    def test_compressed_and_unchanged(self):
        server = self.serve_site()
        out = self.curl("--compressed", "--dump-header", "-", f"{self.url}/style.css")
        self.assertIn(b"content-encoding: gzip", out.lower())
        self.assertTrue(out.endswith(b"\r\n\r\nbody {}\n"), out)
        etag = os.path.join(self.outside, "etag")
        code = ["--write-out", "%{http_code}", "--output", os.devnull, f"{self.url}/style.css"]
        self.assertEqual(self.curl("--etag-save", etag, *code), b"200")
        self.assertEqual(self.curl("--etag-compare", etag, *code), b"304")
        page = os.path.join(self.root, "style.css")
        self.assertEqual(self.curl("--time-cond", page, *code), b"304")
        self.stop(server)

    def test_uploads_wait_for_100_continue(self):
        server = self.serve_site("--writable", "--echo", f"--max-upload-bytes={len(self.big)}")
        upload = self.file("upload", self.big)
        expect = ["--header", "Expect: 100-continue", "--expect100-timeout", str(harness.WAIT_S)]
        out = self.curl("--upload-file", upload, *expect, "--include", f"{self.url}/copy.bin")
        self.assertRegex(out, rb"(?s)^HTTP/1\.1 100 Continue\r\n\r\nHTTP/1\.1 201 ")
        self.assertTrue(self.read("copy.bin") == self.big)
        # Chunked, and by POST, which asks for a 100 by itself above a megabyte.
        out = self.curl("--upload-file", upload, "--header", "Transfer-Encoding: chunked", *expect,
                        "--include", f"{self.url}/copy.bin")
        self.assertRegex(out, rb"(?s)^HTTP/1\.1 100 Continue\r\n\r\nHTTP/1\.1 204 ")
        self.assertTrue(self.curl("--data-binary", f"@{upload}", f"{self.url}/echo") == self.big)
        # Too long: refused in place of the 100, so that nothing of it is sent.
        longer = self.file("longer", self.big + b"x")
        out = self.curl("--upload-file", longer, *expect, "--write-out", "%{http_code} %{size_upload}",
                        "--output", os.devnull, f"{self.url}/longer.bin")
        self.assertEqual(out, b"413 0")
        self.stop(server)

    def test_one_connection_for_several_urls(self):
        server = self.serve_site()
        urls = [f"{self.url}{path}" for path in ("/", "/big.bin", "/none", "/sub/page.txt")]
        outputs = ["--output", os.devnull] * len(urls)
        report = ["--write-out", "%{http_code} %{num_connects} %{http_version}\\n"]
        self.assertEqual(self.curl(*outputs, *report, *urls).split(b"\n")[:-1],
                         [b"200 1 1.1", b"200 0 1.1", b"404 0 1.1", b"200 0 1.1"])
        # HTTP/1.0 has no kept connections unless asked for.
        out = self.curl("--http1.0", *outputs, *report, *urls).split(b"\n")[:-1]
        self.assertEqual([line.split()[:2] for line in out],
                         [[code, b"1"] for code in (b"200", b"200", b"404", b"200")])
        self.stop(server)

    def test_http_1_0(self):
        server = self.serve_site("--echo")
        self.assertTrue(self.curl("--http1.0", f"{self.url}/big.bin") == self.big)
        self.assertEqual(self.curl("--http1.0", "--data", "hello", f"{self.url}/echo"), b"hello")
        self.stop(server)

    def test_many_at_once(self):
        server = self.serve_site()
        urls = [f"{self.url}/big.bin?{number}" for number in range(8)]
        outputs = ["--output", os.devnull] * len(urls)
        out = self.curl("--parallel", *outputs, "--write-out", "%{http_code} %{size_download}\\n", *urls)
        self.assertEqual(out, f"200 {len(self.big)}\n".encode() * len(urls))
        self.stop(server)


@harness.on_every_backend
class LoadGenerators(ClientCase):
    def number(self, pattern, out):
        match = re.search(pattern, out)
        self.assertTrue(match, (pattern, out))
        return int(match.group(1))

    @needs("wrk", "wrk")
    def test_wrk(self):
        server = self.serve_site("--threads=2")
        out = self.run_client("wrk", "--threads=1", "--connections=16", "--duration=1s",
                              f"{self.url}/").decode()
        self.assertNotIn("Non-2xx", out)
        self.assertNotIn("Socket errors", out)
        counted = self.number(r"(\d+) requests in", out)
        self.assertGreater(counted, 0)
        self.assertGreaterEqual(self.metric(server, "sluice_http_requests_total"), counted)
        self.stop(server)

    @needs("h2load", "nghttp2-client")
    def test_h2load(self):
        server = self.serve_site("--threads=2")
        for depth in (1, 8, 40):
            with self.subTest(depth=depth):
                before = self.metric(server, "sluice_http_requests_total")
                out = self.run_client("h2load", "--h1", f"--requests={REQUESTS}", "--clients=8",
                                      f"--max-concurrent-streams={depth}", f"{self.url}/").decode()
                self.assertIn(f"{REQUESTS} succeeded, 0 failed, 0 errored, 0 timeout", out)
                self.assertIn(f"status codes: {REQUESTS} 2xx, 0 3xx, 0 4xx, 0 5xx", out)
                # And the question for the metrics.
                after = self.metric(server, "sluice_http_requests_total")
                self.assertEqual(after - before, REQUESTS + 1)
        self.stop(server)

    @needs("ab", "apache2-utils")
    def test_ab(self):
        server = self.serve_site("--echo")
        body = os.path.join(self.outside, "body")
        with open(body, "wb") as file:
            file.write(self.big[:5000])
        for flags, kept, path in ((["-k"], REQUESTS, "/"), ([], 0, "/"),
                                  (["-k", "-p", body], REQUESTS, "/echo")):
            with self.subTest(flags=flags):
                out = self.run_client("ab", "-q", "-n", str(REQUESTS), "-c", "8", *flags,
                                      f"{self.url}{path}").decode()
                self.assertEqual(self.number(r"Complete requests: +(\d+)", out), REQUESTS)
                self.assertEqual(self.number(r"Failed requests: +(\d+)", out), 0)
                self.assertNotIn("Non-2xx", out)
                if kept:
                    self.assertEqual(self.number(r"Keep-Alive requests: +(\d+)", out), kept)
        self.stop(server)


@needs("node", "nodejs")
@harness.on_every_backend
class Node(ClientCase):
    def test_fetch(self):
        server = self.serve_site("--echo", "--writable", "--threads=2")
        if self.run_client("node", "--print", "typeof fetch") != b"function\n":
            self.skipTest("this node has no fetch")
        result = json.loads(self.run_client("node", NODE_CLIENT, self.url))
        self.assertEqual(result, {"requests": 126, "live events": 2})
        self.stop(server)


@needs("nginx", "nginx-light")
@needs("curl", "curl")
@harness.on_every_backend
class BehindNginx(ClientCase):
    def setUp(self):
        super().setUp()
        self.server = self.serve_site("--echo", "--writable")
        host, port = self.server.address()
        configuration = os.path.join(self.outside, "nginx.conf")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(NGINX.format(folder=self.outside, behind=f"{host}:{port}"))
        errors = os.path.join(self.outside, "errors")
        nginx = subprocess.Popen([path_of("nginx"), "-e", errors, "-p", self.outside, "-c", configuration],
                                 stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(nginx.wait)
        self.addCleanup(nginx.send_signal, signal.SIGTERM)
        self.front = os.path.join(self.outside, "front")
        wait_until(lambda: os.path.exists(self.front) or nginx.poll() is not None,
                   lambda: "nginx's socket")
        self.assertIsNone(nginx.poll(), "nginx ended")

    def curl(self, *arguments):
        return self.run_client("curl", "--silent", "--show-error", "--unix-socket", self.front, *arguments)

    def test_every_kind_of_answer_passes(self):
        upload = os.path.join(self.outside, "upload")
        with open(upload, "wb") as file:
            file.write(self.big)
        url = "http://front"
        self.assertEqual(self.curl(f"{url}/"), b"<h1>home</h1>\n")
        self.assertTrue(self.curl(f"{url}/big.bin") == self.big)
        self.assertEqual(self.curl("--range", "2-4", f"{url}/sub/page.txt"), b"234")
        self.assertTrue(self.curl("--head", f"{url}/big.bin").startswith(b"HTTP/1.1 200 "))
        # Short enough for nginx to send it at once: it sends no more of a body once the answer begins.
        hello = ["--data", "hello " * 1000, f"{url}/echo"]
        self.assertEqual(self.curl(*hello), b"hello " * 1000)
        self.assertEqual(self.curl("--header", "Transfer-Encoding: chunked", *hello), b"hello " * 1000)
        code = ["--output", os.devnull, "--write-out", "%{http_code}"]
        self.assertEqual(self.curl(*code, "--upload-file", upload, f"{url}/copy.bin"), b"201")
        self.assertTrue(self.read("copy.bin") == self.big)
        self.assertEqual(self.curl(*code, "--request", "DELETE", f"{url}/copy.bin"), b"204")
        self.assertEqual(self.curl(*code, f"{url}/copy.bin"), b"404")
        self.assertEqual(self.curl(*code, f"{url}/status/304"), b"304")
        # In HTTP/1.0, which nginx speaks by default, with bodies passed on as they come.
        self.assertTrue(self.curl(f"{url}/plain/big.bin") == self.big)
        self.assertEqual(self.curl(*code, "--upload-file", upload, f"{url}/plain/copy.bin"), b"201")
        self.assertTrue(self.read("copy.bin") == self.big)
        self.stop(self.server)

    def test_nginx_keeps_its_connection(self):
        accepted = self.metric(self.server, "sluice_accepts_total")
        outputs = ["--output", os.devnull] * 50
        out = self.curl(*outputs, "--write-out", "%{http_code} ", *[f"http://front/?{n}" for n in range(50)])
        self.assertEqual(out.split(), [b"200"] * 50)
        # nginx's, and the one that asks for the metrics.
        self.assertEqual(self.metric(self.server, "sluice_accepts_total") - accepted, 2)
        self.stop(self.server)


if __name__ == "__main__":
    unittest.main()
