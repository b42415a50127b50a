import { format, type Unit } from "../format/format";
import css from "./Gauge.module.css";

/** How far along: a bar with a mark where it should be. */
export function Gauge({
  value,
  of,
  unit,
  label,
}: {
  value: number | null;
  of: number;
  unit: Unit;
  label: string;
}) {
  const most = Math.max(of * 1.2, value ?? 0);
  const at = (figure: number) => `${Math.max(0, Math.min(100, (100 * figure) / (most || 1)))}%`;
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={value ?? 0}
      aria-valuemin={0}
      aria-valuemax={most}
      aria-valuetext={`${format(value, unit)} of ${format(of, unit)}`}
    >
      <div className={css["track"]}>
        <div className={css["done"]} style={{ width: at(value ?? 0) }} />
        <div className={css["aim"]} style={{ left: at(of) }} />
      </div>
      <div className={css["ends"]}>
        <span>{format(value, unit, "compact")}</span>
        <span>aim {format(of, unit, "compact")}</span>
      </div>
    </div>
  );
}
