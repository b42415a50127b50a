import type { Row } from "../../api/screens";
import type { LineSpec } from "../../charts/spec";
import { money, toNumber } from "../../format/format";
import type { Level } from "../../ui/Status";

export const results: Record<string, Level> = { pass: "good", warn: "watch", fail: "bad" };

const namesOfKinds: Record<string, string> = {
  spike: "sold unusually much",
  drop: "sold unusually little",
  silent_till: "silent till",
  silent_store: "silent store",
  price_error: "wrong price",
  unusual_returns: "unusual returns",
  phantom_stock: "stock that is not there",
};
export const kindName = (kind: string): string => namesOfKinds[kind] ?? kind.replaceAll("_", " ");

/** Whether somebody may say that they look at it, or change what they said; the program judges it again. */
export function mayAcknowledge(
  incident: Pick<Row<"anomalies_incidents">, "state" | "acknowledged_by">,
  who: { user: string; role: string },
): boolean {
  if (who.role === "analyst" || incident.state === "resolved") return false;
  return incident.state === "open" || incident.acknowledged_by === who.user;
}

/** One store's hours with what was usual, and the unusual ones marked. */
export function markedHours(own: readonly Row<"anomalies_hours">[], currency: string): LineSpec {
  return {
    kind: "line",
    label: "Revenue an hour",
    unit: money(currency),
    zoom: own.length > 72,
    x: {
      label: "Hour",
      kind: "hour",
      values: own.map((row) => row.hour_start),
    },
    series: [
      { name: "revenue", values: own.map((row) => toNumber(row.revenue)) },
      { name: "usual for the hour", role: "comparison", values: own.map((row) => row.seasonal_mean ?? null) },
    ],
    flags: own.flatMap((row, at) =>
      row.is_anomaly === 1 ? [{ at, name: row.incident_kind ? kindName(row.incident_kind) : "unusual" }] : [],
    ),
  };
}
