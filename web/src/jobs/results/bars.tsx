import { formatNumber } from '../../ui/format';

/** Small bars, one beside the other; the highest is as high as there is room. */
export function Bars({ label, values }: { label: string; values: readonly number[] }) {
  const most = Math.max(1, ...values);
  return (
    <figure className="bars">
      <svg
        viewBox={`0 0 ${values.length * 4} 40`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${values.map(formatNumber).join(', ')}`}
      >
        {values.map((value, index) => {
          const height = (value / most) * 40;
          return <rect key={index} x={index * 4} y={40 - height} width={3} height={height} />;
        })}
      </svg>
      <figcaption className="muted">{label}</figcaption>
    </figure>
  );
}
