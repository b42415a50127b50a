"""The house rules that a compiler does not check.

usage: style_check.py [ROOT]
"""

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from source_tree import (Violation, cpp_code_lines, cpp_literals, is_test_source, project_files,
                         read_text, report)

MAX_LINES = 700
MAX_COLUMNS = 100

Finding = tuple[int, str]
Rule = Callable[[str, str], Iterator[Finding]]

# --- by path --------------------------------------------------------------------------------------

_BAD_NAME = re.compile(r"(?:^|[_\-.])(util|utils|common|helper|helpers|manager)(?:[_\-.]|$)")


def check_name(path: str) -> Iterator[Finding]:
    for part in path.lower().split("/"):
        if match := _BAD_NAME.search(part):
            yield 1, f"a name must say what is inside, not {match[1]!r}"


def check_readmes(files: list[str]) -> Iterator[Violation]:
    known = set(files)
    folders = {path.rsplit("/", 1)[0] for path in files
               if path.startswith(("src/", "tests/", "fuzz/", "benchmarks/", "sql/", "tools/"))
               and path.endswith((".cc", ".h", ".py", ".sh"))}
    for folder in sorted(folders):
        if f"{folder}/README.md" not in known:
            yield Violation(folder, 1, "readme", "a folder of sources needs a README.md: why it "
                                                 "exists, what belongs here, what does not, tests")


# --- by text --------------------------------------------------------------------------------------

def is_cpp(path: str) -> bool:
    return path.endswith((".cc", ".h"))


def is_test(path: str) -> bool:
    return is_test_source(path) or path.startswith("tests/")


def _code_rule(pattern: str, message: str) -> Rule:
    compiled = re.compile(pattern)

    def rule(_path: str, text: str) -> Iterator[Finding]:
        for number, line in enumerate(cpp_code_lines(text), start=1):
            if match := compiled.search(line):
                yield number, f"{match[0].strip()}: {message}"
    return rule


def _text_rule(pattern: str, message: str) -> Rule:
    compiled = re.compile(pattern)

    def rule(_path: str, text: str) -> Iterator[Finding]:
        for number, line in enumerate(text.split("\n"), start=1):
            if match := compiled.search(line):
                yield number, f"{match[0].strip()}: {message}"
    return rule


_SQL = re.compile(
    r"""\A\s*(?:
        select\s+[\w*({'`] | with\s+\w+\s+as\s*\( | insert\s+into\s | delete\s+from\s
      | update\s+\w+\s+set\s | exchange\s+tables\s | optimize\s+table\s | kill\s+query\b
      | (?:create(?:\s+or\s+replace)?|alter|drop|truncate|attach|detach|rename|show|describe)\s+
        (?:temporary\s+|unique\s+)?(?:table|view|database|index|partition|dictionary|user|function|tables)\b
      | system\s+(?:start|stop|flush|drop|reload|sync)\s
    )
    | \b(?:insert\s+into\s+[\w.{]+\s*(?:\(|values\b|format\b|select\b)
    ) | (?:\A|[\n(])\s*select\s.{1,400}?\sfrom\s+[\w.{(`]""", re.IGNORECASE | re.VERBOSE | re.DOTALL)


def check_sql_text(_path: str, text: str) -> Iterator[Finding]:
    for line, literal in cpp_literals(text):
        if _SQL.search(literal.replace("\\n", "\n").replace('\\"', '"')):
            yield line, f"SQL belongs in a .sql file under sql/: {literal.strip()[:50]!r}"


