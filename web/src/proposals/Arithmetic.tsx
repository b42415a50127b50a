import type { Proposal } from "../api/client";
import { format, formatSigned, share, units } from "../format/format";
import { why, type Term } from "./why";
import css from "./Arithmetic.module.css";

/** Why this many: the terms that were stored with the proposal, re-added. */
export function Arithmetic({ proposal }: { proposal: Proposal }) {
  if (!proposal.terms) return <p className="quiet">No arithmetic was stored with this proposal.</p>;
  const told = why(proposal.terms);
  return (
    <>
      {told.reason ? <p>{told.reason}</p> : null}
      <Sum
        terms={told.level}
        total={{ label: "order-up-to level", units: told.level.reduce((sum, term) => sum + term.units, 0) }}
      />
      <Sum terms={told.terms} total={{ label: "to order", units: told.quantity }} />
      {told.missing !== 0 ? (
        <p className={css["missing"]}>
          ▲ The stored terms add up to {formatSigned(told.quantity - told.missing)}, not{" "}
          {format(told.quantity, units)}: this proposal is older than some of its terms.
        </p>
      ) : null}
      {told.service !== null ? (
        <p className="quiet small">
          Level for a {told.targetKind.replaceAll("_", " ") || "service level"} of{" "}
          {format(told.service, share)}
          {told.limitedBy ? `; held back by ${told.limitedBy.replaceAll("_", " ")}` : ""}.
        </p>
      ) : null}
    </>
  );
}

function Sum({ terms, total }: { terms: Term[]; total: Term }) {
  return (
    <table className={css["sum"]}>
      <tbody>
        {terms.map((term, at) => (
          <tr key={term.label}>
            <th scope="row">
              {term.label}
              {term.note ? <small>{term.note}</small> : null}
            </th>
            <td>
              {at === 0
                ? format(term.units, units)
                : formatSigned(Object.is(term.units, -0) ? 0 : term.units)}
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">= {total.label}</th>
          <td data-total={total.units}>{format(total.units, units)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
