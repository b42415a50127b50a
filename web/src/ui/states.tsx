import { Button, Skeleton, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Icon } from "./Icon";
import css from "./states.module.css";

/** Nothing to show: why, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={css["state"]} data-state="empty">
      <Text fw={500}>{title}</Text>
      {children ? (
        <Text size="sm" className="quiet">
          {children}
        </Text>
      ) : null}
    </div>
  );
}

/** What failed, to what, and again. */
export function Failed({ error, onAgain }: { error: Error; onAgain?: (() => void) | undefined }) {
  return (
    <div className={css["state"]} role="alert" data-state="failed">
      <span className={css["bad"]}>
        <Icon name="anomalies" />
      </span>
      <Text fw={500}>This could not be loaded</Text>
      <Text size="sm" className={css["message"] ?? ""}>
        {error.message}
      </Text>
      {onAgain ? (
        <Button size="xs" variant="default" onClick={onAgain}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

/** As high as what will come, so that nothing jumps. */
export function Waiting({ height }: { height: number }) {
  return (
    <div data-state="waiting" aria-busy="true">
      <Skeleton height={height} radius="md" animate={false} />
      <span className={css["hidden"]}>Loading</span>
    </div>
  );
}
