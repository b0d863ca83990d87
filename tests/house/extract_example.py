"""Writes the first C++ block of a Markdown file to a source file, unchanged."""
import re
import sys

LINES_MAX = 15


def main() -> int:
    markdown, target = sys.argv[1:]
    with open(markdown, encoding="utf-8") as file:
        block = re.search(r"^```cpp\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    if block is None:
        print(f"{markdown}: no C++ block", file=sys.stderr)
        return 1
    code = block.group(1)
    if code.count("\n") > LINES_MAX:
        print(f"{markdown}: the echo server has {code.count(chr(10))} lines; {LINES_MAX} are promised",
              file=sys.stderr)
        return 1
    with open(target, "w", encoding="utf-8") as file:
        file.write(code)
    return 0


sys.exit(main())
