import { ActionIcon, Button, MultiSelect, Popover, Select, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useState } from "react";
import { useScope } from "../api/catalog";
import { useScreen } from "../api/screens";
import { datesWrong, hasFilters, overNote, periods, usualPeriod, type Dates } from "../filters/filters";
import { useFilters, useParams, type Search } from "../filters/useFilters";
import { formatDate } from "../format/format";
import { Icon } from "../ui/Icon";
import type { Page } from "./pages";
import css from "./FilterBar.module.css";

/** The filters that hold on every page, those of them that mean something here. */
export function FilterBar({ page }: { page: Pick<Page, "filters" | "comparesDays"> }) {
  const offered = page.filters;
  const isOfOver = page.comparesDays ?? false;
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const [filters] = useFilters();
  if (!phone)
    return (
      <div className={css["bar"]} role="search" aria-label="Filters">
        <Fields offered={offered} isOfOver={isOfOver} />
      </div>
    );
  const chosen = Object.keys(filters).filter((name) => isOffered(name, offered)).length;
  return (
    <div className={css["bar"]} role="region" aria-label="Filters">
      <Popover position="bottom-start" withinPortal width="calc(100vw - 24px)" trapFocus>
        <Popover.Target>
          <Button size="xs" variant="default" leftSection={<Icon name="filter" size={16} />}>
            Filters{chosen > 0 ? ` (${chosen})` : ""}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <div className="stack">
            <Fields offered={offered} isOfOver={isOfOver} />
          </div>
        </Popover.Dropdown>
      </Popover>
      {offered.includes("dates") ? <DatesTold isOfOver={isOfOver} /> : null}
    </div>
  );
}

/** Of the filters in force those that this page shows and takes. */
function isOffered(name: string, offered: Page["filters"]): boolean {
  if (name === "from") return offered.includes("dates");
  return name === "currency" || offered.some((one) => one === name || (one === "dates" && name === "period"));
}

interface OfOver {
  /** The dates are those that are compared: of days that are over. */
  isOfOver: boolean;
}

function Fields({ offered, isOfOver }: { offered: Page["filters"] } & OfOver) {
  const [filters, change] = useFilters();
  const { catalog, currency, currencies } = useScope();
  const { data: categories } = useScreen(
    "catalog_categories",
    { limit: 1_000 },
    { everyMs: 5 * 60_000, wait: !offered.includes("category") },
  );
  return (
    <>
      {offered.includes("dates") ? <DatesField isOfOver={isOfOver} /> : null}
      {offered.includes("store") && catalog.stores.length > 1 ? (
        <MultiSelect
          size="xs"
          className={css["field"] ?? ""}
          aria-label="Stores"
          classNames={{ inputField: css["input"] ?? "", pillsList: css["pills"] ?? "" }}
          placeholder={filters.store?.length ? "" : "All stores"}
          searchable
          clearable
          clearButtonProps={{ "aria-label": "All stores" }}
          maxDropdownHeight={300}
          limit={200}
          nothingFoundMessage="No such store"
          data={catalog.stores.map((store) => ({
            value: String(store.store_id),
            label: store.store_name || store.store_code,
          }))}
          value={(filters.store ?? []).map(String)}
          onChange={(ids) => change({ store: ids.length > 0 ? ids.map(Number) : undefined })}
        />
      ) : null}
      {offered.includes("region") && catalog.regions.length > 1 ? (
        <Select
          size="xs"
          className={css["field"] ?? ""}
          aria-label="Region"
          placeholder="All regions"
          searchable
          clearable
          clearButtonProps={{ "aria-label": "All regions" }}
          data={catalog.regions}
          value={filters.region ?? null}
          onChange={(region) => change({ region: region ?? undefined })}
        />
      ) : null}
      {offered.includes("category") ? (
        <Select
          size="xs"
          className={css["field"] ?? ""}
          aria-label="Category"
          placeholder="All categories"
          searchable
          clearable
          clearButtonProps={{ "aria-label": "All categories" }}
          limit={200}
          data={(categories?.rows ?? []).map((row) => row.category).filter((name) => name !== "")}
          value={filters.category ?? null}
          onChange={(category) => change({ category: category ?? undefined })}
        />
      ) : null}
      {currencies.length > 1 ? (
        <Select
          size="xs"
          className={css["currency"] ?? ""}
          aria-label="Currency of amounts"
          allowDeselect={false}
          data={currencies.map((one) => ({ value: one, label: one || "none" }))}
          value={currency}
          onChange={(chosen) => change({ currency: chosen ?? undefined })}
        />
      ) : null}
      {hasFilters(filters) ? (
        <Button
          size="xs"
          variant="subtle"
          onClick={() =>
            change({
              period: undefined,
              from: undefined,
              to: undefined,
              store: undefined,
              region: undefined,
              category: undefined,
              currency: undefined,
            })
          }
        >
          Clear
        </Button>
      ) : null}
    </>
  );
}

