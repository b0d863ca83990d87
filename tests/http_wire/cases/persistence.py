"""Connections and pipelines: RFC 9112 9."""
from case import (BEHIND, CANARY_ANSWER, CLOSE, ECHO, HELLO_ANSWER, MUST, SHOULD, STAY, Ending, alone,
                  answer, either, get, post, request, served)

CLOSES = "RFC 9112 9.6: the last answer, then closed"
STAYS = "RFC 9112 9.3: persists"
ORDER = "RFC 9112 9.3.2: answers in the order of the requests"
SAID = answer(200, connection="(?i).*close.*")


def echo(text):
    return post(text, b"Content-Length: %d" % len(text))


def mixed(count):
    """(requests, answers) of every kind, taking turns."""
    kinds = ((get(), HELLO_ANSWER), (echo(b"one"), answer(200, b"one")), (BEHIND, CANARY_ANSWER),
             (get(method=b"HEAD"), answer(200, b"", head=True)), (get(target=b"/none"), answer(404)),
             (post(b"3\r\ntwo\r\n0\r\n\r\n", b"Transfer-Encoding: chunked"), answer(200, b"two")),
             (get(target=b"/empty.txt"), answer(200, b"")))
    chosen = [kinds[n % len(kinds)] for n in range(count)]
    return b"".join(data for data, _ in chosen), tuple(expected for _, expected in chosen)


def closing(name, *fields, version=b"HTTP/1.1", expected=HELLO_ANSWER, rule=CLOSES, **more):
    return alone(name, get(*fields, version=version) + BEHIND, rule, expected, CLOSE, any_reset=True, **more)


def staying(name, *fields):
    return served(name, get(*fields), STAYS)


CASES = [
    closing("close", b"Connection: close"),
    closing("Close", b"Connection: Close"),
    closing("CLOSE", b"connection: CLOSE"),
    closing("close among others", b"Connection: x, close"),
    closing("Close first of others", b"Connection: Close, x"),
    closing("close between others", b"Connection: x,close,y"),
    closing("close with spaces", b"Connection:   x ,\tclose  "),
    closing("close with empty elements", b"Connection: , ,close,"),
    closing("close on a second line", b"Connection: x", b"Connection: close"),
    closing("keep-alive and close", b"Connection: keep-alive, close"),
    closing("close and keep-alive on two lines", b"Connection: close", b"Connection: keep-alive"),
    closing("close is said in the answer", b"Connection: close", expected=SAID, strength=SHOULD,
            rule="RFC 9112 9.6: SHOULD send close"),
    closing("HTTP/1.0", version=b"HTTP/1.0", rule="RFC 9112 9.3: 1.0 does not persist"),
    closing("HTTP/1.0 with close", b"Connection: close", version=b"HTTP/1.0"),
    closing("HTTP/1.0 with close and keep-alive", b"Connection: close, keep-alive", version=b"HTTP/1.0"),
    closing("HTTP/1.0 with another option", b"Connection: x", version=b"HTTP/1.0",
            rule="RFC 9112 9.3: 1.0 does not persist"),
    closing("HTTP/1.0 with the field Keep-Alive alone", b"Keep-Alive: timeout=5", version=b"HTTP/1.0",
            rule="RFC 9112 9.3: 1.0 does not persist"),
    alone("HTTP/1.0 with a body", request(b"POST /echo HTTP/1.0", b"Content-Length: 5", body=b"hello"),
          "RFC 9112 9.3: 1.0 does not persist", answer(200, b"hello"), CLOSE, needs=ECHO),
    alone("no chunks for HTTP/1.0", request(b"POST /echo HTTP/1.0", b"Content-Length: 5", body=b"hello"),
          "RFC 9112 6.1: MUST NOT send Transfer-Encoding", answer(200, b"hello", transfer_encoding=None),
          CLOSE, needs=ECHO),
    either("HTTP/1.0 with keep-alive", get(b"Connection: keep-alive", version=b"HTTP/1.0") + BEHIND,
           "RFC 9112 9.3: MAY persist, and then says so",
           Ending((answer(200, connection="(?i).*keep-alive.*"), CANARY_ANSWER), STAY),
           Ending((HELLO_ANSWER,), CLOSE), any_reset=True),
    either("HTTP/1.0 with Keep-Alive", get(b"Connection: Keep-Alive", version=b"HTTP/1.0") + BEHIND,
           "RFC 9112 9.3: MAY persist, and then says so",
           Ending((answer(200, connection="(?i).*keep-alive.*"), CANARY_ANSWER), STAY),
           Ending((HELLO_ANSWER,), CLOSE), any_reset=True),
    alone("HTTP/1.0 is answered as 1.1", get(version=b"HTTP/1.0"), "RFC 9110 6.2: the highest minor version",
          HELLO_ANSWER, CLOSE, SHOULD,
          check=lambda answers: None if answers[0].minor == 1 else "the answer is HTTP/1.0"),
    staying("without Connection"),
    staying("keep-alive", b"Connection: keep-alive"),
    staying("another option", b"Connection: x"),
    staying("an empty Connection", b"Connection:"),
    staying("an option that begins with close", b"Connection: close-not"),
    staying("an option that ends with close", b"Connection: not-close"),
    staying("an option closed", b"Connection: closed"),
    staying("close in another field", b"X-Connection: close"),
    staying("Proxy-Connection: close", b"Proxy-Connection: close"),
    staying("an Upgrade nobody knows", b"Connection: upgrade", b"Upgrade: x"),
    staying("an Upgrade to h2c", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c",
            b"HTTP2-Settings: AAMAAABkAAQAAP__"),
    alone("two requests at once", get() + BEHIND, ORDER, (HELLO_ANSWER, CANARY_ANSWER), STAY),
    alone("a hundred requests at once", get() * 99 + BEHIND, ORDER, (HELLO_ANSWER,) * 99 + (CANARY_ANSWER,),
          STAY),
    alone("every kind of request at once", mixed(21)[0], ORDER, mixed(21)[1], STAY,
          needs=ECHO),
    alone("five echoes at once", b"".join(echo(b"%d" % n * n) for n in range(1, 6)), ORDER,
          tuple(answer(200, b"%d" % n * n) for n in range(1, 6)), STAY, needs=ECHO),
    alone("a large file between small ones", get() + get(target=b"/big.bin") + BEHIND, ORDER,
          (HELLO_ANSWER, answer(200, bytes(range(256)) * 4096), CANARY_ANSWER), STAY),
    alone("one after the other", (get(), BEHIND, get(), BEHIND), ORDER,
          (HELLO_ANSWER, CANARY_ANSWER) * 2, STAY),
    alone("close ends a pipeline", (get() + get(b"Connection: close") + BEHIND,), CLOSES,
          (HELLO_ANSWER, HELLO_ANSWER), CLOSE, any_reset=True),
    alone("a bad request ends a pipeline", get() + b"GET\r\n\r\n" + BEHIND,
          "RFC 9112 2.2: 400 and close", (HELLO_ANSWER, answer(400)), CLOSE, SHOULD),
    alone("close behind an echo", echo(b"one") + post(b"two", b"Content-Length: 3", b"Connection: close")
          + BEHIND, CLOSES, (answer(200, b"one"), answer(200, b"two")), CLOSE, any_reset=True, needs=ECHO),
    alone("close on a 404", get(b"Connection: close", target=b"/none") + BEHIND, CLOSES, answer(404), CLOSE,
          any_reset=True),
    alone("Date is in every answer of a pipeline", get() * 3, "RFC 9110 6.6.1",
          (answer(200, date=".+"),) * 3, STAY, MUST),
]
