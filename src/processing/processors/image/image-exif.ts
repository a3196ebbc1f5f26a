/** Where a picture was taken, in degrees (WGS 84; north and east positive) and metres above the sea. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude_m: number | null;
}

/** What the camera noted about a picture, as far as it is given out. */
export interface CameraData {
  readonly camera_make: string | null;
  readonly camera_model: string | null;
  readonly lens_model: string | null;
  readonly taken_at: string | null;
  readonly exposure_seconds: number | null;
  readonly f_number: number | null;
  readonly iso: number | null;
  readonly focal_length_mm: number | null;
  /** Null unless it was asked for. */
  readonly gps: Place | null;
}

const MAKE = 0x010f;
const MODEL = 0x0110;
const EXIF_IFD = 0x8769;
const GPS_IFD = 0x8825;
const EXPOSURE_TIME = 0x829a;
const F_NUMBER = 0x829d;
const ISO = 0x8827;
const DATE_TIME_ORIGINAL = 0x9003;
const OFFSET_TIME_ORIGINAL = 0x9011;
const FOCAL_LENGTH = 0x920a;
const LENS_MODEL = 0xa434;
const GPS = {
  latitudeRef: 1,
  latitude: 2,
  longitudeRef: 3,
  longitude: 4,
  altitudeRef: 5,
  altitude: 6,
} as const;

/** Entries of a directory that are looked at: cameras write about a hundred. */
const MAX_ENTRIES = 1_000;
const MAX_TEXT_BYTES = 200;

/**
 * Reads the few fields above from an EXIF block (CIPA DC-008, section 4.6), and none but them, so that the
 * cost does not depend on what else the block claims to hold.
 *
 * @param block - With or without the leading `Exif\0\0`
 * @param withPlace - whether the place is read at all
 * @returns null when the block is malformed or has none of the fields
 */
export function readExif(block: Buffer, withPlace = false): CameraData | null {
  const tiff = block.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
  const reader = TiffReader.of(tiff);
  if (!reader) return null;
  const image = reader.directory(reader.uint32(4));
  const photo = reader.directory(image.number(EXIF_IFD) ?? 0);
  const data: CameraData = {
    camera_make: image.text(MAKE),
    camera_model: image.text(MODEL),
    lens_model: photo.text(LENS_MODEL),
    taken_at: timestamp(photo.text(DATE_TIME_ORIGINAL), photo.text(OFFSET_TIME_ORIGINAL)),
    exposure_seconds: photo.number(EXPOSURE_TIME),
    f_number: photo.number(F_NUMBER),
    iso: photo.number(ISO),
    focal_length_mm: photo.number(FOCAL_LENGTH),
    gps: withPlace ? placeOf(reader.directory(image.number(GPS_IFD) ?? 0)) : null,
  };
  return Object.values(data).every((value) => value === null) ? null : data;
}

/** Null unless both coordinates are there and on the globe. */
function placeOf(directory: Directory): Place | null {
  const latitude = degrees(directory, GPS.latitude, GPS.latitudeRef, 'S', 90);
  const longitude = degrees(directory, GPS.longitude, GPS.longitudeRef, 'W', 180);
  if (latitude === null || longitude === null) return null;
  const height = directory.number(GPS.altitude);
  const isBelowSea = directory.byte(GPS.altitudeRef) === 1;
  return { latitude, longitude, altitude_m: height !== null && isBelowSea ? -height : height };
}

/** Degrees, minutes and seconds as degrees, to about a decimetre. */
function degrees(
  directory: Directory,
  tag: number,
  refTag: number,
  negative: string,
  limit: number,
): number | null {
  const parts = directory.rationals(tag, 3);
  const value = parts[0] + parts[1] / 60 + parts[2] / 3600;
  if (!(value >= 0 && value <= limit)) return null;
  const rounded = Number(value.toFixed(6));
  return directory.text(refTag) === negative ? -rounded : rounded;
}

