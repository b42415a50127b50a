import { Menu } from "@mantine/core";
import type { Column } from "../ui/DataTable";
import { download, fileName } from "../ui/download";
import { Icon } from "../ui/Icon";
import { SaveMenu } from "../ui/SaveMenu";
import { rowsTable, toCsv, type ChartTable } from "./table";

/** An entry of a save menu: figures as a file. */
export function CsvItem({ title, table }: { title: string; table: () => ChartTable }) {
  return (
    <Menu.Item
      leftSection={<Icon name="table" size={16} />}
      onClick={() => download(fileName(title, "csv"), toCsv(table()), "text/csv;charset=utf-8")}
    >
      CSV
    </Menu.Item>
  );
}

interface SaveRowsProps<T> {
  title: string;
  rows: readonly T[];
  /** Those of the table, but with values that are read, where the table's are for sorting only. */
  columns: readonly Column<T>[];
}

/** The rows of a table as they are shown, as a file: for tables that no screen of the API fills. */
export function SaveRows<T>({ title, rows, columns }: SaveRowsProps<T>) {
  return (
    <SaveMenu title={title}>
      <CsvItem title={title} table={() => rowsTable(rows, columns)} />
    </SaveMenu>
  );
}
