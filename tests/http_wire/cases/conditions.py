"""Conditional requests: RFC 9110 13."""
from case import (BEHIND, CANARY_ANSWER, ECHO, HOUSE, MUST, SHOULD, STAY, Ending, answer, either, get, post,
                  served)
from site_tree import DIGITS

FILE = b"/digits.txt"
CONDITIONS = frozenset(["conditions"])
FULL = answer(200, DIGITS)
UNCHANGED = answer(304, b"")
TAG = "RFC 9110 13.1.2"
DATE = "RFC 9110 13.1.3"
OLDER, LATER = b"Mon, 01 Jan 2024 00:00:00 GMT", b"Wed, 03 Jan 2024 00:00:00 GMT"


def when(name, expected, rule, *fields, strength=MUST, method=b"GET"):
    return served(name, get(*fields, target=FILE, method=method), rule, strength, expected=expected,
                  needs=CONDITIONS, learn=FILE)


CASES = [
    when("If-None-Match: the tag", UNCHANGED, TAG, b"If-None-Match: @ETAG@"),
    when("If-None-Match: the tag made weak", UNCHANGED, TAG + ": weak comparison", b"If-None-Match: W/@OPAQUE@"),
    when("If-None-Match: *", UNCHANGED, TAG, b"If-None-Match: *"),
    when("If-None-Match: a list with the tag", UNCHANGED, TAG, b"If-None-Match: \"x\", @ETAG@, \"y\""),
    when("If-None-Match: a list without spaces", UNCHANGED, TAG, b"If-None-Match: \"x\",@ETAG@"),
    when("If-None-Match: a comma inside a tag", UNCHANGED, TAG, b"If-None-Match: \"a,b\", @ETAG@"),
    when("If-None-Match: the tag on a second line", UNCHANGED, TAG + ", 5.3", b"If-None-Match: \"x\"",
         b"If-None-Match: @ETAG@", strength=SHOULD),
    when("If-None-Match: another tag", FULL, TAG, b"If-None-Match: \"x\""),
    when("If-None-Match: a list without the tag", FULL, TAG, b"If-None-Match: \"x\", W/\"y\", \"\""),
    when("If-None-Match: an empty tag", FULL, TAG, b"If-None-Match: \"\""),
    when("If-None-Match: the tag on HEAD", answer(304, b"", head=True), TAG, b"If-None-Match: @ETAG@",
         method=b"HEAD"),
    when("If-None-Match decides over the date", FULL, "RFC 9110 13.1.3: MUST ignore the date",
         b"If-None-Match: \"x\"", b"If-Modified-Since: @LAST-MODIFIED@"),
    when("If-None-Match decides over an older date", UNCHANGED, "RFC 9110 13.1.3: MUST ignore the date",
         b"If-None-Match: @ETAG@", b"If-Modified-Since: " + OLDER),
    when("a 304 has the tag of a 200", answer(304, b"", etag=".+"), "RFC 9110 15.4.5",
         b"If-None-Match: @ETAG@"),
    when("a 304 has Date", answer(304, b"", date=".+ GMT"), "RFC 9110 15.4.5, 6.6.1",
         b"If-None-Match: @ETAG@"),
    when("a 304 has no length", answer(304, b"", content_length=None, transfer_encoding=None),
         "RFC 9110 15.4.5: SHOULD NOT send more", b"If-None-Match: @ETAG@", strength=SHOULD),
    when("If-Modified-Since: the date", UNCHANGED, DATE, b"If-Modified-Since: @LAST-MODIFIED@",
         strength=SHOULD),
    when("If-Modified-Since: a later date", UNCHANGED, DATE, b"If-Modified-Since: " + LATER, strength=HOUSE),
    when("If-Modified-Since: an older date", FULL, DATE, b"If-Modified-Since: " + OLDER),
    when("If-Modified-Since: 1970", FULL, DATE, b"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"),
    when("If-Modified-Since: RFC 850", UNCHANGED, "RFC 9110 5.6.7: MUST accept three forms",
         b"If-Modified-Since: Wednesday, 03-Jan-24 00:00:00 GMT"),
    when("If-Modified-Since: asctime", UNCHANGED, "RFC 9110 5.6.7: MUST accept three forms",
         b"If-Modified-Since: Wed Jan  3 00:00:00 2024"),
    when("If-Modified-Since: no date", FULL, DATE + ": MUST ignore", b"If-Modified-Since: yesterday"),
    when("If-Modified-Since: empty", FULL, DATE + ": MUST ignore", b"If-Modified-Since:"),
    when("If-Modified-Since: a number", FULL, DATE + ": MUST ignore", b"If-Modified-Since: 1704164645"),
    when("If-Modified-Since: no such day", FULL, DATE + ": MUST ignore",
         b"If-Modified-Since: Mon, 99 Jan 2024 00:00:00 GMT"),
    when("If-Modified-Since: on HEAD", answer(304, b"", head=True), DATE,
         b"If-Modified-Since: @LAST-MODIFIED@", strength=SHOULD, method=b"HEAD"),
    served("If-Modified-Since on POST is ignored", post(b"hello", b"Content-Length: 5",
                                                        b"If-Modified-Since: " + LATER),
           DATE + ": GET and HEAD alone", expected=answer(200, b"hello"), needs=CONDITIONS | ECHO),
    served("If-None-Match: * on nothing there", get(b"If-None-Match: *", target=b"/none"), TAG,
           expected=answer(404), needs=CONDITIONS),
    either("a tag or a date is offered", get(target=FILE) + BEHIND, "RFC 9110 8.8: SHOULD",
           Ending((answer(200, last_modified="Tue, 02 Jan 2024 03:04:05 GMT"), CANARY_ANSWER), STAY),
           strength=SHOULD, needs=CONDITIONS),
    served("a 304 to a range", get(b"Range: bytes=0-9", b"If-None-Match: @ETAG@", target=FILE),
           "RFC 9110 13.2.2", expected=UNCHANGED, needs=CONDITIONS, learn=FILE),
]
