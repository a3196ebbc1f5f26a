import type { Mail } from './mail';

/** A part of a letter. What is in it is text, whatever it looks like. */
export type Block =
  | { readonly paragraph: string }
  | { readonly facts: readonly (readonly [name: string, value: string])[] }
  | { readonly list: readonly string[] };

/** What a mail says, once for people who read text and for those who read HTML. */
export interface Letter {
  readonly subject: string;
  readonly heading: string;
  readonly blocks: readonly Block[];
}

const SIGNATURE = 'Sent by Filemill. Nobody reads replies to this address.';

/** Both bodies of a letter, of the same words. */
export function compose({ subject, heading, blocks }: Letter): Pick<Mail, 'subject' | 'text' | 'html'> {
  const text = [heading, ...blocks.map(toText), `-- \n${SIGNATURE}`].join('\n\n');
  return { subject, text: `${text}\n`, html: toPage(subject, heading, blocks) };
}

function toText(block: Block): string {
  if ('paragraph' in block) return block.paragraph;
  if ('list' in block) return block.list.map((item) => `- ${item}`).join('\n');
  const width = Math.max(...block.facts.map(([name]) => name.length));
  return block.facts.map(([name, value]) => `${`${name}:`.padEnd(width + 1)} ${value}`).join('\n');
}

function toPage(subject: string, heading: string, blocks: readonly Block[]): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0 auto;max-width:36em;padding:1.5em;font:16px/1.5 system-ui,sans-serif;color:#1c2430">
<h1 style="font-size:1.25em">${escapeHtml(heading)}</h1>
${blocks.map(toHtml).join('\n')}
<p style="margin-top:2em;color:#5b6675;font-size:.85em">${escapeHtml(SIGNATURE)}</p>
</body>
</html>
`;
}

function toHtml(block: Block): string {
  if ('paragraph' in block) return `<p>${escapeHtml(block.paragraph)}</p>`;
  if ('list' in block) return `<ul>${block.list.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
  const rows = block.facts.map(
    ([name, value]) =>
      `<tr><th style="text-align:left;vertical-align:top;padding:0 1em 0 0;font-weight:600">${escapeHtml(name)}</th>` +
      `<td style="overflow-wrap:anywhere">${escapeHtml(value)}</td></tr>`,
  );
  return `<table role="presentation" style="border-spacing:0">${rows.join('')}</table>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);
}
