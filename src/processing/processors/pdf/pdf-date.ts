const PDF_DATE = /^(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:Z|([+-])(\d\d)'?(\d\d)?)?/;

/**
 * Reads a date of a PDF (ISO 32000-2, section 7.9.4): `D:20240301103000+01'00'`. What it leaves out is the
 * smallest value, a missing zone UTC.
 *
 * @returns RFC 3339 in UTC; null for what is no date
 */
export function parsePdfDate(text: string): string | null {
  const match = PDF_DATE.exec(text);
  if (!match) return null;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00'] = match;
  const [sign = '+', zoneHours = '00', zoneMinutes = '00'] = match.slice(7);
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000${sign}${zoneHours}:${zoneMinutes}`;
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
