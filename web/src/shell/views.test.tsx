// @vitest-environment jsdom
import "../test_setup";
import { act, renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";

const session = vi.hoisted(() => ({ user: "ann" }));
vi.mock("../session/session", () => ({ useSession: () => ({ session }) }));
const { useViews } = await import("./views");

it("a saved view is its person's, not the next one's at this browser", () => {
  const ann = renderHook(useViews);
  act(() => ann.result.current.keep("Orders", "/orders?store=3"));
  expect(ann.result.current.all).toEqual([{ name: "Orders: store 3", url: "/orders?store=3" }]);
  ann.unmount();

  session.user = "eve";
  const eve = renderHook(useViews);
  expect(eve.result.current.all).toEqual([]);
  eve.unmount();

  session.user = "ann";
  expect(renderHook(useViews).result.current.all).toHaveLength(1);
});
