"""What a server made of some bytes, and where two servers read them differently."""
import dataclasses
import re

from answer import parse_all
from generator import TAIL
from site_tree import SECRET
from wire import EOF, OPEN, Wire

QUIET_S = 0.05  # no word for so long: the server waits for more, and we stop sending
# A last answer of these refuses the request, and says nothing about where it ends.
REFUSALS = frozenset([400, 408, 411, 413, 414, 417, 421, 431, 500, 501, 503, 505])
# What node and nginx refuse although it is valid.
RIGHT_ALONE = (
    (rb"(?i)\n(content-length|transfer-encoding):([ ]*\t|[^\r\n]*\t[ \t]*\r)",
     "RFC 9110 5.6.3: tabs may stand around a value"),
    (rb"(?is)\nexpect:.*\nexpect:", "RFC 9110 5.3, 10.1.1: Expect is a list, and 417 a MAY"),
)
REFUSED, CLOSED, SILENT = "refused", "closed", "silent"


@dataclasses.dataclass
class Reading:
    """The requests a server saw: an answer each, and how it ended."""
    accepted: list  # of (status, body)
    ending: str     # REFUSED; CLOSED and said so; SILENT: it waited for more
    refusal: int = 0
    foreign: str = ""  # what came is no HTTP/1.1: not to be compared from there on

    def __str__(self):
        answers = [f"{status} {body[:60]!r}" for status, body in self.accepted]
        last = f"refused with {self.refusal}" if self.refusal else self.foreign or self.ending
        last = "waits for more" if last == SILENT else last
        return ", ".join(answers + [last])


@dataclasses.dataclass(frozen=True)
class Finding:
    kind: str  # stays the same while the input is made smaller
    text: str


def read_by(address, data, patience, places=(), quiet=QUIET_S):
    """What the server at `address` makes of `data`, with canaries behind it; sent in parts that end at
    `places`, or in one. It is told that no more will come when it was silent for `quiet` seconds."""
    with Wire(address, patience) as wire:
        whole = data + TAIL
        for begin, end in zip((0, *places), (*places, len(whole))):
            wire.do(whole[begin:end])
        wire.read_until(lambda: False, quiet)
        waited = wire.state == OPEN
        wire.half_close()
        wire.read_until(lambda: False)
        return reading_of(wire, waited)


def reading_of(wire, waited):
    answers, rest, error = parse_all(wire.received, None, wire.state == EOF)
    if SECRET in wire.received:
        error = "the secret file came back"
    if error:  # the answer before it may have been taken for one to a HEAD
        return Reading(_pairs(answers[:-1]), SILENT, foreign=error)
    if wire.state == OPEN:
        return Reading(_pairs(answers), SILENT, foreign="never ended the connection")
    for place, answer in enumerate(answers):
        last = place + 1 == len(answers)
        if answer.status in REFUSALS and (answer.closes() or last and not rest):
            return Reading(_pairs(answers[:place]), REFUSED, answer.status)
    if answers and answers[-1].closes() and not rest:
        return Reading(_pairs(answers), CLOSED)
    # Without a word, but of its own accord: what it read was bad, and it had begun to answer.
    return Reading(_pairs(answers), SILENT if waited else REFUSED)


def _pairs(answers):
    return [(answer.status, answer.body) for answer in answers]


def excuse(data):
    """The rule by which a server may accept `data` alone; none is empty."""
    rules = [rule for pattern, rule in RIGHT_ALONE if re.search(pattern, data)]
    return rules[0] if rules else ""


def findings(data, ours, others):
    """What is wrong with our reading of `data`, given {name: reading} of the others."""
    if ours.foreign:
        return [Finding("foreign", f"ours: {ours.foreign}")]
    found = _accepted_alone(data, ours, others)
    for name, other in others.items():
        found += _read_differently(ours, name, other)
    return found


def split_findings(whole, split):
    """What is wrong when the same bytes come in one part, and in several. A server may answer before it
    has seen all of a body, and refuse or close when the rest turns out bad: one answer more, no further."""
    if whole.foreign:  # a finding by itself
        return []
    shorter, longer = sorted((whole, split), key=lambda one: len(one.accepted))
    more = len(longer.accepted) - len(shorter.accepted)
    alike = longer.accepted[:len(shorter.accepted)] == shorter.accepted
    if alike and (more == 0 or more == 1 and shorter.ending == REFUSED) and not split.foreign:
        return []
    return [Finding("unlike itself", f"at once: {whole}; in parts: {split}")]


def _accepted_alone(data, ours, others):
    """We answered a request that every other refused."""
    most = max(len(other.accepted) for other in others.values())
    if len(ours.accepted) <= most or any(other.ending != REFUSED or other.foreign for other in others.values()):
        return []
    status, _ = ours.accepted[most]
    # An answer may leave before the whole body is seen, or in its stead where the client asked; the body
    # being bad, nothing can follow it.
    early = len(ours.accepted) == most + 1 and not ours.refusal and (
        ours.ending == REFUSED or ours.ending == CLOSED and b"100-continue" in data)
    if status in REFUSALS or early or excuse(data):
        return []
    return [Finding("accepted alone", f"ours answers request {most + 1} with {status}; "
                    + " and ".join(f"{name} refuses it with {other.refusal}" for name, other in others.items()
                                   if len(other.accepted) == most)
                    + "".join(f"; {name} refused an earlier one" for name, other in others.items()
                              if len(other.accepted) < most))]


def _read_differently(ours, name, other):
    """Both accepted, and disagree on what a request holds or where it ends."""
    for place, ((status, body), (their_status, their_body)) in enumerate(
            zip(ours.accepted, other.accepted), 1):
        if status == their_status == 200 and body != their_body:
            return [Finding(f"unlike {name}", f"answer {place}: ours {body[:80]!r}, {name} {their_body[:80]!r}")]
    ours_count, their_count = len(ours.accepted), len(other.accepted)
    if other.foreign:
        return []
    if ours_count < their_count and ours.ending == SILENT:
        return [Finding(f"unlike {name}", f"ours waits for more of request {ours_count + 1}; {name} answers it")]
    if their_count < ours_count and other.ending == SILENT:
        return [Finding(f"unlike {name}", f"{name} waits for more of request {their_count + 1}; ours answers it")]
    return []
