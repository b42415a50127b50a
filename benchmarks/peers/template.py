"""Files of this folder with their {{names}} filled in."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def fill(path: str, **values: Any) -> str:
    text = (HERE / path).read_text()
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", str(value))
    return text


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
