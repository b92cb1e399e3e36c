/** The id of a result: the second at which it began, and a hash of its content. */

import { createHash } from 'node:crypto';

/** `20261120-104953` */
export function stampOf(startedAt: string): string {
  return startedAt.replace(/[-:]|\.\d+Z/g, '').replace('T', '-');
}

/** @param result of any schema version, as it is stored; the order of its keys does not count */
export function resultId(result: { readonly startedAt: string; readonly [key: string]: unknown }): string {
  const { id: _id, ...content } = result;
  const hash = createHash('sha256').update(stableText(content)).digest('hex');
  return `${stampOf(result.startedAt)}-${hash.slice(0, 12)}`;
}

/** JSON that is equal for equal values, in whichever order their keys stand. */
export function stableText(value: unknown): string {
  return JSON.stringify(value, sortKeys);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
