"""ClickHouse servers: one alone, and a pair that knows each other as shards of one cluster.

What runs is the engine library in server mode, by `shelfcast engine-child`, with a configuration of
its own: shelfcast reaches it like any server, by its URL and a password.
"""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine import Engine, free_ports
from tls import TlsProxy

HERE = Path(__file__).parent
SQL = HERE.parent.parent / "sql"
GRACE_MS = 5_000  # Between the end of its standard input and its own.
USER = "shelfcast"
PASSWORD = "till+<receipt>"  # Text that XML must escape.
LOGIN = {"SHELFCAST_TEST_WAREHOUSE_USER": USER, "SHELFCAST_TEST_WAREHOUSE_PASSWORD": PASSWORD,
         "SHELFCAST_TEST_WAREHOUSE_PERSON": "person"}
CLUSTER = "shelfcast"
SHARDS = 2


def row_filter() -> str:
    """The condition of the clusters' row policies, over the tables of a test: policies themselves
    need access storage, which the engine library lacks."""
    policy = (SQL / "cluster" / "policy_of_stores.sql").read_text()
    condition = policy.partition("\nusing ")[2].partition("\nto all")[0]
    return condition.replace("{{owner}}", USER).replace("retail_core.", "scope_test.")


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
                                 ("filter", xml_text(row_filter())),
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
        self._proxy = TlsProxy(folder / "proxy", self.ports[0], "SHELFCAST_TEST_WAREHOUSE")

    def start(self) -> None:
        super().start()
        self._proxy.start()

    def stop(self) -> None:
        self._proxy.stop()
        super().stop()

    def settings(self) -> Mapping[str, str]:
        return {**super().settings(), **self._proxy.settings()}


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
