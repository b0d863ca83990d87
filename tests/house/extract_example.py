"""Writes the C++ block with that number of a Markdown file (```cpp) to a source file."""
import re
import sys
import textwrap

LINES_MAX = 15


def main() -> int:
    markdown, number, target = sys.argv[1:]
    with open(markdown, encoding="utf-8") as file:
        blocks = re.findall(r"^ *```cpp\n(.*?)^ *```$", file.read(), re.MULTILINE | re.DOTALL)
    if len(blocks) < int(number):
        print(f"{markdown}: no C++ block number {number}", file=sys.stderr)
        return 1
    code = textwrap.dedent(blocks[int(number) - 1])
    if code.count("\n") > LINES_MAX:
        print(f"{markdown}: block {number} has {code.count(chr(10))} lines; {LINES_MAX} are promised",
              file=sys.stderr)
        return 1
    with open(target, "w", encoding="utf-8") as file:
        file.write(code)
    return 0


sys.exit(main())
