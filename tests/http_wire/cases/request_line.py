"""The request line: RFC 9112 3."""
from case import (HELLO_ANSWER, HOUSE, MUST, REFUSED, SHOULD, STAY, Ending, answer, either, get,
                  not_served, refused, request, served)

LINE = "RFC 9112 3"
WORDS = "RFC 9112 3: one SP; other whitespace MAY be taken for it"
GRAMMAR = "RFC 9112 2.2: no HTTP-message: 400 and close"
TARGET = "RFC 9112 3.2: an invalid target: 400 or 301"
HOST = b"Host: a\r\n\r\n"


def line(text):
    return text + b"\r\n" + HOST


SHAPES = [
    refused("two spaces after the method", line(b"GET  /hello.txt HTTP/1.1"), WORDS, HOUSE),
    refused("two spaces before the version", line(b"GET /hello.txt  HTTP/1.1"), WORDS, HOUSE),
    refused("a tab after the method", line(b"GET\t/hello.txt HTTP/1.1"), WORDS, HOUSE),
    refused("a tab before the version", line(b"GET /hello.txt\tHTTP/1.1"), WORDS, HOUSE),
    refused("a form feed for a space", line(b"GET\x0c/hello.txt HTTP/1.1"), WORDS, HOUSE),
    refused("a vertical tab for a space", line(b"GET /hello.txt\x0bHTTP/1.1"), WORDS, HOUSE),
    refused("a bare CR for a space", line(b"GET\r/hello.txt HTTP/1.1"), WORDS, HOUSE),
    refused("a bare CR before the version", line(b"GET /hello.txt\rHTTP/1.1"), WORDS, HOUSE),
    refused("a space before the method", line(b" GET /hello.txt HTTP/1.1"), WORDS, HOUSE),
    refused("a tab before the method", line(b"\tGET /hello.txt HTTP/1.1"), WORDS, HOUSE),
    refused("a space after the version", line(b"GET /hello.txt HTTP/1.1 "), WORDS, HOUSE),
    refused("a tab after the version", line(b"GET /hello.txt HTTP/1.1\t"), WORDS, HOUSE),
    refused("a fourth word", line(b"GET /hello.txt HTTP/1.1 x"), LINE),
    refused("a space in the target", line(b"GET /hello.txt x HTTP/1.1"), LINE),
    refused("no target", line(b"GET HTTP/1.1"), LINE),
    refused("an empty target", line(b"GET  HTTP/1.1"), LINE),
    refused("the method alone", line(b"GET"), LINE),
    refused("no version (HTTP/0.9)", line(b"GET /hello.txt"), LINE),
    refused("no version but its space", line(b"GET /hello.txt "), LINE),
    refused("no method", line(b"/hello.txt HTTP/1.1"), LINE),
    refused("no method but its space", line(b" /hello.txt HTTP/1.1"), LINE),
    refused("ended by LF alone", b"GET /hello.txt HTTP/1.1\n" + HOST, "RFC 9112 2.2: LF MAY end a line",
            HOUSE),
    refused("ended by CR alone", b"GET /hello.txt HTTP/1.1\r" + HOST, "RFC 9112 2.2: bare CR", MUST),
    refused("ended by CR CR LF", b"GET /hello.txt HTTP/1.1\r\r\n" + HOST, "RFC 9112 2.2: bare CR", MUST),
    refused("ended by LF CR", b"GET /hello.txt HTTP/1.1\n\r" + HOST, GRAMMAR),
    refused("a status line", line(b"HTTP/1.1 200 OK"), GRAMMAR, status=(400, 501, 505)),
]

BAD_METHOD_BYTES = b"\x00\x01\x08\x0e\x1b\x7f\x80\xff\"(),/:;<=>?@[\\]{}"
METHODS = [
    refused(f"the method has byte {byte:#04x}", line(b"G%cT /hello.txt HTTP/1.1" % byte),
            "RFC 9110 9.1: method = token", status=(400, 501))
    for byte in BAD_METHOD_BYTES
]

