"""Holds the documents to the tree: local links lead somewhere, and ./dev has the commands they name.

usage: docs_check.py [ROOT]
"""

import re
import sys
from pathlib import Path

from source_tree import Violation, project_files, read_text, report

_LINK = re.compile(r"!?\[[^\]\n]*\]\((?P<target>[^)\s]+)(?:\s+\"[^\"]*\")?\)")
_FENCE = re.compile(r"^\s*(```|~~~)")
_DEV_COMMAND = re.compile(r"(?:^|[\s`(])\./dev\s+(?P<command>[a-z][a-z-]*)")
_DEV_FUNCTION = re.compile(r"^cmd_(\w+)\(\)", re.MULTILINE)
_CODE_SPAN = re.compile(r"`[^`\n]*`")


def anchors(text: str) -> set[str]:
    """The anchors that a reader of the rendered document can jump to."""
    found: set[str] = set()
    fenced = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        if fenced or not (match := re.match(r"#{1,6}\s+(.*)", line)):
            continue
        slug = re.sub(r"[^\w\- ]", "", match[1].strip().lower()).replace(" ", "-")
        unique, count = slug, 0
        while unique in found:
            count += 1
            unique = f"{slug}-{count}"
        found.add(unique)
    return found


def check_links(root: Path, path: str, text: str) -> list[Violation]:
    violations = []
    fenced = False
    for number, line in enumerate(text.split("\n"), start=1):
        if _FENCE.match(line):
            fenced = not fenced
        if fenced:
            continue
        for match in _LINK.finditer(_CODE_SPAN.sub("", line)):
            target = match["target"]
            if re.match(r"[a-z]+:", target):
                continue
            name, _, anchor = target.partition("#")
            there = (root / path).parent / name if name else root / path
            if not there.exists():
                violations.append(Violation(path, number, "link", f"{target} leads nowhere"))
            elif anchor and there.suffix == ".md" and anchor not in anchors(read_text(there) or ""):
                violations.append(Violation(path, number, "link", f"{target}: no such heading"))
    return violations


def check_commands(path: str, text: str, commands: set[str]) -> list[Violation]:
    return [Violation(path, number, "command", f"./dev has no command {match['command']}")
            for number, line in enumerate(text.split("\n"), start=1)
            for match in _DEV_COMMAND.finditer(line) if match["command"] not in commands]


def check(root: Path) -> list[Violation]:
    commands = set(_DEV_FUNCTION.findall(read_text(root / "dev") or ""))
    violations = []
    for file in project_files(root):
        if file.suffix != ".md":
            continue
        text = read_text(root / file) or ""
        violations += check_links(root, file.as_posix(), text)
        violations += check_commands(file.as_posix(), text, commands)
    return violations


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2])
    return report("documents", check(root))


if __name__ == "__main__":
    sys.exit(main())
