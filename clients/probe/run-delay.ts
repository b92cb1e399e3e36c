/** How long a thread could run and had no core, as Linux accounts for it. */

import { closeSync, openSync, readSync } from 'node:fs';

/** Three numbers: time on a core and run delay in ns, and how often it got one (Documentation/scheduler/sched-stats.rst). */
const schedstatOf = (thread: number) => `/proc/self/task/${thread}/schedstat`;
const LONGEST_BYTES = 64;
const SPACE = 0x20;

/** Of this process's main thread. */
export class RunDelay {
  #descriptor: number | undefined;
  readonly #bytes = Buffer.alloc(LONGEST_BYTES);

  /** @param path another file of that form, for tests */
  constructor(path = schedstatOf(process.pid)) {
    try {
      this.#descriptor = openSync(path, 'r');
    } catch {
      this.#descriptor = undefined;
    }
  }

  /** @returns ns since the thread's start; null where the kernel does not tell, and once closed. Takes about 2 µs */
  totalNs(): number | null {
    if (this.#descriptor === undefined) return null;
    const bytes = readSync(this.#descriptor, this.#bytes, 0, LONGEST_BYTES, 0);
    const at = this.#bytes.indexOf(SPACE) + 1;
    const end = this.#bytes.indexOf(SPACE, at);
    if (at === 0 || end === -1 || end > bytes) return null;
    return Number(this.#bytes.toString('latin1', at, end));
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
