// @vitest-environment jsdom
import "../test_setup";
import { readFileSync } from "node:fs";
import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { Opening } from "./Opening";

it("is what index.html shows until the first script has run", () => {
  const page = new DOMParser().parseFromString(readFileSync("index.html", "utf8"), "text/html");
  const shown = document.createElement("div");
  shown.innerHTML = page.getElementById("root")?.innerHTML.replaceAll(/\s*\n\s*/g, "") ?? "";
  const { container } = render(<Opening />);
  expect(shown.isEqualNode(container), `${shown.innerHTML}\n${container.innerHTML}`).toBe(true);
});
