import { TextDecoder } from 'node:util';

import { SaxesParser, type SaxesTagNS } from 'saxes';

import { DocumentTooComplex, InvalidDocument } from './word.errors';

const MAX_DEPTH = 1000;
const MAX_ATTRIBUTES = 1000;

export interface XmlHandler {
  open?: (tag: SaxesTagNS) => void;
  close?: (tag: SaxesTagNS) => void;
  text?: (text: string) => void;
}

/**
 * Parses XML as it arrives; after each chunk the handler has seen what was complete in it. There are no entities
 * but the five of XML itself: a document type is refused, as Office Open XML does (ECMA-376-2, section 8.2.5).
 *
 * @throws InvalidDocument · DocumentTooComplex
 */
export async function* parseXml(bytes: AsyncIterable<Buffer>, handler: XmlHandler): AsyncGenerator<void> {
  const parser = createParser(handler);
  let decoder: TextDecoder | undefined;
  for await (const chunk of bytes) {
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    parser.write(decode(decoder, chunk));
    yield;
  }
  if (decoder) parser.write(decode(decoder));
  parser.close();
  yield;
}

function createParser({ open, close, text }: XmlHandler) {
  const parser = new SaxesParser({ xmlns: true });
  let depth = 0;
  let attributes = 0;
  parser.on('error', (cause) => {
    throw new InvalidDocument('The document holds XML that is not well-formed.', { cause });
  });
  parser.on('doctype', () => {
    throw new InvalidDocument(
      'The document holds XML with a document type, which Word documents never have.',
    );
  });
  parser.on('opentagstart', () => {
    attributes = 0;
    if (++depth > MAX_DEPTH) throw new DocumentTooComplex('The document is nested too deeply.');
  });
  parser.on('attribute', () => {
    if (++attributes > MAX_ATTRIBUTES) throw new DocumentTooComplex('An element has too many attributes.');
  });
  if (open) parser.on('opentag', open);
  parser.on('closetag', (tag) => {
    depth--;
    close?.(tag);
  });
  if (text) {
    parser.on('text', text);
    parser.on('cdata', text);
  }
  return parser;
}

/** UTF-8 or UTF-16, the two that the format allows; without a mark, by the zero beside the first `<`. */
function encodingOf(head: Buffer): string {
  if (head[0] === 0xfe || (head[0] === 0 && head[1] === 0x3c)) return 'utf-16be';
  if (head[0] === 0xff || (head[0] === 0x3c && head[1] === 0)) return 'utf-16le';
  return 'utf-8';
}

function decode(decoder: TextDecoder, chunk?: Buffer): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch (cause) {
    throw new InvalidDocument('The document holds XML that is neither UTF-8 nor UTF-16.', { cause });
  }
}
