"""Answers as a client must read them (RFC 9112 4-7): status line, field lines, body by its framing."""
import dataclasses
import re

STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-5][0-9]{2}) [\t\x20-\x7e\x80-\xff]*")
FIELD_LINE = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*")
CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\r\n]*)?\r\n")


class NotHttp(Exception):
    """What came is no HTTP/1.1 answer."""


class Partial(Exception):
    """What came is the beginning of an answer."""


@dataclasses.dataclass
class Answer:
    minor: int
    status: int
    fields: list  # of (lower-case name, value)
    interim: list  # statuses of the 1xx before it
    body: bytes = b""
    framing: str = "none"  # none, length, chunked or close

    def values(self, name):
        return [value for key, value in self.fields if key == name]

    def value(self, name):
        return b", ".join(self.values(name))

    def closes(self):
        """Whether the server said that nothing follows on this connection."""
        tokens = [token.strip().lower() for token in self.value(b"connection").split(b",")]
        return b"close" in tokens or self.framing == "close" or (
            self.minor == 0 and b"keep-alive" not in tokens)

    def __str__(self):
        body = self.body if len(self.body) <= 80 else self.body[:80] + b"..."
        fields = "; ".join(f"{name.decode()}: {value.decode('latin1')}" for name, value in self.fields)
        interim = "".join(f"{status}, " for status in self.interim)
        return f"{interim}{self.status} [{fields}] {len(self.body)} bytes {body!r}"


def parse_all(received, heads=(), ended=False):
    """(answers, rest, error): every whole answer in `received`. heads[i] says that the i-th answers a
    HEAD, heads None that it shows: the next answer follows at once; `ended` that the server closed;
    `error` is empty unless the rest is no HTTP."""
    answers, at = [], 0
    while at < len(received):
        head = None if heads is None else len(answers) < len(heads) and heads[len(answers)]
        try:
            answer, at = _parse_one(bytes(received), at, head, ended)
        except Partial:
            break
        except NotHttp as error:
            return answers, bytes(received[at:]), str(error)
        answers.append(answer)
    return answers, bytes(received[at:]), ""


def _parse_one(data, at, head, ended):
    interim = []
    while True:
        answer, at = _parse_head(data, at)
        if answer.status >= 200:
            break
        interim.append(answer.status)
    answer.interim = interim
    return _parse_body(answer, data, at, head, ended)


def _parse_head(data, at):
    end = data.find(b"\r\n\r\n", at)
    if end < 0:
        if not b"HTTP/1.1 ".startswith(data[at:at + 7]):
            raise NotHttp(f"not a status line: {data[at:at + 40]!r}")
        raise Partial
    first, *lines = data[at:end].split(b"\r\n")
    status = STATUS_LINE.fullmatch(first)
    if not status:
        raise NotHttp(f"not a status line: {first[:40]!r}")
    fields = []
    for line in lines:
        field = FIELD_LINE.fullmatch(line)
        if not field:
            raise NotHttp(f"not a field line: {line[:40]!r}")
        fields.append((field[1].lower(), field[2]))
    return Answer(int(status[1]), int(status[2]), fields, []), end + 4


def _parse_body(answer, data, at, head, ended):
    lengths = answer.values(b"content-length")
    codings = answer.values(b"transfer-encoding")
    if len(lengths) > 1 or (lengths and not re.fullmatch(rb"[0-9]{1,18}", lengths[0])):
        raise NotHttp(f"Content-Length {lengths}")
    if codings and (lengths or codings != [b"chunked"]):
        raise NotHttp(f"Transfer-Encoding {codings} with Content-Length {lengths}")
    if head is None:
        head = data[at:at + 7] in (b"HTTP/1.", b"")
    if head or answer.status in (204, 304):
        return answer, at
    if codings:
        answer.framing = "chunked"
        answer.body, at = _parse_chunks(data, at)
    elif lengths:
        answer.framing = "length"
        end = at + int(lengths[0])
        if len(data) < end:
            raise Partial
        answer.body, at = data[at:end], end
    else:
        answer.framing = "close"
        if not ended:
            raise Partial
        answer.body, at = data[at:], len(data)
    return answer, at


def _parse_chunks(data, at):
    body = []
    while True:
        line = CHUNK_LINE.match(data, at)
        if not line:
            if b"\r\n" in data[at:at + 200]:
                raise NotHttp(f"not a chunk: {data[at:at + 40]!r}")
            raise Partial
        at, size = line.end(), int(line[1], 16)
        if size == 0:
            break
        if len(data) < at + size + 2:
            raise Partial
        if data[at + size:at + size + 2] != b"\r\n":
            raise NotHttp(f"no CRLF after a chunk: {data[at + size:at + size + 20]!r}")
        body.append(data[at:at + size])
        at += size + 2
    end = data.find(b"\r\n", at)
    while end > at:
        at, end = end + 2, data.find(b"\r\n", end + 2)
    if end < 0:
        raise Partial
    return b"".join(body), end + 2
