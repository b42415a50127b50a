#!/usr/bin/env python3
"""One engine of a test's own, which it may end as it likes.

usage: drive.py FOLDER ENGINE

Reads commands, one a line: start, stop, kill, freeze, thaw, and settings, which prints NAME=VALUE
lines first. Each is answered when it is done: ok, or a line that says what failed. The end of the
input stops the engine.
"""

from __future__ import annotations

import sys
from pathlib import Path

from engine import EngineError
from engines import ENGINES


def main() -> int:
    folder, name = sys.argv[1:]
    engine = ENGINES[name](Path(folder).absolute())
    orders = {"start": engine.start, "stop": engine.stop, "kill": engine.kill,
              "freeze": engine.freeze, "thaw": engine.thaw,
              "settings": lambda: print(*(f"{key}={value}" for key, value in
                                          engine.settings().items()), sep="\n")}
    try:
        for line in sys.stdin:
            try:
                orders[line.strip()]()
                print("ok", flush=True)
            except EngineError as error:
                print("failed:", " ".join(str(error).split()), flush=True)
    finally:
        engine.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
