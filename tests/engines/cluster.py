"""A whole shelfcast on servers of its own: a Kafka broker, an S3 store, a PostgreSQL, ClickHouse (one
server, or two shards), one process with the roles api and batch, and workers.

Everything listens on 127.0.0.1 and ends with the test.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "system"), str(ROOT / "tools" / "engines")]

from clickhouse import PASSWORD, USER, ClickHouse, Shards  # noqa: E402
from kafka import QUICK_START, Kafka  # noqa: E402
from minio import KEY, SECRET, Minio  # noqa: E402
from postgres import Postgres  # noqa: E402
from running import Shelfcast  # noqa: E402

BUCKET = "retail-lake"
PARTITIONS = 8
SESSION_TIMEOUT_MS = 6_000


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Cluster:
    """The engines, started; processes are started by `main` and `worker`."""

    def __init__(self, test, folder, shards, java=QUICK_START):
        self.test = test
        self.folder = Path(folder)
        self.kafka = Kafka(self.folder / "kafka", java=java)
        self.minio = Minio(self.folder / "minio")
        self.postgres = Postgres(self.folder / "postgres")
        if shards:
            self.clickhouse = Shards(self.folder / "clickhouse")
            self.warehouse = self.clickhouse.settings()["SHELFCAST_TEST_SHARDS"]
        else:
            self.clickhouse = ClickHouse(self.folder / "clickhouse")
            self.warehouse = self.clickhouse.url
        self.engines = [self.kafka, self.minio, self.postgres, self.clickhouse]
        self.minio.make_bucket(BUCKET)
        for engine in self.engines:
            test.addCleanup(engine.kill)
            engine.start()
        self.config = self.folder / "cluster.toml"
        self.config.write_text(self.settings())
        self.config.chmod(0o600)

    def settings(self):
        return f"""
[log]
url = "kafka://{self.kafka.address}"
partitions = {PARTITIONS}
replication = 1
session_timeout_ms = {SESSION_TIMEOUT_MS}
[store]
url = {quoted(self.postgres.settings()["SHELFCAST_TEST_POSTGRES"])}
[lake]
url = "s3://{BUCKET}"
[s3]
endpoint = "{self.minio.url}"
access_key = {quoted(KEY)}
secret_key = {quoted(SECRET)}
[warehouse]
url = {quoted(self.warehouse)}
user = {quoted(USER)}
password = {quoted(PASSWORD)}
"""

    def _start(self, name, words):
        instance = Shelfcast(str(self.folder / name), words=words,
                             environment={"SHELFCAST_CONFIG": str(self.config)})
        self.test.addCleanup(instance.kill_tree)
        return instance

    def main(self):
        """The process with the doors, the schedule and the closing of epochs; not waited for."""
        return self._start("main", ("up", "--demo", "--no-producer", "--roles", "api,batch"))

    def worker(self, number):
        return self._start(f"worker-{number}", ("stream",))

    def some_server(self, chance):
        """A server of the warehouse: one of the shards, if there are any."""
        return chance.choice(getattr(self.clickhouse, "shards", [self.clickhouse]))


def arguments():
    """What a test program of this folder needs of its surroundings; a clear message without."""
    missing = [name for name in ("SHELFCAST_BINARY", "SHELFCAST_ENGINE", "SHELFCAST_KAFKA_JARS",
                                 "SHELFCAST_MINIO", "SHELFCAST_POSTGRES_BIN")
               if not os.environ.get(name)]
    if missing:
        sys.exit(f"not set: {', '.join(missing)}; run this by ./dev test engines")