GOOD_TARGETS = [
    (b"/hello.txt", 200), (b"/hello.txt?", 200), (b"/hello.txt?a=b&c=%20d", 200),
    (b"/hello.txt?/../../x", 200), (b"/hello.txt?a?b", 200), (b"/hello.txt?http://a/b", 200),
    (b"/%68ello.txt", 200), (b"/hello%2etxt", 200), (b"/hello%2Etxt", 200),
    (b"/with%20space.txt", 200), (b"/100%25.txt", 200), (b"/sub/page.txt", 200),
    (b"/none.txt", 404), (b"/a;b=c,d!$&'()*+:@-._~", 404), (b"/none%ff%fe", (404, 400)),
    (b"/hello.txt/", (404, 301, 308)), (b"/HELLO.TXT", 404), (b"/hello.tx", 404),
    (b"http://a/hello.txt", 200), (b"http://other.example/hello.txt", 200),
    (b"http://a:80/hello.txt?x=y", 200), (b"HTTP://a/hello.txt", 200), (b"http://a/none.txt", 404),
]
BAD_TARGETS = [
    ("without its slash", b"hello.txt", SHOULD), ("a query alone", b"?x", SHOULD),
    ("asterisk with GET", b"*", SHOULD), ("authority with GET", b"a:80", SHOULD),
    ("with a fragment", b"/hello.txt#top", SHOULD), ("with a backslash first", b"\\hello.txt", SHOULD),
    ("an absolute form without a host", b"http:///hello.txt", MUST),
    ("an absolute form with only a port", b"http://:80/hello.txt", MUST),
    ("a scheme alone", b"http:", SHOULD), ("an absolute form with one slash", b"http:/hello.txt", SHOULD),
    ("a bad percent-encoding", b"/%zz", SHOULD), ("half a percent-encoding", b"/hello.txt%4", SHOULD),
    ("a percent sign alone", b"/%", SHOULD),
]
BAD_TARGET_BYTES = b"\x00\x01\x08\x0b\x1f\x7f"
RAW_TARGET_BYTES = b"\"<>^`{|}\x80\xff"
TARGETS = [
    served(f"target {target.decode()}", get(target=target), "RFC 9112 3.2", expected=answer(status))
    for target, status in GOOD_TARGETS
] + [
    not_served(f"target {name}", get(target=target), TARGET, strength)
    for name, target, strength in BAD_TARGETS
] + [
    refused(f"target with byte {byte:#04x}", get(target=b"/hello.txt?a%cb" % byte), TARGET)
    for byte in BAD_TARGET_BYTES
] + [
    not_served(f"target with raw {byte:#04x}", get(target=b"/hello.txt?a%cb" % byte), TARGET)
    for byte in RAW_TARGET_BYTES
]

VERSION = "RFC 9112 2.3: HTTP-name is case-sensitive, DIGIT . DIGIT"
VERSIONS = [
    served("HTTP/1.2 is read as 1.1", get(version=b"HTTP/1.2"), "RFC 9110 2.5: as the highest minor known"),
    served("HTTP/1.9 is read as 1.1", get(version=b"HTTP/1.9"), "RFC 9110 2.5: as the highest minor known"),
] + [
    refused(f"version {version.decode()!r}", get(version=version), VERSION)
    for version in (b"http/1.1", b"Http/1.1", b"HTTP/1.10", b"HTTP/01.1", b"HTTP/1.01", b"HTTP/11",
                    b"HTTP/1", b"HTTP/1.", b"HTTP/.1", b"HTTP/", b"HTTP 1.1", b"HTTP/1,1", b"HTTP/1.a",
                    b"HTTP/+1.1", b"HTTP/-1.1", b"HTTP/1.1x", b"XHTTP/1.1", b"HTP/1.1", b"HTTPS/1.1",
                    b"HTTP//1.1", b"HTTP/0x1.1", b"1.1", b"HTTP/1.1\x00")
] + [
    refused(f"version {version.decode()!r}", get(version=version), "RFC 9110 15.6.6: 505", HOUSE, status=505)
    for version in (b"HTTP/2.0", b"HTTP/2.1", b"HTTP/3.0", b"HTTP/9.9")
] + [
    refused("version 'HTTP/0.9'", get(version=b"HTTP/0.9"), "RFC 9110 15.6.6: 505", status=(400, 505)),
]

EMPTY_LINES = [
    served("one CRLF before it", b"\r\n" + get(), "RFC 9112 2.2: one SHOULD be ignored", SHOULD),
    either("three CRLF before it", b"\r\n" * 3 + get(), "RFC 9112 2.2",
           Ending((HELLO_ANSWER,), STAY), REFUSED),
    refused("LF alone before it", b"\n" + get(), GRAMMAR, HOUSE),
    refused("CR alone before it", b"\r" + get(), GRAMMAR),
    served("a CRLF after the body of the one before", (request(
        b"POST /hello.txt HTTP/1.1", b"Content-Length: 2", body=b"ab") + b"\r\n" + get(
            target=b"/canary.txt"),), "RFC 9112 2.2: one SHOULD be ignored", SHOULD,
           expected=answer((405, 501))),
]

CASES = SHAPES + METHODS + TARGETS + VERSIONS + EMPTY_LINES
