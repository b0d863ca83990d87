"""Range: RFC 9110 14."""
import re

from case import (CANARY_ANSWER, ECHO, EITHER, HOUSE, MUST, SHOULD, STAY, BEHIND, Ending, answer, either, get,
                  post, served)
from site_tree import DIGITS

RANGES = frozenset(["ranges"])
FULL = answer(200, DIGITS, content_range=None)
NONE = answer(416, content_range=r"bytes \*/100")
SATISFIED = "RFC 9110 14.1.2, 15.3.7"
UNSATISFIED = "RFC 9110 15.5.17: 416 SHOULD have Content-Range"
MALFORMED = "RFC 9110 14.2: an invalid one MAY be ignored"


def ranged(value, *fields, **more):
    return get(b"Range: " + value, *fields, target=b"/digits.txt", **more)


def part(first, last):
    return answer(206, DIGITS[first:last + 1], content_range=f"bytes {first}-{last}/100")


def single(value, first, last, full_too=False):
    endings = [Ending((part(first, last), CANARY_ANSWER), STAY)]
    if full_too:
        endings.append(Ending((FULL, CANARY_ANSWER), STAY))
    return either(value.decode(), ranged(value) + BEHIND, SATISFIED, *endings, needs=RANGES)


def ignored(value, strength=HOUSE, rule=MALFORMED):
    return served(f"ignored: {value.decode('latin1')!r}", ranged(value), rule, strength, expected=FULL,
                  needs=RANGES)


def unsatisfied(value, *others):
    endings = [Ending((one, CANARY_ANSWER), STAY) for one in (NONE,) + others]
    return either(f"unsatisfied: {value.decode()}", ranged(value) + BEHIND, UNSATISFIED, *endings,
                  strength=SHOULD, needs=RANGES)


def parts(*wanted):
    """A check: the parts of a multipart/byteranges body, or the whole."""
    def check(answers):
        one = answers[0]
        if one.status == 200:
            return None if one.body == DIGITS else "a 200 that is not the whole file"
        boundary = re.search(rb'multipart/byteranges;.*boundary="?([^"; ]+)', one.value(b"content-type"))
        if not boundary:
            return f"no boundary in {one.value(b'content-type')!r}"
        if one.values(b"content-range"):
            return "Content-Range in the head of a multipart answer"
        pieces = one.body.split(b"--" + boundary[1])
        if not pieces[-1].startswith(b"--"):
            return "no closing boundary"
        for (first, last), piece in zip(wanted, pieces[1:-1]):
            head, _, data = piece.partition(b"\r\n\r\n")
            if b"content-range: bytes %d-%d/100" % (first, last) not in head.lower():
                return f"part {first}-{last}: its head is {head!r}"
            if data != DIGITS[first:last + 1] + b"\r\n":
                return f"part {first}-{last}: its bytes are {data!r}"
        return None if len(pieces) - 2 == len(wanted) else f"{len(pieces) - 2} parts"
    return check


def multiple(value, *wanted):
    return either(value.decode(), ranged(value) + BEHIND, "RFC 9110 15.3.7.2: parts, or all of it",
                  Ending((answer((200, 206)), CANARY_ANSWER), STAY), needs=RANGES, check=parts(*wanted))


