"""Measures what parity is worth: makes the table of the README.

    python3 apps/picture/fec_table.py build/release/bin/sluice-picture [FRAMES]

In a network namespace of its own, where nft drops datagrams at random on their way in. Needs no
root where user namespaces are allowed.
"""

import json
import subprocess
import sys
import tempfile

LOSSES = (1, 5, 10)  # percent
PARITIES = ("", "10+1", "10+2", "10+4")
PICTURE_BYTES = 40_000  # 30 parts of 1,354 bytes
SCRIPT = """
ip link set lo up
nft add table inet loss
nft 'add chain inet loss in {{ type filter hook input priority 0; }}'
nft 'add rule inet loss in udp dport 9010 numgen random mod 100 < {loss} drop'
{program} receive --listen=127.0.0.1:9010 --json --frame-age-max=200ms >{folder}/log 2>/dev/null &
until grep -q listening {folder}/log; do sleep 0.02; done
{program} send {folder}/picture --to=127.0.0.1:9010 --rate=100 --count={frames} {parity} >/dev/null
sleep 0.3
kill $!; wait
tail -n 1 {folder}/log
"""


def measure(program, folder, frames, loss, parity):
    flag = f"--fec={parity}" if parity else ""
    script = SCRIPT.format(program=program, folder=folder, frames=frames, loss=loss, parity=flag)
    result = subprocess.run(["unshare", "-Urn", "sh", "-ec", script], capture_output=True,
                            text=True)
    if result.returncode != 0:
        sys.exit(f"fec_table: {result.stderr.strip()}")
    report = json.loads(result.stdout)
    return report["whole"], report["repaired"]


def main():
    program = sys.argv[1]
    frames = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    print(f"| lost on the way | {' | '.join(f'`--fec={p}`' if p else 'no parity' for p in PARITIES)} |")
    print("|---" * (1 + len(PARITIES)) + "|")
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/picture", "wb") as file:
            file.write(b"\xff\xd8\xff" + bytes(PICTURE_BYTES - 3))
        for loss in LOSSES:
            cells = []
            for parity in PARITIES:
                whole, repaired = measure(program, folder, frames, loss, parity)
                cells.append(f"{100 * whole / frames:.1f} %" +
                             (f" ({repaired} repaired)" if parity else ""))
            print(f"| {loss} % | {' | '.join(cells)} |", flush=True)


main()
