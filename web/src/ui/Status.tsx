import css from "./Status.module.css";

export type Level = "good" | "watch" | "bad" | "none";

const shapes: Record<Level, string> = { good: "●", watch: "▲", bad: "■", none: "○" };

/** A state: a word and a shape, and a colour besides. */
export function Status({ level, children }: { level: Level; children: string }) {
  return <span className={`${css["status"]} ${css[level]}`}><span aria-hidden="true">{shapes[level]}</span> {children}</span>;
}

/** Probability of running out, as a traffic light with words. */
function riskLevel(probability: number | null): { level: Level; word: string } {
  if (probability === null) return { level: "none", word: "unknown" };
  if (probability >= 0.8) return { level: "bad", word: "likely out" };
  if (probability >= 0.3) return { level: "watch", word: "at risk" };
  return { level: "good", word: "safe" };
}

export function Risk({ of }: { of: number | null | undefined }) {
  const risk = riskLevel(of ?? null);
  return <Status level={risk.level}>{risk.word}</Status>;
}

/** How urgent the API calls it. */
export function severityLevel(severity: string): Level {
  return severity === "critical" ? "bad" : severity === "warning" ? "watch" : "none";
}

/** The API's own words for it. */
export function riskWord(risk: string): { level: Level; word: string } {
  switch (risk) {
    case "out": return { level: "bad", word: "none left" };
    case "high": return { level: "bad", word: "likely out" };
    case "medium": return { level: "watch", word: "at risk" };
    case "low": return { level: "good", word: "safe" };
    default: return { level: "none", word: "unknown" };
  }
}
