// @vitest-environment jsdom
import "../test_setup";
import { MantineProvider } from "@mantine/core";
import { fireEvent, render, renderHook, screen } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

const go = vi.hoisted(() => vi.fn());
const openPalette = vi.hoisted(() => vi.fn());
vi.mock("../filters/useGo", () => ({ useGo: () => go }));
vi.mock("./Palette", () => ({ openPalette }));
const { useKeys } = await import("./keys");
const { KeysDialog } = await import("./KeysDialog");
const { pages } = await import("./pages");

beforeEach(() => {
  go.mockReset();
  openPalette.mockReset();
});

describe("keys", () => {
  it("show the keys, search, and go to a page", () => {
    const showKeys = vi.fn();
    renderHook(() => useKeys(showKeys));
    fireEvent.keyDown(document.body, { key: "?" });
    expect([showKeys.mock.calls.length, openPalette.mock.calls.length]).toEqual([1, 0]);
    fireEvent.keyDown(document.body, { key: "/" });
    expect(openPalette).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(document.body, { key: "g" });
    fireEvent.keyDown(document.body, { key: "o" });
    expect(go).toHaveBeenCalledWith({ to: "/orders" });
  });
  it("are text while something is typed", () => {
    const showKeys = vi.fn();
    renderHook(() => useKeys(showKeys));
    const field = document.body.appendChild(document.createElement("input"));
    fireEvent.keyDown(field, { key: "?" });
    expect(showKeys).not.toHaveBeenCalled();
    field.remove();
  });
});

describe("the dialog of keys", () => {
  it("has a name, tells the key of every page, and Escape closes it", () => {
    const onClose = vi.fn();
    render(
      <MantineProvider env="test">
        <KeysDialog opened onClose={onClose} />
      </MantineProvider>,
    );
    const dialog = screen.getByRole("dialog", { name: "Keys" });
    for (const page of pages) expect(dialog.textContent).toContain(`g ${page.key}${page.title}`);
    fireEvent.keyDown(dialog, { key: "Escape" });
    expect(onClose).toHaveBeenCalledTimes(1);
  });
});
