"""Holds includes and CMake links to arrows.toml.

usage: dependency_check.py [ROOT]
"""

import fnmatch
import re
import sys
import tomllib
from pathlib import Path

from source_tree import Violation, is_test_source, project_files, read_text, report

# C and POSIX headers that any file may include. C++ headers are those without a dot.
SYSTEM_HEADERS = {
    "arpa/inet.h", "dirent.h", "errno.h", "fcntl.h", "grp.h", "limits.h", "malloc.h", "netdb.h",
    "netinet/in.h", "netinet/tcp.h", "poll.h", "pthread.h", "pwd.h", "sched.h", "signal.h", "spawn.h",
    "stdint.h", "string.h", "sysexits.h", "syslog.h", "termios.h", "time.h", "unistd.h", "immintrin.h",
    "x86intrin.h",
}
SYSTEM_FOLDERS = ("sys/", "linux/", "bits/")

_INCLUDE = re.compile(r'^\s*#\s*include\s*(?P<open>[<"])(?P<name>[^>"]+)[>"]')
_COMMAND = re.compile(r"\b(?P<name>shelfcast_library|target_link_libraries)\s*\((?P<body>[^)]*)\)")
_TWO_LEVELS = ("adapters", "pipelines")


def folder_of(path: str) -> str | None:
    """The library folder of a file: src/retail/x.cc is "retail", src/adapters/y/z.cc "adapters/y"."""
    parts = path.split("/")
    if parts[0] == "sql":
        return "sql"
    if parts[0] != "src" or len(parts) < 3:
        return None
    return "/".join(parts[1:3]) if parts[1] in _TWO_LEVELS and len(parts) > 3 else parts[1]


def is_test(path: str) -> bool:
    return not path.startswith(("src/", "sql/")) or is_test_source(path)


def includes(text: str) -> list[tuple[int, str]]:
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if match := _INCLUDE.match(line):
            found.append((number, match["name"]))
    return found


class Rules:
    def __init__(self, data: dict) -> None:
        self.arrows: dict[str, list[str]] = data["arrows"]
        self.pipeline_arrows: dict[str, list[str]] = data.get("pipeline_arrows", {})
        self.libraries: list[dict] = data["library"]
        self.second_library: dict[str, dict[str, str]] = data.get("second_library", {})

    def arrow_allowed(self, source: str, target: str) -> bool:
        """May folder `source` use folder `target`? Both as folder_of() gives them."""
        if source == target or source == "cli":
            return True
        source_top, target_top = source.split("/")[0], target.split("/")[0]
        if target_top == "adapters":
            return False
        if source_top == target_top == "pipelines":
            return target.split("/")[-1] in self.pipeline_arrows.get(source.split("/")[-1], [])
        return target_top in self.arrows.get(source_top, [])

    def library_of(self, header: str) -> dict | None:
        for library in self.libraries:
            if any(fnmatch.fnmatchcase(header, pattern) for pattern in library["headers"]):
                return library
        return None

    def place_allowed(self, library: dict, path: str) -> bool:
        if is_test(path) and not path.startswith("src/"):
            # Tests may look under the surface, but only with libraries listed for them.
            return self._for_tests(library) or self._listed(library, path)
        if is_test(path) and self._for_tests(library):
            return True
        return self._listed(library, path)

    @staticmethod
    def _for_tests(library: dict) -> bool:
        return library.get("tests_only", False) or library.get("in_tests", False)

    @staticmethod
    def _listed(library: dict, path: str) -> bool:
        return any(path == place or (place.endswith("/") and path.startswith(place))
                   for place in library.get("places", {}))


def is_system_header(name: str) -> bool:
    return "." not in name or name in SYSTEM_HEADERS or name.startswith(SYSTEM_FOLDERS)


def _seen_outside(header: str, included_by: dict[str, set[str]]) -> str | None:
    """A file of another folder that gets `header`, by whatever way."""
    seen = {header}
    waiting = [header]
    while waiting:
        for path in sorted(included_by.get(waiting.pop(), ())):
            if folder_of(path) != folder_of(header):
                return path
            if path not in seen:
                seen.add(path)
                waiting.append(path)
    return None


