/** The orchestrator collects its own garbage before a window: within it, it would take a core that is measured. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | undefined;

/**
 * A full collection. Without the second flag V8 begins an incremental one some seconds after it, to give memory back.
 */
export function collectOwnGarbage(): void {
  if (!gc) {
    setFlagsFromString('--expose-gc');
    setFlagsFromString('--no-incremental-marking');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
}
