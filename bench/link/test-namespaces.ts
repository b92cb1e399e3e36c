/** For the tests: whether network namespaces can be had here. */

import { openNamespaces } from './namespaces.ts';

/** @returns why not; undefined where they can */
export function namespacesProblem(): string | undefined {
  try {
    openNamespaces(['pfifo', 'limit', '1000']).close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