CASES = [
    single(b"bytes=0-9", 0, 9), single(b"bytes=0-0", 0, 0), single(b"bytes=99-99", 99, 99),
    single(b"bytes=0-99", 0, 99), single(b"bytes=50-", 50, 99), single(b"bytes=0-", 0, 99),
    single(b"bytes=90-1000", 90, 99), single(b"bytes=-10", 90, 99), single(b"bytes=-1", 99, 99),
    single(b"bytes=-100", 0, 99), single(b"bytes=-1000", 0, 99, full_too=True),
    single(b"bytes=0000-0009", 0, 9), single(b"BYTES=0-9", 0, 9, full_too=True),
    single(b"bytes=0-18446744073709551615", 0, 99, full_too=True),
    single(b"bytes=0-99999999999999999999999", 0, 99, full_too=True),
    single(b"bytes=10-9223372036854775807", 10, 99, full_too=True),
    single(b"bytes=-99999999999999999999999", 0, 99, full_too=True),
    unsatisfied(b"bytes=100-"), unsatisfied(b"bytes=100-100"), unsatisfied(b"bytes=1000-2000"),
    unsatisfied(b"bytes=-0"), unsatisfied(b"bytes=18446744073709551616-", FULL),
    unsatisfied(b"bytes=99999999999999999999999-", FULL),
    unsatisfied(b"bytes=18446744073709551615-18446744073709551616", FULL),
    unsatisfied(b"bytes=200-300,400-500", FULL),
    ignored(b"bytes=5-2"), ignored(b"bytes="), ignored(b"bytes=-"), ignored(b"bytes=a-b"),
    ignored(b"bytes=0-9x"), ignored(b"bytes=0--9"), ignored(b"bytes=+0-9"), ignored(b"bytes=0x0-0x9"),
    ignored(b"bytes=0-9-10"), ignored(b"bytes=--1"), ignored(b"bytes 0-9"), ignored(b"bytes"),
    ignored(b"0-9"), ignored(b"=0-9"), ignored(b"bytes:0-9"), ignored(b"bytes=0 - 9"),
    ignored(b"items=0-9", MUST, "RFC 9110 14.2: MUST ignore an unknown unit"),
    ignored(b"seconds=1-2", MUST, "RFC 9110 14.2: MUST ignore an unknown unit"),
    multiple(b"bytes=0-1,5-6", (0, 1), (5, 6)), multiple(b"bytes=0-1, 98-", (0, 1), (98, 99)),
    multiple(b"bytes=0-0,-1", (0, 0), (99, 99)), multiple(b"bytes=5-6,0-1", (5, 6), (0, 1)),
    either("a thousand overlapping ranges", ranged(b"bytes=" + b",".join([b"0-"] * 1000)),
           "RFC 9110 14.2: guard against many small or overlapping ranges",
           Ending((answer((200, 206, 400, 416, 431)),), EITHER), strength=SHOULD, needs=RANGES,
           check=lambda answers: "the answer is larger than the file" if len(answers[0].body) > 1000 else None),
    served("HEAD ignores it", ranged(b"bytes=0-9", method=b"HEAD"), "RFC 9110 14.2: GET alone",
           expected=answer(200, b"", head=True, content_range=None), needs=RANGES),
    served("HEAD ignores one out of bounds", ranged(b"bytes=500-", method=b"HEAD"), "RFC 9110 14.2: GET alone",
           expected=answer(200, b"", head=True, content_range=None), needs=RANGES),
    served("POST ignores it", post(b"hello", b"Content-Length: 5", b"Range: bytes=0-1"),
           "RFC 9110 14.2: GET alone", expected=answer(200, b"hello", content_range=None),
           needs=RANGES | ECHO),
    served("none of an absent file", get(b"Range: bytes=0-9", target=b"/none"), "RFC 9110 14.2",
           expected=answer(404), needs=RANGES),
    either("of an empty file", get(b"Range: bytes=0-9", target=b"/empty.txt") + BEHIND, "RFC 9110 14.1.2",
           Ending((answer(416), CANARY_ANSWER), STAY), Ending((answer(200, b""), CANARY_ANSWER), STAY),
           needs=RANGES),
    served("a whole answer offers ranges", get(target=b"/digits.txt"), "RFC 9110 14.3: MAY say so", HOUSE,
           expected=answer(200, DIGITS, accept_ranges="bytes"), needs=RANGES),
]
LEARN = b"/digits.txt"


def only_if(name, value, expected, rule="RFC 9110 13.1.5"):
    return served(f"If-Range {name}", ranged(b"bytes=0-9", b"If-Range: " + value), rule,
                  expected=expected, needs=RANGES, learn=LEARN)


CASES += [
    only_if("the tag", b"@ETAG@", part(0, 9)),
    only_if("the date", b"@LAST-MODIFIED@", part(0, 9)),
    only_if("another tag", b"\"other\"", FULL),
    only_if("the tag made weak", b"W/@OPAQUE@", FULL, "RFC 9110 13.1.5: strong comparison"),
    only_if("an older date", b"Mon, 01 Jan 2024 00:00:00 GMT", FULL),
    only_if("a later date", b"Wed, 03 Jan 2024 00:00:00 GMT", FULL, "RFC 9110 13.1.5: an exact match"),
    only_if("no date and no tag", b"yesterday", FULL),
]