def check_includes(root: Path, rules: Rules, files: list[str]) -> tuple[
        list[Violation], dict[str, dict[str, str]]]:
    """Violations, and for each folder the folders that its own code (tests aside) includes."""
    known = set(files)
    violations: list[Violation] = []
    used: dict[str, dict[str, str]] = {}
    adapter_libraries: dict[str, dict[str, str]] = {}
    shown: dict[str, tuple[int, str]] = {}  # Adapter headers that name a library.
    included_by: dict[str, set[str]] = {}
    for path in files:
        if not path.endswith((".cc", ".h")):
            continue
        source = folder_of(path)
        for line, name in includes(read_text(root / path) or ""):
            inside = next((candidate for candidate in (
                f"src/{name}", f"sql/{name}", name, f"{path.rsplit('/', 1)[0]}/{name}")
                if candidate in known), None)
            if inside is not None:
                included_by.setdefault(inside, set()).add(path)
                target = folder_of(inside)
                if source is None:
                    continue  # tests/, fuzz/ and benchmarks/ may include anything of ours.
                if target is None:
                    if not is_test(path):
                        violations.append(Violation(path, line, "arrow",
                                                    f"product code includes {inside}"))
                    continue
                if is_test(path) and (target == "sql" or target.startswith("adapters/memory")):
                    continue  # Fakes of ports, and texts to compare with.
                if not rules.arrow_allowed(source, target):
                    violations.append(Violation(path, line, "arrow",
                                                f"{source} must not include {target} ({name})"))
                if not is_test(path) and source != target:
                    used.setdefault(source, {}).setdefault(target, f"{path}:{line}")
                continue
            if is_system_header(name):
                continue
            library = rules.library_of(name)
            if library is None:
                violations.append(Violation(
                    path, line, "third party",
                    f"<{name}> belongs to no library in arrows.toml (or the file does not exist)"))
                continue
            if not rules.place_allowed(library, path):
                violations.append(Violation(path, line, "third party",
                                            f"{library['name']} (<{name}>) is not for this place"))
            if source and source.startswith("adapters/") and not is_test(path) \
                    and library["name"] not in ("fmt", "dynamic loading"):
                adapter_libraries.setdefault(source, {}).setdefault(library["name"], f"{path}:{line}")
                if path.endswith(".h"):
                    shown.setdefault(path, (line, library["name"]))
    for header, (line, library_name) in shown.items():
        if seen_from := _seen_outside(header, included_by):
            violations.append(Violation(header, line, "third party",
                                        f"shows {library_name} to {seen_from}"))
    for adapter, libraries in adapter_libraries.items():
        second = rules.second_library.get(adapter.split("/")[1], {})
        first = sorted(set(libraries) - set(second))
        if len(first) > 1:
            path, line = libraries[first[1]].rsplit(":", 1)
            violations.append(Violation(path, int(line), "third party",
                                        f"{adapter} has more than one library: {', '.join(first)}"))
    return violations, used


def links(root: Path, files: list[str]) -> dict[str, tuple[str, int, set[str]]]:
    """For each library folder: its CMake file, line, and the folders that it links."""
    names: dict[str, str] = {}
    raw: dict[str, tuple[str, int, set[str]]] = {}
    for path in files:
        if not path.endswith("CMakeLists.txt") or path.split("/")[0] not in ("src", "sql"):
            continue
        folder = folder_of(path)
        text = re.sub(r"#[^\n]*", "", read_text(root / path) or "")
        for match in _COMMAND.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            words = match["body"].split()
            if match["name"] == "shelfcast_library":
                name = words[0]
                depends = set()
                keyword = ""
                for word in words[1:]:
                    if word in ("SOURCES", "DEPENDS", "SYSTEM"):
                        keyword = word
                    elif keyword == "DEPENDS":
                        depends.add(word)
                names[name] = folder or name
                raw.setdefault(name, (path, line, set()))[2].update(depends)
            elif words[0].startswith("shelfcast_"):
                name = words[0].removeprefix("shelfcast_")
                ours = {word.removeprefix("shelfcast_") for word in words[1:]
                        if word.startswith("shelfcast_") and word != "shelfcast_flags"}
                raw.setdefault(name, (path, line, set()))[2].update(ours)
    names.setdefault("sql", "sql")  # shelfcast_embed_sql() makes it, on base alone.
    raw.setdefault("sql", ("sql/CMakeLists.txt", 1, {"base"}))
    linked: dict[str, tuple[str, int, set[str]]] = {}
    for name, (path, line, depends) in raw.items():  # A folder may make more than one library.
        folder = names.get(name, name)
        targets = {names.get(target, target) for target in depends} - {folder}
        linked.setdefault(folder, (path, line, set()))[2].update(targets)
    return linked


def check_links(rules: Rules, linked: dict[str, tuple[str, int, set[str]]],
                used: dict[str, dict[str, str]]) -> list[Violation]:
    violations = []
    for folder, (path, line, targets) in linked.items():
        for target in sorted(targets):
            if target not in linked:
                violations.append(Violation(path, line, "link", f"{folder} links {target}, "
                                                                "which no folder makes"))
            elif not rules.arrow_allowed(folder, target):
                violations.append(Violation(path, line, "link", f"{folder} must not link {target}"))

    def reached(folder: str) -> set[str]:
        seen: set[str] = set()
        waiting = [folder]
        while waiting:
            for target in linked.get(waiting.pop(), ("", 0, set()))[2]:
                if target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return seen

    for folder, targets in used.items():
        if folder not in linked:
            continue  # An executable, or a folder that is compiled into another's library.
        for target, where in targets.items():
            if target not in reached(folder):
                path, line = where.rsplit(":", 1)
                violations.append(Violation(path, int(line), "link",
                                            f"{folder} includes {target} but does not link it"))
        if folder in reached(folder):
            path, line, _ = linked[folder]
            violations.append(Violation(path, line, "link", f"{folder} reaches itself"))
    return violations


def check(root: Path, data: dict) -> list[Violation]:
    rules = Rules(data)
    files = [path.as_posix() for path in project_files(root)]
    violations, used = check_includes(root, rules, files)
    return violations + check_links(rules, links(root, files), used)


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2])
    data = tomllib.loads((Path(__file__).parent / "arrows.toml").read_text())
    return report("dependencies", check(root, data))


if __name__ == "__main__":
    sys.exit(main())
