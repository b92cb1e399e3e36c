/** How long a process's main thread could run and waited for a core, and how much of that its own side had the core. */

import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import type { Waiting } from '../../contract/result.ts';

/** Since the thread began. */
export interface ThreadReading {
  readonly ranNs: number;
  readonly waitedNs: number;
  /** Times that it got a core. */
  readonly turns: number;
}

/**
 * @param text of a schedstat file: ns on a core, ns of waiting for one, times that it got one (kernel documentation,
 *   sched-stats)
 */
export function parseSchedstat(text: string): ThreadReading | undefined {
  const [, ran, waited, turns] = /^(\d+) (\d+) (\d+)\s*$/.exec(text) ?? [];
  return ran === undefined ? undefined : { ranNs: Number(ran), waitedNs: Number(waited), turns: Number(turns) };
}

export interface ThreadReader {
  /** Undefined once the thread is gone, and where the kernel does not account for it. */
  read(): ThreadReading | undefined;
  close(): void;
}

/** On a descriptor that stays open: another thread with the number of one that is gone can't take its place. */
export function openSchedstat(path: string): ThreadReader {
  const descriptor = openOrNot(path);
  const buffer = Buffer.alloc(128);
  return {
    read() {
      if (descriptor === undefined) return undefined;
      try {
        return parseSchedstat(buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, buffer.length, 0)));
      } catch {
        return undefined;
      }
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
}

function openOrNot(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}

export interface ProcessReading extends ThreadReading {
  /** CPU time of the process's other threads, and of the processes that share its core by design. */
  readonly ownRanNs: number;
}

export interface ProcessReader {
  /** Undefined once the process is gone, and where the kernel does not account for it. */
  read(): ProcessReading | undefined;
  close(): void;
}

/**
 * Threads that start later are not seen: what they take counts as foreign.
 *
 * @param beside processes of ours on the same core
 */
export function openProcess(pid: number | undefined, beside: readonly number[] = []): ProcessReader {
  const main = openSchedstat(`/proc/${pid ?? 'none'}/task/${pid}/schedstat`);
  const others = pid === undefined ? [] : [pid, ...beside].flatMap(threadsOf).filter((path) => !isMain(path, pid));
  const readers = others.map(openSchedstat);
  return {
    read() {
      const reading = main.read();
      return reading && { ...reading, ownRanNs: readers.reduce((sum, each) => sum + (each.read()?.ranNs ?? 0), 0) };
    },
    close() {
      for (const each of [main, ...readers]) each.close();
    },
  };
}

const isMain = (path: string, pid: number) => path === `/proc/${pid}/task/${pid}/schedstat`;

/** None of a process that is gone. */
function threadsOf(pid: number): string[] {
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).map((thread) => `${folder}/${thread}/schedstat`);
  } catch {
    return [];
  }
}

/** A wait is accounted for when it ends: one that began before the window can be longer than the window. */
export function waitingBetween(
  before: ProcessReading | undefined,
  after: ProcessReading | undefined,
  elapsedNs: number,
): Waiting | null {
  if (!before || !after || elapsedNs <= 0) return null;
  const waitedNs = Math.max(0, after.waitedNs - before.waitedNs);
  const foreignNs = Math.max(0, waitedNs - Math.max(0, after.ownRanNs - before.ownRanNs));
  const turns = Math.max(1, after.turns - before.turns);
  const share = (ns: number) => Math.min(1, ns / elapsedNs);
  return { share: share(waitedNs), foreignShare: share(foreignNs), foreignMeanUs: foreignNs / 1e3 / turns };
}
