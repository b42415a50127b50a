import { describe, expect, it } from "vitest";
import { phonePagesOf } from "./pages";

const pathsOf = (role: string) => phonePagesOf(role).map((page) => page.path);

describe("a phone's pages", () => {
  it("begin with the one where a person begins", () => {
    expect(pathsOf("store_manager")).toEqual(["/store", "/home", "/orders", "/live", "/inventory"]);
    expect(pathsOf("analyst")).toEqual(["/home", "/orders", "/live", "/inventory"]);
  });
  it("have names that fit", () =>
    expect(phonePagesOf("store_manager").map((page) => page.short)).toEqual([
      "My store",
      "Home",
      "Orders",
      "Real-time",
      "Inventory",
    ]));
});
