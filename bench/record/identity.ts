/** What a result is called: the second it began, and a hash of all that it says. */

import { createHash } from 'node:crypto';

/** `20261120-104953` */
export function stampOf(startedAt: string): string {
  return startedAt.replace(/[-:]|\.\d+Z/g, '').replace('T', '-');
}

/**
 * The same for the same result, whatever the order of its keys; another when one character of it is.
 *
 * @param result of any schema version, as it is stored
 */
export function resultId(result: { readonly startedAt: string; readonly [key: string]: unknown }): string {
  const { id: _id, ...content } = result;
  const hash = createHash('sha256').update(JSON.stringify(content, sortKeys)).digest('hex');
  return `${stampOf(result.startedAt)}-${hash.slice(0, 12)}`;
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
