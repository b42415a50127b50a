"""Servers that are not there, or not as they must be: one clear line that names them, soon."""

import os
import socket
import subprocess
import unittest

from running import SystemTest, binary

UNAVAILABLE = 5
INVALID = 2
SOON_S = 60


class AbsentBackendTest(SystemTest):
    def setUp(self):
        super().setUp()
        # A port that nobody listens on, for as long as this is bound.
        self.taken = socket.socket()
        self.addCleanup(self.taken.close)
        self.taken.bind(("127.0.0.1", 0))
        self.nobody = f"127.0.0.1:{self.taken.getsockname()[1]}"

    def refused(self, code, parts, words=("up", "--demo", "--no-producer"), **environment):
        done = subprocess.run(
            [binary(), *words, "--data-dir", self.path("data")], capture_output=True, text=True,
            timeout=SOON_S, check=False, env={**os.environ, "SHELFCAST_LOG_LEVEL": "error",
                                              **environment})
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said)
        for part in parts:
            self.assertIn(part, said)
        self.assertNotIn("s3cr3t", said)
        return said

    def one_line(self, *arguments, **keywords):
        said = self.refused(*arguments, **keywords)
        self.assertEqual(len(said.strip().splitlines()), 1, said)

    def test_a_broker_that_is_away(self):
        self.one_line(UNAVAILABLE, [self.nobody, "broker"],
                      SHELFCAST_LOG_URL=f"kafka://{self.nobody}")

    def test_a_broker_whose_name_is_unknown(self):
        self.one_line(UNAVAILABLE, ["no-such-host.invalid:9092", "resolve"],
                      SHELFCAST_LOG_URL="kafka://no-such-host.invalid:9092")

    def test_a_database_that_is_away(self):
        self.one_line(UNAVAILABLE, ["PostgreSQL", self.nobody],
                      SHELFCAST_LOG_URL=f"kafka://{self.nobody}",
                      SHELFCAST_STORE_URL=f"postgresql://u:s3cr3t@{self.nobody}/retail")

    def test_an_object_store_that_is_away(self):
        self.one_line(UNAVAILABLE, [self.nobody, "retail-lake", "endpoint"],
                      SHELFCAST_LAKE_URL="s3://retail-lake",
                      SHELFCAST_S3_ENDPOINT=f"http://{self.nobody}",
                      SHELFCAST_S3_ACCESS_KEY="key", SHELFCAST_S3_SECRET_KEY="s3cr3t")

    def test_a_warehouse_that_is_away(self):
        for urls in (f"http://{self.nobody}", f"http://{self.nobody},http://{self.nobody}"):
            self.one_line(UNAVAILABLE, [self.nobody, "warehouse"], SHELFCAST_WAREHOUSE_URL=urls)

    def test_a_worker_that_shares_nothing(self):
        said = self.refused(INVALID, ["log.url", "store.url", "lake.url", "warehouse.url"],
                            words=("stream",))
        self.assertIn("server.roles", said)

    def test_addresses_that_are_none(self):
        self.refused(INVALID, ["log.url", "kafka://"], SHELFCAST_LOG_URL=self.nobody)
        self.refused(INVALID, ["lake.url", "s3://"], SHELFCAST_LAKE_URL="bucket")
        self.refused(INVALID, ["store.url", "postgresql://"], SHELFCAST_STORE_URL="sqlite:x",
                     SHELFCAST_LOG_URL=f"kafka://{self.nobody}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