def check_columns(_path: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > MAX_COLUMNS:
            yield number, f"{len(line)} columns, the limit is {MAX_COLUMNS}"


def check_lines(_path: str, text: str) -> Iterator[Finding]:
    count = text.count("\n")
    if count > MAX_LINES:
        yield 1, f"{count} lines, the limit is {MAX_LINES}: split it"


def check_pragma_once(_path: str, text: str) -> Iterator[Finding]:
    code = [line.strip() for line in cpp_code_lines(text) if line.strip()]
    if not code or code[0] != "#pragma once":
        yield 1, "a header begins with #pragma once"


def check_sql_header(_path: str, text: str) -> Iterator[Finding]:
    if not text.lstrip().startswith(("--", "/*")):
        yield 1, "a .sql file opens with a comment: the question or grain, who asks it"


def check_threads(_path: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(cpp_code_lines(text), start=1):
        if re.search(r"\bstd::thread\b(?!::)|\bpthread_create\b|\.detach\(\)", line):
            yield number, "threads are std::jthread, joined by their owner"


_SLEEP_CPP = _code_rule(r"\bsleep_(?:for|until)\b|(?:^\s*|[;{}(=,]\s*|::)(?:u|nano)?sleep\s*\(",
                        "a test waits for a condition with a deadline")
_SLEEP_SCRIPT = _text_rule(r"\btime\.sleep\s*\(|(?:^|[;&|]|\bdo|\bthen)\s*sleep\s+[\d.$]",
                           "a test waits for a condition with a deadline")

# Written so that this file does not match itself.
_MACHINE_PATH = _text_rule(r"(?:^|[^A-Za-z0-9_./-])/(?:wor[k]|far[m]|roo[t])/[A-Za-z.]",
                           "a path of one machine")
_DOWNLOAD = _text_rule(r"index-ur[l]|registry\.npmj[s]|pypi\.or[g]|files\.pythonhoste[d]"
                       r"|deb\.debian\.or[g]|repo1?\.mave[n]|proxy\.golan[g]|GOPROX[Y]=",
                       "package clients have their own settings")
_UNFINISHED = _text_rule(r"\b(?:TOD[O]\b|FIXM[E]\b|XX[X](?=:|\s+\w)|not implemente[d]\b)", "finish it or file it")
_SKIPPED = _text_rule(r"GTEST_SKI[P]|\bDISABLE[D]_|pytest\.(?:mark\.)?ski[p]|unittest\.ski[p]"
                      r"|\.skipTes[t]\(|\b(?:it|test|describe)\.ski[p]\(", "no test is skipped")
_TABS = _text_rule(r"\t", "spaces, not tabs")
_STANDARD_OUTPUT = _code_rule(r"\bstd::(?:cout|puts|printf)\b|(?<![\w:])(?:printf|puts)\s*\("
                              r"|\bfmt::print\s*\((?!\s*stderr)", "only the cli writes to the screen")


def is_script(path: str) -> bool:
    return path.endswith((".py", ".sh")) or path in ("dev", ".ci/run")


# name, which files, the rule
RULES: list[tuple[str, Callable[[str], bool], Rule]] = [
    ("sql text", lambda p: is_cpp(p) and p.startswith("src/") and not is_test(p)
        and not p.startswith(("src/adapters/sqlite_", "src/adapters/postgres_")), check_sql_text),
    ("columns", is_cpp, check_columns),
    ("length", lambda p: is_cpp(p) or is_script(p) or p.endswith(".sql"), check_lines),
    ("pragma once", lambda p: p.endswith(".h"), check_pragma_once),
    ("sql header", lambda p: p.endswith(".sql"), check_sql_header),
    ("tabs", lambda p: is_cpp(p) or is_script(p) or p.endswith((".sql", ".cmake", "CMakeLists.txt")),
     _TABS),
    ("threads", is_cpp, check_threads),
    ("standard output", lambda p: is_cpp(p) and p.startswith("src/") and not is_test(p)
        and not p.startswith("src/cli/"), _STANDARD_OUTPUT),
    ("sleep", lambda p: is_cpp(p) and is_test(p) and not p.endswith("_benchmark.cc"), _SLEEP_CPP),
    ("sleep", lambda p: is_script(p) and p.startswith("tests/"), _SLEEP_SCRIPT),
    ("machine path", lambda p: True, _MACHINE_PATH),
    ("download address", lambda p: True, _DOWNLOAD),
    ("unfinished", lambda p: True, _UNFINISHED),
    ("skipped test", lambda p: True, _SKIPPED),
]


def check(root: Path, exceptions: list[dict]) -> list[Violation]:
    files = [path.as_posix() for path in project_files(root)]
    found = list(check_readmes(files))
    for path in files:
        found += [Violation(path, line, "name", text) for line, text in check_name(path)]
        wanted = [(name, rule) for name, applies, rule in RULES if applies(path)]
        text = None if path.startswith(("data/", "LICENSE")) else read_text(root / path)
        if text is None:
            continue
        for name, rule in wanted:
            found += [Violation(path, line, name, message) for line, message in rule(path, text)]
    used = set()
    kept = []
    for violation in found:
        excused = [index for index, exception in enumerate(exceptions)
                   if (exception["rule"], exception["path"]) == (violation.rule, violation.path)]
        used.update(excused)
        if not excused:
            kept.append(violation)
    for index, exception in enumerate(exceptions):
        if not exception.get("reason"):
            kept.append(Violation(exception["path"], 1, "exception", "has no reason"))
        if index not in used:
            kept.append(Violation(exception["path"], 1, "exception",
                                  f"rule {exception['rule']!r} holds here: remove the exception"))
    return kept


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2])
    listed = tomllib.loads((Path(__file__).parent / "exceptions.toml").read_text())
    return report("style", check(root, listed.get("exception", [])))


if __name__ == "__main__":
    sys.exit(main())
