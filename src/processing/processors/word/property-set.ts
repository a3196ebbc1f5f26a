import { pageCount, statedText, timestamp, type StatedFacts } from './stated-facts';

/** Properties of `\x05SummaryInformation`, by number ([MS-OLEPS], section 3.1.2). */
const CODE_PAGE = 1;
const TITLE = 2;
const AUTHOR = 4;
const CREATED = 12;
const SAVED = 13;
const PAGES = 14;

/** Types of values. */
const INT16 = 2;
const INT32 = 3;
const TEXT = 30;
const TEXT_UTF16 = 31;
const FILETIME = 64;

/** From 1601, where FILETIME begins, to 1970, in milliseconds. */
const FILETIME_EPOCH_MS = 11_644_473_600_000;

type Value = string | number | Buffer | undefined;

/** Reads the summary of a `.doc`. What is damaged is taken as not stated: the text does not depend on it. */
export function readSummary(stream: Buffer | undefined): StatedFacts {
  const properties = stream ? readProperties(stream) : new Map<number, Value>();
  const codePage = properties.get(CODE_PAGE);
  const text = (id: number) => statedText(decode(properties.get(id), codePage));
  const date = (id: number) => timestamp(asNumber(properties.get(id)));
  return {
    title: text(TITLE),
    author: text(AUTHOR),
    createdAt: date(CREATED),
    modifiedAt: date(SAVED),
    pageCount: pageCount(asNumber(properties.get(PAGES)) ?? 0),
  };
}

function readProperties(stream: Buffer): Map<number, Value> {
  const properties = new Map<number, Value>();
  try {
    const section = stream.subarray(stream.readUInt32LE(44));
    const count = Math.min(section.readUInt32LE(4), section.length / 8);
    for (let index = 0; index < count; index++) {
      const at = 8 + index * 8;
      properties.set(section.readUInt32LE(at), readValue(section.subarray(section.readUInt32LE(at + 4))));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return properties;
}

function readValue(bytes: Buffer): Value {
  const type = bytes.readUInt16LE(0);
  if (type === INT16) return bytes.readUInt16LE(4);
  if (type === INT32) return bytes.readInt32LE(4);
  if (type === TEXT) return bytes.subarray(8, 8 + bytes.readUInt32LE(4));
  if (type === TEXT_UTF16) return bytes.toString('utf16le', 8, 8 + 2 * bytes.readUInt32LE(4));
  if (type !== FILETIME) return undefined;
  const ms = Number(bytes.readBigUInt64LE(4) / 10_000n);
  return ms === 0 ? undefined : ms - FILETIME_EPOCH_MS;
}

const asNumber = (value: Value): number | undefined => (typeof value === 'number' ? value : undefined);

function decode(value: Value, codePage: Value): string | undefined {
  if (!Buffer.isBuffer(value)) return typeof value === 'string' ? value : undefined;
  return new TextDecoder(encodingOf(codePage)).decode(value);
}

/** The encoding of a Windows code page; Windows-1252 for one that is not known. */
function encodingOf(codePage: Value): string {
  const labels = new Map<Value, string>([
    [1200, 'utf-16le'],
    [65001, 'utf-8'],
    [932, 'shift_jis'],
    [936, 'gbk'],
    [949, 'euc-kr'],
    [950, 'big5'],
    [10000, 'macintosh'],
  ]);
  const isWindows = typeof codePage === 'number' && codePage >= 1250 && codePage <= 1258;
  return labels.get(codePage) ?? (isWindows ? `windows-${codePage}` : 'windows-1252');
}
