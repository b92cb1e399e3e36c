/** Tables for spreadsheets and tools of statistics: RFC 4180, without columns that the run leaves empty. */

import { DIMENSIONS } from '../../../contract/dimensions.ts';
import type { Point } from '../../../contract/result.ts';

export type Field = string | number | boolean | null | undefined;

/** `payload_bytes`, of all that a point can set. */
export const POINT_HEADER: readonly string[] = DIMENSIONS.map(({ key }) => toSnakeCase(key));

export function pointFields(point: Point): Field[] {
  return DIMENSIONS.map(({ key }) => point[key]);
}

/**
 * Records with their line breaks. Numbers have every digit; a field that does not apply is empty. A column that no row fills
 * is left out, unless there is no row.
 */
export function csv(header: readonly string[], rows: readonly (readonly Field[])[]): string {
  const isFilled = (_: unknown, at: number) => rows.length === 0 || rows.some((row) => toField(row[at]) !== '');
  return [header, ...rows].map((row) => `${row.filter(isFilled).map(toField).join(',')}\r\n`).join('');
}

function toField(field: Field): string {
  const text = typeof field === 'string' ? inert(field) : String(field ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A spreadsheet would run text that begins like this as a formula; behind an apostrophe it shows it (OWASP, "CSV Injection"). */
function inert(text: string): string {
  return /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}
