"""Chunked bodies: RFC 9112 7.1."""
from case import (CANARY_ANSWER, CLOSE, ECHO, HOUSE, MUST, REFUSED, SHOULD, STAY, BEHIND, Ending, answer,
                  chunked, echoed, either, get, refused, refused_midway)

SIZE = "RFC 9112 7.1: chunk-size = 1*HEXDIG"
GRAMMAR = "RFC 9112 7.1: chunked-body"
EXTENSION = "RFC 9112 7.1.1: chunk-ext"
TRAILER = "RFC 9112 7.1.2: trailer-section"
FRAMING = "RFC 9110 6.5.1: trailers never frame"
END = b"0\r\n\r\n"
FIVE = b"5\r\nhello\r\n"

GOOD = [
    ("no chunk but the last", END, b""),
    ("one chunk", FIVE + END, b"hello"),
    ("two chunks", b"2\r\nhe\r\n3\r\nllo\r\n" + END, b"hello"),
    ("chunks of one byte", b"".join(b"1\r\n%c\r\n" % c for c in b"hello") + END, b"hello"),
    ("a size in lower-case hex", b"a\r\n0123456789\r\n" + END, b"0123456789"),
    ("a size in upper-case hex", b"A\r\n0123456789\r\n" + END, b"0123456789"),
    ("a size of two digits", b"1a\r\n" + b"x" * 26 + b"\r\n" + END, b"x" * 26),
    ("a size with zeros before it", b"0005\r\nhello\r\n" + END, b"hello"),
    ("a last chunk of 000", FIVE + b"000\r\n\r\n", b"hello"),
    ("CRLF in the data", b"7\r\nhe\r\nllo\r\n" + END, b"he\r\nllo"),
    ("the end of a body in the data", b"7\r\n\r\n0\r\n\r\n\r\n" + END, b"\r\n0\r\n\r\n"),
    ("a request in the data", b"%x\r\n%s\r\n" % (len(BEHIND), BEHIND) + END, BEHIND),
    ("a chunk of 64 KiB", b"10000\r\n" + b"y" * 65536 + b"\r\n" + END, b"y" * 65536),
    ("many chunks", b"3\r\nabc\r\n" * 500 + END, b"abc" * 500),
    ("an extension", b"5;a=b\r\nhello\r\n" + END, b"hello"),
    ("an extension without a value", b"5;a\r\nhello\r\n" + END, b"hello"),
    ("two extensions", b"5;a=b;c=d\r\nhello\r\n" + END, b"hello"),
    ("a quoted extension", b"5;a=\"b c;d\"\r\nhello\r\n" + END, b"hello"),
    ("a quoted pair in an extension", b"5;a=\"b\\\"c\"\r\nhello\r\n" + END, b"hello"),
    ("an extension of the last chunk", FIVE + b"0;a=b\r\n\r\n", b"hello"),
    ("a trailer", FIVE + b"0\r\nX: 1\r\n\r\n", b"hello"),
    ("three trailers", FIVE + b"0\r\nX: 1\r\nY:\r\nZ: \t3 \r\n\r\n", b"hello"),
]
BAD_SIZES = (b"0x5", b"0X5", b"x5", b"5x", b"g", b"-5", b"+5", b"5.", b"5 5", b"", b"5,", b"\"5\"", b"5_0",
             b"5h", b"%35", b"\x005", b"5\x00", b"\xb5", b" 5", b"\t5", b"\x0b5", b"- 5", b"0 5", b"-0")
TOO_LARGE = (b"10000000000000000", b"10000000000000005", b"fffffffffffffffff", b"FFFFFFFFFFFFFFFF",
             b"8000000000000000", b"8000000000000005", b"7fffffffffffffff", b"1" + b"0" * 100)
