import { Button, CloseButton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answered, client } from "../../api/client";
import { ChartPanel } from "../../charts/ChartPanel";
import { useParam } from "../../filters/useFilters";
import { count, format, formatDate, formatInstant } from "../../format/format";
import { useSession } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { Help } from "../../ui/Help";
import { Panel } from "../../ui/Panel";
import { Status, type Level } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { compare, importance, type Compared, type Registry } from "./models";
import css from "./Models.module.css";

function useRegistry(enabled: boolean) {
  return useQuery({
    queryKey: ["models"],
    queryFn: ({ signal }) => answered(client.GET("/v1/models", { signal })),
    staleTime: 30_000,
    enabled,
  });
}

/** Which model is in use, beside another one; and what it looks at. For those who see all stores. */
export function ModelChoice() {
  const { session } = useSession();
  const [chosen, choose] = useParam("model");
  const registry = useRegistry(session?.allStores ?? false);
  if (!session?.allStores) return null;
  const shown = chosen ?? registry.data?.in_use ?? undefined;
  return (
    <>
      <Panel
        title="Model"
        query={registry}
        className="wide"
        isEmpty={(data) => data.models.length === 0}
        empty={
          <Empty title="No model was trained yet">
            <code>shelfcast train</code>, or Sundays at 02:00.
          </Empty>
        }
        tools={() =>
          chosen ? <CloseButton aria-label="Close the model" onClick={() => choose(null)} /> : null
        }
      >
        {(data) => (
          <Chosen
            key={shown}
            registry={data}
            version={shown}
            isAdministrator={session.role === "administrator"}
          />
        )}
      </Panel>
      <ChartPanel
        title="Feature importance"
        measure="importance"
        query={registry}
        height={380}
        className="wide"
        note={shown ? `Of ${shown}.` : undefined}
        empty={
          <Empty title="Not known of this model">
            Models trained from now on have it written down: <code>shelfcast train</code>.
          </Empty>
        }
        spec={(data) => importance(data.models.find((one) => one.version === shown)?.model)}
      />
    </>
  );
}

const verdicts: Record<string, { level: Level; word: string }> = {
  better: { level: "good", word: "better" },
  worse: { level: "bad", word: "worse" },
  same: { level: "none", word: "the same" },
};

interface ChosenProps {
  registry: Registry;
  version: string | undefined;
  isAdministrator: boolean;
}

function Chosen({ registry, version, isAdministrator }: ChosenProps) {
  const found = registry.models.find((one) => one.version === version);
  if (!found) return <Empty title="There is no such model" />;
  const { model } = found;
  const isInUse = found.version === registry.in_use;
  const compared = isInUse ? null : compare(registry, found.version);
  return (
    <div className="stack">
      <div className="row">
        <strong>{found.version}</strong>
        {isInUse ? <Status level="good">in use</Status> : <Status level="none">not in use</Status>}
      </div>
      {model ? (
        <dl className={css["facts"]}>
          <dt>Trained</dt>
          <dd>{formatInstant(model.trained_at)}</dd>
          <dt>Data</dt>
          <dd>
            {formatDate(model.data.from)} – {formatDate(model.data.to)}, {format(model.data.series, count)}{" "}
            products in stores
          </dd>
          <dt>When trained</dt>
          <dd>{model.held_back.verdict}</dd>
        </dl>
      ) : (
        <p>{found.fault}</p>
      )}
      {compared ? (
        <>
          <CompareTable rows={compared.rows} />
          <p className="quiet small">
            {compared.days.length === 1
              ? `Both on ${compared.days[0] ?? ""}, by models that were trained without those days.`
              : `Measured apart, so compare with care: this one on ${compared.days[0] ?? ""}, the one in use on ${compared.days[1] ?? ""}.`}
          </p>
        </>
      ) : null}
      {isAdministrator ? (
        <Acts registry={registry} version={found.version} rows={compared?.rows ?? []} />
      ) : null}
    </div>
  );
}

function CompareTable({ rows }: { rows: Compared[] }) {
  return (
    <DataTable
      label="Compared with the model in use"
      rows={rows}
      rowKey={(row) => row.line.key}
      columns={[
        {
          key: "measure",
          title: "Measure",
          value: (row) => row.line.name,
          cell: (row) => (
            <span className={css["measure"]}>
              {row.line.name} {row.line.measure ? <Help of={row.line.measure} /> : null}
            </span>
          ),
        },
        { key: "ours", title: "This model", unit: (row) => row.line.unit, value: (row) => row.ours },
        { key: "theirs", title: "In use", unit: (row) => row.line.unit, value: (row) => row.theirs },
        {
          key: "verdict",
          title: "This one is",
          value: (row) => row.verdict,
          cell: (row) => {
            const told = row.verdict === null ? undefined : verdicts[row.verdict];
            return told ? <Status level={told.level}>{told.word}</Status> : "–";
          },
        },
      ]}
    />
  );
}

/** Promote or roll back: asked once more, with the figures that speak for and against it. */
function Acts({ registry, version, rows }: { registry: Registry; version: string; rows: Compared[] }) {
  const queries = useQueryClient();
  const [wish, setWish] = useState<"promote" | "rollback" | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const isInUse = version === registry.in_use;
  const back = isInUse ? registry.before : null;
  const body = { in_use: registry.in_use ?? "" };
  const run = () => {
    setBusy(true);
    answered(
      wish === "rollback"
        ? client.POST("/v1/models/rollback", { body })
        : client.POST("/v1/models/{version}/promote", { params: { path: { version } }, body }),
    )
      .then((data) => {
        setWish(null);
        setProblem(null);
        queries.setQueryData(["models"], data);
        return queries.invalidateQueries({ queryKey: ["screens"] });
      })
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  if (isInUse && back === null) return null;
  const target = isInUse ? (back ?? "") : version;
  const figures = isInUse ? (compare(registry, target)?.rows ?? []) : rows;
  return wish === null ? (
    <div className="row">
      <Button size="xs" variant="default" onClick={() => setWish(isInUse ? "rollback" : "promote")}>
        {isInUse ? `Roll back to ${target}` : "Put this model in use"}
      </Button>
    </div>
  ) : (
    <div className={css["confirm"]} role="group" aria-label="Confirm">
      <p>
        <strong>
          {registry.in_use ? `Replace ${registry.in_use} by ${target}?` : `Put ${target} in use?`}
        </strong>{" "}
        {told(figures)} Forecasts from now on are made by it; those that are stored stay.
      </p>
      {problem ? (
        <p className={css["problem"]} role="alert">
          {problem}
        </p>
      ) : null}
      <div className="row">
        <Button size="xs" loading={busy} onClick={run}>
          {isInUse ? "Yes, roll back" : "Yes, put in use"}
        </Button>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            setWish(null);
            setProblem(null);
          }}
        >
          No
        </Button>
      </div>
    </div>
  );
}

/** "Weighted quantile loss 0.41 instead of 0.45 (better), …". */
function told(rows: readonly Compared[]): string {
  const said = rows
    .filter((row) => row.verdict !== null && ["wql", "wmape", "bias", "coverage_80"].includes(row.line.key))
    .map(
      (row) =>
        `${row.line.name} ${format(row.ours, row.line.unit)} instead of ${format(row.theirs, row.line.unit)} (${row.verdict ?? ""})`,
    );
  return said.length === 0 ? "Nothing is known to compare them by." : `${said.join(", ")}.`;
}
