import { Button, Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { currenciesMeant, useScope } from "../../api/catalog";
import { Refused } from "../../api/client";
import { useFilters, useParam } from "../../filters/useFilters";
import { count, format, formatDate, formatSigned, money, plain, units } from "../../format/format";
import { ChartPanel } from "../../charts/ChartPanel";
import { SaveRows } from "../../charts/SaveRows";
import { useSession } from "../../session/session";
import { DataTable } from "../../ui/DataTable";
import { Help } from "../../ui/Help";
import { Frame, Panel } from "../../ui/Panel";
import { Empty } from "../../ui/states";
import { Tile } from "../../ui/Tile";
import { OptionSlider } from "./OptionSlider";
import { Scenarios } from "./Scenarios";
import { useWhatIf } from "./useWhatIf";
import {
  alsoTaken,
  budgetScale,
  costs,
  isSame,
  lines,
  measureFile,
  moreThanMeant,
  readOptions,
  saidOf,
  stockValue,
  writeOptions,
  type Figures,
  type Line,
  type Options,
  type OptionName,
} from "./whatIf";
import css from "./WhatIf.module.css";

type Query = ReturnType<typeof useWhatIf>;
type Answer = NonNullable<Query["data"]>;

/** The last place of the shelf life: goods keep for ever. */
const keepsDays = 31;

/** Of a hand that moves, only where it rests for a moment is asked. */
const restMs = 50;

/** Whose history is replayed: one store's, or all of them for whoever sees all. */
function useWhose() {
  const { session } = useSession();
  const { filters, catalog, stores } = useScope();
  const [, change] = useFilters();
  const currencies = currenciesMeant(catalog.stores, {});
  const chosen = filters.store?.length === 1 ? filters.store[0] : undefined;
  const only = catalog.stores.length === 1 ? catalog.stores[0]?.store_id : undefined;
  const all = session?.allStores ?? false;
  const store = chosen ?? (all ? undefined : only);
  const currency =
    store !== undefined ? catalog.currencyOf(store) : currencies.length === 1 ? (currencies[0] ?? "") : null;
  return {
    store,
    isKnown: all || store !== undefined,
    /** Null: what is replayed is what the filters mean. */
    isMore: moreThanMeant(store, filters),
    /** Null: amounts of several currencies, which are never added. */
    currency,
    select: (
      <Select
        size="xs"
        label="Store"
        searchable
        limit={200}
        placeholder="Choose a store"
        data={stores.map((one) => ({
          value: String(one.store_id),
          label: catalog.storeName(one.store_id),
        }))}
        value={null}
        onChange={(value) => change({ store: [Number(value)] })}
      />
    ),
    choose: (id: number) => change({ store: [id] }),
  };
}

/** What another service level, lead time, demand or budget would have done to stock and cost. */
export function WhatIf() {
  const whose = useWhose();
  const [inUrl, setInUrl] = useParam("what_if");
  const [options, setOptions] = useState<Options>(() => readOptions(inUrl));
  const [asked] = useDebouncedValue(options, restMs);
  const usual = useWhatIf(whose.store, {}, whose.isKnown);
  const query = useWhatIf(whose.store, asked, whose.isKnown);
  const text = writeOptions(asked);
  useEffect(() => setInUrl(text), [setInUrl, text]);
  const load = (loaded: Options) => {
    setOptions(saidOf(loaded));
    if (typeof loaded.store_id === "number") whose.choose(loaded.store_id);
  };
  const isWaiting = query.isPlaceholderData || query.isFetching || !isSame(options, asked);
  return (
    <div className={css["split"]}>
      <Assumptions whose={whose} usual={usual} options={options} onChange={setOptions} onLoad={load} />
      <Effect
        query={query}
        isWaiting={isWaiting}
        isKnown={whose.isKnown}
        isMore={whose.isMore}
        currency={whose.currency}
      />
    </div>
  );
}

interface AssumptionsProps {
  whose: ReturnType<typeof useWhose>;
  usual: Query;
  options: Options;
  onChange: (options: Options) => void;
  onLoad: (options: Options) => void;
}

function Assumptions({ whose, usual, options, onChange, onLoad }: AssumptionsProps) {
  const known = usual.data;
  const configured = known?.assumptions;
  const value = (name: OptionName): number => options[name] ?? configured?.[name] ?? 0;
  const set = (name: OptionName) => (next: number) =>
    onChange(
      next === configured?.[name] ? saidOf({ ...options, [name]: null }) : { ...options, [name]: next },
    );
  const every: Options = {
    ...options,
    demand_percent: value("demand_percent"),
    lead_time_days: value("lead_time_days"),
    service_percent: value("service_percent"),
    shelf_life_days: value("shelf_life_days"),
    budget: value("budget"),
  };
  return (
    <Frame
      title="Assumptions"
      measure="what_if"
      className={css["assumptions"]}
      tools={
        <Button
          size="compact-xs"
          variant="default"
          disabled={writeOptions(options) === null}
          onClick={() => onChange({})}
        >
          As configured
        </Button>
      }
    >
      <div className="stack">
        {whose.isKnown && whose.isMore === null ? null : whose.select}
        {known ? (
          <>
            <Sliders value={value} set={set} usual={known} currency={whose.currency} />
            <Scenarios options={every} onLoad={onLoad} />
          </>
        ) : null}
      </div>
    </Frame>
  );
}

interface SlidersProps {
  value: (name: OptionName) => number;
  set: (name: OptionName) => (next: number) => void;
  usual: Answer;
  currency: string | null;
}

function Sliders({ value, set, usual, currency }: SlidersProps) {
  const { assumptions } = usual;
  const budget = value("budget");
  const scale = budgetScale(stockValue(usual.today, assumptions), budget);
  const percent = (of: number) => `${format(of, count)} %`;
  return (
    <>
      <OptionSlider
        label="Demand"
        measure="demand_factor"
        value={value("demand_percent")}
        usual={assumptions.demand_percent}
        from={50}
        to={200}
        step={5}
        least={0}
        most={1_000}
        suffix=" %"
        say={percent}
        onChange={set("demand_percent")}
      />
      <OptionSlider
        label="Lead time"
        measure="lead_time"
        value={value("lead_time_days")}
        usual={assumptions.lead_time_days}
        from={0}
        to={28}
        step={1}
        least={0}
        most={63}
        suffix=" d"
        say={(of) => `${of} d`}
        onChange={(next) => set("lead_time_days")(Math.round(next))}
      />
      <OptionSlider
        label="Service level"
        measure="service_level"
        value={value("service_percent")}
        usual={assumptions.service_percent}
        from={70}
        to={99.5}
        step={0.5}
        least={1}
        most={99.99}
        suffix=" %"
        say={(of) => `${of} %`}
        onChange={set("service_percent")}
      />
      <OptionSlider
        label="Shelf life"
        measure="shelf_life"
        value={value("shelf_life_days") || keepsDays}
        usual={assumptions.shelf_life_days || keepsDays}
        from={1}
        to={keepsDays}
        step={1}
        least={1}
        most={keepsDays}
        suffix=" d"
        atTheEnd="for ever"
        say={(of) => `${of} d`}
        onChange={(next) => set("shelf_life_days")(next >= keepsDays ? 0 : Math.round(next))}
      />
      {scale === null || currency === null ? (
        <p className="quiet small">
          {currency === null
            ? "Amounts of several currencies are never added: choose a store for budget and costs."
            : "A budget has no scale: holding stock costs nothing here."}
        </p>
      ) : (
        <OptionSlider
          label="Budget"
          measure="budget"
          value={budget === 0 ? scale.most : budget}
          usual={assumptions.budget === 0 ? scale.most : assumptions.budget}
          from={scale.step}
          to={scale.most}
          step={scale.step}
          least={0}
          most={1e15}
          atTheEnd="no limit"
          say={(of) => format(of, money(currency))}
          onChange={(next) => set("budget")(next >= scale.most ? 0 : next)}
        />
      )}
    </>
  );
}

interface EffectProps {
  query: Query;
  isWaiting: boolean;
  isKnown: boolean;
  isMore: string | null;
  currency: string | null;
}

/** Tiles first; what they are made of under them. The figures of the question before stay, dimmed, until this one's come. */
function Effect({ query, isWaiting, isKnown, isMore, currency }: EffectProps) {
  if (!isKnown)
    return (
      <Frame title="Effect">
        <Empty title="Which store?">What-ifs of all stores are for those who see all of them.</Empty>
      </Frame>
    );
  const refused = query.error instanceof Refused && [400, 404].includes(query.error.status);
  if (query.data === undefined && refused)
    return (
      <Frame title="Effect">
        <Empty title="This cannot be replayed">{query.error?.message}</Empty>
      </Frame>
    );
  return (
    <div className={`${css["effect"]} ${isWaiting ? css["waiting"] : ""}`} aria-busy={isWaiting}>
      <Tiles query={query} isMore={isMore} currency={currency} />
      {currency === null ? null : (
        <ChartPanel
          title="Costs"
          measure="replay_cost"
          query={query}
          height={250}
          className={css["dims"] ?? ""}
          spec={(data) => costs(data, currency)}
        />
      )}
      <Measures query={query} currency={currency} />
    </div>
  );
}

const headline = new Set([
  "fill_rate",
  "average_stock_units",
  "wasted_units",
  "stock_out_days",
  "total_cost",
]);

function Tiles({
  query,
  isMore,
  currency,
}: {
  query: Query;
  isMore: string | null;
  currency: string | null;
}) {
  return (
    <Panel
      title="Effect"
      measure="what_if"
      className={`${css["headline"]} ${css["dims"]}`}
      query={query}
      note={
        <>
          {isMore ? <strong>{isMore} </strong> : null}
          {query.data ? whatWasReplayed(query.data) : null}
        </>
      }
      height={100}
    >
      {(data) => (
        <div className="tiles">
          {lines(currency ?? "")
            .filter((line) => headline.has(line.key) && !(line.isMoney && currency === null))
            .map((line) => (
              <Tile
                key={line.key}
                id={`what_if_${line.key}`}
                label={line.name}
                measure={line.measure}
                value={data.what_if[line.key]}
                unit={line.unit}
              >
                <Difference line={line} by={data.difference[line.key]} /> against{" "}
                {format(data.today[line.key], line.unit, "compact")}
              </Tile>
            ))}
        </div>
      )}
    </Panel>
  );
}

function whatWasReplayed(data: Answer): string {
  const what = `${format(data.series, count)} products in stores, ${formatDate(data.first_date)} – ${formatDate(data.last_date)}`;
  return [what, ...data.remarks].join("; ");
}

/** More or less than today's rule, in the figure's own unit: a share moves by points. */
function Difference({ line, by }: { line: Line; by: number }) {
  const shown =
    line.unit.kind === "share" ? `${formatSigned(by * 100, plain)} points` : formatSigned(by, line.unit);
  const isNone = format(Math.abs(by), line.unit) === format(0, line.unit);
  const level =
    isNone || line.goodWhen === "neither"
      ? "same"
      : by > 0 === (line.goodWhen === "more")
        ? "better"
        : "worse";
  return (
    <span className={css[level]}>
      <span aria-hidden="true">{isNone ? "■" : by > 0 ? "▲" : "▼"}</span> {isNone ? "no change" : shown}
    </span>
  );
}

function Measures({ query, currency }: { query: Query; currency: string | null }) {
  const shown = lines(currency ?? "").filter((line) => !(line.isMoney && currency === null));
  return (
    <Panel
      title="All measures"
      query={query}
      className={css["dims"]}
      height={260}
      tools={(data) => <SaveRows title="All measures" rows={shown} columns={measureFile(data)} />}
    >
      {(data) => (
        <>
          <DataTable
            label="All measures"
            rows={shown}
            rowKey={(line) => line.key}
            columns={[
              {
                key: "measure",
                title: "Measure",
                value: (line) => line.name,
                cell: (line) => (
                  <span className={css["measure"]}>
                    {line.name} <Help of={line.measure} />
                  </span>
                ),
              },
              { ...figure("today", "Today’s rule", data.today), minor: true },
              figure("what_if", "What if", data.what_if),
              {
                key: "difference",
                title: "Difference",
                unit: units,
                value: (line) => data.difference[line.key],
                cell: (line) => <Difference line={line} by={data.difference[line.key]} />,
              },
            ]}
          />
          <p className="quiet small">
            Also taken: {alsoTaken(data.assumptions, (value, unit) => format(value, unit)).join(", ")}.
          </p>
        </>
      )}
    </Panel>
  );
}

const figure = (key: string, title: string, of: Figures) => ({
  key,
  title,
  unit: (line: Line) => line.unit,
  value: (line: Line) => of[line.key],
});
