"""A child process with a log file, which is ended by its id."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from owner import BenchError

STOP_S = 15


class Child:
    def __init__(self, name: str, words: list[str | Path], log: Path,
                 environment: dict[str, str] | None = None) -> None:
        self._name = name
        self._log = log
        with log.open("ab") as out:
            # Not in our group: Ctrl-C is for us, who then end it once and in order. But if we are
            # killed it is killed too.
            self._process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *words], stdin=subprocess.PIPE,
                                             stdout=out, stderr=out, start_new_session=True,
                                             env=os.environ | (environment or {}))

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        return self._process.pid

    def check_alive(self) -> None:
        if self._process.poll() is not None:
            tail = self._log.read_text(errors="replace")[-800:]
            raise BenchError(f"{self._name} ended with {self._process.returncode}: {tail}")

    def stop(self) -> None:
        """Whatever it started goes too: it leads a process group of its own."""
        if self._process.stdin:
            self._process.stdin.close()
        for kind in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, kind)
            except ProcessLookupError:
                pass
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                continue
