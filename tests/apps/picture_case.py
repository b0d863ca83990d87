"""Pictures over UDP as plain Python sees them: parts by struct, the tutorials' programs, namespaces."""

import contextlib
import ctypes
import ctypes.util
import json
import os
import socket
import struct
import subprocess
import tempfile

import harness

HEADER = struct.Struct("!4sQIQQIHHHHH")
assert HEADER.size == 46

_xxhash = ctypes.CDLL(ctypes.util.find_library("xxhash"))
_xxhash.XXH3_64bits.restype = ctypes.c_uint64
_xxhash.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


def xxh3(data):
    return _xxhash.XXH3_64bits(data, len(data))


def jpeg(size, seed=0):
    """Bytes that begin and end as a JPEG does; nothing here decodes them."""
    filling = (bytes((i * (2 * seed + 3) + seed) % 251 for i in range(997)) * (size // 997 + 1))
    return (b"\xff\xd8\xff\xe0" + filling)[:size - 2] + b"\xff\xd9"


def png(size):
    return (b"\x89PNG\r\n\x1a\n" + os.urandom(size))[:size]


def part(payload, *, stream, sequence, frame_hash, frame_bytes, part_bytes, index, data_parts,
         parity_parts=0, groups=1):
    tail = struct.pack("!IQQIHHHHH", stream, sequence, frame_hash, frame_bytes, part_bytes, index,
                       data_parts, parity_parts, groups) + payload
    return struct.pack("!4sQ", b"SLP1", xxh3(tail)) + tail


def parts_of(picture, *, part_bytes=1000, stream=1, sequence=0, parity=None):
    """A frame without parity, or with the parity part that `parity` gives for one group."""
    pieces = [picture[at:at + part_bytes] for at in range(0, len(picture), part_bytes)]
    extra = parity(pieces, part_bytes) if parity else []
    return [part(piece, stream=stream, sequence=sequence, frame_hash=xxh3(picture),
                 frame_bytes=len(picture), part_bytes=part_bytes, index=index,
                 data_parts=len(pieces), parity_parts=len(extra))
            for index, piece in enumerate(pieces + extra)]


def multiply(a, b):
    """In GF(2^8) with the polynomial 0x11d."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = a << 1 ^ (0x11d if a & 0x80 else 0)
        b >>= 1
    return product


def inverse(a):
    return next(b for b in range(1, 256) if multiply(a, b) == 1)


def cauchy_parity(count):
    """Row r of the parity is the sum of data part c times 1 / ((data parts + r) xor c)."""
    def make(pieces, part_bytes):
        rows = []
        for row in range(count):
            parity = bytearray(part_bytes)
            for column, piece in enumerate(pieces):
                factor = inverse((len(pieces) + row) ^ column)
                table = [multiply(factor, value) for value in range(256)]
                for at, value in enumerate(piece):
                    parity[at] ^= table[value]
            rows.append(bytes(parity))
        return rows
    return make


def queued_bytes(port):
    """What waits in the receive buffers of this port (proc_net_udp(5))."""
    with open("/proc/net/udp") as table:
        lines = [line.split() for line in table.readlines()[1:]]
    return sum(int(fields[4].partition(":")[2], 16) for fields in lines
               if int(fields[1].partition(":")[2], 16) == port)


def send_all(sender, datagrams, address):
    """Never more at a time than the receive buffer holds: here nothing is to be lost by chance."""
    for datagram in datagrams:
        harness.wait_until(lambda: queued_bytes(address[1]) < 50_000, lambda: "the receiver reads")
        sender.sendto(datagram, address)


def udp_socket(case):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(harness.WAIT_S)
    case.addCleanup(client.close)
    return client


def cannot_make_networks():
    """Why there are no namespaces with nftables here, or None."""
    result = subprocess.run(
        ["unshare", "-Urn", "sh", "-c", "ip link set lo up && nft add table inet probe"],
        capture_output=True, text=True)
    return None if result.returncode == 0 else result.stderr.strip() or "unshare failed"


class PictureCase(harness.ServerCase):
    """A folder of files to send, and a folder to receive in."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = os.path.join(self.folder, "out")

    def file(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def receive(self, *flags, listen="127.0.0.1:0"):
        return self.serve("receive", f"--listen={listen}", *flags, name="sluice-picture")

    def receive_json(self, *flags):
        """A receiver that reports in JSON, and its address."""
        server = self.receive("--json", *flags)
        host, _, port = json.loads(server.lines[0])["address"].rpartition(":")
        return server, (host, int(port))

    def report_of(self, server):
        return json.loads(self.stop(server).splitlines()[-1])

    def send(self, *arguments):
        return harness.run("sluice-picture", "send", f"--backend={self.backend}", *arguments)

    def sent(self, *arguments):
        result = self.send(*arguments)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def saved(self):
        """The pictures saved, in the order of their names. Old ones may go meanwhile."""
        pictures = []
        for name in sorted(os.listdir(self.out)):
            with contextlib.suppress(FileNotFoundError):
                with open(os.path.join(self.out, name), "rb") as file:
                    pictures.append(file.read())
        return pictures

    def wait_for_pictures(self, count):
        harness.wait_until(lambda: os.path.isdir(self.out) and len(os.listdir(self.out)) >= count,
                           lambda: f"{count} pictures in {os.listdir(self.out)}")

    def in_network(self, rule, script, mounts=False):
        """Runs `script` (sh) in a network of its own, where nft drops what `rule` says. Its lines
        use $P for the program, $B for its backend and $OUT for the folder; returns what it
        printed."""
        reason = cannot_make_networks()
        if reason:
            self.skipTest(f"no network namespace here: {reason}")
        lines = ["ip link set lo up"]
        if rule:
            lines += ["nft add table inet loss",
                      "nft 'add chain inet loss in { type filter hook input priority 0; }'",
                      f"nft 'add rule inet loss in {rule}'"]
        program = f"{harness.program('sluice-picture')}"
        lines += [f"P='{program}'", f"B='--backend={self.backend}'", f"OUT='{self.out}'", script]
        result = subprocess.run(["unshare", "-Urnm" if mounts else "-Urn", "sh", "-ec",
                                 "\n".join(lines)],
                                capture_output=True, text=True, timeout=harness.WAIT_S)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout
