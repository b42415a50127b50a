/** The shape of the last days beside a figure; no axes, so no figures are to be read off it. */
export function Spark({ values, height = 28 }: { values: (number | null)[]; height?: number }) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length < 2) return null;
  const top = Math.max(...known);
  const bottom = Math.min(0, ...known);
  const span = top - bottom || 1;
  const points = values.flatMap((value, at) =>
    value === null
      ? []
      : [`${(100 * at) / (values.length - 1)},${(height - 2) * (1 - (value - bottom) / span) + 1}`],
  );
  return (
    <svg
      viewBox={`0 0 100 ${height}`}
      width="100%"
      height={height}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polyline
        points={points.join(" ")}
        fill="none"
        stroke="var(--chart-1)"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
