import { Menu, SegmentedControl, VisuallyHidden } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useRef, useState, type ReactNode } from "react";
import type { MeasureName } from "../measures/measures";
import { DataTable } from "../ui/DataTable";
import { downloadPicture, fileName } from "../ui/download";
import { Icon } from "../ui/Icon";
import { Panel } from "../ui/Panel";
import { SaveMenu } from "../ui/SaveMenu";
import type { Freshness } from "../ui/Stamp";
import { Empty } from "../ui/states";
import { Chart, type ChartHandle } from "./Chart";
import { captionOf } from "./picture";
import { CsvItem } from "./SaveRows";
import { isEmpty, type ChartSpec } from "./spec";
import { headText, toTable } from "./table";

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
  /** A mark, or a row of the table, was chosen: which row; of a mark among several of a row, which column, too. */
  onMark?: (row: number, data: T, column: number | null) => void;
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
  const { data } = query;
  const described = data === undefined ? null : spec(data);
  const view = useChartView({
    title,
    spec: described,
    height,
    freshness: data === undefined ? null : (frame.freshness?.(data) ?? null),
    onMark: onMark && data !== undefined ? (row, column) => onMark(row, data, column) : undefined,
  });
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
      tools={() => (
        <>
          {tools}
          {view.tools}
        </>
      )}
    >
      {() => view.body}
    </Panel>
  );
}

interface ChartViewProps {
  title: string;
  /** Null: not known yet. */
  spec: ChartSpec | null;
  height: number;
  freshness: Freshness | null;
  onMark?: ((row: number, column: number | null) => void) | undefined;
}

/** A chart or its table, and the tools that choose between them and save both; for frames of any kind. */
export function useChartView({ title, spec, height, freshness, onMark }: ChartViewProps): {
  tools: ReactNode;
  body: ReactNode;
} {
  const [view, setView] = useState<"chart" | "table">("chart");
  const chart = useRef<ChartHandle>(null);
  if (spec === null || isEmpty(spec)) return { tools: null, body: null };
  const savePicture = () => {
    const picture = chart.current?.picture(captionOf(title, spec, freshness));
    if (picture) downloadPicture(fileName(title, "png"), picture);
  };
  return {
    tools: (
      <>
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
          <CsvItem title={title} table={() => toTable(spec)} />
          <Menu.Item
            leftSection={<Icon name="picture" size={16} />}
            disabled={view === "table"}
            onClick={savePicture}
          >
            Picture
          </Menu.Item>
        </SaveMenu>
      </>
    ),
    body:
      view === "table" ? (
        <SpecTable spec={spec} label={title} onOpen={onMark ? (row) => onMark(row, null) : undefined} />
      ) : (
        <Chart spec={spec} height={height} handle={chart} onMark={onMark} />
      ),
  };
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
