"""Compiles refused.cc: as it is it must compile; with -DREFUSED each of its wrong lines must not, and
the compiler must say what the line says.

    refused_test.py COMPILER INCLUDE_FOLDER"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

COMPILER, INCLUDES = sys.argv[1:]
SOURCE = pathlib.Path(__file__).parent / "refused.cc"


def compile_source(*flags):
    if "clang" in pathlib.Path(COMPILER).name:
        flags = ("-ferror-limit=0", *flags)
    return subprocess.run([COMPILER, "-std=c++20", "-fsyntax-only", f"-I{INCLUDES}", *flags, SOURCE],
                          capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})


class Refused(unittest.TestCase):
    def test_what_is_right_compiles(self):
        result = compile_source("-Wall", "-Wextra", "-Werror")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_what_is_wrong_does_not_and_says_why(self):
        result = compile_source("-DREFUSED")
        self.assertNotEqual(result.returncode, 0)
        output = result.stderr
        wrong = 0
        for number, line in enumerate(SOURCE.read_text().splitlines(), 1):
            if "// says: " not in line or not line.startswith("  "):
                continue
            wrong += 1
            with self.subTest(line=line.strip()):
                self.assertIn(f"refused.cc:{number}:", output, "it compiles")
                self.assertRegex(output, line.split("// says: ")[1])
        self.assertGreater(wrong, 20)


unittest.main(argv=sys.argv[:1])
