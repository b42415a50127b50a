"""A Kafka broker that is its own controller."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from certificate import Certificate
from engine import Engine, free_ports

HERE = Path(__file__).parent
# Of the JVM: up soon, and small. For speed: less of both.
QUICK_START = ("-Xmx512m", "-XX:TieredStopAtLevel=1")
FOR_SPEED = ("-Xmx1g",)
USER = "shelfcast"
PASSWORD = "till-word"


class Kafka(Engine):
    name = "kafka"

    def __init__(self, folder: Path, port: int = 0, java: Sequence[str] = QUICK_START) -> None:
        [own, controller, secure] = free_ports(3)
        super().__init__(folder, [port or own, controller, secure])
        self._certificate = Certificate(folder / "certificate")
        self._java = ["java", "-XX:+UseSerialGC", *java, "-cp",
                      f"{os.environ['SHELFCAST_KAFKA_JARS']}/*"]
        self._properties = folder / "server.properties"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.ports[0]}"

    def prepare(self) -> None:
        if self._properties.exists():
            return
        self._certificate.make()
        text = (HERE / "kafka" / "server.properties").read_text()
        for name, value in (("port", self.ports[0]), ("controller_port", self.ports[1]),
                            ("secure_port", self.ports[2]), ("user", USER),
                            ("password", PASSWORD),
                            ("key_and_certificate", self._certificate.both),
                            ("folder", self.folder / "log")):
            text = text.replace("{{" + name + "}}", str(value))
        storage = [*self._java, "kafka.tools.StorageTool"]
        unready = self.folder / "server.properties.new"
        unready.write_text(text)
        cluster = self.run([*storage, "random-uuid"]).strip()
        self.run([*storage, "format", "-t", cluster, "-c", unready])
        unready.rename(self._properties)

    def words(self) -> list[str | Path]:
        return [*self._java, "kafka.Kafka", self._properties]

    def answers(self) -> bool:
        return self.listens(self.ports[0])

    def consume(self, topic: str, count: int) -> list[str]:
        """The first messages of a topic, as Kafka's console consumer prints them: key, tab, value."""
        return self.run([*self._java, "org.apache.kafka.tools.consumer.ConsoleConsumer",
                         "--bootstrap-server", self.address, "--topic", topic, "--from-beginning",
                         "--property", "print.key=true", "--timeout-ms", "30000",
                         "--max-messages", str(count)]).splitlines()

    def settings(self) -> Mapping[str, str]:
        return {"SHELFCAST_TEST_KAFKA": self.address,
                "SHELFCAST_TEST_KAFKA_SECURE": f"127.0.0.1:{self.ports[2]}",
                "SHELFCAST_TEST_KAFKA_CA": str(self._certificate.file),
                "SHELFCAST_TEST_KAFKA_USER": USER, "SHELFCAST_TEST_KAFKA_PASSWORD": PASSWORD}