/** `2024:05:01 12:30:00` and `+02:00` as RFC 3339; without an offset as a local time of ISO 8601. */
function timestamp(date: string | null, offset: string | null): string | null {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(date ?? '');
  if (!parts) return null;
  const [, year, month, day, time] = parts;
  const local = `${year}-${month}-${day}T${time}`;
  if (Number.isNaN(Date.parse(`${local}Z`))) return null;
  return /^[+-]\d\d:\d\d$/.test(offset ?? '') ? `${local}${offset}` : local;
}

/** One directory: where the value of each tag lies. */
class Directory {
  constructor(
    private readonly reader: TiffReader,
    private readonly entries: ReadonlyMap<number, number>,
  ) {}

  /** Without control characters, and null when nothing is left. */
  text(tag: number): string | null {
    const entry = this.entries.get(tag);
    const raw = entry === undefined ? '' : this.reader.ascii(entry);
    const text = raw.replaceAll(/[\p{Cc}\p{Cf}\ufffd]/gu, ' ').trim();
    return text === '' ? null : text;
  }

  /** A finite, positive number, rounded to what a camera can mean. */
  number(tag: number): number | null {
    const entry = this.entries.get(tag);
    const value = entry === undefined ? Number.NaN : this.reader.number(entry);
    return Number.isFinite(value) && value > 0 ? Number(value.toPrecision(6)) : null;
  }

  /** `count` unsigned fractions; NaN where there are none. */
  rationals(tag: number, count: number): number[] {
    const entry = this.entries.get(tag);
    return Array.from({ length: count }, (_, index) =>
      entry === undefined ? Number.NaN : this.reader.rational(entry, index),
    );
  }

  byte(tag: number): number | null {
    const entry = this.entries.get(tag);
    return entry === undefined ? null : this.reader.byte(entry);
  }
}

const BYTE = 1;
const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const ASCII = 2;

/** Reads outside of the block give 0. */
class TiffReader {
  private constructor(
    private readonly bytes: Buffer,
    private readonly littleEndian: boolean,
  ) {}

  static of(bytes: Buffer): TiffReader | undefined {
    const mark = bytes.toString('latin1', 0, 4);
    if (mark === 'II*\0') return new TiffReader(bytes, true);
    return mark === 'MM\0*' ? new TiffReader(bytes, false) : undefined;
  }

  uint16(offset: number): number {
    if (offset + 2 > this.bytes.length) return 0;
    return this.littleEndian ? this.bytes.readUInt16LE(offset) : this.bytes.readUInt16BE(offset);
  }

  uint32(offset: number): number {
    if (offset + 4 > this.bytes.length) return 0;
    return this.littleEndian ? this.bytes.readUInt32LE(offset) : this.bytes.readUInt32BE(offset);
  }

  directory(offset: number): Directory {
    const entries = new Map<number, number>();
    const count = offset >= 8 ? Math.min(this.uint16(offset), MAX_ENTRIES) : 0;
    for (let i = 0; i < count; i++) {
      const entry = offset + 2 + i * 12;
      const tag = this.uint16(entry);
      if (!entries.has(tag)) entries.set(tag, entry);
    }
    return new Directory(this, entries);
  }

  ascii(entry: number): string {
    if (this.uint16(entry + 2) !== ASCII) return '';
    const length = this.uint32(entry + 4);
    const start = length <= 4 ? entry + 8 : this.uint32(entry + 8);
    const text = this.bytes.subarray(start, start + Math.min(length, MAX_TEXT_BYTES));
    const end = text.indexOf(0);
    return text.toString('utf8', 0, end === -1 ? text.length : end);
  }

  byte(entry: number): number {
    return this.uint16(entry + 2) === BYTE && entry + 8 < this.bytes.length ? this.bytes[entry + 8] : 0;
  }

  /** One of the fractions that an entry lists. */
  rational(entry: number, index: number): number {
    if (this.uint16(entry + 2) !== RATIONAL || index >= this.uint32(entry + 4)) return Number.NaN;
    const at = this.uint32(entry + 8) + index * 8;
    return this.uint32(at) / this.uint32(at + 4);
  }

  number(entry: number): number {
    switch (this.uint16(entry + 2)) {
      case SHORT:
        return this.uint16(entry + 8);
      case LONG:
        return this.uint32(entry + 8);
      case RATIONAL:
        return this.rational(entry, 0);
      default:
        return Number.NaN;
    }
  }
}
