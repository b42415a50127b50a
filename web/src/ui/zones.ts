import { createContext } from "react";
import { formatInstant } from "../format/format";

/** Zones of the stores that are looked at; the shell says which. */
export const StoreZones = createContext<readonly string[]>([]);

/**
 * An instant in full, on the reader's clock. Where a store's clock shows another time, it says whose: the reader's zone
 * is named, in short. `reader`: none is the browser's.
 */
export function zonedInstant(instant: string | null, zones: readonly string[], reader?: string): string {
  const text = formatInstant(instant, reader);
  const isShared = zones.every((zone) => formatInstant(instant, zone) === text);
  return instant === null || isShared ? text : `${text} ${zoneName(instant, reader)}`;
}

function zoneName(instant: string, zone: string | undefined): string {
  return (
    new Intl.DateTimeFormat(undefined, { timeZoneName: "short", ...(zone ? { timeZone: zone } : {}) })
      .formatToParts(new Date(instant))
      .find((part) => part.type === "timeZoneName")?.value ?? ""
  );
}
