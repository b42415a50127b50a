import type { Schemas } from "../../api/client";
import { format, formatAge, perSecond } from "../../format/format";
import css from "./Flow.module.css";

type ProgramStatus = Schemas["ProgramStatus"];
interface Step {
  name: string;
  figure: string;
  note: string;
  level: "good" | "watch" | "bad" | "none";
}

/** The stations of a message, with what passes and what waits at each. */
export function steps(status: ProgramStatus): Step[] {
  const layer = (name: string) => status.freshness.layers.find((one) => one.layer === name);
  const rates = status.rates;
  const waiting = status.lag.messages;
  const epochs = status.epochs as { open?: number; open_messages?: number; closed?: number };
  const differing = (status.reconciliation as { differing_keys?: number }).differing_keys ?? 0;
  return [
    {
      name: "Tills and files",
      figure: rates ? format(rates.accepted_per_s, perSecond) : "–",
      note:
        rates && rates.rejected_per_s > 0
          ? `${format(rates.rejected_per_s, perSecond)} refused`
          : "none refused",
      level: rates && rates.rejected_per_s > 0 ? "watch" : "good",
    },
    {
      name: "Event log",
      figure: waiting === 0 ? "nothing waits" : `${waiting.toLocaleString()} wait`,
      note: waiting === 0 ? "" : `the oldest for ${formatAge(status.lag.oldest_s)}`,
      level: status.lag.oldest_s > 60 ? "bad" : status.lag.oldest_s > 5 ? "watch" : "good",
    },
    {
      name: "Live layer",
      figure: layer("speed") ? formatAge(layer("speed")?.age_s) : "no rows",
      note: layer("speed") ? "since its newest event" : "everything is in the batch layer",
      level: "none",
    },
    {
      name: "Lake and batch layer",
      figure: `${(epochs.closed ?? 0).toLocaleString()} ${epochs.closed === 1 ? "epoch" : "epochs"} closed`,
      note: `${(epochs.open_messages ?? 0).toLocaleString()} messages in the open one`,
      level: "none",
    },
    {
      name: "Live = batch",
      figure: differing === 0 ? "equal" : `${differing.toLocaleString()} keys differ`,
      note: (epochs.closed ?? 0) === 0 ? "nothing compared yet" : "to the last digit, key by key",
      level: differing === 0 ? "good" : "bad",
    },
    {
      name: "Warehouse",
      figure: status.engine.state,
      note: status.engine.kind,
      level: ["up", "running", "ready"].includes(status.engine.state) ? "good" : "watch",
    },
  ];
}

export function Flow({ status }: { status: ProgramStatus }) {
  return (
    <div>
      <ol className={`bare ${css["flow"]}`}>
        {steps(status).map((step) => (
          <li key={step.name} className={css["step"]}>
            <span className={`${css["dot"]} ${css[step.level]}`} aria-hidden="true" />
            <span className={css["name"]}>{step.name}</span>
            <span className={css["figure"]}>
              {step.figure}
              <small>{step.note}</small>
            </span>
          </li>
        ))}
      </ol>
      {status.problems.map((problem) => (
        <p key={problem.check + problem.found} className={css["problem"]}>
          <strong>
            {problem.level === "fault" ? "■ Fault" : "▲ Warning"}, {problem.check}:
          </strong>{" "}
          {problem.found} <span className="quiet">Mend: {problem.remedy}</span>
        </p>
      ))}
    </div>
  );
}
