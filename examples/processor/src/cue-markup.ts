import type { SubtitleFormat } from './cue';

/** All that is no text. SubRip has a few tags, and else `<` means itself; in WebVTT every `<` begins a tag. */
const MARKUP: Readonly<Record<SubtitleFormat, RegExp>> = {
  srt: /<\/?(?:[biu]|font)(?:\s[^<>]*)?>|\{\\[^{}]*\}/gi,
  vtt: /<[^<>]*>/g,
};

/** What both formats have. */
const SHARED_TAG = /(<\/?[biu]>)/i;

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&nbsp;': '\u00a0',
  '&lrm;': '\u200e',
  '&rlm;': '\u200f',
};

/** Without markup and entities. */
export function plainText(text: string, format: SubtitleFormat): string {
  return unescape(text.replace(MARKUP[format], ''), format);
}

/** In the other format: bold, italic and underlined text stays so, other markup is left out. */
export function convertText(text: string, from: SubtitleFormat): string {
  const kept = text.replace(MARKUP[from], (tag) => (SHARED_TAG.test(tag) ? tag : ''));
  const converted = kept.split(SHARED_TAG).map((piece, index) => {
    if (index % 2 === 1) return piece.toLowerCase();
    return from === 'vtt' ? unescape(piece, from) : escape(piece);
  });
  return withoutBlankLines(converted.join(''));
}

function unescape(text: string, format: SubtitleFormat): string {
  return format === 'srt' ? text : text.replaceAll(/&(?:amp|lt|gt|nbsp|lrm|rlm);/g, (name) => ENTITIES[name]);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A blank line would end the cue. */
function withoutBlankLines(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n');
}
