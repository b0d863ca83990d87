"""Methods: RFC 9110 9."""
from case import (CANARY_ANSWER, CLOSE, ECHO, EITHER, HOUSE, MUST, SHOULD, STAY, BEHIND, Ending, alone, answer,
                  either, get, post, refused, request, served)

ALLOW = "RFC 9110 15.5.6: 405 with Allow"
NAMES = r"[A-Z]+( *, *[A-Z]+)*"


def same_fields(answers):
    """HEAD then GET: the fields are the same, but for those a HEAD may leave out (RFC 9110 9.3.2)."""
    head, full = (dict(one.fields) for one in answers[:2])
    for name in set(head) | set(full):
        if name == b"content-length" and name in head and head[name] != full.get(name):
            return f"Content-Length {head[name]} for HEAD, {full.get(name)} for GET"
        may_differ = name in (b"date", b"content-length", b"transfer-encoding", b"keep-alive", b"connection")
        if not may_differ and head.get(name) != full.get(name):
            return f"{name.decode()} is {head.get(name)} for HEAD, {full.get(name)} for GET"
    return None


def head(*fields, target=b"/hello.txt"):
    return get(*fields, target=target, method=b"HEAD")


def not_allowed(method, body=b"", status=405):
    fields = [b"Content-Length: %d" % len(body)] if body else []
    wanted = answer(405, allow=NAMES)
    endings = [Ending((wanted, CANARY_ANSWER), EITHER), Ending((wanted,), CLOSE)]
    if status != 405:
        endings = [Ending((answer(status), CANARY_ANSWER), EITHER), Ending((answer(status),), CLOSE)]
    kind = " with a body that looks like a request" if body == BEHIND else " with a body" if body else ""
    name = f"{method.decode()} on a file{kind}"
    return either(name, request(b"%s /hello.txt HTTP/1.1" % method, *fields, body=body) + BEHIND,
                  ALLOW if status == 405 else "RFC 9110 15.6.2: 501 for a method nobody knows", *endings,
                  strength=MUST if status == 405 else HOUSE)


