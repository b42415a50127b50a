import { describe, expect, it } from "vitest";
import { money, units } from "../format/format";
import type { LineSpec } from "./spec";
import { rowsTable, summary, toCsv, toTable } from "./table";

const line: LineSpec = {
  kind: "line",
  label: "Demand",
  unit: units,
  x: { label: "Date", kind: "date", values: ["2026-03-01", "2026-03-02"] },
  series: [
    { name: "sold", values: [3, null] },
    { name: "forecast", values: [null, 4.5], role: "forecast" },
  ],
  bands: [{ name: "80 %", lower: [null, 2], upper: [null, 7] }],
};

describe("a chart as a table", () => {
  it("has a column per series and two per band, and keeps gaps", () => {
    const table = toTable(line);
    expect(table.columns.map((one) => one.name)).toEqual([
      "Date",
      "sold",
      "forecast",
      "80 %, from",
      "80 %, to",
    ]);
    expect(table.rows).toEqual([
      ["2026-03-01", 3, null, null, null],
      ["2026-03-02", null, 4.5, 2, 7],
    ]);
  });
  it("becomes a file with units and all digits, and with gaps empty", () => {
    expect(toCsv(toTable(line)).split("\r\n").slice(0, 2)).toEqual([
      'Date,sold (units),forecast (units),"80 %, from (units)","80 %, to (units)"',
      "2026-03-01,3,,,",
    ]);
  });
  it("has no cell that a spreadsheet runs as a formula", () => {
    const csv = toCsv({
      columns: [{ name: "Product" }],
      rows: [["=cmd|' /C calc'!A0"], ["+1"], ["@x"], ['a "b", c']],
    });
    expect(csv.split("\r\n").slice(1)).toEqual(["'=cmd|' /C calc'!A0", "'+1", "'@x", '"a ""b"", c"', ""]);
  });
  it("is told in one sentence", () => {
    expect(summary({ ...line, unit: money("EUR") })).toContain(
      "Demand of sold, forecast: 2 rows, from €2.00 to €7.00",
    );
  });
  it("says so when there is nothing", () => {
    expect(
      summary({ kind: "bar", label: "Revenue", unit: units, category: "Store", names: [], series: [] }),
    ).toBe("Revenue: nothing to show.");
  });
});

describe("a table as a file", () => {
  const rows = [
    { name: "PO-1", value: 5, currency: "GBP", isOpen: true },
    { name: "PO-2", value: null, currency: "EUR", isOpen: false },
  ];
  it("keeps raw values, says units once, or row by row where they differ", () => {
    const csv = toCsv(
      rowsTable(rows, [
        { key: "name", title: "Order", value: (row) => row.name },
        { key: "lines", title: "Lines", unit: units, value: () => 2 },
        { key: "value", title: "Value", unit: (row) => money(row.currency), value: (row) => row.value },
        { key: "open", title: "Open", value: (row) => row.isOpen },
      ]),
    );
    expect(csv.split("\r\n")).toEqual([
      'Order,Lines (units),Value,"Value, unit",Open',
      "PO-1,2,5,GBP,yes",
      "PO-2,2,,EUR,no",
      "",
    ]);
  });
});
