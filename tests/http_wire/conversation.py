"""Runs one case against one server: sends, waits for what is expected, and lets the judge speak."""
import dataclasses

from answer import parse_all
from case import CLOSE, get
from judge import judge
from wire import EOF, Wire

PROBE_REQUEST = get(b"Connection: close", target=b"/probe.txt")


@dataclasses.dataclass
class Verdict:
    problems: list
    sent: tuple
    received: bytes
    skipped: str = ""


def run_case(case, address, patience):
    tokens = {}
    if case.learn:
        tokens, missing = _learn(case.learn, address, patience)
        wanted = b"".join(step for step in case.steps if isinstance(step, bytes))
        if missing or any(name in wanted and not value for name, value in tokens.items()):
            return Verdict([], case.steps, b"", missing or "the server gives no such validator")
    for steps in (case.steps,) + case.others:
        steps = tuple(_filled(step, tokens) for step in steps)
        verdict = _converse(case, steps, address, patience)
        if verdict.problems:
            break
    return verdict


def _converse(case, steps, address, patience):
    heads = max((tuple(e.head for e in ending.answers) for ending in case.endings), key=len)
    most = max(len(ending.answers) for ending in case.endings)
    with Wire(address, patience) as wire:
        for step in steps:
            wire.do(step)
        wire.read_until(lambda: _count(wire, heads) >= most)
        if any(ending.then != CLOSE for ending in case.endings) and not wire.cut:
            wire.send(PROBE_REQUEST)
            most += 1
        wire.read_until(lambda: _count(wire, heads) > most)  # more than can be right: no need to wait
        answers, rest, error = parse_all(wire.received, heads, wire.state == EOF)
        problems = judge(case, wire, answers, rest, error)
        return Verdict(problems, steps, bytes(wire.received))


def _count(wire, heads):
    answers, _, error = parse_all(wire.received, heads, wire.state == EOF)
    return 1 << 30 if error else len(answers)


def _filled(step, tokens):
    if isinstance(step, bytes):
        for name, value in tokens.items():
            step = step.replace(name, value)
    return step


def _learn(target, address, patience):
    """(token -> validator of the target, why that failed)."""
    with Wire(address, patience) as wire:
        wire.send(get(b"Connection: close", target=target))
        wire.read_until(lambda: False)
        answers, _, _ = parse_all(wire.received, (), wire.state == EOF)
    if len(answers) != 1 or answers[0].status != 200:
        return {}, f"no answer 200 for {target.decode()} to learn validators from"
    etag = answers[0].value(b"etag")
    return {b"@ETAG@": etag, b"@OPAQUE@": etag[2:] if etag.startswith(b"W/") else etag,
            b"@LAST-MODIFIED@": answers[0].value(b"last-modified")}, ""