function DatesTold({ isOfOver }: OfOver) {
  const scope = useScope();
  const dates = isOfOver ? scope.datesOver : scope.dates;
  if (!dates) return null;
  const note = isOfOver ? overNote(scope) : "";
  return (
    <span className="quiet small">
      {formatDate(dates.from)} – {formatDate(dates.to)}
      {note ? `, ${note}` : ""}
    </span>
  );
}

function DatesField({ isOfOver }: OfOver) {
  const [filters, change] = useFilters();
  const scope = useScope();
  const dates = isOfOver ? scope.datesOver : scope.dates;
  const asked = useParams();
  const [open, setOpen] = useState(false);
  const chosen = filters.from ? "chosen" : (filters.period ?? usualPeriod);
  return (
    <>
      <Select
        size="xs"
        className={css["period"] ?? ""}
        aria-label="Dates"
        allowDeselect={false}
        data={[
          ...periods.map(({ value, label }) => ({ value, label })),
          ...(filters.from ? [{ value: "chosen", label: "Chosen dates" }] : []),
        ]}
        value={chosen}
        onChange={(period) => {
          if (period && period !== "chosen") change({ period, from: undefined, to: undefined });
        }}
      />
      <Popover position="bottom-start" withinPortal trapFocus opened={open} onChange={setOpen}>
        <Popover.Target>
          <ActionIcon
            variant="default"
            size={30}
            onClick={() => setOpen(!open)}
            aria-label={`Choose dates: ${dates ? `${dates.from} to ${dates.to}` : "all"}`}
          >
            <Icon name="edit" size={14} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <ChosenDates
            dates={dates}
            onChange={(chosen) => {
              change({ ...chosen, period: undefined });
              setOpen(false);
            }}
          />
        </Popover.Dropdown>
      </Popover>
      <DatesTold isOfOver={isOfOver} />
      {wrongInUrl(asked) ? (
        <span className={css["wrong"]} role="alert">
          ▲ Not the dates of the address: {wrongInUrl(asked)}
        </span>
      ) : null}
    </>
  );
}

/** A span that somebody typed into the address is not left out without a word. */
function wrongInUrl({ from, to }: Search): string | null {
  return from === undefined && to === undefined ? null : datesWrong(from, to);
}

/** Two days to type or pick; what is none is said beside them, and nothing is changed by it. */
function ChosenDates({ dates, onChange }: { dates: Dates | null; onChange: (chosen: Dates) => void }) {
  const [wrong, setWrong] = useState<string | null>(null);
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const [from, to] = [String(form.get("from")), String(form.get("to"))];
        const problem = datesWrong(from, to);
        setWrong(problem);
        if (problem === null) onChange({ from, to });
      }}
    >
      <TextInput size="xs" type="date" name="from" label="From" defaultValue={dates?.from ?? ""} />
      <TextInput
        size="xs"
        type="date"
        name="to"
        label="To, included"
        defaultValue={dates?.to ?? ""}
        error={wrong}
      />
      <Button size="xs" type="submit">
        Show these dates
      </Button>
    </form>
  );
}
