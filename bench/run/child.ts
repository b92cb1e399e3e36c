/**
 * A child process with a typed channel. Every wait races the answer, the child's end, a deadline and the user's Ctrl-C; the
 * child's death is a rejection that says which child, in which phase, and how.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerMessage, CallMessage } from '../contract/child.ts';
import { compiled } from '../contract/paths.ts';
import { within } from '../network/netem/namespaces.ts';

/** What a cell needs of a child, so that the tests can put one in memory in its place. */
export interface Channel {
  send(message: CallMessage): void;
  onAnswer(listener: (answer: AnswerMessage) => void): void;
  onExit(listener: (exit: ChildExit) => void): void;
  /** Lets the child end by itself, then makes it. Resolves when it is gone. */
  end(): Promise<void>;
  /** Ends it at once. Resolves when it is gone. */
  kill(): Promise<void>;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it wrote to stderr. */
  readonly stderr: string;
}

export class ChildFailure extends Error {
  readonly child: string;
  readonly phase: string;
  readonly code: number | null;
  readonly signal: string | null;

  /** Whether the child is gone. */
  readonly hasEnded: boolean;

  constructor(child: string, phase: string, what: string, exit?: ChildExit) {
    super(`${child}, ${phase}: ${what}${exit?.stderr ? `\n${exit.stderr.trim()}` : ''}`);
    this.name = 'ChildFailure';
    this.child = child;
    this.phase = phase;
    this.code = exit?.code ?? null;
    this.signal = exit?.signal ?? null;
    this.hasEnded = exit !== undefined;
  }
}

type AnyCalls = object;
type AskOf<Call> = Call extends (ask: infer Ask) => object ? Ask : never;
type AnswerOf<Call> = Call extends (ask: never) => infer Answer ? Answer : never;

export interface CallLimits {
  readonly phase: string | (() => string);
  readonly deadlineMs: number;
}

/** One child, one call at a time. */
export class Child<Calls extends AnyCalls> {
  readonly name: string;
  readonly #channel: Channel;
  #exit: ChildExit | undefined;
  #isEnded = false;
  #settle: ((outcome: AnswerMessage | ChildExit) => void) | undefined;

  constructor(name: string, channel: Channel) {
    this.name = name;
    this.#channel = channel;
    channel.onAnswer((answer) => this.#settle?.(answer));
    channel.onExit((exit) => {
      this.#exit = exit;
      this.#settle?.(exit);
    });
  }

  /** @throws ChildFailure when the child answers with an error, ends, or does not answer by the deadline */
  async call<Name extends keyof Calls & string>(
    name: Name,
    ask: AskOf<Calls[Name]>,
    { phase, deadlineMs }: CallLimits,
  ): Promise<AnswerOf<Calls[Name]>> {
    let timer: NodeJS.Timeout | undefined;
    const outcome = await new Promise<AnswerMessage | ChildExit | 'late'>((resolve) => {
      this.#settle = resolve;
      if (this.#exit) return resolve(this.#exit);
      timer = setTimeout(() => resolve('late'), deadlineMs);
      this.#channel.send({ call: name, ask: ask as object });
    });
    clearTimeout(timer);
    this.#settle = undefined;

    const fail = (what: string, exit?: ChildExit) =>
      new ChildFailure(this.name, typeof phase === 'string' ? phase : phase(), what, exit);
    if (outcome === 'late') throw fail(`no answer to ${name} within ${(deadlineMs / 1e3).toFixed(1)} s`);
    if ('answer' in outcome) return outcome.answer as AnswerOf<Calls[Name]>;
    if ('error' in outcome) throw fail(outcome.error);
    throw fail(wayOf(outcome), outcome);
  }

  end(): Promise<void> {
    this.#isEnded = true;
    return this.#channel.end();
  }

  kill(): Promise<void> {
    this.#isEnded = true;
    return this.#channel.kill();
  }

  /** How it ended, if nobody ended it. */
  get death(): ChildExit | undefined {
    return this.#isEnded ? undefined : this.#exit;
  }
}

/** What the others say of a child that died, they may say before the system does. */
const DEATH_IS_KNOWN_MS = 300;

/** Why a call failed: what it says itself, or, where a child died meanwhile, that. */
export async function causeOf(error: unknown, children: readonly Child<AnyCalls>[]): Promise<unknown> {
  if (!(error instanceof ChildFailure) || error.hasEnded) return error;
  for (const untilMs = performance.now() + DEATH_IS_KNOWN_MS; performance.now() < untilMs; await sleep(10)) {
    const dead = children.find(({ death }) => death);
    if (dead?.death) return new ChildFailure(dead.name, error.phase, wayOf(dead.death), dead.death);
  }
  return error;
}

function wayOf({ code, signal }: ChildExit): string {
  return `ended with ${signal ? `signal ${signal}` : `code ${code}`}`;
}

export interface SpawnOptions {
  /** The Node binary to run it on. */
  readonly node: string;
  /** Beside {@link NODE_FLAGS}. */
  readonly flags?: readonly string[];
  /** Source file of the child, without its ending: `servers/main`. */
  readonly entry: string;
  /** The core to stay on; undefined where processes can't be pinned. */
  readonly core: number | undefined;
  /** The network namespace to be in; undefined for that of this process. */
  readonly namespace?: string | undefined;
}

/**
 * A full collection on demand makes heap figures comparable, and is not to do more than that: after a few of them, V8 throws
 * away the bytecode of functions that have not run meanwhile, and with it all that the rehearsal taught its compilers; and some
 * seconds after one, it collects again to give memory back.
 */
export const NODE_FLAGS = ['--expose-gc', '--no-flush-bytecode', '--no-memory-reducer', '--enable-source-maps'];
/**
 * Of load workers besides. What a hundred clients have read is outside of the heap: a young generation that grows is collected
 * too seldom to let go of it, and then a full collection is due twice a second. And all threads of a worker share a core, and
 * would only take turns on it to collect garbage together.
 */
export const LOAD_NODE_FLAGS = ['--max-semi-space-size=8', '--no-parallel-scavenge'];
const END_GRACE_MS = 1_000;
const STDERR_BYTES = 2_000;
const STDERR_GRACE_MS = 200;

export function spawnChild({ node, flags = [], entry, core, namespace }: SpawnOptions): Channel {
  const command = [node, ...NODE_FLAGS, ...flags, compiled(entry)];
  const pinned = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  const [program = '', ...args] = namespace === undefined ? pinned : within(namespace, pinned);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-STDERR_BYTES);
  });
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
    // Not 'close': after a disconnect of ours it does not come. What the child wrote last may come after its exit.
    child.once('exit', (code, signal) => {
      const settle = () => resolve({ code, signal, stderr });
      if (code === 0 || child.stderr?.closed) return settle();
      child.stderr?.once('close', settle);
      setTimeout(settle, STDERR_GRACE_MS).unref();
    });
  });
  return {
    send(message) {
      // A child that is gone says so by its exit, not by this.
      if (child.connected) child.send(message, () => {});
    },
    onAnswer(listener) {
      child.on('message', (answer) => listener(answer as AnswerMessage));
    },
    onExit(listener) {
      void exited.then(listener);
    },
    end() {
      if (child.connected) child.disconnect();
      return killAfter(child, exited, END_GRACE_MS);
    },
    kill: () => killAfter(child, exited, 0),
  };
}

async function killAfter(child: ChildProcess, exited: Promise<ChildExit>, graceMs: number): Promise<void> {
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await exited;
  clearTimeout(timer);
}
