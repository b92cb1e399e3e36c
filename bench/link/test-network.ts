/** For the tests: suites that need network namespaces. */

import { describe } from 'vitest';
import { openNetwork } from './network.ts';

/** Where there can be none, the suite is skipped, and its name says why. */
export function describeWithNetwork(name: string, suite: () => void): void {
  const problem = networkProblem();
  if (problem === undefined) describe(name, suite);
  else describe.skip(`${name} (skipped: ${problem})`, suite);
}

function networkProblem(): string | undefined {
  try {
    const network = openNetwork(['pfifo', 'limit', '1000']);
    try {
      network.impose();
    } finally {
      network.close();
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
