"""Answers are read as a client must read them, and no more kindly."""
import sys
import unittest

sys.dont_write_bytecode = True
from answer import parse_all  # noqa: E402

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\nX: 1\r\n\r\n"
ENDLESS = b"HTTP/1.1 200 OK\r\n\r\nhi"
NOT_HTTP = (
    b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b"HTTP/2.0 200 OK\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n", b"HTTP/1.1 200 OK\r\nX\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
    b"HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhix0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n",
    b"hello", b"\r\nHTTP/1.1 200 OK\r\n\r\n",
)


class ParseAll(unittest.TestCase):
    def bodies(self, received, *more, **named):
        answers, rest, error = parse_all(received, *more, **named)
        self.assertEqual(error, "")
        return [answer.body for answer in answers], rest

    def test_reads_every_framing_in_a_row(self):
        self.assertEqual(self.bodies(OK + CHUNKED + OK), ([b"hi"] * 3, b""))

    def test_keeps_a_part_of_an_answer_as_the_rest(self):
        for answer in (OK, CHUNKED):
            for size in range(1, len(answer)):
                self.assertEqual(self.bodies(OK + answer[:size]), ([b"hi"], answer[:size]))

    def test_the_end_of_the_connection_ends_a_body_without_length(self):
        self.assertEqual(self.bodies(ENDLESS), ([], ENDLESS))
        self.assertEqual(self.bodies(ENDLESS, ended=True), ([b"hi"], b""))

    def test_the_end_of_the_connection_ends_no_other_body(self):
        self.assertEqual(self.bodies(OK[:-1], ended=True), ([], OK[:-1]))

    def test_an_answer_to_head_has_no_body(self):
        self.assertEqual(self.bodies(OK[:-2] + OK, heads=(True, False)), ([b"", b"hi"], b""))
        self.assertEqual(self.bodies(OK[:-2] + OK, heads=None), ([b"", b"hi"], b""))

    def test_a_304_has_no_body(self):
        self.assertEqual(self.bodies(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n" + OK),
                         ([b"", b"hi"], b""))

    def test_interim_answers_belong_to_the_next(self):
        answers, _, _ = parse_all(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)
        self.assertEqual([(one.status, one.interim) for one in answers], [(200, [100])])

    def test_what_is_no_answer_is_an_error(self):
        for received in NOT_HTTP:
            answers, rest, error = parse_all(OK + received, ended=True)
            self.assertTrue(error, received)
            self.assertEqual((len(answers), rest), (1, received))

    def test_closes_as_the_fields_and_the_framing_say(self):
        def closes(received):
            return parse_all(received, ended=True)[0][0].closes()
        self.assertFalse(closes(OK))
        self.assertTrue(closes(ENDLESS))
        self.assertTrue(closes(OK.replace(b"OK\r\n", b"OK\r\nConnection: x, Close\r\n")))
        self.assertTrue(closes(OK.replace(b"1.1", b"1.0")))


unittest.main()
