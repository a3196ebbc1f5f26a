import { useState } from 'react';
import { announce } from './announcer';
import { Icon } from './icon';

const SHOWN_MS = 2000;

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await writeToClipboard(text);
    setCopied(true);
    announce(`${label}: copied`);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <button type="button" className="button button-small" onClick={() => void copy()}>
      <Icon name="copy" />
      {isCopied ? 'Copied' : label}
    </button>
  );
}

/** The clipboard of browsers is for pages from https and localhost only; elsewhere the old way has to do. */
async function writeToClipboard(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
