/** A bar of a histogram whose bars all stand for as many values. */
export interface QuartileBar {
  /** 0 to 1, along the range of the values. */
  readonly from: number;
  readonly to: number;
  /** 0 to 1: how densely the values lie there. */
  readonly height: number;
}

/** Where the quarters of some values lie; undefined when they are all the same. */
export function quartileBars(
  min: number,
  quartiles: { p25: number; p50: number; p75: number },
  max: number,
): QuartileBar[] | undefined {
  const edges = [min, quartiles.p25, quartiles.p50, quartiles.p75, max];
  const range = max - min;
  if (!(range > 0)) return undefined;
  // Quarters of no width are drawn as thin ones, so that they can be seen.
  const widths = edges.slice(1).map((edge, index) => Math.max((edge - edges[index]) / range, 0.02));
  const densest = 1 / Math.min(...widths);
  return widths.map((width, index) => {
    const from = Math.min((edges[index] - min) / range, 1 - width);
    return { from, to: from + width, height: 1 / width / densest };
  });
}
