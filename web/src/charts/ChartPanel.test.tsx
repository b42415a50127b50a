// @vitest-environment jsdom
import "../test_setup";
import { MantineProvider } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { units } from "../format/format";
import { ChartPanel } from "./ChartPanel";

vi.mock("./echarts", () => ({ init: () => undefined }));

interface Data {
  rows: { date: string; sold: number }[];
  next_cursor: string | null;
}
const data: Data = {
  rows: [
    { date: "2026-03-01", sold: 1 },
    { date: "2026-03-02", sold: 2 },
  ],
  next_cursor: null,
};

function show(changed: Partial<Data> = {}, query: object = {}, extra: object = {}) {
  const onMark = vi.fn();
  const asked = { data: { ...data, ...changed }, error: null, isPlaceholderData: false, ...query };
  render(
    <MantineProvider>
      <ChartPanel
        title="Sold"
        query={asked as unknown as UseQueryResult<Data>}
        onMark={onMark}
        spec={({ rows }) => ({
          kind: "line",
          label: "Sold",
          unit: units,
          x: { label: "Date", kind: "date", values: rows.map((row) => row.date) },
          series: [{ name: "sold", values: rows.map((row) => row.sold) }],
        })}
        {...extra}
      />
    </MantineProvider>,
  );
  return onMark;
}

describe("a chart's table", () => {
  it("leads where the chart's marks do, by keyboard", () => {
    const onMark = show();
    fireEvent.click(screen.getByRole("radio", { name: "Table" }));
    const [, second] = within(screen.getByRole("table")).getAllByRole("row").slice(1) as [
      HTMLElement,
      HTMLElement,
    ];
    expect(second.tabIndex).toBe(0);
    expect(second.getAttribute("aria-label")).toBe("Mon, Mar 2");
    fireEvent.keyDown(second, { key: "Enter" });
    expect(onMark.mock.calls[0]?.[0]).toBe(1);
  });
});

describe("a panel", () => {
  it("says when its answer was cut, unless the first rows are all it means", () => {
    show({ next_cursor: "more" });
    expect(screen.getByText(/Only the first 2 rows/)).toBeTruthy();
  });
  it("has nothing to say of rows that it does not mean", () => {
    show({ next_cursor: "more" }, {}, { firstRows: true });
    expect(screen.queryByText(/Only the first/)).toBeNull();
  });
  it("is busy while it shows figures of the question before", () => {
    show({}, { isPlaceholderData: true });
    expect(document.querySelector("[aria-busy=true]")).not.toBeNull();
  });
});
