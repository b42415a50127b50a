#!/usr/bin/env python3
"""Speaks TLS to its clients and plain TCP to a server.

usage: tls_proxy.py PORT SERVER_PORT CERTIFICATE KEY     both ports of 127.0.0.1
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import sys

PIECE_BYTES = 65_536


async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


async def serve(port: int, server_port: int, certificate: str, key: str) -> None:
    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", server_port)
        await asyncio.gather(hand_on(reader, server_writer), hand_on(server_reader, writer))

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    async with await asyncio.start_server(take, "127.0.0.1", port, ssl=context) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]))
