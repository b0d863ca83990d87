"""Requests for the differential run: a grammar of sound requests with odd places, then mutations. The
same seed and number always give the same bytes."""
import random

CANARY = b"GET /canary.txt HTTP/1.1\r\nHost: a\r\n\r\n"
# Enough of them that a server which takes a canary for a body runs out of body before it runs out of
# canaries; the last one ends the connection.
TAIL = CANARY * 3 + b"GET /canary.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

LINES = (b"POST /echo HTTP/1.1",) * 3 + (b"GET /hello.txt HTTP/1.1", b"HEAD /hello.txt HTTP/1.1",
                                         b"POST http://a/echo HTTP/1.1", b"POST /hello.txt HTTP/1.1")
DATA = (b"", b"a", b"hello", b"hello", b"0\r\n\r\n", b"\r\n", b"5\r\nhello\r\n0\r\n\r\n", CANARY,
        b"GET /hello.txt HTTP/1.1\r\nX: ")

# What stands for the sound form now and then.
ODD_SPACES = (b"  ", b"\t", b"\x0b", b"\x0c", b"\r", b"")
ODD_ENDS = (b"\n", b"\r", b"\r\r\n", b"\n\r", b"\r\n ", b"\r\n\t", b"\x0b\r\n", b"\x00\r\n", b" \r\n", b"\r\n\r\n")
ODD_METHODS = (b"PUT", b"post", b"DELETE", b"BREW", b"OPTIONS", b"GET", b"HEAD")
ODD_TARGETS = (b"HTTP://b:80/echo", b"/none", b"*", b"/echo?x", b"/hello.txt#x", b"hello.txt", b"//echo", b"/%65cho",
               b"/a b", b"/\x80", b"/echo", b"http://a/echo")
ODD_VERSIONS = (b"HTTP/1.0", b"HTTP/1.0", b"HTTP/1.0", b"HTTP/1.2", b"HTTP/2.0", b"HTTP/0.9", b"http/1.1",
                b"HTTP/1.10", b"HTTP/1.1 ", b"")
ODD_HOSTS = (b"Host:a", b"host: a:80", b"Host: ", b"Host: a b", b"Host: a@b", b"Host : a", b"Host: a\r\nHost: a",
             b"Host: [::1]", b"Host: a/b", b"X: 1", b"Host: a,b")
ODD_NAMES = (b"%s :", b"%s\t:", b" %s: ", b"%s:\r\n ", b"X: 1\n%s: ", b"X: 1\r%s: ", b"%s\x00: ", b"\xef%s: ",
             b"%s:\t", b"%s", b"X-%s: ", b"%s:: ", b"\"%s\": ", b"%s;: ", b"\x0b%s: ")
ODD_CODINGS = (b"Chunked", b"CHUNKED", b" chunked ", b"identity", b"gzip", b"gzip, chunked", b"chunked, gzip",
               b"chunked, chunked", b"chunked,", b",chunked", b"xchunked", b"chunked\x00", b"\x0bchunked",
               b"chunked\x0b", b"", b"\"chunked\"", b"chunked;q=1", b"chunked identity", b"chun\r\n ked",
               b"chunked\r\nTransfer-Encoding: identity", b"identity\r\nTransfer-Encoding: chunked",
               b"x\r\nTransfer-Encoding: chunked", b"chunked\r\nTransfer-Encoding: x")
ODD_LENGTHS = (b"+%d", b"-%d", b"0%d", b"0x%x", b"%d, %d", b"%d,%d", b" %d ", b"%d.0", b"%de0", b"%dx", b"%d ,",
               b"\"%d\"", b"%d\x00", b"%d\x0b", b"1844674407370955161%d", b"%d %d", b"",
               b"00000000000000000000000%d", b"_%d", b"%d;", b"%d\r\nContent-Length: %d")
ODD_SIZES = (b"%X", b"0%x", b"0x%x", b"+%x", b"-%x", b" %x", b"%x ", b"%x\t", b"%x;a=b", b"%x;", b"%x ;a",
             b"%x;a=\"b\"", b"%x;a\nb", b"%x;a\rb", b"1000000000000000%x", b"%xg", b"%x\x00", b"%x,",
             b"0000000000000000000%x", b"%x\x0b", b"%x;\x00", b"%x;a=\"\r\n\"", b"\t%x", b"%x %x", b"", b"%x#")
ODD_TRAILERS = (b"X: 1\r\n", b"Content-Length: 9\r\n", b"Transfer-Encoding: chunked\r\n", b"X : 1\r\n", b"X\r\n",
                b" X: 1\r\n", b"X: 1\n", b"X: a\r\n b\r\n", b"GET / HTTP/1.1\r\n", b"\x00: 1\r\n", b": 1\r\n",
                b"X: \x00\r\n", b"X: a\rb\r\n")
