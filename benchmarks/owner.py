"""A running `shelfcast up` on a data directory of its own, and how to talk to it."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import subprocess
import time
import urllib.parse
from pathlib import Path
from typing import Any

import processes

ROOT = Path(__file__).parents[1]
LOGIN = ("default", "password123")  # The well-known ones of --demo, on loopback only.
INGEST_TOKEN = "demo-ingest-token"
STOP_S = 20


class BenchError(Exception):
    """A benchmark that could not be run, or whose numbers are wrong."""


def sql(path: str) -> str:
    return (ROOT / path).read_text()


COUNT = sql("benchmarks/sql/count_events.sql")
TOTALS = sql("benchmarks/sql/totals.sql")


class Deadline:
    def __init__(self, seconds: float, what: str) -> None:
        self._end = time.monotonic() + seconds
        self._what = what

    def left(self) -> float:
        """Seconds, above 0; past the end it raises."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise BenchError(f"{self._what}: not done in time")
        return left


class Gateway:
    """SQL over one keep-alive connection."""

    def __init__(self, port: int, timeout_s: float = 120,
                 login_as: tuple[str, str] = LOGIN) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
        login = base64.b64encode(":".join(login_as).encode()).decode()
        self._headers = {"Authorization": f"Basic {login}"}

    def ask(self, statement: str, **parameters: Any) -> str:
        """The answer as tab-separated text."""
        url = "/?" + urllib.parse.urlencode({f"param_{k}": v for k, v in parameters.items()})
        try:
            self._connection.request("POST", url, statement.encode(), self._headers)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        if answer.status != 200:
            raise BenchError(f"query answered {answer.status}: {text[:400]}")
        return text.strip()

    def close(self) -> None:
        self._connection.close()


class EventsDoor:
    """POST /v1/events, or /v1/events/TOPIC, over one keep-alive connection."""

    def __init__(self, port: int, topic: str = "", timeout_s: float = 60) -> None:
        self._path = f"/v1/events/{topic}".rstrip("/")
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
        self._headers = {"Authorization": f"Bearer {INGEST_TOKEN}",
                         "Content-Type": "application/x-ndjson"}
        self.refused = 0  # How often it said 429 or 503: try again.

    def post(self, body: bytes, deadline: Deadline) -> dict[str, Any]:
        while True:
            self._connection.request("POST", self._path, body, self._headers)
            answer = self._connection.getresponse()
            text = answer.read()
            if answer.status == 202:
                return json.loads(text)
            if answer.status not in (429, 503):
                raise BenchError(f"/v1/events answered {answer.status}: {text[:400]!r}")
            self.refused += 1
            time.sleep(min(0.02, deadline.left()))

    def close(self) -> None:
        self._connection.close()


