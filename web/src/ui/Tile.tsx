import { useEffect, useRef, useState, type ReactNode } from "react";
import { format, formatChange, type Figure, type Unit } from "../format/format";
import type { MeasureName } from "../measures/measures";
import { Help } from "./Help";
import { Spark } from "./Spark";
import css from "./Tile.module.css";

interface TileProps {
  label: string;
  value: Figure;
  unit: Unit;
  measure?: MeasureName;
  /** Relative change, and what it is against. */
  change?: ChangeProps;
  trend?: (number | null)[];
  children?: ReactNode;
  /** For tests: the figure as it came. */
  id?: string;
}

/** One figure that matters, what it was before, and how it got here. */
export function Tile({ label, value, unit, measure, change, trend, children, id }: TileProps) {
  const moved = useMoved(value);
  return (
    <div className={css["tile"]} data-tile={id ?? label}>
      <div className={css["label"]}>
        <span>{label}</span>
        {measure ? <Help of={measure} /> : null}
      </div>
      <div
        className={`${css["figure"]} ${moved ? css["moved"] : ""}`}
        data-value={value ?? ""}
        title={format(value, unit)}
      >
        {format(value, unit, "compact")}
      </div>
      {change ? <Change {...change} /> : null}
      {trend && trend.length > 1 ? <Spark values={trend} /> : null}
      {children ? <div className={css["note"]}>{children}</div> : null}
    </div>
  );
}

interface ChangeProps {
  value: number | null;
  against: string;
  goodWhen?: "more" | "less";
  /** Why there is none. */
  without?: string;
}

export function Change({
  value,
  against,
  goodWhen = "more",
  without = "nothing to compare with",
}: ChangeProps) {
  const level =
    value === null || value === 0 ? "quiet" : value > 0 === (goodWhen === "more") ? "good" : "bad";
  return (
    <div className={css["note"]}>
      {value === null ? null : (
        <span className={css[level]}>
          <span aria-hidden="true">{value > 0 ? "▲" : value < 0 ? "▼" : "■"}</span> {formatChange(value)}
        </span>
      )}
      {value === null ? without : ` ${against}`}
    </div>
  );
}

/** True for a second after the value became another one. */
function useMoved(value: Figure): boolean {
  const [moved, setMoved] = useState(false);
  const last = useRef(value);
  useEffect(() => {
    if (last.current === value) return undefined;
    const first = last.current === undefined || last.current === null;
    last.current = value;
    if (first) return undefined;
    setMoved(true);
    const timer = setTimeout(() => setMoved(false), 1_000);
    return () => clearTimeout(timer);
  }, [value]);
  return moved;
}
