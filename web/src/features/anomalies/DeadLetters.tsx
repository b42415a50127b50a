import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useScope } from "../../api/catalog";
import { answered, client } from "../../api/client";
import { useScreen } from "../../api/screens";
import { useParam } from "../../filters/useFilters";
import { formatInstant } from "../../format/format";
import { ScreenTable } from "../../ui/ScreenTable";
import { Status } from "../../ui/Status";
import { Empty } from "../../ui/states";
import { DeadLetter } from "./DeadLetter";
import { letterName, letterOf, reasonName, reasonsOf } from "./letters";
import css from "./Anomalies.module.css";

/** As many as are asked about at once. */
const most = 100;

/** What was not accepted: filtered by reason, opened, corrected and sent in again. */
export function DeadLetters() {
  const { logged, wait } = useScope();
  const [reason, setReason] = useParam("reason");
  const [open, setOpen] = useParam("letter");
  const filters = { ...logged, ...(reason ? { reason } : {}), limit: most };
  const letters = useScreen("anomalies_dead_letter_list", filters, { wait });
  const all = useScreen("anomalies_dead_letters", logged, { wait });
  const names = (letters.data?.rows ?? []).map(letterName);
  const replayed = useQuery({
    queryKey: ["screens", "replayed", names],
    queryFn: ({ signal }) =>
      answered(client.GET("/v1/dead-letters/replayed", { params: { query: { letter: names } }, signal })),
    enabled: names.length > 0,
  });
  const done = new Set(replayed.data?.replayed ?? []);
  const chosen = letterOf(open);
  const reasons = reasonsOf([...(all.data?.rows ?? []), ...(reason ? [{ reason }] : [])]);
  return (
    <>
      {chosen ? <DeadLetter key={open} letter={chosen} onClose={() => setOpen(null)} /> : null}
      <ScreenTable
        title="Dead letters and duplicates"
        screen="anomalies_dead_letter_list"
        wait={wait}
        filters={filters}
        className="wide"
        rowKey={letterName}
        most={10}
        onOpen={(row) => setOpen(letterName(row))}
        openLabel={(row) => `${reasonName(row.reason)}: ${row.detail}`}
        note={
          <span className="row">
            <Select
              size="xs"
              w={200}
              aria-label="Reason"
              placeholder="All reasons"
              clearable
              clearButtonProps={{ "aria-label": "All reasons" }}
              data={reasons.map((one) => ({ value: one, label: reasonName(one) }))}
              value={reason ?? null}
              onChange={setReason}
            />
            <span>
              Many at once, when their cause is gone:{" "}
              <code>shelfcast dead-letters replay --reason REASON</code>
            </span>
          </span>
        }
        empty={<Empty title="No message was refused in these dates" />}
        columns={[
          {
            key: "time",
            title: "When",
            value: (row) => row.log_time,
            cell: (row) => formatInstant(row.log_time),
          },
          { key: "reason", title: "Reason", value: (row) => reasonName(row.reason) },
          { key: "detail", title: "What was wrong", value: (row) => row.detail },
          {
            key: "state",
            title: "State",
            value: (row) => done.has(letterName(row)),
            cell: (row) =>
              done.has(letterName(row)) ? (
                <Status level="good">replayed</Status>
              ) : row.reason === "duplicate" ? (
                <Status level="none">counted before</Status>
              ) : (
                <Status level="watch">not counted</Status>
              ),
          },
          {
            key: "raw",
            title: "As it came",
            value: (row) => row.raw,
            cell: (row) => <div className={css["raw"]}>{row.raw}</div>,
            minor: true,
          },
          { key: "place", title: "Log", value: letterName, minor: true },
        ]}
      />
    </>
  );
}
