// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { heldActs } from "./held";

it("what is held goes out when a phone shows something else, and stays while it does not", async () => {
  const run = vi.fn(() => Promise.resolve());
  heldActs.hold({ keys: ["tea"], label: "Approve tea", becomes: "approved", run });
  const seen = vi.spyOn(document, "visibilityState", "get");
  seen.mockReturnValue("visible");
  document.dispatchEvent(new Event("visibilitychange"));
  expect(run).not.toHaveBeenCalled();
  seen.mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
  expect(run).toHaveBeenCalledTimes(1);
  await vi.waitFor(() => expect(heldActs.read()).toEqual([]));
});
