"""The owner of a data directory and the commands beside it: the first login, jobs that wait, commands that
are broken off, output that nobody takes."""

import os
import re
import signal
import socket
import subprocess
import unittest

from running import (
    DEADLINE_S,
    INGEST_TOKEN,
    PASSWORD,
    USER,
    SystemTest,
    binary,
    run_command,
    wait_until,
)

EVENT = b"{}\n"  # Refused line by line, but the token is looked at first.


class FirstLoginTest(SystemTest):
    def up(self):
        return self.start(words=["up"])

    def shown(self, running):
        """Name, password and token of the line that shows them once; None: there is no such line."""
        found = re.search(
            r"shown once: administrator (\S+) password (\S+)  ingest token (\S+)", running.log_text()
        )
        return found.groups() if found else None

    def wait_shown(self, running):
        running.wait_ready()
        return wait_until(lambda: self.shown(running), "the first login")

    def assert_opens(self, running, login):
        name, password, token = login
        wait_until(lambda: self.post(running, token) == 202, "the token is kept", deadline_s=10)
        self.assertEqual(running.sql("select 1", name, password), (200, "1\n"))

    def post(self, running, token):
        return running.web(
            "POST", "/v1/events", EVENT,
            {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"},
        )[0]

    def test_it_is_shown_by_the_first_up_that_serves_and_by_no_other(self):
        data = self.path("data")
        self.succeed(run_command(data, "batch"))
        with socket.create_server(("127.0.0.1", 0)) as other:
            failed = run_command(
                data, "up", "--web-port", str(other.getsockname()[1]),
                "--clickhouse-http-port", "0", "--clickhouse-native-port", "0",
            )
        self.assertEqual(failed.returncode, 2, failed.stderr)
        self.assertNotIn("shown once", failed.stdout)

        running = self.up()
        login = self.wait_shown(running)
        self.assert_opens(running, login)
        self.assertEqual(running.terminate(), 0)
        lines = running.log_text().count("shown once")
        again = self.up().wait_ready()
        self.assert_opens(again, login)
        self.assertEqual(again.log_text().count("shown once"), lines)

    def test_what_everybody_knows_opens_a_demonstration_only(self):
        demonstration = self.start().wait_ready()
        self.assertEqual(self.post(demonstration, INGEST_TOKEN), 202)
        self.assertEqual(demonstration.terminate(), 0)
        own = self.up()
        self.assert_opens(own, self.wait_shown(own))
        self.assertIn(own.sql("select 1", USER, PASSWORD)[0], (401, 403))
        self.assertEqual(self.post(own, INGEST_TOKEN), 401)


class WaitingJobsTest(SystemTest):
    def jobs_at_the_door(self, running):
        """Connections to the web port that are open at its end."""
        with open("/proc/net/tcp", encoding="ascii") as table:
            rows = [line.split() for line in table.readlines()[1:]]
        port = f":{running.owner['web_port']:04X}"
        return sum(row[1].endswith(port) and row[3] == "01" for row in rows)

    def test_jobs_that_wait_keep_no_door_shut_and_can_be_broken_off(self):
        running = self.start().wait_ready()
        engines = running.engine_pids()
        self.assertTrue(engines)
        for engine in engines:
            os.kill(engine, signal.SIGSTOP)
        waiting = [
            subprocess.Popen(
                [binary(), "batch", "--data-dir", running.data],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for _ in range(6)
        ]
        for command in waiting:
            self.addCleanup(command.wait)
            self.addCleanup(command.kill)
        wait_until(lambda: self.jobs_at_the_door(running) >= 6, "six waiting jobs")
        self.assertEqual(running.web("GET", "/healthz", timeout_s=10)[0], 200)
        self.assertEqual(running.post_events(EVENT)[0], 202)

        for command in waiting:
            command.send_signal(signal.SIGINT)
        for command in waiting:
            said = command.communicate(timeout=DEADLINE_S)[1]
            self.assertEqual((command.returncode, said), (5, "shelfcast: stopped\n"))
        self.assertEqual(running.web("GET", "/healthz", timeout_s=10)[0], 200)
        for engine in engines:
            os.kill(engine, signal.SIGCONT)
        self.assertEqual(running.batch()[0], 0)


class OutputTest(SystemTest):
    def run_into(self, output, *arguments):
        return subprocess.run(
            [binary(), *arguments, "--data-dir", self.path("data")],
            stdout=output, stderr=subprocess.PIPE, text=True, timeout=4 * DEADLINE_S, check=False,
        )

    def test_a_full_disk_is_named(self):
        ports = [f"--{name}-port=0" for name in ("clickhouse-http", "clickhouse-native", "web")]
        for arguments in (
            ["config", "reference"], ["query", "select 1"], ["doctor", *ports],
            ["query", "select number from numbers(1000000)"],
        ):
            with open("/dev/full", "w", encoding="ascii") as full:
                done = self.run_into(full, *arguments)
            self.assertEqual(done.returncode, 5, arguments)
            self.assertIn("standard output: No space left on device", done.stderr, arguments)

    def test_a_reader_who_leaves_is_told_nothing(self):
        for arguments in (["config", "reference"], ["query", "select number from numbers(1000000)"]):
            reading, writing = os.pipe()
            os.close(reading)
            with os.fdopen(writing, "w", encoding="ascii") as left:
                done = self.run_into(left, *arguments)
            self.assertEqual(done.returncode, 128 + signal.SIGPIPE, done.stderr)
            self.assertNotIn("shelfcast:", done.stderr)


STORES = "store_id,store_code,store_name,time_zone,currency\n1,BER1,Mitte,Europe/Berlin,EUR\n"
RECEIPT = (
    "event_time,store_id,product_id,category,transaction_type,quantity,unit_price\n"
    "2025-11-20T10:00:00,BER1,P1,TOOLS,SALE,1,1.25\n"
)


class RealDirectoryTest(SystemTest):
    def test_the_synthetic_chain_sells_in_no_real_store(self):
        data = self.path("data")
        self.succeed(
            run_command(data, "import", "--table", "stores", self.write("stores.csv", STORES))
        )
        receipts = self.write("receipts.csv", RECEIPT)
        self.succeed(run_command(data, "produce", "--replay", receipts, "--speed=3600"))
        refused = run_command(data, "produce", "--rate=0", "--events=10")
        self.assertEqual(refused.returncode, 2, refused.stdout + refused.stderr)
        self.assertIn('store 1 is "BER1" here', refused.stderr)
        found = self.succeed(
            run_command(data, "query", "select groupArray((store_id, currency)) from retail.dim_store")
        )
        self.assertIn("[(1,'EUR')]", found)


if __name__ == "__main__":
    unittest.main()
