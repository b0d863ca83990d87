"""Field lines: RFC 9112 5 and RFC 9110 5."""
from case import HOUSE, MUST, SHOULD, get, refused, request, served

NAME = "RFC 9110 5.1: field-name = token"
VALUE = "RFC 9110 5.5: field-value"
FOLD = "RFC 9112 5.2: obs-fold is refused or replaced"
LINE = b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n"

BAD_NAME_BYTES = b"\x00\x01\x08\x0b\x0e\x1f\x20\x7f\x80\xff\t\"(),/;<=>?@[\\]{}"
BAD_VALUE_BYTES = b"\x01\x02\x08\x0b\x0c\x0e\x1b\x1f\x7f"

NAMES = [
    refused(f"a name with byte {byte:#04x}", get(b"X%cY: 1" % byte), NAME) for byte in BAD_NAME_BYTES
] + [
    refused("an empty name", get(b": 1"), NAME),
    refused("a colon alone", get(b":"), NAME),
    refused("a space before the colon", get(b"X : 1"), "RFC 9112 5.1", MUST),
    refused("a tab before the colon", get(b"X\t: 1"), "RFC 9112 5.1", MUST),
    refused("a space before the colon of Host", get(b"Host : a"), "RFC 9112 5.1", MUST),
    refused("no colon", get(b"X"), "RFC 9112 5"),
    refused("no colon but a space", get(b"X 1"), "RFC 9112 5"),
    refused("no colon in the last line", get(b"X: 1", b"Y"), "RFC 9112 5"),
    refused("a colon before the name", get(b":X: 1"), NAME),
    served("every tchar in a name", get(b"!#$%&'*+-.^_`|~09azAZ: 1"), NAME),
    served("a name in lower case", request(b"GET /hello.txt HTTP/1.1", b"host: a"), "RFC 9110 5.1"),
    served("a name in upper case", request(b"GET /hello.txt HTTP/1.1", b"HOST: a"), "RFC 9110 5.1"),
    served("a name of 200 bytes", get(b"X" * 200 + b": 1"), "RFC 9110 5.4"),
]

VALUES = [
    refused("NUL in a value", get(b"X: a\x00b"), VALUE + ": reject or replace", HOUSE),
    refused("NUL at the end of a value", get(b"X: a\x00"), VALUE + ": reject or replace", HOUSE),
    refused("a bare CR in a value", get(b"X: a\rb"), "RFC 9112 2.2: bare CR: reject or replace", HOUSE),
    refused("a bare CR at the end of a value", get(b"X: a\r"), "RFC 9112 2.2: bare CR", HOUSE),
    refused("a bare CR before a hidden field", get(b"X: a\rTransfer-Encoding: chunked"),
            "RFC 9112 2.2: bare CR", HOUSE),
] + [
    refused(f"byte {byte:#04x} in a value", get(b"X: a%cb" % byte), VALUE + ": CTL MAY be kept", HOUSE)
    for byte in BAD_VALUE_BYTES
] + [
    served("an empty value", get(b"X:"), VALUE),
    served("a value of spaces", get(b"X:    "), VALUE),
    served("no space before the value", get(b"X:1"), "RFC 9112 5"),
    served("spaces and tabs around a value", get(b"X: \t 1 \t "), "RFC 9112 5"),
    served("a tab in a value", get(b"X: a\tb"), VALUE),
    served("bytes above 0x7f in a value", get(b"X: \x80\xff\xc3\xa4"), VALUE + ": obs-text"),
    served("colons in a value", get(b"X: :a:b:"), VALUE),
    served("quotes and brackets in a value", get(b"X: \"(<{[\\]}>)\""), VALUE),
    served("a value of 4,000 bytes", get(b"X: " + b"v" * 4000), "RFC 9110 5.4"),
    served("the same unknown field twice", get(b"X: 1", b"X: 2"), "RFC 9110 5.3"),
    served("fifty fields", get(*[b"X-%d: %d" % (n, n) for n in range(50)]), "RFC 9110 5.4"),
]

LINES = [
    refused("a field line ended by LF", b"GET /hello.txt HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n",
            "RFC 9112 2.2: LF MAY end a line", HOUSE),
    refused("the last field line ended by LF", LINE + b"X: 1\n\r\n", "RFC 9112 2.2: LF MAY end a line",
            HOUSE),
    refused("the head ended by LF", LINE + b"\n", "RFC 9112 2.2: LF MAY end a line", HOUSE),
    refused("the head ended by LF LF", LINE + b"X: 1\n\n", "RFC 9112 2.2: LF MAY end a line", HOUSE),
    refused("a whole request in LF", b"GET /hello.txt HTTP/1.1\nHost: a\n\n",
            "RFC 9112 2.2: LF MAY end a line", HOUSE),
    refused("a field line ended by CR", b"GET /hello.txt HTTP/1.1\r\nHost: a\rX: 1\r\n\r\n",
            "RFC 9112 2.2: bare CR", HOUSE),
    refused("a field line ended by CR CR LF", LINE + b"X: 1\r\r\n\r\n", "RFC 9112 2.2: bare CR", HOUSE),
    refused("the head ended by CR CR", LINE + b"X: 1\r\n\r\r", "RFC 9112 2.2: bare CR", HOUSE),
    refused("the head ended by CR x LF", LINE + b"X: 1\r\n\rx\n", "RFC 9112 2.2: bare CR", HOUSE),
    refused("a folded value", LINE + b"X: a\r\n b\r\n\r\n", FOLD, HOUSE),
    refused("a value folded by a tab", LINE + b"X: a\r\n\tb\r\n\r\n", FOLD, HOUSE),
    refused("a value that begins on the next line", LINE + b"X:\r\n b\r\n\r\n", FOLD, HOUSE),
    refused("a fold of nothing", LINE + b"X: a\r\n \r\n\r\n", FOLD, HOUSE),
    refused("a folded Host", b"GET /hello.txt HTTP/1.1\r\nHost:\r\n a\r\n\r\n", FOLD, HOUSE),
    refused("a folded Content-Length", LINE + b"Content-Length:\r\n 5\r\n\r\nhello", FOLD, HOUSE),
    refused("a folded Transfer-Encoding", LINE + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", FOLD,
            HOUSE),
    refused("a space before the first field", b"GET /hello.txt HTTP/1.1\r\n Host: a\r\n\r\n",
            "RFC 9112 2.2: reject or ignore the line", HOUSE),
    refused("a tab before the first field", b"GET /hello.txt HTTP/1.1\r\n\tX: 1\r\nHost: a\r\n\r\n",
            "RFC 9112 2.2: reject or ignore the line", HOUSE),
    refused("a line of a space before the fields", b"GET /hello.txt HTTP/1.1\r\n \r\nHost: a\r\n\r\n",
            "RFC 9112 2.2: reject or ignore the line", HOUSE),
    refused("a request line among the fields", LINE + b"GET /canary.txt HTTP/1.1\r\n\r\n", NAME, SHOULD),
]

CASES = NAMES + VALUES + LINES
