/** Fifteen minutes as a line from zero: no axis, no fill. `undefined` is a gap: the line stops where facts stop. */
export const Spark = (props: {
  values: readonly (number | undefined)[];
  tone?: "plain" | "warn" | "down";
  /** What the line shows, for those who do not see it; the numbers stand in the row already. */
  label?: string;
}) => {
  const tone = props.tone ?? "plain";
  return (
    <svg
      className={tone === "plain" ? "spark" : `spark ${tone}`}
      viewBox="0 0 100 18"
      preserveAspectRatio="none"
      role={props.label === undefined ? undefined : "img"}
      aria-label={props.label}
      aria-hidden={props.label === undefined ? true : undefined}
    >
      <path className="base" d="M0 17.5h100" />
      {sparkLines(props.values).map((points) => (
        <polyline key={points} points={points} />
      ))}
    </svg>
  );
};

/** One polyline per stretch without a gap, in a box of 100 by 18 with 1 unit of air. */
export const sparkLines = (values: readonly (number | undefined)[]): string[] => {
  const most = values.reduce<number>((top, value) => Math.max(top, value ?? 0), 0);
  const last = Math.max(1, values.length - 1);
  const lines: string[] = [];
  let points: string[] = [];
  for (const [index, value] of values.entries()) {
    if (value === undefined) {
      if (points.length > 1) lines.push(points.join(" "));
      points = [];
      continue;
    }
    const y = most === 0 ? 17 : 17 - (value / most) * 15;
    points.push(`${((index / last) * 100).toFixed(1)},${y.toFixed(1)}`);
  }
  if (points.length > 1) lines.push(points.join(" "));
  return lines;
};
