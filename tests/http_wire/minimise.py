"""Makes a failing input smaller: delta debugging on its bytes."""
import time


def minimise(data, fails, attempts=400, seconds=15.0):
    """A smaller input for which `fails` still holds, after at most so many tries and seconds. No byte of
    the result can be left out, unless they ran out first."""
    deadline = time.monotonic() + seconds
    piece = max(1, len(data) // 2)
    while attempts > 0 and time.monotonic() < deadline:
        at, shrunk = 0, False
        while at < len(data) and attempts > 0 and time.monotonic() < deadline:
            candidate = data[:at] + data[at + piece:]
            attempts -= 1
            if fails(candidate):
                data, shrunk = candidate, True
            else:
                at += piece
        if piece == 1 and not shrunk:
            break
        piece = max(1, piece if shrunk and piece == 1 else piece // 2)
    return data
