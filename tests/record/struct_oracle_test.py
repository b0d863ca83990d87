"""Python's own struct module as the oracle of ours: random formats, values and bytes go both ways.

    struct_oracle_test.py PROGRAM [SEED [ROUNDS]]      without a seed one is drawn, and printed

Every result must be the same byte for byte, and what one refuses the other must refuse. Where ours
differs on purpose it is said here, in `differs_on_purpose`, and nowhere else."""
import math
import os
import random
import re
import struct
import subprocess
import sys

PROGRAM = sys.argv[1]
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(4), "little")
ROUNDS = int(sys.argv[3]) if len(sys.argv) > 3 else 4000

PREFIXES = ["", "@", "=", "<", ">", "!"]
CODES = "xcbB?hHiIlLqQnNefdspP"
REFUSALS = (struct.error, OverflowError, UnicodeError)
BYTES_MAX = 1 << 16  # of a record that is packed; sizes alone may be anything


def hexed(data):
    return data.hex() or "-"


def printed(value):
    """A value as oracle_program.cc writes it."""
    if isinstance(value, bool):
        return f"b{int(value)}"
    if isinstance(value, int):
        return f"i{value}"
    if isinstance(value, float):
        return "d" + struct.pack(">d", value).hex()
    return "s" + hexed(value)


def differs_on_purpose(format):
    """Python 3.11 writes a length byte of 255 for a `0p`, which has no byte to hold it, and cannot
    unpack one ("Negative size passed"). Ours is an empty value."""
    return re.search(r"(?<![0-9])0+p", format) is not None


class Draw(random.Random):
    careful = False  # whether every value shall be one that its code takes

    def count(self):
        if self.random() < 0.6:
            return ""
        if self.random() < 0.02:
            return str(self.choice([2**63 - 1, 2**63, 2**62, 2**61 - 1, 2**64, 10**30, 10**6]))
        return self.choice(["0", "1", "2", "3", "007", "10", "17", str(self.randrange(300))])

    def format(self):
        codes = CODES if self.random() < 0.95 else CODES + "Zy!<3 \0\x80"
        text = self.choice(PREFIXES)
        if text not in ("", "@") and self.random() < 0.9:
            codes = [code for code in codes if code not in "nNP"]
        for _ in range(self.randrange(8)):
            text += self.count() + self.choice(codes)
            if self.random() < 0.1:
                text += self.choice([" ", "\t", "\n", "\v", "\f", "\r", "  "])
        if self.random() < 0.02:
            text += self.choice(["5", "<", " ", "3 h", "\0", "é", "@"])
        return text

    def whole(self, width, signed):
        low, bound = (-(1 << (8 * width - 1)), 1 << (8 * width - 1)) if signed else (0, 1 << (8 * width))
        if self.careful:
            return self.choice([low, bound - 1, self.randrange(low, bound)])
        return self.choice([low - 1, low, low + 1, bound - 1, bound, 0, -1, 2**70, -2**64, True,
                            self.randrange(low, bound)])

    def real(self, code):
        kind = self.random()
        smallest, largest = {"e": (-24, 65504.0), "f": (-149, 3.4028234663852886e38),
                             "d": (-1074, 1.7976931348623157e308)}[code]
        if kind < 0.2:  # about where the numbers begin: the last bits, and half of the last
            value = (1 + self.randrange(1 << 12) / (1 << 11)) * 2.0 ** max(
                -1074, smallest + self.randrange(-3, 13))
        elif kind < 0.3:  # exactly between two halves
            value = (self.randrange(2048) + 0.5) * 2.0 ** self.randrange(-25, 5)
        elif kind < 0.4:
            value = self.choice([0.0, float("inf"), float("nan"), 2.0 ** max(-1074, smallest - 1)])
        elif kind < 0.5:
            value = struct.unpack("<d", self.randbytes(8))[0]
        elif kind < 0.7:  # about where they end; what is beyond half of a step more is too large
            half_step = 2.0 ** {"e": 4, "f": 103, "d": 0}[code]
            end = largest + half_step
            value = self.choice([largest, math.nextafter(end, 0), end, math.nextafter(end, math.inf)])
        else:
            value = self.uniform(-70000, 70000)
        value = self.choice([value, -value])
        if self.careful and code == "e" and abs(value) > largest and not math.isinf(value):
            return largest
        if self.careful and code == "f" and abs(value) > largest and not math.isinf(value):
            return largest
        return value

    def value(self, code, width, count):
        if not self.careful and self.random() < 0.1:
            code = self.choice("bfs?")  # perhaps of another type than is wanted
        if code in "efd":
            return self.real(code) if self.random() < 0.95 else self.whole(self.choice([1, 4]), True)
        if code == "?":
            return self.choice([True, False, 0, 5, -1, 0.0, 0.5, b"", b"a", float("nan")])
        if code == "c":
            return self.randbytes(1 if self.careful or self.random() < 0.9 else self.choice([0, 2]))
        if code in "sp":
            return self.randbytes(self.choice([0, count, max(0, count - 1), count + 1,
                                               self.randrange(count + 4)]))
        return self.whole(width, self.random() < 0.5 if code == "P" else code.islower())


