interface ProgressProps {
  /** 0 to 1; undefined while nobody can tell. */
  readonly value: number | undefined;
  readonly label: string;
}

export function Progress({ value, label }: ProgressProps) {
  const percent = value === undefined ? undefined : Math.round(value * 100);
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-unknown={percent === undefined}
    >
      <span style={{ width: `${percent ?? 30}%` }} />
    </div>
  );
}
