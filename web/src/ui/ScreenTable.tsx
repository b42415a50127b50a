import { Menu } from "@mantine/core";
import type { ReactNode } from "react";
import {
  freshnessOf,
  screenFile,
  useScreen,
  type Answer,
  type FiltersOf,
  type Row,
  type ScreenName,
} from "../api/screens";
import type { MeasureName } from "../measures/measures";
import { DataTable, type Column } from "./DataTable";
import { Panel } from "./Panel";
import { SaveMenu } from "./SaveMenu";
import { Empty } from "./states";

interface ScreenTableProps<Name extends ScreenName> {
  title: string;
  screen: Name;
  filters: FiltersOf<Name>;
  /** Not asked yet: what the filters mean is not known so far. */
  wait?: boolean;
  columns: Column<Row<Name>>[];
  rowKey: (row: Row<Name>) => string;
  /** Which rows of the answer; all of them unless said. */
  rows?: (data: Answer<Name>) => Row<Name>[];
  onOpen?: (row: Row<Name>) => void;
  openLabel?: (row: Row<Name>) => string;
  measure?: MeasureName;
  note?: ReactNode;
  empty?: ReactNode;
  sortBy?: { key: string; descending: boolean };
  className?: string;
  most?: number;
}

/** The rows of one screen as a table, with the whole of it as a file. */
export function ScreenTable<Name extends ScreenName>({
  title,
  screen,
  filters,
  columns,
  rowKey,
  rows,
  onOpen,
  openLabel,
  empty,
  sortBy,
  most,
  wait = false,
  ...frame
}: ScreenTableProps<Name>) {
  const query = useScreen(screen, filters, { wait });
  const shown = (data: Answer<Name>) => rows?.(data) ?? data.rows;
  return (
    <Panel
      {...frame}
      title={title}
      query={query}
      freshness={freshnessOf}
      firstRows
      height={260}
      isEmpty={(data) => shown(data).length === 0}
      empty={
        empty ?? <Empty title="Nothing to show for these filters">Widen the dates or the stores above.</Empty>
      }
      tools={() => <Files screen={screen} filters={filters} title={title} />}
    >
      {(data) => (
        <>
          <DataTable
            label={title}
            rows={shown(data)}
            rowKey={rowKey}
            columns={columns}
            onOpen={onOpen}
            {...(openLabel ? { openLabel } : {})}
            {...(sortBy ? { sortBy } : {})}
            most={most ?? 25}
          />
          {data.next_cursor ? (
            <p className="quiet small">
              The first {data.rows.length.toLocaleString()} rows; the file has all of them.
            </p>
          ) : null}
        </>
      )}
    </Panel>
  );
}

/** All rows of a screen, as the API writes them. */
function Files<Name extends ScreenName>({
  screen,
  filters,
  title,
}: Pick<ScreenTableProps<Name>, "screen" | "filters" | "title">) {
  return (
    <SaveMenu title={title}>
      <Menu.Item component="a" href={screenFile(screen, filters, "csv")} download={`${screen}.csv`}>
        All rows, CSV
      </Menu.Item>
      <Menu.Item component="a" href={screenFile(screen, filters, "parquet")} download={`${screen}.parquet`}>
        All rows, Parquet
      </Menu.Item>
    </SaveMenu>
  );
}
