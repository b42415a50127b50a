#!/usr/bin/env python3
"""Holds api/openapi.yaml to the source: the same paths and methods, no more and no less, and the rows of each screen as
the headers of sql/queries/screens say.

    tests/tidy/contract_check.py [ROOT]
"""

import pathlib
import re
import subprocess
import sys

# "GET", "/v1/orders", as routes are made in C++, and the pages of the status page.
ROUTE = re.compile(r'"(GET|POST|PUT|PATCH|DELETE)",\s*"(/[^"]*)"')
PAGE = re.compile(r'Page\{"(/[^"]*)"')
SCREEN = re.compile(r'"(GET)",\s*fmt::format\("(/v1/screens/)\{\}"')
PATH = re.compile(r"^  (/\S*):\n((?:    .*\n|\n)+)", re.M)
METHOD = re.compile(r"^    (get|post|put|patch|delete):", re.M)


def served(root):
    """(method, path) of every route that the source makes."""
    found = set()
    screens = sorted(path.stem for path in (root / "sql/queries/screens").glob("*.sql"))
    for folder in ("src/api", "src/cli"):
        for path in sorted((root / folder).glob("*.cc")):
            if path.name.endswith("_test.cc"):
                continue
            text = path.read_text(encoding="utf-8")
            found |= set(ROUTE.findall(text))
            found |= {("GET", page) for page in PAGE.findall(text)}
            found |= {(method, prefix + name) for method, prefix in SCREEN.findall(text) for name in screens}
    return {(method, re.sub(r"\*\}", "}", path)) for method, path in found}


def described(root):
    """(method, path) of every operation that the contract names."""
    paths = (root / "api/openapi.yaml").read_text(encoding="utf-8").split("\ncomponents:")[0]
    return {(method.upper(), path) for path, body in PATH.findall(paths) for method in METHOD.findall(body)}


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2])
    faults = [f"api/openapi.yaml does not describe {method} {path}, which is served"
              for method, path in sorted(served(root) - described(root))]
    faults += [f"api/openapi.yaml describes {method} {path}, which no route serves"
               for method, path in sorted(described(root) - served(root))]
    made = subprocess.run([sys.executable, "-B", root / "tools/api/screens.py", "--check"], capture_output=True,
                          text=True, check=False)
    faults += [made.stderr.strip()] if made.returncode != 0 else []
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
