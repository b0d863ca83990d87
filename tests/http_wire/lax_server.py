#!/usr/bin/env python3
"""A server that means well and checks nothing: the tests of the suite need one that must fail.

lax_server.py ROOT PORT"""
import pathlib
import re
import socket
import sys
import threading
import urllib.parse

ROOT = pathlib.Path(sys.argv[1])


def read_head(stream):
    """The lines of a request, from the first that is not empty to one that is; None at the end."""
    lines = []
    while True:
        line = stream.readline(1 << 16)
        if not line:
            return None
        if line.strip():
            lines.append(line)
        elif lines:
            return b"".join(lines)


def read_body(stream, fields):
    if "chunked" in fields.get("transfer-encoding", ""):
        body = b""
        while True:
            line = stream.readline(1 << 16)
            size = int(re.match(rb"\s*([0-9a-fA-F]*)", line)[1] or b"0", 16)
            if size == 0:
                stream.readline(1 << 16)
                return body
            body += stream.read(min(size, 1 << 20))
            stream.readline(1 << 16)
    digits = re.search(r"\d+", fields.get("content-length", ""))
    return stream.read(min(int(digits[0]), 1 << 20)) if digits else b""


def respond(stream, head):
    lines = head.decode("latin1").strip().splitlines()
    words = lines[0].split() if lines else []
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.strip().lower()
    body = read_body(stream, fields)
    target = urllib.parse.unquote(words[1]) if len(words) > 1 else "/"
    path = pathlib.Path(f"{ROOT}/{target.split('?')[0]}".replace("\0", ""))
    status = b"200 OK"
    if target != "/echo":
        status, body = (status, path.read_bytes()) if path.is_file() else (b"404 Not Found", b"")
    stream.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
    stream.flush()
    return fields.get("connection") != "close"


def serve(connection):
    with connection, connection.makefile("rwb") as stream:
        try:
            while head := read_head(stream):
                if not respond(stream, head):
                    return
        except (OSError, ValueError):
            return


def main():
    with socket.create_server(("127.0.0.1", int(sys.argv[2]))) as listener:
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


main()
