"""Records and objects as messages, with plain Python at the other end: struct, and msgpack_peer."""
import os
import pathlib
import pickle
import struct
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "apps"))

import harness  # noqa: E402
import msgpack_peer  # noqa: E402
from harness import ServerCase, receive_exactly  # noqa: E402


def framed(message):
    return struct.pack(">I", len(message)) + message


def read_frame(client):
    size = struct.unpack(">I", receive_exactly(client, 4))[0]
    return receive_exactly(client, size)


class CalculatorCase(ServerCase):
    def setUp(self):
        super().setUp()
        self.server = self.serve(name="record_server", listeners=2)
        self.records = self.server.address(index=0)
        self.objects = self.server.address(index=1)


@harness.on_every_backend
class Records(CalculatorCase):
    def ask(self, client, format, *values):
        client.sendall(framed(struct.pack(format, *values)))
        return struct.unpack(">?d", read_frame(client))

    def test_hundreds_of_clients_get_their_own_answers(self):
        clients = [self.client(self.records) for _ in range(200)]
        for number, client in reversed(list(enumerate(clients))):
            self.assertEqual(self.ask(client, ">cdd", b"*", number, 0.5), (True, number / 2))
        for number, client in enumerate(clients):
            client.sendall(framed(struct.pack(">cdd", b"+", number, 1)) * 3)
        for number, client in enumerate(clients):
            for _ in range(3):
                self.assertEqual(struct.unpack(">?d", read_frame(client)), (True, number + 1))
        self.stop(self.server)

    def test_a_record_sent_byte_by_byte_is_one_record(self):
        client = self.client(self.records)
        for byte in framed(struct.pack(">cdd", b"*", 6, 7)):
            client.send(bytes([byte]))
        self.assertEqual(struct.unpack(">?d", read_frame(client)), (True, 42))
        self.stop(self.server)

    def test_native_alignment_is_another_format(self):
        self.assertEqual((struct.calcsize("cdd"), struct.calcsize(">cdd")), (24, 17))
        client = self.client(self.records)
        client.sendall(framed(struct.pack("cdd", b"*", 6, 7)))
        self.assertEqual(client.recv(100), b"", "closed: a record of 24 bytes is none of 17")
        self.stop(self.server)

    def test_the_wrong_byte_order_is_not_noticed_by_anybody(self):
        client = self.client(self.records)
        known, result = self.ask(client, "<cdd", b"*", 6, 7)
        self.assertTrue(known)
        self.assertNotEqual(result, 42)
        self.stop(self.server)


@harness.on_every_backend
class Objects(CalculatorCase):
    def ask(self, client, data):
        client.sendall(framed(data))
        return msgpack_peer.unpackb(read_frame(client))

    def test_another_hand_s_objects_are_understood_both_ways(self):
        client = self.client(self.objects)
        self.assertEqual(self.ask(client, msgpack_peer.packb({"verb": "+", "values": [1, -2.5, 300]})),
                         {"known": True, "result": 298.5})
        self.assertEqual(self.ask(client, msgpack_peer.packb({"values": [], "verb": "粘" * 20})),
                         {"known": False, "result": 0})
        self.assertEqual(self.ask(client, msgpack_peer.packb(["no", {"sum": None}])),
                         {"error": "no sum"})
        self.assertEqual(self.ask(client, msgpack_peer.packb({"verb": "+", "values": ["one"]})),
                         {"error": "no sum"})
        self.stop(self.server)

    def test_bombs_cost_nothing_and_the_connection_goes_on(self):
        client = self.client(self.objects)
        for data, error in ((b"\xdd\xff\xff\xff\xff", "too many elements"),
                            (b"\xdf\x7f\xff\xff\xff", "too many elements"),
                            (b"\xdb\xff\xff\xff\xff", "truncated"),
                            (b"\x91" * 100_000, "too deep"),
                            (b"\xdc\xff\xff" * 1000, "truncated"),
                            ((b"\xdc\xff\xff" * 30_000), "too many elements"),
                            (b"", "truncated"), (b"\xc1", "reserved byte"),
                            (b"\xa1\xff", "string is not UTF-8"), (b"\x01\x01", "trailing bytes")):
            with self.subTest(data=data[:8]):
                self.assertEqual(self.ask(client, data), {"error": error})
        with open(f"/proc/{self.server.process.pid}/status") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        self.assertLess(peak, 300_000, "KiB at its height")
        self.stop(self.server)

    def test_a_pickle_is_only_bytes_here_and_a_program_in_python(self):
        with tempfile.TemporaryDirectory() as folder:
            witness = os.path.join(folder, "it-ran")

            class Bomb:
                def __reduce__(self):
                    return os.mkdir, (witness,)

            data = pickle.dumps(Bomb())
            client = self.client(self.objects)
            self.assertIn("error", self.ask(client, data))
            self.assertFalse(os.path.exists(witness))
            subprocess.run([sys.executable, "-c", f"import pickle; pickle.loads({data!r})"], check=True)
            self.assertTrue(os.path.exists(witness), "pickle.loads runs what it is given")
        self.stop(self.server)


class Peer(unittest.TestCase):
    """The peer itself, on examples of the specification."""

    def test_round_trips(self):
        for value in (None, True, False, 0, 127, 128, -1, -32, -33, 255, 256, 65535, 65536, 2**63,
                      2**64 - 1, -2**63, 1.5, "", "a" * 31, "a" * 32, "a" * 70000, b"", b"x" * 300,
                      [], list(range(20)), {}, {str(n): n for n in range(20)},
                      msgpack_peer.Extension(-1, b"1234"), msgpack_peer.Extension(5, b"123")):
            self.assertEqual(msgpack_peer.unpackb(msgpack_peer.packb(value)), value)


if __name__ == "__main__":
    unittest.main()
