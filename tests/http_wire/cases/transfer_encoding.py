"""Transfer-Encoding: RFC 9112 6.1, 6.3."""
from case import (ECHO, EITHER, HOUSE, MUST, REFUSED, SHOULD, Ending, answer, echoed, either, get, post, refused,
                  served)

BODY = b"5\r\nhello\r\n0\r\n\r\n"
UNKNOWN = "RFC 9112 6.1: 501 for a coding not understood"
LAST = "RFC 9112 6.3(4): chunked not last is 400"
BOTH = "RFC 9112 6.3(3): both fields MAY be refused"
OLD = "RFC 9112 6.1: on HTTP/1.0 the framing is faulty"
TWICE = "RFC 9112 6.1: chunked at most once"


def coding(*values):
    return post(BODY, *[b"Transfer-Encoding: " + value for value in values])


NOT_UNDERSTOOD = (b"gzip", b"gzip, chunked", b"gzip,chunked", b"deflate, chunked", b"identity",
                  b"identity, chunked", b"x", b"xchunked", b"chunkedx", b"chunke", b"chunked-x", b"x-chunked",
                  b"trailers", b"*")
NOT_LAST = (b"chunked, gzip", b"chunked, identity", b"chunked, x")
NO_CODING = (b"chunked chunked", b"chunked;", b"chunked;q=1", b"\"chunked\"", b"'chunked'", b"(chunked)",
             b"chunked\x0b", b"\x0bchunked", b"\x0cchunked", b"chunked\x00", b"chun ked", b"chunked:", b":chunked",
             b"chunked\x80", b"", b",", b"chunked\\", b"=chunked", b"chunked, chunked", b"chunked,chunked",
             b"Chunked, CHUNKED")

CASES = [
    refused(f"coding {value.decode('latin1')!r}", coding(value), UNKNOWN, SHOULD, status=(400, 501))
    for value in NOT_UNDERSTOOD
] + [
    refused(f"coding {value.decode()!r}", coding(value), LAST, MUST, status=(400, 501))
    for value in NOT_LAST
] + [
    refused(f"coding {value.decode('latin1')!r}", coding(value),
            TWICE if b"unked," in value else "RFC 9112 6.1: transfer-coding grammar",
            status=(400, 501))
    for value in NO_CODING
] + [
    refused("chunked on two lines", coding(b"chunked", b"chunked"), TWICE, status=(400, 501)),
    refused("chunked, then gzip on two lines", coding(b"chunked", b"gzip"), LAST, MUST, status=(400, 501)),
    refused("gzip, then chunked on two lines", coding(b"gzip", b"chunked"), UNKNOWN, status=(400, 501)),
    refused("chunked, then an empty line", coding(b"chunked", b""), "RFC 9110 5.6.1", HOUSE,
            status=(400, 501)),
    refused("identity, then chunked on two lines", coding(b"identity", b"chunked"), UNKNOWN,
            status=(400, 501)),
    either("chunked and an empty element", coding(b"chunked,"), "RFC 9110 5.6.1.2: empty elements",
           Ending((answer(200, b"hello"),), EITHER), REFUSED, Ending((answer(501),), EITHER), needs=ECHO),
    either("an empty element and chunked", coding(b", chunked"), "RFC 9110 5.6.1.2: empty elements",
           Ending((answer(200, b"hello"),), EITHER), REFUSED, Ending((answer(501),), EITHER), needs=ECHO),
    refused("a space before the colon", post(BODY, b"Transfer-Encoding : chunked"), "RFC 9112 5.1", MUST),
    refused("with Content-Length", post(BODY, b"Content-Length: 5", b"Transfer-Encoding: chunked"), BOTH,
            HOUSE),
    refused("before Content-Length", post(BODY, b"Transfer-Encoding: chunked", b"Content-Length: 5"), BOTH,
            HOUSE),
    refused("with the right Content-Length", post(
        BODY, b"Content-Length: %d" % len(BODY), b"Transfer-Encoding: chunked"), BOTH, HOUSE),
    refused("with Content-Length: 0", post(BODY, b"Content-Length: 0", b"Transfer-Encoding: chunked"),
            BOTH, HOUSE),
    refused("with Content-Length on GET", get(b"Content-Length: 0", b"Transfer-Encoding: chunked") + BODY,
            BOTH, HOUSE),
    refused("gzip with Content-Length", post(b"hello", b"Content-Length: 5", b"Transfer-Encoding: gzip"),
            BOTH, HOUSE, status=(400, 501)),
    refused("identity with Content-Length", post(
        b"hello", b"Content-Length: 5", b"Transfer-Encoding: identity"), BOTH, HOUSE, status=(400, 501)),
    refused("on HTTP/1.0", b"POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + BODY,
            OLD, HOUSE, status=(400, 501)),
    refused("on HTTP/1.0 kept alive", b"POST /echo HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + BODY, OLD, HOUSE, status=(400, 501)),
    refused("with Content-Length on HTTP/1.0", b"POST /echo HTTP/1.0\r\nHost: a\r\nContent-Length: 15\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + BODY, OLD, HOUSE, status=(400, 501)),
    echoed("chunked", coding(b"chunked"), b"hello", "RFC 9112 6.3(4)"),
    echoed("Chunked", coding(b"Chunked"), b"hello", "RFC 9112 7: names are case-insensitive"),
    echoed("CHUNKED", coding(b"CHUNKED"), b"hello", "RFC 9112 7: names are case-insensitive"),
    echoed("spaces around it", coding(b"  chunked  "), b"hello", "RFC 9112 5: OWS"),
    echoed("a tab before it", coding(b"\tchunked"), b"hello", "RFC 9112 5: OWS"),
    echoed("TE is another field", post(b"hello", b"TE: trailers", b"Content-Length: 5"), b"hello",
           "RFC 9110 10.1.4"),
    served("chunked on GET", get(b"Transfer-Encoding: chunked") + BODY, "RFC 9112 6.3(4)"),
    refused("unknown on GET", get(b"Transfer-Encoding: x") + BODY, UNKNOWN, status=(400, 501)),
]
