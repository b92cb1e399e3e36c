/** This process's own garbage: collected when nothing is measured, or it would be while something is, on a core that is. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let gc: (() => void) | undefined;

/**
 * A full collection, now. A heap that was just collected has no cause to be again before it has grown; but for what V8 begins
 * some seconds later, in steps, to give memory back: that is left out from here on.
 */
export function collectOwnGarbage(): void {
  if (!gc) {
    setFlagsFromString('--expose-gc');
    setFlagsFromString('--no-incremental-marking');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
}
