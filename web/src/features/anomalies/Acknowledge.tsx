import { Button, Textarea } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { answered, client } from "../../api/client";
import type { Row } from "../../api/screens";
import { useSession } from "../../session/session";
import { mayAcknowledge } from "./anomalies";
import css from "./Anomalies.module.css";

/** Says who looks at an incident, and what they found. Whoever looks already may write another note. */
export function Acknowledge({ incident }: { incident: Row<"anomalies_incidents"> }) {
  const queries = useQueryClient();
  const { session } = useSession();
  const [note, setNote] = useState(incident.note);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (!session || !mayAcknowledge(incident, session)) return null;
  const isOpen = incident.state === "open";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    answered(
      client.POST("/v1/incidents/{incident_id}/acknowledge", {
        params: { path: { incident_id: incident.incident_id } },
        body: { note: note.trim() },
      }),
    )
      .then(() => {
        setProblem(null);
        return queries.invalidateQueries({ queryKey: ["screens"] });
      })
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <form className={css["acknowledge"]} onSubmit={submit} aria-label="Acknowledge">
      <Textarea
        size="xs"
        label="Note"
        placeholder="What you found, or will do"
        autosize
        minRows={2}
        maxRows={6}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        error={problem}
      />
      <Button
        size="xs"
        type="submit"
        variant={isOpen ? "filled" : "default"}
        loading={busy}
        disabled={!isOpen && note.trim() === incident.note}
      >
        {isOpen ? "I look at it" : "Change the note"}
      </Button>
    </form>
  );
}
