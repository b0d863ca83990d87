"""The files the server under test serves, and the one beside them that it never may."""
import os
import pathlib

HELLO = b"hello, wire\n"
CANARY = b"canary: this request was answered\n"
PROBE = b"probe: the connection is in order\n"
DIGITS = b"0123456789" * 10
SECRET = b"TOP-SECRET-4b1f"
BIG = bytes(range(256)) * 4096  # 1 MiB
MODIFIED = 1704164645  # Tue, 02 Jan 2024 03:04:05 GMT

FILES = {
    "root/hello.txt": HELLO,
    "root/canary.txt": CANARY,
    "root/probe.txt": PROBE,
    "root/digits.txt": DIGITS,
    "root/empty.txt": b"",
    "root/big.bin": BIG,
    "root/index.html": b"<!doctype html><title>wire</title>\n",
    "root/page.html": b"<!doctype html><title>page</title>\n",
    "root/with space.txt": b"with space\n",
    "root/100%.txt": b"percent\n",
    "root/sub/page.txt": b"page below\n",
    "secret.txt": SECRET + b"\n",
    "root-beside/secret.txt": SECRET + b"\n",  # its name begins as the root's does
}


def make(folder):
    """Makes the tree below `folder` and returns the root to be served."""
    folder = pathlib.Path(folder)
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (MODIFIED, MODIFIED))
    for link, target in (("out.txt", "../secret.txt"), ("out", "..")):
        (folder / "root" / link).symlink_to(target)
    folder.chmod(0o755)
    return folder / "root"
