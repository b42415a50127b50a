import { describe, expect, it } from "vitest";
import { attentionWord, incidentWord } from "./kinds";

describe("what needs attention", () => {
  it("is said by the kind of incident where it is known", () => {
    expect(attentionWord("incident", "silent_till")).toBe("silent till");
    expect(attentionWord("incident")).toBe("unusual");
  });
  it("is no unusual store where a store is silent", () =>
    expect(attentionWord("silent_store")).toBe("silent"));
  it("has a word for kinds to come", () => expect(incidentWord("wet_floor")).toBe("wet floor"));
});
