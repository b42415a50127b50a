import { ActionIcon, Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { heldActs, useHeldActs, type HeldAct } from "../acts/held";
import { Icon } from "../ui/Icon";
import css from "./HeldActs.module.css";

/** What was decided in the last ten seconds, each with its undo; and what was refused. */
export function HeldActs() {
  const acts = useHeldActs();
  const client = useQueryClient();
  useEffect(() => {
    heldActs.refresh = () => client.invalidateQueries({ queryKey: ["orders"] });
    return () => {
      heldActs.refresh = () => Promise.resolve();
    };
  }, [client]);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key === "z" && !/^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName))
        heldActs.undoLast();
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, []);
  return (
    <div className={css["acts"]} role="status" aria-live="polite" data-held={acts.length}>
      {acts.map((act) => (
        <Act key={act.id} act={act} />
      ))}
    </div>
  );
}

function Act({ act }: { act: HeldAct }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(0, Math.ceil((act.until - now) / 1_000));
  if (act.state === "failed") {
    return (
      <div className={`${css["act"]} ${css["failed"]}`} role="alert">
        <span>
          {act.label} was refused: {act.message}
        </span>
        <ActionIcon variant="subtle" color="gray" aria-label="Dismiss" onClick={() => heldActs.undo(act.id)}>
          <Icon name="close" size={16} />
        </ActionIcon>
      </div>
    );
  }
  return (
    <div className={css["act"]}>
      <span>{act.label}</span>
      {act.state === "held" ? (
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<Icon name="undo" size={14} />}
          onClick={() => heldActs.undo(act.id)}
        >
          Undo <span aria-hidden="true">&nbsp;{left}</span>
        </Button>
      ) : (
        <span className="quiet">sending</span>
      )}
    </div>
  );
}
