"""The same bytes, however they arrive: TCP knows no messages."""
from case import (BEHIND, BROKEN, CANARY_ANSWER, CLOSE, ECHO, HELLO_ANSWER, SHOULD, STAY, Case, Ending,
                  alone, answer, chunked, either, get, post)
from wire import Drip, Half

STREAM = "RFC 9112 2.2: parsed as a sequence of octets"
HALF = "RFC 9112 9.6: answers to a client that stopped sending"
INCOMPLETE = "RFC 9112 8: an incomplete message"
CHUNKS = chunked(b"5;a=b\r\nhello\r\n7\r\n, world\r\n0\r\nX: 1\r\n\r\n")
ECHOED = answer(200, b"hello, world")
SMALL = post(b"hello", b"Content-Length: 5")
SILENT = Ending((), CLOSE)
BAD = Ending((answer((400, 408)),), CLOSE)


def at_every_byte(name, data, expected, **more):
    """One connection for every place to split `data`, all to end alike."""
    ways = tuple((data[:at], data[at:] + BEHIND) for at in range(1, len(data)))
    return Case(name, ways[0], (Ending((expected, CANARY_ANSWER), STAY),), STREAM, others=ways[1:], **more)


def dripped(name, data, expected, **more):
    return Case(name, (Drip(data + BEHIND),), (Ending((expected, CANARY_ANSWER), STAY),), STREAM, **more)


def refused_however(name, data):
    ways = tuple((data[:at], data[at:]) for at in range(1, len(data)))
    return Case(name, ways[0], (Ending((answer(400),), CLOSE),), STREAM, SHOULD, others=ways[1:])


def cut(name, data, *endings, **more):
    return either(name, (data, Half()), INCOMPLETE, *(endings or (SILENT, BAD, BROKEN)), any_reset=True, **more)


CASES = [
    at_every_byte("GET split at every byte", get(b"X: 1"), HELLO_ANSWER),
    at_every_byte("HEAD split at every byte", get(method=b"HEAD"), answer(200, b"", head=True)),
    at_every_byte("a body split at every byte", SMALL, answer(200, b"hello"), needs=ECHO),
    at_every_byte("a chunked body split at every byte", CHUNKS, ECHOED, needs=ECHO),
    refused_however("a bad field split at every byte", b"GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n"),
    dripped("GET byte by byte", get(b"X: 1"), HELLO_ANSWER),
    dripped("a body byte by byte", SMALL, answer(200, b"hello"), needs=ECHO),
    dripped("a chunked body byte by byte", CHUNKS, ECHOED, needs=ECHO),
    dripped("an absent file byte by byte", get(target=b"/none"), answer(404)),
    alone("a refusal byte by byte", (Drip(b"GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n"),), STREAM, answer(400),
          CLOSE, SHOULD, any_reset=True),
    alone("CR and LF apart", (get()[:-1], b"\n" + BEHIND), STREAM, (HELLO_ANSWER, CANARY_ANSWER), STAY),
    alone("two requests split across", (get() + BEHIND[:9], BEHIND[9:] + get()), STREAM,
          (HELLO_ANSWER, CANARY_ANSWER, HELLO_ANSWER), STAY),
    alone("the body behind its head", (SMALL[:-5], b"he", b"llo" + BEHIND), STREAM,
          (answer(200, b"hello"), CANARY_ANSWER), STAY, needs=ECHO),
    alone("half-closed behind a request", (get(), Half()), HALF, HELLO_ANSWER, CLOSE),
    alone("half-closed with a request", (get() + BEHIND, Half()), HALF, (HELLO_ANSWER, CANARY_ANSWER), CLOSE),
    alone("half-closed behind ten requests", (get() * 10, Half()), HALF, (HELLO_ANSWER,) * 10, CLOSE),
    alone("half-closed behind a body", (SMALL, Half()), HALF, answer(200, b"hello"), CLOSE, needs=ECHO),
    alone("half-closed behind a chunked body", (CHUNKS, Half()), HALF, ECHOED, CLOSE, needs=ECHO),
    alone("half-closed before a large file", (get(target=b"/big.bin"), Half()), HALF,
          answer(200, bytes(range(256)) * 4096), CLOSE),
    alone("half-closed behind a 404", (get(target=b"/none"), Half()), HALF, answer(404), CLOSE),
    alone("half-closed behind a refusal", (b"GET\r\n\r\n", Half()), HALF, answer(400), CLOSE, SHOULD),
    either("nothing at all", (Half(),), "RFC 9112 9.5", SILENT),
    either("a CRLF and no request", (b"\r\n", Half()), "RFC 9112 2.2", SILENT, BAD),
    cut("half a request line", b"GET /hel"),
    cut("a request line alone", b"GET /hello.txt HTTP/1.1\r\n"),
    cut("half a field", b"GET /hello.txt HTTP/1.1\r\nHos"),
    cut("a head without its end", get()[:-2]),
    cut("a head without its last byte", get()[:-1]),
    cut("a body cut short", SMALL[:-1], needs=ECHO),
    cut("a body that never comes", SMALL[:-5], needs=ECHO),
    cut("a chunk cut short", chunked(b"5\r\nhel"), needs=ECHO),
    cut("no last chunk", chunked(b"5\r\nhello\r\n"), needs=ECHO),
    cut("a last chunk without its end", chunked(b"5\r\nhello\r\n0\r\n"), needs=ECHO),
    cut("a trailer cut short", chunked(b"5\r\nhello\r\n0\r\nX: 1"), needs=ECHO),
    cut("a request, then half a one", get() + b"GET /h", Ending((HELLO_ANSWER,), CLOSE),
        Ending((HELLO_ANSWER, answer((400, 408))), CLOSE)),
]
