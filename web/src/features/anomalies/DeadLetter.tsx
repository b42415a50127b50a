import { Button, CloseButton, Textarea } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { answered, client } from "../../api/client";
import { count, format } from "../../format/format";
import { useSession } from "../../session/session";
import { Panel } from "../../ui/Panel";
import { Status } from "../../ui/Status";
import { hexLines, isWhole, letterName, maySendIn, reasonName } from "./letters";
import css from "./Anomalies.module.css";

interface DeadLetterProps {
  letter: { log_topic: string; log_partition: number; log_offset: number };
  onClose: () => void;
}

/** One message that was not accepted, all of it, and what can be done about it. */
export function DeadLetter({ letter, onClose }: DeadLetterProps) {
  const path = { topic: letter.log_topic, partition: letter.log_partition, offset: letter.log_offset };
  const query = useQuery({
    queryKey: ["screens", "letter", letterName(letter)],
    queryFn: ({ signal }) =>
      answered(client.GET("/v1/dead-letters/{topic}/{partition}/{offset}", { params: { path }, signal })),
  });
  const { session } = useSession();
  return (
    <Panel
      title="Dead letter"
      className="wide"
      query={query}
      tools={() => <CloseButton aria-label="Close the dead letter" onClick={onClose} />}
    >
      {(data) => (
        <div className="stack">
          <div className="row">
            {data.is_replayed ? (
              <Status level="good">replayed</Status>
            ) : (
              <Status level="watch">{reasonName(data.reason)}</Status>
            )}
            <span>{data.detail}</span>
          </div>
          <dl className={css["facts"]}>
            <dt>Came by</dt>
            <dd>{data.source || "–"}</dd>
            <dt>Place in the log</dt>
            <dd>{letterName(letter)}</dd>
            <dt>Size</dt>
            <dd>
              {format(data.bytes, count)} bytes{isWhole(data.reason) ? "" : ", the beginning of it"}
            </dd>
          </dl>
          {data.text === null || !isWhole(data.reason) ? (
            <pre className={css["bytes"]} tabIndex={0} aria-label="Bytes as they came">
              {hexLines(data.base64).join("\n")}
            </pre>
          ) : null}
          {maySendIn(data, session?.role) ? (
            <SendIn path={path} text={data.text ?? ""} whole={isWhole(data.reason) && data.text !== null} />
          ) : data.text !== null ? (
            <pre className={css["bytes"]} tabIndex={0} aria-label="Message as it came">
              {data.text}
            </pre>
          ) : null}
        </div>
      )}
    </Panel>
  );
}

interface SendInProps {
  path: { topic: string; partition: number; offset: number };
  text: string;
  /** As it is it may be sent in, too: its cause may be gone. */
  whole: boolean;
}

function SendIn({ path, text, whole }: SendInProps) {
  const queries = useQueryClient();
  const [message, setMessage] = useState(text);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const changed = message !== text;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    answered(
      client.POST("/v1/dead-letters/{topic}/{partition}/{offset}/replay", {
        params: { path },
        body: changed ? { message } : {},
      }),
    )
      .then((done) => {
        setProblem(
          done.reason === null ? null : `Refused again, ${reasonName(done.reason)}: ${done.detail ?? ""}`,
        );
        if (done.is_replayed) return queries.invalidateQueries({ queryKey: ["screens"] });
        return undefined;
      })
      .catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
      .finally(() => setBusy(false));
  };
  return (
    <form className={css["acknowledge"]} onSubmit={submit} aria-label="Send in again">
      <Textarea
        size="xs"
        label="Message"
        description="Correct what is wrong. It is judged as any message, and counts once."
        autosize
        minRows={3}
        maxRows={16}
        classNames={{ input: css["message"] ?? "" }}
        spellCheck={false}
        value={message}
        onChange={(event) => setMessage(event.currentTarget.value)}
        error={problem}
      />
      <div className="row">
        <Button
          size="xs"
          type="submit"
          loading={busy}
          disabled={message.trim() === "" || (!changed && !whole)}
        >
          {changed ? "Send in corrected" : "Send in as it is"}
        </Button>
        <Button size="xs" variant="default" disabled={!changed} onClick={() => setMessage(text)}>
          As it came
        </Button>
      </div>
    </form>
  );
}
