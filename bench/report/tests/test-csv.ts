/** Reads tables of the exports back. */

import { expect } from 'vitest';

/** RFC 4180, section 2: records end with CRLF; quotes within quotes are doubled. Rows are by their column's name. */
export function parseCsv(text: string): { header: string[]; rows: Record<string, string>[] } {
  expect(text.endsWith('\r\n')).toBe(true);
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (!found) throw new Error('not a field');
    record.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === ',') continue;
    records.push(record);
    record = [];
  }
  const [header = [], ...rows] = records;
  return {
    header,
    rows: rows.map((row) => {
      expect(row).toHaveLength(header.length);
      return Object.fromEntries(header.map((name, at) => [name, row[at] ?? '']));
    }),
  };
}
