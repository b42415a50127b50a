"""A running shelfcast: started on free ports in a folder of its own, asked, stopped, killed.

The binary is $SHELFCAST_BINARY, the engine library is found as the program finds it.
"""

import base64
import contextlib
import glob
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.parse

DEADLINE_S = 90
USER = "default"
PASSWORD = "password123"
INGEST_TOKEN = "demo-ingest-token"
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
ROLLUPS = ("daily_sales", "hourly_sales", "product_sales", "product_months")
# What a peer that goes away in the middle of an answer looks like from here.
BROKEN_OFF = (OSError, http.client.HTTPException, json.JSONDecodeError)


class Died(Exception):
    """The process ended while something was wanted of it."""


class Refused(Exception):
    """A statement was answered with another status than 200."""


def binary():
    path = os.environ.get("SHELFCAST_BINARY", "")
    if not path:
        raise RuntimeError("SHELFCAST_BINARY must name the program")
    return path


def wait_until(condition, what, deadline_s=DEADLINE_S):
    """Polls until `condition()` is true and returns what it gave."""
    end = time.monotonic() + deadline_s
    pause = threading.Event()
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        pause.wait(0.05)


def run_command(data, *arguments, environment=None, deadline_s=4 * DEADLINE_S):
    """Runs `shelfcast --data-dir DATA ARGUMENTS…` to its end."""
    return subprocess.run(
        [binary(), *arguments, "--data-dir", data],
        capture_output=True,
        text=True,
        errors="replace",
        timeout=deadline_s,
        env={**os.environ, **(environment or {})},
        check=False,
    )


def child_pids(pid):
    """The direct children of a process, by pid."""
    found = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError):
            with open(path, encoding="utf-8", errors="replace") as stat:
                fields = stat.read().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(path.split("/")[2]))
    return found


