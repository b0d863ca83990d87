"""A peer that is not ours: Python's websockets (Debian: python3-websockets), as client or server.

    peer_websockets.py client URL [no-compression]   the counterpart of `websocket_peer serve`
    peer_websockets.py server [no-compression]       echoes; prints its URL; ends with its first connection
"""
import asyncio
import sys

import websockets

COMPRESSION = None if "no-compression" in sys.argv else "deflate"
SIZES = [0, 1, 125, 126, 4000, 65535, 65536, 300_000]


async def client(url):
    async with websockets.connect(
            url, subprotocols=["other", "echo"], compression=COMPRESSION, max_size=None) as socket:
        assert socket.subprotocol == "echo", socket.subprotocol
        names = [extension.name for extension in socket.extensions]
        assert names == (["permessage-deflate"] if COMPRESSION else []), names
        await asyncio.wait_for(await socket.ping(b"there?"), 10)
        for size in SIZES:
            for content in ("é" * size, bytes(i * i % 251 for i in range(size))):
                await socket.send(content)
                assert await asyncio.wait_for(socket.recv(), 10) == content, size
        # In fragments.
        await socket.send(part for part in ("a" * 1000, "", "é" * 1000, "b"))
        assert await asyncio.wait_for(socket.recv(), 10) == "a" * 1000 + "é" * 1000 + "b"
        await socket.close(4001, "enough")
    assert (socket.close_code, socket.close_reason) == (4001, ""), socket.close_code


async def server():
    ended = asyncio.Event()

    async def echo(socket):
        try:
            async for message in socket:
                await socket.send(message)
        except websockets.ConnectionClosedError:
            pass  # what it calls any code but 1000 and 1001
        finally:
            ended.set()

    async with websockets.serve(echo, "127.0.0.1", 0, subprotocols=["echo"],
                                compression=COMPRESSION, max_size=None) as listening:
        host, port = listening.sockets[0].getsockname()
        print(f"ws://{host}:{port}/", flush=True)
        await asyncio.wait_for(ended.wait(), 30)


asyncio.run(client(sys.argv[2]) if sys.argv[1] == "client" else server())
