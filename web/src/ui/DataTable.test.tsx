// @vitest-environment jsdom
import "../test_setup";
import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { units } from "../format/format";
import { DataTable, type Column } from "./DataTable";

interface Row {
  name: string;
  stock: string | null;
}

const rows: Row[] = [
  { name: "tea", stock: "9.5" },
  { name: "<img src=x onerror=alert(1)>", stock: null },
  { name: "milk", stock: "10" },
];
const columns: Column<Row>[] = [
  { key: "name", title: "Product", value: (row) => row.name },
  { key: "stock", title: "On hand", value: (row) => row.stock, unit: units },
];

function show(extra: Partial<Parameters<typeof DataTable<Row>>[0]> = {}) {
  render(
    <MantineProvider>
      <DataTable label="Stock" rows={rows} columns={columns} rowKey={(row) => row.name} {...extra} />
    </MantineProvider>,
  );
}
const names = () =>
  within(screen.getByRole("table"))
    .getAllByRole("row")
    .slice(1)
    .map((row) => row.querySelector("td")?.textContent);

describe("a table", () => {
  it("shows a hostile name as text", () => {
    show();
    expect(screen.getByText("<img src=x onerror=alert(1)>")).toBeTruthy();
    expect(document.querySelector("img")).toBeNull();
  });
  it("sorts exact decimals as numbers, what is unknown last", () => {
    show({ sortBy: { key: "stock", descending: true } });
    expect(names()).toEqual(["milk", "tea", "<img src=x onerror=alert(1)>"]);
  });
  it("opens a row by Enter and goes on by arrow", () => {
    const onOpen = vi.fn();
    show({ onOpen });
    const [first, second] = within(screen.getByRole("table")).getAllByRole("row").slice(1) as [
      HTMLElement,
      HTMLElement,
    ];
    first.focus();
    fireEvent.keyDown(first, { key: "ArrowDown" });
    expect(document.activeElement).toBe(second);
    fireEvent.keyDown(second, { key: "Enter" });
    expect(onOpen).toHaveBeenCalledWith(rows[1]);
  });
  it("chooses with space only what can be chosen", () => {
    const onChange = vi.fn();
    show({ selection: { chosen: new Set(), onChange, canChoose: (row) => row.stock !== null } });
    const lines = within(screen.getByRole("table")).getAllByRole("row").slice(1) as [
      HTMLElement,
      HTMLElement,
    ];
    fireEvent.keyDown(lines[1], { key: " " });
    expect(onChange).not.toHaveBeenCalled();
    fireEvent.keyDown(lines[0], { key: " " });
    expect([...(onChange.mock.calls[0]?.[0] as Set<string>)]).toEqual(["tea"]);
  });
});
