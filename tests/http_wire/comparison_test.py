"""The differential run's own parts: what counts as a finding, what is generated, what is made small."""
import sys
import unittest

sys.dont_write_bytecode = True
from comparison import CLOSED, REFUSED, SILENT, Reading, findings, reading_of, split_findings  # noqa: E402
from generator import Generator  # noqa: E402
from minimise import minimise  # noqa: E402
from site_tree import SECRET  # noqa: E402
from wire import EOF, OPEN  # noqa: E402

ECHO, OTHER, CANARY, ABSENT = (200, b"hello"), (200, b"hell"), (200, b"canary"), (404, b"")
REFUSES = Reading([], REFUSED, 400)


def read(*accepted, ending=CLOSED):
    return Reading(list(accepted), ending)


def refuses_after(*accepted):
    return Reading(list(accepted), REFUSED, 400)


# (ours, node, nginx, kinds of findings)
TABLE = (
    (read(ECHO, CANARY), read(ECHO, CANARY), read(ECHO, CANARY), []),
    (REFUSES, read(ECHO, CANARY), read(ECHO, CANARY), []),
    (refuses_after(ECHO), read(ECHO, CANARY), REFUSES, []),
    (read(ECHO, CANARY), REFUSES, read(ECHO, CANARY), []),
    (read(ECHO, CANARY), REFUSES, REFUSES, ["accepted alone"]),
    (refuses_after(ECHO), REFUSES, REFUSES, ["accepted alone"]),
    (read(ECHO, CANARY), refuses_after(ECHO), REFUSES, ["accepted alone"]),
    (read(ECHO), REFUSES, REFUSES, ["accepted alone"]),
    (Reading([ECHO], REFUSED), REFUSES, REFUSES, []),  # answered before the bad end of its body came
    (Reading([ECHO, CANARY], REFUSED), REFUSES, REFUSES, ["accepted alone"]),
    (read(ECHO), read(ECHO, CANARY), read(ECHO, CANARY), []),  # it said that it closes
    (read(ECHO, ending=SILENT), read(ECHO, CANARY), REFUSES, ["unlike node"]),
    (read(ECHO, CANARY), read(ECHO, ending=SILENT), REFUSES, ["unlike node"]),
    (read(ECHO, CANARY), read(OTHER, CANARY), read(ECHO, CANARY), ["unlike node"]),
    (refuses_after(OTHER), read(ECHO, CANARY), read(ECHO, CANARY), ["unlike node", "unlike nginx"]),
    (read(ABSENT, CANARY), read(ECHO, CANARY), read(ECHO, CANARY), []),  # which file, not where it ends
    (Reading([], SILENT, foreign="x"), REFUSES, REFUSES, ["foreign"]),
    (read(ECHO, CANARY), Reading([ECHO], SILENT, foreign="x"), read(ECHO, CANARY), []),
    (Reading([(400, b"")], CLOSED), REFUSES, REFUSES, []),  # refused, on a connection that stays
)


class Canned:
    def __init__(self, received, state=EOF):
        self.received, self.state = received, state


def message(status, body=b"", fields=b""):
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), fields, body)


class Findings(unittest.TestCase):
    def test_the_table(self):
        for ours, node, nginx, kinds in TABLE:
            found = findings(b"", ours, {"node": node, "nginx": nginx})
            self.assertEqual([one.kind for one in found], kinds, (str(ours), str(node), str(nginx)))

    def test_an_answer_instead_of_100_closes_and_needs_no_body(self):
        others = {"node": REFUSES, "nginx": REFUSES}
        expecting = b"POST /echo HTTP/1.1\r\nExpect: 100-continue\r\n"
        self.assertEqual(findings(expecting, read(ECHO), others), [])
        self.assertEqual(len(findings(expecting, read(ECHO, CANARY), others)), 1)

    def test_what_both_others_refuse_wrongly_is_excused(self):
        tabs = b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length:\t5\r\n\r\nhello"
        ours, others = read(ECHO), {"node": REFUSES, "nginx": REFUSES}
        self.assertEqual(findings(tabs, ours, others), [])
        self.assertEqual(len(findings(tabs.replace(b"\t", b" "), ours, others)), 1)


    def test_the_same_bytes_in_parts_are_read_alike(self):
        both = read(ECHO, CANARY, CANARY)
        for split, kinds in ((both, []), (read(ECHO, CANARY), ["unlike itself"]),
                             (refuses_after(ECHO), ["unlike itself"]),
                             (refuses_after(ECHO, CANARY), []),  # answered before the rest was seen
                             (read(OTHER, CANARY, CANARY), ["unlike itself"])):
            self.assertEqual([one.kind for one in split_findings(both, split)], kinds, str(split))
            self.assertEqual([one.kind for one in split_findings(split, both)], kinds, str(split))


class Readings(unittest.TestCase):
    def test_how_a_connection_ended(self):
        close = b"Connection: close\r\n"
        for received, waited, accepted, ending in (
                (message(200, b"a") + message(400), False, 1, REFUSED),
                (message(400, b"", close) + message(400), False, 0, REFUSED),
                (message(400) + message(200), True, 2, SILENT),
                (message(200) + message(404, b"", close), False, 2, CLOSED),
                (message(200) + message(200, b"broken")[:-1], False, 1, REFUSED),
                (message(200), True, 1, SILENT), (message(200), False, 1, REFUSED), (b"", True, 0, SILENT)):
            reading = reading_of(Canned(received), waited)
            self.assertEqual((len(reading.accepted), reading.ending, reading.foreign), (accepted, ending, ""))

    def test_what_cannot_be_compared(self):
        for wire in (Canned(message(200), OPEN), Canned(message(200) + b"hello"), Canned(message(200, SECRET))):
            self.assertTrue(reading_of(wire, False).foreign)


class Inputs(unittest.TestCase):
    def test_seed_and_number_decide(self):
        def inputs(seed):
            return [Generator(seed, number).input() for number in range(200)]
        self.assertEqual(inputs(1), inputs(1))
        self.assertNotEqual(inputs(1), inputs(2))
        self.assertGreater(len(set(inputs(1))), 190)

    def test_shapes_of_smuggling_come_up(self):
        inputs = [Generator(1, number).input().lower() for number in range(2000)]
        for shape in ((b"content-length", b"transfer-encoding"), (b"\r\n chunked",), (b"0x",), (b"\r\n0\r\n",),
                      (b"chunked, chunked",), (b"http/1.0", b"chunked"), (b"content-length :",)):
            self.assertTrue(any(all(part in data for part in shape) for data in inputs), shape)


class Minimise(unittest.TestCase):
    def test_leaves_what_is_needed_and_nothing_else(self):
        data = b"aaaaXbbbbbbbbYcccccccccccccccc"
        self.assertEqual(minimise(data, lambda part: b"X" in part and b"Y" in part), b"XY")

    def test_ends_after_its_attempts(self):
        tries = []
        minimise(b"abcdefgh", lambda part: bool(tries.append(part)), attempts=5)
        self.assertEqual(len(tries), 5)

    def test_ends_after_its_time(self):
        tries = []
        minimise(b"abcdefgh", lambda part: bool(tries.append(part)), seconds=0)
        self.assertEqual(tries, [])

    def test_keeps_what_cannot_shrink(self):
        self.assertEqual(minimise(b"abc", lambda part: part == b"abc"), b"abc")


unittest.main()
