"""No target leads out of the root: RFC 3986 5.2.4, RFC 9110 17.3."""
from case import (BEHIND, CANARY_ANSWER, CLOSE, EITHER, HELLO_ANSWER, MUST, STAY, Ending, answer, either, get,
                  served)

SAFE = "RFC 9110 17.3: names from outside stay inside"
NOT_GIVEN = answer((301, 302, 307, 308, 400, 403, 404))
ENDINGS = (Ending((NOT_GIVEN,), CLOSE), Ending((NOT_GIVEN, CANARY_ANSWER), EITHER))
OUTSIDE = (
    b"/../secret.txt", b"/../../secret.txt", b"/../" * 20 + b"secret.txt", b"/./../secret.txt", b"/.//../secret.txt",
    b"/sub/../../secret.txt", b"/sub/../../../secret.txt", b"/sub/./../../secret.txt", b"/none/../../secret.txt",
    b"/hello.txt/../../secret.txt", b"//../secret.txt", b"///../secret.txt", b"/..//secret.txt",
    b"/%2e%2e/secret.txt", b"/%2E%2E/secret.txt", b"/.%2e/secret.txt", b"/%2e./secret.txt",
    b"/..%2fsecret.txt", b"/..%2Fsecret.txt", b"/%2e%2e%2fsecret.txt", b"/%2f../secret.txt",
    b"/sub%2f..%2f..%2fsecret.txt", b"/%252e%252e/secret.txt", b"/..%252fsecret.txt", b"/%25%32%65%25%32%65/secret.txt",
    b"/..\\secret.txt", b"/\\..\\secret.txt", b"/..%5csecret.txt", b"/..%5Csecret.txt", b"/%5c..%5csecret.txt",
    b"/..%00/secret.txt", b"/hello.txt%00/../../secret.txt", b"/../secret.txt%00", b"/../secret.txt%00.html",
    b"/..%c0%afsecret.txt", b"/%c0%ae%c0%ae/secret.txt", b"/%e0%80%af../secret.txt", b"/..%ef%bc%8fsecret.txt",
    b"/%uff0e%uff0e/secret.txt", b"/..;/secret.txt", b"/../secret.txt?", b"/../secret.txt?/hello.txt",
    b"/..%3f/secret.txt", b"/%2e%2e/%2e%2e/%2e%2e/etc/passwd", b"/../../../../../../../../etc/passwd",
    b"//etc/passwd", b"/%2fetc/passwd", b"/%2f%2fetc%2fpasswd", b"/file:///etc/passwd", b"/~root/secret.txt",
    b"/../root-beside/secret.txt", b"/../root/../secret.txt", b"/%2e%2e/root-beside/secret.txt",
    b"/out.txt", b"/out/secret.txt", b"/out/root-beside/secret.txt", b"/out%2fsecret.txt", b"/out.txt/",
    b"/.../secret.txt", b"/.. /secret.txt".replace(b" ", b"%20"), b"/..%0d%0a/secret.txt", b"/..%09/secret.txt",
    b"http://a/../secret.txt", b"http://a/%2e%2e/secret.txt", b"http://a/out.txt", b"http://../secret.txt",
    b"../secret.txt", b"..%2fsecret.txt", b"..", b"/..", b"/..?x",
)


def no_passwd(answers):
    leaks = [one for one in answers if b"root:" in one.body]
    return "the passwd file came back" if leaks else None


CASES = [
    either(f"no way out: {target[:60].decode()}", get(target=target) + BEHIND, SAFE,
           *(ENDINGS if target not in (b"/..", b"/..?x") else ENDINGS + (
               Ending((answer(200), CANARY_ANSWER), STAY),)), check=no_passwd)
    for target in OUTSIDE
] + [
    either("HEAD of a way out", get(target=b"/../secret.txt", method=b"HEAD") + BEHIND, SAFE,
           *[Ending(tuple(answer(NOT_GIVEN.status, b"", head=True) if one is NOT_GIVEN else one
                          for one in ending.answers), ending.then) for ending in ENDINGS]),
    either("a NUL hides no ending", get(target=b"/hello.txt%00.html") + BEHIND, SAFE, *ENDINGS),
    either("a NUL cuts no name", get(target=b"/hello.txt%00") + BEHIND, SAFE, *ENDINGS),
    either("dot segments within", get(target=b"/sub/../hello.txt") + BEHIND, "RFC 3986 5.2.4",
           Ending((HELLO_ANSWER, CANARY_ANSWER), STAY), *ENDINGS),
    either("a dot segment within", get(target=b"/./hello.txt") + BEHIND, "RFC 3986 5.2.4",
           Ending((HELLO_ANSWER, CANARY_ANSWER), STAY), *ENDINGS),
    either("two slashes", get(target=b"//hello.txt") + BEHIND, "RFC 9112 3.2.1",
           Ending((HELLO_ANSWER, CANARY_ANSWER), STAY), *ENDINGS),
    either("a folder without its slash", get(target=b"/sub") + BEHIND, SAFE,
           *ENDINGS, Ending((answer(200), CANARY_ANSWER), STAY)),
    served("two dots in a query", get(target=b"/hello.txt?../../secret.txt"), "RFC 3986 3.4", MUST),
    served("two dots in a name", get(target=b"/a..b"), "RFC 3986 3.3", expected=answer(404)),
    either("a name of 300 bytes", get(target=b"/" + b"n" * 300) + BEHIND, SAFE,
           Ending((answer((404, 414, 400)), CANARY_ANSWER), STAY)),
    either("a path of 5,000 bytes", get(target=b"/d" * 2500) + BEHIND, SAFE,
           Ending((answer((404, 414, 400)), CANARY_ANSWER), STAY), *ENDINGS),
]
