"""A server that runs beside the program: started, stopped, killed and started again on one folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_S = 30
POLL_S = 0.05


class EngineError(Exception):
    """What could not be started, with the end of its log."""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


class Engine:
    """What every engine has. A subclass says how it is prepared, run, and known to answer.

    It listens on 127.0.0.1 only, keeps its data below `folder`, and dies with the process that
    started it.
    """

    name = "engine"
    start_s = 60

    def __init__(self, folder: Path, ports: Sequence[int]) -> None:
        self.folder = folder
        self.ports = list(ports)
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)

    # ---- what a subclass says

    def prepare(self) -> None:
        """Makes what the first start needs; called before every start."""

    def words(self) -> list[str | Path]:
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        """Variables for the process, beside our own."""
        return {}

    def answers(self) -> bool:
        """Whether it does its work by now."""
        raise NotImplementedError

    def settings(self) -> Mapping[str, str]:
        """What reaches it, by the names that tests and people use: SHELFCAST_TEST_…"""
        raise NotImplementedError

    # ---- what all do

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise EngineError(f"{self.name} is not running")
        return self._process.pid

    def start(self) -> None:
        """Returns once it answers."""
        self.prepare()
        with self.log.open("ab") as out:
            # Not in our group: Ctrl-C is for us, who then end it in order. Killed with us, though.
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *map(str, self.words())], stdin=subprocess.PIPE,
                stdout=out, stderr=out, start_new_session=True,
                env=os.environ | dict(self.environment()))
        deadline = time.monotonic() + self.start_s
        while not self.answers():
            if self._process.poll() is not None:
                raise EngineError(f"{self.name} ended with {self._process.returncode}: {self.tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise EngineError(f"{self.name} did not answer in {self.start_s} s: {self.tail()}")
            time.sleep(POLL_S)

    def stop(self) -> None:
        """In order, and by force after a while."""
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        for kind in (signal.SIGTERM, signal.SIGKILL):
            self._signal(kind)
            try:
                self._process.wait(STOP_S)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    def kill(self) -> None:
        """As a power cut would end the process."""
        if self._process is None:
            return
        self._signal(signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()
        self._process = None

    def freeze(self) -> None:
        """It neither answers nor ends, until thaw()."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-800:] if self.log.exists() else ""

    def _signal(self, kind: int) -> None:
        try:
            os.killpg(self.pid, kind)
        except ProcessLookupError:
            pass

    def listens(self, port: int) -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            return False

    def run(self, words: Sequence[str | Path], given: str = "") -> str:
        """A command of its own kind, to its end, which reads what is given; what it printed."""
        try:
            return subprocess.run([str(word) for word in words], input=given,
                                  capture_output=True, text=True, timeout=self.start_s,
                                  check=True).stdout
        except subprocess.CalledProcessError as error:
            raise EngineError(f"{self.name}: {words[-1]}: {error.stderr[-400:]}") from None
        except subprocess.TimeoutExpired:
            raise EngineError(f"{self.name}: {words[-1]}: not done in {self.start_s} s") from None
