"""Limits: each is answered once, and the answer arrives however much the client still sends."""
from case import (BROKEN, CLOSE, ECHO, EITHER, HOUSE, MUST, SHOULD, Ending, alone, answer, either, get, post,
                  refused, request, served)
from wire import Half, Pour, PourOn

TARGET = "RFC 9112 3: 414 for a longer target"
FIELDS = "RFC 6585 5: 431"
BODY = "RFC 9110 15.5.14: 413"
LINGER = "RFC 9112 9.6: shut down writing, then read until the client closes"
DRAIN_S = 30.0  # far beyond what any server should read behind its last answer
KIB = b"x" * 1023 + b"\n"
ZEROS = b"0" * 65536
TIB = b"Content-Length: 1099511627776"
CHUNK = b"10000\r\n" + b"c" * 65536 + b"\r\n"
TOO_LARGE = answer(413, connection="(?i).*close.*")


def long_target(size):
    return get(target=b"/hello.txt?" + b"q" * size)


def many(count):
    return get(*[b"X-%d: %d" % (n, n) for n in range(count)])


CASES = [
    served("a target of 7,900 bytes is read", long_target(7880), "RFC 9112 3: 8000 octets at least", SHOULD),
    refused("a target of 100 KiB", long_target(100 << 10), TARGET, MUST, status=414),
    refused("a target of 1 MiB", long_target(1 << 20), TARGET, MUST, status=414),
    alone("a target without end", (b"GET /", Pour(b"t" * 65536, 1024)), TARGET, answer(414), CLOSE),
    alone("a query without end", (b"GET /?", Pour(b"&a=b" * 16384, 1024)), TARGET, answer(414), CLOSE),
    alone("an absolute form without end", (b"GET http://a/", Pour(b"t" * 65536, 1024)), TARGET, answer(414),
          CLOSE),
    refused("a host of 100 KiB in the target", get(target=b"http://" + b"a" * (100 << 10) + b"/"), TARGET,
            MUST, status=(400, 414)),
    either("a method without end", (Pour(b"M" * 65536, 1024),), "RFC 9112 3: 501 for a longer method",
           Ending((answer((400, 414, 431, 501)),), CLOSE), strength=SHOULD),
    either("a version without end", (b"GET / HTTP/1.", Pour(b"1" * 65536, 1024)), "RFC 9112 3",
           Ending((answer((400, 414, 431, 505)),), CLOSE), strength=SHOULD),
    refused("a field of 100 KiB", get(b"X: " + b"v" * (100 << 10)), FIELDS, HOUSE, status=431),
    refused("a field of 1 MiB", get(b"X: " + b"v" * (1 << 20)), FIELDS, HOUSE, status=431),
    refused("a name of 100 KiB", get(b"X" * (100 << 10) + b": 1"), FIELDS, HOUSE, status=431),
    refused("fields of 100 KiB together", get(*[b"X: " + b"v" * 1000 for _ in range(100)]), FIELDS, HOUSE,
            status=431),
    refused("five thousand fields", many(5000), FIELDS, HOUSE, status=431),
    refused("five thousand fields of two bytes", get(*[b"X:"] * 5000), FIELDS, HOUSE, status=431),
    refused("one thousand fields", many(1000), FIELDS, HOUSE, status=431),
    refused("a Host of 100 KiB", b"GET / HTTP/1.1\r\nHost: " + b"a" * (100 << 10) + b"\r\n\r\n", FIELDS,
            HOUSE, status=(400, 431)),
    refused("a Content-Length of 100 KiB of zeros", post(b"hello", b"Content-Length: " + b"0" * (100 << 10)
                                                         + b"5"), FIELDS, HOUSE, status=(400, 431)),
    alone("a value without end", (get()[:-2] + b"X: ", Pour(b"v" * 65536, 1024)), FIELDS, answer(431), CLOSE,
          HOUSE),
    alone("a name without end", (get()[:-2], Pour(b"n" * 65536, 1024)), FIELDS, answer(431), CLOSE, HOUSE),
    alone("spaces without end", (get()[:-2] + b"X:", Pour(b" " * 65536, 1024)), FIELDS, answer(431), CLOSE,
          HOUSE),
    alone("fields without end", (get()[:-2], Pour(b"X: 1\r\n" * 8192, 1024)), FIELDS, answer(431), CLOSE,
          HOUSE),
    alone("a body of 1 TiB is refused at once", post(b"", TIB), BODY, answer(413), CLOSE, SHOULD, needs=ECHO),
    alone("the refusal says close", post(b"", TIB), "RFC 9112 9.6: SHOULD send close", TOO_LARGE, CLOSE,
          SHOULD, needs=ECHO),
    refused("a body of 1 TiB with a request behind", post(b"", TIB), BODY, SHOULD, status=413, needs=ECHO),
    alone("a body of 1 TiB that is being sent", (post(b"", TIB), Pour(ZEROS, 64)), LINGER, answer(413), CLOSE,
          MUST, needs=ECHO),
    alone("a body of 1 TiB sent before reading", (post(b"", TIB), Pour(ZEROS, 8, reading=False)), LINGER,
          answer(413), CLOSE, MUST, needs=ECHO),
    alone("a body of 1 TiB that goes on behind the answer", (post(b"", TIB), PourOn(KIB, DRAIN_S)),
          LINGER + "; not for ever", answer(413), CLOSE, HOUSE, needs=ECHO, any_reset=True),
    alone("bytes that go on behind a refusal", (b"GET\r\n\r\n", PourOn(KIB, DRAIN_S)),
          LINGER + "; not for ever", answer(400), CLOSE, HOUSE, any_reset=True),
    alone("a body of 1 TiB sent in one go", (post(ZEROS * 4, TIB),), LINGER, answer(413), CLOSE, MUST,
          needs=ECHO),
    alone("a body of 1 TiB, half-closed", (post(ZEROS, TIB), Half()), LINGER, answer(413), CLOSE, MUST,
          needs=ECHO),
    either("chunks without end", (post(b"", b"Transfer-Encoding: chunked"), Pour(CHUNK, 1024)), BODY,
           Ending((answer(413),), CLOSE), BROKEN, strength=SHOULD, needs=ECHO, any_reset=True),
    alone("one chunk of 1 TiB", (post(b"10000000000\r\n", b"Transfer-Encoding: chunked"), Pour(ZEROS, 4096)),
          BODY, answer((400, 413)), CLOSE, SHOULD, needs=ECHO, any_reset=True),
    alone("a target of 1 MiB sent before reading", (b"GET /", Pour(b"t" * 65536, 8, reading=False)), LINGER,
          answer(414), CLOSE, MUST),
    alone("fields of 1 MiB sent before reading", (get()[:-2], Pour(b"X: 1\r\n" * 8192, 8, reading=False)),
          LINGER, answer(431), CLOSE, HOUSE),
    alone("a bad request and 512 KiB behind it", (b"GET\r\n\r\n", Pour(KIB * 64, 8, reading=False)), LINGER,
          answer(400), CLOSE, MUST),
    either("a body for a file", request(b"POST /hello.txt HTTP/1.1", b"Content-Length: 262144",
                                        body=ZEROS * 4), LINGER,
           Ending((answer((405, 413)),), EITHER)),
]
