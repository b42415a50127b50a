"""ClickHouse servers: one alone, and a pair that knows each other as shards of one cluster.

What runs is the engine library in server mode, by `shelfcast engine-child`, with a configuration of
its own: shelfcast reaches it like any server, by its URL and a password.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine import Engine, free_ports

HERE = Path(__file__).parent
SQL = HERE.parent.parent / "sql"
GRACE_MS = 5_000  # Between the end of its standard input and its own.
USER = "shelfcast"
PASSWORD = "till+<receipt>"  # Text that XML must escape.
LOGIN = {"SHELFCAST_TEST_WAREHOUSE_USER": USER, "SHELFCAST_TEST_WAREHOUSE_PASSWORD": PASSWORD}
CLUSTER = "shelfcast"
SHARDS = 2


def xml_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class ClickHouse(Engine):
    name = "clickhouse"

    def __init__(self, folder: Path, ports: Sequence[int] = ()) -> None:
        """`ports`: HTTP and native."""
        super().__init__(folder, ports or free_ports(2))
        self.remote_servers = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    def prepare(self) -> None:
        for name in ("config.xml", "users.xml"):
            text = (HERE / "clickhouse" / name).read_text()
            for place, value in (("folder", self.folder), ("http_port", self.ports[0]),
                                 ("native_port", self.ports[1]), ("password", xml_text(PASSWORD)),
                                 ("remote_servers", self.remote_servers)):
                text = text.replace("{{" + place + "}}", str(value))
            (self.folder / name).write_text(text)

    def words(self) -> list[str | Path]:
        return [os.environ["SHELFCAST_BINARY"], "engine-child", os.environ["SHELFCAST_ENGINE"],
                str(GRACE_MS), f"--config-file={self.folder / 'config.xml'}",
                "--query", (SQL / "engine" / "serve.sql").read_text()]

    def environment(self) -> Mapping[str, str]:
        return {"TZ": "UTC"}

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/ping", timeout=1) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def settings(self) -> Mapping[str, str]:
        return LOGIN | {"SHELFCAST_TEST_WAREHOUSE": self.url}


class Server(ClickHouse):
    """One alone, which also speaks TLS, by a proxy with a certificate that signs itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._proxy = TlsProxy(folder / "proxy", self.ports[0])

    def start(self) -> None:
        super().start()
        self._proxy.start()

    def stop(self) -> None:
        self._proxy.stop()
        super().stop()

    def settings(self) -> Mapping[str, str]:
        return {**super().settings(), **self._proxy.settings()}


class TlsProxy(Engine):
    name = "tls_proxy"

    def __init__(self, folder: Path, server_port: int) -> None:
        super().__init__(folder, free_ports(1))
        self._server_port = server_port
        self._certificate = folder / "certificate.pem"
        self._key = folder / "key.pem"

    def prepare(self) -> None:
        if not self._certificate.exists():
            self.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                      "/CN=shelfcast test", "-addext", "subjectAltName=IP:127.0.0.1",
                      "-keyout", self._key, "-out", self._certificate])

    def words(self) -> list[str | Path]:
        return [sys.executable, "-B", HERE / "tls_proxy.py", str(self.ports[0]),
                str(self._server_port), self._certificate, self._key]

    def answers(self) -> bool:
        return self.listens(self.ports[0])

    def settings(self) -> Mapping[str, str]:
        return {"SHELFCAST_TEST_WAREHOUSE_TLS": f"https://127.0.0.1:{self.ports[0]}",
                "SHELFCAST_TEST_WAREHOUSE_CA": str(self._certificate)}


class Shards(Engine):
    """Servers with the cluster `shelfcast` in their configuration, a shard each."""

    name = "shards"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, free_ports(2 * SHARDS))
        self.shards = [ClickHouse(folder / str(place), self.ports[2 * place:2 * place + 2])
                       for place in range(SHARDS)]
        known = "".join(
            f"<shard><replica><host>127.0.0.1</host><port>{each.ports[1]}</port><user>{USER}</user>"
            f"<password>{xml_text(PASSWORD)}</password></replica></shard>" for each in self.shards)
        for each in self.shards:
            each.remote_servers = f"<{CLUSTER}>{known}</{CLUSTER}>"

    def start(self) -> None:
        for each in self.shards:
            each.start()

    def stop(self) -> None:
        for each in self.shards:
            each.stop()

    def kill(self) -> None:
        for each in self.shards:
            each.kill()

    def freeze(self) -> None:
        for each in self.shards:
            each.freeze()

    def thaw(self) -> None:
        for each in self.shards:
            each.thaw()

    def settings(self) -> Mapping[str, str]:
        return LOGIN | {"SHELFCAST_TEST_SHARDS": ",".join(each.url for each in self.shards)}
