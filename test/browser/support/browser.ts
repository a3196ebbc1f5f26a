import { existsSync } from 'node:fs';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { PATIENCE_MS } from '../../support/eventually';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const VIOLATION = /content security policy/i;

/** A browser, and what its pages did that they must not do. */
export class TestBrowser {
  private readonly offences: string[] = [];

  private constructor(private readonly browser: Browser) {}

  static async launch(): Promise<TestBrowser> {
    if (!existsSync(CHROMIUM))
      throw new Error(`${CHROMIUM} is missing: apt-get install chromium, or set CHROMIUM to where one is.`);
    const args = ['--no-sandbox', '--disable-dev-shm-usage'];
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args }));
  }

  /** A reader of their own: no cookies or storage of others. */
  async reader(url: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ baseURL: url, reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    await this.guard(context, new URL(url).origin);
    return context.newPage();
  }

  /** @throws Error when a page asked another host, broke its policy, or threw an error */
  expectNoOffence(): void {
    const offences = this.offences.splice(0);
    if (offences.length > 0) throw new Error(offences.join('\n'));
  }

  async close(): Promise<void> {
    await this.browser.close();
  }

  private async guard(context: BrowserContext, origin: string): Promise<void> {
    context.on('request', (request) => {
      const isOwn = request.url().startsWith(`${origin}/`) || /^(?:blob|data):/.test(request.url());
      if (!isOwn) this.offences.push(`asked for ${request.url()}`);
    });
    context.on('weberror', (error) => this.offences.push(`threw ${error.error().stack}`));
    context.on('console', (message) => {
      if (VIOLATION.test(message.text())) this.offences.push(message.text());
    });
  }
}