CASES = [
    served("HEAD has no body", head(), "RFC 9110 9.3.2", expected=answer(200, b"", head=True)),
    served("HEAD of nothing there has no body", head(target=b"/none.txt"), "RFC 9110 9.3.2",
           expected=answer(404, b"", head=True)),
    served("HEAD of a large file", head(target=b"/big.bin"), "RFC 9110 9.3.2",
           expected=answer(200, b"", head=True)),
    served("HEAD of an empty file", head(target=b"/empty.txt"), "RFC 9110 9.3.2",
           expected=answer(200, b"", head=True)),
    served("HEAD with an absolute form", head(target=b"http://a/hello.txt"), "RFC 9110 9.3.2",
           expected=answer(200, b"", head=True)),
    alone("HEAD has the fields of GET", head() + get(), "RFC 9110 9.3.2: SHOULD send the same fields",
          (answer(200, b"", head=True), answer(200)), STAY, SHOULD, check=same_fields),
    alone("HEAD of HTML has the fields of GET", head(target=b"/page.html") + get(target=b"/page.html"),
          "RFC 9110 9.3.2: SHOULD send the same fields", (answer(200, b"", head=True), answer(200)), STAY,
          SHOULD, check=same_fields),
    alone("HEAD gives the length", head(target=b"/digits.txt"), "RFC 9110 8.6: MAY send it",
          answer(200, b"", head=True, content_length="100"), STAY, HOUSE),
    alone("HEAD closes when asked", head(b"Connection: close"), "RFC 9112 9.6",
          answer(200, b"", head=True), CLOSE),
    alone("HEAD on HTTP/1.0", get(method=b"HEAD", version=b"HTTP/1.0"), "RFC 9110 9.3.2",
          answer(200, b"", head=True), CLOSE),
    alone("ten HEADs in a row", head() * 10, "RFC 9110 9.3.2", (answer(200, b"", head=True),) * 10, STAY),
    either("OPTIONS *", get(target=b"*", method=b"OPTIONS") + BEHIND, "RFC 9110 9.3.7",
           Ending((answer((200, 204)), CANARY_ANSWER), STAY),
           Ending((answer((405, 501)), CANARY_ANSWER), EITHER), strength=SHOULD),
    either("OPTIONS * without Host", b"OPTIONS * HTTP/1.1\r\n\r\n" + BEHIND, "RFC 9112 3.2",
           Ending((answer(400),), CLOSE)),
    either("OPTIONS of a file", get(method=b"OPTIONS") + BEHIND, "RFC 9110 9.3.7",
           Ending((answer((200, 204), allow=NAMES), CANARY_ANSWER), STAY),
           Ending((answer(405, allow=NAMES), CANARY_ANSWER), EITHER)),
    either("TRACE is off", get(b"X-Trace: 7c1d", method=b"TRACE"), "RFC 9110 9.3.8: off for safety",
           Ending((answer((405, 501)),), EITHER), strength=HOUSE,
           check=lambda answers: "the request came back" if b"7c1d" in answers[0].body else None),
    either("TRACE with a body", request(b"TRACE /hello.txt HTTP/1.1", b"Content-Length: %d" % len(BEHIND),
                                        body=BEHIND), "RFC 9110 9.3.8: a client MUST NOT send content",
           Ending((answer((400, 405, 501)),), EITHER)),
    either("CONNECT is refused", get(target=b"a:443", method=b"CONNECT") + BEHIND, "RFC 9110 9.3.6",
           Ending((answer((400, 405, 501)),), CLOSE),
           Ending((answer((405, 501)), CANARY_ANSWER), EITHER)),
    refused("CONNECT with a path", get(method=b"CONNECT"), "RFC 9112 3.2.3: authority-form alone",
            status=(400, 405, 501)),
    refused("CONNECT without a port", get(target=b"a", method=b"CONNECT"), "RFC 9110 9.3.6: MUST reject",
            MUST, status=(400, 405, 501)),
    served("GET with a query", get(target=b"/hello.txt?x"), "RFC 9110 9.3.1"),
    served("nothing there", get(target=b"/none.txt"), "RFC 9110 15.5.5", expected=answer(404)),
    served("nothing there, in a folder", get(target=b"/none/none.txt"), "RFC 9110 15.5.5",
           expected=answer(404)),
    either("a file for a folder", get(target=b"/hello.txt/x") + BEHIND, "RFC 9110 15.5.5",
           Ending((answer((404, 403)), CANARY_ANSWER), STAY)),
    served("the index of a folder", get(target=b"/"), "house: index.html", HOUSE,
           expected=answer(200, content_type="text/html.*")),
    served("a large file", get(target=b"/big.bin"), "RFC 9112 6.3", expected=answer(
        200, bytes(range(256)) * 4096)),
    served("an empty file", get(target=b"/empty.txt"), "RFC 9112 6.3", expected=answer(200, b"")),
    not_allowed(b"POST"), not_allowed(b"POST", BEHIND), not_allowed(b"PUT", b"hello"),
    not_allowed(b"PUT", BEHIND), not_allowed(b"DELETE"), not_allowed(b"PATCH", b"hello"),
    not_allowed(b"BREW", status=501), not_allowed(b"BREW", BEHIND, status=501),
    not_allowed(b"get", status=501), not_allowed(b"Get", status=501),
    not_allowed(b"GETT", status=501), not_allowed(b"GE", status=501),
    not_allowed(b"G", status=501), not_allowed(b"!#$%&'*+-.^_`|~", status=501),
    either("an unknown method of 8 KiB", request(b"M" * 8192 + b" /hello.txt HTTP/1.1") + BEHIND,
           "RFC 9112 3: 501 for a longer method", Ending((answer((400, 405, 414, 431, 501)),), CLOSE),
           Ending((answer((405, 501)), CANARY_ANSWER), EITHER), strength=SHOULD),
    served("POST to the echo", post(b"hello", b"Content-Length: 5"), "RFC 9110 9.3.3",
           expected=answer(200, b"hello"), needs=ECHO),
]
