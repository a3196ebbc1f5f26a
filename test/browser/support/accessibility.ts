import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** Moderate, but of use to everybody who goes from landmark to landmark. */
const ALSO = 'landmark-unique';

/** What axe-core finds serious or critical on a page as it is shown. */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE); // by the debugger, so the policy of the page stays as it is
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    return (await axe.run()).violations;
  });
  return violations
    .filter(({ id, impact }) => impact === 'serious' || impact === 'critical' || id === ALSO)
    .map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
    );
}