def resident_bytes(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Shelfcast:
    """One `shelfcast up --demo --no-producer`. Use as a context manager: it ends killed."""

    def __init__(
        self, data, failpoint="", arguments=(), environment=None,
        words=("up", "--demo", "--no-producer"),
    ):
        self.data = data
        self.owner = {}
        self.log_path = data.rstrip("/") + ".log"
        # No job of the schedule may come in between, whatever the time is.
        environment = {
            **os.environ,
            "SHELFCAST_SCHEDULE_ENGINE": "off",
            "SHELFCAST_FAILPOINT": failpoint,
            **(environment or {}),
        }
        ports = ("--clickhouse-http-port", "--clickhouse-native-port", "--web-port")
        flags = [word for port in ports for word in (port, "0")]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [binary(), *words, "--data-dir", data, *flags, *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill_tree()

    def log_text(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def is_running(self):
        return self.process.poll() is None

    def _read_owner(self):
        with contextlib.suppress(OSError, json.JSONDecodeError):
            with open(os.path.join(self.data, "owner.json"), encoding="utf-8") as file:
                owner = json.load(file)
            if owner["pid"] == self.process.pid:
                return owner
        return None

    def _answers_ready(self):
        if not self.is_running():
            raise Died(f"exit code {self.process.returncode}:\n{self.log_text()[-3000:]}")
        self.owner = self._read_owner() or {}
        if not self.owner:
            return False
        with contextlib.suppress(*BROKEN_OFF):
            return self.web("GET", "/readyz")[0] == 200
        return False

    def _has_published(self):
        if not self.is_running():
            raise Died(f"exit code {self.process.returncode}:\n{self.log_text()[-3000:]}")
        self.owner = self._read_owner() or {}
        return bool(self.owner)

    def wait_published(self):
        """Until its ports are open; it may have to wait for workers yet. Returns itself."""
        wait_until(self._has_published, f"ports:\n{self.log_text()[-3000:]}")
        return self

    def freeze(self):
        """It neither answers nor ends, until thaw()."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def wait_ready(self):
        """Returns itself; raises Died if the process ends first."""
        wait_until(self._answers_ready, f"ready:\n{self.log_text()[-3000:]}")
        return self

    def wait_ended(self):
        """Its exit code; -9 when it was killed."""
        return self.process.wait(DEADLINE_S)

    def engine_pids(self):
        return child_pids(self.process.pid)

    def kill_engine(self):
        for pid in self.engine_pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_tree(self):
        engines = self.engine_pids() if self.is_running() else []
        for pid in ([self.process.pid] if self.is_running() else []) + engines:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.wait_ended()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.wait_ended()

    def web(self, method, path, body=None, headers=None, timeout_s=DEADLINE_S):
        """Status, headers and body of a request to the web port."""
        link = http.client.HTTPConnection("127.0.0.1", self.owner["web_port"], timeout=timeout_s)
        try:
            link.request(method, path, body=body, headers=headers or {})
            answer = link.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            link.close()

    def post_events(self, body, key="", headers=None, topic=""):
        """Status and parsed answer of POST /v1/events or /v1/events/TOPIC; `body` is bytes or a
        list of events."""
        if not isinstance(body, bytes):
            body = b"".join(
                (event if isinstance(event, str) else json.dumps(event)).encode() + b"\n"
                for event in body
            )
        every = {"Authorization": f"Bearer {INGEST_TOKEN}", "Content-Type": "application/x-ndjson"}
        if key:
            every["Idempotency-Key"] = key
        status, _, text = self.web("POST", f"/v1/events/{topic}".rstrip("/"), body, {**every, **(headers or {})})
        return status, json.loads(text)

    def metric(self, name):
        """The value of a metric line, by its name with labels; None: there is no such line."""
        text = self.web("GET", "/metrics")[2].decode()
        for line in text.splitlines():
            if line.startswith(name + " "):
                return float(line.split()[-1])
        return None

    def sql(self, statement, user=USER, password=PASSWORD, port=None, **settings):
        """Status and text of a statement through the gateway (or another ClickHouse port)."""
        login = base64.b64encode(f"{user}:{password}".encode()).decode()
        link = http.client.HTTPConnection(
            "127.0.0.1", port or self.owner["clickhouse_http_port"], timeout=DEADLINE_S
        )
        try:
            link.request(
                "POST",
                "/?" + urllib.parse.urlencode(settings),
                body=statement.encode(),
                headers={"Authorization": f"Basic {login}"},
            )
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        finally:
            link.close()

    def rows(self, statement):
        """The rows of a query through the gateway, every value as text."""
        status, text = self.sql(statement + "\nformat TabSeparated")
        if status != 200:
            raise Refused(f"{statement}: {status} {text}")
        return [tuple(line.split("\t")) for line in text.splitlines()]

    def administer(self, statement):
        """A statement over the engine's own port, as its administrator."""
        port = int(self.owner["warehouse_url"].rpartition(":")[2])
        status, text = self.sql(
            statement,
            self.owner["warehouse_user"],
            self.owner["warehouse_password"],
            port,
            mutations_sync=2,
        )
        if status != 200:
            raise Refused(f"{statement}: {status} {text}")
        return text

    def plant_a_difference(self):
        """A sale more in the speed layer's daily_sales than its events say."""
        table = "retail_core.daily_sales_speed"
        self.administer(
            f"insert into {table} (epoch, flush_id, business_date, store_id, category, "
            "units_sold, last_event_time) select epoch, flush_id, business_date, store_id, "
            f"category, 1, last_event_time from {table} limit 1"
        )

    def command(self, *arguments):
        return run_command(self.data, *arguments)

    def batch(self):
        """Exit code and parsed report of `shelfcast batch`; the report is None when it failed."""
        done = self.command("batch", "--json")
        return done.returncode, json.loads(done.stdout) if done.returncode in (0, 3) else None

    def wait_for_events(self, count, view="retail.retail_events_unified"):
        """Until the view shows as many rows, and the roll-ups as many events if those are events:
        the tables of one flush are inserted side by side, any of them last."""
        seen = []

        def is_there():
            seen[:] = self.rows(f"select count() from {view}")[0]
            if view == "retail.retail_events_unified":
                seen.extend(
                    self.rows(f"select sum(events) from retail_core.{rollup}")[0][0]
                    for rollup in ROLLUPS
                )
            return min(map(int, seen)) >= count

        try:
            wait_until(is_there, f"{count} events in {view}")
        except AssertionError as late:
            raise AssertionError(f"{late}; there are {seen}") from None


class SystemTest(unittest.TestCase):
    """A test with a folder that goes when the test ends."""

    maxDiff = 4000

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="shelfcast-system-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content):
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def start(self, data="", failpoint="", arguments=(), environment=None, **keywords):
        """An instance that is killed when the test ends."""
        instance = Shelfcast(
            data or self.path("data"), failpoint, arguments, environment, **keywords
        )
        self.addCleanup(instance.kill_tree)
        return instance

    def succeed(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout
