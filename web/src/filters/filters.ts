/** The filters that hold on every page. They live in the URL, so that a link shows what its sender saw. */
type Period = "1d" | "7d" | "28d" | "90d" | "365d" | "all";

export interface Filters {
  /** Counted back from the newest business date there is, or the newest that is over (spansOf), not from the clock. */
  period?: Period;
  /** A chosen range instead, business dates, both included. */
  from?: string;
  to?: string;
  store?: number[];
  category?: string;
  region?: string;
  /** Amounts are shown in one currency at a time, never added across two. */
  currency?: string;
}

export const periods: readonly { value: Period; label: string; days: number | null }[] = [
  { value: "1d", label: "Last day", days: 1 },
  { value: "7d", label: "7 days", days: 7 },
  { value: "28d", label: "28 days", days: 28 },
  { value: "90d", label: "90 days", days: 90 },
  { value: "365d", label: "1 year", days: 365 },
  { value: "all", label: "All time", days: null },
];
export const usualPeriod: Period = "28d";

export interface Dates {
  from: string;
  to: string;
}

const isDate = (value: unknown): value is string =>
  typeof value === "string" &&
  /^\d{4}-\d{2}-\d{2}$/.test(value) &&
  // Not 31 February, which some clocks take for a day of March.
  new Date(`${value}T00:00:00Z`).toJSON()?.slice(0, 10) === value;
const isText = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= 256;

/** What of a URL is a filter; anything else in it is left out rather than asked for. */
export function readFilters(search: Record<string, unknown>): Filters {
  const stores = String(search["store"] ?? "")
    .split(",")
    .map(Number)
    .filter((id) => Number.isInteger(id) && id > 0);
  const period = periods.find((one) => one.value === search["period"])?.value;
  const ranged = datesWrong(search["from"], search["to"]) === null;
  return {
    ...(ranged ? { from: search["from"] as string, to: search["to"] as string } : period ? { period } : {}),
    ...(stores.length > 0 ? { store: stores } : {}),
    ...(isText(search["category"]) ? { category: search["category"] } : {}),
    ...(isText(search["region"]) ? { region: search["region"] } : {}),
    ...(isText(search["currency"]) ? { currency: search["currency"] } : {}),
  };
}

/** What is wrong with the two ends of a span of dates, or null. */
export function datesWrong(from: unknown, to: unknown): string | null {
  if (!isDate(from)) return "the first date is not a date";
  if (!isDate(to)) return "the last date is not a date";
  return from <= to ? null : "the first date is after the last one";
}

/** The filters as parameters of a URL. */
export function writeFilters(filters: Filters): Record<string, string> {
  return {
    ...(filters.from && filters.to
      ? { from: filters.from, to: filters.to }
      : filters.period && filters.period !== usualPeriod
        ? { period: filters.period }
        : {}),
    ...(filters.store?.length ? { store: filters.store.join(",") } : {}),
    ...(filters.category ? { category: filters.category } : {}),
    ...(filters.region ? { region: filters.region } : {}),
    ...(filters.currency ? { currency: filters.currency } : {}),
  };
}

/** The dates meant, given the newest one that counts; null: all of them. */
export function datesOf(filters: Filters, newest: string | null): Dates | null {
  if (filters.from && filters.to) return { from: filters.from, to: filters.to };
  const days = periods.find((one) => one.value === (filters.period ?? usualPeriod))?.days ?? null;
  return days === null || newest === null ? null : { from: addDays(newest, 1 - days), to: newest };
}

/** All time is as many days as a screen answers for at once. */
const mostDays = 1_096;

export interface Spans {
  /** The dates meant; null: not known yet, or all there are. */
  dates: Dates | null;
  /** The same where days are compared: what counts back ends with the newest day that is over. */
  datesOver: Dates | null;
  /** Whether `datesOver` hold such days only; chosen dates may hold a running one. */
  isOver: boolean;
}

/** The dates that the filters mean, given the newest one there is and the newest one that is over. */
export function spansOf(filters: Filters, newest: string | null, lastOver: string | null): Spans {
  const upTo = (last: string | null) =>
    filters.period === "all" && last !== null
      ? { from: addDays(last, 1 - mostDays), to: last }
      : datesOf(filters, last);
  const datesOver = upTo(lastOver);
  return {
    dates: upTo(newest),
    datesOver,
    isOver: datesOver === null || lastOver === null || datesOver.to <= lastOver,
  };
}

/** Said of days that are not over, in place of their change: part of a day compares with no whole one. */
export const notOver = "not over yet";

/** What is to be said of dates that are compared, in few words. */
export function overNote({ dates, datesOver, isOver }: Spans): string {
  if (!isOver) return notOver;
  return datesOver !== null && datesOver.to !== dates?.to ? "days that are over" : "";
}

/** Every date of a span, both ends included; none where its ends are not known. At most a few more than a screen has. */
export function datesBetween(from: string, to: string): string[] {
  const dates: string[] = [];
  if (from === "") return dates;
  for (let date = from; date <= to && dates.length < 1_200; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/**
 * The same for what the program did by its own clock: where the dates end with the newest ones, up to today. A message
 * that was not accepted moves no business date; if none is accepted any more, the newest one stays where it was.
 */
export function datesByClock(dates: Dates | null, newest: string | null, now: Date): Dates | null {
  const today = now.toISOString().slice(0, 10);
  return dates && dates.to === newest && today > newest ? { ...dates, to: today } : dates;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The newest day of which nothing more comes: it is over in every one of the zones. */
export function lastDayOver(newest: string, zones: readonly string[], now: Date): string {
  const today = zones.map((timeZone) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(now)).sort()[0];
  const over = addDays(today ?? now.toISOString().slice(0, 10), -1);
  return over < newest ? over : newest;
}

/** When a date begins on the clocks of a zone. */
export function startOf(date: string, zone: string): string {
  const wanted = Date.parse(`${date}T00:00:00Z`);
  // The offset of a guess, then that of the moment it leads to: they differ where clocks change in between.
  const guess = wanted - offsetMs(wanted, zone);
  return new Date(wanted - offsetMs(guess, zone)).toISOString();
}

/** By how much the clocks of a zone are ahead of UTC at a moment. */
function offsetMs(at: number, zone: string): number {
  const local = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(at);
  return Date.parse(`${local.replace(" ", "T")}Z`) - Math.floor(at / 1_000) * 1_000;
}

export function hasFilters(filters: Filters): boolean {
  return Object.keys(writeFilters(filters)).length > 0;
}
