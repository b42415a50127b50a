"""A server's port once more, over TLS."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from certificate import Certificate
from engine import Engine, free_ports


class TlsProxy(Engine):
    name = "tls_proxy"

    def __init__(self, folder: Path, server_port: int, setting: str) -> None:
        """`setting`: SHELFCAST_TEST_…, before _TLS (its URL) and _CA (the file of its authority)."""
        super().__init__(folder, free_ports(1))
        self._server_port = server_port
        self._setting = setting
        self._certificate = Certificate(folder)

    def prepare(self) -> None:
        self._certificate.make()

    def words(self) -> list[str | Path]:
        return [sys.executable, "-B", Path(__file__).parent / "tls_proxy.py", str(self.ports[0]),
                str(self._server_port), self._certificate.file, self._certificate.key]

    def answers(self) -> bool:
        return self.listens(self.ports[0])

    def settings(self) -> Mapping[str, str]:
        return {f"{self._setting}_TLS": f"https://127.0.0.1:{self.ports[0]}",
                f"{self._setting}_CA": str(self._certificate.file)}
