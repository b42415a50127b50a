"""The project's files, and C++ text taken apart into code, comments and literals."""

import dataclasses
import re
import subprocess
from pathlib import Path

SKIPPED_FOLDERS = {".git", "build", "node_modules", "__pycache__"}


@dataclasses.dataclass(frozen=True, order=True)
class Violation:
    path: str
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def project_files(root: Path) -> list[Path]:
    """Files relative to `root`: what git tracks or would track, or everything where there is no git."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout
        paths = [Path(name) for name in listed.split("\0") if name]
    else:
        paths = [path.relative_to(root) for path in root.rglob("*")]
    return sorted({path for path in paths
                   if (root / path).is_file() and not SKIPPED_FOLDERS & set(path.parts)})


def is_test_source(path: str) -> bool:
    """Tests beside the code: x_test.cc, its fixtures test_x.h, benchmarks and test mains."""
    return path.endswith(("_test.cc", "_benchmark.cc", "_gtest_main.cc")) \
        or path.rsplit("/", 1)[-1].startswith("test_")


def read_text(path: Path) -> str | None:
    """The text of a file, or None for one that is not text."""
    data = path.read_bytes()
    if b"\0" in data:
        return None
    return data.decode("utf-8", errors="replace")


@dataclasses.dataclass
class Token:
    kind: str  # code, comment, text
    line: int
    text: str


_TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<raw>(?:u8|[uUL])?R"(?P<delimiter>[^()\\\s]{0,16})\((?P<raw_text>.*?)\)(?P=delimiter)")
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<char>(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+')
    """, re.VERBOSE | re.DOTALL)


def cpp_tokens(source: str) -> list[Token]:
    """Splits C++ into code, comments and string literals (without their quotes)."""
    tokens: list[Token] = []
    line = 1
    at = 0

    def add(kind: str, text: str) -> None:
        tokens.append(Token(kind, line, text))

    for match in _TOKEN.finditer(source):
        if match.start() > at:
            add("code", source[at:match.start()])
            line += source.count("\n", at, match.start())
        if match["comment"] is not None:
            add("comment", match["comment"])
        elif match["raw"] is not None:
            add("text", match["raw_text"])
        elif match["string"] is not None:
            add("text", match["string"][1:-1])
        line += match[0].count("\n")
        at = match.end()
    if at < len(source):
        add("code", source[at:])
    return tokens


def cpp_code_lines(source: str) -> list[str]:
    """The source line by line, with comments and the inside of literals blanked."""
    def blank(match: re.Match[str]) -> str:
        keep = '""' if match["comment"] is None else " "
        return keep + "\n" * match[0].count("\n")
    return _TOKEN.sub(blank, source).split("\n")


def cpp_literals(source: str) -> list[tuple[int, str]]:
    """String literals with their lines; neighbours that the compiler joins come as one."""
    joined: list[tuple[int, str]] = []
    open_literal = False
    for token in cpp_tokens(source):
        if token.kind == "text":
            if open_literal:
                joined[-1] = (joined[-1][0], joined[-1][1] + token.text)
            else:
                joined.append((token.line, token.text))
            open_literal = True
        elif token.kind == "code" and token.text.strip():
            open_literal = False
    return joined


def report(title: str, violations: list[Violation]) -> int:
    """Prints the violations and returns the exit code."""
    for violation in sorted(violations):
        print(violation)
    if violations:
        print(f"{title}: {len(violations)} violations")
        return 1
    print(f"{title}: clean")
    return 0
