import type { Schemas } from "../api/client";

type Line = Schemas["OrderLine"];

/** What of a line came in so far, as the desk takes it. */
export interface Receipt {
  product_id: string;
  received_units: number;
}

const isThousandths = (units: number): boolean => Math.abs(units * 1_000 - Math.round(units * 1_000)) < 1e-6;

/** Why a number cannot be what came in of a line so far, or null. What came in before, by hand or message, stays in. */
export function receiptRefusal(line: Line, units: number | string): string | null {
  const number = Number(units);
  if (units === "" || !Number.isFinite(number) || number < 0) return "a number of units, 0 or more";
  if (!isThousandths(number)) return "at most three decimals";
  if (number < line.came_in_units)
    return `at least the ${line.came_in_units.toLocaleString()} of before: state the total so far`;
  return null;
}

/** What may be meant, but is looked at twice: suppliers do send more than was ordered. */
export function receiptDoubt(line: Line, units: number | string): string | null {
  const more = Number(units) - line.ordered_units;
  return more > 0 ? `${more.toLocaleString()} more than ordered` : null;
}

/** Lines of which another total is stated than what is known to have come in; a line that nobody typed in stays. */
export function receiptsOf(
  lines: readonly Line[],
  typed: Readonly<Record<string, number | string>>,
): Receipt[] {
  return lines.flatMap((line) => {
    const units = typed[line.product_id];
    return units === undefined || Number(units) === line.came_in_units
      ? []
      : [{ product_id: line.product_id, received_units: Number(units) }];
  });
}
