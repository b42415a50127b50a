"""An S3 store: MinIO on one folder."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from engine import Engine, free_ports
from tls import TlsProxy

KEY = "shelfcast-test"
SECRET = "secret-of-the-tests"


class Minio(Engine):
    name = "minio"

    def __init__(self, folder: Path, port: int = 0) -> None:
        [own, console] = free_ports(2)
        super().__init__(folder, [port or own, console])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    def words(self) -> list[str | Path]:
        return [os.environ["SHELFCAST_MINIO"], "server", "--quiet", "--address",
                f"127.0.0.1:{self.ports[0]}", "--console-address", f"127.0.0.1:{self.ports[1]}",
                self.folder / "data"]

    def environment(self) -> Mapping[str, str]:
        return {"MINIO_ROOT_USER": KEY, "MINIO_ROOT_PASSWORD": SECRET, "MINIO_BROWSER": "off",
                "MINIO_UPDATE": "off"}

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/minio/health/ready", timeout=1) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def make_bucket(self, name: str) -> None:
        """Before the first start: a folder of its data is a bucket."""
        (self.folder / "data" / name).mkdir(parents=True)

    def settings(self) -> Mapping[str, str]:
        return {"SHELFCAST_TEST_S3": self.url, "SHELFCAST_TEST_S3_KEY": KEY,
                "SHELFCAST_TEST_S3_SECRET": SECRET,
                "SHELFCAST_TEST_MINIO": os.environ["SHELFCAST_MINIO"]}


class Store(Minio):
    """One that also speaks TLS, by a proxy with a certificate that signs itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._proxy = TlsProxy(folder / "proxy", self.ports[0], "SHELFCAST_TEST_S3")

    def start(self) -> None:
        super().start()
        self._proxy.start()

    def stop(self) -> None:
        self._proxy.stop()
        super().stop()

    def settings(self) -> Mapping[str, str]:
        return {**super().settings(), **self._proxy.settings()}
