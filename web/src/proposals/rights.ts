import { format, money, toNumber } from "../format/format";
import type { Signed } from "../session/session";

type Limit = Pick<Signed, "orderLimit"> | null;

/** Whether somebody's role decides on proposals and orders at all; the program judges each of them by its value, too. */
export const mayDecide = (session: Limit): boolean =>
  session !== null && (session.orderLimit === null || (toNumber(session.orderLimit) ?? 0) > 0);

/** For who may not. */
export const whoDecides = "Your role approves no orders; ask somebody whose role does.";

/** For who may, up to a value: said before it is tried. */
export function limitText(session: Limit, currency: string): string {
  return session === null || session.orderLimit === null || !mayDecide(session)
    ? ""
    : `You approve orders of up to ${format(toNumber(session.orderLimit), money(currency))} a supplier and day. `;
}
