/** One sample of an exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Family {
  readonly type: string;
  readonly samples: Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/**
 * Metrics in the text format of Prometheus, version 0.0.4, read as strictly as its specification allows: each
 * family once, with HELP and TYPE before its samples; no sample twice; histograms cumulative up to `+Inf`.
 *
 * @throws Error for the first line that is not as it should be
 */
export class Exposition {
  readonly families = new Map<string, Family>();

  constructor(text: string) {
    if (!text.endsWith('\n')) throw new Error('The last line does not end.');
    let current = '';
    const helped = new Set<string>();
    for (const line of text.split('\n').filter(Boolean)) {
      const [, keyword, name, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
      if (keyword === 'HELP') helped.add(unique(helped, name, line));
      else if (keyword === 'TYPE') {
        if (!NAME.test(name) || !helped.has(name)) throw new Error(`Without HELP: ${line}`);
        this.families.set(unique(this.families, name, line), { type: rest, samples: [] });
        current = name;
      } else this.add(current, line);
    }
    for (const [name, family] of this.families) if (family.type === 'histogram') checkHistogram(name, family);
  }

  /** The sum of the samples of `name` that have these labels. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const family = this.families.get(name) ?? this.families.get(name.replace(/_(count|sum|bucket)$/, ''));
    if (!family) throw new Error(`There is no ${name}.`);
    return family.samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  get samples(): Sample[] {
    return [...this.families.values()].flatMap(({ samples }) => samples);
  }

  private add(current: string, line: string): void {
    const family = this.families.get(current);
    const [, name, inside = '', text] = SAMPLE.exec(line) ?? [];
    const suffixes = SUFFIXES[family?.type ?? ''] ?? [''];
    if (!family || !suffixes.some((suffix) => name === current + suffix))
      throw new Error(`Not of ${current}: ${line}`);
    const sample = { name, labels: parseLabels(inside, line), value: parseValue(text, line) };
    if (family.samples.some((other) => keyOf(other) === keyOf(sample))) throw new Error(`Twice: ${line}`);
    family.samples.push(sample);
  }
}

function unique(known: { has(name: string): boolean }, name: string, line: string): string {
  if (known.has(name)) throw new Error(`Twice: ${line}`);
  return name;
}

function parseLabels(inside: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < inside.length) {
    const match = LABEL.exec(inside);
    if (!match || match[1] in labels) throw new Error(`Labels that cannot be read: ${line}`);
    labels[match[1]] = match[2];
  }
  return labels;
}

function parseValue(text: string, line: string): number {
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^NaN$/i.test(text)) return Number.NaN; // the mean of nothing
  if (Number.isNaN(Number(text))) throw new Error(`No number: ${line}`);
  return Number(text);
}

function labelsKey(labels: Sample['labels']): string {
  return Object.keys(labels)
    .toSorted((a, b) => a.localeCompare(b))
    .map((label) => `${label}=${JSON.stringify(labels[label])}`)
    .join();
}

function keyOf({ name, labels }: Sample): string {
  return name + labelsKey(labels);
}

function checkHistogram(name: string, { samples }: Family): void {
  const series = new Map<string, number[]>();
  for (const { name: of, labels, value } of samples) {
    const { le, ...others } = labels;
    const key = labelsKey(others);
    if (of === `${name}_bucket`) series.set(key, [...(series.get(key) ?? []), value]);
    else if (of === `${name}_count` && series.get(key)?.at(-1) !== value)
      throw new Error(`${name}: the last bucket is not the count.`);
    if (le === '+Inf' && series.get(key)!.some((count, index, all) => index > 0 && count < all[index - 1]))
      throw new Error(`${name}: its buckets are not cumulative.`);
  }
}
