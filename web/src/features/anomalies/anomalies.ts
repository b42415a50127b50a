import { incidentWord } from "../../measures/kinds";
import type { Row } from "../../api/screens";
import type { LineSpec } from "../../charts/spec";
import { addDays, type Dates } from "../../filters/filters";
import { money, toNumber } from "../../format/format";
import type { Level } from "../../ui/Status";

export const results: Record<string, Level> = { pass: "good", warn: "watch", fail: "bad" };

/** Whether somebody may say that they look at it, or change what they said; the program judges it again. */
export function mayAcknowledge(
  incident: Pick<Row<"anomalies_incidents">, "state" | "acknowledged_by">,
  who: { user: string; role: string },
): boolean {
  if (who.role === "analyst" || incident.state === "resolved") return false;
  return incident.state === "open" || incident.acknowledged_by === who.user;
}

type IncidentPlace = Pick<
  Row<"anomalies_incidents">,
  "kind" | "store_id" | "product_id" | "category" | "started_at" | "ended_at"
>;

/** Kinds that show in what a store takes by the hour. */
const hourlyKinds = new Set(["spike", "drop", "silent_store", "unusual_returns"]);

/** Why the hours of a store say nothing of an incident; null: they show it. */
export function whyNoHours(incident: Pick<IncidentPlace, "kind" | "store_id">): string | null {
  if (incident.store_id === 0) return "It is of the chain, not of one store.";
  if (hourlyKinds.has(incident.kind)) return null;
  return `“${incidentWord(incident.kind)}” is not about what a store takes by the hour.`;
}

/** What the hours are of, where the incident is of less than the store. */
export function partOf(incident: Pick<IncidentPlace, "product_id" | "category">): string {
  if (incident.product_id) return "The hours are of the whole store, not of the product alone. ";
  return incident.category ? `The hours are of the whole store, not of ${incident.category} alone. ` : "";
}

const daysBefore = 3;

/** The business dates around an incident: some before it to compare with, and the day after it, wherever its store lies. */
export function datesAround(incident: Pick<IncidentPlace, "started_at" | "ended_at">): Dates {
  const began = incident.started_at.slice(0, 10);
  return {
    from: addDays(began, -daysBefore),
    to: addDays((incident.ended_at ?? incident.started_at).slice(0, 10), 1),
  };
}

/** One store's hours with what was usual, and the unusual ones marked; `incident`: whose hours stand out. */
export function markedHours(
  own: readonly Row<"anomalies_hours">[],
  currency: string,
  incident?: string,
): LineSpec {
  const isOfIt = (row: Row<"anomalies_hours">) => incident !== undefined && row.incident_id === incident;
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
      ...(own.some(isOfIt)
        ? [
            {
              name: "this incident",
              values: own.map((row) => (isOfIt(row) ? toNumber(row.revenue) : null)),
            },
          ]
        : []),
    ],
    flags: own.flatMap((row, at) =>
      row.is_anomaly === 1
        ? [{ at, name: row.incident_kind ? incidentWord(row.incident_kind) : "unusual" }]
        : [],
    ),
  };
}
