/** What a transport leaves behind: timers, by who made them, and all else that keeps the event loop alive, by kind. */

import { createHook } from 'node:async_hooks';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Makes the timers of tests that wait. */
const WAITING = /[/\\]contract[/\\]test-support\.|[/\\]node_modules[/\\](@?vitest|tinypool)[/\\]/;
const STACK_FRAMES = 30;

interface Timer {
  readonly _destroyed: boolean;
  hasRef(): boolean;
}

/** Watches from when it is made until `stop`. Timers that the runner of the tests makes and ends meanwhile are none of it. */
export class ResourceWatch {
  readonly #before = resources();
  readonly #timers = new Map<Timer, string>();
  readonly #hook = createHook({
    init: (_id, type, _trigger, resource) => {
      if (type === 'Timeout') this.#timers.set(resource as Timer, caller());
    },
  }).enable();

  /** Timers that code of this project made, and that are neither over nor cleared: where each was made. */
  ownTimers(): string[] {
    return this.#pending(isOwn);
  }

  /** What there is now and was not before: own timers, those of libraries that keep the process alive, sockets, threads. */
  left(): string[] {
    const ofLibraries = this.#pending((caller, timer) => !isOwn(caller) && timer.hasRef());
    const others = [...resources()].flatMap(([kind, count]) => (count > (this.#before.get(kind) ?? 0) ? [kind] : []));
    return [...this.ownTimers(), ...ofLibraries, ...others];
  }

  #pending(isWanted: (caller: string, timer: Timer) => boolean): string[] {
    return [...this.#timers].flatMap(([timer, by]) =>
      !timer._destroyed && !WAITING.test(by) && isWanted(by, timer) ? [by] : [],
    );
  }

  stop(): void {
    this.#hook.disable();
    this.#timers.clear();
  }
}

/** The nearest frame above the call that made a timer, without Node's own: those further out may be the runner's. */
function caller(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = STACK_FRAMES;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const frames = stack.split('\n').slice(1);
  return frames.find((frame) => !/node:|resource-watch\./.test(frame))?.trim() ?? 'a timer of Node';
}

function isOwn(frame: string): boolean {
  return frame.includes(ROOT) && !frame.includes('node_modules');
}

function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (/^(TCP|Immediate|Worker|MessagePort)/.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
