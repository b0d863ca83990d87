"""What every answer has: RFC 9110 6.6.1, 8.6; RFC 9112 6.3."""
import calendar
import re
import time

from case import CLOSE, ECHO, EITHER, HOUSE, MUST, SHOULD, STAY, alone, answer, get, post, request
from site_tree import BIG, DIGITS, HELLO

DATE = "RFC 9110 6.6.1: Date in every 2xx, 3xx and 4xx; 5.6.7: IMF-fixdate"
LENGTH = "RFC 9112 6.3, RFC 9110 8.6"
FIXDATE = (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] "
           r"(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-2][0-9]:[0-5][0-9]:[0-6][0-9] GMT")


def is_now(answers):
    """The last answer's Date is the time of the machine, and its day the right one."""
    text = answers[-1].value(b"date").decode()
    moment = calendar.timegm(time.strptime(text, "%a, %d %b %Y %H:%M:%S GMT"))
    if time.strftime("%a", time.gmtime(moment)) != text[:3]:
        return f"Date {text} is no {text[:3]}"
    return None if abs(time.time() - moment) < 300 else f"Date {text} is not now"


def dated(status, data, strength=MUST, head=False, **more):
    return alone(f"Date in {status}" + (" to HEAD" if head else ""), data, DATE,
                 answer(status, None, head, date=FIXDATE), EITHER, strength, check=is_now, **more)


def measured(name, target, body):
    return alone(name, get(b"Connection: close", target=target), LENGTH,
                 answer(200, body, content_length=str(len(body))), CLOSE, HOUSE)


def one_of_each(answers):
    """Fields that may stand once only do."""
    for one in answers:
        for name in (b"date", b"content-length", b"content-type", b"etag", b"last-modified", b"location"):
            if len(one.values(name)) > 1:
                return f"{name.decode()} stands {len(one.values(name))} times in a {one.status}"
    return None


CASES = [
    dated(200, get()), dated(200, get(method=b"HEAD"), head=True), dated(404, get(target=b"/none")),
    dated(405, request(b"DELETE /hello.txt HTTP/1.1")), dated(400, get(b"X : 1")),
    dated(414, get(target=b"/" + b"t" * 102400)), dated(431, get(b"X: " + b"v" * 102400)),
    dated(413, post(b"", b"Content-Length: 1099511627776"), needs=ECHO),
    dated(417, get(b"Expect: x")), dated(501, request(b"BREW / HTTP/1.1"), HOUSE),
    dated(505, get(version=b"HTTP/3.0"), HOUSE),
    dated(206, get(b"Range: bytes=0-1"), needs=frozenset(["ranges"])),
    dated(416, get(b"Range: bytes=100-"), needs=frozenset(["ranges"])),
    dated(304, get(b"If-None-Match: *"), needs=frozenset(["conditions"])),
    measured("the length of a file", b"/hello.txt", HELLO),
    measured("the length of an empty file", b"/empty.txt", b""),
    measured("the length of a large file", b"/big.bin", BIG),
    alone("the length of a part", get(b"Range: bytes=5-9", target=b"/digits.txt"), LENGTH,
          answer(206, DIGITS[5:10], content_length="5"), STAY, HOUSE, needs=frozenset(["ranges"])),
    alone("HTML is text/html", get(target=b"/page.html"), "RFC 9110 8.3: SHOULD",
          answer(200, content_type="text/html.*"), STAY, SHOULD),
    alone("text is text/plain", get(), "RFC 9110 8.3: SHOULD", answer(200, content_type="text/plain.*"),
          STAY, SHOULD),
    alone("no field twice", get() + get(target=b"/none") + get(target=b"/page.html"), "RFC 9110 5.3",
          (answer(200), answer(404), answer(200)), STAY, check=one_of_each),
    alone("a request field is never copied", get(b"X-Copy: 51c7"), "RFC 9110 17.1", answer(200), STAY, HOUSE,
          check=lambda answers: "X-Copy came back" if re.search("51c7", str(answers[0])) else None),
]
