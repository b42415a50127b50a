import css from "./Status.module.css";

export type Level = "good" | "watch" | "bad" | "none";

const shapes: Record<Level, string> = { good: "●", watch: "▲", bad: "■", none: "○" };

/** A state: a word and a shape, and a colour besides. */
export function Status({ level, children }: { level: Level; children: string }) {
  return <span className={`${css["status"]} ${css[level]}`}><span aria-hidden="true">{shapes[level]}</span> {children}</span>;
}

/** Probability of running out, as a traffic light with words. */
export function riskLevel(probability: number | null): { level: Level; word: string } {
  if (probability === null) return { level: "none", word: "unknown" };
  if (probability >= 0.5) return { level: "bad", word: "likely out" };
  if (probability >= 0.2) return { level: "watch", word: "at risk" };
  return { level: "good", word: "safe" };
}
