import { Menu, SegmentedControl, VisuallyHidden } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useRef, useState, type ReactNode } from "react";
import type { MeasureName } from "../measures/measures";
import { DataTable } from "../ui/DataTable";
import { download, downloadPicture, fileName } from "../ui/download";
import { Icon } from "../ui/Icon";
import { Panel } from "../ui/Panel";
import { SaveMenu } from "../ui/SaveMenu";
import type { Freshness } from "../ui/Stamp";
import { Empty } from "../ui/states";
import { Chart, type ChartHandle } from "./Chart";
import { isEmpty, type ChartSpec } from "./spec";
import { headText, toCsv, toTable } from "./table";

interface ChartPanelProps<T> {
  title: string;
  query: UseQueryResult<T>;
  spec: (data: T) => ChartSpec;
  freshness?: (data: T) => Freshness;
  measure?: MeasureName;
  note?: ReactNode;
  empty?: ReactNode;
  height?: number;
  className?: string;
  /** A mark, or a row of the table, was chosen: which row. */
  onMark?: (row: number, data: T) => void;
  firstRows?: boolean;
  tools?: ReactNode;
}

/** A chart in its frame, with the same figures as table, CSV file and picture behind it. */
export function ChartPanel<T>({
  title,
  query,
  spec,
  empty,
  height = 280,
  onMark,
  tools,
  ...frame
}: ChartPanelProps<T>) {
  const [view, setView] = useState<"chart" | "table">("chart");
  const chart = useRef<ChartHandle>(null);
  const described = query.data === undefined ? null : spec(query.data);
  return (
    <Panel
      {...frame}
      title={title}
      query={query}
      height={height}
      isEmpty={() => described === null || isEmpty(described)}
      empty={
        empty ?? <Empty title="Nothing to show for these filters">Widen the dates or the stores above.</Empty>
      }
      tools={() =>
        described && !isEmpty(described) ? (
          <>
            {tools}
            <SegmentedControl
              size="xs"
              aria-label={`View of ${title}`}
              value={view}
              onChange={(value) => setView(value === "table" ? "table" : "chart")}
              data={[
                {
                  value: "chart",
                  label: (
                    <>
                      <Icon name="chart" size={14} />
                      <VisuallyHidden>Chart</VisuallyHidden>
                    </>
                  ),
                },
                {
                  value: "table",
                  label: (
                    <>
                      <Icon name="table" size={14} />
                      <VisuallyHidden>Table</VisuallyHidden>
                    </>
                  ),
                },
              ]}
            />
            <SaveMenu title={title}>
              <Menu.Item
                leftSection={<Icon name="table" size={16} />}
                onClick={() =>
                  download(fileName(title, "csv"), toCsv(toTable(described)), "text/csv;charset=utf-8")
                }
              >
                CSV
              </Menu.Item>
              <Menu.Item
                leftSection={<Icon name="picture" size={16} />}
                disabled={view === "table"}
                onClick={() => {
                  const picture = chart.current?.picture();
                  if (picture) downloadPicture(fileName(title, "png"), picture);
                }}
              >
                Picture
              </Menu.Item>
            </SaveMenu>
          </>
        ) : (
          tools
        )
      }
    >
      {(data) =>
        described === null ? null : view === "table" ? (
          <SpecTable
            spec={described}
            label={title}
            onOpen={onMark ? (row) => onMark(row, data) : undefined}
          />
        ) : (
          <Chart
            spec={described}
            height={height}
            handle={chart}
            onMark={onMark ? (row) => onMark(row, data) : undefined}
          />
        )
      }
    </Panel>
  );
}

interface TableLine {
  cells: (string | number | null)[];
  at: number;
}

/** The chart's figures; a row leads where its mark does, for those who press no marks. */
function SpecTable({
  spec,
  label,
  onOpen,
}: {
  spec: ChartSpec;
  label: string;
  onOpen: ((row: number) => void) | undefined;
}) {
  const table = toTable(spec);
  const rows = table.rows.map((cells, at): TableLine => ({ cells, at }));
  const head = (row: TableLine) => headText(spec, row.cells[0] ?? null);
  return (
    <DataTable
      label={label}
      rows={rows}
      rowKey={(row) => String(row.at)}
      most={100}
      onOpen={onOpen ? (row) => onOpen(row.at) : undefined}
      openLabel={head}
      columns={table.columns.map((column, at) => ({
        key: String(at),
        title: column.name,
        value: (row: TableLine) => row.cells[at] ?? null,
        ...(at === 0 ? { cell: head } : {}),
        ...(column.unit ? { unit: column.unit } : {}),
      }))}
    />
  );
}
