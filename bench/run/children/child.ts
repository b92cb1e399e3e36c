/**
 * A child process with a typed channel. Every wait races the answer, the child's end, a deadline and the user's Ctrl-C; the
 * child's death is a rejection that says which child, in which phase, and how.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnswerOf, Call, ParamsOf, ServerCalls } from '../../contract/calls.ts';
import type { AnswerMessage, CallMessage } from '../../contract/child.ts';
import { compiled } from '../../contract/paths.ts';
import { measuredEnvironment } from '../../machine/node-settings.ts';
import { within } from '../../network/netem/namespaces.ts';

/** Messages to and from a child process, or one in memory in the tests. */
export interface Channel {
  /** Undefined for a child in memory, and for one that could not be started. */
  readonly pid?: number | undefined;
  send(message: CallMessage): void;
  onAnswer(listener: (answer: AnswerMessage) => void): void;
  onExit(listener: (exit: ChildExit) => void): void;
  /** Lets the child end by itself, then kills it. Resolves when it is gone. */
  end(): Promise<void>;
  kill(): Promise<void>;
}

export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export class ChildFailure extends Error {
  override readonly name = 'ChildFailure';
  readonly phase: string;
  readonly exit: ChildExit | undefined;

  constructor(child: string, phase: string, what: string, exit?: ChildExit) {
    super(`${child}, ${phase}: ${what}${exit?.stderr ? `\n${exit.stderr.trim()}` : ''}`);
    this.phase = phase;
    this.exit = exit;
  }
}

type Calls = Readonly<Record<string, Call>>;
export type AnyCalls = Pick<ServerCalls, 'hello'>;

export interface CallLimits {
  readonly phase: string | (() => string);
  readonly deadlineMs: number;
}

/** One child, one call at a time. */
export class Child<Own extends Calls> {
  readonly name: string;
  readonly #channel: Channel;
  readonly #calls: Own;
  #exit: ChildExit | undefined;
  #isEnded = false;
  #resolveCall: ((outcome: AnswerMessage | ChildExit) => void) | undefined;

  constructor(name: string, channel: Channel, calls: Own) {
    this.name = name;
    this.#channel = channel;
    this.#calls = calls;
    channel.onAnswer((answer) => this.#resolveCall?.(answer));
    channel.onExit((exit) => {
      this.#exit = exit;
      this.#resolveCall?.(exit);
    });
  }

  /**
   * @throws ChildFailure when the child answers with an error, ends, or does not answer by the deadline, and when either
   *   message does not hold to the call's schema
   */
  async call<Name extends keyof Own & string>(
    name: Name,
    params: ParamsOf<Own[Name]>,
    { phase, deadlineMs }: CallLimits,
  ): Promise<AnswerOf<Own[Name]>> {
    const fail = (what: string, exit?: ChildExit) =>
      new ChildFailure(this.name, typeof phase === 'string' ? phase : phase(), what, exit);
    const check = (side: keyof Call, message: unknown) => {
      const issue = this.#calls[name]?.[side].safeParse(message).error?.issues[0];
      if (issue) throw fail(`${side} of ${name}: ${issue.path.join('.') || 'message'}: ${issue.message}`);
    };
    check('params', params);
    let timer: NodeJS.Timeout | undefined;
    const outcome = await new Promise<AnswerMessage | ChildExit | 'late'>((resolve) => {
      this.#resolveCall = resolve;
      if (this.#exit) return resolve(this.#exit);
      timer = setTimeout(() => resolve('late'), deadlineMs);
      this.#channel.send({ call: name, params: params as object });
    });
    clearTimeout(timer);
    this.#resolveCall = undefined;

    if (outcome === 'late') throw fail(`no answer to ${name} within ${(deadlineMs / 1e3).toFixed(1)} s`);
    if ('error' in outcome) throw fail(outcome.error);
    if (!('answer' in outcome)) throw fail(describeExit(outcome), outcome);
    check('answer', outcome.answer);
    return outcome.answer as AnswerOf<Own[Name]>;
  }

  end(): Promise<void> {
    this.#isEnded = true;
    return this.#channel.end();
  }

  kill(): Promise<void> {
    this.#isEnded = true;
    return this.#channel.kill();
  }

  get pid(): number | undefined {
    return this.#channel.pid;
  }

  /** How it ended, unless `end` or `kill` made it. */
  get death(): ChildExit | undefined {
    return this.#isEnded ? undefined : this.#exit;
  }
}

/** Other children may report a child's death before the system reports its exit. In turns: a busy process may be late for each. */
const DEATH_IS_KNOWN = { turns: 30, turnMs: 10 } as const;

/** @returns the death of a child, where one died meanwhile, in place of what the call failed with */
export async function causeOf(error: unknown, children: readonly Child<AnyCalls>[]): Promise<unknown> {
  if (!(error instanceof ChildFailure) || error.exit) return error;
  for (let turn = 0; turn < DEATH_IS_KNOWN.turns; turn++, await sleep(DEATH_IS_KNOWN.turnMs)) {
    const dead = children.find(({ death }) => death);
    if (dead?.death) return new ChildFailure(dead.name, error.phase, describeExit(dead.death), dead.death);
  }
  return error;
}

function describeExit({ code, signal }: ChildExit): string {
  return `ended with ${signal ? `signal ${signal}` : `code ${code}`}`;
}

export interface SpawnOptions {
  readonly node: string;
  readonly flags?: readonly string[];
  /** Source file of the child, without its ending: `servers/main`. */
  readonly entry: string;
  /** The core to stay on; undefined where processes can't be pinned. */
  readonly core: number | undefined;
  /** The network namespace to be in; undefined for that of this process. */
  readonly namespace?: string | undefined;
}

/**
 * Full collections on demand make heap figures comparable. Without the two flags after it, V8 flushes the bytecode of functions
 * that have not run for a few collections, with the feedback that the rehearsal gathered, and collects once more some seconds
 * later to give memory back.
 */
export const NODE_FLAGS = ['--expose-gc', '--no-flush-bytecode', '--no-memory-reducer', '--enable-source-maps'];
/**
 * Load workers have these besides. Buffers that a hundred clients have read lie outside of the heap: a young generation that
 * grows is collected too seldom to free them, and a full collection is then due twice a second. All threads of a worker share
 * a core, on which parallel scavengers would take turns.
 */
export const LOAD_NODE_FLAGS = ['--max-semi-space-size=8', '--no-parallel-scavenge'];
const END_GRACE_MS = 1_000;
const STDERR_BYTES = 2_000;
const STDERR_GRACE_MS = 200;

export function spawnChild({ node, flags = [], entry, core, namespace }: SpawnOptions): Channel {
  const command = [node, ...NODE_FLAGS, ...flags, compiled(entry)];
  const pinned = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  const [program = '', ...args] = namespace === undefined ? pinned : within(namespace, pinned);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env: measuredEnvironment() });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-STDERR_BYTES);
  });
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, stderr: error.message }));
    // Not 'close': after a disconnect of ours it does not come. What the child wrote last may come after its exit.
    child.once('exit', (code, signal) => {
      const report = () => resolve({ code, signal, stderr });
      if (code === 0 || child.stderr?.closed) return report();
      child.stderr?.once('close', report);
      setTimeout(report, STDERR_GRACE_MS).unref();
    });
  });
  return {
    // Of the child itself: taskset and nsenter become the program that they start.
    pid: child.pid,
    send(message) {
      // The child's exit reports what a failed send would.
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
