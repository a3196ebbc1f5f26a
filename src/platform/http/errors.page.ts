import { problemCatalog, type ProblemKind } from '../errors/domain-error';

/** `docs/errors.md`. */
export function errorsMarkdown(): string {
  const sections = problemCatalog().map(
    ({ code, status, title, meaning }) => `## ${code}\n\n**${status} ${title}.** ${meaning}\n`,
  );
  return `# Errors

Every error is an \`application/problem+json\` document (RFC 9457) with \`type\`, \`title\`, \`status\`, \`detail\`,
\`instance\`, \`request_id\` and a stable \`code\` to branch on. A failed job carries the same kind of document in \`error\`.

This file is generated from the error classes by \`npm run generate\`.

${sections.join('\n')}`;
}

/** The same for a browser: where `type` of a problem points. */
export function errorsHtml(): string {
  const sections = problemCatalog().map(section).join('\n');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Filemill errors</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}:target{background:#fff3bf}</style>
</head><body><h1>Errors</h1>
${sections}
</body></html>`;
}

function section({ code, status, title, meaning }: ProblemKind): string {
  const text = escape(meaning).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
  return `<section id="${code}"><h2>${code}</h2><p><strong>${status} ${escape(title)}.</strong> ${text}</p></section>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
