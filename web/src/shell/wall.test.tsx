// @vitest-environment jsdom
import "../test_setup";
import { fireEvent, renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { useWall } from "./wall";

function show(isOn: boolean) {
  const leave = vi.fn();
  return { leave, ...renderHook(() => useWall(isOn, leave)) };
}

it("marks the page while it is on, so that all of it is larger", () => {
  const { unmount } = show(true);
  expect(document.documentElement.dataset["wall"]).toBe("on");
  unmount();
  expect(document.documentElement.dataset["wall"]).toBeUndefined();
  show(false);
  expect(document.documentElement.dataset["wall"]).toBeUndefined();
});

it("is left by Escape, once nothing else is open", () => {
  const { leave } = show(true);
  const dialog = document.body.appendChild(document.createElement("div"));
  dialog.setAttribute("role", "dialog");
  fireEvent.keyDown(window, { key: "Escape" });
  const closed = () => dialog.remove();
  window.addEventListener("keydown", closed, { capture: true, once: true });
  fireEvent.keyDown(dialog, { key: "Escape" });
  expect(leave).not.toHaveBeenCalled();
  fireEvent.keyDown(window, { key: "Escape" });
  expect(leave).toHaveBeenCalledTimes(1);
});

it("is left when the browser gives the screen back", () => {
  const { leave } = show(true);
  fireEvent(document, new Event("fullscreenchange"));
  expect(leave).toHaveBeenCalledTimes(1);
});
