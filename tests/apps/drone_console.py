"""The tutorials' console of a drone: two sockets, two threads that print, no timeouts. Ports by arguments."""

import socket
import sys
import threading

local_port, drone_port, state_port = map(int, sys.argv[1:4])
drone_address = ("127.0.0.1", drone_port)

commands = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
commands.bind(("", local_port))
states = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
states.bind(("", state_port))
print("ports", commands.getsockname()[1], states.getsockname()[1], flush=True)


def print_what_comes(sock, label):
    while True:
        try:
            data, server = sock.recvfrom(1518)
            print(label + data.decode(encoding="utf-8"), flush=True)
        except Exception:
            break


for sock, label in ((commands, ""), (states, "state ")):
    threading.Thread(target=print_what_comes, args=(sock, label), daemon=True).start()

while True:
    message = input()
    if not message:
        continue
    if "end" in message:
        print("...", flush=True)
        break
    commands.sendto(message.encode(encoding="utf-8"), drone_address)
