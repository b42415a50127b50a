import { useSyncExternalStore } from "react";

/**
 * Decisions that can be undone: each is held here for ten seconds before it is asked of the program, so that an undone one
 * was never made. Whoever leaves the page meanwhile has decided: what is held then goes out at once.
 */
export const holdMs = 10_000;

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
  run: (leaving: boolean) => Promise<unknown>;
  timer: ReturnType<typeof setTimeout>;
}

export class HeldActs {
  private orders: Order[] = [];
  private shown: readonly HeldAct[] = [];
  private readonly listeners = new Set<() => void>();
  private next = 1;

  hold(act: {
    keys: readonly string[];
    label: string;
    becomes: string;
    run: (leaving: boolean) => Promise<unknown>;
  }): void {
    // A second thought about the same thing takes the place of the first.
    for (const earlier of this.orders.filter(
      (one) => one.state === "held" && one.keys.some((key) => act.keys.includes(key)),
    ))
      this.undo(earlier.id);
    const id = this.next++;
    this.orders.push({
      ...act,
      id,
      until: Date.now() + holdMs,
      state: "held",
      timer: setTimeout(() => void this.send(id, false), holdMs),
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
    for (const order of this.orders.filter((one) => one.state === "held")) void this.send(order.id, true);
  }

  read = (): readonly HeldAct[] => this.shown;
  listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private async send(id: number, leaving: boolean): Promise<void> {
    const order = this.orders.find((one) => one.id === id);
    if (!order || order.state !== "held") return;
    clearTimeout(order.timer);
    order.state = "sent";
    this.tell();
    try {
      await order.run(leaving);
      this.remove(id);
    } catch (error) {
      order.state = "failed";
      order.message = error instanceof Error ? error.message : String(error);
      this.tell();
    }
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
if (typeof window !== "undefined") window.addEventListener("pagehide", () => heldActs.leave());

export function useHeldActs(): readonly HeldAct[] {
  return useSyncExternalStore(heldActs.listen, heldActs.read);
}
