/** For the tests: suites that need network namespaces. */

import { describe } from 'vitest';
import { networkProblem } from './network.ts';

/** Where there can be none, the suite is skipped, and its name says why. */
export function describeWithNetwork(name: string, suite: () => void): void {
  const problem = networkProblem(['pfifo', 'limit', '1000']);
  if (problem === undefined) describe(name, suite);
  else describe.skip(`${name} (skipped: ${problem})`, suite);
}
