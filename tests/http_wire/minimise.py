"""Makes a failing input smaller: delta debugging on its bytes."""


def minimise(data, fails, attempts=400):
    """A smaller input for which `fails` still holds, after at most `attempts` tries. No run of bytes of
    the result can be left out, unless the attempts ran out first."""
    piece = max(1, len(data) // 2)
    while attempts > 0:
        at, shrunk = 0, False
        while at < len(data) and attempts > 0:
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
