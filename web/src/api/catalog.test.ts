import { describe, expect, it } from "vitest";
import { currenciesMeant, storesMeant, zonesOf } from "./catalog";

const store = (store_id: number, region: string, currency: string) => ({ store_id, region, currency });
const chain = [
  store(1, "North", "GBP"),
  store(2, "North", "GBP"),
  store(3, "East", "CNY"),
  store(4, "East", "CNY"),
  store(5, "East", "HKD"),
  store(6, "North", "GBP"),
];

describe("the stores that the filters mean", () => {
  it("choose the currency, the most usual one of theirs first", () => {
    expect(currenciesMeant(chain, {})).toEqual(["GBP", "CNY", "HKD"]);
    expect(currenciesMeant(chain, { region: "East" })).toEqual(["CNY", "HKD"]);
    expect(currenciesMeant(chain, { store: [5] })).toEqual(["HKD"]);
  });
  it("are those of the region among those chosen", () => {
    expect(storesMeant(chain, { region: "East", store: [1, 3] }).map((one) => one.store_id)).toEqual([3]);
    expect(currenciesMeant(chain, { region: "West" })).toEqual([]);
  });
  it("have zones, each once, but for those of which none is known", () =>
    expect(zonesOf(["Europe/London", "", "Europe/London"].map((time_zone) => ({ time_zone })))).toEqual([
      "Europe/London",
    ]));
});
