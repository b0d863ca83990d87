"""What a case is, and the words the tables of cases are written in."""
import dataclasses
import typing

from site_tree import CANARY, HELLO

MUST, SHOULD, HOUSE = "must", "should", "house"  # how binding a rule is; `house`: we chose so
CLOSE, STAY, EITHER = "close", "stay", "either"  # what becomes of the connection


@dataclasses.dataclass(frozen=True)
class Expected:
    """One final answer."""
    status: frozenset
    body: typing.Optional[bytes] = None     # None: any
    fields: tuple = ()                      # of (name, pattern of the whole value; None: absent)
    head: bool = False                      # answers a HEAD: nothing follows its fields
    interim: tuple = ()                     # 1xx before it


@dataclasses.dataclass(frozen=True)
class Ending:
    """One way a case may end: these answers and no other, then this connection."""
    answers: tuple
    then: str = EITHER
    breaks: bool = False  # a last answer has begun and breaks off: its client can tell that it failed


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    steps: tuple                     # of bytes and steps of wire.py
    endings: tuple
    rule: str                        # the source of the expectation
    strength: str = MUST
    needs: frozenset = frozenset()   # features of the server, see contenders.py
    learn: bytes = b""               # ask for the validators of this target first
    others: tuple = ()               # further steps, each on a connection of its own, to end alike
    check: typing.Optional[typing.Callable] = None  # (answers) -> problem or None
    any_reset: bool = False          # a reset may stand for a close: the client was told before


def answer(status, body=None, head=False, interim=(), **fields):
    """answer(405, allow=".+"): the status or statuses, and patterns of fields, _ standing for -."""
    statuses = frozenset([status]) if isinstance(status, int) else frozenset(status)
    patterns = tuple((name.replace("_", "-").encode(), pattern) for name, pattern in fields.items())
    return Expected(statuses, body, patterns, head, tuple(interim))


def request(line, *fields, body=b""):
    """The bytes of a request; `fields` without a Host means `Host: a` alone before them."""
    if not any(field.lower().startswith(b"host") for field in fields):
        fields = (b"Host: a",) + fields
    return b"\r\n".join((line,) + fields) + b"\r\n\r\n" + body


def get(*fields, target=b"/hello.txt", method=b"GET", version=b"HTTP/1.1"):
    return request(b"%s %s %s" % (method, target, version), *fields)


def post(body, *fields, target=b"/echo"):
    return request(b"POST %s HTTP/1.1" % target, *fields, body=body)


def chunked(body, *fields):
    """A POST to the echo with this as the chunked body, as it stands."""
    return post(body, b"Transfer-Encoding: chunked", *fields)


BEHIND = get(target=b"/canary.txt")
ECHO = frozenset(["echo"])
HELLO_ANSWER = answer(200, HELLO)
CANARY_ANSWER = answer(200, CANARY)


def refused(name, data, rule, strength=SHOULD, status=400, head=False, **more):
    """Answered once with `status`, then closed; the request behind it is never answered."""
    steps = data if isinstance(data, tuple) else (data + BEHIND,)
    return Case(name, steps, (Ending((answer(status, head=head),), CLOSE),), rule, strength, **more)


def not_served(name, data, rule, strength=SHOULD, status=(400, 301)):
    """Answered with `status`; where it ends is beyond doubt, so the connection may stay."""
    endings = (Ending((answer(status),), CLOSE), Ending((answer(status), CANARY_ANSWER), EITHER))
    return Case(name, (data + BEHIND,), endings, rule, strength)


def served(name, data, rule, strength=MUST, expected=HELLO_ANSWER, then=STAY, **more):
    """Answered as expected; so is the request behind it, on a connection that stays."""
    steps = data if isinstance(data, tuple) else (data + BEHIND,)
    return Case(name, steps, (Ending((expected, CANARY_ANSWER), then),), rule, strength, **more)


def echoed(name, data, body, rule, strength=MUST, **more):
    """A POST to the echo whose body the server reads as `body`."""
    return served(name, data, rule, strength, answer(200, body), needs=ECHO, **more)


def alone(name, data, rule, expected, then, strength=MUST, **more):
    """Answered as expected, with nothing behind it; `expected` may be a tuple of answers."""
    steps = data if isinstance(data, tuple) else (data,)
    answers = expected if isinstance(expected, tuple) else (expected,)
    return Case(name, steps, (Ending(answers, then),), rule, strength, **more)


def either(name, data, rule, *endings, strength=MUST, **more):
    """More than one ending is right."""
    steps = data if isinstance(data, tuple) else (data,)
    return Case(name, steps, tuple(endings), rule, strength, **more)


def refused_midway(name, data, rule, strength=SHOULD, status=400):
    """As `refused`, of what turns out bad inside a body: a server that answers while it reads has its
    answer break off (RFC 9112 8: the client sees an incomplete message)."""
    endings = (Ending((answer(status),), CLOSE), BROKEN)
    return Case(name, (data + BEHIND,), endings, rule, strength, needs=ECHO)


REFUSED = Ending((answer(400),), CLOSE)
BROKEN = Ending((), CLOSE, breaks=True)
