"""What a process and its descendants use, out of /proc."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on (field 3 is number 0)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def tree(root: int) -> list[int]:
    """The process and its living descendants, parents first."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (stat := _stat(int(entry))):
            children.setdefault(int(stat[1]), []).append(int(entry))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def resident_bytes(pid: int) -> int:
    """Heap and stacks: anonymous memory that is in RAM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) * 1024
    return 0


def cpu_seconds(root: int) -> float:
    """User and system time of the tree; of children that ended, if their parent reaped them."""
    total = 0
    for pid in tree(root):
        if stat := _stat(pid):
            total += sum(int(stat[i]) for i in range(11, 15))
    return total / _TICKS


def _status_kib(pid: int, *names: str) -> dict[str, int]:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    pairs = (line.partition(":") for line in lines)
    return {name: int(rest.split()[0]) for name, _, rest in pairs if name in names and rest.strip()}


class MemoryPeaks:
    """The peaks between enter and exit, of the named processes and of "other" children of theirs.

    rss is the kernel's own peak (VmHWM, set back at the start), mapped files included; anon is the
    highest RssAnon seen, looked for five times a second: heap and stacks, no files.
    """

    PACE_S = 0.2

    def __init__(self, roles: dict[int, str]) -> None:
        self._roles = roles
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._mib: dict[str, float] = {}

    def __enter__(self) -> MemoryPeaks:
        for pid in self._roles:
            try:
                Path(f"/proc/{pid}/clear_refs").write_text("5")
            except OSError:
                pass  # Then the peak is the one since the process began: higher, never lower.
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """The last look; a second call changes nothing."""
        if self._stop.is_set():
            return
        self._stop.set()
        self._thread.join()
        self._look()

    def _look(self) -> None:
        for pid in {pid for root in self._roles for pid in tree(root)}:
            role = self._roles.get(pid, "other")
            kib = _status_kib(pid, "VmHWM", "RssAnon")
            for name, key in (("VmHWM", "rss"), ("RssAnon", "anon")):
                label = f"{role}_{key}_mib"
                mib = round(kib.get(name, 0) / 1024, 1)
                self._mib[label] = max(self._mib.get(label, 0), mib)

    def _watch(self) -> None:
        while not self._stop.wait(self.PACE_S):
            self._look()

    def report(self) -> dict[str, float]:
        return dict(sorted(self._mib.items()))


def has_ended(pid: int) -> bool:
    stat = _stat(pid)
    return stat is None or stat[0] in "ZX"


def kill_quietly(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
