#!/usr/bin/env python3
"""Runs one engine for one test, which breaks it: commands on standard input, an answer a line.

usage: one.py ENGINE FOLDER

Commands: start, stop, kill, freeze, thaw. The answer is "ok", or what went wrong; to start, its
settings, NAME=VALUE, separated by spaces. The end of the input ends the engine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from engine import EngineError
from engines import ENGINES


def main() -> int:
    name, folder = sys.argv[1:]
    engine = ENGINES[name](Path(folder).absolute())
    try:
        for line in sys.stdin:
            try:
                {"start": engine.start, "stop": engine.stop, "kill": engine.kill,
                 "freeze": engine.freeze, "thaw": engine.thaw}[line.strip()]()
                settings = [f"{key}={value}" for key, value in engine.settings().items()]
                print("ok", *(settings if line.strip() == "start" else []), flush=True)
            except EngineError as error:
                print(" ".join(str(error).split()), flush=True)
    finally:
        engine.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
