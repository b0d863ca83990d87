"""The judge of the strictness suite: canned servers, each wrong in one way, and what it must say of them."""
import socket
import struct
import sys
import threading
import unittest

sys.dont_write_bytecode = True
from case import (BEHIND, CLOSE, EITHER, STAY, Ending, alone, answer, chunked, either, get, refused,
                  refused_midway, served)  # noqa: E402
from cases import load_all  # noqa: E402
from conversation import run_case  # noqa: E402
from site_tree import CANARY, HELLO, PROBE, SECRET  # noqa: E402
from wire import Half, PourOn, Wait  # noqa: E402

PATIENCE_S = 0.5
END = "end"
RESET = "reset"


def message(status, body=b"", *fields):
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n%s" % (status, len(body), lines, body)


GOOD, BAD = message(200, HELLO), message(400)
SEEN, KEPT = message(200, CANARY), message(200, PROBE)


class Canned:
    """Answers the n-th part of what it receives with the n-th of `replies`, whatever that part is; END
    and RESET end the connection. Otherwise it stays open until the client closes."""

    def __init__(self, *replies):
        self._replies = replies
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = self._listener.getsockname()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._thread.join()
        self._listener.close()

    def _serve(self):
        connection, _ = self._listener.accept()
        with connection:
            for reply in self._replies:
                if reply == RESET:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    return
                if reply == END:
                    connection.shutdown(socket.SHUT_WR)
                    break
                connection.recv(1 << 16)
                connection.sendall(reply)
            try:
                while connection.recv(1 << 16):
                    pass
            except OSError:
                pass


SERVED = served("served", get(), "")
REFUSED = refused("refused", get(), "")
ONE = alone("one", get(), "", answer(200, HELLO, x="1.*"), EITHER)
TOLD = alone("told", (get(), Wait(1), BEHIND), "", answer(200, HELLO, interim=(100,)), STAY)
MIDWAY = refused_midway("midway", chunked(b"x"), "")
EITHER_WAY = either("either", get() + BEHIND, "", Ending((answer(400),), CLOSE),
                    Ending((answer(200), answer(200)), STAY))

# (case, what the server does, a part of what the judge must say; None: nothing)
TABLE = (
    (SERVED, (GOOD + SEEN, KEPT, END), None),
    (SERVED, (GOOD + SEEN, END), "must stay open"),
    (SERVED, (GOOD + SEEN, RESET), "must stay open"),
    (SERVED, (GOOD, KEPT, END), "body"),
    (SERVED, (GOOD, END), "2 answers wanted, got [200]"),
    (SERVED, (SEEN + GOOD, KEPT, END), "answer 1: body"),
    (SERVED, (GOOD + SEEN + SEEN, KEPT, END), "2 answers wanted"),
    (SERVED, (GOOD + SEEN,), "neither ends nor answers"),
    (SERVED, (BAD + SEEN, KEPT, END), "status 400, not 200"),
    (SERVED, (GOOD + SEEN[:-1], END), "breaks off"),
    (SERVED, (GOOD + b"\r\n" + SEEN, KEPT, END), "no HTTP"),
    (SERVED, (message(200, HELLO) + message(200, SECRET), KEPT, END), "secret"),
    (SERVED, (b"HTTP/1.1 100 Continue\r\n\r\n" + GOOD + SEEN, KEPT, END), "1xx"),
    (REFUSED, (BAD, END), None),
    (REFUSED, (BAD,), "stays open"),
    (REFUSED, (BAD, RESET), "was reset"),
    (REFUSED, (BAD + BAD, END), "1 answers wanted, got [400, 400]"),
    (REFUSED, (BAD + SEEN, END), "1 answers wanted, got [400, 200]"),
    (REFUSED, (GOOD, END), "status 200, not 400"),
    (REFUSED, (b"", END), "1 answers wanted, got []"),
    (ONE, (message(200, HELLO, b"X: 12"), KEPT, END), None),
    (ONE, (message(200, HELLO, b"X: 12"), END), None),
    (ONE, (message(200, HELLO, b"X: 2"), END), "x is b'2'"),
    (ONE, (GOOD, END), "lacks x"),
    (TOLD, (b"HTTP/1.1 100 Continue\r\n\r\n", GOOD, KEPT, END), None),
    (TOLD, (GOOD, b"", KEPT, END), "1xx"),
    (MIDWAY, (BAD, END), None),
    (MIDWAY, (GOOD[:-1], END), None),
    (MIDWAY, (GOOD[:-1], RESET), None),
    (MIDWAY, (GOOD[:-1],), "stays open"),
    (MIDWAY, (GOOD, END), "status 200, not 400"),
    (MIDWAY, (GOOD + SEEN[:-1], END), "0 answers wanted, got [200]"),
    (REFUSED, (BAD[:-2], END), "breaks off"),
    (EITHER_WAY, (BAD, END), None),
    (EITHER_WAY, (GOOD + SEEN, KEPT, END), None),
    (EITHER_WAY, (BAD + SEEN, KEPT, END), "1 answers wanted, got [400, 200, 200]"),
    (EITHER_WAY, (GOOD, END), "status 200"),
)


class Judge(unittest.TestCase):
    def test_says_what_is_wrong_and_only_that(self):
        for case, replies, wanted in TABLE:
            with self.subTest(case=case.name, replies=replies), Canned(*replies) as server:
                verdict = run_case(case, server.address, PATIENCE_S)
                said = "; ".join(verdict.problems)
                if wanted is None:
                    self.assertEqual(said, "")
                else:
                    self.assertIn(wanted, said)

    def test_a_half_closed_request_is_answered_before_the_end(self):
        case = alone("half", (get(), Half()), "", answer(200, HELLO), CLOSE)
        with Canned(GOOD, END) as server:
            self.assertEqual(run_case(case, server.address, PATIENCE_S).problems, [])
        with Canned(END) as server:
            self.assertTrue(run_case(case, server.address, PATIENCE_S).problems)

    def test_a_server_that_reads_for_ever_is_told(self):
        case = alone("endless", (get(), PourOn(b"x", 0.1)), "", answer(200, HELLO), CLOSE)
        with Canned(GOOD, END) as server:
            self.assertIn("on and on", run_case(case, server.address, PATIENCE_S).problems[0])

    def test_validators_are_filled_in_and_their_absence_skips(self):
        case = served("tag", get(b"If-None-Match: @ETAG@"), "", learn=b"/hello.txt")
        with Canned(GOOD, END) as server:
            verdict = run_case(case, server.address, PATIENCE_S)
        self.assertIn("no such validator", verdict.skipped)

    def test_no_case_is_content_with_any_200(self):
        for group, case in load_all():
            for ending in case.endings:
                said = any(one.status != {200} or one.body is not None or one.fields or one.interim
                           for one in ending.answers)
                asks = said or case.check or ending.then != EITHER or not ending.answers
                self.assertTrue(asks, f"{group}: {case.name}")


unittest.main()
