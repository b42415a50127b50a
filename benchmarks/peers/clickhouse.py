"""A ClickHouse server for one peer: the engine that shelfcast ships, with nothing of shelfcast."""

from __future__ import annotations

import http.client
import os
import time
from pathlib import Path

from owner import BenchError, Deadline, Gateway
from peers.child import Child
from peers.template import fill, free_ports

GRACE_MS = 2_000  # Between the end of its standard input and its own.
LOGIN = ("default", "")


class Server(Child):
    """It has the tables of sql/tables.sql once it is made."""

    def __init__(self, binary: Path, folder: Path, deadline: Deadline) -> None:
        folder.mkdir()
        [self.port] = free_ports(1)
        for name in ("config.xml", "users.xml"):
            (folder / name).write_text(fill(f"clickhouse/{name}", folder=folder, port=self.port))
        super().__init__("clickhouse",
                         [binary, "engine-child", os.environ["SHELFCAST_ENGINE"], str(GRACE_MS),
                          f"--config-file={folder / 'config.xml'}",
                          "--query", fill("clickhouse/serve.sql")],
                         folder / "clickhouse.log", {"TZ": "UTC"})
        try:
            self._wait_until_it_answers(deadline)
            self.run("sql/tables.sql")
        except BaseException:
            self.stop()
            raise

    def _wait_until_it_answers(self, deadline: Deadline) -> None:
        while True:
            self.check_alive()
            try:
                self.ask("select 1")
                return
            except (OSError, http.client.HTTPException, BenchError):
                time.sleep(min(0.02, deadline.left()))

    def gateway(self) -> Gateway:
        return Gateway(self.port, login_as=LOGIN)

    def ask(self, statement: str) -> str:
        gateway = self.gateway()
        try:
            return gateway.ask(statement)
        finally:
            gateway.close()

    def run(self, path: str, **values: object) -> None:
        """The statements of a file, which end in ';' at the end of a line."""
        for statement in fill(path, **values).split(";\n"):
            if statement.strip():
                self.ask(statement)

    @staticmethod
    def insert_path(form: str) -> str:
        """The path and query of an insert into the rows, one block per request."""
        return ("/?async_insert=0&query="
                f"insert+into+retail.retail_events_realtime+format+{form}")