def values_for(draw, format):
    """Values of about the right number and kind; None where the format is refused."""
    try:
        if struct.calcsize(format) > BYTES_MAX:
            return None
    except REFUSALS:
        return None
    values = []
    draw.careful = draw.random() < 0.7
    native = format[:1] not in ("=", "<", ">", "!")
    for digits, code in re.findall(r"(\d*)([a-zA-Z?])", format):
        count = int(digits) if digits else 1
        width = struct.calcsize(("" if native else "<") + code)
        if code in "sp":
            values.append(draw.value(code, width, count))
        elif code != "x":
            values += [draw.value(code, width, count) for _ in range(count)]
    if not draw.careful and draw.random() < 0.1:
        values.append(1)
    elif values and not draw.careful and draw.random() < 0.1:
        values.pop()
    return values


def representable(format, values):
    """RecordValue has no whole numbers beyond 64 bits: those are refused where Python would take them
    for a number or a truth."""
    large = any(isinstance(v, int) and not -2**63 <= v < 2**64 for v in values)
    return not (large and re.search("[efd?]", format))


class Run:
    def __init__(self, seed, rounds):
        self.draw = Draw(seed)
        self.questions = []  # (line, what Python says: text or None for refused)
        for _ in range(rounds):
            self.ask(self.draw.format())

    def add(self, line, function):
        try:
            expected = function()
        except REFUSALS:
            expected = None
        self.questions.append((line, expected))

    def ask(self, format):
        text = hexed(format.encode())
        self.add(f"size {text}", lambda: f"ok {struct.calcsize(format)}")
        values = values_for(self.draw, format)
        if values is None or differs_on_purpose(format):
            return
        if representable(format, values):
            self.add(" ".join([f"pack {text}", *map(printed, values)]),
                     lambda: "ok " + hexed(struct.pack(format, *values)))
        self.ask_unpack(format, text)

    def ask_unpack(self, format, text):
        def words(values):
            return "".join(" " + printed(value) for value in values)

        size = struct.calcsize(format)
        data = self.draw.randbytes(size if self.draw.random() < 0.9 else self.draw.randrange(size + 3))
        self.add(f"unpack {text} {hexed(data)}", lambda: "ok" + words(struct.unpack(format, data)))
        data = self.draw.randbytes(self.draw.randrange(2 * size + 4))
        offset = self.draw.randrange(-size - 4, size + 5)
        self.add(f"from {text} {hexed(data)} {offset}",
                 lambda: "ok" + words(struct.unpack_from(format, data, offset)))
        if size < 100:
            data = self.draw.randbytes(self.draw.choice([size * 3, size * 3 + 1, 0]))
            self.add(f"iter {text} {hexed(data)}", lambda: "ok" + "".join(
                words(values) + " /" for values in struct.iter_unpack(format, data)))


def main():
    print(f"seed {SEED}, {ROUNDS} formats, Python {sys.version.split()[0]}")
    run = Run(SEED, ROUNDS)
    result = subprocess.run([PROGRAM], input="\n".join(line for line, _ in run.questions) + "\n",
                            capture_output=True, text=True, timeout=120)
    answers = result.stdout.splitlines()
    if result.returncode != 0 or len(answers) != len(run.questions):
        print(f"the program ended with {result.returncode} after {len(answers)} answers of "
              f"{len(run.questions)}: {result.stderr}")
        return 1
    failures = 0
    refused = 0
    for (line, expected), answer in zip(run.questions, answers):
        refused += expected is None
        if answer == expected or (expected is None and answer.startswith("error ")):
            continue
        failures += 1
        if failures <= 10:
            verb, format, *rest = line.split(" ")
            format = b"" if format == "-" else bytes.fromhex(format)
            print(f"{verb} {format!r} {' '.join(rest)[:300]}\n  struct {str(expected)[:300]}\n"
                  f"  ours   {answer[:300]}")
    print(f"{len(run.questions)} questions, {refused} refused by both, {failures} answered otherwise")
    if refused < len(run.questions) // 50 or refused > len(run.questions) // 2:
        print("too few or too many are refused: this tests little")
        return 1
    return 1 if failures else 0


sys.exit(main())
