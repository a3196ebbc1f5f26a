/**
 * Draws the pictures of the page that the documentation shows: `npm run screenshots`.
 * A service of its own, with files of its own, so that they look the same whoever draws them.
 */
const { mkdirSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');
const sharp = require('sharp');
const { createApp } = require('../dist/app.js');

const ROOT = path.join(__dirname, '..');
const OUTPUT = path.join(ROOT, 'docs', 'images');
const FIXTURES = path.join(ROOT, 'src', 'processing', 'processors');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'; // oxlint-disable-line no-process-env

const WIDE = { width: 1200, height: 900 };
const NARROW = { width: 390, height: 844 };

const FILES = [
  ['release-notes.md', Buffer.from('# Notes\n\n'.concat('Every accepted job reaches an end.\n'.repeat(40)))],
  ['orders.csv', Buffer.from(orders(400))],
  ['report.docx', readFileSync(path.join(FIXTURES, 'word/fixtures/report.docx'))],
  ['photo.jpg', readFileSync(path.join(FIXTURES, 'image/fixtures/photo.jpg'))],
  ['backup.zip', readFileSync(path.join(FIXTURES, 'archive/fixtures/info-zip.zip'))],
];

/** A table whose numbers are not spread evenly, so that there is something to see. */
function orders(rows) {
  const names = ['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan'];
  const lines = Array.from({ length: rows }, (_, i) => {
    const amount = (5 + ((i * 7919) % 97) ** 2 / 40).toFixed(2);
    const day = new Date(Date.UTC(2026, 0, 1 + (i % 200))).toISOString().slice(0, 10);
    return `${1000 + i},${names[i % 5]},${day},${amount},${i % 3 === 0 ? '' : 'yes'}`;
  });
  return `order,customer,placed,amount,paid\n${lines.join('\n')}\n`;
}

/** How far the clock of this process is behind, so that an hour of work is done in seconds. */
let behindMs = 0;
const now = Date.now;
Date.now = () => now() - behindMs;

/** An hour in which more and less came in, some of it broken. */
async function work(url) {
  for (let minute = 58; minute >= 0; minute--) {
    behindMs = minute * 60_000;
    const jobs = Math.round(4 + 3 * Math.sin(minute / 7) + ((minute * 7919) % 5) - 2);
    await Promise.all(Array.from({ length: Math.max(0, jobs) }, (_, i) => handIn(url, minute * 7 + i)));
  }
}

async function handIn(url, nth) {
  const kinds = [
    ['minutes.txt', 'We met, and agreed.\n'],
    ['prices.csv', orders(20)],
    ['settings.json', '{"a": [1, 2, 3]}'],
    ['letter.txt', nth % 3 === 0 ? Buffer.from([0x63, 0xe9, 0x20]) : 'Dear Ada\n'],
  ];
  const [name, content] = kinds[nth % kinds.length];
  const form = new FormData();
  form.append('file', new File([content], name));
  const answer = await fetch(`${url}/upload`, { method: 'POST', body: form, headers: { Prefer: 'wait=30' } });
  if (!answer.ok) throw new Error(await answer.text());
}

async function main() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'filemill-screenshots-'));
  const app = await createApp({ DATA_DIR: dataDir, LOG_LEVEL: 'silent', PORT: '0', RATE_LIMITS: 'off' });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    await app.listen(0, '127.0.0.1');
    mkdirSync(OUTPUT, { recursive: true });
    await draw(browser, await app.getUrl());
  } finally {
    await browser.close();
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function draw(browser, url) {
  const page = await open(browser, url, WIDE, 'light');
  await page.goto(`${url}/background`);
  const files = FILES.map(([name, buffer]) => ({ name, buffer, mimeType: 'application/octet-stream' }));
  for (const file of files) {
    await page.locator('input[type=file]').setInputFiles(file);
    await page.locator('.jobs-table tr', { hasText: file.name }).getByText('Completed').waitFor();
  }
  const table = await page.getByRole('link', { name: 'orders.csv' }).first().getAttribute('href');
  const photo = await page.getByRole('link', { name: 'photo.jpg' }).first().getAttribute('href');
  await page.reload();
  for (const colors of ['light', 'dark']) {
    await shoot(await open(browser, url, WIDE, colors), `${url}/`, `home-${colors}`);
    await shoot(await open(browser, url, WIDE, colors), `${url}/${table}`, `job-${colors}`);
  }
  await shoot(await open(browser, url, NARROW, 'light'), `${url}/${photo}`, 'narrow-light');
  await work(url);
  for (const colors of ['light', 'dark'])
    await shoot(await open(browser, url, WIDE, colors), `${url}/#/insight`, `insight-${colors}`);
}

async function open(browser, url, viewport, colorScheme) {
  return browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
}

/** When nothing is being loaded any more; few colours make small files. */
async function shoot(page, address, name) {
  await page.goto(address);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('load');
  await page.waitForFunction(() => document.querySelector('.loading') === null);
  await sharp(await page.screenshot())
    .png({ palette: true, colours: 128, compressionLevel: 9 })
    .toFile(path.join(OUTPUT, `${name}.png`));
  await page.close();
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
