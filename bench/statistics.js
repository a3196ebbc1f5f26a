/** The middle one; of an even number the lower of the two. Undefined of none. */
function median(values) {
  const sorted = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** @param sorted - in ascending order */
function quantile(sorted, fraction) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
}

/** Field by field, over rounds that all have the same fields. */
function medians(rounds) {
  const fields = Object.keys(rounds[0]);
  return Object.fromEntries(fields.map((field) => [field, median(rounds.map((round) => round[field]))]));
}

module.exports = { median, quantile, medians };
