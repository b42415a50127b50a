"""The whole program on a bucket and on a warehouse over TLS: a bucket that is full, or whose key is
revoked, costs no event, leaves no half epoch, and is gone on with once it is mended."""

import json
import os
import random
import unittest

import cluster
from acknowledged import Books, as_line, make_event
from clickhouse import PASSWORD, USER, Server
from minio import KEY, SECRET, Minio
from running import SystemTest

SEED = int(os.environ.get("SHELFCAST_SEED", "20261130"))
STORES = range(1, 6)
EVENTS_AT_ONCE = 400


class BucketTest(SystemTest):
    def setUp(self):
        super().setUp()
        print(f"seed {SEED}", flush=True)
        self.chance = random.Random(SEED)
        self.books = Books()
        self.minio = Minio(cluster.Path(self.path("minio")))
        self.minio.make_bucket(cluster.BUCKET)
        self.server = Server(cluster.Path(self.path("clickhouse")))
        for engine in (self.minio, self.server):
            self.addCleanup(engine.stop)
            engine.start()
        self.reached = self.server.settings()
        self.running = self.start(environment=self.settings()).wait_ready()
        stores = "store_id,store_code,time_zone,currency\n" + "".join(
            f"{number},S{number},Europe/London,GBP\n" for number in STORES)
        self.succeed(self.running.command("import", self.write("stores.csv", stores),
                                          "--table", "stores"))

    def settings(self):
        return {
            "SHELFCAST_LAKE_URL": f"s3://{cluster.BUCKET}",
            "SHELFCAST_S3_ENDPOINT": self.minio.url,
            "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
            "SHELFCAST_WAREHOUSE_URL": self.reached["SHELFCAST_TEST_WAREHOUSE_TLS"],
            "SHELFCAST_WAREHOUSE_CA_FILE": self.reached["SHELFCAST_TEST_WAREHOUSE_CA"],
            "SHELFCAST_WAREHOUSE_USER": USER, "SHELFCAST_WAREHOUSE_PASSWORD": PASSWORD,
        }

    def sell(self):
        events = [make_event(self.chance, self.chance.choice(STORES))
                  for _ in range(EVENTS_AT_ONCE)]
        status, answer = self.running.post_events([as_line(event) for event in events])
        self.assertEqual(status, 202, answer)
        for event in events:
            self.books.accept(event)
        self.running.wait_for_events(len(self.books.events))

    def close_epoch(self):
        code, report = self.running.batch()
        self.assertEqual(code, 0, self.running.log_text()[-3000:])
        self.assertEqual(report["differing_keys"], 0, report)
        self.books.check_views(self, self.running, closed=True)

    def lake_events(self):
        """How many rows the bucket's own files of events hold, the engine reading them by itself."""
        found = self.running.rows(
            f"select count() from s3('{self.minio.url}/{cluster.BUCKET}/retail_events/*/*.parquet',"
            f" '{KEY}', '{self.minio.secret}')")
        return int(found[0][0])

    def refused_batch(self, advice):
        """A batch that cannot be: one line of what to do, and what was sold is in every view."""
        done = self.running.command("batch")
        self.assertNotEqual(done.returncode, 0, done.stdout)
        said = done.stderr.strip()
        self.assertEqual(len(said.splitlines()), 1, said)
        for part in (self.minio.url, cluster.BUCKET, advice):
            self.assertIn(part, said)
        self.books.check_views(self, self.running, closed=False)

    def check_people_over_tls(self):
        """What a person asks on the gateway's port comes from the server behind TLS."""
        self.assertEqual(self.running.rows("select currentUser()"), [(USER,)])
        status, text = self.running.sql("", query="select number from numbers(1000000)")
        self.assertEqual(status, 200)
        self.assertEqual(text.count("\n"), 1_000_000)
        self.assertTrue(self.running.owner["warehouse_url"].startswith("https://"),
                        json.dumps(self.running.owner))

    def test_what_the_bucket_refuses_waits_until_it_is_mended(self):
        self.check_people_over_tls()
        self.sell()
        self.close_epoch()
        before = self.lake_events()
        self.assertEqual(before, len(self.books.events))

        self.minio.limit_bucket(cluster.BUCKET, 1_000)
        self.sell()
        self.refused_batch("raise the bucket's quota or make room")
        self.assertEqual(self.lake_events(), before)
        self.minio.limit_bucket(cluster.BUCKET, 0)
        self.close_epoch()
        before = self.lake_events()
        self.assertEqual(before, len(self.books.events))

        self.sell()
        self.minio.kill()
        self.minio.secret = "another-secret-of-the-tests"
        self.minio.start()
        self.refused_batch("check access key id and secret")
        self.assertEqual(self.lake_events(), before)
        self.minio.kill()
        self.minio.secret = SECRET
        self.minio.start()
        self.close_epoch()
        self.assertEqual(self.lake_events(), len(self.books.events))


if __name__ == "__main__":
    cluster.arguments()
    unittest.main(verbosity=2)
