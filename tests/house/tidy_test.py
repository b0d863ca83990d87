"""Rules of the tree that CMake and the compiler cannot see. Each names the file and what to do."""
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(sys.argv.pop())
CODE = (".cc", ".h")

# An include, and the files that may have it (regular expressions on the path from the root).
CONFINED_INCLUDES = {
    r"<liburing\.h>": r"reactor/backend/uring_|^bench/compare/servers/",
    r"<sys/epoll\.h>": r"reactor/backend/epoll_|^bench/compare/",
    r"<thread>": r"reactor/group\.h|^(apps|bench|tests|tools|protocols)/",
}
# In reactor/, outside the rooms that own them.
CONFINED_CALLS = {
    r"\b(clock_gettime|gettimeofday|steady_clock::now|system_clock::now|time\(nullptr\))":
        r"^reactor/backend/",
    r"\b(std::mt19937|std::random_device|\brand\(|getrandom)": r"^$",
    r"^\s*(?:return |\w+ = )?::?(?:socket|bind|listen|accept4|recv|send|sendmsg|epoll_wait)\(":
        r"^reactor/backend/",
}
# Lowest first; reactor/sim stands above the loop, which it drives.
LAYERS = ["reactor/base", "reactor/backend", "reactor", "reactor/sim", "protocols"]
TOP_LEVEL = {
    "CMakeLists.txt", "CMakePresets.json", "reactor", "protocols", "apps", "bench", "tests", "tools",
    "README.md", "LICENSE", "CHANGELOG.md", ".clang-format", ".gitignore", ".ci",
}
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in CODE:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def layer_of(path):
    """The index in LAYERS of the layer that holds `path`: len(LAYERS) above them all, -1 for what is
    not ours."""
    holding = [layer for layer in LAYERS if path.startswith(layer + "/")]
    if holding:
        return LAYERS.index(max(holding, key=len))
    return len(LAYERS) if path.split("/")[0] in ("apps", "bench", "tests", "tools") else -1


def long_functions(text):
    """(first line, lines) of bodies of functions longer than the limit, by clang-format's layout:
    a function ends with a closing brace in the column its head began in."""
    head_line = None
    head_indent = 0
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        stripped = line.lstrip()
        indent = len(line) - len(stripped)
        opens = re.match(r"[\w:~<].*\)[^;]*\{$", stripped)
        if head_line is None and opens and not re.match(r"(namespace|class|struct|enum)\b", stripped):
            head_line, head_indent = number, indent
        elif head_line is not None and stripped.startswith("}") and indent == head_indent:
            if number - head_line + 1 > FUNCTION_LINES_MAX:
                yield head_line, number - head_line + 1
            head_line = None


class Tidy(unittest.TestCase):
    def test_includes_stay_in_their_rooms(self):
        for path, text in sources("reactor", "protocols", "apps", "bench", "tools"):
            for include, allowed in CONFINED_INCLUDES.items():
                if re.search(r"#include " + include, text):
                    self.assertRegex(path, allowed, f"{path} must not include {include}")

    def test_clocks_randomness_and_system_calls_stay_in_their_rooms(self):
        for path, text in sources("reactor"):
            for call, allowed in CONFINED_CALLS.items():
                found = re.search(call, text, re.MULTILINE)
                if found and not re.search(allowed, path):
                    self.fail(f"{path} calls {found.group(0).strip()}: that belongs to the backend")

    def test_dependencies_point_one_way(self):
        for path, text in sources("reactor", "protocols"):
            for include in re.findall(r'#include "([^"]+)"', text):
                self.assertLessEqual(layer_of(include), layer_of(path),
                                     f"{path} includes {include}, which lies above it")

    def test_files_are_short(self):
        for path, text in sources("reactor", "protocols", "apps", "bench", "tools"):
            self.assertLessEqual(text.count("\n"), FILE_LINES_MAX, f"{path}: split it")

    def test_functions_are_short(self):
        for path, text in sources("reactor", "protocols", "apps", "tools"):
            for line, length in long_functions(text):
                self.fail(f"{path}:{line}: a function of {length} lines; {FUNCTION_LINES_MAX} at most")

    def test_include_guards_are_named_after_the_file(self):
        for path, text in sources("reactor", "protocols", "apps", "tools"):
            if path.endswith(".h"):
                guard = "SLUICE_" + re.sub(r"[/.]", "_", path).upper() + "_"
                self.assertIn(f"#ifndef {guard}\n#define {guard}\n", text, f"{path}: its guard is {guard}")

    def test_every_folder_says_what_it_is_for(self):
        for folder in ("reactor", "protocols", "apps", "bench", "tests", "tools"):
            readme = ROOT / folder / "README.md"
            self.assertTrue(readme.exists(), f"{folder}/README.md is missing")

    def test_the_top_level_is_fixed(self):
        if not (ROOT / ".git").exists():
            self.skipTest("not a git checkout")
        listed = subprocess.run(["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True)
        if listed.returncode != 0:
            self.skipTest(f"git ls-files: {listed.stderr.strip()}")
        top = {name.split("/")[0] for name in listed.stdout.split("\n") if name}
        self.assertEqual(top - TOP_LEVEL, set(), "the top level is fixed")


unittest.main()
