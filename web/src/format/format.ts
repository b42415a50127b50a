/** Values as people read them, in the reader's locale. Unknown is "–", never 0. */

export type Unit =
  | { kind: "money"; currency: string }
  | { kind: "count" | "units" | "share" | "days" | "hours" | "seconds" | "per_second" | "number" };

export const count: Unit = { kind: "count" };
export const units: Unit = { kind: "units" };
export const share: Unit = { kind: "share" };
export const days: Unit = { kind: "days" };
export const hours: Unit = { kind: "hours" };
export const plain: Unit = { kind: "number" };
export const perSecond: Unit = { kind: "per_second" };
export const money = (currency: string): Unit => ({ kind: "money", currency });

/** What the API sends for a figure: exact decimals may come as texts. */
export type Figure = number | string | null | undefined;

export function toNumber(value: Figure): number | null {
  if (value === null || value === undefined || value === "") return null;
  const number = typeof value === "number" ? value : Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Sum of what is known; null where nothing is: the cost of a product that nobody knows is not 0. */
export function sumOf<T>(rows: readonly T[], of: (row: T) => Figure): number | null {
  return rows.reduce<number | null>((sum, row) => {
    const value = toNumber(of(row));
    return value === null ? sum : (sum ?? 0) + value;
  }, null);
}

const locale = () => (typeof navigator === "undefined" ? "en" : navigator.language);
const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale() + JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale(), options);
  formats.set(key, made);
  return made;
}

function moneyFormat(currency: string, compact: boolean, size: number): Intl.NumberFormat {
  // A chain's store without a known currency has amounts, but no sign for them.
  const named: Intl.NumberFormatOptions = /^[A-Z]{3}$/.test(currency) ? { style: "currency", currency } : {};
  if (compact && size >= 10_000)
    return numberFormat({
      ...named,
      notation: "compact",
      maximumFractionDigits: 1,
      minimumFractionDigits: 0,
    });
  const digits = compact && (size >= 1_000 || size === Math.round(size)) ? 0 : 2;
  return numberFormat({ ...named, minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export type Style = "full" | "compact";

/** "£1,234.50", "12.4 %", "1.5 days". */
export function format(value: Figure, unit: Unit, style: Style = "full"): string {
  const number = toNumber(value);
  if (number === null) return "–";
  const compact = style === "compact";
  switch (unit.kind) {
    case "money":
      return moneyFormat(unit.currency, compact, Math.abs(number)).format(number);
    case "share":
      return numberFormat({ style: "percent", maximumFractionDigits: 1 }).format(number);
    case "count":
      return compact && Math.abs(number) >= 100_000
        ? numberFormat({ notation: "compact", maximumFractionDigits: 1 }).format(number)
        : numberFormat({ maximumFractionDigits: 0 }).format(number);
    case "units":
      return compact && Math.abs(number) >= 100_000
        ? numberFormat({ notation: "compact", maximumFractionDigits: 1 }).format(number)
        : numberFormat({ maximumFractionDigits: compact && Math.abs(number) >= 100 ? 0 : 3 }).format(number);
    case "days":
      return `${numberFormat({ maximumFractionDigits: 1 }).format(number)} d`;
    case "hours":
      return `${numberFormat({ maximumFractionDigits: 1 }).format(number)} h`;
    case "seconds":
      return formatAge(number);
    case "per_second":
      return `${numberFormat({ maximumFractionDigits: 1 }).format(number)}/s`;
    case "number":
      return numberFormat({
        maximumFractionDigits: Math.abs(number) >= 10 ? 1 : Math.abs(number) >= 1 ? 2 : 3,
      }).format(number);
  }
}

/** The unit's name, for axes and tables. */
export function unitName(unit: Unit): string {
  switch (unit.kind) {
    case "money":
      return unit.currency || "amount";
    case "share":
      return "%";
    case "count":
      return "count";
    case "units":
      return "units";
    case "days":
      return "days";
    case "hours":
      return "hours";
    case "seconds":
      return "s";
    case "per_second":
      return "per s";
    case "number":
      return "";
  }
}

/** Relative change, null where there is nothing to compare with. */
export function changeOf(now: Figure, before: Figure): number | null {
  const [a, b] = [toNumber(now), toNumber(before)];
  return a === null || b === null || b === 0 ? null : (a - b) / Math.abs(b);
}

/** "+4.2 %"; a true minus for less. */
export function formatChange(change: number | null | undefined): string {
  if (change === null || change === undefined || !Number.isFinite(change)) return "–";
  return numberFormat({ style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" }).format(
    change,
  );
}

/** +12, -3: of units and the like. */
export function formatSigned(value: Figure, unit: Unit = units): string {
  const number = toNumber(value);
  if (number === null) return "–";
  return `${number > 0 ? "+" : number < 0 ? "−" : ""}${format(Math.abs(number), unit)}`;
}

export function formatAge(seconds: Figure): string {
  const s = toNumber(seconds);
  if (s === null) return "–";
  if (s < 0) return `${formatAge(-s)} ahead`;
  if (s < 120) return `${Math.round(s)} s`;
  if (s < 7_200) return `${Math.round(s / 60)} min`;
  if (s < 172_800) return `${Math.round(s / 3_600)} h`;
  return `${numberFormat({}).format(Math.round(s / 86_400))} days`;
}

/** "YYYY-MM-DD" is a store's business date: no time zone may move it. */
export function formatDate(
  date: string | null | undefined,
  style: "short" | "long" | "weekday" | "month" = "short",
): string {
  if (!date) return "–";
  const at = new Date(`${date.slice(0, 10)}T12:00:00Z`);
  if (Number.isNaN(at.getTime())) return date;
  const options: Intl.DateTimeFormatOptions =
    style === "long"
      ? { weekday: "long", year: "numeric", month: "long", day: "numeric" }
      : style === "weekday"
        ? { weekday: "short", month: "short", day: "numeric" }
        : style === "month"
          ? { year: "numeric", month: "short" }
          : { year: "numeric", month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(locale(), { ...options, timeZone: "UTC" }).format(at);
}

/** Hour and minute of an instant, on the reader's clock. */
export function formatMinute(instant: string): string {
  const at = new Date(instant);
  return Number.isNaN(at.getTime())
    ? instant
    : new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** Day, hour and minute of an instant, on the reader's clock. */
export function formatHour(instant: string): string {
  const at = new Date(instant);
  return Number.isNaN(at.getTime())
    ? instant
    : new Intl.DateTimeFormat(locale(), {
        month: "short",
        day: "numeric",
        hour: "2-digit",
        minute: "2-digit",
      }).format(at);
}

/** An instant in the reader's zone, or in the store's where that is named. */
export function formatInstant(instant: string | null | undefined, zone?: string, withDate = true): string {
  if (!instant) return "–";
  const at = new Date(instant.includes("T") ? instant : `${instant.replace(" ", "T")}Z`);
  if (Number.isNaN(at.getTime())) return instant;
  const options: Intl.DateTimeFormatOptions = {
    ...(withDate ? { year: "numeric", month: "short", day: "numeric" } : {}),
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...(zone ? { timeZone: zone } : {}),
  };
  return new Intl.DateTimeFormat(locale(), options).format(at);
}

/** Monday to Sunday, short. */
export function weekdays(): string[] {
  const name = new Intl.DateTimeFormat(locale(), { weekday: "short", timeZone: "UTC" });
  return Array.from({ length: 7 }, (_, at) => name.format(new Date(Date.UTC(2024, 0, 1 + at))));
}
