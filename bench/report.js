/**
 * Writes what people read out of `results.json`: `results.md`, and the table in the README.
 *
 *     node bench/report.js           write them
 *     node bench/report.js --check   write nothing; fail when one of them says something else
 */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { isMet } = require('./ratios');

const ROOT = path.join(__dirname, '..');
const RESULTS = path.join(__dirname, 'results.json');
const README_TABLE = /(<!-- bench: written by bench\/report\.js -->\n)[^]*(<!-- bench end -->)/;

/** Everything that was measured, for people. */
function markdown({ date, machine, versions, scenarios, ratios }) {
  const sections = Object.values(scenarios).map(section);
  return [
    '# Results',
    `Measured on ${date.slice(0, 10)} by \`npm run bench\`: ${place(machine)}. Medians of the rounds; all servers in one run, one at a time, in alternating rounds, client and server on the same machine. Ratios travel to other machines, figures do not.`,
    '## Ratios',
    ratiosTable(ratios),
    ...sections,
    '## Versions',
    table(
      ['', ''],
      Object.entries(versions).map(([name, version]) => [name, version ?? 'not installed']),
    ),
  ].join('\n\n');
}

function section({ title, about, rounds, titles, rows }) {
  const [first] = Object.values(rows);
  const head = ['', ...Object.keys(first).map(heading)];
  const lines = Object.entries(rows).map(([name, row]) =>
    [titles[name]].concat(Object.values(row).map(figure)),
  );
  return [
    `## ${title}`,
    `${about} ${rounds > 1 ? `Medians of ${rounds} rounds.` : ''}`.trim(),
    table(head, lines),
  ].join('\n\n');
}

function ratiosTable(ratios) {
  return table(
    ['', 'measured', 'goal', ''],
    ratios.map((ratio) => [
      ratio.what,
      figure(ratio.value),
      ratio.goal === undefined ? '' : `${ratio.lower ? '≤' : '≥'} ${figure(ratio.goal)}`,
      ratio.goal === undefined ? '' : isMet(ratio) ? 'met' : 'not met',
    ]),
  );
}

/** The rows of the README: what people would otherwise use, side by side. */
function readmeTable({ date, machine, scenarios }) {
  const [small, big, reads, start] = ['small-uploads', 'big-upload', 'job-reads', 'start'].map(
    (id) => scenarios[id],
  );
  const rows = ['filemill', 'fastapi', 'express', 'nest', 'bullmq'].map((name) =>
    [small.titles[name] ?? name].concat(
      [
        small.rows[name]?.completed_per_s,
        small.rows[name]?.p99_ms,
        big.rows[name]?.mb_per_s,
        big.rows[name]?.peak_rss_mib,
        reads.rows[name]?.requests_per_s,
        start.rows[name]?.idle_rss_mib,
      ].map(figure),
    ),
  );
  const head = [
    '',
    '1-KiB uploads completed /s',
    'p99 ms',
    '1-GiB upload MB/s',
    'peak RSS MiB',
    '`GET /jobs/{id}` /s',
    'idle RSS MiB',
  ];
  return `${table(head, rows)}\n\nOn ${date.slice(0, 10)}, ${place(machine)}; Filemill with fsync and hashes, the others without.\n`;
}

function place({ cpu, cores, memory_gib, system, file_system }) {
  return `${cores} cores of ${cpu.replaceAll(/\(R\)|\(TM\)/g, '')}, ${memory_gib} GiB, ${system}, ${file_system}`;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join(
    '\n',
  );
}

/** `mb_per_s` → `MB/s` */
function heading(field) {
  const [, what, unit] = /^(.*?)_?(mb_per_s|per_s|ms_per_upload|ms|mib|s)$/.exec(field) ?? [
    undefined,
    field,
    '',
  ];
  const units = {
    mb_per_s: 'MB/s',
    per_s: '/s',
    ms_per_upload: 'ms per upload',
    ms: 'ms',
    mib: 'MiB',
    s: 's',
  };
  return `${what.replaceAll('_', ' ').replace('rss', 'RSS').replace('cpu', 'CPU')} ${units[unit] ?? ''}`.trim();
}

function figure(value) {
  if (value === undefined) return '–';
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}

/** Nothing before the first run. */
async function reports() {
  if (!existsSync(RESULTS)) return {};
  const results = JSON.parse(readFileSync(RESULTS, 'utf8'));
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const texts = {
    'bench/results.md': markdown(results),
    'README.md': readme.replace(
      README_TABLE,
      (_whole, start, end) => `${start}\n${readmeTable(results)}\n${end}`,
    ),
  };
  const { format, resolveConfig } = await import('prettier');
  const config = await resolveConfig(path.join(ROOT, 'README.md'));
  for (const [name, text] of Object.entries(texts)) {
    texts[name] = await format(text, { ...config, parser: 'markdown' });
  }
  return texts;
}

async function writeReports() {
  for (const [name, text] of Object.entries(await reports())) writeFileSync(path.join(ROOT, name), text);
}

async function checkReports() {
  for (const [name, text] of Object.entries(await reports())) {
    if (readFileSync(path.join(ROOT, name), 'utf8') === text) continue;
    console.error(`${name} is not what bench/results.json says. Run: node bench/report.js`);
    process.exitCode = 1;
  }
}

module.exports = { markdown, writeReports };

if (require.main === module) {
  void (process.argv.includes('--check') ? checkReports() : writeReports());
}
