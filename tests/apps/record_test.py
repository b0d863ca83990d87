"""sluice-record beside Python's struct: the same bytes, the same values, the same sizes."""

import json
import os
import random
import re
import struct
import subprocess
import tempfile
import unittest

import harness


def record(*arguments, data=b""):
    """(exit code, output as bytes, standard error as text)"""
    result = subprocess.run([harness.program("sluice-record"), *arguments], input=data,
                            capture_output=True, timeout=harness.WAIT_S)
    return result.returncode, result.stdout, result.stderr.decode()


class Record(unittest.TestCase):
    def done(self, *arguments, data=b""):
        code, output, errors = record(*arguments, data=data)
        self.assertEqual((code, errors), (0, ""), arguments)
        return output

    def refused(self, code, pattern, *arguments, data=b""):
        got, output, errors = record(*arguments, data=data)
        self.assertEqual((got, output), (code, b""), errors)
        self.assertEqual(errors.count("\n"), 1, errors)
        self.assertRegex(errors, "^sluice-record: .*" + pattern)

    def test_packs_what_struct_packs(self):
        self.assertEqual(self.done("pack", "<hI", "-1", "2"), struct.pack("<hI", -1, 2))
        self.assertEqual(self.done("pack", "cqh", "a", "0x10", "-0x8000"),
                         struct.pack("cqh", b"a", 16, -0x8000))
        self.assertEqual(self.done("pack", ">efd?", "-1.5", "2", "1e300", "true"),
                         struct.pack(">efd?", -1.5, 2, 1e300, True))
        self.assertEqual(self.done("pack", "!8s4p", "粘包", r"a\x00b"),
                         struct.pack("!8s4p", "粘包".encode(), b"a\0b"))
        self.assertEqual(self.done("pack", "<qQ", str(-2**63), str(2**64 - 1)),
                         struct.pack("<qQ", -2**63, 2**64 - 1))
        self.assertEqual(self.done("pack", "4x"), bytes(4))
        self.assertEqual(self.done("pack", "<h", "-1", "--hex"), b"ffff\n")
        self.assertEqual(json.loads(self.done("pack", "<h", "-1", "--json")),
                         {"format": "<h", "bytes": 2, "hex": "ffff"})

    def test_unpacks_what_struct_packs(self):
        data = struct.pack("<hI?d5s2sc", -1, 2, True, 0.1, b"hi", b"\xff\0", b'"')
        self.assertEqual(self.done("unpack", "<hI?d5s2sc", data=data).decode().splitlines(),
                         ["-1", "2", "true", "0.1", r'"hi\x00\x00\x00"', r'"\xff\x00"', r'"\""'])
        self.assertEqual(
            json.loads(self.done("unpack", "<hI?d5s2sc", "--json", data=data))["records"],
            [[-1, 2, True, 0.1, "hi\0\0\0", {"hex": "ff00"}, '"']])
        self.assertEqual(json.loads(self.done("unpack", "<2f", "--json", data=struct.pack(
            "<2f", float("nan"), float("-inf"))))["records"], [["nan", "-inf"]])

    def test_offsets_and_many_records(self):
        data = struct.pack(">4H", 1, 2, 3, 4)
        self.assertEqual(self.done("unpack", ">H", "--offset=2", data=data), b"2\n")
        self.assertEqual(self.done("unpack", ">H", "--offset", "-2", data=data), b"4\n")
        self.assertEqual(self.done("unpack", ">H", "--all", data=data), b"1\n2\n3\n4\n")
        self.assertEqual(json.loads(self.done("unpack", ">2H", "--all", "--json", data=data)),
                         {"format": ">2H", "records": [[1, 2], [3, 4]]})
        self.assertEqual(self.done("unpack", ">2h", "--hex", data=b"0001 ff\nff\n"), b"1\n-1\n")

    def test_what_one_packs_the_other_unpacks(self):
        draw = random.Random(1)
        for _ in range(20):
            order = draw.choice(["", "<", ">"])
            codes = "".join(draw.choice("bBhHiIlLqQ") for _ in range(6))
            values = [draw.randrange(0, 128) for _ in codes]
            data = self.done("pack", order + codes, *map(str, values))
            self.assertEqual(struct.unpack(order + codes, data), tuple(values))
            shown = self.done("unpack", order + codes, data=struct.pack(order + codes, *values))
            self.assertEqual(list(map(int, shown.split())), values)

    def test_sizes_and_layouts(self):
        for format in ("", "cqh", "cqh0q", "<cqh", "10s3x"):
            self.assertEqual(int(self.done("size", format)), struct.calcsize(format))
        shown = self.done("layout", "cqh0q").decode()
        self.assertEqual([line.split() for line in shown.splitlines()[-6:]],
                         [["0", "1", "c"], ["1", "7", "padding"], ["8", "8", "q"], ["16", "2", "h"],
                          ["18", "6", "padding"], ["24", "bytes"]])
        layout = json.loads(self.done("layout", "<2xh", "--json"))
        self.assertEqual(layout["items"], [{"code": "h", "count": 1, "offset": 2, "bytes": 2}])
        self.assertEqual(json.loads(self.done("size", "<3h", "--json")),
                         {"format": "<3h", "bytes": 6, "values": 3})

    def test_what_has_no_meaning(self):
        self.refused(2, "at 2: unknown code 'Z'", "pack", "<hZ", "1", "2")
        self.refused(2, "record_bytes_max is 16777216", "size", "16777217x")
        self.refused(2, "no subcommand \"squeeze\"", "squeeze", "<h")
        self.refused(2, "pack wants a format", "pack")
        self.refused(2, "unexpected argument \"2\"", "size", "<h", "2")
        self.refused(2, "--offset has no effect but for unpack", "pack", "<h", "1", "--offset=1")
        self.refused(2, "--hex has no effect but for pack and unpack", "size", "<h", "--hex")
        self.refused(2, "--offset has no effect with --all", "unpack", "<h", "--all", "--offset=1")
        self.refused(2, "unknown flag -x", "pack", "<h", "-x")

    def test_what_does_not_fit(self):
        self.refused(1, "value 1 is 40000; code 'h' takes a whole number from -32768 to 32767",
                     "pack", "<h", "40000")
        self.refused(1, "takes 2 values, got 1", "pack", "<hh", "1")
        self.refused(1, "takes 2 values, got 3", "pack", "<hh", "1", "2", "3")
        self.refused(1, "\"1.5\" is no value for code 'h': it wants a whole number", "pack", "<h", "1.5")
        self.refused(1, "\"0x\" is no value for code 'h'", "pack", "<h", "0x")
        self.refused(1, "whole number of 64 bits", "pack", "<q", str(2**64))
        self.refused(1, "it wants true or false", "pack", "?", "perhaps")
        self.refused(1, "it wants a number", "pack", "d", "one")
        self.refused(1, "it wants text, with", "pack", "s", "\\q")
        self.refused(1, "it wants text, with", "pack", "s", r"\x0")
        self.refused(1, "it wants text, with", "pack", "s", "\\")
        self.refused(1, "has 2 bytes, got 3", "unpack", "<h", data=b"abc")
        self.refused(1, "at offset 2 of 3", "unpack", "<h", "--offset=2", data=b"abc")
        self.refused(1, "no whole number of records", "unpack", "<h", "--all", data=b"abc")
        self.refused(1, "no hexadecimal text", "unpack", "<h", "--hex", data=b"zz")
        self.refused(1, "half of a byte", "unpack", "<h", "--hex", data=b"fff")

    def test_help_and_its_examples(self):
        shown = self.done("--help").decode()
        for line in shown.splitlines():
            self.assertLessEqual(len(line), 80, line)
        examples = re.search(r"Examples:\n((?:  .*\n)+)", shown).group(1).splitlines()
        folder = os.path.dirname(os.path.abspath(harness.program("sluice-record")))
        with tempfile.TemporaryDirectory() as here:
            with open(os.path.join(here, "readings"), "wb") as readings:
                readings.write(struct.pack("<4d", 1, 2, 3, 4))
            for example in examples:
                with self.subTest(example=example):
                    result = subprocess.run(
                        ["sh", "-c", example.replace("xxd", "od -t x1")], capture_output=True, cwd=here,
                        timeout=harness.WAIT_S,
                        env={**os.environ, "PATH": folder + ":" + os.environ["PATH"]})
                    self.assertEqual((result.returncode, result.stderr), (0, b""))
                    self.assertNotEqual(result.stdout, b"")
        code, _, errors = record()
        self.assertEqual(code, 2)
        self.assertIn("Usage: sluice-record", errors)


if __name__ == "__main__":
    unittest.main()
