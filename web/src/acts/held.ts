import { network } from "../api/network";
import { useMemo, useSyncExternalStore } from "react";

/**
 * Decisions that can be undone: each is held here for ten seconds before it is asked of the program, so that an undone one
 * was never made. Whoever leaves the page meanwhile has decided: what is held then goes out at once.
 */
export const holdMs = 10_000;
/** An act that was made shows what became of it at the latest after so long. */
const refreshDeadlineMs = 5_000;

const awayMessage = "offline: nothing was sent. Decide again once shelfcast answers.";

export interface HeldAct {
  id: number;
  /** What it is about, such as a proposal; one act at a time is held about a thing. */
  keys: readonly string[];
  label: string;
  /** What the thing shows meanwhile: "approved". */
  becomes: string;
  until: number;
  state: "held" | "sent" | "failed";
  message?: string;
}

interface Order extends HeldAct {
  run: () => Promise<unknown>;
  timer: ReturnType<typeof setTimeout> | undefined;
  settled?: Promise<void>;
}

export class HeldActs {
  private orders: Order[] = [];
  private shown: readonly HeldAct[] = [];
  private readonly listeners = new Set<() => void>();
  private next = 1;
  /** Has what the act is about shown as it is now; until then it shows what the act makes of it. */
  refresh: () => Promise<unknown> = () => Promise.resolve();

  hold(act: { keys: readonly string[]; label: string; becomes: string; run: () => Promise<unknown> }): void {
    // A second thought about the same thing takes the place of the first.
    for (const earlier of this.orders.filter(
      (one) => one.state === "held" && one.keys.some((key) => act.keys.includes(key)),
    ))
      this.undo(earlier.id);
    const id = this.next++;
    const isAway = network.read().isAway;
    this.orders.push({
      ...act,
      id,
      until: Date.now() + holdMs,
      // Not kept until the network is back: who decides now may not know any more what is decided then.
      ...(isAway
        ? { state: "failed", message: awayMessage, timer: undefined }
        : { state: "held", timer: setTimeout(() => this.send(id), holdMs) }),
    });
    this.tell();
  }

  undo(id: number): void {
    const order = this.orders.find((one) => one.id === id);
    if (!order || order.state === "sent") return;
    clearTimeout(order.timer);
    this.remove(id);
  }

  undoLast(): void {
    const last = this.orders.findLast((one) => one.state === "held");
    if (last) this.undo(last.id);
  }

  /** Everything that is held goes out now. */
  leave(): void {
    for (const order of this.orders.filter((one) => one.state === "held")) this.send(order.id);
  }

  /** The same, until it is known what became of it; false: something was refused, and is told. */
  async settle(): Promise<boolean> {
    const earlier = new Set(this.orders.filter((one) => one.state === "failed"));
    this.leave();
    await Promise.all(this.orders.map((one) => one.settled));
    return this.orders.every((one) => one.state !== "failed" || earlier.has(one));
  }

  /** Whoever decided cannot be asked any more: nothing goes out, and that is told. */
  giveUp(reason: string): void {
    for (const order of this.orders.filter((one) => one.state === "held")) {
      clearTimeout(order.timer);
      order.state = "failed";
      order.message = reason;
    }
    this.tell();
  }

  /** Nothing of it stays, and nothing goes out. */
  clear(): void {
    for (const order of this.orders) clearTimeout(order.timer);
    this.orders = [];
    this.tell();
  }

  read = (): readonly HeldAct[] => this.shown;
  listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private send(id: number): void {
    const order = this.orders.find((one) => one.id === id);
    if (!order || order.state !== "held") return;
    clearTimeout(order.timer);
    order.state = "sent";
    this.tell();
    order.settled = this.made(order);
  }

  private async made(order: Order): Promise<void> {
    try {
      await order.run();
    } catch (error) {
      order.state = "failed";
      order.message = error instanceof Error ? error.message : String(error);
      this.tell();
    }
    // Also after a refusal: it may be because somebody else decided.
    await Promise.race([
      this.refresh().catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, refreshDeadlineMs)),
    ]);
    if (order.state === "sent") this.remove(order.id);
  }

  private remove(id: number): void {
    this.orders = this.orders.filter((one) => one.id !== id);
    this.tell();
  }

  private tell(): void {
    this.shown = this.orders.map(({ id, keys, label, becomes, until, state, message }) => ({
      id,
      keys,
      label,
      becomes,
      until,
      state,
      ...(message ? { message } : {}),
    }));
    for (const listener of this.listeners) listener();
  }
}

export const heldActs = new HeldActs();
if (typeof window !== "undefined") {
  window.addEventListener("pagehide", () => heldActs.leave());
  // A phone that is put away, or shows another app, ends pages without a word.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") heldActs.leave();
  });
}

export function useHeldActs(): readonly HeldAct[] {
  return useSyncExternalStore(heldActs.listen, heldActs.read);
}

/** What is decided and not refused, by what it is about: what it becomes. */
export function usePending(): ReadonlyMap<string, string> {
  const held = useHeldActs();
  return useMemo(
    () =>
      new Map(
        held
          .filter((act) => act.state !== "failed")
          .flatMap((act) => act.keys.map((key) => [key, act.becomes] as const)),
      ),
    [held],
  );
}