class Owner:
    """`with Owner(...)` starts it, waits until it answers, and stops it by its process id."""

    def __init__(self, binary: Path, directory: Path, deadline: Deadline) -> None:
        self.binary = binary
        self.directory = directory
        self.log = directory.with_name(directory.name + ".log")
        self.start_s = 0.0  # From the start of the process to the first answered query.
        self.ready_s = 0.0  # From the same to /readyz.
        self.stop_s = 0.0
        self._address = directory / "owner.json"
        self._address.unlink(missing_ok=True)
        began = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [binary, "--data-dir", directory, "up", "--demo", "--no-producer",
                 "--clickhouse-http-port", "0", "--clickhouse-native-port", "0", "--web-port", "0"],
                # Not in our group: Ctrl-C is for us, who then stop it once and in order.
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        try:
            self._wait_until_it_answers(began, deadline)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Owner:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _check_alive(self) -> None:
        if self._process.poll() is not None:
            tail = self.log.read_text(errors="replace")[-800:]
            raise BenchError(f"shelfcast ended with {self._process.returncode}:\n{tail}")

    def _wait_until_it_answers(self, began: float, deadline: Deadline) -> None:
        address = None
        while address is None:
            self._check_alive()
            try:
                address = json.loads(self._address.read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                time.sleep(min(0.003, deadline.left()))
        self.web_port = address["web_port"]
        self.gateway_port = address["clickhouse_http_port"]
        self.wait_for_answer(deadline)
        self.start_s = time.monotonic() - began
        self.wait_ready(deadline)
        self.ready_s = time.monotonic() - began

    def wait_for_answer(self, deadline: Deadline) -> str:
        """Until a view answers; its number of events."""
        while True:
            self._check_alive()
            gateway = Gateway(self.gateway_port, deadline.left())
            try:
                return gateway.ask(COUNT)
            except (BenchError, OSError, http.client.HTTPException):
                time.sleep(min(0.005, deadline.left()))
            finally:
                gateway.close()

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def wait_ready(self, deadline: Deadline) -> None:
        while not self._is_ready():
            self._check_alive()
            time.sleep(min(0.005, deadline.left()))

    def wait_count(self, events: int, deadline: Deadline) -> float:
        """Until a reader sees so many events: when that was (monotonic)."""
        gateway = Gateway(self.gateway_port)
        try:
            while (seen := int(gateway.ask(COUNT))) < events:
                self._check_alive()
                time.sleep(min(0.02, deadline.left()))
            at = time.monotonic()
        finally:
            gateway.close()
        if seen != events:
            raise BenchError(f"{seen} events are visible, {events} were sent")
        return at

    def ask(self, statement: str) -> str:
        gateway = Gateway(self.gateway_port)
        try:
            return gateway.ask(statement)
        finally:
            gateway.close()

    def warehouse(self) -> Gateway:
        """Straight to the engine, past the gateway, as its administrator."""
        address = json.loads(self._address.read_text())
        return Gateway(int(address["warehouse_url"].rpartition(":")[2]),
                       login_as=(address["warehouse_user"], address["warehouse_password"]))

    def status(self) -> dict[str, Any]:
        """What the status page shows."""
        connection = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=10)
        try:
            connection.request("GET", "/v1/status")
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def engine_pid(self) -> int:
        for pid in processes.tree(self.pid)[1:]:
            if "engine-child" in processes.command_line(pid)[:2]:
                return pid
        raise BenchError("the owner has no engine child")

    def verifications(self) -> list[str]:
        """The owner's log lines about verified layers."""
        return [line for line in self.log.read_text(errors="replace").splitlines()
                if "stream verified" in line]

    def command(self, *words: str | Path, deadline: Deadline) -> dict[str, Any]:
        """A command of the program that this owner answers, with --json."""
        ran = subprocess.Popen([self.binary, "--data-dir", self.directory, "--json", *words],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
        try:
            out, errors = ran.communicate(timeout=deadline.left())
        except BaseException as error:
            ran.kill()
            ran.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                raise BenchError(f"shelfcast {words[0]}: not done in time") from None
            raise
        if ran.returncode != 0:
            raise BenchError(f"shelfcast {words[0]} exited {ran.returncode}: "
                             f"{(errors + out)[-600:].decode(errors='replace')}")
        return json.loads(out)

    def import_files(self, *files: Path, deadline: Deadline) -> dict[str, Any]:
        return self.command("import", *files, "--create-stores", "--time-zone", "Europe/London",
                            "--currency", "GBP", deadline=deadline)

    def stop(self) -> None:
        if self._process.poll() is not None:
            return
        children = processes.tree(self.pid)[1:]
        began = time.monotonic()
        os.kill(self.pid, signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            print(f"shelfcast did not stop within {STOP_S} s of SIGTERM: killed", flush=True)
            processes.kill_quietly(self.pid)
            self._process.wait()
            for pid in children:
                if str(self.directory.parent) in " ".join(processes.command_line(pid)):
                    processes.kill_quietly(pid)
        self.stop_s = time.monotonic() - began
