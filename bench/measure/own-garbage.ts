/** This process's own garbage: collected when nothing is measured, or it would be while something is, on a core that is. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | undefined;

/** A full collection, now. A heap that was just collected has no cause to be again before it has grown. */
export function collectOwnGarbage(): void {
  if (!gc) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
}
