"""What is no HTTP/1.1 at all: refused in words, then closed."""
from case import CLOSE, HOUSE, SHOULD, Ending, answer, either, refused
from wire import Half

GRAMMAR = "RFC 9112 2.2: no HTTP-message: 400 and close"
HELLO_TLS = bytes.fromhex(
    "16030100f8010000f40303a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9020"
    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0026c02bc02fc02cc030cca9"
    "cca8c013c014009c009d002f00350a") + bytes(120)


def garbage(name, data, status=(400,), strength=SHOULD):
    """Refused; or dropped, when the client stops sending before a line is over."""
    endings = [Ending((answer(status),), CLOSE)] + [Ending((), CLOSE)] * (b"\n" not in data)
    return either(name, (data, Half()), GRAMMAR, *endings, strength=strength)


CASES = [
    garbage("TLS ClientHello", HELLO_TLS),
    garbage("TLS ClientHello of SSL 2", bytes.fromhex("802e0100020015000000100100800200800300800400800500800600"
                                                      "40") + bytes(16)),
    either("HTTP/2 preface", (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"),),
           "RFC 9113 3.4, RFC 9110 15.6.6", Ending((answer((400, 505)),), CLOSE), strength=SHOULD),
    garbage("NULs", bytes(64)),
    garbage("bytes above 0x7f", b"\xff" * 64),
    garbage("every byte", bytes(range(256))),
    garbage("every byte, backwards", bytes(reversed(range(256)))),
    garbage("one NUL", b"\x00"),
    garbage("SSH", b"SSH-2.0-OpenSSH_9.2\r\n"),
    garbage("SMTP", b"EHLO a.example\r\n"),
    garbage("Redis", b"*1\r\n$4\r\nPING\r\n"),
    garbage("an HTTP answer", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", (400, 501, 505)),
    garbage("JSON", b"{\"a\": [1, 2]}\r\n\r\n"),
    garbage("a PROXY line", b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            (400, 501)),
    garbage("a byte order mark", b"\xef\xbb\xbfGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    garbage("UTF-16", "GET / HTTP/1.1\r\nHost: a\r\n\r\n".encode("utf-16-le")),
    garbage("a question mark", b"?\r\n\r\n"),
    garbage("words", b"hello there\r\n\r\n"),
    garbage("words by LF", b"hello there\n\n", strength=HOUSE),
    refused("words before a request", b"hello there\r\n\r\n", GRAMMAR),
    refused("a body nobody announced", b"hello\r\n", GRAMMAR),
    either("64 KiB of letters", (b"A" * 65536,), "RFC 9112 3", Ending(
        (answer((400, 414, 431, 501)),), CLOSE), strength=SHOULD),
]
