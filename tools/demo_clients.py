"""The tutorials' clients, as plain as they are there: for the demo.

  demo_clients.py talk HOST:PORT TEXT      UDP group chat: sends the text, prints one answer
  demo_clients.py download HOST:PORT NAME  file downloader: sends the name, takes what one recv gives
"""
import socket
import sys


def talk(address, text):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(5)
        client.sendto(text.encode(), address)
        answer, _ = client.recvfrom(1024)
    print(f"  the UDP client said {text} and heard {answer.decode()}")


def download(address, name):
    with socket.create_connection(address, timeout=10) as client:
        client.send(name.encode())
        data = client.recv(1024 * 1024)
    print(f"  {name}: the downloader took {len(data):,} bytes for the whole file")


def main() -> int:
    match sys.argv[1:]:
        case ["talk" | "download" as what, where, argument]:
            host, port = where.rsplit(":", 1)
            (talk if what == "talk" else download)((host, int(port)), argument)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


sys.exit(main())