SOUND_FIELDS = (b"X: y", b"X:", b"Connection: keep-alive", b"TE: chunked", b"X: " + b"v" * 300,
                b"Content-Type: text/plain", b"Content-Encoding: gzip", b"X-Http-Method-Override: GET",
                b"Trailer: Content-Length", b"Connection: x", b"Expect: 100-continue")
ODD_FIELDS = (b"Connection: close", b"Connection: x, close", b"X: a\r\n b", b"X: \x01", b"X", b": x", b"X y: 1",
              b"Expect: x", b"Connection: Content-Length", b"(: 1", b"\x7f: 1", b"Transfer-Encoding: chunked",
              b"Content-Length: 0", b"Content-Length: 5", b"X: \xff", b"X: \"\r\n\"")
ODD_STARTS = (b"\r\n", b"\n", b"\r\n\r\n", b" ", b"\r", b"\x00")
INSERTED = (b"\r", b"\n", b"\r\n", b" ", b"\t", b"\x00", b"\x0b", b":", b",", b";", b"0", b"\x7f", b"\x80", b"\xff",
            b"\r\n\r\n", b"\"", b"X")


def filled(form, size):
    return form % ((size,) * form.count(b"%"))


class Generator:
    def __init__(self, seed, number):
        self._random = random.Random(f"{seed}/{number}")
        self._oddness = self._random.choice((0.0, 0.02, 0.05, 0.05, 0.1, 0.3))

    def input(self):
        """One to three requests; what a server should make of them is nobody's business here."""
        pick = self._random.choice
        data = b"".join(self._request() for _ in range(pick((1, 1, 2, 3))))
        mutations = pick((0, 1, 1, 2)) if self._oddness < 0.05 else pick((0, 0, 0, 1))
        for _ in range(mutations):
            data = self._mutated(data)
        return data

    def _or(self, sound, odd):
        return self._random.choice(odd) if self._random.random() < self._oddness else sound

    def _request(self):
        pick = self._random.choice
        method, target, version = pick(LINES).split(b" ")
        line = (self._or(method, ODD_METHODS) + self._or(b" ", ODD_SPACES) + self._or(target, ODD_TARGETS)
                + self._or(b" ", ODD_SPACES) + self._or(version, ODD_VERSIONS))
        body, fields = self._framed()
        fields += [self._or(pick(SOUND_FIELDS), ODD_FIELDS) for _ in range(pick((0, 0, 1, 2)))]
        self._random.shuffle(fields)
        fields.insert(self._random.randrange(len(fields) + 1), self._or(b"Host: a", ODD_HOSTS))
        head = b"".join(part + self._end() for part in [line] + fields) + self._end()
        return self._or(b"", ODD_STARTS) + head + body

    def _end(self):
        # Many in a request: each seldom odd, so that one request is not odd in many places.
        return self._or(b"\r\n", ODD_ENDS) if self._random.random() < 0.3 else b"\r\n"

    def _framed(self):
        """(body, its framing fields): mostly sound; at times by both fields, or by none."""
        kind = self._random.random()
        data = self._random.choice(DATA)
        if kind < 0.1:
            return self._or(b"", DATA), []
        if kind < 0.45:
            return data, [self._length(len(data))]
        chunks = self._chunks(data)
        coding = self._name(b"Transfer-Encoding") + self._or(b"chunked", ODD_CODINGS)
        if kind < 0.9:
            return chunks, [coding]
        return chunks, [coding, self._length(self._random.choice((len(chunks), len(data), 0, 5)))]

    def _name(self, name):
        form = self._or(b"%s: ", ODD_NAMES)
        return form % name

    def _length(self, size):
        size = max(0, size + self._or(0, (1, -1, 5)))
        return self._name(b"Content-Length") + filled(self._or(b"%d", ODD_LENGTHS), size)

    def _chunks(self, data):
        parts = []
        while data:
            size = self._random.randint(1, len(data))
            parts.append(self._size(size + self._or(0, (1, -1))) + data[:size] + self._end())
            data = data[size:]
        return b"".join(parts) + self._size(0) + self._or(b"", ODD_TRAILERS) + self._end()

    def _size(self, size):
        return filled(self._or(b"%x", ODD_SIZES), size) + self._end()

    def _mutated(self, data):
        pick = self._random.choice
        at = self._random.randrange(len(data) + 1)
        end = min(len(data), at + self._random.randint(1, 8))
        kind = self._random.randrange(6)
        if kind == 0:
            return data[:at] + pick(INSERTED) + data[at:]
        if kind == 1:
            return data[:at] + data[end:]
        if kind == 2:
            return data[:at] + data[at:end] * 2 + data[end:]
        if kind == 3:
            return data[:at] + pick(INSERTED) + data[min(at + 1, len(data)):]
        lines = data.split(b"\r\n")
        first, second = self._random.randrange(len(lines)), self._random.randrange(len(lines))
        if kind == 4:
            lines[first], lines[second] = lines[second], lines[first]
        else:
            lines.insert(first, lines[second])
        return b"\r\n".join(lines)
