"""A Kafka broker of our own, and its topics."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path

from owner import BenchError, Deadline
from peers.child import Child
from peers.template import HERE, fill, free_ports


class Broker(Child):
    def __init__(self, jars: Path, python: Path, folder: Path, deadline: Deadline) -> None:
        self._python = python
        folder.mkdir()
        port, controller_port = free_ports(2)
        self.address = f"127.0.0.1:{port}"
        properties = folder / "server.properties"
        properties.write_text(fill("kafka/server.properties", port=port, folder=folder / "log",
                                   controller_port=controller_port))
        java = ["java", "-Xmx1g", "-XX:+UseSerialGC", "-cp", f"{jars}/*"]
        storage = [*java, "kafka.tools.StorageTool"]
        cluster = self._say([*storage, "random-uuid"], deadline).strip()
        self._say([*storage, "format", "-t", cluster, "-c", properties], deadline)
        super().__init__("kafka", [*java, "kafka.Kafka", properties], folder / "kafka.log")
        try:
            while not self._answers(port):
                self.check_alive()
                time.sleep(min(0.1, deadline.left()))
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def _say(words: list[str | Path], deadline: Deadline) -> str:
        try:
            return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=deadline.left(), check=True).stdout
        except subprocess.CalledProcessError as error:
            raise BenchError(f"{words[-1]}: {error.stderr[-400:]}") from None
        except subprocess.TimeoutExpired:
            raise BenchError(f"{words[-1]}: not done in time") from None

    @staticmethod
    def _answers(port: int) -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False

    def make_topic(self, name: str, deadline: Deadline, file: Path | None = None) -> None:
        """With the lines of the file, if there is one."""
        self._say([self._python, "-B", HERE / "fill_topic.py", self.address, name,
                   *([file] if file else [])], deadline)
