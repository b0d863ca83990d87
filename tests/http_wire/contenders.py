"""The servers the suite can start: nginx, node and lighttpd as Debian packages have them, and any
command. Each serves the same site on a loopback port of its own until its `with` block ends."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

import site_tree

HERE = pathlib.Path(__file__).resolve().parent
START_S = 20.0
STOP_S = 10.0
EVERYTHING = frozenset(["echo", "ranges", "conditions"])
ECHO_MODULE = pathlib.Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")

NGINX = """daemon off; master_process off; pid {folder}/pid; error_log {folder}/errors crit;
load_module {module};
events {{ worker_connections 512; }}
http {{
  access_log off; default_type text/plain; types {{ text/html html; }}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  lingering_time 5s; lingering_timeout 1s; keepalive_requests 100000; if_modified_since before;
  server {{
    listen 127.0.0.1:{port}; root {root}; disable_symlinks on from={root};
    location / {{ index index.html; }}
    location = /echo {{ echo_read_request_body; echo_request_body; }}
  }}
}}
"""
LIGHTTPD = """server.document-root = "{root}"
server.bind = "127.0.0.1"
server.port = {port}
server.errorlog = "{folder}/errors"
server.follow-symlink = "disable"
index-file.names = ("index.html")
mimetype.assign = (".html" => "text/html", ".txt" => "text/plain", "" => "application/octet-stream")
"""


class Absent(Exception):
    """The server cannot be started here; says why."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def found(program):
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/bin")
    if not path:
        raise Absent(f"{program} is not installed")
    return path


def nginx(folder, root, port):
    program = found("nginx")
    if not ECHO_MODULE.exists():
        raise Absent(f"nginx has no echo module ({ECHO_MODULE}); the package nginx-light brings it")
    configuration = folder / "nginx.conf"
    configuration.write_text(NGINX.format(folder=folder, root=root, port=port, module=ECHO_MODULE))
    return [program, "-e", str(folder / "errors"), "-p", str(folder), "-c", str(configuration)]


def node(_, root, port):
    return [found("node"), str(HERE / "node_server.js"), str(root), str(port)]


def lighttpd(folder, root, port):
    configuration = folder / "lighttpd.conf"
    configuration.write_text(LIGHTTPD.format(folder=folder, root=root, port=port))
    return [found("lighttpd"), "-D", "-f", str(configuration)]


KNOWN = {"nginx": (nginx, EVERYTHING), "node": (node, frozenset(["echo"])),
         "lighttpd": (lighttpd, EVERYTHING - {"echo"})}


class Contender:
    """A running server: `address`, and `features`, what of the suite applies to it."""

    def __init__(self, name, command=None, features=EVERYTHING):
        """A server of KNOWN, or `command`, a list of words in which {root} and {port} are filled in."""
        self.name = name
        self._folder = tempfile.TemporaryDirectory(prefix=f"http-wire-{name}-")
        folder = pathlib.Path(self._folder.name)
        port = free_port()
        try:
            root = site_tree.make(folder / "site")
            self.address = ("127.0.0.1", port)
            if command is None:
                start, self.features = KNOWN[name]
                words = start(folder, root, port)
            else:
                words = [word.replace("{root}", str(root)).replace("{port}", str(port)) for word in command]
                words[0] = os.path.abspath(found(words[0]))
                self.features = features
            self._log = open(folder / "log", "w+b")
            self._process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self._log,
                                             stderr=subprocess.STDOUT, cwd=folder)
        except BaseException:
            self._folder.cleanup()
            raise
        try:
            self._await()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _await(self):
        deadline = time.monotonic() + START_S
        while True:
            if self._process.poll() is not None:
                raise Absent(f"{self.name} ended with {self._process.returncode}: {self.log()}")
            try:
                socket.create_connection(self.address, timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise Absent(f"{self.name} accepts nothing on {self.address}: {self.log()}") from None
                time.sleep(0.02)

    def alive(self):
        return self._process.poll() is None

    def log(self):
        """The end of what it printed."""
        self._log.flush()
        size = os.fstat(self._log.fileno()).st_size
        self._log.seek(max(0, size - 2000))
        return self._log.read().decode(errors="replace").strip()

    def stop(self):
        """Ends it; returns its exit status."""
        self._process.terminate()
        try:
            status = self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._log.close()
        self._folder.cleanup()
        return status
