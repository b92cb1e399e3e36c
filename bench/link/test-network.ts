/** For the tests: whether network namespaces can be had here. */

import { openNetwork } from './network.ts';

/** @returns why not; undefined where they can */
export function networkProblem(): string | undefined {
  try {
    openNetwork(['pfifo', 'limit', '1000']).close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
