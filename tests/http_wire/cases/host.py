"""Host: RFC 9112 3.2, RFC 9110 7.2."""
from case import (CLOSE, EITHER, MUST, REFUSED, Ending, HELLO_ANSWER, alone, either, not_served, refused,
                  served)

ONE = "RFC 9112 3.2: exactly one Host"
VALID = "RFC 9112 3.2: an invalid Host is 400"
LINE = b"GET /hello.txt HTTP/1.1\r\n"
ABSOLUTE = b"GET http://a/hello.txt HTTP/1.1\r\n"
OLD = b"GET /hello.txt HTTP/1.0\r\n"


def host(value):
    return LINE + b"Host: " + value + b"\r\n\r\n"


COUNT = [
    refused("missing", LINE + b"\r\n", ONE, MUST),
    refused("missing, another field there", LINE + b"X: 1\r\n\r\n", ONE, MUST),
    refused("missing, with an absolute form", ABSOLUTE + b"\r\n", ONE, MUST),
    refused("missing on HTTP/1.2", b"GET /hello.txt HTTP/1.2\r\n\r\n", ONE, MUST, status=(400, 505)),
    refused("missing on HEAD", b"HEAD /hello.txt HTTP/1.1\r\n\r\n", ONE, MUST, head=True),
    refused("twice, unlike", LINE + b"Host: a\r\nHost: b\r\n\r\n", ONE, MUST),
    refused("twice, alike", LINE + b"Host: a\r\nHost: a\r\n\r\n", ONE, MUST),
    refused("twice, apart", LINE + b"Host: a\r\nX: 1\r\nhost: a\r\n\r\n", ONE, MUST),
    refused("twice, the second empty", LINE + b"Host: a\r\nHost:\r\n\r\n", ONE, MUST),
    refused("twice, with an absolute form", ABSOLUTE + b"Host: a\r\nHost: a\r\n\r\n", ONE, MUST),
    refused("twice on HTTP/1.0", OLD + b"Host: a\r\nHost: b\r\n\r\n", ONE, MUST),
    alone("missing on HTTP/1.0", OLD + b"\r\n", "RFC 9112 3.2: of 1.1 alone", HELLO_ANSWER, CLOSE),
    alone("there on HTTP/1.0", OLD + b"Host: a\r\n\r\n", "RFC 9112 3.2", HELLO_ANSWER, CLOSE),
    either("empty", host(b""), "RFC 9110 7.2: empty only where the target has no authority",
           Ending((HELLO_ANSWER,), EITHER), REFUSED),
    either("empty, with an absolute form", ABSOLUTE + b"Host:\r\n\r\n", "RFC 9112 3.2.2",
           Ending((HELLO_ANSWER,), EITHER), REFUSED),
]
GOOD = (b"a.example", b"A.EXAMPLE", b"a:80", b"a:", b"a:8080", b"127.0.0.1", b"127.0.0.1:80", b"[::1]",
        b"[::1]:80", b"[2001:db8::7]", b"a-b.c_d~e", b"a.", b"%41.example", b"xn--bcher-kva.example",
        b"a!b$c&d'e")
BAD = (b"a b", b"a\tb", b"a/b", b"a/", b"a?b", b"a#b", b"u@a", b"u:p@a", b"a:port", b"a:80:80", b"a:-80",
       b"a:+80", b"a:8 0", b"[::1", b"::1]", b"[::1]x", b"[]", b"[a:b", b"a\\b", b"a<b", b"a>b", b"a\"b",
       b"a|b", b"a^b", b"a`b", b"a{b}", b"%zz", b"a%4", b"a\x80", b"http://a", b"[::1]:x", b"a, b c")
VALUES = [
    served(f"valid {value.decode()}", host(value), "RFC 9110 7.2", MUST) for value in GOOD
] + [
    refused(f"invalid {value.decode('latin1')!r}", host(value), VALID, MUST) for value in BAD
]
ABSOLUTES = [
    served("unlike the absolute form", ABSOLUTE + b"Host: other\r\n\r\n",
           "RFC 9112 3.2.2: the target's is the one that counts"),
    refused("invalid, with an absolute form", ABSOLUTE + b"Host: a b\r\n\r\n", VALID, MUST),
    refused("invalid on HTTP/1.0", OLD + b"Host: a/b\r\n\r\n", VALID, MUST),
    not_served("invalid in the absolute form", b"GET http://a:x/hello.txt HTTP/1.1\r\nHost: a\r\n\r\n",
               "RFC 9112 3.2: an invalid target"),
    not_served("an absolute form with a user", b"GET http://u@a/hello.txt HTTP/1.1\r\nHost: a\r\n\r\n",
               "RFC 9110 4.2.4: treat userinfo as an error"),
]
CASES = COUNT + VALUES + ABSOLUTES
