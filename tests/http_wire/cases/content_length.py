"""Content-Length: RFC 9110 8.6, RFC 9112 6.3."""
from case import (EITHER, HELLO_ANSWER, HOUSE, MUST, REFUSED, STAY, Ending, answer, echoed, either, get, post,
                  refused, served)

INVALID = "RFC 9112 6.3(5): an invalid Content-Length is 400 and close"
LIST = "RFC 9112 6.3(5): equal values MAY be one"
LARGE = "RFC 9110 8.6: no overflow"


def length(*values):
    return post(b"hello", *[b"Content-Length: " + value for value in values])


BAD = (b"+5", b"-5", b"-0", b"5x", b"x5", b"0x5", b"0X5", b"5.0", b"5e0", b"1e1", b"5 5", b"5 ,", b"5;",
       b"\"5\"", b"'5'", b"(5)", b"five", b"5-", b"5+", b"5_0", b"0b101", b"0o5", b"5%", b"\xb2",
       b"\xef\xbc\x95", b"5\x0b", b"\x0b5", b"\x0c5", b"5\x00", b"5,6", b"6,5", b"5, x", b"5,,x", b"5/5",
       b"NaN", b"Infinity", b"", b",", b"- 5", b"+ 5", b"0 5", b"5\xa0")
TOO_LARGE = (b"99999999999999999999", b"18446744073709551616", b"18446744073709551621",
             b"9223372036854775808", b"9223372036854775813", b"340282366920938463463374607431768211461",
             b"5" + b"0" * 300)

CASES = [
    refused(f"value {value.decode('latin1')!r}", length(value), INVALID, MUST) for value in BAD
] + [
    refused(f"too large: {value[:40].decode()}", length(value), LARGE, MUST, status=(400, 413))
    for value in TOO_LARGE
] + [
    refused("5, 5", length(b"5, 5"), LIST, HOUSE),
    refused("5,5", length(b"5,5"), LIST, HOUSE),
    refused("5,", length(b"5,"), LIST, HOUSE),
    refused("twice alike", length(b"5", b"5"), LIST, HOUSE),
    refused("twice unlike", length(b"5", b"6"), INVALID, MUST),
    refused("twice unlike, the first 0", length(b"0", b"5"), INVALID, MUST),
    refused("twice: 5 and 05", length(b"5", b"05"), INVALID, HOUSE),
    refused("three times", length(b"5", b"5", b"6"), INVALID, MUST),
    refused("twice, one empty", length(b"5", b""), INVALID, MUST),
    refused("a space before the colon", post(b"hello", b"Content-Length : 5"), "RFC 9112 5.1", MUST),
    refused("invalid on GET", get(b"Content-Length: x"), INVALID, MUST),
    refused("invalid on HEAD", get(b"Content-Length: x", method=b"HEAD"), INVALID, MUST, head=True),
    refused("twice unlike on GET", get(b"Content-Length: 0", b"Content-Length: 1"), INVALID, MUST),
    refused("invalid on HTTP/1.0", get(b"Content-Length: +0", version=b"HTTP/1.0"), INVALID, MUST),
    echoed("5", length(b"5"), b"hello", "RFC 9112 6.3(6)"),
    echoed("0", post(b"", b"Content-Length: 0"), b"", "RFC 9112 6.3(6)"),
    echoed("00", post(b"", b"Content-Length: 00"), b"", "RFC 9110 8.6: 1*DIGIT"),
    echoed("leading zeros", length(b"0005"), b"hello", "RFC 9110 8.6: 1*DIGIT"),
    echoed("spaces around", length(b"   5   "), b"hello", "RFC 9112 5: OWS"),
    echoed("tabs around", length(b"\t5\t"), b"hello", "RFC 9112 5: OWS"),
    echoed("no space before", post(b"hello", b"Content-Length:5"), b"hello", "RFC 9112 5: OWS"),
    echoed("in upper case", post(b"hello", b"CONTENT-LENGTH: 5"), b"hello", "RFC 9110 5.1"),
    echoed("a body of every byte", post(bytes(range(256)), b"Content-Length: 256"), bytes(range(256)),
           "RFC 9110 6.4"),
    echoed("a body that looks like a request", post(get(), b"Content-Length: %d" % len(get())), get(),
           "RFC 9112 6.3"),
    echoed("a body that begins with CRLF", post(b"\r\n\r\nx", b"Content-Length: 5"), b"\r\n\r\nx",
           "RFC 9112 6.3"),
    echoed("a body of 64 KiB", post(b"0123456789abcdef" * 4096, b"Content-Length: 65536"),
           b"0123456789abcdef" * 4096, "RFC 9112 6.3"),
    either("none on POST", post(b""), "RFC 9110 15.5.12, RFC 9112 6.3(7)",
           Ending((answer(200, b""),), STAY), Ending((answer(411),), EITHER), needs=frozenset(["echo"])),
    served("a body on GET", get(b"Content-Length: 5") + b"hello", "RFC 9110 9.3.1, RFC 9112 6.3"),
    served("0 on GET", get(b"Content-Length: 0"), "RFC 9112 6.3"),
    either("a body on GET that looks like a request",
           get(b"Content-Length: %d" % len(get())) + get(), "RFC 9112 6.3",
           Ending((HELLO_ANSWER,), STAY), REFUSED),
]