BAD_SIZE_LINES = [
    ("a space behind the size", b"5 \r\nhello\r\n" + END, HOUSE),
    ("a tab behind the size", b"5\t\r\nhello\r\n" + END, HOUSE),
    ("LF behind the size", b"5\nhello\r\n" + END, HOUSE),
    ("CR behind the size", b"5\rhello\r\n" + END, MUST),
    ("CR CR LF behind the size", b"5\r\r\nhello\r\n" + END, MUST),
    ("LF CR behind the size", b"5\n\rhello\r\n" + END, SHOULD),
    ("LF behind the last size", FIVE + b"0\n\r\n", HOUSE),
    ("LF for the end", FIVE + b"0\r\n\n", HOUSE),
    ("LF LF for the end", FIVE + b"0\n\n", HOUSE),
    ("CR CR LF for the end", FIVE + b"0\r\n\r\r\n", SHOULD),
    ("a junk last size", FIVE + b"0x\r\n\r\n", SHOULD),
    ("a last size of -0", FIVE + b"-0\r\n\r\n", SHOULD),
]
BAD_DATA = [
    ("no CRLF behind the data", b"5\r\nhello" + END, SHOULD),
    ("LF behind the data", b"5\r\nhello\n" + END, HOUSE),
    ("CR behind the data", b"5\r\nhello\r" + END, SHOULD),
    ("LF CR behind the data", b"5\r\nhello\n\r" + END, SHOULD),
    ("two CRLF behind the data", b"5\r\nhello\r\n\r\n" + END, SHOULD),
    ("a space before the CRLF behind the data", b"5\r\nhello \r\n" + END, SHOULD),
    ("two other bytes behind the data", b"5\r\nhelloXX" + END, SHOULD),
    ("longer data than its size", b"4\r\nhello\r\n" + END, SHOULD),
    ("much longer data than its size", b"1\r\nhello, hello\r\n" + END, SHOULD),
    ("a size of 0 with data", b"0\r\nhello\r\n" + END, SHOULD),
    ("data without a size", b"hello\r\n" + END, SHOULD),
]
BAD_EXTENSIONS = [
    ("LF in an extension", b"5;a\nb\r\nhello\r\n" + END, HOUSE),
    ("LF ends an extension", b"5;a\nhello\r\n" + END, HOUSE),
    ("CR in an extension", b"5;a\rb\r\nhello\r\n" + END, HOUSE),
    ("NUL in an extension", b"5;a=\x00\r\nhello\r\n" + END, SHOULD),
    ("DEL in an extension", b"5;a=\x7f\r\nhello\r\n" + END, SHOULD),
    ("an extension without a semicolon", b"5 a=b\r\nhello\r\n" + END, SHOULD),
    ("a comma for the semicolon", b"5,a=b\r\nhello\r\n" + END, SHOULD),
    ("LF in an extension of the last chunk", FIVE + b"0;a\n\r\n\r\n", HOUSE),
]
BAD_TRAILERS = [
    ("without a colon", b"X\r\n", SHOULD), ("with a space before the colon", b"X : 1\r\n", SHOULD),
    ("with an empty name", b": 1\r\n", SHOULD), ("with a space in the name", b"X Y: 1\r\n", SHOULD),
    ("with NUL in the value", b"X: \x00\r\n", HOUSE), ("with NUL in the name", b"X\x00: 1\r\n", SHOULD),
    ("with a bare CR", b"X: a\rb\r\n", HOUSE), ("ended by LF", b"X: 1\n", HOUSE),
    ("folded", b"X: a\r\n b\r\n", HOUSE), ("with a brace in the name", b"X}: 1\r\n", SHOULD),
    ("that begins with a space", b" X: 1\r\n", SHOULD), ("that is a request line", b"GET / HTTP/1.1\r\n", SHOULD),
]
FORBIDDEN = (b"Content-Length: 50", b"Content-Length: 0", b"Transfer-Encoding: chunked", b"Host: b",
             b"Content-Length: x", b"Connection: keep-alive", b"Expect: 100-continue")


def bad(cases, rule):
    return [refused_midway(name, chunked(body), rule, strength) for name, body, strength in cases]


CASES = [
    echoed(name, chunked(body), data, GRAMMAR) for name, body, data in GOOD
] + [
    refused(f"size {size.decode('latin1')!r}", chunked(size + b"\r\nhello\r\n" + END), SIZE, SHOULD,
            needs=ECHO) for size in BAD_SIZES
] + [
    refused(f"too large a size {size[:20].decode()}", chunked(size + b"\r\nhello\r\n" + END),
            "RFC 9112 7.1: no overflow", MUST, status=(400, 413), needs=ECHO) for size in TOO_LARGE
] + bad(BAD_SIZE_LINES, SIZE) + bad(BAD_DATA, GRAMMAR) + bad(BAD_EXTENSIONS, EXTENSION) + [
    refused_midway(f"a trailer {name}", chunked(FIVE + b"0\r\n" + trailer + b"\r\n"), TRAILER, strength)
    for name, trailer, strength in BAD_TRAILERS
] + [
    either(f"a forbidden trailer {field.decode()}", chunked(FIVE + b"0\r\n" + field + b"\r\n\r\n") + BEHIND,
           FRAMING, Ending((answer(200, b"hello"), CANARY_ANSWER), STAY), REFUSED, needs=ECHO)
    for field in FORBIDDEN
] + [
    either("a space around the semicolon", chunked(b"5 ; a = b\r\nhello\r\n" + END) + BEHIND,
           "RFC 9112 7.1.1: BWS", Ending((answer(200, b"hello"), CANARY_ANSWER), STAY), REFUSED, needs=ECHO),
    either("an empty extension", chunked(b"5;\r\nhello\r\n" + END) + BEHIND, EXTENSION,
           Ending((answer(200, b"hello"), CANARY_ANSWER), STAY), REFUSED, needs=ECHO),
    either("a size of a hundred zeros and a 5", chunked(b"0" * 100 + b"5\r\nhello\r\n" + END) + BEHIND, SIZE,
           Ending((answer(200, b"hello"), CANARY_ANSWER), STAY), REFUSED, needs=ECHO),
    refused("an extension of 64 KiB", chunked(b"5;a=" + b"b" * 65536 + b"\r\nhello\r\n" + END),
            "RFC 9112 7.1.1: limit the length of extensions", SHOULD, status=(400, 413, 431), needs=ECHO),
    refused_midway("64 KiB of extensions over many chunks", chunked(
        (b"1;a=" + b"b" * 60 + b"\r\nx\r\n") * 1024 + END),
                   "RFC 9112 7.1.1: limit the total length of extensions", SHOULD, status=(400, 413, 431)),
    refused_midway("a trailer section of 256 KiB", chunked(FIVE + b"0\r\n" + (b"X: " + b"y" * 1000 + b"\r\n") * 256
                                                           + b"\r\n"),
                   "RFC 9110 5.4, RFC 6585 5", HOUSE, status=(400, 413, 431)),
    refused_midway("ten thousand trailers", chunked(FIVE + b"0\r\n" + b"X: y\r\n" * 10000 + b"\r\n"),
                   "RFC 9110 5.4, RFC 6585 5", HOUSE, status=(400, 413, 431)),
    either("junk on GET", (get(b"Transfer-Encoding: chunked") + b"zz\r\n" + BEHIND,), SIZE,
           REFUSED, Ending((answer(200), answer(400)), CLOSE), Ending((answer(200),), CLOSE),
           strength=SHOULD),
]
