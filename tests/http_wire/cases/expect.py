"""Expect: RFC 9110 10.1.1."""
from case import (CANARY_ANSWER, CLOSE, ECHO, EITHER, SHOULD, STAY, BEHIND, Ending, alone, answer, either, get,
                  post, request)
from wire import Wait

RULE = "RFC 9110 10.1.1"
FAILED = "RFC 9110 10.1.1: 417 MAY answer what is unknown"
CONTINUE = b"Expect: 100-continue"
LENGTH = b"Content-Length: 5"
TOLD = Ending((answer(200, b"hello", interim=(100,)), CANARY_ANSWER), STAY)
UNTOLD = Ending((answer(200, b"hello"), CANARY_ANSWER), STAY)


def waiting(name, head, body, **more):
    return either(name, (head, Wait(1), body + BEHIND), RULE, TOLD, needs=ECHO, **more)


def unknown(value):
    return either(f"unknown {value.decode()!r}", get(b"Expect: " + value) + BEHIND, FAILED,
                  Ending((answer(417), CANARY_ANSWER), EITHER), Ending((answer(417),), CLOSE),
                  strength="house")


CASES = [
    waiting("100 before the body", post(b"", LENGTH, CONTINUE), b"hello"),
    waiting("the value in capitals", post(b"", LENGTH, b"Expect: 100-Continue"), b"hello"),
    waiting("the name in capitals", post(b"", LENGTH, b"EXPECT: 100-continue"), b"hello"),
    waiting("with Connection: keep-alive", post(b"", LENGTH, CONTINUE, b"Connection: keep-alive"), b"hello"),
    waiting("before a chunked body", post(b"", b"Transfer-Encoding: chunked", CONTINUE),
            b"5\r\nhello\r\n0\r\n\r\n"),
    either("behind another request", (BEHIND + post(b"", LENGTH, CONTINUE), Wait(2), b"hello" + BEHIND),
           RULE, Ending((CANARY_ANSWER,) + TOLD.answers, STAY), needs=ECHO),
    either("the body comes without waiting", post(b"hello", LENGTH, CONTINUE) + BEHIND, RULE, TOLD, UNTOLD,
           needs=ECHO),
    either("the body comes in two parts", (post(b"he", LENGTH, CONTINUE), b"llo"), RULE,
           Ending((answer(200, b"hello"),), EITHER), Ending((answer(200, b"hello", interim=(100,)),), EITHER),
           needs=ECHO),
    either("without a body", get(CONTINUE) + BEHIND, RULE + ": without content it MAY be left out",
           Ending((answer(200), CANARY_ANSWER), STAY),
           Ending((answer(200, interim=(100,)), CANARY_ANSWER), STAY)),
    either("with an empty body", post(b"", b"Content-Length: 0", CONTINUE) + BEHIND, RULE,
           Ending((answer(200, b""), CANARY_ANSWER), STAY),
           Ending((answer(200, b"", interim=(100,)), CANARY_ANSWER), STAY), needs=ECHO),
    alone("HTTP/1.0 never gets 100", (b"POST /echo HTTP/1.0\r\nHost: a\r\n" + LENGTH + b"\r\n" + CONTINUE
                                      + b"\r\n\r\n", b"hello"),
          RULE + ": MUST ignore it on HTTP/1.0", answer(200, b"hello"), CLOSE, needs=ECHO),
    alone("HTTP/1.0 kept alive never gets 100", request(
        b"POST /echo HTTP/1.0", LENGTH, CONTINUE, b"Connection: keep-alive", body=b"hello"),
          RULE + ": MUST ignore it on HTTP/1.0", answer(200, b"hello"), EITHER, needs=ECHO),
    alone("HTTP/1.0 with an unknown expectation", request(b"GET /hello.txt HTTP/1.0", b"Expect: x"),
          RULE, answer((200, 417)), CLOSE),
    unknown(b"x"), unknown(b"200-ok"), unknown(b"100-continued"), unknown(b"100"), unknown(b"continue"),
    unknown(b"100-continue=x"), unknown(b"\"100-continue\""),
    either("unknown, with a body that looks like a request",
           post(BEHIND, b"Content-Length: %d" % len(BEHIND), b"Expect: x"), FAILED,
           Ending((answer(417),), EITHER), strength="house"),
    either("on a target that takes no body", (
        request(b"POST /hello.txt HTTP/1.1", b"Content-Length: %d" % len(BEHIND), CONTINUE), Wait(1), BEHIND),
           RULE, Ending((answer((405, 501)),), EITHER), Ending((answer((405, 501), interim=(100,)),), EITHER)),
    either("too large a body is refused without 100", (
        post(b"", b"Content-Length: 1099511627776", CONTINUE),), RULE + ": a final answer at once",
           Ending((answer((413, 417)),), CLOSE), strength=SHOULD, needs=ECHO),
]
