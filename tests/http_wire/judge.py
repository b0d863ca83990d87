"""Holds what a server did against what a case expects of it."""
import re

from case import CLOSE, EITHER, STAY
from site_tree import PROBE, SECRET
from wire import OPEN, RESET


def judge(case, wire, answers, rest, error):
    """The problems of one connection, none when it ended in one of the ways the case allows."""
    problems = []
    if SECRET in wire.received:
        problems.append("the secret file came back")
    if error:
        problems.append(f"after {len(answers)} answers came no HTTP: {error}")
    if wire.endless:
        problems.append("it reads on and on behind its last answer")
    attempts = [_against(case, ending, wire, answers, b"" if error else rest) for ending in case.endings]
    if all(attempts):
        problems += min(attempts, key=len)
    if not problems and case.check:
        problem = case.check(answers)
        problems += [problem] if problem else []
    return problems


def _against(case, ending, wire, answers, rest):
    expected = list(ending.answers)
    got = list(answers)
    problems = []
    if got and len(got) == len(expected) + 1 and got[-1].body == PROBE:
        got.pop()
        stays = True
    else:
        stays = False
    if rest and not ending.breaks:
        problems.append(f"an answer breaks off: {rest[-80:]!r}")
    if ending.breaks and not rest:
        problems.append("no answer breaks off")
    if len(got) != len(expected):
        problems.append(f"{len(expected)} answers wanted, got {[a.status for a in got]}")
    for place, (want, have) in enumerate(zip(expected, got), 1):
        problems += [f"answer {place}: {problem}" for problem in _answer_problems(want, have)]
    return problems or _connection_problems(case, ending, wire, stays)


def _connection_problems(case, ending, wire, stays):
    if wire.state == OPEN:
        return ["the connection neither ends nor answers" if ending.then != CLOSE
                else "the connection stays open"]
    if ending.then == CLOSE and stays:
        return ["a request sent later was answered: the connection must close"]
    if ending.then == STAY and not stays:
        return [f"the connection must stay open; it ended ({wire.state})"]
    if wire.state == RESET and ending.then != EITHER and not (case.any_reset or ending.breaks):
        return ["the connection was reset: a client may lose the answer"]
    return []


def _answer_problems(want, have):
    if have.status not in want.status:
        yield f"status {have.status}, not {' or '.join(map(str, sorted(want.status)))}"
    if want.body is not None and have.body != want.body:
        yield f"body {_shown(have.body)}, not {_shown(want.body)}"
    if tuple(have.interim) != want.interim:
        yield f"1xx before it: {have.interim}, not {list(want.interim)}"
    for name, pattern in want.fields:
        values = have.values(name)
        if pattern is None:
            if values:
                yield f"has {name.decode()}: {values}"
        elif not values:
            yield f"lacks {name.decode()}"
        elif not re.fullmatch(pattern.encode(), b", ".join(values)):
            yield f"{name.decode()} is {b', '.join(values)!r}, not as {pattern}"


def _shown(body):
    return repr(body) if len(body) <= 60 else f"of {len(body)} bytes {body[:40]!r}..."
