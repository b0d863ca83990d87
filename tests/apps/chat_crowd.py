"""Measures one message to ten thousand members over TCP, and to as many over UDP.

    SLUICE_BIN=build/release/bin python3 tests/apps/chat_crowd.py [--members=10000] [--backend=epoll]
"""

import argparse
import multiprocessing
import select
import socket
import time

import harness
from chat_case import Lines

PROCESSES = 4


def connect(transport, address):
    if transport == "tcp":
        member = socket.create_connection(address)
    else:
        member = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        member.connect(address)
        member.send(b"")
    member.setblocking(False)
    return member


def crowd(transport, address, count, to_parent):
    """Opens members, then says for each round when the last of them had heard it."""
    poller = select.epoll()
    members = {}
    for _ in range(count):
        member = connect(transport, address)
        members[member.fileno()] = member
        poller.register(member, select.EPOLLIN)
    to_parent.send("here")
    while True:
        word = to_parent.recv()
        if word is None:
            return
        waiting = set(members)
        deadline = time.monotonic() + 20
        while waiting and time.monotonic() < deadline:
            for descriptor, _ in poller.poll(1):
                if word in members[descriptor].recv(65536):
                    waiting.discard(descriptor)
        to_parent.send((time.monotonic(), len(waiting)))


def measure(transport, members, backend, rounds=5):
    server = harness.Server("sluice-chat", "serve", f"--{transport}=127.0.0.1:0",
                            *(["--tcp=127.0.0.1:0"] if transport == "udp" else []),
                            f"--backend={backend}", "--line-rate=1000000",
                            listeners=2 if transport == "udp" else 1)
    try:
        pipes = []
        for _ in range(PROCESSES):
            ours, theirs = multiprocessing.Pipe()
            multiprocessing.Process(target=crowd, daemon=True, args=(
                transport, server.address(transport), members // PROCESSES, theirs)).start()
            pipes.append(ours)
        for pipe in pipes:
            assert pipe.recv() == "here"
        speaker = Lines(server.address("tcp"))
        speaker.hear_until("welcome")
        results = []
        for number in range(rounds):
            text = f"round {number} of what everybody hears"
            for pipe in pipes:
                pipe.send(text.encode())
            time.sleep(0.3)  # they wait now
            cpu = server.cpu_seconds()
            began = time.monotonic()
            speaker.say(text)
            answers = [pipe.recv() for pipe in pipes]
            results.append((max(end for end, _ in answers) - began, server.cpu_seconds() - cpu,
                            sum(missing for _, missing in answers)))
        for pipe in pipes:
            pipe.send(None)
        return results
    finally:
        server.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--backend", default="auto")
    options = parser.parse_args()
    for transport in ("tcp", "udp"):
        results = sorted(measure(transport, options.members, options.backend))
        wall, cpu, _ = results[len(results) // 2]
        print(f"{transport}: {options.members} members heard it after {wall * 1e3:.0f} ms "
              f"(median of {len(results)}; server CPU {cpu * 1e3:.0f} ms); "
              f"missed {sum(missing for _, _, missing in results)}")


if __name__ == "__main__":
    main()
