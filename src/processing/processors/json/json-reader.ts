import { readSync } from 'node:fs';

import { MAX_DEPTH } from './json-limits';
import { JsonDepthFault, JsonFault, JsonMachine } from './json-machine';
import { positionOf } from './json-position';
import { typeOf } from './json-tally';
import { JsonTooDeep } from './json.errors';
import { utf8Chunks } from './utf8-chunks';

const PROGRESS_STEP_BYTES = 4 * 1024 * 1024;

export interface JsonReading {
  readonly sizeBytes: number;
  /** A value a line. */
  readonly isLinewise: boolean;
  readonly progress: (fraction: number) => void;
  /** Bytes of a read: for tests. */
  readonly chunkBytes?: number;
}

/**
 * Reads an open file from its start.
 *
 * @throws JsonTooDeep
 */
export function readJson(file: number, reading: JsonReading) {
  const { sizeBytes, isLinewise } = reading;
  const head = Buffer.alloc(3);
  readSync(file, head, 0, 3, 0);
  const hasMark = head.equals(Buffer.of(0xef, 0xbb, 0xbf));
  const start = hasMark ? 3 : 0;
  const machine = new JsonMachine(start, isLinewise);
  const fault = utf16Fault(head) ?? feed(machine, file, start, reading);
  const about = {
    processor: 'json' as const,
    format: isLinewise ? ('ndjson' as const) : ('json' as const),
    size_bytes: sizeBytes,
    byte_order_mark: hasMark,
  };
  if (!fault) return { ...about, valid: true, error: null, ...shapeOf(machine, isLinewise) };
  const position = positionOf(file, start, fault.byteOffset);
  if (fault instanceof JsonDepthFault) throw new JsonTooDeep(MAX_DEPTH, position);
  return {
    ...about,
    valid: false,
    error: {
      message: fault.message,
      byte_offset: position.byteOffset,
      line: position.line,
      column: position.column,
    },
    depth: null,
    kinds: null,
    key_count: null,
    top_level: null,
    records: null,
  };
}

/** JSON that is exchanged is UTF-8 (RFC 8259, section 8.1); the mark of UTF-16 gives a better message. */
function utf16Fault(head: Buffer): JsonFault | undefined {
  const mark = head.readUInt16BE(0);
  if (mark !== 0xfeff && mark !== 0xfffe) return undefined;
  return new JsonFault('JSON must be UTF-8, but the file starts with the byte-order mark of UTF-16.', 0);
}

function feed(
  machine: JsonMachine,
  file: number,
  start: number,
  { sizeBytes, progress, chunkBytes = 256 * 1024 }: JsonReading,
): JsonFault | undefined {
  let nextReport = PROGRESS_STEP_BYTES;
  try {
    for (const { bytes, endOffset, isIllFormed } of utf8Chunks(file, start, chunkBytes)) {
      machine.write(bytes);
      if (isIllFormed) return new JsonFault('The bytes are no valid UTF-8.', endOffset);
      if (endOffset >= nextReport) {
        progress(Math.min(1, endOffset / sizeBytes));
        nextReport = endOffset + PROGRESS_STEP_BYTES;
      }
    }
    machine.end();
    return undefined;
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
}

function shapeOf({ tally, keys }: JsonMachine, isLinewise: boolean) {
  const listed = keys.list();
  const type = typeOf(tally.topType);
  const isContainer = type === 'object' || type === 'array';
  return {
    depth: tally.depth,
    kinds: tally.kinds,
    key_count: tally.keyCount,
    top_level: isLinewise
      ? null
      : {
          type,
          length: isContainer ? tally.topLength : null,
          keys: type === 'object' ? listed.keys.map(({ name }) => name) : null,
        },
    records: isLinewise ? { count: tally.records, keys: listed.keys, more_keys: listed.moreKeys } : null,
  };
}
