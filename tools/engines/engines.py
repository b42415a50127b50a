#!/usr/bin/env python3
"""Starts the engines that shelfcast can stand on, for tests and for trying things by hand.

usage: engines.py up FOLDER [--for MINUTES] [ENGINE…]     none named: all
       engines.py down FOLDER

`up` returns once every engine answers; FOLDER/engines.env then says how to reach them, NAME=VALUE a
line. They run until `down`, or until the minutes are over. Their data stays in FOLDER.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

from clickhouse import Server, Shards
from engine import Engine, EngineError, POLL_S
from kafka import Kafka
from minio import Store
from postgres import Database

ENGINES = {each.name: each for each in (Server, Shards, Kafka, Store, Database)}
UP_S = 180
DOWN_S = 60


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return True
    except ProcessLookupError:
        return False


def keeper(folder: Path) -> int | None:
    """The process that keeps the engines of a folder, if it lives."""
    try:
        pid = int((folder / "engines.pid").read_text())
    except (OSError, ValueError):
        return None
    return pid if alive(pid) else None


def keep(folder: Path, names: list[str], minutes: float | None) -> None:
    """Starts the engines, says so, and stops them when it is told to or the time is over."""
    told = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: told.set())
    running: list[Engine] = []
    try:
        for name in names:
            engine = ENGINES[name](folder / name)
            running.append(engine)
            engine.start()
            if told.is_set():
                return
        lines = [f"{key}={value}\n" for each in running for key, value in each.settings().items()]
        unready = folder / "engines.env.new"
        unready.write_text("".join(lines))
        unready.rename(folder / "engines.env")
        told.wait(None if minutes is None else minutes * 60)
    except EngineError as error:
        (folder / "engines.fault").write_text(str(error))
    finally:
        (folder / "engines.env").unlink(missing_ok=True)
        for engine in reversed(running):
            engine.stop()
        (folder / "engines.pid").unlink(missing_ok=True)


def up(folder: Path, names: list[str], minutes: float | None) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    if keeper(folder) is not None:
        print(f"engines: {folder} is up already; first: down", file=sys.stderr)
        return 2
    for name in ("engines.env", "engines.fault"):
        (folder / name).unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        os.setsid()
        with (folder / "engines.log").open("ab") as log, open(os.devnull, "rb") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        with contextlib.suppress(BaseException):
            (folder / "engines.pid").write_text(str(os.getpid()))
            keep(folder, names, minutes)
        os._exit(0)
    deadline = time.monotonic() + UP_S
    while time.monotonic() < deadline:
        if (folder / "engines.env").exists():
            print((folder / "engines.env").read_text(), end="")
            return 0
        if (folder / "engines.fault").exists():
            print(f"engines: {(folder / 'engines.fault').read_text()}", file=sys.stderr)
            return 1
        if os.waitpid(child, os.WNOHANG)[0] == child:
            print(f"engines: ended before they were up, see {folder}/engines.log", file=sys.stderr)
            return 1
        time.sleep(POLL_S)
    os.kill(child, signal.SIGTERM)
    print(f"engines: not up in {UP_S} s, see the logs in {folder}", file=sys.stderr)
    return 1


def down(folder: Path) -> int:
    pid = keeper(folder)
    if pid is None:
        return 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_S
    while alive(pid):
        if time.monotonic() > deadline:
            print(f"engines: process {pid} does not end", file=sys.stderr)
            return 1
        time.sleep(POLL_S)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("up", "down"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("engine", nargs="*", metavar="ENGINE", help=", ".join(ENGINES))
    parser.add_argument("--for", dest="minutes", type=float, metavar="MINUTES")
    given = parser.parse_intermixed_args()
    folder = given.folder.absolute()
    unknown = [name for name in given.engine if name not in ENGINES]
    if unknown:
        parser.error(f"no engine {unknown[0]}: {', '.join(ENGINES)}")
    if given.command == "down":
        return down(folder)
    return up(folder, given.engine or list(ENGINES), given.minutes)


if __name__ == "__main__":
    sys.exit(main())
