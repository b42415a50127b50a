#!/usr/bin/env python3
"""Writes the screens' part of api/openapi.yaml from the headers of sql/queries/screens/*.sql.

    tools/api/screens.py           writes it
    tools/api/screens.py --check   fails where the file is not as it would be written

A header names the question, the columns with types and meanings, and the filters that the query takes. The program
reads the same headers (src/queries/screens), so that what is described is what is answered.
"""

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = ROOT / "api" / "openapi.yaml"
FOLDER = ROOT / "sql" / "queries" / "screens"
SEARCH = ROOT / "sql" / "queries" / "search" / "products_and_stores.sql"

COLUMN = re.compile(r"^--   (\w+) (\w+)(\??): (.+)$")
SCHEMAS = {
    "String": "type: string",
    "UInt8": "type: integer",
    "UInt32": "type: integer",
    "UInt64": "type: integer",
    "Int64": "type: integer",
    "Float64": "type: number",
    "Decimal": "type: string, format: decimal",
    "Date": "type: string, format: date",
    "DateTime": "type: string, format: date-time",
}
FILTERS = {
    "from": ["From"],
    "to": ["To"],
    "to*": ["ToAhead"],
    "category": ["Category"],
    "product": ["Product"],
    "product!": ["ProductNeeded"],
    "risk": ["Risk"],
    "state": ["IncidentState"],
    "reason": ["Reason"],
    "none": [],
}
EVERYWHERE = ["Store", "Region", "Limit", "Cursor", "Format", "IfNoneMatch"]


class Query:
    """One query's header."""

    def __init__(self, path):
        self.name = path.stem
        lines = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("--"):
                break
            lines.append(line)
        columns_at = lines.index("-- Columns:")
        head = " ".join(line[3:] for line in lines[:columns_at])
        self.question, _, rest = head.partition("?")
        self.question += "?"
        self.rest = rest.strip()
        self.filters = lines[-1].removeprefix("-- Filters: ").split()
        assert lines[-1].startswith("-- Filters: "), f"{path}: the header does not end with its filters"
        self.columns = []
        for line in lines[columns_at + 1:-1]:
            match = COLUMN.match(line)
            assert match, f"{path}: '{line}' is no column"
            name, kind, null, meaning = match.groups()
            assert kind in SCHEMAS, f"{path}: {name} has type {kind}, none of {', '.join(SCHEMAS)}"
            self.columns.append((name, kind, bool(null), meaning))


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def row_schema(query, name):
    out = [f"    {name}:", "      type: object", f"      description: {quoted(query.rest)}",
           f"      required: [{', '.join(column[0] for column in query.columns)}]", "      properties:"]
    for column, kind, null, meaning in query.columns:
        schema = SCHEMAS[kind]
        if null:
            schema = re.sub(r"type: (\w+)", r"type: [\1, 'null']", schema)
        out.append(f"        {column}: {{ {schema}, description: {quoted(meaning)} }}")
    return out


def path_of(query):
    page = query.name.split("_")[0]
    out = [f"  /v1/screens/{query.name}:", "    get:", f"      tags: [{page}]",
           f"      operationId: {query.name}", f"      summary: {quoted(query.question)}", "      parameters:"]
    for one in query.filters:
        out += [f"        - $ref: '#/components/parameters/{ref}'" for ref in FILTERS[one]]
    out += [f"        - $ref: '#/components/parameters/{ref}'" for ref in EVERYWHERE]
    out += ["      responses:", "        '200':", "          description: the rows, with what they hold up to",
            "          headers:", "            ETag: { $ref: '#/components/headers/ETag' }", "          content:",
            "            application/json:", "              schema:", "                allOf:",
            "                  - $ref: '#/components/schemas/ScreenStamp'",
            "                  - type: object", "                    required: [rows, next_cursor]",
            "                    properties:", "                      rows:", "                        type: array",
            f"                        items: {{ $ref: '#/components/schemas/{query.name}' }}",
            "                      next_cursor: { $ref: '#/components/schemas/NextCursor' }",
            "            text/csv:", "              schema: { type: string }",
            "            application/vnd.apache.parquet:",
            "              schema: { type: string, contentEncoding: binary }",
            "        '304': { $ref: '#/components/responses/NotModified' }",
            "        '400': { $ref: '#/components/responses/Refused' }",
            "        '401': { $ref: '#/components/responses/Refused' }",
            "        '403': { $ref: '#/components/responses/Refused' }",
            "        '408': { $ref: '#/components/responses/Refused' }",
            "        '429': { $ref: '#/components/responses/Refused' }",
            "        '431': { $ref: '#/components/responses/Refused' }",
            "        '503': { $ref: '#/components/responses/Refused' }"]
    return out


def between(text, name, lines):
    """The text with what stands between the marks of that name made anew."""
    pattern = re.compile(rf"(^ *# Made from sql/queries by tools/api/screens.py: {name}\.\n).*?(^ *# End of {name}\.\n)",
                         re.S | re.M)
    assert pattern.search(text), f"{SPEC} has no marks of '{name}'"
    return pattern.sub(lambda match: match[1] + "\n".join(lines) + "\n" + match[2], text)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--check", action="store_true")
    check = arguments.parse_args().check
    queries = [Query(path) for path in sorted(FOLDER.glob("*.sql"))]
    text = SPEC.read_text(encoding="utf-8")
    made = between(text, "paths", [line for query in queries for line in path_of(query)])
    rows = [line for query in queries for line in row_schema(query, query.name)]
    made = between(made, "rows", rows + row_schema(Query(SEARCH), "Found"))
    if check and made != text:
        sys.exit(f"{SPEC.relative_to(ROOT)} is not what the headers of sql/queries/screens say: run tools/api/screens.py")
    if not check:
        SPEC.write_text(made, encoding="utf-8")


main()
