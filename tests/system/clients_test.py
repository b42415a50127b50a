"""What a new user types and runs: SQL over HTTP, Python clients, the commands, start and stop."""

import contextlib
import json
import os
import pty
import socket
import sqlite3
import subprocess
import time
import unittest
import urllib.error
import urllib.request
from decimal import Decimal

import clickhouse_connect

from running import PASSWORD, USER, SystemTest, binary, run_command, wait_until

RECEIPTS = """event_time,store_id,product_id,category,transaction_type,quantity,unit_price
2025-11-20T10:00:00,NORTH,P1,TOOLS,SALE,2,1.25
2025-11-20T11:00:00,NORTH,P2,TOYS,SALE,0.5,3.0001
2025-11-20T11:30:00,SOUTH,P1,TOOLS,RETURN,1,1.25
"""
CREATE = ("--create-stores", "--time-zone", "Europe/London", "--currency", "GBP")


class ClientsTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.running = self.start().wait_ready()
        path = self.write("receipts.csv", RECEIPTS)
        self.succeed(self.running.command("import", path, *CREATE))
        self.running.wait_for_events(3)

    def get(self, url):
        """Status and text of a plain GET, as a browser does it."""
        try:
            with urllib.request.urlopen(url, timeout=90) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()

    def gateway(self):
        return f"http://localhost:{self.running.owner['clickhouse_http_port']}/"

    def test_queries_as_typed(self):
        self.assertEqual(
            self.running.sql("SELECT count() FROM retail.retail_events_realtime"), (200, "3\n")
        )
        status, text = self.running.sql("SELECT * FROM retail.sales_by_category")
        self.assertEqual((status, len(text.splitlines())), (200, 2), text)
        status, text = self.running.sql("SELECT * FROM retail.retail_events_unified LIMIT 10")
        self.assertEqual((status, len(text.splitlines())), (200, 3), text)
        status, text = self.get(
            self.gateway() + "?user=default&password=password123&query=SELECT%20*%20FROM%20"
            "retail.retail_events_unified%20FORMAT%20JSON"
        )
        self.assertEqual(status, 200, text)
        rows = json.loads(text)["data"]
        self.assertEqual(len(rows), 3)
        self.assertEqual({row["source"] for row in rows}, {"speed"})

    def test_wrong_logins_are_refused(self):
        for user, password in ((USER, "wrong"), (USER, ""), ("nobody", PASSWORD), ("", "")):
            status, text = self.running.sql("select 1", user, password)
            self.assertIn(status, (401, 403), (user, password, text))
            self.assertNotEqual(text, "1\n")
        self.assertIn(self.get(self.gateway() + "?query=select%201")[0], (401, 403))
        self.assertIn(
            self.get(self.gateway() + "?user=default&password=wrong&query=select%201")[0],
            (401, 403),
        )
        status, answer = self.running.post_events(b"{}\n", headers={"Authorization": "Bearer no"})
        self.assertEqual(status, 401, answer)

    def test_python_clients(self):
        client = clickhouse_connect.get_client(
            host="127.0.0.1",
            port=self.running.owner["clickhouse_http_port"],
            username=USER,
            password=PASSWORD,
        )
        self.addCleanup(client.close)
        views = client.query("select name from system.tables where database = 'retail'")
        self.assertGreaterEqual(
            {name for (name,) in views.result_rows},
            {"retail_events_unified", "daily_sales_summary", "sales_by_store", "dim_product"},
        )
        for (view,) in views.result_rows:
            frame = client.query_df(f"select * from retail.{view} limit 10")
            expected = client.query(f"select count() from retail.{view}").result_rows[0][0]
            self.assertEqual(len(frame), min(expected, 10), view)
        by_store = client.query_df("select store_code, revenue from retail.sales_by_store")
        self.assertEqual(
            dict(zip(by_store["store_code"], by_store["revenue"], strict=True)),
            {"NORTH": Decimal("4.00005"), "SOUTH": Decimal("-1.25")},
        )
        with self.assertRaises(clickhouse_connect.driver.exceptions.DatabaseError):
            clickhouse_connect.get_client(
                host="127.0.0.1",
                port=self.running.owner["clickhouse_http_port"],
                username=USER,
                password="wrong",
            )

    def test_health_and_metrics(self):
        self.assertEqual(self.running.web("GET", "/healthz")[0], 200)
        self.assertEqual(self.running.web("GET", "/readyz")[0], 200)
        status, headers, text = self.running.web("GET", "/metrics")
        self.assertEqual(status, 200)
        self.assertIn("text/plain", headers.get("Content-Type", ""))
        for name in ("events_accepted", "reconciliation_differences", "events_duplicate"):
            self.assertIn(f"\nshelfcast_{name}_total ".encode(), text)
        self.assertEqual(self.running.web("GET", "/v1/nothing")[0], 404)

    def test_commands(self):
        said = self.succeed(
            self.running.command("query", "select count() from retail.retail_events_unified")
        )
        self.assertEqual(said.split()[-1], "3")
        broken = self.running.command("query", "select nonsense from nowhere")
        self.assertNotEqual(broken.returncode, 0)
        self.assertIn("nowhere", broken.stderr)
        self.assertEqual(self.running.post_events(b'{"event_time": \n')[0], 202)
        self.running.wait_for_events(1, "retail.rejected_events")
        letters = self.succeed(self.running.command("dead-letters", "list"))
        self.assertIn("broken_json", letters)
        none = self.succeed(self.running.command("dead-letters", "list", "--reason", "bad_time"))
        self.assertNotIn("broken_json", none)
        plan = self.succeed(self.running.command("schema", "plan"))
        self.assertEqual(plan, "0 files to apply\n")

    def test_columns_of_another_name(self):
        path = self.write(
            "till.csv",
            "InvoiceDate,Branch,product_id,category,transaction_type,quantity,unit_price,a=b\n"
            "2025-11-21 10:00:00,NORTH,P1,TOOLS,SALE,2,1.25,T-7\n",
        )
        date, branch = ("--column", "event_time=InvoiceDate"), ("--column", "store_id=Branch")
        for arguments, named in (
            (date, "missing columns: store_id; the file has: InvoiceDate, Branch"),
            ((*date, "--column", "shop=Branch"), "an event has no field shop; it has event_time, "),
            ((*date, "--column", "Branch"), '"Branch" is not FIELD=COLUMN'),
            ((*date, *date), "gives field event_time twice"),
        ):
            refused = self.running.command("import", *arguments, path)
            self.assertEqual(refused.returncode, 2, refused.stdout)
            self.assertIn(named, refused.stderr)
        self.running.wait_for_events(3)
        self.succeed(
            self.running.command("import", *date, *branch, "--column", "register_id=a=b", path)
        )
        self.assertEqual(
            self.running.rows(
                "select product_id, register_id, toString(event_time) "
                "from retail.retail_events_unified where register_id != ''"
            ),
            [("P1", "T-7", "2025-11-21 10:00:00.000")],
        )

    def on_a_terminal(self, *arguments):
        """What a command says, and what it draws where standard error is a terminal."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        done = subprocess.run(
            [binary(), *arguments, "--data-dir", self.running.data],
            stdout=subprocess.PIPE,
            stderr=theirs,
            check=True,
        )
        os.close(theirs)
        return done.stdout.decode(), os.read(ours, 1 << 16).decode()

    def test_progress_is_drawn_on_a_terminal_only(self):
        line = "2025-11-20T10:00:00,NORTH,P{},TOOLS,SALE,1,1.25\n"
        header = RECEIPTS.split("\n", maxsplit=1)[0] + "\n"
        first = self.write("first.csv", header + "".join(map(line.format, range(30_000))))
        said = self.running.command("import", first)
        self.assertNotIn("\r", said.stdout + said.stderr)

        other = line.replace("NORTH", "SOUTH")
        second = self.write("second.csv", header + "".join(map(other.format, range(30_001))))
        said, drawn = self.on_a_terminal("import", second)
        self.assertIn("imported: 30001 accepted", said)
        self.assertRegex(drawn, r"\rsecond.csv \[#+\.*\] +\d+ % \d+ rows")
        self.assertIn("100 % 30001 rows", drawn)
        said, drawn = self.on_a_terminal("batch")
        self.assertIn("closed 1 epochs, 0 keys differ", said)
        self.assertRegex(drawn, r"\repoch 1 \[#*\.+\] +\d+ % \d+ rows")
        self.assertIn("100 % 60004 rows", drawn)
    def test_producer_sells_and_replays(self):
        said = json.loads(
            self.succeed(self.running.command("produce", "--rate=0", "--events=3000", "--json"))
        )
        self.assertEqual((said["sent"], said["accepted"], said["rejected"]), (3000, 3000, 0))
        self.running.wait_for_events(3003)
        path = self.write("again.csv", RECEIPTS + "2025-11-20T12:00:00,WEST,P1,TOOLS,SALE,1,1\n")
        said = json.loads(
            self.succeed(
                self.running.command("produce", "--replay", path, "--speed=3600", "--json")
            )
        )
        self.assertEqual((said["sent"], said["accepted"], said["left_out"]), (3, 3, 1))
        self.running.wait_for_events(3006)
        self.assertEqual(
            self.running.sql(
                "select product_id, sum(revenue) from retail.retail_events_unified"
                " where event_time > now() - interval 1 hour and product_id in ('P1', 'P2')"
                " group by product_id order by product_id"
            ),
            (200, "P1\t1.25\nP2\t1.50005\n"),
        )
        missing = self.running.command("produce", "--replay", self.path("nowhere.csv"))
        self.assertEqual(missing.returncode, 2, missing.stderr)
        self.assertIn("nowhere.csv", missing.stderr)

    def test_stops_on_sigterm_and_keeps_everything(self):
        started = time.monotonic()
        engines = self.running.engine_pids()
        self.assertEqual(self.running.terminate(), 0, self.running.log_text()[-3000:])
        self.assertLess(time.monotonic() - started, 10)
        for pid in engines:
            self.assertFalse(os.path.exists(f"/proc/{pid}"), "the engine outlived its parent")
        self.assertFalse(os.path.exists(os.path.join(self.running.data, "owner.json")))
        # Without an owner, a command opens the data directory itself.
        said = self.succeed(
            run_command(self.running.data, "query", "select count() from retail.sales_by_store")
        )
        self.assertEqual(said.split()[-1], "2")

    def test_second_owner_is_refused(self):
        second = run_command(self.running.data, "up", "--demo", "--no-producer")
        self.assertEqual(second.returncode, 2, second.stderr)
        self.assertIn(str(self.running.process.pid), second.stderr)
        self.assertIn(self.running.data, second.stderr)
        self.assertEqual(self.running.web("GET", "/readyz")[0], 200)


class ProducerTest(SystemTest):
    def test_goes_on_with_the_chain_of_the_directory(self):
        data = self.path("data")
        sell = ("produce", "--rate=0", "--events=2000")
        # Of the stores, not of their sales: some are closed at any hour that the test runs.
        currencies = (
            "query",
            "select arraySort(groupUniqArray(currency)) from retail.dim_store",
        )
        self.succeed(run_command(data, *sell))
        self.assertIn("['GBP']", self.succeed(run_command(data, *currencies)))
        with contextlib.closing(
            sqlite3.connect(os.path.join(data, "operational.sqlite"))
        ) as store, store:
            store.execute(
                "insert into settings (name, value) values ('synthetic_chain',"
                " 'stores=30 products=40 first_date=2026-01-01 days=30 seed=5')"
            )
        self.succeed(run_command(data, *sell))
        said = self.succeed(run_command(data, *currencies))
        for currency in ("EUR", "GBP", "USD"):
            self.assertIn(currency, said)


class StartTest(SystemTest):
    def refused(self, *arguments, environment=None):
        done = run_command(
            self.path("data"), "up", "--demo", "--no-producer", *arguments, environment=environment
        )
        self.assertGreater(done.returncode, 0, done.stdout + done.stderr)
        return done.stderr

    def test_taken_ports_are_named(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            free = "--clickhouse-native-port=0"
            for name, other in (("clickhouse-http", "web"), ("web", "clickhouse-http")):
                said = self.refused(free, f"--{name}-port={port}", f"--{other}-port=0")
                self.assertIn(str(port), said, name)

    def test_a_command_waits_for_an_owner_that_starts(self):
        starting = self.start()
        lock = os.path.join(starting.data, "owner.lock")
        wait_until(lambda: os.path.exists(lock) and os.path.getsize(lock), "the lock")
        said = self.succeed(
            starting.command("query", "select count() from retail.retail_events_unified")
        )
        self.assertEqual(said.split()[-1], "0")
        self.assertTrue(starting.is_running())

    def test_missing_engine_is_named(self):
        missing = self.path("nowhere/libchdb.so")
        said = self.refused(
            "--clickhouse-http-port=0",
            "--clickhouse-native-port=0",
            "--web-port=0",
            environment={"SHELFCAST_ENGINE": missing},
        )
        self.assertIn(missing, said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
