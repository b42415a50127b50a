// @vitest-environment jsdom
import "../test_setup";
import { MantineProvider } from "@mantine/core";
import { render, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { units } from "../format/format";
import { Chart } from "./Chart";
import type { BarSpec } from "./spec";

const drawn = vi.hoisted(() => vi.fn());
vi.mock("./echarts", () => ({
  init: () => ({
    setOption: drawn,
    getWidth: () => 600,
    resize: () => undefined,
    dispose: () => undefined,
    isDisposed: () => true,
    on: () => undefined,
    getZr: () => ({ on: () => undefined }),
  }),
}));

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(600);
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(private readonly told: () => void) {}
      observe() {
        this.told();
      }
      disconnect() {
        /* nothing to stop */
      }
    },
  );
});

const spec = (value: number): BarSpec => ({
  kind: "bar",
  label: "Units",
  unit: units,
  category: "Store",
  names: ["Leeds"],
  series: [{ name: "units", values: [value] }],
});
const page = (value: number) => (
  <MantineProvider>
    <Chart spec={spec(value)} onMark={() => undefined} />
  </MantineProvider>
);

it("a chart is drawn again when it says something else, and only then", async () => {
  const { rerender } = render(page(1));
  await waitFor(() => expect(drawn).toHaveBeenCalledTimes(1));
  rerender(page(1));
  rerender(page(1));
  expect(drawn).toHaveBeenCalledTimes(1);
  rerender(page(2));
  await waitFor(() => expect(drawn).toHaveBeenCalledTimes(2));
});
