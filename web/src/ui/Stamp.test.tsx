// @vitest-environment jsdom
import "../test_setup";
import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Stamp, type Freshness } from "./Stamp";

const fresh: Freshness = {
  asOf: "2026-11-30T06:01:13Z",
  epoch: 2,
  messages: 5,
  storesHeard: 3,
  storesKnown: 3,
  isExact: true,
  silent: [],
  keptAt: null,
};

function show(receivedAt: number, failing = false, keptAt: string | null = null): string {
  render(
    <MantineProvider>
      <Stamp of={{ ...fresh, keptAt }} receivedAt={receivedAt} failing={failing} />
    </MantineProvider>,
  );
  return screen.getByRole("button").textContent ?? "";
}

describe("the stamp", () => {
  it("says how old figures are that could not be asked for again", () => {
    expect(show(Date.now() - 10 * 60_000, true)).toMatch(/▲ 10 min old/);
  });
  it("says of when figures are that are shown again because the network is away", () => {
    const keptAt = new Date(Date.now() - 3 * 60_000).toISOString();
    expect(show(Date.now(), false, keptAt)).toMatch(/▲ offline, figures of \d\d:\d\d( [AP]M)?, 3 min old/);
  });
  it("says no age of figures just come", () => {
    expect(show(Date.now())).not.toMatch(/old/);
  });
  it("knows no age of figures of the question before", () => {
    expect(show(0)).not.toMatch(/old/);
  });
});
