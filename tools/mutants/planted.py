"""Planted bugs: one unified diff a file in planted/, with a header that says what it is.

    What: one sentence, what the bug does.
    Stands for: the class of bug, and where others met it.

    --- a/reactor/loop.cc
    +++ b/reactor/loop.cc
    @@ ...

Line numbers are not looked at: what a hunk replaces must stand exactly once in its file, so that a
diff outlives changes elsewhere in the file and never lands in the wrong place.
"""
import dataclasses
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent / "planted"
PLANTED_IN = ("reactor/", "protocols/")


class Rotten(Exception):
    """The diff does not say what it should, or does not fit the tree any more."""


@dataclasses.dataclass(frozen=True)
class Hunk:
    path: str
    before: str
    after: str


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    what: str
    stands_for: str
    hunks: tuple

    def mutated(self, root: pathlib.Path) -> dict:
        """The files of the tree at `root` that it changes: path -> text with the bug in it."""
        texts = {}
        for hunk in self.hunks:
            if hunk.path not in texts:
                try:
                    texts[hunk.path] = (root / hunk.path).read_text(encoding="utf-8")
                except OSError as error:
                    raise Rotten(f"{self.name}: {hunk.path}: {error.strerror}") from None
            found = texts[hunk.path].count(hunk.before)
            if found != 1:
                first = next(line for line in hunk.before.split("\n") if line.strip())
                where = "nowhere" if found == 0 else f"{found} times"
                raise Rotten(f"{self.name}: what it replaces stands {where} in {hunk.path}: "
                             f"\"{first.strip()} ...\"; renew the diff")
            texts[hunk.path] = texts[hunk.path].replace(hunk.before, hunk.after)
        return texts


def parse(path: pathlib.Path) -> Mutant:
    name = path.stem
    head, _, diff = path.read_text(encoding="utf-8").partition("--- a/")
    header = dict(re.findall(r"^(What|Stands for): (.+)$", head, re.MULTILINE))
    if set(header) != {"What", "Stands for"}:
        raise Rotten(f"{name}: its header needs the lines \"What: ...\" and \"Stands for: ...\"")
    hunks = []
    file = None
    for line in ("--- a/" + diff).splitlines(keepends=True):
        if line.startswith("--- a/"):
            file = line[len("--- a/"):].strip()
            if not file.startswith(PLANTED_IN):
                raise Rotten(f"{name}: {file} is not in {' or '.join(PLANTED_IN)}")
        elif line.startswith("@@"):
            hunks.append([file, "", ""])
        elif not line.startswith("+++ "):
            if not hunks or line[0] not in " +-":
                raise Rotten(f"{name}: not a line of a unified diff: {line.strip()}")
            if line[0] != "+":
                hunks[-1][1] += line[1:]
            if line[0] != "-":
                hunks[-1][2] += line[1:]
    if not hunks:
        raise Rotten(f"{name}: no hunk")
    return Mutant(name, header["What"], header["Stands for"], tuple(Hunk(*hunk) for hunk in hunks))


def load_all() -> list:
    return [parse(path) for path in sorted(FOLDER.glob("*.diff"))]
